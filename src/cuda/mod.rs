//! The second device: loading the driver, memory, streams, kernels. Needs a driver at run time and nothing to build.
//!
//! ```text
//! elementwise · copy · fill · reduce · softmax · cross_entropy · index · random · optim · gemm     launching what kernels/ holds
//! launch · walk · mixed · fold · nest · transfer · counters                         how
//! stream · memory · errors · pinned                                                what they run on
//! device · module · ptx                                                            one device, its kernels
//! driver · blas · dnn · libraries · library                                        libcuda.so.1, cuBLASLt, cuDNN
//! ```

pub mod argreduce;
pub mod blas;
pub mod copy;
mod counters;
pub mod cross_entropy;
pub mod device;
pub mod dnn;
pub mod driver;
pub mod elementwise;
pub mod errors;
pub mod fill;
mod fold;
pub mod gemm;
pub mod index;
pub mod launch;
mod libraries;
mod library;
pub mod memory;
mod mixed;
mod module;
pub mod nest;
pub mod optim;
pub mod pinned;
mod ptx;
pub mod random;
pub mod reduce;
pub mod softmax;
pub mod stream;
pub mod transfer;
mod walk;

use crate::error::Result;
pub use device::{Device, device};
pub use driver::device_count;
pub use memory::Block;
use std::sync::Arc;
pub use stream::{Event, Stream};

/// A stream to put work on, with its device's context current on this thread: what `apply` asks for once per op.
pub struct Queue {
    stream: Arc<Stream>,
    _context: device::Entered,
}

impl Queue {
    pub fn on(stream: Arc<Stream>) -> Result<Queue> {
        let context = stream.enter()?;
        stream.settle();
        // Memory of a graph would have to stay its own. The default stream cannot be captured.
        if !stream.is_default() {
            stream.check_capture("work of this library")?;
        }
        Ok(Queue { stream, _context: context })
    }

    pub fn ordinal(&self) -> u32 {
        self.stream.device().ordinal
    }

    pub fn device(&self) -> &'static Device {
        self.stream.device()
    }

    pub fn multiprocessors(&self) -> u32 {
        self.device().properties().multiprocessors
    }

    pub fn stream(&self) -> &Arc<Stream> {
        &self.stream
    }

    /// Memory for this queue's kernels. Dropping it at once after the launches is right: the next user of the memory
    /// comes later in the stream.
    pub fn workspace(&self, nbytes: usize) -> Result<Block> {
        Block::allocate(&self.stream, nbytes)
    }

    /// Zeros for [`counters`]' kernels.
    fn counters(&self) -> Result<counters::Zeros> {
        self.stream.counters.of(self)
    }

    /// Where a kernel notes a bad index (see `kernels/include/errors.cuh`).
    pub fn errors(&self) -> *mut errors::ErrorRecord {
        self.stream.errors()
    }
}

/// Gives cached device memory and pinned memory back to the driver; bytes.
pub fn release_cached() -> usize {
    if driver::loaded().is_none() {
        return 0;
    }
    let of = |device: &'static Device| device.enter().map_or(0, |_context| device.pool.release_cached(device));
    device::opened().map(of).sum::<usize>() + pinned::release_cached()
}

/// The current queue of this thread on device `ordinal`.
#[inline]
pub fn queue(ordinal: u32) -> Result<Queue> {
    Queue::on(stream::current(device(ordinal)?)?)
}
