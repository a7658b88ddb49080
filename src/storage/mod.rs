//! Bytes on a device, and who answers for them: an allocator of Tendon's, the caller who lent them, or a mapped file.

pub mod release;
pub mod shared;

use crate::cpu::memory::{self, Live};
use crate::cuda::memory::Visitors;
use crate::cuda::pinned::PinnedBlock;
use crate::cuda::transfer::{self, Place};
use crate::cuda::{self, Block, Event, Queue, Stream};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::Layout;
use memmap2::Mmap;
use release::Release;
use shared::Shared;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Shared by a tensor, its views and its detached aliases: one family, one version.
#[derive(Clone)]
pub struct Storage(Shared<Bytes>);

struct Bytes {
    base: *mut u8,
    nbytes: usize,
    device: Device,
    owner: Owner,
    read_only: bool,
    /// Counts the writes of the whole family.
    version: AtomicU64,
    /// The release callback was taken back.
    forgotten: AtomicBool,
}

enum Owner {
    /// The tail of this very block.
    Inline,
    /// A block of the caching allocator.
    Tendon,
    /// Memory of a CUDA device.
    Cuda(Block),
    /// Host memory that CUDA devices copy from and to while the host goes on.
    Pinned(#[expect(dead_code, reason = "held for its drop")] PinnedBlock),
    /// Part of a file.
    Mapped(#[expect(dead_code, reason = "held for its drop")] Arc<Mmap>),
    /// Memory of the caller, who is told (if he wishes) when it is no longer used.
    Borrowed(Option<Release>),
    /// The same on a CUDA device, with the streams that work on it.
    BorrowedCuda(Option<Release>, Visitors),
}

// SAFETY: plain memory. Who may write it when is the contract of the tensor functions (exclusive `Tensor *`) and, for
// borrowed memory, of the caller; `user_data` is only handed back.
unsafe impl Send for Bytes {}
// SAFETY: as above.
unsafe impl Sync for Bytes {}

/// Up to so many bytes live in one block with their header.
const INLINE: usize = 1024;

/// Storages alive in the process.
pub fn live_count() -> i64 {
    memory::live(Live::Storages)
}

impl Storage {
    /// `nbytes` uninitialised bytes of the CPU.
    pub fn allocate(nbytes: usize) -> Result<Storage> {
        let bytes = |base, owner| Bytes::new(base, nbytes, Device::Cpu, owner);
        if nbytes <= INLINE {
            let header = Shared::<Bytes>::reserve_with_tail(nbytes)?;
            memory::note(Live::Storages, 1);
            let base = header.tail();
            return Ok(Storage(header.fill(bytes(base, Owner::Inline))));
        }
        let header = Shared::<Bytes>::reserve()?;
        let block = memory::alloc(nbytes)?;
        memory::note(Live::Storages, 1);
        Ok(Storage(header.fill(bytes(block.as_ptr(), Owner::Tendon))))
    }

    /// Uninitialised memory for a contiguous layout, on the device of `queue`, or on the CPU.
    #[inline]
    pub fn for_layout(layout: &Layout, dtype: DType, queue: Option<&Queue>) -> Result<Storage> {
        let nbytes = (layout.numel() as usize).checked_mul(dtype.size()).filter(|&n| n <= isize::MAX as usize);
        let Some(nbytes) = nbytes else {
            fail!(OUT_OF_MEMORY, "{:?} of {dtype} has more bytes than the address space", layout.shape());
        };
        match queue {
            None => Storage::allocate(nbytes),
            Some(queue) => Storage::allocate_on(queue, nbytes),
        }
    }

    /// `nbytes` uninitialised bytes of the queue's device.
    pub fn allocate_on(queue: &Queue, nbytes: usize) -> Result<Storage> {
        let header = Shared::<Bytes>::reserve()?;
        let block = queue.workspace(nbytes)?;
        memory::note(Live::Storages, 1);
        let device = Device::Cuda(queue.ordinal());
        Ok(Storage(header.fill(Bytes::new(block.address(), nbytes, device, Owner::Cuda(block)))))
    }

    /// `nbytes` uninitialised bytes of pinned host memory.
    pub fn allocate_pinned(device: &'static cuda::Device, nbytes: usize) -> Result<Storage> {
        let header = Shared::<Bytes>::reserve()?;
        let block = PinnedBlock::allocate(device, nbytes)?;
        memory::note(Live::Storages, 1);
        Ok(Storage(header.fill(Bytes::new(block.address(), nbytes, Device::Cpu, Owner::Pinned(block)))))
    }

    /// Borrows `nbytes` bytes of `device` at `base`. `release` is not called when this fails.
    ///
    /// # Safety
    /// The memory stays valid until `release` is called (or for ever).
    pub unsafe fn borrow(
        base: *mut u8,
        nbytes: usize,
        device: Device,
        read_only: bool,
        release: Option<Release>,
    ) -> Result<Storage> {
        let mut bytes = Bytes::new(base, nbytes, device, Owner::Borrowed(None));
        bytes.read_only = read_only;
        memory::note(Live::Storages, 1);
        // Until the header exists there is no callback to lose: a failure below must not call it.
        let header = Shared::<Bytes>::reserve()?;
        bytes.owner = match device {
            Device::Cpu => Owner::Borrowed(release),
            Device::Cuda(_) => Owner::BorrowedCuda(release, Visitors::default()),
        };
        Ok(Storage(header.fill(bytes)))
    }

    /// `nbytes` bytes of a mapped file, from byte `at` on; they are never written. Each storage over a mapping has a
    /// version of its own.
    pub fn mapped(mapping: &Arc<Mmap>, at: usize, nbytes: usize) -> Result<Storage> {
        let Some(part) = at.checked_add(nbytes).and_then(|end| mapping.get(at..end)) else {
            fail!(INTERNAL, "bytes {at} to {at} + {nbytes} leave a mapping of {}", mapping.len());
        };
        let header = Shared::<Bytes>::reserve()?;
        memory::note(Live::Storages, 1);
        let mut bytes = Bytes::new(part.as_ptr().cast_mut(), nbytes, Device::Cpu, Owner::Mapped(mapping.clone()));
        bytes.read_only = true;
        Ok(Storage(header.fill(bytes)))
    }

    /// Address of byte 0.
    pub fn base(&self) -> *mut u8 {
        self.0.base
    }

    pub fn nbytes(&self) -> usize {
        self.0.nbytes
    }

    pub fn device(&self) -> Device {
        self.0.device
    }

    pub fn read_only(&self) -> bool {
        self.0.read_only
    }

    /// READ_ONLY when it is, with what to do about it. `what` is in it.
    pub fn check_writable(&self, what: &str) -> Result<()> {
        match self.0.owner {
            Owner::Mapped(_) => {
                fail!(READ_ONLY, "{what} looks into a mapped file: clone it, or load it with options.mmap off")
            }
            _ if self.0.read_only => fail!(READ_ONLY, "{what} borrows read-only memory"),
            _ => Ok(()),
        }
    }

    pub fn is_borrowed(&self) -> bool {
        matches!(self.0.owner, Owner::Borrowed(_) | Owner::BorrowedCuda(..))
    }

    /// Takes the release callback back: what was to hold the borrowed memory could not be made.
    pub fn forget_release(&self) {
        self.0.forgotten.store(true, Relaxed);
    }

    /// How often the family has been written.
    pub fn version(&self) -> u64 {
        self.0.version.load(Relaxed)
    }

    /// Notes a write.
    pub fn bump(&self) {
        self.0.version.fetch_add(1, Relaxed);
    }

    /// Whether the memory is pinned: allocated so here, or known as such to the driver.
    pub fn is_pinned(&self) -> bool {
        match self.0.owner {
            Owner::Pinned(_) => true,
            Owner::Borrowed(_) if self.0.device == Device::Cpu => cuda::device::opened()
                .next()
                .is_some_and(|device| transfer::place_of(device, self.0.base) == Ok(Place::Pinned)),
            _ => false,
        }
    }

    /// Whether the driver reads these bytes of the host after a copy of them has been started: if they are pinned.
    /// Who made the memory does not tell, since anybody may register it with CUDA.
    fn is_read_later(&self, device: &'static cuda::Device, from: *const u8, nbytes: usize) -> Result<bool> {
        Ok(matches!(self.0.owner, Owner::Pinned(_))
            || (nbytes > 0 && transfer::place_of(device, from)? == Place::Pinned))
    }

    /// Notes that `stream` works on the memory, which then is not used for something else before that work is done.
    #[inline]
    pub fn used_by(&self, stream: &Arc<Stream>) {
        match &self.0.owner {
            Owner::Cuda(block) => block.used_by(stream),
            Owner::BorrowedCuda(_, visitors) => visitors.note(stream),
            _ => {}
        }
    }

    /// The handle of the stream whose later work may use the memory without waiting, if there is one.
    pub fn home_stream(&self) -> Option<usize> {
        match &self.0.owner {
            Owner::Cuda(block) => Some(block.home()),
            _ => None,
        }
    }

    /// Notes that a stream of another library works on the memory until `end`.
    pub fn used_until(&self, end: Event) {
        match &self.0.owner {
            Owner::Cuda(block) => block.used_until(end),
            Owner::BorrowedCuda(_, visitors) => visitors.note_end(end),
            _ => {}
        }
    }

    /// A copy of one element of the CPU, `offset` elements in, on the queue's device. The host's memory is read now.
    pub fn element_on(&self, queue: &Queue, offset: i64, dtype: DType) -> Result<Storage> {
        let (mut bytes, size) = ([0; 8], dtype.size());
        self.read(offset.max(0) as usize * size, &mut bytes[..size])?;
        let made = Storage::allocate_on(queue, size)?;
        // SAFETY: fresh memory of that size.
        unsafe { transfer::element(queue, bytes, size, made.base())? };
        Ok(made)
    }

    /// Copies `nbytes` bytes, from byte `at` on, to the beginning of `target` on another device.
    ///
    /// To the host: waits until they are there. From the host: returns when the source may be changed, or with
    /// `non_blocking` at once where the source is pinned; it is kept alive until the copy is done. Between devices: the
    /// copy comes after what this thread's current stream of the source's device has been given.
    pub fn transfer(&self, at: usize, nbytes: usize, target: &Storage, non_blocking: bool) -> Result<()> {
        if at.checked_add(nbytes).is_none_or(|end| end > self.0.nbytes) || nbytes > target.0.nbytes {
            fail!(
                INTERNAL,
                "{nbytes} bytes from {at} do not fit storages of {} and {}",
                self.nbytes(),
                target.nbytes()
            );
        }
        let (from, to) = (self.0.base.wrapping_add(at).cast_const(), target.0.base);
        match (self.device(), target.device()) {
            (Device::Cpu, Device::Cuda(ordinal)) => {
                let queue = cuda::queue(ordinal)?;
                let pinned = self.is_read_later(queue.device(), from, nbytes)?;
                target.used_by(queue.stream());
                // SAFETY: both storages hold the bytes; pinned memory is kept or waited for below.
                unsafe { transfer::from_host(&queue, from, to, nbytes)? };
                match pinned {
                    false => Ok(()),
                    true if non_blocking => queue.stream().keep(Box::new(self.clone())),
                    true => queue.stream().synchronize(),
                }
            }
            (Device::Cuda(ordinal), Device::Cpu) => {
                let queue = cuda::queue(ordinal)?;
                self.used_by(queue.stream());
                // SAFETY: both storages hold the bytes.
                unsafe { transfer::to_host(&queue, from, to, nbytes) }
            }
            (Device::Cuda(source), Device::Cuda(ordinal)) => {
                let queue = cuda::queue(ordinal)?;
                let source = cuda::device(source)?;
                queue.stream().wait_for(&*cuda::stream::current(source)?)?;
                self.used_by(queue.stream());
                target.used_by(queue.stream());
                // SAFETY: both storages hold the bytes; the queue waits for the source's stream.
                unsafe { transfer::between(&queue, source, from, to, nbytes) }
            }
            (Device::Cpu, Device::Cpu) => fail!(INTERNAL, "a copy within the CPU is no transfer"),
        }
    }

    /// Copies bytes out, from byte `at` on.
    pub fn read(&self, at: usize, into: &mut [u8]) -> Result<()> {
        self.check_range(at, into.len())?;
        // SAFETY: within the storage; the slice is Rust's own memory.
        unsafe { into.as_mut_ptr().copy_from(self.0.base.add(at), into.len()) };
        Ok(())
    }

    /// Copies bytes in, from byte `at` on.
    pub fn write(&self, at: usize, from: &[u8]) -> Result<()> {
        self.check_range(at, from.len())?;
        self.check_writable("the tensor")?;
        // SAFETY: within the storage, which may be written; `copy_from` allows overlap.
        unsafe { self.0.base.add(at).copy_from(from.as_ptr(), from.len()) };
        Ok(())
    }

    fn check_range(&self, at: usize, len: usize) -> Result<()> {
        if self.0.device != Device::Cpu {
            fail!(NOT_ON_CPU, "the tensor is on {}: call tensor_to_cpu first", self.0.device);
        }
        if at.checked_add(len).is_none_or(|end| end > self.0.nbytes) {
            fail!(OUT_OF_BOUNDS, "bytes {at} to {at} + {len} leave a storage of {} bytes", self.0.nbytes);
        }
        Ok(())
    }

    pub fn same(&self, other: &Storage) -> bool {
        self.0.same(&other.0)
    }

    pub fn is_unique(&self) -> bool {
        self.0.is_unique()
    }
}

impl Bytes {
    fn new(base: *mut u8, nbytes: usize, device: Device, owner: Owner) -> Bytes {
        let (version, forgotten) = (AtomicU64::new(0), AtomicBool::new(false));
        Bytes { base, nbytes, device, owner, read_only: false, version, forgotten }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        memory::note(Live::Storages, -1);
        if let Owner::BorrowedCuda(_, visitors) = &self.owner {
            // The caller may do with the memory what he likes as soon as he is told.
            visitors.wait();
        }
        match &mut self.owner {
            Owner::Inline | Owner::Cuda(_) | Owner::Pinned(_) | Owner::Mapped(_) => {}
            Owner::Tendon => {
                if let Some(block) = NonNull::new(self.base) {
                    // SAFETY: from `memory::alloc(self.nbytes)`; the last owner is gone.
                    unsafe { memory::free(block, self.nbytes) }
                }
            }
            Owner::Borrowed(release) | Owner::BorrowedCuda(release, _) => {
                if let Some(release) = release.take().filter(|_| !self.forgotten.load(Relaxed)) {
                    release.due();
                }
            }
        }
    }
}
