"""What the functions of _api are made of: the loaded library, and conversions between Python values and C arguments.

Numbers are checked before they go to C, because ctypes cuts what does not fit.
"""
import ctypes
import operator
import os
import sys
from ctypes import c_char_p, c_double, c_int32, c_int64, c_void_p

from . import _errors, _library

library = _library.load()
# The same, for calls during which no other thread of Python runs.
_held = ctypes.PyDLL(None, handle=library._handle)
finalizing = sys.is_finalizing

_last_error_message = library.tendon_last_error_message
_last_error_message.restype = c_char_p
_last_error_message.argtypes = ()
_last_error_status = library.tendon_last_error_status
_last_error_status.restype = c_int32
_last_error_status.argtypes = ()
_clear_last_error = library.tendon_clear_last_error
_clear_last_error.restype = None
_clear_last_error.argtypes = ()
_status_name = library.tendon_status_name
_status_name.restype = c_char_p
_status_name.argtypes = (c_int32,)


def fail(status):
    """Raises the failure of the call that this thread has just made."""
    raise _errors.error(status, _status_name(status).decode(), _last_error_message().decode("utf-8", "replace"))


def fail_last():
    """As fail, after a question that answers with a number."""
    fail(_last_error_status())


def ask_again(call, *arguments):
    """A question whose answer may be the one that stands for failure: asks again with a clean record."""
    _clear_last_error()
    answer = call(*arguments)
    status = _last_error_status()
    if status:
        fail(status)
    return answer


def bind(name, result, *arguments, _from=library):
    """The C function, with its types. One that an older library does not have says so when it is called."""
    try:
        function = getattr(_from, name)
    except AttributeError:
        return _missing(name)
    function.restype = result
    function.argtypes = arguments
    return function


def bind_held(name, result, *arguments):
    """As bind; the function is called with the GIL held."""
    return bind(name, result, *arguments, _from=_held)


def _missing(name):
    def call(*arguments):
        version = library.tendon_version_string
        version.restype = c_char_p
        raise _errors.UnsupportedError(
            1600, "TENSOR_ERR_UNSUPPORTED", f"{name}: this library ({version().decode()}) does not have it yet"
        )

    return call


def _integer(low, high, kind):
    def convert(value, name):
        number = operator.index(value)
        if not low <= number <= high:
            raise OverflowError(f"{name} = {number} does not fit into {kind}")
        return number

    return convert


#: For what is no plain int, or out of range: the converted number or the exception.
to_int8_t = _integer(-(2**7), 2**7 - 1, "int8_t")
to_uint8_t = _integer(0, 2**8 - 1, "uint8_t")
to_int16_t = _integer(-(2**15), 2**15 - 1, "int16_t")
to_uint16_t = _integer(0, 2**16 - 1, "uint16_t")
to_int32_t = _integer(-(2**31), 2**31 - 1, "int32_t")
to_uint32_t = _integer(0, 2**32 - 1, "uint32_t")
to_int64_t = _integer(-(2**63), 2**63 - 1, "int64_t")
to_uint64_t = _integer(0, 2**64 - 1, "uint64_t")
to_size_t = _integer(0, 2**64 - 1, "size_t")


class Scalar(ctypes.Structure):
    """In argtypes: what `scalar` makes. Its union is written as the one member that is meant, which is several times
    faster than ctypes' unions are."""


class _ScalarInt(Scalar):
    _fields_ = [("kind", c_int32), ("reserved", c_int32), ("value", c_int64), ("rest", c_int64)]


class _ScalarFloat(Scalar):
    _fields_ = [("kind", c_int32), ("reserved", c_int32), ("value", c_double), ("rest", c_int64)]


_BOOL, _INT, _FLOAT = 1, 2, 3


#: Programs use few numbers, again and again: looking one up costs a fifth of making it. Zeros are not kept, because the
#: two of them are equal.
_floats, _ints = {}, {}
_KEPT = 256


def scalar(value):
    """A number as a TensorScalar."""
    kind = value.__class__
    if kind is float:
        made = _floats.get(value)
        if made is None:
            made = _ScalarFloat(_FLOAT, 0, value)
            if value and len(_floats) < _KEPT:
                _floats[value] = made
        return made
    if kind is int:
        made = _ints.get(value)
        if made is None:
            made = _ScalarInt(_INT, 0, to_int64_t(value, "the number"))
            if len(_ints) < _KEPT:
                _ints[value] = made
        return made
    if kind is bool or kind.__name__ in ("bool_", "bool"):
        return _ScalarInt(_BOOL, 0, bool(value))
    try:
        return _ScalarInt(_INT, 0, to_int64_t(value, "the number"))
    except TypeError:
        # Not float(), which reads strings too.
        convert = getattr(kind, "__float__", None)
        if convert is None:
            raise TypeError(f"a {kind.__name__} is no number") from None
        return _ScalarFloat(_FLOAT, 0, convert(value))


#: A TensorScalar that the library fills in.
ScalarOut = _ScalarInt


def scalar_value(out):
    if out.kind == _FLOAT:
        return _ScalarFloat.from_buffer(out).value
    return bool(out.value) if out.kind == _BOOL else out.value


def text(value, name):
    """str, bytes or a path as bytes without a NUL."""
    if isinstance(value, str):
        value = value.encode()
    elif not isinstance(value, bytes):
        raise TypeError(f"{name} is a {type(value).__name__}, not str")
    if b"\0" in value:
        raise ValueError(f"{name} holds a NUL character")
    return value


def path(value, name):
    """A path as the system has it, without a NUL."""
    value = os.fsencode(value)
    if b"\0" in value:
        raise ValueError(f"{name} holds a NUL character")
    return value


def texts(values, name):
    return (c_char_p * len(values))(*[text(value, name) for value in values])


def character(value, name):
    """One ASCII character: of str or bytes, or its number."""
    if value.__class__ is int and 0 <= value < 128:
        return value
    if isinstance(value, (str, bytes)) and len(value) == 1 and value.isascii():
        return ord(value)
    raise ValueError(f"{name} is {value!r}, not one ASCII character")


def structure(kind, values):
    """A plain struct of numbers: a TensorDevice of (type, index)."""
    made = kind(*values)
    if tuple(getattr(made, field[0]) for field in kind._fields_) != tuple(values):
        raise OverflowError(f"{tuple(values)} does not fit into {kind.__name__}")
    return made


def address(function, name):
    """Of a callback: a ctypes function object, which the caller keeps alive, a number or None."""
    if function is None or function.__class__ is int:
        return function
    if isinstance(function, ctypes._CFuncPtr):
        return ctypes.cast(function, c_void_p).value
    raise TypeError(f"{name} is a {type(function).__name__}, not a ctypes function or an address")


def same_count(name, count, other, expected):
    if count != expected:
        raise ValueError(f"{name} has {count} items and {other} has {expected}")


#: Arrays to be filled, by length: making the type costs more than making the array.
_kinds = {}


def room(element, n):
    kind = _kinds.get((element, n))
    if kind is None:
        kind = element * n
        if n <= 64:
            _kinds[element, n] = kind
    return kind()
