//! Tensors from nothing: constants, ranges, random numbers. Recorded by nobody.

use crate::cpu::{fill as kernel, random as random_kernel};
use crate::cuda::{self, Queue, fill as cuda_kernel};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::checked_numel;
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::view::Out;

/// Uninitialised memory.
pub fn empty(shape: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    checked_numel(shape)?;
    Tensor::empty(shape, dtype, device)
}

/// A tensor that `cpu` or `cuda` fills.
fn filled(
    shape: &[i64],
    dtype: DType,
    device: Device,
    cpu: impl FnOnce(Out) -> Result<()>,
    cuda: impl FnOnce(&Queue, Out) -> Result<()>,
) -> Result<Tensor> {
    checked_numel(shape)?;
    let queue = match device {
        Device::Cpu => None,
        Device::Cuda(ordinal) => Some(cuda::queue(ordinal)?),
    };
    let x = Tensor::empty_on(shape, dtype, queue.as_ref())?;
    match &queue {
        None => cpu(x.output())?,
        Some(queue) => cuda(queue, x.output())?,
    }
    Ok(x)
}

pub fn full(shape: &[i64], value: Scalar, dtype: DType, device: Device) -> Result<Tensor> {
    value.check_fits(dtype)?;
    filled(shape, dtype, device, |out| kernel::fill(out, value), |queue, out| cuda_kernel::fill(queue, out, value))
}

pub fn zeros(shape: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    full(shape, Scalar::Int(0), dtype, device)
}

pub fn ones(shape: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    full(shape, Scalar::Int(1), dtype, device)
}

/// A rank-0 zero of x's dtype and device.
pub fn zero_of(x: &Tensor) -> Result<Tensor> {
    zeros(&[], x.dtype(), x.device())
}

/// Zeros of x's shape, dtype and device.
pub fn zeros_of(x: &Tensor) -> Result<Tensor> {
    zeros(x.shape(), x.dtype(), x.device())
}

/// `start, start + step, …` before `end`: ⌈(end − start) / step⌉ numbers.
pub fn arange(start: Scalar, end: Scalar, step: Scalar, dtype: DType, device: Device) -> Result<Tensor> {
    if dtype == DType::Bool {
        fail!(DTYPE, "arange is not defined for bool");
    }
    let all = [start, end, step];
    let count = if all.iter().all(|s| !matches!(s, Scalar::Float(_))) {
        let [start, end, step] = all.map(|s| s.to_i64() as i128);
        if step == 0 {
            fail!(INVALID_ARGUMENT, "step must not be 0");
        }
        if (end - start).signum() * step.signum() < 0 {
            fail!(INVALID_ARGUMENT, "step {step} leads away from end: start is {start}, end is {end}");
        }
        let span = end - start;
        (span / step + (span % step != 0) as i128) as f64
    } else {
        let [start, end, step] = all.map(Scalar::to_f64);
        if step == 0.0 || !step.is_finite() || !start.is_finite() || !end.is_finite() {
            fail!(INVALID_ARGUMENT, "start, end and step must be finite and step not 0: {start}, {end}, {step}");
        }
        if (end - start) * step < 0.0 {
            fail!(INVALID_ARGUMENT, "step {step} leads away from end: start is {start}, end is {end}");
        }
        ((end - start) / step).ceil()
    };
    if count >= i64::MAX as f64 {
        fail!(SHAPE, "{count} numbers do not fit a tensor");
    }
    filled(
        &[count as i64],
        dtype,
        device,
        |out| kernel::arange(out, start, step),
        |queue, out| cuda_kernel::arange(queue, out, start, step),
    )
}

/// `steps` evenly spaced numbers from `start` to `end`, both included.
pub fn linspace(start: f64, end: f64, steps: i64, dtype: DType, device: Device) -> Result<Tensor> {
    if dtype == DType::Bool {
        fail!(DTYPE, "linspace is not defined for bool");
    }
    // Integers lie between integers, as in PyTorch.
    let (start, end) = if dtype.is_float() { (start, end) } else { (start.trunc(), end.trunc()) };
    let (start, end) = (Scalar::Float(start), Scalar::Float(end));
    filled(
        &[steps],
        dtype,
        device,
        |out| kernel::linspace(out, start, end),
        |queue, out| cuda_kernel::linspace(queue, out, start, end),
    )
}

/// Ones on the diagonal of an [n, m] matrix of zeros.
pub fn eye(n: i64, m: i64, dtype: DType, device: Device) -> Result<Tensor> {
    filled(&[n, m], dtype, device, kernel::eye, cuda_kernel::eye)
}

fn check_float(dtype: DType, name: &str) -> Result<()> {
    if !dtype.is_float() {
        fail!(DTYPE, "{name} makes floats, not {dtype}");
    }
    Ok(())
}

/// Numbers that `cpu` or `cuda` draws from the blocks that are reserved for them: the same on every device.
fn drawn(
    shape: &[i64],
    dtype: DType,
    device: Device,
    blocks: impl Fn(i64) -> u64,
    cpu: impl FnOnce(Out, u64, u64) -> Result<()>,
    cuda: impl FnOnce(&Queue, Out, u64, u64) -> Result<()>,
) -> Result<Tensor> {
    let n = checked_numel(shape)?;
    let draw = || Generator::default_generator().reserve(blocks(n));
    filled(
        shape,
        dtype,
        device,
        |out| {
            let (seed, offset) = draw();
            cpu(out, seed, offset)
        },
        |queue, out| {
            let (seed, offset) = draw();
            cuda(queue, out, seed, offset)
        },
    )
}

/// Uniform on [0, 1).
pub fn rand(shape: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    check_float(dtype, "rand")?;
    let blocks = |n| random_kernel::uniform_blocks(n, dtype);
    drawn(shape, dtype, device, blocks, random_kernel::uniform, cuda::random::uniform)
}

/// Standard normal.
pub fn randn(shape: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    check_float(dtype, "randn")?;
    let blocks = |n| random_kernel::normal_blocks(n, dtype);
    drawn(shape, dtype, device, blocks, random_kernel::normal, cuda::random::normal)
}

/// Integers from `low` up to, not including, `high`.
pub fn randint(low: i64, high: i64, shape: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    if low >= high {
        fail!(INVALID_ARGUMENT, "low is {low}, expected less than high, which is {high}");
    }
    if dtype == DType::Bool && (low < 0 || high > 2) {
        fail!(DTYPE, "bool holds 0 and 1, not {low} to {}", high - 1);
    }
    drawn(
        shape,
        dtype,
        device,
        random_kernel::randint_blocks,
        |out, seed, offset| random_kernel::randint(out, low, high, seed, offset),
        |queue, out, seed, offset| cuda::random::randint(queue, out, low, high, seed, offset),
    )
}

/// A random order of 0 … n−1: each number depends on those before, so the host draws them for every device.
pub fn randperm(n: i64, dtype: DType, device: Device) -> Result<Tensor> {
    if dtype == DType::Bool {
        fail!(DTYPE, "randperm is not defined for bool");
    }
    let order = empty(&[n], DType::I64, Device::Cpu)?;
    let (seed, offset) = Generator::default_generator().reserve(random_kernel::randperm_blocks(n));
    random_kernel::randperm(order.output(), seed, offset)?;
    super::copy::to_device(&super::copy::to_dtype(&order, dtype)?, device, false)
}

/// A copy of host memory in C order; `bytes` must have exactly the tensor's size.
pub fn from_bytes(bytes: &[u8], shape: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    let nbytes = checked_numel(shape)? as u128 * dtype.size() as u128;
    if nbytes != bytes.len() as u128 {
        fail!(SHAPE, "{shape:?} of {dtype} has {nbytes} bytes, got {}", bytes.len());
    }
    let x = empty(shape, dtype, Device::Cpu)?;
    x.storage().write(0, bytes)?;
    super::copy::to_device(&x, device, false)
}
