//! Bytes between the host and devices. The queue's context is current; device memory is that of its device.

use super::Queue;
use super::device::Device;
use crate::error::Result;
use std::ffi::c_int;

/// Starts a copy of `n` bytes from the host. From pageable memory the driver has read it all when this returns; pinned
/// memory is read later, and must stay as it is until then.
///
/// # Safety
/// `n` bytes can be read at `from` (until the copy is done) and written at the device address `to`.
pub unsafe fn from_host(queue: &Queue, from: *const u8, to: *mut u8, n: usize) -> Result<()> {
    if n == 0 {
        return Ok(());
    }
    let device = queue.device();
    // SAFETY: the caller's promise.
    let result = unsafe { (device.driver.cuMemcpyHtoDAsync_v2)(to as u64, from.cast(), n, queue.stream().raw()) };
    device.check("cuMemcpyHtoD", result)
}

/// Copies `n` bytes to the host and waits for all work of the queue.
///
/// # Safety
/// `n` bytes can be read at the device address `from` and written at `to`.
pub unsafe fn to_host(queue: &Queue, from: *const u8, to: *mut u8, n: usize) -> Result<()> {
    if n > 0 {
        let device = queue.device();
        // SAFETY: the caller's promise.
        let result = unsafe { (device.driver.cuMemcpyDtoHAsync_v2)(to.cast(), from as u64, n, queue.stream().raw()) };
        device.check("cuMemcpyDtoH", result)?;
    }
    queue.stream().synchronize()
}

/// Starts a copy of `n` bytes within the device.
///
/// # Safety
/// `n` bytes can be read at `from` and written at `to`, which do not overlap.
pub unsafe fn within(queue: &Queue, from: *const u8, to: *mut u8, n: usize) -> Result<()> {
    if n == 0 {
        return Ok(());
    }
    let device = queue.device();
    // SAFETY: the caller's promise.
    let result = unsafe { (device.driver.cuMemcpyDtoDAsync_v2)(to as u64, from as u64, n, queue.stream().raw()) };
    device.check("cuMemcpyDtoD", result)
}

/// Starts a copy of `n` bytes from device `source` to the queue's device.
///
/// # Safety
/// As [`within`]; work of `source` that writes `from` comes before this in the queue.
pub unsafe fn between(queue: &Queue, source: &Device, from: *const u8, to: *mut u8, n: usize) -> Result<()> {
    if n == 0 {
        return Ok(());
    }
    let device = queue.device();
    device.connect(source);
    let (here, there) = (device.context(), source.context());
    // SAFETY: the caller's promise.
    let result =
        unsafe { (device.driver.cuMemcpyPeerAsync)(to as u64, here, from as u64, there, n, queue.stream().raw()) };
    device.check("cuMemcpyPeer", result)
}

/// Starts to write one element of 1, 2, 4 or 8 bytes, without reading host memory later.
///
/// # Safety
/// `size` bytes can be written at the device address `to`, which is aligned to it.
pub unsafe fn element(queue: &Queue, bytes: [u8; 8], size: usize, to: *mut u8) -> Result<()> {
    let device = queue.device();
    let (driver, stream) = (device.driver, queue.stream().raw());
    let word = |i: usize| u32::from_ne_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => device.check("cuMemsetD8", (driver.cuMemsetD8Async)(to as u64, bytes[0], 1, stream)),
            2 => {
                let half = u16::from_ne_bytes([bytes[0], bytes[1]]);
                device.check("cuMemsetD16", (driver.cuMemsetD16Async)(to as u64, half, 1, stream))
            }
            4 => device.check("cuMemsetD32", (driver.cuMemsetD32Async)(to as u64, word(0), 1, stream)),
            _ => {
                device.check("cuMemsetD32", (driver.cuMemsetD32Async)(to as u64, word(0), 1, stream))?;
                device.check("cuMemsetD32", (driver.cuMemsetD32Async)(to as u64 + 4, word(4), 1, stream))
            }
        }
    }
}

const ATTRIBUTE_MEMORY_TYPE: c_int = 2;
const ATTRIBUTE_DEVICE_ORDINAL: c_int = 9;
const MEMORY_TYPE_HOST: u32 = 1;
const MEMORY_TYPE_DEVICE: u32 = 2;

/// Where an address points, as the driver knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Host memory that the driver knows: pinned.
    Pinned,
    Device(u32),
    /// Anything else: ordinary host memory, or nothing.
    Unknown,
}

/// Where `address` points.
pub fn place_of(device: &'static Device, address: *const u8) -> Result<Place> {
    let _context = device.enter()?;
    let (mut kind, mut ordinal) = (0u32, 0 as c_int);
    let get = device.driver.cuPointerGetAttribute;
    // SAFETY: the driver's function with its documented arguments; any address may be asked for.
    let known = unsafe { get((&raw mut kind).cast(), ATTRIBUTE_MEMORY_TYPE, address as u64) } == 0;
    Ok(match kind {
        MEMORY_TYPE_HOST if known => Place::Pinned,
        MEMORY_TYPE_DEVICE if known => {
            // SAFETY: as above.
            let result = unsafe { get((&raw mut ordinal).cast(), ATTRIBUTE_DEVICE_ORDINAL, address as u64) };
            device.check("cuPointerGetAttribute", result)?;
            Place::Device(ordinal.max(0) as u32)
        }
        _ => Place::Unknown,
    })
}
