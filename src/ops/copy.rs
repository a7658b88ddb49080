//! The same values in other memory, another layout, dtype or device.

use crate::apply::{apply_one, apply_transfer};
use crate::cpu::copy as kernel;
use crate::cuda::{self, Queue, copy as cuda_kernel};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, Layout};
use crate::ops::in_place;
use crate::storage::Storage;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan};
use crate::view::{In, Out};
use smallvec::smallvec;

/// y = x broadcast to `shape`, as `dtype`.
#[derive(Clone)]
pub(crate) struct CopyInto {
    pub shape: Dims,
    pub dtype: DType,
}

impl Op for CopyInto {
    fn name(&self) -> &'static str {
        "copy"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        inputs[0].layout.expand(&self.shape)?;
        Ok(Plan::one(self.shape.clone(), self.dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let layout = inputs[0].layout.expand(&self.shape)?;
        kernel::copy(In { layout: &layout, ..inputs[0] }, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let layout = inputs[0].layout.expand(&self.shape)?;
        cuda_kernel::copy(queue, In { layout: &layout, ..inputs[0] }, outputs[0])
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        Ok(smallvec![Some(cx.g()?.clone())])
    }
}

fn copy_as(x: &Tensor, dtype: DType) -> Result<Tensor> {
    apply_one(&CopyInto { shape: Dims::from_slice(x.shape()), dtype }, &[x])
}

/// A C-order copy in memory of its own.
pub fn clone(x: &Tensor) -> Result<Tensor> {
    copy_as(x, x.dtype())
}

/// `x` itself when it is C-contiguous, else a copy that is.
pub fn contiguous(x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() { Ok(x.clone()) } else { clone(x) }
}

/// `x` itself when it has the dtype, else a converted copy.
pub fn to_dtype(x: &Tensor, dtype: DType) -> Result<Tensor> {
    if x.dtype() == dtype { Ok(x.clone()) } else { copy_as(x, dtype) }
}

/// `x` itself when it is there, else a copy on `device`.
pub fn to_device(x: &Tensor, device: Device, non_blocking: bool) -> Result<Tensor> {
    if x.device() == device {
        return Ok(x.clone());
    }
    apply_transfer(&ToDevice { from: x.device() }, &contiguous(x)?, device, non_blocking)
}

/// The same values on another device, recorded so that gradients find their way back.
#[derive(Clone, Copy)]
struct ToDevice {
    from: Device,
}

impl Op for ToDevice {
    fn name(&self) -> &'static str {
        "to_device"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::one(inputs[0].shape(), inputs[0].dtype))
    }

    fn cpu(&self, _: &[In], _: &[Out]) -> Result<()> {
        fail!(INTERNAL, "to_device is a transfer, no kernel")
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        Ok(smallvec![Some(to_device(cx.g()?, self.from, false)?)])
    }
}

/// A copy in pinned host memory in C order, or `x` itself if it is there. Recorded.
pub fn pin_memory(x: &Tensor) -> Result<Tensor> {
    if x.device() != Device::Cpu {
        fail!(NOT_ON_CPU, "x is on {}: only host memory can be pinned", x.device());
    }
    if x.storage().is_pinned() {
        return Ok(x.clone());
    }
    let device = cuda::device(cuda::stream::current_device())?;
    let nbytes = x.numel() as usize * x.dtype().size();
    let pinned = Tensor::new(Storage::allocate_pinned(device, nbytes)?, Layout::contiguous(x.shape()), x.dtype())?;
    in_place::copy(&pinned, x)?;
    Ok(pinned)
}

/// The one way back to the host. On the CPU it shares.
pub fn to_cpu(x: &Tensor) -> Result<Tensor> {
    to_device(x, Device::Cpu, false)
}
