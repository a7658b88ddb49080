//! What is folded: accumulators, how an element becomes one, how two join, and how the result is written.

use crate::cpu::convert::{Load, Store};
use crate::dtype::{Bool, DType};
use half::{bf16, f16};
use std::marker::PhantomData;

/// A number that reductions accumulate in.
pub(super) trait Accumulator: Copy + Default + Send + Sync + 'static {
    /// Writes element `index` of an output of `dtype` at `to`, divided by `divisor` if there is one.
    ///
    /// # Safety
    /// The element is there.
    unsafe fn write(self, to: *mut u8, dtype: DType, index: usize, divisor: Option<f64>);
}

/// An associative operation with its neutral element.
pub(super) trait Fold: 'static {
    type A: Accumulator;
    const NEUTRAL: Self::A;
    /// Whether `lift` looks at `center`.
    const CENTERED: bool = false;
    fn lift(x: Self::A, _center: Self::A) -> Self::A {
        x
    }
    fn join(a: Self::A, b: Self::A) -> Self::A;
}

pub(super) struct Sum<A>(PhantomData<A>);
pub(super) struct Prod<A>(PhantomData<A>);
pub(super) struct Max<A>(PhantomData<A>);
pub(super) struct Min<A>(PhantomData<A>);
/// Σ (x − center)².
pub(super) struct Deviation<A>(PhantomData<A>);
pub(super) struct Any;
pub(super) struct All;

macro_rules! fold {
    ($op:ident, $t:ty, $neutral:expr, |$a:ident, $b:ident| $join:expr) => {
        impl Fold for $op<$t> {
            type A = $t;
            const NEUTRAL: $t = $neutral;

            #[inline(always)]
            fn lift(x: $t, _: $t) -> $t {
                x
            }

            #[inline(always)]
            fn join($a: $t, $b: $t) -> $t {
                $join
            }
        }
    };
}

macro_rules! float_folds {
    ($($t:ident)+) => {
        $(
            fold!(Sum, $t, 0.0, |a, b| a + b);
            fold!(Prod, $t, 1.0, |a, b| a * b);
            // A NaN on either side wins.
            fold!(Max, $t, $t::NEG_INFINITY, |a, b| if b > a || b.is_nan() { b } else { a });
            fold!(Min, $t, $t::INFINITY, |a, b| if b < a || b.is_nan() { b } else { a });

            impl Fold for Deviation<$t> {
                type A = $t;
                const NEUTRAL: $t = 0.0;
                const CENTERED: bool = true;

                #[inline(always)]
                fn lift(x: $t, center: $t) -> $t {
                    (x - center) * (x - center)
                }

                #[inline(always)]
                fn join(a: $t, b: $t) -> $t {
                    a + b
                }
            }

            impl Accumulator for $t {
                #[inline(always)]
                unsafe fn write(self, to: *mut u8, dtype: DType, index: usize, divisor: Option<f64>) {
                    // SAFETY: the caller's promise.
                    unsafe {
                        match (dtype, divisor) {
                            (DType::F32, None) => (to as *mut f32).add(index).write(f32::store(self)),
                            (DType::F32, Some(d)) => (to as *mut f32).add(index).write((self as f64 / d) as f32),
                            (DType::F64, d) => (to as *mut f64).add(index).write(self as f64 / d.unwrap_or(1.0)),
                            (DType::F16, None) => (to as *mut f16).add(index).write(f16::store(self)),
                            (DType::F16, Some(d)) => (to as *mut f16).add(index).write(f16::store(self as f64 / d)),
                            (DType::BF16, None) => (to as *mut bf16).add(index).write(bf16::store(self)),
                            (DType::BF16, Some(d)) => (to as *mut bf16).add(index).write(bf16::store(self as f64 / d)),
                            _ => ((self as f64 / d_or_one(divisor)) as i64).write(to, dtype, index, None),
                        }
                    }
                }
            }
        )+
    };
}

fn d_or_one(divisor: Option<f64>) -> f64 {
    divisor.unwrap_or(1.0)
}

float_folds!(f32 f64);

macro_rules! integer_folds {
    ($($t:ident)+) => {
        $(
            fold!(Max, $t, $t::MIN, |a, b| if b > a { b } else { a });
            fold!(Min, $t, $t::MAX, |a, b| if b < a { b } else { a });

            impl Accumulator for $t {
                #[inline(always)]
                unsafe fn write(self, to: *mut u8, dtype: DType, index: usize, divisor: Option<f64>) {
                    // SAFETY: the caller's promise.
                    unsafe {
                        match dtype {
                            DType::Bool => to.add(index).write((self != 0) as u8),
                            DType::U8 | DType::I8 => to.add(index).write(self as u8),
                            DType::U16 | DType::I16 => (to as *mut u16).add(index).write(self as u16),
                            DType::U32 | DType::I32 => (to as *mut u32).add(index).write(self as u32),
                            DType::U64 | DType::I64 => (to as *mut u64).add(index).write(self as u64),
                            _ => (self as f64).write(to, dtype, index, divisor),
                        }
                    }
                }
            }
        )+
    };
}

integer_folds!(i64 u64);
fold!(Sum, i64, 0, |a, b| a.wrapping_add(b));
fold!(Prod, i64, 1, |a, b| a.wrapping_mul(b));

/// 1 for what is not zero.
#[derive(Clone, Copy, Default)]
pub(super) struct Truth(u8);

impl Accumulator for Truth {
    #[inline(always)]
    unsafe fn write(self, to: *mut u8, dtype: DType, index: usize, _: Option<f64>) {
        // SAFETY: the caller's promise.
        unsafe { (self.0 as i64).write(to, dtype, index, None) }
    }
}

impl Fold for Any {
    type A = Truth;
    const NEUTRAL: Truth = Truth(0);

    #[inline(always)]
    fn lift(x: Truth, _: Truth) -> Truth {
        x
    }

    #[inline(always)]
    fn join(a: Truth, b: Truth) -> Truth {
        Truth(a.0 | b.0)
    }
}

impl Fold for All {
    type A = Truth;
    const NEUTRAL: Truth = Truth(1);

    #[inline(always)]
    fn lift(x: Truth, _: Truth) -> Truth {
        x
    }

    #[inline(always)]
    fn join(a: Truth, b: Truth) -> Truth {
        Truth(a.0 & b.0)
    }
}

macro_rules! truth {
    ($($t:ty: |$x:ident| $value:expr;)+) => {
        $(impl Load<Truth> for $t {
            #[inline(always)]
            fn load(self) -> Truth {
                let $x = self;
                Truth($value as u8)
            }
        })+
    };
}

truth! {
    Bool: |x| x.0 != 0;
    u8: |x| x != 0;
    u16: |x| x != 0;
    u32: |x| x != 0;
    u64: |x| x != 0;
    i8: |x| x != 0;
    i16: |x| x != 0;
    i32: |x| x != 0;
    i64: |x| x != 0;
    f16: |x| x.to_bits() & 0x7fff != 0;
    bf16: |x| x.to_bits() & 0x7fff != 0;
    f32: |x| x != 0.0;
    f64: |x| x != 0.0;
}
