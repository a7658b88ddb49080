//! Pinned host memory: the device reads and writes it while the host goes on.
//!
//! Blocks are kept for the next request of their size class, because pinning is slow.

use super::device::{self, Device};
use super::driver::{self, code};
use super::memory::bytes;
use crate::error::Result;
use crate::fail;
use std::collections::BTreeMap;
use std::ffi::c_uint;
use std::ptr::{NonNull, null_mut};
use std::sync::Mutex;

/// Usable with every device.
const PORTABLE: c_uint = 1;

/// Free blocks by size.
static CACHE: Mutex<BTreeMap<usize, Vec<Memory>>> = Mutex::new(BTreeMap::new());

struct Memory(NonNull<u8>);
// SAFETY: host memory that nobody uses.
unsafe impl Send for Memory {}

/// Pinned memory, given back to the cache on drop. Whoever copies with it keeps it until the copy is done.
pub struct PinnedBlock {
    memory: NonNull<u8>,
    size: usize,
}

// SAFETY: plain host memory.
unsafe impl Send for PinnedBlock {}
// SAFETY: as above; who may write when is the contract of the tensor that owns it.
unsafe impl Sync for PinnedBlock {}

impl PinnedBlock {
    pub fn allocate(device: &'static Device, nbytes: usize) -> Result<PinnedBlock> {
        let size = nbytes.max(512).checked_next_power_of_two().unwrap_or(nbytes);
        if let Some(Memory(memory)) = cache().get_mut(&size).and_then(Vec::pop) {
            return Ok(PinnedBlock { memory, size });
        }
        let _context = device.enter()?;
        let mut memory = null_mut();
        let _beside = device.driver.beside_captures();
        // SAFETY: the driver's function with its documented arguments.
        let mut call = || unsafe { (device.driver.cuMemHostAlloc)(&mut memory, size, PORTABLE) };
        let mut result = call();
        if result == code::OUT_OF_MEMORY && release_cached() > 0 {
            result = call();
        }
        if result == code::OUT_OF_MEMORY {
            fail!(OUT_OF_MEMORY, "the host has no room for {} of pinned memory", bytes(size));
        }
        device.check("cuMemHostAlloc", result)?;
        match NonNull::new(memory.cast()) {
            Some(memory) => Ok(PinnedBlock { memory, size }),
            None => crate::fail!(INTERNAL, "cuMemHostAlloc gave no memory"),
        }
    }

    pub fn address(&self) -> *mut u8 {
        self.memory.as_ptr()
    }
}

fn cache() -> std::sync::MutexGuard<'static, BTreeMap<usize, Vec<Memory>>> {
    CACHE.lock().unwrap_or_else(|e| e.into_inner())
}

impl Drop for PinnedBlock {
    fn drop(&mut self) {
        // In the child of a fork the lock may be held for ever.
        if driver::loaded().is_none() {
            return;
        }
        cache().entry(self.size).or_default().push(Memory(self.memory));
    }
}

/// Gives cached blocks back; bytes.
pub fn release_cached() -> usize {
    let Some(driver) = driver::loaded() else { return 0 };
    // Any context will do.
    let Some(_context) = device::opened().find_map(|device| device.enter().ok()) else { return 0 };
    let _beside = driver.beside_captures();
    let all = std::mem::take(&mut *cache());
    let mut released = 0;
    for (size, blocks) in all {
        for Memory(memory) in blocks {
            // SAFETY: from cuMemHostAlloc, used by nobody.
            if unsafe { (driver.cuMemFreeHost)(memory.as_ptr().cast()) } == 0 {
                released += size;
            } else {
                cache().entry(size).or_default().push(Memory(memory));
            }
        }
    }
    released
}
