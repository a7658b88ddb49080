//! Which devices there are.

use super::border::{self, call};
use super::types::TensorStatus;
use crate::cuda;

/// How many CUDA devices there are. Errors: CUDA_UNAVAILABLE when CUDA cannot be used; the message says why.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_cuda_device_count(out: *mut i32) -> TensorStatus {
    call("tendon_cuda_device_count", || {
        border::not_null(out, "out")?;
        let count = cuda::device_count()?.try_into().unwrap_or(i32::MAX);
        // SAFETY: the caller's variable, not NULL.
        unsafe { border::put(out, count) }
    })
}
