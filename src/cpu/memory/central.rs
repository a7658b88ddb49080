//! What all threads share: central bins, the system below them, and the cap.

use super::{ALIGNMENT, Tally, class, large};
use crate::cpu::fork::{AtFork, ForkMutex};
use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{
    AtomicU8, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};

/// A free block: its first word links to the next one.
pub(super) struct Free {
    pub next: *mut Free,
}

/// Free blocks of one class, linked from `head` to `tail`.
pub(super) struct Chain {
    pub head: *mut Free,
    pub tail: *mut Free,
    pub count: usize,
}

impl Chain {
    pub const EMPTY: Chain = Chain { head: null_mut(), tail: null_mut(), count: 0 };

    /// # Safety
    /// `block` is free memory of at least a word that belongs to the caller.
    pub unsafe fn push(&mut self, block: *mut Free) {
        // SAFETY: the caller's promise.
        unsafe { (*block).next = self.head };
        if self.head.is_null() {
            self.tail = block;
        }
        self.head = block;
        self.count += 1;
    }

    pub fn pop(&mut self) -> Option<NonNull<u8>> {
        let block = NonNull::new(self.head)?;
        // SAFETY: blocks of a chain are free and linked.
        self.head = unsafe { (*block.as_ptr()).next };
        self.count -= 1;
        Some(block.cast())
    }
}

#[repr(align(64))]
struct Bin(ForkMutex<Chain>);

// SAFETY: the blocks of a chain belong to it; the mutex lets one thread at a time at it.
unsafe impl Send for Chain {}

static BINS: [Bin; class::CLASSES] = [const { Bin(ForkMutex::new(Chain::EMPTY)) }; class::CLASSES];

/// Held from the system, live and cached, all sizes.
static HELD_BLOCKS: AtomicUsize = AtomicUsize::new(0);
static HELD_BYTES: AtomicUsize = AtomicUsize::new(0);
static PEAK_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Bytes that wait in the central bins and the large cache; [`limit`] caps them.
static WAITING: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(0);

/// 0 before the environment was read, else [`CACHING`] or [`SYSTEM`].
static MODE: AtomicU8 = AtomicU8::new(0);
const CACHING: u8 = 1;
const SYSTEM: u8 = 2;

/// Whether `TENDON_ALLOCATOR=system` is set.
pub(super) fn is_system() -> bool {
    match MODE.load(Acquire) {
        0 => configure(),
        mode => mode == SYSTEM,
    }
}

#[cold]
fn configure() -> bool {
    FORK.register();
    let limit = std::env::var("TENDON_CACHE_LIMIT").ok().and_then(|text| text.trim().parse().ok());
    LIMIT.store(limit.unwrap_or_else(default_limit), Relaxed);
    let mode = if std::env::var("TENDON_ALLOCATOR").as_deref() == Ok("system") { SYSTEM } else { CACHING };
    MODE.store(mode, Release);
    mode == SYSTEM
}

fn default_limit() -> usize {
    // SAFETY: sysconf only answers.
    let (pages, page) = unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    let physical = usize::try_from(pages).unwrap_or(0).saturating_mul(usize::try_from(page).unwrap_or(0));
    let memory = crate::cpu::cgroup::memory_limit().map_or(physical, |limit| limit.min(physical));
    (memory / 4).max(256 << 20)
}

pub(super) fn held() -> Tally {
    Tally { blocks: HELD_BLOCKS.load(Relaxed), bytes: HELD_BYTES.load(Relaxed) }
}

pub(super) fn peak_bytes() -> usize {
    PEAK_BYTES.load(Relaxed)
}

/// Notes `bytes` newly held from the system, in one block.
pub(super) fn note_held(bytes: usize) {
    HELD_BLOCKS.fetch_add(1, Relaxed);
    let held = HELD_BYTES.fetch_add(bytes, Relaxed) + bytes;
    if held > PEAK_BYTES.load(Relaxed) {
        PEAK_BYTES.fetch_max(held, Relaxed);
    }
}

/// Notes that one block of `bytes` went back to the system.
pub(super) fn note_returned(bytes: usize) {
    HELD_BLOCKS.fetch_sub(1, Relaxed);
    HELD_BYTES.fetch_sub(bytes, Relaxed);
}

/// Takes `bytes` of the room under the cap, if need be by giving the oldest large blocks back to the system. False:
/// there is no room, and none was taken.
pub(super) fn wait_for(bytes: usize) -> bool {
    let limit = LIMIT.load(Relaxed);
    while WAITING.fetch_add(bytes, Relaxed) + bytes > limit {
        WAITING.fetch_sub(bytes, Relaxed);
        if bytes > limit || !large::evict() {
            return false;
        }
    }
    true
}

/// `bytes` no longer wait.
pub(super) fn waited(bytes: usize) {
    WAITING.fetch_sub(bytes, Relaxed);
}

/// One block of `class`: a waiting one, else a new one.
pub(super) fn take(class: usize) -> Option<NonNull<u8>> {
    take_chain(class, 1).pop().or_else(|| system_class(class))
}

/// Up to `most` waiting blocks of `class`.
pub(super) fn take_chain(class: usize, most: usize) -> Chain {
    let mut taken = Chain::EMPTY;
    let mut bin = BINS[class].0.lock();
    while taken.count < most
        && let Some(block) = bin.pop()
    {
        // SAFETY: the block came out of the bin: it is free and ours.
        unsafe { taken.push(block.as_ptr().cast()) };
    }
    drop(bin);
    if taken.count > 0 {
        waited(taken.count * class::size(class));
    }
    taken
}

/// # Safety
/// `block` is of `class` and not used again.
pub(super) unsafe fn give(class: usize, block: NonNull<u8>) {
    let mut chain = Chain::EMPTY;
    // SAFETY: the caller's promise.
    unsafe {
        chain.push(block.as_ptr().cast());
        give_chain(class, chain);
    }
}

/// Blocks that no thread's bins hold any more: they wait centrally, or go back to the system when the cap is reached.
///
/// # Safety
/// The chain's blocks are of `class`.
pub(super) unsafe fn give_chain(class: usize, mut chain: Chain) {
    if chain.count == 0 {
        return;
    }
    if !wait_for(chain.count * class::size(class)) {
        while let Some(block) = chain.pop() {
            // SAFETY: the caller's promise.
            unsafe { return_class(class, block) };
        }
        return;
    }
    let mut bin = BINS[class].0.lock();
    // SAFETY: the bin is locked and the chain is not empty.
    unsafe { splice(&mut bin, chain) };
}

/// # Safety
/// `chain` is not empty; its blocks belong into `bin`.
unsafe fn splice(bin: &mut Chain, chain: Chain) {
    // SAFETY: the tail of a chain that is not empty is a free block of it.
    unsafe { (*chain.tail).next = bin.head };
    if bin.head.is_null() {
        bin.tail = chain.tail;
    }
    bin.head = chain.head;
    bin.count += chain.count;
}

const fn layout(class: usize) -> Layout {
    match Layout::from_size_align(class::size(class), ALIGNMENT) {
        Ok(layout) => layout,
        Err(_) => unreachable!(),
    }
}

/// A new block of `class` from the system.
pub(super) fn system_class(class: usize) -> Option<NonNull<u8>> {
    // SAFETY: no class has size 0.
    let block = NonNull::new(unsafe { System.alloc(layout(class)) })?;
    note_held(class::size(class));
    Some(block)
}

/// # Safety
/// `block` came from [`system_class`] of this class and is not used again.
pub(super) unsafe fn return_class(class: usize, block: NonNull<u8>) {
    // SAFETY: the caller's promise.
    unsafe { System.dealloc(block.as_ptr(), layout(class)) };
    note_returned(class::size(class));
}

/// A block of its own, of exactly `size` bytes.
pub(super) fn system_take(size: usize) -> Option<NonNull<u8>> {
    let layout = Layout::from_size_align(size.max(1), ALIGNMENT).ok()?;
    // SAFETY: the size is not 0.
    let block = NonNull::new(unsafe { System.alloc(layout) })?;
    note_held(size);
    Some(block)
}

/// # Safety
/// `block` came from [`system_take`] of this size and is not used again.
pub(super) unsafe fn system_give(block: NonNull<u8>, size: usize) {
    // SAFETY: the caller's promise; the layout was valid when the block was made.
    unsafe { System.dealloc(block.as_ptr(), Layout::from_size_align_unchecked(size.max(1), ALIGNMENT)) };
    note_returned(size);
}

/// Empties the bins; answers the bytes.
pub(super) fn release_all() -> usize {
    let mut bytes = 0;
    for (class, bin) in BINS.iter().enumerate() {
        let mut chain = std::mem::replace(&mut *bin.0.lock(), Chain::EMPTY);
        let freed = chain.count * class::size(class);
        while let Some(block) = chain.pop() {
            // SAFETY: blocks of a bin are free and of its class.
            unsafe { return_class(class, block) };
        }
        waited(freed);
        bytes += freed;
    }
    bytes
}

pub(super) fn cached() -> Tally {
    let mut tally = Tally::default();
    for (class, bin) in BINS.iter().enumerate() {
        let blocks = bin.0.lock().count;
        tally = tally + Tally { blocks, bytes: blocks * class::size(class) };
    }
    tally
}

/// Around a fork every lock of the allocator is held, so that no list is half done in the child; there, the bins of
/// threads that vanished are emptied into the central ones.
static FORK: AtFork = AtFork::new(Some(prepare), Some(parent), Some(child));

extern "C" fn prepare() {
    super::local::REGISTRY.raw().acquire();
    BINS.iter().for_each(|bin| bin.0.raw().acquire());
    large::CACHE.raw().acquire();
}

extern "C" fn parent() {
    // SAFETY: `prepare` took them, on this thread.
    unsafe {
        large::CACHE.raw().release();
        BINS.iter().for_each(|bin| bin.0.raw().release());
        super::local::REGISTRY.raw().release();
    }
}

extern "C" fn child() {
    // SAFETY: this is the only thread, and `prepare` took all locks.
    unsafe {
        super::local::adopt_vanished(|class, chain| {
            WAITING.fetch_add(chain.count * class::size(class), Relaxed);
            splice(&mut *BINS[class].0.data(), chain);
        });
    }
    parent();
}
