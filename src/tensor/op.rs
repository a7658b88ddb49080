//! What an op says of itself. An op is a small value (`Softmax { dim }`); `apply` is the only caller.

use super::Tensor;
use super::node::Vjp;
use crate::cuda;
use crate::device::Device;
use crate::dtype::{DType, Operand};
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, Layout};
use crate::view::{In, Out};
use smallvec::{SmallVec, smallvec};

/// What `infer` knows of an input: everything but its elements.
#[derive(Clone, Copy)]
pub struct Meta<'a> {
    pub layout: &'a Layout,
    pub dtype: DType,
    pub device: Device,
}

impl<'a> Meta<'a> {
    pub fn shape(&self) -> &'a [i64] {
        self.layout.shape()
    }

    pub fn ndim(&self) -> usize {
        self.layout.ndim()
    }

    /// Its part in dtype promotion.
    pub fn operand(&self) -> Operand {
        if self.ndim() == 0 { Operand::ZeroDim(self.dtype) } else { Operand::Tensor(self.dtype) }
    }
}

/// One output that apply allocates: C order.
#[derive(Clone, Debug)]
pub struct OutputSpec {
    pub shape: Dims,
    pub dtype: DType,
    /// Made for backward only: saved, never handed out, not differentiable.
    pub hidden: bool,
}

/// What running the op will do.
pub enum Plan {
    /// A new layout over the storage of input 0; nothing runs.
    View(Layout),
    /// These outputs are allocated and filled.
    Fresh(SmallVec<[OutputSpec; 1]>),
    /// Inputs are written in place (optimizers); not differentiable. They come in groups of `each`, one parameter's
    /// after the other; of a group those numbered `written` are written, and share nothing with the rest of it.
    Update { each: usize, written: SmallVec<[usize; 4]> },
}

impl Plan {
    pub fn one(shape: impl Into<Dims>, dtype: DType) -> Plan {
        Plan::Fresh(smallvec![OutputSpec { shape: shape.into(), dtype, hidden: false }])
    }

    /// A second output, kept for backward.
    pub fn with_hidden(mut self, shape: impl Into<Dims>, dtype: DType) -> Plan {
        if let Plan::Fresh(outputs) = &mut self {
            outputs.push(OutputSpec { shape: shape.into(), dtype, hidden: true });
        }
        self
    }
}

/// Sets of inputs and outputs as bits: bit i is number i.
#[derive(Clone, Copy, Default)]
pub struct Saves {
    pub inputs: u32,
    pub outputs: u32,
}

impl Saves {
    pub const NOTHING: Saves = Saves { inputs: 0, outputs: 0 };

    pub fn input(i: u32) -> Saves {
        Saves { inputs: 1 << i, outputs: 0 }
    }

    pub fn output(i: u32) -> Saves {
        Saves { inputs: 0, outputs: 1 << i }
    }
}

/// One gradient per input; `None` where there is none or nobody asked.
pub type Grads = SmallVec<[Option<Tensor>; 3]>;

pub trait Op: Send + Sync + CloneOp + 'static {
    /// The word by which the op is known at every layer.
    fn name(&self) -> &'static str;

    /// Checks shapes and dtypes and says what comes out. On metadata alone: errors come before work.
    fn infer(&self, inputs: &[Meta]) -> Result<Plan>;

    /// Fills `outputs` (for [`Plan::Update`]: the inputs to write, group by group, in the plan's order). An output may be exactly an
    /// input (same memory, same layout), else it shares nothing with inputs. In place it may have another dtype than
    /// planned and any layout of the planned shape.
    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()>;

    /// The same on a CUDA device, launched on `queue`.
    fn cuda(&self, _queue: &cuda::Queue, _inputs: &[In], _outputs: &[Out]) -> Result<()> {
        fail!(UNSUPPORTED, "{} has no CUDA kernel", self.name())
    }

    /// What backward reads, given which inputs (as bits) want a gradient. Nothing else is kept.
    fn saves(&self, _needs: u32) -> Saves {
        Saves::NOTHING
    }

    /// Gradients of the inputs from those of the outputs (a vector-Jacobian product), in public ops, so that it can be
    /// differentiated again. A gradient may still have the broadcast shape: the engine sums it to the input's shape
    /// and converts it to the input's dtype.
    fn vjp(&self, _cx: &Vjp) -> Result<Grads> {
        fail!(UNSUPPORTED, "{} has no gradient", self.name())
    }

    /// Whether a graph passes through; else the output does not require grad (comparisons, argmax, …).
    fn differentiable(&self) -> bool {
        true
    }
}

/// Lets a recorded node keep its own copy of the op.
pub trait CloneOp {
    fn boxed(&self) -> Box<dyn Op>;
}

impl<T: Op + Clone> CloneOp for T {
    fn boxed(&self) -> Box<dyn Op> {
        Box::new(self.clone())
    }
}
