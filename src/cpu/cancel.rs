//! (Stand-in.)
use crate::error::Result;
#[derive(Clone)]
pub struct Token;
pub fn active() -> bool {
    false
}
pub fn check() -> Result<()> {
    Ok(())
}
pub fn install(t: Option<Token>) -> Option<Token> {
    t
}
