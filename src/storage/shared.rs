//! `Shared<T>`: a reference-counted value in a block of the caching allocator.
//!
//! Unlike `Arc`, making one can fail without ending the process, and dropping is iterative: what a dying value itself
//! releases waits in a queue until the value is gone, so that a chain of a million nodes needs no stack.

use crate::cpu::memory;
use crate::error::Result;
use std::cell::Cell;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering::*, fence};

#[repr(C)]
struct Header {
    /// Owners; once it has reached zero, the address of the next header in the queue of the dying.
    count: AtomicUsize,
    /// Drops the value and frees the block.
    destroy: unsafe fn(NonNull<Header>),
    /// Bytes of the block.
    size: usize,
}

#[repr(C)]
struct Counted<T> {
    header: Header,
    value: T,
}

pub struct Shared<T>(NonNull<Counted<T>>);

// SAFETY: as for `Arc`: owners on several threads share `&T` and the last one drops `T`.
unsafe impl<T: Send + Sync> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// Where the tail begins.
    const TAIL: usize = size_of::<Counted<T>>().next_multiple_of(memory::ALIGNMENT);

    pub fn new(value: T) -> Result<Shared<T>> {
        Ok(Self::reserve()?.fill(value))
    }

    /// Does the part of [`Shared::new`] that can fail, before the value exists.
    #[inline]
    pub fn reserve() -> Result<Reserved<T>> {
        Reserved::of_size(size_of::<Counted<T>>())
    }

    /// As [`Shared::reserve`], with `bytes` more, aligned as every block, behind the value.
    #[inline]
    pub fn reserve_with_tail(bytes: usize) -> Result<Reserved<T>> {
        Reserved::of_size(Self::TAIL + bytes)
    }

    fn counted(&self) -> &Counted<T> {
        // SAFETY: an owner keeps the block alive.
        unsafe { self.0.as_ref() }
    }

    /// Whether both are the same value, not just equal ones.
    pub fn same(&self, other: &Shared<T>) -> bool {
        self.0 == other.0
    }

    pub fn as_ptr(&self) -> *const T {
        &self.counted().value
    }

    /// Whether this is the only owner. Another thread can make it stale only if it can reach this very owner.
    pub fn is_unique(&self) -> bool {
        self.counted().header.count.load(Acquire) == 1
    }
}

/// A block that waits for its value.
pub struct Reserved<T> {
    block: NonNull<Counted<T>>,
    size: usize,
}

impl<T> Reserved<T> {
    #[inline]
    fn of_size(size: usize) -> Result<Reserved<T>> {
        const { assert!(align_of::<Counted<T>>() <= memory::ALIGNMENT) };
        Ok(Reserved { block: memory::alloc(size)?.cast(), size })
    }

    /// Address of the tail, if one was reserved.
    pub fn tail(&self) -> *mut u8 {
        self.block.as_ptr().cast::<u8>().wrapping_add(Shared::<T>::TAIL)
    }

    #[inline]
    pub fn fill(self, value: T) -> Shared<T> {
        let (block, size) = (self.block, self.size);
        std::mem::forget(self);
        let header = Header { count: AtomicUsize::new(1), destroy: destroy::<T>, size };
        // SAFETY: the block is fresh, large and aligned enough.
        unsafe { block.write(Counted { header, value }) };
        Shared(block)
    }
}

impl<T> Drop for Reserved<T> {
    fn drop(&mut self) {
        // SAFETY: allocated in `of_size` with this size and never filled.
        unsafe { memory::free(self.block.cast(), self.size) }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.counted().value
    }
}

impl<T> Clone for Shared<T> {
    #[inline]
    fn clone(&self) -> Shared<T> {
        // As in `Arc`: a new owner needs no ordering. 2^63 owners cannot exist, each takes memory.
        self.counted().header.count.fetch_add(1, Relaxed);
        Shared(self.0)
    }
}

impl<T> Drop for Shared<T> {
    #[inline]
    fn drop(&mut self) {
        let count = &self.counted().header.count;
        // A sole owner needs no read-modify-write: nobody else is there to make a second one.
        if count.load(Acquire) == 1 || count.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            bury(self.0.cast());
        }
    }
}

/// # Safety
/// `header` heads a `Counted<T>` without owners; it is not used again.
unsafe fn destroy<T>(header: NonNull<Header>) {
    let block = header.cast::<Counted<T>>();
    // SAFETY: nobody else reaches the value.
    unsafe { ptr::drop_in_place(&raw mut (*block.as_ptr()).value) };
    // SAFETY: allocated in `Reserved::of_size` with this size, which `drop_in_place` left alone.
    unsafe { memory::free(block.cast(), header.as_ref().size) };
}

/// "Nothing is dying on this thread."
const IDLE: usize = usize::MAX;

thread_local! {
    /// First of the queue of the dying (0: none waits) while a value dies on this thread, else [`IDLE`].
    /// Const and without a destructor: usable in thread-exit destructors too.
    static DYING: Cell<usize> = const { Cell::new(IDLE) };
}

fn bury(header: NonNull<Header>) {
    let waiting = DYING.get();
    if waiting != IDLE {
        // SAFETY: without owners the count is ours to reuse as the link.
        unsafe { header.as_ref() }.count.store(waiting, Relaxed);
        DYING.set(header.as_ptr() as usize);
        return;
    }
    DYING.set(0);
    // Should a destructor panic, what waits leaks, but later drops are as before.
    let _idle = Restore(IDLE);
    let mut next = Some(header);
    while let Some(header) = next {
        // SAFETY: the header has no owners and was just taken out of the queue.
        unsafe { (header.as_ref().destroy)(header) };
        next = NonNull::new(DYING.get() as *mut Header);
        if let Some(header) = next {
            // SAFETY: a queued header holds the link.
            DYING.set(unsafe { header.as_ref() }.count.load(Relaxed));
        }
    }
}

/// Gives the queue's variable a value on drop.
struct Restore(usize);

impl Drop for Restore {
    fn drop(&mut self) {
        DYING.set(self.0);
    }
}

/// Runs foreign code from within a destructor: what it drops dies at once instead of waiting for the outer value.
pub fn outside_destructor<R>(foreign: impl FnOnce() -> R) -> R {
    let _waiting = Restore(DYING.replace(IDLE));
    foreign()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Link {
        _next: Option<Shared<Link>>,
    }

    #[test]
    fn a_million_links_die_on_a_small_stack() {
        let run = || {
            let mut head = None;
            for _ in 0..1_000_000 {
                head = Some(Shared::new(Link { _next: head.take() }).unwrap());
            }
            drop(head);
        };
        std::thread::Builder::new().stack_size(128 << 10).spawn(run).unwrap().join().unwrap();
    }

    #[test]
    fn the_last_owner_drops_once() {
        struct Count<'a>(&'a AtomicUsize);
        impl Drop for Count<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, Relaxed);
            }
        }
        let drops = AtomicUsize::new(0);
        let a = Shared::new(Count(&drops)).unwrap();
        assert!(a.is_unique());
        let b = a.clone();
        assert!(a.same(&b) && !a.is_unique());
        drop(a);
        assert_eq!(drops.load(Relaxed), 0);
        drop(b);
        assert_eq!(drops.load(Relaxed), 1);
    }
}
