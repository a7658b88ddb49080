//! The caching allocator. (Stand-in with the final signatures.)

use crate::error::{Error, Result};
use std::alloc::{Layout as Block, alloc as system_alloc, dealloc};
use std::ptr::NonNull;

/// Every block starts at a multiple of this, in bytes.
pub const ALIGNMENT: usize = 64;

/// `size` bytes, uninitialised, aligned to [`ALIGNMENT`]; OUT_OF_MEMORY when there are none. A size of 0 gives a valid
/// block as well.
pub fn alloc(size: usize) -> Result<NonNull<u8>> {
    let block = Block::from_size_align(size.max(1), ALIGNMENT).map_err(|_| Error::out_of_memory(size))?;
    // SAFETY: the size is not zero.
    NonNull::new(unsafe { system_alloc(block) }).ok_or_else(|| Error::out_of_memory(size))
}

/// # Safety
/// `block` came from `alloc(size)` with the same size and is not used again.
pub unsafe fn free(block: NonNull<u8>, size: usize) {
    // SAFETY: the caller's promise.
    unsafe { dealloc(block.as_ptr(), Block::from_size_align_unchecked(size.max(1), ALIGNMENT)) }
}

/// Scratch memory of a kernel, freed on drop. Uninitialised.
pub struct Workspace {
    block: NonNull<u8>,
    size: usize,
}

impl Workspace {
    pub fn new(size: usize) -> Result<Workspace> {
        Ok(Workspace { block: alloc(size)?, size })
    }

    pub fn as_ptr(&self) -> *mut u8 {
        self.block.as_ptr()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // SAFETY: made by `new` with this size; nobody else holds it.
        unsafe { free(self.block, self.size) }
    }
}

// SAFETY: plain memory without thread affinity.
unsafe impl Send for Workspace {}
// SAFETY: as above.
unsafe impl Sync for Workspace {}
