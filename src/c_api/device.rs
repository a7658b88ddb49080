//! The CUDA devices: which there are, what they can do, their memory.

use super::border::{self, call, emit, put, tensor};
use super::options::{self, TendonCudaDeviceProperties, TendonCudaMemoryStats};
use super::types::*;
use crate::cuda::{self, Device, stream};
use crate::error::Result;
use crate::fail;
use crate::ops::copy;

/// A device by its ordinal; -1 is the current one.
pub(super) fn device(ordinal: i32, name: &str) -> Result<&'static Device> {
    match ordinal {
        -1 => cuda::device(stream::current_device()),
        0.. => cuda::device(ordinal as u32),
        _ => fail!(DEVICE, "{name} is {ordinal}, expected an ordinal from 0, or -1 for the current device"),
    }
}

/// How many CUDA devices there are. Errors: CUDA_UNAVAILABLE when CUDA cannot be used; the message says why.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_device_count(out: *mut i32) -> TensorStatus {
    call("tendon_cuda_device_count", || {
        border::not_null(out, "out")?;
        let count = cuda::device_count()?.try_into().unwrap_or(i32::MAX);
        // SAFETY: the caller's variable, not NULL.
        unsafe { put(out, count) }
    })
}

/// The device that TENSOR_CUDA_CURRENT, and ordinal -1 elsewhere, mean on this thread; 0 at first. Errors: NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_current_device(out: *mut i32) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tendon_cuda_current_device", || unsafe { put(out, stream::current_device() as i32) })
}

/// Makes `device` the current one of this thread. Errors: DEVICE, CUDA_UNAVAILABLE.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_set_current_device(device: i32) -> TensorStatus {
    call("tendon_cuda_set_current_device", || stream::set_current_device(self::device(device, "device")?.ordinal))
}

/// What `device` is and can do. `out->struct_size` must be set. Errors: DEVICE, CUDA_UNAVAILABLE, NULL_POINTER,
/// INVALID_OPTIONS.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_device_properties(
    device: i32,
    out: *mut TendonCudaDeviceProperties,
) -> TensorStatus {
    call("tendon_cuda_device_properties", || {
        border::not_null(out, "out")?;
        let p = self::device(device, "device")?.properties();
        let mut name = [0; 256];
        for (to, from) in name.iter_mut().zip(p.name.bytes().take(255)) {
            *to = from as std::ffi::c_char;
        }
        let value = TendonCudaDeviceProperties {
            struct_size: 0,
            reserved: 0,
            name,
            capability_major: p.capability.0 as i32,
            capability_minor: p.capability.1 as i32,
            multiprocessors: p.multiprocessors as i32,
            threads_per_multiprocessor: p.threads_per_multiprocessor as i32,
            shared_bytes_per_block: p.shared_per_block as i64,
            l2_bytes: p.l2_bytes as i64,
            total_bytes: p.total_memory as i64,
            memory_bandwidth: p.memory_bandwidth,
        };
        // SAFETY: the caller's struct, as large as its `struct_size` says.
        unsafe { options::write(out, value) }
    })
}

/// Free and total memory of `device` in bytes, as the driver sees it: what other processes use is not free, nor is what
/// this library caches.
///
/// Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_memory_info(
    device: i32,
    free_bytes: *mut i64,
    total_bytes: *mut i64,
) -> TensorStatus {
    call("tendon_cuda_memory_info", || {
        border::not_null(free_bytes, "free_bytes")?;
        border::not_null(total_bytes, "total_bytes")?;
        let (free, total) = self::device(device, "device")?.memory_info()?;
        // SAFETY: the caller's variables.
        unsafe {
            put(free_bytes, free as i64)?;
            put(total_bytes, total as i64)
        }
    })
}

/// What the allocator of `device` holds and has done. `out->struct_size` must be set. As torch.cuda.memory_stats.
///
/// Errors: DEVICE, CUDA_UNAVAILABLE, NULL_POINTER, INVALID_OPTIONS.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_memory_stats(device: i32, out: *mut TendonCudaMemoryStats) -> TensorStatus {
    call("tendon_cuda_memory_stats", || {
        border::not_null(out, "out")?;
        let s = self::device(device, "device")?.statistics();
        let value = TendonCudaMemoryStats {
            struct_size: 0,
            reserved: 0,
            allocated_bytes: s.allocated as i64,
            peak_allocated_bytes: s.peak_allocated as i64,
            reserved_bytes: s.reserved as i64,
            peak_reserved_bytes: s.peak_reserved as i64,
            allocations: s.allocations as i64,
            frees: s.frees as i64,
            segments: s.segments as i64,
            retries: s.retries as i64,
            failures: s.failures as i64,
        };
        // SAFETY: the caller's struct, as large as its `struct_size` says.
        unsafe { options::write(out, value) }
    })
}

/// Peaks count anew from what is in use now. As torch.cuda.reset_peak_memory_stats. Errors: DEVICE, CUDA_UNAVAILABLE.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_reset_peak_memory_stats(device: i32) -> TensorStatus {
    call("tendon_cuda_reset_peak_memory_stats", || {
        self::device(device, "device")?.reset_peak();
        Ok(())
    })
}

/// Whether copies between `device` and `peer` go directly (NVLink, PCIe), not through the host. They work either way. As
/// torch.cuda.can_device_access_peer.
///
/// Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_can_access_peer(device: i32, peer: i32, out: *mut CBool) -> TensorStatus {
    call("tendon_cuda_can_access_peer", || {
        border::not_null(out, "out")?;
        let can = self::device(device, "device")?.can_access(self::device(peer, "peer")?)?;
        // SAFETY: the caller's variable.
        unsafe { put(out, can.into()) }
    })
}

/// Waits for all work of `device`, of every stream and thread. As torch.cuda.synchronize.
///
/// Errors: INDEX for a bad index that a kernel of this thread's current stream met since it was last waited for, CUDA,
/// CAPTURE, DEVICE, CUDA_UNAVAILABLE.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_synchronize(device: i32) -> TensorStatus {
    call("tendon_cuda_synchronize", || {
        let device = self::device(device, "device")?;
        device.synchronize()?;
        stream::current(device)?.synchronize()
    })
}

/// A copy of `x` in pinned host memory, from and to which CUDA devices copy faster, and while the host goes on (see
/// TensorConvertOptions.non_blocking); `x` itself if it is there. As torch.Tensor.pin_memory.
///
/// `x` is on the CPU. Errors: INVALID_HANDLE, NOT_ON_CPU, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_pin_memory(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_pin_memory", out, || copy::pin_memory(&tensor(x, "x")?)) }
}

/// Whether the elements of `x` lie in pinned host memory, allocated here or registered with CUDA by the caller.
///
/// Errors: INVALID_HANDLE, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_is_pinned(x: *const Tensor, out: *mut CBool) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tensor_is_pinned", || unsafe { put(out, tensor(x, "x")?.storage().is_pinned().into()) })
}
