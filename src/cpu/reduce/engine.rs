//! How the elements are walked. Work is cut by shape alone, and partial results join in a fixed order: the result does
//! not depend on the number of threads.
//!
//! *Rows*: the nearest neighbours in memory are reduced together; each output folds runs of elements.
//! *Columns*: the nearest neighbours belong to different outputs; a block of outputs advances row by row.
//! Elements that are not accumulators already, or not dense, pass through a small block on the stack.

use super::fold::{Accumulator, Fold};
use crate::cpu::memory::Workspace;
use crate::cpu::{pool, simd};
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Dims;
use smallvec::SmallVec;

/// Elements that pass through the stack together.
const BLOCK: usize = 512;
/// Elements folded in one go where they lie.
const DENSE: usize = 4096;
/// Columns that advance together.
const WIDTH: usize = 1024;
/// Parallel sums within a block.
const LANES: usize = 64;
/// Elements that one item of work reduces when an output is shared between items.
const CHUNK: usize = 1 << 17;
/// With this many items, none is cut further.
const ENOUGH: usize = 64;

/// `n` elements at `from`, `stride` apart (in elements), as accumulators.
pub(super) type Gather<A> = unsafe fn(from: *const u8, stride: isize, n: usize, to: *mut A);

#[derive(Clone, Copy, Debug)]
pub(super) struct Dim {
    pub(super) size: usize,
    /// Steps of x, and of the output for kept dims; in elements.
    pub(super) x: isize,
    pub(super) out: isize,
}

pub(super) type DimList = SmallVec<[Dim; 6]>;

/// One reduction. All sizes are positive.
pub(super) struct Job<A: 'static> {
    pub(super) x: *const u8,
    /// Bytes per element of x.
    pub(super) size: usize,
    /// x holds accumulators.
    pub(super) native: bool,
    pub(super) gather: Gather<A>,
    pub(super) kept: DimList,
    pub(super) reduced: DimList,
    pub(super) out: *mut u8,
    pub(super) out_dtype: DType,
    pub(super) divisor: Option<f64>,
    /// One number per output for folds that are centered.
    pub(super) centers: *const A,
}

// SAFETY: plain addresses; whoever dereferences them answers for the memory behind them.
unsafe impl<A> Sync for Job<A> {}

fn count(dims: &[Dim]) -> usize {
    dims.iter().map(|d| d.size).product()
}

/// Position of element `index` of `dims`, in steps of x and of the output.
#[inline(always)]
fn position(dims: &[Dim], mut index: usize) -> (isize, isize) {
    let (mut x, mut out) = (0, 0);
    for d in dims.iter().rev() {
        let i = (index % d.size) as isize;
        index /= d.size;
        x += i * d.x;
        out += i * d.out;
    }
    (x, out)
}

/// Partial results that join like a tournament: the error of a sum grows with the logarithm of their number.
struct Pairwise<F: Fold> {
    levels: [F::A; 48],
    count: u64,
}

impl<F: Fold> Pairwise<F> {
    #[inline(always)]
    fn new() -> Self {
        Pairwise { levels: [F::NEUTRAL; 48], count: 0 }
    }

    #[inline(always)]
    fn push(&mut self, mut x: F::A) {
        let full = self.count.trailing_ones() as usize;
        for level in &self.levels[..full] {
            x = F::join(*level, x);
        }
        self.levels[full] = x;
        self.count += 1;
    }

    #[inline(always)]
    fn finish(&self) -> F::A {
        let mut all = F::NEUTRAL;
        let mut left = self.count;
        while left != 0 {
            let level = left.trailing_zeros() as usize;
            all = F::join(self.levels[level], all);
            left &= left - 1;
        }
        all
    }
}

/// Folds `n` neighbouring accumulators.
///
/// # Safety
/// They are there.
#[inline(always)]
unsafe fn fold_block<F: Fold>(from: *const F::A, n: usize, center: F::A) -> F::A {
    if n <= 8 {
        let mut all = F::NEUTRAL;
        for i in 0..n {
            // SAFETY: i < n.
            all = F::join(all, F::lift(unsafe { from.add(i).read() }, center));
        }
        return all;
    }
    // The rest first, in an array of its own: indexing the sums by a variable would keep them in memory.
    let whole = n / LANES * LANES;
    let mut last = [F::NEUTRAL; LANES];
    for i in whole..n {
        // SAFETY: i < n.
        last[i - whole] = F::lift(unsafe { from.add(i).read() }, center);
    }
    let mut lanes = last;
    let mut i = 0;
    while i < whole {
        // SAFETY: i + LANES ≤ n.
        let x = unsafe { from.add(i).cast::<[F::A; LANES]>().read() };
        for lane in 0..LANES {
            lanes[lane] = F::join(lanes[lane], F::lift(x[lane], center));
        }
        i += LANES;
    }
    let mut n = LANES;
    while n > 1 {
        n /= 2;
        for lane in 0..n {
            lanes[lane] = F::join(lanes[lane], lanes[lane + n]);
        }
    }
    lanes[0]
}

impl<A: Accumulator> Job<A> {
    /// # Safety
    /// The job describes memory that is there.
    pub(super) unsafe fn run<F: Fold<A = A>>(mut self) -> Result<()> {
        self.reduced.sort_by_key(|d| std::cmp::Reverse(d.x.unsigned_abs()));
        merge(&mut self.reduced);
        merge(&mut self.kept);
        let nearest = self.reduced.last().map_or(isize::MAX as usize, |d| d.x.unsigned_abs());
        let column = (0..self.kept.len()).min_by_key(|&d| self.kept[d].x.unsigned_abs());
        if let Some(d) = column
            && self.kept[d].size >= 16
            && self.kept[d].x.unsigned_abs() < nearest
        {
            let column = self.kept.remove(d);
            // SAFETY: the caller's promise.
            return unsafe { self.columns::<F>(column) };
        }
        // SAFETY: the caller's promise.
        unsafe { self.rows::<F>() }
    }

    /// # Safety
    /// As `run`.
    unsafe fn rows<F: Fold<A = A>>(&self) -> Result<()> {
        let (outs, length) = (count(&self.kept), count(&self.reduced));
        let chunk = if outs >= ENOUGH || length <= 2 * CHUNK { length } else { CHUNK };
        let chunks = length.div_ceil(chunk);
        let partials = Partials::<A>::new(if chunks > 1 { chunks * outs } else { 0 })?;
        let to = partials.ptr();
        pool::parallel_for(outs * chunks, (16384 / chunk).max(1), &|range| {
            simd::dispatch(
                #[inline(always)]
                || {
                    for item in range.clone() {
                        let (o, part) = (item / chunks, item % chunks);
                        let (start, end) = (part * chunk, ((part + 1) * chunk).min(length));
                        let (x, out) = position(&self.kept, o);
                        // SAFETY: the caller's promise; each output or partial is written by one thread.
                        unsafe {
                            let all = self.row::<F>(x, out, start, end);
                            if chunks == 1 {
                                all.write(self.out, self.out_dtype, out as usize, self.divisor);
                            } else {
                                to.at(item).write(all);
                            }
                        }
                    }
                },
            )
        })?;
        if chunks > 1 {
            for o in 0..outs {
                let mut all = Pairwise::<F>::new();
                for part in 0..chunks {
                    // SAFETY: written above.
                    all.push(unsafe { to.at(o * chunks + part).read() });
                }
                let (_, out) = position(&self.kept, o);
                // SAFETY: the caller's promise.
                unsafe { all.finish().write(self.out, self.out_dtype, out as usize, self.divisor) };
            }
        }
        Ok(())
    }

    /// Folds reduced elements `start..end` of the output whose elements begin `x` elements into x.
    ///
    /// # Safety
    /// As `run`.
    #[inline(always)]
    unsafe fn row<F: Fold<A = A>>(&self, x: isize, out: isize, start: usize, end: usize) -> A {
        // SAFETY: centered folds come with one center per output.
        let center = if F::CENTERED { unsafe { self.centers.offset(out).read() } } else { A::default() };
        let (inner, outer) = match self.reduced.split_last() {
            Some((inner, outer)) => (*inner, outer),
            None => (Dim { size: 1, x: 1, out: 0 }, &[][..]),
        };
        let at = |i: isize| self.x.wrapping_offset((x + i) * self.size as isize);
        let dense = self.native && inner.x == 1;
        if dense && outer.is_empty() && end - start <= DENSE {
            // SAFETY: the elements are there.
            return unsafe { fold_block::<F>(at(start as isize) as *const A, end - start, center) };
        }
        let mut all = Pairwise::<F>::new();
        let mut block = [A::default(); BLOCK];
        let mut filled = 0;
        let mut index = start;
        while index < end {
            let (line, first) = (index / inner.size, index % inner.size);
            let n = (inner.size - first).min(end - index);
            let mut from = position(outer, line).0 + first as isize * inner.x;
            let mut left = n;
            if dense && n >= LANES {
                while left > 0 {
                    let n = left.min(DENSE);
                    // SAFETY: the elements are there.
                    all.push(unsafe { fold_block::<F>(at(from) as *const A, n, center) });
                    from += n as isize;
                    left -= n;
                }
            }
            while left > 0 {
                let n = left.min(BLOCK - filled);
                // SAFETY: the elements are there, and the block has room for them.
                unsafe { (self.gather)(at(from), inner.x, n, block.as_mut_ptr().add(filled)) };
                from += n as isize * inner.x;
                left -= n;
                filled += n;
                if filled == BLOCK {
                    // SAFETY: the block is full.
                    all.push(unsafe { fold_block::<F>(block.as_ptr(), BLOCK, center) });
                    filled = 0;
                }
            }
            index += n;
        }
        if filled > 0 {
            // SAFETY: so much of the block is filled.
            all.push(unsafe { fold_block::<F>(block.as_ptr(), filled, center) });
        }
        all.finish()
    }

    /// # Safety
    /// As `run`.
    unsafe fn columns<F: Fold<A = A>>(&self, column: Dim) -> Result<()> {
        let (outer, rows) = (count(&self.kept), count(&self.reduced));
        let blocks = column.size.div_ceil(WIDTH);
        let enough = outer * blocks >= ENOUGH || rows * column.size.min(WIDTH) <= 2 * CHUNK;
        let chunk = if enough { rows } else { (CHUNK / column.size.min(WIDTH)).max(64).min(rows) };
        let chunks = rows.div_ceil(chunk);
        let outs = outer * column.size;
        let partials = Partials::<A>::new(if chunks > 1 { chunks * outs } else { 0 })?;
        let to = partials.ptr();
        let work = chunk * column.size.min(WIDTH);
        pool::parallel_for(outer * blocks * chunks, (16384 / work).max(1), &|range| {
            for item in range {
                let (part, o) = (item % chunks, item / chunks / blocks);
                let first = item / chunks % blocks * WIDTH;
                let width = WIDTH.min(column.size - first);
                let (start, end) = (part * chunk, ((part + 1) * chunk).min(rows));
                let (x, out) = position(&self.kept, o);
                let (x, out) = (x + first as isize * column.x, out + first as isize * column.out);
                let mut levels = [[F::NEUTRAL; WIDTH]; 3];
                // SAFETY: the caller's promise; each output or partial is written by one thread.
                unsafe {
                    self.column_block::<F>(column, x, out, width, start, end, &mut levels);
                    for (j, &all) in levels[2][..width].iter().enumerate() {
                        if chunks == 1 {
                            let out = out + j as isize * column.out;
                            all.write(self.out, self.out_dtype, out as usize, self.divisor);
                        } else {
                            to.at((o * column.size + first + j) * chunks + part).write(all);
                        }
                    }
                }
            }
        })?;
        if chunks > 1 {
            for i in 0..outs {
                let mut all = Pairwise::<F>::new();
                for part in 0..chunks {
                    // SAFETY: written above.
                    all.push(unsafe { to.at(i * chunks + part).read() });
                }
                let out = position(&self.kept, i / column.size).1 + (i % column.size) as isize * column.out;
                // SAFETY: the caller's promise.
                unsafe { all.finish().write(self.out, self.out_dtype, out as usize, self.divisor) };
            }
        }
        Ok(())
    }

    /// Folds rows `start..end` of `width` columns into `levels[2]`. Rows join in the first level, every 32 of its
    /// entries in the second, every 1024 in the third, so that long sums keep their precision.
    ///
    /// # Safety
    /// As `run`.
    #[allow(clippy::too_many_arguments)]
    unsafe fn column_block<F: Fold<A = A>>(
        &self,
        column: Dim,
        x: isize,
        out: isize,
        width: usize,
        start: usize,
        end: usize,
        levels: &mut [[A; WIDTH]; 3],
    ) {
        const ROWS: usize = 8;
        let mut centers = [A::default(); WIDTH];
        if F::CENTERED {
            for (j, center) in centers[..width].iter_mut().enumerate() {
                // SAFETY: there is one center per output.
                *center = unsafe { self.centers.offset(out + j as isize * column.out).read() };
            }
        }
        let dense = self.native && column.x == 1;
        let (mut pushed, mut row) = (0usize, start);
        let mut block = [A::default(); WIDTH];
        let [first, second, third] = levels;
        while row < end {
            let place = |row: usize| {
                self.x.wrapping_offset((x + position(&self.reduced, row).0) * self.size as isize) as *const A
            };
            if dense && end - row >= ROWS {
                let rows: [*const A; ROWS] = std::array::from_fn(|q| place(row + q));
                // SAFETY: the rows are there.
                unsafe { join_rows::<F, ROWS>(first, rows, &centers, width) };
                row += ROWS;
            } else if dense {
                // SAFETY: the row is there.
                unsafe { join_rows::<F, 1>(first, [place(row)], &centers, width) };
                row += 1;
            } else {
                // SAFETY: the row is there, and the block has room for it.
                unsafe {
                    (self.gather)(place(row) as *const u8, column.x, width, block.as_mut_ptr());
                    join_rows::<F, 1>(first, [block.as_ptr()], &centers, width);
                }
                row += 1;
            }
            pushed += 1;
            if pushed % 32 == 0 {
                flush::<F>(first, second, width);
            }
            if pushed % 1024 == 0 {
                flush::<F>(second, third, width);
            }
        }
        flush::<F>(first, second, width);
        flush::<F>(second, third, width);
    }
}

/// Joins `from` into `into` and makes it neutral again.
fn flush<F: Fold>(from: &mut [F::A; WIDTH], into: &mut [F::A; WIDTH], width: usize) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for (a, b) in into[..width].iter_mut().zip(&mut from[..width]) {
                *a = F::join(*a, *b);
                *b = F::NEUTRAL;
            }
        },
    )
}

/// accⱼ = accⱼ ∘ (row₀ⱼ ∘ row₁ⱼ ∘ …), the rows joined pairwise.
///
/// # Safety
/// Every row has `width` elements.
unsafe fn join_rows<F: Fold, const N: usize>(
    acc: &mut [F::A; WIDTH],
    rows: [*const F::A; N],
    centers: &[F::A; WIDTH],
    width: usize,
) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for (j, acc) in acc[..width].iter_mut().enumerate() {
                let center = if F::CENTERED { centers[j] } else { F::NEUTRAL };
                let mut x = [F::NEUTRAL; N];
                for q in 0..N {
                    // SAFETY: j < width.
                    x[q] = F::lift(unsafe { rows[q].add(j).read() }, center);
                }
                let mut n = N;
                while n > 1 {
                    n /= 2;
                    for q in 0..n {
                        x[q] = F::join(x[q], x[q + n]);
                    }
                }
                *acc = F::join(*acc, x[0]);
            }
        },
    )
}

/// Outer dims first; neighbours that are evenly spaced become one.
fn merge(dims: &mut DimList) {
    let mut merged = DimList::new();
    for d in dims.iter().filter(|d| d.size != 1) {
        let size = d.size as isize;
        match merged.last_mut() {
            Some(last) if last.x == d.x.wrapping_mul(size) && last.out == d.out.wrapping_mul(size) => {
                *last = Dim { size: last.size * d.size, ..*d };
            }
            _ => merged.push(*d),
        }
    }
    *dims = merged;
}

/// Room for results that are joined later.
struct Partials<A> {
    space: Workspace,
    kind: std::marker::PhantomData<A>,
}

#[derive(Clone, Copy)]
struct Place<A>(*mut A);

impl<A> Place<A> {
    fn at(&self, index: usize) -> *mut A {
        self.0.wrapping_add(index)
    }
}

// SAFETY: an address; the items of work write different elements.
unsafe impl<A> Sync for Place<A> {}

impl<A> Partials<A> {
    fn new(count: usize) -> Result<Self> {
        Ok(Partials { space: Workspace::new(count * size_of::<A>())?, kind: std::marker::PhantomData })
    }

    fn ptr(&self) -> Place<A> {
        Place(self.space.as_ptr() as *mut A)
    }
}

/// The dims of x split by `mask`; the output is contiguous in the order of the kept dims.
pub(super) fn split(shape: &[i64], strides: &[i64], mask: &[bool]) -> (DimList, DimList) {
    let (mut kept, mut reduced) = (DimList::new(), DimList::new());
    let mut step = 1isize;
    let mut out: Dims = Dims::from_elem(0, shape.len());
    for d in (0..shape.len()).rev() {
        if !mask[d] {
            out[d] = step as i64;
            step *= shape[d] as isize;
        }
    }
    for d in 0..shape.len() {
        let dim = Dim { size: shape[d] as usize, x: strides[d] as isize, out: out[d] as isize };
        if mask[d] { reduced.push(dim) } else { kept.push(dim) }
    }
    (kept, reduced)
}
