"""The element types as objects: tendon.float32 and the others, and what an argument `dtype=` may be."""

from . import _api

__all__ = ["dtype", "promote_types"]


class dtype:
    """The type of an element. There is one object per type: compare with == or `is`.

    An object compares equal also to what names the type elsewhere: tendon.float32 == "float32" == np.float32.
    """

    __slots__ = ("number", "name", "short", "itemsize", "kind", "format")

    def __init__(self, number, name, short, itemsize, kind, format):
        self.number = number  # TENSOR_DTYPE_...
        self.name = name  # as NumPy and PyTorch say
        self.short = short  # as the C library says
        self.itemsize = itemsize  # bytes
        self.kind = kind  # "b", "u", "i" or "f"
        self.format = format  # the letter of the struct module; None where it has none

    @property
    def is_floating_point(self):
        return self.kind == "f"

    @property
    def is_signed(self):
        return self.kind in "if"

    def __repr__(self):
        return f"tendon.{self.name}"

    def __eq__(self, other):
        if isinstance(other, dtype):
            return self is other
        found = _lookup(other)
        return NotImplemented if found is None else found is self

    def __hash__(self):
        return hash(self.name)

    def __reduce__(self):
        return (as_dtype, (self.name,))


bool_ = dtype(_api.TENSOR_DTYPE_BOOL, "bool", "bool", 1, "b", "?")
uint8 = dtype(_api.TENSOR_DTYPE_U8, "uint8", "u8", 1, "u", "B")
uint16 = dtype(_api.TENSOR_DTYPE_U16, "uint16", "u16", 2, "u", "H")
uint32 = dtype(_api.TENSOR_DTYPE_U32, "uint32", "u32", 4, "u", "I")
uint64 = dtype(_api.TENSOR_DTYPE_U64, "uint64", "u64", 8, "u", "Q")
int8 = dtype(_api.TENSOR_DTYPE_I8, "int8", "i8", 1, "i", "b")
int16 = dtype(_api.TENSOR_DTYPE_I16, "int16", "i16", 2, "i", "h")
int32 = dtype(_api.TENSOR_DTYPE_I32, "int32", "i32", 4, "i", "i")
int64 = dtype(_api.TENSOR_DTYPE_I64, "int64", "i64", 8, "i", "q")
float16 = dtype(_api.TENSOR_DTYPE_F16, "float16", "f16", 2, "f", None)
bfloat16 = dtype(_api.TENSOR_DTYPE_BF16, "bfloat16", "bf16", 2, "f", None)
float32 = dtype(_api.TENSOR_DTYPE_F32, "float32", "f32", 4, "f", "f")
float64 = dtype(_api.TENSOR_DTYPE_F64, "float64", "f64", 8, "f", "d")

ALL = (bool_, uint8, uint16, uint32, uint64, int8, int16, int32, int64, float16, bfloat16, float32, float64)

of_number = {d.number: d for d in ALL}

_by_name = {d.name: d for d in ALL}
_by_name.update({d.short: d for d in ALL})
_by_name.update({"bool_": bool_, "half": float16, "float": float32, "double": float64})
_by_name.update({"short": int16, "int": int32, "long": int64})
_of_python = {bool: bool_, int: int64, float: float32}


def _lookup(what):
    """The dtype that `what` names, or None."""
    if isinstance(what, str):
        return _by_name.get(what[6:] if what.startswith("torch.") else what)
    if isinstance(what, type):
        # NumPy's scalar types and those of ml_dtypes; not every class that happens to be called "half".
        found = _of_python.get(what)
        if found is None and what.__module__ in ("numpy", "ml_dtypes"):
            found = _by_name.get(what.__name__)
        return found
    module = type(what).__module__
    if module.startswith("numpy"):
        name = getattr(what, "name", None)
        # A dtype of the other byte order has the same name and other bytes.
        return _by_name.get(name) if getattr(what, "isnative", False) else None
    if module == "torch":
        return _by_name.get(str(what)[6:])
    return None


def as_dtype(what):
    """The dtype that an argument names: a tendon.dtype, a string, bool, int, float, or a dtype of NumPy or PyTorch."""
    if type(what) is dtype:
        return what
    found = _lookup(what)
    if found is None:
        names = ", ".join(d.name for d in ALL)
        raise TypeError(f"no dtype of Tendon: {what!r}. There are {names}")
    return found


def promote_types(a, b):
    """The smallest dtype that both convert to. As torch.promote_types."""
    return of_number[_api.tensor_promote_types(as_dtype(a).number, as_dtype(b).number)]
