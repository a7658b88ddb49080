//! Reading and adding by index: `torch.index_select`, `index_add`, `gather`, `scatter_add`, `one_hot`.
//!
//! An index out of range is noted in the queue's error record: reading it gives 0, adding there adds nothing. Additions
//! are atomic, in no fixed order: sums of floats may differ in their last bits from run to run, as in PyTorch.

use super::Queue;
use super::copy::{Dense, copy, dense};
use super::errors::{ErrorRecord, IndexOp};
use super::launch::{blocks, launch};
use super::nest::Loops;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::{Dims, Layout};
use crate::view::{In, Out};

const THREADS: u32 = 256;
/// Elements of a block, as in kernels/include/index.cuh.
const EACH_BLOCK: u64 = 4 * THREADS as u64;
/// Bytes that a thread moves at once.
const WIDEST: usize = 16;

/// The indices of a launch. The mirror of kernels/include/index.cuh.
#[repr(C)]
#[derive(Clone, Copy)]
struct Indices {
    data: *const u8,
    limit: i64,
    first: i64,
    inner: i64,
    count: i64,
    width: i64,
    errors: *mut ErrorRecord,
    is_i64: i32,
    op: u32,
}

impl Indices {
    /// Each is to be in `0..limit`. Element `n` of the work has the index number `n / inner % count`.
    fn new(queue: &Queue, index: In, op: IndexOp, limit: i64, inner: i64, count: i64) -> Indices {
        Indices {
            data: index.origin(),
            limit,
            first: 0,
            inner: inner.max(1),
            count: count.max(1),
            width: 1,
            errors: queue.errors(),
            is_i64: (index.dtype == DType::I64) as i32,
            op: op as u32,
        }
    }

    /// The same in other memory.
    fn of(self, index: In) -> Indices {
        Indices { data: index.origin(), ..self }
    }

    /// From where a launch begins that starts with element `first` of the work.
    fn from(self, offset: i64, first: i64) -> Indices {
        let size = if self.is_i64 == 1 { 8 } else { 4 };
        Indices { data: self.data.wrapping_offset(offset as isize * size), first, ..self }
    }
}

/// A layout with at least one dim.
fn at_least_one_dim(layout: &Layout) -> Result<Layout> {
    if layout.ndim() > 0 { Ok(layout.clone()) } else { Layout::strided(&[1], &[1], layout.offset()) }
}

/// The part of a layout that lies under an index of `shape`; whole along the dim that is indexed.
fn under(mut layout: Layout, indexed: Option<usize>, shape: &[i64]) -> Result<Layout> {
    for (d, &n) in shape.iter().enumerate() {
        if Some(d) != indexed {
            layout = layout.narrow(d as i64, 0, n)?;
        }
    }
    Ok(layout)
}

/// An index of rank 0 or 1 along `dim`, repeated along the other dims of `shape`.
fn repeated(index: In, dim: usize, shape: &[i64]) -> Result<Layout> {
    let mut strides: Dims = smallvec::smallvec![0; shape.len()];
    strides[dim] = index.layout.strides().first().copied().unwrap_or(0);
    Layout::strided(shape, &strides, index.layout.offset())
}

/// Work over the elements of one shape with three operands: one that is walked whole, one whose place along a dim the
/// index decides, and the index.
struct Work {
    loops: Loops<3>,
    /// Step of the indexed operand.
    along: i64,
    /// Elements that a thread moves as one.
    width: i64,
}

impl Work {
    /// `walked` and `index` have one shape.
    fn new(walked: &Layout, indexed: &Layout, dim: usize, index: &Layout) -> Work {
        let mut others = Dims::from_slice(indexed.strides());
        let along = std::mem::take(&mut others[dim]);
        let strides = [walked.strides(), &others, index.strides()];
        Work { loops: Loops::in_order(index.shape(), strides), along, width: 1 }
    }

    /// Takes up to `most` neighbours as one element where both operands hold them side by side under one index, and
    /// both are aligned to that.
    fn widen(&mut self, most: usize, size: usize, addresses: [*const u8; 2]) {
        let (Some(&inner), Some(&[1, 1, 0])) = (self.loops.sizes.first(), self.loops.strides.first()) else { return };
        let fits = |w: i64| {
            inner % w == 0
                && self.along % w == 0
                && self.loops.strides[1..].iter().all(|s| s[0] % w == 0 && s[1] % w == 0)
                && addresses.iter().all(|&p| (p as usize).is_multiple_of(w as usize * size))
        };
        let mut width = most as i64;
        while width > 1 && !fits(width) {
            width /= 2;
        }
        self.width = width;
        self.along /= width;
        self.loops.sizes[0] /= width;
        for s in &mut self.loops.strides[1..] {
            (s[0], s[1]) = (s[0] / width, s[1] / width);
        }
    }
}

/// Looks at indices of rank 0 or 1 that move nothing.
fn check_only(queue: &Queue, index: In, indices: Indices) -> Result<()> {
    let count = index.layout.numel();
    if count == 0 {
        return Ok(());
    }
    let step = index.layout.strides().first().copied().unwrap_or(0);
    let indices = Indices { inner: 1, count, ..indices };
    launch!(queue, "index", ["check_indices"], [blocks(count as u64, THREADS as u64), 1, 1], THREADS, 0; step, indices)
}

/// `out[i…] = x[i…]` with `i[dim]` replaced by `index[i…]`; index has out's shape.
fn read(queue: &Queue, x: In, dim: usize, index: In, indices: Indices, out: Out) -> Result<()> {
    let size = x.dtype.size();
    let mut work = Work::new(out.layout, x.layout, dim, index.layout);
    work.widen(WIDEST / size, size, [out.origin(), x.origin()]);
    let Some(pieces) = work.loops.pieces() else {
        let shape = index.layout.shape();
        let part = under(x.layout.clone(), Some(dim), shape)?;
        let (x, index) = (dense(queue, In { layout: &part, ..x })?, dense(queue, index)?);
        let made = Dense::allocate(queue, shape, out.dtype)?;
        read(queue, x.input(), dim, index.input(), indices.of(index.input()), made.output())?;
        return copy(queue, made.input(), out);
    };
    let indices = Indices { width: work.width, ..indices };
    let bytes = size * work.width as usize;
    let name = match bytes {
        1 => "1",
        2 => "2",
        4 => "4",
        8 => "8",
        _ => "16",
    };
    let mut first = 0;
    for piece in pieces {
        let to = out.origin().wrapping_offset(piece.offset[0] as isize * bytes as isize);
        let from = x.origin().wrapping_offset(piece.offset[1] as isize * bytes as isize);
        let grid = [blocks(piece.nest.count as u64, EACH_BLOCK), 1, 1];
        let indices = indices.from(piece.offset[2], first);
        launch!(queue, "index", ["gather_", name], grid, THREADS, 0; piece.nest, to, from, work.along, indices)?;
        first += piece.nest.count as i64;
    }
    Ok(())
}

/// `out[i…] += src[i…]` with out's `i[dim]` replaced by `index[i…]`; index has src's shape.
fn add(queue: &Queue, out: Out, dim: usize, index: In, indices: Indices, src: In) -> Result<()> {
    let size = src.dtype.size();
    let mut work = Work::new(src.layout, out.layout, dim, index.layout);
    if matches!(src.dtype, DType::F16 | DType::BF16) {
        work.widen(2, size, [src.origin(), out.origin()]);
    }
    let Some(pieces) = work.loops.pieces() else {
        let part = under(out.layout.clone(), Some(dim), index.layout.shape())?;
        let out = Out { layout: &part, ..out };
        let now = In { base: out.base, dtype: out.dtype, layout: out.layout };
        let (src, index, made) = (dense(queue, src)?, dense(queue, index)?, dense(queue, now)?);
        add(queue, made.output(), dim, index.input(), indices.of(index.input()), src.input())?;
        return copy(queue, made.input(), out);
    };
    let indices = Indices { width: work.width, ..indices };
    let bytes = size * work.width as usize;
    // Signed integers add as unsigned ones.
    let dtype = match src.dtype {
        DType::I8 => DType::U8,
        DType::I16 => DType::U16,
        DType::I32 => DType::U32,
        DType::I64 => DType::U64,
        other => other,
    };
    let native = dtype == DType::BF16 && queue.device().properties().capability >= (9, 0);
    let (module, prefix) = if native { ("index_hopper", "index_add_native_") } else { ("index", "index_add_") };
    let name = [prefix, dtype.name(), if work.width == 2 { "x2" } else { "" }];
    let mut first = 0;
    for piece in pieces {
        let from = src.origin().wrapping_offset(piece.offset[0] as isize * bytes as isize);
        let to = out.origin().wrapping_offset(piece.offset[1] as isize * bytes as isize);
        let grid = [blocks(piece.nest.count as u64, EACH_BLOCK), 1, 1];
        let indices = indices.from(piece.offset[2], first);
        launch!(queue, module, name, grid, THREADS, 0; piece.nest, to, from, work.along, indices)?;
        first += piece.nest.count as i64;
    }
    Ok(())
}

/// `out[…, k, …] = x[…, index[k], …]` along `dim`: `torch.index_select`. `index` is i64 or i32 of rank 1 (or 0); x and
/// out have one dtype.
pub fn index_select(queue: &Queue, x: In, dim: usize, index: In, out: Out) -> Result<()> {
    let (from, to) = (at_least_one_dim(x.layout)?, at_least_one_dim(out.layout)?);
    let inner = to.shape()[dim + 1..].iter().product();
    let indices = Indices::new(queue, index, IndexOp::IndexSelect, from.shape()[dim], inner, index.layout.numel());
    if to.numel() == 0 {
        return check_only(queue, index, indices);
    }
    let repeated = In { layout: &repeated(index, dim, to.shape())?, ..index };
    read(queue, In { layout: &from, ..x }, dim, repeated, indices, Out { layout: &to, ..out })
}

/// `out[…, index[k], …] += src[…, k, …]` along `dim`: `torch.index_add`. `out` already holds what is added to; `src`
/// has its dtype.
pub fn index_add(queue: &Queue, out: Out, dim: usize, index: In, src: In) -> Result<()> {
    let (from, to) = (at_least_one_dim(src.layout)?, at_least_one_dim(out.layout)?);
    let inner = from.shape()[dim + 1..].iter().product();
    let indices = Indices::new(queue, index, IndexOp::IndexAdd, to.shape()[dim], inner, index.layout.numel());
    if from.numel() == 0 {
        return check_only(queue, index, indices);
    }
    let repeated = In { layout: &repeated(index, dim, from.shape())?, ..index };
    add(queue, Out { layout: &to, ..out }, dim, repeated, indices, In { layout: &from, ..src })
}

/// `out[i…] = x[i…]` with `i[dim]` replaced by `index[i…]`: `torch.gather`. `index` has out's shape and the rank of x.
pub fn gather(queue: &Queue, x: In, dim: usize, index: In, out: Out) -> Result<()> {
    let (from, to) = (at_least_one_dim(x.layout)?, at_least_one_dim(out.layout)?);
    let numbers = at_least_one_dim(index.layout)?;
    let indices = Indices::new(queue, index, IndexOp::Gather, from.shape()[dim], 1, numbers.numel());
    let index = In { layout: &numbers, ..index };
    read(queue, In { layout: &from, ..x }, dim, index, indices, Out { layout: &to, ..out })
}

/// `out[i…] += src[i…]` with out's `i[dim]` replaced by `index[i…]`: `torch.scatter_add`. `out` already holds what is
/// added to; `src` has its dtype and at least the shape of `index`.
pub fn scatter_add(queue: &Queue, out: Out, dim: usize, index: In, src: In) -> Result<()> {
    let (numbers, to) = (at_least_one_dim(index.layout)?, at_least_one_dim(out.layout)?);
    let from = under(at_least_one_dim(src.layout)?, None, numbers.shape())?;
    let indices = Indices::new(queue, index, IndexOp::ScatterAdd, to.shape()[dim], 1, numbers.numel());
    let index = In { layout: &numbers, ..index };
    add(queue, Out { layout: &to, ..out }, dim, index, indices, In { layout: &from, ..src })
}

/// `out[i…, c] = (index[i…] == c)` for `classes` classes: `torch.nn.functional.one_hot`.
pub fn one_hot(queue: &Queue, index: In, classes: i64, out: Out) -> Result<()> {
    // Beside out and index walks what counts the classes.
    let (mut numbers, mut class) = (Dims::from_slice(index.layout.strides()), Dims::from_slice(index.layout.shape()));
    class.fill(0);
    numbers.push(0);
    class.push(1);
    let loops = Loops::in_order(out.layout.shape(), [out.layout.strides(), &numbers, &class]);
    let Some(pieces) = loops.pieces() else {
        let (index, made) = (dense(queue, index)?, Dense::allocate(queue, out.layout.shape(), out.dtype)?);
        one_hot(queue, index.input(), classes, made.output())?;
        return copy(queue, made.input(), out);
    };
    let indices = Indices::new(queue, index, IndexOp::OneHot, classes, classes, index.layout.numel());
    let (dtype, mut first) = (out.dtype, 0);
    for piece in pieces {
        let to = out.origin().wrapping_offset(piece.offset[0] as isize * dtype.size() as isize);
        let grid = [blocks(piece.nest.count as u64, EACH_BLOCK), 1, 1];
        let (indices, class) = (indices.from(piece.offset[1], first), piece.offset[2]);
        launch!(queue, "index", ["one_hot"], grid, THREADS, 0; piece.nest, to, dtype as i32, class, indices)?;
        first += piece.nest.count as i64;
    }
    Ok(())
}
