"""Functions of one tensor, element by element, and their forms in place."""

from . import _api
from ._dtypes import of_number
from ._documents import from_header
from ._numbers import need_number
from ._tensor import handle_of, run, wrap

__all__ = ["abs", "clamp", "clip", "dropout", "gelu", "isfinite", "isinf", "positive"]

# name: its other names.
_UNARY = {
    "neg": ("negative",), "sign": (), "exp": (), "log": (), "sqrt": (), "rsqrt": (),
    "reciprocal": (), "square": (), "sin": (), "cos": (), "tanh": (), "sigmoid": (), "relu": (), "softplus": (),
    "erf": (),
    "expm1": (), "log1p": (), "floor": (), "ceil": (), "round": (), "trunc": (), "isnan": (), "logical_not": (),
}  # fmt: skip

_IN_PLACE = ("neg_", "exp_", "sqrt_", "relu_", "sigmoid_", "tanh_", "zero_")


def _unary(name):
    call = getattr(_api, "tensor_" + name)

    def function(x):
        return wrap(call(handle_of(x)))

    function.__name__ = function.__qualname__ = name
    return from_header("tensor_" + name)(function)


def _unary_in_place(name):
    call = getattr(_api, "tensor_" + name)

    def function(x):
        call(handle_of(x))
        return x

    function.__name__ = function.__qualname__ = name
    return from_header("tensor_" + name, "Returns x.")(function)


for _name, _others in _UNARY.items():
    globals()[_name] = _unary(_name)
    __all__.append(_name)
    for _other in _others:
        globals()[_other] = globals()[_name]
        __all__.append(_other)

for _name in _IN_PLACE:
    globals()[_name] = _unary_in_place(_name)


@from_header("tensor_abs")
def abs(x):
    return wrap(_api.tensor_abs(handle_of(x)))


def positive(x):
    """positive(x)

    +x: the tensor itself."""
    handle_of(x)
    return x


def isinf(x):
    """isinf(x)

    Where x is infinite, as bool. As torch.isinf."""
    if of_number[_api.tensor_dtype(handle_of(x))].kind != "f":
        return wrap(_api.tensor_zeros_like(x._handle, dtype=_api.TENSOR_DTYPE_BOOL))
    return run(_api.tensor_eq_scalar, abs(x), float("inf"))


def isfinite(x):
    """isfinite(x)

    Where x is neither infinite nor NaN, as bool. As torch.isfinite."""
    if of_number[_api.tensor_dtype(handle_of(x))].kind != "f":
        return wrap(_api.tensor_ones_like(x._handle, dtype=_api.TENSOR_DTYPE_BOOL))
    return run(_api.tensor_lt_scalar, abs(x), float("inf"))


@from_header("tensor_gelu")
def gelu(x, approximate="none"):
    """`approximate` is "none" or "tanh", as in PyTorch."""
    if approximate not in ("none", "tanh"):
        raise ValueError(f'approximate must be "none" or "tanh", not {approximate!r}')
    if approximate == "tanh":
        return wrap(_api.tensor_gelu(handle_of(x), tanh_approximation=True))
    return wrap(_api.tensor_gelu(handle_of(x)))


@from_header("tensor_dropout")
def dropout(x, p=0.5, training=True):
    """Without `training` it is x itself."""
    return wrap(_api.tensor_dropout(handle_of(x), p, inference=not training))


@from_header("tensor_clamp")
def clamp(x, min=None, max=None):
    """The bounds are numbers, or tensors, which are broadcast."""
    low = _bound(min, "min")
    high = _bound(max, "max")
    if low is None and high is None and (min is None and max is None):
        raise ValueError("clamp: min and max are both missing")
    y = x
    if low is not None or high is not None:
        y = wrap(_api.tensor_clamp(handle_of(x), low, high))
    if min is not None and low is None:
        y = wrap(_api.tensor_maximum(handle_of(y), min._handle))
    if max is not None and high is None:
        y = wrap(_api.tensor_minimum(handle_of(y), max._handle))
    return y


def clip(x, min=None, max=None):
    return clamp(x, min, max)


clip.__doc__ = clamp.__doc__


@from_header("tensor_clamp_", "Returns x.")
def clamp_(x, min=None, max=None):
    _api.tensor_clamp_(handle_of(x), *(None if b is None else need_number(b, "a bound") for b in (min, max)))
    return x


def _bound(bound, what):
    """A bound as a number; None where it is missing or a tensor."""
    if bound is None or hasattr(bound, "_handle"):
        return None
    return need_number(bound, what)
