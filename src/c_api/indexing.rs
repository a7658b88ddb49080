//! Reading and adding at places that a tensor names.

use super::border::{emit, tensor};
use super::types::*;
use crate::ops::index;

/// The places of `dim` that `index` names, in its order. As torch.index_select.
///
/// `index` is i64 or i32 of rank 1. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX, OUT_OF_MEMORY. `out`: new
/// reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_index_select(
    x: *const Tensor,
    dim: i64,
    index: *const Tensor,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_index_select", out, || index::index_select(&tensor(x, "x")?, dim, &tensor(index, "index")?)) }
}

/// out[i][j] = x[index[i][j]][j] for dim 0, and so on. As torch.gather.
///
/// `index` is i64 or i32, of the rank of `x`, and no larger than `x` except along `dim`; the result has its shape.
/// Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX, OUT_OF_MEMORY. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_gather(
    x: *const Tensor,
    dim: i64,
    index: *const Tensor,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_gather", out, || index::gather(&tensor(x, "x")?, dim, &tensor(index, "index")?)) }
}

/// A copy of `x` with out[index[i][j]][j] += src[i][j] for dim 0, and so on. As torch.scatter_add.
///
/// `index` is i64 or i32; `src` has the dtype of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_scatter_add(
    x: *const Tensor,
    dim: i64,
    index: *const Tensor,
    src: *const Tensor,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_scatter_add", out, || {
            index::scatter_add(&tensor(x, "x")?, dim, &tensor(index, "index")?, &tensor(src, "src")?)
        })
    }
}

/// A copy of `x` with the places of `src` along `dim` added at the places that `index` names. As torch.index_add.
///
/// `index` is i64 or i32 of rank 1; `src` has the dtype of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX,
/// OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_index_add(
    x: *const Tensor,
    dim: i64,
    index: *const Tensor,
    src: *const Tensor,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_index_add", out, || {
            index::index_add(&tensor(x, "x")?, dim, &tensor(index, "index")?, &tensor(src, "src")?)
        })
    }
}

/// A new last dimension of size `classes` with 1 at the index and 0 elsewhere, in i64. As
/// torch.nn.functional.one_hot.
///
/// `index` is i64 or i32; -1 classes = one more than the largest index. Errors: INVALID_HANDLE, SHAPE, DTYPE,
/// DEVICE, INDEX, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_one_hot(index: *const Tensor, classes: i64, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_one_hot", out, || index::one_hot(&tensor(index, "index")?, classes)) }
}
