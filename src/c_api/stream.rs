//! CUDA streams and events.

use super::border::{self, Output, call, put};
use super::device::device;
use super::handle::{Held, Kind};
use super::scope;
use super::types::*;
use crate::cuda::{Event, Stream, stream as streams};
use crate::error::Result;
use std::ffi::c_void;
use std::sync::Arc;

fn stream(s: *const TendonCudaStream, name: &str) -> Result<Arc<Stream>> {
    border::held(s, Kind::CudaStream, name, |held| match held {
        Held::CudaStream(stream) => Some(stream.clone()),
        _ => None,
    })
}

fn event(e: *const TendonCudaEvent, name: &str) -> Result<Arc<Event>> {
    border::held(e, Kind::CudaEvent, name, |held| match held {
        Held::CudaEvent(event) => Some(event.clone()),
        _ => None,
    })
}

/// # Safety
/// `out` is NULL or writable.
unsafe fn hand_out(
    name: &str,
    out: *mut *mut TendonCudaStream,
    make: impl FnOnce() -> Result<Arc<Stream>>,
) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's promise.
        let out = unsafe { Output::new(out, "out")? };
        out.set(border::token(Held::CudaStream(make()?))?);
        Ok(())
    })
}

/// Writes an answer that is asked for only when there is a place for it.
///
/// # Safety
/// `out` is NULL or writable.
unsafe fn give<T>(out: *mut T, answer: impl FnOnce() -> Result<T>) -> Result<()> {
    border::not_null(out, "out")?;
    // SAFETY: the caller's promise.
    unsafe { put(out, answer()?) }
}

/// As [`give`] for a pointer, which is NULL on failure.
///
/// # Safety
/// `out` is NULL or writable.
unsafe fn native(out: *mut *mut c_void, pointer: impl FnOnce() -> Result<*mut c_void>) -> Result<()> {
    // SAFETY: the caller's promise.
    let out = unsafe { Output::new(out, "out")? };
    out.set(pointer()?);
    Ok(())
}

/// Makes a stream of `device`, which does not wait for the device's default stream. Lower priorities are more urgent; 0
/// is normal. As torch.cuda.Stream.
///
/// Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, NULL_POINTER. `out`: new handle, release with
/// tendon_cuda_stream_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_create(
    device: i32,
    priority: i32,
    out: *mut *mut TendonCudaStream,
) -> TensorStatus {
    let make = || Stream::create(self::device(device, "device")?, priority);
    // SAFETY: the caller's variable.
    unsafe { hand_out("tendon_cuda_stream_create", out, make) }
}

/// The caller's own stream of `device`, a cudaStream_t or CUstream; NULL and cudaStreamLegacy are the default stream.
/// cudaStreamPerThread, which is another stream on every thread, is not taken. As torch.cuda.ExternalStream.
///
/// It must stay valid until the handle is released and no tensor used on it is left. Releasing the handle does not wait
/// for the stream, unless copies from pinned memory are under way. Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, INVALID_ARGUMENT (cudaStreamPerThread), OUT_OF_MEMORY,
/// NULL_POINTER. `out`: new handle, release with tendon_cuda_stream_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_from_native(
    device: i32,
    cuda_stream: *mut c_void,
    out: *mut *mut TendonCudaStream,
) -> TensorStatus {
    let make = || Stream::borrow(self::device(device, "device")?, cuda_stream);
    // SAFETY: the caller's variable.
    unsafe { hand_out("tendon_cuda_stream_from_native", out, make) }
}

/// The stream of `device` that is current on this thread: the default stream, or that of the innermost
/// tendon_cuda_stream_begin. As torch.cuda.current_stream.
///
/// Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, NULL_POINTER. `out`: new handle, release with
/// tendon_cuda_stream_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_current_stream(device: i32, out: *mut *mut TendonCudaStream) -> TensorStatus {
    let make = || streams::current(self::device(device, "device")?);
    // SAFETY: the caller's variable.
    unsafe { hand_out("tendon_cuda_current_stream", out, make) }
}

/// Ends the handle. The stream goes when nothing uses it any more, after its work is done. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_cuda_stream_release(stream: *mut TendonCudaStream) -> TensorStatus {
    call("tendon_cuda_stream_release", || border::release(stream, Kind::CudaStream, "stream"))
}

/// The stream as CUDA knows it, a cudaStream_t; NULL for the default stream. `*out`: borrowed until the handle is
/// released. Errors: INVALID_HANDLE, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_native(
    stream: *const TendonCudaStream,
    out: *mut *mut c_void,
) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tendon_cuda_stream_native", || unsafe { native(out, || Ok(self::stream(stream, "stream")?.raw().cast())) })
}

/// The ordinal of the stream's device. Errors: INVALID_HANDLE, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_device(stream: *const TendonCudaStream, out: *mut i32) -> TensorStatus {
    let ordinal = || Ok(self::stream(stream, "stream")?.device().ordinal as i32);
    // SAFETY: the caller's variable.
    call("tendon_cuda_stream_device", || unsafe { give(out, ordinal) })
}

/// Ops of this thread on the stream's device go to `stream` from now on. As torch.cuda.stream.
///
/// What one stream makes another may use only after waiting for it: tendon_cuda_stream_wait_stream. Backward runs each
/// op's part on the stream of its forward, and lets the stream that is current wait for the end. `out`: end with
/// tendon_cuda_stream_end, on this thread, inner ones first. Errors: INVALID_HANDLE, NULL_POINTER, OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_begin(
    stream: *const TendonCudaStream,
    out: *mut *mut TendonCudaStreamScope,
) -> TensorStatus {
    call("tendon_cuda_stream_begin", || {
        // SAFETY: the caller's variable.
        unsafe { Output::new(out, "out")? }.set(scope::begin_stream(self::stream(stream, "stream")?)?);
        Ok(())
    })
}

/// The stream before is current again. Errors: INVALID_HANDLE; INVALID_ARGUMENT when one begun after it is still open or
/// it was begun on another thread; nothing changes then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_cuda_stream_end(scope: *mut TendonCudaStreamScope) -> TensorStatus {
    call("tendon_cuda_stream_end", || scope::end_stream(scope))
}

/// Waits for all work of the stream. As torch.cuda.Stream.synchronize.
///
/// Errors: INVALID_HANDLE, INDEX for a bad index that one of its kernels met since it was last waited for (the element
/// was skipped), CUDA, CAPTURE.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_synchronize(stream: *const TendonCudaStream) -> TensorStatus {
    call("tendon_cuda_stream_synchronize", || self::stream(stream, "stream")?.synchronize())
}

/// Whether all work of the stream is done. Errors: INVALID_HANDLE, CUDA, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_is_done(stream: *const TendonCudaStream, out: *mut CBool) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tendon_cuda_stream_is_done", || unsafe {
        give(out, || Ok(self::stream(stream, "stream")?.is_done()?.into()))
    })
}

/// Later work of `stream` waits for what `other` has been given so far. The host does not wait. Errors: INVALID_HANDLE,
/// CUDA.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_wait_stream(
    stream: *const TendonCudaStream,
    other: *const TendonCudaStream,
) -> TensorStatus {
    call("tendon_cuda_stream_wait_stream", || self::stream(stream, "stream")?.wait_for(&*self::stream(other, "other")?))
}

/// Later work of `stream` waits for `event`. The host does not wait. Errors: INVALID_HANDLE, CUDA.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_stream_wait_event(
    stream: *const TendonCudaStream,
    event: *const TendonCudaEvent,
) -> TensorStatus {
    call("tendon_cuda_stream_wait_event", || self::stream(stream, "stream")?.wait_event(&*self::event(event, "event")?))
}

/// Makes an event of `device`; with `timing` it can tell times. As torch.cuda.Event.
///
/// Errors: DEVICE, CUDA_UNAVAILABLE, CUDA. `out`: new handle, release with tendon_cuda_event_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_event_create(
    device: i32,
    timing: CBool,
    out: *mut *mut TendonCudaEvent,
) -> TensorStatus {
    call("tendon_cuda_event_create", || {
        // SAFETY: the caller's variable.
        let out = unsafe { Output::new(out, "out")? };
        let event = Event::create(self::device(device, "device")?, timing != 0)?;
        out.set(border::token(Held::CudaEvent(Arc::new(event)))?);
        Ok(())
    })
}

/// Ends the handle. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_cuda_event_release(event: *mut TendonCudaEvent) -> TensorStatus {
    call("tendon_cuda_event_release", || border::release(event, Kind::CudaEvent, "event"))
}

/// The event becomes the point after what `stream`, of the same device, has been given so far. Errors: INVALID_HANDLE,
/// DEVICE, CUDA.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_event_record(
    event: *const TendonCudaEvent,
    stream: *const TendonCudaStream,
) -> TensorStatus {
    call("tendon_cuda_event_record", || self::event(event, "event")?.record(&*self::stream(stream, "stream")?))
}

/// Waits until the event is reached; at once if it was never recorded. Errors: INVALID_HANDLE, CUDA.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_event_synchronize(event: *const TendonCudaEvent) -> TensorStatus {
    call("tendon_cuda_event_synchronize", || self::event(event, "event")?.synchronize())
}

/// Whether the event is reached. Errors: INVALID_HANDLE, CUDA, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_event_is_done(event: *const TendonCudaEvent, out: *mut CBool) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tendon_cuda_event_is_done", || unsafe { give(out, || Ok(self::event(event, "event")?.query()?.into())) })
}

/// Milliseconds of device time between two recorded events with timing, both reached.
///
/// Errors: INVALID_HANDLE, CUDA (not reached yet, or made without timing), NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_event_elapsed(
    start: *const TendonCudaEvent,
    end: *const TendonCudaEvent,
    out: *mut f32,
) -> TensorStatus {
    let milliseconds = || {
        let start = event(start, "start")?;
        event(end, "end")?.since(&start)
    };
    // SAFETY: the caller's variable.
    call("tendon_cuda_event_elapsed", || unsafe { give(out, milliseconds) })
}

/// The event as CUDA knows it, a cudaEvent_t. `*out`: borrowed until the handle is released. Errors: INVALID_HANDLE,
/// NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_event_native(
    event: *const TendonCudaEvent,
    out: *mut *mut c_void,
) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tendon_cuda_event_native", || unsafe { native(out, || Ok(self::event(event, "event")?.raw().cast())) })
}
