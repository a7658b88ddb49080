"""What a tensor can be asked: shape, dtype, device, memory, and its elements as Python values."""

import ctypes

from . import _api
from ._devices import of_pair
from ._documents import from_header, words_of
from ._dtypes import of_number
from ._tensor import Tensor, handle_of, wrap


class _Size(int):
    """x.size is a number, as in NumPy; called, it is PyTorch's x.size() or x.size(dim)."""

    def __new__(cls, number, shape):
        size = super().__new__(cls, number)
        size._shape = shape
        return size

    def __call__(self, dim=None):
        return self._shape if dim is None else self._shape[dim]

    def __reduce__(self):
        return (int, (int(self),))


def _ask(name, convert=None):
    call = getattr(_api, "tensor_" + name)
    if convert is None:
        return lambda self: call(self._handle)
    return lambda self: convert(call(self._handle))


def _property(name, convert=None, words=None):
    return property(_ask(name, convert), doc=words or words_of("tensor_" + name))


def _method(name, python_name, convert=None, words=None):
    ask = _ask(name, convert)

    def method(self):
        return ask(self)

    method.__name__ = python_name
    method.__doc__ = f"{python_name}()\n\n{words or words_of('tensor_' + name)}"
    setattr(Tensor, python_name, method)


Tensor.shape = property(
    lambda self: tuple(_api.tensor_shape(self._handle)), doc="The sizes of the dimensions, a tuple."
)
Tensor.ndim = _property("ndim")
Tensor.nbytes = _property("nbytes")
Tensor.dtype = _property("dtype", of_number.__getitem__, "The type of the elements.")
Tensor.device = _property("device", of_pair)
Tensor.requires_grad = property(
    _ask("requires_grad", bool),
    lambda self, on: _api.tensor_set_requires_grad(self._handle, bool(on)),
    doc="Whether ops on it are recorded; setting it starts or stops that. As torch.Tensor.requires_grad.",
)
Tensor.is_leaf = _property("is_leaf", bool, "Whether no recorded op made it. As torch.Tensor.is_leaf.")
Tensor._version = _property("version")
Tensor.is_read_only = _property("is_read_only", bool, "Whether its memory was lent read-only: writes are refused.")

_method("ndim", "dim")
_method("numel", "numel")
_method("is_contiguous", "is_contiguous", bool, "Whether the elements lie in C order without gaps.")
_method("is_view", "is_view", bool, "Whether it looks into the memory of another tensor.")
_method("is_inference", "is_inference", bool, "Whether it was made in inference mode.")
_method("storage_offset", "storage_offset")
_method("is_pinned", "is_pinned", bool)


def _size(self):
    return _Size(_api.tensor_numel(self._handle), tuple(_api.tensor_shape(self._handle)))


Tensor.size = property(
    _size, doc="How many elements. Called it is the shape, x.size(), or one size of it, x.size(dim)."
)
Tensor.itemsize = property(lambda self: self.dtype.itemsize, doc="Bytes of one element.")
Tensor.is_cuda = property(lambda self: self.device.type == "cuda", doc="Whether the elements live on a CUDA device.")


def _element_size(self):
    """element_size()

    Bytes of one element."""
    return self.dtype.itemsize


def _is_floating_point(self):
    """is_floating_point()

    Whether the elements are floats."""
    return self.dtype.kind == "f"


Tensor.element_size = _element_size
Tensor.is_floating_point = _is_floating_point


def _stride(self, dim=None):
    """stride(dim=None)

    The steps of all dimensions, or of one, in elements. As torch.Tensor.stride."""
    strides = tuple(_api.tensor_strides(self._handle))
    return strides if dim is None else strides[dim]


def _strides(self):
    size = self.dtype.itemsize
    return tuple(step * size for step in _api.tensor_strides(self._handle))


Tensor.stride = _stride
Tensor.strides = property(_strides, doc="The steps of all dimensions, in bytes, as NumPy has them; see stride().")


def _t(self):
    return wrap(_api.tensor_permute(self._handle, list(range(_api.tensor_ndim(self._handle) - 1, -1, -1))))


Tensor.T = property(_t, doc="The dimensions in reverse order. A view.")
Tensor.mT = property(
    lambda self: wrap(_api.tensor_transpose(self._handle, -2, -1)), doc="The last two dimensions swapped. A view."
)


def _data_ptr(self):
    """data_ptr()

    The address of element [0, 0, ...], of host or device memory. As torch.Tensor.data_ptr."""
    if _api.tensor_device(self._handle)[0] == _api.TENSOR_DEVICE_CPU:
        return _api.tensor_data_strided(self._handle) or 0
    return _api.tensor_cuda_data(self._handle) or 0


Tensor.data_ptr = _data_ptr


def _host_bytes(self):
    """The elements in C order in a bytearray."""
    n = _api.tensor_nbytes(self._handle)
    data = bytearray(n)
    if n:
        _api.tensor_copy_to_host(self._handle, ctypes.addressof((ctypes.c_char * n).from_buffer(data)), n)
    return data


def _tobytes(self):
    """tobytes()

    The elements in C order as bytes, from any device. As numpy.ndarray.tobytes."""
    return bytes(_host_bytes(self))


def _tolist(self):
    """tolist()

    The elements as nested lists of Python numbers, a number for rank 0; from any device. As torch.Tensor.tolist."""
    there = self.dtype
    x = self
    if there.format is None:
        # f16 and bf16 in f32 are exact.
        x = wrap(_api.tensor_to_dtype(self._handle, _api.TENSOR_DTYPE_F32))
        there = x.dtype
    flat = memoryview(_host_bytes(x)).cast("B").cast(there.format).tolist() if x.numel() else []
    if there.kind == "b":
        flat = [bool(value) for value in flat]
    shape = self.shape
    if not shape:
        return flat[0]
    return _nest(flat, shape)


def _nest(flat, shape):
    for n in reversed(shape[1:]):
        if n == 0:
            # Nothing to cut: as many empty lists as the sizes in front say.
            return _empty(shape)
        flat = [flat[i : i + n] for i in range(0, len(flat), n)]
    return flat


def _empty(shape):
    return [_empty(shape[1:]) for _ in range(shape[0])] if len(shape) > 1 else []


@from_header("tensor_item")
def item(x):
    # A TensorScalar ends at 2**63 - 1.
    if _api.tensor_dtype(x._handle) == _api.TENSOR_DTYPE_U64 and _api.tensor_numel(x._handle) == 1:
        return memoryview(_host_bytes(x)).cast("B").cast("Q")[0]
    return _api.tensor_item(x._handle)


Tensor.item = item
Tensor.tobytes = _tobytes
Tensor.tolist = _tolist


@from_header("tensor_shares_memory")
def shares_memory(a, b):
    return bool(_api.tensor_shares_memory(handle_of(a, "a"), handle_of(b, "b")))


@from_header("tensor_is_same")
def is_same(a, b):
    return bool(_api.tensor_is_same(handle_of(a, "a"), handle_of(b, "b")))


def numel(x):
    """numel(x)

    How many elements. As torch.numel."""
    return _api.tensor_numel(handle_of(x))
