//! Release callbacks that wait for a thread of the caller's.

use super::border::{self, Output, call};
use super::handle::{Held, Kind};
use super::types::*;
use crate::error::Result;
use crate::storage::release::ReleaseQueue;

fn queue(x: *const TendonReleaseQueue, name: &str) -> Result<ReleaseQueue> {
    border::held(x, Kind::ReleaseQueue, name, |held| match held {
        Held::ReleaseQueue(queue) => Some(queue.clone()),
        _ => None,
    })
}

/// The queue of an option.
pub fn wished(x: *const TendonReleaseQueue) -> Result<Option<ReleaseQueue>> {
    if x.is_null() { Ok(None) } else { queue(x, "options.release_queue").map(Some) }
}

/// Makes a queue for the release callbacks of borrowed memory and the deleters of DLPack structs: for programs whose
/// callbacks may not run just anywhere, such as the bindings of a language with a garbage collector or a global lock.
///
/// The last use of borrowed memory may end in the midst of any call, on any thread: a backward that frees its graph, a
/// write, the deleter that another library calls. With options->release_queue the callback is not called there: the call
/// waits in the queue, and the memory stays lent, until tendon_release_queue_next hands it out. A queue may serve any
/// number of tensors, and is safe from any thread.
///
/// Errors: NULL_POINTER, OUT_OF_MEMORY. `out`: new handle, release with tendon_release_queue_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_release_queue_create(out: *mut *mut TendonReleaseQueue) -> TensorStatus {
    call("tendon_release_queue_create", || {
        // SAFETY: the caller's variable.
        let out = unsafe { Output::new(out, "out")? };
        out.set(border::token(Held::ReleaseQueue(ReleaseQueue::new()?))?);
        Ok(())
    })
}

/// The call that has waited longest, which leaves the queue and is yours to make, once:
/// `out->release(out->data, out->user_data)`. When none waits, out->release is NULL, and that is no error.
///
/// Safe from any thread; each call is handed out once. Errors: INVALID_HANDLE, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_release_queue_next(
    queue: *const TendonReleaseQueue,
    out: *mut TendonPendingRelease,
) -> TensorStatus {
    call("tendon_release_queue_next", || {
        // First: what is taken from the queue must not be lost.
        border::not_null(out, "out")?;
        let due = match self::queue(queue, "queue")?.pop() {
            Some(due) => TendonPendingRelease { release: Some(due.function), data: due.data, user_data: due.user_data },
            None => TendonPendingRelease { release: None, data: std::ptr::null_mut(), user_data: std::ptr::null_mut() },
        };
        // SAFETY: the caller's variable.
        unsafe { border::put(out, due) }
    })
}

/// How many calls wait; -1 for an invalid handle. Cheap enough to be asked at every turn of an event loop.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_release_queue_count(queue: *const TendonReleaseQueue) -> i64 {
    border::ask("tendon_release_queue_count", -1, || Ok(self::queue(queue, "queue")?.count() as i64))
}

/// Ends the queue. The calls that wait are made before this function returns, on this thread; those of memory that is
/// still in use are made where that use ends, as without a queue. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_release_queue_release(queue: *mut TendonReleaseQueue) -> TensorStatus {
    call("tendon_release_queue_release", || {
        if queue.is_null() {
            return Ok(());
        }
        let calls = self::queue(queue, "queue")?;
        border::release(queue, Kind::ReleaseQueue, "queue")?;
        // On this thread, also while another one's call holds the queue.
        calls.close();
        Ok(())
    })
}
