//! What kernels report: an index that is out of range. The mirror of `kernels/include/errors.cuh`.

use super::device::Device;
use crate::error::{Error, Result, status};
use std::ffi::c_uint;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

/// The first bad index of a stream, in host memory that the device writes to.
#[repr(C)]
pub struct ErrorRecord {
    /// 0: nothing; 1: being written; 2: there; 3: being read.
    taken: AtomicU32,
    op: u32,
    position: i64,
    value: i64,
    limit: i64,
}

/// Ops whose kernels check indices; the numbers are the kernels'.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum IndexOp {
    IndexSelect,
    IndexAdd,
    Gather,
    ScatterAdd,
    OneHot,
    CrossEntropy,
}

impl IndexOp {
    /// By number.
    const NAMES: [&str; 6] = ["index_select", "index_add", "gather", "scatter_add", "one_hot", "cross_entropy"];
}

/// Visible to every context, and to the device under the host's address.
const PORTABLE_AND_MAPPED: c_uint = 1 | 2;

impl ErrorRecord {
    /// An empty record. The device's context is current.
    pub(super) fn allocate(device: &'static Device) -> Result<*mut ErrorRecord> {
        let mut memory = null_mut();
        let size = size_of::<ErrorRecord>();
        let _beside = device.driver.beside_captures();
        // SAFETY: the driver's function with its documented arguments.
        let result = unsafe { (device.driver.cuMemHostAlloc)(&mut memory, size, PORTABLE_AND_MAPPED) };
        device.check("cuMemHostAlloc", result)?;
        // SAFETY: fresh memory of that size.
        unsafe { memory.cast::<u8>().write_bytes(0, size) };
        Ok(memory.cast())
    }

    /// # Safety
    /// From `allocate`; no kernel uses it any more.
    pub(super) unsafe fn free(device: &'static Device, record: *mut ErrorRecord) {
        let _beside = device.driver.beside_captures();
        // SAFETY: the caller's promise. A failure (the process ends) is ignored.
        unsafe { (device.driver.cuMemFreeHost)(record.cast()) };
    }

    /// Whether nothing is noted.
    ///
    /// # Safety
    /// From `allocate`.
    pub(super) unsafe fn is_empty(record: *mut ErrorRecord) -> bool {
        // SAFETY: the caller's promise. Only an atomic is looked at by reference.
        unsafe { (*record).taken.load(Acquire) == 0 }
    }

    /// What was noted, as an error; the record is empty afterwards. Kernels may be using it, and other threads read it.
    ///
    /// # Safety
    /// From `allocate`.
    pub(super) unsafe fn take(record: *mut ErrorRecord) -> Result<()> {
        // SAFETY: the caller's promise. Only an atomic is looked at by reference.
        let taken = unsafe { &(*record).taken };
        if taken.compare_exchange(2, 3, Acquire, Relaxed).is_err() {
            return Ok(());
        }
        // SAFETY: a record that is there is written by nobody until it is empty.
        let ErrorRecord { op, position, value, limit, .. } = unsafe { record.read_volatile() };
        taken.store(0, Release);
        let op = IndexOp::NAMES.get(op as usize).copied().unwrap_or("a kernel");
        Err(Error::new(
            status::INDEX,
            format!(
                "{op}: index {value} at position {position} is out of bounds for size {limit}; the element was skipped \
                 (noticed when the device was next waited for)"
            ),
        ))
    }
}
