//! Reverse-mode differentiation: nodes are visited once, outputs before inputs, and each turns the gradients of its
//! outputs into those of its inputs.
//!
//! Nothing is changed until all gradients are there: leaves get theirs together at the end, and what nodes saved is
//! freed then. A call that fails half-way leaves gradients and graph as they were.

use crate::cuda::stream::{self, Mark, Stream};
use crate::device::Device;
use crate::error::{Error, Result};
use crate::fail;
use crate::list;
use crate::ops::copy::{clone, to_device, to_dtype};
use crate::ops::create::{ones, zeros_of};
use crate::ops::elementwise::add;
use crate::ops::reduce::sum_to_shape;
use crate::storage::shared::Shared;
use crate::tensor::mode::{self, Mode};
use crate::tensor::node::{Edge, Node, Origin, Target, Vjp};
use crate::tensor::{GradExchange, Tensor};
use smallvec::{SmallVec, smallvec};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// The gradient of the root; without one the root must have one element, and its gradient is 1.
    pub gradient: Option<&'a Tensor>,
    /// Keep what the graph saved, for another backward through it. `create_graph` implies it.
    pub retain_graph: bool,
    /// Record the computation of the gradients, so that they can be differentiated.
    pub create_graph: bool,
}

/// Adds the gradient of `root` with respect to every leaf that requires grad to that leaf's `grad`.
pub fn backward(root: &Tensor, options: &Options) -> Result<()> {
    let mut walk = Walk::new(root, options, None)?;
    walk.run()?;
    let leaves = std::mem::take(&mut walk.leaves);
    accumulate(leaves.into_values(), options.create_graph)?;
    walk.free();
    Ok(())
}

/// The gradients of `root` with respect to `inputs` (`torch.autograd.grad`); nothing is accumulated. An input that
/// `root` does not depend on is an error, or `None` with `allow_unused`.
pub fn grad_of(
    root: &Tensor,
    inputs: &[&Tensor],
    options: &Options,
    allow_unused: bool,
) -> Result<Vec<Option<Tensor>>> {
    let mut targets: SmallVec<[Key; 8]> = list::short_with_room(inputs.len())?;
    for (i, x) in inputs.iter().enumerate() {
        match Key::of(&x.target()?) {
            Some(key) => targets.push(key),
            None => fail!(AUTOGRAD, "inputs[{i}] does not require grad"),
        }
    }
    let mut walk = Walk::new(root, options, Some(&targets))?;
    walk.run()?;
    let mut grads = list::with_room(inputs.len())?;
    for (i, key) in targets.iter().enumerate() {
        let grad = match key {
            Key::Leaf(id) => walk.leaves.get(id).map(|(_, g)| g.clone()),
            Key::Output(node, index) => walk.captured.get(&(*node, *index)).cloned(),
        };
        if grad.is_none() && !allow_unused {
            fail!(AUTOGRAD, "inputs[{i}] is not part of the graph of the output: set allow_unused to get none for it");
        }
        // One gradient may go to several inputs, and may be the caller's own seed: each answer is a tensor of its own.
        grads.push(grad.map(|g| own(g, options.create_graph)).transpose()?);
    }
    walk.free();
    Ok(grads)
}

/// What a gradient can be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Leaf(usize),
    Output(usize, usize),
}

impl Key {
    fn of(target: &Target) -> Option<Key> {
        match target {
            Target::None => None,
            Target::Leaf(leaf) => Some(Key::Leaf(leaf.id())),
            Target::Node(origin) => Some(Key::Output(address(&origin.node), origin.index)),
        }
    }
}

fn address(node: &Shared<Node>) -> usize {
    node.as_ptr() as usize
}

/// `HashMap::insert` that can fail: graphs grow with the caller's program.
fn insert<K: Eq + Hash, V>(map: &mut AddressMap<K, V>, key: K, value: V) -> Result<()> {
    map.try_reserve(1).map_err(|_| Error::out_of_memory(size_of::<(K, V)>()))?;
    map.insert(key, value);
    Ok(())
}

/// Addresses are spread by one multiplication; nothing hostile chooses them.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_usize(b as usize);
        }
    }
    fn write_usize(&mut self, n: usize) {
        self.0 = (self.0 ^ n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }
}

type AddressMap<K, V> = HashMap<K, V, BuildHasherDefault<AddressHasher>>;

/// A node on its way: how many consumers have yet to send it gradients, and what has arrived, per output.
struct Pending {
    node: Shared<Node>,
    consumers: usize,
    grads: SmallVec<[Option<Tensor>; 1]>,
    /// Whether some wanted gradient lies behind it.
    useful: bool,
}

struct Walk {
    pending: AddressMap<usize, Pending>,
    ready: Vec<usize>,
    /// Gradients of leaves, by the leaf's id.
    leaves: AddressMap<usize, (Tensor, Tensor)>,
    /// Gradients of the outputs that `grad_of` was asked for.
    captured: AddressMap<(usize, usize), Tensor>,
    wanted: Option<SmallVec<[Key; 8]>>,
    retain: bool,
    create_graph: bool,
}

impl Walk {
    fn new(root: &Tensor, options: &Options, wanted: Option<&[Key]>) -> Result<Walk> {
        let target = root.target()?;
        if target.is_none() {
            fail!(AUTOGRAD, "the tensor does not require grad and no recorded op made it");
        }
        let mut walk = Walk {
            pending: HashMap::default(),
            ready: Vec::new(),
            leaves: HashMap::default(),
            captured: HashMap::default(),
            wanted: wanted.map(|wanted| list::short(wanted.iter().copied())).transpose()?,
            retain: options.retain_graph || options.create_graph,
            create_graph: options.create_graph,
        };
        let seed = seed(root, options.gradient)?;
        if let Target::Node(origin) = &target {
            walk.discover(&origin.node)?;
        }
        walk.deliver(&target, seed)?;
        if let Target::Node(origin) = target {
            list::push(&mut walk.ready, address(&origin.node))?;
        }
        Ok(walk)
    }

    /// Finds all nodes behind `root`, counts their consumers and, if only some gradients are wanted, marks the nodes
    /// that lead there.
    fn discover(&mut self, root: &Shared<Node>) -> Result<()> {
        let new = |node: &Shared<Node>| Pending {
            node: node.clone(),
            consumers: 0,
            grads: smallvec![None; node.outputs.len()],
            useful: true,
        };
        insert(&mut self.pending, address(root), new(root))?;
        // Each entry of the path is a node and its next input to look at: a depth-first walk without recursion.
        let mut path: Vec<(Shared<Node>, usize)> = list::collect([(root.clone(), 0)].into_iter())?;
        let mut finished: Vec<usize> = Vec::new();
        while let Some((node, next)) = path.last_mut() {
            let Some(edge) = node.inputs.get(*next) else {
                if self.wanted.is_some() {
                    list::push(&mut finished, address(node))?;
                }
                path.pop();
                continue;
            };
            *next += 1;
            if let Target::Node(origin) = &edge.target {
                self.pending.try_reserve(1).map_err(|_| Error::out_of_memory(size_of::<Pending>()))?;
                match self.pending.entry(address(&origin.node)) {
                    Entry::Occupied(mut seen) => seen.get_mut().consumers += 1,
                    Entry::Vacant(first) => {
                        first.insert(Pending { consumers: 1, ..new(&origin.node) });
                        let child = (origin.node.clone(), 0);
                        list::push(&mut path, child)?;
                    }
                }
            }
        }
        if self.wanted.is_some() {
            // Children finish before their parents.
            for id in finished {
                let node = self.pending[&id].node.clone();
                let useful = node.inputs.iter().any(|e| self.leads_to_wanted(&e.target));
                if let Some(pending) = self.pending.get_mut(&id) {
                    pending.useful = useful;
                }
            }
        }
        // All nodes may be ready at once.
        self.ready.try_reserve(self.pending.len()).map_err(|_| Error::out_of_memory(self.pending.len()))
    }

    fn is_wanted(&self, key: Option<Key>) -> bool {
        match (&self.wanted, key) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(wanted), Some(key)) => wanted.contains(&key),
        }
    }

    fn leads_to_wanted(&self, target: &Target) -> bool {
        let Target::Node(origin) = target else { return self.is_wanted(Key::of(target)) };
        self.wanted.is_none()
            || self.is_wanted(Key::of(target))
            || self.pending.get(&address(&origin.node)).is_some_and(|p| p.useful)
    }

    fn run(&mut self) -> Result<()> {
        let _mode = mode::within(if self.create_graph { Mode::Grad } else { Mode::NoGrad });
        let mut streams = Streams::default();
        while let Some(id) = self.ready.pop() {
            let Some(pending) = self.pending.get_mut(&id) else { continue };
            let node = pending.node.clone();
            let grads = std::mem::take(&mut pending.grads);
            let useful = pending.useful;
            if self.wanted.is_some() {
                for (i, g) in grads.iter().enumerate() {
                    if let Some(g) = g.as_ref().filter(|_| self.is_wanted(Some(Key::Output(id, i)))) {
                        insert(&mut self.captured, (id, i), g.clone())?;
                    }
                }
            }
            if useful && grads.iter().any(Option::is_some) {
                let wanted: SmallVec<[bool; 4]> =
                    list::short(node.inputs.iter().map(|e| self.leads_to_wanted(&e.target)))?;
                if let Some(stream) = &node.stream {
                    streams.enter(stream)?;
                }
                let answers = node
                    .op
                    .vjp(&Vjp::new(&node, &grads, &wanted, self.create_graph))
                    .map_err(|e| e.within(&format!("backward of {}", node.op.name())))?;
                let answers = planted::error(node.op.name(), answers)?;
                drop(grads);
                for ((edge, wanted), g) in node.inputs.iter().zip(wanted).zip(answers) {
                    if let Some(g) = g.filter(|_| wanted) {
                        let g = fit(g, edge)?;
                        self.deliver(&edge.target, g)?;
                    }
                }
            }
            for edge in &node.inputs {
                if let Target::Node(Origin { node, .. }) = &edge.target {
                    let id = address(node);
                    if let Some(pending) = self.pending.get_mut(&id) {
                        pending.consumers -= 1;
                        if pending.consumers == 0 {
                            self.ready.push(id);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds `g` to what has arrived at `target`.
    fn deliver(&mut self, target: &Target, g: Tensor) -> Result<()> {
        match target {
            Target::None => {}
            Target::Leaf(leaf) => {
                if self.is_wanted(Key::of(target)) {
                    let sum = match self.leaves.get(&leaf.id()) {
                        Some((_, before)) => add(before, &g)?,
                        None => g,
                    };
                    insert(&mut self.leaves, leaf.id(), (leaf.clone(), sum))?;
                }
            }
            Target::Node(origin) => {
                if let Some(slot) =
                    self.pending.get_mut(&address(&origin.node)).and_then(|p| p.grads.get_mut(origin.index))
                {
                    *slot = Some(match slot.take() {
                        Some(before) => add(&before, &g)?,
                        None => g,
                    });
                }
            }
        }
        Ok(())
    }

    /// Lets the visited nodes drop what they saved, unless the graph is to be used again.
    fn free(&self) {
        if !self.retain {
            // The others were not run: another backward may still need them.
            for pending in self.pending.values().filter(|p| p.useful) {
                pending.node.free_saved();
            }
        }
    }
}

/// The gradient that the walk starts with.
fn seed(root: &Tensor, gradient: Option<&Tensor>) -> Result<Tensor> {
    match gradient {
        Some(g) => {
            if g.shape() != root.shape() {
                fail!(SHAPE, "options.gradient is {:?}, expected the tensor's shape {:?}", g.shape(), root.shape());
            }
            if g.device() != root.device() {
                fail!(DEVICE, "options.gradient is on {}, the tensor is on {}", g.device(), root.device());
            }
            to_dtype(g, root.dtype())
        }
        None if root.numel() == 1 => ones(root.shape(), root.dtype(), root.device()),
        None => fail!(
            AUTOGRAD,
            "the tensor is {:?}: without a gradient only a tensor of one element can start backward",
            root.shape()
        ),
    }
}

/// The one place that undoes broadcasting and dtype promotion.
fn fit(g: Tensor, edge: &Edge) -> Result<Tensor> {
    let g = if g.shape() == &edge.shape[..] { g } else { sum_to_shape(&g, &edge.shape)? };
    let g = if g.dtype() == edge.dtype { g } else { to_dtype(&g, edge.dtype)? };
    // A number on the CPU that joined tensors of a CUDA device.
    if g.device() == edge.device { Ok(g) } else { to_device(&g, edge.device, false) }
}

/// Each node's backward runs on the stream that its forward ran on. Nodes run one after another: a change of streams
/// makes the next wait for the one before, and what was current when backward began waits for the last.
#[derive(Default)]
struct Streams {
    /// What was current, for each device that was visited.
    callers: SmallVec<[Arc<Stream>; 1]>,
    last: Option<Arc<Stream>>,
}

impl Streams {
    fn enter(&mut self, stream: &Arc<Stream>) -> Result<()> {
        if self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, stream)) {
            return Ok(());
        }
        let ordinal = stream.device().ordinal;
        if !self.callers.iter().any(|s| s.device().ordinal == ordinal) {
            let caller = stream::current(stream.device())?;
            stream.wait_for(&caller)?;
            self.callers.push(caller);
        }
        if let Some(last) = &self.last {
            stream.wait_for(last)?;
        }
        stream::replace_current(stream.clone())?;
        self.last = Some(stream.clone());
        Ok(())
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        for caller in self.callers.drain(..) {
            // A failure means that the device is lost, which every later call says.
            if let Some(last) = &self.last {
                let _ = caller.wait_for(last);
            }
            let _ = stream::replace_current(caller);
        }
    }
}

/// `g` as a tensor that shares memory with nobody.
fn own(g: Tensor, create_graph: bool) -> Result<Tensor> {
    if g.is_sole() && g.is_contiguous() && !g.is_view() {
        return Ok(g);
    }
    let _mode = mode::within(if create_graph { Mode::Grad } else { Mode::NoGrad });
    clone(&g)
}

/// Adds to the gradients of all leaves or, on failure, of none. Another thread may add at the same time: whoever finds
/// that a gradient is no longer what it was computed from adds anew.
fn accumulate(leaves: impl ExactSizeIterator<Item = (Tensor, Tensor)>, create_graph: bool) -> Result<()> {
    let _mode = mode::within(if create_graph { Mode::Grad } else { Mode::NoGrad });
    // In the order of addresses, as `exchange_grads` wants them.
    let mut leaves = list::collect(leaves)?;
    leaves.sort_unstable_by_key(|(leaf, _)| leaf.id());
    let mut exchange: Vec<GradExchange> = list::with_room(leaves.len())?;
    let mut fresh: Vec<Tensor> = list::with_room(leaves.len())?;
    for (leaf, g) in leaves {
        fresh.push(own(g, create_graph)?);
        exchange.push(GradExchange { leaf, seen: None, next: None, mark: None });
    }
    loop {
        for (e, g) in exchange.iter_mut().zip(&fresh) {
            let (now, mark) = e.leaf.grad_and_mark();
            let stale = match (&now, &e.seen) {
                (Some(a), Some(b)) => !a.same(b),
                (None, None) => e.next.is_none(),
                _ => true,
            };
            if stale {
                if let (Some(_), Some(mark)) = (&now, &mark) {
                    mark.wait()?;
                }
                e.next = Some(match &now {
                    Some(now) => add(now, g)?,
                    None => g.clone(),
                });
                e.seen = now;
            }
        }
        // One mark for all leaves of a device.
        let mut marks: SmallVec<[(Device, Option<Arc<Mark>>); 2]> = SmallVec::new();
        for e in &mut exchange {
            let device = e.leaf.device();
            e.mark = match marks.iter().find(|(known, _)| *known == device) {
                Some((_, mark)) => mark.clone(),
                None => {
                    let mark = Mark::current(device)?;
                    marks.push((device, mark.clone()));
                    mark
                }
            };
        }
        if Tensor::exchange_grads(&mut exchange)? {
            return Ok(());
        }
    }
}

/// A planted error, by which tests show that a gradient check would see a wrong formula.
#[doc(hidden)]
pub mod planted {
    use crate::error::Result;
    use crate::ops::elementwise::mul_scalar;
    use crate::scalar::Scalar;
    use crate::tensor::op::Grads;
    use std::cell::Cell;

    thread_local! {
        static OP: Cell<Option<(&'static str, f64)>> = const { Cell::new(None) };
    }

    /// From now on this thread multiplies every gradient that `op` gives by `factor`; `None` ends it.
    pub fn set(error: Option<(&'static str, f64)>) {
        OP.set(error);
    }

    pub(super) fn error(op: &str, grads: Grads) -> Result<Grads> {
        match OP.get() {
            Some((planted, factor)) if planted == op => {
                grads.into_iter().map(|g| g.map(|g| mul_scalar(&g, Scalar::Float(factor))).transpose()).collect()
            }
            _ => Ok(grads),
        }
    }
}

/// Fills the gradient of a leaf with zeros, if it has one.
pub fn zero_grad(leaf: &Tensor) -> Result<()> {
    if let Some(grad) = leaf.grad() {
        leaf.set_grad(Some(zeros_of(&grad)?))?;
    }
    Ok(())
}
