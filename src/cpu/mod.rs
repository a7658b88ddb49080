//! The CPU: memory, threads, instruction sets and kernels. Pointers, layouts and numbers only.

pub mod argreduce;
pub mod gemm;
pub mod memory;
pub mod pool;
pub mod reduce;
pub mod simd;
pub mod softmax;
pub mod view;

mod convert;

use crate::error::{Error, Result};
use std::ops::Range;
use std::sync::Mutex;

/// [`pool::parallel_for`] over a body that can run out of memory: the first error is the answer.
pub(crate) fn try_parallel_for(
    count: usize,
    grain: usize,
    body: &(dyn Fn(Range<usize>) -> Result<()> + Sync),
) -> Result<()> {
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    pool::parallel_for(count, grain, &|range| {
        if let Err(error) = body(range) {
            *failure.lock().unwrap_or_else(|e| e.into_inner()) = Some(error);
        }
    })?;
    match failure.into_inner().unwrap_or_else(|e| e.into_inner()) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
