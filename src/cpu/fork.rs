//! `fork()`: the child has one thread, and every lock that another thread held stays held for ever. So locks here know
//! in which process life they were taken, and modules can put their state in order around a fork.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

static EPOCH: AtomicU32 = AtomicU32::new(0);

/// How many forks lie between this process and the one that loaded the library.
#[inline]
pub fn epoch() -> u32 {
    EPOCH.load(Ordering::Relaxed)
}

/// From now on [`epoch`] moves in a forked child. Cheap when already called. The allocator and the pool call it at
/// their first use, so what is made of their memory need not.
#[inline]
pub fn register() {
    COUNT.register_alone();
}

static COUNT: AtFork = AtFork::new(None, None, Some(count_child));

extern "C" fn count_child() {
    EPOCH.fetch_add(1, Ordering::Relaxed);
}

/// What one module does around a fork; the contract of `pthread_atfork`. Lives in a static.
pub struct AtFork {
    registered: AtomicU8,
    prepare: Option<unsafe extern "C" fn()>,
    parent: Option<unsafe extern "C" fn()>,
    child: Option<unsafe extern "C" fn()>,
}

impl AtFork {
    /// `prepare` runs in the parent before the fork, `parent` and `child` after it. They neither allocate nor panic.
    pub const fn new(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> AtFork {
        const fn plain(f: Option<extern "C" fn()>) -> Option<unsafe extern "C" fn()> {
            match f {
                Some(f) => Some(f),
                None => None,
            }
        }
        AtFork { registered: AtomicU8::new(0), prepare: plain(prepare), parent: plain(parent), child: plain(child) }
    }

    /// Registers once, after [`COUNT`], so that in a child the epoch has moved before `child` runs. A thread that
    /// finds another one registering goes on without waiting: waiting could hang in a child of that moment.
    #[inline]
    pub fn register(&'static self) {
        register();
        self.register_alone();
    }

    #[inline]
    fn register_alone(&'static self) {
        if self.registered.load(Ordering::Relaxed) == 0 {
            self.register_now();
        }
    }

    #[cold]
    fn register_now(&'static self) {
        if self.registered.swap(1, Ordering::AcqRel) == 0 {
            // SAFETY: the handlers are functions of this library, which is never unloaded (`-z nodelete`). Without
            // memory for the registration the library works, except in forked children.
            unsafe { libc::pthread_atfork(self.prepare, self.parent, self.child) };
        }
    }
}

/// A lock for sections of a few dozen instructions: spins, then yields. Not reentrant, not fair.
///
/// A lock whose owner vanished in a fork counts as free in the child. What it guards is then as the owner left it:
/// sections whose half-done state would be unsound to see are taken in an [`AtFork`] `prepare`, or the data is reset.
///
/// The word is 0 when free, `epoch << 1 | 1` when taken.
pub struct ForkLock {
    word: AtomicU32,
}

/// Unlocks on drop.
pub struct ForkGuard<'a> {
    lock: &'a ForkLock,
}

impl ForkLock {
    pub const fn new() -> ForkLock {
        ForkLock { word: AtomicU32::new(0) }
    }

    #[inline]
    pub fn lock(&self) -> ForkGuard<'_> {
        self.acquire();
        ForkGuard { lock: self }
    }

    /// None when another thread of this process has it.
    #[inline]
    pub fn try_lock(&self) -> Option<ForkGuard<'_>> {
        // The guard is made only after the lock was taken: one dropped here would free the lock of its holder.
        if self.try_acquire() { Some(ForkGuard { lock: self }) } else { None }
    }

    /// Whether a thread of this process has it, at this moment.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.word.load(Ordering::Relaxed) == tag()
    }

    /// Locks without a guard, for the two halves of an [`AtFork`].
    #[inline]
    pub fn acquire(&self) {
        if self.word.compare_exchange_weak(0, tag(), Ordering::Acquire, Ordering::Relaxed).is_err() {
            self.acquire_contended();
        }
    }

    /// # Safety
    /// The caller holds the lock by [`acquire`](Self::acquire), perhaps from before a fork.
    #[inline]
    pub unsafe fn release(&self) {
        self.word.store(0, Ordering::Release);
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        let tag = tag();
        let word = self.word.load(Ordering::Relaxed);
        word != tag && self.word.compare_exchange(word, tag, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[cold]
    fn acquire_contended(&self) {
        let mut tries = 0u32;
        while !self.try_acquire() {
            tries += 1;
            if tries.is_multiple_of(64) {
                std::thread::yield_now();
            } else {
                std::hint::spin_loop();
            }
        }
    }
}

/// What a lock taken now holds. Anything else that is not 0 was left by a process life that is over.
#[inline]
fn tag() -> u32 {
    epoch() << 1 | 1
}

impl Default for ForkLock {
    fn default() -> ForkLock {
        ForkLock::new()
    }
}

impl Drop for ForkGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard stands for the lock.
        unsafe { self.lock.release() }
    }
}

/// Data behind a [`ForkLock`]; its remark on half-done sections holds for `T`.
pub struct ForkMutex<T> {
    lock: ForkLock,
    value: UnsafeCell<T>,
}

// SAFETY: the lock lets one thread at a time at the value.
unsafe impl<T: Send> Send for ForkMutex<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for ForkMutex<T> {}

pub struct ForkMutexGuard<'a, T> {
    value: &'a UnsafeCell<T>,
    _lock: ForkGuard<'a>,
}

// SAFETY: shared, the guard gives `&T` only.
unsafe impl<T: Sync> Sync for ForkMutexGuard<'_, T> {}

impl<T> ForkMutex<T> {
    pub const fn new(value: T) -> ForkMutex<T> {
        ForkMutex { lock: ForkLock::new(), value: UnsafeCell::new(value) }
    }

    #[inline]
    pub fn lock(&self) -> ForkMutexGuard<'_, T> {
        ForkMutexGuard { _lock: self.lock.lock(), value: &self.value }
    }

    /// None when another thread of this process has it.
    #[inline]
    pub fn try_lock(&self) -> Option<ForkMutexGuard<'_, T>> {
        self.lock.try_lock().map(|lock| ForkMutexGuard { _lock: lock, value: &self.value })
    }

    /// The lock alone, for the two halves of an [`AtFork`].
    pub fn raw(&self) -> &ForkLock {
        &self.lock
    }

    /// The value without locking, for who holds [`raw`](Self::raw).
    pub fn data(&self) -> *mut T {
        self.value.get()
    }

    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: Default> Default for ForkMutex<T> {
    fn default() -> ForkMutex<T> {
        ForkMutex::new(T::default())
    }
}

impl<T> Deref for ForkMutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        unsafe { &*self.value.get() }
    }
}

impl<T> DerefMut for ForkMutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the lock and is borrowed exclusively.
        unsafe { &mut *self.value.get() }
    }
}

/// Runs `test` in a forked child, which has one thread and so may change what is process-wide; panics when it does, or
/// after `seconds`.
#[cfg(test)]
pub(crate) fn in_child(seconds: u32, test: impl FnOnce()) {
    register();
    // SAFETY: the child runs `test` and leaves by `_exit`.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        // SAFETY: SIGALRM ends the child.
        unsafe { libc::alarm(seconds) };
        let passed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(test));
        if let Err(payload) = &passed {
            let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
            let text = text.unwrap_or("a panic without text");
            // SAFETY: the text is readable; no lock of std that a vanished thread may hold is touched.
            unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
        }
        // SAFETY: ends the child without running the parent's exit handlers.
        unsafe { libc::_exit(passed.is_err() as i32) }
    }
    let mut status = 0;
    // SAFETY: waits for the child made above.
    let ended = unsafe { libc::waitpid(child, &mut status, 0) };
    assert_eq!(ended, child);
    assert_eq!(status, 0, "the child failed (wait status {status:#x}; 0xe is a time-out)");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_threads_count_without_loss() {
        let total = ForkMutex::new(0usize);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..20_000 {
                        *total.lock() += 1;
                    }
                });
            }
        });
        assert_eq!(total.into_inner(), 80_000);
    }

    #[test]
    fn try_lock_sees_the_holder() {
        let m = ForkMutex::new(1);
        let guard = m.lock();
        assert!(m.try_lock().is_none());
        assert!(m.try_lock().is_none(), "a vain attempt leaves the lock to its holder");
        drop(guard);
        assert_eq!(*m.try_lock().unwrap(), 1);
    }

    #[test]
    fn a_lock_that_vanished_in_a_fork_is_free_in_the_child() {
        static HELD: ForkMutex<i32> = ForkMutex::new(7);
        register();
        let (tell, told) = std::sync::mpsc::channel();
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let holder = std::thread::spawn(move || {
            let guard = HELD.lock();
            tell.send(()).unwrap();
            let _ = wait.recv();
            drop(guard);
        });
        told.recv().unwrap();
        let before = epoch();
        in_child(20, || {
            assert_eq!(epoch(), before + 1);
            assert_eq!(*HELD.lock(), 7);
            let guard = HELD.try_lock().expect("free again");
            assert!(HELD.try_lock().is_none(), "now ours");
            drop(guard);
            // A child of the child.
            let _held = HELD.lock();
            in_child(10, || assert_eq!(epoch(), before + 2));
        });
        assert!(HELD.try_lock().is_none(), "the parent's holder still has it");
        assert_eq!(epoch(), before);
        drop(done);
        holder.join().unwrap();
    }
}
