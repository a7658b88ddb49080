//! The mock driver's own functions (tests/cuda/mock/mock_cuda.h), when it is the driver of this process.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

/// `MockCudaStats`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    pub calls: i64,
    pub allocations: i64,
    pub frees: i64,
    pub live_blocks: i64,
    pub live_bytes: i64,
    pub peak_bytes: i64,
    pub host_allocations: i64,
    pub host_frees: i64,
    pub host_live_blocks: i64,
    pub host_live_bytes: i64,
    pub launches: i64,
    pub copies_to_device: i64,
    pub copies_to_host: i64,
    pub copies_on_device: i64,
    pub copies_between_devices: i64,
    pub copied_bytes: i64,
    pub fills: i64,
    pub waits: i64,
    pub events_made: i64,
    pub events_live: i64,
    pub streams_made: i64,
    pub streams_live: i64,
    pub modules_live: i64,
    pub contexts_live: i64,
    pub pending: i64,
    pub violations: i64,
}

/// A function of a library that is loaded, or can be.
pub fn symbol(library: &CStr, name: &CStr) -> Option<*mut c_void> {
    let handle = unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_NOW) };
    assert!(!handle.is_null(), "{library:?} cannot be loaded");
    let symbol = unsafe { libc::dlsym(handle, name.as_ptr()) };
    if symbol.is_null() { None } else { Some(symbol) }
}

macro_rules! call {
    ($name:literal: fn($($type:ty),*) $(-> $result:ty)?, $($argument:expr),*) => {{
        let f = symbol(c"libcuda.so.1", $name).expect("the driver is the mock");
        let f: unsafe extern "C" fn($($type),*) $(-> $result)? = unsafe { std::mem::transmute(f) };
        unsafe { f($($argument),*) }
    }};
}

pub fn stats() -> Stats {
    let mut s = Stats::default();
    call!(c"mock_cuda_stats": fn(*mut Stats), &mut s);
    s
}

/// How often a kernel was launched.
pub fn launches_of(kernel: &str) -> i64 {
    let kernel = CString::new(kernel).unwrap();
    call!(c"mock_cuda_launches": fn(*const c_char) -> i64, kernel.as_ptr())
}

/// The nth call (0: the next) of a driver function whose name begins so fails with `code`, and the calls of it after
/// that, `times` in all.
pub fn fail(function: &str, nth: u64, times: u64, code: i32) {
    let name = CString::new(function).unwrap();
    call!(c"mock_cuda_fail": fn(*const c_char, i64, i64, c_int), name.as_ptr(), nth as i64, times as i64, code);
}

/// Takes that back.
pub fn fail_no_more(function: &str) {
    let name = CString::new(function).unwrap();
    call!(c"mock_cuda_fail": fn(*const c_char, i64, i64, c_int), name.as_ptr(), -1, 0, 0);
}

/// How many calls have failed by order.
pub fn failed() -> i64 {
    call!(c"mock_cuda_failed": fn() -> i64,)
}

/// The device is lost at the nth call from now on that needs it.
pub fn lose_device(nth: u64) {
    call!(c"mock_cuda_lose_device": fn(i64), nth as i64);
}

/// The nth launch from now on crashes when it runs.
pub fn crash_launch(nth: u64) {
    call!(c"mock_cuda_crash_launch": fn(i64), nth as i64);
}

/// Misuse so far, after a look at the guards of all blocks.
pub fn misuse() -> i64 {
    call!(c"mock_cuda_check": fn() -> i64,)
}

/// Products that the mock of cublasLt computed.
pub fn cublaslt_products() -> i64 {
    let f = symbol(c"libcublasLt.so.12", c"mock_cublaslt_products").expect("cublasLt is the mock");
    let f: unsafe extern "C" fn() -> i64 = unsafe { std::mem::transmute(f) };
    unsafe { f() }
}

/// How often it was asked which algorithm fits.
pub fn cublaslt_heuristics() -> i64 {
    let f = symbol(c"libcublasLt.so.12", c"mock_cublaslt_heuristics").expect("cublasLt is the mock");
    let f: unsafe extern "C" fn() -> i64 = unsafe { std::mem::transmute(f) };
    unsafe { f() }
}
