//! A matrix times a vector, and products so small that any preparation would cost more than the arithmetic.

use super::packed::Float;
use crate::cpu::convert::{Load, Store};
use crate::cpu::simd;

/// yᵢ (+)= Σₖ M[i, k]·v[k]; M's strides in elements, y contiguous.
#[derive(Clone, Copy)]
pub(super) struct MatrixVector<S: Copy> {
    pub(super) matrix: *const S,
    pub(super) row: isize,
    pub(super) column: isize,
    pub(super) vector: *const S,
    pub(super) step: isize,
    pub(super) depth: usize,
    pub(super) y: *mut S,
    pub(super) accumulate: bool,
}

const LANES: usize = 64;
const WIDTH: usize = 512;
/// Products whose three sizes are at most this are computed directly.
pub(super) const SMALL: usize = 8;

impl<S: Copy> MatrixVector<S> {
    /// Rows `start..end`. Every element of y sums in the same order however the rows are cut.
    ///
    /// # Safety
    /// The memory that the fields describe is there, and nobody else writes these rows of y meanwhile.
    pub(super) unsafe fn run<T: Float>(self, start: usize, end: usize)
    where
        S: Load<T> + Store<T> + Default,
    {
        simd::dispatch(
            #[inline(always)]
            move || {
                // SAFETY: the caller's promise.
                unsafe {
                    if self.column.unsigned_abs() <= self.row.unsigned_abs() || end - start == 1 {
                        for i in start..end {
                            match (self.column, self.step) {
                                (1, 1) => self.dot::<T, true>(i),
                                _ => self.dot::<T, false>(i),
                            }
                        }
                    } else {
                        for i in (start..end).step_by(WIDTH) {
                            let width = WIDTH.min(end - i);
                            match self.row {
                                1 => self.columns::<T, true>(i, width),
                                _ => self.columns::<T, false>(i, width),
                            }
                        }
                    }
                }
            },
        )
    }

    /// # Safety
    /// As `run`.
    #[inline(always)]
    unsafe fn finish<T: Float>(self, i: usize, sum: T)
    where
        S: Load<T> + Store<T>,
    {
        // SAFETY: the caller's promise.
        unsafe {
            let y = self.y.add(i);
            y.write(S::store(if self.accumulate { y.read().load() + sum } else { sum }));
        }
    }

    /// One row: many sums side by side, added up pairwise at the end.
    ///
    /// # Safety
    /// As `run`.
    #[inline(always)]
    unsafe fn dot<T: Float, const DENSE: bool>(self, i: usize)
    where
        S: Load<T> + Store<T>,
    {
        let row = self.matrix.wrapping_offset(i as isize * self.row);
        let (column, step) = if DENSE { (1, 1) } else { (self.column, self.step) };
        // The rest first, in an array of its own: indexing the sums by a variable would keep them in memory.
        let whole = self.depth / LANES * LANES;
        let mut last = [T::default(); LANES];
        for k in whole..self.depth {
            let (lane, k) = (k - whole, k as isize);
            // SAFETY: k < depth.
            let (x, y): (T, T) = unsafe {
                (row.wrapping_offset(k * column).read().load(), self.vector.wrapping_offset(k * step).read().load())
            };
            last[lane] = x * y;
        }
        let mut sums = last;
        for k in (0..whole).step_by(LANES) {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let k = (k + lane) as isize;
                // SAFETY: k < depth.
                let (x, y): (T, T) = unsafe {
                    (row.wrapping_offset(k * column).read().load(), self.vector.wrapping_offset(k * step).read().load())
                };
                *sum = *sum + x * y;
            }
        }
        let mut n = LANES;
        while n > 1 {
            n /= 2;
            for lane in 0..n {
                sums[lane] = sums[lane] + sums[lane + n];
            }
        }
        // SAFETY: the caller's promise.
        unsafe { self.finish(i, sums[0]) }
    }

    /// `width` ≤ WIDTH rows at once, when neighbouring rows are nearer in memory than neighbouring columns.
    ///
    /// # Safety
    /// As `run`.
    #[inline(always)]
    unsafe fn columns<T: Float, const DENSE: bool>(self, first: usize, width: usize)
    where
        S: Load<T> + Store<T>,
    {
        const DEEP: usize = 8;
        let row = if DENSE { 1 } else { self.row };
        let base = self.matrix.wrapping_offset(first as isize * self.row);
        let mut sums = [T::default(); WIDTH];
        let whole = self.depth / DEEP * DEEP;
        for k in (0..whole).step_by(DEEP) {
            let mut v = [T::default(); DEEP];
            for (q, v) in v.iter_mut().enumerate() {
                // SAFETY: k + q < depth.
                *v = unsafe { self.vector.wrapping_offset((k + q) as isize * self.step).read().load() };
            }
            let at = base.wrapping_offset(k as isize * self.column);
            for (i, sum) in sums[..width].iter_mut().enumerate() {
                let mut add = T::default();
                for (q, v) in v.iter().enumerate() {
                    let place = at.wrapping_offset(i as isize * row + q as isize * self.column);
                    // SAFETY: first + i is a row and k + q a column.
                    let x: T = unsafe { place.read().load() };
                    add = add + x * *v;
                }
                *sum = *sum + add;
            }
        }
        for k in whole..self.depth {
            // SAFETY: k < depth.
            let v: T = unsafe { self.vector.wrapping_offset(k as isize * self.step).read().load() };
            let at = base.wrapping_offset(k as isize * self.column);
            for (i, sum) in sums[..width].iter_mut().enumerate() {
                // SAFETY: first + i is a row and k a column.
                let x: T = unsafe { at.wrapping_offset(i as isize * row).read().load() };
                *sum = *sum + x * v;
            }
        }
        for (i, sum) in sums[..width].iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { self.finish(first + i, *sum) };
        }
    }
}

/// C[i, :] (+)= Σₖ A[i, k]·B[k, :] for sizes of at most [`SMALL`]: rows of B padded to one or two vectors.
///
/// # Safety
/// The memory that `p` describes is there, and nobody else writes C meanwhile.
pub(super) unsafe fn direct<S: Load<T> + Store<T>, T: Float>(p: &super::Problem<S>, batch: usize) {
    let (a_offset, b_offset) = p.batch_offsets(batch);
    let (a, b) = (p.a.wrapping_offset(a_offset), p.b.wrapping_offset(b_offset));
    let mut rows = [[T::default(); SMALL]; SMALL];
    for (k, row) in rows[..p.k].iter_mut().enumerate() {
        let from = b.wrapping_offset(k as isize * p.b_k);
        for (j, x) in row[..p.n].iter_mut().enumerate() {
            // SAFETY: k and j are below the sizes.
            *x = unsafe { from.wrapping_offset(j as isize * p.b_n).read().load() };
        }
    }
    for i in 0..p.m {
        let from = a.wrapping_offset(i as isize * p.a_m);
        let mut sums = [T::default(); SMALL];
        for (k, row) in rows[..p.k].iter().enumerate() {
            // SAFETY: i and k are below the sizes.
            let x: T = unsafe { from.wrapping_offset(k as isize * p.a_k).read().load() };
            for j in 0..SMALL {
                sums[j] = sums[j] + x * row[j];
            }
        }
        let to = p.c.wrapping_add((batch * p.m + i) * p.n);
        for (j, sum) in sums[..p.n].iter().enumerate() {
            // SAFETY: i and j are below the sizes.
            unsafe {
                let old = if p.accumulate { to.add(j).read().load() } else { T::default() };
                to.add(j).write(S::store(old + *sum));
            }
        }
    }
}
