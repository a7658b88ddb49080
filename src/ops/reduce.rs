//! Many elements become one: sums, extremes, variance.

use super::copy::to_dtype;
use super::elementwise::{div, div_scalar, eq, mul, mul_scalar, sub};
use super::view::{expand, reshape};
use crate::apply::apply_one;
use crate::cpu::argreduce;
use crate::cpu::reduce as kernel;
use crate::cuda::{Queue, argreduce as cuda_argreduce, reduce as cuda_kernel};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::function::Reduce as Kind;
use crate::layout::{Dims, dim_mask, normalize_dim};
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{In, Out};
use smallvec::{SmallVec, smallvec};

/// Which dims go: true = reduced.
type Mask = SmallVec<[bool; 8]>;

fn reduced_shape(shape: &[i64], mask: &[bool], keepdim: bool) -> Dims {
    shape.iter().zip(mask).filter(|(_, gone)| keepdim || !**gone).map(|(&n, &gone)| if gone { 1 } else { n }).collect()
}

fn reduced_count(shape: &[i64], mask: &[bool]) -> i64 {
    shape.iter().zip(mask).filter(|(_, gone)| **gone).map(|(&n, _)| n).product()
}

/// A reduced value stretched back over the dims that went.
fn restore(y: &Tensor, shape: &[i64], mask: &[bool]) -> Result<Tensor> {
    expand(&reshape(y, &reduced_shape(shape, mask, true))?, shape)
}

#[derive(Clone)]
struct Reduce {
    kind: Kind,
    mask: Mask,
    keepdim: bool,
    dtype: DType,
}

impl Op for Reduce {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let x = inputs[0];
        if matches!(self.kind, Kind::Max | Kind::Min) && reduced_count(x.shape(), &self.mask) == 0 {
            fail!(SHAPE, "{} of no elements is not defined: shape {:?}", self.name(), x.shape());
        }
        Ok(Plan::one(reduced_shape(x.shape(), &self.mask, self.keepdim), self.dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::reduce(self.kind, inputs[0], &self.mask, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda_kernel::reduce(queue, self.kind, inputs[0], &self.mask, outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        match self.kind {
            Kind::Max | Kind::Min => Saves { inputs: 1, outputs: 1 },
            _ => Saves::NOTHING,
        }
    }

    fn differentiable(&self) -> bool {
        matches!(self.kind, Kind::Sum | Kind::Mean | Kind::Max | Kind::Min)
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let (g, shape) = (cx.g()?, cx.shape(0));
        let spread = |y: &Tensor| restore(y, shape, &self.mask);
        // A sum or mean may have been gathered in a wider dtype.
        let narrowed = |y: &Tensor| to_dtype(y, cx.dtype(0));
        Ok(smallvec![Some(match self.kind {
            Kind::Sum => spread(&narrowed(g)?)?,
            Kind::Mean => {
                let count = reduced_count(shape, &self.mask).max(1);
                spread(&narrowed(&div_scalar(g, Scalar::Int(count))?)?)?
            }
            // All places that hold the extreme share the gradient evenly (`torch.amax`).
            Kind::Max | Kind::Min => {
                let hit = to_dtype(&eq(&cx.input(0)?, &spread(&cx.output(0)?)?)?, g.dtype())?;
                let share = div(&hit, &spread(&sum_masked(&hit, &self.mask, self.keepdim)?)?)?;
                mul(&spread(g)?, &share)?
            }
            Kind::Prod | Kind::Any | Kind::All => return Ok(smallvec![None]),
        })])
    }
}

fn sum_masked(x: &Tensor, mask: &[bool], keepdim: bool) -> Result<Tensor> {
    let op = Reduce { kind: Kind::Sum, mask: mask.into(), keepdim, dtype: x.dtype() };
    apply_one(&op, &[x])
}

fn reduce(kind: Kind, x: &Tensor, dims: &[i64], keepdim: bool, dtype: DType) -> Result<Tensor> {
    apply_one(&Reduce { kind, mask: dim_mask(dims, x.ndim())?, keepdim, dtype }, &[x])
}

/// Whether elements of `from` are gathered in `to` as they are: kernels add these up in it anyway.
fn widens(from: DType, to: DType) -> bool {
    matches!(from, DType::F16 | DType::BF16) && to == DType::F32
}

/// `torch.sum`; integers and bool add up to i64 unless a dtype is asked for.
pub fn sum(x: &Tensor, dims: &[i64], keepdim: bool, dtype: Option<DType>) -> Result<Tensor> {
    match dtype {
        Some(dtype) if widens(x.dtype(), dtype) => reduce(Kind::Sum, x, dims, keepdim, dtype),
        Some(dtype) => reduce(Kind::Sum, &to_dtype(x, dtype)?, dims, keepdim, dtype),
        None => reduce(Kind::Sum, x, dims, keepdim, x.dtype().to_accumulator()),
    }
}

/// `torch.mean`; the values or the dtype asked for must be floats.
pub fn mean(x: &Tensor, dims: &[i64], keepdim: bool, dtype: Option<DType>) -> Result<Tensor> {
    let dtype = dtype.unwrap_or(x.dtype());
    if !dtype.is_float() {
        fail!(DTYPE, "mean needs floats, got {dtype}: convert the tensor or ask for a float dtype");
    }
    let x = if widens(x.dtype(), dtype) { x.clone() } else { to_dtype(x, dtype)? };
    reduce(Kind::Mean, &x, dims, keepdim, dtype)
}

/// `torch.amax`
pub fn max(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    reduce(Kind::Max, x, dims, keepdim, x.dtype())
}

/// `torch.amin`
pub fn min(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    reduce(Kind::Min, x, dims, keepdim, x.dtype())
}

/// Whether some element is not zero.
pub fn any(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    reduce(Kind::Any, x, dims, keepdim, DType::Bool)
}

/// Whether no element is zero.
pub fn all(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    reduce(Kind::All, x, dims, keepdim, DType::Bool)
}

/// Σ(x − mean)² / (n − correction) (`torch.var`).
#[derive(Clone)]
struct Var {
    mask: Mask,
    keepdim: bool,
    correction: f64,
}

impl Op for Var {
    fn name(&self) -> &'static str {
        "var"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        if !inputs[0].dtype.is_float() {
            fail!(DTYPE, "var needs floats, got {}", inputs[0].dtype);
        }
        Ok(Plan::one(reduced_shape(inputs[0].shape(), &self.mask, self.keepdim), inputs[0].dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::var(inputs[0], &self.mask, self.correction, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda_kernel::var(queue, inputs[0], &self.mask, self.correction, outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::input(0)
    }

    /// 2(x − mean) / (n − correction)
    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let (x, shape) = (cx.input(0)?, cx.shape(0));
        let n = reduced_count(shape, &self.mask);
        let mean = div_scalar(&sum_masked(&x, &self.mask, true)?, Scalar::Int(n.max(1)))?;
        let scale = 2.0 / (n as f64 - self.correction).max(0.0);
        let slope = mul_scalar(&sub(&x, &mean)?, Scalar::Float(scale))?;
        Ok(smallvec![Some(mul(&restore(cx.g()?, shape, &self.mask)?, &slope)?)])
    }
}

pub fn var(x: &Tensor, dims: &[i64], keepdim: bool, correction: f64) -> Result<Tensor> {
    apply_one(&Var { mask: dim_mask(dims, x.ndim())?, keepdim, correction }, &[x])
}

/// The position of the first extreme along `dim`, or in C order over all elements.
#[derive(Clone, Copy)]
struct ArgReduce {
    largest: bool,
    dim: Option<usize>,
    keepdim: bool,
}

impl ArgReduce {
    /// A rank-0 tensor has one element whatever dim is named.
    fn dim_of(&self, x: In) -> Option<usize> {
        self.dim.filter(|_| x.layout.ndim() > 0)
    }
}

impl Op for ArgReduce {
    fn name(&self) -> &'static str {
        if self.largest { "argmax" } else { "argmin" }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let x = inputs[0];
        let mask: Mask = (0..x.ndim()).map(|d| self.dim.is_none_or(|only| only == d)).collect();
        if reduced_count(x.shape(), &mask) == 0 {
            fail!(SHAPE, "{} of no elements is not defined: shape {:?}", self.name(), x.shape());
        }
        Ok(Plan::one(reduced_shape(x.shape(), &mask, self.keepdim), DType::I64))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (x, out) = (inputs[0], outputs[0]);
        if self.largest { argreduce::argmax(x, self.dim_of(x), out) } else { argreduce::argmin(x, self.dim_of(x), out) }
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (x, out) = (inputs[0], outputs[0]);
        if self.largest {
            cuda_argreduce::argmax(queue, x, self.dim_of(x), out)
        } else {
            cuda_argreduce::argmin(queue, x, self.dim_of(x), out)
        }
    }

    fn differentiable(&self) -> bool {
        false
    }
}

pub fn argmax(x: &Tensor, dim: Option<i64>, keepdim: bool) -> Result<Tensor> {
    let dim = dim.map(|d| normalize_dim(d, x.ndim())).transpose()?;
    apply_one(&ArgReduce { largest: true, dim, keepdim }, &[x])
}

pub fn argmin(x: &Tensor, dim: Option<i64>, keepdim: bool) -> Result<Tensor> {
    let dim = dim.map(|d| normalize_dim(d, x.ndim())).transpose()?;
    apply_one(&ArgReduce { largest: false, dim, keepdim }, &[x])
}

/// Sums `g` down to `shape`, from which it was broadcast.
pub fn sum_to_shape(g: &Tensor, shape: &[i64]) -> Result<Tensor> {
    if g.shape() == shape {
        return Ok(g.clone());
    }
    let lead = g.ndim().saturating_sub(shape.len());
    let stretched = |d: usize| d < lead || (shape[d - lead] == 1 && g.shape()[d] != 1);
    let mask: Mask = (0..g.ndim()).map(stretched).collect();
    reshape(&sum_masked(g, &mask, true)?, shape)
}
