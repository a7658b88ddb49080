//! Integer products: exact in wrapping arithmetic. Sums are kept in the low 32 bits where that is all that the result
//! keeps, else in 64.

use super::Problem;
use crate::cpu::convert::Load;
use crate::cpu::simd;
use crate::dtype::{Bool, DType};

/// An unsigned integer that wraps.
pub(super) trait Ring: Copy + Default {
    fn multiply_add(self, a: Self, b: Self) -> Self;
    fn low_bits(self) -> u64;
}

macro_rules! ring {
    ($($t:ty)+) => {
        $(impl Ring for $t {
            #[inline(always)]
            fn multiply_add(self, a: $t, b: $t) -> $t {
                self.wrapping_add(a.wrapping_mul(b))
            }

            #[inline(always)]
            fn low_bits(self) -> u64 {
                self as u64
            }
        })+
    };
}

ring!(u32 u64);

const WIDTH: usize = 256;

/// Rows `row` of C, `[row / m]` being the batch. C's element type is `out`, of any size; see [`Problem`] for the rest.
///
/// # Safety
/// The memory that `p` describes is there, and nobody else writes this row of C meanwhile.
pub(super) unsafe fn row<S: Load<R>, R: Ring>(p: &Problem<S>, out: DType, row: usize) {
    let (batch, i) = (row / p.m, row % p.m);
    let (a_offset, b_offset) = p.batch_offsets(batch);
    let a = p.a.wrapping_offset(a_offset + i as isize * p.a_m);
    let b = p.b.wrapping_offset(b_offset);
    simd::dispatch(
        #[inline(always)]
        move || {
            for j0 in (0..p.n).step_by(WIDTH) {
                let width = WIDTH.min(p.n - j0);
                let mut sums = [R::default(); WIDTH];
                for k in 0..p.k as isize {
                    // SAFETY: k is below the inner size.
                    let x = unsafe { a.wrapping_offset(k * p.a_k).read().load() };
                    let from = b.wrapping_offset(k * p.b_k + j0 as isize * p.b_n);
                    // SAFETY: j0 .. + width are columns of B.
                    unsafe {
                        match p.b_n {
                            1 => multiply_row(&mut sums, width, x, from, 1),
                            step => multiply_row(&mut sums, width, x, from, step),
                        }
                    }
                }
                // SAFETY: the row lies within C.
                unsafe {
                    let to = (p.c as *mut u8).add((row * p.n + j0) * out.size());
                    crate::dispatch!(out, O => write(to as *mut O, &sums[..width], p.accumulate));
                }
            }
        },
    )
}

/// # Safety
/// `from` has `width` elements.
#[inline(always)]
unsafe fn multiply_row<S: Load<R>, R: Ring>(sums: &mut [R; WIDTH], width: usize, x: R, from: *const S, step: isize) {
    for (j, sum) in sums[..width].iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        let y = unsafe { from.wrapping_offset(j as isize * step).read().load() };
        *sum = sum.multiply_add(x, y);
    }
}

trait Low: Copy {
    fn add_low(self, bits: u64) -> Self;
    const ZERO: Self;
}

macro_rules! low {
    ($($t:ty)+) => {
        $(impl Low for $t {
            #[inline(always)]
            fn add_low(self, bits: u64) -> $t {
                self.wrapping_add(bits as $t)
            }
            const ZERO: $t = 0;
        })+
    };
}

low!(u8 u16 u32 u64 i8 i16 i32 i64);

/// Never asked for: products of integers are integers.
macro_rules! no_low {
    ($($t:ty = $zero:expr;)+) => {
        $(impl Low for $t {
            fn add_low(self, _: u64) -> $t {
                self
            }
            const ZERO: $t = $zero;
        })+
    };
}

no_low!(Bool = Bool(0); f32 = 0.0; f64 = 0.0; half::f16 = half::f16::ZERO; half::bf16 = half::bf16::ZERO;);

/// # Safety
/// `to` has as many elements as `sums`.
#[inline(always)]
unsafe fn write<O: Low, R: Ring>(to: *mut O, sums: &[R], accumulate: bool) {
    for (j, sum) in sums.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe {
            let old = if accumulate { to.add(j).read() } else { O::ZERO };
            to.add(j).write(old.add_low(sum.low_bits()));
        }
    }
}
