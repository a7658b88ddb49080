//! Making tensors filled with numbers.

use super::border::{self, emit, scalar, sizes, tensor};
use super::options::{self, TensorOptions};
use super::types::*;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::ops::create;
use crate::scalar::Scalar;
use crate::tensor::Tensor as Value;

/// [`TensorOptions`] with the defaults filled in.
pub(super) struct Made {
    pub(super) dtype: DType,
    device: Device,
    requires_grad: bool,
}

impl Made {
    /// # Safety
    /// As [`options::read`].
    pub(super) unsafe fn read(options: *const TensorOptions, dtype: DType, device: Device) -> Result<Made> {
        // SAFETY: the caller's promise.
        let options = unsafe { options::read(options)? };
        let no_device = TensorDevice { r#type: 0, index: 0 };
        Ok(Made {
            dtype: border::optional_dtype(options.dtype, "options.dtype")?.unwrap_or(dtype),
            device: match options.device {
                d if d == no_device => device,
                d => border::device(d, "options.device")?,
            },
            requires_grad: options.requires_grad != 0,
        })
    }

    pub(super) fn finish(&self, make: impl FnOnce(DType, Device) -> Result<Value>) -> Result<Value> {
        if self.requires_grad && !self.dtype.is_float() {
            fail!(AUTOGRAD, "only float tensors can require grad, this one would be {}", self.dtype);
        }
        let value = make(self.dtype, self.device)?;
        if self.requires_grad {
            value.set_requires_grad(true)?;
        }
        Ok(value)
    }
}

/// The default f32 on the CPU.
///
/// # Safety
/// As [`options::read`].
unsafe fn float(options: *const TensorOptions) -> Result<Made> {
    // SAFETY: the caller's promise.
    unsafe { Made::read(options, DType::F32, Device::Cpu) }
}

/// The default i64 on the CPU.
///
/// # Safety
/// As [`options::read`].
unsafe fn index(options: *const TensorOptions) -> Result<Made> {
    // SAFETY: the caller's promise.
    unsafe { Made::read(options, DType::I64, Device::Cpu) }
}

/// The default is the dtype of the numbers: bool, i64 or f32.
///
/// # Safety
/// As [`options::read`].
unsafe fn of_scalars(options: *const TensorOptions, numbers: &[Scalar]) -> Result<Made> {
    let dtype = numbers.iter().try_fold(DType::Bool, |d, s| DType::promote(d, s.dtype()))?;
    // SAFETY: the caller's promise.
    unsafe { Made::read(options, dtype, Device::Cpu) }
}

/// The default is what `x` has.
///
/// # Safety
/// As [`options::read`].
unsafe fn like(options: *const TensorOptions, x: &Value) -> Result<Made> {
    // SAFETY: the caller's promise.
    unsafe { Made::read(options, x.dtype(), x.device()) }
}

/// Uninitialised memory of a shape. As torch.empty.
///
/// `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.
///
/// Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_empty(
    shape: *const i64,
    ndim: usize,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_empty", out, || {
            let shape = sizes(shape, ndim, "shape")?;
            float(options)?.finish(|dtype, device| create::empty(shape, dtype, device))
        })
    }
}

/// All 0. As torch.zeros.
///
/// `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.
///
/// Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_zeros(
    shape: *const i64,
    ndim: usize,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_zeros", out, || {
            let shape = sizes(shape, ndim, "shape")?;
            float(options)?.finish(|dtype, device| create::zeros(shape, dtype, device))
        })
    }
}

/// All 1. As torch.ones.
///
/// `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.
///
/// Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_ones(
    shape: *const i64,
    ndim: usize,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_ones", out, || {
            let shape = sizes(shape, ndim, "shape")?;
            float(options)?.finish(|dtype, device| create::ones(shape, dtype, device))
        })
    }
}

/// All `value`. As torch.full.
///
/// The default dtype is that of the value: bool, i64 or f32.
///
/// Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_full(
    shape: *const i64,
    ndim: usize,
    value: TensorScalar,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_full", out, || {
            let (shape, value) = (sizes(shape, ndim, "shape")?, scalar(value, "value")?);
            of_scalars(options, &[value])?.finish(|dtype, device| create::full(shape, value, dtype, device))
        })
    }
}

/// One number as a tensor of rank 0. As torch.tensor(value).
///
/// The default dtype is that of the value: bool, i64 or f32.
///
/// Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_scalar(
    value: TensorScalar,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_scalar", out, || {
            let value = scalar(value, "value")?;
            of_scalars(options, &[value])?.finish(|dtype, device| create::full(&[], value, dtype, device))
        })
    }
}

/// start, start + step, ... before `end`: ceil((end - start) / step) numbers, in shape [n]. As torch.arange.
///
/// The default dtype is i64 when all three are integers, else f32. Errors: INVALID_ARGUMENT when step is 0 or leads
/// away from end; else as tensor_full. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_arange(
    start: TensorScalar,
    end: TensorScalar,
    step: TensorScalar,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_arange", out, || {
            let (start, end, step) = (scalar(start, "start")?, scalar(end, "end")?, scalar(step, "step")?);
            arange(options, start, end, step)
        })
    }
}

/// `steps` evenly spaced numbers from `start` to `end`, both included, in shape [steps]. As torch.linspace.
///
/// The default dtype is f32. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
/// AUTOGRAD. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_linspace(
    start: f64,
    end: f64,
    steps: i64,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_linspace", out, || {
            float(options)?.finish(|dtype, device| create::linspace(start, end, steps, dtype, device))
        })
    }
}

/// 1 on the diagonal and 0 elsewhere, in shape [n, m]. As torch.eye.
///
/// The default dtype is f32. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
/// AUTOGRAD. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_eye(
    n: i64,
    m: i64,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_eye", out, || float(options)?.finish(|dtype, device| create::eye(n, m, dtype, device))) }
}

/// Random numbers, uniform on [0, 1). As torch.rand.
///
/// The default dtype is f32; only float dtypes. The numbers depend on the seed (tendon_manual_seed), not on the
/// number of threads.
///
/// Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_rand(
    shape: *const i64,
    ndim: usize,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_rand", out, || {
            let shape = sizes(shape, ndim, "shape")?;
            float(options)?.finish(|dtype, device| create::rand(shape, dtype, device))
        })
    }
}

/// Random numbers of the standard normal distribution. As torch.randn.
///
/// The default dtype is f32; only float dtypes. The numbers depend on the seed (tendon_manual_seed), not on the
/// number of threads.
///
/// Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_randn(
    shape: *const i64,
    ndim: usize,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_randn", out, || {
            let shape = sizes(shape, ndim, "shape")?;
            float(options)?.finish(|dtype, device| create::randn(shape, dtype, device))
        })
    }
}

/// Random integers from `low` up to, not including, `high`. As torch.randint.
///
/// The default dtype is i64. Errors: INVALID_ARGUMENT when low is not less than high; else as tensor_zeros. `out`:
/// new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_randint(
    low: i64,
    high: i64,
    shape: *const i64,
    ndim: usize,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_randint", out, || {
            let shape = sizes(shape, ndim, "shape")?;
            index(options)?.finish(|dtype, device| create::randint(low, high, shape, dtype, device))
        })
    }
}

/// 0, 1, ..., n - 1 in random order, in shape [n]. As torch.randperm.
///
/// The default dtype is i64. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
/// AUTOGRAD. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_randperm(n: i64, options: *const TensorOptions, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_randperm", out, || index(options)?.finish(|dtype, device| create::randperm(n, dtype, device)))
    }
}

/// Uninitialised memory, in the shape of `x` and C order. As torch.empty_like.
///
/// Dtype and device are those of `x` unless the options say otherwise.
///
/// Errors: INVALID_HANDLE; else as tensor_empty. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_empty_like(
    x: *const Tensor,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_empty_like", out, || {
            let x = tensor(x, "x")?;
            like(options, &x)?.finish(|dtype, device| create::empty(x.shape(), dtype, device))
        })
    }
}

/// All 0, in the shape of `x` and C order. As torch.zeros_like.
///
/// Dtype and device are those of `x` unless the options say otherwise.
///
/// Errors: INVALID_HANDLE; else as tensor_zeros. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_zeros_like(
    x: *const Tensor,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_zeros_like", out, || {
            let x = tensor(x, "x")?;
            like(options, &x)?.finish(|dtype, device| create::zeros(x.shape(), dtype, device))
        })
    }
}

/// All 1, in the shape of `x` and C order. As torch.ones_like.
///
/// Dtype and device are those of `x` unless the options say otherwise.
///
/// Errors: INVALID_HANDLE; else as tensor_ones. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_ones_like(
    x: *const Tensor,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_ones_like", out, || {
            let x = tensor(x, "x")?;
            like(options, &x)?.finish(|dtype, device| create::ones(x.shape(), dtype, device))
        })
    }
}

/// Random numbers, uniform on [0, 1), in the shape of `x` and C order. As torch.rand_like.
///
/// Dtype and device are those of `x` unless the options say otherwise.
///
/// Errors: INVALID_HANDLE; else as tensor_rand. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_rand_like(
    x: *const Tensor,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_rand_like", out, || {
            let x = tensor(x, "x")?;
            like(options, &x)?.finish(|dtype, device| create::rand(x.shape(), dtype, device))
        })
    }
}

/// Random numbers of the standard normal distribution, in the shape of `x` and C order. As torch.randn_like.
///
/// Dtype and device are those of `x` unless the options say otherwise.
///
/// Errors: INVALID_HANDLE; else as tensor_randn. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_randn_like(
    x: *const Tensor,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_randn_like", out, || {
            let x = tensor(x, "x")?;
            like(options, &x)?.finish(|dtype, device| create::randn(x.shape(), dtype, device))
        })
    }
}

/// All `value`, in the shape of `x` and C order. As torch.full_like.
///
/// Dtype and device are those of `x` unless the options say otherwise.
///
/// Errors: INVALID_HANDLE; else as tensor_full. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_full_like(
    x: *const Tensor,
    value: TensorScalar,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_full_like", out, || {
            let (x, value) = (tensor(x, "x")?, scalar(value, "value")?);
            like(options, &x)?.finish(|dtype, device| create::full(x.shape(), value, dtype, device))
        })
    }
}

/// # Safety
/// As [`options::read`].
unsafe fn arange(options: *const TensorOptions, start: Scalar, end: Scalar, step: Scalar) -> Result<Value> {
    let floats = [start, end, step].iter().any(|s| matches!(s, Scalar::Float(_)));
    let default = if floats { DType::F32 } else { DType::I64 };
    // SAFETY: the caller's promise.
    let made = unsafe { Made::read(options, default, Device::Cpu)? };
    made.finish(|dtype, device| create::arange(start, end, step, dtype, device))
}
