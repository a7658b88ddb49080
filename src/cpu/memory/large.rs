//! Blocks above 1 MiB: mappings of their own, aligned to huge pages. A fresh page costs a fault, so freed mappings wait
//! for reuse: best fit, oldest out when the cap is reached.

use super::{Tally, central, class};
use crate::cpu::fork::ForkMutex;
use std::ptr::{NonNull, null_mut};

const HUGE_PAGE: usize = 2 << 20;

/// The mapping starts this much before the block, at its [`Header`]. Only its last page is touched; a multiple of
/// every page size, so that the block's own pages are not.
const HEADROOM: usize = 64 << 10;

/// Lies in the last bytes before the block.
#[repr(align(64))]
struct Header {
    /// Which of [`class::large_size`].
    class: usize,
    /// Neighbours in the list of its class.
    in_class: Links,
    /// Neighbours in the order of freeing.
    in_age: Links,
}

#[derive(Clone, Copy)]
struct Links {
    newer: *mut Header,
    older: *mut Header,
}

const NO_LINKS: Links = Links { newer: null_mut(), older: null_mut() };

/// Free mappings. Per class newest first, and all of them by age.
pub(super) struct Cache {
    newest: [*mut Header; class::LARGE_CLASSES],
    /// Bit per class: whether it has any.
    some: [u64; class::LARGE_CLASSES / 64],
    age_newest: *mut Header,
    age_oldest: *mut Header,
    tally: Tally,
}

// SAFETY: the mappings belong to the cache.
unsafe impl Send for Cache {}

pub(super) static CACHE: ForkMutex<Cache> = ForkMutex::new(Cache {
    newest: [null_mut(); class::LARGE_CLASSES],
    some: [0; class::LARGE_CLASSES / 64],
    age_newest: null_mut(),
    age_oldest: null_mut(),
    tally: Tally { blocks: 0, bytes: 0 },
});

impl Cache {
    /// # Safety
    /// `header` heads a free mapping that is in no cache.
    unsafe fn insert(&mut self, header: *mut Header) {
        // SAFETY: the caller's promise; headers in the lists are valid.
        unsafe {
            let class = (*header).class;
            (*header).in_class = Links { newer: null_mut(), older: self.newest[class] };
            if let Some(older) = self.newest[class].as_mut() {
                older.in_class.newer = header;
            }
            self.newest[class] = header;
            self.some[class / 64] |= 1 << (class % 64);
            (*header).in_age = Links { newer: null_mut(), older: self.age_newest };
            match self.age_newest.as_mut() {
                Some(older) => older.in_age.newer = header,
                None => self.age_oldest = header,
            }
            self.age_newest = header;
            self.tally = self.tally + Tally { blocks: 1, bytes: class::large_size(class) };
        }
    }

    /// # Safety
    /// `header` is in this cache.
    unsafe fn remove(&mut self, header: *mut Header) {
        // SAFETY: the caller's promise; headers in the lists are valid.
        unsafe {
            let Header { class, in_class, in_age } = *header;
            match in_class.newer.as_mut() {
                Some(newer) => newer.in_class.older = in_class.older,
                None => self.newest[class] = in_class.older,
            }
            if let Some(older) = in_class.older.as_mut() {
                older.in_class.newer = in_class.newer;
            }
            if self.newest[class].is_null() {
                self.some[class / 64] &= !(1 << (class % 64));
            }
            match in_age.newer.as_mut() {
                Some(newer) => newer.in_age.older = in_age.older,
                None => self.age_newest = in_age.older,
            }
            match in_age.older.as_mut() {
                Some(older) => older.in_age.newer = in_age.newer,
                None => self.age_oldest = in_age.newer,
            }
            self.tally.blocks -= 1;
            self.tally.bytes -= class::large_size(class);
        }
    }

    /// The smallest free mapping of `class` or one of the two above it: at most a quarter more than the class.
    fn best_fit(&self, class: usize) -> Option<*mut Header> {
        (class..(class + 3).min(class::LARGE_CLASSES))
            .find(|c| self.some[c / 64] & 1 << (c % 64) != 0)
            .map(|c| self.newest[c])
    }
}

/// A block of at least `size` bytes, a size above [`class::MEDIUM`].
pub(super) fn take(size: usize) -> Option<NonNull<u8>> {
    let class = class::of_large(size);
    if class >= class::LARGE_CLASSES {
        return None;
    }
    let mut cache = CACHE.lock();
    if let Some(header) = cache.best_fit(class) {
        // SAFETY: it is in the cache, then ours.
        unsafe {
            cache.remove(header);
            drop(cache);
            central::waited(class::large_size((*header).class));
            return NonNull::new(header.add(1).cast());
        }
    }
    drop(cache);
    map(class)
}

/// # Safety
/// `block` came from [`take`] and is not used again.
pub(super) unsafe fn give(block: NonNull<u8>) {
    // SAFETY: the caller's promise; the header lies before the block.
    unsafe {
        let header = block.as_ptr().cast::<Header>().sub(1);
        if central::wait_for(class::large_size((*header).class)) {
            CACHE.lock().insert(header);
        } else {
            unmap(header);
        }
    }
}

/// Gives the mapping that has waited longest back to the system; false when none waits.
pub(super) fn evict() -> bool {
    let mut cache = CACHE.lock();
    let header = cache.age_oldest;
    if header.is_null() {
        return false;
    }
    // SAFETY: it is in the cache, then ours.
    unsafe {
        cache.remove(header);
        drop(cache);
        central::waited(class::large_size((*header).class));
        unmap(header);
    }
    true
}

/// Empties the cache; answers the bytes.
pub(super) fn release_all() -> usize {
    let mut bytes = 0;
    loop {
        let mut cache = CACHE.lock();
        let header = cache.age_oldest;
        if header.is_null() {
            return bytes;
        }
        // SAFETY: it is in the cache, then ours.
        unsafe {
            cache.remove(header);
            drop(cache);
            let size = class::large_size((*header).class);
            central::waited(size);
            unmap(header);
            bytes += size;
        }
    }
}

pub(super) fn cached() -> Tally {
    CACHE.lock().tally
}

/// A new mapping: [`HEADROOM`], then the block at a multiple of [`HUGE_PAGE`].
fn map(class: usize) -> Option<NonNull<u8>> {
    let size = class::large_size(class);
    let wanted = HEADROOM + size;
    let mapped = wanted.checked_add(HUGE_PAGE)?;
    // SAFETY: a fresh private mapping, cut down to [block - HEADROOM, block + size); nobody else knows its pages.
    unsafe {
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        let start = libc::mmap(null_mut(), mapped, protection, flags, -1, 0);
        if start == libc::MAP_FAILED {
            return None;
        }
        let start = start.cast::<u8>();
        let before = start.add(HEADROOM).align_offset(HUGE_PAGE);
        if before > 0 {
            libc::munmap(start.cast(), before);
        }
        let base = start.add(before);
        if before < HUGE_PAGE {
            libc::munmap(base.add(wanted).cast(), HUGE_PAGE - before);
        }
        let block = base.add(HEADROOM);
        #[cfg(target_os = "linux")]
        libc::madvise(block.cast(), size, libc::MADV_HUGEPAGE);
        block.cast::<Header>().sub(1).write(Header { class, in_class: NO_LINKS, in_age: NO_LINKS });
        central::note_held(size);
        NonNull::new(block)
    }
}

/// # Safety
/// `header` heads a mapping that nobody uses any more.
unsafe fn unmap(header: *mut Header) {
    // SAFETY: the caller's promise.
    unsafe {
        let size = class::large_size((*header).class);
        let (start, bytes) = (header.add(1).cast::<u8>().sub(HEADROOM).cast(), HEADROOM + size);
        if libc::munmap(start, bytes) != 0 {
            // The process has too many mappings to split one: the pages go back, the addresses stay.
            libc::madvise(start, bytes, libc::MADV_DONTNEED);
        }
        central::note_returned(size);
    }
}
