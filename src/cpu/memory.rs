//! The caching allocator of CPU memory.
//!
//! | size | class | where free blocks wait |
//! |---|---|---|
//! | ≤ 32 KiB | multiples of 64 to 512, then 4 steps per doubling | bins of the thread, then central bins |
//! | ≤ 1 MiB | 4 steps per doubling | central bins |
//! | above | 8 steps per doubling, mapped at 2 MiB with huge pages | one central cache, best fit |
//!
//! A small block is a system allocation of its own, so that each can go back. Lists run through the free blocks: the
//! bookkeeping never needs memory. What waits centrally stays under a cap (`TENDON_CACHE_LIMIT`, bytes; default a
//! quarter of the memory this process may use, at least 256 MiB); a thread keeps at most 64 KiB per class for itself.
//!
//! `TENDON_ALLOCATOR=system` gives each block its own system allocation of the asked size, so that valgrind sees.
//! Both variables are read once, at first use. Everything works in thread-exit destructors, atexit handlers, after
//! main and in forked children.

mod central;
mod class;
mod large;
mod local;

use crate::error::{Error, Result};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Every block starts at a multiple of this, in bytes.
pub const ALIGNMENT: usize = 64;

/// What a thread compares before it uses its own bins: bit 0 is set while a fault is armed, the rest counts the calls
/// of [`release_cached`]. One relaxed load tells that nothing special is to be done.
static CONTROL: AtomicU64 = AtomicU64::new(0);
const ARMED: u64 = 1;

/// `size` bytes, uninitialised, aligned to [`ALIGNMENT`]; OUT_OF_MEMORY when there are none. A size of 0 gives a valid
/// block as well.
#[inline]
pub fn alloc(size: usize) -> Result<NonNull<u8>> {
    if size <= class::SMALL
        && let Some(block) = local::pop(class::of(size))
    {
        return Ok(block);
    }
    alloc_slow(size)
}

#[cold]
#[inline(never)]
fn alloc_slow(size: usize) -> Result<NonNull<u8>> {
    if CONTROL.load(Relaxed) & ARMED != 0 && fault::strikes() {
        return Err(Error::out_of_memory(size));
    }
    if size > isize::MAX as usize {
        return Err(Error::out_of_memory(size));
    }
    let block = take(size).or_else(|| {
        release_cached();
        take(size)
    });
    block.ok_or_else(|| Error::out_of_memory(size))
}

fn take(size: usize) -> Option<NonNull<u8>> {
    if central::is_system() {
        central::system_take(size)
    } else if size <= class::SMALL {
        local::take(class::of(size))
    } else if size <= class::MEDIUM {
        central::take(class::of(size))
    } else {
        large::take(size)
    }
}

/// # Safety
/// `block` came from `alloc(size)` with the same size and is not used again. Any thread may free it.
#[inline]
pub unsafe fn free(block: NonNull<u8>, size: usize) {
    // SAFETY: the caller's promise; the class follows from the size as it did in `alloc`.
    unsafe {
        if size <= class::SMALL && local::push(class::of(size), block) {
            return;
        }
        free_slow(block, size);
    }
}

/// # Safety
/// As [`free`].
#[cold]
#[inline(never)]
unsafe fn free_slow(block: NonNull<u8>, size: usize) {
    // SAFETY: the caller's promise; the branch is the one that `take` took for this size.
    unsafe {
        if central::is_system() {
            central::system_give(block, size);
        } else if size <= class::SMALL {
            local::give(class::of(size), block);
        } else if size <= class::MEDIUM {
            central::give(class::of(size), block);
        } else {
            large::give(block);
        }
    }
}

/// Gives every cached block back to the system and answers how many bytes that were. What other threads keep in their
/// own bins they give back at their next `alloc` or `free` of a small block; that is not counted.
pub fn release_cached() -> usize {
    CONTROL.fetch_add(2, Relaxed);
    local::flush_own() + central::release_all() + large::release_all()
}

/// A count of the allocator's blocks. Sizes are those of the size classes, a little above what was asked for. Exact
/// when no other thread allocates or frees meanwhile; blocks freed on threads that have ended are counted right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Handed out and not freed.
    pub live_blocks: usize,
    pub live_bytes: usize,
    /// Freed and waiting for reuse, centrally or in a thread's bins.
    pub cached_bytes: usize,
    /// The most bytes held from the system at one time: live and cached.
    pub peak_bytes: usize,
}

pub fn stats() -> Stats {
    let cached = local::cached() + central::cached() + large::cached();
    let held = central::held();
    Stats {
        live_blocks: held.blocks.saturating_sub(cached.blocks),
        live_bytes: held.bytes.saturating_sub(cached.bytes),
        cached_bytes: cached.bytes,
        peak_bytes: central::peak_bytes(),
    }
}

/// Objects whose number in the process is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Live {
    Tensors,
    Storages,
}

impl Live {
    const KINDS: usize = 2;
}

/// Counts an object that came (1) or went (-1), at the price of an addition to memory of the thread's own.
#[inline]
pub fn note(what: Live, change: i64) {
    local::note(what, change);
}

/// A word of the calling thread's own, 0 at first. When the thread ends it passes, as it is, to a later thread: what it
/// names is never lost. None before the thread's first allocation and in its last destructors.
#[inline]
pub fn own_word() -> Option<&'static AtomicU32> {
    local::own_word()
}

/// How many there are: exact when no other thread makes or drops any meanwhile.
pub fn live(what: Live) -> i64 {
    local::live(what)
}

/// A number of blocks and their bytes.
#[derive(Clone, Copy, Default)]
struct Tally {
    blocks: usize,
    bytes: usize,
}

impl std::ops::Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        Tally { blocks: self.blocks + other.blocks, bytes: self.bytes + other.bytes }
    }
}

/// Makes one allocation fail, for tests of what happens then.
pub mod fault {
    use super::{ARMED, CONTROL};
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    static COUNT: AtomicU64 = AtomicU64::new(0);
    static NTH: AtomicU64 = AtomicU64::new(0);

    /// From now on counts the calls of `alloc`, on every thread; the `n`-th (from 1) answers OUT_OF_MEMORY and ends
    /// the counting. `None` ends it at once. `Some(u64::MAX)` counts only.
    pub fn fail_nth(n: Option<u64>) {
        CONTROL.fetch_and(!ARMED, Relaxed);
        if let Some(n) = n {
            COUNT.store(0, Relaxed);
            NTH.store(n, Relaxed);
            CONTROL.fetch_or(ARMED, Relaxed);
        }
    }

    /// How many calls were counted since the last `fail_nth(Some(_))`, the failed one included.
    pub fn count() -> u64 {
        COUNT.load(Relaxed)
    }

    /// Counts one call; whether it is the one to fail.
    pub(super) fn strikes() -> bool {
        let strikes = COUNT.fetch_add(1, Relaxed) + 1 == NTH.load(Relaxed);
        if strikes {
            CONTROL.fetch_and(!ARMED, Relaxed);
        }
        strikes
    }
}

/// Scratch memory of a kernel, freed on drop. Uninitialised.
pub struct Workspace {
    block: NonNull<u8>,
    size: usize,
}

impl Workspace {
    /// `size` in bytes.
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

#[cfg(test)]
mod tests;
