//! Matrix products.

mod integer;
mod packed;
#[cfg(test)]
mod tests;
mod vector;

use super::convert::{Load, Store};
use super::pool;
use super::pool::try_parallel_for;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Dims;
use crate::view::{In, Out};
use half::{bf16, f16};
use packed::{Float, Plan};
use vector::{MatrixVector, SMALL};

/// C[…, i, j] = Σₖ A[…, i, k]·B[…, k, j], added to what C holds when `accumulate` (`torch.matmul`, `numpy.matmul`).
///
/// `a` is [batch…, m, k] and `b` [batch…, k, n] in any strides, with the same batch sizes (broadcast by strides of 0);
/// `out` is [batch…, m, n], contiguous. All three have one dtype; integers may go to an integer `out` of another size.
/// Small floats sum in f32 and are rounded once, integers wrap.
pub fn matmul(a: In, b: In, out: Out, accumulate: bool) -> Result<()> {
    match a.dtype {
        DType::F32 => floats::<f32, f32>(a, b, out, accumulate),
        DType::F64 => floats::<f64, f64>(a, b, out, accumulate),
        DType::F16 => floats::<f16, f32>(a, b, out, accumulate),
        DType::BF16 => floats::<bf16, f32>(a, b, out, accumulate),
        DType::Bool | DType::U8 if out.dtype.size() <= 4 => integers::<u8, u32>(a, b, out, accumulate),
        DType::I8 if out.dtype.size() <= 4 => integers::<i8, u32>(a, b, out, accumulate),
        DType::U16 if out.dtype.size() <= 4 => integers::<u16, u32>(a, b, out, accumulate),
        DType::I16 if out.dtype.size() <= 4 => integers::<i16, u32>(a, b, out, accumulate),
        DType::U32 if out.dtype.size() <= 4 => integers::<u32, u32>(a, b, out, accumulate),
        DType::I32 if out.dtype.size() <= 4 => integers::<i32, u32>(a, b, out, accumulate),
        DType::Bool | DType::U8 => integers::<u8, u64>(a, b, out, accumulate),
        DType::I8 => integers::<i8, u64>(a, b, out, accumulate),
        DType::U16 => integers::<u16, u64>(a, b, out, accumulate),
        DType::I16 => integers::<i16, u64>(a, b, out, accumulate),
        DType::U32 => integers::<u32, u64>(a, b, out, accumulate),
        DType::I32 => integers::<i32, u64>(a, b, out, accumulate),
        DType::U64 => integers::<u64, u64>(a, b, out, accumulate),
        DType::I64 => integers::<i64, u64>(a, b, out, accumulate),
    }
}

/// Sizes, addresses and steps (in elements) of one call.
struct Problem<S> {
    m: usize,
    n: usize,
    k: usize,
    a: *const S,
    a_m: isize,
    a_k: isize,
    b: *const S,
    b_k: isize,
    b_n: isize,
    c: *mut S,
    accumulate: bool,
    /// Batch sizes, and the steps of a and b along them.
    batch: Dims,
    a_batch: Dims,
    b_batch: Dims,
}

// SAFETY: plain addresses; whoever dereferences them answers for the memory behind them.
unsafe impl<S> Sync for Problem<S> {}

impl<S> Problem<S> {
    fn new(a: In, b: In, out: Out, accumulate: bool) -> Problem<S> {
        let rank = out.layout.ndim();
        let (a_strides, b_strides) = (a.layout.strides(), b.layout.strides());
        let mut p = Problem {
            m: a.layout.shape()[rank - 2] as usize,
            n: b.layout.shape()[rank - 1] as usize,
            k: a.layout.shape()[rank - 1] as usize,
            a: a.origin() as *const S,
            a_m: a_strides[rank - 2] as isize,
            a_k: a_strides[rank - 1] as isize,
            b: b.origin() as *const S,
            b_k: b_strides[rank - 2] as isize,
            b_n: b_strides[rank - 1] as isize,
            c: out.origin() as *mut S,
            accumulate,
            batch: Dims::from_slice(&out.layout.shape()[..rank - 2]),
            a_batch: Dims::from_slice(&a_strides[..rank - 2]),
            b_batch: Dims::from_slice(&b_strides[..rank - 2]),
        };
        // Steps along sizes of 0 and 1 mean nothing; make them friendly.
        if p.m <= 1 {
            p.a_m = p.a_k * p.k as isize;
        }
        if p.n <= 1 {
            p.b_n = 1;
        }
        if p.k <= 1 {
            (p.a_k, p.b_k) = (1, p.b_n * p.n as isize);
        }
        // One b for all of an evenly spaced a: more rows of a, one larger product.
        while let Some(&size) = p.batch.last() {
            let last = p.batch.len() - 1;
            let even = p.b_batch[last] == 0 && p.a_batch[last] as isize == p.a_m * p.m as isize;
            if size != 1 && !even {
                break;
            }
            p.m *= size as usize;
            p.batch.pop();
            p.a_batch.pop();
            p.b_batch.pop();
        }
        p
    }

    fn batches(&self) -> usize {
        self.batch.iter().product::<i64>() as usize
    }

    /// Where the matrices of batch `index` start, in elements.
    fn batch_offsets(&self, mut index: usize) -> (isize, isize) {
        let (mut a, mut b) = (0, 0);
        for d in (0..self.batch.len()).rev() {
            let size = self.batch[d] as usize;
            let i = (index % size) as isize;
            index /= size;
            a += i * self.a_batch[d] as isize;
            b += i * self.b_batch[d] as isize;
        }
        (a, b)
    }
}

fn floats<S, T: Float>(a: In, b: In, out: Out, accumulate: bool) -> Result<()>
where
    S: Load<T> + Store<T> + Default + 'static,
{
    let p = &Problem::<S>::new(a, b, out, accumulate);
    let batches = p.batches();
    if p.m == 0 || p.n == 0 || batches == 0 || (p.k == 0 && accumulate) {
        return Ok(());
    }
    if p.k == 0 {
        // The sum of nothing. All floats spell zero as zero bytes.
        // SAFETY: `out` holds this many elements and is written by this thread only.
        unsafe { p.c.write_bytes(0, batches * p.m * p.n) };
        return Ok(());
    }
    if p.m <= SMALL && p.n <= SMALL && p.k <= SMALL {
        return pool::parallel_for(batches, (4096 / (p.m * p.n)).max(1), &|range| {
            for batch in range {
                // SAFETY: the views are valid, and each batch is written by one thread.
                unsafe { vector::direct::<S, T>(p, batch) };
            }
        });
    }
    if p.m == 1 || p.n == 1 {
        let rows = p.m.max(p.n);
        // Where neighbouring rows of the matrix are neighbours in memory, a block should be a long run of them.
        let (row, column) = if p.n == 1 { (p.a_m, p.a_k) } else { (p.b_n, p.b_k) };
        let least = if row.unsigned_abs() < column.unsigned_abs() { 512 } else { 16 };
        let grain = (65536 / p.k).max(least).next_multiple_of(16);
        // Items are blocks of rows, so that no block of y is shared.
        let blocks = rows.div_ceil(grain);
        return pool::parallel_for(batches * blocks, 1, &|range| {
            for item in range {
                let (batch, block) = (item / blocks, item % blocks);
                let (a_offset, b_offset) = p.batch_offsets(batch);
                let (a, b) = (p.a.wrapping_offset(a_offset), p.b.wrapping_offset(b_offset));
                let (depth, y) = (p.k, p.c.wrapping_add(batch * rows));
                let accumulate = p.accumulate;
                let product = if p.n == 1 {
                    MatrixVector { matrix: a, row: p.a_m, column: p.a_k, vector: b, step: p.b_k, depth, y, accumulate }
                } else {
                    MatrixVector { matrix: b, row: p.b_n, column: p.b_k, vector: a, step: p.a_k, depth, y, accumulate }
                };
                // SAFETY: the views are valid, and each row is written by one thread.
                unsafe { product.run::<T>(block * grain, (block * grain + grain).min(rows)) };
            }
        });
    }
    let plan = Plan::<T>::new(batches, p.m, p.n, p.k);
    // SAFETY: the views are valid, and each tile is written by one thread.
    try_parallel_for(plan.items, 1, &|range| unsafe { plan.run(p, range.start, range.end) })
}

fn integers<S: Load<R>, R: integer::Ring>(a: In, b: In, out: Out, accumulate: bool) -> Result<()> {
    let p = &Problem::<S>::new(a, b, out, accumulate);
    let rows = p.m * p.batches();
    pool::parallel_for(rows, (16384 / (p.n * p.k).max(1)).max(1), &|range| {
        for row in range {
            // SAFETY: the views are valid, and each row is written by one thread.
            unsafe { integer::row::<S, R>(p, out.dtype, row) };
        }
    })
}
