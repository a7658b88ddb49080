//! How reductions over dims are launched: which form, how many threads and blocks for each output. The mirror of
//! kernels/include/fold.cuh.
//!
//! *Rows*: neighbouring threads take neighbouring elements of one output. *Columns*: they have neighbouring outputs.
//! The shape of a launch depends on the sizes and on the device alone, and so does the result to its last bit.

use super::copy::{Dense, copy};
use super::counters::{COUNTERS, Zeros};
use super::nest::{Loops, MAX_DIMS, Nest, Piece};
use super::{Block, Queue};
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, contiguous_strides};
use crate::view::In;
use smallvec::SmallVec;
use std::cmp::Reverse;

/// Threads of a block at most.
const THREADS: u32 = 256;
/// Blocks that a multiprocessor has at a time: the registers of the kernels allow it.
const RESIDENT: u32 = 4;
/// Waves of blocks from which on it does not matter much that the last one is not full.
const MANY_WAVES: u32 = 4;
/// Loads of each thread that are worth another block for one output.
const WORTH_A_SPLIT: i64 = 8;

/// One launch, as kernels/include/fold.cuh explains it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Folding {
    kept: Nest<2>,
    reduced: Nest<1>,
    length: i64,
    step: i64,
    before: i64,
    first: u32,
    splits: u32,
    share: u32,
    shift: u32,
    vectors: u32,
    /// Where C leaves a gap.
    reserved: u32,
    parts: *mut u8,
    counters: *mut u32,
}

/// What the kernels' `Source` says of itself, and what of their `Fold` matters here.
#[derive(Clone, Copy)]
pub struct Source {
    /// Elements of a row that are loaded at once.
    pub vector: i64,
    /// Such loads of a thread at a time.
    pub units: i64,
    /// Columns of a thread, and rows of them that it loads at a time.
    pub columns: i64,
    pub rows: i64,
    /// Bytes of what is gathered.
    pub gathered: usize,
    /// Whether elements are numbered, so that the reduced dims have to stay in C order.
    pub numbered: bool,
}

impl Source {
    /// `Elements<T>` of elements of `size` bytes.
    pub fn elements(size: usize, gathered: usize) -> Source {
        let columns = if size < 8 { 4 } else { 2 };
        Source {
            vector: 16 / size as i64,
            units: 4,
            columns,
            rows: if size < 4 { 8 } else { 4 },
            gathered,
            numbered: false,
        }
    }

    /// `Integers` and `Truths`.
    pub fn integers(gathered: usize) -> Source {
        Source { vector: 4, units: 4, columns: 4, rows: 4, gathered, numbered: false }
    }

    /// `Fours` where there are rows, `Integers` and `Truths` where there are columns.
    pub fn bytes(gathered: usize) -> Source {
        Source { vector: 16, ..Source::integers(gathered) }
    }

    /// `Anything`.
    pub fn anything(gathered: usize) -> Source {
        Source { vector: 1, units: 1, columns: 1, rows: 1, gathered, numbered: false }
    }
}

/// What is left to the caller: to launch NAME_`form`_… with `folding` on elements from `x` on, writing from element
/// `out` of the output on.
pub struct Launch {
    pub form: &'static str,
    pub x: *const u8,
    pub out: i64,
    pub folding: Folding,
    pub grid: [u32; 3],
    pub threads: u32,
}

/// Launches what folds the dims of x where `mask` is true into a contiguous output of the dims that stay.
pub fn fold(
    queue: &Queue,
    x: In,
    mask: &[bool],
    source: &Source,
    launch: &mut dyn FnMut(Launch) -> Result<()>,
) -> Result<()> {
    let (kept, reduced) = dims(x.layout.shape(), x.layout.strides(), mask, source.numbered);
    if kept.count() == 0 {
        return Ok(());
    }
    if kept.sizes.len() > MAX_DIMS || reduced.sizes.len() > MAX_DIMS {
        // Dense, the kept dims before the others, each of both is one.
        let order: SmallVec<[i64; 8]> = (0..mask.len())
            .filter(|&d| !mask[d])
            .chain((0..mask.len()).filter(|&d| mask[d]))
            .map(|d| d as i64)
            .collect();
        let layout = x.layout.permute(&order)?;
        let dense = Dense::allocate(queue, layout.shape(), x.dtype)?;
        copy(queue, In { layout: &layout, ..x }, dense.output())?;
        let mask: SmallVec<[bool; 8]> = order.iter().map(|&d| mask[d as usize]).collect();
        return fold(queue, dense.input(), &mask, source, launch);
    }
    let plan = Plan::new(queue.multiprocessors(), x.origin(), x.dtype.size(), kept, reduced, source);
    plan.launch(&mut |bytes, alone| Space::new(queue, bytes, alone), launch)
}

/// Where the blocks of one output leave their parts.
struct Space {
    parts: *mut u8,
    counters: *mut u32,
    /// What the two lie in.
    _owned: Option<(Block, Zeros)>,
}

impl Space {
    const NONE: Space = Space { parts: std::ptr::null_mut(), counters: std::ptr::null_mut(), _owned: None };

    /// `alone`: for one launch.
    fn new(queue: &Queue, bytes: u64, alone: bool) -> Result<Space> {
        let block = queue.workspace(bytes as usize)?;
        // Launches that count together must not leave the stream's counters half-way if one of them fails.
        let zeros = if alone { queue.counters()? } else { Zeros::fresh(queue)? };
        Ok(Space { parts: block.address(), counters: zeros.address(), _owned: Some((block, zeros)) })
    }
}

/// The dims that stay, with their steps in x and in the output, and those that go. Neighbours in memory innermost.
fn dims(shape: &[i64], strides: &[i64], mask: &[bool], numbered: bool) -> (Loops<2>, Loops<1>) {
    let kept_shape: Dims = (0..shape.len()).filter(|&d| !mask[d]).map(|d| shape[d]).collect();
    let mut steps = contiguous_strides(&kept_shape).into_iter();
    let mut kept: SmallVec<[(i64, i64, i64); 8]> = SmallVec::new();
    let mut reduced: SmallVec<[(i64, i64, i64); 8]> = SmallVec::new();
    for d in 0..shape.len() {
        if mask[d] {
            reduced.push((shape[d], strides[d], 0));
        } else {
            kept.push((shape[d], strides[d], steps.next().unwrap_or(0)));
        }
    }
    let far = |d: &(i64, i64, i64)| Reverse(d.1.unsigned_abs());
    kept.retain(|d| d.0 != 1);
    kept.sort_by_key(far);
    reduced.retain(|d| d.0 != 1);
    if !numbered {
        reduced.sort_by_key(far);
    }
    let column =
        |dims: &[(i64, i64, i64)], which: fn(&(i64, i64, i64)) -> i64| dims.iter().map(which).collect::<Dims>();
    let sizes = |dims: &[(i64, i64, i64)]| column(dims, |d| d.0);
    let in_x = |dims: &[(i64, i64, i64)]| column(dims, |d| d.1);
    (
        Loops::in_order(&sizes(&kept), [&in_x(&kept), &column(&kept, |d| d.2)]),
        Loops::in_order(&sizes(&reduced), [&in_x(&reduced)]),
    )
}

struct Plan<'a> {
    x: *const u8,
    size: i64,
    kept: Loops<2>,
    reduced: Loops<1>,
    source: &'a Source,
    columns: bool,
    /// Elements of a vector, or 1.
    vector: i64,
    /// Rows of neighbours that may begin anywhere.
    run: bool,
    /// From output to output within a vector of columns.
    step: i64,
    /// Blocks that run at a time.
    slots: u32,
}

/// What is divided among the blocks.
struct Shape {
    threads: u32,
    shift: u32,
    blocks: u32,
    splits: u32,
    share: u32,
}

impl<'a> Plan<'a> {
    fn new(
        multiprocessors: u32,
        x: *const u8,
        size: usize,
        kept: Loops<2>,
        reduced: Loops<1>,
        source: &'a Source,
    ) -> Plan<'a> {
        let nearest = reduced.strides.first().map_or(u64::MAX, |s| s[0].unsigned_abs());
        let columns = kept.strides.first().is_some_and(|s| s[0].unsigned_abs() < nearest);
        let size = size as i64;
        let mut plan = Plan { x, size, kept, reduced, source, columns, vector: 1, run: false, step: 1, slots: 0 };
        // Wide columns of halves and numbers that are several need more registers.
        let heavy = columns && (size == 2 || source.gathered > 8);
        plan.slots = multiprocessors * if heavy { RESIDENT - 1 } else { RESIDENT };
        plan.vectorize();
        plan
    }

    /// Whether vectors of `v` elements, which lie along dim 0 of the form's own dims, are aligned everywhere.
    fn aligned(&self, v: i64) -> bool {
        let whole = |n: &i64, s: i64| n % v == 0 && s == 1;
        let (own, inner) = if self.columns {
            (self.kept.sizes.first().zip(self.kept.strides.first().map(|s| s[0])), (1, 0))
        } else {
            (self.reduced.sizes.first().zip(self.reduced.strides.first().map(|s| s[0])), (0, 1))
        };
        own.is_some_and(|(n, s)| whole(n, s))
            && self.x as i64 % (v * self.size) == 0
            && self.kept.strides.iter().skip(inner.0).all(|s| s[0] % v == 0)
            && self.reduced.strides.iter().skip(inner.1).all(|s| s[0] % v == 0)
    }

    /// Dim 0 counts vectors from now on, where elements lie together.
    fn vectorize(&mut self) {
        let v = if self.columns { self.source.columns } else { self.source.vector };
        if self.source.vector == 1 {
            return;
        }
        let neighbours = !self.columns && self.reduced.sizes.len() == 1 && self.reduced.strides[0] == [1];
        let aligned = self.aligned(v);
        if neighbours && (aligned || self.reduced.sizes[0] >= 8 * v) {
            (self.vector, self.run) = (v, true);
        } else if aligned {
            self.vector = v;
            if self.columns {
                self.step = self.kept.strides[0][1];
                self.kept.sizes[0] /= v;
                self.kept.strides[0] = self.kept.strides[0].map(|s| s * v);
            } else {
                self.reduced.sizes[0] /= v;
                self.reduced.strides[0] = [v];
            }
        }
    }

    /// How `count` units per output, of `outs` outputs (or vectors of them), are divided. `alone`: no other launch
    /// shares the outputs.
    fn shape(&self, outs: u32, count: u32, alone: bool) -> Shape {
        let (outs, count) = (outs as i64, count as i64);
        if self.columns {
            // A thread has a vector of columns, or so many of them.
            let wide = if self.vector > 1 { outs } else { div_ceil(outs, self.source.columns) };
            let rows = power_of_2_from(div_ceil(count, self.source.rows)).min(8);
            let width = power_of_2_from(wide).min(THREADS as i64 / rows);
            let width = width.min(if rows > 1 { 32 } else { THREADS as i64 });
            let rows = power_of_2_from(div_ceil(count, self.source.rows)).min(THREADS as i64 / width);
            let threads = (width * rows).max(32);
            let blocks = div_ceil(wide, width);
            let turns = count / (threads / width * self.source.rows);
            let splits = self.splits(blocks, turns / WORTH_A_SPLIT);
            return Shape {
                threads: threads as u32,
                shift: width.trailing_zeros(),
                blocks: blocks as u32,
                splits,
                share: div_ceil(count, splits as i64) as u32,
            };
        }
        let units = self.source.units;
        let mut lanes = power_of_2_up_to(count / (2 * units)).min(THREADS as i64);
        if outs * lanes < (self.slots * THREADS) as i64 {
            lanes = power_of_2_up_to(count / units).min(THREADS as i64);
        } else if lanes > 32 && count <= 1024 && outs >= 8 * (MANY_WAVES * self.slots) as i64 {
            // A warp for each row needs no barriers.
            lanes = 32;
        }
        if !alone {
            lanes = THREADS as i64;
        }
        let threads = power_of_2_from(outs.saturating_mul(lanes)).clamp(32, THREADS as i64).max(lanes);
        let blocks = div_ceil(outs, threads / lanes);
        let splits =
            if lanes == THREADS as i64 { self.splits(blocks, count / (lanes * units * WORTH_A_SPLIT)) } else { 1 };
        Shape {
            threads: threads as u32,
            shift: lanes.trailing_zeros(),
            blocks: blocks as u32,
            splits,
            share: div_ceil(count, splits as i64) as u32,
        }
    }

    /// Blocks for each output, at most `most`, so that few multiprocessors are idle while the last blocks run.
    fn splits(&self, blocks: i64, most: i64) -> u32 {
        let slots = self.slots as i64;
        if most <= 1 || blocks >= MANY_WAVES as i64 * slots || blocks > COUNTERS as i64 {
            return 1;
        }
        let first = (slots / blocks).max(1);
        let busy = |s: i64| blocks * s * 10 >= div_ceil(blocks * s, slots) * slots * 9;
        (first..=most).take(16).find(|&s| busy(s)).unwrap_or(first.min(most)).min(1 << 15) as u32
    }

    /// `space(bytes, alone)` is asked where outputs have several blocks.
    fn launch(
        &self,
        space: &mut dyn FnMut(u64, bool) -> Result<Space>,
        launch: &mut dyn FnMut(Launch) -> Result<()>,
    ) -> Result<()> {
        let mut reduced: SmallVec<[Piece<1>; 1]> = self.reduced.pieces().into_iter().flatten().collect();
        if reduced.is_empty() {
            reduced.push(Piece { nest: Nest::NOTHING, offset: [0] });
        }
        let alone = reduced.len() == 1;
        for kept in self.kept.pieces().into_iter().flatten() {
            let count = |piece: &Piece<1>| {
                let n = piece.nest.count;
                if self.run { n.div_ceil(self.vector as u32) } else { n }
            };
            let shapes: SmallVec<[Shape; 1]> =
                reduced.iter().map(|piece| self.shape(kept.nest.count, count(piece), alone)).collect();
            let splits: u32 = shapes.iter().map(|s| s.splits).sum();
            let blocks = shapes[0].blocks;
            let mut room = Space::NONE;
            if splits > 1 {
                if blocks > COUNTERS {
                    fail!(UNSUPPORTED, "a reduction of more than 2^31 elements into more than {COUNTERS} blocks");
                }
                // Outputs of a block.
                let outputs = if self.columns { (self.source.columns as u64) << shapes[0].shift } else { 1 };
                room = space(splits as u64 * blocks as u64 * outputs * self.source.gathered as u64, alone)?;
            }
            let (mut before, mut first) = (0, 0);
            for (piece, shape) in reduced.iter().zip(&shapes) {
                let folding = Folding {
                    kept: kept.nest,
                    reduced: piece.nest,
                    length: if self.run { piece.nest.count as i64 } else { -1 },
                    step: self.step,
                    before,
                    first,
                    splits,
                    share: shape.share,
                    shift: shape.shift,
                    vectors: (self.vector > 1) as u32,
                    reserved: 0,
                    parts: room.parts,
                    counters: room.counters,
                };
                launch(Launch {
                    form: if self.columns { "columns" } else { "rows" },
                    x: self.x.wrapping_offset(((kept.offset[0] + piece.offset[0]) * self.size) as isize),
                    out: kept.offset[1],
                    folding,
                    grid: [shape.blocks, shape.splits, 1],
                    threads: shape.threads,
                })?;
                before += piece.nest.count as i64 * if self.columns || self.run { 1 } else { self.vector };
                first += shape.splits;
            }
        }
        Ok(())
    }
}

/// n / by, rounded up; neither is negative.
fn div_ceil(n: i64, by: i64) -> i64 {
    (n + by - 1) / by
}

/// The smallest power of 2 that is not less than `n`.
fn power_of_2_from(n: i64) -> i64 {
    (n.max(1) as u64).next_power_of_two() as i64
}

/// The largest power of 2 that is not more than `n`, at least 1.
fn power_of_2_up_to(n: i64) -> i64 {
    1 << n.max(1).ilog2()
}

#[cfg(test)]
mod tests;
