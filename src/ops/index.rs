//! Reading and adding at computed positions. An index out of range is an INDEX error: on the CPU before anything is
//! written, on CUDA from the next call that waits for the device.

use super::create::zeros;
use crate::apply::apply_one;
use crate::cpu::{copy as copy_kernel, index as kernel};
use crate::cuda::{self, Queue};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, normalize_dim};
use crate::ops::copy::{to_cpu, to_dtype};
use crate::ops::reduce::max;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{In, Out};
use smallvec::smallvec;

fn check_index(index: &Meta) -> Result<()> {
    if !matches!(index.dtype, DType::I64 | DType::I32) {
        fail!(DTYPE, "index must be i64 or i32, got {}", index.dtype);
    }
    Ok(())
}

/// A rank-0 tensor has one place, which an index names once.
fn check_one_place(x: &Meta, index: &Meta) -> Result<()> {
    if x.ndim() == 0 && index.layout.numel() != 1 {
        fail!(SHAPE, "index is {:?}, expected one index for a rank-0 tensor", index.shape());
    }
    Ok(())
}

/// y[…, j, …] = x[…, index[j], …] along `dim`.
#[derive(Clone, Copy)]
struct IndexSelect {
    dim: usize,
}

impl Op for IndexSelect {
    fn name(&self) -> &'static str {
        "index_select"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let (x, index) = (inputs[0], inputs[1]);
        check_index(&index)?;
        if index.ndim() > 1 {
            fail!(SHAPE, "index is {:?}, expected rank 1", index.shape());
        }
        check_one_place(&x, &index)?;
        let mut shape = Dims::from_slice(x.shape());
        if let Some(n) = shape.get_mut(self.dim) {
            *n = index.layout.numel();
        }
        crate::layout::checked_numel(&shape)?;
        Ok(Plan::one(shape, x.dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::index_select(inputs[0], self.dim, inputs[1], outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda::index::index_select(queue, inputs[0], self.dim, inputs[1], outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::input(1)
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let base = zeros(cx.shape(0), g.dtype(), g.device())?;
        Ok(smallvec![Some(apply_one(&IndexAdd { dim: self.dim }, &[&base, &cx.input(1)?, g])?), None])
    }
}

/// y = x;  y[…, index[j], …] += source[…, j, …] along `dim`.
#[derive(Clone, Copy)]
struct IndexAdd {
    dim: usize,
}

impl Op for IndexAdd {
    fn name(&self) -> &'static str {
        "index_add"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let (x, index, source) = (inputs[0], inputs[1], inputs[2]);
        check_index(&index)?;
        let mut expected = Dims::from_slice(x.shape());
        if let Some(n) = expected.get_mut(self.dim) {
            *n = index.layout.numel();
        }
        if index.ndim() > 1 || source.shape() != &expected[..] {
            fail!(
                SHAPE,
                "index is {:?} and src is {:?}, expected rank 1 and {:?}",
                index.shape(),
                source.shape(),
                expected.as_slice()
            );
        }
        check_one_place(&x, &index)?;
        check_source(&x, &source)?;
        Ok(Plan::one(x.shape(), x.dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        copy_kernel::copy(inputs[0], outputs[0])?;
        kernel::index_add(outputs[0], self.dim, inputs[1], inputs[2])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda::copy::copy(queue, inputs[0], outputs[0])?;
        cuda::index::index_add(queue, outputs[0], self.dim, inputs[1], inputs[2])
    }

    fn saves(&self, needs: u32) -> Saves {
        if needs & 4 != 0 { Saves::input(1) } else { Saves::NOTHING }
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let source =
            if cx.needs(2) { Some(apply_one(&IndexSelect { dim: self.dim }, &[g, &cx.input(1)?])?) } else { None };
        Ok(smallvec![Some(g.clone()), None, source])
    }
}

fn check_source(x: &Meta, source: &Meta) -> Result<()> {
    if x.dtype != source.dtype {
        fail!(DTYPE, "src is {}, expected {} as x", source.dtype, x.dtype);
    }
    Ok(())
}

/// `index` has x's rank and is no longer than x along the other dims.
fn check_gather(dim: usize, x: &Meta, index: &Meta) -> Result<()> {
    check_index(index)?;
    let fits = x.ndim() == index.ndim() && (0..x.ndim()).all(|d| d == dim || index.shape()[d] <= x.shape()[d]);
    if !fits {
        fail!(SHAPE, "index is {:?}, expected at most {:?} except along dim {dim}", index.shape(), x.shape());
    }
    Ok(())
}

/// y[i, j, …] = x[index[i, j, …], j, …] for dim 0, and so on.
#[derive(Clone, Copy)]
struct Gather {
    dim: usize,
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        check_gather(self.dim, &inputs[0], &inputs[1])?;
        Ok(Plan::one(inputs[1].shape(), inputs[0].dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::gather(inputs[0], self.dim, inputs[1], outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda::index::gather(queue, inputs[0], self.dim, inputs[1], outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::input(1)
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let base = zeros(cx.shape(0), g.dtype(), g.device())?;
        Ok(smallvec![Some(apply_one(&ScatterAdd { dim: self.dim }, &[&base, &cx.input(1)?, g])?), None])
    }
}

/// y = x;  y[index[i, j, …], j, …] += source[i, j, …] for dim 0, and so on.
#[derive(Clone, Copy)]
struct ScatterAdd {
    dim: usize,
}

impl Op for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let (x, index, source) = (inputs[0], inputs[1], inputs[2]);
        check_gather(self.dim, &x, &index)?;
        if source.ndim() != index.ndim() || (0..index.ndim()).any(|d| index.shape()[d] > source.shape()[d]) {
            fail!(SHAPE, "index is {:?}, larger than src {:?}", index.shape(), source.shape());
        }
        check_source(&x, &source)?;
        Ok(Plan::one(x.shape(), x.dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (index, source) = (inputs[1], inputs[2]);
        copy_kernel::copy(inputs[0], outputs[0])?;
        // Only the part of the source that the index covers takes part.
        let mut part = source.layout.clone();
        for (d, &n) in index.layout.shape().iter().enumerate() {
            part = part.narrow(d as i64, 0, n)?;
        }
        kernel::scatter_add(outputs[0], self.dim, index, In { layout: &part, ..source })
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda::copy::copy(queue, inputs[0], outputs[0])?;
        cuda::index::scatter_add(queue, outputs[0], self.dim, inputs[1], inputs[2])
    }

    fn saves(&self, needs: u32) -> Saves {
        if needs & 4 != 0 { Saves::input(1) } else { Saves::NOTHING }
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let mut source = None;
        if cx.needs(2) {
            let index = cx.input(1)?;
            let part = apply_one(&Gather { dim: self.dim }, &[g, &index])?;
            // Elements of the source beyond the index have no gradient.
            source = Some(if part.shape() == cx.shape(2) {
                part
            } else {
                let whole = zeros(cx.shape(2), g.dtype(), g.device())?;
                let mut corner = whole.clone();
                for (d, &n) in index.shape().iter().enumerate() {
                    corner = super::view::narrow(&corner, d as i64, 0, n)?;
                }
                super::in_place::copy(&corner, &part)?;
                whole
            });
        }
        Ok(smallvec![Some(g.clone()), None, source])
    }
}

pub fn index_select(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    apply_one(&IndexSelect { dim: normalize_dim(dim, x.ndim())? }, &[x, index])
}

pub fn index_add(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    apply_one(&IndexAdd { dim: normalize_dim(dim, x.ndim())? }, &[x, index, source])
}

pub fn gather(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    apply_one(&Gather { dim: normalize_dim(dim, x.ndim())? }, &[x, index])
}

pub fn scatter_add(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    apply_one(&ScatterAdd { dim: normalize_dim(dim, x.ndim())? }, &[x, index, source])
}

/// y[…, c] = (index[…] == c), as i64.
#[derive(Clone, Copy)]
struct OneHot {
    classes: i64,
}

impl Op for OneHot {
    fn name(&self) -> &'static str {
        "one_hot"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        check_index(&inputs[0])?;
        let mut shape = Dims::from_slice(inputs[0].shape());
        shape.push(self.classes);
        crate::layout::checked_numel(&shape)?;
        Ok(Plan::one(shape, DType::I64))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::one_hot(inputs[0], self.classes, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda::index::one_hot(queue, inputs[0], self.classes, outputs[0])
    }

    fn differentiable(&self) -> bool {
        false
    }
}

/// `torch.nn.functional.one_hot`; −1 classes means one more than the largest index, which the host waits for.
pub fn one_hot(index: &Tensor, classes: i64) -> Result<Tensor> {
    check_index(&index.meta())?;
    let classes = match classes {
        -1 if index.numel() == 0 => fail!(INVALID_ARGUMENT, "the number of classes cannot be found in an empty index"),
        -1 => {
            let largest = to_cpu(&to_dtype(&max(index, &[], false)?, DType::I64)?)?;
            let mut bytes = [0; 8];
            largest.storage().read(0, &mut bytes)?;
            i64::from_ne_bytes(bytes).saturating_add(1)
        }
        n if n < 1 => fail!(INVALID_ARGUMENT, "classes is {n}, expected at least 1, or -1"),
        n => n,
    };
    apply_one(&OneHot { classes }, &[index])
}
