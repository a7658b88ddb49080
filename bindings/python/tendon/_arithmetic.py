"""Functions of two tensors, or of a tensor and a number: arithmetic, comparisons, logic; and Python's operators."""

from . import _api
from ._documents import from_header
from ._dtypes import float32, of_number
from ._failures import failure
from ._numbers import as_number, need_number, scalar_like, scalar_of
from ._tensor import Tensor, describe, handle_of, run, wrap

__all__ = ["div", "divide", "floor_divide", "remainder", "where"]

# name: its other names. A number on the right goes to the C function ..._scalar where there is one.
_BINARY = {
    "add": (), "sub": ("subtract",), "mul": ("multiply",), "pow": (), "maximum": (), "minimum": (),
    "eq": ("equal",), "ne": ("not_equal",), "lt": ("less",), "le": ("less_equal",), "gt": ("greater",),
    "ge": ("greater_equal",),
    "logical_and": (), "logical_or": (), "logical_xor": (),
}  # fmt: skip


def _beside(number, x, what):
    """A number as the other operand. Truths need not fit; of what is chosen between, whole numbers must."""
    if what.startswith("logical_"):
        number = bool(number)
    return scalar_like(number, x._handle, wraps=what not in ("maximum", "minimum", "where"))


def _operands(a, b, what):
    """Both as handles, numbers made tensors. The first two results keep them alive during the call."""
    if isinstance(a, Tensor):
        if not isinstance(b, Tensor):
            number = as_number(b)
            if number is None:
                raise TypeError(f"{what}: the second operand must be a tensor or a number, not {describe(b)}")
            b = _beside(number, a, what)
    elif isinstance(b, Tensor):
        number = as_number(a)
        if number is None:
            raise TypeError(f"{what}: the first operand must be a tensor or a number, not {describe(a)}")
        a = _beside(number, b, what)
    else:
        raise TypeError(f"{what}: one operand must be a tendon.Tensor")
    return a, b


# name: the C function of a tensor and a number that is this one of the number and the tensor.
_EXCHANGED = {
    "add": "add", "mul": "mul", "eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"
}  # fmt: skip


def _number_sub(number, b):
    """number - b: -b + number is the same to the last bit, and its number need not fit into b's dtype."""
    kind = of_number[_api.tensor_dtype(b._handle)].kind
    if kind == "b" or (kind != "f" and isinstance(number, float)):
        return run(_api.tensor_sub, scalar_like(number, b._handle), b)
    return run(_api.tensor_add_scalar, run(_api.tensor_neg, b), number)


def _number_div(number, b):
    """number / b. Small floats are computed in float32, where numbers are that they have not."""
    there = of_number[_api.tensor_dtype(b._handle)]
    if there.kind == "f" and there.itemsize == 2:
        wide = run(_api.tensor_to_dtype, b, float32.number)
        return run(_api.tensor_to_dtype, _number_div(number, wide), there.number)
    number = float(number)  # whole numbers divide as floats
    return run(_api.tensor_div, scalar_like(number, b._handle), b)


def _binary(name):
    of_tensors = getattr(_api, "tensor_" + name)
    of_number_ = getattr(_api, f"tensor_{name}_scalar", None)
    exchanged = getattr(_api, f"tensor_{_EXCHANGED.get(name)}_scalar", None)

    def function(a, b):
        if type(a) is Tensor:
            if type(b) is Tensor:
                return wrap(of_tensors(a._handle, b._handle))
            if of_number_ is not None:
                number = as_number(b)
                if number is not None:
                    return wrap(of_number_(a._handle, number))
        elif type(b) is Tensor and (exchanged is not None or name == "sub"):
            number = as_number(a)
            if number is not None:
                return _number_sub(number, b) if exchanged is None else wrap(exchanged(b._handle, number))
        a, b = _operands(a, b, name)
        return wrap(of_tensors(a._handle, b._handle))

    function.__name__ = function.__qualname__ = name
    return from_header("tensor_" + name, "One of them may be a number.")(function)


for _name, _others in _BINARY.items():
    globals()[_name] = _binary(_name)
    __all__.append(_name)
    for _other in _others:
        globals()[_other] = globals()[_name]
        __all__.append(_other)

_ROUNDING = {None: _api.TENSOR_ROUNDING_NONE, "trunc": _api.TENSOR_ROUNDING_TRUNC, "floor": _api.TENSOR_ROUNDING_FLOOR}


@from_header("tensor_div")
def div(a, b, *, rounding_mode=None):
    """`rounding_mode` is None, "trunc" or "floor". One of a and b may be a number."""
    if rounding_mode is None:
        if type(a) is Tensor:
            if type(b) is Tensor:
                return wrap(_api.tensor_div(a._handle, b._handle))
            number = as_number(b)
            if number is not None:
                return wrap(_api.tensor_div_scalar(a._handle, number))
        elif type(b) is Tensor:
            number = as_number(a)
            if number is not None:
                return _number_div(number, b)
        a, b = _operands(a, b, "div")
        return wrap(_api.tensor_div(a._handle, b._handle))
    if rounding_mode not in _ROUNDING:
        raise ValueError(f'rounding_mode must be None, "trunc" or "floor", not {rounding_mode!r}')
    a, b = _operands(a, b, "div")
    return wrap(_api.tensor_div(a._handle, b._handle, rounding=_ROUNDING[rounding_mode]))


def divide(a, b):
    """divide(a, b)

    a / b: see div."""
    return div(a, b)


def floor_divide(a, b):
    """floor_divide(a, b)

    The quotient rounded down: a // b. As torch.floor_divide."""
    return div(a, b, rounding_mode="floor")


def remainder(a, b):
    """remainder(a, b)

    a - b * floor(a / b) of integers: a % b, with the sign of b. Floats are refused: the library has no exact one."""
    a, b = _operands(a, b, "remainder")
    for x in (a, b):
        if of_number[_api.tensor_dtype(x._handle)].kind not in "iu":
            raise failure(
                "TENSOR_ERR_DTYPE",
                "remainder: only integers have one in this version; of floats use a - b * tendon.floor(a / b)",
            )
    return sub(a, mul(div(a, b, rounding_mode="floor"), b))  # noqa: F821


@from_header("tensor_where")
def where(cond, a, b):
    """a and b may be numbers."""
    handle_of(cond, "cond")
    if not isinstance(a, Tensor) and not isinstance(b, Tensor):
        a = scalar_of(need_number(a, "a"), cond._handle)
    a, b = _operands(a, b, "where")
    return wrap(_api.tensor_where(cond._handle, a._handle, b._handle))


def _in_place(name):
    """The function x.name_(b)."""
    of_tensors = getattr(_api, f"tensor_{name}_")
    of_number_ = getattr(_api, f"tensor_{name}_scalar_")

    def function(x, b):
        if type(b) is Tensor:
            of_tensors(handle_of(x), b._handle)
        else:
            number = as_number(b)
            if number is None:
                raise TypeError(f"{name}_: the operand must be a tensor or a number, not {describe(b)}")
            of_number_(handle_of(x), number)
        return x

    function.__name__ = function.__qualname__ = name + "_"
    return from_header(f"tensor_{name}_", "b may be a number. Returns x.")(function)


add_, sub_, mul_, div_ = (_in_place(name) for name in ("add", "sub", "mul", "div"))


@from_header("tensor_copy_", "Returns x.")
def copy_(x, src):
    _api.tensor_copy_(handle_of(x), handle_of(src, "src"))
    return x


@from_header("tensor_fill_", "Returns x.")
def fill_(x, value):
    _api.tensor_fill_(handle_of(x), need_number(value, "value"))
    return x
