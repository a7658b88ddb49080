//! A file as bytes at offsets, mapped or read: where the elements of a loaded tensor come from.

use super::dict::LoadStats;
use super::io_error;
use crate::dtype::DType;
use crate::error::{Error, Result, status};
use crate::fail;
use crate::storage::Storage;
use memmap2::{Mmap, MmapOptions};
use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open file of known length.
pub struct Source {
    path: PathBuf,
    len: u64,
    bytes: Bytes,
}

enum Bytes {
    Mapped(Arc<Mmap>),
    Read(File),
}

impl Source {
    /// Opens a regular file, and with `mmap` maps all of it: private, read-only.
    pub fn open(path: &Path, mmap: bool) -> Result<Source> {
        let failed = |e| io_error("open", path, &e);
        // Opening a pipe would wait for someone who writes to it; to files the flag is nothing.
        let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).map_err(failed)?;
        let facts = file.metadata().map_err(failed)?;
        if !facts.is_file() {
            fail!(IO, "cannot open {}: it is no regular file", path.display());
        }
        let len = facts.len();
        // There is no mapping of nothing.
        let bytes = if mmap && len > 0 {
            // SAFETY: the mapping is reached through raw pointers alone (storages, and the copies made here), which need
            // not be unchanging; that nobody truncates the file meanwhile is the caller's duty, as the header says.
            let mapping = unsafe { MmapOptions::new().map(&file) };
            Bytes::Mapped(Arc::new(mapping.map_err(|e| io_error("map", path, &e))?))
        } else {
            Bytes::Read(file)
        };
        Ok(Source { path: path.to_path_buf(), len, bytes })
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Copies the bytes from `at` on. FORMAT when the file ends before.
    pub fn read_at(&self, at: u64, into: &mut [u8]) -> Result<()> {
        self.check(at, into.len() as u64)?;
        match &self.bytes {
            Bytes::Mapped(mapping) => {
                // SAFETY: within the mapping, whose bytes may change but are there.
                unsafe { into.as_mut_ptr().copy_from(mapping.as_ptr().add(at as usize), into.len()) };
                Ok(())
            }
            Bytes::Read(file) => file.read_exact_at(into, at).map_err(|e| self.failed(&e)),
        }
    }

    /// `nbytes` bytes from `at` on as the elements of a tensor: a window on the mapping where there is one and they are
    /// aligned, else memory of its own. `stats` counts which.
    pub fn storage(&self, at: u64, nbytes: usize, dtype: DType, stats: &mut LoadStats) -> Result<Storage> {
        self.check(at, nbytes as u64)?;
        if let Bytes::Mapped(mapping) = &self.bytes {
            if mapping.as_ptr().addr().wrapping_add(at as usize).is_multiple_of(dtype.size()) {
                stats.mapped_tensors += 1;
                stats.mapped_bytes += nbytes as i64;
                return Storage::mapped(mapping, at as usize, nbytes);
            }
            stats.unmappable_tensors += 1;
        }
        stats.copied_tensors += 1;
        stats.copied_bytes += nbytes as i64;
        self.copy(at, nbytes)
    }

    /// As [`Source::storage`], always with memory of its own.
    pub fn copy(&self, at: u64, nbytes: usize) -> Result<Storage> {
        self.check(at, nbytes as u64)?;
        let storage = Storage::allocate(nbytes)?;
        match &self.bytes {
            // SAFETY: both hold the bytes; the storage is new and nobody else's.
            Bytes::Mapped(mapping) => unsafe { storage.base().copy_from(mapping.as_ptr().add(at as usize), nbytes) },
            Bytes::Read(file) => self.read_into(file, at, &storage)?,
        }
        Ok(storage)
    }

    /// Fills a new storage without a copy in between.
    fn read_into(&self, file: &File, at: u64, storage: &Storage) -> Result<()> {
        let mut done = 0;
        while done < storage.nbytes() {
            let place = storage.base().wrapping_add(done).cast();
            // SAFETY: the rest of a storage that is nobody else's, and an open file.
            let n = unsafe {
                libc::pread(file.as_raw_fd(), place, storage.nbytes() - done, (at + done as u64) as libc::off_t)
            };
            match n {
                1.. => done += n as usize,
                0 => fail!(FORMAT, "{} ended while it was read", self.path.display()),
                _ => {
                    let error = std::io::Error::last_os_error();
                    if error.kind() != std::io::ErrorKind::Interrupted {
                        return Err(self.failed(&error));
                    }
                }
            }
        }
        Ok(())
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        io_error("read", &self.path, error)
    }

    fn check(&self, at: u64, n: u64) -> Result<()> {
        match at.checked_add(n) {
            Some(end) if end <= self.len => Ok(()),
            _ => Err(Error::new(
                status::FORMAT,
                format!("bytes {at} to {at} + {n} are wanted, {} has {}", self.path.display(), self.len),
            )),
        }
    }
}
