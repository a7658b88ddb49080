//! Binary functions over a line of elements.

use crate::cpu::simd;
use crate::dtype::{Bool, DType};
use crate::function::Binary;

/// Elements that are worth a thread.
pub(super) const fn grain(function: Binary) -> usize {
    match function {
        Binary::Pow | Binary::FloorDivide | Binary::Remainder => 2_048,
        _ => 16_384,
    }
}

pub(super) type Kernel2 = unsafe fn([*const u8; 2], *mut u8, usize);

/// # Safety
/// `n` elements can be read at both inputs and written at `out`, which is separate from them.
#[inline(always)]
pub(super) unsafe fn map2<T: Copy, R>(x: [*const u8; 2], out: *mut u8, n: usize, f: impl Fn(T, T) -> R) {
    let (a, b, out) = (x[0] as *const T, x[1] as *const T, out as *mut R);
    simd::dispatch(
        #[inline(always)]
        move || {
            for i in 0..n {
                // SAFETY: i < n, the caller's promise.
                unsafe { out.add(i).write(f(a.add(i).read(), b.add(i).read())) }
            }
        },
    )
}

macro_rules! line {
    ($T:ty => $R:ty: |$a:ident, $b:ident| $e:expr) => {{
        unsafe fn kernel(x: [*const u8; 2], out: *mut u8, n: usize) {
            // SAFETY: the caller's promise.
            unsafe {
                map2::<$T, $R>(
                    x,
                    out,
                    n,
                    #[inline(always)]
                    |$a, $b| $e,
                )
            }
        }
        kernel as Kernel2
    }};
}
pub(super) use line;

macro_rules! common_lines {
    ($op:expr, $T:ty, $zero:expr, $other:expr) => {
        match $op {
            Binary::Eq => line!($T => Bool: |a, b| Bool::from(a == b)),
            Binary::Ne => line!($T => Bool: |a, b| Bool::from(a != b)),
            Binary::Lt => line!($T => Bool: |a, b| Bool::from(a < b)),
            Binary::Le => line!($T => Bool: |a, b| Bool::from(a <= b)),
            Binary::Gt => line!($T => Bool: |a, b| Bool::from(a > b)),
            Binary::Ge => line!($T => Bool: |a, b| Bool::from(a >= b)),
            Binary::LogicalAnd => line!($T => Bool: |a, b| Bool::from((a != $zero) & (b != $zero))),
            Binary::LogicalOr => line!($T => Bool: |a, b| Bool::from((a != $zero) | (b != $zero))),
            Binary::LogicalXor => line!($T => Bool: |a, b| Bool::from((a != $zero) ^ (b != $zero))),
            _ => $other,
        }
    };
}

macro_rules! float_lines {
    ($op:expr, $T:ty) => {
        common_lines!(
            $op,
            $T,
            0.0,
            match $op {
                Binary::Add => line!($T => $T: |a, b| a + b),
                Binary::Sub => line!($T => $T: |a, b| a - b),
                Binary::Mul => line!($T => $T: |a, b| a * b),
                Binary::Div => line!($T => $T: |a, b| a / b),
                Binary::Pow => line!($T => $T: |a, b| a.powf(b)),
                Binary::Maximum => line!($T => $T: |a, b| if (a > b) | a.is_nan() { a } else { b }),
                Binary::Minimum => line!($T => $T: |a, b| if (a < b) | a.is_nan() { a } else { b }),
                Binary::FloorDivide => line!($T => $T: |a, b| {
                    let rest = a % b;
                    let whole = (a - rest) / b;
                    let whole = if rest != 0.0 && (b < 0.0) != (rest < 0.0) { whole - 1.0 } else { whole };
                    let floor = whole.floor();
                    let floor = if whole - floor > 0.5 { floor + 1.0 } else { floor };
                    let signed = if whole == 0.0 { (0.0 as $T).copysign(a / b) } else { floor };
                    if b == 0.0 { a / b } else { signed }
                }),
                _ => line!($T => $T: |a, b| {
                    let rest = a % b;
                    if rest != 0.0 && (b < 0.0) != (rest < 0.0) { rest + b } else { rest }
                }),
            }
        )
    };
}

macro_rules! integer_lines {
    ($op:expr, $T:ty, $floor_divide:expr, $remainder:expr, $pow:expr) => {
        common_lines!(
            $op,
            $T,
            0,
            match $op {
                Binary::Add => line!($T => $T: |a, b| a.wrapping_add(b)),
                Binary::Sub => line!($T => $T: |a, b| a.wrapping_sub(b)),
                Binary::Mul => line!($T => $T: |a, b| a.wrapping_mul(b)),
                Binary::Pow => line!($T => $T: |a, b| $pow(a, b)),
                Binary::Maximum => line!($T => $T: |a, b| if a > b { a } else { b }),
                Binary::Minimum => line!($T => $T: |a, b| if a < b { a } else { b }),
                Binary::Remainder => line!($T => $T: |a, b| $remainder(a, b)),
                // FloorDivide; Div never comes here.
                _ => line!($T => $T: |a, b| $floor_divide(a, b)),
            }
        )
    };
}

/// `⌊a / b⌋`, 0 when b is 0.
fn floor_divide(a: i64, b: i64) -> i64 {
    if b == 0 {
        return 0;
    }
    let (q, r) = (a.wrapping_div(b), a.wrapping_rem(b));
    if r != 0 && (r < 0) != (b < 0) { q - 1 } else { q }
}

/// `a − b·⌊a / b⌋`, 0 when b is 0.
fn remainder(a: i64, b: i64) -> i64 {
    if b == 0 {
        return 0;
    }
    let r = a.wrapping_rem(b);
    if r != 0 && (r < 0) != (b < 0) { r + b } else { r }
}

/// `a^b` modulo 2^64.
fn pow_u64(mut a: u64, mut b: u64) -> u64 {
    let mut y = 1u64;
    while b != 0 {
        if b & 1 == 1 {
            y = y.wrapping_mul(a);
        }
        a = a.wrapping_mul(a);
        b >>= 1;
    }
    y
}

/// `a^b` modulo 2^64; a negative power is 0, save for the bases 1 and −1.
fn pow_i64(a: i64, b: i64) -> i64 {
    match (a, b < 0) {
        (_, false) => pow_u64(a as u64, b as u64) as i64,
        (1, true) => 1,
        (-1, true) => 1 - 2 * (b & 1),
        _ => 0,
    }
}

/// The line of `op` over a class.
pub(super) fn kernel(op: Binary, class: DType) -> Kernel2 {
    match class {
        DType::F32 => float_lines!(op, f32),
        DType::F64 => float_lines!(op, f64),
        DType::U64 => integer_lines!(
            op,
            u64,
            |a: u64, b: u64| a.checked_div(b).unwrap_or(0),
            |a: u64, b: u64| a.checked_rem(b).unwrap_or(0),
            pow_u64
        ),
        _ => integer_lines!(op, i64, floor_divide, remainder, pow_i64),
    }
}
