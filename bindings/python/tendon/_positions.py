"""Arrays of positions in an index: reading (a gather) and writing (each place gets the last value meant for it).

A *place* is one array of a key with the dimensions it stands for: one for integers, as many as its rank for a bool mask,
whose positions then count through all of them in C order.
"""

import array
import itertools
import sys

from . import _api
from ._attributes import _host_bytes
from ._dtypes import int64
from ._failures import failure
from ._nested import from_nested
from ._numbers import as_number
from ._shapes import broadcast_arrays
from ._tensor import Tensor, describe, wrap

# Fewer places than this are written one by one; more, in one pass over all of the target.
FEW = 32


class Place:
    """One array of a key: `index`, an integer tensor, or `mask`, a bool tensor; `dim` is set when it is known."""

    __slots__ = ("index", "mask", "takes", "dim")

    def __init__(self, what):
        self.index = self.mask = None
        self.dim = None
        x = _as_tensor(what)
        kind = x.dtype.kind
        if kind == "b":
            self.mask, self.takes = x, _api.tensor_ndim(x._handle)
            if not self.takes:
                raise failure("TENSOR_ERR_INDEX", "a bool of rank 0 is no index here: None adds a dimension, a bool array selects")
        elif kind in "iu":
            self.index, self.takes = x, 1
        else:
            raise failure("TENSOR_ERR_INDEX", f"an index is made of integers or bools, not {x.dtype.name}")

    def positions(self, sizes, device):
        """Positions within the dimensions of these sizes: an int64 tensor on `device`, none negative."""
        if self.mask is not None:
            return _on(_true_positions(self.mask), device)
        index, n = self.index, sizes[0]
        if index.dtype is not int64:
            index = index.to(int64)
        if index.device != "cpu":
            index = _on(index, device)
            wrapped = wrap(_api.tensor_add_scalar(index._handle, n))
            below = wrap(_api.tensor_lt_scalar(index._handle, 0))
            return wrap(_api.tensor_where(below._handle, wrapped._handle, index._handle))
        if index.numel():
            low, high = index.min().item(), index.max().item()
            if low < -n or high >= n:
                bad = low if low < -n else high
                raise failure("TENSOR_ERR_INDEX", f"index {bad} is out of bounds for dimension {self.dim} with size {n}")
            if low < 0:
                wrapped = wrap(_api.tensor_add_scalar(index._handle, n))
                below = wrap(_api.tensor_lt_scalar(index._handle, 0))
                index = wrap(_api.tensor_where(below._handle, wrapped._handle, index._handle))
        return _on(index, device)

    def check(self, sizes):
        """A mask must have the sizes of what it selects from."""
        if self.mask is not None:
            shape = tuple(_api.tensor_shape(self.mask._handle))
            if shape != tuple(sizes):
                raise failure("TENSOR_ERR_INDEX", f"a mask of shape {list(shape)} does not fit dimensions of sizes {list(sizes)}, from dimension {self.dim}"
                )


def _as_tensor(what):
    if isinstance(what, Tensor):
        return what
    if isinstance(what, (list, tuple, range)):
        x = from_nested(what, None, {})
        return x.to(int64) if x.numel() == 0 else x  # [] selects nothing
    if isinstance(what, str) or not (hasattr(what, "__array__") or hasattr(what, "__dlpack__") or hasattr(what, "itemsize")):
        raise failure("TENSOR_ERR_INDEX", f"an index is an integer, a slice, None, ..., or an array of integers or bools, not {describe(what)}"
        )
    from ._construct import tensor

    return tensor(what)


def _on(x, device):
    return x if x.device == device else x.to(device=device)


def _true_positions(mask):
    """Where a mask on the CPU is true, counted in C order."""
    if mask.device != "cpu":
        raise failure("TENSOR_ERR_NOT_ON_CPU", "how much a mask selects depends on its elements: call mask.cpu() first")
    data = _host_bytes(mask)
    if "numpy" in sys.modules:
        import numpy

        found = numpy.flatnonzero(numpy.frombuffer(data, numpy.uint8))
        return wrap(_api.tensor_from_host_copy(found.ctypes.data if found.size else None, found.nbytes, int64.number, [found.size]))
    found = array.array("q", itertools.compress(range(len(data)), data))
    address, count = found.buffer_info()
    return wrap(_api.tensor_from_host_copy(address if count else None, 8 * count, int64.number, [count]))


class _Gather:
    """What several places mean on one view: its dims of the places in front, as one, and positions in it."""

    def __init__(self, view, places, at):
        shape = list(_api.tensor_shape(view._handle))
        device = view.device
        taken = [d for p in places for d in range(p.dim, p.dim + p.takes)]
        rest = [d for d in range(len(shape)) if d not in taken]
        self.at = at
        self.front = taken + rest  # the order that brings the places' dims to the front
        self.sizes = [shape[d] for d in taken]
        self.rest = [shape[d] for d in rest]
        self.count = _product(self.sizes)
        positions, spans = [], []
        for p in places:
            sizes = shape[p.dim : p.dim + p.takes]
            positions.append(p.positions(sizes, device))
            spans.append(_product(sizes))
        try:
            positions = broadcast_arrays(*positions)
        except ValueError:
            shapes = ", ".join(str(list(p.shape)) for p in positions)
            raise failure("TENSOR_ERR_INDEX", f"the arrays of an index have shapes {shapes}, which cannot be broadcast together") from None
        self.shape = list(positions[0].shape)
        if len(places) > 1 and device.type == "cuda":
            positions = _poisoned(positions, spans, self.count)
        flat, step = None, 1
        for position, span in zip(reversed(positions), reversed(spans)):
            part = position if step == 1 else wrap(_api.tensor_mul_scalar(position._handle, step))
            flat = part if flat is None else wrap(_api.tensor_add(flat._handle, part._handle))
            step *= span
        self.flat = wrap(_api.tensor_reshape(flat._handle, [_product(self.shape)]))

    def result_order(self):
        """The order of dims that puts the positions' dims, in front so far, where they belong."""
        lead, at = len(self.shape), self.at
        rest = list(range(lead, lead + len(self.rest)))
        return rest[:at] + list(range(lead)) + rest[at:]


def _poisoned(positions, spans, count):
    """On a device no bound is looked at here: the first position of a bad row becomes one that the gather refuses."""
    bad = None
    for position, span in zip(positions, spans):
        below = wrap(_api.tensor_lt_scalar(position._handle, 0))
        above = wrap(_api.tensor_ge_scalar(position._handle, span))
        outside = wrap(_api.tensor_logical_or(below._handle, above._handle))
        bad = outside if bad is None else wrap(_api.tensor_logical_or(bad._handle, outside._handle))
    far = wrap(_api.tensor_full_like(positions[0]._handle, count))
    return [wrap(_api.tensor_where(bad._handle, far._handle, positions[0]._handle)), *positions[1:]]


def _product(sizes):
    n = 1
    for size in sizes:
        n *= size
    return n


def take_positions(view, places, at):
    """view[places]: a copy."""
    if len(places) == 1 and places[0].takes == 1:
        place = places[0]
        shape = list(_api.tensor_shape(view._handle))
        positions = place.positions(shape[place.dim : place.dim + 1], view.device)
        there = list(_api.tensor_shape(positions._handle))
        flat = positions if len(there) == 1 else wrap(_api.tensor_reshape(positions._handle, [_product(there)]))
        y = wrap(_api.tensor_index_select(view._handle, place.dim, flat._handle))
        if len(there) == 1:
            return y
        return wrap(_api.tensor_reshape(y._handle, shape[: place.dim] + there + shape[place.dim + 1 :]))
    g = _Gather(view, places, at)
    rows = wrap(_api.tensor_permute(view._handle, g.front))
    rows = wrap(_api.tensor_reshape(rows._handle, [g.count, *g.rest]))
    y = wrap(_api.tensor_index_select(rows._handle, 0, g.flat._handle))
    y = wrap(_api.tensor_reshape(y._handle, g.shape + g.rest))
    order = g.result_order()
    return y if order == sorted(order) else wrap(_api.tensor_permute(y._handle, order))


def put(view, places, at, value):
    """view[places] = value. Where positions repeat, the last one counts."""
    from ._indexing import as_value, fitting

    number = as_number(value)
    if len(places) == 1 and places[0].mask is not None:
        if number is not None or _api.tensor_numel(as_value(value, view.device)._handle) == 1:
            _fill_masked(view, places[0], number, value)
            return
    for p in places:
        if p.index is not None and p.index.device != "cpu":
            raise failure("TENSOR_ERR_NOT_ON_CPU", "writing through an index array needs its elements on the host: call index.cpu() first")
    g = _Gather(view, places, at)
    order = g.result_order()
    target_shape = [(g.shape + g.rest)[d] for d in order]
    if number is not None:
        value = wrap(_api.tensor_scalar(number, dtype=view.dtype.number, device=view.device._pair))
    value = fitting(as_value(value, view.device), len(target_shape)).to(view.dtype)
    value = wrap(_api.tensor_expand(value._handle, target_shape))
    back = [order.index(i) for i in range(len(order))]
    value = wrap(_api.tensor_permute(value._handle, back))
    rows = wrap(_api.tensor_permute(view._handle, g.front))
    positions = g.flat.tolist()
    if not positions or not g.count:
        return
    value = wrap(_api.tensor_reshape(value._handle, [len(positions), *g.rest]))
    if len(positions) < FEW and len(positions) * 4 < g.count:
        _put_one_by_one(rows, g, positions, value)
    else:
        _put_all(rows, g, positions, value)


def _fill_masked(view, place, number, value):
    """view = value where the mask is true: no positions are needed, so the mask may be on a device."""
    from ._indexing import as_value

    if number is not None:
        value = wrap(_api.tensor_scalar(number, dtype=view.dtype.number, device=view.device._pair))
    else:
        value = as_value(value, view.device).to(view.dtype)
        value = wrap(_api.tensor_reshape(value._handle, []))
    mask = _on(place.mask, view.device)
    after = _api.tensor_ndim(view._handle) - place.dim - place.takes
    mask = wrap(_api.tensor_reshape(mask._handle, list(_api.tensor_shape(mask._handle)) + [1] * after))
    mixed = wrap(_api.tensor_where(mask._handle, value._handle, view._handle))
    _api.tensor_copy_(view._handle, mixed._handle)


def _put_one_by_one(rows, g, positions, value):
    for i, position in enumerate(positions):
        target = rows
        for size in reversed(g.sizes):
            position, last = divmod(position, size)
            # The dims of the places are in front; the last of them goes first.
            dim = _api.tensor_ndim(target._handle) - len(g.rest) - 1
            target = wrap(_api.tensor_select(target._handle, dim, last))
        _api.tensor_copy_(target._handle, wrap(_api.tensor_select(value._handle, 0, i))._handle)


def _put_all(rows, g, positions, value):
    """Each row takes its value where one is meant for it, and itself elsewhere."""
    source = array.array("q", bytes(8 * g.count))
    hit = bytearray(g.count)
    for i, position in enumerate(positions):
        source[position] = i
        hit[position] = 1
    source = from_array(source, int64)
    hit = wrap(_api.tensor_ne_scalar(from_array(array.array("B", hit), None)._handle, 0))
    source, hit = _on(source, rows.device), _on(hit, rows.device)
    hit = wrap(_api.tensor_reshape(hit._handle, [g.count] + [1] * len(g.rest)))
    new = wrap(_api.tensor_index_select(value._handle, 0, source._handle))
    old = wrap(_api.tensor_reshape(rows._handle, [g.count, *g.rest]))
    mixed = wrap(_api.tensor_where(hit._handle, new._handle, old._handle))
    mixed = wrap(_api.tensor_reshape(mixed._handle, g.sizes + g.rest))
    _api.tensor_copy_(rows._handle, mixed._handle)


def from_array(values, dtype):
    """A tensor with a copy of an array.array."""
    address, count = values.buffer_info()
    number = _api.TENSOR_DTYPE_U8 if dtype is None else dtype.number
    return wrap(_api.tensor_from_host_copy(address if count else None, count * values.itemsize, number, [count]))


def nonzero(x):
    """nonzero(x)

    Where x is not 0: a tuple of int64 tensors, one per dimension. As numpy.nonzero. On the CPU only."""
    shape = x.shape
    if not shape:
        raise ValueError("nonzero of a tensor of rank 0 has no dimension to count in: reshape it to [1]")
    flat = _true_positions(x if x.dtype.kind == "b" else wrap(_api.tensor_ne_scalar(x._handle, 0)))
    found = []
    for size in reversed(shape):
        size = max(size, 1)
        whole = flat // size
        found.append(flat - whole * size)
        flat = whole
    return tuple(reversed(found))
