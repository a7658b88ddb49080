//! Random fills: `torch.rand`, `randn`, `randint`, and dropout, with the CPU's numbers.
//!
//! Numbers depend on seed, first block and the element's place in C order only. All are the CPU's, bit for bit, but for
//! normal numbers of f64: log, sin and cos of f64 are the device's there, and the last bits differ.

use super::Queue;
use super::copy::{Dense, copy};
use super::launch::{blocks, launch};
use crate::dtype::DType;
use crate::error::Result;
use crate::view::{In, Out};

const THREADS: u32 = 256;
/// What a kernel stores at once, in bytes.
const ALIGNMENT: usize = 16;

fn grid(n: u64, each_thread: u64) -> [u32; 3] {
    [blocks(n, each_thread * THREADS as u64), 1, 1]
}

/// Calls `make` with memory in C order, aligned for the kernels, and brings what it made to where the output lies.
fn generate(queue: &Queue, out: Out, make: impl FnOnce(*mut u8) -> Result<()>) -> Result<()> {
    if out.layout.is_contiguous() && (out.origin() as usize).is_multiple_of(ALIGNMENT) {
        return make(out.origin());
    }
    let made = Dense::allocate(queue, out.layout.shape(), out.dtype)?;
    make(made.output().origin())?;
    copy(queue, made.input(), out)
}

/// `torch.rand`: as `cpu::random::uniform`.
pub fn uniform(queue: &Queue, out: Out, seed: u64, offset: u64) -> Result<()> {
    floats(queue, "uniform_", out, seed, offset)
}

/// `torch.randn`: as `cpu::random::normal`.
pub fn normal(queue: &Queue, out: Out, seed: u64, offset: u64) -> Result<()> {
    floats(queue, "normal_", out, seed, offset)
}

fn floats(queue: &Queue, kernel: &str, out: Out, seed: u64, offset: u64) -> Result<()> {
    let n = out.layout.numel() as u64;
    let grid = grid(n, (ALIGNMENT / out.dtype.size()) as u64);
    generate(
        queue,
        out,
        |to| launch!(queue, "random", [kernel, out.dtype.name()], grid, THREADS, 0; to, n, seed, offset),
    )
}

/// `torch.randint`: integers from `low` up to, without, `high`; all `low` when there are none.
pub fn randint(queue: &Queue, out: Out, low: i64, high: i64, seed: u64, offset: u64) -> Result<()> {
    let range = if high > low { high.wrapping_sub(low) as u64 } else { 0 };
    let n = out.layout.numel() as u64;
    generate(queue, out, |to| {
        let dtype = out.dtype as i32;
        launch!(queue, "random", ["randint"], grid(n, 4), THREADS, 0; to, dtype, n, low, range, seed, offset)
    })
}

/// Where the kernel reads x: its own memory, or y, where it is copied to for want of order or alignment.
fn aligned_or_in(queue: &Queue, x: In, y: Out) -> Result<*const u8> {
    if x.layout.is_contiguous() && (x.origin() as usize).is_multiple_of(ALIGNMENT) {
        return Ok(x.origin());
    }
    copy(queue, x, y)?;
    Ok(y.origin())
}

/// Elements of a thread of dropout: two packs.
fn elements_each(dtype: DType) -> u64 {
    2 * if dtype.size() < 4 { 8 } else { 4 }
}

/// Which elements dropout keeps. The mirror of kernels/dropout.cu.
#[repr(C)]
#[derive(Clone, Copy)]
struct Draw {
    seed: u64,
    offset: u64,
    limit: u32,
    all: i32,
}

/// `torch.nn.functional.dropout`: bools in `mask` that are true with probability `keep`, and `y = x·mask·scale`. `y` and
/// `mask` are contiguous.
pub fn dropout(
    queue: &Queue,
    x: In,
    keep: f64,
    scale: f64,
    (seed, offset): (u64, u64),
    y: Out,
    mask: Out,
) -> Result<()> {
    let n = y.layout.numel() as u64;
    // Of 2^32 words, this many keep.
    let kept = (keep * 4_294_967_296.0) as u64;
    let (all, limit) = ((kept > u32::MAX as u64) as i32, kept as u32);
    let from = aligned_or_in(queue, x, y)?;
    let (to, flags, each_thread) = (y.origin(), mask.origin(), elements_each(y.dtype));
    let draw = Draw { seed, offset, limit, all };
    launch!(queue, "dropout", ["dropout_", y.dtype.name()], grid(n, each_thread), THREADS, 0;
        to, flags, from, n, scale, draw)
}

/// `y = x·mask·scale`. `y` and `mask` are contiguous.
pub fn masked(queue: &Queue, x: In, mask: In, scale: f64, y: Out) -> Result<()> {
    let n = y.layout.numel() as u64;
    let from = aligned_or_in(queue, x, y)?;
    let (to, flags, each_thread) = (y.origin(), mask.origin(), elements_each(y.dtype));
    launch!(queue, "dropout", ["masked_", y.dtype.name()], grid(n, each_thread), THREADS, 0; to, flags, from, n, scale)
}
