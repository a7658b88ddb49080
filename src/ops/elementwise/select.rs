//! Choosing between values: where and clamp.

use super::{ge_scalar, le_scalar, logical_and};
use crate::apply::apply_one;
use crate::cpu::elementwise as kernel;
use crate::cuda::{Queue, elementwise as cuda_kernel};
use crate::dtype::{DType, Operand, result_type};
use crate::error::Result;
use crate::fail;
use crate::layout::broadcast_shapes;
use crate::ops::create::zero_of;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{In, Out};
use smallvec::{SmallVec, smallvec};

/// y = cond ? a : b
#[derive(Clone, Copy)]
struct Where;

impl Op for Where {
    fn name(&self) -> &'static str {
        "where"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        if inputs[0].dtype != DType::Bool {
            fail!(DTYPE, "cond must be bool, got {}", inputs[0].dtype);
        }
        let shape = broadcast_shapes(&broadcast_shapes(inputs[0].shape(), inputs[1].shape())?, inputs[2].shape())?;
        let dtype = result_type(&[inputs[1].operand(), inputs[2].operand()])?.unwrap_or(inputs[1].dtype);
        Ok(Plan::one(shape, dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let shape = outputs[0].layout.shape();
        let (c, a, b) =
            (inputs[0].layout.expand(shape)?, inputs[1].layout.expand(shape)?, inputs[2].layout.expand(shape)?);
        kernel::select(
            In { layout: &c, ..inputs[0] },
            In { layout: &a, ..inputs[1] },
            In { layout: &b, ..inputs[2] },
            outputs[0],
        )
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let shape = outputs[0].layout.shape();
        let (c, a, b) =
            (inputs[0].layout.expand(shape)?, inputs[1].layout.expand(shape)?, inputs[2].layout.expand(shape)?);
        cuda_kernel::select(
            queue,
            In { layout: &c, ..inputs[0] },
            In { layout: &a, ..inputs[1] },
            In { layout: &b, ..inputs[2] },
            outputs[0],
        )
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::input(0)
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let (cond, g) = (cx.input(0)?, cx.g()?);
        let zero = zero_of(g)?;
        let a = if cx.needs(1) { Some(where_(&cond, g, &zero)?) } else { None };
        let b = if cx.needs(2) { Some(where_(&cond, &zero, g)?) } else { None };
        Ok(smallvec![None, a, b])
    }
}

/// `torch.where`; `cond` is bool.
pub fn where_(cond: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    apply_one(&Where, &[cond, a, b])
}

/// y = min(max(x, low), high); NaN stays.
#[derive(Clone, Copy)]
pub(crate) struct Clamp {
    pub low: Option<Scalar>,
    pub high: Option<Scalar>,
}

impl Op for Clamp {
    fn name(&self) -> &'static str {
        "clamp"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        if self.low.is_none() && self.high.is_none() {
            fail!(INVALID_ARGUMENT, "at least one of low and high must be given");
        }
        if inputs[0].dtype == DType::Bool {
            fail!(DTYPE, "clamp is not defined for bool");
        }
        let mut operands: SmallVec<[Operand; 3]> = smallvec![inputs[0].operand()];
        operands.extend([self.low, self.high].into_iter().flatten().map(|s| Operand::Number(s.dtype())));
        Ok(Plan::one(inputs[0].shape(), result_type(&operands)?.unwrap_or(inputs[0].dtype)))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::clamp(inputs[0], self.low, self.high, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda_kernel::clamp(queue, inputs[0], self.low, self.high, outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::input(0)
    }

    /// The gradient passes where x lies within the bounds, bounds included.
    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let (x, g) = (cx.input(0)?, cx.g()?);
        let low = self.low.map(|s| ge_scalar(&x, s)).transpose()?;
        let high = self.high.map(|s| le_scalar(&x, s)).transpose()?;
        let within = match (low, high) {
            (Some(l), Some(h)) => logical_and(&l, &h)?,
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return Ok(smallvec![Some(g.clone())]),
        };
        Ok(smallvec![Some(where_(&within, g, &zero_of(g)?)?)])
    }
}

/// `torch.clamp` with numbers; `None` leaves a side open.
pub fn clamp(x: &Tensor, low: Option<Scalar>, high: Option<Scalar>) -> Result<Tensor> {
    apply_one(&Clamp { low, high }, &[x])
}
