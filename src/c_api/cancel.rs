//! Ending the calls of one thread from another.

use super::border::{self, Output, call};
use super::handle::{Held, Kind};
use super::types::*;
use crate::cpu::cancel::{self, Token};
use crate::error::Result;

fn token(t: *const TendonCancelToken) -> Result<Token> {
    border::held(t, Kind::CancelToken, "token", |held| match held {
        Held::CancelToken(token) => Some(token.clone()),
        _ => None,
    })
}

/// Makes a token that is not cancelled. `out`: new handle, release with tendon_cancel_token_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cancel_token_create(out: *mut *mut TendonCancelToken) -> TensorStatus {
    call("tendon_cancel_token_create", || {
        // SAFETY: the caller's variable.
        unsafe { Output::new(out, "out")? }.set(border::token(Held::CancelToken(Token::new()))?);
        Ok(())
    })
}

/// Calls that compute, of the threads that watch this token, return TENSOR_ERR_CANCELLED soon, later ones at once, until
/// tendon_cancel_token_reset. Outputs and in-place targets of a cancelled call are unchanged. Safe from any thread.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cancel_token_cancel(token: *mut TendonCancelToken) -> TensorStatus {
    call("tendon_cancel_token_cancel", || self::token(token).map(|t| t.cancel()))
}

/// Makes a cancelled token as new. Safe from any thread.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cancel_token_reset(token: *mut TendonCancelToken) -> TensorStatus {
    call("tendon_cancel_token_reset", || self::token(token).map(|t| t.reset()))
}

/// Whether the token is cancelled.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cancel_token_is_cancelled(
    token: *const TendonCancelToken,
    out: *mut CBool,
) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tendon_cancel_token_is_cancelled", || unsafe { border::put(out, self::token(token)?.is_cancelled().into()) })
}

/// Ends the handle; threads that watch the token go on watching it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_cancel_token_release(token: *mut TendonCancelToken) -> TensorStatus {
    call("tendon_cancel_token_release", || border::release(token, Kind::CancelToken, "token"))
}

/// The calls of this thread watch `token` from now on; NULL = none.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_set_cancel_token(token: *const TendonCancelToken) -> TensorStatus {
    call("tendon_set_cancel_token", || {
        let token = if token.is_null() { None } else { Some(self::token(token)?) };
        cancel::install(token);
        Ok(())
    })
}
