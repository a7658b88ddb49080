//! Softmax and its logarithm.

use super::border::{self, emit, tensor};
use super::options::{self, TensorSoftmaxOptions};
use super::types::*;
use crate::ops::softmax;

/// exp(x) divided by its sum along `dim`. As torch.softmax.
///
/// Only for floats, unless the options name a float dtype. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_softmax(
    x: *const Tensor,
    dim: i64,
    options: *const TensorSoftmaxOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_softmax", out, || {
            let dtype = border::optional_dtype(options::read(options)?.dtype, "options.dtype")?;
            softmax::softmax(&tensor(x, "x")?, dim, dtype)
        })
    }
}

/// The logarithm of the softmax along `dim`. As torch.log_softmax.
///
/// Only for floats, unless the options name a float dtype. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_log_softmax(
    x: *const Tensor,
    dim: i64,
    options: *const TensorSoftmaxOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_log_softmax", out, || {
            let dtype = border::optional_dtype(options::read(options)?.dtype, "options.dtype")?;
            softmax::log_softmax(&tensor(x, "x")?, dim, dtype)
        })
    }
}
