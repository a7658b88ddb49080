"""tensor, asarray, frombuffer: tensors from Python's data and other libraries' arrays."""

import ctypes
import sys
from operator import index

from . import _api
from ._arguments import make_options
from ._borrow import borrow
from ._convert import to
from ._dtypes import as_dtype, uint8
from ._nested import from_nested
from ._tensor import Tensor, run, wrap

__all__ = ["asarray", "as_tensor", "frombuffer", "tensor"]


def tensor(data, *, dtype=None, device=None, requires_grad=False):
    """tensor(data, *, dtype=None, device=None, requires_grad=False)

    A new tensor with a copy of `data`: a number, nested lists or tuples of numbers, a NumPy array, a buffer, or a
    tensor. As torch.tensor.

    Lists of bools become bool, of integers int64, with a float among them float32, unless `dtype` says otherwise.
    Arrays, buffers and tensors keep their dtype. Gradients do not flow through: see Tensor.clone."""
    there = None if dtype is None else as_dtype(dtype)
    if isinstance(data, Tensor):
        copied = to(data.detach(), dtype=there, device=device, copy=True)
        return copied.requires_grad_() if requires_grad else copied
    if _is_array(data):
        return _copied(data, there, device, requires_grad)
    if _is_buffer(data):
        return _with(run(_api.tensor_clone, _over_buffer(data)), there, device, requires_grad)
    if hasattr(data, "__dlpack__") and not _is_numpy(data):
        from ._dlpack import from_dlpack

        return tensor(from_dlpack(data), dtype=dtype, device=device, requires_grad=requires_grad)
    if _becomes_array(data):
        return _copied(_array_of(data), there, device, requires_grad)
    return from_nested(data, there, make_options(None, device, requires_grad))


def asarray(obj, *, dtype=None, device=None, copy=None):
    """asarray(obj, *, dtype=None, device=None, copy=None)

    A tensor of what `obj` holds, over its memory where that is possible: a tensor, a NumPy array, a buffer, whatever
    speaks DLPack; or a copy of numbers and lists of them. As numpy.asarray.

    copy=True always copies; copy=False raises ValueError where a copy would be needed."""
    there = None if dtype is None else as_dtype(dtype)
    if copy:
        return (
            obj.to(dtype=there, device=device, copy=True)
            if isinstance(obj, Tensor)
            else tensor(obj, dtype=there, device=device)
        )
    if isinstance(obj, Tensor):
        x = obj
    elif _is_array(obj):
        from ._numpy import from_numpy

        x = from_numpy(obj)
    elif _is_buffer(obj):
        x = _over_buffer(obj)
    elif hasattr(obj, "__dlpack__") and not _is_numpy(obj):
        from ._dlpack import from_dlpack

        x = from_dlpack(obj)
    elif _becomes_array(obj):
        from ._numpy import from_numpy

        x = from_numpy(_array_of(obj))
    elif copy is False:
        raise ValueError(f"asarray: {type(obj).__name__} has no memory to look into, and copy is False")
    else:
        return tensor(obj, dtype=there, device=device)
    if there is None and device is None:
        return x
    y = to(x, dtype=there, device=device)
    if copy is False and not _api.tensor_is_same(x._handle, y._handle):
        raise ValueError("asarray: another dtype or device needs a copy, and copy is False")
    return y


as_tensor = asarray


def frombuffer(buffer, *, dtype=uint8, count=-1, offset=0):
    """frombuffer(buffer, *, dtype=uint8, count=-1, offset=0)

    A tensor of rank 1 over the memory of an object with the buffer protocol (bytes, bytearray, array.array, mmap,
    memoryview), without a copy. As torch.frombuffer, numpy.frombuffer. `offset` is in bytes. The buffer stays locked
    while a tensor uses it; a read-only one makes a tensor whose writes are refused."""
    dtype = as_dtype(dtype)
    view = memoryview(buffer)
    if not view.c_contiguous:
        raise ValueError("frombuffer: the buffer is not contiguous")
    offset, count = index(offset), index(count)
    if not 0 <= offset <= view.nbytes:
        raise ValueError(f"frombuffer: offset {offset} lies outside of {view.nbytes} bytes")
    rest = view.nbytes - offset
    if count < 0:
        if rest % dtype.itemsize:
            raise ValueError(
                f"frombuffer: {rest} bytes are not a whole number of {dtype.name} ({dtype.itemsize} bytes each)"
            )
        count = rest // dtype.itemsize
    elif count * dtype.itemsize > rest:
        raise ValueError(f"frombuffer: {count} times {dtype.itemsize} bytes are more than the {rest} there are")
    return _borrowed(view, dtype, [count], offset)


def _over_buffer(buffer):
    """A tensor over a buffer, in its own format and shape."""
    from ._dtypes import ALL

    view = memoryview(buffer)
    # ctypes says the order of bytes even where it is the machine's.
    letter = view.format.lstrip("@=<" if sys.byteorder == "little" else "@=>!") or view.format
    kinds = {d.format: d for d in ALL if d.format}
    kinds.update(
        {"l": kinds["q"] if view.itemsize == 8 else kinds["i"], "L": kinds["Q"] if view.itemsize == 8 else kinds["I"]}
    )
    kinds.update({"c": uint8})
    found = kinds.get(letter)
    if found is None or found.itemsize != view.itemsize:
        raise TypeError(f"a buffer of format {view.format!r} has no dtype here")
    if not view.c_contiguous:
        view = memoryview(view.tobytes()).cast("B").cast(found.format, view.shape) if view.nbytes else view
    return _borrowed(view, found, list(view.shape), 0)


class _PyBuffer(ctypes.Structure):
    """Py_buffer, for the address of read-only memory, which ctypes does not give otherwise."""

    _fields_ = [
        ("buf", ctypes.c_void_p), ("obj", ctypes.c_void_p), ("len", ctypes.c_ssize_t), ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int), ("ndim", ctypes.c_int), ("format", ctypes.c_void_p), ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p), ("suboffsets", ctypes.c_void_p), ("internal", ctypes.c_void_p),
    ]  # fmt: skip


def _address(view):
    what = _PyBuffer()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), ctypes.byref(what), 0)
    address = what.buf
    ctypes.pythonapi.PyBuffer_Release(ctypes.byref(what))
    return address


def _borrowed(view, dtype, shape, offset):
    if view.nbytes == 0:
        return wrap(borrow(view, None, 0, dtype, shape, read_only=view.readonly))
    address = _address(view) + offset
    if address % dtype.itemsize:
        raise ValueError(f"the buffer is not aligned to elements of {dtype.itemsize} bytes: copy it first")
    return wrap(borrow(view, address, view.nbytes - offset, dtype, shape, read_only=view.readonly))


def _is_numpy(data):
    return type(data).__module__ == "numpy"


def _is_array(data):
    if type(data).__module__.partition(".")[0] == "numpy":
        return type(data).__name__ != "generic" and hasattr(data, "ctypes")
    return hasattr(type(data), "__array_finalize__")


def _becomes_array(data):
    """Whether numpy.asarray knows what to do: pictures of Pillow, tables of pandas, ..."""
    return (hasattr(data, "__array__") or hasattr(data, "__array_interface__")) and not _is_numpy(data)


def _array_of(data):
    from ._numpy import numpy

    return numpy().asarray(data)


def _is_buffer(data):
    if isinstance(data, (int, float, list, tuple, str)) or _is_numpy(data):
        return False
    try:
        memoryview(data).release()
    except TypeError:
        return False
    return True


def _copied(array, dtype, device, requires_grad):
    """A copy of a NumPy array, whatever its order, alignment and byte order."""
    from ._numpy import dtype_of_array, numpy

    np = numpy()
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    there = dtype_of_array(array.dtype)
    array = np.ascontiguousarray(array).reshape(array.shape)
    address = array.ctypes.data if array.nbytes else None
    x = wrap(_api.tensor_from_host_copy(address, array.nbytes, there.number, list(array.shape)))
    return _with(x, dtype, device, requires_grad)


def _with(x, dtype, device, requires_grad):
    """A new tensor in another dtype and on another device, if asked for."""
    x = to(x, dtype=dtype, device=device)
    if requires_grad:
        _api.tensor_set_requires_grad(x._handle, True)
    return x
