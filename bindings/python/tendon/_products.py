"""Matrix products, softmax and losses."""

from operator import index

from . import _api
from ._arguments import either
from ._documents import from_header
from ._dtypes import as_dtype
from ._shapes import dim_in
from ._tensor import handle_of, wrap

__all__ = ["cross_entropy", "dot", "linear", "log_softmax", "matmul", "mm", "mse_loss", "outer", "softmax", "vecdot"]

_REDUCTION = {"mean": _api.TENSOR_REDUCTION_MEAN, "sum": _api.TENSOR_REDUCTION_SUM, "none": _api.TENSOR_REDUCTION_NONE}


@from_header("tensor_matmul")
def matmul(a, b):
    return wrap(_api.tensor_matmul(handle_of(a, "a"), handle_of(b, "b")))


def mm(a, b):
    """mm(a, b)

    The product of two matrices: see matmul. As torch.mm."""
    return matmul(a, b)


def dot(a, b):
    """dot(a, b)

    The product of two vectors, a number. As torch.dot."""
    if _api.tensor_ndim(handle_of(a, "a")) != 1 or _api.tensor_ndim(handle_of(b, "b")) != 1:
        raise ValueError(f"dot is for two tensors of rank 1, not {list(a.shape)} and {list(b.shape)}: see matmul")
    return matmul(a, b)


def outer(a, b):
    """outer(a, b)

    a[i] * b[j] of two vectors. As torch.outer."""
    if _api.tensor_ndim(handle_of(a, "a")) != 1 or _api.tensor_ndim(handle_of(b, "b")) != 1:
        raise ValueError(f"outer is for two tensors of rank 1, not {list(a.shape)} and {list(b.shape)}")
    column = wrap(_api.tensor_unsqueeze(a._handle, 1))
    return wrap(_api.tensor_mul(column._handle, b._handle))


def vecdot(a, b, *, axis=-1, dim=None):
    """vecdot(a, b, *, axis=-1, dim=None)

    The sum of products along `axis`, the other dims broadcast. As torch.linalg.vecdot, for real numbers."""
    axis = axis if dim is None else dim
    if axis >= 0:
        # Counted from the front it is of the operand of lower rank no more than of the other.
        ranks = _api.tensor_ndim(handle_of(a, "a")), _api.tensor_ndim(handle_of(b, "b"))
        axis = dim_in(axis, min(ranks)) - min(ranks)
    n, m = _api.tensor_size(handle_of(a, "a"), axis), _api.tensor_size(handle_of(b, "b"), axis)
    if n != m:
        raise ValueError(f"vecdot: sizes {n} and {m} of axis {axis} differ")
    product = wrap(_api.tensor_mul(a._handle, b._handle))
    options = {} if product.dtype.kind == "f" else {"dtype": product.dtype.number}
    return wrap(_api.tensor_sum(product._handle, [axis], **options))


@from_header("tensor_linear")
def linear(x, weight, bias=None):
    return wrap(
        _api.tensor_linear(handle_of(x), handle_of(weight, "weight"), None if bias is None else handle_of(bias, "bias"))
    )


def _softmax_options(dtype):
    return {} if dtype is None else {"dtype": as_dtype(dtype).number}


@from_header("tensor_softmax")
def softmax(x, dim=None, dtype=None, *, axis=None):
    """Without `dim` along the last one."""
    dim = either(dim, axis)
    return wrap(_api.tensor_softmax(handle_of(x), -1 if dim is None else index(dim), **_softmax_options(dtype)))


@from_header("tensor_log_softmax")
def log_softmax(x, dim=None, dtype=None, *, axis=None):
    """Without `dim` along the last one."""
    dim = either(dim, axis)
    return wrap(_api.tensor_log_softmax(handle_of(x), -1 if dim is None else index(dim), **_softmax_options(dtype)))


def _reduction(name):
    try:
        return _REDUCTION[name]
    except (KeyError, TypeError):
        raise ValueError(f'reduction must be "mean", "sum" or "none", not {name!r}') from None


@from_header("tensor_cross_entropy")
def cross_entropy(input, target, weight=None, *, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    options = {}
    if weight is not None:
        options["weight"] = handle_of(weight, "weight")
    if ignore_index != -100:
        options["ignore_index"] = index(ignore_index)
    if reduction != "mean":
        options["reduction"] = _reduction(reduction)
    if label_smoothing:
        options["label_smoothing"] = float(label_smoothing)
    return wrap(_api.tensor_cross_entropy(handle_of(input, "input"), handle_of(target, "target"), **options))


@from_header("tensor_mse_loss")
def mse_loss(input, target, *, reduction="mean"):
    options = {} if reduction == "mean" else {"reduction": _reduction(reduction)}
    return wrap(_api.tensor_mse_loss(handle_of(input, "input"), handle_of(target, "target"), **options))
