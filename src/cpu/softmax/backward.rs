//! The gradients of softmax and log-softmax.

use super::{BLOCK, LANES, LOOK, Load, Real, Source, Store, Target, WIDTH, fold, is_same, load_row, place};
use crate::cpu::cancel;
use crate::cpu::memory::Workspace;
use crate::cpu::pool::try_parallel_for;
use crate::cpu::simd;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::{Collapsed, collapse};
use crate::view::{In, Out};
use half::{bf16, f16};

/// out = y·(g − Σⱼ gⱼ·yⱼ) along `dim`, for y = softmax(x); for y = log_softmax(x) (`log`): g − exp(y)·Σⱼ gⱼ. Floats of
/// one shape and dtype; small ones are computed in f32. `out` is contiguous.
pub fn softmax_backward(g: In, y: In, dim: usize, log: bool, out: Out) -> Result<()> {
    match out.dtype {
        DType::F64 => run::<f64, f64>(g, y, dim, log, out),
        DType::F16 => run::<f16, f32>(g, y, dim, log, out),
        DType::BF16 => run::<bf16, f32>(g, y, dim, log, out),
        _ => run::<f32, f32>(g, y, dim, log, out),
    }
}

struct Pass<S, T> {
    rows: unsafe fn(*const T, *const T, usize, *mut S),
    columns: unsafe fn(*const T, *const T, usize, usize, *mut S, usize),
}

fn run<S, T: Real>(g: In, y: In, dim: usize, log: bool, out: Out) -> Result<()>
where
    S: Load<T> + Store<T>,
{
    let (shape, numel) = (out.layout.shape(), out.layout.numel() as usize);
    if numel == 0 {
        return Ok(());
    }
    let length = shape.get(dim).map_or(1, |&n| n as usize);
    // Out is contiguous: [outer, length, inner].
    let inner: usize = shape.iter().skip(dim + 1).product::<i64>() as usize;
    let fma = simd::has_fma();
    let pass = match (log, fma) {
        (false, true) => Pass { rows: row::<S, T, false, true>, columns: columns::<S, T, false, true> },
        (false, false) => Pass { rows: row::<S, T, false, false>, columns: columns::<S, T, false, false> },
        (true, true) => Pass { rows: row::<S, T, true, true>, columns: columns::<S, T, true, true> },
        (true, false) => Pass { rows: row::<S, T, true, false>, columns: columns::<S, T, true, false> },
    };
    let (g, y) = (Operand::<S>::new(g, dim), Operand::<S>::new(y, dim));
    let to = Target(out.origin() as *mut S);
    if inner == 1 {
        let direct = is_same::<S, T>() && g.stride == 1 && y.stride == 1;
        return try_parallel_for(numel / length, (8192 / length).max(1), &|range| {
            let space = if direct { None } else { Some(Workspace::new(2 * length * size_of::<T>())?) };
            for r in range {
                // SAFETY: the rows are there, and the workspace has room for two.
                unsafe {
                    let (a, b) = match &space {
                        None => (g.row(r) as *const T, y.row(r) as *const T),
                        Some(space) => {
                            let a = space.as_ptr() as *mut T;
                            load_row(g.row(r), g.stride, length, a);
                            load_row(y.row(r), y.stride, length, a.add(length));
                            (a as *const T, a.add(length) as *const T)
                        }
                    };
                    (pass.rows)(a, b, length, to.at(r * length));
                }
            }
            Ok(())
        });
    }
    let width = (BLOCK / 2 / length).clamp(64, WIDTH).min(inner);
    let blocks = inner.div_ceil(width);
    try_parallel_for(numel / length / inner * blocks, (8192 / (length * width)).max(1), &|range| {
        let space = Workspace::new(2 * length * width * size_of::<T>())?;
        for item in range {
            let (o, first) = (item / blocks, item % blocks * width);
            let width = width.min(inner - first);
            let a = space.as_ptr() as *mut T;
            // SAFETY: the columns are there, in the operands and in the output; the workspace has room for two blocks.
            unsafe {
                let b = a.add(length * width);
                g.block(o, first, length, width, a);
                y.block(o, first, length, width, b);
                (pass.columns)(a, b, length, width, to.at(o * length * inner + first), inner);
            }
        }
        Ok(())
    })
}

/// g or y: where its rows and columns are.
struct Operand<S> {
    from: Source<S>,
    outer: Collapsed<1>,
    inner: Collapsed<1>,
    /// Along the dim.
    stride: isize,
}

impl<S> Operand<S> {
    fn new(x: In, dim: usize) -> Operand<S> {
        let (shape, strides) = (x.layout.shape(), x.layout.strides());
        let (before, after) = (dim.min(shape.len()), (dim + 1).min(shape.len()));
        Operand {
            from: Source(x.origin() as *const S),
            outer: collapse(&shape[..before], [&strides[..before]]),
            inner: collapse(&shape[after..], [&strides[after..]]),
            stride: strides.get(dim).map_or(1, |&s| s as isize),
        }
    }

    /// Where row `r` begins.
    fn row(&self, r: usize) -> *const S {
        self.from.at(place(&self.outer, r))
    }

    /// Columns `first` … `first + width` − 1 below row `o`, converted, as a block of `length` times `width`.
    ///
    /// # Safety
    /// They are there, and `to` has room for them.
    unsafe fn block<T: Real>(&self, o: usize, first: usize, length: usize, width: usize, to: *mut T)
    where
        S: Load<T>,
    {
        let step = self.inner.strides.last().map_or(1, |s| s[0] as isize);
        let run = self.inner.shape.last().map_or(1, |&n| n as usize);
        let base = place(&self.outer, o);
        for i in 0..length {
            let mut j = 0;
            while j < width {
                let at = first + j;
                let n = (run - at % run).min(width - j);
                let from = self.from.at(base + i as isize * self.stride + place(&self.inner, at));
                // SAFETY: the caller's promise.
                unsafe { load_row(from, step, n, to.add(i * width + j)) };
                j += n;
            }
        }
    }
}

/// What is added up.
#[inline(always)]
fn term<T: Real, const LOG: bool>(g: T, y: T) -> T {
    if LOG { g } else { g.mul(y) }
}

#[inline(always)]
fn result<T: Real, const LOG: bool, const FMA: bool>(g: T, y: T, total: T) -> T {
    if LOG { g.sub(y.exp::<FMA>().mul(total)) } else { y.mul(g.sub(total)) }
}

/// # Safety
/// `n` elements at `g`, `y` and `to`.
unsafe fn row<S: Store<T>, T: Real, const LOG: bool, const FMA: bool>(g: *const T, y: *const T, n: usize, to: *mut S) {
    simd::dispatch(
        #[inline(always)]
        // SAFETY: the caller's promise.
        move || unsafe {
            // A row cut short is noticed by the loop over rows.
            let mut total = T::default();
            for i in (0..n).step_by(LOOK) {
                total = total.add(sum::<T, LOG>(g.add(i), y.add(i), LOOK.min(n - i)));
                if n > LOOK && cancel::check().is_err() {
                    return;
                }
            }
            for i in (0..n).step_by(LOOK) {
                finish::<S, T, LOG, FMA>(g.add(i), y.add(i), LOOK.min(n - i), total, to.add(i));
                if n > LOOK && cancel::check().is_err() {
                    return;
                }
            }
        },
    )
}

/// Elements that are read and written as arrays: single ones would be moved one by one, as memory may be shared.
const PART: usize = 16;

/// # Safety
/// `n` elements at `g` and `y`.
#[inline(always)]
unsafe fn sum<T: Real, const LOG: bool>(g: *const T, y: *const T, n: usize) -> T {
    let mut lanes = [T::default(); LANES];
    let mut few = [T::default(); PART];
    let mut rest = T::default();
    let mut i = 0;
    // SAFETY: all parts lie within the n elements.
    unsafe {
        while i + LANES <= n {
            let (a, b) = (part::<T, LANES>(g.add(i)), part::<T, LANES>(y.add(i)));
            for lane in 0..LANES {
                lanes[lane] = lanes[lane].add(term::<T, LOG>(a[lane], b[lane]));
            }
            i += LANES;
        }
        let long = i > 0;
        while i + PART <= n {
            let (a, b) = (part::<T, PART>(g.add(i)), part::<T, PART>(y.add(i)));
            for lane in 0..PART {
                few[lane] = few[lane].add(term::<T, LOG>(a[lane], b[lane]));
            }
            i += PART;
        }
        while i < n {
            rest = rest.add(term::<T, LOG>(g.add(i).read(), y.add(i).read()));
            i += 1;
        }
        let all = fold(few, T::add).add(rest);
        if long { fold(lanes, T::add).add(all) } else { all }
    }
}

/// # Safety
/// N elements are there.
#[inline(always)]
unsafe fn part<T: Copy, const N: usize>(from: *const T) -> [T; N] {
    // SAFETY: the caller's promise.
    unsafe { from.cast::<[T; N]>().read_unaligned() }
}

/// # Safety
/// `n` elements at `g`, `y` and `to`.
#[inline(always)]
unsafe fn finish<S: Store<T>, T: Real, const LOG: bool, const FMA: bool>(
    g: *const T,
    y: *const T,
    n: usize,
    total: T,
    to: *mut S,
) {
    let mut i = 0;
    // SAFETY: all parts lie within the n elements.
    unsafe {
        while i + PART <= n {
            let (a, b) = (part::<T, PART>(g.add(i)), part::<T, PART>(y.add(i)));
            let mut out = [S::store(T::default()); PART];
            for lane in 0..PART {
                out[lane] = S::store(result::<T, LOG, FMA>(a[lane], b[lane], total));
            }
            to.add(i).cast::<[S; PART]>().write_unaligned(out);
            i += PART;
        }
        while i < n {
            to.add(i).write(S::store(result::<T, LOG, FMA>(g.add(i).read(), y.add(i).read(), total)));
            i += 1;
        }
    }
}

/// `width` columns of `length` side by side; rows of the output are `stride` apart.
///
/// # Safety
/// The blocks hold the columns, `width` ≤ WIDTH, and the output has their places.
unsafe fn columns<S: Store<T>, T: Real, const LOG: bool, const FMA: bool>(
    g: *const T,
    y: *const T,
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
            let (mut total, mut some) = ([T::default(); WIDTH], [T::default(); WIDTH]);
            for i in 0..length {
                let (a, b) = (g.add(i * width), y.add(i * width));
                for (j, some) in some[..width].iter_mut().enumerate() {
                    *some = some.add(term::<T, LOG>(a.add(j).read(), b.add(j).read()));
                }
                if i % 32 == 31 || i + 1 == length {
                    for (total, some) in total[..width].iter_mut().zip(&mut some[..width]) {
                        *total = total.add(*some);
                        *some = T::default();
                    }
                }
            }
            for i in 0..length {
                let (a, b, to) = (g.add(i * width), y.add(i * width), to.add(i * stride));
                for (j, &total) in total[..width].iter().enumerate() {
                    to.add(j).write(S::store(result::<T, LOG, FMA>(a.add(j).read(), b.add(j).read(), total)));
                }
            }
        },
    )
}
