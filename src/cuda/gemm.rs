//! Matrix products: by cuBLASLt where it is there, else by kernels of this library.

mod choice;
mod library;
mod own;
mod problem;

use super::copy::copy;
use super::{Block, Queue};
use crate::dtype::{Category, DType};
use crate::error::Result;
use crate::layout::Layout;
use crate::view::{In, Out};
use problem::Problem;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

/// How f32 matrix products are computed (`torch.set_float32_matmul_precision`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Precision {
    /// In f32.
    Highest,
    /// Factors may be rounded to TF32, which has 10 bits of mantissa; sums are in f32.
    High,
}

static PRECISION: AtomicI32 = AtomicI32::new(0);

/// For all threads and devices, from the next product on.
pub fn set_float32_precision(precision: Precision) {
    PRECISION.store((precision == Precision::High) as i32, Relaxed);
}

pub fn float32_precision() -> Precision {
    if PRECISION.load(Relaxed) == 1 { Precision::High } else { Precision::Highest }
}

/// C[…, i, j] = Σₖ A[…, i, k]·B[…, k, j] + bias[j] (`torch.matmul`, `torch.nn.functional.linear`).
///
/// `a` is [batch…, m, k] and `b` [batch…, k, n] in any strides, with the same batch sizes (broadcast by strides of 0);
/// `bias` is [n]; `out` is [batch…, m, n], contiguous. All have one dtype. Small floats sum in f32 and are rounded once,
/// integers wrap. The order of the sums depends on shapes, layouts and the device only.
pub fn matmul(queue: &Queue, a: In, b: In, bias: Option<In>, out: Out) -> Result<()> {
    let dense = bias.map(|bias| dense_bias(queue, bias)).transpose()?;
    let bias = match (&dense, bias) {
        (Some(Some((block, layout))), Some(bias)) => Some(In { base: block.address(), layout, ..bias }),
        _ => bias,
    };
    let p = Problem::new(a, b, bias, out);
    if p.m == 0 || p.n == 0 || p.batches() == 0 {
        return Ok(());
    }
    if p.k == 0 {
        return own::nothing(queue, &p);
    }
    let tf32 = p.dtype == DType::F32 && float32_precision() == Precision::High;
    // A vector as an operand is bounded by memory: no need of a library.
    let by_library = p.dtype.category() == Category::Float && p.m > 1 && p.n > 1;
    if by_library && library::matmul(queue, &p, tf32)? {
        return Ok(());
    }
    own::matmul(queue, &p, tf32)
}

/// A copy of a bias whose elements are not neighbours.
fn dense_bias(queue: &Queue, bias: In) -> Result<Option<(Block, Layout)>> {
    if bias.layout.shape()[0] <= 1 || bias.layout.strides()[0] == 1 {
        return Ok(None);
    }
    let layout = Layout::contiguous(bias.layout.shape());
    let block = queue.workspace(layout.numel() as usize * bias.dtype.size())?;
    copy(queue, bias, Out { base: block.address(), dtype: bias.dtype, layout: &layout })?;
    Ok(Some((block, layout)))
}
