//! What every C function does on its way in and out: panics are caught, errors stored, handles opened and handed out.

use super::handle::{self, Held, Kind, Pin};
use super::library;
use super::scope;
use super::types::*;
use crate::cpu::pool;
use crate::cuda::stream;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result, status};
use crate::fail;
use crate::layout::MAX_RANK;
use crate::list;
use crate::scalar::Scalar;
use crate::tensor::Tensor as Value;
use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::ffi::{CStr, OsStr, c_char};
use std::ops::Deref;
use std::os::unix::ffi::OsStrExt;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicBool, Ordering::*};

// ---- entering and leaving ----

/// Runs the body of the C function `name` and makes a status of what comes out.
#[inline]
pub fn call(name: &str, body: impl FnOnce() -> Result<()>) -> TensorStatus {
    let mut body = Some(body);
    enter(name, &mut || body.take().map_or(Ok(()), |body| body()))
}

/// [`call`] for a function with one new tensor as its output.
///
/// # Safety
/// `out` is NULL or writable.
#[inline]
pub unsafe fn emit(name: &str, out: *mut *mut Tensor, body: impl FnOnce() -> Result<Value>) -> TensorStatus {
    let mut body = Some(body);
    let mut value = || match body.take() {
        Some(body) => body(),
        None => fail!(INTERNAL, "a body runs once"),
    };
    // SAFETY: the caller's promise.
    unsafe { emit_value(name, out, &mut value) }
}

/// # Safety
/// As [`emit`].
unsafe fn emit_value(name: &str, out: *mut *mut Tensor, body: &mut dyn FnMut() -> Result<Value>) -> TensorStatus {
    enter(name, &mut || {
        // SAFETY: the caller's promise.
        let out = unsafe { Output::new(out, "out")? };
        out.set(hand_out(body()?)?);
        Ok(())
    })
}

/// [`call`] for a question: the answer itself, or `none` with the error stored.
#[inline]
pub fn ask<T>(name: &str, none: T, body: impl FnOnce() -> Result<T>) -> T {
    let mut answer = none;
    call(name, || {
        answer = body()?;
        Ok(())
    });
    answer
}

/// The one place where unwinding stops and errors are stored.
fn enter(name: &str, body: &mut dyn FnMut() -> Result<()>) -> TensorStatus {
    quiet_panics();
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    DEPTH.set(DEPTH.get() - 1);
    match outcome {
        Ok(Ok(())) => TENSOR_OK,
        Ok(Err(error)) => store_error(name, &error),
        Err(payload) => store_error(name, &panicked(payload)),
    }
}

thread_local! {
    /// How many calls of the library this thread is in. Const and without a destructor, like all thread-locals here:
    /// usable to the last moment of a thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Once: panics inside the library print nothing. A thread that finds another one at it goes on without waiting.
#[inline]
fn quiet_panics() {
    static QUIET: AtomicBool = AtomicBool::new(false);
    #[cold]
    fn install() {
        // The hook cannot be changed during a panic; the next call will do it.
        if std::thread::panicking() || QUIET.swap(true, AcqRel) {
            return;
        }
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if DEPTH.get() == 0 {
                before(info)
            }
        }));
    }
    if !QUIET.load(Relaxed) {
        install()
    }
}

#[cold]
fn panicked(payload: Box<dyn Any + Send>) -> Error {
    let words = match payload.downcast_ref::<String>() {
        Some(words) => words.as_str(),
        None => payload.downcast_ref::<&str>().copied().unwrap_or("no words"),
    };
    Error::new(status::INTERNAL, format!("a defect of the library: {words}"))
}

// ---- the last error ----

/// Longer messages are cut.
const MESSAGE_BYTES: usize = 1024;

/// Storing an error allocates nothing: it works without memory and in the last destructors of a thread.
struct LastError {
    status: Cell<TensorStatus>,
    /// NUL-terminated UTF-8.
    message: UnsafeCell<[u8; MESSAGE_BYTES]>,
    /// A log callback runs on this thread.
    logging: Cell<bool>,
}

thread_local! {
    static LAST: LastError = const {
        LastError { status: Cell::new(0), message: UnsafeCell::new([0; MESSAGE_BYTES]), logging: Cell::new(false) }
    };
}

#[cold]
fn store_error(name: &str, error: &Error) -> TensorStatus {
    LAST.with(|last| {
        last.status.set(error.status());
        // SAFETY: only this thread reaches the bytes, and no reference to them is held elsewhere.
        let bytes = unsafe { &mut *last.message.get() };
        let mut room = &mut bytes[..MESSAGE_BYTES - 1];
        for part in [name, ": ", error.message()] {
            let mut n = part.len().min(room.len());
            while !part.is_char_boundary(n) {
                n -= 1;
            }
            // A NUL inside would end the message early.
            room[..n].copy_from_slice(&part.as_bytes()[..n]);
            room[..n].iter_mut().filter(|b| **b == 0).for_each(|b| *b = b' ');
            room = &mut room[n..];
            if n < part.len() {
                break;
            }
        }
        let end = MESSAGE_BYTES - 1 - room.len();
        bytes[end] = 0;
        if !last.logging.get()
            && let Some(log) = library::log_callback()
        {
            // Calls that fail in there leave no trace: the callback reads a copy, and the error comes back after it.
            let copy = *bytes;
            last.logging.set(true);
            log.call(TENDON_LOG_ERROR, copy.as_ptr().cast());
            last.logging.set(false);
            last.status.set(error.status());
            // SAFETY: as above; the reference from before the callback is not used any more.
            unsafe { last.message.get().write(copy) };
        }
    });
    error.status()
}

/// NUL-terminated; empty when there is none. Valid until the next failing call of this thread.
pub fn last_error_message() -> *const c_char {
    LAST.with(|last| last.message.get().cast_const().cast())
}

pub fn last_error_status() -> TensorStatus {
    LAST.with(|last| last.status.get())
}

pub fn clear_last_error() {
    LAST.with(|last| {
        last.status.set(0);
        // SAFETY: the first byte of an array that only this thread reaches.
        unsafe { last.message.get().cast::<u8>().write(0) };
    })
}

// ---- inputs ----

fn number<T>(handle: *const T) -> u64 {
    handle.addr() as u64
}

/// The tensor of argument `name`.
#[inline]
pub fn tensor(x: *const Tensor, name: &str) -> Result<Value> {
    peek(x, name, Value::clone)
}

/// A tensor that an op only reads. Its handle stays pinned, which is cheaper than a clone, where no callback can run in
/// between: neither a loop of the host's, nor the release of what a stale view would let go of.
pub enum Input {
    Pinned(Pin),
    Owned(Value),
}

impl Deref for Input {
    type Target = Value;

    #[inline]
    fn deref(&self) -> &Value {
        match self {
            Input::Owned(value) => value,
            Input::Pinned(pin) => match pin.value() {
                Held::Tensor(value) => value,
                _ => unreachable!("`input` pins tensors only"),
            },
        }
    }
}

/// The tensor of argument `name`, to be read.
#[inline]
pub fn input(x: *const Tensor, name: &str) -> Result<Input> {
    let Some(pin) = Pin::new(number(x), Kind::Tensor) else { return tensor(x, name).map(Input::Owned) };
    match pin.value() {
        Held::Tensor(value) if pool::is_host() || value.is_view() => Ok(Input::Owned(value.clone())),
        _ => Ok(Input::Pinned(pin)),
    }
}

/// Reads something of a tensor that takes no callback and no time.
#[inline]
pub fn peek<R>(x: *const Tensor, name: &str, read: impl FnOnce(&Value) -> R) -> Result<R> {
    handle::with(number(x), Kind::Tensor, name, |held| match held {
        Held::Tensor(value) => Some(read(value)),
        _ => None,
    })
}

/// As [`tensor`]; NULL is none.
pub fn optional_tensor(x: *const Tensor, name: &str) -> Result<Option<Value>> {
    if x.is_null() { Ok(None) } else { tensor(x, name).map(Some) }
}

/// What `read` finds in a live handle of another kind than tensors.
pub fn held<T, R>(x: *const T, kind: Kind, name: &str, read: impl FnOnce(&Held) -> Option<R>) -> Result<R> {
    handle::with(number(x), kind, name, read)
}

/// The tensors of an array of handles.
///
/// # Safety
/// `tensors` is NULL or holds `n` of them.
pub unsafe fn tensors(tensors: *const *const Tensor, n: usize, name: &str) -> Result<Vec<Value>> {
    // SAFETY: the caller's promise.
    let handles = unsafe { slice_of(tensors, n, name)? };
    let mut values = list::with_room(n)?;
    for (i, &x) in handles.iter().enumerate() {
        match tensor(x, name) {
            Ok(value) => values.push(value),
            // The message again, with the place: this costs nothing while all is well.
            Err(_) => return Err(handle::invalid(number(x), Kind::Tensor, &format!("{name}[{i}]"))),
        }
    }
    Ok(values)
}

/// The `n` things at `data`.
///
/// # Safety
/// `data` is NULL or holds `n` of them, unchanged for as long as the result is used.
pub unsafe fn slice_of<'a, T>(data: *const T, n: usize, name: &str) -> Result<&'a [T]> {
    if n == 0 {
        return Ok(&[]);
    }
    not_null(data, name)?;
    if !data.is_aligned() {
        fail!(MISALIGNED, "{name} is not aligned to {} bytes", align_of::<T>());
    }
    if n > isize::MAX as usize / size_of::<T>() {
        fail!(INVALID_ARGUMENT, "{name} cannot have {n} entries");
    }
    // SAFETY: not NULL, aligned, and the caller's promise.
    Ok(unsafe { slice::from_raw_parts(data, n) })
}

/// Sizes or dims, at most [`MAX_RANK`] of them.
///
/// # Safety
/// As [`slice_of`].
pub unsafe fn sizes<'a>(data: *const i64, n: usize, name: &str) -> Result<&'a [i64]> {
    if n > MAX_RANK {
        fail!(SHAPE, "{name} has {n} entries, a tensor has at most {MAX_RANK} dimensions");
    }
    // SAFETY: the caller's promise.
    unsafe { slice_of(data, n, name) }
}

/// Dims to reduce or squeeze: NULL or none of them = all (an empty slice).
///
/// # Safety
/// As [`slice_of`].
pub unsafe fn dims<'a>(data: *const i64, n: usize) -> Result<&'a [i64]> {
    if data.is_null() {
        return Ok(&[]);
    }
    // SAFETY: the caller's promise.
    unsafe { sizes(data, n, "dims") }
}

pub fn not_null<T: ?Sized>(pointer: *const T, name: &str) -> Result<()> {
    if pointer.is_null() {
        fail!(NULL_POINTER, "{name} is NULL");
    }
    Ok(())
}

/// The text of argument `name`, UTF-8.
///
/// # Safety
/// `text` is NULL or ends in NUL, and is unchanged for as long as the result is used.
pub unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    not_null(text, name)?;
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    match text.to_str() {
        Ok(text) => Ok(text),
        Err(e) => fail!(INVALID_ARGUMENT, "{name} is not UTF-8: byte {} is wrong", e.valid_up_to()),
    }
}

/// The file that argument `name` names, in the bytes of the system's file names.
///
/// # Safety
/// As [`text`].
pub unsafe fn path<'a>(path: *const c_char, name: &str) -> Result<&'a Path> {
    not_null(path, name)?;
    // SAFETY: the caller's promise.
    let path = unsafe { CStr::from_ptr(path) };
    if path.is_empty() {
        fail!(INVALID_ARGUMENT, "{name} is empty");
    }
    if path.count_bytes() >= libc::PATH_MAX as usize {
        fail!(INVALID_ARGUMENT, "{name} has {} bytes, a path at most {}", path.count_bytes(), libc::PATH_MAX - 1);
    }
    Ok(Path::new(OsStr::from_bytes(path.to_bytes())))
}

pub fn dtype(number: TensorDType, name: &str) -> Result<DType> {
    match (DType::from_number(number), number) {
        (Some(dtype), _) => Ok(dtype),
        (None, TENSOR_DTYPE_COMPLEX64) => fail!(UNSUPPORTED, "{name} is complex64, which is reserved"),
        (None, TENSOR_DTYPE_COMPLEX128) => fail!(UNSUPPORTED, "{name} is complex128, which is reserved"),
        (None, TENSOR_DTYPE_INVALID) => fail!(DTYPE, "{name} is 0 (TENSOR_DTYPE_INVALID)"),
        _ => fail!(DTYPE, "{name} is {number}, which is no dtype"),
    }
}

/// As [`dtype`]; 0 is none.
pub fn optional_dtype(number: TensorDType, name: &str) -> Result<Option<DType>> {
    if number == TENSOR_DTYPE_INVALID { Ok(None) } else { dtype(number, name).map(Some) }
}

pub fn device(device: TensorDevice, name: &str) -> Result<Device> {
    match (device.r#type, device.index) {
        (TENSOR_DEVICE_CPU, 0) => Ok(Device::Cpu),
        (TENSOR_DEVICE_CPU, index) => fail!(DEVICE, "{name} is cpu:{index}, there is only cpu:0"),
        (TENSOR_DEVICE_CUDA, index @ 0..) => Ok(Device::Cuda(index as u32)),
        (TENSOR_DEVICE_CUDA, -1) => Ok(Device::Cuda(stream::current_device())),
        (TENSOR_DEVICE_CUDA, index) => {
            fail!(DEVICE, "{name} is cuda:{index}, expected an ordinal from 0, or -1 for the current device")
        }
        (number, _) => fail!(DEVICE, "{name}.type is {number}, which is no type of device"),
    }
}

pub fn scalar(scalar: TensorScalar, name: &str) -> Result<Scalar> {
    if scalar.reserved != 0 {
        fail!(INVALID_ARGUMENT, "{name}.reserved is {}, expected 0: use tensor_scalar_f, _i or _b", scalar.reserved);
    }
    // SAFETY: every member is valid for any bytes.
    let (i, f) = unsafe { (scalar.value.i, scalar.value.f) };
    match scalar.kind {
        TENSOR_SCALAR_BOOL => Ok(Scalar::Bool(i != 0)),
        TENSOR_SCALAR_INT => Ok(Scalar::Int(i)),
        TENSOR_SCALAR_FLOAT => Ok(Scalar::Float(f)),
        TENSOR_SCALAR_COMPLEX => fail!(UNSUPPORTED, "{name} is complex, which is reserved"),
        kind => fail!(INVALID_ARGUMENT, "{name}.kind is {kind}, which is no kind of scalar"),
    }
}

/// As [`scalar`]; NULL is none.
///
/// # Safety
/// `number` is NULL or readable.
pub unsafe fn optional_scalar(number: *const TensorScalar, name: &str) -> Result<Option<Scalar>> {
    if number.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    scalar(unsafe { number.read_unaligned() }, name).map(Some)
}

// ---- outputs ----

/// Where one handle (or one pointer) goes. It is NULL until [`Output::set`].
pub struct Output<T>(*mut *mut T);

impl<T> Output<T> {
    /// # Safety
    /// `out` is NULL or writable while the call lasts.
    pub unsafe fn new(out: *mut *mut T, name: &str) -> Result<Output<T>> {
        not_null(out, name)?;
        // SAFETY: the caller's promise.
        unsafe { out.write(ptr::null_mut()) };
        Ok(Output(out))
    }

    pub fn set(self, value: *mut T) {
        // SAFETY: promised in `new`.
        unsafe { self.0.write(value) }
    }
}

/// Writes one plain output.
///
/// # Safety
/// `out` is NULL or writable.
pub unsafe fn put<T>(out: *mut T, value: T) -> Result<()> {
    not_null(out, "out")?;
    // SAFETY: the caller's promise.
    unsafe { out.write(value) };
    Ok(())
}

/// A new handle of any kind but tensors.
pub fn token<T>(value: Held) -> Result<*mut T> {
    Ok(pointer(handle::insert(value)?))
}

/// A new handle of a tensor, noted in the innermost scope of this thread.
pub fn hand_out(value: Value) -> Result<*mut Tensor> {
    scope::make_room()?;
    let handle = handle::insert(Held::Tensor(value))?;
    scope::note(handle);
    Ok(pointer(handle))
}

/// Hands out all values or none. `out[i]` is NULL where there is no value.
///
/// # Safety
/// `out` has room for the values.
pub unsafe fn hand_out_all(values: Vec<Option<Value>>, out: *mut *mut Tensor) -> Result<()> {
    for (i, value) in values.into_iter().enumerate() {
        let handle = value.map_or(Ok(ptr::null_mut()), hand_out);
        if let Err(error) = handle {
            for k in 0..i {
                // SAFETY: the first `i` places were written below.
                let made = unsafe { out.add(k).replace(ptr::null_mut()) };
                drop(handle::remove(number(made), Kind::Tensor));
            }
            return Err(error);
        }
        // SAFETY: the caller's promise.
        unsafe { out.add(i).write(handle?) };
    }
    Ok(())
}

/// Sets `n` outputs to NULL before anything can fail.
///
/// # Safety
/// `out` is NULL or has room for `n`.
pub unsafe fn clear_all(out: *mut *mut Tensor, n: usize) -> Result<()> {
    if n > 0 {
        not_null(out, "out")?;
    }
    for i in 0..n {
        // SAFETY: the caller's promise.
        unsafe { out.add(i).write(ptr::null_mut()) };
    }
    Ok(())
}

/// Ends a handle; what it held is dropped here unless another thread looks at it at this moment. NULL is fine.
pub fn release<T>(x: *mut T, kind: Kind, name: &str) -> Result<()> {
    if x.is_null() {
        return Ok(());
    }
    match handle::remove(number(x), kind) {
        Some(value) => {
            drop(value);
            Ok(())
        }
        None => Err(handle::invalid(number(x), kind, name)),
    }
}

/// The number as C sees it.
fn pointer<T>(handle: u64) -> *mut T {
    ptr::without_provenance_mut(handle as usize)
}

#[cfg(test)]
#[path = "border_tests.rs"]
mod tests;
