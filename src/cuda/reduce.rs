//! Reductions over any set of dims: sum, prod, mean, max, min, any, all, var.

use super::Queue;
use super::fold::{Launch, Source, fold};
use super::launch::launch;
use crate::dtype::{Category, DType};
use crate::error::Result;
use crate::fail;
use crate::function::Reduce;
use crate::view::{In, Out};

/// Where results go. The mirror of kernels/include/reduce.cuh, as the other structs here.
#[repr(C)]
#[derive(Clone, Copy)]
struct Target {
    out: *mut u8,
    divisor: f64,
    dtype: i32,
    divides: u32,
}

impl Target {
    fn new(out: Out, first: i64, divisor: Option<f64>) -> Target {
        Target {
            out: out.origin().wrapping_offset(first as isize * out.dtype.size() as isize),
            divisor: divisor.unwrap_or(1.0),
            dtype: out.dtype as i32,
            divides: divisor.is_some() as u32,
        }
    }
}

/// How bits are read as an integer.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct IntegerType {
    size: u32,
    sign: u32,
    most: u32,
    reserved: u32,
}

impl IntegerType {
    pub(super) fn of(dtype: DType) -> IntegerType {
        let size = dtype.size() as u32;
        let sign = match dtype {
            DType::I8 => 1 << 7,
            DType::I16 => 1 << 15,
            DType::I32 => 1 << 31,
            _ => 0,
        };
        IntegerType { size, sign, most: if dtype == DType::Bool { 1 } else { u32::MAX }, reserved: 0 }
    }
}

/// The bits to turn over so that the largest i64 is the largest (or smallest) element.
pub(super) fn turned(dtype: DType, largest: bool) -> i64 {
    (if dtype == DType::U64 { i64::MIN } else { 0 }) ^ (if largest { 0 } else { -1 })
}

/// outᵢ = x[i, r₀] ∘ x[i, r₁] ∘ … over the dims where `mask` is true, as the CPU's. `out` is contiguous in the order of
/// the kept dims.
///
/// Sums are gathered as the CPU's: of small floats in f32, of f64 and into f64 in f64, of integers in wrapping i64, or in
/// f64 where a float is asked for. One order for one shape on one device: the same bits each time.
pub fn reduce(queue: &Queue, op: Reduce, x: In, mask: &[bool], out: Out) -> Result<()> {
    match op {
        Reduce::Any | Reduce::All => truths(queue, op == Reduce::All, x, mask, out),
        Reduce::Max | Reduce::Min => extremes(queue, op == Reduce::Max, x, mask, out),
        Reduce::Sum => sum(queue, x, mask, None, out),
        Reduce::Mean => sum(queue, x, mask, Some(length(x, mask) as f64), out),
        Reduce::Prod => {
            let class = if x.dtype.is_float() || out.dtype.is_float() { "f64" } else { "i64" };
            anything(queue, "prod_", class, x, mask, None, out)
        }
    }
}

fn length(x: In, mask: &[bool]) -> i64 {
    x.layout.shape().iter().zip(mask).filter(|(_, m)| **m).map(|(n, _)| *n).product()
}

fn sum(queue: &Queue, x: In, mask: &[bool], divisor: Option<f64>, out: Out) -> Result<()> {
    // Floats into floats, gathered in the class of their own dtype.
    if x.dtype.is_float() && out.dtype.is_float() && (x.dtype == DType::F64 || out.dtype != DType::F64) {
        let source = Source::elements(x.dtype.size(), x.dtype.class().size());
        return fold(queue, x, mask, &source, &mut |l: Launch| {
            let (name, target) = (["sum_", l.form, "_", x.dtype.name()], Target::new(out, l.out, divisor));
            launch!(queue, module(x.dtype), name, l.grid, l.threads, 0; l.x, l.folding, target)
        });
    }
    if x.dtype.is_float() || out.dtype.is_float() {
        return anything(queue, "sum_", "f64", x, mask, divisor, out);
    }
    let bytes = matches!(x.dtype, DType::Bool | DType::U8);
    let source = if bytes { Source::bytes(8) } else { Source::integers(8) };
    fold(queue, x, mask, &source, &mut |l: Launch| {
        let (name, target) = (["sum_", l.form, "_integers"], Target::new(out, l.out, divisor));
        if bytes && l.form == "rows" {
            let (name, bools) = (["sum_rows_bytes"], (x.dtype == DType::Bool) as u32);
            return launch!(queue, "reduce_integers", name, l.grid, l.threads, 0; l.x, bools, l.folding, target);
        }
        let kind = IntegerType::of(x.dtype);
        launch!(queue, "reduce_integers", name, l.grid, l.threads, 0; l.x, kind, l.folding, target)
    })
}

/// The module of the reductions of a float dtype.
fn module(dtype: DType) -> &'static str {
    match dtype {
        DType::F16 => "reduce_f16",
        DType::BF16 => "reduce_bf16",
        DType::F32 => "reduce_f32",
        _ => "reduce_f64",
    }
}

fn extremes(queue: &Queue, largest: bool, x: In, mask: &[bool], out: Out) -> Result<()> {
    if x.dtype != out.dtype {
        fail!(INTERNAL, "the extremes of {} have its dtype, not {}", x.dtype, out.dtype);
    }
    if x.dtype.category() != Category::Float {
        return fold(queue, x, mask, &Source::integers(8), &mut |l: Launch| {
            let (name, target) = (["max_min_", l.form, "_integers"], Target::new(out, l.out, None));
            let (kind, turned) = (IntegerType::of(x.dtype), turned(x.dtype, largest));
            launch!(queue, "reduce_integers", name, l.grid, l.threads, 0; l.x, kind, l.folding, target, turned)
        });
    }
    let sign = if largest { 1.0 } else { -1.0 };
    let source = Source::elements(x.dtype.size(), x.dtype.class().size());
    fold(queue, x, mask, &source, &mut |l: Launch| {
        let (name, target) = (["max_min_", l.form, "_", x.dtype.name()], Target::new(out, l.out, None));
        if x.dtype == DType::F64 {
            return launch!(queue, module(x.dtype), name, l.grid, l.threads, 0; l.x, l.folding, target, sign);
        }
        launch!(queue, module(x.dtype), name, l.grid, l.threads, 0; l.x, l.folding, target, sign as f32)
    })
}

/// Whether some element is not zero, or all are.
fn truths(queue: &Queue, all: bool, x: In, mask: &[bool], out: Out) -> Result<()> {
    let size = x.dtype.size() as u32;
    let every = u64::MAX >> (64 - 8 * size);
    // −0 is zero.
    let bits = if x.dtype.is_float() { every >> 1 } else { every };
    let source = if size == 1 { Source::bytes(4) } else { Source::integers(4) };
    fold(queue, x, mask, &source, &mut |l: Launch| {
        let (name, target) = (["any_all_", l.form], Target::new(out, l.out, None));
        if size == 1 && l.form == "rows" {
            return launch!(queue, "reduce", ["any_all_rows_bytes"], l.grid, l.threads, 0;
                l.x, l.folding, target, all as u32);
        }
        launch!(queue, "reduce", name, l.grid, l.threads, 0; l.x, size, bits, l.folding, target, all as u32)
    })
}

/// From and into any dtypes.
fn anything(queue: &Queue, op: &str, class: &str, x: In, mask: &[bool], divisor: Option<f64>, out: Out) -> Result<()> {
    fold(queue, x, mask, &Source::anything(8), &mut |l: Launch| {
        let (name, target) = ([op, l.form, "_in_", class], Target::new(out, l.out, divisor));
        launch!(queue, "reduce", name, l.grid, l.threads, 0; l.x, x.dtype as i32, l.folding, target)
    })
}

/// outᵢ = Σ (x[i, r] − meanᵢ)² / max(0, n − correction), n elements per output. Floats, of the output's dtype. One pass
/// over x, as exact as two.
pub fn var(queue: &Queue, x: In, mask: &[bool], correction: f64, out: Out) -> Result<()> {
    if x.dtype != out.dtype || !x.dtype.is_float() {
        fail!(INTERNAL, "var of {} into {}", x.dtype, out.dtype);
    }
    let divisor = (length(x, mask) as f64 - correction).max(0.0);
    let source = Source::elements(x.dtype.size(), 3 * x.dtype.class().size());
    fold(queue, x, mask, &source, &mut |l: Launch| {
        let (name, target) = (["var_", l.form, "_", x.dtype.name()], Target::new(out, l.out, Some(divisor)));
        launch!(queue, module(x.dtype), name, l.grid, l.threads, 0; l.x, l.folding, target)
    })
}
