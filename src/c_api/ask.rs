//! Questions about a tensor: the answer itself, or -1 (TENSOR_DTYPE_INVALID for dtypes) with the error stored.

use super::border::{self, ask, call, peek, put};
use super::types::*;
use crate::device::Device;
use crate::dtype::{DType, result_type};
use crate::error::Result;
use crate::fail;
use crate::layout::normalize_dim;
use crate::list;
use crate::tensor::Tensor as Value;
use std::ffi::{CStr, c_char};

/// [`ask`] one thing of one tensor.
fn of<T>(name: &str, x: *const Tensor, none: T, answer: impl FnOnce(&Value) -> T) -> T {
    ask(name, none, || peek(x, "x", answer))
}

/// A place of the shape or the strides.
fn at(numbers: &[i64], dim: i64) -> Result<i64> {
    if numbers.is_empty() {
        fail!(SHAPE, "dim is {dim}, a rank-0 tensor has none");
    }
    let dim = normalize_dim(dim, numbers.len())?;
    Ok(numbers.get(dim).copied().unwrap_or(-1))
}

/// How many dimensions. As torch.Tensor.ndim.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_ndim(x: *const Tensor) -> i32 {
    of("tensor_ndim", x, -1, |x| x.ndim() as i32)
}

/// The size of a dimension, in elements; negative dims count from the end. As torch.Tensor.size. Errors: INVALID_HANDLE,
/// SHAPE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_size(x: *const Tensor, dim: i64) -> i64 {
    ask("tensor_size", -1, || peek(x, "x", |x| at(x.shape(), dim))?)
}

/// The step of a dimension, in elements; negative dims count from the end. As torch.Tensor.stride. A stride can itself be
/// -1: where negative strides may be, ask tensor_strides. Errors: INVALID_HANDLE, SHAPE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_stride(x: *const Tensor, dim: i64) -> i64 {
    ask("tensor_stride", -1, || peek(x, "x", |x| at(x.layout().strides(), dim))?)
}

/// How many elements. As torch.Tensor.numel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_numel(x: *const Tensor) -> i64 {
    of("tensor_numel", x, -1, Value::numel)
}

/// How many bytes the elements have without gaps: numel times the size of the dtype. As torch.Tensor.nbytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_nbytes(x: *const Tensor) -> i64 {
    of("tensor_nbytes", x, -1, |x| x.numel().saturating_mul(x.dtype().size() as i64))
}

/// Where element [0, 0, ...] lies in its memory, in elements. As torch.Tensor.storage_offset.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_storage_offset(x: *const Tensor) -> i64 {
    of("tensor_storage_offset", x, -1, |x| x.layout().offset())
}

/// Copies one number per dimension.
///
/// # Safety
/// `out` is NULL or has room for `capacity` numbers.
unsafe fn copy_out(numbers: &[i64], out: *mut i64, capacity: usize) -> Result<()> {
    if capacity < numbers.len() {
        fail!(INVALID_ARGUMENT, "capacity is {capacity}, x has {} dimensions", numbers.len());
    }
    if !numbers.is_empty() {
        border::not_null(out, "out")?;
        // SAFETY: room for `capacity`, which is enough.
        unsafe { std::ptr::copy_nonoverlapping(numbers.as_ptr(), out, numbers.len()) };
    }
    Ok(())
}

/// Writes the sizes, tensor_ndim(x) of them; `capacity` must not be less. Errors: INVALID_HANDLE, INVALID_ARGUMENT,
/// NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_shape(x: *const Tensor, out: *mut i64, capacity: usize) -> TensorStatus {
    // SAFETY: the caller's array.
    call("tensor_shape", || peek(x, "x", |x| unsafe { copy_out(x.shape(), out, capacity) })?)
}

/// Writes the strides, in elements, tensor_ndim(x) of them; `capacity` must not be less. Errors: INVALID_HANDLE,
/// INVALID_ARGUMENT, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_strides(x: *const Tensor, out: *mut i64, capacity: usize) -> TensorStatus {
    // SAFETY: the caller's array.
    call("tensor_strides", || peek(x, "x", |x| unsafe { copy_out(x.layout().strides(), out, capacity) })?)
}

/// The dtype; TENSOR_DTYPE_INVALID on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_dtype(x: *const Tensor) -> TensorDType {
    of("tensor_dtype", x, TENSOR_DTYPE_INVALID, |x| x.dtype() as i32)
}

/// Where the elements live.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_device(x: *const Tensor, out: *mut TensorDevice) -> TensorStatus {
    call("tensor_device", || {
        let device = match peek(x, "x", Value::device)? {
            Device::Cpu => TensorDevice { r#type: TENSOR_DEVICE_CPU, index: 0 },
            Device::Cuda(ordinal) => TensorDevice { r#type: TENSOR_DEVICE_CUDA, index: ordinal as i32 },
        };
        // SAFETY: the caller's variable.
        unsafe { put(out, device) }
    })
}

/// 1 if the elements lie in C order without gaps, 0 if not, -1 on failure. As torch.Tensor.is_contiguous.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_is_contiguous(x: *const Tensor) -> i32 {
    of("tensor_is_contiguous", x, -1, |x| x.is_contiguous().into())
}

/// 1 if no recorded op made it, 0 if one did, -1 on failure. As torch.Tensor.is_leaf.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_is_leaf(x: *const Tensor) -> i32 {
    of("tensor_is_leaf", x, -1, |x| x.is_leaf().into())
}

/// 1 if ops on it are recorded, 0 if not, -1 on failure. As torch.Tensor.requires_grad.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_requires_grad(x: *const Tensor) -> i32 {
    of("tensor_requires_grad", x, -1, |x| x.is_tracked().into())
}

/// 1 if it looks into the memory of another tensor, 0 if not, -1 on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_is_view(x: *const Tensor) -> i32 {
    of("tensor_is_view", x, -1, |x| x.is_view().into())
}

/// 1 if its memory was lent read-only, 0 if not, -1 on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_is_read_only(x: *const Tensor) -> i32 {
    of("tensor_is_read_only", x, -1, |x| x.storage().read_only().into())
}

/// 1 if it was made in inference mode, 0 if not, -1 on failure. As torch.Tensor.is_inference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_is_inference(x: *const Tensor) -> i32 {
    of("tensor_is_inference", x, -1, |x| x.is_inference().into())
}

/// 1 if both handles are of one and the same tensor, 0 if not, -1 on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_is_same(a: *const Tensor, b: *const Tensor) -> i32 {
    ask("tensor_is_same", -1, || Ok(border::tensor(a, "a")?.same(&border::tensor(b, "b")?).into()))
}

/// 1 if the two tensors may have bytes in common (the ranges of their elements meet), 0 if not, -1 on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_shares_memory(a: *const Tensor, b: *const Tensor) -> i32 {
    ask("tensor_shares_memory", -1, || {
        let (a, b) = (border::tensor(a, "a")?, border::tensor(b, "b")?);
        let (Some((a0, a1)), Some((b0, b1))) = (byte_range(&a), byte_range(&b)) else { return Ok(0) };
        Ok((a.device() == b.device() && a0 < b1 && b0 < a1).into())
    })
}

/// First and one-past-last address of the elements.
fn byte_range(x: &Value) -> Option<(i128, i128)> {
    let (low, high) = x.layout().extent()?;
    let (base, size) = (x.storage().base().addr() as i128, x.dtype().size() as i128);
    Some((base + low as i128 * size, base + high as i128 * size))
}

/// How often the memory was written, through any tensor that shares it. As torch.Tensor._version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_version(x: *const Tensor) -> i64 {
    of("tensor_version", x, -1, |x| x.storage().version() as i64)
}

/// Bytes of one element; 0 for what is no dtype, with the error stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_dtype_size(dtype: TensorDType) -> usize {
    ask("tensor_dtype_size", 0, || Ok(border::dtype(dtype, "dtype")?.size()))
}

/// The name of a dtype: "f32", "bool"; "invalid" for what is none. Lives for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_dtype_name(dtype: TensorDType) -> *const c_char {
    dtype_name(dtype).as_ptr()
}

fn dtype_name(dtype: TensorDType) -> &'static CStr {
    match dtype {
        TENSOR_DTYPE_BOOL => c"bool",
        TENSOR_DTYPE_U8 => c"u8",
        TENSOR_DTYPE_U16 => c"u16",
        TENSOR_DTYPE_U32 => c"u32",
        TENSOR_DTYPE_U64 => c"u64",
        TENSOR_DTYPE_I8 => c"i8",
        TENSOR_DTYPE_I16 => c"i16",
        TENSOR_DTYPE_I32 => c"i32",
        TENSOR_DTYPE_I64 => c"i64",
        TENSOR_DTYPE_F16 => c"f16",
        TENSOR_DTYPE_BF16 => c"bf16",
        TENSOR_DTYPE_F32 => c"f32",
        TENSOR_DTYPE_F64 => c"f64",
        TENSOR_DTYPE_COMPLEX64 => c"complex64",
        TENSOR_DTYPE_COMPLEX128 => c"complex128",
        _ => c"invalid",
    }
}

/// The smallest dtype that both convert to. As torch.promote_types. Errors: DTYPE.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_promote_types(a: TensorDType, b: TensorDType, out: *mut TensorDType) -> TensorStatus {
    call("tensor_promote_types", || {
        border::not_null(out, "out")?;
        let dtype = DType::promote(border::dtype(a, "a")?, border::dtype(b, "b")?)?;
        // SAFETY: the caller's variable.
        unsafe { put(out, dtype as i32) }
    })
}

/// The dtype that arithmetic over these tensors has. As torch.result_type: a tensor of rank 0 counts only when its dtype
/// is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE, DTYPE, INVALID_ARGUMENT when there are none.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_result_type(
    tensors: *const *const Tensor,
    n: usize,
    out: *mut TensorDType,
) -> TensorStatus {
    call("tensor_result_type", || {
        border::not_null(out, "out")?;
        // SAFETY: the caller's array.
        let tensors = unsafe { border::tensors(tensors, n, "tensors")? };
        let operands = list::collect(tensors.iter().map(|x| x.meta().operand()))?;
        match result_type(&operands)? {
            // SAFETY: the caller's variable.
            Some(dtype) => unsafe { put(out, dtype as i32) },
            None => fail!(INVALID_ARGUMENT, "n is 0, expected at least one tensor"),
        }
    })
}
