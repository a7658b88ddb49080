"""x[key] and x[key] = value, with NumPy's meaning.

A key is read into two parts: what makes a view (integers, slices, None, ...), done first, and arrays of positions
(integer arrays, lists, bool masks), done on that view. Integers beside arrays count as arrays, as in NumPy. How arrays
of positions become gathers is in _positions.py.
"""

from operator import index

from . import _api
from ._dtypes import float64
from ._failures import failure
from ._nested import from_nested
from ._numbers import as_number
from ._positions import Place, put, take_positions
from ._tensor import Tensor, describe, wrap

_TO_END = 2**63 - 1


def getitem(x, key):
    view, places = _read(x, key)
    return view if places is None else take_positions(view, *places)


def setitem(x, key, value):
    view, places = _read(x, key)
    if places is not None:
        put(view, *places, value)
        return
    number = as_number(value)
    if number is not None:
        _api.tensor_fill_(view._handle, number)
        return
    value = fitting(as_value(value, view.device), _api.tensor_ndim(view._handle))
    _api.tensor_copy_(view._handle, value._handle)


def fitting(value, rank):
    """A tensor to be written into one of `rank`: dimensions of size 1 in front that are too many are dropped, as in
    NumPy."""
    extra = _api.tensor_ndim(value._handle) - rank
    if extra > 0:
        shape = list(_api.tensor_shape(value._handle))
        if all(n == 1 for n in shape[:extra]):
            value = wrap(_api.tensor_reshape(value._handle, shape[extra:]))
    return value


def as_value(value, device):
    """What is to be written, as a tensor on `device`. Tensors stay where they are."""
    if isinstance(value, Tensor):
        return value
    from ._construct import asarray

    try:
        # Floats of lists in float64: what they are written into may have as many digits.
        value = from_nested(value, None, {}, float64) if isinstance(value, (list, tuple)) else asarray(value)
    except TypeError:
        if any(hasattr(value, name) for name in ("__array__", "__array_interface__", "__dlpack__")):
            raise  # it says what is wrong with this one
        raise TypeError(f"a tensor cannot be set to {describe(value)}") from None
    return value if value.device == device else value.to(device=device)


def _read(x, key):
    """The view that the key's basic part makes, and (places, at) for what take_positions does on it, or None.

    `at` is where the dims of the positions come to stand in the result."""
    handle = x._handle
    kind = type(key)
    if kind is int:
        return wrap(_select(handle, 0, key)), None
    if kind is slice:
        return wrap(_slice(handle, 0, key)), None
    keys = _expanded(key if isinstance(key, tuple) else (key,), _api.tensor_ndim(handle))
    arrays = any(type(k) is Place for k in keys)
    view, dim, places, runs, before = x, 0, [], 0, False
    for k in keys:
        if k is None:
            view = wrap(_api.tensor_unsqueeze(view._handle, dim))
            dim += 1
        elif type(k) is slice:
            if not (k.start is None and k.stop is None and k.step is None):
                view = wrap(_slice(view._handle, dim, k))
            dim += 1
        elif k is Ellipsis:
            pass
        elif arrays:
            place = k if type(k) is Place else Place(wrap(_api.tensor_scalar(k)))
            place.dim = dim
            dim += place.takes
            place.check(_api.tensor_shape(view._handle)[place.dim : dim])
            places.append(place)
        else:
            view = wrap(_select(view._handle, dim, k))
        advanced = type(k) is int or type(k) is Place
        runs += advanced and not before
        before = advanced
    if not arrays:
        return (wrap(_alias(x._handle)) if view is x else view), None
    # One run of arrays keeps its place; several go to the front.
    return view, (places, places[0].dim if runs == 1 else 0)


def _expanded(keys, ndim):
    """The key with its ... written out as slices: ints, slices, None and places."""
    read, used, ellipsis = [], 0, None
    for k in keys:
        if k is None:
            read.append(None)
        elif k is Ellipsis:
            if ellipsis is not None:
                raise failure("TENSOR_ERR_INDEX", "an index can have only one ellipsis (...)")
            ellipsis = len(read)
        elif isinstance(k, slice):
            read.append(k)
            used += 1
        elif type(k) is int:
            read.append(k)
            used += 1
        else:
            one = _as_int(k)
            if one is not None:
                read.append(one)
                used += 1
            else:
                place = Place(k)
                read.append(place)
                used += place.takes
    if used > ndim:
        raise failure("TENSOR_ERR_INDEX", f"too many indices: {used} for a tensor of rank {ndim}")
    if ellipsis is None:
        read += [slice(None)] * (ndim - used)
    else:
        # Also where it stands for nothing it keeps the arrays on its sides apart.
        read[ellipsis:ellipsis] = [slice(None)] * (ndim - used) or [Ellipsis]
    return read


def _as_int(k):
    """An integer from NumPy's scalars and anything with __index__ that is no array; None for others."""
    if getattr(k, "ndim", 0) or not hasattr(k, "__index__") or type(k).__name__ in ("bool", "bool_"):
        return None
    if isinstance(k, Tensor) and (k.dtype.kind not in "iu" or k.device.type != "cpu"):
        return None
    try:
        return index(k)
    except TypeError:
        return None


def _checked(i, n, dim):
    if not -n <= i < n:
        raise failure("TENSOR_ERR_INDEX", f"index {i} is out of bounds for dimension {dim} with size {n}")
    return i


def _select(handle, dim, i):
    if _api.tensor_ndim(handle) == 0:
        raise failure("TENSOR_ERR_INDEX", "a tensor of rank 0 takes no index but () and ...")
    n = _api.tensor_size(handle, dim)
    return _api.tensor_select(handle, dim, _checked(i, n, dim))


def _slice(handle, dim, key):
    step = 1 if key.step is None else index(key.step)
    if step < 0:
        raise ValueError("slices with a negative step are no views here: tendon.flip(x, dim) makes a copy in reverse")
    if step == 0:
        raise ValueError("a slice's step must not be 0")
    if _api.tensor_ndim(handle) == 0:
        raise failure("TENSOR_ERR_INDEX", "a tensor of rank 0 takes no index but () and ...")
    start = 0 if key.start is None else _bounded(key.start)
    stop = _TO_END if key.stop is None else _bounded(key.stop)
    return _api.tensor_slice(handle, dim, start, stop, _bounded(step))


def _bounded(i):
    return max(-_TO_END, min(_TO_END, index(i)))


def _alias(handle):
    """A view of all of it."""
    return _api.tensor_expand(handle, list(_api.tensor_shape(handle)))


Tensor.__getitem__ = getitem
Tensor.__setitem__ = setitem
