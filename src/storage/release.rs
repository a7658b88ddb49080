//! Who is told, and where, that borrowed memory is not used any more.

use super::shared::{Shared, outside_destructor};
use crate::cpu::fork::{AtFork, ForkLock, ForkMutex};
use crate::error::Result;
use std::ffi::c_void;

/// Called once when the last tensor over borrowed memory is gone.
pub type ReleaseFn = unsafe extern "C" fn(data: *mut c_void, user_data: *mut c_void);

/// A call of the lender's function.
#[derive(Clone, Copy)]
pub struct Call {
    pub function: ReleaseFn,
    pub data: *mut c_void,
    pub user_data: *mut c_void,
}

// SAFETY: addresses that are only handed back to who gave them.
unsafe impl Send for Call {}
// SAFETY: as above.
unsafe impl Sync for Call {}

impl Call {
    fn make(self) {
        // SAFETY: the lender's function with the lender's pointers, once; no lock is held here.
        outside_destructor(|| unsafe { (self.function)(self.data, self.user_data) })
    }
}

/// What happens when the last use of borrowed memory ends.
pub enum Release {
    /// The call is made there and then.
    AtOnce(Call),
    /// The call waits until somebody takes it from the queue.
    Queued(Shared<Waiting>),
}

impl Release {
    /// All that can fail, so that the end of the last use cannot.
    pub fn new(call: Call, queue: Option<ReleaseQueue>) -> Result<Release> {
        Ok(match queue {
            None => Release::AtOnce(call),
            Some(queue) => Release::Queued(Shared::new(Waiting { call, queue, next: ForkMutex::new(None) })?),
        })
    }

    /// The last use has ended.
    pub fn due(self) {
        match self {
            Release::AtOnce(call) => call.make(),
            Release::Queued(waiting) => waiting.queue.clone().push(waiting),
        }
    }
}

/// A call and its place in the queue, made when the memory is borrowed.
pub struct Waiting {
    call: Call,
    queue: ReleaseQueue,
    /// The call that came after it.
    next: ForkMutex<Option<Shared<Waiting>>>,
}

/// Calls that are due, in order, for a thread that asks for them. All clones are the same queue.
#[derive(Clone)]
pub struct ReleaseQueue(Shared<ForkMutex<Calls>>);

#[derive(Default)]
struct Calls {
    ends: Option<Ends>,
    count: usize,
    /// Nobody will ask any more.
    closed: bool,
}

struct Ends {
    first: Shared<Waiting>,
    last: Shared<Waiting>,
}

/// Held while a queue changes: a fork waits, so that its child finds every queue whole.
static CHANGING: ForkLock = ForkLock::new();
static FORK: AtFork = AtFork::new(Some(prepare), Some(release), Some(release));

extern "C" fn prepare() {
    CHANGING.acquire();
}

extern "C" fn release() {
    // SAFETY: `prepare` took it, on this thread.
    unsafe { CHANGING.release() }
}

impl ReleaseQueue {
    pub fn new() -> Result<ReleaseQueue> {
        FORK.register();
        Ok(ReleaseQueue(Shared::new(ForkMutex::new(Calls::default()))?))
    }

    /// How many calls wait.
    pub fn count(&self) -> usize {
        self.0.lock().count
    }

    fn push(&self, waiting: Shared<Waiting>) {
        let changing = CHANGING.lock();
        let mut calls = self.0.lock();
        if calls.closed {
            drop(calls);
            drop(changing);
            return waiting.call.make();
        }
        calls.count += 1;
        match &mut calls.ends {
            Some(ends) => {
                *ends.last.next.lock() = Some(waiting.clone());
                ends.last = waiting;
            }
            None => calls.ends = Some(Ends { first: waiting.clone(), last: waiting }),
        }
    }

    /// The call that has waited longest; it is the caller's to make.
    pub fn pop(&self) -> Option<Call> {
        let ends = {
            let _changing = CHANGING.lock();
            let mut calls = self.0.lock();
            let ends = calls.ends.take()?;
            calls.count -= 1;
            if let Some(first) = ends.first.next.lock().take() {
                calls.ends = Some(Ends { first, last: ends.last.clone() });
            }
            ends
        };
        // `ends` goes after the locks are open.
        Some(ends.first.call)
    }

    /// Makes the calls that wait. Those that come later are made at once.
    pub fn close(&self) {
        self.0.lock().closed = true;
        while let Some(call) = self.pop() {
            call.make();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    thread_local!(static MADE: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) });

    unsafe extern "C" fn note(_: *mut c_void, user_data: *mut c_void) {
        MADE.with_borrow_mut(|made| made.push(user_data as usize));
    }

    fn release(queue: &ReleaseQueue, number: usize) -> Release {
        let call = Call { function: note, data: std::ptr::null_mut(), user_data: number as *mut c_void };
        Release::new(call, Some(queue.clone())).unwrap()
    }

    fn made() -> Vec<usize> {
        MADE.take()
    }

    #[test]
    fn calls_wait_in_order() {
        let queue = ReleaseQueue::new().unwrap();
        let (a, b, c) = (release(&queue, 1), release(&queue, 2), release(&queue, 3));
        b.due();
        a.due();
        assert_eq!((queue.count(), made()), (2, vec![]));
        assert_eq!(queue.pop().map(|call| call.user_data as usize), Some(2));
        c.due();
        assert_eq!(queue.pop().map(|call| call.user_data as usize), Some(1));
        assert_eq!(queue.pop().map(|call| call.user_data as usize), Some(3));
        assert!(queue.pop().is_none() && queue.count() == 0);
        release(&queue, 4).due();
        assert_eq!(queue.pop().map(|call| call.user_data as usize), Some(4));
        assert_eq!(made(), [0; 0]);
    }

    #[test]
    fn a_closed_queue_keeps_nothing() {
        let queue = ReleaseQueue::new().unwrap();
        let late = release(&queue, 3);
        release(&queue, 1).due();
        release(&queue, 2).due();
        queue.close();
        assert_eq!(made(), [1, 2]);
        drop(queue);
        late.due();
        assert_eq!(made(), [3]);
    }

    #[test]
    fn a_call_that_is_not_wanted_is_not_made() {
        let queue = ReleaseQueue::new().unwrap();
        drop(release(&queue, 1));
        queue.close();
        assert_eq!(made(), [0; 0]);
    }
}
