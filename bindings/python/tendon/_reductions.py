"""Sums, means, extremes, variances: dims by `dim=` and `keepdim=` as in PyTorch, or `axis=` and `keepdims=` as in
NumPy. `out` is there because NumPy's own functions pass it to tensors; it must be None."""

from operator import index

from . import _api
from ._arguments import dims_of, either, reduce_options
from ._convert import to
from ._documents import from_header
from ._tensor import handle_of, wrap

__all__ = ["all", "amax", "amin", "any", "argmax", "argmin", "max", "mean", "min", "std", "sum", "var"]


@from_header("tensor_sum")
def sum(x, dim=None, keepdim=False, *, dtype=None, axis=None, keepdims=False, out=None):
    return wrap(_api.tensor_sum(handle_of(x), dims_of(either(dim, axis)), **reduce_options(keepdim, keepdims, dtype, out)))


@from_header("tensor_mean")
def mean(x, dim=None, keepdim=False, *, dtype=None, axis=None, keepdims=False, out=None):
    return wrap(_api.tensor_mean(handle_of(x), dims_of(either(dim, axis)), **reduce_options(keepdim, keepdims, dtype, out)))


@from_header("tensor_max")
def max(x, dim=None, keepdim=False, *, axis=None, keepdims=False, out=None):
    """The values alone, as numpy.max and torch.amax: where they are says argmax."""
    return wrap(_api.tensor_max(handle_of(x), dims_of(either(dim, axis)), **reduce_options(keepdim, keepdims, out=out)))


@from_header("tensor_min")
def min(x, dim=None, keepdim=False, *, axis=None, keepdims=False, out=None):
    """The values alone, as numpy.min and torch.amin: where they are says argmin."""
    return wrap(_api.tensor_min(handle_of(x), dims_of(either(dim, axis)), **reduce_options(keepdim, keepdims, out=out)))


amax, amin = max, min


@from_header("tensor_any")
def any(x, dim=None, keepdim=False, *, axis=None, keepdims=False, out=None):
    return wrap(_api.tensor_any(handle_of(x), dims_of(either(dim, axis)), **reduce_options(keepdim, keepdims, out=out)))


@from_header("tensor_all")
def all(x, dim=None, keepdim=False, *, axis=None, keepdims=False, out=None):
    return wrap(_api.tensor_all(handle_of(x), dims_of(either(dim, axis)), **reduce_options(keepdim, keepdims, out=out)))


def _one(dim):
    return None if dim is None else index(dim)


@from_header("tensor_argmax")
def argmax(x, dim=None, keepdim=False, *, axis=None, keepdims=False, out=None):
    return wrap(_api.tensor_argmax(handle_of(x), _one(either(dim, axis)), **reduce_options(keepdim, keepdims, out=out)))


@from_header("tensor_argmin")
def argmin(x, dim=None, keepdim=False, *, axis=None, keepdims=False, out=None):
    return wrap(_api.tensor_argmin(handle_of(x), _one(either(dim, axis)), **reduce_options(keepdim, keepdims, out=out)))


@from_header("tensor_var")
def var(
    x, dim=None, keepdim=False, *, correction=1.0, axis=None, keepdims=False, dtype=None, ddof=None, out=None
):  # fmt: skip
    """The default correction is 1, as in PyTorch; NumPy and the array API standard have 0. `ddof` is NumPy's name of
    it."""
    options = reduce_options(keepdim, keepdims, out=out)
    if ddof is not None:
        correction = ddof
    if correction != 1:
        options["correction"] = float(correction)
    if dtype is not None:
        x = to(x, dtype=dtype)
    return wrap(_api.tensor_var(handle_of(x), dims_of(either(dim, axis)), **options))


def std(x, dim=None, keepdim=False, *, correction=1.0, axis=None, keepdims=False, dtype=None, ddof=None, out=None):
    """std(x, dim=None, keepdim=False, *, correction=1.0, axis=None, keepdims=False, dtype=None, ddof=None, out=None)

    The square root of the variance: see var. As torch.std."""
    spread = var(
        x, dim, keepdim, correction=correction, axis=axis, keepdims=keepdims, dtype=dtype, ddof=ddof, out=out
    )  # fmt: skip
    return wrap(_api.tensor_sqrt(spread._handle))
