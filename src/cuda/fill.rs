//! Tensors from nothing: `torch.full`, `arange`, `linspace`, `eye`.

use super::copy::{self, Dense};
use super::launch::{blocks, launch};
use super::nest::Loops;
use super::walk::{self, Launch, Operand};
use super::{Queue, transfer};
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::scalar::Scalar;
use crate::view::{In, Out};

const THREADS: u32 = 256;

/// `out[i] = value` (integers wrap, as in a C cast).
pub fn fill(queue: &Queue, out: Out, value: Scalar) -> Result<()> {
    let (size, bytes) = (out.dtype.size(), value.to_bytes(out.dtype));
    let loops = Loops::of([Some(out.layout)]);
    let Some(pieces) = loops.pieces() else {
        let one = Dense::allocate(queue, &[], out.dtype)?;
        // SAFETY: one element, as allocated.
        unsafe { transfer::element(queue, bytes, size, one.output().origin())? };
        let layout = Layout::contiguous(&[]).expand(out.layout.shape())?;
        return copy::copy(queue, In { layout: &layout, ..one.input() }, out);
    };
    for piece in pieces {
        let operands = [Operand::Memory(out.origin(), size)];
        let simple = Launch::simple(&piece, operands, queue.multiprocessors());
        let kernel = if simple.is_some() { "fill_" } else { "fill_any_" };
        let Launch { walk, blocks, .. } = simple.unwrap_or_else(|| Launch::any(&piece, operands, 16));
        let walk = walk.with_values([u64::from_le_bytes(bytes), 0]);
        launch!(queue, "fill", [kernel, copy::bits(size)], [blocks, 1, 1], walk::THREADS, 0; walk)?;
    }
    Ok(())
}

/// Fills `out` in C order by `make`, which takes dense memory and the number of its elements.
fn generate(queue: &Queue, out: Out, make: impl FnOnce(*mut u8, i64) -> Result<()>) -> Result<()> {
    let n = out.layout.numel();
    if out.layout.is_contiguous() {
        return make(out.origin(), n);
    }
    let made = Dense::allocate(queue, out.layout.shape(), out.dtype)?;
    make(made.output().origin(), n)?;
    copy::copy(queue, made.input(), out)
}

/// Blocks that share `n` elements, a few for each thread when there are many.
fn grid(queue: &Queue, n: i64) -> [u32; 3] {
    [blocks(n as u64, THREADS as u64).min(64 * queue.multiprocessors()), 1, 1]
}

/// `out[i] = start + i·step`: `torch.arange`, in f64 for floats, in i64 for integers.
pub fn arange(queue: &Queue, out: Out, start: Scalar, step: Scalar) -> Result<()> {
    let dtype = out.dtype as i32;
    if out.dtype.is_float() {
        let (start, step) = (start.to_f64(), step.to_f64());
        return generate(
            queue,
            out,
            |to, n| launch!(queue, "fill", ["arange_float"], grid(queue, n), THREADS, 0; to, n, start, step, dtype),
        );
    }
    let class = if out.dtype == DType::U64 { DType::U64 } else { DType::I64 };
    let whole = |s: Scalar| i64::from_le_bytes(s.to_bytes(class));
    let (start, step) = (whole(start), whole(step));
    generate(
        queue,
        out,
        |to, n| launch!(queue, "fill", ["arange_integer"], grid(queue, n), THREADS, 0; to, n, start, step, dtype),
    )
}

/// `numel` numbers from `start` to `end`, both included: `torch.linspace`, counted from both ends so that it is
/// symmetric and ends exactly: `start + i·step` in the first half, `end − (n−1−i)·step` in the second.
pub fn linspace(queue: &Queue, out: Out, start: Scalar, end: Scalar) -> Result<()> {
    let (start, end, dtype) = (start.to_f64(), end.to_f64(), out.dtype as i32);
    generate(queue, out, |to, n| {
        let step = if n > 1 { (end - start) / (n - 1) as f64 } else { 0.0 };
        launch!(queue, "fill", ["linspace"], grid(queue, n), THREADS, 0; to, n, start, end, step, dtype)
    })
}

/// `out[i, j] = (i == j)`: `torch.eye`. The output has two dims.
pub fn eye(queue: &Queue, out: Out) -> Result<()> {
    fill(queue, out, Scalar::Int(0))?;
    let (shape, strides) = (out.layout.shape(), out.layout.strides());
    let [rows, columns] = *shape else { return Ok(()) };
    let n = rows.min(columns);
    // Without elements the strides may be anything.
    let step = strides[0].wrapping_add(strides[1]);
    launch!(queue, "fill", ["diagonal"], grid(queue, n), THREADS, 0; out.origin(), n, step, out.dtype as i32)
}
