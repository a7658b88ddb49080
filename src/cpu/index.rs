//! Reading and adding by index: `torch.index_select`, `index_add`, `gather`, `scatter_add`, `one_hot`.
//!
//! An index is read once, into a workspace, where all are checked before anything is written; a wrong one is an INDEX
//! error, and negative ones are wrong. Sums run in the order of the index, whatever the number of threads.

use super::copy::copy;
use super::elementwise::cast::Number;
use super::memory::Workspace;
use super::pool::parallel_for;
use crate::dispatch;
use crate::dtype::{Bool, DType};
use crate::error::{Error, Result};
use crate::fail;
use crate::layout::{Dims, Layout, contiguous_strides};
use crate::view::{In, Out};
use half::{bf16, f16};

/// Elements worth a thread.
const GRAIN: i64 = 16_384;

fn scratch(elements: i64, size: usize) -> Result<Workspace> {
    let bytes = (elements.max(0) as usize).checked_mul(size).ok_or_else(|| Error::out_of_memory(usize::MAX))?;
    Workspace::new(bytes)
}

/// Checked indices in C order.
struct Indices {
    memory: Workspace,
    count: i64,
}

impl Indices {
    /// Every index is in `0..size`, the size of dim `dim`.
    fn read(index: In, size: i64, dim: usize) -> Result<Indices> {
        let count = index.layout.numel();
        let memory = scratch(count, 8)?;
        let layout = Layout::contiguous(index.layout.shape());
        copy(index, Out { base: memory.as_ptr(), dtype: DType::I64, layout: &layout })?;
        let all = Indices { memory, count };
        // All at once first: the loop that names the culprit does not vectorise.
        let wrong = |i: i64| i as u64 >= size as u64;
        if (0..count).fold(false, |bad, k| bad | wrong(all.at(k)))
            && let Some(bad) = (0..count).map(|k| all.at(k)).find(|&i| wrong(i))
        {
            fail!(INDEX, "index {bad} is out of bounds for dimension {dim} with size {size}");
        }
        Ok(all)
    }

    /// `k` is below `count`.
    #[inline(always)]
    fn at(&self, k: i64) -> i64 {
        debug_assert!(k < self.count);
        // SAFETY: the workspace holds `count` numbers, all written by `read`.
        unsafe { (self.memory.as_ptr() as *const i64).add(k as usize).read() }
    }
}

/// An operand in C order: its own memory, or a copy.
struct Dense {
    at: *mut u8,
    copied: Option<(Workspace, Layout)>,
}

// SAFETY: an address; threads write separate ranges.
unsafe impl Sync for Dense {}

impl Dense {
    fn input(x: In) -> Result<Dense> {
        if x.layout.is_contiguous() {
            return Ok(Dense { at: x.origin() as *mut u8, copied: None });
        }
        let memory = scratch(x.layout.numel(), x.dtype.size())?;
        let layout = Layout::contiguous(x.layout.shape());
        copy(x, Out { base: memory.as_ptr(), dtype: x.dtype, layout: &layout })?;
        Ok(Dense { at: memory.as_ptr(), copied: Some((memory, layout)) })
    }

    /// `keep`: what the output holds is read.
    fn output(out: Out, keep: bool) -> Result<Dense> {
        let now = In { base: out.base, dtype: out.dtype, layout: out.layout };
        if keep || out.layout.is_contiguous() {
            return Dense::input(now);
        }
        let memory = scratch(out.layout.numel(), out.dtype.size())?;
        Ok(Dense { at: memory.as_ptr(), copied: Some((memory, Layout::contiguous(out.layout.shape()))) })
    }

    /// Brings the result to where the output lies.
    fn finish(self, out: Out) -> Result<()> {
        match &self.copied {
            Some((memory, layout)) => copy(In { base: memory.as_ptr(), dtype: out.dtype, layout }, out),
            None => Ok(()),
        }
    }
}

/// Elements before, along and after `dim`; a rank-0 shape counts as [1].
fn split(shape: &[i64], dim: usize) -> (i64, i64, i64) {
    let after = shape.get(dim + 1..).unwrap_or(&[]);
    (shape.iter().take(dim).product(), shape.get(dim).copied().unwrap_or(1), after.iter().product())
}

fn grain(each: i64) -> usize {
    (GRAIN / each.max(1)).max(1) as usize
}

/// `out[…, k, …] = x[…, index[k], …]` along `dim`: `torch.index_select`. `index` is i64 or i32 of rank 1 (or 0); x and
/// out have one dtype.
pub fn index_select(x: In, dim: usize, index: In, out: Out) -> Result<()> {
    let (outer, n, inner) = split(x.layout.shape(), dim);
    let indices = Indices::read(index, n, dim)?;
    if out.layout.numel() == 0 {
        return Ok(());
    }
    let (source, target) = (Dense::input(x)?, Dense::output(out, false)?);
    let (count, size) = (indices.count, x.dtype.size());
    let bytes = inner as usize * size;
    let rows = |range: std::ops::Range<usize>| {
        let (source, target) = (&source, &target);
        for row in range.start as i64..range.end as i64 {
            let from = row / count * n + indices.at(row % count);
            let (from, to) =
                (source.at.wrapping_add(from as usize * bytes), target.at.wrapping_add(row as usize * bytes));
            // SAFETY: the index was checked; both are rows of dense operands, which do not overlap.
            unsafe {
                match bytes {
                    1 => to.write(from.read()),
                    2 => (to as *mut [u8; 2]).write((from as *const [u8; 2]).read()),
                    4 => (to as *mut [u8; 4]).write((from as *const [u8; 4]).read()),
                    8 => (to as *mut [u8; 8]).write((from as *const [u8; 8]).read()),
                    _ => std::ptr::copy_nonoverlapping(from, to, bytes),
                }
            }
        }
    };
    parallel_for((outer * count) as usize, grain(inner), &rows)?;
    target.finish(out)
}

/// Addition in an element's own type: integers wrap, f16 and bf16 add in f32 and round, bools or.
trait Accumulate: Copy {
    fn plus(self, other: Self) -> Self;
}

macro_rules! accumulate {
    ($($T:ty: |$a:ident, $b:ident| $e:expr;)+) => {
        $(impl Accumulate for $T {
            #[inline(always)]
            fn plus(self, other: $T) -> $T {
                let ($a, $b) = (self, other);
                $e
            }
        })+
    };
}

accumulate! {
    u8: |a, b| a.wrapping_add(b);
    u16: |a, b| a.wrapping_add(b);
    u32: |a, b| a.wrapping_add(b);
    u64: |a, b| a.wrapping_add(b);
    i8: |a, b| a.wrapping_add(b);
    i16: |a, b| a.wrapping_add(b);
    i32: |a, b| a.wrapping_add(b);
    i64: |a, b| a.wrapping_add(b);
    f32: |a, b| a + b;
    f64: |a, b| a + b;
    f16: |a, b| f16::from_f32(Number::to_f32(a) + Number::to_f32(b));
    bf16: |a, b| bf16::from_f32(Number::to_f32(a) + Number::to_f32(b));
    Bool: |a, b| Bool::from(a.get() | b.get());
}

/// Pieces of `outer × inner` columns: `body(o, first..end)` with the columns of one outer index at a time.
fn columns(outer: i64, inner: i64, each: i64, body: &(dyn Fn(i64, i64, i64) + Sync)) -> Result<()> {
    // Not less than a cache line of columns, which two threads would tear at.
    let grain = grain(each).max(64);
    parallel_for((outer * inner) as usize, grain, &|range| {
        let (mut at, end) = (range.start as i64, range.end as i64);
        while at < end {
            let (o, first) = (at / inner, at % inner);
            let last = (first + end - at).min(inner);
            body(o, first, last);
            at += last - first;
        }
    })
}

/// `out[…, index[k], …] += src[…, k, …]` along `dim`: `torch.index_add`. `out` already holds what is added to; `src`
/// has its dtype.
pub fn index_add(out: Out, dim: usize, index: In, src: In) -> Result<()> {
    let (outer, n, inner) = split(out.layout.shape(), dim);
    let indices = Indices::read(index, n, dim)?;
    if src.layout.numel() == 0 {
        return Ok(());
    }
    let (source, target) = (Dense::input(src)?, Dense::output(out, true)?);
    let count = indices.count;
    dispatch!(out.dtype, T => columns(outer, inner, count, &|o, first, last| {
        let (from, to) = (source_at::<T>(&source), source_at::<T>(&target) as *mut T);
        for k in 0..count {
            let from = from.wrapping_offset((((o * count) + k) * inner) as isize);
            let to = to.wrapping_offset(((o * n + indices.at(k)) * inner) as isize);
            for i in first as usize..last as usize {
                // SAFETY: the index was checked; both are rows of dense operands.
                unsafe { to.add(i).write(to.add(i).read().plus(from.add(i).read())) }
            }
        }
    }))?;
    target.finish(out)
}

fn source_at<T>(x: &Dense) -> *const T {
    x.at as *const T
}

/// Shape and strides with at least one dim.
fn at_least_one_dim(layout: &Layout) -> (Dims, Dims) {
    match layout.ndim() {
        0 => (Dims::from_slice(&[1]), Dims::from_slice(&[1])),
        _ => (Dims::from_slice(layout.shape()), Dims::from_slice(layout.strides())),
    }
}

/// The line along `dim` of an index that is the same along all other dims (`expand`), and the part of `other` that lies
/// under the index; `None` when the index differs elsewhere.
fn expanded(index: In, dim: usize, other: &Layout) -> Option<(Layout, Layout)> {
    let (shape, strides) = (index.layout.shape(), index.layout.strides());
    let same = (0..shape.len()).all(|d| d == dim || strides[d] == 0 || shape[d] == 1);
    if shape.len() < 2 || !same {
        return None;
    }
    let line = Layout::strided(&shape[dim..=dim], &strides[dim..=dim], index.layout.offset()).ok()?;
    let mut under = other.clone();
    for d in (0..shape.len()).filter(|&d| d != dim) {
        under = under.narrow(d as i64, 0, shape[d]).ok()?;
    }
    Some((line, under))
}

/// `out[i…] = x[i…]` with `i[dim]` replaced by `index[i…]`: `torch.gather`. `index` has out's shape and the rank of x.
pub fn gather(x: In, dim: usize, index: In, out: Out) -> Result<()> {
    if let Some((line, under)) = expanded(index, dim, x.layout) {
        return index_select(In { layout: &under, ..x }, dim, In { layout: &line, ..index }, out);
    }
    let (x_shape, x_strides) = at_least_one_dim(x.layout);
    let indices = Indices::read(index, x_shape[dim], dim)?;
    if indices.count == 0 {
        return Ok(());
    }
    let (shape, _) = at_least_one_dim(out.layout);
    let target = Dense::output(out, false)?;
    let last = shape.len() - 1;
    let width = shape[last];
    let along = if dim == last { 0 } else { x_strides[last] };
    let origin = Dense { at: x.origin() as *mut u8, copied: None };
    macro_rules! lines {
        ($T:ty) => {
            parallel_for((indices.count / width) as usize, grain(width), &|range| {
                let (from, to) = (source_at::<$T>(&origin), source_at::<$T>(&target) as *mut $T);
                for line in range.start as i64..range.end as i64 {
                    let (mut rest, mut base) = (line, 0);
                    for d in (0..last).rev() {
                        base += if d == dim { 0 } else { rest % shape[d] * x_strides[d] };
                        rest /= shape[d];
                    }
                    for j in 0..width {
                        let k = line * width + j;
                        let position = base + j * along + indices.at(k) * x_strides[dim];
                        // SAFETY: the index was checked, the other coordinates are within x's shape.
                        unsafe { to.add(k as usize).write(from.wrapping_offset(position as isize).read()) }
                    }
                }
            })
        };
    }
    match x.dtype.size() {
        1 => lines!(u8),
        2 => lines!(u16),
        4 => lines!(u32),
        _ => lines!(u64),
    }?;
    target.finish(out)
}

/// `out[i…] += src[i…]` with out's `i[dim]` replaced by `index[i…]`: `torch.scatter_add`. `out` already holds what is
/// added to; `src` has its dtype and at least the shape of `index`.
pub fn scatter_add(out: Out, dim: usize, index: In, src: In) -> Result<()> {
    if let Some((line, under)) = expanded(index, dim, out.layout) {
        let mut used = src.layout.clone();
        for (d, &n) in index.layout.shape().iter().enumerate() {
            used = used.narrow(d as i64, 0, n)?;
        }
        let (line, used) = (In { layout: &line, ..index }, In { layout: &used, ..src });
        return index_add(Out { layout: &under, ..out }, dim, line, used);
    }
    let (out_shape, _) = at_least_one_dim(out.layout);
    let indices = Indices::read(index, out_shape[dim], dim)?;
    if indices.count == 0 {
        return Ok(());
    }
    let (shape, _) = at_least_one_dim(index.layout);
    let (outer, count, inner) = split(&shape, dim);
    // Only the part of src under the index counts.
    let mut used = src.layout.clone();
    for (d, &n) in index.layout.shape().iter().enumerate() {
        used = used.narrow(d as i64, 0, n)?;
    }
    let source = Dense::input(In { layout: &used, ..src })?;
    let target = Dense::output(out, true)?;
    let steps = contiguous_strides(&out_shape);
    // Where the columns lie in out, for the dims inside and outside of `dim`.
    let place = |mut i: i64, dims: std::ops::Range<usize>| {
        let mut position = 0;
        for d in dims.rev() {
            position += i % shape[d] * steps[d];
            i /= shape[d];
        }
        position
    };
    let table = scratch(inner, 8)?;
    for i in 0..inner {
        // SAFETY: the table holds `inner` numbers.
        unsafe { (table.as_ptr() as *mut i64).add(i as usize).write(place(i, dim + 1..shape.len())) }
    }
    dispatch!(out.dtype, T => columns(outer, inner, count, &|o, first, last| {
        let (from, to) = (source_at::<T>(&source), source_at::<T>(&target) as *mut T);
        let base = place(o, 0..dim);
        let table = table.as_ptr() as *const i64;
        for k in 0..count {
            let row = (o * count + k) * inner;
            for i in first..last {
                // SAFETY: the index was checked, the other coordinates are within out's shape.
                unsafe {
                    let position = base + table.add(i as usize).read() + indices.at(row + i) * steps[dim];
                    let to = to.wrapping_offset(position as isize);
                    to.write(to.read().plus(from.add((row + i) as usize).read()));
                }
            }
        }
    }))?;
    target.finish(out)
}

/// `out[i…, c] = (index[i…] == c)` for `classes` classes: `torch.nn.functional.one_hot`.
pub fn one_hot(index: In, classes: i64, out: Out) -> Result<()> {
    let count = index.layout.numel();
    let indices = match Indices::read(index, classes, 0) {
        Err(e) if e.status() == crate::error::status::INDEX => {
            return Err(Error::new(e.status(), e.message().replace("dimension 0 with size", "classes of number")));
        }
        other => other?,
    };
    super::fill::fill(out, crate::scalar::Scalar::Int(0))?;
    let (shape, strides) = (out.layout.shape(), out.layout.strides());
    let Some(last) = shape.len().checked_sub(1) else { return Ok(()) };
    dispatch!(out.dtype, T => for k in 0..count {
        let (mut rest, mut position) = (k, indices.at(k) * strides[last]);
        for d in (0..last).rev() {
            position += rest % shape[d] * strides[d];
            rest /= shape[d];
        }
        // SAFETY: the index was checked, the other coordinates are within out's shape.
        unsafe { (out.origin() as *mut T).offset(position as isize).write(<T as Number>::from_bool(true)) }
    });
    Ok(())
}

#[cfg(test)]
mod tests;
