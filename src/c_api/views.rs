//! Other shapes of the same elements, and joining.

use super::border::{self, call, emit, sizes, tensor};
use super::types::*;
use crate::error::Result;
use crate::fail;
use crate::list;
use crate::ops::view::Pieces;
use crate::ops::{join, view};
use crate::tensor::Tensor as Value;

/// Hands out as many views as there are, if there is room for all.
///
/// # Safety
/// `out` is NULL or has room for `capacity` handles, `count` is NULL or writable.
unsafe fn hand_out_list(
    name: &str,
    x: *const Tensor,
    plan: impl FnOnce(&Value) -> Result<Pieces>,
    out: *mut *mut Tensor,
    capacity: usize,
    count: *mut usize,
) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's promise.
        unsafe { border::clear_all(out, capacity)? };
        border::not_null(count, "count")?;
        let x = tensor(x, "x")?;
        let pieces = plan(&x)?;
        let n = pieces.count as usize;
        // SAFETY: not NULL.
        unsafe { border::put(count, n)? };
        if n > capacity {
            fail!(INVALID_ARGUMENT, "capacity is {capacity}, there are {n} tensors");
        }
        let values = list::collect(pieces.make(&x)?.into_iter().map(Some))?;
        // SAFETY: room for `capacity` handles, and `n` is no more.
        unsafe { border::hand_out_all(values, out) }
    })
}

/// The elements in C order under another shape; one size may be -1, which is then worked out. As torch.reshape.
///
/// A view where the strides allow it, else a copy. Errors: INVALID_HANDLE, SHAPE when the numbers of elements
/// differ. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_reshape(
    x: *const Tensor,
    shape: *const i64,
    ndim: usize,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_reshape", out, || view::reshape(&tensor(x, "x")?, sizes(shape, ndim, "shape")?)) }
}

/// The elements in C order under another shape, without a copy; one size may be -1. As torch.Tensor.view.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE when the numbers of elements differ,
/// NOT_CONTIGUOUS when the strides do not allow it: use tensor_reshape. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_view(
    x: *const Tensor,
    shape: *const i64,
    ndim: usize,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_view", out, || view::view(&tensor(x, "x")?, sizes(shape, ndim, "shape")?)) }
}

/// Sizes of 1 stretched to the sizes of `shape`, new dimensions in front; -1 keeps a size. As torch.Tensor.expand.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_expand(
    x: *const Tensor,
    shape: *const i64,
    ndim: usize,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_expand", out, || view::expand(&tensor(x, "x")?, sizes(shape, ndim, "shape")?)) }
}

/// The dimensions from `start_dim` to `end_dim`, both included, as one. As torch.flatten; 0 and -1 flatten all.
///
/// A view where the strides allow it, else a copy. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_flatten(
    x: *const Tensor,
    start_dim: i64,
    end_dim: i64,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_flatten", out, || view::flatten(&tensor(x, "x")?, start_dim, end_dim)) }
}

/// Two dimensions swapped. As torch.transpose.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_transpose(
    x: *const Tensor,
    dim0: i64,
    dim1: i64,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_transpose", out, || view::transpose(&tensor(x, "x")?, dim0, dim1)) }
}

/// The dimensions in the order of `dims`, which names each once. As torch.permute.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, NULL_POINTER. `out`: new reference, release
/// with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_permute(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_permute", out, || view::permute(&tensor(x, "x")?, sizes(dims, ndims, "dims")?)) }
}

/// Without the dimensions of size 1 among `dims`; NULL or none = all of size 1. As torch.squeeze.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_squeeze(
    x: *const Tensor,
    dims: *const i64,
    ndims: usize,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_squeeze", out, || view::squeeze(&tensor(x, "x")?, border::dims(dims, ndims)?)) }
}

/// With a new dimension of size 1 before `dim`; negative dims count from the end of the new shape. As
/// torch.unsqueeze.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_unsqueeze(x: *const Tensor, dim: i64, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_unsqueeze", out, || view::unsqueeze(&tensor(x, "x")?, dim)) }
}

/// The part at `index` of `dim`, which disappears; -1 is the last. As torch.select.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INDEX. `out`: new reference, release with
/// tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_select(x: *const Tensor, dim: i64, index: i64, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_select", out, || view::select(&tensor(x, "x")?, dim, index)) }
}

/// start, start + step, ... before `end` along `dim`. As x[start:end:step] in PyTorch: bounds count from the end when
/// negative and are cut to the size (INT64_MAX = to the end); step is at least 1.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT. `out`: new reference,
/// release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_slice(
    x: *const Tensor,
    dim: i64,
    start: i64,
    end: i64,
    step: i64,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_slice", out, || view::slice(&tensor(x, "x")?, dim, start, end, step)) }
}

/// `length` places from `start` along `dim`. As torch.narrow.
///
/// A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INDEX when they leave the dimension. `out`:
/// new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_narrow(
    x: *const Tensor,
    dim: i64,
    start: i64,
    length: i64,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { emit("tensor_narrow", out, || view::narrow(&tensor(x, "x")?, dim, start, length)) }
}

/// Views of `size` places each along `dim`, the last one smaller if need be. As torch.split.
///
/// `out` has room for `capacity` handles; `*count` is set to how many views there are. INVALID_ARGUMENT, and no
/// handle, when there are more than `capacity`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT, NULL_POINTER. Each
/// handle: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_split(
    x: *const Tensor,
    size: i64,
    dim: i64,
    out: *mut *mut Tensor,
    capacity: usize,
    count: *mut usize,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { hand_out_list("tensor_split", x, |x| Pieces::split(x, size, dim), out, capacity, count) }
}

/// At most `chunks` views of equal size along `dim`, the last one smaller if need be. As torch.chunk.
///
/// `out` has room for `capacity` handles; `*count` is set to how many views there are. INVALID_ARGUMENT, and no
/// handle, when there are more than `capacity`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT, NULL_POINTER. Each
/// handle: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_chunk(
    x: *const Tensor,
    chunks: i64,
    dim: i64,
    out: *mut *mut Tensor,
    capacity: usize,
    count: *mut usize,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe { hand_out_list("tensor_chunk", x, |x| Pieces::chunk(x, chunks, dim), out, capacity, count) }
}

/// The tensors one after another along `dim`, in which alone they may differ. As torch.cat.
///
/// A copy; the dtype is the promotion of all. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT when
/// there are none, NULL_POINTER. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_cat(
    tensors: *const *const Tensor,
    n: usize,
    dim: i64,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_cat", out, || {
            let tensors = border::tensors(tensors, n, "tensors")?;
            join::cat(&list::collect(tensors.iter())?, dim)
        })
    }
}

/// The tensors, all of one shape, along a new dimension `dim`. As torch.stack.
///
/// A copy; the dtype is the promotion of all. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT when
/// there are none, NULL_POINTER. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_stack(
    tensors: *const *const Tensor,
    n: usize,
    dim: i64,
    out: *mut *mut Tensor,
) -> TensorStatus {
    // SAFETY: the caller's pointers, as documented.
    unsafe {
        emit("tensor_stack", out, || {
            let tensors = border::tensors(tensors, n, "tensors")?;
            join::stack(&list::collect(tensors.iter())?, dim)
        })
    }
}
