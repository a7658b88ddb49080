//! `torch.Tensor.to`, `contiguous`, `copy_` within a device: a change of dtype and of layout in one pass.

use super::launch::{blocks, launch};
use super::mixed::{self, Mixed};
use super::nest::Loops;
use super::walk::{self, Launch, Operand};
use super::{Block, Queue, transfer};
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::{Layout, MAX_RANK};
use crate::view::{In, Out};

/// `out[i] = x[i]`, converted as a C cast does: floats to integers truncate and saturate, `x != 0` makes a bool (NaN
/// too). The layouts have one shape; `x` and `out` are separate or the very same range.
pub fn copy(queue: &Queue, x: In, out: Out) -> Result<()> {
    if x.layout.numel() == 0 {
        return Ok(());
    }
    if x.dtype == out.dtype { copy_bits(queue, x, out) } else { cast(queue, x, out) }
}

/// Same dtypes.
fn copy_bits(queue: &Queue, x: In, out: Out) -> Result<()> {
    let (from, to, size) = (x.origin(), out.origin(), x.dtype.size());
    let loops = Loops::of([Some(x.layout), Some(out.layout)]);
    if loops.sizes.len() < 2 && loops.strides.iter().all(|s| *s == [1, 1]) {
        if std::ptr::eq(from, to) {
            return Ok(());
        }
        // SAFETY: both are that many elements without gaps, and separate.
        return unsafe { transfer::within(queue, from, to, loops.count() as usize * size) };
    }
    let Some(pieces) = loops.pieces() else { return copy_deep(queue, &loops, from, to, size) };
    let operands = [Operand::Memory(from.cast_mut(), size), Operand::Memory(to, size)];
    for piece in pieces {
        match Launch::simple(&piece, operands, queue.multiprocessors()) {
            Some(Launch { walk, blocks, .. }) => {
                launch!(queue, "copy", ["copy_", bits(size)], [blocks, 1, 1], walk::THREADS, 0; walk)?
            }
            None => {
                let Launch { walk, blocks, shared } = Launch::any(&piece, operands, 16);
                launch!(queue, "copy", ["copy_any_", bits(size)], [blocks, 1, 1], walk::THREADS, shared; walk)?
            }
        }
    }
    Ok(())
}

/// The unsigned integer of a size in bytes, as kernels that only move elements are called.
pub(super) fn bits(size: usize) -> &'static str {
    match size {
        1 => "u8",
        2 => "u16",
        4 => "u32",
        _ => "u64",
    }
}

/// Different dtypes.
fn cast(queue: &Queue, x: In, out: Out) -> Result<()> {
    let loops = Loops::of([Some(x.layout), Some(out.layout)]);
    let Some(pieces) = loops.pieces() else {
        let x = dense(queue, x)?;
        return cast_into_deep(queue, x.input(), out);
    };
    if loops.is_turned(0, x.dtype.size()) {
        return cast(queue, dense(queue, x)?.input(), out);
    }
    let (from, to) = (x.origin().cast_mut(), out.origin());
    let operands = [Operand::Memory(from, x.dtype.size()), Operand::Memory(to, out.dtype.size())];
    let direct = cast_module(x.dtype, out.dtype);
    for piece in pieces {
        if let Some(module) = direct
            && let Some(simple) = Launch::simple(&piece, operands, queue.multiprocessors())
        {
            let name = ["cast_", x.dtype.name(), "_", out.dtype.name()];
            launch!(queue, module, name, [simple.blocks, 1, 1], walk::THREADS, 0; simple.walk)?;
        } else {
            let operands = [mixed::Operand::Memory(from, x.dtype, None), mixed::Operand::Memory(to, out.dtype, None)];
            let name = ["copy_mixed_", x.dtype.class().name()];
            Mixed::new(&piece, operands, 0).launch(queue, "cast", &name)?;
        }
    }
    Ok(())
}

/// The module that has a kernel for the pair, if one has.
fn cast_module(from: DType, to: DType) -> Option<&'static str> {
    use DType::*;
    match (from, to) {
        (Bool | U8 | I32 | I64, F32) | (F32, I64) => Some("cast"),
        (Bool | U8 | I32 | I64, F16 | BF16 | F64) | (F32, I32 | U8) | (Bool | U8, I32 | I64) => Some("cast_integers"),
        (I32, I64) | (I64, I32) => Some("cast_integers"),
        _ => (from.is_float() && to.is_float()).then_some("cast"),
    }
}

/// Casts what is dense into a layout of many dims that do not merge.
fn cast_into_deep(queue: &Queue, x: In, out: Out) -> Result<()> {
    let made = Dense::allocate(queue, out.layout.shape(), out.dtype)?;
    copy(queue, x, made.output())?;
    copy(queue, made.input(), out)
}

/// What copy_deep of kernels/copy.cu is told.
#[repr(C)]
#[derive(Clone, Copy)]
struct Deep {
    base: [*mut u8; 2],
    count: i64,
    rank: i32,
    bytes: i32,
    size: [i64; MAX_RANK],
    stride: [[i64; MAX_RANK]; 2],
}

/// Any number of dims.
fn copy_deep(queue: &Queue, loops: &Loops<2>, from: *const u8, to: *mut u8, size: usize) -> Result<()> {
    let rank = loops.sizes.len();
    let mut deep = Deep {
        base: [from.cast_mut(), to],
        count: loops.count(),
        rank: rank as i32,
        bytes: size as i32,
        size: [1; MAX_RANK],
        stride: [[0; MAX_RANK]; 2],
    };
    deep.size[..rank].copy_from_slice(&loops.sizes);
    for (d, steps) in loops.strides.iter().enumerate() {
        for (stride, step) in deep.stride.iter_mut().zip(steps) {
            stride[d] = *step;
        }
    }
    const THREADS: u32 = 256;
    let blocks = blocks(deep.count as u64, THREADS as u64).min(32 * queue.multiprocessors());
    launch!(queue, "copy", ["copy_deep"], [blocks, 1, 1], THREADS, 0; deep)
}

/// Elements in C order without gaps, in memory of their own.
pub struct Dense {
    block: Block,
    layout: Layout,
    dtype: DType,
}

impl Dense {
    /// Uninitialised.
    pub fn allocate(queue: &Queue, shape: &[i64], dtype: DType) -> Result<Dense> {
        let layout = Layout::contiguous(shape);
        let block = queue.workspace(layout.numel() as usize * dtype.size())?;
        Ok(Dense { block, layout, dtype })
    }

    pub fn input(&self) -> In<'_> {
        In { base: self.block.address(), dtype: self.dtype, layout: &self.layout }
    }

    pub fn output(&self) -> Out<'_> {
        Out { base: self.block.address(), dtype: self.dtype, layout: &self.layout }
    }
}

/// A copy of `x` in C order.
pub fn dense(queue: &Queue, x: In) -> Result<Dense> {
    to_dtype(queue, x, x.dtype)
}

/// A copy of `x` in C order as `dtype`.
pub fn to_dtype(queue: &Queue, x: In, dtype: DType) -> Result<Dense> {
    let made = Dense::allocate(queue, x.layout.shape(), dtype)?;
    copy(queue, x, made.output())?;
    Ok(made)
}
