//! Tensors to and from files.

use super::border::{self, Output, call};
use super::dict::{self, hand_out};
use super::options::{self, TensorLoadOptions, TensorSaveOptions};
use super::types::*;
use crate::device::Device;
use crate::error::Result;
use crate::interchange::dict::TensorDict as Value;
use crate::interchange::{Load, pytorch, safetensors};
use crate::{fail, list};
use std::ffi::c_char;
use std::path::Path;

/// The caller's wishes.
///
/// # Safety
/// `options` is NULL or as the header says, and what it points to is unchanged for as long as the result is used.
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

/// A new dict of what `reader` finds in a file.
///
/// # Safety
/// As the header says of a function with these arguments.
unsafe fn load_dict(
    name: &str,
    path: *const c_char,
    options: *const TensorLoadOptions,
    out: *mut *mut TensorDict,
    reader: fn(&Path, &Load) -> Result<Value>,
) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's promise.
        let (out, path, load) = unsafe { (Output::new(out, "out")?, border::path(path, "path")?, load(options)?) };
        out.set(hand_out(reader(path, &load)?)?);
        Ok(())
    })
}

// ---- safetensors ----

/// The tensors of a .safetensors file, and its metadata. As safetensors.torch.load_file.
///
/// A path that ends in .index.json, or a file of such content, is the index of a model in several files: they must lie
/// beside it, and only those with wanted tensors are opened. Mapped unless options->mmap is off: each tensor looks into
/// the one mapping of the file with a storage and a version of its own, and refuses writes (READ_ONLY: clone it, or load
/// with mmap off). What is not aligned to its dtype is copied; tensor_dict_load_stats counts. The mapping goes with the
/// last tensor; a file that somebody truncates meanwhile ends the process with SIGBUS. A tensor of a dtype that Tendon
/// lacks (F8_..., F4, F6_..., C64) makes the call UNSUPPORTED, unless options->names leaves it out.
/// Errors: IO, FORMAT, NOT_FOUND, UNSUPPORTED, OUT_OF_MEMORY, DEVICE, CUDA, NULL_POINTER, INVALID_ARGUMENT,
/// INVALID_OPTIONS. `out`: new handle, release with tensor_dict_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_load_safetensors(
    path: *const c_char,
    options: *const TensorLoadOptions,
    out: *mut *mut TensorDict,
) -> TensorStatus {
    // SAFETY: the caller's path, options and variable.
    unsafe { load_dict("tensor_dict_load_safetensors", path, options, out, safetensors::load) }
}

/// Saves tensors and metadata as one .safetensors file. As safetensors.torch.save_file.
///
/// Tensors of any layout and device, tracked or not, are saved by value; several that share memory are saved one by one.
/// Equal dicts give equal bytes. The file is written beside `path` and renamed: when the call fails, what was there is as
/// it was. Errors: INVALID_HANDLE, IO, OUT_OF_MEMORY, INVALID_ARGUMENT when a tensor is named __metadata__ or
/// options->compress is set, UNSUPPORTED when names and metadata exceed 100 MB, CUDA, NULL_POINTER, INVALID_OPTIONS.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_save_safetensors(
    dict: *const TensorDict,
    path: *const c_char,
    options: *const TensorSaveOptions,
) -> TensorStatus {
    call("tensor_dict_save_safetensors", || {
        // Its own list of the same tensors: the dict is free while they are written, which may call the host.
        let tensors = dict::read(dict, |dict| dict.select("", ""))?;
        // SAFETY: the caller's path and options.
        let (path, options) = unsafe { (border::path(path, "path")?, options::read(options)?) };
        if options.compress != 0 {
            fail!(INVALID_ARGUMENT, "options.compress is set, a .safetensors file cannot be compressed");
        }
        safetensors::save(path, &tensors)
    })
}

// ---- PyTorch's checkpoints ----

/// The tensors of a checkpoint of torch.save (.pt, .pth; PyTorch 1.6 and later). As torch.load with weights_only.
///
/// Its pickle is read as data, nothing is ever executed: whatever is not on a short list (tensors, parameters, dicts,
/// lists, tuples, sets, numbers, texts, bytes, dtypes, devices) makes the call FORMAT and is named. Nested dicts and lists
/// become names with dots: {"model": {"weight": w}, "epoch": 3} is a tensor "model.weight" and metadata "epoch" = "3". A
/// lone tensor has the name "". Tensors that share a storage in the file share memory here too; none requires grad,
/// parameters neither. Memory of their own unless options->mmap is on; then as tensor_dict_load_safetensors. Packed
/// entries and those of the other byte order are copied. A tensor of a dtype that Tendon lacks makes the call
/// UNSUPPORTED, unless options->names leaves it out. TorchScript and files of PyTorch before 1.6 are UNSUPPORTED.
/// Errors: IO, FORMAT, NOT_FOUND, UNSUPPORTED, OUT_OF_MEMORY, DEVICE, CUDA, NULL_POINTER, INVALID_ARGUMENT,
/// INVALID_OPTIONS. `out`: new handle, release with tensor_dict_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_load_pytorch(
    path: *const c_char,
    options: *const TensorLoadOptions,
    out: *mut *mut TensorDict,
) -> TensorStatus {
    // SAFETY: the caller's path, options and variable.
    unsafe { load_dict("tensor_dict_load_pytorch", path, options, out, pytorch::load) }
}
