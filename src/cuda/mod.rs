//! The second device. This build holds no device code: every request answers CUDA_UNAVAILABLE with the reason.

#[allow(dead_code, reason = "the launchers use it")]
pub mod nest;

use crate::error::{Error, Result, status};
use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

/// An ordered stream of work on one CUDA device: what `apply` asks for once per op.
pub struct Queue {
    ordinal: u32,
}

impl Queue {
    pub fn ordinal(&self) -> u32 {
        self.ordinal
    }
}

/// The current queue of this thread on device `ordinal`.
pub fn queue(ordinal: u32) -> Result<Queue> {
    Err(unavailable(ordinal))
}

/// How many CUDA devices there are.
pub fn device_count() -> Result<u32> {
    Err(Error::new(status::CUDA_UNAVAILABLE, format!("CUDA is unavailable: {}", reason())))
}

/// Why device `ordinal` cannot be used.
pub fn unavailable(ordinal: u32) -> Error {
    Error::new(status::CUDA_UNAVAILABLE, format!("cuda:{ordinal} is unavailable: {}", reason()))
}

/// What the loader said, found out once.
fn reason() -> &'static str {
    static REASON: OnceLock<String> = OnceLock::new();
    REASON.get_or_init(|| {
        if std::env::var_os("TENDON_DISABLE_CUDA").is_some_and(|v| v == "1") {
            return "TENDON_DISABLE_CUDA=1 is set".into();
        }
        match load(c"libcuda.so.1") {
            Ok(()) => {
                "the driver is present (libcuda.so.1), but this build of the library holds no CUDA kernels".into()
            }
            Err(loader) => format!("the driver library could not be loaded ({loader})"),
        }
    })
}

/// Whether the dynamic loader finds `library`; its own words if not.
fn load(library: &CStr) -> std::result::Result<(), String> {
    // SAFETY: a NUL-terminated name. The library's initialisers run, as for any user of the driver.
    let handle = unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL) };
    if !handle.is_null() {
        // SAFETY: opened just above.
        unsafe { libc::dlclose(handle) };
        return Ok(());
    }
    // SAFETY: dlerror returns NULL or a string that lives until the next dl call of this thread.
    let words: *const c_char = unsafe { libc::dlerror() };
    if words.is_null() {
        return Err(format!("{}: unknown reason", library.to_string_lossy()));
    }
    // SAFETY: as above.
    Err(unsafe { CStr::from_ptr(words) }.to_string_lossy().into_owned())
}
