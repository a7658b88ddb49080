//! Matrix products with PyTorch's rank rules.

use super::reduce::sum;
use super::view::{reshape, select, transpose, unsqueeze};
use crate::apply::apply_one;
use crate::cpu::{copy as copy_kernel, gemm};
use crate::cuda::{self, Queue};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, broadcast_shapes};
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{In, Out};
use smallvec::smallvec;

/// y[…, i, j] = Σₖ a[…, i, k]·b[…, k, j], batch dims broadcast.
#[derive(Clone, Copy)]
struct Matmul;

fn check_dtypes(a: DType, b: DType) -> Result<()> {
    if a != b {
        fail!(DTYPE, "a is {a} and b is {b}: both must have one dtype");
    }
    if a == DType::Bool {
        fail!(DTYPE, "matrix products are not defined for bool");
    }
    Ok(())
}

/// [batch…, rows, columns] with the given batch.
fn with_batch(batch: &[i64], shape: &[i64]) -> Dims {
    let mut out = Dims::from_slice(batch);
    out.extend_from_slice(&shape[shape.len() - 2..]);
    out
}

impl Op for Matmul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let (a, b) = (inputs[0].shape(), inputs[1].shape());
        check_dtypes(inputs[0].dtype, inputs[1].dtype)?;
        let (ka, kb) = (a[a.len() - 1], b[b.len() - 2]);
        if ka != kb {
            fail!(SHAPE, "a is {a:?} and b is {b:?}: inner sizes {ka} and {kb} differ");
        }
        let Ok(mut shape) = broadcast_shapes(&a[..a.len() - 2], &b[..b.len() - 2]) else {
            fail!(SHAPE, "a is {a:?} and b is {b:?}: the dimensions before the last two do not broadcast");
        };
        shape.extend_from_slice(&[a[a.len() - 2], b[b.len() - 1]]);
        crate::layout::checked_numel(&shape)?;
        Ok(Plan::one(shape, inputs[0].dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (a, b, out) = (inputs[0], inputs[1], outputs[0]);
        let batch = &out.layout.shape()[..out.layout.ndim() - 2];
        let la = a.layout.expand(&with_batch(batch, a.layout.shape()))?;
        let lb = b.layout.expand(&with_batch(batch, b.layout.shape()))?;
        gemm::matmul(In { layout: &la, ..a }, In { layout: &lb, ..b }, out, false)
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (a, b, out) = (inputs[0], inputs[1], outputs[0]);
        let batch = &out.layout.shape()[..out.layout.ndim() - 2];
        let la = a.layout.expand(&with_batch(batch, a.layout.shape()))?;
        let lb = b.layout.expand(&with_batch(batch, b.layout.shape()))?;
        cuda::gemm::matmul(queue, In { layout: &la, ..a }, In { layout: &lb, ..b }, None, out)
    }

    fn saves(&self, needs: u32) -> Saves {
        Saves { inputs: (needs & 1) << 1 | (needs & 2) >> 1, outputs: 0 }
    }

    /// da = g·bᵀ, db = aᵀ·g; the engine sums over broadcast batch dims.
    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let a = if cx.needs(0) { Some(matmul(g, &transpose(&cx.input(1)?, -1, -2)?)?) } else { None };
        let b = if cx.needs(1) { Some(matmul(&transpose(&cx.input(0)?, -1, -2)?, g)?) } else { None };
        Ok(smallvec![a, b])
    }
}

/// `torch.matmul`: dot product, matrix–vector, matrix–matrix, or a batch of them, by the ranks of `a` and `b`.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.ndim() == 0 || b.ndim() == 0 {
        fail!(SHAPE, "a is {:?} and b is {:?}: both need at least one dimension", a.shape(), b.shape());
    }
    let inner = (a.shape()[a.ndim() - 1], b.shape()[b.ndim().saturating_sub(2)]);
    if inner.0 != inner.1 {
        fail!(SHAPE, "a is {:?} and b is {:?}: inner sizes {} and {} differ", a.shape(), b.shape(), inner.0, inner.1);
    }
    match (a.ndim(), b.ndim()) {
        (2, 2) => apply_one(&Matmul, &[a, b]),
        // A vector is a row on the left and a column on the right; that dim goes again.
        (1, _) if b.ndim() > 1 => select(&matmul(&unsqueeze(a, 0)?, b)?, -2, 0),
        (_, 1) if a.ndim() > 1 => select(&matmul(a, &unsqueeze(b, 1)?)?, -1, 0),
        (1, 1) => reshape(&apply_one(&Matmul, &[&unsqueeze(a, 0)?, &unsqueeze(b, 1)?])?, &[]),
        // One matrix for the whole batch: the batch dims are just more rows.
        (_, 2) if a.is_contiguous() => {
            let mut shape = Dims::from_slice(&a.shape()[..a.ndim() - 1]);
            let rows = reshape(a, &[shape.iter().product(), inner.0])?;
            shape.push(b.shape()[1]);
            reshape(&apply_one(&Matmul, &[&rows, b])?, &shape)
        }
        _ => apply_one(&Matmul, &[a, b]),
    }
}

/// y = x·wᵀ + bias, with x [n, in], w [out, in], bias [out].
#[derive(Clone, Copy)]
struct Linear;

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let shape = [inputs[0].shape()[0], inputs[1].shape()[0]];
        // With an inner size of 0 each of the two may be anything.
        crate::layout::checked_numel(&shape)?;
        Ok(Plan::one(shape.as_slice(), inputs[0].dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let out = outputs[0];
        let weight = inputs[1].layout.transpose(0, 1)?;
        if let Some(bias) = inputs.get(2) {
            let rows = bias.layout.expand(out.layout.shape())?;
            copy_kernel::copy(In { layout: &rows, ..*bias }, out)?;
        }
        gemm::matmul(inputs[0], In { layout: &weight, ..inputs[1] }, out, inputs.len() > 2)
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let weight = inputs[1].layout.transpose(0, 1)?;
        let b = In { layout: &weight, ..inputs[1] };
        cuda::gemm::matmul(queue, inputs[0], b, inputs.get(2).copied(), outputs[0])
    }

    fn saves(&self, needs: u32) -> Saves {
        Saves { inputs: (needs & 1) << 1 | (needs & 2) >> 1, outputs: 0 }
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let mut grads: Grads = smallvec![None; cx.inputs()];
        if cx.needs(0) {
            grads[0] = Some(matmul(g, &cx.input(1)?)?);
        }
        if cx.needs(1) {
            grads[1] = Some(matmul(&transpose(g, 0, 1)?, &cx.input(0)?)?);
        }
        if cx.needs(2) {
            grads[2] = Some(sum(g, &[0], false, None)?);
        }
        Ok(grads)
    }
}

/// `torch.nn.functional.linear`: x [*, in], weight [out, in], bias [out].
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    if weight.ndim() != 2 {
        fail!(SHAPE, "weight is {:?}, expected [out, in]", weight.shape());
    }
    let (out, inner) = (weight.shape()[0], weight.shape()[1]);
    if x.ndim() == 0 || x.shape()[x.ndim() - 1] != inner {
        fail!(SHAPE, "x is {:?}, expected a last dim of {inner} as in weight {:?}", x.shape(), weight.shape());
    }
    check_dtypes(x.dtype(), weight.dtype())?;
    if let Some(bias) = bias {
        if bias.shape() != [out] {
            fail!(SHAPE, "bias is {:?}, expected [{out}]", bias.shape());
        }
        check_dtypes(x.dtype(), bias.dtype())?;
    }
    let apply = |x: &Tensor| match bias {
        Some(bias) => apply_one(&Linear, &[x, weight, bias]),
        None => apply_one(&Linear, &[x, weight]),
    };
    if x.ndim() == 2 {
        return apply(x);
    }
    let mut shape = Dims::from_slice(&x.shape()[..x.ndim() - 1]);
    let rows = shape.iter().product();
    shape.push(out);
    reshape(&apply(&reshape(x, &[rows, inner])?)?, &shape)
}
