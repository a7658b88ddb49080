"""Nested lists of numbers as a tensor."""

import array

from . import _api
from ._dtypes import bfloat16, bool_, float16, float32, int64
from ._numbers import as_number
from ._tensor import Tensor, wrap

# The letters of the array module for each of our numbers of bytes.
_CODES = {(kind, array.array(code).itemsize): code for code in "BHILQ" for kind in "u"}
_CODES.update({("i", array.array(code).itemsize): code for code in "bhilq"})
_CODES.update({("f", 4): "f", ("f", 8): "d"})


def from_nested(data, dtype, options, floats=float32):
    """A new tensor from a number, or lists and tuples of such, of equal lengths. `dtype` None: of the numbers' kind,
    where floats make it `floats`."""
    shape, flat = [], []
    _collect(data, 0, shape, flat)
    if dtype is None:
        dtype = _kind_of(flat, floats)
    if dtype is float16 or dtype is bfloat16:
        x = wrap(_host_copy(_pack(flat, float32), float32, shape, {}))
        x = wrap(_api.tensor_to_dtype(x._handle, dtype.number))
        if "device" in options:
            x = wrap(_api.tensor_to_device(x._handle, options["device"]))
        if options.get("requires_grad"):
            _api.tensor_set_requires_grad(x._handle, True)
        return x
    return wrap(_host_copy(_pack(flat, dtype), dtype, shape, options))


def _host_copy(values, dtype, shape, options):
    address, count = values.buffer_info()
    return _api.tensor_from_host_copy(
        address if count else None, count * values.itemsize, dtype.number, shape, **options
    )


def _collect(data, depth, shape, flat):
    """Appends the numbers of `data` to `flat` and notes its sizes in `shape`, which the first list of each depth
    sets."""
    if isinstance(data, Tensor) or (type(data).__module__ == "numpy" and hasattr(data, "tolist")):
        data = data.tolist()
    if isinstance(data, (list, tuple, range)):
        n = len(data)
        if depth == len(shape):
            if flat or depth > 64:
                raise ValueError(f"a list stands where other lists have a number, at depth {depth}")
            shape.append(n)
        elif shape[depth] != n:
            raise ValueError(f"lists of different lengths, {shape[depth]} and {n}, at depth {depth}")
        if n and depth + 1 == len(shape) and all(type(v) in (int, float, bool) for v in data):
            # The innermost lists, once their depth is known.
            flat.extend(data)
            return
        for part in data:
            _collect(part, depth + 1, shape, flat)
        return
    number = as_number(data)
    if number is None:
        raise TypeError(f"a tensor is made of numbers, and lists of them; found {type(data).__name__}")
    if depth != len(shape):
        raise ValueError(f"a number stands where other lists have a list, at depth {depth}")
    flat.append(number)


def _kind_of(flat, floats):
    kinds = set(map(type, flat))
    if float in kinds or not kinds:
        return floats
    return int64 if int in kinds else bool_


def _pack(flat, dtype):
    if dtype.kind == "b":
        return array.array("B", map(bool, flat))
    if dtype.kind in "iu" and float in set(map(type, flat)):
        flat = map(int, flat)
    try:
        return array.array(_CODES[dtype.kind, dtype.itemsize], flat)
    except OverflowError:
        raise OverflowError(f"a number does not fit into {dtype.name}") from None
