"""Other dtypes, other devices, other memory."""

from . import _api
from ._devices import as_pair, device
from ._documents import from_header
from ._dtypes import as_dtype, bfloat16, bool_, float16, float32, float64, int32, int64
from ._tensor import Tensor, handle_of, wrap

__all__ = ["astype", "clone", "contiguous", "to_device"]


def _to(x, number=None, pair=None, copy=False, non_blocking=False):
    options = {"copy": True} if copy else {}
    if pair is not None:
        there = {"non_blocking": True, **options} if non_blocking else options
        x = wrap(_api.tensor_to_device(handle_of(x), pair, **there))
        options = {}
    if number is not None or pair is None:
        number = _api.tensor_dtype(handle_of(x)) if number is None else number
        x = wrap(_api.tensor_to_dtype(x._handle, number, **options))
    return x


def to(x, *args, dtype=None, device=None, copy=False, non_blocking=False):
    """to(x, *args, dtype=None, device=None, copy=False, non_blocking=False)

    The tensor in another dtype, on another device, or both; itself where nothing changes, unless `copy` is true.
    Arguments without a name are dtypes, devices, or a tensor to be like. Recorded for backward. As torch.Tensor.to."""
    for what in args:
        if isinstance(what, Tensor):
            dtype, device = what.dtype, what.device
        elif isinstance(what, str) and (what.startswith("cuda") or what.startswith("cpu")):
            device = what
        elif _is_device(what):
            device = what
        else:
            dtype = what
    number = None if dtype is None else as_dtype(dtype).number
    return _to(x, number, None if device is None else as_pair(device), copy, non_blocking)


def _is_device(what):
    return (
        isinstance(what, device)
        or (isinstance(what, int) and not isinstance(what, bool))
        or type(what).__name__ == "device"
    )


def astype(x, dtype, *, copy=True, device=None):
    """astype(x, dtype, *, copy=True, device=None)

    The tensor in `dtype`: a copy, unless copy=False and nothing changes. As numpy.ndarray.astype. Floats become
    integers by rounding towards zero."""
    return _to(x, as_dtype(dtype).number, None if device is None else as_pair(device), copy)


def to_device(x, device, *, stream=None):
    """to_device(x, device, *, stream=None)

    The tensor on `device`: itself if it is there. `stream` must be None: see tendon.cuda.stream."""
    if stream is not None:
        raise ValueError("to_device: stream is not taken here; make it current with tendon.cuda.stream(...)")
    return _to(x, pair=as_pair(device))


@from_header("tensor_to_cpu")
def cpu(x):
    return wrap(_api.tensor_to_cpu(handle_of(x)))


def cuda(x, device=None, non_blocking=False):
    """cuda(x, device=None, non_blocking=False)

    The tensor on a CUDA device, the thread's current one by default. As torch.Tensor.cuda."""
    return _to(x, pair=as_pair("cuda" if device is None else device), non_blocking=non_blocking)


@from_header("tensor_contiguous")
def contiguous(x):
    return wrap(_api.tensor_contiguous(handle_of(x)))


@from_header("tensor_clone")
def clone(x):
    return wrap(_api.tensor_clone(handle_of(x)))


@from_header("tensor_pin_memory")
def pin_memory(x):
    return wrap(_api.tensor_pin_memory(handle_of(x)))


def _cast(name, there):
    def method(self):
        return _to(self, there.number)

    method.__name__ = name
    method.__doc__ = f"{name}()\n\nThe tensor in {there.name}: itself if it is. As torch.Tensor.{name}."
    return method


CASTS = {
    name: _cast(name, there)
    for name, there in {
        "half": float16, "bfloat16": bfloat16, "float": float32, "double": float64, "int": int32, "long": int64,
        "bool": bool_
    }.items()
}  # fmt: skip
