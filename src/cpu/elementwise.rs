//! Elementwise functions, after NumPy's buffered loops: operands that are not contiguous in the class of the
//! computation (f32, f64, i64, u64) are loaded and converted through stack blocks, so that each function is one plain
//! loop over a line of one class.
//!
//! Every input layout has the output's shape (broadcast dims have stride 0). An input may be the output's very range.

mod binary;
pub mod cast;
mod gradient;
#[cfg(test)]
pub mod tests;
mod unary;
pub mod walk;

use super::simd;
use crate::dtype::{Bool, DType};
use crate::error::Result;
use crate::function::{Binary, Unary};
use crate::scalar::Scalar;
use crate::view::{In, Out};
use binary::Kernel2;
use cast::Chain;
use walk::Job;

/// `out = op(x)`: `torch.neg`, `torch.exp`, … `compute` is the dtype to work in (f16 and bf16 work in f32 and round
/// once); functions that integers do not have work in `compute.to_float()`. LogicalNot and IsNan give bools.
pub fn unary(op: Unary, x: In, compute: DType, out: Out) -> Result<()> {
    let compute = if op.takes_integers() { compute } else { compute.to_float() };
    let class = compute.class();
    let kernel = unary::kernel(op, class);
    let result = if op.gives_bool() { DType::Bool } else { class };
    let grain = unary::grain(op, class);
    let n = out.layout.numel() as usize;
    if n <= grain && x.dtype == class && out.dtype == result {
        let (from, to) = (x.origin(), out.origin());
        if !std::ptr::eq(from, to) && x.layout.is_contiguous() && out.layout.is_contiguous() {
            // SAFETY: both are n contiguous elements of the class and the result, and separate.
            unsafe { kernel([from], to, n) };
            return Ok(());
        }
    }
    walk::run(&Job {
        inputs: [x],
        loads: [Chain::operand(x.dtype, compute)],
        out,
        store: Chain::convert(result, out.dtype),
        line_size: result.size(),
        grain,
        // SAFETY: `run` passes separate lines of n elements of the class and the result.
        line: &|x, to, n| unsafe { kernel(x, to, n) },
    })
}

/// `out = op(a, b)`: `torch.add`, `torch.eq`, … in the promoted dtype `compute`. Integers wrap to `compute`;
/// comparisons and logical functions give bools; Div works in `compute.to_float()`.
pub fn binary(op: Binary, a: In, b: In, compute: DType, out: Out) -> Result<()> {
    let compute = if op == Binary::Div { compute.to_float() } else { compute };
    let class = compute.class();
    let n = out.layout.numel() as usize;
    if op == Binary::Pow
        && compute.is_float()
        && n > 0
        && b.layout.strides().iter().zip(b.layout.shape()).all(|(&s, &n)| s == 0 || n == 1)
    {
        let mut power = 0f64;
        // SAFETY: b has at least one element, its origin.
        unsafe { Chain::convert(b.dtype, DType::F64).run(b.origin(), 0, &raw mut power as *mut u8, 8, 1) };
        // As PyTorch: the common powers are their own functions.
        if power == 2.0 {
            return unary(Unary::Square, a, compute, out);
        } else if power == 0.5 {
            return unary(Unary::Sqrt, a, compute, out);
        } else if power == -1.0 {
            return unary(Unary::Reciprocal, a, compute, out);
        }
    }
    let result = if op.gives_bool() { DType::Bool } else { class };
    run_two(binary::kernel(op, class), binary::grain(op), [a, b], compute, result, out)
}

/// The gradient of `op`, one of `Unary::GRADIENTS`: `g` times its derivative, from `saved`, which is x or op(x). One
/// float dtype.
pub fn unary_gradient(op: Unary, g: In, saved: In, out: Out) -> Result<()> {
    let class = out.dtype.class();
    run_two(gradient::kernel(op, class), unary::grain(op, class), [g, saved], out.dtype, class, out)
}

/// A line of two inputs over whole operands; it works in the class of `compute` and gives `result`.
fn run_two(kernel: Kernel2, grain: usize, inputs: [In; 2], compute: DType, result: DType, out: Out) -> Result<()> {
    let (class, n, [a, b]) = (compute.class(), out.layout.numel() as usize, inputs);
    if n <= grain && a.dtype == class && b.dtype == class && out.dtype == result {
        let (x, y, to) = (a.origin(), b.origin(), out.origin());
        let separate = !std::ptr::eq(x, to) && !std::ptr::eq(y, to);
        if separate && a.layout.is_contiguous() && b.layout.is_contiguous() && out.layout.is_contiguous() {
            // SAFETY: all are n contiguous elements of the class and the result, the output separate.
            unsafe { kernel([x, y], to, n) };
            return Ok(());
        }
    }
    walk::run(&Job {
        inputs,
        loads: [Chain::operand(a.dtype, compute), Chain::operand(b.dtype, compute)],
        out,
        store: Chain::convert(result, out.dtype),
        line_size: result.size(),
        grain,
        // SAFETY: `run` passes separate lines of n elements of the class and the result.
        line: &|x, to, n| unsafe { kernel(x, to, n) },
    })
}

/// `out = cond ? a : b`: `torch.where`. `a` and `b` convert to the output's dtype; any dtype is a condition (`≠ 0`).
pub fn select(cond: In, a: In, b: In, out: Out) -> Result<()> {
    let kernel = match out.dtype.size() {
        1 => select_u8,
        2 => select_u16,
        4 => select_u32,
        _ => select_u64,
    };
    walk::run(&Job {
        inputs: [cond, a, b],
        loads: [
            Chain::convert(cond.dtype, DType::Bool),
            Chain::convert(a.dtype, out.dtype),
            Chain::convert(b.dtype, out.dtype),
        ],
        out,
        store: Chain::convert(out.dtype, out.dtype),
        line_size: out.dtype.size(),
        grain: 16_384,
        // SAFETY: `run` passes separate lines of n bools and elements of this size.
        line: &|x, to, n| unsafe { kernel(x, to, n) },
    })
}

macro_rules! select_lines {
    ($($name:ident: $T:ty;)+) => {
        $(
            /// # Safety
            /// `n` elements can be read at the inputs (the first are bools) and written at `out`, which is separate.
            unsafe fn $name(x: [*const u8; 3], out: *mut u8, n: usize) {
                let (cond, a, b, out) = (x[0] as *const Bool, x[1] as *const $T, x[2] as *const $T, out as *mut $T);
                simd::dispatch(
                    #[inline(always)]
                    move || {
                        for i in 0..n {
                            // SAFETY: i < n, the caller's promise.
                            unsafe {
                                // A mask, because a choice between two loads would not vectorise.
                                let mask = (cond.add(i).read().get() as $T).wrapping_neg();
                                out.add(i).write((a.add(i).read() & mask) | (b.add(i).read() & !mask));
                            }
                        }
                    },
                )
            }
        )+
    };
}

select_lines! {
    select_u8: u8;
    select_u16: u16;
    select_u32: u32;
    select_u64: u64;
}

/// `out = min(max(x, low), high)`: `torch.clamp`, in the output's dtype. NaN stays NaN; a NaN bound makes everything
/// NaN; with low > high the result is high.
pub fn clamp(x: In, low: Option<Scalar>, high: Option<Scalar>, out: Out) -> Result<()> {
    macro_rules! clamp_in {
        ($T:ty, $low:expr, $high:expr, $is_nan:expr) => {{
            let (low, high): ($T, $T) = ($low, $high);
            run_clamp(x, out, &|x, to, n| {
                // SAFETY: `run` passes separate lines of n elements of the class.
                unsafe {
                    unary::map1::<$T, $T>(
                        x,
                        to,
                        n,
                        #[inline(always)]
                        move |x| {
                            let y = if (x >= low) | $is_nan(x) { x } else { low };
                            if (y <= high) | $is_nan(y) { y } else { high }
                        },
                    )
                }
            })
        }};
    }
    match out.dtype.class() {
        DType::F32 => clamp_in!(
            f32,
            low.map_or(f32::NEG_INFINITY, |s| s.to_f64() as f32),
            high.map_or(f32::INFINITY, |s| s.to_f64() as f32),
            f32::is_nan
        ),
        DType::F64 => clamp_in!(
            f64,
            low.map_or(f64::NEG_INFINITY, Scalar::to_f64),
            high.map_or(f64::INFINITY, Scalar::to_f64),
            f64::is_nan
        ),
        DType::U64 => clamp_in!(
            u64,
            low.map_or(0, |s| s.to_i64().max(0) as u64),
            high.map_or(u64::MAX, |s| u64::from_ne_bytes(non_negative(s).to_bytes(DType::U64))),
            |_| false
        ),
        _ => clamp_in!(i64, low.map_or(i64::MIN, Scalar::to_i64), high.map_or(i64::MAX, Scalar::to_i64), |_| false),
    }
}

fn non_negative(s: Scalar) -> Scalar {
    if s.to_f64() < 0.0 { Scalar::Int(0) } else { s }
}

fn run_clamp(x: In, out: Out, line: walk::Line<1>) -> Result<()> {
    let class = out.dtype.class();
    walk::run(&Job {
        inputs: [x],
        loads: [Chain::operand(x.dtype, out.dtype)],
        out,
        store: Chain::convert(class, out.dtype),
        line_size: class.size(),
        grain: 16_384,
        line,
    })
}
