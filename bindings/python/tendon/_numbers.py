"""Plain numbers as operands, and numbers as tensors where the C library wants a tensor."""

import math
import numbers

from . import _api
from ._dtypes import of_number
from ._tensor import wrap

_RANK = {"b": 0, "u": 1, "i": 1, "f": 2}


def as_number(value):
    """A bool, int or float, also from NumPy's scalars; None for what is no number."""
    kind = type(value)
    if kind is float or kind is int or kind is bool:
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if kind.__module__ == "numpy" and kind.__name__ in ("bool_", "bool"):
        return bool(value)
    return None


def need_number(value, what):
    number = as_number(value)
    if number is None:
        raise TypeError(f"{what} must be a number, not {type(value).__name__}")
    return number


def scalar_like(number, like, wraps=True):
    """`number` as a tensor of rank 0 beside the tensor `like`: it promotes as the number itself would. One that is
    beyond its dtype is as in PyTorch: whole ones lose their upper bits, unless `wraps` is false and they are refused;
    floats become infinite."""
    there = of_number[_api.tensor_dtype(like)]
    rank = 0 if isinstance(number, bool) else 1 if isinstance(number, int) else 2
    options = {"device": _api.tensor_device(like)}
    if rank <= _RANK[there.kind]:
        options["dtype"] = there.number
        number = _fitted(number, there, wraps)
    return wrap(_api.tensor_scalar(number, **options))


_LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38}


def _fitted(number, there, wraps):
    if there.kind in "iu":
        n = int(number)
        if not wraps or not -(2**63) <= n < 2**63:
            return number
        bits = 8 * there.itemsize
        half = 1 << (bits - 1) if there.kind == "i" else 0
        n = ((n + half) & ((1 << bits) - 1)) - half
        # Negative ones of uint64 go as they are: the library does the same to them.
        return n if n < 2**63 else n - 2**64
    largest = _LARGEST.get(there.name)
    if there.kind != "f" or largest is None or -largest <= number <= largest or number != number:
        return number
    # What rounding brings down to the largest number stays finite.
    half = 2.0 ** {"float16": 4, "bfloat16": 119, "float32": 103}[there.name]
    return math.copysign(largest if abs(number) < largest + half else math.inf, number)


def scalar_of(number, beside):
    """`number` as a tensor of rank 0 and of its own dtype, on the device of `beside`."""
    return wrap(_api.tensor_scalar(number, device=_api.tensor_device(beside)))
