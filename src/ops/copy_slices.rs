//! The graph's view of writing through a view: `base' = base` with the written region replaced by `value`.
//! The write itself has happened in memory; only the backward formula is left to say.

use super::copy::contiguous;
use super::create::zero_of;
use super::elementwise::where_;
use crate::apply::apply_one;
use crate::cpu::fill;
use crate::cuda;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::Layout;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan};
use crate::tensor::view::CopySlices;
use crate::view::{In, Out};
use smallvec::smallvec;

impl CopySlices {
    /// What the view ops show of something laid out like `layout`.
    fn region(&self, layout: &Layout, dtype: DType, device: Device) -> Result<Layout> {
        let mut region = layout.clone();
        for op in self.view_ops()? {
            match op.infer(&[Meta { layout: &region, dtype, device }])? {
                Plan::View(next) => region = next,
                _ => fail!(INTERNAL, "{} is no view op", op.name()),
            }
        }
        Ok(region)
    }

    /// True where the write did not reach.
    fn kept(&self, g: &Tensor) -> Result<Tensor> {
        let whole = self.geometry();
        let region = self.region(whole, DType::Bool, g.device())?;
        let queue = match g.device() {
            Device::Cpu => None,
            Device::Cuda(ordinal) => Some(cuda::queue(ordinal)?),
        };
        let mask = Tensor::empty_on(whole.shape(), DType::Bool, queue.as_ref())?;
        let mask = Tensor::new(mask.storage().clone(), whole.clone(), DType::Bool)?;
        let fill = |layout: &Layout, value: bool| {
            let (out, value) = (Out { layout, ..mask.output() }, Scalar::Bool(value));
            match &queue {
                None => fill::fill(out, value),
                Some(queue) => cuda::fill::fill(queue, out, value),
            }
        };
        fill(whole, true)?;
        fill(&region, false)?;
        Ok(mask)
    }
}

impl Op for CopySlices {
    fn name(&self) -> &'static str {
        "copy_slices"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::one(inputs[0].shape(), inputs[0].dtype))
    }

    fn cpu(&self, _: &[In], _: &[Out]) -> Result<()> {
        fail!(INTERNAL, "copy_slices is only recorded, never run")
    }

    /// The region's gradient goes to the value, the rest to the old base.
    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let g = cx.g()?;
        let mut grads: Grads = smallvec![None, None];
        if cx.needs(0) {
            grads[0] = Some(where_(&self.kept(g)?, g, &zero_of(g)?)?);
        }
        if cx.needs(1) {
            let mut part = g.clone();
            for op in self.view_ops()? {
                let meta = part.meta();
                // A view that the base's strides allow may need a copy under the gradient's.
                if op.infer(&[meta]).is_err() {
                    part = contiguous(&part)?;
                }
                part = apply_one(op, &[&part])?;
            }
            grads[1] = Some(part);
        }
        Ok(grads)
    }
}
