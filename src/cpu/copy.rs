use super::view::*;
use crate::error::Result;
pub fn copy(_x: In, _out: Out) -> Result<()> {
    Ok(())
}
