"""Python's operators and conversions, attached to Tensor."""

from . import _api
from . import _arithmetic as arithmetic
from . import _elementwise as elementwise
from ._failures import failure
from ._numbers import as_number
from ._tensor import Tensor, describe

_RANK = {"b": 0, "u": 1, "i": 1, "f": 2}


def _known(b):
    return type(b) is Tensor or as_number(b) is not None


def _refuse(symbol, b):
    """Arrays and other tensors get a sentence; for everything else Python says what it says of operators."""
    text = describe(b)
    if ": call " in text:
        raise TypeError(f"Tensor {symbol} with {text}")
    return NotImplemented


def _operator(symbol, function):
    def forward(self, other):
        return function(self, other) if _known(other) else _refuse(symbol, other)

    def reflected(self, other):
        return function(other, self) if _known(other) else _refuse(symbol, other)

    return forward, reflected


def _install(name, symbol, function, in_place=None):
    forward, reflected = _operator(symbol, function)
    setattr(Tensor, f"__{name}__", forward)
    setattr(Tensor, f"__r{name}__", reflected)
    if in_place is not None:
        setattr(Tensor, f"__i{name}__", in_place)


def _through_copy(symbol, function):
    """x op= b for the ops without a form in place: computed beside x, then copied into it."""

    def in_place(self, other):
        if not _known(other):
            return _refuse(symbol, other)
        result = function(self, other)
        there, got = self.dtype, result.dtype
        if _RANK[got.kind] > _RANK[there.kind]:
            raise failure(
                "TENSOR_ERR_DTYPE", f"{symbol}=: the result is {got.name} and does not go into a tensor of {there.name}"
            )
        return arithmetic.copy_(self, result)

    return in_place


def _direct(symbol, function):
    def in_place(self, other):
        return function(self, other) if _known(other) else _refuse(symbol, other)

    return in_place


def _logical(symbol, name):
    """& | ^ of bool tensors; the library has no bitwise ops on integers."""
    function = getattr(arithmetic, name)

    def checked(a, b):
        for x in (a, b):
            if isinstance(x, Tensor):
                is_bool = x.dtype.kind == "b"
            else:
                is_bool = isinstance(as_number(x), bool)
            if not is_bool:
                raise failure(
                    "TENSOR_ERR_DTYPE",
                    f"{symbol} is for bool tensors in this version; compare first, or use tendon.{name}",
                )
        return function(a, b)

    return checked


def _matmul(a, b):
    if type(a) is Tensor and type(b) is Tensor:
        return Tensor._from_handle(_api.tensor_matmul(a._handle, b._handle))
    raise TypeError(f"@ takes two tensors, not {describe(b if isinstance(a, Tensor) else a)}")


_and, _or, _xor = _logical("&", "logical_and"), _logical("|", "logical_or"), _logical("^", "logical_xor")

_install("add", "+", arithmetic.add, _direct("+", arithmetic.add_))
_install("sub", "-", arithmetic.sub, _direct("-", arithmetic.sub_))
_install("mul", "*", arithmetic.mul, _direct("*", arithmetic.mul_))
_install("truediv", "/", arithmetic.div, _direct("/", arithmetic.div_))
_install("floordiv", "//", arithmetic.floor_divide, _through_copy("//", arithmetic.floor_divide))
_install("mod", "%", arithmetic.remainder, _through_copy("%", arithmetic.remainder))
_install("pow", "**", arithmetic.pow, _through_copy("**", arithmetic.pow))
_install("and", "&", _and, _through_copy("&", _and))
_install("or", "|", _or, _through_copy("|", _or))
_install("xor", "^", _xor, _through_copy("^", _xor))
_install("matmul", "@", _matmul)


for _python, _name, _symbol in (
    ("eq", "eq", "=="), ("ne", "ne", "!="), ("lt", "lt", "<"), ("le", "le", "<="), ("gt", "gt", ">"), ("ge", "ge", ">=")
):  # fmt: skip
    setattr(Tensor, f"__{_python}__", _operator(_symbol, getattr(arithmetic, _name))[0])


def _invert(self):
    if self.dtype.kind != "b":
        raise failure("TENSOR_ERR_DTYPE", "~ is for bool tensors in this version; of others use tendon.logical_not")
    return elementwise.logical_not(self)


def _bool(self):
    if _api.tensor_numel(self._handle) != 1:
        raise ValueError(
            f"the truth value of a tensor of shape {list(self.shape)} is ambiguous: use x.any() or x.all()"
        )
    return _api.tensor_item_bool(self._handle)


def _int(self):
    if self.dtype.number == _api.TENSOR_DTYPE_U64:
        return int(self.item())
    return _api.tensor_item_i64(self._handle)


def _index(self):
    if self.dtype.kind not in "iu" or _api.tensor_numel(self._handle) != 1:
        raise TypeError(
            f"only an integer tensor with one element can be an index, not {self.dtype.name} {list(self.shape)}"
        )
    return _int(self)


def _len(self):
    if _api.tensor_ndim(self._handle) == 0:
        raise TypeError("a tensor of rank 0 has no len()")
    return _api.tensor_size(self._handle, 0)


def _iter(self):
    if _api.tensor_ndim(self._handle) == 0:
        raise TypeError("a tensor of rank 0 cannot be iterated over")
    return (
        Tensor._from_handle(_api.tensor_select(self._handle, 0, i)) for i in range(_api.tensor_size(self._handle, 0))
    )


def _reversed(self):
    if _api.tensor_ndim(self._handle) == 0:
        raise TypeError("a tensor of rank 0 cannot be iterated over")
    return (Tensor._from_handle(_api.tensor_select(self._handle, 0, -i)) for i in range(1, len(self) + 1))


def _contains(self, value):
    if not _known(value):
        raise TypeError(f"`in` takes a number or a tensor, not {describe(value)}")
    hit = arithmetic.eq(self, value)
    hit = Tensor._from_handle(_api.tensor_any(hit._handle, None))
    return _api.tensor_item_bool(hit._handle)


def _round(self, digits=None):
    if digits:
        raise TypeError("round(x, digits) is not there: the library rounds to integers")
    return elementwise.round(self)


Tensor.__neg__ = lambda self: elementwise.neg(self)
Tensor.__pos__ = lambda self: self
Tensor.__abs__ = lambda self: elementwise.abs(self)
Tensor.__invert__ = _invert
Tensor.__round__ = _round
Tensor.__floor__ = lambda self: elementwise.floor(self)
Tensor.__ceil__ = lambda self: elementwise.ceil(self)
Tensor.__trunc__ = lambda self: elementwise.trunc(self)
Tensor.__bool__ = _bool
Tensor.__int__ = _int
Tensor.__float__ = lambda self: _api.tensor_item_f64(self._handle)
Tensor.__complex__ = lambda self: complex(_api.tensor_item_f64(self._handle))
Tensor.__index__ = _index
Tensor.__len__ = _len
Tensor.__iter__ = _iter
Tensor.__reversed__ = _reversed
Tensor.__contains__ = _contains
