//! Losses.

use super::border::{emit, optional_tensor, tensor};
use super::options::{self, TensorCrossEntropyOptions, TensorLossOptions};
use super::types::*;
use crate::error::Result;
use crate::fail;
use crate::ops::cross_entropy::{CrossEntropy, cross_entropy};
use crate::ops::loss::{Reduction, mse_loss};

fn reduction(number: i32) -> Result<Reduction> {
    match number {
        TENSOR_REDUCTION_MEAN => Ok(Reduction::Mean),
        TENSOR_REDUCTION_SUM => Ok(Reduction::Sum),
        TENSOR_REDUCTION_NONE => Ok(Reduction::None),
        _ => fail!(INVALID_ARGUMENT, "options.reduction is {number}, which is no TENSOR_REDUCTION_"),
    }
}

/// -log softmax(input)[target]. As torch.nn.functional.cross_entropy.
///
/// `input` is [C], [N, C] or [N, C, d1, ...] of floats, before any softmax. `target` holds class numbers in i64 and
/// has the shape of `input` without C; or it holds probabilities and has the shape and dtype of `input`. Errors:
/// INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX when a class number is not in [0, C), INVALID_ARGUMENT,
/// INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_cross_entropy(
    input: *const Tensor,
    target: *const Tensor,
    options: *const TensorCrossEntropyOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_cross_entropy", out, || {
            let o = options::read(options)?;
            let settings = CrossEntropy {
                reduction: reduction(o.reduction)?,
                ignore_index: o.ignore_index,
                label_smoothing: o.label_smoothing,
                weight: optional_tensor(o.weight, "options.weight")?,
            };
            cross_entropy(&tensor(input, "input")?, &tensor(target, "target")?, &settings)
        })
    }
}

/// The squared difference. As torch.nn.functional.mse_loss.
///
/// Both have the same shape. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT, INVALID_OPTIONS,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_mse_loss(
    input: *const Tensor,
    target: *const Tensor,
    options: *const TensorLossOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_mse_loss", out, || {
            let reduction = reduction(options::read(options)?.reduction)?;
            mse_loss(&tensor(input, "input")?, &tensor(target, "target")?, reduction)
        })
    }
}
