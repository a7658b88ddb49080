//! Zeros by which the blocks of a launch find out who is the last: `last_block` of kernels/include/block.cuh.

use super::memory::{Block, bytes};
use super::stream::Stream;
use super::{Device, Queue};
use crate::error::Result;
use std::sync::OnceLock;

/// Blocks of outputs that a launch can count for.
pub const COUNTERS: u32 = 4096;
const BYTES: usize = COUNTERS as usize * size_of::<u32>();

/// Those of a stream. A launch leaves them zero, and launches of one stream run one after the other.
#[derive(Default)]
pub struct Counters(OnceLock<u64>);

/// Counters for one launch, or for several that count together.
pub struct Zeros {
    address: u64,
    _block: Option<Block>,
}

impl Zeros {
    pub fn address(&self) -> *mut u32 {
        self.address as *mut u32
    }

    /// In memory of their own.
    pub fn fresh(queue: &Queue) -> Result<Zeros> {
        let block = queue.workspace(BYTES)?;
        let address = block.address() as u64;
        clear(queue.stream(), address)?;
        Ok(Zeros { address, _block: Some(block) })
    }
}

fn clear(stream: &Stream, address: u64) -> Result<()> {
    let device = stream.device();
    // SAFETY: the driver's function with its documented arguments; so many bytes are there.
    let result = unsafe { (device.driver.cuMemsetD8Async)(address, 0, BYTES, stream.raw()) };
    device.check("cuMemsetD8", result)
}

impl Counters {
    /// The stream's own.
    pub fn of(&self, queue: &Queue) -> Result<Zeros> {
        if let Some(&address) = self.0.get() {
            return Ok(Zeros { address, _block: None });
        }
        let device = queue.device();
        let mut address = 0;
        {
            let _beside = device.driver.beside_captures();
            // SAFETY: the driver's function with its documented arguments.
            let call = || unsafe { (device.driver.cuMemAlloc_v2)(&mut address, BYTES) };
            device.with_room("cuMemAlloc", || bytes(BYTES), call)?;
        }
        if let Err(error) = clear(queue.stream(), address) {
            release(device, address);
            return Err(error);
        }
        // Another thread may have been faster; the driver waits for the work that uses what is freed.
        let kept = *self.0.get_or_init(|| address);
        if kept != address {
            release(device, address);
        }
        Ok(Zeros { address: kept, _block: None })
    }

    /// Frees them. No work uses them any more, and the device's context is current.
    pub fn release(&mut self, device: &'static Device) {
        if let Some(address) = self.0.take() {
            release(device, address);
        }
    }
}

fn release(device: &'static Device, address: u64) {
    let _beside = device.driver.beside_captures();
    // SAFETY: from cuMemAlloc. A failure (the process ends) is ignored.
    unsafe { (device.driver.cuMemFree_v2)(address) };
}
