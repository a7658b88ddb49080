//! Other shapes over the same memory. Nothing runs; a write to one is seen by all.

use crate::apply::apply_one;
use crate::cpu::{copy as copy_kernel, fill as fill_kernel};
use crate::cuda::{self, Queue};
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, Layout, infer_shape, normalize_dim};
use crate::list;
use crate::ops::copy;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan};
use crate::view::{In, Out};
use smallvec::smallvec;

#[derive(Clone)]
enum View {
    Reshape(Dims),
    Expand(Dims),
    Permute(Dims),
    Transpose(i64, i64),
    Squeeze(Dims),
    Unsqueeze(i64),
    Select { dim: i64, index: i64 },
    Slice { dim: i64, start: i64, end: i64, step: i64 },
    Narrow { dim: i64, start: i64, length: i64 },
}

impl View {
    fn layout(&self, of: &Layout) -> Result<Layout> {
        match self {
            View::Reshape(shape) => {
                let shape = infer_shape(shape, of.numel())?;
                match of.view(&shape) {
                    Some(layout) => Ok(layout),
                    None => fail!(
                        NOT_CONTIGUOUS,
                        "shape {:?} with strides {:?} cannot be viewed as {:?} without a copy: call tensor_reshape",
                        of.shape(),
                        of.strides(),
                        shape.as_slice()
                    ),
                }
            }
            View::Expand(shape) => of.expand(shape),
            View::Permute(dims) => of.permute(dims),
            View::Transpose(a, b) => of.transpose(*a, *b),
            View::Squeeze(dims) => of.squeeze(dims),
            View::Unsqueeze(dim) => of.unsqueeze(*dim),
            View::Select { dim, index } => of.select(*dim, *index),
            View::Slice { dim, start, end, step } => of.slice(*dim, *start, *end, *step),
            View::Narrow { dim, start, length } => of.narrow(*dim, *start, *length),
        }
    }
}

impl Op for View {
    fn name(&self) -> &'static str {
        match self {
            View::Reshape(_) => "view",
            View::Expand(_) => "expand",
            View::Permute(_) => "permute",
            View::Transpose(..) => "transpose",
            View::Squeeze(_) => "squeeze",
            View::Unsqueeze(_) => "unsqueeze",
            View::Select { .. } => "select",
            View::Slice { .. } => "slice",
            View::Narrow { .. } => "narrow",
        }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::View(self.layout(inputs[0].layout)?))
    }

    fn cpu(&self, _: &[In], _: &[Out]) -> Result<()> {
        fail!(INTERNAL, "a view op runs nothing")
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let shape = cx.shape(0);
        Ok(smallvec![Some(match self {
            View::Reshape(_) | View::Squeeze(_) | View::Unsqueeze(_) => reshape(g, shape)?,
            // The engine sums over what was stretched.
            View::Expand(_) => g.clone(),
            View::Permute(dims) => {
                let mut inverse: Dims = smallvec![0; dims.len()];
                for (i, &d) in dims.iter().enumerate() {
                    inverse[normalize_dim(d, dims.len())?] = i as i64;
                }
                permute(g, &inverse)?
            }
            View::Transpose(a, b) => transpose(g, *a, *b)?,
            View::Select { .. } | View::Slice { .. } | View::Narrow { .. } => {
                apply_one(&Place { view: self.clone(), shape: Dims::from_slice(shape) }, &[g])?
            }
        })])
    }
}

/// Zeros of `shape` with x in the region that `view` shows: the transpose of taking that region.
#[derive(Clone)]
struct Place {
    view: View,
    shape: Dims,
}

impl Op for Place {
    fn name(&self) -> &'static str {
        "place"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::one(self.shape.clone(), inputs[0].dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let out = outputs[0];
        fill_kernel::fill(out, Scalar::Int(0))?;
        let region = self.view.layout(out.layout)?;
        copy_kernel::copy(inputs[0], Out { layout: &region, ..out })
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let out = outputs[0];
        cuda::fill::fill(queue, out, Scalar::Int(0))?;
        let region = self.view.layout(out.layout)?;
        cuda::copy::copy(queue, inputs[0], Out { layout: &region, ..out })
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        Ok(smallvec![Some(apply_one(&self.view, &[cx.g()?])?)])
    }
}

/// Another shape over the same memory; NOT_CONTIGUOUS where strides cannot say it.
pub fn view(x: &Tensor, shape: &[i64]) -> Result<Tensor> {
    apply_one(&View::Reshape(Dims::from_slice(shape)), &[x])
}

/// A view where one is possible, else a copy.
pub fn reshape(x: &Tensor, shape: &[i64]) -> Result<Tensor> {
    let shape = infer_shape(shape, x.numel())?;
    if x.layout().view(&shape).is_some() {
        return view(x, &shape);
    }
    view(&copy::clone(x)?, &shape)
}

pub fn expand(x: &Tensor, shape: &[i64]) -> Result<Tensor> {
    apply_one(&View::Expand(Dims::from_slice(shape)), &[x])
}

/// Dims `start` to `end` (included) become one.
pub fn flatten(x: &Tensor, start: i64, end: i64) -> Result<Tensor> {
    let (s, e) = (normalize_dim(start, x.ndim())?, normalize_dim(end, x.ndim())?);
    if x.ndim() == 0 {
        return reshape(x, &[1]);
    }
    if s > e {
        fail!(INVALID_ARGUMENT, "start_dim {start} comes after end_dim {end}");
    }
    let mut shape = Dims::from_slice(&x.shape()[..s]);
    shape.push(x.shape()[s..=e].iter().product());
    shape.extend_from_slice(&x.shape()[e + 1..]);
    reshape(x, &shape)
}

pub fn transpose(x: &Tensor, a: i64, b: i64) -> Result<Tensor> {
    apply_one(&View::Transpose(a, b), &[x])
}

pub fn permute(x: &Tensor, dims: &[i64]) -> Result<Tensor> {
    apply_one(&View::Permute(Dims::from_slice(dims)), &[x])
}

pub fn squeeze(x: &Tensor, dims: &[i64]) -> Result<Tensor> {
    apply_one(&View::Squeeze(Dims::from_slice(dims)), &[x])
}

pub fn unsqueeze(x: &Tensor, dim: i64) -> Result<Tensor> {
    apply_one(&View::Unsqueeze(dim), &[x])
}

pub fn select(x: &Tensor, dim: i64, index: i64) -> Result<Tensor> {
    apply_one(&View::Select { dim, index }, &[x])
}

pub fn slice(x: &Tensor, dim: i64, start: i64, end: i64, step: i64) -> Result<Tensor> {
    apply_one(&View::Slice { dim, start, end, step }, &[x])
}

pub fn narrow(x: &Tensor, dim: i64, start: i64, length: i64) -> Result<Tensor> {
    apply_one(&View::Narrow { dim, start, length }, &[x])
}

/// Views of equal size along `dim`, the last one smaller if need be. Counted before they are made.
pub struct Pieces {
    dim: i64,
    /// Of the dim that is cut.
    total: i64,
    size: i64,
    pub count: i64,
}

impl Pieces {
    /// Views of `size` each; always at least one (`torch.split`).
    pub fn split(x: &Tensor, size: i64, dim: i64) -> Result<Pieces> {
        if x.ndim() == 0 {
            fail!(SHAPE, "split needs at least one dimension, got a rank-0 tensor");
        }
        let d = normalize_dim(dim, x.ndim())?;
        let total = x.shape()[d];
        if size < 0 || (size == 0 && total > 0) {
            fail!(INVALID_ARGUMENT, "size is {size}, expected at least 1");
        }
        let count = if total == 0 { 1 } else { total / size + (total % size != 0) as i64 };
        Ok(Pieces { dim: d as i64, total, size, count })
    }

    /// At most `chunks` views; of nothing as many as asked for (`torch.chunk`).
    pub fn chunk(x: &Tensor, chunks: i64, dim: i64) -> Result<Pieces> {
        if chunks < 1 {
            fail!(INVALID_ARGUMENT, "chunks is {chunks}, expected at least 1");
        }
        if x.ndim() == 0 {
            fail!(SHAPE, "chunk needs at least one dimension, got a rank-0 tensor");
        }
        let total = x.shape()[normalize_dim(dim, x.ndim())?];
        let pieces = Pieces::split(x, (total / chunks + (total % chunks != 0) as i64).max(1), dim)?;
        Ok(if total == 0 { Pieces { size: 0, count: chunks, ..pieces } } else { pieces })
    }

    pub fn make(&self, x: &Tensor) -> Result<Vec<Tensor>> {
        let mut parts = list::with_room(self.count as usize)?;
        for i in 0..self.count {
            let start = i * self.size;
            parts.push(narrow(x, self.dim, start, self.size.min(self.total - start))?);
        }
        Ok(parts)
    }
}
