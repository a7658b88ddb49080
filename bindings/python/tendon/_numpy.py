"""NumPy arrays and tensors over the same memory. NumPy is imported at the first use."""

from . import _api
from ._borrow import borrow
from ._dtypes import ALL, bfloat16, of_number
from ._failures import failure
from ._tensor import handle_of, wrap

__all__ = ["from_numpy"]

_TYPESTR = {d.number: f"{'|' if d.itemsize == 1 else '='}{d.kind}{d.itemsize}" for d in ALL if d is not bfloat16}
_OF_NUMPY = {(d.kind, d.itemsize): d for d in ALL if d is not bfloat16}


def numpy():
    try:
        import numpy
    except ImportError:
        raise ImportError("this needs NumPy, which is not installed") from None
    return numpy


def _bfloat16():
    """The bfloat16 of ml_dtypes as a dtype of NumPy."""
    try:
        import ml_dtypes
    except ImportError:
        raise TypeError(
            "NumPy has no bfloat16: install ml_dtypes, which has one, or convert with tensor.float() first"
        ) from None
    return numpy().dtype(ml_dtypes.bfloat16)


def dtype_of_array(there):
    """The dtype for one of NumPy; TypeError or ValueError with the way out."""
    found = _OF_NUMPY.get((there.kind, there.itemsize))
    if found is None and there.name == "bfloat16":
        found = bfloat16
    if found is None:
        names = ", ".join(d.name for d in ALL)
        raise TypeError(f"arrays of {there} have no counterpart: convert with array.astype(...). There are {names}")
    if not there.isnative:
        raise ValueError(
            f"the array's bytes are in the other order ({there.str}): array.astype(array.dtype.newbyteorder('='))"
        )
    return found


def from_numpy(array):
    """from_numpy(array)

    A tensor over the memory of a numpy.ndarray, without a copy: a write through one shows in the other. As
    torch.from_numpy.

    The array lives as long as a tensor uses its memory. Any strides do, negative ones too; a read-only array makes a
    tensor whose writes are refused. Arrays must be aligned, in native byte order, and of a dtype that the library
    has."""
    np = numpy()
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy takes a numpy.ndarray, not {type(array).__name__}: tendon.tensor(data) copies")
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(
            "from_numpy does not take masked arrays: a tensor has no mask. Take array.data or array.filled(...)"
        )
    dtype = dtype_of_array(array.dtype)
    shape = array.shape
    read_only = not array.flags.writeable
    address = array.ctypes.data
    if array.size == 0:
        return _own(array, None, 0, dtype, shape, None, 0, read_only)
    if not array.flags.aligned:
        raise ValueError(
            "the array is not aligned to its elements: numpy.require(array, requirements='A') copies it so"
        )
    if array.flags.c_contiguous:
        return _own(array, address, array.nbytes, dtype, shape, None, 0, read_only)
    size = array.itemsize
    low = high = 0
    strides = []
    for n, step in zip(shape, array.strides):
        if n == 1:
            # NumPy does not care what stands here.
            step = 0
        if step % size:
            raise ValueError(
                f"the array's steps of {step} bytes are no multiple of its elements of {size}: "
                "numpy.ascontiguousarray(array)"
            )
        strides.append(step // size)
        reach = (n - 1) * step
        low, high = low + min(reach, 0), high + max(reach, 0)
    return _own(array, address + low, high - low + size, dtype, shape, strides, -low // size, read_only)


def _own(array, address, nbytes, dtype, shape, strides, offset, read_only):
    return wrap(borrow(array, address, nbytes, dtype, shape, strides, offset, read_only))


class _Window:
    """What numpy.asarray makes an array of; the array keeps it, and it keeps the tensor."""

    __slots__ = ("tensor", "__array_interface__")

    def __init__(self, tensor, interface):
        self.tensor = tensor
        self.__array_interface__ = interface


def to_numpy(x, *, force=False):
    """numpy(*, force=False)

    A numpy.ndarray over the memory of the tensor, without a copy: a write through one shows in the other. As
    torch.Tensor.numpy.

    The tensor lives as long as the array does. Only of tensors on the CPU that do not require grad: call .cpu() or
    .detach() first; `force` does that for you, and the array may be of a copy then."""
    handle = handle_of(x)
    if _api.tensor_requires_grad(handle):
        if not force:
            raise failure("TENSOR_ERR_AUTOGRAD", "the tensor requires grad: call tensor.detach().numpy()")
        x = x.detach()
    if _api.tensor_device(handle)[0] != _api.TENSOR_DEVICE_CPU:
        if not force:
            raise failure(
                "TENSOR_ERR_NOT_ON_CPU",
                f"the tensor is on {x.device}, and NumPy sees host memory only: call tensor.cpu() first",
            )
        x = x.cpu()
    np = numpy()
    handle = x._handle
    dtype = of_number[_api.tensor_dtype(handle)]
    view = _bfloat16() if dtype is bfloat16 else None
    shape = tuple(_api.tensor_shape(handle))
    if _api.tensor_numel(handle) == 0:
        return np.empty(shape, view if view is not None else _TYPESTR[dtype.number])
    interface = {
        "version": 3,
        "typestr": "=u2" if view is not None else _TYPESTR[dtype.number],
        "shape": shape,
        "data": (_api.tensor_data_strided(handle), bool(_api.tensor_is_read_only(handle))),
    }
    if not _api.tensor_is_contiguous(handle):
        size = dtype.itemsize
        interface["strides"] = tuple(step * size for step in _api.tensor_strides(handle))
    array = np.asarray(_Window(x, interface))
    return array if view is None else array.view(view)


def array_protocol(x, dtype=None, copy=None):
    """What numpy.asarray(tensor) and numpy.array(tensor) call."""
    array = to_numpy(x)
    if dtype is not None and array.dtype != dtype:
        if copy is False:
            raise ValueError(f"a tensor of {array.dtype} cannot be an array of {dtype} without a copy")
        return array.astype(dtype)
    return array.copy() if copy else array
