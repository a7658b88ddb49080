//! Tensors for other libraries and from them, by DLPack.

use super::border::{self, Output, call, tensor};
use super::options::{self, TensorDlpackOptions};
use super::release_queue;
use super::types::*;
use crate::error::Result;
use crate::fail;
use crate::interchange::dlpack::{
    Copying, Deleter, DlManagedTensor, DlManagedTensorVersioned, DlVersion, Managed, Wish, export, import,
};

/// # Safety
/// `options` is NULL or readable.
unsafe fn wish(options: *const TensorDlpackOptions) -> Result<Wish> {
    // SAFETY: the caller's promise.
    let options = unsafe { options::read(options)? };
    let copying = match options.copy {
        TENSOR_DLPACK_COPY_IF_NEEDED => Copying::IfNeeded,
        TENSOR_DLPACK_COPY_ALWAYS => Copying::Always,
        TENSOR_DLPACK_COPY_NEVER => Copying::Never,
        number => fail!(INVALID_ARGUMENT, "options.copy is {number}, which is no TENSOR_DLPACK_COPY_"),
    };
    let device = match options.device {
        TensorDevice { r#type: 0, index: 0 } => None,
        device => Some(border::device(device, "options.device")?),
    };
    let max_version = match (options.max_version_major, options.max_version_minor) {
        (0, 0) => None,
        (major, minor) => Some(DlVersion { major, minor }),
    };
    let stream_stays_valid = options.stream_stays_valid != 0;
    let release_queue = release_queue::wished(options.release_queue)?;
    Ok(Wish { copying, device, stream: options.stream, stream_stays_valid, max_version, release_queue })
}

/// # Safety
/// The caller's arguments, as documented.
unsafe fn to_dlpack<M: Managed, C>(
    name: &str,
    x: *const Tensor,
    options: *const TensorDlpackOptions,
    out: *mut *mut C,
    deleter: Deleter<M>,
) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's variable, options and stream.
        unsafe {
            let out = Output::new(out, "out")?;
            let x = tensor(x, "x")?;
            out.set(export::export::<M>(&x, &wish(options)?, deleter)?.as_ptr().cast());
        }
        Ok(())
    })
}

/// # Safety
/// The caller's arguments, as documented.
unsafe fn from_dlpack<M: Managed, C>(
    name: &str,
    managed: *mut C,
    options: *const TensorDlpackOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's variable, options, struct and stream.
        unsafe {
            let out = Output::new(out, "out")?;
            import::import::<M>(managed.cast(), &wish(options)?, |x| {
                out.set(border::hand_out(x)?);
                Ok(())
            })
        }
    })
}

/// # Safety
/// NULL or a struct from `to_dlpack`, whose consumer calls this once.
unsafe extern "C" fn release<M: Managed>(managed: *mut M) {
    // SAFETY: the caller's promise. A panic stops here.
    call("DLManagedTensor.deleter", || unsafe {
        export::release(managed);
        Ok(())
    });
}

/// The tensor's memory as a DLPack struct of the older form, without a version, for another library; nothing is copied.
/// As torch.utils.dlpack.to_dlpack.
///
/// The struct describes the memory of `x` as it is: its strides, its device (pinned host memory is CPU memory). Both
/// sides see what either writes, and what the consumer writes is not counted by tensor_version. A tensor that requires
/// grad must be detached first. On CUDA, what the current stream has been given so far is done before later work of
/// options->stream; the consumer's work must be done when it calls the deleter, unless it runs on a stream that
/// options->stream_stays_valid speaks of.
///
/// Errors: INVALID_HANDLE, AUTOGRAD, READ_ONLY when the memory is read-only, which this form cannot say, DEVICE when
/// options->device is another and options->copy forbids the copy, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER,
/// OUT_OF_MEMORY, CUDA, CUDA_UNAVAILABLE. `out`: owned by the consumer, who calls its deleter once, on any thread, also
/// after `x` was released; the memory lives until then.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_to_dlpack(
    x: *const Tensor,
    options: *const TensorDlpackOptions,
    out: *mut *mut DLManagedTensor,
) -> TensorStatus {
    // SAFETY: the caller's arguments, as documented.
    unsafe { to_dlpack::<DlManagedTensor, _>("tensor_to_dlpack", x, options, out, release) }
}

/// The tensor's memory as a DLPack 1.1 struct for another library; nothing is copied. As torch.Tensor.__dlpack__ with a
/// max_version of 1.0 or later.
///
/// As tensor_to_dlpack, but read-only memory is exported with the flag that says so. Errors: as tensor_to_dlpack without
/// READ_ONLY, and UNSUPPORTED when the wished max_version is before 1.0. `out`: owned by the consumer, who calls its deleter
/// once, on any thread, also after `x` was released; the memory lives until then.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_to_dlpack_versioned(
    x: *const Tensor,
    options: *const TensorDlpackOptions,
    out: *mut *mut DLManagedTensorVersioned,
) -> TensorStatus {
    // SAFETY: the caller's arguments, as documented.
    unsafe { to_dlpack::<DlManagedTensorVersioned, _>("tensor_to_dlpack_versioned", x, options, out, release) }
}

/// A tensor over the memory of another library's DLPack struct of the older form, without a copy. As torch.from_dlpack.
///
/// On success the tensor owns `managed`: its deleter (if not NULL) is called once, when the last tensor over the memory
/// is gone and, on CUDA, the streams that used it are done with it; on any thread. When this function fails, `managed` is
/// as it was and still the caller's. Memory of the CPU, of a CUDA device, pinned (a CPU tensor) and managed (a CUDA
/// tensor) is taken. Elements that are not aligned to their size are copied, unless options->copy forbids it; then, and
/// with any other copy, the deleter is due before this function returns.
///
/// Errors: NULL_POINTER, UNSUPPORTED for element types that have no dtype, DTYPE, SHAPE, OUT_OF_BOUNDS, MISALIGNED, DEVICE
/// for other devices, for an address that is not on the device, and when options->device needs a copy that options->copy
/// forbids, INVALID_ARGUMENT, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA, CUDA_UNAVAILABLE. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_from_dlpack(
    managed: *mut DLManagedTensor,
    options: *const TensorDlpackOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's arguments, as documented.
    unsafe { from_dlpack::<DlManagedTensor, _>("tensor_from_dlpack", managed, options, out) }
}

/// A tensor over the memory of another library's DLPack 1.x struct, without a copy. As torch.from_dlpack.
///
/// As tensor_from_dlpack; where the struct says that the memory is read-only, writes to the tensor are errors. One
/// failure consumes `managed`, and no other error is FORMAT: a struct of another major version than 1 cannot be read, so
/// its deleter is due at once.
///
/// Errors: as tensor_from_dlpack, and FORMAT. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_from_dlpack_versioned(
    managed: *mut DLManagedTensorVersioned,
    options: *const TensorDlpackOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's arguments, as documented.
    unsafe { from_dlpack::<DlManagedTensorVersioned, _>("tensor_from_dlpack_versioned", managed, options, out) }
}
