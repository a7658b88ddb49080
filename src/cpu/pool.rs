//! Threads. (Serial stand-in with the final signatures.)

use crate::error::Result;
use std::ops::Range;

/// Splits `0..count` into ranges of at least `grain` items and runs `body` over all of them, each item once, on any
/// thread; returns when all are done. CANCELLED when the calling thread's cancel token was set in between: then some
/// ranges have not run.
pub fn parallel_for(count: usize, grain: usize, body: &(dyn Fn(Range<usize>) + Sync)) -> Result<()> {
    let _ = grain;
    if count > 0 {
        body(0..count);
    }
    Ok(())
}
