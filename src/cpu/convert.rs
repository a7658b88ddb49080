//! Elements as the numbers that kernels accumulate in, and back. Branchless, so that loops over them vectorise.

use super::elementwise::cast::{bf16_to_f32, f16_to_f32, f32_to_bf16, f32_to_f16};
use crate::dtype::Bool;
use half::{bf16, f16};

/// An element read as an accumulator `A`: f32 for the small floats, f64, or a 64-bit integer.
pub(crate) trait Load<A>: Copy + 'static {
    fn load(self) -> A;
}

/// An accumulator `A` rounded (floats: to nearest, ties to even) or truncated (integers: low bits) to an element.
pub(crate) trait Store<A>: Copy {
    fn store(value: A) -> Self;
}

/// To f32 with the last bit of the result set when anything was cut off: rounding that to a smaller type rounds once.
#[inline(always)]
fn f64_to_odd_f32(x: f64) -> f32 {
    let near = x as f32;
    let back = near as f64;
    if back == x || x.is_nan() || near.is_infinite() {
        return near;
    }
    // Toward zero, then odd.
    let bits = near.to_bits();
    f32::from_bits(if back.abs() > x.abs() { bits - 1 } else { bits } | 1)
}

macro_rules! load {
    ($($from:ty => $to:ty: |$x:ident| $value:expr;)+) => {
        $(impl Load<$to> for $from {
            #[inline(always)]
            fn load(self) -> $to {
                let $x = self;
                $value
            }
        })+
    };
}

macro_rules! load_as {
    ($to:ty: $($from:ty)+) => {
        $(load! { $from => $to: |x| x as $to; })+
    };
}

load! {
    f16 => f32: |x| f16_to_f32(x);
    f16 => f64: |x| f16_to_f32(x) as f64;
    bf16 => f32: |x| bf16_to_f32(x);
    bf16 => f64: |x| bf16_to_f32(x) as f64;
    Bool => i64: |x| x.get() as i64;
    Bool => f64: |x| x.get() as u8 as f64;
    Bool => u64: |x| x.get() as u64;
    Bool => u32: |x| x.get() as u32;
}
load_as!(f32: f32);
load_as!(f64: f32 f64 u8 u16 u32 u64 i8 i16 i32 i64);
load_as!(i64: u8 u16 u32 u64 i8 i16 i32 i64);
load_as!(u64: u8 u16 u32 u64 i8 i16 i32 i64);
load_as!(u32: u8 u16 u32 i8 i16 i32);

macro_rules! store {
    ($($from:ty => $to:ty: |$x:ident| $value:expr;)+) => {
        $(impl Store<$from> for $to {
            #[inline(always)]
            fn store($x: $from) -> $to {
                $value
            }
        })+
    };
}

store! {
    f32 => f16: |x| f32_to_f16(x);
    f32 => bf16: |x| f32_to_bf16(x);
    f32 => f32: |x| x;
    f32 => f64: |x| x as f64;
    f64 => f16: |x| f32_to_f16(f64_to_odd_f32(x));
    f64 => bf16: |x| f32_to_bf16(f64_to_odd_f32(x));
    f64 => f32: |x| x as f32;
    f64 => f64: |x| x;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_convert_as_the_half_crate_does() {
        for bits in 0..=u16::MAX {
            let (h, b) = (f16::from_bits(bits), bf16::from_bits(bits));
            if h.is_nan() {
                assert!(f16_to_f32(h).is_nan() && f32_to_f16(f16_to_f32(h)).is_nan());
            } else {
                assert_eq!(f16_to_f32(h).to_bits(), h.to_f32().to_bits());
                assert_eq!(f32_to_f16(h.to_f32()).to_bits(), bits);
            }
            assert_eq!(bf16_to_f32(b).to_bits() as u64, (bits as u64) << 16);
            assert_eq!(f32_to_bf16(bf16_to_f32(b)).is_nan(), b.is_nan());
        }
        let mut bits = 12345u32;
        for _ in 0..200_000 {
            bits = bits.wrapping_mul(1664525).wrapping_add(1013904223);
            for x in [f32::from_bits(bits), f32::from_bits(bits & 0x8fff_ffff | 0x3000_0000)] {
                if !x.is_nan() {
                    assert_eq!(f32_to_f16(x).to_bits(), f16::from_f32(x).to_bits(), "{x:e}");
                    assert_eq!(f32_to_bf16(x).to_bits(), bf16::from_f32(x).to_bits(), "{x:e}");
                    let y = x as f64 * (1.0 + 1e-9);
                    let got = <f16 as Store<f64>>::store(y);
                    for other in [-1i16, 1].map(|d| f16::from_bits(got.to_bits().wrapping_add_signed(d))) {
                        let nearer = (other.to_f64() - y).abs() < (got.to_f64() - y).abs();
                        assert!(!nearer || got.is_infinite() || other.is_infinite(), "{y:e}");
                    }
                }
            }
        }
    }
}
