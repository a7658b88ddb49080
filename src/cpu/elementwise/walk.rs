//! The loop nest of elementwise kernels: what they compute is a function over a line of elements; here the lines are
//! cut, loaded and stored.

use super::cast::{BLOCK, Block, Chain};
use crate::cpu::pool::parallel_for;
use crate::error::Result;
use crate::layout::{Collapsed, Dims, collapse};
use crate::view::{In, Out};
use std::ops::Range;

/// Operands of a nest: up to three inputs, and the output last.
const OPERANDS: usize = 4;
const OUT: usize = OPERANDS - 1;

/// Computes a line: `n` contiguous elements of every input's class into `n` contiguous elements of the output's.
/// The output is separate from the inputs.
pub type Line<'a, const N: usize> = &'a (dyn Fn([*const u8; N], *mut u8, usize) + Sync);

pub struct Job<'a, const N: usize> {
    pub inputs: [In<'a>; N],
    /// From each input's dtype to what the line reads.
    pub loads: [Chain; N],
    pub out: Out<'a>,
    /// From what the line writes to the output's dtype.
    pub store: Chain,
    /// Bytes of an element that the line writes.
    pub line_size: usize,
    /// Elements below which a second thread does not pay.
    pub grain: usize,
    pub line: Line<'a, N>,
}

/// A nest of loops over operands of one shape: merged, the steps in elements, the fastest dim last. The output is
/// the last of the K operands.
pub struct Nest<const K: usize> {
    pub shape: Dims,
    pub strides: smallvec::SmallVec<[[i64; K]; 6]>,
}

impl<const K: usize> Nest<K> {
    /// Elementwise work may go in any order: dims follow the output's memory, and a short innermost dim gives way to
    /// the longest one.
    pub fn new(shape: &[i64], strides: [&[i64]; K]) -> Nest<K> {
        let mut order: smallvec::SmallVec<[usize; 8]> = (0..shape.len()).filter(|&d| shape[d] != 1).collect();
        let far = |d: usize| std::cmp::Reverse(strides[K - 1][d].unsigned_abs());
        if !order.is_sorted_by_key(|&d| far(d)) {
            order.sort_by_key(|&d| far(d));
        }
        let sizes: Dims = order.iter().map(|&d| shape[d]).collect();
        let steps: [Dims; K] = std::array::from_fn(|k| order.iter().map(|&d| strides[k][d]).collect());
        let Collapsed { mut shape, mut strides } = collapse(&sizes, std::array::from_fn(|k| &steps[k][..]));
        if shape.is_empty() {
            shape.push(1);
            strides.push([0; K]);
        }
        let last = shape.len() - 1;
        if shape[last] < 32
            && let Some(longest) = (0..last).max_by_key(|&d| shape[d])
            && shape[longest] > 2 * shape[last]
        {
            let (n, s) = (shape.remove(longest), strides.remove(longest));
            shape.push(n);
            strides.push(s);
        }
        Nest { shape, strides }
    }

    /// Calls `segment(offsets, n)` for each piece of an innermost line in `range` (elements in nest order); offsets
    /// are in elements from each operand's origin.
    #[inline]
    pub fn walk(&self, range: Range<usize>, mut segment: impl FnMut([i64; K], usize)) {
        let last = self.shape.len() - 1;
        let mut index: Dims = smallvec::smallvec![0; last + 1];
        let mut offsets = [0i64; K];
        let mut rest = range.start as i64;
        for d in (0..=last).rev() {
            index[d] = rest % self.shape[d];
            rest /= self.shape[d];
            for (o, s) in offsets.iter_mut().zip(self.strides[d]) {
                *o += index[d] * s;
            }
        }
        let mut left = range.len() as i64;
        while left > 0 {
            let n = left.min(self.shape[last] - index[last]);
            segment(offsets, n as usize);
            left -= n;
            // The next line starts at 0 of the innermost dim, one further in the dim outside it, with carry.
            for (o, s) in offsets.iter_mut().zip(self.strides[last]) {
                *o -= index[last] * s;
            }
            index[last] = 0;
            for d in (0..last).rev() {
                index[d] += 1;
                let back = if index[d] == self.shape[d] { self.shape[d] } else { 0 };
                index[d] -= back;
                for (o, s) in offsets.iter_mut().zip(self.strides[d]) {
                    *o += s - back * s;
                }
                if back == 0 {
                    break;
                }
            }
        }
    }
}

/// Runs the job over all elements.
///
/// All layouts have the output's shape. An input may be the very range of the output (in place).
pub fn run<const N: usize>(job: &Job<'_, N>) -> Result<()> {
    let n = job.out.layout.numel() as usize;
    if n == 0 {
        return Ok(());
    }
    let sources: [*const u8; N] = std::array::from_fn(|k| job.inputs[k].origin());
    let target = job.out.origin();
    let direct = job.store.is_identity()
        && job.out.layout.is_contiguous()
        && (0..N).all(|k| job.loads[k].is_identity() && job.inputs[k].layout.is_contiguous());
    let in_place = sources.contains(&(target as *const u8));
    if direct && in_place && n <= BLOCK {
        let mut block = Block::uninit();
        (job.line)(sources, block.as_mut_ptr(), n);
        // SAFETY: the block holds n elements, and so does the output.
        unsafe { std::ptr::copy_nonoverlapping(block.as_mut_ptr(), target, n * job.line_size) };
        return Ok(());
    }
    if !direct || in_place {
        return run_nest(job, sources, target, n);
    }
    if n <= job.grain {
        (job.line)(sources, target, n);
        return Ok(());
    }
    let (from, to) = (Addresses(sources), Address(target));
    parallel_for(n, job.grain, &|range| {
        let (from, to) = (&from, &to);
        let at = std::array::from_fn(|k| from.0[k].wrapping_add(range.start * job.loads[k].to_size()));
        (job.line)(at, to.0.wrapping_add(range.start * job.line_size), range.len());
    })
}

struct Addresses<const N: usize>([*const u8; N]);
// SAFETY: addresses; who reads through them answers for the memory.
unsafe impl<const N: usize> Sync for Addresses<N> {}
struct Address(*mut u8);
// SAFETY: as above; threads write separate ranges.
unsafe impl Sync for Address {}

fn run_nest<const N: usize>(job: &Job<'_, N>, sources: [*const u8; N], target: *mut u8, n: usize) -> Result<()> {
    let out_strides = job.out.layout.strides();
    let strides: [&[i64]; OPERANDS] =
        std::array::from_fn(|k| if k < N { job.inputs[k].layout.strides() } else { out_strides });
    let nest = Nest::new(job.out.layout.shape(), strides);
    let (from, to) = (Addresses(sources), Address(target));
    let body = |range: Range<usize>| {
        let (from, to) = (&from, &to);
        walk_blocks(job, &nest, from.0, to.0, range);
    };
    if n <= job.grain {
        body(0..n);
        return Ok(());
    }
    parallel_for(n, job.grain, &body)
}

/// How a line reads one operand.
#[derive(Clone, Copy, PartialEq)]
enum Reads {
    /// From its memory.
    Direct,
    /// One element for the whole line, from a block filled with it.
    Repeated,
    /// From a block that it was loaded into.
    Loaded,
}

fn walk_blocks<const N: usize>(
    job: &Job<'_, N>,
    nest: &Nest<OPERANDS>,
    sources: [*const u8; N],
    target: *mut u8,
    range: Range<usize>,
) {
    let inner = nest.strides[nest.shape.len() - 1];
    let in_size: [isize; N] = std::array::from_fn(|k| job.inputs[k].dtype.size() as isize);
    let out_size = job.out.dtype.size() as isize;
    let reads: [Reads; N] = std::array::from_fn(|k| match inner[k] {
        0 => Reads::Repeated,
        1 if job.loads[k].is_identity() => Reads::Direct,
        _ => Reads::Loaded,
    });
    // The line must not write what it reads: in place it writes a block first.
    let shared = (0..N).any(|k| reads[k] == Reads::Direct && std::ptr::eq(sources[k], target));
    let writes_direct = job.store.is_identity() && inner[OUT] == 1 && !shared;
    let whole = writes_direct && reads.iter().all(|&r| r == Reads::Direct);
    let mut blocks: [Block; N] = std::array::from_fn(|_| Block::uninit());
    let mut filled: [(*const u8, usize); N] = [(std::ptr::null(), 0); N];
    let mut result = Block::uninit();
    nest.walk(range, |offsets, n| {
        let at: [*const u8; N] = std::array::from_fn(|k| sources[k].wrapping_offset(offsets[k] as isize * in_size[k]));
        let to = target.wrapping_offset(offsets[OUT] as isize * out_size);
        if whole {
            (job.line)(at, to, n);
            return;
        }
        let mut done = 0;
        while done < n {
            let m = (n - done).min(BLOCK);
            let first = done as isize;
            let mut from = at;
            for k in 0..N {
                let here = at[k].wrapping_offset(first * inner[k] as isize * in_size[k]);
                let block = blocks[k].as_mut_ptr();
                let size = job.loads[k].to_size();
                match reads[k] {
                    Reads::Direct => from[k] = here,
                    Reads::Repeated => {
                        if filled[k].0 != here || filled[k].1 < m {
                            // SAFETY: one element is read, m ≤ BLOCK are written to the block.
                            unsafe { job.loads[k].run(here, 0, block, size as isize, m) };
                            filled[k] = (here, m);
                        }
                        from[k] = block;
                    }
                    Reads::Loaded => {
                        let step = inner[k] as isize * in_size[k];
                        // SAFETY: elements done..done+m of the line are inside the tensor; the block holds m ≤ BLOCK.
                        unsafe { job.loads[k].run(here, step, block, size as isize, m) };
                        from[k] = block;
                    }
                }
            }
            let there = to.wrapping_offset(first * inner[OUT] as isize * out_size);
            if writes_direct {
                (job.line)(from, there, m);
            } else {
                let block = result.as_mut_ptr();
                (job.line)(from, block, m);
                // SAFETY: the block holds m elements; the line's elements done..done+m are inside the output.
                unsafe { job.store.run(block, job.line_size as isize, there, inner[OUT] as isize * out_size, m) };
            }
            done += m;
        }
    });
}
