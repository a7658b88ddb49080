//! Threads: one pool of our own, or the host's.
//!
//! A loop is cut into chunks that the caller and the workers take by an atomic counter. The caller never waits for a
//! worker that has not begun: one that sleeps, or whose core was taken, delays nobody. Nothing starts before the first
//! loop that is worth it. `TENDON_NUM_THREADS` sets the number of threads; otherwise it follows from the CPUs that
//! this process may use.

mod crew;
mod host;
mod park;

use super::cancel::{self, Token};
use super::fork::ForkMutex;
use crate::error::{Error, Result, status};
use crate::fail;
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

pub use host::{HostParallelFor, is_host, set_host_parallel_for};

/// The largest number of threads, the caller included.
pub const MAX_THREADS: usize = 1024;

/// Chunks per thread, so that threads which start late or run slowly find less to do, not more.
const CHUNKS_PER_THREAD: usize = 4;

/// Under a cancel token, how many grains run between two looks at it.
const GRAINS_PER_CHECK: usize = 4;

/// Splits `0..count` into ranges of at least `grain` items (the last may be shorter) and runs `body` over all of them,
/// each item once, on any thread; returns when all are done. Ranges start at multiples of `grain`.
///
/// Runs on the calling thread alone when `count <= grain`, inside another loop's body, when another thread is using
/// the pool, and when there is one thread. Choose `grain` so that it is worth a microsecond at least, and takes well
/// under a millisecond: cancellation is noticed every few grains.
///
/// CANCELLED when the calling thread's cancel token was set before the end: then some ranges, or loops inside `body`,
/// may not have run. INTERNAL when `body` panicked, CALLBACK when the host's own loop failed; likewise.
pub fn parallel_for(count: usize, grain: usize, body: &(dyn Fn(Range<usize>) + Sync)) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    let grain = grain.max(1);
    let token = cancel::current();
    if count <= grain && token.is_none() {
        return guarded(body, 0..count);
    }
    let alone = count <= grain || inside();
    if !alone && let Some(host) = host::current() {
        return host.run(Work::new(body, count, grain, host::pieces(num_threads()), token));
    }
    let threads = if alone { 1 } else { num_threads() };
    if threads > 1 {
        let work = Work::new(body, count, grain, threads * CHUNKS_PER_THREAD, token);
        if crew::run(&work, threads)? {
            return work.finish();
        }
        work.help();
        return work.finish();
    }
    let work = Work::new(body, count, grain, 1, token);
    work.help();
    work.finish()
}

/// One loop: `count` items in `chunks` chunks.
struct Work<'a> {
    body: &'a (dyn Fn(Range<usize>) + Sync),
    count: usize,
    /// Items per chunk; a multiple of the grain.
    chunk: usize,
    chunks: usize,
    /// Items between two looks at the token.
    stride: usize,
    token: Option<Token>,
    next: Padded<AtomicUsize>,
    /// Set with `trouble`: what has not begun is not to begin.
    stopped: AtomicBool,
    trouble: ForkMutex<Option<Error>>,
}

/// On cache lines of its own.
#[repr(align(128))]
struct Padded<T>(T);

impl<'a> Work<'a> {
    /// At most `pieces` chunks.
    fn new(
        body: &'a (dyn Fn(Range<usize>) + Sync),
        count: usize,
        grain: usize,
        pieces: usize,
        token: Option<Token>,
    ) -> Work<'a> {
        let grains = count.div_ceil(grain);
        let chunk = grains.div_ceil(pieces).saturating_mul(grain);
        let stride = if token.is_some() { grain.saturating_mul(GRAINS_PER_CHECK) } else { usize::MAX };
        Work {
            body,
            count,
            chunk,
            chunks: count.div_ceil(chunk),
            stride,
            token,
            next: Padded(AtomicUsize::new(0)),
            stopped: AtomicBool::new(false),
            trouble: ForkMutex::new(None),
        }
    }

    /// Takes chunks until there are none. Does not panic.
    fn help(&self) {
        loop {
            let index = self.next.0.fetch_add(1, Relaxed);
            if index >= self.chunks {
                return;
            }
            self.run_chunk(index);
        }
    }

    fn run_chunk(&self, index: usize) {
        let end = (index + 1).saturating_mul(self.chunk).min(self.count);
        let mut start = index * self.chunk;
        while start < end {
            if self.stopped.load(Relaxed) {
                return;
            }
            let stop = start.saturating_add(self.stride).min(end);
            let checked = self.token.as_ref().map_or(Ok(()), Token::check);
            if let Err(error) = checked.and_then(|()| guarded(self.body, start..stop)) {
                self.trouble.lock().get_or_insert(error);
                self.stopped.store(true, Relaxed);
                return;
            }
            start = stop;
        }
    }

    /// What the loop answers, when all threads have left it.
    fn finish(self) -> Result<()> {
        self.trouble.into_inner().map_or(Ok(()), Err)?;
        // A body cannot pass on that a loop inside it was cut short.
        self.token.as_ref().map_or(Ok(()), Token::check)
    }
}

/// Runs `body`; a panic becomes INTERNAL.
fn guarded(body: &(dyn Fn(Range<usize>) + Sync), range: Range<usize>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(|| body(range))).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or(payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text");
        let error = Error::new(status::INTERNAL, format!("a parallel loop panicked: {text}"));
        // Dropping a payload may panic in turn.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(payload);
        }
        error
    })
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling thread is running a loop's body, or is a worker.
#[inline]
pub fn inside() -> bool {
    INSIDE.get()
}

/// Marks the calling thread as running a loop's body until it is dropped.
struct Inside(bool);

impl Inside {
    fn enter() -> Inside {
        Inside(INSIDE.replace(true))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(self.0);
    }
}

/// What was set, or 0 before the default is known.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// How many threads a loop may use, the caller included. The system may have given fewer workers.
#[inline]
pub fn num_threads() -> usize {
    match THREADS.load(Relaxed) {
        0 => default_threads(),
        n => n,
    }
}

/// Sets how many threads a loop may use, the caller included: 1 to [`MAX_THREADS`]. Workers above that end before this
/// returns, after the loop that runs now; called inside a loop's body, at the next loop. Workers that are missing start
/// with the next loop.
pub fn set_num_threads(n: usize) -> Result<()> {
    if !(1..=MAX_THREADS).contains(&n) {
        fail!(INVALID_ARGUMENT, "the number of threads is {n}, expected 1 to {MAX_THREADS}");
    }
    THREADS.store(n, Relaxed);
    if !inside() {
        crew::shrink();
    }
    Ok(())
}

#[cold]
fn default_threads() -> usize {
    let set = std::env::var("TENDON_NUM_THREADS").ok().and_then(|text| text.trim().parse::<usize>().ok());
    let threads = set.filter(|&n| n > 0).unwrap_or_else(|| {
        let quota = super::cgroup::cpu_quota().map_or(usize::MAX, |cpus| cpus.ceil() as usize);
        allowed_cpus().min(quota)
    });
    // `set_num_threads` may have come first.
    let threads = threads.clamp(1, MAX_THREADS);
    THREADS.compare_exchange(0, threads, Relaxed, Relaxed).map_or_else(|set| set, |_| threads)
}

/// How many CPUs the scheduler may put this process on.
fn allowed_cpus() -> usize {
    #[cfg(target_os = "linux")]
    {
        // 8192 CPUs, more than any kernel is built for.
        let mut mask = [0u64; 128];
        // SAFETY: the kernel writes at most the size it is told.
        let rc = unsafe { libc::sched_getaffinity(0, size_of_val(&mask), mask.as_mut_ptr().cast()) };
        let cpus: u32 = mask.iter().map(|word| word.count_ones()).sum();
        if rc == 0 && cpus > 0 {
            return cpus as usize;
        }
    }
    std::thread::available_parallelism().map_or(1, |n| n.get())
}

/// [`parallel_for`] over a body that can fail (by running out of memory): one of the errors is the answer.
pub fn try_parallel_for(count: usize, grain: usize, body: &(dyn Fn(Range<usize>) -> Result<()> + Sync)) -> Result<()> {
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    parallel_for(count, grain, &|range| {
        if let Err(error) = body(range) {
            *failure.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(error);
        }
    })?;
    failure.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
