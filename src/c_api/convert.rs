//! The same numbers on another device, in another dtype, in memory of their own.

use super::border::{self, emit, tensor};
use super::options::{self, TensorConvertOptions};
use super::types::*;
use crate::error::Result;
use crate::ops::copy;
use crate::tensor::Tensor as Value;

/// What `make(non_blocking)` makes from `x`; a copy if it is still in x's memory and one is wanted.
///
/// # Safety
/// As [`options::read`].
unsafe fn converted(
    x: &Value,
    options: *const TensorConvertOptions,
    make: impl FnOnce(bool) -> Result<Value>,
) -> Result<Value> {
    // SAFETY: the caller's promise.
    let options = unsafe { options::read(options)? };
    let made = make(options.non_blocking != 0)?;
    if options.copy != 0 && made.storage().same(x.storage()) { copy::clone(&made) } else { Ok(made) }
}

/// The tensor on `device`: itself if it is there, unless the options ask for a copy. As torch.Tensor.to(device).
///
/// Recorded for backward. Work on a CUDA device goes on after calls return; this one returns when the memory of `x` may
/// be changed (see options->non_blocking), and a copy to the CPU when it is there.
/// Errors: INVALID_HANDLE, DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, INVALID_OPTIONS. `out`: new reference, release
/// with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_to_device(
    x: *const Tensor,
    device: TensorDevice,
    options: *const TensorConvertOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    let make = || {
        let (x, device) = (tensor(x, "x")?, border::device(device, "device")?);
        // SAFETY: the caller's options.
        unsafe { converted(&x, options, |non_blocking| copy::to_device(&x, device, non_blocking)) }
    };
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_to_device", out, make) }
}

/// The tensor in `dtype`: itself if it has it, unless the options ask for a copy. As torch.Tensor.to(dtype).
///
/// Floats become integers by rounding towards zero. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY, INVALID_OPTIONS.
/// `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_to_dtype(
    x: *const Tensor,
    dtype: TensorDType,
    options: *const TensorConvertOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    let make = || {
        let (x, dtype) = (tensor(x, "x")?, border::dtype(dtype, "dtype")?);
        // SAFETY: the caller's options.
        unsafe { converted(&x, options, |_| copy::to_dtype(&x, dtype)) }
    };
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_to_dtype", out, make) }
}

/// The tensor in C order: itself if it is, else a copy. As torch.Tensor.contiguous.
///
/// Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_contiguous(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_contiguous", out, || copy::contiguous(&tensor(x, "x")?)) }
}

/// A copy in C order, in memory of its own; recorded for backward. As torch.clone.
///
/// Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_clone(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_clone", out, || copy::clone(&tensor(x, "x")?)) }
}
