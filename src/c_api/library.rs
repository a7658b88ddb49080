//! The library as a whole: version, errors, threads, memory.

use super::border::{self, call};
use super::handle;
use super::options::{self, TendonMemoryInfo};
use super::types::*;
use crate::cpu::fork::ForkMutex;
use crate::cpu::{memory, pool, simd};
use crate::{cuda, fail, random, storage, tensor};
use std::ffi::{CStr, c_char, c_void};
use std::ptr;

/// The version as text, "0.1.0". Lives for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_version_string() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The version in numbers. A pointer may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_version(major: *mut i32, minor: *mut i32, patch: *mut i32) {
    let parts = [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")];
    for (out, part) in [major, minor, patch].into_iter().zip(parts) {
        if !out.is_null() {
            // SAFETY: the caller's variable.
            unsafe { out.write(part.parse().unwrap_or(0)) };
        }
    }
}

/// Whether this build on this machine has a feature: "cpu", "cuda", "cublas", "cudnn", "avx2", "avx512", "neon",
/// "parallel_for". False for names that it does not know.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_has_feature(name: *const c_char) -> CBool {
    border::ask("tendon_has_feature", 0, || {
        border::not_null(name, "name")?;
        // SAFETY: not NULL, and NUL-terminated by the caller.
        Ok(has_feature(unsafe { CStr::from_ptr(name) }.to_bytes()).into())
    })
}

fn has_feature(name: &[u8]) -> bool {
    match name {
        b"cpu" | b"parallel_for" => true,
        b"cuda" => cuda::device_count().is_ok_and(|n| n > 0),
        b"cublas" => cuda::device_count().is_ok() && cuda::blas::library().is_ok(),
        b"cudnn" => cuda::device_count().is_ok() && cuda::dnn::library().is_ok(),
        b"avx2" => simd::level() >= simd::Level::V3,
        b"avx512" => simd::level() >= simd::Level::V4,
        b"neon" => cfg!(target_arch = "aarch64"),
        _ => false,
    }
}

/// How many threads a computation may use, this one included; at least 1. As torch.set_num_threads.
///
/// The default is what affinity and cgroup quota allow. Errors: INVALID_ARGUMENT.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_set_num_threads(n: i32) -> TensorStatus {
    call("tendon_set_num_threads", || match usize::try_from(n) {
        Ok(n @ 1..) => pool::set_num_threads(n),
        _ => fail!(INVALID_ARGUMENT, "n is {n}, expected at least 1"),
    })
}

/// How many threads a computation may use. As torch.get_num_threads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_num_threads() -> i32 {
    border::ask("tendon_num_threads", -1, || Ok(pool::num_threads().try_into().unwrap_or(i32::MAX)))
}

/// Parallel work runs through the host's `fn` from now on instead of the library's own threads; NULL = back to those.
///
/// `fn` must stay valid while calls run that began under it. Set it while no other thread computes.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_set_parallel_for(r#fn: TendonParallelForFn, user_data: *mut c_void) -> TensorStatus {
    call("tendon_set_parallel_for", || {
        // SAFETY: the caller promises what TendonParallelForFn says.
        unsafe { pool::set_host_parallel_for(r#fn.map(|f| (f, user_data))) };
        Ok(())
    })
}

/// Why the last failed call of this thread failed: "tensor_matmul: a is [2, 3] and b is [4, 5]: ...". "" when none did.
///
/// Borrowed until the next failing call of this thread. Successful calls leave it as it is. At most 1023 bytes, UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_last_error_message() -> *const c_char {
    border::last_error_message()
}

/// The status of the last failed call of this thread; TENSOR_OK when none did.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_last_error_status() -> TensorStatus {
    border::last_error_status()
}

/// Copies the message of tendon_last_error_message, cut to `capacity` bytes with its NUL.
///
/// Returns the bytes that the whole message needs, its NUL included. `buffer` may be NULL when `capacity` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_last_error_copy(buffer: *mut c_char, capacity: usize) -> usize {
    // SAFETY: NUL-terminated, and unchanged until the next failing call of this thread.
    let message = unsafe { CStr::from_ptr(border::last_error_message()) }.to_bytes_with_nul();
    if !buffer.is_null() && capacity > 0 {
        let n = capacity.min(message.len()) - 1;
        // SAFETY: `n + 1` is at most `capacity`.
        unsafe {
            ptr::copy_nonoverlapping(message.as_ptr().cast(), buffer, n);
            buffer.add(n).write(0);
        }
    }
    message.len()
}

/// Forgets the last error of this thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_clear_last_error() {
    border::clear_last_error()
}

/// The name of a status, "TENSOR_ERR_SHAPE"; "TENSOR_ERR_UNKNOWN" for other numbers. Lives for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_status_name(status: TensorStatus) -> *const c_char {
    status_name(status).as_ptr()
}

fn status_name(status: TensorStatus) -> &'static CStr {
    match status {
        TENSOR_OK => c"TENSOR_OK",
        TENSOR_ERR_INVALID_ARGUMENT => c"TENSOR_ERR_INVALID_ARGUMENT",
        TENSOR_ERR_NULL_POINTER => c"TENSOR_ERR_NULL_POINTER",
        TENSOR_ERR_INVALID_OPTIONS => c"TENSOR_ERR_INVALID_OPTIONS",
        TENSOR_ERR_INVALID_HANDLE => c"TENSOR_ERR_INVALID_HANDLE",
        TENSOR_ERR_SHAPE => c"TENSOR_ERR_SHAPE",
        TENSOR_ERR_DTYPE => c"TENSOR_ERR_DTYPE",
        TENSOR_ERR_DEVICE => c"TENSOR_ERR_DEVICE",
        TENSOR_ERR_NOT_ON_CPU => c"TENSOR_ERR_NOT_ON_CPU",
        TENSOR_ERR_INDEX => c"TENSOR_ERR_INDEX",
        TENSOR_ERR_NOT_FOUND => c"TENSOR_ERR_NOT_FOUND",
        TENSOR_ERR_NOT_CONTIGUOUS => c"TENSOR_ERR_NOT_CONTIGUOUS",
        TENSOR_ERR_OUT_OF_MEMORY => c"TENSOR_ERR_OUT_OF_MEMORY",
        TENSOR_ERR_READ_ONLY => c"TENSOR_ERR_READ_ONLY",
        TENSOR_ERR_MISALIGNED => c"TENSOR_ERR_MISALIGNED",
        TENSOR_ERR_OVERLAP => c"TENSOR_ERR_OVERLAP",
        TENSOR_ERR_OUT_OF_BOUNDS => c"TENSOR_ERR_OUT_OF_BOUNDS",
        TENSOR_ERR_AUTOGRAD => c"TENSOR_ERR_AUTOGRAD",
        TENSOR_ERR_MODIFIED => c"TENSOR_ERR_MODIFIED",
        TENSOR_ERR_GRAPH_FREED => c"TENSOR_ERR_GRAPH_FREED",
        TENSOR_ERR_CAPTURE => c"TENSOR_ERR_CAPTURE",
        TENSOR_ERR_IO => c"TENSOR_ERR_IO",
        TENSOR_ERR_FORMAT => c"TENSOR_ERR_FORMAT",
        TENSOR_ERR_CUDA => c"TENSOR_ERR_CUDA",
        TENSOR_ERR_CUDA_UNAVAILABLE => c"TENSOR_ERR_CUDA_UNAVAILABLE",
        TENSOR_ERR_CALLBACK => c"TENSOR_ERR_CALLBACK",
        TENSOR_ERR_CANCELLED => c"TENSOR_ERR_CANCELLED",
        TENSOR_ERR_UNSUPPORTED => c"TENSOR_ERR_UNSUPPORTED",
        TENSOR_ERR_INTERNAL => c"TENSOR_ERR_INTERNAL",
        _ => c"TENSOR_ERR_UNKNOWN",
    }
}

/// Where the messages of failed calls go as well; NULL = nowhere (the default). For all threads.
///
/// The one before may still be running on other threads when this returns.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_set_log_callback(r#fn: TendonLogFn, user_data: *mut c_void) -> TensorStatus {
    call("tendon_set_log_callback", || {
        *LOG.lock() = r#fn.map(|function| LogCallback { function, user_data });
        Ok(())
    })
}

static LOG: ForkMutex<Option<LogCallback>> = ForkMutex::new(None);

#[derive(Clone, Copy)]
pub(super) struct LogCallback {
    function: unsafe extern "C" fn(*mut c_void, i32, *const c_char),
    user_data: *mut c_void,
}

// SAFETY: the caller of tendon_set_log_callback has it called on any thread.
unsafe impl Send for LogCallback {}

/// The callback that is set, copied out: no lock is held when it is called.
pub(super) fn log_callback() -> Option<LogCallback> {
    *LOG.lock()
}

impl LogCallback {
    /// `message` is NUL-terminated.
    pub(super) fn call(self, level: i32, message: *const c_char) {
        // SAFETY: the caller of C promised a function with this signature.
        unsafe { (self.function)(self.user_data, level, message) }
    }
}

/// The random numbers of all threads start anew from `seed`. As torch.manual_seed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_manual_seed(seed: u64) -> TensorStatus {
    call("tendon_manual_seed", || {
        random::Generator::default_generator().set_seed(seed);
        Ok(())
    })
}

/// Tensors alive, those that only graphs hold included.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_live_tensor_count() -> i64 {
    tensor::live_count()
}

/// Pieces of memory that tensors use, borrowed ones included.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_live_storage_count() -> i64 {
    storage::live_count()
}

/// Handles of any kind that are not released yet. Takes time in proportion to the most there ever were.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_live_handle_count() -> i64 {
    handle::live_count()
}

/// Gives cached memory back to the system, that of the CPU (pinned too) and that of all CUDA devices; the number of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_release_cached_memory() -> i64 {
    border::ask("tendon_release_cached_memory", -1, || {
        let released = memory::release_cached() + cuda::release_cached();
        Ok(released.try_into().unwrap_or(i64::MAX))
    })
}

/// How much CPU memory the library uses, in bytes; borrowed memory does not count. `out->struct_size` must be set.
///
/// Errors: NULL_POINTER, INVALID_OPTIONS.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_memory_info(out: *mut TendonMemoryInfo) -> TensorStatus {
    // SAFETY: the caller's struct, as large as its `struct_size` says.
    call("tendon_memory_info", || unsafe { options::write(out, memory_info()) })
}

fn memory_info() -> TendonMemoryInfo {
    let stats = memory::stats();
    let bytes = |n: usize| n.try_into().unwrap_or(i64::MAX);
    TendonMemoryInfo {
        struct_size: 0,
        reserved: 0,
        live_bytes: bytes(stats.live_bytes),
        cached_bytes: bytes(stats.cached_bytes),
        peak_bytes: bytes(stats.peak_bytes),
    }
}
