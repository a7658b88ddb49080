//! Fused optimizer steps: one launch updates many parameters, and every tensor is read and written once.

use super::Queue;
use super::copy::{copy, to_dtype};
use super::launch::{launch, prepare};
use crate::dtype::DType;
use crate::error::Result;
use crate::function::{AdamW, AdamWFactors, Sgd};
use crate::list;
use crate::view::{In, Out};
use std::ptr::null_mut;

const THREADS: u32 = 256;
/// What a kernel loads at once, in bytes.
const ALIGNMENT: usize = 16;
/// Elements of a parameter that one block works on: the fewer there are in all, the less, so that all of the device
/// has work.
const CHUNKS: std::ops::RangeInclusive<i64> = 2048..=65_536;
const BLOCKS_PER_MULTIPROCESSOR: i64 = 32;

/// What one parameter's step needs. All have the parameter's shape.
#[derive(Clone, Copy)]
pub struct Update<'a> {
    pub param: Out<'a>,
    pub grad: In<'a>,
    /// As `cpu::optim` takes them: a momentum; the averages of gradient and square, and the largest of these.
    pub buffers: &'a [Out<'a>],
    /// Counted from 1.
    pub step: i64,
}

/// Parameter, gradient, up to three buffers.
const OPERANDS: usize = 5;

/// The same in C order and of one dtype.
struct Ready {
    at: [*mut u8; OPERANDS],
    dtype: DType,
    numel: i64,
    step: i64,
}

impl Ready {
    fn is_aligned(&self) -> bool {
        self.at.iter().all(|&p| (p as usize).is_multiple_of(ALIGNMENT))
    }
}

fn reading(x: Out<'_>) -> In<'_> {
    In { base: x.base, dtype: x.dtype, layout: x.layout }
}

/// Calls `step` with the updates of each dtype, for which it launches the kernel `name` of that dtype.
fn each_dtype(
    queue: &Queue,
    updates: &[Update],
    name: &'static str,
    step: impl Fn(DType, &[Ready]) -> Result<()>,
) -> Result<()> {
    // All memory and kernels first: a step that does not find them has written nothing.
    let mut copies = Vec::new();
    let mut ready = list::with_room(updates.len())?;
    for update in updates.iter().filter(|u| u.param.layout.numel() > 0) {
        let dtype = update.param.dtype;
        let mut operands = [None; OPERANDS];
        operands[0] = Some((reading(update.param), Some(update.param)));
        operands[1] = Some((update.grad, None));
        for (operand, buffer) in operands[2..].iter_mut().zip(update.buffers) {
            *operand = Some((reading(*buffer), Some(*buffer)));
        }
        let mut at = [null_mut(); OPERANDS];
        for (at, (x, back)) in at.iter_mut().zip(operands.into_iter().flatten()) {
            *at = x.origin().cast_mut();
            if x.dtype != dtype || !x.layout.is_contiguous() {
                let made = to_dtype(queue, x, dtype)?;
                *at = made.output().origin();
                list::push(&mut copies, (made, back))?;
            }
        }
        ready.push(Ready { at, dtype, numel: update.param.layout.numel(), step: update.step });
    }
    ready.sort_unstable_by_key(|r| r.dtype as i32);
    let parts = || ready.chunk_by(|a, b| a.dtype == b.dtype);
    parts().try_for_each(|part| prepare(queue, "optim", &[name, part[0].dtype.name()]))?;
    for part in parts() {
        step(part[0].dtype, part)?;
    }
    for (made, back) in &copies {
        if let Some(out) = *back {
            copy(queue, made.input(), out)?;
        }
    }
    Ok(())
}

/// The mirror of kernels/include/optim.cuh, as all tables here.
#[repr(C)]
#[derive(Clone, Copy)]
struct Chunks<const MOST: usize> {
    numel: [i64; MOST],
    first: [u32; MOST],
    is_aligned: [u8; MOST],
    count: u32,
    chunk: u32,
}

impl<const MOST: usize> Chunks<MOST> {
    /// The table, and how many blocks it is for. At most `MOST` parameters.
    fn new(queue: &Queue, params: &[Ready]) -> (Chunks<MOST>, u32) {
        let total: i64 = params.iter().map(|r| r.numel).sum();
        let each = total / (BLOCKS_PER_MULTIPROCESSOR * queue.device().properties().multiprocessors.max(1) as i64);
        let chunk = (each as u64).next_power_of_two().clamp(*CHUNKS.start() as u64, *CHUNKS.end() as u64) as i64;
        let mut table = Chunks {
            numel: [0; MOST],
            first: [0; MOST],
            is_aligned: [0; MOST],
            count: params.len() as u32,
            chunk: chunk as u32,
        };
        let mut blocks = 0;
        for (i, r) in params.iter().enumerate() {
            (table.numel[i], table.first[i], table.is_aligned[i]) = (r.numel, blocks, r.is_aligned() as u8);
            blocks += (r.numel as u64).div_ceil(chunk as u64) as u32;
        }
        (table, blocks)
    }
}

/// Operand `k` of each parameter; 0 where there is none.
fn addresses<const MOST: usize>(params: &[Ready], k: usize) -> [*mut u8; MOST] {
    std::array::from_fn(|i| params.get(i).map_or(null_mut(), |r| r.at[k]))
}

/// f32 or f64: what a step computes in.
trait Real: Copy + Default {
    fn of(x: f64) -> Self;
}

impl Real for f32 {
    fn of(x: f64) -> f32 {
        x as f32
    }
}

impl Real for f64 {
    fn of(x: f64) -> f64 {
        x
    }
}

const MOST_SGD: usize = 96;

#[repr(C)]
#[derive(Clone, Copy)]
struct SgdTable {
    param: [*mut u8; MOST_SGD],
    grad: [*mut u8; MOST_SGD],
    buffer: [*mut u8; MOST_SGD],
    chunks: Chunks<MOST_SGD>,
    first_step: [u8; MOST_SGD],
}

#[repr(C)]
#[derive(Clone, Copy)]
struct SgdNumbers<C> {
    lr: C,
    momentum: C,
    fresh: C,
    decay: C,
    sign: C,
    nesterov: i32,
}

/// One step of SGD for each parameter: as `cpu::optim::sgd`; `hyper.momentum` counts where there is a buffer.
pub fn sgd(queue: &Queue, updates: &[Update], hyper: Sgd) -> Result<()> {
    each_dtype(queue, updates, "sgd_", |dtype, params| match dtype {
        DType::F64 => sgd_of::<f64>(queue, dtype, params, hyper),
        _ => sgd_of::<f32>(queue, dtype, params, hyper),
    })
}

fn sgd_of<C: Real>(queue: &Queue, dtype: DType, params: &[Ready], h: Sgd) -> Result<()> {
    let numbers = SgdNumbers {
        lr: C::of(h.lr),
        momentum: C::of(h.momentum),
        fresh: C::of(1.0 - h.dampening),
        decay: C::of(h.weight_decay),
        sign: C::of(h.sign()),
        nesterov: h.nesterov as i32,
    };
    for params in params.chunks(MOST_SGD) {
        let (chunks, blocks) = Chunks::new(queue, params);
        let table = SgdTable {
            param: addresses(params, 0),
            grad: addresses(params, 1),
            buffer: addresses(params, 2),
            chunks,
            first_step: std::array::from_fn(|i| params.get(i).is_some_and(|r| r.step == 1) as u8),
        };
        launch!(queue, "optim", ["sgd_", dtype.name()], [blocks, 1, 1], THREADS, 0; table, numbers)?;
    }
    Ok(())
}

const MOST_ADAMW: usize = 56;

#[repr(C)]
#[derive(Clone, Copy)]
struct AdamWTable<C> {
    param: [*mut u8; MOST_ADAMW],
    grad: [*mut u8; MOST_ADAMW],
    exp_avg: [*mut u8; MOST_ADAMW],
    exp_avg_sq: [*mut u8; MOST_ADAMW],
    max_exp_avg_sq: [*mut u8; MOST_ADAMW],
    chunks: Chunks<MOST_ADAMW>,
    pace: [C; MOST_ADAMW],
    root: [C; MOST_ADAMW],
}

#[repr(C)]
#[derive(Clone, Copy)]
struct AdamWNumbers<C> {
    keep: C,
    decay: C,
    fresh: C,
    beta2: C,
    fresh2: C,
    eps: C,
    sign: C,
}

/// One step of AdamW or Adam for each parameter: as `cpu::optim::adamw`.
pub fn adamw(queue: &Queue, updates: &[Update], hyper: AdamW) -> Result<()> {
    each_dtype(queue, updates, "adamw_", |dtype, params| match dtype {
        DType::F64 => adamw_of::<f64>(queue, dtype, params, hyper),
        _ => adamw_of::<f32>(queue, dtype, params, hyper),
    })
}

fn adamw_of<C: Real>(queue: &Queue, dtype: DType, params: &[Ready], h: AdamW) -> Result<()> {
    let AdamWFactors { keep, decay, fresh, beta2, fresh2, eps, sign } = h.factors();
    let [keep, decay, fresh, beta2, fresh2, eps, sign] = [keep, decay, fresh, beta2, fresh2, eps, sign].map(C::of);
    let numbers = AdamWNumbers { keep, decay, fresh, beta2, fresh2, eps, sign };
    for params in params.chunks(MOST_ADAMW) {
        let (chunks, blocks) = Chunks::new(queue, params);
        let (mut pace, mut root) = ([C::default(); MOST_ADAMW], [C::default(); MOST_ADAMW]);
        for (i, r) in params.iter().enumerate() {
            let (p, q) = h.corrections(r.step);
            (pace[i], root[i]) = (C::of(p), C::of(q));
        }
        let table = AdamWTable {
            param: addresses(params, 0),
            grad: addresses(params, 1),
            exp_avg: addresses(params, 2),
            exp_avg_sq: addresses(params, 3),
            max_exp_avg_sq: addresses(params, 4),
            chunks,
            pace,
            root,
        };
        launch!(queue, "optim", ["adamw_", dtype.name()], [blocks, 1, 1], THREADS, 0; table, numbers)?;
    }
    Ok(())
}

// The sizes that tests/cuda/host/optim_test.cc finds in the kernels' own tables.
const _: () = assert!(size_of::<SgdTable>() == 3656 && size_of::<SgdNumbers<f64>>() == 48);
const _: () = assert!(size_of::<AdamWTable<f64>>() == 3872 && size_of::<AdamWTable<f32>>() == 3424);
