//! Handles: numbers that C holds in place of objects. Nothing a caller passes is ever dereferenced.
//!
//! ```text
//! bit 63: set    bits 58…62: kind    bits 32…57: slot    bits 0…31: generation
//! ```
//!
//! A slot holds one value. Its generation moves on when the value leaves, so that an old number fits nothing any more; a
//! slot that has used up its generations is retired. Look-up, creation and release are lock-free: they never wait for a
//! thread that a fork left behind, and they work in the last destructors of a thread.

use super::dict::SharedDict;
use super::optim::SharedOptimizer;
use crate::cpu::{cancel, memory};
use crate::cuda;
use crate::error::{Error, Result};
use crate::fail;
use crate::storage::release::ReleaseQueue;
use crate::tensor::Tensor as Value;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::*};

/// What a slot can hold.
pub enum Held {
    Tensor(Value),
    Optimizer(SharedOptimizer),
    CancelToken(cancel::Token),
    /// Identifies a frame on the stack of its thread.
    Scope(usize),
    /// As [`Held::Scope`].
    Mode(usize),
    CudaStream(Arc<cuda::Stream>),
    CudaEvent(Arc<cuda::Event>),
    /// As [`Held::Scope`].
    CudaStreamScope(usize),
    Dict(SharedDict),
    ReleaseQueue(ReleaseQueue),
}

/// Part of the number, so that a handle of one kind never passes for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    Tensor = 1,
    Optimizer = 2,
    CancelToken = 3,
    Scope = 4,
    Mode = 5,
    CudaStream = 6,
    CudaEvent = 7,
    CudaStreamScope = 8,
    Dict = 9,
    ReleaseQueue = 10,
}

impl Kind {
    const ALL: [Kind; 10] = [
        Kind::Tensor,
        Kind::Optimizer,
        Kind::CancelToken,
        Kind::Scope,
        Kind::Mode,
        Kind::CudaStream,
        Kind::CudaEvent,
        Kind::CudaStreamScope,
        Kind::Dict,
        Kind::ReleaseQueue,
    ];

    /// In messages, with its article.
    fn name(self) -> &'static str {
        match self {
            Kind::Tensor => "a tensor",
            Kind::Optimizer => "an optimizer",
            Kind::CancelToken => "a cancel token",
            Kind::Scope => "a scope",
            Kind::Mode => "a mode",
            Kind::CudaStream => "a CUDA stream",
            Kind::CudaEvent => "a CUDA event",
            Kind::CudaStreamScope => "a scope of a CUDA stream",
            Kind::Dict => "a tensor dict",
            Kind::ReleaseQueue => "a release queue",
        }
    }
}

impl Held {
    fn kind(&self) -> Kind {
        match self {
            Held::Tensor(_) => Kind::Tensor,
            Held::Optimizer(_) => Kind::Optimizer,
            Held::CancelToken(_) => Kind::CancelToken,
            Held::Scope(_) => Kind::Scope,
            Held::Mode(_) => Kind::Mode,
            Held::CudaStream(_) => Kind::CudaStream,
            Held::CudaEvent(_) => Kind::CudaEvent,
            Held::CudaStreamScope(_) => Kind::CudaStreamScope,
            Held::Dict(_) => Kind::Dict,
            Held::ReleaseQueue(_) => Kind::ReleaseQueue,
        }
    }
}

// ---- the number ----

const MARK: u64 = 1 << 63;
const SLOT_BITS: u32 = 26;
/// Slot 0 is never used: as a link it means "none".
const SLOTS: u32 = 1 << SLOT_BITS;

fn number(kind: Kind, slot: u32, generation: u32) -> u64 {
    MARK | (kind as u64) << 58 | (slot as u64) << 32 | generation as u64
}

fn slot_of(handle: u64) -> u32 {
    (handle >> 32) as u32 & (SLOTS - 1)
}

fn kind_bits(handle: u64) -> u64 {
    handle >> 58 & 31
}

// ---- a slot ----

/// State: generation (32 bits) , kind (5) , live , closing , pins (25). Closing means: released, but a call looks at the
/// value at this moment; the last to unpin takes the value out.
struct Slot {
    state: AtomicU64,
    /// The next free slot, while this one is free.
    next: AtomicU32,
    value: UnsafeCell<MaybeUninit<Held>>,
}

// SAFETY: `state` says who may touch the value: pinners read it, the one who closes the slot at 0 pins (or unpins a closing
// slot last) owns it. Every `Held` is Send and Sync.
unsafe impl Sync for Slot {}

const _: () = {
    const fn shared_between_threads<T: Send + Sync>() {}
    shared_between_threads::<Held>()
};

const PINS: u64 = (1 << 25) - 1;
const CLOSING: u64 = 1 << 25;
const LIVE: u64 = 1 << 26;

/// The state, without pins, of a live slot that `handle` means.
fn live_state(handle: u64) -> u64 {
    handle << 32 | kind_bits(handle) << 27 | LIVE
}

// ---- all slots ----

const CHUNK: u32 = 2048;
const CHUNK_BYTES: Layout = match Layout::array::<Slot>(CHUNK as usize) {
    Ok(layout) => layout,
    Err(_) => panic!(),
};

/// Made as needed, never freed.
static CHUNKS: [AtomicPtr<Slot>; (SLOTS / CHUNK) as usize] =
    [const { AtomicPtr::new(ptr::null_mut()) }; (SLOTS / CHUNK) as usize];
/// Slots below have been used.
static USED: AtomicU32 = AtomicU32::new(1);
/// Head of the stack of free slots: count of changes (38 bits) , slot (26).
static FREE: AtomicU64 = AtomicU64::new(0);
static FIRST_GENERATION: AtomicU32 = AtomicU32::new(1);

fn slot(index: u32) -> Option<&'static Slot> {
    let chunk = CHUNKS.get((index / CHUNK) as usize)?.load(Acquire);
    if chunk.is_null() {
        return None;
    }
    // SAFETY: a chunk has CHUNK slots, zeroed when made (a valid free slot), and stays.
    Some(unsafe { &*chunk.add((index % CHUNK) as usize) })
}

fn make_chunk(index: u32) -> Result<()> {
    let Some(place) = CHUNKS.get((index / CHUNK) as usize) else { fail!(INTERNAL, "slot {index} is out of range") };
    if !place.load(Acquire).is_null() {
        return Ok(());
    }
    // SAFETY: the size is not zero.
    let chunk = unsafe { alloc_zeroed(CHUNK_BYTES) }.cast::<Slot>();
    if chunk.is_null() {
        return Err(Error::out_of_memory(CHUNK_BYTES.size()));
    }
    if place.compare_exchange(ptr::null_mut(), chunk, AcqRel, Acquire).is_err() {
        // SAFETY: made above; another thread was faster and nobody saw this one.
        unsafe { dealloc(chunk.cast(), CHUNK_BYTES) };
    }
    Ok(())
}

/// A slot that nobody else has: a freed one, else one never used.
fn take_free() -> Result<(u32, &'static Slot)> {
    if let Some(last) = memory::own_word()
        && let index @ 1.. = last.load(Relaxed)
        && let Some(slot) = slot(index)
    {
        last.store(0, Relaxed);
        return Ok((index, slot));
    }
    let mut head = FREE.load(Acquire);
    while let index @ 1.. = head as u32 & (SLOTS - 1)
        && let Some(slot) = slot(index)
    {
        // If another thread takes the slot now, the link read here is stale, but then the count has changed.
        let next = (head >> SLOT_BITS).wrapping_add(1) << SLOT_BITS | slot.next.load(Relaxed) as u64;
        match FREE.compare_exchange_weak(head, next, AcqRel, Acquire) {
            Ok(_) => return Ok((index, slot)),
            Err(now) => head = now,
        }
    }
    let mut index = USED.load(Relaxed);
    loop {
        if index >= SLOTS {
            fail!(OUT_OF_MEMORY, "all {} handles are in use or used up", SLOTS - 1);
        }
        make_chunk(index)?;
        match USED.compare_exchange_weak(index, index + 1, AcqRel, Relaxed) {
            Ok(_) => match slot(index) {
                Some(slot) => return Ok((index, slot)),
                None => fail!(INTERNAL, "slot {index} has no memory"),
            },
            Err(now) => index = now,
        }
    }
}

/// The thread keeps the last slot for itself: tensors come and go in turn, and so need no read-modify-write here.
fn give_free(index: u32, slot: &Slot) {
    if let Some(last) = memory::own_word().filter(|last| last.load(Relaxed) == 0) {
        last.store(index, Relaxed);
        return;
    }
    let mut head = FREE.load(Relaxed);
    loop {
        slot.next.store(head as u32 & (SLOTS - 1), Relaxed);
        let new = (head >> SLOT_BITS).wrapping_add(1) << SLOT_BITS | index as u64;
        match FREE.compare_exchange_weak(head, new, Release, Relaxed) {
            Ok(_) => return,
            Err(now) => head = now,
        }
    }
}

// ---- life of a handle ----

/// A new handle that owns `value`.
pub fn insert(value: Held) -> Result<u64> {
    let (index, slot) = take_free()?;
    let generation = match (slot.state.load(Relaxed) >> 32) as u32 {
        0 => FIRST_GENERATION.load(Relaxed),
        next => next,
    };
    let handle = number(value.kind(), index, generation);
    // SAFETY: a slot that is not live and not in the stack belongs to who took it.
    unsafe { (*slot.value.get()).write(value) };
    slot.state.store(live_state(handle), Release);
    Ok(handle)
}

/// Ends `handle`. Its value, unless another thread looks at it at this moment and will drop it. None of that if it is
/// not a live handle of `kind`.
pub fn remove(handle: u64, kind: Kind) -> Option<Option<Held>> {
    let slot = find(handle, kind)?;
    let live = live_state(handle);
    let mut seen = slot.state.load(Relaxed);
    loop {
        if seen & !PINS != live {
            return None;
        }
        match slot.state.compare_exchange_weak(seen, seen | CLOSING, AcqRel, Relaxed) {
            // SAFETY: closed at 0 pins, so nobody else reads the value, now or later.
            Ok(_) if seen & PINS == 0 => return Some(Some(unsafe { empty(slot_of(handle), slot) })),
            Ok(_) => return Some(None),
            Err(now) => seen = now,
        }
    }
}

/// Takes the value out and makes the slot free for a new one, or retires it.
///
/// # Safety
/// The slot is closing and without pins, and only one caller does this.
unsafe fn empty(index: u32, slot: &Slot) -> Held {
    // SAFETY: a closing slot holds a value; it is read once.
    let value = unsafe { (*slot.value.get()).assume_init_read() };
    match ((slot.state.load(Relaxed) >> 32) as u32).checked_add(1) {
        Some(next) => {
            slot.state.store((next as u64) << 32, Relaxed);
            give_free(index, slot);
        }
        // Not live, and never again: the generation stays for who asks why.
        None => slot.state.store((u32::MAX as u64) << 32, Relaxed),
    }
    value
}

fn find(handle: u64, kind: Kind) -> Option<&'static Slot> {
    if handle & MARK == 0 || kind_bits(handle) != kind as u64 {
        return None;
    }
    slot(slot_of(handle))
}

/// Keeps the value of a slot where it is.
pub struct Pin {
    index: u32,
    slot: &'static Slot,
}

impl Pin {
    #[inline]
    pub fn new(handle: u64, kind: Kind) -> Option<Pin> {
        let slot = find(handle, kind)?;
        let live = live_state(handle);
        let mut seen = slot.state.load(Relaxed);
        loop {
            if seen & !PINS != live {
                return None;
            }
            if seen & PINS == PINS {
                std::hint::spin_loop();
                seen = slot.state.load(Relaxed);
                continue;
            }
            match slot.state.compare_exchange_weak(seen, seen + 1, Acquire, Relaxed) {
                Ok(_) => return Some(Pin { index: slot_of(handle), slot }),
                Err(now) => seen = now,
            }
        }
    }

    #[inline]
    pub fn value(&self) -> &Held {
        // SAFETY: pinned while live, so the value is there and nobody takes it out.
        unsafe { (*self.slot.value.get()).assume_init_ref() }
    }
}

impl Drop for Pin {
    #[inline]
    fn drop(&mut self) {
        let before = self.slot.state.fetch_sub(1, AcqRel);
        if before & (CLOSING | PINS) == CLOSING | 1 {
            // SAFETY: the last pin of a closing slot; `remove` left the emptying to it.
            drop(unsafe { empty(self.index, self.slot) });
        }
    }
}

/// What `read` makes of the value of a live handle. The slot is pinned meanwhile: `read` runs no code of the caller of C.
#[inline]
pub fn with<R>(handle: u64, kind: Kind, name: &str, read: impl FnOnce(&Held) -> Option<R>) -> Result<R> {
    if let Some(pin) = Pin::new(handle, kind)
        && let Some(result) = read(pin.value())
    {
        return Ok(result);
    }
    Err(invalid(handle, kind, name))
}

/// Why argument `name` is not a handle of `kind`.
#[cold]
pub fn invalid(handle: u64, kind: Kind, name: &str) -> Error {
    let message = if handle == 0 {
        format!("{name} is NULL")
    } else if let Some(other) = Kind::ALL.into_iter().find(|&k| k != kind && Pin::new(handle, k).is_some()) {
        format!("{name} is a handle of {}, expected {}", other.name(), kind.name())
    } else {
        let kind = kind.name().trim_start_matches("a ").trim_start_matches("an ");
        format!("{name} is not a live {kind} handle (it was released, or never was one)")
    };
    Error::new(crate::error::status::INVALID_HANDLE, message)
}

/// Live handles of all kinds. Counted by looking at every slot.
pub fn live_count() -> i64 {
    let live = |state: u64| state & LIVE != 0 && state & CLOSING == 0;
    (1..USED.load(Acquire)).filter_map(slot).filter(|s| live(s.state.load(Relaxed))).count() as i64
}

/// Slots used for the first time from now on start with this generation: tests of the last generations need not make
/// 2^32 handles.
#[doc(hidden)]
pub fn testing_set_first_generation(generation: u32) {
    FIRST_GENERATION.store(generation.max(1), Relaxed);
}

#[cfg(test)]
#[path = "handle_tests.rs"]
pub(super) mod tests;
