//! Where the largest or smallest element is.

use super::convert::Load;
use super::memory::Workspace;
use super::{pool, simd};
use crate::dtype::{Bool, DType};
use crate::error::Result;
use crate::layout::{Collapsed, Dims, collapse};
use crate::view::{In, Out};
use half::{bf16, f16};

/// outᵢ = the first position of the largest element along `dim`, or in all of x in C order when `dim` is `None`
/// (`torch.argmax`). A NaN counts as largest. `out` is i64, contiguous, in the order of the kept dims. The reduced
/// elements must not be none.
pub fn argmax(x: In, dim: Option<usize>, out: Out) -> Result<()> {
    find(x, dim, None, out, true)
}

/// As [`argmax`] for the smallest element; a NaN counts as smallest (`torch.argmin`).
pub fn argmin(x: In, dim: Option<usize>, out: Out) -> Result<()> {
    find(x, dim, None, out, false)
}

/// Both the largest (`is_max`) or smallest elements along `dim`, in x's dtype, and their first positions, in i64
/// (`torch.max(x, dim)`, `torch.min(x, dim)`).
pub fn max_with_indices(x: In, dim: usize, values: Out, indices: Out, is_max: bool) -> Result<()> {
    find(x, Some(dim), Some(values), indices, is_max)
}

/// An element as something to compare.
trait Order: Copy + Default + PartialOrd + Load<Self> + Send + Sync + 'static {
    const LOWEST: Self;
    const HIGHEST: Self;
    fn is_nan(self) -> bool;
}

macro_rules! order {
    ($($t:ident, $lowest:expr, $highest:expr, |$x:ident| $nan:expr;)+) => {
        $(impl Order for $t {
            const LOWEST: $t = $lowest;
            const HIGHEST: $t = $highest;

            #[inline(always)]
            fn is_nan(self) -> bool {
                let $x = self;
                $nan
            }
        })+
    };
}

order! {
    f32, f32::NEG_INFINITY, f32::INFINITY, |x| x.is_nan();
    f64, f64::NEG_INFINITY, f64::INFINITY, |x| x.is_nan();
    i64, i64::MIN, i64::MAX, |_x| false;
    u64, u64::MIN, u64::MAX, |_x| false;
}

/// Whether `b` comes before `a`: strictly better, or the first NaN.
#[inline(always)]
fn beats<T: Order, const MAX: bool>(b: T, a: T) -> bool {
    (if MAX { b > a } else { b < a }) | (b.is_nan() & !a.is_nan())
}

/// Accumulating form: the better of both, NaN wins; which one of equals does not matter.
#[inline(always)]
fn best<T: Order, const MAX: bool>(a: T, b: T) -> T {
    if (if MAX { b > a } else { b < a }) | b.is_nan() { b } else { a }
}

#[inline(always)]
fn worst<T: Order, const MAX: bool>() -> T {
    if MAX { T::LOWEST } else { T::HIGHEST }
}

fn find(x: In, dim: Option<usize>, values: Option<Out>, out: Out, is_max: bool) -> Result<()> {
    macro_rules! run {
        ($s:ty, $t:ty) => {
            if is_max {
                Search::<$s, $t, true>::new(x, dim, values, out).run()
            } else {
                Search::<$s, $t, false>::new(x, dim, values, out).run()
            }
        };
    }
    match x.dtype {
        DType::Bool => run!(Bool, i64),
        DType::U8 => run!(u8, i64),
        DType::U16 => run!(u16, i64),
        DType::U32 => run!(u32, i64),
        DType::U64 => run!(u64, u64),
        DType::I8 => run!(i8, i64),
        DType::I16 => run!(i16, i64),
        DType::I32 => run!(i32, i64),
        DType::I64 => run!(i64, i64),
        DType::F16 => run!(f16, f32),
        DType::BF16 => run!(bf16, f32),
        DType::F32 => run!(f32, f32),
        DType::F64 => run!(f64, f64),
    }
}

/// Elements looked at together; small enough for L1.
const BLOCK: usize = 2048;
/// Elements that pass through the stack together when they have to be converted or gathered.
const GATHER: usize = 512;
const LANES: usize = 64;
/// Columns that advance together.
const WIDTH: usize = 1024;
/// Elements that one item of work looks at when all of x is one search.
const CHUNK: usize = 1 << 17;

/// One call: for each kept position, `length` elements; `lines` walks them in C order (one dim when a dim was named).
struct Search<'a, S, T, const MAX: bool> {
    x: *const S,
    kept: Collapsed<1>,
    lines: Collapsed<1>,
    outs: usize,
    length: usize,
    values: Option<Out<'a>>,
    out: *mut i64,
    compared: std::marker::PhantomData<T>,
}

// SAFETY: plain addresses; threads write different elements.
unsafe impl<S, T, const MAX: bool> Sync for Search<'_, S, T, MAX> {}

fn position(dims: &Collapsed<1>, mut index: usize) -> isize {
    let mut at = 0;
    for d in (0..dims.shape.len()).rev() {
        at += (index % dims.shape[d] as usize) as isize * dims.strides[d][0] as isize;
        index /= dims.shape[d] as usize;
    }
    at
}

impl<'a, S: Load<T>, T: Order, const MAX: bool> Search<'a, S, T, MAX> {
    fn new(x: In, dim: Option<usize>, values: Option<Out<'a>>, out: Out) -> Self {
        let (shape, strides) = (x.layout.shape(), x.layout.strides());
        let pick = |named: bool| {
            let (mut sizes, mut steps) = (Dims::new(), Dims::new());
            for d in 0..shape.len() {
                if dim.is_none_or(|n| n == d) == named {
                    sizes.push(shape[d]);
                    steps.push(strides[d]);
                }
            }
            let count: i64 = sizes.iter().product();
            (collapse(&sizes, [&steps]), count as usize)
        };
        let ((kept, outs), (lines, length)) = (pick(false), pick(true));
        let (x, out) = (x.origin() as *const S, out.origin() as *mut i64);
        Search { x, kept, lines, outs, length, values, out, compared: std::marker::PhantomData }
    }

    fn run(&self) -> Result<()> {
        if self.outs == 0 || self.length == 0 {
            return Ok(());
        }
        let nearest = self.lines.strides.last().map_or(0, |s| s[0].unsigned_abs());
        if let (Some(&n), Some(s)) = (self.kept.shape.last(), self.kept.strides.last())
            && self.lines.shape.len() == 1
            && n >= 16
            && self.length <= u32::MAX as usize
            && s[0].unsigned_abs() < nearest
        {
            return self.columns(n as usize, s[0] as isize);
        }
        if self.outs == 1 && self.length > 2 * CHUNK {
            return self.shared();
        }
        pool::parallel_for(self.outs, (16384 / self.length).max(1), &|range| {
            simd::dispatch(
                #[inline(always)]
                || {
                    for o in range.clone() {
                        // SAFETY: the views are valid; each output is written by one thread.
                        unsafe {
                            let (value, index) = self.line(position(&self.kept, o), 0, self.length);
                            self.write(o, value, index);
                        }
                    }
                },
            )
        })
    }

    /// One output over all of a large x: fixed chunks, joined in order.
    fn shared(&self) -> Result<()> {
        let chunks = self.length.div_ceil(CHUNK);
        let space = Workspace::new(chunks * size_of::<(T, usize)>())?;
        struct Place<T>(*mut (T, usize));
        // SAFETY: an address; threads write different elements.
        unsafe impl<T> Sync for Place<T> {}
        impl<T> Place<T> {
            fn at(&self, i: usize) -> *mut (T, usize) {
                self.0.wrapping_add(i)
            }
        }
        let found = Place(space.as_ptr() as *mut (T, usize));
        pool::parallel_for(chunks, 1, &|range| {
            simd::dispatch(
                #[inline(always)]
                || {
                    for i in range.clone() {
                        let (start, end) = (i * CHUNK, (i * CHUNK + CHUNK).min(self.length));
                        // SAFETY: the view is valid, and the workspace has a place per chunk.
                        unsafe { found.at(i).write(self.line(0, start, end)) };
                    }
                },
            )
        })?;
        // SAFETY: all chunks are written.
        unsafe {
            let (mut value, mut index) = found.at(0).read();
            for i in 1..chunks {
                let (v, at) = found.at(i).read();
                if beats::<T, MAX>(v, value) {
                    (value, index) = (v, at);
                }
            }
            self.write(0, value, index);
        }
        Ok(())
    }

    /// # Safety
    /// Output `o` is there. `index` lies within its elements.
    #[inline(always)]
    unsafe fn write(&self, o: usize, _value: T, index: usize) {
        // SAFETY: the caller's promise; the element is copied byte for byte from where it was found.
        unsafe {
            self.out.add(o).write(index as i64);
            if let Some(values) = &self.values {
                let from = self.x.wrapping_offset(position(&self.kept, o) + position(&self.lines, index));
                (values.origin() as *mut S).add(o).write(from.read());
            }
        }
    }

    /// The best of elements `start..end` of the output whose elements begin `base` elements into x, and its position.
    ///
    /// # Safety
    /// The elements are there.
    #[inline(always)]
    unsafe fn line(&self, base: isize, start: usize, end: usize) -> (T, usize) {
        let inner = self.lines.shape.last().map_or(1, |&n| n as usize);
        let step = self.lines.strides.last().map_or(1, |s| s[0] as isize);
        let native = std::any::TypeId::of::<S>() == std::any::TypeId::of::<T>();
        let mut gathered = [T::default(); GATHER];
        let (mut value, mut index) = (worst::<T, MAX>(), start);
        let mut at = start;
        while at < end {
            let from = self.x.wrapping_offset(base + position(&self.lines, at));
            let left = (inner - at % inner).min(end - at);
            let dense = native && step == 1;
            let n = left.min(if dense { BLOCK } else { GATHER });
            let block = if dense {
                from as *const T
            } else {
                for (i, to) in gathered[..n].iter_mut().enumerate() {
                    // SAFETY: i < n.
                    *to = unsafe { from.wrapping_offset(i as isize * step).read().load() };
                }
                gathered.as_ptr()
            };
            // SAFETY: the block has n elements.
            let top = unsafe { top::<T, MAX>(block, n) };
            if beats::<T, MAX>(top, value) {
                // SAFETY: as above.
                (value, index) = (top, at + unsafe { first(block, n, top) });
            }
            at += n;
        }
        (value, index)
    }

    /// `width` outputs at a time, whose elements are neighbours in memory, advance along the reduced dim.
    fn columns(&self, size: usize, step: isize) -> Result<()> {
        let blocks = size.div_ceil(WIDTH);
        let outer = self.outs / size;
        let stride = self.lines.strides[0][0] as isize;
        let work = self.length * size.min(WIDTH);
        pool::parallel_for(outer * blocks, (16384 / work).max(1), &|range| {
            for item in range {
                let o = item / blocks * size + item % blocks * WIDTH;
                let width = WIDTH.min(size - item % blocks * WIDTH);
                let from = self.x.wrapping_offset(position(&self.kept, o));
                let (mut values, mut indices) = ([worst::<T, MAX>(); WIDTH], [0u32; WIDTH]);
                for i in 0..self.length {
                    let row = from.wrapping_offset(i as isize * stride);
                    // SAFETY: the row is there.
                    unsafe { advance::<S, T, MAX>(row, step, width, i as u32, &mut values, &mut indices) };
                }
                for j in 0..width {
                    // SAFETY: each output is written by one thread.
                    unsafe { self.write(o + j, values[j], indices[j] as usize) };
                }
            }
        })
    }
}

/// # Safety
/// `row` has `width` ≤ WIDTH elements, `step` apart.
unsafe fn advance<S: Load<T>, T: Order, const MAX: bool>(
    row: *const S,
    step: isize,
    width: usize,
    i: u32,
    values: &mut [T; WIDTH],
    indices: &mut [u32; WIDTH],
) {
    simd::dispatch(
        #[inline(always)]
        move || {
            macro_rules! advance {
                ($step:expr) => {
                    for (j, (value, index)) in values[..width].iter_mut().zip(&mut indices[..width]).enumerate() {
                        // SAFETY: the caller's promise.
                        let x: T = unsafe { row.wrapping_offset(j as isize * $step).read().load() };
                        let better = beats::<T, MAX>(x, *value);
                        *value = if better { x } else { *value };
                        *index = if better { i } else { *index };
                    }
                };
            }
            match step {
                1 => advance!(1),
                _ => advance!(step),
            }
        },
    )
}

/// The best of `n` elements, NaN if there is one.
///
/// # Safety
/// They are there.
#[inline(always)]
unsafe fn top<T: Order, const MAX: bool>(from: *const T, n: usize) -> T {
    // The rest first, in an array of its own: indexing the lanes by a variable would keep them in memory.
    let whole = n / LANES * LANES;
    let mut last = [worst::<T, MAX>(); LANES];
    for i in whole..n {
        // SAFETY: i < n.
        last[i - whole] = unsafe { from.add(i).read() };
    }
    let mut lanes = last;
    let mut i = 0;
    while i < whole {
        // SAFETY: i + LANES ≤ n.
        let x = unsafe { from.add(i).cast::<[T; LANES]>().read() };
        for lane in 0..LANES {
            lanes[lane] = best::<T, MAX>(lanes[lane], x[lane]);
        }
        i += LANES;
    }
    let mut n = LANES;
    while n > 1 {
        n /= 2;
        for lane in 0..n {
            lanes[lane] = best::<T, MAX>(lanes[lane], lanes[lane + n]);
        }
    }
    lanes[0]
}

/// Where `wanted` is first among `n` elements that hold it; 0 should another thread have changed them meanwhile.
///
/// # Safety
/// They are there.
#[inline(always)]
unsafe fn first<T: Order>(from: *const T, n: usize, wanted: T) -> usize {
    let mut start = 0;
    while start < n {
        let end = (start + LANES).min(n);
        let mut any = false;
        for i in start..end {
            // SAFETY: i < n.
            let x = unsafe { from.add(i).read() };
            any |= x == wanted || x.is_nan();
        }
        if any {
            for i in start..end {
                // SAFETY: i < n.
                let x = unsafe { from.add(i).read() };
                if x == wanted || (x.is_nan() && wanted.is_nan()) {
                    return i;
                }
            }
        }
        start = end;
    }
    0
}

#[cfg(test)]
mod tests;
