//! The one door that every op goes through: check, infer, decide overlap, allocate, run, note the node.

use crate::cpu::fork::ForkMutex;
use crate::cpu::{cancel, pool};
use crate::cuda::{self, Queue};
use crate::device::Device;
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, Layout, Overlap};
use crate::list;
use crate::storage::Storage;
use crate::storage::shared::Shared;
use crate::tensor::Tensor;
use crate::tensor::mode::{self, Mode};
use crate::tensor::node::{Edge, Node, Origin, OutputMeta, Saved, SavedTensor, Target};
use crate::tensor::op::{Meta, Op, OutputSpec, Plan};
use crate::view::{In, Out};
use smallvec::{SmallVec, smallvec};

pub type Outputs = SmallVec<[Tensor; 1]>;

/// Runs `op` and returns its outputs, hidden ones left out.
pub fn apply(op: &dyn Op, inputs: &[&Tensor]) -> Result<Outputs> {
    let device = common_device(inputs)?;
    match with_metas(inputs, |metas| op.infer(metas))? {
        Plan::View(layout) => view(op, inputs[0], layout),
        Plan::Fresh(specs) => fresh(op, inputs, device, &specs),
        Plan::Update { each, written } => {
            update(op, inputs, device, each, &written)?;
            Ok(Outputs::new())
        }
    }
}

/// [`apply`] for an op with one output.
pub fn apply_one(op: &dyn Op, inputs: &[&Tensor]) -> Result<Tensor> {
    let device = common_device(inputs)?;
    let mut outputs = match with_metas(inputs, |metas| op.infer(metas))? {
        Plan::View(layout) => view(op, inputs[0], layout)?,
        // The way of most ops, without lists.
        Plan::Fresh(specs) if specs.len() == 1 => return single(op, inputs, device, &specs[0]),
        Plan::Fresh(specs) => fresh(op, inputs, device, &specs)?,
        Plan::Update { .. } => Outputs::new(),
    };
    match outputs.pop() {
        Some(output) => Ok(output),
        None => fail!(INTERNAL, "{} has no output", op.name()),
    }
}

/// Runs `op` with its one output going into `target`, which must have the shape that the op infers; a lower dtype
/// category than the result's is an error, as in PyTorch.
pub fn apply_in_place(op: &dyn Op, target: &Tensor, inputs: &[&Tensor]) -> Result<()> {
    let device = target.device();
    let inputs_device = common_device(inputs)?;
    if inputs_device != device && inputs.iter().any(|x| x.ndim() > 0 || x.device() != Device::Cpu) {
        fail!(DEVICE, "the tensor to write is on {device}, the inputs on {inputs_device}");
    }
    let spec = match with_metas(inputs, |metas| op.infer(metas))? {
        Plan::Fresh(mut specs) if specs.len() == 1 => specs.remove(0),
        _ => fail!(INTERNAL, "{} has no in-place form", op.name()),
    };
    if spec.shape[..] != *target.shape() {
        fail!(SHAPE, "the result has shape {:?}, the tensor to write has {:?}", spec.shape.as_slice(), target.shape());
    }
    if spec.dtype.category() > target.dtype().category() {
        fail!(DTYPE, "the result is {}, it does not convert to {} in place", spec.dtype, target.dtype());
    }
    check_writable(target)?;
    check_overlap(target, inputs)?;

    let queue = queue_on(device)?;
    let tracked = |x: &&&Tensor| x.is_tracked();
    let recording = mode::current() == Mode::Grad
        && op.differentiable()
        // Integers carry no gradient.
        && target.dtype().is_float()
        && (target.is_tracked() || inputs.iter().any(|x| tracked(&x)));
    let version = target.storage().version();
    let mut prepared = None;
    if recording {
        target.check_recorded_write()?;
        let outputs = smallvec![OutputMeta { shape: spec.shape.clone(), dtype: target.dtype() }];
        let node = node(op, inputs, outputs, queue.as_ref())?;
        let needs = needs(&node.inputs);
        // A saved output is what the write leaves behind; of a saved input that the write destroys a copy is kept.
        let write = Write { target, version: version + 1, queue: queue.as_ref() };
        save(&node, op.saves(needs), inputs, std::slice::from_ref(target), Some(write))?;
        prepared = Some(target.prepare_write(Origin { node, index: 0 })?);
    }
    if queue.is_none() && (cancel::active() || pool::is_host()) {
        // A call that is cancelled, or whose host loop fails, must leave the target as it was: compute beside it, then
        // copy on this thread's and our own terms.
        let staged = Tensor::empty_on(target.shape(), target.dtype(), None)?;
        with_ins(inputs, None, |ins| run(op, None, ins, &[staged.output()]))?;
        cancel::without(|| crate::cpu::copy::copy(staged.input(), target.output()))?;
    } else {
        note_use(target, queue.as_ref());
        with_ins(inputs, queue.as_ref(), |ins| run(op, queue.as_ref(), ins, &[target.output()]))?;
    }
    target.storage().bump();
    if let Some(prepared) = prepared {
        prepared.commit();
    }
    Ok(())
}

/// `then` with the metadata of the inputs. One or two inputs, as most ops have, need no list.
#[inline]
fn with_metas<R>(inputs: &[&Tensor], then: impl FnOnce(&[Meta]) -> Result<R>) -> Result<R> {
    match inputs {
        [x] => then(&[x.meta()]),
        [x, y] => then(&[x.meta(), y.meta()]),
        _ => {
            let mut metas: SmallVec<[Meta; 8]> = list::short_with_room(inputs.len())?;
            metas.extend(inputs.iter().map(|x| x.meta()));
            then(&metas)
        }
    }
}

/// The queue of a CUDA device; none for the CPU.
#[inline]
fn queue_on(device: Device) -> Result<Option<Queue>> {
    match device {
        Device::Cpu => Ok(None),
        Device::Cuda(ordinal) => cuda::queue(ordinal).map(Some),
    }
}

/// What the queue is about to read or write is not to be given to others before it is done.
#[inline]
fn note_use(x: &Tensor, queue: Option<&Queue>) {
    if let Some(queue) = queue {
        x.storage().used_by(queue.stream());
    }
}

/// `then` with the memory of the inputs, all on the queue's device: a rank-0 CPU tensor is copied there.
#[inline]
fn with_ins<R>(inputs: &[&Tensor], queue: Option<&Queue>, then: impl FnOnce(&[In]) -> Result<R>) -> Result<R> {
    match (inputs, queue) {
        ([x], None) => then(&[x.input()]),
        ([x, y], None) => then(&[x.input(), y.input()]),
        (_, None) => {
            let mut ins: SmallVec<[In; 8]> = list::short_with_room(inputs.len())?;
            ins.extend(inputs.iter().map(|x| x.input()));
            then(&ins)
        }
        (_, Some(queue)) => with_cuda_ins(inputs, queue, then),
    }
}

fn with_cuda_ins<R>(inputs: &[&Tensor], queue: &Queue, then: impl FnOnce(&[In]) -> Result<R>) -> Result<R> {
    let mut numbers: SmallVec<[Storage; 1]> = SmallVec::new();
    for x in inputs {
        match x.device() {
            Device::Cpu => numbers.push(x.storage().element_on(queue, x.layout().offset(), x.dtype())?),
            Device::Cuda(_) => x.storage().used_by(queue.stream()),
        }
    }
    let scalar = Layout::contiguous(&[]);
    let mut next = numbers.iter();
    let mut ins: SmallVec<[In; 4]> = list::short_with_room(inputs.len())?;
    for x in inputs {
        ins.push(match x.device() {
            Device::Cpu => match next.next() {
                Some(number) => In { base: number.base(), dtype: x.dtype(), layout: &scalar },
                None => fail!(INTERNAL, "a rank-0 input was not copied"),
            },
            Device::Cuda(_) => x.input(),
        });
    }
    then(&ins)
}

/// All inputs live on one device; a rank-0 CPU tensor may join those of another.
fn common_device(inputs: &[&Tensor]) -> Result<Device> {
    let mut device = Device::Cpu;
    for x in inputs {
        let here = x.device();
        if here == device || (here == Device::Cpu && x.ndim() == 0) {
            continue;
        }
        if device != Device::Cpu || inputs.iter().any(|y| y.device() == Device::Cpu && y.ndim() > 0) {
            let all: Vec<String> = inputs.iter().map(|x| x.device().to_string()).collect();
            fail!(DEVICE, "the tensors are on different devices: {}", all.join(", "));
        }
        device = here;
    }
    Ok(device)
}

fn check_writable(target: &Tensor) -> Result<()> {
    target.storage().check_writable("the tensor")?;
    if target.layout().overlaps_itself() {
        fail!(
            OVERLAP,
            "the tensor of shape {:?} and strides {:?} overlaps itself: clone it before writing",
            target.shape(),
            target.layout().strides()
        );
    }
    Ok(())
}

/// Every input shares with the target either nothing or exactly its elements.
fn check_overlap(target: &Tensor, inputs: &[&Tensor]) -> Result<()> {
    for (i, x) in inputs.iter().enumerate() {
        if x.same(target) {
            continue;
        }
        let overlap = if x.storage().same(target.storage()) {
            x.layout().overlap(target.layout())
        } else if !x.storage().is_borrowed() || !target.storage().is_borrowed() {
            // Two storages share memory only when the caller lent it twice.
            Overlap::None
        } else {
            address_overlap(x, target)
        };
        if overlap == Overlap::Partial {
            fail!(OVERLAP, "input {i} shares some of its memory with the tensor to write: clone one of them first");
        }
    }
    Ok(())
}

fn address_overlap(x: &Tensor, target: &Tensor) -> Overlap {
    let bytes = |t: &Tensor| {
        let (low, high) = t.layout().extent()?;
        let (base, size) = (t.storage().base() as i128, t.dtype().size() as i128);
        Some((base + low as i128 * size, base + high as i128 * size))
    };
    let (Some((a0, a1)), Some((b0, b1))) = (bytes(x), bytes(target)) else { return Overlap::None };
    let same_layout = x.layout().strides() == target.layout().strides() && x.shape() == target.shape();
    if a1 <= b0 || b1 <= a0 {
        Overlap::None
    } else if a0 == b0 && x.dtype() == target.dtype() && same_layout {
        Overlap::Equal
    } else {
        Overlap::Partial
    }
}

/// The op on the device of its inputs.
fn run(op: &dyn Op, queue: Option<&Queue>, inputs: &[In], outputs: &[Out]) -> Result<()> {
    cancel::check()?;
    match queue {
        None => op.cpu(inputs, outputs),
        Some(queue) => op.cuda(queue, inputs, outputs),
    }
}

/// `x`, C-contiguous, on another device. `op` says what backward does; there is nothing to run.
pub fn apply_transfer(op: &dyn Op, x: &Tensor, device: Device, non_blocking: bool) -> Result<Tensor> {
    cancel::check()?;
    let made = Tensor::empty(x.shape(), x.dtype(), device)?;
    if x.numel() > 0 {
        let size = x.dtype().size();
        let at = x.layout().offset() as usize * size;
        x.storage().transfer(at, x.numel() as usize * size, made.storage(), non_blocking)?;
    }
    if !(x.dtype().is_float() && is_recorded(op, &[x])) {
        return Ok(made);
    }
    let outputs = smallvec![OutputMeta { shape: Dims::from_slice(x.shape()), dtype: x.dtype() }];
    let queue = queue_on(if device == Device::Cpu { x.device() } else { device })?;
    let node = node(op, &[x], outputs, queue.as_ref())?;
    Tensor::with_origin(made.storage().clone(), made.layout().clone(), x.dtype(), Origin { node, index: 0 })
}

fn view(op: &dyn Op, x: &Tensor, layout: Layout) -> Result<Outputs> {
    let mut origin = None;
    if mode::current() == Mode::Grad && x.is_tracked() {
        let outputs = smallvec![OutputMeta { shape: Dims::from_slice(layout.shape()), dtype: x.dtype() }];
        let queue = queue_on(x.device())?;
        origin = Some(Origin { node: node(op, &[x], outputs, queue.as_ref())?, index: 0 });
    }
    Ok(smallvec![x.make_view(op, layout, origin)?])
}

/// Whether a graph is to go through `op`, provided that an output can carry a gradient.
#[inline]
fn is_recorded(op: &dyn Op, inputs: &[&Tensor]) -> bool {
    inputs.iter().any(|x| x.is_tracked()) && mode::current() == Mode::Grad && op.differentiable()
}

/// [`fresh`] for one output.
fn single(op: &dyn Op, inputs: &[&Tensor], device: Device, spec: &OutputSpec) -> Result<Tensor> {
    let queue = queue_on(device)?;
    let (storage, layout) = allocate(spec, queue.as_ref())?;
    let out = Out { base: storage.base(), dtype: spec.dtype, layout: &layout };
    with_ins(inputs, queue.as_ref(), |ins| run(op, queue.as_ref(), ins, &[out]))?;
    if !(spec.dtype.is_float() && is_recorded(op, inputs)) {
        return Tensor::new(storage, layout, spec.dtype);
    }
    let outputs = smallvec![OutputMeta { shape: spec.shape.clone(), dtype: spec.dtype }];
    let node = node(op, inputs, outputs, queue.as_ref())?;
    let made = Tensor::with_origin(storage, layout, spec.dtype, Origin { node: node.clone(), index: 0 })?;
    save(&node, op.saves(needs(&node.inputs)), inputs, std::slice::from_ref(&made), None)?;
    Ok(made)
}

#[inline]
fn allocate(spec: &OutputSpec, queue: Option<&Queue>) -> Result<(Storage, Layout)> {
    let layout = Layout::contiguous(&spec.shape);
    Ok((Storage::for_layout(&layout, spec.dtype, queue)?, layout))
}

fn fresh(op: &dyn Op, inputs: &[&Tensor], device: Device, specs: &[OutputSpec]) -> Result<Outputs> {
    let queue = queue_on(device)?;
    let mut memory: SmallVec<[(Storage, Layout); 1]> = SmallVec::new();
    for spec in specs {
        memory.push(allocate(spec, queue.as_ref())?);
    }
    {
        let mut outs: SmallVec<[Out; 2]> = SmallVec::new();
        for (spec, (storage, layout)) in specs.iter().zip(&memory) {
            outs.push(Out { base: storage.base(), dtype: spec.dtype, layout });
        }
        with_ins(inputs, queue.as_ref(), |ins| run(op, queue.as_ref(), ins, &outs))?;
    }

    let recording = is_recorded(op, inputs) && specs.iter().any(|s| s.dtype.is_float() && !s.hidden);
    let mut made = Outputs::new();
    if !recording {
        for (spec, (storage, layout)) in specs.iter().zip(memory) {
            if !spec.hidden {
                made.push(Tensor::new(storage, layout, spec.dtype)?);
            }
        }
        return Ok(made);
    }

    let outputs = specs.iter().map(|s| OutputMeta { shape: s.shape.clone(), dtype: s.dtype }).collect();
    let node = node(op, inputs, outputs, queue.as_ref())?;
    for (index, (spec, (storage, layout))) in specs.iter().zip(memory).enumerate() {
        made.push(if spec.dtype.is_float() && !spec.hidden {
            Tensor::with_origin(storage, layout, spec.dtype, Origin { node: node.clone(), index })?
        } else {
            Tensor::new(storage, layout, spec.dtype)?
        });
    }
    save(&node, op.saves(needs(&node.inputs)), inputs, &made, None)?;
    let mut visible = specs.iter().map(|s| !s.hidden);
    made.retain(|_| visible.next().unwrap_or(true));
    Ok(made)
}

/// Whether [`apply`] would let `op` write its inputs; several updates that must all happen are checked first.
pub fn check_update(op: &dyn Op, inputs: &[&Tensor]) -> Result<()> {
    common_device(inputs)?;
    match with_metas(inputs, |metas| op.infer(metas))? {
        Plan::Update { each, written } => check_written(inputs, each, &written),
        _ => fail!(INTERNAL, "{} is no update", op.name()),
    }
}

fn check_written(inputs: &[&Tensor], each: usize, written: &[usize]) -> Result<()> {
    for group in inputs.chunks(each) {
        for &i in written {
            check_writable(group[i])?;
            check_overlap(group[i], &group[..i])?;
            check_overlap(group[i], &group[i + 1..])?;
        }
    }
    Ok(())
}

/// In-place writes of several inputs at once, without a graph (optimizers).
fn update(op: &dyn Op, inputs: &[&Tensor], device: Device, each: usize, written: &[usize]) -> Result<()> {
    check_written(inputs, each, written)?;
    let targets = || inputs.chunks(each).flat_map(|group| written.iter().map(|&i| group[i]));
    let mut outs: SmallVec<[Out; 4]> = list::short_with_room(inputs.len() / each * written.len())?;
    outs.extend(targets().map(|x| x.output()));
    // An update is not cancelled half-way: it is short, and half a step would be worse than a late answer.
    cancel::check()?;
    let queue = queue_on(device)?;
    targets().for_each(|x| note_use(x, queue.as_ref()));
    cancel::without(|| with_ins(inputs, queue.as_ref(), |ins| run(op, queue.as_ref(), ins, &outs)))?;
    targets().for_each(|x| x.storage().bump());
    Ok(())
}

fn node(
    op: &dyn Op,
    inputs: &[&Tensor],
    outputs: SmallVec<[OutputMeta; 1]>,
    queue: Option<&Queue>,
) -> Result<Shared<Node>> {
    let mut edges = list::short_with_room(inputs.len())?;
    for x in inputs {
        let target = if x.dtype().is_float() { x.target()? } else { Target::None };
        edges.push(Edge { target, shape: Dims::from_slice(x.shape()), dtype: x.dtype(), device: x.device() });
    }
    Shared::new(Node {
        op: op.boxed(),
        inputs: edges,
        outputs,
        saved: ForkMutex::new(Saved::default()),
        stream: queue.map(|queue| queue.stream().clone()),
    })
}

/// Bits of the first 32 inputs that a gradient flows to.
fn needs(edges: &[Edge]) -> u32 {
    edges.iter().take(32).enumerate().filter(|(_, e)| !e.target.is_none()).fold(0, |bits, (i, _)| bits | 1 << i)
}

/// The tensor that an in-place op is about to write, and the version that it will have then.
struct Write<'a> {
    target: &'a Tensor,
    version: u64,
    queue: Option<&'a Queue>,
}

/// Keeps what backward will read.
fn save(
    node: &Node,
    saves: crate::tensor::op::Saves,
    inputs: &[&Tensor],
    outputs: &[Tensor],
    write: Option<Write>,
) -> Result<()> {
    if saves.inputs == 0 && saves.outputs == 0 {
        return Ok(());
    }
    let bit = |bits: u32, i: usize| i < 32 && bits >> i & 1 == 1;
    let mut kept = Saved { inputs: list::short_with_room(inputs.len())?, ..Saved::default() };
    for (i, x) in inputs.iter().enumerate() {
        kept.inputs.push(match &write {
            _ if !bit(saves.inputs, i) => None,
            Some(Write { target, queue, .. }) if x.storage().same(target.storage()) => {
                let copy = Tensor::empty_on(x.shape(), x.dtype(), *queue)?;
                match queue {
                    None => crate::cpu::copy::copy(x.input(), copy.output())?,
                    Some(queue) => cuda::copy::copy(queue, x.input(), copy.output())?,
                }
                Some(SavedTensor::new(&copy, 0)?)
            }
            _ => Some(SavedTensor::new(x, x.storage().version())?),
        });
    }
    for (i, x) in outputs.iter().enumerate() {
        let version = write.as_ref().map_or_else(|| x.storage().version(), |write| write.version);
        kept.outputs.push(if bit(saves.outputs, i) { Some(SavedTensor::new(x, version)?) } else { None });
    }
    *node.saved.lock() = kept;
    Ok(())
}
