//! Matrix products by cuBLASLt. Its matrices have contiguous columns, so that it is asked for Cᵀ = Bᵀ·Aᵀ, which lies in
//! memory as C does.

use super::own;
use super::problem::{Problem, no_batch};
use crate::cuda::blas::{self, Addresses, Epilogue, Product, alignment};
use crate::cuda::{Block, Queue, transfer};
use crate::error::Result;

/// A batch of more than one dim is done by a call for each of the outer ones, if they are so few, or if a call has so
/// many multiply-adds to do.
const FEW_CALLS: i64 = 2;
const LARGE_CALL: f64 = 2.5e8;

/// Whether it was done. `p` has elements, and a k above 0.
pub fn matmul(queue: &Queue, p: &Problem, tf32: bool) -> Result<bool> {
    let dims = p.batch.sizes.len();
    if dims <= 1 {
        return one(queue, p, tf32);
    }
    let mut inner = p.clone();
    inner.batch = no_batch();
    inner.batch.sizes.push(p.batch.sizes[0]);
    inner.batch.strides.push(p.batch.strides[0]);
    let calls = p.batches() / p.batch.sizes[0];
    if calls > FEW_CALLS && inner.work() < LARGE_CALL {
        return Ok(false);
    }
    let size = p.dtype.size() as isize;
    for call in 0..calls {
        let (mut rest, mut a, mut b) = (call, 0, 0);
        for (&n, step) in p.batch.sizes.iter().zip(&p.batch.strides).skip(1) {
            a += rest % n * step[0];
            b += rest % n * step[1];
            rest /= n;
        }
        inner.a = p.a.wrapping_offset(a as isize * size);
        inner.b = p.b.wrapping_offset(b as isize * size);
        inner.c = p.c.wrapping_offset((call * p.batch.sizes[0] * p.m * p.n) as isize * size);
        // What one call refuses, the others do too; if not, own kernels do it again from the start.
        if !one(queue, &inner, tf32)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How the library sees an operand whose neighbours in memory are neighbours along one of two dims.
#[derive(Clone, Copy)]
struct Side {
    /// Whether they are neighbours along k.
    along_k: bool,
    /// From run to run.
    step: i64,
}

/// None: the library does not take such strides.
fn side(line: i64, k: i64, lines: i64, depth: i64) -> Option<Side> {
    let runs = |step: i64, length: i64, count: i64| match count {
        1 => Some(length),
        _ => (step >= length).then_some(step),
    };
    match (k, line) {
        (1, _) => Some(Side { along_k: true, step: runs(line, depth, lines)? }),
        (_, 1) => Some(Side { along_k: false, step: runs(k, lines, depth)? }),
        _ => None,
    }
}

/// Kernels of the library read the bias in vectors of so many bytes, whatever they are told of its address.
const BIAS_ALIGNMENT: usize = 16;

/// The bias at an aligned address.
fn copy_of_bias(queue: &Queue, p: &Problem) -> Result<Block> {
    let nbytes = p.n as usize * p.dtype.size();
    let copy = queue.workspace(nbytes)?;
    // SAFETY: the bias has n elements, neighbours in memory of the device, and the copy has room for them.
    unsafe { transfer::within(queue, p.bias, copy.address(), nbytes)? };
    Ok(copy)
}

/// As [`matmul`], with at most one batch dim.
fn one(queue: &Queue, p: &Problem, tf32: bool) -> Result<bool> {
    if blas::library().is_err() {
        return Ok(false);
    }
    let (Some(a), Some(b)) = (side(p.a_m, p.a_k, p.m, p.k), side(p.b_n, p.b_k, p.n, p.k)) else { return Ok(false) };
    let [a_batch, b_batch] = p.batch.strides.first().copied().unwrap_or([0, 0]);
    let Ok(batch) = i32::try_from(p.batches()) else { return Ok(false) };
    if a_batch < 0 || b_batch < 0 {
        return Ok(false);
    }
    let mut product = Product {
        dtype: p.dtype,
        tf32,
        epilogue: Epilogue::Nothing,
        m: p.n,
        n: p.m,
        k: p.k,
        transposed: [b.along_k, !a.along_k],
        columns: [b.step, a.step, p.n],
        batch,
        batch_strides: if batch > 1 { [b_batch, a_batch, p.m * p.n] } else { [0; 3] },
        alignment: [alignment(p.b), alignment(p.a), alignment(p.c), 0],
    };
    let mut at = Addresses { a: p.b, b: p.a, d: p.c, bias: p.bias };
    if p.bias.is_null() {
        return blas::run(queue, &product, at);
    }
    let aligned = if (p.bias as usize).is_multiple_of(BIAS_ALIGNMENT) { None } else { Some(copy_of_bias(queue, p)?) };
    at.bias = aligned.as_ref().map_or(p.bias, |copy| copy.address());
    product.epilogue = Epilogue::Bias;
    product.alignment[3] = alignment(at.bias);
    if blas::run(queue, &product, at)? {
        return Ok(true);
    }
    // Then C begins as the bias. Own kernels write C whole if this is refused too.
    product.epilogue = Epilogue::Add;
    product.alignment[3] = 0;
    own::nothing(queue, p)?;
    blas::run(queue, &product, at)
}
