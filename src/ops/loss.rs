//! Losses, made of other ops.

use super::copy::to_dtype;
use super::elementwise::{add, div, mul, mul_scalar, ne_scalar, neg, square, sub, where_};
use super::index::{gather, index_select};
use super::reduce::{mean, sum};
use super::softmax::log_softmax;
use super::view::{reshape, select, unsqueeze};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::Dims;
use crate::ops::create::zeros;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reduction {
    Mean,
    Sum,
    None,
}

fn reduced(loss: Tensor, reduction: Reduction) -> Result<Tensor> {
    match reduction {
        Reduction::Mean => mean(&loss, &[], false, None),
        Reduction::Sum => sum(&loss, &[], false, None),
        Reduction::None => Ok(loss),
    }
}

/// (input − target)² (`torch.nn.functional.mse_loss`); the shapes must agree.
pub fn mse_loss(input: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    if input.shape() != target.shape() {
        fail!(SHAPE, "input is {:?} and target is {:?}: the shapes must be the same", input.shape(), target.shape());
    }
    reduced(square(&sub(input, target)?)?, reduction)
}

#[derive(Clone)]
pub struct CrossEntropy {
    pub reduction: Reduction,
    /// Targets of this value count for nothing.
    pub ignore_index: i64,
    /// How much of each target is spread evenly over all classes, from 0 to 1.
    pub label_smoothing: f64,
    /// One weight per class.
    pub weight: Option<Tensor>,
}

/// −log softmax(input)[target] (`torch.nn.functional.cross_entropy`).
///
/// `input` is [C], [N, C] or [N, C, d1, …] of floats. `target` holds class numbers (i64 or i32) and has input's shape
/// without C; or it holds probabilities and has input's shape and dtype.
pub fn cross_entropy(input: &Tensor, target: &Tensor, options: &CrossEntropy) -> Result<Tensor> {
    if input.ndim() == 0 {
        fail!(SHAPE, "input has rank 0, expected [C], [N, C] or [N, C, d1, ...]");
    }
    if !input.dtype().is_float() {
        fail!(DTYPE, "input is {}, expected floats", input.dtype());
    }
    if !(0.0..=1.0).contains(&options.label_smoothing) {
        fail!(INVALID_ARGUMENT, "options.label_smoothing is {}, expected 0 to 1", options.label_smoothing);
    }
    let dim = if input.ndim() == 1 { 0 } else { 1 };
    let classes = input.shape()[dim];
    if let Some(weight) = &options.weight
        && (weight.shape() != [classes] || weight.dtype() != input.dtype())
    {
        fail!(
            SHAPE,
            "options.weight is {} {:?}, expected {} [{classes}]",
            weight.dtype(),
            weight.shape(),
            input.dtype()
        );
    }
    if target.dtype().is_float() {
        return with_probabilities(input, target, dim, options);
    }
    with_classes(input, target, dim, options)
}

/// The class weights shaped so that they broadcast over `rank` dims along `dim`.
fn along(weight: &Tensor, dim: usize, rank: usize) -> Result<Tensor> {
    let mut shape: Dims = smallvec::smallvec![1; rank];
    shape[dim] = weight.shape()[0];
    reshape(weight, &shape)
}

fn with_probabilities(input: &Tensor, target: &Tensor, dim: usize, options: &CrossEntropy) -> Result<Tensor> {
    if target.shape() != input.shape() {
        fail!(SHAPE, "target holds probabilities of shape {:?}, expected input's {:?}", target.shape(), input.shape());
    }
    let (s, classes) = (options.label_smoothing, input.shape()[dim]);
    let mut target = target.clone();
    if s > 0.0 {
        let even = Scalar::Float(s / classes.max(1) as f64);
        target = super::elementwise::add_scalar(&mul_scalar(&target, Scalar::Float(1.0 - s))?, even)?;
    }
    let mut terms = mul(&log_softmax(input, dim as i64, None)?, &target)?;
    if let Some(weight) = &options.weight {
        terms = mul(&terms, &along(weight, dim, input.ndim())?)?;
    }
    let loss = neg(&sum(&terms, &[dim as i64], false, None)?)?;
    match options.reduction {
        // Per sample, not per weight.
        Reduction::Mean => {
            let samples = input.numel() / classes.max(1);
            super::elementwise::div_scalar(&sum(&loss, &[], false, None)?, Scalar::Int(samples))
        }
        other => reduced(loss, other),
    }
}

fn with_classes(input: &Tensor, target: &Tensor, dim: usize, options: &CrossEntropy) -> Result<Tensor> {
    let mut expected = Dims::from_slice(input.shape());
    expected.remove(dim);
    if target.shape() != &expected[..] {
        fail!(
            SHAPE,
            "target is {:?}, expected {:?}: input's shape without its classes",
            target.shape(),
            expected.as_slice()
        );
    }
    if !matches!(target.dtype(), DType::I64 | DType::I32) {
        fail!(DTYPE, "target is {}, expected i64 or i32 class numbers, or float probabilities", target.dtype());
    }
    let (dim64, dtype) = (dim as i64, input.dtype());
    // In i64, which holds every ignore_index.
    let counted = ne_scalar(&to_dtype(target, DType::I64)?, Scalar::Int(options.ignore_index))?;
    let class = where_(&counted, target, &zeros(&[], target.dtype(), target.device())?)?;
    let zero = zeros(&[], dtype, input.device())?;

    let logs = log_softmax(input, dim64, None)?;
    let of_target = gather(&logs, dim64, &unsqueeze(&class, dim64)?).map_err(|e| e.within("target"))?;
    let picked = select(&of_target, dim64, 0)?;
    // What each sample weighs: its class's weight, or 1; ignored ones nothing.
    let share = match &options.weight {
        Some(weight) => {
            let of_class = reshape(&index_select(weight, 0, &reshape(&class, &[class.numel()])?)?, class.shape())?;
            where_(&counted, &of_class, &zero)?
        }
        None => to_dtype(&counted, dtype)?,
    };
    let mut loss = neg(&where_(&counted, &mul(&picked, &share)?, &zero)?)?;
    let s = options.label_smoothing;
    if s > 0.0 {
        let weighted = match &options.weight {
            Some(weight) => mul(&logs, &along(weight, dim, input.ndim())?)?,
            None => logs,
        };
        let smooth = neg(&where_(&counted, &sum(&weighted, &[dim64], false, None)?, &zero)?)?;
        let even = Scalar::Float(s / input.shape()[dim].max(1) as f64);
        loss = add(&mul_scalar(&loss, Scalar::Float(1.0 - s))?, &mul_scalar(&smooth, even)?)?;
    }
    match options.reduction {
        // Per weight: with no sample counted that is 0/0, as in PyTorch.
        Reduction::Mean => div(&sum(&loss, &[], false, None)?, &sum(&share, &[], false, None)?),
        other => reduced(loss, other),
    }
}
