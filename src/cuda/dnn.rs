//! cuDNN, where it is there: the backend API of version 9, through which graphs of operations are planned and run.

use super::Queue;
use super::libraries;
use super::library::{c_name, symbols};
use crate::error::{Error, Result, status};
use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::{Mutex, OnceLock};

pub type Handle = *mut c_void;
pub type Descriptor = *mut c_void;

symbols! {
    /// What building and running an operation graph takes.
    Dnn {
        cudnnCreate(*mut Handle);
        cudnnSetStream(Handle, *mut c_void);
        cudnnBackendCreateDescriptor(c_int, *mut Descriptor);
        cudnnBackendSetAttribute(Descriptor, c_int, c_int, i64, *const c_void);
        cudnnBackendGetAttribute(Descriptor, c_int, c_int, i64, *mut i64, *mut c_void);
        cudnnBackendFinalize(Descriptor);
        cudnnBackendExecute(Handle, Descriptor, Descriptor);
        cudnnBackendDestroyDescriptor(Descriptor);
    } optional {
        cudnnGetLastErrorString(*mut c_char, usize);
    }
}

/// The library, or why there is none.
pub fn library() -> std::result::Result<&'static Dnn, &'static str> {
    static LIBRARY: OnceLock<std::result::Result<Dnn, String>> = OnceLock::new();
    let load = || Dnn::load(&libraries::candidates(&["libcudnn.so.9"], "cudnn")?);
    LIBRARY.get_or_init(load).as_ref().map_err(String::as_str)
}

/// One handle per device; whoever holds the lock has set its stream.
static HANDLES: Mutex<Vec<(u32, Ready)>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct Ready(Handle);
// SAFETY: a handle of the library, used under the lock only.
unsafe impl Send for Ready {}

/// Runs `body` with the library's handle for the queue's device, set to its stream.
pub fn with_handle<R>(queue: &Queue, body: impl FnOnce(&'static Dnn, Handle) -> Result<R>) -> Result<R> {
    let dnn = library().map_err(|why| Error::new(status::UNSUPPORTED, format!("cuDNN is not there: {why}")))?;
    let mut handles = HANDLES.lock().unwrap_or_else(|e| e.into_inner());
    let Ready(handle) = match handles.iter().find(|(ordinal, _)| *ordinal == queue.ordinal()) {
        Some((_, ready)) => *ready,
        None => {
            let mut handle = null_mut();
            // SAFETY: the library's function with its documented arguments; the device's context is current.
            dnn.check("cudnnCreate", unsafe { (dnn.cudnnCreate)(&mut handle) })?;
            handles.push((queue.ordinal(), Ready(handle)));
            Ready(handle)
        }
    };
    // SAFETY: as above.
    dnn.check("cudnnSetStream", unsafe { (dnn.cudnnSetStream)(handle, queue.stream().raw().cast()) })?;
    body(dnn, handle)
}

impl Dnn {
    /// `result` of the function `what` as an error.
    pub fn check(&self, what: &str, result: c_int) -> Result<()> {
        if result == 0 {
            return Ok(());
        }
        let mut text = [0u8; 512];
        if let Some(last_error) = self.cudnnGetLastErrorString {
            // SAFETY: as much room as is said.
            unsafe { last_error(text.as_mut_ptr().cast(), text.len()) };
        }
        let words = text.split(|&b| b == 0).next().unwrap_or(&[]);
        Err(Error::new(status::CUDA, format!("{what} failed with status {result}: {}", String::from_utf8_lossy(words))))
    }
}
