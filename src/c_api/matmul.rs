//! Matrix products.

use super::border::{ask, call, emit, optional_tensor, tensor};
use super::types::*;
use crate::cuda::gemm;
use crate::fail;
use crate::ops::matmul;

/// The matrix product. As torch.matmul.
///
/// [..., n, k] by [..., k, m] gives [..., n, m], with the leading dimensions broadcast; a tensor of rank 1 counts as
/// a row on the left and a column on the right. Dtypes must be equal. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_matmul(a: *const Tensor, b: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_matmul", out, || matmul::matmul(&tensor(a, "a")?, &tensor(b, "b")?)) }
}

/// x times the transpose of weight, plus bias. As torch.nn.functional.linear.
///
/// `x` is [..., in], `weight` [out, in], `bias` [out] or NULL; the result is [..., out]. Errors: INVALID_HANDLE,
/// SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_linear(
    x: *const Tensor,
    weight: *const Tensor,
    bias: *const Tensor,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_linear", out, || {
            let bias = optional_tensor(bias, "bias")?;
            matmul::linear(&tensor(x, "x")?, &tensor(weight, "weight")?, bias.as_ref())
        })
    }
}

/// How products of f32 matrices are computed on CUDA devices from now on, by all threads: one of TENDON_PRECISION_...
/// As torch.set_float32_matmul_precision; at first TENDON_PRECISION_HIGHEST. The CPU always computes in f32.
///
/// Errors: INVALID_ARGUMENT.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tendon_set_float32_matmul_precision(precision: i32) -> TensorStatus {
    call("tendon_set_float32_matmul_precision", || {
        gemm::set_float32_precision(match precision {
            TENDON_PRECISION_HIGHEST => gemm::Precision::Highest,
            TENDON_PRECISION_HIGH => gemm::Precision::High,
            _ => fail!(INVALID_ARGUMENT, "precision is {precision}, expected one of TENDON_PRECISION_..."),
        });
        Ok(())
    })
}

/// How products of f32 matrices are computed on CUDA devices. As torch.get_float32_matmul_precision.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tendon_float32_matmul_precision() -> i32 {
    ask("tendon_float32_matmul_precision", -1, || {
        Ok(match gemm::float32_precision() {
            gemm::Precision::Highest => TENDON_PRECISION_HIGHEST,
            gemm::Precision::High => TENDON_PRECISION_HIGH,
        })
    })
}
