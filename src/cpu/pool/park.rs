//! Waiting for a word to change: first by looking, then asleep.

use std::sync::atomic::{AtomicU32, Ordering::*};
use std::time::{Duration, Instant};

/// How long a thread looks before it sleeps. Waking one costs tens of microseconds.
const LOOKING: Duration = Duration::from_micros(40);

/// Looks until `done` answers true; false when it took too long.
pub fn spin(mut done: impl FnMut() -> bool) -> bool {
    let mut start = None;
    loop {
        for _ in 0..64 {
            if done() {
                return true;
            }
            std::hint::spin_loop();
        }
        if start.get_or_insert_with(Instant::now).elapsed() > LOOKING {
            return false;
        }
    }
}

/// Sleeps while `word` is `value`, until [`wake`]. May return for no reason.
pub fn sleep(word: &AtomicU32, value: u32) {
    system::sleep(word, value);
}

/// Wakes up to `most` threads that sleep on `word`, which has been changed.
pub fn wake(word: &AtomicU32, most: usize) {
    system::wake(word, most);
}

#[cfg(target_os = "linux")]
mod system {
    use super::*;
    use std::ptr::null;

    pub fn sleep(word: &AtomicU32, value: u32) {
        let op = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
        // SAFETY: the kernel reads the word; no time-out.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), op, value, null::<libc::timespec>()) };
    }

    pub fn wake(word: &AtomicU32, most: usize) {
        let op = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
        let most = most.min(i32::MAX as usize) as i32;
        // SAFETY: the kernel uses the address only.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), op, most) };
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::*;
    use std::sync::{Condvar, Mutex, PoisonError};

    static LOCK: Mutex<()> = Mutex::new(());
    static CHANGED: Condvar = Condvar::new();

    pub fn sleep(word: &AtomicU32, value: u32) {
        let lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        if word.load(SeqCst) == value {
            drop(CHANGED.wait(lock));
        }
    }

    pub fn wake(_word: &AtomicU32, _most: usize) {
        drop(LOCK.lock());
        CHANGED.notify_all();
    }
}

/// Sleeps until `word` is not `value`, counted in `sleepers` meanwhile. A waker changes the word, then looks at
/// `sleepers`, both sequentially consistent: it sees the sleeper, or the sleeper sees the change.
pub fn park(word: &AtomicU32, value: u32, sleepers: &AtomicU32) {
    sleepers.fetch_add(1, SeqCst);
    while word.load(SeqCst) == value {
        sleep(word, value);
    }
    sleepers.fetch_sub(1, Relaxed);
}
