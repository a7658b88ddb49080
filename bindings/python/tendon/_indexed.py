"""Functions that read and write through index tensors."""

from operator import index as integer

from . import _api
from ._arguments import either
from ._documents import from_header
from ._failures import failure
from ._positions import nonzero
from ._tensor import handle_of, wrap

__all__ = [
    "gather",
    "index_add",
    "index_select",
    "masked_fill",
    "masked_select",
    "nonzero",
    "one_hot",
    "scatter_add",
    "take",
    "take_along_axis",
]


@from_header("tensor_index_select")
def index_select(x, dim, index):
    return wrap(_api.tensor_index_select(handle_of(x), integer(dim), handle_of(index, "index")))


@from_header("tensor_gather")
def gather(x, dim, index):
    return wrap(_api.tensor_gather(handle_of(x), integer(dim), handle_of(index, "index")))


@from_header("tensor_scatter_add")
def scatter_add(x, dim, index, src):
    return wrap(_api.tensor_scatter_add(handle_of(x), integer(dim), handle_of(index, "index"), handle_of(src, "src")))


@from_header("tensor_index_add")
def index_add(x, dim, index, src):
    return wrap(_api.tensor_index_add(handle_of(x), integer(dim), handle_of(index, "index"), handle_of(src, "src")))


@from_header("tensor_one_hot")
def one_hot(index, num_classes=-1):
    return wrap(_api.tensor_one_hot(handle_of(index, "index"), integer(num_classes)))


def take(x, indices, axis=None, *, dim=None):
    """take(x, indices, axis=None, *, dim=None)

    The places of `axis` that `indices`, of any shape, name; without an axis, of all elements in C order. As
    numpy.take."""
    axis = either(axis, dim)
    if axis is None:
        x, axis = wrap(_api.tensor_reshape(handle_of(x), [x.numel()])), 0
    return x[(slice(None),) * _axis(axis, x) + (indices,)]


def _axis(axis, x):
    axis, rank = integer(axis), max(x.ndim, 1)
    if not -rank <= axis < rank:
        raise failure("TENSOR_ERR_INDEX", f"axis {axis} is out of bounds for a tensor of rank {x.ndim}")
    return axis % rank


def take_along_axis(x, indices, axis=-1):
    """take_along_axis(x, indices, axis=-1)

    As numpy.take_along_axis: see gather; negative indices count from the end, sizes of 1 are broadcast."""
    axis = _axis(axis, x)
    n = x.shape[axis]
    indices = (indices < 0).where(indices + n, indices)
    shape = [max(a, b) if a == 1 or b == 1 else a for a, b in zip(x.shape, indices.shape)]
    shape[axis] = n
    x = x.expand(shape)
    shape[axis] = indices.shape[axis]
    return gather(x, axis, indices.expand(shape).contiguous())


def masked_select(x, mask):
    """masked_select(x, mask)

    The elements of x where `mask`, broadcast to its shape, is true: rank 1. As torch.masked_select. The mask is on the
    CPU."""
    return x[mask.expand(x.shape)]


def masked_fill(x, mask, value):
    """masked_fill(x, mask, value)

    `value` where `mask` is true, x elsewhere. As torch.masked_fill."""
    from ._arithmetic import where

    return where(mask, value, x)
