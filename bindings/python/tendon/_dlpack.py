"""DLPack: memory shared with NumPy, PyTorch, JAX, CuPy and whoever else speaks it."""

from . import _api, _borrow, _capsules
from ._devices import as_pair
from ._errors import FormatError, ReadOnlyError, TrackedExportError, UnsupportedError
from ._tensor import handle_of, wrap

__all__ = ["from_dlpack"]

_CPU, _CUDA, _PINNED, _MANAGED = 1, 2, 3, 13  # DLDeviceType


def _copy_number(copy):
    if copy is None:
        return _api.TENSOR_DLPACK_COPY_IF_NEEDED
    return _api.TENSOR_DLPACK_COPY_ALWAYS if copy else _api.TENSOR_DLPACK_COPY_NEVER


def dlpack(x, *, stream=None, max_version=None, dl_device=None, copy=None):
    """__dlpack__(*, stream=None, max_version=None, dl_device=None, copy=None)

    A capsule for another library's from_dlpack. As the array API standard has it."""
    _capsules.sweep()
    handle = handle_of(x)
    if _api.tensor_requires_grad(handle):
        raise TrackedExportError(
            _api.TENSOR_ERR_AUTOGRAD,
            "TENSOR_ERR_AUTOGRAD",
            "the tensor requires grad, and other libraries cannot follow: call tensor.detach() first",
        )
    kind = _api.tensor_device(handle)[0]
    options = {}
    if kind == _api.TENSOR_DEVICE_CPU:
        if stream not in (None, -1):
            raise ValueError(f"stream must be None for a tensor on the CPU, not {stream!r}")
    elif stream is not None:
        if stream == 0:
            raise ValueError(
                "stream 0 is ambiguous: 1 is the legacy default stream, 2 the default stream of each thread"
            )
        options["stream"] = int(stream)
    if copy is not None:
        options["copy"] = _copy_number(copy)
    if dl_device is not None:
        options["device"] = _pair_of(dl_device)
    versioned = max_version is not None and max_version[0] >= 1
    try:
        if versioned:
            # The library writes 1.1, which every reader of 1.x understands; what is asked for is a wish.
            pointer = _api.tensor_to_dlpack_versioned(handle, **options)
        else:
            pointer = _api.tensor_to_dlpack(handle, **options)
    except (ReadOnlyError, UnsupportedError) as error:
        raise BufferError(str(error)) from error
    return _capsules.give(pointer, versioned)


def _pair_of(dl_device):
    kind, ordinal = (int(number) for number in dl_device)
    if kind in (_CPU, _PINNED):
        return (_api.TENSOR_DEVICE_CPU, 0)
    if kind in (_CUDA, _MANAGED):
        return (_api.TENSOR_DEVICE_CUDA, ordinal)
    raise BufferError(f"dl_device {(kind, ordinal)}: tensors are on the CPU (1) and on CUDA devices (2)")


def dlpack_device(x):
    """__dlpack_device__()

    (1, 0) on the CPU, (2, ordinal) on a CUDA device."""
    kind, ordinal = _api.tensor_device(handle_of(x))
    return (_CPU, 0) if kind == _api.TENSOR_DEVICE_CPU else (_CUDA, ordinal)


def from_dlpack(x, /, *, device=None, copy=None):
    """from_dlpack(x, /, *, device=None, copy=None)

    A tensor over the memory of another library's array, without a copy, where the library and the array allow it: a
    write through one shows in the other. As numpy.from_dlpack, torch.from_dlpack. `x` has __dlpack__ and
    __dlpack_device__, or is a capsule that such a method gave.

    `device` is where the tensor is to be; copy=True always copies, copy=False raises where a copy would be needed."""
    _capsules.sweep()
    options = {} if copy is None else {"copy": _copy_number(copy)}
    if device is not None:
        options["device"] = as_pair(device)
    if type(x).__name__ == "PyCapsule":
        return _taken(x, options)
    if not hasattr(x, "__dlpack__") or not hasattr(x, "__dlpack_device__"):
        raise TypeError(
            f"{type(x).__name__} has no __dlpack__ and __dlpack_device__: tendon.asarray and tendon.tensor take more"
        )
    kind, ordinal = (int(number) for number in x.__dlpack_device__())
    arguments = {}
    if kind in (_CUDA, _MANAGED):
        arguments["stream"] = _current_stream(ordinal)
        options["stream"] = -1  # the producer has seen to it
    elif kind not in (_CPU, _PINNED):
        raise BufferError(
            f"the array is on a device of DLPack type {kind}, and tensors are on the CPU (1) and CUDA devices (2)"
        )
    try:
        capsule = x.__dlpack__(max_version=(1, 1), **arguments)
    except TypeError:
        # From before DLPack 1.0.
        capsule = x.__dlpack__(**arguments)
    return _taken(capsule, options)


def _current_stream(ordinal):
    """This thread's stream of a device, as DLPack numbers streams."""
    from .cuda import current_stream

    return current_stream(ordinal).cuda_stream or 1


def _taken(capsule, options):
    pointer, versioned = _capsules.claim(capsule)
    call = _api.tensor_from_dlpack_versioned if versioned else _api.tensor_from_dlpack
    try:
        x = wrap(_borrow.imports(call, pointer, **options))
    except FormatError:
        # The one failure that frees the struct.
        raise
    except BaseException as error:
        _capsules.put_back(capsule, versioned)
        if isinstance(error, UnsupportedError):
            raise BufferError(str(error)) from error
        raise
    _borrow.give_back()  # what was copied
    return x
