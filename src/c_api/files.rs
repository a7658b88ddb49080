//! Tensors to and from files.

use super::border::{self, Output, call, emit};
use super::dict::{self, hand_out};
use super::options::{self, TensorCsvOptions, TensorLoadOptions, TensorSaveOptions};
use super::types::*;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::interchange::dict::TensorDict as Value;
use crate::interchange::{Load, csv, npy, pytorch, safetensors};
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
    // SAFETY: the caller's promise.
    let names = unsafe { names(options.names, options.nnames)? };
    Ok(Load { mmap, names, device: device(options.device)? })
}

/// The texts of `options.names`; none for NULL.
///
/// # Safety
/// NULL or `n` texts, unchanged for as long as the result is used.
unsafe fn names<'a>(names: *const *const c_char, n: usize) -> Result<Option<Vec<&'a str>>> {
    if names.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    let given = unsafe { border::slice_of(names, n, "options.names")? };
    let mut texts = list::with_room(given.len())?;
    for &name in given {
        // SAFETY: the caller's promise.
        texts.push(unsafe { border::text(name, "options.names")? });
    }
    Ok(Some(texts))
}

/// `options.device`; the CPU when it is all zeros.
fn device(device: TensorDevice) -> Result<Device> {
    match (device.r#type, device.index) {
        (0, 0) => Ok(Device::Cpu),
        _ => border::device(device, "options.device"),
    }
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

// ---- NumPy's files ----

/// The array of a .npy file of version 1, 2 or 3, in any order of elements and bytes. As `numpy.load`.
///
/// By default a tensor with memory of its own, which can be written. With TENSOR_MMAP_ON a read-only one that looks into
/// the file, which must not be shortened while it lives; an array whose bytes are swapped or not aligned is copied. An
/// array in Fortran order has such strides. `options.names` must be NULL. Errors: IO, FORMAT, UNSUPPORTED for elements
/// that are no numbers (never unpickled) or complex, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER,
/// DEVICE, CUDA_UNAVAILABLE. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_load_npy(
    path: *const c_char,
    options: *const TensorLoadOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's variable, text and options.
    unsafe { emit("tensor_load_npy", out, || npy::load(border::path(path, "path")?, &load(options)?)) }
}

/// Writes a tensor as a .npy file, version 1. As `numpy.save`, but `path` stays as it is.
///
/// Any device and layout; the values alone, also of a tensor that requires grad. The file is replaced when it is whole:
/// on failure what was there is still there. Errors: INVALID_HANDLE, IO, UNSUPPORTED for bf16, which NumPy does not
/// have, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_save_npy(
    x: *const Tensor,
    path: *const c_char,
    options: *const TensorSaveOptions,
) -> TensorStatus {
    call("tensor_save_npy", || {
        let x = border::tensor(x, "x")?;
        // SAFETY: the caller's text and options.
        let (path, options) = unsafe { (border::path(path, "path")?, options::read(options)?) };
        if options.compress != 0 {
            fail!(INVALID_ARGUMENT, "options.compress is set, a .npy file cannot be compressed");
        }
        npy::save(&x, path)
    })
}

/// The arrays of a .npz file, stored or deflated. As `numpy.load`, all at once.
///
/// By default tensors with memory of their own, which can be written. With TENSOR_MMAP_ON read-only ones that look into
/// the file, which must not be shortened while they live, where they are stored, aligned and not swapped;
/// tensor_dict_load_stats tells how many. Checksums are compared for what is copied. Errors: IO, FORMAT, UNSUPPORTED,
/// NOT_FOUND, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER, DEVICE, CUDA_UNAVAILABLE. `out`: new
/// handle, release with tensor_dict_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_load_npz(
    path: *const c_char,
    options: *const TensorLoadOptions,
    out: *mut *mut TensorDict,
) -> TensorStatus {
    // SAFETY: the caller's path, options and variable.
    unsafe { load_dict("tensor_dict_load_npz", path, options, out, npy::load_dict) }
}

/// Writes the tensors of a dict as a .npz file, without metadata, which it cannot hold. As `numpy.savez`, or with
/// `options.compress` `savez_compressed`; `path` stays as it is.
///
/// As tensor_save_npy for each tensor, atomically for all. Arrays that are not compressed begin at multiples of 64 bytes,
/// to be mapped. Errors: those of tensor_save_npy.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_save_npz(
    dict: *const TensorDict,
    path: *const c_char,
    options: *const TensorSaveOptions,
) -> TensorStatus {
    call("tensor_dict_save_npz", || {
        // A copy of the list: no dict is closed to others while a file is written.
        let tensors = dict::read(dict, |dict| dict.map(|x| Ok(x.clone())))?;
        // SAFETY: the caller's text and options.
        let (path, options) = unsafe { (border::path(path, "path")?, options::read(options)?) };
        npy::save_dict(&tensors, path, options.compress != 0)
    })
}

// ---- tables as text ----

/// How the caller's table is written, and as what and where it is to be loaded.
///
/// # Safety
/// As [`load`].
unsafe fn table<'a>(options: *const TensorCsvOptions) -> Result<(csv::Form<'a>, DType, Device)> {
    // SAFETY: the caller's promise.
    let options = unsafe { options::read(options)? };
    let delimiter = options.delimiter as u8;
    csv::check_delimiter(delimiter)?;
    let Ok(skip_rows) = u64::try_from(options.skip_rows) else {
        fail!(INVALID_ARGUMENT, "options.skip_rows is {}, expected at least 0", options.skip_rows);
    };
    // SAFETY: the caller's promise.
    let names = unsafe { names(options.names, options.nnames)? };
    let form = csv::Form { delimiter, header: options.header != 0, index: options.index != 0, skip_rows, names };
    let dtype = border::optional_dtype(options.dtype, "options.dtype")?.unwrap_or(DType::F64);
    Ok((form, dtype, device(options.device)?))
}

/// A table of numbers, UTF-8, as [rows, columns]. As pandas' `read_csv` and `numpy.loadtxt`.
///
/// Lines end in LF, CRLF or CR, and empty ones are skipped; fields may be in quotes and have spaces around them. A missing
/// value (an empty field, NA, N/A, NULL, None, nan) is NaN; for other dtypes than floats it is FORMAT, as is a number that
/// does not fit, or a line with more or fewer fields than the first: the message names line and field. Errors: IO, FORMAT,
/// NOT_FOUND, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER, DTYPE, DEVICE, CUDA_UNAVAILABLE. `out`: new
/// reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_load_csv(
    path: *const c_char,
    options: *const TensorCsvOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's variable, text and options.
    unsafe {
        emit("tensor_load_csv", out, || {
            let (path, (form, dtype, device)) = (border::path(path, "path")?, table(options)?);
            csv::load(path, form, dtype, device)
        })
    }
}

/// Writes a tensor of one dimension (a column) or two as a table of numbers. As pandas' `to_csv`.
///
/// Floats have as few digits as bring the same number back, NaN is `nan`, bools are `True` and `False`. With
/// `options.names`, one per column, or `options.header`, the first line names the columns, else 0, 1, 2, ... Any device
/// and layout; values alone; the file is replaced when it is whole. Errors: INVALID_HANDLE, SHAPE, IO, OUT_OF_MEMORY,
/// INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_save_csv(
    x: *const Tensor,
    path: *const c_char,
    options: *const TensorCsvOptions,
) -> TensorStatus {
    call("tensor_save_csv", || {
        let x = border::tensor(x, "x")?;
        // SAFETY: the caller's text and options.
        let (path, (form, ..)) = unsafe { (border::path(path, "path")?, table(options)?) };
        csv::save(&x, path, &form)
    })
}

/// The columns of a table whose first line names them, each [rows]. As tensor_load_csv for what stands in it.
///
/// Errors: those of tensor_load_csv; FORMAT also when two columns have one name. `out`: new handle, release with
/// tensor_dict_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_load_csv(
    path: *const c_char,
    options: *const TensorCsvOptions,
    out: *mut *mut TensorDict,
) -> TensorStatus {
    call("tensor_dict_load_csv", || {
        // SAFETY: the caller's variable.
        let out = unsafe { Output::new(out, "out")? };
        // SAFETY: the caller's text and options.
        let (path, (form, dtype, device)) = unsafe { (border::path(path, "path")?, table(options)?) };
        out.set(dict::hand_out(csv::load_dict(path, form, dtype, device)?)?);
        Ok(())
    })
}

/// Writes the tensors of a dict, [rows] each and of any dtypes, as columns under their names. As tensor_save_csv for what
/// stands in the file; `options.names` must be NULL.
///
/// Errors: those of tensor_save_csv; SHAPE also when the tensors differ in length.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_save_csv(
    dict: *const TensorDict,
    path: *const c_char,
    options: *const TensorCsvOptions,
) -> TensorStatus {
    call("tensor_dict_save_csv", || {
        // A copy of the list: no dict is closed to others while a file is written.
        let columns = dict::read(dict, |dict| dict.map(|x| Ok(x.clone())))?;
        // SAFETY: the caller's text and options.
        let (path, (form, ..)) = unsafe { (border::path(path, "path")?, table(options)?) };
        csv::save_dict(&columns, path, &form)
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

/// The tensors of a checkpoint of torch.save (.pt, .pth). As torch.load with weights_only.
///
/// Its pickle is read as data, nothing is ever executed: whatever is not on a short list (tensors, parameters, dicts,
/// lists, tuples, sets, numbers, texts, bytes, dtypes, devices) makes the call FORMAT and is named. Nested dicts and lists
/// become names with dots: {"model": {"weight": w}, "epoch": 3} is a tensor "model.weight" and metadata "epoch" = "3". A
/// lone tensor has the name "". Tensors that share a storage in the file share memory here too; none requires grad,
/// parameters neither. Memory of their own unless options->mmap is on; then as tensor_dict_load_safetensors. Packed
/// entries and those of the other byte order are copied, most of files from before PyTorch 1.6 too. A tensor of a dtype
/// that Tendon lacks makes the call UNSUPPORTED, unless options->names leaves it out. So does TorchScript.
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
