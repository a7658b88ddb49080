"""The namespace of the Python array API standard, as far as the library has the functions.

x.__array_namespace__() gives this module. It is `tendon` with the standard's defaults where they differ from PyTorch's
(var, std, argument order of linspace and the like). What the library does not have is absent: see docs/python.md.
"""

from math import e, inf, nan, pi

from . import _composed, _creation, _elementwise, _reductions, _shapes
from ._arguments import one_shape as _one_shape
from ._arithmetic import (
    add, divide, equal, floor_divide, greater, greater_equal, less, less_equal, logical_and, logical_or, logical_xor,
    maximum,
    minimum, multiply, not_equal, pow, remainder, subtract, where,
)  # fmt: skip
from ._composed import meshgrid, tensordot, tile
from ._construct import asarray
from ._convert import astype
from ._creation import empty_like, full, full_like, ones_like, zeros_like
from ._devices import device
from ._dlpack import from_dlpack
from ._dtypes import (
    bfloat16, bool_ as bool, float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64,
)  # fmt: skip
from ._elementwise import (
    abs, ceil, cos, exp, expm1, floor, isfinite, isinf, isnan, log, log1p, logical_not, negative, positive, reciprocal,
    round,
    sign, sin, sqrt, square, tanh, trunc,
)  # fmt: skip
from ._indexed import nonzero, take, take_along_axis
from ._products import matmul, vecdot
from ._reductions import argmax, argmin
from ._shapes import (
    broadcast_arrays, broadcast_to, concat, expand_dims, flip, matrix_transpose, moveaxis, permute_dims, stack, unstack,
)  # fmt: skip
from ._types import can_cast, finfo, iinfo, isdtype, result_type

VERSIONS = ("2022.12", "2023.12", "2024.12")
__array_api_version__ = VERSIONS[-1]

newaxis = None


def _of_shape(name):
    make = getattr(_creation, name)

    def function(shape, *, dtype=None, device=None):
        return make(shape, dtype=dtype, device=device)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = make.__doc__
    return function


empty, ones, zeros = map(_of_shape, ("empty", "ones", "zeros"))


def arange(start, /, stop=None, step=1, *, dtype=None, device=None):
    """start, start + step, ... before stop; none where step leads away from it. See tendon.arange."""
    if stop is None:
        start, stop = 0, start
    if step and (stop - start) * step <= 0:
        if dtype is None:
            dtype = float32 if float in map(type, (start, stop, step)) else int64
        return empty((0,), dtype=dtype, device=device)
    return _creation.arange(start, stop, step, dtype=dtype, device=device)


def linspace(start, stop, /, num, *, dtype=None, device=None, endpoint=True):
    """See tendon.linspace."""
    return _creation.linspace(start, stop, num, endpoint=endpoint, dtype=dtype, device=device)


def eye(n_rows, n_cols=None, /, *, k=0, dtype=None, device=None):
    """1 on the k-th diagonal, 0 elsewhere. See tendon.eye."""
    n_cols = n_rows if n_cols is None else n_cols
    if k == 0:
        return _creation.eye(n_rows, n_cols, dtype=dtype, device=device)
    rows = _creation.arange(n_rows, device=device).unsqueeze(1)
    columns = _creation.arange(n_cols, device=device)
    return astype(columns - rows == k, float32 if dtype is None else dtype)


def clip(x, /, min=None, max=None):
    """See tendon.clip; without bounds it is a copy."""
    return _elementwise.clamp(x, min, max) if min is not None or max is not None else x.clone()


def reshape(x, /, shape, *, copy=None):
    """See tendon.reshape."""
    return _shapes.reshape(x, shape, copy=copy)


def roll(x, /, shift, *, axis=None):
    """See tendon.roll."""
    return _shapes.roll(x, shift, axis)


def squeeze(x, /, axis):
    """Without the dimensions that `axis` names, which must be of size 1. See tendon.squeeze."""
    axes = _one_shape(axis, "axis")
    for a in axes:
        if x.size(a) != 1:
            raise ValueError(f"squeeze: axis {a} has size {x.size(a)}, not 1")
    return _shapes.squeeze(x, axes) if axes else x


def tril(x, /, *, k=0):
    """See tendon.tril."""
    return _composed.tril(x, k)


def triu(x, /, *, k=0):
    """See tendon.triu."""
    return _composed.triu(x, k)


def repeat(x, repeats, /, *, axis=None):
    """See tendon.repeat."""
    return _composed.repeat(x, repeats, axis)


def diff(x, /, *, axis=-1, n=1, prepend=None, append=None):
    """See tendon.diff."""
    return _composed.diff(x, n, axis, prepend=prepend, append=append)


def count_nonzero(x, /, *, axis=None, keepdims=False):
    """See tendon.count_nonzero."""
    return _reduced(_composed.count_nonzero, x, axis, keepdims)


def _reduced(function, x, axis, keepdims, **options):
    """A reduction; over no axes at all it is one over a new axis of size 1."""
    if isinstance(axis, tuple) and not axis:
        x, axis, keepdims = _shapes.unsqueeze(x, -1), -1, False
    return function(x, axis=axis, keepdims=keepdims, **options)


def sum(x, /, *, axis=None, dtype=None, keepdims=False):
    """See tendon.sum; unsigned integers add up to uint64 here."""
    if dtype is None and x.dtype.kind == "u":
        dtype = uint64
    return _reduced(_reductions.sum, x, axis, keepdims, dtype=dtype)


def mean(x, /, *, axis=None, keepdims=False):
    """See tendon.mean."""
    return _reduced(_reductions.mean, x, axis, keepdims)


def max(x, /, *, axis=None, keepdims=False):
    """See tendon.max."""
    return _reduced(_reductions.max, x, axis, keepdims)


def min(x, /, *, axis=None, keepdims=False):
    """See tendon.min."""
    return _reduced(_reductions.min, x, axis, keepdims)


def all(x, /, *, axis=None, keepdims=False):
    """See tendon.all."""
    return _reduced(_reductions.all, x, axis, keepdims)


def any(x, /, *, axis=None, keepdims=False):
    """See tendon.any."""
    return _reduced(_reductions.any, x, axis, keepdims)


def var(x, /, *, axis=None, correction=0.0, keepdims=False):
    """See tendon.var; the divisor is n - correction, and correction is 0 here."""
    return _reduced(_reductions.var, x, axis, keepdims, correction=correction)


def std(x, /, *, axis=None, correction=0.0, keepdims=False):
    """See tendon.std; correction is 0 here."""
    return _reduced(_reductions.std, x, axis, keepdims, correction=correction)


class _Info:
    """What __array_namespace_info__() gives."""

    def capabilities(self):
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self):
        return device("cpu")

    def default_dtypes(self, *, device=None):
        # Complex numbers are not there.
        return {"real floating": float32, "integral": int64, "indexing": int64}

    def dtypes(self, *, device=None, kind=None):
        every = {d.name: d for d in (bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64)}
        return every if kind is None else {name: d for name, d in every.items() if isdtype(d, kind)}

    def devices(self):
        from .cuda import device_count

        return [device("cpu")] + [device("cuda", i) for i in range(device_count())]


def __array_namespace_info__():
    """capabilities(), default_device(), default_dtypes(), dtypes(), devices() of the standard."""
    return _Info()
