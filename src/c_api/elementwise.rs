//! Arithmetic, element by element.

use super::border::{emit, input, optional_scalar, scalar};
use super::options::{self, TensorDivOptions, TensorDropoutOptions, TensorGeluOptions};
use super::types::*;
use crate::error::Result;
use crate::fail;
use crate::ops::dropout;
use crate::ops::elementwise::{self, Rounding};

fn rounding(number: i32) -> Result<Rounding> {
    match number {
        TENSOR_ROUNDING_NONE => Ok(Rounding::None),
        TENSOR_ROUNDING_TRUNC => Ok(Rounding::Trunc),
        TENSOR_ROUNDING_FLOOR => Ok(Rounding::Floor),
        _ => fail!(INVALID_ARGUMENT, "options.rounding is {number}, which is no TENSOR_ROUNDING_"),
    }
}

/// `a + b`. As torch.add.
///
/// The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_add(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_add", out, || elementwise::add(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// `a - b`. As torch.sub; not for bool.
///
/// The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sub(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_sub", out, || elementwise::sub(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// `a * b`. As torch.mul.
///
/// The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_mul(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_mul", out, || elementwise::mul(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// `a / b`. As torch.div.
///
/// The shapes are broadcast. Without rounding integers become f32; with TENSOR_ROUNDING_TRUNC or _FLOOR the dtype is
/// the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT, INVALID_OPTIONS,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_div(
    a: *const Tensor,
    b: *const Tensor,
    options: *const TensorDivOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_div", out, || {
            let rounding = rounding(options::read(options)?.rounding)?;
            elementwise::div_rounding(&*input(a, "a")?, &*input(b, "b")?, rounding)
        })
    }
}

/// `a` to the power of `b`. As torch.pow.
///
/// The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_pow(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_pow", out, || elementwise::pow(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// The larger of `a` and `b`; NaN where one is. As torch.maximum.
///
/// The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_maximum(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_maximum", out, || elementwise::maximum(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// The smaller of `a` and `b`; NaN where one is. As torch.minimum.
///
/// The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_minimum(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_minimum", out, || elementwise::minimum(&*input(a, "a")?, &*input(b, "b")?)) }
}

/// `a + b`. As torch.add with a number.
///
/// The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE,
/// INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_add_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_add_scalar", out, || elementwise::add_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// `a - b`. As torch.sub with a number.
///
/// The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE,
/// INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sub_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_sub_scalar", out, || elementwise::sub_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// `a * b`. As torch.mul with a number.
///
/// The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE,
/// INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_mul_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_mul_scalar", out, || elementwise::mul_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// `a / b`, without rounding. As torch.div with a number.
///
/// Integers become f32. Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_div_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_div_scalar", out, || elementwise::div_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// `a` to the power of `b`. As torch.pow with a number.
///
/// The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE,
/// INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_pow_scalar(a: *const Tensor, b: TensorScalar, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_pow_scalar", out, || elementwise::pow_scalar(&*input(a, "a")?, scalar(b, "b")?)) }
}

/// `a` where `cond` is true, `b` elsewhere. As torch.where.
///
/// `cond` is bool; the three shapes are broadcast, the dtype is the promotion of `a` and `b`. Errors:
/// INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_where(
    cond: *const Tensor,
    a: *const Tensor,
    b: *const Tensor,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_where", out, || elementwise::where_(&*input(cond, "cond")?, &*input(a, "a")?, &*input(b, "b")?))
    }
}

/// Each element brought within [low, high]; NULL leaves a side open. As torch.clamp.
///
/// Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_clamp(
    x: *const Tensor,
    low: *const TensorScalar,
    high: *const TensorScalar,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_clamp", out, || {
            let (low, high) = (optional_scalar(low, "low")?, optional_scalar(high, "high")?);
            elementwise::clamp(&*input(x, "x")?, low, high)
        })
    }
}

/// x Phi(x), with Phi the distribution function of the normal distribution. As torch.nn.functional.gelu.
///
/// Errors: INVALID_HANDLE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_gelu(
    x: *const Tensor,
    options: *const TensorGeluOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_gelu", out, || {
            let tanh_approximation = options::read(options)?.tanh_approximation != 0;
            elementwise::gelu(&*input(x, "x")?, tanh_approximation)
        })
    }
}

/// Each element 0 with probability `p`, else divided by 1 - p. As torch.nn.functional.dropout.
///
/// With the option `inference` (or p = 0) it is `x` itself. Errors: INVALID_HANDLE, DTYPE, INVALID_ARGUMENT when p
/// is not in [0, 1], INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dropout(
    x: *const Tensor,
    p: f64,
    options: *const TensorDropoutOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_dropout", out, || {
            let training = options::read(options)?.inference == 0;
            dropout::dropout(&*input(x, "x")?, p, training)
        })
    }
}
