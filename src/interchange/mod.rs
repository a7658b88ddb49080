//! Tensors to and from files and other libraries.
//!
//! A reader takes the bytes of a file it does not trust: what does not fit is FORMAT and a reason, before anything is
//! allocated for it. A writer writes beside its target and renames ([`save`]).

pub mod archive;
pub mod csv;
mod csv_fields;
mod csv_number;
pub mod dict;
pub mod dlpack;
pub mod json;
pub mod map;
#[cfg(test)]
mod mutate;
pub mod npy;
mod npy_header;
mod pickle;
pub mod pytorch;
pub mod safetensors;
pub mod save;

use crate::device::Device;
use crate::error::{Error, Result, status};
use crate::fail;
use crate::list;
use crate::ops::copy::to_device;
use dict::TensorDict;
use indexmap::IndexMap;
use std::io;
use std::path::Path;

/// `cannot <action> <path>: <what the system says>`.
pub fn io_error(action: &str, path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::OutOfMemory => {
            Error::new(status::OUT_OF_MEMORY, format!("out of memory: cannot {action} a file"))
        }
        _ => Error::new(status::IO, format!("cannot {action} {}: {error}", path.display())),
    }
}

/// The error of a reader with the file's name before it; errors of the system have it already.
pub fn within(path: &Path, error: Error) -> Error {
    if error.status() == status::IO { error } else { error.within(&path.display().to_string()) }
}

/// What a caller wants of a file.
pub struct Load<'a> {
    /// Tensors look into a mapping of the file; none: as is usual for the format.
    pub mmap: Option<bool>,
    /// These tensors alone, in this order.
    pub names: Option<Vec<&'a str>>,
    pub device: Device,
}

impl Load<'_> {
    /// Of the names in a file, in its order: which to load, in the order in which the caller wants them. A name that
    /// the file lacks is NOT_FOUND, one given twice INVALID_ARGUMENT.
    pub fn pick<'n>(&'n self, present: impl Iterator<Item = &'n str>) -> Result<Vec<&'n str>> {
        let Some(names) = &self.names else {
            let mut all = Vec::new();
            for name in present {
                list::push(&mut all, name)?;
            }
            return Ok(all);
        };
        // Each wanted name, and whether the file has it.
        let mut wanted = IndexMap::new();
        wanted.try_reserve(names.len()).map_err(|_| Error::out_of_memory(names.len() * size_of::<(&str, bool)>()))?;
        for &name in names {
            if wanted.insert(name, false).is_some() {
                fail!(INVALID_ARGUMENT, "options.names has {:?} twice", dict::shortened(name));
            }
        }
        for name in present {
            if let Some(found) = wanted.get_mut(name) {
                *found = true;
            }
        }
        if let Some((name, _)) = wanted.iter().find(|(_, found)| !**found) {
            fail!(NOT_FOUND, "the file has no tensor {:?}", dict::shortened(name));
        }
        list::collect(wanted.into_keys())
    }

    /// The loaded tensors on the device that the caller wants.
    pub fn finish(&self, dict: TensorDict) -> Result<TensorDict> {
        if self.device == Device::Cpu {
            return Ok(dict);
        }
        dict.map(|tensor| to_device(tensor, self.device, false))
    }
}
