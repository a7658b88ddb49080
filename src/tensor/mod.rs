//! The tensor, the node that made it and the op trait: one floor, because a tensor holds its node and a node holds
//! tensors.

pub mod mode;
pub mod node;
pub mod op;
pub mod view;

use crate::cpu::fork::ForkMutex;
use crate::cpu::memory::{self, Live};
use crate::cuda::{self, stream::Mark};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::Layout;
use crate::list;
use crate::storage::{Storage, shared::Shared};
use crate::view::{In, Out};
use mode::Mode;
use node::{Origin, Target};
use op::Meta;
use smallvec::SmallVec;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::*};
use view::View;

/// A shared, typed window on storage. Storage and layout never change; the gradient and the origin do. All clones are
/// the same tensor and see the same gradient.
#[derive(Clone)]
pub struct Tensor(Shared<Inner>);

struct Inner {
    storage: Storage,
    layout: Layout,
    dtype: DType,
    /// Made in inference mode.
    inference: bool,
    /// How it looks into another tensor's storage, if it does.
    view: Option<View>,
    /// Requires grad or has an origin; for a view: as of the last time it looked at its base.
    tracked: AtomicBool,
    autograd: ForkMutex<Autograd>,
}

/// What a tensor knows of the graph.
#[derive(Default)]
struct Autograd {
    requires_grad: bool,
    grad: Option<Tensor>,
    /// Where the gradient of a CUDA tensor was made.
    grad_mark: Option<Arc<Mark>>,
    origin: Option<Origin>,
    /// How often an in-place write gave the tensor a new origin; for a view: what its base's count was when the view's
    /// own origin was worked out.
    rebased: u64,
}

/// Tensors alive in the process, those that graphs hold included.
pub fn live_count() -> i64 {
    memory::live(Live::Tensors)
}

impl Drop for Inner {
    fn drop(&mut self) {
        memory::note(Live::Tensors, -1);
    }
}

impl Tensor {
    #[inline]
    fn make(
        storage: Storage,
        layout: Layout,
        dtype: DType,
        view: Option<View>,
        origin: Option<Origin>,
        rebased: u64,
    ) -> Result<Tensor> {
        let block = Shared::<Inner>::reserve()?;
        memory::note(Live::Tensors, 1);
        Ok(Tensor(block.fill(Inner {
            storage,
            layout,
            dtype,
            inference: match view {
                None => mode::current() == Mode::Inference,
                Some(View::Inference) => true,
                Some(_) => false,
            },
            view,
            tracked: AtomicBool::new(origin.is_some()),
            autograd: ForkMutex::new(Autograd { origin, rebased, ..Autograd::default() }),
        })))
    }

    /// An untracked tensor. The layout must lie within the storage.
    #[inline]
    pub fn new(storage: Storage, layout: Layout, dtype: DType) -> Result<Tensor> {
        Tensor::make(storage, layout, dtype, None, None, 0)
    }

    /// An untracked tensor in C order on fresh, uninitialised memory. The shape must have passed `checked_numel`.
    pub fn empty(shape: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
        let queue = match device {
            Device::Cpu => None,
            Device::Cuda(ordinal) => Some(cuda::queue(ordinal)?),
        };
        Tensor::empty_on(shape, dtype, queue.as_ref())
    }

    /// As [`Tensor::empty`], on the device of `queue`, or on the CPU.
    pub fn empty_on(shape: &[i64], dtype: DType, queue: Option<&cuda::Queue>) -> Result<Tensor> {
        let layout = Layout::contiguous(shape);
        Tensor::new(Storage::for_layout(&layout, dtype, queue)?, layout, dtype)
    }

    /// A tensor that `origin` made.
    pub fn with_origin(storage: Storage, layout: Layout, dtype: DType, origin: Origin) -> Result<Tensor> {
        Tensor::make(storage, layout, dtype, None, Some(origin), 0)
    }

    pub fn storage(&self) -> &Storage {
        &self.0.storage
    }

    pub fn layout(&self) -> &Layout {
        &self.0.layout
    }

    pub fn shape(&self) -> &[i64] {
        self.0.layout.shape()
    }

    pub fn ndim(&self) -> usize {
        self.0.layout.ndim()
    }

    pub fn numel(&self) -> i64 {
        self.0.layout.numel()
    }

    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    pub fn device(&self) -> Device {
        self.0.storage.device()
    }

    pub fn is_contiguous(&self) -> bool {
        self.0.layout.is_contiguous()
    }

    pub fn is_inference(&self) -> bool {
        self.0.inference
    }

    pub fn same(&self, other: &Tensor) -> bool {
        self.0.same(&other.0)
    }

    /// Identifies the tensor while it lives.
    pub fn id(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// Whether nobody else holds this tensor or its storage: it may be handed on without a copy.
    pub fn is_sole(&self) -> bool {
        self.0.is_unique() && self.0.storage.is_unique()
    }

    pub fn meta(&self) -> Meta<'_> {
        Meta { layout: &self.0.layout, dtype: self.0.dtype, device: self.device() }
    }

    /// Its memory for a kernel to read.
    pub fn input(&self) -> In<'_> {
        In { base: self.0.storage.base(), dtype: self.0.dtype, layout: &self.0.layout }
    }

    /// Its memory for a kernel to write. Whether writing is allowed is for `apply` to decide.
    pub fn output(&self) -> Out<'_> {
        Out { base: self.0.storage.base(), dtype: self.0.dtype, layout: &self.0.layout }
    }

    /// Address of element `[0, 0, …]`.
    pub fn origin_address(&self) -> *mut u8 {
        self.output().origin()
    }

    // ---- the graph ----

    /// Whether ops on it are recorded (`torch.Tensor.requires_grad`).
    pub fn is_tracked(&self) -> bool {
        let tracked = || self.0.tracked.load(Acquire);
        // Asked again, because another thread may bring a view up to date between the first two questions.
        tracked() || self.base_was_rebased() || (self.is_view() && tracked())
    }

    /// Whether no op made it; only leaves keep a gradient.
    pub fn is_leaf(&self) -> bool {
        !self.base_was_rebased() && self.0.autograd.lock().origin.is_none()
    }

    /// Where a gradient of this tensor flows. For a view whose base was written, the view's origin is made anew first.
    pub fn target(&self) -> Result<Target> {
        if !self.is_tracked() {
            return Ok(Target::None);
        }
        self.refresh()?;
        let autograd = self.0.autograd.lock();
        Ok(match &autograd.origin {
            Some(origin) => Target::Node(origin.clone()),
            None if autograd.requires_grad => Target::Leaf(self.clone()),
            None => Target::None,
        })
    }

    /// Starts or stops tracking a leaf.
    pub fn set_requires_grad(&self, on: bool) -> Result<()> {
        if on && !self.dtype().is_float() {
            fail!(AUTOGRAD, "only float tensors can require grad, this one is {}", self.dtype());
        }
        if on && self.is_inference() {
            fail!(AUTOGRAD, "a tensor made in inference mode cannot require grad: clone it outside of that mode first");
        }
        if !self.is_leaf() {
            if on {
                return Ok(());
            }
            fail!(AUTOGRAD, "only a leaf can stop requiring grad: detach first");
        }
        self.0.autograd.lock().requires_grad = on;
        self.0.tracked.store(on, Release);
        Ok(())
    }

    pub fn grad(&self) -> Option<Tensor> {
        self.0.autograd.lock().grad.clone()
    }

    /// The gradient, and what work on it has to wait for.
    pub fn grad_and_mark(&self) -> (Option<Tensor>, Option<Arc<Mark>>) {
        let autograd = self.0.autograd.lock();
        (autograd.grad.clone(), autograd.grad_mark.clone())
    }

    /// Sets or clears the gradient, which this thread's current stream made. Shape and dtype are the caller's to check.
    pub fn set_grad(&self, grad: Option<Tensor>) -> Result<()> {
        let mark = grad.as_ref().map_or(Ok(None), |grad| Mark::current(grad.device()))?;
        // What was there is dropped after the lock is open.
        let _old = {
            let mut autograd = self.0.autograd.lock();
            (std::mem::replace(&mut autograd.grad, grad), std::mem::replace(&mut autograd.grad_mark, mark))
        };
        Ok(())
    }

    /// Replaces the gradients of several leaves at once, provided that each still is what the caller saw; else changes
    /// none and returns false. `leaves` must be without repeats and in the order of their ids.
    pub fn exchange_grads(leaves: &mut [GradExchange]) -> Result<bool> {
        // Locks are taken in the order of addresses, so that two threads cannot wait for each other.
        debug_assert!(leaves.is_sorted_by(|a, b| a.leaf.id() < b.leaf.id()));
        let tensors: SmallVec<[Tensor; 8]> = list::short(leaves.iter().map(|l| l.leaf.clone()))?;
        let mut guards: SmallVec<[_; 8]> = list::short_with_room(tensors.len())?;
        guards.extend(tensors.iter().map(|t| t.0.autograd.lock()));
        let same = |a: &Option<Tensor>, b: &Option<Tensor>| match (a, b) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        };
        let unchanged = leaves.iter().zip(&guards).all(|(l, g)| same(&g.grad, &l.seen));
        if unchanged {
            for (l, g) in leaves.iter_mut().zip(&mut guards) {
                // What was there goes back into the list and is dropped by the caller, outside the locks.
                std::mem::swap(&mut g.grad, &mut l.next);
                std::mem::swap(&mut g.grad_mark, &mut l.mark);
            }
        }
        Ok(unchanged)
    }

    /// Makes `origin` the maker of this tensor, after a recorded in-place write.
    pub(super) fn set_origin(&self, origin: Origin) {
        let _old = {
            let mut autograd = self.0.autograd.lock();
            autograd.rebased += 1;
            self.0.tracked.store(true, Release);
            autograd.origin.replace(origin)
        };
    }
}

/// One leaf of [`Tensor::exchange_grads`].
pub struct GradExchange {
    pub leaf: Tensor,
    /// The gradient that `next` was computed from.
    pub seen: Option<Tensor>,
    pub next: Option<Tensor>,
    /// Where `next` was made, of a CUDA tensor.
    pub mark: Option<Arc<Mark>>,
}
