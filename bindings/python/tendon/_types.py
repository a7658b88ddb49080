"""Questions about dtypes: finfo, iinfo, can_cast, result_type, isdtype."""

from . import _api
from ._dtypes import (
    ALL, as_dtype, bfloat16, bool_, dtype, float16, float32, float64, int8, int16, int32, int64, of_number,
    promote_types, uint8, uint16, uint32, uint64,
)  # fmt: skip
from ._failures import failure
from ._numbers import as_number, scalar_like
from ._tensor import Tensor, wrap

__all__ = ["can_cast", "finfo", "iinfo", "isdtype", "result_type"]


class finfo:
    """The range and resolution of a float dtype: bits, eps, max, min, smallest_normal, dtype. As numpy.finfo."""

    __slots__ = ("bits", "dtype", "eps", "max", "min", "smallest_normal")

    # Bits of the mantissa after the point, and the largest and smallest exponents.
    _FORMS = {float16: (10, 15, -14), bfloat16: (7, 127, -126), float32: (23, 127, -126), float64: (52, 1023, -1022)}

    def __init__(self, type):
        there = type.dtype if isinstance(type, Tensor) else as_dtype(type)
        if there not in self._FORMS:
            raise failure("TENSOR_ERR_DTYPE", f"finfo is of floats, not {there.name}: see iinfo")
        mantissa, high, low = self._FORMS[there]
        self.dtype = there
        self.bits = 8 * there.itemsize
        self.eps = 2.0**-mantissa
        self.max = (2.0 - self.eps) * 2.0**high
        self.min = -self.max
        self.smallest_normal = 2.0**low

    @property
    def tiny(self):
        return self.smallest_normal

    def __repr__(self):
        return f"finfo(dtype={self.dtype.name}, eps={self.eps:g}, min={self.min:g}, max={self.max:g})"


class iinfo:
    """The range of an integer dtype: bits, max, min, dtype. As numpy.iinfo."""

    __slots__ = ("bits", "dtype", "max", "min")

    def __init__(self, type):
        there = type.dtype if isinstance(type, Tensor) else as_dtype(type)
        if there.kind not in "iu":
            raise failure("TENSOR_ERR_DTYPE", f"iinfo is of integers, not {there.name}: see finfo")
        self.dtype = there
        self.bits = 8 * there.itemsize
        signed = there.kind == "i"
        self.max = 2 ** (self.bits - signed) - 1
        self.min = -(2 ** (self.bits - 1)) if signed else 0

    def __repr__(self):
        return f"iinfo(dtype={self.dtype.name}, min={self.min}, max={self.max})"


_KINDS = {
    "bool": (bool_,),
    "signed integer": (int8, int16, int32, int64),
    "unsigned integer": (uint8, uint16, uint32, uint64),
    "integral": (int8, int16, int32, int64, uint8, uint16, uint32, uint64),
    "real floating": (float16, bfloat16, float32, float64),
    "complex floating": (),
    "numeric": tuple(d for d in ALL if d is not bool_),
}


def isdtype(dtype, kind):
    """isdtype(dtype, kind)

    Whether a dtype is of a kind: a dtype, "bool", "signed integer", "unsigned integer", "integral", "real floating",
    "complex floating", "numeric", or a tuple of such. As in the array API standard."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    if isinstance(kind, str) and kind in _KINDS:
        return as_dtype(dtype) in _KINDS[kind]
    return as_dtype(dtype) is as_dtype(kind)


def can_cast(from_, to):
    """can_cast(from_, to)

    Whether promotion leads from a dtype (or a tensor's) to another: promote_types(from_, to) == to."""
    source, target = (x.dtype if isinstance(x, Tensor) else as_dtype(x) for x in (from_, to))
    try:
        return promote_types(source, target) is target
    except TypeError:
        return False


def result_type(*arrays_and_dtypes):
    """result_type(*arrays_and_dtypes)

    The dtype that arithmetic over tensors, dtypes and numbers has. As torch.result_type, and numpy.result_type."""
    tensors, numbers = [], []
    for what in arrays_and_dtypes:
        if isinstance(what, Tensor):
            tensors.append(what)
        else:
            number = None if isinstance(what, (type, str, dtype)) else as_number(what)
            if number is None:
                # A dtype counts as a tensor with dimensions.
                tensors.append(wrap(_api.tensor_empty([0], dtype=as_dtype(what).number)))
            else:
                numbers.append(number)
    if not tensors:
        raise ValueError("result_type: no tensor and no dtype among the arguments")
    there = of_number[_api.tensor_result_type([x._handle for x in tensors])]
    like = wrap(_api.tensor_empty([], dtype=there.number))
    for number in numbers:
        one = scalar_like(number, like._handle).dtype
        there = there if one is there else promote_types(there, one)
    return there
