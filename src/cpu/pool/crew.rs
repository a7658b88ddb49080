//! The workers, and how one caller at a time hands them a loop.
//!
//! The caller stores the loop, opens the gate and moves the bell. A worker that hears the bell counts itself in at the
//! gate; only one that found it open touches the loop. The caller works too, closes the gate when no chunk is left, and
//! waits for those that are inside. So a loop can live on the caller's stack.

use super::{Inside, Padded, Work, num_threads, park};
use crate::cpu::cancel::Installed;
use crate::cpu::fork::{self, ForkLock, ForkMutex};
use crate::error::Result;
use crate::fail;
use std::ffi::c_void;
#[cfg(target_os = "linux")]
use std::io::Write;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};

/// [`OPEN`], [`WAITED_FOR`] and the number of workers inside.
static GATE: Padded<AtomicU32> = Padded(AtomicU32::new(0));
const OPEN: u32 = 1 << 31;
/// The caller sleeps until the last worker is out.
const WAITED_FOR: u32 = 1 << 30;
const WORKERS: u32 = WAITED_FOR - 1;

/// The loop; valid for who entered by the open gate, until it leaves.
static LOOP: AtomicPtr<Work<'static>> = AtomicPtr::new(null_mut());

/// Moves when there is something to look at. Workers wait for it.
static BELL: Padded<AtomicU32> = Padded(AtomicU32::new(0));
static SLEEPERS: Padded<AtomicU32> = Padded(AtomicU32::new(0));

/// Workers with this index or a higher one are to end.
static SIZE: AtomicUsize = AtomicUsize::new(0);

/// The thread that holds it is the one that uses the pool.
static CREW: ForkMutex<Crew> = ForkMutex::new(Crew { workers: Vec::new(), asked: 0, epoch: 0 });

/// Held by who changes the number of threads: loops keep off the pool then, so that it gets its turn.
static RESIZE: ForkLock = ForkLock::new();

struct Crew {
    workers: Vec<libc::pthread_t>,
    /// The size last tried for; the system may have given less.
    asked: usize,
    /// The life of the process that the workers belong to.
    epoch: u32,
}

/// Runs `work` on the pool. False: it was not begun, because another thread uses the pool or there are no workers.
pub fn run(work: &Work<'_>, threads: usize) -> Result<bool> {
    if RESIZE.is_locked() {
        return Ok(false);
    }
    let Some(mut crew) = CREW.try_lock() else { return Ok(false) };
    crew.resize(threads - 1);
    if crew.workers.is_empty() {
        return Ok(false);
    }
    let life = fork::epoch();
    let inside = Inside::enter();
    LOOP.store(std::ptr::from_ref(work).cast_mut().cast(), Relaxed);
    GATE.0.fetch_or(OPEN, Release);
    ring(work.chunks - 1);
    work.help();
    let whole = close(life);
    drop(inside);
    if !whole {
        fail!(
            INTERNAL,
            "the process was forked inside a parallel loop; the loop's other threads are not in this child"
        );
    }
    Ok(true)
}

/// Makes workers look; wakes at most `most` of those that sleep.
fn ring(most: usize) {
    BELL.0.fetch_add(1, SeqCst);
    let sleepers = SLEEPERS.0.load(SeqCst) as usize;
    if sleepers > 0 {
        park::wake(&BELL.0, most.min(sleepers));
    }
}

/// Closes the gate and waits until nobody is inside; false when this is a fork child of the process life in which the
/// loop began: the workers are not here.
fn close(life: u32) -> bool {
    GATE.0.fetch_and(!OPEN, Relaxed);
    if fork::epoch() != life {
        return false;
    }
    if park::spin(|| GATE.0.load(Acquire) == 0) {
        return true;
    }
    loop {
        let gate = GATE.0.fetch_or(WAITED_FOR, Acquire) | WAITED_FOR;
        if gate & WORKERS == 0 {
            GATE.0.fetch_and(!WAITED_FOR, Relaxed);
            return true;
        }
        park::sleep(&GATE.0, gate);
    }
}

/// Where a worker starts. Its own thread of the system's, not of std's: std aborts when there is no memory for the
/// alternative signal stack of a new thread.
extern "C" fn worker(index: *mut c_void) -> *mut c_void {
    #[cfg(target_os = "linux")]
    {
        let mut name = [0u8; 16];
        let _ = write!(&mut name[..15], "tendon-{}", index as usize + 1);
        // SAFETY: names the calling thread; the last byte is still 0.
        unsafe { libc::pthread_setname_np(libc::pthread_self(), name.as_ptr().cast()) };
    }
    serve(index as usize);
    null_mut()
}

/// A new worker; None when the system gives none.
fn start(index: usize) -> Option<libc::pthread_t> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut thread = MaybeUninit::uninit();
    // SAFETY: the attributes are initialised, used and destroyed; `worker` takes its index in the argument's place.
    unsafe {
        if libc::pthread_attr_init(attributes.as_mut_ptr()) != 0 {
            return None;
        }
        libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), STACK);
        let rc = libc::pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), worker, index as *mut c_void);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        (rc == 0).then(|| thread.assume_init())
    }
}

/// Bytes of a worker's stack; pages that are not used take no memory.
const STACK: usize = 2 << 20;

/// What a worker does from its start to its end.
fn serve(index: usize) {
    // Never dropped: nothing on this thread may use the pool.
    std::mem::forget(Inside::enter());
    loop {
        let heard = BELL.0.load(Acquire);
        if index >= SIZE.load(Acquire) {
            return;
        }
        if GATE.0.fetch_add(1, Acquire) & OPEN != 0 {
            // SAFETY: the gate was open, so the caller waits until this worker leaves.
            let work = unsafe { &*LOOP.load(Relaxed) };
            let token = Installed::new(work.token.as_ref());
            work.help();
            drop(token);
        }
        if GATE.0.fetch_sub(1, Release) & !OPEN == WAITED_FOR | 1 {
            park::wake(&GATE.0, 1);
        }
        if !park::spin(|| BELL.0.load(Relaxed) != heard) {
            park::park(&BELL.0, heard, &SLEEPERS.0);
        }
    }
}

/// Ends the workers that `num_threads` does not want; waits for the loop that runs.
pub fn shrink() {
    let _turn = RESIZE.lock();
    let mut crew = CREW.lock();
    crew.renew();
    let wanted = num_threads() - 1;
    if crew.workers.len() > wanted {
        crew.resize(wanted);
    }
    // The next loop tries again to get all workers.
    crew.asked = crew.workers.len();
}

impl Crew {
    /// In a fork child the workers are gone: forgets them.
    fn renew(&mut self) {
        if self.epoch != fork::epoch() {
            GATE.0.store(0, Relaxed);
            SLEEPERS.0.store(0, Relaxed);
            // The old handles may be half written and must not be used.
            // SAFETY: writes without dropping.
            unsafe { std::ptr::write(self, Crew { workers: Vec::new(), asked: 0, epoch: fork::epoch() }) };
        }
    }

    /// Starts or ends workers until there are `wanted`. Fewer when the system gives no more threads.
    fn resize(&mut self, wanted: usize) {
        self.renew();
        if self.asked == wanted {
            return;
        }
        self.asked = wanted;
        SIZE.store(wanted, Release);
        if self.workers.len() > wanted {
            ring(usize::MAX);
            for worker in self.workers.drain(wanted..) {
                // SAFETY: started by `start`, joined once.
                unsafe { libc::pthread_join(worker, null_mut()) };
            }
        }
        if self.workers.len() < wanted {
            fork::register();
            let _signals = BlockedSignals::new();
            while self.workers.len() < wanted && self.workers.try_reserve(1).is_ok() {
                match start(self.workers.len()) {
                    Some(worker) => self.workers.push(worker),
                    None => return,
                }
            }
        }
    }
}

/// While it lives, the calling thread and those it starts take no signals from outside: a host's handlers run on the
/// host's threads. The signals that a fault raises stay, so that a crash reporter sees a fault on a worker.
struct BlockedSignals {
    before: MaybeUninit<libc::sigset_t>,
}

impl BlockedSignals {
    fn new() -> BlockedSignals {
        let mut before = MaybeUninit::uninit();
        let mut blocked = MaybeUninit::uninit();
        // SAFETY: `sigfillset` makes a set; the others read and write sets.
        unsafe {
            libc::sigfillset(blocked.as_mut_ptr());
            for fault in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGSYS] {
                libc::sigdelset(blocked.as_mut_ptr(), fault);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, blocked.as_ptr(), before.as_mut_ptr());
        }
        BlockedSignals { before }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: `new` wrote the set.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, self.before.as_ptr(), null_mut()) };
    }
}
