//! Tensors to and from files.

use super::border;
use super::options::{self, TensorLoadOptions};
use super::types::*;
use crate::device::Device;
use crate::error::Result;
use crate::interchange::Load;
use crate::{fail, list};

/// The caller's wishes.
///
/// # Safety
/// `options` is NULL or as the header says, and what it points to is unchanged for as long as the result is used.
#[expect(dead_code, reason = "no reader yet")]
unsafe fn load<'a>(options: *const TensorLoadOptions) -> Result<Load<'a>> {
    // SAFETY: the caller's promise.
    let options = unsafe { options::read(options)? };
    let mmap = match options.mmap {
        TENSOR_MMAP_DEFAULT => None,
        TENSOR_MMAP_ON => Some(true),
        TENSOR_MMAP_OFF => Some(false),
        number => fail!(INVALID_ARGUMENT, "options.mmap is {number}, which is no TENSOR_MMAP_..."),
    };
    let names = if options.names.is_null() {
        None
    } else {
        // SAFETY: the caller's promise.
        let given = unsafe { border::slice_of(options.names, options.nnames, "options.names")? };
        let mut names = list::with_room(given.len())?;
        for &name in given {
            // SAFETY: the caller's promise.
            names.push(unsafe { border::text(name, "options.names")? });
        }
        Some(names)
    };
    let device = match (options.device.r#type, options.device.index) {
        (0, 0) => Device::Cpu,
        _ => border::device(options.device, "options.device")?,
    };
    Ok(Load { mmap, names, device })
}
