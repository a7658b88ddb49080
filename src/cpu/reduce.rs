//! Reductions over any set of dims: sum, prod, mean, max, min, any, all, var.

mod engine;
mod fold;
#[cfg(test)]
mod tests;

use super::convert::Load;
use super::memory::Workspace;
use super::simd;
use crate::dtype::{Bool, Category, DType, Element};
use crate::error::Result;
use crate::function::Reduce;
use crate::view::{In, Out};
use engine::{Gather, Job, split};
use fold::{Accumulator, All, Any, Deviation, Fold, Max, Min, Prod, Sum, Truth};
use half::{bf16, f16};

/// outᵢ = x[i, r₀] ∘ x[i, r₁] ∘ … over the dims where `mask` is true (`torch.sum`, `prod`, `mean`, `amax`, `amin`,
/// `any`, `all`).
///
/// `out` is contiguous in the order of the kept dims. Sum, prod and mean of small floats accumulate in f32, of f64 (and
/// whenever f64 is asked for) in f64, pairwise; of integers in wrapping i64, or in f64 when a float is asked for. Max and
/// min keep the dtype, NaN wins; over no elements they are undefined (the caller refuses). Any and all take what is not
/// zero as true and go to any dtype.
pub fn reduce(op: Reduce, x: In, mask: &[bool], out: Out) -> Result<()> {
    let length: i64 = x.layout.shape().iter().zip(mask).filter(|(_, m)| **m).map(|(n, _)| *n).product();
    let divisor = (op == Reduce::Mean).then_some(length as f64);
    match op {
        Reduce::Any => run::<Any>(truths(x.dtype), x, mask, out, None),
        Reduce::All => run::<All>(truths(x.dtype), x, mask, out, None),
        Reduce::Sum | Reduce::Mean => match accumulator(x.dtype, out.dtype) {
            DType::F32 => run::<Sum<f32>>(small_floats(x.dtype), x, mask, out, divisor),
            DType::F64 => run::<Sum<f64>>(doubles(x.dtype), x, mask, out, divisor),
            _ => run::<Sum<i64>>(integers(x.dtype), x, mask, out, divisor),
        },
        Reduce::Prod => match accumulator(x.dtype, out.dtype) {
            DType::F32 => run::<Prod<f32>>(small_floats(x.dtype), x, mask, out, None),
            DType::F64 => run::<Prod<f64>>(doubles(x.dtype), x, mask, out, None),
            _ => run::<Prod<i64>>(integers(x.dtype), x, mask, out, None),
        },
        Reduce::Max => match x.dtype {
            DType::F64 => run::<Max<f64>>(doubles(x.dtype), x, mask, out, None),
            DType::U64 => run::<Max<u64>>(gather::<u64, u64>, x, mask, out, None),
            d if d.is_float() => run::<Max<f32>>(small_floats(d), x, mask, out, None),
            d => run::<Max<i64>>(integers(d), x, mask, out, None),
        },
        Reduce::Min => match x.dtype {
            DType::F64 => run::<Min<f64>>(doubles(x.dtype), x, mask, out, None),
            DType::U64 => run::<Min<u64>>(gather::<u64, u64>, x, mask, out, None),
            d if d.is_float() => run::<Min<f32>>(small_floats(d), x, mask, out, None),
            d => run::<Min<i64>>(integers(d), x, mask, out, None),
        },
    }
}

/// outᵢ = Σ (x[i, r] − meanᵢ)² / max(0, n − correction), n elements per output (`torch.var`). Floats only; f64 in f64,
/// the rest in f32. Two passes over x.
pub fn var(x: In, mask: &[bool], correction: f64, out: Out) -> Result<()> {
    let length: i64 = x.layout.shape().iter().zip(mask).filter(|(_, m)| **m).map(|(n, _)| *n).product();
    let divisor = (length as f64 - correction).max(0.0);
    match accumulator(x.dtype, out.dtype) {
        DType::F64 => deviations::<f64>(doubles(x.dtype), x, mask, length, divisor, out),
        _ => deviations::<f32>(small_floats(x.dtype), x, mask, length, divisor, out),
    }
}

fn deviations<A>(gather: Gather<A>, x: In, mask: &[bool], length: i64, divisor: f64, out: Out) -> Result<()>
where
    A: Accumulator + Element,
    Sum<A>: Fold<A = A>,
    Deviation<A>: Fold<A = A>,
{
    let outs: i64 = x.layout.shape().iter().zip(mask).filter(|(_, m)| !**m).map(|(n, _)| *n).product();
    let means = Workspace::new(outs as usize * size_of::<A>())?;
    let to = Target { base: means.as_ptr(), dtype: A::DTYPE };
    run_to::<Sum<A>>(gather, x, mask, to, Some(length as f64), std::ptr::null())?;
    let to = Target { base: out.origin(), dtype: out.dtype };
    run_to::<Deviation<A>>(gather, x, mask, to, Some(divisor), means.as_ptr() as *const A)
}

/// What sums of `from` accumulate in when `to` is asked for.
fn accumulator(from: DType, to: DType) -> DType {
    match (from.category(), to.category()) {
        (Category::Float, _) if from == DType::F64 || to == DType::F64 => DType::F64,
        (Category::Float, _) => DType::F32,
        (_, Category::Float) => DType::F64,
        _ => DType::I64,
    }
}

struct Target {
    base: *mut u8,
    dtype: DType,
}

fn run<F: Fold>(gather: Gather<F::A>, x: In, mask: &[bool], out: Out, divisor: Option<f64>) -> Result<()> {
    let to = Target { base: out.origin(), dtype: out.dtype };
    run_to::<F>(gather, x, mask, to, divisor, std::ptr::null())
}

fn run_to<F: Fold>(
    gather: Gather<F::A>,
    x: In,
    mask: &[bool],
    to: Target,
    divisor: Option<f64>,
    centers: *const F::A,
) -> Result<()> {
    let (kept, reduced) = split(x.layout.shape(), x.layout.strides(), mask);
    let outs: usize = kept.iter().map(|d| d.size).product();
    if reduced.iter().any(|d| d.size == 0) {
        for i in 0..outs {
            // SAFETY: the output has `outs` elements.
            unsafe { F::NEUTRAL.write(to.base, to.dtype, i, divisor) };
        }
        return Ok(());
    }
    if outs == 0 {
        return Ok(());
    }
    let job = Job {
        x: x.origin(),
        size: x.dtype.size(),
        native: is_native::<F::A>(x.dtype),
        gather,
        kept,
        reduced,
        out: to.base,
        out_dtype: to.dtype,
        divisor,
        centers,
    };
    // SAFETY: the views describe memory that is there; centers, if the fold has any, are one per output.
    unsafe { job.run::<F>() }
}

fn is_native<A: 'static>(dtype: DType) -> bool {
    use std::any::TypeId;
    crate::dispatch!(dtype, T => TypeId::of::<T>() == TypeId::of::<A>())
}

/// # Safety
/// The elements are there, and `to` has room for `n`.
unsafe fn gather<S: Load<A>, A: Copy>(from: *const u8, stride: isize, n: usize, to: *mut A) {
    let from = from as *const S;
    simd::dispatch(
        #[inline(always)]
        move || {
            if stride == 1 {
                for i in 0..n {
                    // SAFETY: the caller's promise.
                    unsafe { to.add(i).write(from.add(i).read().load()) };
                }
            } else {
                for i in 0..n {
                    // SAFETY: the caller's promise.
                    unsafe { to.add(i).write(from.wrapping_offset(i as isize * stride).read().load()) };
                }
            }
        },
    )
}

fn small_floats(dtype: DType) -> Gather<f32> {
    match dtype {
        DType::F16 => gather::<f16, f32>,
        DType::BF16 => gather::<bf16, f32>,
        _ => gather::<f32, f32>,
    }
}

fn doubles(dtype: DType) -> Gather<f64> {
    crate::dispatch!(dtype, T => gather::<T, f64>)
}

fn integers(dtype: DType) -> Gather<i64> {
    match dtype {
        DType::Bool => gather::<Bool, i64>,
        DType::U8 => gather::<u8, i64>,
        DType::U16 => gather::<u16, i64>,
        DType::U32 => gather::<u32, i64>,
        DType::U64 => gather::<u64, i64>,
        DType::I8 => gather::<i8, i64>,
        DType::I16 => gather::<i16, i64>,
        DType::I32 => gather::<i32, i64>,
        _ => gather::<i64, i64>,
    }
}

fn truths(dtype: DType) -> Gather<Truth> {
    crate::dispatch!(dtype, T => gather::<T, Truth>)
}
