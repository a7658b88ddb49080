//! Softmax and its logarithm along one dim.

use super::copy::to_dtype;
use super::elementwise::{exp, mul, sub};
use super::reduce::sum;
use crate::apply::apply_one;
use crate::cpu::softmax as kernel;
use crate::cuda::{Queue, softmax as cuda_kernel};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::normalize_dim;
use crate::tensor::Tensor;
use crate::tensor::mode::{self, Mode};
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{In, Out};
use smallvec::smallvec;

/// yᵢ = exp(xᵢ − m) / Σⱼ exp(xⱼ − m) with m = max x; or its logarithm.
#[derive(Clone, Copy)]
struct Softmax {
    dim: usize,
    log: bool,
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        if self.log { "log_softmax" } else { "softmax" }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        if !inputs[0].dtype.is_float() {
            fail!(DTYPE, "{} needs floats, got {}: ask for a float dtype", self.name(), inputs[0].dtype);
        }
        Ok(Plan::one(inputs[0].shape(), inputs[0].dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::softmax(inputs[0], self.dim, self.log, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda_kernel::softmax(queue, inputs[0], self.dim, self.log, outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::output(0)
    }

    /// softmax: y·(g − Σ g·y);  log_softmax: g − exp(y)·Σ g. In one pass, unless it is to be differentiated again.
    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let (g, y) = (cx.g()?, cx.output(0)?);
        if mode::current() != Mode::Grad {
            return Ok(smallvec![Some(apply_one(&SoftmaxBackward { dim: self.dim, log: self.log }, &[g, &y])?)]);
        }
        let dims = [self.dim as i64];
        let total = |x: &Tensor| sum(x, &dims, true, None);
        Ok(smallvec![Some(if self.log {
            sub(g, &mul(&exp(&y)?, &total(g)?)?)?
        } else {
            mul(&y, &sub(g, &total(&mul(g, &y)?)?)?)?
        })])
    }
}

/// The formula of [`Softmax`]'s gradient, of (g, y), as one kernel. Never recorded.
#[derive(Clone, Copy)]
struct SoftmaxBackward {
    dim: usize,
    log: bool,
}

impl Op for SoftmaxBackward {
    fn name(&self) -> &'static str {
        if self.log { "log_softmax_backward" } else { "softmax_backward" }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let (g, y) = (inputs[0], inputs[1]);
        if g.shape() != y.shape() || g.dtype != y.dtype {
            fail!(INTERNAL, "the gradient of {} {:?} is {} {:?}", y.dtype, y.shape(), g.dtype, g.shape());
        }
        Ok(Plan::one(y.shape(), y.dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::softmax_backward(inputs[0], inputs[1], self.dim, self.log, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda_kernel::softmax_backward(queue, inputs[0], inputs[1], self.dim, self.log, outputs[0])
    }

    fn differentiable(&self) -> bool {
        false
    }
}

fn apply_softmax(x: &Tensor, dim: i64, dtype: Option<DType>, log: bool) -> Result<Tensor> {
    let x = to_dtype(x, dtype.unwrap_or(x.dtype()))?;
    apply_one(&Softmax { dim: normalize_dim(dim, x.ndim())?, log }, &[&x])
}

/// `torch.softmax`; the input is converted to `dtype` first if one is given.
pub fn softmax(x: &Tensor, dim: i64, dtype: Option<DType>) -> Result<Tensor> {
    apply_softmax(x, dim, dtype, false)
}

/// `torch.log_softmax`
pub fn log_softmax(x: &Tensor, dim: i64, dtype: Option<DType>) -> Result<Tensor> {
    apply_softmax(x, dim, dtype, true)
}
