//! How long handles live. Each handle has one owner and is released once, by itself or by the end of a scope.

use super::border::{self, Output, call, emit, peek, tensor};
use super::handle::Kind;
use super::scope;
use super::types::*;

/// Another handle of the same tensor, for another owner.
///
/// Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_retain(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_retain", out, || tensor(x, "x")) }
}

/// Ends this handle. The tensor goes when no handle, view or graph has it any more. NULL is fine.
///
/// A call of another thread that uses the handle at this moment ends as it began. Errors: INVALID_HANDLE when it was
/// released before (nothing happens then).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_release(x: *mut Tensor) -> TensorStatus {
    call("tensor_release", || border::release(x, Kind::Tensor, "x"))
}

/// Opens a scope: tensor handles made on this thread from now on are released at its end. Scopes nest.
///
/// A scope that is open when its thread ends stays open, and its handles stay live. `out`: end with tensor_scope_end, on
/// this thread, inner scopes first.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_scope_begin(out: *mut *mut TensorScope) -> TensorStatus {
    call("tensor_scope_begin", || {
        // SAFETY: the caller's variable.
        unsafe { Output::new(out, "out")? }.set(scope::begin()?);
        Ok(())
    })
}

/// Lets `x` outlive `scope`: it now belongs to the scope around it, or to nobody but its owner.
///
/// Errors: INVALID_HANDLE, INVALID_ARGUMENT when the scope was begun on another thread.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_scope_keep(scope: *mut TensorScope, x: *const Tensor) -> TensorStatus {
    call("tensor_scope_keep", || {
        peek(x, "x", |_| ())?;
        scope::keep(scope, x.addr() as u64)
    })
}

/// Ends a scope and releases the tensor handles made in it, but for those kept and those released before.
///
/// Errors: INVALID_HANDLE; INVALID_ARGUMENT when a scope begun after it is still open or it was begun on another thread;
/// nothing changes then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_scope_end(scope: *mut TensorScope) -> TensorStatus {
    call("tensor_scope_end", || scope::end(scope))
}
