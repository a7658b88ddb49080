//! Comparisons and logic, element by element. None of them passes a gradient.

use super::border::{emit, input, scalar};
use super::types::*;
use crate::ops::elementwise;

/// Where `a` equals `b`: `a == b`, as bool. As torch.eq.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_eq(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_eq", out, || elementwise::eq(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where `a` differs from `b`: `a != b`, as bool. As torch.ne.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_ne(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_ne", out, || elementwise::ne(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where `a` is less than `b`: `a < b`, as bool. As torch.lt.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_lt(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_lt", out, || elementwise::lt(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where `a` is at most `b`: `a <= b`, as bool. As torch.le.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_le(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_le", out, || elementwise::le(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where `a` is greater than `b`: `a > b`, as bool. As torch.gt.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_gt(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_gt", out, || elementwise::gt(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where `a` is at least `b`: `a >= b`, as bool. As torch.ge.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_ge(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_ge", out, || elementwise::ge(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where `a` equals `b`: `a == b`, as bool. As torch.eq with a number.
///
/// Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_eq_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_eq_scalar", out, || elementwise::eq_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// Where `a` differs from `b`: `a != b`, as bool. As torch.ne with a number.
///
/// Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_ne_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_ne_scalar", out, || elementwise::ne_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// Where `a` is less than `b`: `a < b`, as bool. As torch.lt with a number.
///
/// Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_lt_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_lt_scalar", out, || elementwise::lt_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// Where `a` is at most `b`: `a <= b`, as bool. As torch.le with a number.
///
/// Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_le_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_le_scalar", out, || elementwise::le_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// Where `a` is greater than `b`: `a > b`, as bool. As torch.gt with a number.
///
/// Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_gt_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_gt_scalar", out, || elementwise::gt_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// Where `a` is at least `b`: `a >= b`, as bool. As torch.ge with a number.
///
/// Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_ge_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_ge_scalar", out, || elementwise::ge_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// Where both are not 0, as bool. As torch.logical_and.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_logical_and(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_logical_and", out, || elementwise::logical_and(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where one of them is not 0, as bool. As torch.logical_or.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_logical_or(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_logical_or", out, || elementwise::logical_or(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where exactly one of them is not 0, as bool. As torch.logical_xor.
///
/// The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_logical_xor(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_logical_xor", out, || elementwise::logical_xor(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// Where `x` is 0, as bool. As torch.logical_not.
///
/// Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_logical_not(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_logical_not", out, || elementwise::logical_not(&*input(x, "x")?)) }
}

/// Where `x` is NaN, as bool. As torch.isnan.
///
/// Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_isnan(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_isnan", out, || elementwise::isnan(&*input(x, "x")?)) }
}
