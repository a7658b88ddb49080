//! The graph: which op made a tensor, from what, and what backward will read.

use super::Tensor;
use super::op::Op;
use crate::cpu::fork::ForkMutex;
use crate::cuda::Stream;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, Layout};
use crate::storage::{Storage, shared::Shared};
use smallvec::SmallVec;
use std::sync::Arc;

/// One recorded op. Immutable but for what it saved, which backward frees.
pub struct Node {
    pub op: Box<dyn Op>,
    pub inputs: SmallVec<[Edge; 2]>,
    pub outputs: SmallVec<[OutputMeta; 1]>,
    pub saved: ForkMutex<Saved>,
    /// The stream that the op ran on; its backward runs there too.
    pub stream: Option<Arc<Stream>>,
}

/// An input of a node: what its gradient must look like and where it goes.
pub struct Edge {
    pub target: Target,
    pub shape: Dims,
    pub dtype: DType,
    pub device: Device,
}

#[derive(Clone)]
pub struct OutputMeta {
    pub shape: Dims,
    pub dtype: DType,
}

/// Where a gradient flows.
#[derive(Clone)]
pub enum Target {
    /// Nowhere: the input was not tracked.
    None,
    /// Into the `grad` of a leaf.
    Leaf(Tensor),
    /// To the node that made the input.
    Node(Origin),
}

/// Output `index` of `node`.
#[derive(Clone)]
pub struct Origin {
    pub node: Shared<Node>,
    pub index: usize,
}

/// The values that a node keeps for backward, by input and output number.
#[derive(Default)]
pub struct Saved {
    pub inputs: SmallVec<[Option<SavedTensor>; 2]>,
    pub outputs: SmallVec<[Option<SavedTensor>; 1]>,
    pub freed: bool,
}

/// A value as it was when its op ran. It holds the storage, not the tensor, so that a node can never own itself.
#[derive(Clone)]
pub struct SavedTensor {
    storage: Storage,
    layout: Layout,
    dtype: DType,
    version: u64,
}

impl SavedTensor {
    /// Remembers `x` as of `version` of its storage.
    pub fn new(x: &Tensor, version: u64) -> Result<SavedTensor> {
        if x.is_inference() {
            fail!(
                AUTOGRAD,
                "a tensor made in inference mode cannot be saved for backward: clone it outside of that mode first"
            );
        }
        Ok(SavedTensor { storage: x.storage().clone(), layout: x.layout().clone(), dtype: x.dtype(), version })
    }
}

impl Target {
    pub fn is_none(&self) -> bool {
        matches!(self, Target::None)
    }
}

impl Node {
    /// Drops what was saved. A later backward through this node is an error if it needs any of it.
    pub fn free_saved(&self) {
        // Dropped only after the lock is open again.
        let _dropped = std::mem::replace(&mut *self.saved.lock(), Saved { freed: true, ..Saved::default() });
    }
}

/// What a backward formula sees: the gradients that arrived and the saved values.
pub struct Vjp<'a> {
    node: &'a Shared<Node>,
    grads: &'a [Option<Tensor>],
    /// For each input whether somebody wants its gradient.
    wanted: &'a [bool],
    /// Whether saved values come back attached to their history, so that the formula is recorded.
    attach: bool,
}

impl<'a> Vjp<'a> {
    pub fn new(node: &'a Shared<Node>, grads: &'a [Option<Tensor>], wanted: &'a [bool], attach: bool) -> Vjp<'a> {
        Vjp { node, grads, wanted, attach }
    }

    /// The gradient of output `i`; `None` when nothing flowed into it.
    pub fn grad(&self, i: usize) -> Option<&Tensor> {
        self.grads.get(i).and_then(Option::as_ref)
    }

    /// The gradient of the op's only output. The engine calls a formula only when some gradient arrived.
    pub fn g(&self) -> Result<&Tensor> {
        match self.grad(0) {
            Some(g) => Ok(g),
            None => fail!(INTERNAL, "backward of {} without a gradient", self.node.op.name()),
        }
    }

    pub fn needs(&self, i: usize) -> bool {
        self.wanted.get(i).is_some_and(|&wanted| wanted)
    }

    pub fn inputs(&self) -> usize {
        self.node.inputs.len()
    }

    pub fn shape(&self, i: usize) -> &'a [i64] {
        &self.node.inputs[i].shape
    }

    pub fn dtype(&self, i: usize) -> DType {
        self.node.inputs[i].dtype
    }

    /// The saved input `i`.
    pub fn input(&self, i: usize) -> Result<Tensor> {
        let saved = self.find(|saved| saved.inputs.get(i)?.clone(), "input", i)?;
        let target = if self.attach { self.node.inputs[i].target.clone() } else { Target::None };
        self.open(saved, target, "input", i)
    }

    /// The saved output `i`.
    pub fn output(&self, i: usize) -> Result<Tensor> {
        let saved = self.find(|saved| saved.outputs.get(i)?.clone(), "output", i)?;
        let attach = self.attach && self.node.outputs.get(i).is_some_and(|o| o.dtype.is_float());
        let origin = Origin { node: self.node.clone(), index: i };
        self.open(saved, if attach { Target::Node(origin) } else { Target::None }, "output", i)
    }

    /// The saved output `i` that is hidden from the user: it has no history.
    pub fn hidden(&self, i: usize) -> Result<Tensor> {
        let saved = self.find(|saved| saved.outputs.get(i)?.clone(), "output", i)?;
        self.open(saved, Target::None, "output", i)
    }

    fn find(&self, pick: impl Fn(&Saved) -> Option<SavedTensor>, what: &str, i: usize) -> Result<SavedTensor> {
        let saved = self.node.saved.lock();
        match pick(&saved) {
            Some(saved) => Ok(saved),
            None if saved.freed => fail!(
                GRAPH_FREED,
                "its saved values were freed by an earlier backward; pass retain_graph to run backward twice"
            ),
            None => fail!(INTERNAL, "{} did not save {what} {i}", self.node.op.name()),
        }
    }

    fn open(&self, saved: SavedTensor, target: Target, what: &str, i: usize) -> Result<Tensor> {
        let now = saved.storage.version();
        if now != saved.version {
            fail!(
                MODIFIED,
                "its {what} {i} of shape {:?} was saved for backward at version {} and has been written in place \
                 since: it is at version {now}",
                saved.layout.shape(),
                saved.version
            );
        }
        match target {
            Target::Leaf(leaf) => Ok(leaf),
            Target::None => Tensor::new(saved.storage, saved.layout, saved.dtype),
            Target::Node(origin) => Tensor::with_origin(saved.storage, saved.layout, saved.dtype, origin),
        }
    }
}
