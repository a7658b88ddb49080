//! Conversions between element types, a line of elements at a time.
//!
//! Arithmetic knows four types, the *classes* f32, f64, i64 and u64 (and bool as a result). Every dtype loads into
//! every class and is stored from every class; any other pair goes through the class of its source.
//! Semantics are those of a C cast as PyTorch uses it, without undefined cases: floats to integers truncate and
//! saturate (NaN gives 0), integers wrap, `x != 0` makes a bool.

use crate::cpu::simd;
use crate::dispatch;
use crate::dtype::{Bool, DType, Element};
use half::{bf16, f16};

/// Converts `n` elements; steps are in bytes. Source and destination are separate, or equal ranges with equal steps.
pub type Cast = unsafe fn(src: *const u8, src_step: isize, dst: *mut u8, dst_step: isize, n: usize);

#[inline(always)]
pub fn f16_to_f32(h: f16) -> f32 {
    let bits = h.to_bits() as u32;
    let (sign, rest) = ((bits & 0x8000) << 16, (bits & 0x7FFF) << 13);
    // Times 2^112: moves the exponent, and normalises what was denormal.
    let finite = (f32::from_bits(rest) * f32::from_bits(0x7780_0000)).to_bits();
    let y = if rest >= 0x7C00 << 13 { rest | 0x7F80_0000 } else { finite };
    f32::from_bits(y | sign)
}

/// Rounds to nearest even; NaN keeps its sign and upper payload.
#[inline(always)]
pub fn f32_to_f16(x: f32) -> f16 {
    let bits = x.to_bits();
    let (sign, a) = ((bits >> 16) & 0x8000, bits & 0x7FFF_FFFF);
    let normal = (a.wrapping_add(0xC800_0FFF).wrapping_add((a >> 13) & 1)) >> 13;
    let denormal = (f32::from_bits(a) + 0.5).to_bits().wrapping_sub(0x3F00_0000);
    let special = if a > 0x7F80_0000 { 0x7E00 | ((a >> 13) & 0x3FF) } else { 0x7C00 };
    let y = if a < 0x3880_0000 { denormal } else { normal };
    f16::from_bits((sign | if a >= 0x4780_0000 { special } else { y }) as u16)
}

#[inline(always)]
pub fn bf16_to_f32(b: bf16) -> f32 {
    f32::from_bits((b.to_bits() as u32) << 16)
}

/// Rounds to nearest even; NaN keeps its sign and upper payload.
#[inline(always)]
pub fn f32_to_bf16(x: f32) -> bf16 {
    let bits = x.to_bits();
    let rounded = bits.wrapping_add(0x7FFF + ((bits >> 16) & 1)) >> 16;
    let y = if bits & 0x7FFF_FFFF > 0x7F80_0000 { (bits >> 16) | 0x40 } else { rounded };
    bf16::from_bits(y as u16)
}

/// An element type that converts to and from every class.
pub trait Number: Element {
    fn to_f32(self) -> f32;
    fn to_f64(self) -> f64;
    fn to_i64(self) -> i64;
    fn to_u64(self) -> u64;
    fn to_bool(self) -> bool;
    fn from_f32(x: f32) -> Self;
    fn from_f64(x: f64) -> Self;
    fn from_i64(x: i64) -> Self;
    fn from_u64(x: u64) -> Self;
    fn from_bool(x: bool) -> Self;
}

macro_rules! number {
    ($T:ty, |$x:ident| $f32:expr, $f64:expr, $i64:expr, $u64:expr, $bool:expr; $a:expr, $b:expr, $c:expr, $d:expr, $e:expr) => {
        impl Number for $T {
            #[inline(always)]
            fn to_f32(self) -> f32 {
                let $x = self;
                $f32
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                let $x = self;
                $f64
            }
            #[inline(always)]
            fn to_i64(self) -> i64 {
                let $x = self;
                $i64
            }
            #[inline(always)]
            fn to_u64(self) -> u64 {
                let $x = self;
                $u64
            }
            #[inline(always)]
            fn to_bool(self) -> bool {
                let $x = self;
                $bool
            }
            #[inline(always)]
            fn from_f32($x: f32) -> $T {
                $a
            }
            #[inline(always)]
            fn from_f64($x: f64) -> $T {
                $b
            }
            #[inline(always)]
            fn from_i64($x: i64) -> $T {
                $c
            }
            #[inline(always)]
            fn from_u64($x: u64) -> $T {
                $d
            }
            #[inline(always)]
            fn from_bool($x: bool) -> $T {
                $e
            }
        }
    };
}

macro_rules! plain_numbers {
    ($zero:literal: $($T:ty),+) => {
        $(number!($T, |x| x as f32, x as f64, x as i64, x as u64, x != $zero;
            x as $T, x as $T, x as $T, x as $T, x as u8 as $T);)+
    };
}

plain_numbers!(0: u8, u16, u32, u64, i8, i16, i32, i64);
plain_numbers!(0.0: f32, f64);
number!(Bool, |x| x.get() as u8 as f32, x.get() as u8 as f64, x.get() as i64, x.get() as u64, x.get();
    Bool::from(x != 0.0), Bool::from(x != 0.0), Bool::from(x != 0), Bool::from(x != 0), Bool::from(x));
number!(f16, |x| f16_to_f32(x), f16_to_f32(x) as f64, f16_to_f32(x) as i64, f16_to_f32(x) as u64, f16_to_f32(x) != 0.0;
    f32_to_f16(x), f16::from_f64(x), f32_to_f16(x as f32), f32_to_f16(x as f32), f32_to_f16(x as u8 as f32));
number!(bf16, |x| bf16_to_f32(x), bf16_to_f32(x) as f64, bf16_to_f32(x) as i64, bf16_to_f32(x) as u64, bf16_to_f32(x) != 0.0;
    f32_to_bf16(x), bf16::from_f64(x), f32_to_bf16(x as f32), f32_to_bf16(x as f32), f32_to_bf16(x as u8 as f32));

/// # Safety
/// As [`Cast`]: both lines lie in readable and writable memory.
#[inline(always)]
unsafe fn line<S: Copy, D>(
    src: *const u8,
    src_step: isize,
    dst: *mut u8,
    dst_step: isize,
    n: usize,
    f: impl Fn(S) -> D,
) {
    if src_step == size_of::<S>() as isize && dst_step == size_of::<D>() as isize {
        let (src, dst) = (src as *const S, dst as *mut D);
        simd::dispatch(
            #[inline(always)]
            move || {
                for i in 0..n {
                    // SAFETY: i < n, the caller's promise.
                    unsafe { dst.add(i).write(f(src.add(i).read())) }
                }
            },
        );
    } else {
        for i in 0..n as isize {
            // SAFETY: i < n, the caller's promise.
            unsafe { (dst.offset(i * dst_step) as *mut D).write(f((src.offset(i * src_step) as *const S).read())) }
        }
    }
}

macro_rules! cast_fn {
    (|$x:ident: $S:ty| -> $D:ty { $e:expr }) => {{
        unsafe fn cast(src: *const u8, src_step: isize, dst: *mut u8, dst_step: isize, n: usize) {
            // SAFETY: the caller's promise.
            unsafe {
                line::<$S, $D>(
                    src,
                    src_step,
                    dst,
                    dst_step,
                    n,
                    #[inline(always)]
                    |$x| $e,
                )
            }
        }
        cast as Cast
    }};
}

/// Any dtype to a class (or to bool).
fn load(from: DType, class: DType) -> Cast {
    dispatch!(from, S => match class {
        DType::F32 => cast_fn!(|x: S| -> f32 { Number::to_f32(x) }),
        DType::F64 => cast_fn!(|x: S| -> f64 { Number::to_f64(x) }),
        DType::U64 => cast_fn!(|x: S| -> u64 { Number::to_u64(x) }),
        DType::I64 => cast_fn!(|x: S| -> i64 { Number::to_i64(x) }),
        _ => cast_fn!(|x: S| -> Bool { Bool::from(Number::to_bool(x)) }),
    })
}

/// A class (or bool) to any dtype.
fn store(class: DType, to: DType) -> Cast {
    dispatch!(to, T => match class {
        DType::F32 => cast_fn!(|x: f32| -> T { T::from_f32(x) }),
        DType::F64 => cast_fn!(|x: f64| -> T { T::from_f64(x) }),
        DType::U64 => cast_fn!(|x: u64| -> T { T::from_u64(x) }),
        DType::I64 => cast_fn!(|x: i64| -> T { T::from_i64(x) }),
        _ => cast_fn!(|x: Bool| -> T { T::from_bool(x.get()) }),
    })
}

/// The bits as they are.
pub fn identity(size: usize) -> Cast {
    match size {
        1 => cast_fn!(|x: u8| -> u8 { x }),
        2 => cast_fn!(|x: u16| -> u16 { x }),
        4 => cast_fn!(|x: u32| -> u32 { x }),
        _ => cast_fn!(|x: u64| -> u64 { x }),
    }
}

const fn is_class(d: DType) -> bool {
    matches!(d, DType::F32 | DType::F64 | DType::I64 | DType::U64 | DType::Bool)
}

/// Up to three casts in a row; none when the bits stay as they are.
#[derive(Clone, Copy)]
pub struct Chain {
    steps: [(Cast, usize); 3],
    count: usize,
    from_size: usize,
}

impl Chain {
    fn new(from: DType) -> Chain {
        Chain { steps: [(identity(1), 0); 3], count: 0, from_size: from.size() }
    }

    fn then(mut self, cast: Cast, to: DType) -> Chain {
        if let Some(step) = self.steps.get_mut(self.count) {
            *step = (cast, to.size());
            self.count += 1;
        }
        self
    }

    /// `from` to `to`.
    pub fn convert(from: DType, to: DType) -> Chain {
        let chain = Chain::new(from);
        if from == to {
            chain
        } else if is_class(to) {
            chain.then(load(from, to), to)
        } else if is_class(from) {
            chain.then(store(from, to), to)
        } else {
            let middle = from.class();
            chain.then(load(from, middle), middle).then(store(middle, to), to)
        }
    }

    /// `from` to the class of `compute`, through `compute` where that loses something: an integer that joins a
    /// smaller integer type wraps first. (A number that joins f16 or bf16 stays f32, as in PyTorch.)
    pub fn operand(from: DType, compute: DType) -> Chain {
        let target = compute.class();
        let chain = Chain::convert(from, target);
        let keeps = from == compute || compute.is_float() || target == compute || from == DType::Bool;
        if keeps || DType::promote(from, compute).is_ok_and(|d| d == compute) {
            return chain;
        }
        chain.then(store(target, compute), compute).then(load(compute, target), target)
    }

    pub fn is_identity(&self) -> bool {
        self.count == 0
    }

    /// Bytes of an element after the last cast.
    pub fn to_size(&self) -> usize {
        if self.count == 0 { self.from_size } else { self.steps[self.count - 1].1 }
    }

    /// Runs the chain over a line of at most [`BLOCK`] elements, of any length when there is at most one cast.
    ///
    /// # Safety
    /// As [`Cast`].
    #[inline]
    pub unsafe fn run(&self, src: *const u8, src_step: isize, dst: *mut u8, dst_step: isize, n: usize) {
        match self.count {
            // SAFETY: the caller's promise.
            0 => unsafe { identity(self.from_size)(src, src_step, dst, dst_step, n) },
            // SAFETY: the caller's promise.
            1 => unsafe { (self.steps[0].0)(src, src_step, dst, dst_step, n) },
            // SAFETY: the caller's promise.
            _ => unsafe { self.run_long(src, src_step, dst, dst_step, n) },
        }
    }

    /// # Safety
    /// As [`Cast`].
    unsafe fn run_long(&self, src: *const u8, src_step: isize, dst: *mut u8, dst_step: isize, n: usize) {
        let (mut even, mut odd) = (Block::uninit(), Block::uninit());
        let mut done = 0;
        while done < n {
            let m = (n - done).min(BLOCK);
            let (mut at, mut step) = (src.wrapping_offset(done as isize * src_step), src_step);
            for (i, &(cast, size)) in self.steps[..self.count].iter().enumerate() {
                let middle = if i % 2 == 0 { even.as_mut_ptr() } else { odd.as_mut_ptr() };
                let (to, to_step) = if i + 1 == self.count {
                    (dst.wrapping_offset(done as isize * dst_step), dst_step)
                } else {
                    (middle, size as isize)
                };
                // SAFETY: the ends are the caller's promise, the middle blocks hold BLOCK elements of 8 bytes.
                unsafe { cast(at, step, to, to_step, m) };
                (at, step) = (to, to_step);
            }
            done += m;
        }
    }
}

/// Elements that a stack block holds.
pub const BLOCK: usize = 512;

/// Stack memory for [`BLOCK`] elements of up to 8 bytes.
#[repr(align(64))]
pub struct Block([std::mem::MaybeUninit<u64>; BLOCK]);

impl Block {
    #[inline(always)]
    pub fn uninit() -> Block {
        Block([const { std::mem::MaybeUninit::uninit() }; BLOCK])
    }

    #[inline(always)]
    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.0.as_mut_ptr() as *mut u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_agree_with_the_half_crate() {
        for bits in 0..=u16::MAX {
            let (h, b) = (f16::from_bits(bits), bf16::from_bits(bits));
            assert!(f16_to_f32(h) == h.to_f32() || h.is_nan() && f16_to_f32(h).is_nan());
            assert!(bf16_to_f32(b).to_bits() == b.to_f32().to_bits() || b.is_nan() && bf16_to_f32(b).is_nan());
        }
        for bits in (0..=u32::MAX).step_by(4099).chain((0x3300_0000..0x3900_0000).step_by(511)) {
            let x = f32::from_bits(bits);
            if x.is_nan() {
                assert!(f32_to_f16(x).is_nan() && f32_to_bf16(x).is_nan());
            } else {
                assert_eq!(f32_to_f16(x).to_bits(), f16::from_f32_const(x).to_bits(), "{x:e}");
                assert_eq!(f32_to_bf16(x).to_bits(), bf16::from_f32(x).to_bits(), "{x:e}");
            }
        }
    }
}
