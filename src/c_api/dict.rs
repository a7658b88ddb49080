//! Tensors by name: what a checkpoint holds.

use super::border::{self, Output, ask, call, emit, text};
use super::handle::{Held, Kind};
use super::options::{self, Options, TensorLoadStats};
use super::types::*;
use crate::error::{Error, Result, status};
use crate::fail;
use crate::interchange::dict::{LoadStats, TensorDict as Value, Text, shortened};
use crate::storage::shared::Shared;
use std::ffi::c_char;
use std::sync::{RwLock, TryLockError};

/// Tried, never waited for: a change while another call is at it is an error.
pub(super) type SharedDict = Shared<RwLock<Value>>;

/// A new handle of a dict.
pub(super) fn hand_out(dict: Value) -> Result<*mut TensorDict> {
    border::token(Held::Dict(Shared::new(RwLock::new(dict))?))
}

fn shared(dict: *const TensorDict) -> Result<SharedDict> {
    border::held(dict, Kind::Dict, "dict", |held| match held {
        Held::Dict(shared) => Some(shared.clone()),
        _ => None,
    })
}

fn refused<G>(error: TryLockError<G>) -> Error {
    match error {
        TryLockError::WouldBlock => {
            Error::new(status::INVALID_ARGUMENT, "dict is in use by another call at this moment")
        }
        TryLockError::Poisoned(_) => Error::new(status::INTERNAL, "an earlier call left the dict half-done"),
    }
}

pub(super) fn read<R>(dict: *const TensorDict, body: impl FnOnce(&Value) -> Result<R>) -> Result<R> {
    let shared = shared(dict)?;
    let guard = shared.try_read().map_err(refused)?;
    body(&guard)
}

/// What `body` takes out is dropped by the caller, after the dict is open again: callbacks may use it.
fn write<R>(dict: *mut TensorDict, body: impl FnOnce(&mut Value) -> Result<R>) -> Result<R> {
    let shared = shared(dict)?;
    let mut guard = shared.try_write().map_err(refused)?;
    body(&mut guard)
}

fn not_found(what: &str, name: &str) -> Error {
    Error::new(status::NOT_FOUND, format!("dict has no {what} {:?}", shortened(name)))
}

/// What `get` finds at the place `index` of `len` `what`.
fn at<T>(index: i64, len: usize, what: &str, get: impl FnOnce(usize) -> Option<T>) -> Result<T> {
    match usize::try_from(index).ok().and_then(get) {
        Some(found) => Ok(found),
        None => fail!(INDEX, "index is {index}, dict has {len} {what}"),
    }
}

/// Where a text that the dict lends goes. It is NULL until [`Output::set`].
///
/// # Safety
/// As [`Output::new`].
unsafe fn lent(out: *mut *const c_char, name: &str) -> Result<Output<c_char>> {
    // SAFETY: the caller's promise; a pointer to const has the same form.
    unsafe { Output::new(out.cast(), name) }
}

fn lend(out: Output<c_char>, text: &Text) {
    out.set(text.as_c().cast_mut())
}

/// A dict without tensors: names in an order, each with a tensor, and metadata (texts by name). As a state_dict.
///
/// A dict holds the tensors themselves, no copies. Scopes do not release dicts. `out`: new handle, release with
/// tensor_dict_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_create(out: *mut *mut TensorDict) -> TensorStatus {
    call("tensor_dict_create", || {
        // SAFETY: the caller's variable.
        let out = unsafe { Output::new(out, "out")? };
        out.set(hand_out(Value::default())?);
        Ok(())
    })
}

/// Ends the dict; tensors that others have live on. NULL is fine. Errors: INVALID_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_dict_release(dict: *mut TensorDict) -> TensorStatus {
    call("tensor_dict_release", || border::release(dict, Kind::Dict, "dict"))
}

/// How many tensors. Errors: INVALID_HANDLE, INVALID_ARGUMENT while another thread changes the dict.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_dict_len(dict: *const TensorDict) -> i64 {
    ask("tensor_dict_len", -1, || read(dict, |dict| Ok(dict.len() as i64)))
}

/// 1 when a tensor has that name, else 0. Errors: INVALID_HANDLE, NULL_POINTER, INVALID_ARGUMENT when the name is not
/// UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_dict_contains(dict: *const TensorDict, name: *const c_char) -> i32 {
    ask("tensor_dict_contains", -1, || {
        // SAFETY: the caller's text.
        let name = unsafe { text(name, "name")? };
        read(dict, |dict| Ok(dict.get(name).is_some() as i32))
    })
}

/// The tensor of that name.
///
/// Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_get(
    dict: *const TensorDict,
    name: *const c_char,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's variable and text.
    unsafe {
        emit("tensor_dict_get", out, || {
            let name = text(name, "name")?;
            read(dict, |dict| dict.get(name).cloned().ok_or_else(|| not_found("tensor", name)))
        })
    }
}

/// The tensor at a place of the order, from 0 to tensor_dict_len - 1.
///
/// Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_at(dict: *const TensorDict, index: i64, out: *mut *mut Tensor) -> TensorStatus {
    let tensor = |dict: &Value| Ok(at(index, dict.len(), "tensors", |i| dict.at(i))?.1.clone());
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_dict_at", out, || read(dict, tensor)) }
}

/// The name at a place of the order, from 0 to tensor_dict_len - 1. NUL-terminated UTF-8.
///
/// Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `out`: borrowed until that entry is removed or the dict
/// released.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_name(
    dict: *const TensorDict,
    index: i64,
    out: *mut *const c_char,
) -> TensorStatus {
    call("tensor_dict_name", || {
        // SAFETY: the caller's variable.
        let out = unsafe { lent(out, "out")? };
        read(dict, |dict| {
            lend(out, at(index, dict.len(), "tensors", |i| dict.at(i))?.0);
            Ok(())
        })
    })
}

/// Puts a tensor at a name: in place of the one that is there, else at the end. The dict holds the tensor itself.
///
/// Errors: INVALID_HANDLE, NULL_POINTER, OUT_OF_MEMORY, INVALID_ARGUMENT when the name is not UTF-8 or another call uses
/// the dict; nothing changes then.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_set(dict: *mut TensorDict, name: *const c_char, x: *const Tensor) -> TensorStatus {
    call("tensor_dict_set", || {
        let x = border::tensor(x, "x")?;
        // SAFETY: the caller's text.
        let name = unsafe { text(name, "name")? };
        let former = write(dict, |dict| dict.set(name, x))?;
        drop(former);
        Ok(())
    })
}

/// Takes the tensor of that name out; the others keep their order.
///
/// Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT when another call uses the dict.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_remove(dict: *mut TensorDict, name: *const c_char) -> TensorStatus {
    call("tensor_dict_remove", || {
        // SAFETY: the caller's text.
        let name = unsafe { text(name, "name")? };
        let former = write(dict, |dict| Ok(dict.remove(name)))?;
        former.map(drop).ok_or_else(|| not_found("tensor", name))
    })
}

/// A new dict of the tensors whose names begin with `prefix`, in their order, with `replacement` in place of the prefix;
/// the metadata are copied.
///
/// `prefix` NULL or "" = all tensors; `replacement` NULL = the names stay. Where two names become the same, the later
/// tensor stands. Errors: INVALID_HANDLE, OUT_OF_MEMORY, INVALID_ARGUMENT, NULL_POINTER. `out`: new handle, release with
/// tensor_dict_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_select(
    dict: *const TensorDict,
    prefix: *const c_char,
    replacement: *const c_char,
    out: *mut *mut TensorDict,
) -> TensorStatus {
    call("tensor_dict_select", || {
        // SAFETY: the caller's variable and texts.
        let (out, prefix) = unsafe {
            let out = Output::new(out, "out")?;
            (out, if prefix.is_null() { "" } else { text(prefix, "prefix")? })
        };
        // SAFETY: the caller's text.
        let replacement = if replacement.is_null() { prefix } else { unsafe { text(replacement, "replacement")? } };
        let selected = read(dict, |dict| dict.select(prefix, replacement))?;
        out.set(hand_out(selected)?);
        Ok(())
    })
}

/// The value of a metadata key. NUL-terminated UTF-8.
///
/// Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT. `out`: borrowed until that value is set anew or the
/// dict released.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_metadata(
    dict: *const TensorDict,
    key: *const c_char,
    out: *mut *const c_char,
) -> TensorStatus {
    call("tensor_dict_metadata", || {
        // SAFETY: the caller's variable and text.
        let (out, key) = unsafe { (lent(out, "out")?, text(key, "key")?) };
        read(dict, |dict| match dict.metadata_of(key) {
            Some(value) => {
                lend(out, value);
                Ok(())
            }
            None => Err(not_found("metadata", key)),
        })
    })
}

/// How many metadata keys. Errors: INVALID_HANDLE, INVALID_ARGUMENT while another thread changes the dict.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_dict_metadata_len(dict: *const TensorDict) -> i64 {
    ask("tensor_dict_metadata_len", -1, || read(dict, |dict| Ok(dict.metadata_len() as i64)))
}

/// Key and value at a place of the order, from 0 to tensor_dict_metadata_len - 1. NUL-terminated UTF-8.
///
/// Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `key`, `value`: borrowed until that value is set anew
/// or the dict released.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_metadata_at(
    dict: *const TensorDict,
    index: i64,
    key: *mut *const c_char,
    value: *mut *const c_char,
) -> TensorStatus {
    call("tensor_dict_metadata_at", || {
        // SAFETY: the caller's variables.
        let (key, value) = unsafe { (lent(key, "key")?, lent(value, "value")?) };
        read(dict, |dict| {
            let (k, v) = at(index, dict.metadata_len(), "metadata", |i| dict.metadata_at(i))?;
            lend(key, k);
            lend(value, v);
            Ok(())
        })
    })
}

/// Sets the value of a metadata key; formats that have metadata save it.
///
/// Errors: INVALID_HANDLE, NULL_POINTER, OUT_OF_MEMORY, INVALID_ARGUMENT when a text is not UTF-8 or another call uses
/// the dict; nothing changes then.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_set_metadata(
    dict: *mut TensorDict,
    key: *const c_char,
    value: *const c_char,
) -> TensorStatus {
    call("tensor_dict_set_metadata", || {
        // SAFETY: the caller's texts.
        let (key, value) = unsafe { (text(key, "key")?, text(value, "value")?) };
        write(dict, |dict| dict.set_metadata(key, value))
    })
}

/// How the tensors came out of the file that the dict was loaded from; all 0 for a dict that was not. Errors:
/// INVALID_HANDLE, NULL_POINTER, INVALID_OPTIONS.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_dict_load_stats(dict: *const TensorDict, out: *mut TensorLoadStats) -> TensorStatus {
    call("tensor_dict_load_stats", || {
        let LoadStats { mapped_tensors, mapped_bytes, copied_tensors, copied_bytes, unmappable_tensors } =
            read(dict, |dict| Ok(dict.stats))?;
        let stats = TensorLoadStats {
            mapped_tensors,
            mapped_bytes,
            copied_tensors,
            copied_bytes,
            unmappable_tensors,
            ..TensorLoadStats::DEFAULT
        };
        // SAFETY: the caller's struct.
        unsafe { options::write(out, stats) }
    })
}
