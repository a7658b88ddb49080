//! Cancellation: a flag that another thread sets, looked at between pieces of work.
//!
//! A thread installs a [`Token`]; the ops it then calls look at it before each chunk of a parallel loop. Kernels choose
//! the grain of [`parallel_for`](super::pool::parallel_for) so that one grain takes well under a millisecond: the time
//! from `cancel()` to the return of the call is a few grains.

use crate::error::{Error, Result, status};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct Token(Arc<AtomicBool>);

impl Token {
    pub fn new() -> Token {
        Token::default()
    }

    /// Calls under this token return CANCELLED soon, and later ones at once, until [`reset`](Self::reset).
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn reset(&self) {
        self.0.store(false, Ordering::Release);
    }

    #[inline]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// CANCELLED when the flag is set.
    #[inline]
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(cancelled()) } else { Ok(()) }
    }
}

thread_local! {
    /// Whether there is one in CURRENT. Looked at first: a thread without a token never touches CURRENT, whose destructor
    /// would have to be registered; in the destructors of a thread's keys that is too late and leaks.
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static CURRENT: RefCell<Option<Token>> = const { RefCell::new(None) };
}

/// Makes `token` the calling thread's, until another is installed; answers the one before. In the last destructors of
/// an ending thread there is no place for a token any more: it is dropped, and calls there are not cancelled.
pub fn install(token: Option<Token>) -> Option<Token> {
    if !ACTIVE.get() && token.is_none() {
        return None;
    }
    let active = token.is_some();
    let before = CURRENT.try_with(|current| current.replace(token));
    ACTIVE.set(active && before.is_ok());
    before.unwrap_or(None)
}

/// Whether the calling thread has a token.
#[inline]
pub fn active() -> bool {
    ACTIVE.get() && CURRENT.try_with(|current| current.borrow().is_some()).unwrap_or(false)
}

/// The calling thread's token.
pub fn current() -> Option<Token> {
    if !ACTIVE.get() {
        return None;
    }
    CURRENT.try_with(|current| current.borrow().clone()).unwrap_or(None)
}

/// CANCELLED "the call was cancelled" when the calling thread's token is set.
#[inline]
pub fn check() -> Result<()> {
    if !ACTIVE.get() {
        return Ok(());
    }
    CURRENT.try_with(|current| current.borrow().as_ref().map_or(Ok(()), Token::check)).unwrap_or(Ok(()))
}

#[cold]
fn cancelled() -> Error {
    Error::new(status::CANCELLED, "the call was cancelled")
}

/// Runs `body` without a token, so that it cannot be cut short; the token before comes back, even after a panic.
pub fn without<R>(body: impl FnOnce() -> R) -> R {
    let _before = Installed(Some(install(None)));
    body()
}

/// The token of a caller, installed on the thread that helps it; the one before comes back on drop.
pub(super) struct Installed(Option<Option<Token>>);

impl Installed {
    pub(super) fn new(token: Option<&Token>) -> Installed {
        Installed(token.map(|token| install(Some(token.clone()))))
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        if let Some(before) = self.0.take() {
            install(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn install_gives_back_the_one_before() {
        assert!(!active());
        assert!(check().is_ok());
        let token = Token::new();
        assert!(install(Some(token.clone())).is_none());
        assert!(active() && check().is_ok());
        token.cancel();
        assert_eq!(check().unwrap_err().status(), status::CANCELLED);
        token.reset();
        assert!(check().is_ok());
        token.cancel();
        std::thread::spawn(|| assert!(!active() && check().is_ok())).join().unwrap();
        let other = install(None).unwrap();
        assert!(other.is_cancelled());
        assert!(!active());
    }

    #[test]
    fn quiet_in_destructors_of_the_thread() {
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                let _ = (active(), check(), install(Some(Token::new())), install(None));
            }
        }
        thread_local!(static LATE: Late = const { Late });
        std::thread::spawn(|| {
            LATE.with(|_| ());
            install(Some(Token::new()));
        })
        .join()
        .unwrap();
        std::thread::spawn(|| {
            install(Some(Token::new()));
            LATE.with(|_| ());
        })
        .join()
        .unwrap();
    }
}
