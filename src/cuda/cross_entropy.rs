//! Cross entropy of rows of logits with class numbers, and its gradient.
//!
//! A class out of range is noted in the queue's error record; its row counts for nothing.

use super::Queue;
use super::errors::{ErrorRecord, IndexOp};
use super::fold::{Launch, Source, fold};
use super::launch::{blocks, launch};
use crate::dtype::DType;
use crate::error::Result;
use crate::view::{Classified, In, Out};
use std::ptr::{null, null_mut};

/// The class numbers of the rows. The mirror of kernels/include/cross_entropy.cuh, as the other structs here.
#[repr(C)]
#[derive(Clone, Copy)]
struct Classes {
    data: *const u8,
    weight: *const u8,
    count: i64,
    ignored: i64,
    first: i64,
    errors: *mut ErrorRecord,
    is_i64: i32,
    op: u32,
}

impl Classes {
    fn new(queue: &Queue, of: &Classified) -> Classes {
        Classes {
            data: of.target.origin(),
            weight: of.weight.map_or(null(), |weight| weight.origin()),
            count: of.classes(),
            ignored: of.ignore_index,
            first: 0,
            errors: queue.errors(),
            is_i64: (of.target.dtype == DType::I64) as i32,
            op: IndexOp::CrossEntropy as u32,
        }
    }

    /// Those of a launch that begins with row `first`.
    fn from(self, first: i64) -> Classes {
        let size = if self.is_i64 == 1 { 8 } else { 4 };
        Classes { data: self.data.wrapping_offset(first as isize * size), first, ..self }
    }
}

/// Where the results of the rows go.
#[repr(C)]
#[derive(Clone, Copy)]
struct Rows {
    x: *const u8,
    norms: *mut u8,
    loss: *mut u8,
    part: *mut u8,
    classes: Classes,
}

fn module(dtype: DType) -> &'static str {
    match dtype {
        DType::F16 => "cross_entropy_f16",
        DType::BF16 => "cross_entropy_bf16",
        DType::F32 => "cross_entropy_f32",
        _ => "cross_entropy_f64",
    }
}

const THREADS: u32 = 256;
/// Rows of a block that adds their losses.
const TOTAL_ROWS: i64 = 32 * THREADS as i64;
const TOTAL_BLOCKS: u32 = 256;

/// As the CPU's.
pub fn cross_entropy(queue: &Queue, of: &Classified, loss: Out, norms: Out, share: Option<Out>) -> Result<()> {
    let (x, dtype, rows, count) = (of.x, of.x.dtype, of.rows(), of.classes());
    let number = dtype.class().size();
    let classes = Classes::new(queue, of);
    let part = if loss.layout.ndim() == 0 { Some(queue.workspace(rows as usize * number)?) } else { None };
    let source = Source::elements(dtype.size(), 2 * number);
    fold(queue, x, &[false, true], &source, &mut |l: Launch| {
        let at = |address: *mut u8, size: usize| address.wrapping_offset(l.out as isize * size as isize);
        let results = Rows {
            x: x.origin().wrapping_offset((l.out * count) as isize * dtype.size() as isize),
            norms: at(norms.origin(), 2 * number),
            loss: at(loss.origin(), dtype.size()),
            part: part.as_ref().map_or(null_mut(), |part| at(part.address(), number)),
            classes: classes.from(l.out),
        };
        let name = ["cross_entropy_", l.form, "_", dtype.name()];
        launch!(queue, module(dtype), name, l.grid, l.threads, 0; l.x, l.folding, results)
    })?;
    let Some(part) = part else { return Ok(()) };
    let grid = blocks(rows as u64, TOTAL_ROWS as u64).clamp(1, TOTAL_BLOCKS);
    let (parts, counters) = match grid {
        1 => (None, None),
        _ => (Some(queue.workspace(2 * number * grid as usize)?), Some(queue.counters()?)),
    };
    let name = ["cross_entropy_total_", dtype.name()];
    launch!(queue, module(dtype), name, [grid, 1, 1], THREADS, 0;
        part.address(), rows, classes, parts.as_ref().map_or(null_mut(), |parts| parts.address()),
        counters.as_ref().map_or(null_mut(), |counters| counters.address()), loss.origin(),
        share.map_or(null_mut(), |share| share.origin()))
}

/// The gradients that arrive.
#[repr(C)]
#[derive(Clone, Copy)]
struct Arriving {
    gradient: *const u8,
    step: i64,
    share: *const u8,
}

/// As the CPU's.
pub fn cross_entropy_backward(
    queue: &Queue,
    of: &Classified,
    g: In,
    norms: In,
    share: Option<In>,
    out: Out,
) -> Result<()> {
    let (x, dtype, rows, count) = (of.x, of.x.dtype, of.rows(), of.classes());
    if rows * count == 0 {
        return Ok(());
    }
    let classes = Classes::new(queue, of);
    let step = i64::from(g.layout.ndim() > 0);
    let arriving = Arriving { gradient: g.origin(), step, share: share.map_or(null(), |share| share.origin()) };
    let vectors = [x.origin(), out.origin().cast_const()].iter().all(|p| p.addr().is_multiple_of(16));
    // Two vectors for each thread; of a long row several blocks have a part when there are few rows.
    let threads = (count / (2 * 16 / dtype.size() as i64)).clamp(1, THREADS as i64) as u32;
    let shift = threads.ilog2();
    let of_rows = blocks(rows as u64, (THREADS >> shift) as u64);
    let wanted = (8 * queue.multiprocessors()).div_ceil(of_rows);
    let turns = (count / (2 * 16 / dtype.size() as i64 * THREADS as i64)).clamp(1, 1024) as u32;
    let name = ["cross_entropy_gradient_", dtype.name()];
    launch!(queue, module(dtype), name, [of_rows, wanted.min(turns), 1], THREADS, 0;
        out.origin(), x.origin(), norms.origin(), arriving, rows, shift, vectors as u32, classes)
}
