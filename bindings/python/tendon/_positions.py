"""Arrays of positions in an index: reading (a gather) and writing (each place gets the last value meant for it).

A *place* is one array of a key with the dimensions it stands for: one for integers, as many as its rank for a bool
mask, whose positions then count through all of them in C order. (A bool of rank 0 stands for none: it adds a dimension
of size 1 or 0.)
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
from ._numpy import from_numpy, to_numpy
from ._shapes import broadcast_arrays
from ._tensor import Tensor, describe, run

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
            wrapped = run(_api.tensor_add_scalar, index, n)
            below = run(_api.tensor_lt_scalar, index, 0)
            return run(_api.tensor_where, below, wrapped, index)
        if index.numel():
            low, high = index.min().item(), index.max().item()
            if low < -n or high >= n:
                bad = low if low < -n else high
                raise failure(
                    "TENSOR_ERR_INDEX", f"index {bad} is out of bounds for dimension {self.dim} with size {n}"
                )
            if low < 0:
                wrapped = run(_api.tensor_add_scalar, index, n)
                below = run(_api.tensor_lt_scalar, index, 0)
                index = run(_api.tensor_where, below, wrapped, index)
        return _on(index, device)

    def check(self, sizes):
        """A mask must have the sizes of what it selects from."""
        if self.mask is not None:
            shape = tuple(_api.tensor_shape(self.mask._handle))
            if shape != tuple(sizes):
                raise failure(
                    "TENSOR_ERR_INDEX",
                    f"a mask of shape {list(shape)} does not fit dimensions of sizes {list(sizes)}, "
                    f"from dimension {self.dim}",
                )


def _as_tensor(what):
    if isinstance(what, Tensor):
        return what
    if isinstance(what, (list, tuple, range, bool)):
        x = from_nested(what, None, {})
        return x.to(int64) if x.numel() == 0 else x  # [] selects nothing
    if isinstance(what, str) or not (
        hasattr(what, "__array__") or hasattr(what, "__dlpack__") or hasattr(what, "itemsize")
    ):
        raise failure(
            "TENSOR_ERR_INDEX",
            f"an index is an integer, a slice, None, ..., or an array of integers or bools, not {describe(what)}",
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
        return run(
            _api.tensor_from_host_copy,
            found.ctypes.data if found.size else None,
            found.nbytes,
            int64.number,
            [found.size],
        )
    found = array.array("q", itertools.compress(range(len(data)), data))
    address, count = found.buffer_info()
    return run(_api.tensor_from_host_copy, address if count else None, 8 * count, int64.number, [count])


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
            raise failure(
                "TENSOR_ERR_INDEX", f"the arrays of an index have shapes {shapes}, which cannot be broadcast together"
            ) from None
        self.shape = list(positions[0].shape)
        if len(places) > 1 and device.type == "cuda":
            positions = _poisoned(positions, spans, self.count)
        flat, step = None, 1
        for position, span in zip(reversed(positions), reversed(spans)):
            part = position if step == 1 else run(_api.tensor_mul_scalar, position, step)
            flat = part if flat is None else run(_api.tensor_add, flat, part)
            step *= span
        self.flat = run(_api.tensor_reshape, flat, [_product(self.shape)])

    def result_order(self):
        """The order of dims that puts the positions' dims, in front so far, where they belong."""
        lead, at = len(self.shape), self.at
        rest = list(range(lead, lead + len(self.rest)))
        return rest[:at] + list(range(lead)) + rest[at:]


def _poisoned(positions, spans, count):
    """On a device no bound is looked at here: the first position of a bad row becomes one that the gather refuses."""
    bad = None
    for position, span in zip(positions, spans):
        below = run(_api.tensor_lt_scalar, position, 0)
        above = run(_api.tensor_ge_scalar, position, span)
        outside = run(_api.tensor_logical_or, below, above)
        bad = outside if bad is None else run(_api.tensor_logical_or, bad, outside)
    far = run(_api.tensor_full_like, positions[0], count)
    return [run(_api.tensor_where, bad, far, positions[0]), *positions[1:]]


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
        flat = positions if len(there) == 1 else run(_api.tensor_reshape, positions, [_product(there)])
        y = run(_api.tensor_index_select, view, place.dim, flat)
        if len(there) == 1:
            return y
        return run(_api.tensor_reshape, y, shape[: place.dim] + there + shape[place.dim + 1 :])
    g = _Gather(view, places, at)
    rows = run(_api.tensor_permute, view, g.front)
    rows = run(_api.tensor_reshape, rows, [g.count, *g.rest])
    y = run(_api.tensor_index_select, rows, 0, g.flat)
    y = run(_api.tensor_reshape, y, g.shape + g.rest)
    order = g.result_order()
    return y if order == sorted(order) else run(_api.tensor_permute, y, order)


def put(view, places, at, value):
    """view[places] = value. Where positions repeat, the last one counts."""
    from ._indexing import as_value, fitting

    number = as_number(value)
    if len(places) == 1 and places[0].mask is not None:
        if number is not None or as_value(value, view.device).numel() == 1:
            _fill_masked(view, places[0], number, value)
            return
    for p in places:
        if p.index is not None and p.index.device != "cpu":
            raise failure(
                "TENSOR_ERR_NOT_ON_CPU",
                "writing through an index array needs its elements on the host: call index.cpu() first",
            )
    g = _Gather(view, places, at)
    order = g.result_order()
    target_shape = [(g.shape + g.rest)[d] for d in order]
    if number is not None:
        value = run(_api.tensor_scalar, number, dtype=view.dtype.number, device=view.device._pair)
    value = fitting(as_value(value, view.device), len(target_shape)).to(view.dtype)
    value = run(_api.tensor_expand, value, target_shape)
    back = [order.index(i) for i in range(len(order))]
    value = run(_api.tensor_permute, value, back)
    rows = run(_api.tensor_permute, view, g.front)
    n = _product(g.shape)
    if not n or not g.count:
        return
    value = run(_api.tensor_reshape, value, [n, *g.rest])
    if n < FEW and n * 4 < g.count:
        if _api.tensor_shares_memory(rows._handle, value._handle):
            # A write must not change what the next one takes.
            value = run(_api.tensor_clone, value)
        _put_one_by_one(rows, g, value)
    else:
        _put_all(rows, g, value)


def _fill_masked(view, place, number, value):
    """view = value where the mask is true: no positions are needed, so the mask may be on a device."""
    from ._indexing import as_value

    if number is not None:
        value = run(_api.tensor_scalar, number, dtype=view.dtype.number, device=view.device._pair)
    else:
        value = as_value(value, view.device).to(view.dtype)
        value = run(_api.tensor_reshape, value, [])
    mask = _on(place.mask, view.device)
    after = _api.tensor_ndim(view._handle) - place.dim - place.takes
    mask = run(_api.tensor_reshape, mask, list(_api.tensor_shape(mask._handle)) + [1] * after)
    mixed = run(_api.tensor_where, mask, value, view)
    _api.tensor_copy_(view._handle, mixed._handle)


def _put_one_by_one(rows, g, value):
    for i, position in enumerate(g.flat.tolist()):
        target = rows
        for size in reversed(g.sizes):
            position, last = divmod(position, size)
            # The dims of the places are in front; the last of them goes first.
            dim = _api.tensor_ndim(target._handle) - len(g.rest) - 1
            target = run(_api.tensor_select, target, dim, last)
        row = run(_api.tensor_select, value, 0, i)
        _api.tensor_copy_(target._handle, row._handle)


def _put_all(rows, g, value):
    """Each row takes its value where one is meant for it, and itself elsewhere."""
    source, hit = _latest(g.flat.cpu(), g.count)
    source, hit = _on(source, rows.device), _on(hit, rows.device)
    hit = run(_api.tensor_reshape, hit, [g.count] + [1] * len(g.rest))
    new = run(_api.tensor_index_select, value, 0, source)
    old = run(_api.tensor_reshape, rows, [g.count, *g.rest])
    mixed = run(_api.tensor_where, hit, new, old)
    mixed = run(_api.tensor_reshape, mixed, g.sizes + g.rest)
    _api.tensor_copy_(rows._handle, mixed._handle)


def _latest(flat, count):
    """For each of `count` places the last of the positions `flat` that names it, and whether there is one."""
    if "numpy" in sys.modules:
        import numpy

        positions = to_numpy(flat)
        source, hit = numpy.zeros(count, numpy.int64), numpy.zeros(count, bool)
        source[positions] = numpy.arange(positions.size)
        hit[positions] = True
        return from_numpy(source), from_numpy(hit)
    source, hit = array.array("q", bytes(8 * count)), bytearray(count)
    for i, position in enumerate(flat.tolist()):
        source[position] = i
        hit[position] = 1
    return from_array(source, int64), run(_api.tensor_ne_scalar, from_array(array.array("B", hit), None), 0)


def from_array(values, dtype):
    """A tensor with a copy of an array.array."""
    address, count = values.buffer_info()
    number = _api.TENSOR_DTYPE_U8 if dtype is None else dtype.number
    return run(_api.tensor_from_host_copy, address if count else None, count * values.itemsize, number, [count])


def nonzero(x):
    """nonzero(x)

    Where x is not 0: a tuple of int64 tensors, one per dimension. As numpy.nonzero. On the CPU only."""
    shape = x.shape
    if not shape:
        raise ValueError("nonzero of a tensor of rank 0 has no dimension to count in: reshape it to [1]")
    flat = _true_positions(x if x.dtype.kind == "b" else run(_api.tensor_ne_scalar, x, 0))
    found = []
    for size in reversed(shape):
        size = max(size, 1)
        whole = flat // size
        found.append(flat - whole * size)
        flat = whole
    return tuple(reversed(found))
