//! Bytes on a device, and who answers for them: Tendon's allocator or the caller who lent them.

pub mod shared;

use crate::cpu::memory::{self, Live};
use crate::device::Device;
use crate::error::Result;
use crate::fail;
use shared::{Shared, outside_destructor};
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Called once when the last tensor over borrowed memory is gone.
pub type ReleaseFn = unsafe extern "C" fn(data: *mut c_void, user_data: *mut c_void);

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
    /// Memory of the caller, who is told through the callback (if any) when it is no longer used.
    Borrowed(Option<(ReleaseFn, *mut c_void)>),
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
        let bytes = |base, owner| Bytes {
            base,
            nbytes,
            device: Device::Cpu,
            owner,
            read_only: false,
            forgotten: AtomicBool::new(false),
            version: AtomicU64::new(0),
        };
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

    /// Borrows `nbytes` bytes at `base`. `release` is not called when this fails.
    ///
    /// # Safety
    /// The memory stays valid until `release` is called (or for ever).
    pub unsafe fn borrow(
        base: *mut u8,
        nbytes: usize,
        read_only: bool,
        release: Option<(ReleaseFn, *mut c_void)>,
    ) -> Result<Storage> {
        let mut bytes = Bytes {
            base,
            nbytes,
            device: Device::Cpu,
            owner: Owner::Borrowed(None),
            read_only,
            version: AtomicU64::new(0),
            forgotten: AtomicBool::new(false),
        };
        memory::note(Live::Storages, 1);
        // Until the header exists there is no callback to lose: a failure below must not call it.
        let header = Shared::<Bytes>::reserve()?;
        bytes.owner = Owner::Borrowed(release);
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

    pub fn is_borrowed(&self) -> bool {
        matches!(self.0.owner, Owner::Borrowed(_))
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
        if self.0.read_only {
            fail!(READ_ONLY, "the tensor borrows read-only memory");
        }
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

impl Drop for Bytes {
    fn drop(&mut self) {
        memory::note(Live::Storages, -1);
        match self.owner {
            Owner::Inline => {}
            Owner::Tendon => {
                if let Some(block) = NonNull::new(self.base) {
                    // SAFETY: from `memory::alloc(self.nbytes)`; the last owner is gone.
                    unsafe { memory::free(block, self.nbytes) }
                }
            }
            Owner::Borrowed(Some((release, user_data))) if !*self.forgotten.get_mut() => {
                // SAFETY: the caller's function with the caller's pointers; no lock is held here.
                outside_destructor(|| unsafe { release(self.base.cast(), user_data) })
            }
            Owner::Borrowed(_) => {}
        }
    }
}
