//! Making tensors from memory of the caller.

use super::border::{self, Output, call, emit, sizes};
use super::fill::Made;
use super::options::{self, TensorHostBufferOptions, TensorOptions};
use super::release_queue;
use super::types::*;
use crate::cuda::transfer::{self, Place};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::{Layout, contiguous_strides};
use crate::ops::create;
use crate::storage::Storage;
use crate::storage::release::{Call, Release};
use crate::tensor::Tensor as Value;
use crate::{cuda, fail, layout};
use std::ffi::c_void;

// ---- from memory ----

/// Borrows memory of the caller as a tensor, without a copy: element [0, 0, ...] lies at `data` + offset. As
/// torch.from_blob.
///
/// `nbytes` is the size of the buffer: shape, strides and offset must stay within. `shape` has `ndim` sizes; NULL only if
/// `ndim` is 0. `data` must be aligned to its element, and may be NULL only when there are no elements. The memory must
/// stay valid until `options->release` is called (once, after the last tensor over it is gone), or else for as long as
/// any tensor uses it; when this function fails, release is not called. Nothing is read.
///
/// Errors: DTYPE, SHAPE, OUT_OF_BOUNDS, MISALIGNED, NULL_POINTER, INVALID_OPTIONS. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_from_host_buffer(
    data: *mut c_void,
    nbytes: usize,
    dtype: TensorDType,
    shape: *const i64,
    ndim: usize,
    options: *const TensorHostBufferOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's arguments, as documented.
    let make = || unsafe { borrow(data, nbytes, Device::Cpu, dtype, shape, ndim, options, out) };
    call("tensor_from_host_buffer", make)
}

/// Borrows memory of a CUDA device, without a copy: as tensor_from_host_buffer with a device address in `data`.
///
/// Work of the caller's that writes the memory must come before this tensor's in the current stream of `device`, or be
/// waited for (tendon_cuda_stream_wait_event, tendon_cuda_stream_from_native). `options->release` is called once the
/// last tensor over the memory is gone and the device is done with it. As tensors over __cuda_array_interface__.
///
/// Errors: as tensor_from_host_buffer, and DEVICE when `device` is no CUDA device or `data` lies elsewhere,
/// CUDA_UNAVAILABLE. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_from_device_buffer(
    data: *mut c_void,
    nbytes: usize,
    device: TensorDevice,
    dtype: TensorDType,
    shape: *const i64,
    ndim: usize,
    options: *const TensorHostBufferOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    call("tensor_from_device_buffer", || {
        // SAFETY: the caller's variable.
        let _cleared = unsafe { Output::new(out, "out")? };
        let device = border::device(device, "device")?;
        let Device::Cuda(ordinal) = device else {
            fail!(DEVICE, "device is {device}, expected a CUDA device: use tensor_from_host_buffer for host memory");
        };
        let place = transfer::place_of(cuda::device(ordinal)?, data.cast())?;
        if !data.is_null() && place != Place::Device(ordinal) {
            fail!(DEVICE, "data is {data:?}, which is not in the memory of {device}");
        }
        // SAFETY: the caller's arguments, as documented.
        unsafe { borrow(data, nbytes, device, dtype, shape, ndim, options, out) }
    })
}

/// # Safety
/// As tensor_from_host_buffer and tensor_from_device_buffer.
#[allow(clippy::too_many_arguments, reason = "those of the C functions")]
unsafe fn borrow(
    data: *mut c_void,
    nbytes: usize,
    device: Device,
    dtype: TensorDType,
    shape: *const i64,
    ndim: usize,
    options: *const TensorHostBufferOptions,
    out: *mut *mut Tensor,
) -> Result<()> {
    // SAFETY: the caller's pointers, as the documentation above says.
    let (out, shape) = unsafe { (Output::new(out, "out")?, sizes(shape, ndim, "shape")?) };
    let dtype = border::dtype(dtype, "dtype")?;
    // SAFETY: as above.
    let options = unsafe { options::read(options)? };
    layout::checked_numel(shape)?;
    let strides = if options.strides.is_null() {
        contiguous_strides(shape)
    } else {
        // SAFETY: one stride per dimension.
        layout::Dims::from_slice(unsafe { sizes(options.strides, ndim, "options.strides")? })
    };
    let layout = Layout::strided(shape, &strides, options.offset)?;
    check_buffer(data, nbytes, dtype, &layout)?;
    let queue = release_queue::wished(options.release_queue)?;
    let release = options.release.map(|function| Call { function, data, user_data: options.user_data });
    let release = release.map(|call| Release::new(call, queue)).transpose()?;
    // SAFETY: the caller keeps the memory valid until `release`.
    let storage = unsafe { Storage::borrow(data.cast(), nbytes, device, options.read_only != 0, release)? };
    match Value::new(storage.clone(), layout, dtype).and_then(border::hand_out) {
        Ok(handle) => out.set(handle),
        Err(error) => {
            storage.forget_release();
            return Err(error);
        }
    }
    Ok(())
}

/// Every element of `layout` lies within `nbytes` bytes at `data`, and aligned.
fn check_buffer(data: *const c_void, nbytes: usize, dtype: DType, layout: &Layout) -> Result<()> {
    let Some((low, high)) = layout.extent() else {
        let room = nbytes / dtype.size();
        if usize::try_from(layout.offset()).is_ok_and(|offset| offset <= room) {
            return Ok(());
        }
        fail!(OUT_OF_BOUNDS, "offset is {}, the buffer has {room} elements of {dtype}", layout.offset());
    };
    border::not_null(data, "data")?;
    if low < 0 {
        fail!(
            OUT_OF_BOUNDS,
            "shape {:?} with strides {:?} and offset {} starts {} elements before data",
            layout.shape(),
            layout.strides(),
            layout.offset(),
            low.unsigned_abs()
        );
    }
    let needed = high as u128 * dtype.size() as u128;
    if needed > nbytes as u128 {
        fail!(
            OUT_OF_BOUNDS,
            "shape {:?} with strides {:?} and offset {} of {dtype} needs {needed} bytes, the buffer has {nbytes}",
            layout.shape(),
            layout.strides(),
            layout.offset()
        );
    }
    if nbytes > isize::MAX as usize || data.addr().checked_add(nbytes).is_none() {
        fail!(OUT_OF_BOUNDS, "{nbytes} bytes at {data:?} leave the address space");
    }
    if !data.addr().is_multiple_of(dtype.size()) {
        fail!(MISALIGNED, "data is {data:?}, {dtype} needs a multiple of {}", dtype.size());
    }
    Ok(())
}

/// Copies `nbytes` bytes in C order into a new tensor. As torch.tensor over a buffer.
///
/// `nbytes` must be the size of the shape in `dtype`. `data` needs no alignment. `options->dtype` must be 0 or `dtype`.
///
/// Errors: DTYPE, SHAPE, OUT_OF_BOUNDS, NULL_POINTER, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE. `out`: new
/// reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_from_host_copy(
    data: *const c_void,
    nbytes: usize,
    dtype: TensorDType,
    shape: *const i64,
    ndim: usize,
    options: *const TensorOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    let make = || {
        // SAFETY: the caller's array.
        let shape = unsafe { sizes(shape, ndim, "shape")? };
        let dtype = border::dtype(dtype, "dtype")?;
        // SAFETY: the caller's options.
        let made = unsafe { Made::read(options, dtype, Device::Cpu)? };
        if made.dtype != dtype {
            fail!(DTYPE, "options.dtype is {}, dtype is {dtype}: leave options.dtype at 0", made.dtype);
        }
        let needed = layout::checked_numel(shape)? as u128 * dtype.size() as u128;
        if needed != nbytes as u128 {
            fail!(OUT_OF_BOUNDS, "shape {shape:?} of {dtype} has {needed} bytes, nbytes is {nbytes}");
        }
        if needed > 0 {
            border::not_null(data, "data")?;
        }
        // SAFETY: `nbytes` readable bytes.
        made.finish(|dtype, device| unsafe {
            create::from_bytes(border::slice_of(data.cast(), nbytes, "data")?, shape, dtype, device)
        })
    };
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_from_host_copy", out, make) }
}
