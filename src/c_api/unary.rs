//! Functions of one number, element by element.

use super::border::{emit, input};
use super::types::*;
use crate::ops::elementwise;

/// -x. As torch.neg; not for bool.
///
/// The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_neg(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_neg", out, || elementwise::neg(&*input(x, "x")?)) }
}

/// |x|. As torch.abs.
///
/// The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_abs(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_abs", out, || elementwise::abs(&*input(x, "x")?)) }
}

/// -1, 0 or 1. As torch.sign.
///
/// The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sign(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_sign", out, || elementwise::sign(&*input(x, "x")?)) }
}

/// e to the power of x. As torch.exp.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_exp(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_exp", out, || elementwise::exp(&*input(x, "x")?)) }
}

/// The natural logarithm. As torch.log.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_log(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_log", out, || elementwise::log(&*input(x, "x")?)) }
}

/// The square root. As torch.sqrt.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sqrt(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_sqrt", out, || elementwise::sqrt(&*input(x, "x")?)) }
}

/// 1 / sqrt(x). As torch.rsqrt.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_rsqrt(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_rsqrt", out, || elementwise::rsqrt(&*input(x, "x")?)) }
}

/// 1 / x. As torch.reciprocal.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_reciprocal(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_reciprocal", out, || elementwise::reciprocal(&*input(x, "x")?)) }
}

/// x * x. As torch.square.
///
/// The dtype stays (bool becomes i64). Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release
/// with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_square(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_square", out, || elementwise::square(&*input(x, "x")?)) }
}

/// The sine of radians. As torch.sin.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sin(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_sin", out, || elementwise::sin(&*input(x, "x")?)) }
}

/// The cosine of radians. As torch.cos.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_cos(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_cos", out, || elementwise::cos(&*input(x, "x")?)) }
}

/// The hyperbolic tangent. As torch.tanh.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_tanh(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_tanh", out, || elementwise::tanh(&*input(x, "x")?)) }
}

/// 1 / (1 + exp(-x)). As torch.sigmoid.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sigmoid(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_sigmoid", out, || elementwise::sigmoid(&*input(x, "x")?)) }
}

/// max(x, 0). As torch.relu.
///
/// The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_relu(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_relu", out, || elementwise::relu(&*input(x, "x")?)) }
}

/// log(1 + exp(x)); x itself above 20. As torch.nn.functional.softplus.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_softplus(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_softplus", out, || elementwise::softplus(&*input(x, "x")?)) }
}

/// The error function. As torch.erf.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_erf(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_erf", out, || elementwise::erf(&*input(x, "x")?)) }
}

/// exp(x) - 1, exact near 0. As torch.expm1.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_expm1(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_expm1", out, || elementwise::expm1(&*input(x, "x")?)) }
}

/// log(1 + x), exact near 0. As torch.log1p.
///
/// Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_log1p(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_log1p", out, || elementwise::log1p(&*input(x, "x")?)) }
}

/// Rounded down. As torch.floor.
///
/// The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_floor(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_floor", out, || elementwise::floor(&*input(x, "x")?)) }
}

/// Rounded up. As torch.ceil.
///
/// The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_ceil(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_ceil", out, || elementwise::ceil(&*input(x, "x")?)) }
}

/// Rounded to the nearest integer, halves to even. As torch.round.
///
/// The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_round(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_round", out, || elementwise::round(&*input(x, "x")?)) }
}

/// Rounded towards zero. As torch.trunc.
///
/// The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_trunc(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_trunc", out, || elementwise::trunc(&*input(x, "x")?)) }
}
