"""Plain numbers as operands, and numbers as tensors where the C library wants a tensor."""

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


def scalar_like(number, like):
    """`number` as a tensor of rank 0 beside the tensor `like`: it promotes as the number itself would."""
    there = of_number[_api.tensor_dtype(like)]
    rank = 0 if isinstance(number, bool) else 1 if isinstance(number, int) else 2
    options = {"device": _api.tensor_device(like)}
    if rank <= _RANK[there.kind]:
        options["dtype"] = there.number
    return wrap(_api.tensor_scalar(number, **options))


def scalar_of(number, beside):
    """`number` as a tensor of rank 0 and of its own dtype, on the device of `beside`."""
    return wrap(_api.tensor_scalar(number, device=_api.tensor_device(beside)))
