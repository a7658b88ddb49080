"""Functions that arrange elements: views, and what is made of them."""

from operator import index

from . import _api
from ._arguments import dims_of, either, one_shape, shape_of
from ._documents import from_header
from ._tensor import Tensor, handle_of, handles_of, wrap

__all__ = [
    "broadcast_arrays", "broadcast_tensors", "broadcast_to", "cat", "chunk", "concat", "concatenate", "expand_dims",
    "flatten", "flip", "matrix_transpose", "moveaxis", "movedim", "narrow", "permute", "permute_dims", "ravel",
    "reshape", "roll", "split", "squeeze", "stack", "swapaxes", "transpose", "unbind", "unsqueeze", "unstack",
]  # fmt: skip

_TO_END = 2**63 - 1


def ndim_of(x):
    return _api.tensor_ndim(handle_of(x))


def dim_in(dim, ndim):
    """A dim counted from the front. Dims that are out of range go on to the library, which says so."""
    dim = index(dim)
    return dim + ndim if -ndim <= dim < 0 else dim


@from_header("tensor_reshape")
def reshape(x, *shape, copy=None):
    """`copy` as in the array API standard: True always copies, False raises where a view is not possible."""
    sizes = shape_of(shape)
    if copy is None:
        return wrap(_api.tensor_reshape(handle_of(x), sizes))
    if copy:
        x = wrap(_api.tensor_clone(handle_of(x)))
    return wrap(_api.tensor_view(handle_of(x), sizes))


@from_header("tensor_view")
def view(x, *shape):
    return wrap(_api.tensor_view(handle_of(x), shape_of(shape)))


@from_header("tensor_expand")
def expand(x, *shape):
    return wrap(_api.tensor_expand(handle_of(x), shape_of(shape)))


def broadcast_to(x, shape):
    """broadcast_to(x, shape)

    As numpy.broadcast_to: see Tensor.expand. A view."""
    return wrap(_api.tensor_expand(handle_of(x), one_shape(shape)))


def broadcast_arrays(*tensors):
    """broadcast_arrays(*tensors)

    Views of all tensors in their common shape. As numpy.broadcast_arrays, torch.broadcast_tensors."""
    shapes = [_api.tensor_shape(handle) for handle in handles_of(tensors)]
    rank = max((len(s) for s in shapes), default=0)
    common = [1] * rank
    for shape in shapes:
        for i, n in enumerate(shape, rank - len(shape)):
            if n != 1:
                if common[i] not in (1, n):
                    raise ValueError(f"shapes {', '.join(str(list(s)) for s in shapes)} cannot be broadcast together")
                common[i] = n
    return [wrap(_api.tensor_expand(x._handle, common)) for x in tensors]


broadcast_tensors = broadcast_arrays


@from_header("tensor_flatten")
def flatten(x, start_dim=0, end_dim=-1):
    return wrap(_api.tensor_flatten(handle_of(x), start_dim, end_dim))


def ravel(x):
    """ravel(x)

    All elements in C order in one dimension; a view where the strides allow it. As numpy.ravel."""
    return wrap(_api.tensor_reshape(handle_of(x), [-1] if _api.tensor_numel(x._handle) else [0]))


@from_header("tensor_transpose")
def transpose(x, *dims):
    """With two ints swaps these two, as PyTorch; without any reverses all, with a tuple permutes, as NumPy."""
    if len(dims) == 2:
        return wrap(_api.tensor_transpose(handle_of(x), index(dims[0]), index(dims[1])))
    if not dims or dims == (None,):
        return wrap(_api.tensor_permute(handle_of(x), list(range(ndim_of(x) - 1, -1, -1))))
    return permute(x, *dims)


def swapaxes(x, axis1, axis2):
    """swapaxes(x, axis1, axis2)

    Two dimensions swapped. As numpy.swapaxes."""
    return wrap(_api.tensor_transpose(handle_of(x), index(axis1), index(axis2)))


def matrix_transpose(x):
    """matrix_transpose(x)

    The last two dimensions swapped: x.mT."""
    return wrap(_api.tensor_transpose(handle_of(x), -2, -1))


@from_header("tensor_permute")
def permute(x, *dims):
    return wrap(_api.tensor_permute(handle_of(x), shape_of(dims, "dims")))


def permute_dims(x, axes):
    """permute_dims(x, axes)

    The dimensions in the order of `axes`: see permute."""
    return wrap(_api.tensor_permute(handle_of(x), one_shape(axes, "axes")))


def moveaxis(x, source, destination):
    """moveaxis(x, source, destination)

    Dimensions at other places; the others keep their order. As numpy.moveaxis, torch.movedim."""
    rank = ndim_of(x)
    source = [dim_in(d, rank) for d in one_shape(source, "source")]
    destination = [dim_in(d, rank) for d in one_shape(destination, "destination")]
    if len(source) != len(destination):
        raise ValueError(f"moveaxis: {len(source)} dims cannot go to {len(destination)} places")
    if len(set(source)) < len(source) or len(set(destination)) < len(destination):
        raise ValueError("moveaxis: a dim is named twice")
    if any(not 0 <= d < rank for d in source + destination):
        raise ValueError(f"moveaxis: a dim is out of range for a tensor of rank {rank}")
    order = [d for d in range(rank) if d not in source]
    for there, dim in sorted(zip(destination, source)):
        order.insert(there, dim)
    return wrap(_api.tensor_permute(x._handle, order))


movedim = moveaxis


@from_header("tensor_squeeze")
def squeeze(x, dim=None, *, axis=None):
    return wrap(_api.tensor_squeeze(handle_of(x), dims_of(either(dim, axis))))


@from_header("tensor_unsqueeze")
def unsqueeze(x, dim):
    return wrap(_api.tensor_unsqueeze(handle_of(x), index(dim)))


def expand_dims(x, axis=0):
    """expand_dims(x, axis=0)

    With new dimensions of size 1, where `axis` says in the new shape. As numpy.expand_dims; see unsqueeze."""
    axes = one_shape(axis, "axis")
    rank = ndim_of(x) + len(axes)
    for a in sorted(dim_in(a, rank) for a in axes):
        x = unsqueeze(x, a)
    return x


@from_header("tensor_narrow")
def narrow(x, dim, start, length):
    return wrap(_api.tensor_narrow(handle_of(x), index(dim), index(start), index(length)))


@from_header("tensor_select")
def select(x, dim, index):
    return wrap(_api.tensor_select(handle_of(x), dim, index))


def slice_along(x, dim, start=0, end=_TO_END, step=1):
    return wrap(_api.tensor_slice(handle_of(x), dim, start, end, step))


@from_header("tensor_split")
def split(x, size, dim=0):
    """`size` may also be a list of sizes that add up to the size of `dim`. The result is a tuple of views."""
    if hasattr(size, "__index__"):
        return tuple(wrap(handle) for handle in _api.tensor_split(handle_of(x), index(size), index(dim)))
    sizes = one_shape(size, "size")
    there = _api.tensor_size(handle_of(x), dim)
    if sum(sizes) != there:
        raise ValueError(f"split: the sizes {sizes} add up to {sum(sizes)}, and the dimension has {there}")
    parts, start = [], 0
    for n in sizes:
        parts.append(wrap(_api.tensor_narrow(x._handle, dim, start, n)))
        start += n
    return tuple(parts)


@from_header("tensor_chunk")
def chunk(x, chunks, dim=0):
    """The result is a tuple of views."""
    return tuple(wrap(handle) for handle in _api.tensor_chunk(handle_of(x), index(chunks), index(dim)))


def unbind(x, dim=0):
    """unbind(x, dim=0)

    A tuple of the parts along `dim`, which disappears. As torch.unbind. Views."""
    n = _api.tensor_size(handle_of(x), dim)
    return tuple(wrap(_api.tensor_select(x._handle, dim, i)) for i in range(n))


def unstack(x, *, axis=0):
    """unstack(x, *, axis=0)

    A tuple of the parts along `axis`, which disappears: see unbind."""
    return unbind(x, axis)


@from_header("tensor_cat")
def cat(tensors, dim=0):
    tensors = list(tensors) if not isinstance(tensors, Tensor) else tensors
    return wrap(_api.tensor_cat(handles_of(tensors), index(dim)))


def concat(tensors, *, axis=0, dim=None):
    """concat(tensors, *, axis=0, dim=None)

    See cat. As numpy.concat: axis=None flattens the tensors first."""
    tensors = list(tensors) if not isinstance(tensors, Tensor) else tensors
    if dim is not None:
        return cat(tensors, dim)
    if axis is None:
        return cat([ravel(x) for x in tensors], 0)
    return cat(tensors, axis)


concatenate = concat


@from_header("tensor_stack")
def stack(tensors, dim=0, *, axis=None):
    tensors = list(tensors) if not isinstance(tensors, Tensor) else tensors
    return wrap(_api.tensor_stack(handles_of(tensors), index(dim if axis is None else axis)))


def flip(x, dims=None, *, axis=None):
    """flip(x, dims=None, *, axis=None)

    The order along some dims, or all, turned round. A copy, as torch.flip. Gradients flow."""
    rank = ndim_of(x)
    dims = dims_of(either(dims, axis))
    dims = range(rank) if dims is None else dims
    y = x if rank else wrap(_api.tensor_clone(x._handle))
    for dim in dims:
        n = _api.tensor_size(y._handle, dim)
        order = _api.tensor_arange(n - 1, -1, -1, device=_api.tensor_device(x._handle))
        order = wrap(order)
        y = wrap(_api.tensor_index_select(y._handle, dim, order._handle))
    return y


def roll(x, shifts, dims=None, *, axis=None):
    """roll(x, shifts, dims=None, *, axis=None)

    Elements moved along dims; what leaves at one end enters at the other. Without dims in C order over all. A copy, as
    torch.roll."""
    dims = dims_of(either(dims, axis))
    shifts = one_shape(shifts, "shifts")
    if dims is None:
        if len(shifts) != 1:
            raise ValueError("roll: several shifts want as many dims")
        return reshape(roll(ravel(x), shifts, [0]), list(_api.tensor_shape(x._handle)))
    if len(shifts) == 1:
        shifts = shifts * len(dims)
    if len(shifts) != len(dims):
        raise ValueError(f"roll: {len(shifts)} shifts for {len(dims)} dims")
    y = wrap(_api.tensor_clone(handle_of(x)))
    for shift, dim in zip(shifts, dims):
        n = _api.tensor_size(y._handle, dim)
        cut = (n - shift) % n if n else 0
        if cut:
            y = cat([slice_along(y, dim, cut), slice_along(y, dim, 0, cut)], dim)
    return y
