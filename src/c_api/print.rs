//! A tensor as text.

use super::border::{self, call, tensor};
use super::options::{self, TensorPrintOptions};
use super::types::*;
use crate::error::Result;
use crate::fail;
use crate::print;
use std::ffi::c_char;

/// Writes the tensor as PyTorch prints it, with a NUL at the end.
///
/// `*needed` is set to the bytes of the text, its NUL included; `needed` may be NULL. `buffer` may be NULL when `capacity`
/// is 0, to ask for the size. Errors: INVALID_HANDLE, INVALID_ARGUMENT when `capacity` is less than needed (then nothing
/// is written to `buffer`), INVALID_OPTIONS, OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_to_string(
    x: *const Tensor,
    options: *const TensorPrintOptions,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> TensorStatus {
    call("tensor_to_string", || {
        // SAFETY: the caller's options.
        let text = print::to_string(&tensor(x, "x")?, &settings(unsafe { options::read(options)? })?)?;
        let size = text.len() + 1;
        if !needed.is_null() {
            // SAFETY: the caller's variable.
            unsafe { border::put(needed, size)? };
        }
        if buffer.is_null() && capacity == 0 && !needed.is_null() {
            return Ok(());
        }
        border::not_null(buffer, "buffer")?;
        if capacity < size {
            fail!(INVALID_ARGUMENT, "capacity is {capacity}, the text needs {size} bytes");
        }
        // SAFETY: room for `capacity` bytes, which is enough.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr().cast(), buffer, text.len());
            buffer.add(text.len()).write(0);
        }
        Ok(())
    })
}

fn settings(o: TensorPrintOptions) -> Result<print::Options> {
    let line_width = usize::try_from(o.line_width).ok();
    match (usize::try_from(o.precision), line_width) {
        (Ok(precision @ 0..=64), Some(line_width)) if o.threshold >= 0 && o.edge_items >= 0 => {
            Ok(print::Options { precision, threshold: o.threshold, edge_items: o.edge_items, line_width })
        }
        _ => fail!(
            INVALID_OPTIONS,
            "options are precision {}, threshold {}, edge_items {}, line_width {}: expected no negative number, and a \
             precision of at most 64",
            o.precision,
            o.threshold,
            o.edge_items,
            o.line_width
        ),
    }
}
