//! Losses, made of other ops; the cross entropy is one of its own.

use super::elementwise::{square, sub};
use super::reduce::{mean, sum};
use crate::error::Result;
use crate::fail;
use crate::tensor::Tensor;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reduction {
    Mean,
    Sum,
    None,
}

/// One loss of many.
pub(super) fn reduced(loss: Tensor, reduction: Reduction) -> Result<Tensor> {
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
