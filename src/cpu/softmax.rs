//! Softmax and log-softmax.

mod backward;
#[cfg(test)]
mod tests;

pub use backward::softmax_backward;

use super::cancel;
use super::convert::{Load, Store};
use super::memory::Workspace;
use super::pool::try_parallel_for;
use super::simd;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::{Collapsed, Dims, collapse};
use crate::view::{In, Out};
use half::{bf16, f16};

/// outᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x) along `dim`, or xᵢ − max x − log Σⱼ exp(xⱼ − max x) when `log`
/// (`torch.softmax`, `torch.log_softmax`). Floats; small ones are computed in f32. `out` is contiguous and has x's shape
/// and dtype. A row of −∞ only, or with a NaN or +∞, is NaN.
pub fn softmax(x: In, dim: usize, log: bool, out: Out) -> Result<()> {
    match x.dtype {
        DType::F64 => run::<f64, f64>(x, dim, log, out),
        DType::F16 => run::<f16, f32>(x, dim, log, out),
        DType::BF16 => run::<bf16, f32>(x, dim, log, out),
        _ => run::<f32, f32>(x, dim, log, out),
    }
}

/// The arithmetic of softmax in one precision.
pub(super) trait Real: Copy + Default + PartialOrd + Load<Self> + Store<Self> + Send + Sync {
    const LOWEST: Self;
    /// `FMA`: the processor multiplies and adds in one instruction.
    fn exp<const FMA: bool>(self) -> Self;
    fn ln(self) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn recip(self) -> Self;
    fn is_nan(self) -> bool;
    fn to_f64(self) -> f64;
    fn from_f64(x: f64) -> Self;
}

macro_rules! real {
    ($t:ident, |$x:ident| $exp:expr) => {
        impl Real for $t {
            const LOWEST: $t = $t::NEG_INFINITY;

            #[inline(always)]
            fn exp<const FMA: bool>(self) -> $t {
                let $x = self;
                $exp
            }

            #[inline(always)]
            fn ln(self) -> $t {
                $t::ln(self)
            }

            #[inline(always)]
            fn add(self, other: $t) -> $t {
                self + other
            }

            #[inline(always)]
            fn sub(self, other: $t) -> $t {
                self - other
            }

            #[inline(always)]
            fn mul(self, other: $t) -> $t {
                self * other
            }

            #[inline(always)]
            fn recip(self) -> $t {
                1.0 / self
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                $t::is_nan(self)
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }

            #[inline(always)]
            fn from_f64(x: f64) -> $t {
                x as $t
            }
        }
    };
}

real!(f32, |x| exp_f32::<FMA>(x));
real!(f64, |x| x.exp());

#[inline(always)]
fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// eˣ within 2 ulp, subnormal results included; NaN stays, +∞ from 88.73 on, 0 below −104. Vectorises.
/// x = n·ln 2 + r; eʳ by a polynomial; 2ⁿ in two factors, as one would leave the range of exponents.
#[inline(always)]
fn exp_f32<const FMA: bool>(x: f32) -> f32 {
    /// 1.5·2²³: adding it rounds to an integer, which is then in the low bits.
    const ROUND: f32 = 12582912.0;
    // Written so that a NaN passes.
    let x = if x < -105.0 { -105.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let shifted = mul_add::<FMA>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = mul_add::<FMA>(n, -0.693_359_4, x);
    let r = mul_add::<FMA>(n, 2.121_944_4e-4, r);
    let mut p = 1.987_569_1e-4;
    p = mul_add::<FMA>(p, r, 1.398_199_9e-3);
    p = mul_add::<FMA>(p, r, 8.333_452e-3);
    p = mul_add::<FMA>(p, r, 4.166_579_6e-2);
    p = mul_add::<FMA>(p, r, 0.166_666_65);
    p = mul_add::<FMA>(p, r, 0.5);
    p = mul_add::<FMA>(p, r * r, r) + 1.0;
    let n = (shifted.to_bits() as i32).wrapping_sub(0x4b40_0000);
    let half = n >> 1;
    let power = |n: i32| f32::from_bits((n.wrapping_add(127) as u32) << 23);
    p * power(half) * power(n.wrapping_sub(half))
}

/// Rows handled side by side when `dim` is not the innermost: the block in f32 stays in L2.
const BLOCK: usize = 1 << 15;
pub(super) const LANES: usize = 64;
/// Columns that advance together at most.
const WIDTH: usize = 512;

fn run<S, T: Real>(x: In, dim: usize, log: bool, out: Out) -> Result<()>
where
    S: Load<T> + Store<T>,
{
    let rank = x.layout.ndim();
    let numel = x.layout.numel() as usize;
    if numel == 0 {
        return Ok(());
    }
    let (shape, strides) = (x.layout.shape(), x.layout.strides());
    let (length, stride) = if rank == 0 { (1, 1) } else { (shape[dim] as usize, strides[dim] as isize) };
    // Out is contiguous: [outer, length, inner].
    let inner: usize = shape.iter().skip(dim + 1).product::<i64>() as usize;
    let fma = simd::has_fma();
    let pass = match (log, fma) {
        (false, true) => Pass { rows: row::<S, T, false, true>, columns: columns::<S, T, false, true> },
        (false, false) => Pass { rows: row::<S, T, false, false>, columns: columns::<S, T, false, false> },
        (true, true) => Pass { rows: row::<S, T, true, true>, columns: columns::<S, T, true, true> },
        (true, false) => Pass { rows: row::<S, T, true, false>, columns: columns::<S, T, true, false> },
    };
    let (from, to) = (Source(x.origin() as *const S), Target(out.origin() as *mut S));
    let without = |range: std::ops::Range<usize>| {
        let (mut sizes, mut steps) = (Dims::new(), Dims::new());
        for d in range {
            sizes.push(shape[d]);
            steps.push(strides[d]);
        }
        collapse(&sizes, [&steps])
    };
    let outer_dims = without(0..dim.min(rank));
    if inner == 1 {
        let rows = numel / length;
        let direct = is_same::<S, T>();
        return try_parallel_for(rows, (8192 / length).max(1), &|range| {
            // Accumulators of one row, unless the output can hold them.
            let space = if direct { None } else { Some(Workspace::new(length * size_of::<T>())?) };
            for r in range {
                let (from, to) = (from.at(place(&outer_dims, r)), to.at(r * length));
                let block = space.as_ref().map_or(to as *mut T, |s| s.as_ptr() as *mut T);
                // SAFETY: the row is there; the block holds `length` accumulators.
                unsafe { (pass.rows)(from, stride, length, block, to) };
            }
            Ok(())
        });
    }
    let inner_dims = without(dim + 1..rank);
    let width = (BLOCK / length).clamp(64, WIDTH).min(inner);
    let blocks = inner.div_ceil(width);
    let outer = numel / length / inner;
    let step = inner_dims.strides.last().map_or(1, |s| s[0] as isize);
    let run = inner_dims.shape.last().map_or(1, |&n| n as usize);
    try_parallel_for(outer * blocks, (8192 / (length * width)).max(1), &|range| {
        let space = Workspace::new(length * width * size_of::<T>())?;
        for item in range {
            let (o, first) = (item / blocks, item % blocks * width);
            let width = width.min(inner - first);
            let to = to.at(o * length * inner + first);
            let block = space.as_ptr() as *mut T;
            let base = place(&outer_dims, o);
            // Gather: column j of the block is inner position first + j; runs of the innermost dim are evenly spaced.
            for i in 0..length {
                let mut j = 0;
                while j < width {
                    let at = first + j;
                    let n = (run - at % run).min(width - j);
                    let from = from.at(base + i as isize * stride + place(&inner_dims, at));
                    // SAFETY: the elements are there; the block has room for them.
                    unsafe { load_row(from, step, n, block.add(i * width + j)) };
                    j += n;
                }
            }
            // SAFETY: the block holds the columns; the output has their places.
            unsafe { (pass.columns)(block, length, width, to, inner) };
        }
        Ok(())
    })
}

/// Where element `index` of the dims lies.
fn place(dims: &Collapsed<1>, mut index: usize) -> isize {
    let mut at = 0isize;
    for d in (0..dims.shape.len()).rev() {
        at += (index % dims.shape[d] as usize) as isize * dims.strides[d][0] as isize;
        index /= dims.shape[d] as usize;
    }
    at
}

struct Pass<S, T> {
    rows: unsafe fn(*const S, isize, usize, *mut T, *mut S),
    columns: unsafe fn(*mut T, usize, usize, *mut S, usize),
}

fn is_same<S: 'static, T: 'static>() -> bool {
    std::any::TypeId::of::<S>() == std::any::TypeId::of::<T>()
}

struct Source<S>(*const S);
pub(super) struct Target<S>(pub *mut S);

impl<S> Source<S> {
    fn at(&self, offset: isize) -> *const S {
        self.0.wrapping_offset(offset)
    }
}

impl<S> Target<S> {
    pub(super) fn at(&self, offset: usize) -> *mut S {
        self.0.wrapping_add(offset)
    }
}

// SAFETY: addresses; threads write different elements.
unsafe impl<S> Sync for Source<S> {}
// SAFETY: as above.
unsafe impl<S> Sync for Target<S> {}

/// # Safety
/// `n` elements at `from`, `stride` apart; room for them at `to`.
#[inline(always)]
unsafe fn load_row_inline<S: Load<T>, T: Real>(from: *const S, stride: isize, n: usize, to: *mut T) {
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
}

/// # Safety
/// As [`load_row_inline`].
unsafe fn load_row<S: Load<T>, T: Real>(from: *const S, stride: isize, n: usize, to: *mut T) {
    simd::dispatch(
        #[inline(always)]
        // SAFETY: the caller's promise.
        move || unsafe { load_row_inline(from, stride, n, to) },
    )
}

#[inline(always)]
pub(super) fn larger<T: Real>(a: T, b: T) -> T {
    if b > a || b.is_nan() { b } else { a }
}

/// One row. `block` may be where the output is.
///
/// # Safety
/// `n` elements at `from`, `stride` apart; room for them at `block` and `to`.
unsafe fn row<S: Load<T> + Store<T>, T: Real, const LOG: bool, const FMA: bool>(
    from: *const S,
    stride: isize,
    n: usize,
    block: *mut T,
    to: *mut S,
) {
    simd::dispatch(
        #[inline(always)]
        // SAFETY: the caller's promise.
        move || unsafe {
            if is_same::<S, T>() && stride == 1 {
                row_inline::<S, T, LOG, FMA>(from as *const T, n, block, to);
            } else {
                load_row_inline(from, stride, n, block);
                row_inline::<S, T, LOG, FMA>(block, n, block, to);
            }
        },
    )
}

/// Elements of a long row between two looks at the cancel token. A row cut short is noticed by the loop over rows.
pub(super) const LOOK: usize = 1 << 18;

/// # Safety
/// `n` elements at `from`, `block` and `to`.
#[inline(always)]
unsafe fn row_inline<S: Store<T>, T: Real, const LOG: bool, const FMA: bool>(
    from: *const T,
    n: usize,
    block: *mut T,
    to: *mut S,
) {
    if n <= LANES {
        // SAFETY: the caller's promise.
        return unsafe { short_row::<S, T, LOG, FMA>(from, n, to) };
    }
    // Whole parts are read and written as arrays; the last one is padded with −∞, whose exponential is 0. (Indexing the
    // sums by a variable would keep them in memory; single elements would be moved one by one where `from` is `to`.)
    let whole = n / LANES * LANES;
    // SAFETY: all parts lie within the row.
    unsafe {
        let part = |i: usize| from.add(i).cast::<[T; LANES]>().read_unaligned();
        let mut last = [T::LOWEST; LANES];
        for i in whole..n {
            last[i - whole] = from.add(i).read();
        }

        let mut lanes = last;
        let mut i = 0;
        while i < whole {
            let x = part(i);
            for lane in 0..LANES {
                lanes[lane] = larger(lanes[lane], x[lane]);
            }
            if i % LOOK == LOOK - LANES && cancel::check().is_err() {
                return;
            }
            i += LANES;
        }
        let max = fold(lanes, larger);

        for x in &mut last {
            *x = x.sub(max);
        }
        let mut lanes = last.map(|x| x.exp::<FMA>());
        if !LOG {
            last = lanes;
        }
        let mut i = 0;
        while i < whole {
            let x = part(i);
            let mut e = [T::default(); LANES];
            for lane in 0..LANES {
                e[lane] = x[lane].sub(max).exp::<FMA>();
            }
            if !LOG {
                block.add(i).cast::<[T; LANES]>().write_unaligned(e);
            }
            for lane in 0..LANES {
                lanes[lane] = lanes[lane].add(e[lane]);
            }
            if i % LOOK == LOOK - LANES && cancel::check().is_err() {
                return;
            }
            i += LANES;
        }
        let sum = fold(lanes, T::add);

        let by = if LOG { sum.ln() } else { sum.recip() };
        let finish = |x: T| S::store(if LOG { x.sub(by) } else { x.mul(by) });
        let mut i = 0;
        while i < whole {
            let x = if LOG { part(i) } else { block.add(i).cast::<[T; LANES]>().read_unaligned() };
            let mut y = [S::store(T::default()); LANES];
            for lane in 0..LANES {
                y[lane] = finish(if LOG { x[lane].sub(max) } else { x[lane] });
            }
            to.add(i).cast::<[S; LANES]>().write_unaligned(y);
            if i % LOOK == LOOK - LANES && cancel::check().is_err() {
                return;
            }
            i += LANES;
        }
        for i in whole..n {
            to.add(i).write(finish(last[i - whole]));
        }
    }
}

/// A row of at most LANES elements, padded with −∞, whose exponential is 0.
///
/// # Safety
/// `n` elements at `from` and `to`.
#[inline(always)]
unsafe fn short_row<S: Store<T>, T: Real, const LOG: bool, const FMA: bool>(from: *const T, n: usize, to: *mut S) {
    const PART: usize = 16;
    let mut row = [T::LOWEST; LANES];
    for (i, x) in row[..n].iter_mut().enumerate() {
        // SAFETY: i < n.
        *x = unsafe { from.add(i).read() };
    }
    let mut lanes = [T::LOWEST; PART];
    for part in row.as_chunks::<PART>().0 {
        for i in 0..PART {
            lanes[i] = larger(lanes[i], part[i]);
        }
    }
    let max = fold(lanes, larger);
    let mut lanes = [T::default(); PART];
    for part in row.as_chunks_mut::<PART>().0.iter_mut().take(n.div_ceil(PART)) {
        for i in 0..PART {
            let shifted = part[i].sub(max);
            let e = shifted.exp::<FMA>();
            lanes[i] = lanes[i].add(e);
            part[i] = if LOG { shifted } else { e };
        }
    }
    let sum = fold(lanes, T::add);
    let by = if LOG { sum.ln() } else { sum.recip() };
    for (i, x) in row[..n].iter().enumerate() {
        // SAFETY: i < n.
        unsafe { to.add(i).write(S::store(if LOG { x.sub(by) } else { x.mul(by) })) };
    }
}

#[inline(always)]
pub(super) fn fold<T: Copy, const N: usize>(mut lanes: [T; N], join: impl Fn(T, T) -> T) -> T {
    let mut n = N;
    while n > 1 {
        n /= 2;
        for lane in 0..n {
            lanes[lane] = join(lanes[lane], lanes[lane + n]);
        }
    }
    lanes[0]
}

/// `width` columns of `length` side by side; rows of the output are `stride` apart.
///
/// # Safety
/// `block` holds the columns, `width` ≤ WIDTH, and the output has their places.
unsafe fn columns<S: Store<T>, T: Real, const LOG: bool, const FMA: bool>(
    block: *mut T,
    length: usize,
    width: usize,
    to: *mut S,
    stride: usize,
) {
    simd::dispatch(
        #[inline(always)]
        // SAFETY: the caller's promise.
        move || unsafe {
            // A sum grows in two steps, so that long ones keep their precision.
            let mut max = [T::LOWEST; WIDTH];
            let (mut sum, mut part) = ([T::default(); WIDTH], [T::default(); WIDTH]);
            for i in 0..length {
                let row = block.add(i * width);
                for (j, max) in max[..width].iter_mut().enumerate() {
                    *max = larger(*max, row.add(j).read());
                }
            }
            for i in 0..length {
                let row = block.add(i * width);
                for (j, (max, part)) in max[..width].iter().zip(&mut part[..width]).enumerate() {
                    let shifted = row.add(j).read().sub(*max);
                    let e = shifted.exp::<FMA>();
                    *part = part.add(e);
                    row.add(j).write(if LOG { shifted } else { e });
                }
                if i % 32 == 31 || i + 1 == length {
                    for (sum, part) in sum[..width].iter_mut().zip(&mut part[..width]) {
                        *sum = sum.add(*part);
                        *part = T::default();
                    }
                }
            }
            for s in &mut sum[..width] {
                *s = if LOG { s.ln() } else { s.recip() };
            }
            for i in 0..length {
                let (row, to) = (block.add(i * width), to.add(i * stride));
                for (j, s) in sum[..width].iter().enumerate() {
                    let x = row.add(j).read();
                    to.add(j).write(S::store(if LOG { x.sub(*s) } else { x.mul(*s) }));
                }
            }
        },
    )
}
