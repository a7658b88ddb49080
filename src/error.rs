//! The error that every fallible function of the crate returns: a frozen status number and a sentence.
//!
//! A message says what was expected and what was found; the name of the C function that failed is put in front of it
//! once, at the border (`c_api::border`).

use std::fmt::Write;

/// Status numbers of the C API. Frozen; in ranges of 100 by theme, so that `status / 100` names the theme.
pub type Status = i32;

pub mod status {
    use super::Status;
    pub const OK: Status = 0;
    pub const INVALID_ARGUMENT: Status = 100;
    pub const NULL_POINTER: Status = 101;
    pub const INVALID_OPTIONS: Status = 102;
    pub const INVALID_HANDLE: Status = 200;
    pub const SHAPE: Status = 300;
    pub const DTYPE: Status = 400;
    pub const DEVICE: Status = 500;
    pub const NOT_ON_CPU: Status = 501;
    pub const INDEX: Status = 600;
    pub const NOT_FOUND: Status = 601;
    pub const NOT_CONTIGUOUS: Status = 700;
    pub const OUT_OF_MEMORY: Status = 800;
    pub const READ_ONLY: Status = 801;
    pub const MISALIGNED: Status = 802;
    pub const OVERLAP: Status = 803;
    pub const OUT_OF_BOUNDS: Status = 804;
    pub const AUTOGRAD: Status = 900;
    pub const MODIFIED: Status = 901;
    pub const GRAPH_FREED: Status = 902;
    pub const CAPTURE: Status = 1000;
    pub const IO: Status = 1100;
    pub const FORMAT: Status = 1200;
    pub const CUDA: Status = 1300;
    pub const CUDA_UNAVAILABLE: Status = 1301;
    pub const CALLBACK: Status = 1400;
    pub const CANCELLED: Status = 1500;
    pub const UNSUPPORTED: Status = 1600;
    pub const INTERNAL: Status = 1700;
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct Error {
    status: Status,
    /// Empty when there was no memory for the words of OUT_OF_MEMORY.
    message: String,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn new(status: Status, message: impl Into<String>) -> Error {
        Error { status, message: message.into() }
    }

    pub fn status(&self) -> Status {
        self.status
    }

    pub fn message(&self) -> &str {
        if self.message.is_empty() && self.status == status::OUT_OF_MEMORY { "out of memory" } else { &self.message }
    }

    /// The same error with `prefix: ` before its sentence.
    pub fn within(mut self, prefix: &str) -> Error {
        if self.status == status::OUT_OF_MEMORY
            && (self.message.is_empty() || self.message.try_reserve(prefix.len() + 2).is_err())
        {
            return self;
        }
        self.message.insert_str(0, ": ");
        self.message.insert_str(0, prefix);
        self
    }

    /// Of all errors this one must not need memory: where there is none for its words, it goes without.
    pub fn out_of_memory(bytes: usize) -> Error {
        let mut message = String::new();
        if message.try_reserve(64).is_ok() {
            // Within the capacity: 20 digits at most.
            let _ = write!(message, "out of memory: {bytes} bytes asked for");
        }
        Error { status: status::OUT_OF_MEMORY, message }
    }
}

/// `fail!(SHAPE, "a is {:?}", shape)` returns early with an [`Error`]; the first word is a constant of [`status`].
#[macro_export]
macro_rules! fail {
    ($status:ident, $($format:tt)+) => {
        return Err($crate::error::Error::new($crate::error::status::$status, format!($($format)+)))
    };
}
