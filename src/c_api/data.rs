//! The elements as C arrays, one function per dtype.

use super::border::{self, call, peek};
use super::read::{readable, writable};
use super::types::*;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::tensor::Tensor as Value;

/// # Safety
/// `out` is NULL or writable.
unsafe fn typed<T>(name: &str, x: *const Tensor, dtype: DType, out: *mut *const T) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's promise. A pointer to const and one to mut are laid out alike.
        let out = unsafe { border::Output::new(out.cast::<*mut T>(), "out")? };
        out.set(peek(x, "x", |x| check(x, dtype).and_then(|()| readable(x)))??.cast_mut().cast());
        Ok(())
    })
}

/// # Safety
/// `out` is NULL or writable.
unsafe fn typed_mut<T>(name: &str, x: *mut Tensor, dtype: DType, out: *mut *mut T) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's promise.
        let out = unsafe { border::Output::new(out, "out")? };
        out.set(peek(x, "x", |x| check(x, dtype).and_then(|()| writable(x)))??.cast());
        Ok(())
    })
}

fn check(x: &Value, dtype: DType) -> Result<()> {
    if x.dtype() != dtype {
        fail!(DTYPE, "x is {}, expected {dtype}", x.dtype());
    }
    Ok(())
}

/// The bool elements (bool: any byte but 0 is true) of `x` in C order, for reading. As tensor_data, and DTYPE when
/// `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_bool(x: *const Tensor, out: *mut *const CBool) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_bool", x, DType::Bool, out) }
}

/// The u8 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_u8(x: *const Tensor, out: *mut *const u8) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_u8", x, DType::U8, out) }
}

/// The u16 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_u16(x: *const Tensor, out: *mut *const u16) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_u16", x, DType::U16, out) }
}

/// The u32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_u32(x: *const Tensor, out: *mut *const u32) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_u32", x, DType::U32, out) }
}

/// The u64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_u64(x: *const Tensor, out: *mut *const u64) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_u64", x, DType::U64, out) }
}

/// The i8 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_i8(x: *const Tensor, out: *mut *const i8) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_i8", x, DType::I8, out) }
}

/// The i16 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_i16(x: *const Tensor, out: *mut *const i16) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_i16", x, DType::I16, out) }
}

/// The i32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_i32(x: *const Tensor, out: *mut *const i32) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_i32", x, DType::I32, out) }
}

/// The i64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_i64(x: *const Tensor, out: *mut *const i64) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_i64", x, DType::I64, out) }
}

/// The f16 elements (the bits of IEEE half precision numbers) of `x` in C order, for reading. As tensor_data, and
/// DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_f16(x: *const Tensor, out: *mut *const u16) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_f16", x, DType::F16, out) }
}

/// The bf16 elements (the bits of bfloat16 numbers) of `x` in C order, for reading. As tensor_data, and DTYPE when
/// `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_bf16(x: *const Tensor, out: *mut *const u16) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_bf16", x, DType::BF16, out) }
}

/// The f32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_f32(x: *const Tensor, out: *mut *const f32) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_f32", x, DType::F32, out) }
}

/// The f64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_f64(x: *const Tensor, out: *mut *const f64) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed("tensor_data_f64", x, DType::F64, out) }
}

/// The bool elements (bool: any byte but 0 is true) of `x` in C order, for writing. As tensor_data_mut, and DTYPE
/// when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_bool(x: *mut Tensor, out: *mut *mut CBool) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_bool", x, DType::Bool, out) }
}

/// The u8 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_u8(x: *mut Tensor, out: *mut *mut u8) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_u8", x, DType::U8, out) }
}

/// The u16 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_u16(x: *mut Tensor, out: *mut *mut u16) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_u16", x, DType::U16, out) }
}

/// The u32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_u32(x: *mut Tensor, out: *mut *mut u32) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_u32", x, DType::U32, out) }
}

/// The u64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_u64(x: *mut Tensor, out: *mut *mut u64) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_u64", x, DType::U64, out) }
}

/// The i8 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_i8(x: *mut Tensor, out: *mut *mut i8) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_i8", x, DType::I8, out) }
}

/// The i16 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_i16(x: *mut Tensor, out: *mut *mut i16) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_i16", x, DType::I16, out) }
}

/// The i32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_i32(x: *mut Tensor, out: *mut *mut i32) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_i32", x, DType::I32, out) }
}

/// The i64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_i64(x: *mut Tensor, out: *mut *mut i64) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_i64", x, DType::I64, out) }
}

/// The f16 elements (the bits of IEEE half precision numbers) of `x` in C order, for writing. As tensor_data_mut,
/// and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_f16(x: *mut Tensor, out: *mut *mut u16) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_f16", x, DType::F16, out) }
}

/// The bf16 elements (the bits of bfloat16 numbers) of `x` in C order, for writing. As tensor_data_mut, and DTYPE
/// when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_bf16(x: *mut Tensor, out: *mut *mut u16) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_bf16", x, DType::BF16, out) }
}

/// The f32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_f32(x: *mut Tensor, out: *mut *mut f32) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_f32", x, DType::F32, out) }
}

/// The f64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_f64(x: *mut Tensor, out: *mut *mut f64) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { typed_mut("tensor_data_mut_f64", x, DType::F64, out) }
}
