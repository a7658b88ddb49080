"""Functions that are a few others one after another."""

from operator import index

from . import _api
from ._arguments import either, one_shape
from ._dtypes import bool_, int64
from ._nested import from_nested
from ._products import matmul
from ._reductions import sum as total
from ._shapes import broadcast_to, cat, dim_in, ndim_of, permute, reshape, slice_along, unsqueeze
from ._tensor import handle_of, run

__all__ = ["count_nonzero", "diff", "meshgrid", "repeat", "repeat_interleave", "tensordot", "tile", "tril", "triu"]


def _triangle(x, k, below):
    """x on one side of its k-th diagonal, 0 on the other."""
    if ndim_of(x) < 2:
        raise ValueError(f"a triangle is of matrices, and the tensor has shape {list(x.shape)}")
    rows, columns = x.shape[-2:]
    device = _api.tensor_device(x._handle)
    down = unsqueeze(run(_api.tensor_arange, k, rows + k, 1, device=device), 1)
    along = run(_api.tensor_arange, 0, columns, 1, device=device)
    kept = run(_api.tensor_le if below else _api.tensor_ge, along, down)
    nothing = run(_api.tensor_zeros, [], dtype=x.dtype.number, device=device)
    return run(_api.tensor_where, kept, x, nothing)


def tril(x, diagonal=0, *, k=0):
    """tril(x, diagonal=0, *, k=0)

    The matrices of x with 0 above the k-th diagonal. As torch.tril, numpy.tril."""
    return _triangle(x, index(diagonal) or index(k), True)


def triu(x, diagonal=0, *, k=0):
    """triu(x, diagonal=0, *, k=0)

    The matrices of x with 0 below the k-th diagonal. As torch.triu, numpy.triu."""
    return _triangle(x, index(diagonal) or index(k), False)


def tile(x, repetitions):
    """tile(x, repetitions)

    x beside itself, so many times along each dimension; missing ones are in front. As numpy.tile, torch.tile."""
    times = one_shape(repetitions, "repetitions")
    shape = list(_api.tensor_shape(handle_of(x)))
    rank = max(len(times), len(shape))
    times = [1] * (rank - len(times)) + times
    shape = [1] * (rank - len(shape)) + shape
    # [a, b] is [1, a, 1, b], stretched to [r, a, s, b].
    apart = [n for size in shape for n in (1, size)]
    stretched = [n for pair in zip(times, shape) for n in pair]
    x = broadcast_to(reshape(x, apart), stretched)
    return reshape(x, [n * size for n, size in zip(times, shape)], copy=True)


def repeat(x, repeats, axis=None, *, dim=None):
    """repeat(x, repeats, axis=None, *, dim=None)

    Each part along `axis` so many times in a row: a number, or one for each part. Without an axis of all elements in C
    order. As numpy.repeat, torch.repeat_interleave."""
    axis = either(axis, dim)
    if axis is None:
        x, axis = reshape(x, [_api.tensor_numel(handle_of(x))]), 0
    axis = dim_in(axis, ndim_of(x))
    n = _api.tensor_size(x._handle, axis)
    counts = repeats.tolist() if hasattr(repeats, "tolist") else repeats
    if isinstance(counts, (list, tuple)):
        counts = [index(count) for count in counts] * (n if len(counts) == 1 else 1)
        if len(counts) != n:
            raise ValueError(f"repeat: {len(counts)} numbers for {n} parts")
    else:
        counts = [index(counts)] * n
    if any(count < 0 for count in counts):
        raise ValueError("repeat: a number is negative")
    places = [i for i, count in enumerate(counts) for _ in range(count)]
    places = from_nested(places, int64, {"device": _api.tensor_device(x._handle)})
    return run(_api.tensor_index_select, x, axis, places)


repeat_interleave = repeat


def meshgrid(*tensors, indexing="xy"):
    """meshgrid(*tensors, indexing="xy")

    Vectors as coordinates of a grid: a list of views, one for each. As numpy.meshgrid; PyTorch's default is "ij"."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f'indexing must be "xy" or "ij", not {indexing!r}')
    if any(ndim_of(x) > 1 for x in tensors):
        raise ValueError("meshgrid is of vectors")
    sizes = [_api.tensor_numel(x._handle) for x in tensors]
    rank = len(tensors)
    order = list(range(rank))
    if indexing == "xy" and rank > 1:
        order[:2] = [1, 0]
    grid = [0] * rank
    for i, dim in enumerate(order):
        grid[dim] = sizes[i]
    shapes = ([sizes[i] if d == dim else 1 for d in range(rank)] for i, dim in enumerate(order))
    return [broadcast_to(reshape(x, shape), grid) for x, shape in zip(tensors, shapes)]


def count_nonzero(x, dim=None, *, axis=None, keepdims=False):
    """count_nonzero(x, dim=None, *, axis=None, keepdims=False)

    How many elements are not 0. As torch.count_nonzero, numpy.count_nonzero."""
    there = x if x.dtype is bool_ else run(_api.tensor_ne_scalar, x, 0)
    return total(there, either(dim, axis), keepdims)


def diff(x, n=1, dim=-1, *, axis=None, prepend=None, append=None):
    """diff(x, n=1, dim=-1, *, axis=None, prepend=None, append=None)

    Each element minus the one before it, `n` times. As numpy.diff, torch.diff."""
    dim = dim if axis is None else axis
    parts = [part for part in (prepend, x, append) if part is not None]
    y = cat(parts, dim) if len(parts) > 1 else x
    handle_of(y)
    for _ in range(index(n)):
        size = _api.tensor_size(y._handle, dim)
        later, earlier = slice_along(y, dim, 1), slice_along(y, dim, 0, max(size - 1, 0))
        y = run(_api.tensor_ne if y.dtype is bool_ else _api.tensor_sub, later, earlier)
    return y


def tensordot(a, b, axes=2, *, dims=None):
    """tensordot(a, b, axes=2, *, dims=None)

    The sum of products over dims of both: the last `axes` of a and the first of b, or a pair of sequences of dims. As
    numpy.tensordot, torch.tensordot."""
    axes = axes if dims is None else dims
    rank_a, rank_b = ndim_of(a), ndim_of(b)
    if hasattr(axes, "__index__"):
        n = index(axes)
        of_a, of_b = list(range(rank_a - n, rank_a)), list(range(n))
    else:
        of_a, of_b = ([dim_in(d, rank) for d in one_shape(d, "axes")] for d, rank in zip(axes, (rank_a, rank_b)))
    if len(of_a) != len(of_b) or any(not 0 <= d < rank_a for d in of_a) or any(not 0 <= d < rank_b for d in of_b):
        raise ValueError(f"tensordot: axes {axes!r} do not fit tensors of ranks {rank_a} and {rank_b}")
    shape_a, shape_b = a.shape, b.shape
    if any(shape_a[i] != shape_b[j] for i, j in zip(of_a, of_b)):
        raise ValueError(f"tensordot: the sizes of axes {axes!r} differ in {list(shape_a)} and {list(shape_b)}")
    free_a = [d for d in range(rank_a) if d not in of_a]
    free_b = [d for d in range(rank_b) if d not in of_b]
    inner = _product(shape_a[d] for d in of_a)
    left = reshape(permute(a, free_a + of_a), [_product(shape_a[d] for d in free_a), inner])
    right = reshape(permute(b, of_b + free_b), [inner, _product(shape_b[d] for d in free_b)])
    common = _api.tensor_promote_types(a.dtype.number, b.dtype.number)
    y = matmul(run(_api.tensor_to_dtype, left, common), run(_api.tensor_to_dtype, right, common))
    return reshape(y, [shape_a[d] for d in free_a] + [shape_b[d] for d in free_b])


def _product(sizes):
    n = 1
    for size in sizes:
        n *= size
    return n
