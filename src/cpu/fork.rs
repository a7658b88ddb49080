//! (Stand-in.) Locks that survive fork.
use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering::*};

pub struct ForkMutex<T> {
    lock: AtomicU32,
    value: UnsafeCell<T>,
}
// SAFETY: the lock admits one thread at a time.
unsafe impl<T: Send> Sync for ForkMutex<T> {}
pub struct ForkMutexGuard<'a, T>(&'a ForkMutex<T>);
impl<T> ForkMutex<T> {
    pub const fn new(value: T) -> Self {
        ForkMutex { lock: AtomicU32::new(0), value: UnsafeCell::new(value) }
    }
    pub fn lock(&self) -> ForkMutexGuard<'_, T> {
        while self.lock.compare_exchange_weak(0, 1, Acquire, Relaxed).is_err() {
            std::hint::spin_loop()
        }
        ForkMutexGuard(self)
    }
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}
impl<T> Deref for ForkMutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        unsafe { &*self.0.value.get() }
    }
}
impl<T> DerefMut for ForkMutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held.
        unsafe { &mut *self.0.value.get() }
    }
}
impl<T> Drop for ForkMutexGuard<'_, T> {
    fn drop(&mut self) {
        self.0.lock.store(0, Release);
    }
}
