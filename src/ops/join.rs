//! Several tensors become one.

use super::view::{narrow, unsqueeze};
use crate::apply::apply_one;
use crate::cpu::copy as kernel;
use crate::cuda::{Queue, copy as cuda_kernel};
use crate::dtype::{Operand, result_type};
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, normalize_dim};
use crate::list;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan};
use crate::view::{In, Out};
use smallvec::SmallVec;

/// y = inputs one after another along `dim`; sizes along the other dims agree, dtypes promote.
#[derive(Clone, Copy)]
struct Cat {
    dim: usize,
}

impl Cat {
    /// Copies each input to its part of `out`.
    fn run(&self, inputs: &[In], out: Out, copy: impl Fn(In, Out) -> Result<()>) -> Result<()> {
        let mut start = 0;
        for x in inputs {
            let length = x.layout.shape()[self.dim];
            let part = out.layout.narrow(self.dim as i64, start, length)?;
            copy(*x, Out { layout: &part, ..out })?;
            start += length;
        }
        Ok(())
    }
}

impl Op for Cat {
    fn name(&self) -> &'static str {
        "cat"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let mut shape = Dims::from_slice(inputs[0].shape());
        let mut length = 0i64;
        for (i, x) in inputs.iter().enumerate() {
            let fits = x.ndim() == shape.len() && (0..shape.len()).all(|d| d == self.dim || x.shape()[d] == shape[d]);
            if !fits {
                fail!(
                    SHAPE,
                    "tensor {i} is {:?}, expected the sizes of {:?} except along dim {}",
                    x.shape(),
                    inputs[0].shape(),
                    self.dim
                );
            }
            length = match length.checked_add(x.shape()[self.dim]) {
                Some(n) => n,
                None => fail!(SHAPE, "the joined size does not fit 63 bits"),
            };
        }
        shape[self.dim] = length;
        crate::layout::checked_numel(&shape)?;
        let operands: SmallVec<[Operand; 8]> = list::short(inputs.iter().map(|x| Operand::Tensor(x.dtype)))?;
        Ok(Plan::one(shape, result_type(&operands)?.unwrap_or(inputs[0].dtype)))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        self.run(inputs, outputs[0], kernel::copy)
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        self.run(inputs, outputs[0], |x, out| cuda_kernel::copy(queue, x, out))
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let mut start = 0;
        let mut grads: Grads = list::short_with_room(cx.inputs())?;
        for i in 0..cx.inputs() {
            let length = cx.shape(i)[self.dim];
            grads.push(if cx.needs(i) { Some(narrow(g, self.dim as i64, start, length)?) } else { None });
            start += length;
        }
        Ok(grads)
    }
}

/// `torch.cat`
pub fn cat(tensors: &[&Tensor], dim: i64) -> Result<Tensor> {
    let Some(first) = tensors.first() else { fail!(INVALID_ARGUMENT, "expected at least one tensor, got none") };
    if first.ndim() == 0 {
        fail!(SHAPE, "rank-0 tensors cannot be joined: use stack");
    }
    apply_one(&Cat { dim: normalize_dim(dim, first.ndim())? }, tensors)
}

/// `torch.stack`: joined along a new dim.
pub fn stack(tensors: &[&Tensor], dim: i64) -> Result<Tensor> {
    let Some(first) = tensors.first() else { fail!(INVALID_ARGUMENT, "expected at least one tensor, got none") };
    let dim = normalize_dim(dim, first.ndim() + 1)? as i64;
    if let Some((i, x)) = tensors.iter().enumerate().find(|(_, x)| x.shape() != first.shape()) {
        fail!(SHAPE, "tensor {i} is {:?}, expected {:?} like the first", x.shape(), first.shape());
    }
    let mut wide: SmallVec<[Tensor; 8]> = list::short_with_room(tensors.len())?;
    for x in tensors {
        wide.push(unsqueeze(x, dim)?);
    }
    cat(&list::short::<[&Tensor; 8]>(wide.iter())?, dim)
}
