//! Ops that write their result into an existing tensor. Views of it, and what it is a view of, change with it; backward
//! follows the write as in PyTorch.

use super::border::{call, optional_scalar, scalar, tensor};
use super::types::*;
use crate::ops::in_place;

/// `x = x + b` in place. As torch.Tensor.add_.
///
/// `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_add_(x: *mut Tensor, b: *const Tensor) -> TensorStatus {
    call("tensor_add_", || in_place::add(&tensor(x, "x")?, &tensor(b, "b")?))
}

/// `x = x - b` in place. As torch.Tensor.sub_.
///
/// `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sub_(x: *mut Tensor, b: *const Tensor) -> TensorStatus {
    call("tensor_sub_", || in_place::sub(&tensor(x, "x")?, &tensor(b, "b")?))
}

/// `x = x * b` in place. As torch.Tensor.mul_.
///
/// `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_mul_(x: *mut Tensor, b: *const Tensor) -> TensorStatus {
    call("tensor_mul_", || in_place::mul(&tensor(x, "x")?, &tensor(b, "b")?))
}

/// `x = x / b` in place. As torch.Tensor.div_.
///
/// `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_div_(x: *mut Tensor, b: *const Tensor) -> TensorStatus {
    call("tensor_div_", || in_place::div(&tensor(x, "x")?, &tensor(b, "b")?))
}

/// `x = x + b` in place. As torch.Tensor.add_ with a number.
///
/// The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
/// written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_add_scalar_(x: *mut Tensor, b: TensorScalar) -> TensorStatus {
    call("tensor_add_scalar_", || in_place::add_scalar(&tensor(x, "x")?, scalar(b, "b")?))
}

/// `x = x - b` in place. As torch.Tensor.sub_ with a number.
///
/// The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
/// written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sub_scalar_(x: *mut Tensor, b: TensorScalar) -> TensorStatus {
    call("tensor_sub_scalar_", || in_place::sub_scalar(&tensor(x, "x")?, scalar(b, "b")?))
}

/// `x = x * b` in place. As torch.Tensor.mul_ with a number.
///
/// The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
/// written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_mul_scalar_(x: *mut Tensor, b: TensorScalar) -> TensorStatus {
    call("tensor_mul_scalar_", || in_place::mul_scalar(&tensor(x, "x")?, scalar(b, "b")?))
}

/// `x = x / b` in place. As torch.Tensor.div_ with a number.
///
/// The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
/// written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_div_scalar_(x: *mut Tensor, b: TensorScalar) -> TensorStatus {
    call("tensor_div_scalar_", || in_place::div_scalar(&tensor(x, "x")?, scalar(b, "b")?))
}

/// `x = src` in place. As torch.Tensor.copy_.
///
/// `src` is broadcast to the shape of `x` and converted to its dtype; it may be on another device unless `x` is on the CPU
/// (NOT_ON_CPU: call tensor_to_cpu first). Errors: INVALID_HANDLE, SHAPE, DTYPE,
/// READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_copy_(x: *mut Tensor, src: *const Tensor) -> TensorStatus {
    call("tensor_copy_", || in_place::copy(&tensor(x, "x")?, &tensor(src, "src")?))
}

/// `x = value` in place. As torch.Tensor.fill_.
///
/// Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
/// mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_fill_(x: *mut Tensor, value: TensorScalar) -> TensorStatus {
    call("tensor_fill_", || in_place::fill(&tensor(x, "x")?, scalar(value, "value")?))
}

/// `x = 0` in place. As torch.Tensor.zero_.
///
/// Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
/// mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_zero_(x: *mut Tensor) -> TensorStatus {
    call("tensor_zero_", || in_place::zero(&tensor(x, "x")?))
}

/// Each element brought within [low, high] in place; NULL leaves a side open. As torch.Tensor.clamp_.
///
/// Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
/// mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_clamp_(
    x: *mut Tensor,
    low: *const TensorScalar,
    high: *const TensorScalar,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    call("tensor_clamp_", || unsafe {
        in_place::clamp(&tensor(x, "x")?, optional_scalar(low, "low")?, optional_scalar(high, "high")?)
    })
}

/// `x = -x` in place. As torch.Tensor.neg_.
///
/// Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
/// mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_neg_(x: *mut Tensor) -> TensorStatus {
    call("tensor_neg_", || in_place::neg(&tensor(x, "x")?))
}

/// `x = exp(x)` in place. As torch.Tensor.exp_.
///
/// Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
/// written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_exp_(x: *mut Tensor) -> TensorStatus {
    call("tensor_exp_", || in_place::exp(&tensor(x, "x")?))
}

/// `x = sqrt(x)` in place. As torch.Tensor.sqrt_.
///
/// Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
/// written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sqrt_(x: *mut Tensor) -> TensorStatus {
    call("tensor_sqrt_", || in_place::sqrt(&tensor(x, "x")?))
}

/// `x = max(x, 0)` in place. As torch.Tensor.relu_.
///
/// Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad
/// mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_relu_(x: *mut Tensor) -> TensorStatus {
    call("tensor_relu_", || in_place::relu(&tensor(x, "x")?))
}

/// `x = 1 / (1 + exp(-x))` in place. As torch.Tensor.sigmoid_.
///
/// Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
/// written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sigmoid_(x: *mut Tensor) -> TensorStatus {
    call("tensor_sigmoid_", || in_place::sigmoid(&tensor(x, "x")?))
}

/// `x = tanh(x)` in place. As torch.Tensor.tanh_.
///
/// Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
/// written only in no-grad mode), OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_tanh_(x: *mut Tensor) -> TensorStatus {
    call("tensor_tanh_", || in_place::tanh(&tensor(x, "x")?))
}
