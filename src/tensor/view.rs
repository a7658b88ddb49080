//! Views and in-place writes under autograd, with PyTorch's meaning.
//!
//! A view remembers its base and the view ops that lead to it. A recorded write to a view gives the *base* a new
//! origin (`copy_slices`: the old base with the written region replaced); every view of that base then works out its
//! own origin anew, by replaying its view ops on the base, the next time somebody asks.

use super::mode::{self, Mode};
use super::node::{Edge, Node, Origin, OutputMeta, Saved, Target};
use super::op::Op;
use super::{Autograd, Tensor};
use crate::cpu::fork::ForkMutex;
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, Layout};
use crate::list;
use crate::storage::shared::Shared;
use smallvec::smallvec;
use std::sync::atomic::Ordering::*;

/// How a tensor looks into another's storage, and so what a write to it may do to the graph. Only a recorded view
/// holds the tensor that it is of, and with it that tensor's graph.
#[derive(Clone)]
pub enum View {
    /// Made while recording: writes reach the base's history.
    Recorded {
        /// Never a recorded view itself.
        base: Tensor,
        /// The last view op on the way from the base.
        link: Shared<Link>,
    },
    /// Made without recording: its link to the base is not known to the graph.
    NoGrad,
    /// Made by `detach`. It does not know its base: a gradient may well be an alias of the tensor that holds it.
    Detached,
    /// Of a tensor made in inference mode, and so as good as made there.
    Inference,
}

/// One view op, and those before it.
pub struct Link {
    prev: Option<Shared<Link>>,
    op: Box<dyn Op>,
    /// What the op was applied to.
    shape: Dims,
}

impl Link {
    /// The view ops from the base on, with the shape that each was applied to.
    fn path(link: &Shared<Link>) -> Result<Vec<&Link>> {
        let mut path = Vec::new();
        let mut next = Some(link);
        while let Some(link) = next {
            list::push(&mut path, &**link)?;
            next = link.prev.as_ref();
        }
        path.reverse();
        Ok(path)
    }
}

impl Tensor {
    /// Whether it looks into another tensor's storage.
    pub fn is_view(&self) -> bool {
        self.0.view.is_some()
    }

    /// The tensor that `op` shows of `self` under `layout`; `origin` is the recorded op if there is one.
    pub fn make_view(&self, op: &dyn Op, layout: Layout, origin: Option<Origin>) -> Result<Tensor> {
        if self.is_inference() {
            return self.alias(layout, View::Inference, None);
        }
        let (base, prev) = match &self.0.view {
            Some(View::Recorded { base, link }) => (base, Some(link.clone())),
            Some(alias) => return self.alias(layout, alias.clone(), origin),
            None => (self, None),
        };
        if mode::current() != Mode::Grad {
            return self.alias(layout, View::NoGrad, origin);
        }
        let rebased = base.0.autograd.lock().rebased;
        let link = Shared::new(Link { prev, op: op.boxed(), shape: Dims::from_slice(self.shape()) })?;
        let view = View::Recorded { base: base.clone(), link };
        Tensor::make(self.storage().clone(), layout, self.dtype(), Some(view), origin, rebased)
    }

    /// An untracked tensor over the same storage (`torch.Tensor.detach`).
    pub fn detach(&self) -> Result<Tensor> {
        let view = if self.is_inference() { View::Inference } else { View::Detached };
        self.alias(self.layout().clone(), view, None)
    }

    /// Another window on the storage, whose base is not known.
    fn alias(&self, layout: Layout, view: View, origin: Option<Origin>) -> Result<Tensor> {
        Tensor::make(self.storage().clone(), layout, self.dtype(), Some(view), origin, 0)
    }

    /// Base and last view op of a recorded view.
    fn recorded_view(&self) -> Option<(&Tensor, &Shared<Link>)> {
        match &self.0.view {
            Some(View::Recorded { base, link }) => Some((base, link)),
            _ => None,
        }
    }

    /// Whether this is a recorded view of `base`.
    pub fn is_view_of(&self, base: &Tensor) -> bool {
        self.recorded_view().is_some_and(|(b, _)| b.same(base))
    }

    /// Whether this is a view whose base got a new origin since the view last looked.
    pub(super) fn base_was_rebased(&self) -> bool {
        let Some((base, _)) = self.recorded_view() else { return false };
        let base = base.0.autograd.lock().rebased;
        base != self.0.autograd.lock().rebased
    }

    /// Brings the origin of a view up to date with its base.
    pub(super) fn refresh(&self) -> Result<()> {
        let Some((base, link)) = self.recorded_view() else { return Ok(()) };
        if !self.base_was_rebased() {
            return Ok(());
        }
        let (mut target, rebased) = {
            let base = base.0.autograd.lock();
            (base.origin.clone().map_or(Target::None, Target::Node), base.rebased)
        };
        let path = Link::path(link)?;
        for (i, link) in path.iter().enumerate() {
            let shape = path.get(i + 1).map_or(self.shape(), |next| &next.shape);
            let node = Shared::new(Node {
                op: link.op.boxed(),
                inputs: smallvec![Edge {
                    target,
                    shape: link.shape.clone(),
                    dtype: self.dtype(),
                    device: self.device(),
                }],
                outputs: smallvec![OutputMeta { shape: Dims::from_slice(shape), dtype: self.dtype() }],
                saved: ForkMutex::new(Saved::default()),
                stream: None,
            })?;
            target = Target::Node(Origin { node, index: 0 });
        }
        // What is replaced, or not needed, is dropped after the lock is open.
        let mut origin = match target {
            Target::Node(origin) => Some(origin),
            _ => return Ok(()),
        };
        let mut autograd = self.0.autograd.lock();
        // The first of several threads wins: what was recorded on its origin can still be found by the view.
        if autograd.rebased < rebased {
            autograd.rebased = rebased;
            std::mem::swap(&mut autograd.origin, &mut origin);
            self.0.tracked.store(true, Release);
        }
        drop(autograd);
        Ok(())
    }

    /// Whether a recorded write may go to this tensor; the reason if not.
    pub fn check_recorded_write(&self) -> Result<()> {
        let leaf = |t: &Tensor| {
            let autograd: &Autograd = &t.0.autograd.lock();
            autograd.requires_grad && autograd.origin.is_none()
        };
        if self.is_inference() {
            fail!(AUTOGRAD, "a tensor made in inference mode cannot be written with tracked values: clone it first");
        }
        if !self.dtype().is_float() {
            fail!(AUTOGRAD, "tracked values can be written only to float tensors, this one is {}", self.dtype());
        }
        if leaf(self) {
            fail!(AUTOGRAD, "a leaf that requires grad can be written in place only in no-grad mode");
        }
        if let Some(view) = &self.0.view {
            match view {
                View::Detached => fail!(
                    AUTOGRAD,
                    "tracked values cannot be written through a detached alias, its origin would miss them: write to \
                     the tensor itself, or clone the alias first"
                ),
                View::NoGrad => fail!(
                    AUTOGRAD,
                    "tracked values cannot be written through a view that was made in no-grad mode: make the view again"
                ),
                View::Recorded { base, .. } if leaf(base) => {
                    fail!(AUTOGRAD, "a view of a leaf that requires grad can be written in place only in no-grad mode")
                }
                // The graph would say that the write changes only what the view shows.
                View::Recorded { base, .. } if base.layout().overlaps_itself() => fail!(
                    OVERLAP,
                    "the base of the view has shape {:?} and strides {:?} and overlaps itself: clone it before writing",
                    base.shape(),
                    base.layout().strides()
                ),
                View::Recorded { .. } | View::Inference => {}
            }
        }
        Ok(())
    }

    /// Does all of [`Tensor::note_write`] that can fail, before the write. `written` made the new value.
    pub fn prepare_write(&self, written: Origin) -> Result<PreparedWrite> {
        let Some((base, link)) = self.recorded_view() else {
            return Ok(PreparedWrite { owner: self.clone(), origin: written });
        };
        let copy_slices = CopySlices { link: link.clone(), geometry: dense_like(base.layout())? };
        let edge = |target, t: &Tensor| Edge {
            target,
            shape: Dims::from_slice(t.shape()),
            dtype: t.dtype(),
            device: t.device(),
        };
        let node = Shared::new(Node {
            op: Box::new(copy_slices),
            inputs: smallvec![edge(base.target()?, base), edge(Target::Node(written), self)],
            outputs: smallvec![OutputMeta { shape: Dims::from_slice(base.shape()), dtype: base.dtype() }],
            saved: ForkMutex::new(Saved::default()),
            stream: None,
        })?;
        Ok(PreparedWrite { owner: base.clone(), origin: Origin { node, index: 0 } })
    }
}

/// The new origin of a tensor that a recorded write is about to change.
pub struct PreparedWrite {
    owner: Tensor,
    origin: Origin,
}

impl PreparedWrite {
    /// After the write: the tensor, or the base of the view, was made by the write.
    pub fn commit(self) {
        self.owner.set_origin(self.origin);
    }
}

/// The layout without gaps in which dims follow one another as in `layout`: whatever can be viewed there can be
/// viewed here.
fn dense_like(layout: &Layout) -> Result<Layout> {
    let mut order: Vec<usize> = (0..layout.ndim()).collect();
    order.sort_by_key(|&d| std::cmp::Reverse(layout.strides()[d].unsigned_abs()));
    let mut strides: Dims = smallvec![1; layout.ndim()];
    let mut step = 1;
    for &d in order.iter().rev() {
        strides[d] = step;
        step *= layout.shape()[d].max(1);
    }
    Layout::strided(layout.shape(), &strides, 0)
}

/// `base' = base with the region that the view ops show replaced by value`.
#[derive(Clone)]
pub struct CopySlices {
    link: Shared<Link>,
    geometry: Layout,
}

impl CopySlices {
    /// What the view ops show of a tensor.
    pub fn view_ops(&self) -> Result<impl Iterator<Item = &dyn Op>> {
        Ok(Link::path(&self.link)?.into_iter().map(|link| &*link.op))
    }

    /// A layout of the base in which every view op of the path succeeds.
    pub fn geometry(&self) -> &Layout {
        &self.geometry
    }
}
