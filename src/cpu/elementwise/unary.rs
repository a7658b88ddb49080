//! Unary functions over a line of elements.

use super::cast::BLOCK;
use crate::cpu::{math, simd};
use crate::dtype::{Bool, DType};
use crate::function::Unary;

/// Elements that are worth a thread.
pub(super) const fn grain(function: Unary, class: DType) -> usize {
    match (function.takes_integers() || matches!(function, Unary::Sqrt | Unary::Rsqrt | Unary::Reciprocal), class) {
        (true, _) => 16_384,
        (_, DType::F32) => 8_192,
        _ => 2_048,
    }
}

pub(super) type Kernel1 = unsafe fn([*const u8; 1], *mut u8, usize);

/// # Safety
/// `n` elements can be read at `x` and written at `out`, which are separate.
#[inline(always)]
pub(super) unsafe fn map1<T: Copy, R>(x: [*const u8; 1], out: *mut u8, n: usize, f: impl Fn(T) -> R) {
    let (x, out) = (x[0] as *const T, out as *mut R);
    simd::dispatch(
        #[inline(always)]
        move || {
            for i in 0..n {
                // SAFETY: i < n, the caller's promise.
                unsafe { out.add(i).write(f(x.add(i).read())) }
            }
        },
    )
}

macro_rules! line {
    ($T:ty => $R:ty: |$x:ident| $e:expr) => {{
        unsafe fn kernel(x: [*const u8; 1], out: *mut u8, n: usize) {
            // SAFETY: the caller's promise.
            unsafe {
                map1::<$T, $R>(
                    x,
                    out,
                    n,
                    #[inline(always)]
                    |$x| $e,
                )
            }
        }
        kernel as Kernel1
    }};
}

/// Sine and cosine: the vector form as far as it is accurate, blocks with larger numbers through libm.
macro_rules! trigonometric {
    ($near:path, $far:path) => {{
        unsafe fn kernel(x: [*const u8; 1], out: *mut u8, n: usize) {
            let (x, out) = (x[0] as *const f32, out as *mut f32);
            let mut done = 0;
            while done < n {
                let m = (n - done).min(BLOCK);
                let (x, out) = (x.wrapping_add(done), out.wrapping_add(done));
                simd::dispatch(
                    #[inline(always)]
                    move || {
                        let mut large = 0u32;
                        for i in 0..m {
                            // SAFETY: done + i < n, the caller's promise.
                            let v = unsafe { x.add(i).read() };
                            large |= (v.abs() > math::TRIG_LIMIT) as u32;
                            // SAFETY: as above.
                            unsafe { out.add(i).write($near(v)) }
                        }
                        if large != 0 {
                            for i in 0..m {
                                // SAFETY: done + i < n, the caller's promise.
                                let v = unsafe { x.add(i).read() };
                                if v.abs() > math::TRIG_LIMIT {
                                    // SAFETY: as above.
                                    unsafe { out.add(i).write($far(v)) }
                                }
                            }
                        }
                    },
                );
                done += m;
            }
        }
        kernel as Kernel1
    }};
}

macro_rules! float_lines {
    ($op:expr, $T:ty, $exp:expr, $log:expr, $sin:expr, $cos:expr, $tanh:expr, $sigmoid:expr, $gelu:expr, $gelu_tanh:expr,
     $erf:expr, $expm1:expr, $log1p:expr) => {
        match $op {
            Unary::Neg => line!($T => $T: |x| -x),
            Unary::Abs => line!($T => $T: |x| x.abs()),
            Unary::Sign => line!($T => $T: |x| (x > 0.0) as u8 as $T - (x < 0.0) as u8 as $T),
            Unary::Exp => line!($T => $T: |x| $exp(x)),
            Unary::Log => line!($T => $T: |x| $log(x)),
            Unary::Sqrt => line!($T => $T: |x| x.sqrt()),
            Unary::Rsqrt => line!($T => $T: |x| 1.0 / x.sqrt()),
            Unary::Reciprocal => line!($T => $T: |x| 1.0 / x),
            Unary::Square => line!($T => $T: |x| x * x),
            Unary::Sin => $sin,
            Unary::Cos => $cos,
            Unary::Tanh => line!($T => $T: |x| $tanh(x)),
            Unary::Sigmoid => line!($T => $T: |x| $sigmoid(x)),
            Unary::Relu => line!($T => $T: |x| if x <= 0.0 { 0.0 } else { x }),
            Unary::Gelu => line!($T => $T: |x| $gelu(x)),
            Unary::GeluTanh => line!($T => $T: |x| $gelu_tanh(x)),
            Unary::Erf => line!($T => $T: |x| $erf(x)),
            Unary::LogicalNot => line!($T => Bool: |x| Bool::from(x == 0.0)),
            Unary::Floor => line!($T => $T: |x| x.floor()),
            Unary::Ceil => line!($T => $T: |x| x.ceil()),
            Unary::Round => line!($T => $T: |x| x.round_ties_even()),
            Unary::Trunc => line!($T => $T: |x| x.trunc()),
            Unary::IsNan => line!($T => Bool: |x| Bool::from(x.is_nan())),
            Unary::Expm1 => line!($T => $T: |x| $expm1(x)),
            Unary::Log1p => line!($T => $T: |x| $log1p(x)),
            Unary::Softplus => line!($T => $T: |x| if x > 20.0 { x } else { $log1p($exp(x)) }),
        }
    };
}

macro_rules! integer_lines {
    ($op:expr, $T:ty, $abs:expr, $sign:expr, $relu:expr) => {
        match $op {
            Unary::Neg => line!($T => $T: |x| x.wrapping_neg()),
            Unary::Abs => line!($T => $T: |x| $abs(x)),
            Unary::Sign => line!($T => $T: |x| $sign(x)),
            Unary::Square => line!($T => $T: |x| x.wrapping_mul(x)),
            Unary::Relu => line!($T => $T: |x| $relu(x)),
            Unary::LogicalNot => line!($T => Bool: |x| Bool::from(x == 0)),
            Unary::IsNan => line!($T => Bool: |_x| Bool(0)),
            // Floor, Ceil, Round and Trunc; the rest never comes here.
            _ => line!($T => $T: |x| x),
        }
    };
}

fn f32_line(op: Unary) -> Kernel1 {
    float_lines!(
        op,
        f32,
        math::exp,
        math::log,
        trigonometric!(math::sin, math::sin_large),
        trigonometric!(math::cos, math::cos_large),
        math::tanh,
        math::sigmoid,
        math::gelu,
        math::gelu_tanh,
        math::erf,
        math::expm1,
        math::log1p
    )
}

fn f64_line(op: Unary) -> Kernel1 {
    float_lines!(
        op,
        f64,
        f64::exp,
        f64::ln,
        line!(f64 => f64: |x| x.sin()),
        line!(f64 => f64: |x| x.cos()),
        f64::tanh,
        math::sigmoid_f64,
        math::gelu_f64,
        math::gelu_tanh_f64,
        math::erf_f64,
        f64::exp_m1,
        f64::ln_1p
    )
}

/// The line of `op` over a class.
pub(super) fn kernel(op: Unary, class: DType) -> Kernel1 {
    match class {
        DType::F32 => f32_line(op),
        DType::F64 => f64_line(op),
        DType::U64 => integer_lines!(op, u64, |x| x, |x: u64| x.min(1), |x| x),
        _ => integer_lines!(op, i64, i64::wrapping_abs, i64::signum, |x: i64| x.max(0)),
    }
}
