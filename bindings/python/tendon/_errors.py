"""A failing call of the library as a Python exception: one class for each theme of statuses, which is also the builtin
that users of NumPy and PyTorch expect there."""


class TendonError(RuntimeError):
    """A call of the library failed.

    status: the number, name: its name ("TENSOR_ERR_SHAPE"), message: what the library says of it."""

    def __init__(self, status, name, message):
        # OSError would read three arguments as its own.
        super().__init__(message)
        self.args = (message,)
        self.status = status
        self.name = name
        self.message = message

    def __str__(self):
        return self.message

    def __reduce__(self):
        return type(self), (self.status, self.name, self.message)


class InvalidArgument(TendonError, ValueError):
    pass


class InvalidHandleError(TendonError, ValueError):
    """The tensor, optimizer or other thing was released before, or never was one."""


class ShapeError(TendonError, ValueError):
    pass


class DTypeError(TendonError, TypeError):
    pass


class DeviceError(TendonError):
    pass


class NotOnCpuError(DeviceError, TypeError):
    """Host memory was asked for, and the tensor is on another device."""


class TensorIndexError(TendonError, IndexError):
    pass


class NotContiguousError(TendonError, ValueError):
    pass


class OutOfMemoryError(TendonError, MemoryError):
    pass


class BufferRuleError(TendonError, ValueError):
    """Memory that is misaligned, too small, overlapping, or not to be written."""


class ReadOnlyError(BufferRuleError):
    pass


class AutogradError(TendonError):
    pass


class TrackedExportError(AutogradError, BufferError):
    """DLPack was asked for of a tensor that requires grad. The array API standard wants a BufferError there."""


class CaptureError(TendonError):
    pass


class IoError(TendonError, OSError):
    pass


class NotFoundError(TendonError, KeyError):
    pass


class FormatError(TendonError, ValueError):
    pass


class CudaError(TendonError):
    pass


class CudaUnavailableError(CudaError):
    pass


class CallbackError(TendonError):
    pass


class CancelledError(TendonError):
    pass


class UnsupportedError(TendonError, NotImplementedError):
    pass


class InternalError(TendonError):
    """A defect of the library."""


#: By name, where a status has a class of its own.
BY_NAME = {
    "TENSOR_ERR_NOT_ON_CPU": NotOnCpuError,
    "TENSOR_ERR_OUT_OF_MEMORY": OutOfMemoryError,
    "TENSOR_ERR_READ_ONLY": ReadOnlyError,
    "TENSOR_ERR_CUDA_UNAVAILABLE": CudaUnavailableError,
    "TENSOR_ERR_NOT_FOUND": NotFoundError,
}

#: By theme, status // 100: the header freezes these.
BY_THEME = {
    1: InvalidArgument,
    2: InvalidHandleError,
    3: ShapeError,
    4: DTypeError,
    5: DeviceError,
    6: TensorIndexError,
    7: NotContiguousError,
    8: BufferRuleError,
    9: AutogradError,
    10: CaptureError,
    11: IoError,
    12: FormatError,
    13: CudaError,
    14: CallbackError,
    15: CancelledError,
    16: UnsupportedError,
    17: InternalError,
}


def error(status, name, message):
    """The exception for a status; a newer library may have statuses that are not known here."""
    kind = BY_NAME.get(name) or BY_THEME.get(status // 100, TendonError)
    return kind(status, name, message)
