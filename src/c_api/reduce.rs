//! Reductions: many elements to one.

use super::border::{self, emit, tensor};
use super::options::{self, TensorReduceOptions, TensorVarOptions};
use super::types::*;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::ops::reduce;

/// # Safety
/// As [`options::read`].
unsafe fn with_dtype(options: *const TensorReduceOptions) -> Result<(bool, Option<DType>)> {
    // SAFETY: the caller's promise.
    let options = unsafe { options::read(options)? };
    Ok((options.keepdim != 0, border::optional_dtype(options.dtype, "options.dtype")?))
}

/// # Safety
/// As [`options::read`].
unsafe fn without_dtype(options: *const TensorReduceOptions) -> Result<bool> {
    // SAFETY: the caller's promise.
    match unsafe { with_dtype(options)? } {
        (keepdim, None) => Ok(keepdim),
        (_, Some(dtype)) => fail!(INVALID_OPTIONS, "options.dtype is {dtype}, this function takes none: leave it 0"),
    }
}

/// The sum over `dims`. As torch.sum.
///
/// `dims` == NULL or none of them = all. Integers and bool add up to i64, unless the options name a dtype. Errors:
/// INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sum(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    options: *const TensorReduceOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_sum", out, || {
            let (keepdim, dtype) = with_dtype(options)?;
            reduce::sum(&tensor(x, "x")?, border::dims(dims, ndims)?, keepdim, dtype)
        })
    }
}

/// The mean over `dims`. As torch.mean.
///
/// `dims` == NULL or none of them = all. Only for floats, unless the options name a float dtype. Errors:
/// INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_mean(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    options: *const TensorReduceOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_mean", out, || {
            let (keepdim, dtype) = with_dtype(options)?;
            reduce::mean(&tensor(x, "x")?, border::dims(dims, ndims)?, keepdim, dtype)
        })
    }
}

/// The largest element over `dims`; NaN where there is one. As torch.amax.
///
/// `dims` == NULL or none of them = all. The dtype stays; `options->dtype` must be 0. SHAPE when there are no
/// elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
/// with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_max(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    options: *const TensorReduceOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_max", out, || {
            let keepdim = without_dtype(options)?;
            reduce::max(&tensor(x, "x")?, border::dims(dims, ndims)?, keepdim)
        })
    }
}

/// The smallest element over `dims`; NaN where there is one. As torch.amin.
///
/// `dims` == NULL or none of them = all. The dtype stays; `options->dtype` must be 0. SHAPE when there are no
/// elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
/// with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_min(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    options: *const TensorReduceOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_min", out, || {
            let keepdim = without_dtype(options)?;
            reduce::min(&tensor(x, "x")?, border::dims(dims, ndims)?, keepdim)
        })
    }
}

/// Whether an element over `dims` is not 0, as bool. As torch.any.
///
/// `dims` == NULL or none of them = all. `options->dtype` must be 0. Errors: INVALID_HANDLE, SHAPE, DTYPE,
/// INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_any(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    options: *const TensorReduceOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_any", out, || {
            let keepdim = without_dtype(options)?;
            reduce::any(&tensor(x, "x")?, border::dims(dims, ndims)?, keepdim)
        })
    }
}

/// Whether every element over `dims` is not 0, as bool. As torch.all.
///
/// `dims` == NULL or none of them = all. `options->dtype` must be 0. Errors: INVALID_HANDLE, SHAPE, DTYPE,
/// INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_all(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    options: *const TensorReduceOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_all", out, || {
            let keepdim = without_dtype(options)?;
            reduce::all(&tensor(x, "x")?, border::dims(dims, ndims)?, keepdim)
        })
    }
}

/// Where along `*dim` the largest element is, the first of equal ones; the first NaN if there is one. As
/// torch.argmax.
///
/// `dim` == NULL = in all elements in C order. The result is i64; `options->dtype` must be 0. SHAPE when there are
/// no elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
/// with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_argmax(
    x: *const Tensor,
    dim: *const i64,
    options: *const TensorReduceOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_argmax", out, || {
            let keepdim = without_dtype(options)?;
            reduce::argmax(&tensor(x, "x")?, dim.as_ref().copied(), keepdim)
        })
    }
}

/// Where along `*dim` the smallest element is, the first of equal ones; the first NaN if there is one. As
/// torch.argmin.
///
/// `dim` == NULL = in all elements in C order. The result is i64; `options->dtype` must be 0. SHAPE when there are
/// no elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
/// with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_argmin(
    x: *const Tensor,
    dim: *const i64,
    options: *const TensorReduceOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_argmin", out, || {
            let keepdim = without_dtype(options)?;
            reduce::argmin(&tensor(x, "x")?, dim.as_ref().copied(), keepdim)
        })
    }
}

/// The variance over `dims`: the sum of squared distances from the mean, divided by n - correction. As torch.var.
///
/// `dims` == NULL or none of them = all. Only for floats. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_var(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    options: *const TensorVarOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_var", out, || {
            let options = options::read(options)?;
            reduce::var(&tensor(x, "x")?, border::dims(dims, ndims)?, options.keepdim != 0, options.correction)
        })
    }
}
