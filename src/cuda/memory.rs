//! Device memory: a caching allocator that knows streams, after PyTorch's.
//!
//! Sizes are rounded to 512 bytes. Up to 1 MiB is cut from segments of 2 MiB, up to 10 MiB from segments of 20 MiB, more
//! comes in multiples of 2 MiB. A freed chunk joins its free neighbours and is used again at once by the stream that it
//! was allocated on: work of one stream runs in order. A chunk that other streams used too waits until they are done.

use super::device::Device;
use super::driver::{self, code};
use super::stream::{Event, Stream};
use crate::error::{Error, Result, status};
use std::collections::BTreeSet;
use std::ffi::c_int;
use std::ops::Bound::{Excluded, Included};
use std::sync::{Arc, Mutex, MutexGuard};

const ROUND: usize = 512;
const SMALL: usize = 1 << 20;
const SMALL_SEGMENT: usize = 2 << 20;
const MEDIUM: usize = 10 << 20;
const MEDIUM_SEGMENT: usize = 20 << 20;
const LARGE_ROUND: usize = 2 << 20;

/// What a device's allocator has done; bytes.
#[derive(Clone, Copy, Default, Debug)]
pub struct Statistics {
    /// In blocks that are alive.
    pub allocated: usize,
    pub peak_allocated: usize,
    /// Taken from the driver, in use or cached.
    pub reserved: usize,
    pub peak_reserved: usize,
    /// Calls so far.
    pub allocations: u64,
    pub frees: u64,
    /// Requests to the driver.
    pub segments: u64,
    /// How often the cache was given back because the driver had no more.
    pub retries: u64,
    /// Requests that failed for lack of memory.
    pub failures: u64,
}

/// A device's allocator.
#[derive(Default)]
pub struct Pool(Mutex<State>);

#[derive(Default)]
struct State {
    /// Segments cut into chunks; an entry that is no chunk at present stands in `unused`.
    chunks: Vec<Chunk>,
    unused: Vec<usize>,
    /// Chunks that can be allocated.
    free: BTreeSet<Key>,
    /// Freed chunks that other streams still use, until each has its events behind it.
    waiting: Vec<(usize, Vec<Event>)>,
    /// Handles of streams that have gone.
    gone: BTreeSet<usize>,
    statistics: Statistics,
}

#[derive(Clone, Copy)]
struct Chunk {
    address: u64,
    size: usize,
    /// Whose work may use it without waiting: the stream's handle, or [`ANY`].
    stream: usize,
    small: bool,
    /// Neighbours within the segment.
    before: Option<usize>,
    after: Option<usize>,
    free: bool,
}

/// The stream of whole segments that no work uses any more: their stream has gone. The next one that needs a segment
/// takes them.
const ANY: usize = usize::MAX;

/// Orders the free chunks of a stream by size, so that the smallest that fits is found first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    stream: usize,
    small: bool,
    size: usize,
    address: u64,
    chunk: usize,
}

/// Memory of a device, given back to its pool on drop.
pub struct Block {
    device: &'static Device,
    chunk: usize,
    address: u64,
    /// The stream that it was allocated on.
    home: usize,
    visitors: Visitors,
}

/// Streams that used some memory besides the one that it belongs to.
#[derive(Default)]
pub struct Visitors(Mutex<Visits>);

#[derive(Default)]
struct Visits {
    streams: Vec<Arc<Stream>>,
    /// Ends of the visits of streams that are not ours.
    ends: Vec<Event>,
}

impl Visitors {
    fn lock(&self) -> MutexGuard<'_, Visits> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub fn note(&self, stream: &Arc<Stream>) {
        let all = &mut self.lock().streams;
        if !all.iter().any(|s| s.id() == stream.id() && s.device().ordinal == stream.device().ordinal) {
            all.push(stream.clone());
        }
    }

    /// Notes a visit that is over when `end` is reached.
    pub fn note_end(&self, end: Event) {
        let ends = &mut self.lock().ends;
        ends.retain(|e| !e.is_done());
        ends.push(end);
    }

    /// The points after what each has been given so far. `None` if they cannot be told, because a graph that is being
    /// captured holds some of it.
    fn events(&self) -> Option<Vec<Event>> {
        if driver::loaded().is_none() {
            return Some(Vec::new());
        }
        let Visits { streams, ends: mut events } = std::mem::take(&mut *self.lock());
        for stream in streams {
            if stream.is_capturing() {
                return None;
            }
            match Event::after(&stream) {
                Ok(event) => events.push(event),
                // Nothing is left to wait for afterwards; nor if the process ends or the device is lost.
                Err(_) => stream.wait_ignoring_errors(),
            }
        }
        Some(events)
    }

    /// Waits until all are done with the memory.
    pub fn wait(&self) {
        self.events().iter().flatten().for_each(Event::wait_ignoring_errors);
    }
}

impl Block {
    /// At least `nbytes` bytes for work on `stream`, whose context is current.
    pub fn allocate(stream: &Stream, nbytes: usize) -> Result<Block> {
        let device = stream.device();
        let (chunk, address) = device.pool.allocate(device, stream.id(), nbytes)?;
        Ok(Block { device, chunk, address, home: stream.id(), visitors: Visitors::default() })
    }

    /// Device address of the first byte.
    pub fn address(&self) -> *mut u8 {
        self.address as *mut u8
    }

    /// Notes that `stream` works on the block: its memory is not used again before that work is done.
    pub fn used_by(&self, stream: &Arc<Stream>) {
        if stream.id() != self.home || stream.device().ordinal != self.device.ordinal {
            self.visitors.note(stream);
        }
    }

    /// Notes that a stream that is not ours works on the block until `end`.
    pub fn used_until(&self, end: Event) {
        self.visitors.note_end(end);
    }

    /// The handle of the stream that it was allocated on.
    pub fn home(&self) -> usize {
        self.home
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // In the child of a fork another thread may have held the pool's lock for ever, and the memory is the parent's.
        if driver::loaded().is_none() {
            return;
        }
        // Memory that may be part of a graph is not used again.
        if let Some(events) = self.visitors.events() {
            self.device.pool.free(self.chunk, events);
        }
    }
}

fn rounded(nbytes: usize) -> Option<usize> {
    nbytes.max(1).checked_next_multiple_of(ROUND)
}

fn segment_size(size: usize) -> Option<usize> {
    if size <= SMALL {
        Some(SMALL_SEGMENT)
    } else if size < MEDIUM {
        Some(MEDIUM_SEGMENT)
    } else {
        size.checked_next_multiple_of(LARGE_ROUND)
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn allocate(&self, device: &'static Device, stream: usize, nbytes: usize) -> Result<(usize, u64)> {
        let too_much = || {
            let (ordinal, total) = (device.ordinal, bytes(device.properties().total_memory));
            Error::new(status::OUT_OF_MEMORY, format!("cuda:{ordinal} has no room for {nbytes} bytes: it has {total}"))
        };
        let size = rounded(nbytes).ok_or_else(too_much)?;
        let mut state = self.lock();
        state.statistics.allocations += 1;
        let mut found = state.take(stream, size);
        if found.is_none() && !state.waiting.is_empty() {
            state.settle();
            found = state.take(stream, size);
        }
        let chunk = match found {
            Some(chunk) => chunk,
            None => {
                if !state.adopt(stream, size) {
                    let segment = segment_size(size).ok_or_else(too_much)?;
                    state.new_segment(device, stream, size, segment, nbytes)?;
                }
                state.take(stream, size).ok_or_else(too_much)?
            }
        };
        let Chunk { address, size, .. } = state.chunks[chunk];
        let s = &mut state.statistics;
        s.allocated += size;
        s.peak_allocated = s.peak_allocated.max(s.allocated);
        Ok((chunk, address))
    }

    fn free(&self, chunk: usize, events: Vec<Event>) {
        let mut state = self.lock();
        state.statistics.frees += 1;
        state.statistics.allocated -= state.chunks[chunk].size;
        if events.is_empty() {
            state.give_back(chunk);
        } else {
            state.waiting.push((chunk, events));
        }
    }

    /// A new stream has this handle.
    pub fn arrive(&self, stream: usize) {
        self.lock().gone.remove(&stream);
    }

    /// The stream is idle and about to go: what it has cached is for all.
    pub fn leave(&self, stream: usize) {
        self.lock().leave(stream);
    }

    pub fn statistics(&self) -> Statistics {
        self.lock().statistics
    }

    /// Peaks count anew from what is there now.
    pub fn reset_peak(&self) {
        let s = &mut self.lock().statistics;
        (s.peak_allocated, s.peak_reserved) = (s.allocated, s.reserved);
    }

    /// Gives what is cached back to the driver, for a call that found no memory.
    pub fn retry(&self, device: &'static Device) {
        let mut state = self.lock();
        state.statistics.retries += 1;
        state.release(device);
    }

    /// The error when the driver has no memory for what is `wanted`.
    pub fn no_room(&self, device: &'static Device, wanted: &str) -> Error {
        let mut state = self.lock();
        state.statistics.failures += 1;
        state.no_room(device, wanted)
    }

    /// Gives what is cached back to the driver; bytes. The device's context is current.
    pub fn release_cached(&self, device: &'static Device) -> usize {
        self.lock().release(device)
    }
}

impl State {
    fn key(&self, chunk: usize) -> Key {
        let Chunk { stream, small, size, address, .. } = self.chunks[chunk];
        Key { stream, small, size, address, chunk }
    }

    fn add(&mut self, chunk: Chunk) -> usize {
        match self.unused.pop() {
            Some(index) => {
                self.chunks[index] = chunk;
                index
            }
            None => {
                self.chunks.push(chunk);
                self.chunks.len() - 1
            }
        }
    }

    /// The smallest free chunk of the stream that holds `size` bytes, cut to size.
    fn take(&mut self, stream: usize, size: usize) -> Option<usize> {
        let small = size <= SMALL;
        let from = Key { stream, small, size, address: 0, chunk: 0 };
        let to = Key { size: usize::MAX, address: u64::MAX, ..from };
        let key = *self.free.range((Included(from), Excluded(to))).next()?;
        self.free.remove(&key);
        let index = key.chunk;
        self.chunks[index].free = false;
        let rest = key.size - size;
        if rest >= ROUND && (small || rest > SMALL) {
            let whole = self.chunks[index];
            let tail = self.add(Chunk {
                address: whole.address + size as u64,
                size: rest,
                before: Some(index),
                after: whole.after,
                free: true,
                ..whole
            });
            if let Some(after) = whole.after {
                self.chunks[after].before = Some(tail);
            }
            self.chunks[index].size = size;
            self.chunks[index].after = Some(tail);
            let key = self.key(tail);
            self.free.insert(key);
        }
        Some(index)
    }

    /// Makes a chunk free, joined with its free neighbours.
    fn give_back(&mut self, mut index: usize) {
        if let Some(after) = self.chunks[index].after
            && self.chunks[after].free
        {
            self.join(index, after);
        }
        if let Some(before) = self.chunks[index].before
            && self.chunks[before].free
        {
            let key = self.key(before);
            self.free.remove(&key);
            self.absorb(before, index);
            index = before;
        }
        let Chunk { stream, before, after, .. } = self.chunks[index];
        if before.is_none() && after.is_none() && self.gone.contains(&stream) {
            // Its stream was idle when it went, and other users have been waited for.
            self.chunks[index].stream = ANY;
        }
        self.chunks[index].free = true;
        let key = self.key(index);
        self.free.insert(key);
    }

    /// Gives a whole free segment another stream.
    fn hand_over(&mut self, key: Key, stream: usize) {
        self.free.remove(&key);
        self.chunks[key.chunk].stream = stream;
        let key = self.key(key.chunk);
        self.free.insert(key);
    }

    /// The whole free segments.
    fn segments(&self) -> impl Iterator<Item = Key> {
        let whole = |key: &&Key| self.chunks[key.chunk].before.is_none() && self.chunks[key.chunk].after.is_none();
        self.free.iter().filter(whole).copied()
    }

    /// The stream's whole free segments become those of any stream; others follow when the last of their chunks is freed.
    fn leave(&mut self, stream: usize) {
        self.gone.insert(stream);
        let whole: Vec<Key> = self.segments().filter(|key| key.stream == stream).collect();
        whole.into_iter().for_each(|key| self.hand_over(key, ANY));
    }

    /// Takes over a segment of a stream that has gone, if one fits.
    fn adopt(&mut self, stream: usize, size: usize) -> bool {
        let small = size <= SMALL;
        let fits = |key: &Key| key.stream == ANY && key.small == small && key.size >= size;
        let found = self.segments().find(fits);
        if let Some(key) = found {
            self.hand_over(key, stream);
        }
        found.is_some()
    }

    /// Takes the free chunk `after` into `index`.
    fn join(&mut self, index: usize, after: usize) {
        let key = self.key(after);
        self.free.remove(&key);
        self.absorb(index, after);
    }

    fn absorb(&mut self, index: usize, next: usize) {
        let Chunk { size, after, .. } = self.chunks[next];
        self.chunks[index].size += size;
        self.chunks[index].after = after;
        if let Some(after) = after {
            self.chunks[after].before = Some(index);
        }
        self.unused.push(next);
    }

    /// Frees the waiting chunks whose other users are done.
    fn settle(&mut self) {
        let mut i = 0;
        while i < self.waiting.len() {
            self.waiting[i].1.retain(|event| !event.is_done());
            if self.waiting[i].1.is_empty() {
                let (chunk, _) = self.waiting.swap_remove(i);
                self.give_back(chunk);
            } else {
                i += 1;
            }
        }
    }

    fn new_segment(
        &mut self,
        device: &'static Device,
        stream: usize,
        size: usize,
        segment: usize,
        asked: usize,
    ) -> Result<()> {
        let driver = device.driver;
        let mut address = 0;
        let _beside = driver.beside_captures();
        // SAFETY: the driver's function with its documented arguments, here and below.
        let mut result = unsafe { (driver.cuMemAlloc_v2)(&mut address, segment) };
        if result == code::OUT_OF_MEMORY {
            self.statistics.retries += 1;
            self.release(device);
            // SAFETY: as above.
            result = unsafe { (driver.cuMemAlloc_v2)(&mut address, segment) };
        }
        if result == code::OUT_OF_MEMORY {
            self.statistics.failures += 1;
            return Err(self.no_room(device, &bytes(asked)));
        }
        device.check("cuMemAlloc", result)?;
        self.statistics.segments += 1;
        self.statistics.reserved += segment;
        self.statistics.peak_reserved = self.statistics.peak_reserved.max(self.statistics.reserved);
        let small = size <= SMALL;
        let chunk = self.add(Chunk { address, size: segment, stream, small, before: None, after: None, free: true });
        let key = self.key(chunk);
        self.free.insert(key);
        Ok(())
    }

    #[cold]
    fn no_room(&self, device: &'static Device, wanted: &str) -> Error {
        let (mut free, mut total) = (0, 0);
        // SAFETY: the driver's function with its documented arguments. On failure the numbers stay 0.
        let _: c_int = unsafe { (device.driver.cuMemGetInfo_v2)(&mut free, &mut total) };
        let s = &self.statistics;
        let largest = self.free.iter().map(|key| key.size).max().unwrap_or(0);
        Error::new(
            status::OUT_OF_MEMORY,
            format!(
                "cuda:{} has no room for {wanted}: {} of {} are free, this library holds {} in use and {} cached (largest \
                 block {})",
                device.ordinal,
                bytes(free),
                bytes(total),
                bytes(s.allocated),
                bytes(s.reserved.saturating_sub(s.allocated)),
                bytes(largest)
            ),
        )
    }

    /// Gives whole free segments back to the driver.
    fn release(&mut self, device: &'static Device) -> usize {
        let _beside = device.driver.beside_captures();
        for (_, events) in &self.waiting {
            events.iter().for_each(Event::wait_ignoring_errors);
        }
        self.settle();
        let whole: Vec<Key> = self.segments().collect();
        let mut released = 0;
        for key in whole {
            // SAFETY: a whole segment from cuMemAlloc; the driver itself waits for the work that uses it.
            if unsafe { (device.driver.cuMemFree_v2)(key.address) } == 0 {
                self.free.remove(&key);
                self.unused.push(key.chunk);
                self.statistics.reserved -= key.size;
                released += key.size;
            }
        }
        released
    }
}

/// `3.50 GiB`
pub fn bytes(n: usize) -> String {
    match n {
        0..1024 => format!("{n} B"),
        1024..0x10_0000 => format!("{:.2} KiB", n as f64 / 1024.0),
        0x10_0000..0x4000_0000 => format!("{:.2} MiB", n as f64 / 1048576.0),
        _ => format!("{:.2} GiB", n as f64 / 1073741824.0),
    }
}

#[cfg(test)]
mod tests;
