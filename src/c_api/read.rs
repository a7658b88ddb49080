//! Reading the elements on the host. Nothing here moves data between devices except tensor_to_cpu and
//! tensor_copy_to_host.

use super::border::{self, Output, call, emit, peek, put, tensor};
use super::types::*;
use crate::device::Device;
use crate::dtype::{Bool, DType};
use crate::error::Result;
use crate::fail;
use crate::ops::copy;
use crate::tensor::Tensor as Value;
use crate::tensor::mode::{self, Mode};
use half::{bf16, f16};
use std::ffi::c_void;

/// The tensor on the CPU: itself if it is there, else a copy, for which pending device work is awaited. Recorded for
/// backward. As torch.Tensor.cpu.
///
/// Errors: INVALID_HANDLE, OUT_OF_MEMORY, CUDA. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_to_cpu(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_to_cpu", out, || copy::to_cpu(&tensor(x, "x")?)) }
}

fn on_cpu(x: &Value) -> Result<()> {
    if x.device() != Device::Cpu {
        fail!(NOT_ON_CPU, "x is on {}: call tensor_to_cpu first", x.device());
    }
    Ok(())
}

fn on_cuda(x: &Value) -> Result<()> {
    if x.device() == Device::Cpu {
        fail!(DEVICE, "x is on the CPU, expected a CUDA device: use tensor_data");
    }
    Ok(())
}

/// The elements of a CUDA tensor in C order as a device address, for reading by kernels and libraries of the caller's.
///
/// The address is for work in the current stream of the tensor's device, or in another that waits for it. Errors:
/// INVALID_HANDLE, DEVICE, NOT_CONTIGUOUS (call tensor_contiguous). `*out`: borrowed until the last handle of the tensor is
/// released; work that uses it must be in the stream by then.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_cuda_data(x: *const Tensor, out: *mut *const c_void) -> TensorStatus {
    let address = |x: &Value| {
        on_cuda(x)?;
        contiguous(x, None)?;
        Ok(x.origin_address().cast())
    };
    // SAFETY: the caller's variable; a pointer to const and one to mut are laid out alike.
    unsafe { give("tensor_cuda_data", x, out.cast::<*mut c_void>(), address) }
}

/// As tensor_cuda_data, for writing. Counts as a write at the time of the call: see tensor_version.
///
/// Errors: as tensor_cuda_data, READ_ONLY, AUTOGRAD when the tensor requires grad and this thread records (detach first).
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_cuda_data_mut(x: *mut Tensor, out: *mut *mut c_void) -> TensorStatus {
    let address = |x: &Value| {
        on_cuda(x)?;
        contiguous(x, None)?;
        note_write(x)?;
        Ok(x.origin_address().cast())
    };
    // SAFETY: the caller's variable.
    unsafe { give("tensor_cuda_data_mut", x, out, address) }
}

/// `strided` is the function that does without C order, if there is one.
fn contiguous(x: &Value, strided: Option<&str>) -> Result<()> {
    if !x.is_contiguous() {
        let or = strided.map_or(String::new(), |strided| format!(", or {strided} and read the strides"));
        fail!(
            NOT_CONTIGUOUS,
            "x has shape {:?} and strides {:?}, which is not C order: call tensor_contiguous{or}",
            x.shape(),
            x.layout().strides()
        );
    }
    Ok(())
}

/// Whether the host may write; notes the write.
fn note_write(x: &Value) -> Result<()> {
    x.storage().check_writable("x")?;
    if mode::current() == Mode::Grad && x.is_tracked() {
        fail!(
            AUTOGRAD,
            "x requires grad, and backward would not see what is written: detach first, or use no-grad mode"
        );
    }
    x.storage().bump();
    Ok(())
}

/// Address of the elements in C order.
pub(super) fn readable(x: &Value) -> Result<*const c_void> {
    on_cpu(x)?;
    contiguous(x, Some("tensor_data_strided"))?;
    Ok(x.origin_address().cast())
}

/// As [`readable`], for writing.
pub(super) fn writable(x: &Value) -> Result<*mut c_void> {
    on_cpu(x)?;
    contiguous(x, Some("tensor_data_mut_strided"))?;
    note_write(x)?;
    Ok(x.origin_address().cast())
}

/// # Safety
/// `out` is NULL or writable.
unsafe fn give<T>(
    name: &str,
    x: *const Tensor,
    out: *mut *mut T,
    address: fn(&Value) -> Result<*mut T>,
) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's promise.
        let out = unsafe { Output::new(out, "out")? };
        out.set(peek(x, "x", address)??);
        Ok(())
    })
}

/// The elements in C order, for reading.
///
/// Errors: INVALID_HANDLE, NOT_ON_CPU, NOT_CONTIGUOUS (call tensor_contiguous, or tensor_data_strided and read the
/// strides). `*out`: borrowed until the last handle of the tensor is released.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data(x: *const Tensor, out: *mut *const c_void) -> TensorStatus {
    // SAFETY: the caller's variable; a pointer to const and one to mut are laid out alike.
    unsafe { give("tensor_data", x, out.cast(), |x| Ok(readable(x)?.cast_mut())) }
}

/// The elements in C order, for writing. Counts as a write at the time of the call: see tensor_version.
///
/// Errors: INVALID_HANDLE, NOT_ON_CPU, NOT_CONTIGUOUS, READ_ONLY, AUTOGRAD when the tensor requires grad and this thread
/// records (detach first). `*out`: borrowed until the last handle of the tensor is released.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut(x: *mut Tensor, out: *mut *mut c_void) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { give("tensor_data_mut", x, out, writable) }
}

/// The address of element [0, 0, ...], for reading; the others lie at multiples of tensor_strides, in elements.
///
/// Errors: INVALID_HANDLE, NOT_ON_CPU. `*out`: borrowed until the last handle of the tensor is released.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_strided(x: *const Tensor, out: *mut *const c_void) -> TensorStatus {
    // SAFETY: as in tensor_data.
    unsafe {
        give("tensor_data_strided", x, out.cast::<*mut c_void>(), |x| on_cpu(x).map(|()| x.origin_address().cast()))
    }
}

/// The address of element [0, 0, ...], for writing; the others lie at multiples of tensor_strides, in elements. Counts as
/// a write at the time of the call.
///
/// Errors: INVALID_HANDLE, NOT_ON_CPU, READ_ONLY, AUTOGRAD when the tensor requires grad and this thread records (detach
/// first). `*out`: borrowed until the last handle of the tensor is released.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_data_mut_strided(x: *mut Tensor, out: *mut *mut c_void) -> TensorStatus {
    fn address(x: &Value) -> Result<*mut c_void> {
        on_cpu(x)?;
        note_write(x)?;
        Ok(x.origin_address().cast())
    }
    // SAFETY: the caller's variable.
    unsafe { give("tensor_data_mut_strided", x, out, address) }
}

/// Copies the elements in C order, in the tensor's dtype, from any device. Not recorded.
///
/// `nbytes` is the size of `buffer`, at least tensor_nbytes(x); it needs no alignment. Errors: INVALID_HANDLE,
/// OUT_OF_BOUNDS when the buffer is too small, NULL_POINTER, OUT_OF_MEMORY, CUDA.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_copy_to_host(x: *const Tensor, buffer: *mut c_void, nbytes: usize) -> TensorStatus {
    call("tensor_copy_to_host", || {
        let x = tensor(x, "x")?;
        let needed = x.numel() as u128 * x.dtype().size() as u128;
        if needed > nbytes as u128 {
            fail!(
                OUT_OF_BOUNDS,
                "shape {:?} of {} needs {needed} bytes, the buffer has {nbytes}",
                x.shape(),
                x.dtype()
            );
        }
        if needed == 0 {
            return Ok(());
        }
        border::not_null(buffer, "buffer")?;
        let _mode = mode::within(Mode::NoGrad);
        let x = copy::contiguous(&copy::to_cpu(&x)?)?;
        // SAFETY: contiguous elements of `needed` bytes, and a buffer that has as many; the two may overlap.
        unsafe { std::ptr::copy(x.origin_address(), buffer.cast(), needed as usize) };
        Ok(())
    })
}

/// One element.
#[derive(Clone, Copy)]
enum Element {
    Bool(bool),
    /// Wide enough for i64 and u64.
    Int(i128),
    Float(f64),
}

fn element(x: &Value) -> Result<Element> {
    if x.numel() != 1 {
        fail!(SHAPE, "x has shape {:?} and {} elements, expected one", x.shape(), x.numel());
    }
    on_cpu(x)?;
    let at = x.origin_address();
    macro_rules! read {
        ($type:ty) => {
            // SAFETY: the one element, of this type.
            unsafe { at.cast::<$type>().read() }
        };
    }
    Ok(match x.dtype() {
        DType::Bool => Element::Bool(read!(Bool).get()),
        DType::U8 => Element::Int(read!(u8).into()),
        DType::U16 => Element::Int(read!(u16).into()),
        DType::U32 => Element::Int(read!(u32).into()),
        DType::U64 => Element::Int(read!(u64).into()),
        DType::I8 => Element::Int(read!(i8).into()),
        DType::I16 => Element::Int(read!(i16).into()),
        DType::I32 => Element::Int(read!(i32).into()),
        DType::I64 => Element::Int(read!(i64).into()),
        DType::F16 => Element::Float(read!(f16).to_f64()),
        DType::BF16 => Element::Float(read!(bf16).to_f64()),
        DType::F32 => Element::Float(read!(f32).into()),
        DType::F64 => Element::Float(read!(f64)),
    })
}

fn int(i: i128) -> Result<i64> {
    match i64::try_from(i) {
        Ok(i) => Ok(i),
        Err(_) => fail!(INVALID_ARGUMENT, "the element is {i}, which does not fit an int64_t"),
    }
}

/// # Safety
/// `out` is NULL or writable.
unsafe fn item<T>(name: &str, x: *const Tensor, out: *mut T, convert: fn(Element) -> Result<T>) -> TensorStatus {
    call(name, || {
        border::not_null(out, "out")?;
        let value = convert(peek(x, "x", element)??)?;
        // SAFETY: the caller's promise.
        unsafe { put(out, value) }
    })
}

/// The one element: a BOOL, INT or FLOAT by the dtype. As torch.Tensor.item.
///
/// Errors: INVALID_HANDLE, SHAPE when there is not one element, NOT_ON_CPU, INVALID_ARGUMENT for a u64 above INT64_MAX.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_item(x: *const Tensor, out: *mut TensorScalar) -> TensorStatus {
    fn scalar(element: Element) -> Result<TensorScalar> {
        let (kind, value) = match element {
            Element::Bool(b) => (TENSOR_SCALAR_BOOL, TensorScalarValue { i: b.into() }),
            Element::Int(i) => (TENSOR_SCALAR_INT, TensorScalarValue { i: int(i)? }),
            Element::Float(f) => (TENSOR_SCALAR_FLOAT, TensorScalarValue { f }),
        };
        Ok(TensorScalar { kind, reserved: 0, value })
    }
    // SAFETY: the caller's variable.
    unsafe { item("tensor_item", x, out, scalar) }
}

/// The one element as a double. Errors: as tensor_item, without INVALID_ARGUMENT.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_item_f64(x: *const Tensor, out: *mut f64) -> TensorStatus {
    fn float(element: Element) -> Result<f64> {
        Ok(match element {
            Element::Bool(b) => b.into(),
            Element::Int(i) => i as f64,
            Element::Float(f) => f,
        })
    }
    // SAFETY: the caller's variable.
    unsafe { item("tensor_item_f64", x, out, float) }
}

/// The one element as an int64_t; floats are rounded towards zero. Errors: as tensor_item, and INVALID_ARGUMENT for what
/// does not fit (NaN, infinities, large numbers).
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_item_i64(x: *const Tensor, out: *mut i64) -> TensorStatus {
    fn integer(element: Element) -> Result<i64> {
        match element {
            Element::Bool(b) => Ok(b.into()),
            Element::Int(i) => int(i),
            Element::Float(f) if (-9223372036854775808.0..9223372036854775808.0).contains(&f) => Ok(f as i64),
            Element::Float(f) => fail!(INVALID_ARGUMENT, "the element is {f}, which does not fit an int64_t"),
        }
    }
    // SAFETY: the caller's variable.
    unsafe { item("tensor_item_i64", x, out, integer) }
}

/// Whether the one element is not 0. Errors: as tensor_item, without INVALID_ARGUMENT.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_item_bool(x: *const Tensor, out: *mut CBool) -> TensorStatus {
    fn truth(element: Element) -> Result<CBool> {
        Ok(match element {
            Element::Bool(b) => b,
            Element::Int(i) => i != 0,
            Element::Float(f) => f != 0.0,
        }
        .into())
    }
    // SAFETY: the caller's variable.
    unsafe { item("tensor_item_bool", x, out, truth) }
}
