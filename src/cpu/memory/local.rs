//! The bins of each thread, for small blocks: no atomic read-modify-write, no lock.
//!
//! A thread's bins live in a [`Record`] of system memory that outlives the thread and is then used by another one. The
//! thread's own variable is a bare pointer without a destructor, so it can be read at any time of the thread's life;
//! its end is told by a pthread key, after the destructors of thread-local variables.

use super::central::{self, Chain, Free};
use super::{ARMED, CONTROL, Live, Tally, class};
use crate::cpu::fork::ForkMutex;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU32, AtomicU64, Ordering::*};

/// Free blocks of one class. Written by the owning thread only; others read `room` for statistics.
struct Bin {
    head: AtomicPtr<Free>,
    /// How many more blocks fit.
    room: AtomicU32,
}

/// The bins of one thread.
#[repr(align(128))]
pub(super) struct Record {
    /// The value of [`CONTROL`] for which the bins are valid.
    seen: AtomicU64,
    bins: [Bin; class::SMALL_CLASSES],
    /// What this thread counted with [`note`]: stays with the record when the thread ends.
    live: [AtomicI64; Live::KINDS],
    /// See [`super::own_word`].
    word: AtomicU32,
    /// Whether a thread uses it; guarded by [`REGISTRY`].
    used: AtomicBool,
    /// The next of all records; guarded by [`REGISTRY`].
    next: Cell<*mut Record>,
}

// SAFETY: `next` is guarded by the registry's lock, the rest is atomic.
unsafe impl Sync for Record {}

/// Never equal to [`CONTROL`].
const NEVER: u64 = u64::MAX;

impl Record {
    const fn new() -> Record {
        let mut bins =
            [const { Bin { head: AtomicPtr::new(null_mut()), room: AtomicU32::new(0) } }; class::SMALL_CLASSES];
        let mut class = 0;
        while class < class::SMALL_CLASSES {
            bins[class].room = AtomicU32::new(class::room(class) as u32);
            class += 1;
        }
        Record {
            seen: AtomicU64::new(NEVER),
            bins,
            live: [const { AtomicI64::new(0) }; Live::KINDS],
            word: AtomicU32::new(0),
            used: AtomicBool::new(false),
            next: Cell::new(null_mut()),
        }
    }

    /// Takes up to `most` blocks out of a bin. Only for the owner.
    fn drain(&self, class: usize, most: usize) -> Chain {
        let bin = &self.bins[class];
        let mut chain = Chain::EMPTY;
        while chain.count < most
            && let Some(block) = NonNull::new(bin.head.load(Relaxed))
        {
            // SAFETY: blocks of a bin are free, linked and ours.
            unsafe {
                bin.head.store((*block.as_ptr()).next, Relaxed);
                chain.push(block.as_ptr());
            }
        }
        bin.room.store(bin.room.load(Relaxed) + chain.count as u32, Relaxed);
        chain
    }

    /// Gives everything back to the system; answers the bytes. Only for the owner.
    fn flush(&self) -> usize {
        let mut bytes = 0;
        for class in 0..class::SMALL_CLASSES {
            let mut chain = self.drain(class, usize::MAX);
            bytes += chain.count * class::size(class);
            while let Some(block) = chain.pop() {
                // SAFETY: the block was free and is of this class.
                unsafe { central::return_class(class, block) };
            }
        }
        bytes
    }
}

/// The record of a thread that has none (yet, or any more): never valid, never written.
static NOBODY: Record = Record::new();
static GONE: Record = Record::new();

thread_local! {
    static OWN: Cell<&'static Record> = const { Cell::new(&NOBODY) };
}

/// All records, by `next`.
pub(super) static REGISTRY: ForkMutex<Registry> = ForkMutex::new(Registry { first: null_mut() });

pub(super) struct Registry {
    first: *mut Record,
}

// SAFETY: records are shared and never freed.
unsafe impl Send for Registry {}

impl Registry {
    fn records(&self) -> impl Iterator<Item = &'static Record> {
        let mut next = self.first;
        std::iter::from_fn(move || {
            // SAFETY: registered records are never freed.
            let record = unsafe { next.as_ref() }?;
            next = record.next.get();
            Some(record)
        })
    }
}

/// What threads without a record counted.
static ELSEWHERE: [AtomicI64; Live::KINDS] = [const { AtomicI64::new(0) }; Live::KINDS];

/// See [`super::note`]. A thread counts on its own record, which nobody else writes: no read-modify-write.
#[inline]
pub(super) fn note(what: Live, change: i64) {
    let record = OWN.get();
    if std::ptr::eq(record, &NOBODY) || std::ptr::eq(record, &GONE) {
        ELSEWHERE[what as usize].fetch_add(change, Relaxed);
    } else {
        let count = &record.live[what as usize];
        count.store(count.load(Relaxed) + change, Relaxed);
    }
}

/// See [`super::own_word`].
#[inline]
pub(super) fn own_word() -> Option<&'static AtomicU32> {
    let record = OWN.get();
    (!std::ptr::eq(record, &NOBODY) && !std::ptr::eq(record, &GONE)).then_some(&record.word)
}

pub(super) fn live(what: Live) -> i64 {
    let registry = REGISTRY.lock();
    let threads: i64 = registry.records().map(|record| record.live[what as usize].load(Relaxed)).sum();
    threads + ELSEWHERE[what as usize].load(Relaxed)
}

/// A block of the thread's own; None when the slow path must see to it.
#[inline]
pub(super) fn pop(class: usize) -> Option<NonNull<u8>> {
    let record = OWN.get();
    if record.seen.load(Relaxed) != CONTROL.load(Relaxed) {
        return None;
    }
    let bin = &record.bins[class];
    let block = NonNull::new(bin.head.load(Relaxed))?;
    // SAFETY: blocks of a bin are free, linked and this thread's.
    bin.head.store(unsafe { (*block.as_ptr()).next }, Relaxed);
    bin.room.store(bin.room.load(Relaxed) + 1, Relaxed);
    Some(block.cast())
}

/// Keeps a block for the thread; false when the slow path must see to it.
///
/// # Safety
/// `block` is of `class` and not used again.
#[inline]
pub(super) unsafe fn push(class: usize, block: NonNull<u8>) -> bool {
    let record = OWN.get();
    let bin = &record.bins[class];
    let room = bin.room.load(Relaxed);
    if room == 0 || record.seen.load(Relaxed) != CONTROL.load(Relaxed) {
        return false;
    }
    let block = block.as_ptr().cast::<Free>();
    // SAFETY: a block holds a word, and it is ours.
    unsafe { (*block).next = bin.head.load(Relaxed) };
    // Release: a fork child walks the lists of threads that vanished.
    bin.head.store(block, Release);
    bin.room.store(room - 1, Relaxed);
    true
}

/// The slow path of `pop`: refills the bin with a batch.
pub(super) fn take(class: usize) -> Option<NonNull<u8>> {
    let Some(record) = own() else { return central::take(class) };
    if record.bins[class].head.load(Relaxed).is_null() {
        let mut batch = central::take_chain(class, batch(class) + 1);
        let block = batch.pop();
        while let Some(block) = batch.pop() {
            // SAFETY: the batch's blocks are of this class and free.
            unsafe { keep(record, class, block) };
        }
        return block.or_else(|| central::system_class(class));
    }
    record.drain(class, 1).pop()
}

/// The slow path of `push`: when the bin is full, half of it goes to the central one.
///
/// # Safety
/// `block` is of `class` and not used again.
pub(super) unsafe fn give(class: usize, block: NonNull<u8>) {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(record) = own() else { return central::give(class, block) };
        if record.bins[class].room.load(Relaxed) == 0 {
            central::give_chain(class, record.drain(class, batch(class)));
        }
        keep(record, class, block);
    }
}

/// # Safety
/// `record` is the calling thread's and its bin has room; `block` is of `class` and free.
unsafe fn keep(record: &Record, class: usize, block: NonNull<u8>) {
    let bin = &record.bins[class];
    let block = block.as_ptr().cast::<Free>();
    // SAFETY: the caller's promise.
    unsafe { (*block).next = bin.head.load(Relaxed) };
    bin.head.store(block, Release);
    bin.room.store(bin.room.load(Relaxed) - 1, Relaxed);
}

const fn batch(class: usize) -> usize {
    class::room(class) / 2
}

/// The calling thread's record, flushed when `release_cached` asked for it; None when the thread is past its end, or
/// there is no memory for a record.
fn own() -> Option<&'static Record> {
    let mut record = OWN.get();
    if std::ptr::eq(record, &NOBODY) {
        record = attach()?;
    }
    if std::ptr::eq(record, &GONE) {
        return None;
    }
    let control = CONTROL.load(Relaxed) & !ARMED;
    if record.seen.load(Relaxed) != control {
        record.flush();
        record.seen.store(control, Relaxed);
    }
    Some(record)
}

/// Gives the calling thread a record, and notes that its end must be told.
#[cold]
fn attach() -> Option<&'static Record> {
    let key = end_key()?;
    let reused = REGISTRY.lock().records().find(|record| !record.used.swap(true, Relaxed));
    let record = match reused {
        Some(record) => record,
        None => {
            // SAFETY: a record is not of size 0; it is written before it is shared, and never freed.
            let record = unsafe {
                let place = NonNull::new(System.alloc(Layout::new::<Record>()))?.cast::<Record>();
                place.write(Record::new());
                place.as_ref()
            };
            record.used.store(true, Relaxed);
            let mut registry = REGISTRY.lock();
            record.next.set(registry.first);
            registry.first = std::ptr::from_ref(record).cast_mut();
            record
        }
    };
    // SAFETY: the key was made by `end_key`.
    if unsafe { libc::pthread_setspecific(key, std::ptr::from_ref(record).cast()) } != 0 {
        let _lock = REGISTRY.lock();
        record.used.store(false, Relaxed);
        return None;
    }
    // Empty: a record that is not in use is, and `flush` in `own` finds nothing.
    OWN.set(record);
    Some(record)
}

/// The key whose destructor is [`ended`], plus one; 0: none yet; [`NO_KEY`]: there are no keys left.
static END_KEY: AtomicU64 = AtomicU64::new(0);
const NO_KEY: u64 = u64::MAX;

fn end_key() -> Option<libc::pthread_key_t> {
    let known = END_KEY.load(Acquire);
    if known == NO_KEY {
        return None;
    }
    if known != 0 {
        return Some((known - 1) as libc::pthread_key_t);
    }
    let mut key = 0;
    // SAFETY: `key` is writable; `ended` stays loaded.
    let made = unsafe { libc::pthread_key_create(&mut key, Some(ended)) } == 0;
    let value = if made { key as u64 + 1 } else { NO_KEY };
    match END_KEY.compare_exchange(0, value, AcqRel, Acquire) {
        Ok(_) => made.then_some(key),
        Err(_) => {
            if made {
                // SAFETY: made above, and no thread has a value for it.
                unsafe { libc::pthread_key_delete(key) };
            }
            end_key()
        }
    }
}

/// The end of a thread: its blocks go to the central bins, its record to the next thread. What is allocated or freed
/// on it after this goes to the central bins at once.
unsafe extern "C" fn ended(record: *mut c_void) {
    OWN.set(&GONE);
    // SAFETY: the key's value is the thread's record.
    let record = unsafe { &*record.cast::<Record>() };
    for class in 0..class::SMALL_CLASSES {
        // SAFETY: blocks of a bin are free and of its class.
        unsafe { central::give_chain(class, record.drain(class, usize::MAX)) };
    }
    record.seen.store(NEVER, Relaxed);
    let _lock = REGISTRY.lock();
    record.used.store(false, Relaxed);
}

/// Gives the calling thread's blocks back to the system; answers the bytes.
pub(super) fn flush_own() -> usize {
    let record = OWN.get();
    if std::ptr::eq(record, &NOBODY) || std::ptr::eq(record, &GONE) { 0 } else { record.flush() }
}

pub(super) fn cached() -> Tally {
    let mut tally = Tally::default();
    let registry = REGISTRY.lock();
    for record in registry.records() {
        for (class, bin) in record.bins.iter().enumerate() {
            let blocks = class::room(class) - bin.room.load(Relaxed) as usize;
            tally = tally + Tally { blocks, bytes: blocks * class::size(class) };
        }
    }
    tally
}

/// Hands over the blocks of all threads but the calling one, and frees their records for use.
///
/// # Safety
/// In a fork child that has no other thread, with [`REGISTRY`] locked before the fork.
pub(super) unsafe fn adopt_vanished(mut give: impl FnMut(usize, Chain)) {
    let own = OWN.get();
    // SAFETY: the caller's promise.
    for record in unsafe { (*REGISTRY.data()).records() } {
        if std::ptr::eq(record, own) || !record.used.load(Relaxed) {
            continue;
        }
        for (class, bin) in record.bins.iter().enumerate() {
            let mut chain = Chain { head: bin.head.load(Acquire), ..Chain::EMPTY };
            let mut block = chain.head;
            while !block.is_null() {
                chain.tail = block;
                chain.count += 1;
                // SAFETY: a list of free blocks; its head was stored after its links.
                block = unsafe { (*block).next };
            }
            bin.head.store(null_mut(), Relaxed);
            bin.room.store(class::room(class) as u32, Relaxed);
            if chain.count > 0 {
                give(class, chain);
            }
        }
        record.seen.store(NEVER, Relaxed);
        record.used.store(false, Relaxed);
    }
}
