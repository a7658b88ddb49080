//! Loops on the host's own threads.

use super::{CHUNKS_PER_THREAD, Inside, Work};
use crate::cpu::cancel::Installed;
use crate::cpu::fork::{AtFork, ForkMutex};
use crate::error::Result;
use crate::fail;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};

/// A host's parallel loop: calls `body(context, index)` once for each `index < count`, on any threads and in any order,
/// and returns when all calls have returned. Answers 0, or a number of its own for a failure.
pub type HostParallelFor = unsafe extern "C" fn(
    user_data: *mut c_void,
    count: usize,
    body: unsafe extern "C" fn(context: *mut c_void, index: usize),
    context: *mut c_void,
) -> i32;

#[derive(Clone, Copy)]
pub struct Host {
    function: HostParallelFor,
    user_data: *mut c_void,
}

// SAFETY: who sets a host promises that it may be called from any thread.
unsafe impl Send for Host {}

static HOST: ForkMutex<Option<Host>> = ForkMutex::new(None);
/// Whether there is one, without the lock.
static SET: AtomicBool = AtomicBool::new(false);

/// The pair must be whole in a fork child.
static FORK: AtFork = AtFork::new(Some(prepare), Some(release), Some(release));

extern "C" fn prepare() {
    HOST.raw().acquire();
}

extern "C" fn release() {
    // SAFETY: `prepare` took it, on this thread.
    unsafe { HOST.raw().release() }
}

/// From now on loops run through `host`, a function and its user data; `None` brings the library's own threads back.
/// Loops that run now end as they began: after this returns the previous host may still be in use by them.
///
/// # Safety
/// The function keeps the contract of [`HostParallelFor`], may be called from any thread, several at once, and stays
/// valid with its user data until it is replaced and the loops that use it have ended.
pub unsafe fn set_host_parallel_for(host: Option<(HostParallelFor, *mut c_void)>) {
    FORK.register();
    let mut place = HOST.lock();
    *place = host.map(|(function, user_data)| Host { function, user_data });
    SET.store(place.is_some(), Release);
}

/// Whether the host runs the loops.
#[inline]
pub fn is_host() -> bool {
    SET.load(Acquire)
}

#[inline]
pub fn current() -> Option<Host> {
    if SET.load(Acquire) { *HOST.lock() } else { None }
}

/// The bits in [`Call::begun`].
const MOST_PIECES: usize = 1024;

/// Into how many chunks a loop for a host is cut at most.
pub fn pieces(threads: usize) -> usize {
    (threads * CHUNKS_PER_THREAD).min(MOST_PIECES)
}

/// One use of the host's loop; the context it gets.
struct Call<'a> {
    work: Work<'a>,
    /// Bit per chunk.
    begun: [AtomicU64; MOST_PIECES / 64],
    done: AtomicUsize,
    /// A wrong index plus one, or a repeated one.
    wrong: AtomicUsize,
}

impl Host {
    /// Runs `work`, at most [`MOST_PIECES`] chunks. No lock is held meanwhile.
    pub fn run(self, work: Work<'_>) -> Result<()> {
        let call = Call {
            begun: [const { AtomicU64::new(0) }; MOST_PIECES / 64],
            done: AtomicUsize::new(0),
            wrong: AtomicUsize::new(0),
            work,
        };
        let chunks = call.work.chunks;
        // SAFETY: the promise made when the host was set; the context outlives the call.
        let answer =
            unsafe { (self.function)(self.user_data, chunks, run_index, std::ptr::from_ref(&call).cast_mut().cast()) };
        if answer != 0 {
            fail!(CALLBACK, "the host's parallel_for failed with {answer}");
        }
        let done = call.done.load(Acquire);
        if done != chunks {
            fail!(CALLBACK, "the host's parallel_for returned after {done} of {chunks} calls");
        }
        if let wrong @ 1.. = call.wrong.load(Relaxed) {
            let index = wrong - 1;
            fail!(CALLBACK, "the host's parallel_for called index {index} of {chunks}, twice or beyond the end");
        }
        call.work.finish()
    }
}

/// # Safety
/// `context` is the [`Call`] of a loop that has not returned.
unsafe extern "C" fn run_index(context: *mut c_void, index: usize) {
    // SAFETY: the caller's promise.
    let call = unsafe { &*context.cast::<Call>() };
    let fresh = index < call.work.chunks && {
        let bit = 1 << (index % 64);
        call.begun[index / 64].fetch_or(bit, Relaxed) & bit == 0
    };
    if !fresh {
        call.wrong.store(index.saturating_add(1), Relaxed);
        return;
    }
    let inside = Inside::enter();
    let token = Installed::new(call.work.token.as_ref());
    call.work.run_chunk(index);
    drop(token);
    drop(inside);
    call.done.fetch_add(1, Release);
}
