# Made from include/tendon.json by bindings/python/generate.py. Do not edit; run `make header`.
"""The C functions of Tendon as Python functions.

Handles are ints that this module does not own: whoever gets one releases it. Outputs are returned, one as itself,
several as a tuple; a failure is an exception of _errors. Where C takes a pointer and a count there is one sequence,
where it takes a struct of options there are keywords. Addresses are ints.
"""
import ctypes
from array import array as _array
from collections import namedtuple
from ctypes import (
    byref, c_bool, c_char, c_char_p, c_double, c_float, c_int8, c_int16, c_int32, c_int64, c_size_t, c_uint8, c_uint16,
    c_uint32, c_uint64, c_void_p,
)

# With names that no parameter has.
from ._ffi import (
    Scalar, ScalarOut, address as _address, ask_again as _ask_again, bind as _bind, bind_held as _bind_held,
    character as _character, fail as _fail, fail_last as _fail_last, finalizing as _finalizing, path as _path,
    room as _room, same_count as _same_count, scalar as _scalar, scalar_value as _scalar_value, structure as _structure,
    text as _text, texts as _texts, to_int8_t as _to_int8_t, to_int16_t as _to_int16_t, to_int32_t as _to_int32_t,
    to_int64_t as _to_int64_t, to_size_t as _to_size_t, to_uint8_t as _to_uint8_t, to_uint16_t as _to_uint16_t,
    to_uint32_t as _to_uint32_t, to_uint64_t as _to_uint64_t,
)

#: Of the header that this was made from.
VERSION = "0.1.0"

TENSOR_OK = 0
TENSOR_ERR_INVALID_ARGUMENT = 100
TENSOR_ERR_NULL_POINTER = 101
TENSOR_ERR_INVALID_OPTIONS = 102
TENSOR_ERR_INVALID_HANDLE = 200
TENSOR_ERR_SHAPE = 300
TENSOR_ERR_DTYPE = 400
TENSOR_ERR_DEVICE = 500
TENSOR_ERR_NOT_ON_CPU = 501
TENSOR_ERR_INDEX = 600
TENSOR_ERR_NOT_FOUND = 601
TENSOR_ERR_NOT_CONTIGUOUS = 700
TENSOR_ERR_OUT_OF_MEMORY = 800
TENSOR_ERR_READ_ONLY = 801
TENSOR_ERR_MISALIGNED = 802
TENSOR_ERR_OVERLAP = 803
TENSOR_ERR_OUT_OF_BOUNDS = 804
TENSOR_ERR_AUTOGRAD = 900
TENSOR_ERR_MODIFIED = 901
TENSOR_ERR_GRAPH_FREED = 902
TENSOR_ERR_CAPTURE = 1000
TENSOR_ERR_IO = 1100
TENSOR_ERR_FORMAT = 1200
TENSOR_ERR_CUDA = 1300
TENSOR_ERR_CUDA_UNAVAILABLE = 1301
TENSOR_ERR_CALLBACK = 1400
TENSOR_ERR_CANCELLED = 1500
TENSOR_ERR_UNSUPPORTED = 1600
TENSOR_ERR_INTERNAL = 1700
TENSOR_DTYPE_INVALID = 0
TENSOR_DTYPE_BOOL = 1
TENSOR_DTYPE_U8 = 2
TENSOR_DTYPE_U16 = 3
TENSOR_DTYPE_U32 = 4
TENSOR_DTYPE_U64 = 5
TENSOR_DTYPE_I8 = 6
TENSOR_DTYPE_I16 = 7
TENSOR_DTYPE_I32 = 8
TENSOR_DTYPE_I64 = 9
TENSOR_DTYPE_F16 = 10
TENSOR_DTYPE_BF16 = 11
TENSOR_DTYPE_F32 = 12
TENSOR_DTYPE_F64 = 13
TENSOR_DTYPE_COMPLEX64 = 14
TENSOR_DTYPE_COMPLEX128 = 15
TENSOR_DEVICE_CPU = 1
TENSOR_DEVICE_CUDA = 2
TENSOR_SCALAR_BOOL = 1
TENSOR_SCALAR_INT = 2
TENSOR_SCALAR_FLOAT = 3
TENSOR_SCALAR_COMPLEX = 4
TENSOR_ROUNDING_NONE = 0
TENSOR_ROUNDING_TRUNC = 1
TENSOR_ROUNDING_FLOOR = 2
TENSOR_REDUCTION_MEAN = 0
TENSOR_REDUCTION_SUM = 1
TENSOR_REDUCTION_NONE = 2
TENSOR_DLPACK_COPY_IF_NEEDED = 0
TENSOR_DLPACK_COPY_ALWAYS = 1
TENSOR_DLPACK_COPY_NEVER = 2
TENDON_PRECISION_HIGHEST = 0
TENDON_PRECISION_HIGH = 1
TENSOR_MMAP_DEFAULT = 0
TENSOR_MMAP_ON = 1
TENSOR_MMAP_OFF = 2
TENDON_LOG_ERROR = 1

TensorReleaseFn = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)
TendonParallelBodyFn = ctypes.CFUNCTYPE(None, c_void_p, c_size_t)
TendonParallelForFn = ctypes.CFUNCTYPE(c_int32, c_void_p, c_size_t, c_void_p, c_void_p)
TendonLogFn = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p)


class TensorDevice(ctypes.Structure):
    _fields_ = [
        ("type", c_int32),
        ("index", c_int32),
    ]


class TensorScalarValue(ctypes.Union):
    _fields_ = [
        ("i", c_int64),
        ("f", c_double),
        ("c", c_double * 2),
    ]


class TensorScalar(ctypes.Structure):
    _fields_ = [
        ("kind", c_int32),
        ("reserved", c_int32),
        ("value", TensorScalarValue),
    ]


class TendonPendingRelease(ctypes.Structure):
    _fields_ = [
        ("release", c_void_p),
        ("data", c_void_p),
        ("user_data", c_void_p),
    ]


class TensorHostBufferOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("read_only", c_bool),
        ("reserved", c_uint8 * 3),
        ("strides", c_void_p),
        ("offset", c_int64),
        ("release", c_void_p),
        ("user_data", c_void_p),
        ("release_queue", c_void_p),
    ]


class TensorDlpackOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("copy", c_int32),
        ("device", TensorDevice),
        ("stream", c_int64),
        ("max_version_major", c_uint32),
        ("max_version_minor", c_uint32),
        ("stream_stays_valid", c_bool),
        ("reserved", c_uint8 * 7),
        ("release_queue", c_void_p),
    ]


class TensorOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dtype", c_int32),
        ("device", TensorDevice),
        ("requires_grad", c_bool),
        ("reserved", c_uint8 * 3),
    ]


class TensorReduceOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dtype", c_int32),
        ("keepdim", c_bool),
        ("reserved", c_uint8 * 7),
    ]


class TensorVarOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("keepdim", c_bool),
        ("reserved", c_uint8 * 3),
        ("correction", c_double),
    ]


class TensorBackwardOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("retain_graph", c_bool),
        ("create_graph", c_bool),
        ("reserved", c_uint8 * 2),
        ("gradient", c_void_p),
    ]


class TensorGradOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("retain_graph", c_bool),
        ("create_graph", c_bool),
        ("allow_unused", c_bool),
        ("reserved", c_uint8 * 1),
        ("gradient", c_void_p),
    ]


class TensorGeluOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("tanh_approximation", c_bool),
        ("reserved", c_uint8 * 3),
    ]


class TensorDivOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("rounding", c_int32),
    ]


class TensorSoftmaxOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dtype", c_int32),
    ]


class TensorCrossEntropyOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reduction", c_int32),
        ("ignore_index", c_int64),
        ("label_smoothing", c_double),
        ("weight", c_void_p),
    ]


class TensorLossOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reduction", c_int32),
    ]


class TensorDropoutOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("inference", c_bool),
        ("reserved", c_uint8 * 3),
    ]


class TensorConvertOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("copy", c_bool),
        ("non_blocking", c_bool),
        ("reserved", c_uint8 * 2),
    ]


class TensorPrintOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("precision", c_int32),
        ("threshold", c_int64),
        ("edge_items", c_int64),
        ("line_width", c_int64),
    ]


class TensorSgdOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("nesterov", c_bool),
        ("maximize", c_bool),
        ("reserved", c_uint8 * 2),
        ("lr", c_double),
        ("momentum", c_double),
        ("dampening", c_double),
        ("weight_decay", c_double),
    ]


class TensorAdamWOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("amsgrad", c_bool),
        ("maximize", c_bool),
        ("reserved", c_uint8 * 2),
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
    ]


class TensorLoadOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("mmap", c_int32),
        ("names", c_void_p),
        ("nnames", c_size_t),
        ("device", TensorDevice),
    ]


class TensorSaveOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("compress", c_bool),
        ("reserved", c_uint8 * 3),
    ]


class TensorCsvOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dtype", c_int32),
        ("device", TensorDevice),
        ("delimiter", c_char),
        ("header", c_bool),
        ("index", c_bool),
        ("reserved", c_uint8 * 5),
        ("skip_rows", c_int64),
        ("names", c_void_p),
        ("nnames", c_size_t),
    ]


class TensorLoadStats(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("mapped_tensors", c_int64),
        ("mapped_bytes", c_int64),
        ("copied_tensors", c_int64),
        ("copied_bytes", c_int64),
        ("unmappable_tensors", c_int64),
    ]


TensorLoadStatsAnswer = namedtuple(
    "TensorLoadStatsAnswer",
    "mapped_tensors mapped_bytes copied_tensors copied_bytes unmappable_tensors",
)


class TendonCudaDeviceProperties(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("name", c_char * 256),
        ("capability_major", c_int32),
        ("capability_minor", c_int32),
        ("multiprocessors", c_int32),
        ("threads_per_multiprocessor", c_int32),
        ("shared_bytes_per_block", c_int64),
        ("l2_bytes", c_int64),
        ("total_bytes", c_int64),
        ("memory_bandwidth", c_double),
    ]


TendonCudaDevicePropertiesAnswer = namedtuple(
    "TendonCudaDevicePropertiesAnswer",
    "name capability_major capability_minor multiprocessors threads_per_multiprocessor"
    " shared_bytes_per_block l2_bytes total_bytes memory_bandwidth",
)


class TendonCudaMemoryStats(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("allocated_bytes", c_int64),
        ("peak_allocated_bytes", c_int64),
        ("reserved_bytes", c_int64),
        ("peak_reserved_bytes", c_int64),
        ("allocations", c_int64),
        ("frees", c_int64),
        ("segments", c_int64),
        ("retries", c_int64),
        ("failures", c_int64),
    ]


TendonCudaMemoryStatsAnswer = namedtuple(
    "TendonCudaMemoryStatsAnswer",
    "allocated_bytes peak_allocated_bytes reserved_bytes peak_reserved_bytes allocations frees"
    " segments retries failures",
)


class TendonMemoryInfo(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("live_bytes", c_int64),
        ("cached_bytes", c_int64),
        ("peak_bytes", c_int64),
    ]


TendonMemoryInfoAnswer = namedtuple(
    "TendonMemoryInfoAnswer",
    "live_bytes cached_bytes peak_bytes",
)


_tendon_version_string = _bind("tendon_version_string", c_char_p)


def tendon_version_string():
    """The version as text, "0.1.0". Lives for ever."""
    return _tendon_version_string().decode("utf-8", "replace")


_tendon_version = _bind("tendon_version", None, c_void_p, c_void_p, c_void_p)


def tendon_version():
    """The version in numbers. A pointer may be NULL."""
    major_out = c_int32()
    minor_out = c_int32()
    patch_out = c_int32()
    _tendon_version(byref(major_out), byref(minor_out), byref(patch_out))
    return major_out.value, minor_out.value, patch_out.value


_tendon_has_feature = _bind("tendon_has_feature", c_bool, c_char_p)


def tendon_has_feature(name=None):
    """Whether this build on this machine has a feature: "cpu", "cuda", "cublas", "cudnn", "avx2", "avx512", "neon",
    "parallel_for". False for names that it does not know.
    """
    name = None if name is None else _text(name, "name")
    return _tendon_has_feature(name)


_tendon_set_num_threads = _bind("tendon_set_num_threads", c_int32, c_int32)


def tendon_set_num_threads(n):
    """How many threads a computation may use, this one included; at least 1. As torch.set_num_threads.

    The default is what affinity and cgroup quota allow. Errors: INVALID_ARGUMENT.
    """
    if n.__class__ is not int or not -2147483648 <= n <= 2147483647:
        n = _to_int32_t(n, "n")
    status = _tendon_set_num_threads(n)
    if status:
        _fail(status)


_tendon_num_threads = _bind("tendon_num_threads", c_int32)


def tendon_num_threads():
    """How many threads a computation may use. As torch.get_num_threads."""
    return _tendon_num_threads()


_tendon_set_parallel_for = _bind("tendon_set_parallel_for", c_int32, c_void_p, c_void_p)


def tendon_set_parallel_for(fn=None, user_data=None):
    """Parallel work runs through the host's `fn` from now on instead of the library's own threads; NULL = back to
    those.

    `fn` must stay valid while calls run that began under it. Set it while no other thread computes.
    """
    fn = _address(fn, "fn")
    status = _tendon_set_parallel_for(fn, user_data)
    if status:
        _fail(status)


_tendon_last_error_message = _bind("tendon_last_error_message", c_char_p)


def tendon_last_error_message():
    """Why the last failed call of this thread failed: "tensor_matmul: a is [2, 3] and b is [4, 5]: ...". "" when none
    did.

    Borrowed until the next failing call of this thread. Successful calls leave it as it is. At most 1023 bytes,
    UTF-8.
    """
    return _tendon_last_error_message().decode("utf-8", "replace")


_tendon_last_error_status = _bind("tendon_last_error_status", c_int32)


def tendon_last_error_status():
    """The status of the last failed call of this thread; TENSOR_OK when none did."""
    return _tendon_last_error_status()


_tendon_last_error_copy = _bind("tendon_last_error_copy", c_size_t, c_void_p, c_size_t)


def tendon_last_error_copy():
    """Copies the message of tendon_last_error_message, cut to `capacity` bytes with its NUL.

    Returns the bytes that the whole message needs, its NUL included. `buffer` may be NULL when `capacity` is 0.
    """
    capacity = 1024
    buffer = _room(c_char, capacity)
    status = _tendon_last_error_copy(buffer, capacity)
    if status > capacity:
        capacity = status
        buffer = _room(c_char, capacity)
        status = _tendon_last_error_copy(buffer, capacity)
    return buffer.value.decode("utf-8", "replace")


_tendon_clear_last_error = _bind("tendon_clear_last_error", None)


def tendon_clear_last_error():
    """Forgets the last error of this thread."""
    _tendon_clear_last_error()


_tendon_status_name = _bind("tendon_status_name", c_char_p, c_int32)


def tendon_status_name(status):
    """The name of a status, "TENSOR_ERR_SHAPE"; "TENSOR_ERR_UNKNOWN" for other numbers. Lives for ever."""
    if status.__class__ is not int or not -2147483648 <= status <= 2147483647:
        status = _to_int32_t(status, "status")
    return _tendon_status_name(status).decode("utf-8", "replace")


_tendon_set_log_callback = _bind("tendon_set_log_callback", c_int32, c_void_p, c_void_p)


def tendon_set_log_callback(fn=None, user_data=None):
    """Where the messages of failed calls go as well; NULL = nowhere (the default). For all threads.

    The one before may still be running on other threads when this returns.
    """
    fn = _address(fn, "fn")
    status = _tendon_set_log_callback(fn, user_data)
    if status:
        _fail(status)


_tendon_manual_seed = _bind("tendon_manual_seed", c_int32, c_uint64)


def tendon_manual_seed(seed):
    """The random numbers of all threads start anew from `seed`. As torch.manual_seed."""
    if seed.__class__ is not int or not 0 <= seed <= 18446744073709551615:
        seed = _to_uint64_t(seed, "seed")
    status = _tendon_manual_seed(seed)
    if status:
        _fail(status)


_tendon_live_tensor_count = _bind("tendon_live_tensor_count", c_int64)


def tendon_live_tensor_count():
    """Tensors alive, those that only graphs hold included."""
    return _tendon_live_tensor_count()


_tendon_live_storage_count = _bind("tendon_live_storage_count", c_int64)


def tendon_live_storage_count():
    """Pieces of memory that tensors use, borrowed ones included."""
    return _tendon_live_storage_count()


_tendon_live_handle_count = _bind("tendon_live_handle_count", c_int64)


def tendon_live_handle_count():
    """Handles of any kind that are not released yet. Takes time in proportion to the most there ever were."""
    return _tendon_live_handle_count()


_tendon_release_cached_memory = _bind("tendon_release_cached_memory", c_int64)


def tendon_release_cached_memory():
    """Gives cached memory back to the system, that of the CPU (pinned too) and that of all CUDA devices; the number of
    bytes.
    """
    return _tendon_release_cached_memory()


_tendon_memory_info = _bind("tendon_memory_info", c_int32, c_void_p)


def tendon_memory_info():
    """How much CPU memory the library uses, in bytes; borrowed memory does not count. `out->struct_size` must be set.

    Errors: NULL_POINTER, INVALID_OPTIONS.
    """
    out = TendonMemoryInfo(32)
    status = _tendon_memory_info(byref(out))
    if status:
        _fail(status)
    return TendonMemoryInfoAnswer(out.live_bytes, out.cached_bytes, out.peak_bytes)


_tendon_cancel_token_create = _bind("tendon_cancel_token_create", c_int32, c_void_p)


def tendon_cancel_token_create():
    """Makes a token that is not cancelled. `out`: new handle, release with tendon_cancel_token_release."""
    out_out = c_void_p()
    status = _tendon_cancel_token_create(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cancel_token_cancel = _bind("tendon_cancel_token_cancel", c_int32, c_void_p)


def tendon_cancel_token_cancel(token):
    """Calls that compute, of the threads that watch this token, return TENSOR_ERR_CANCELLED soon, later ones at once,
    until tendon_cancel_token_reset. Outputs and in-place targets of a cancelled call are unchanged. Safe from any
    thread.
    """
    status = _tendon_cancel_token_cancel(token)
    if status:
        _fail(status)


_tendon_cancel_token_reset = _bind("tendon_cancel_token_reset", c_int32, c_void_p)


def tendon_cancel_token_reset(token):
    """Makes a cancelled token as new. Safe from any thread."""
    status = _tendon_cancel_token_reset(token)
    if status:
        _fail(status)


_tendon_cancel_token_is_cancelled = _bind("tendon_cancel_token_is_cancelled", c_int32, c_void_p, c_void_p)


def tendon_cancel_token_is_cancelled(token):
    """Whether the token is cancelled."""
    out_out = c_bool()
    status = _tendon_cancel_token_is_cancelled(token, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cancel_token_release = _bind("tendon_cancel_token_release", c_int32, c_void_p)


def tendon_cancel_token_release(token=None, _call=_tendon_cancel_token_release, _raise=_fail, _ends=_finalizing):
    """Ends the handle; threads that watch the token go on watching it. NULL is fine."""
    status = _call(token)
    if status and not _ends():
        _raise(status)


_tendon_set_cancel_token = _bind("tendon_set_cancel_token", c_int32, c_void_p)


def tendon_set_cancel_token(token=None):
    """The calls of this thread watch `token` from now on; NULL = none."""
    status = _tendon_set_cancel_token(token)
    if status:
        _fail(status)


_tendon_cuda_device_count = _bind("tendon_cuda_device_count", c_int32, c_void_p)


def tendon_cuda_device_count():
    """How many CUDA devices there are. Errors: CUDA_UNAVAILABLE when CUDA cannot be used; the message says why."""
    out_out = c_int32()
    status = _tendon_cuda_device_count(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_current_device = _bind("tendon_cuda_current_device", c_int32, c_void_p)


def tendon_cuda_current_device():
    """The device that TENSOR_CUDA_CURRENT, and ordinal -1 elsewhere, mean on this thread; 0 at first. Errors:
    NULL_POINTER.
    """
    out_out = c_int32()
    status = _tendon_cuda_current_device(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_set_current_device = _bind("tendon_cuda_set_current_device", c_int32, c_int32)


def tendon_cuda_set_current_device(device):
    """Makes `device` the current one of this thread. Errors: DEVICE, CUDA_UNAVAILABLE."""
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    status = _tendon_cuda_set_current_device(device)
    if status:
        _fail(status)


_tendon_cuda_device_properties = _bind("tendon_cuda_device_properties", c_int32, c_int32, c_void_p)


def tendon_cuda_device_properties(device):
    """What `device` is and can do. `out->struct_size` must be set. Errors: DEVICE, CUDA_UNAVAILABLE, NULL_POINTER,
    INVALID_OPTIONS.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    out = TendonCudaDeviceProperties(312)
    status = _tendon_cuda_device_properties(device, byref(out))
    if status:
        _fail(status)
    return TendonCudaDevicePropertiesAnswer(out.name.decode(), out.capability_major, out.capability_minor, out.multiprocessors, out.threads_per_multiprocessor, out.shared_bytes_per_block, out.l2_bytes, out.total_bytes, out.memory_bandwidth)


_tendon_cuda_memory_info = _bind("tendon_cuda_memory_info", c_int32, c_int32, c_void_p, c_void_p)


def tendon_cuda_memory_info(device):
    """Free and total memory of `device` in bytes, as the driver sees it: what other processes use is not free, nor is
    what this library caches.

    Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, NULL_POINTER.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    free_bytes_out = c_int64()
    total_bytes_out = c_int64()
    status = _tendon_cuda_memory_info(device, byref(free_bytes_out), byref(total_bytes_out))
    if status:
        _fail(status)
    return free_bytes_out.value, total_bytes_out.value


_tendon_cuda_memory_stats = _bind("tendon_cuda_memory_stats", c_int32, c_int32, c_void_p)


def tendon_cuda_memory_stats(device):
    """What the allocator of `device` holds and has done. `out->struct_size` must be set. As torch.cuda.memory_stats.

    Errors: DEVICE, CUDA_UNAVAILABLE, NULL_POINTER, INVALID_OPTIONS.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    out = TendonCudaMemoryStats(80)
    status = _tendon_cuda_memory_stats(device, byref(out))
    if status:
        _fail(status)
    return TendonCudaMemoryStatsAnswer(out.allocated_bytes, out.peak_allocated_bytes, out.reserved_bytes, out.peak_reserved_bytes, out.allocations, out.frees, out.segments, out.retries, out.failures)


_tendon_cuda_reset_peak_memory_stats = _bind("tendon_cuda_reset_peak_memory_stats", c_int32, c_int32)


def tendon_cuda_reset_peak_memory_stats(device):
    """Peaks count anew from what is in use now. As torch.cuda.reset_peak_memory_stats. Errors: DEVICE,
    CUDA_UNAVAILABLE.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    status = _tendon_cuda_reset_peak_memory_stats(device)
    if status:
        _fail(status)


_tendon_cuda_can_access_peer = _bind("tendon_cuda_can_access_peer", c_int32, c_int32, c_int32, c_void_p)


def tendon_cuda_can_access_peer(device, peer):
    """Whether copies between `device` and `peer` go directly (NVLink, PCIe), not through the host. They work either
    way. As torch.cuda.can_device_access_peer.

    Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, NULL_POINTER.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    if peer.__class__ is not int or not -2147483648 <= peer <= 2147483647:
        peer = _to_int32_t(peer, "peer")
    out_out = c_bool()
    status = _tendon_cuda_can_access_peer(device, peer, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_synchronize = _bind("tendon_cuda_synchronize", c_int32, c_int32)


def tendon_cuda_synchronize(device):
    """Waits for all work of `device`, of every stream and thread. As torch.cuda.synchronize.

    Errors: INDEX for a bad index that a kernel of this thread's current stream met since it was last waited for,
    CUDA, CAPTURE, DEVICE, CUDA_UNAVAILABLE.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    status = _tendon_cuda_synchronize(device)
    if status:
        _fail(status)


_tensor_pin_memory = _bind("tensor_pin_memory", c_int32, c_void_p, c_void_p)


def tensor_pin_memory(x):
    """A copy of `x` in pinned host memory, from and to which CUDA devices copy faster, and while the host goes on (see
    TensorConvertOptions.non_blocking); `x` itself if it is there. As torch.Tensor.pin_memory.

    `x` is on the CPU. Errors: INVALID_HANDLE, NOT_ON_CPU, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY. `out`: new
    reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_pin_memory(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_is_pinned = _bind("tensor_is_pinned", c_int32, c_void_p, c_void_p)


def tensor_is_pinned(x):
    """Whether the elements of `x` lie in pinned host memory, allocated here or registered with CUDA by the caller.

    Errors: INVALID_HANDLE, NULL_POINTER.
    """
    out_out = c_bool()
    status = _tensor_is_pinned(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_stream_create = _bind("tendon_cuda_stream_create", c_int32, c_int32, c_int32, c_void_p)


def tendon_cuda_stream_create(device, priority):
    """Makes a stream of `device`, which does not wait for the device's default stream. Lower priorities are more
    urgent; 0 is normal. As torch.cuda.Stream.

    Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, NULL_POINTER. `out`: new handle, release with
    tendon_cuda_stream_release.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    if priority.__class__ is not int or not -2147483648 <= priority <= 2147483647:
        priority = _to_int32_t(priority, "priority")
    out_out = c_void_p()
    status = _tendon_cuda_stream_create(device, priority, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_stream_from_native = _bind("tendon_cuda_stream_from_native", c_int32, c_int32, c_void_p, c_void_p)


def tendon_cuda_stream_from_native(device, cuda_stream=None):
    """The caller's own stream of `device`, a cudaStream_t or CUstream; NULL and cudaStreamLegacy are the default
    stream. cudaStreamPerThread, which is another stream on every thread, is not taken. As
    torch.cuda.ExternalStream.

    It must stay valid until the handle is released and no tensor used on it is left. Releasing the handle does not
    wait for the stream, unless copies from pinned memory are under way. Errors: DEVICE, CUDA_UNAVAILABLE, CUDA,
    INVALID_ARGUMENT (cudaStreamPerThread), OUT_OF_MEMORY, NULL_POINTER. `out`: new handle, release with
    tendon_cuda_stream_release.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    out_out = c_void_p()
    status = _tendon_cuda_stream_from_native(device, cuda_stream, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_current_stream = _bind("tendon_cuda_current_stream", c_int32, c_int32, c_void_p)


def tendon_cuda_current_stream(device):
    """The stream of `device` that is current on this thread: the default stream, or that of the innermost
    tendon_cuda_stream_begin. As torch.cuda.current_stream.

    Errors: DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, NULL_POINTER. `out`: new handle, release with
    tendon_cuda_stream_release.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    out_out = c_void_p()
    status = _tendon_cuda_current_stream(device, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_stream_release = _bind("tendon_cuda_stream_release", c_int32, c_void_p)


def tendon_cuda_stream_release(stream=None, _call=_tendon_cuda_stream_release, _raise=_fail, _ends=_finalizing):
    """Ends the handle. The stream goes when nothing uses it any more, after its work is done. NULL is fine."""
    status = _call(stream)
    if status and not _ends():
        _raise(status)


_tendon_cuda_stream_native = _bind("tendon_cuda_stream_native", c_int32, c_void_p, c_void_p)


def tendon_cuda_stream_native(stream):
    """The stream as CUDA knows it, a cudaStream_t; NULL for the default stream. `*out`: borrowed until the handle is
    released. Errors: INVALID_HANDLE, NULL_POINTER.
    """
    out_out = c_void_p()
    status = _tendon_cuda_stream_native(stream, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tendon_cuda_stream_device = _bind("tendon_cuda_stream_device", c_int32, c_void_p, c_void_p)


def tendon_cuda_stream_device(stream):
    """The ordinal of the stream's device. Errors: INVALID_HANDLE, NULL_POINTER."""
    out_out = c_int32()
    status = _tendon_cuda_stream_device(stream, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_stream_begin = _bind("tendon_cuda_stream_begin", c_int32, c_void_p, c_void_p)


def tendon_cuda_stream_begin(stream):
    """Ops of this thread on the stream's device go to `stream` from now on. As torch.cuda.stream.

    What one stream makes another may use only after waiting for it: tendon_cuda_stream_wait_stream. Backward runs
    each op's part on the stream of its forward, and lets the stream that is current wait for the end. `out`: end
    with tendon_cuda_stream_end, on this thread, inner ones first. Errors: INVALID_HANDLE, NULL_POINTER,
    OUT_OF_MEMORY.
    """
    out_out = c_void_p()
    status = _tendon_cuda_stream_begin(stream, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_stream_end = _bind("tendon_cuda_stream_end", c_int32, c_void_p)


def tendon_cuda_stream_end(scope, _call=_tendon_cuda_stream_end, _raise=_fail, _ends=_finalizing):
    """The stream before is current again. Errors: INVALID_HANDLE; INVALID_ARGUMENT when one begun after it is still
    open or it was begun on another thread; nothing changes then.
    """
    status = _call(scope)
    if status and not _ends():
        _raise(status)


_tendon_cuda_stream_synchronize = _bind("tendon_cuda_stream_synchronize", c_int32, c_void_p)


def tendon_cuda_stream_synchronize(stream):
    """Waits for all work of the stream. As torch.cuda.Stream.synchronize.

    Errors: INVALID_HANDLE, INDEX for a bad index that one of its kernels met since it was last waited for (the
    element was skipped), CUDA, CAPTURE.
    """
    status = _tendon_cuda_stream_synchronize(stream)
    if status:
        _fail(status)


_tendon_cuda_stream_is_done = _bind("tendon_cuda_stream_is_done", c_int32, c_void_p, c_void_p)


def tendon_cuda_stream_is_done(stream):
    """Whether all work of the stream is done. Errors: INVALID_HANDLE, CUDA, NULL_POINTER."""
    out_out = c_bool()
    status = _tendon_cuda_stream_is_done(stream, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_stream_wait_stream = _bind("tendon_cuda_stream_wait_stream", c_int32, c_void_p, c_void_p)


def tendon_cuda_stream_wait_stream(stream, other):
    """Later work of `stream` waits for what `other` has been given so far. The host does not wait. Errors:
    INVALID_HANDLE, CUDA.
    """
    status = _tendon_cuda_stream_wait_stream(stream, other)
    if status:
        _fail(status)


_tendon_cuda_stream_wait_event = _bind("tendon_cuda_stream_wait_event", c_int32, c_void_p, c_void_p)


def tendon_cuda_stream_wait_event(stream, event):
    """Later work of `stream` waits for `event`. The host does not wait. Errors: INVALID_HANDLE, CUDA."""
    status = _tendon_cuda_stream_wait_event(stream, event)
    if status:
        _fail(status)


_tendon_cuda_event_create = _bind("tendon_cuda_event_create", c_int32, c_int32, c_bool, c_void_p)


def tendon_cuda_event_create(device, timing):
    """Makes an event of `device`; with `timing` it can tell times. As torch.cuda.Event.

    Errors: DEVICE, CUDA_UNAVAILABLE, CUDA. `out`: new handle, release with tendon_cuda_event_release.
    """
    if device.__class__ is not int or not -2147483648 <= device <= 2147483647:
        device = _to_int32_t(device, "device")
    out_out = c_void_p()
    status = _tendon_cuda_event_create(device, timing, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_event_release = _bind("tendon_cuda_event_release", c_int32, c_void_p)


def tendon_cuda_event_release(event=None, _call=_tendon_cuda_event_release, _raise=_fail, _ends=_finalizing):
    """Ends the handle. NULL is fine."""
    status = _call(event)
    if status and not _ends():
        _raise(status)


_tendon_cuda_event_record = _bind("tendon_cuda_event_record", c_int32, c_void_p, c_void_p)


def tendon_cuda_event_record(event, stream):
    """The event becomes the point after what `stream`, of the same device, has been given so far. Errors:
    INVALID_HANDLE, DEVICE, CUDA.
    """
    status = _tendon_cuda_event_record(event, stream)
    if status:
        _fail(status)


_tendon_cuda_event_synchronize = _bind("tendon_cuda_event_synchronize", c_int32, c_void_p)


def tendon_cuda_event_synchronize(event):
    """Waits until the event is reached; at once if it was never recorded. Errors: INVALID_HANDLE, CUDA."""
    status = _tendon_cuda_event_synchronize(event)
    if status:
        _fail(status)


_tendon_cuda_event_is_done = _bind("tendon_cuda_event_is_done", c_int32, c_void_p, c_void_p)


def tendon_cuda_event_is_done(event):
    """Whether the event is reached. Errors: INVALID_HANDLE, CUDA, NULL_POINTER."""
    out_out = c_bool()
    status = _tendon_cuda_event_is_done(event, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_event_elapsed = _bind("tendon_cuda_event_elapsed", c_int32, c_void_p, c_void_p, c_void_p)


def tendon_cuda_event_elapsed(start, end):
    """Milliseconds of device time between two recorded events with timing, both reached.

    Errors: INVALID_HANDLE, CUDA (not reached yet, or made without timing), NULL_POINTER.
    """
    out_out = c_float()
    status = _tendon_cuda_event_elapsed(start, end, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_cuda_event_native = _bind("tendon_cuda_event_native", c_int32, c_void_p, c_void_p)


def tendon_cuda_event_native(event):
    """The event as CUDA knows it, a cudaEvent_t. `*out`: borrowed until the handle is released. Errors:
    INVALID_HANDLE, NULL_POINTER.
    """
    out_out = c_void_p()
    status = _tendon_cuda_event_native(event, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_from_host_buffer = _bind("tensor_from_host_buffer", c_int32, c_void_p, c_size_t, c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_from_host_buffer(data, nbytes, dtype, shape, *, read_only=False, strides=None, offset=0, release=None, user_data=None, release_queue=None):
    """Borrows memory of the caller as a tensor, without a copy: element [0, 0, ...] lies at `data` + offset. As
    torch.from_blob.

    `nbytes` is the size of the buffer: shape, strides and offset must stay within. `shape` has `ndim` sizes; NULL
    only if `ndim` is 0. `data` must be aligned to its element, and may be NULL only when there are no elements. The
    memory must stay valid until `options->release` is called (once, after the last tensor over it is gone), or else
    for as long as any tensor uses it; when this function fails, release is not called. Nothing is read.

    Errors: DTYPE, SHAPE, OUT_OF_BOUNDS, MISALIGNED, NULL_POINTER, INVALID_OPTIONS. `out`: new reference, release
    with tensor_release.
    """
    if nbytes.__class__ is not int or not 0 <= nbytes <= 18446744073709551615:
        nbytes = _to_size_t(nbytes, "nbytes")
    if dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
        dtype = _to_int32_t(dtype, "dtype")
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if read_only or strides is not None or offset or release or user_data or release_queue:
        if strides is None:
            strides_at, strides_count = None, 0
        else:
            strides = _array("q", strides)
            strides_at, strides_count = strides.buffer_info()
        if strides is not None:
            _same_count("strides", strides_count, "shape", ndim)
        if offset is None:
            offset = 0
        elif offset.__class__ is not int or not -9223372036854775808 <= offset <= 9223372036854775807:
            offset = _to_int64_t(offset, "offset")
        options = byref(TensorHostBufferOptions(48, read_only, (c_uint8 * 3)(), strides_at, offset, _address(release, "release"), user_data, release_queue))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_from_host_buffer(data, nbytes, dtype, shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_from_device_buffer = _bind("tensor_from_device_buffer", c_int32, c_void_p, c_size_t, TensorDevice, c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_from_device_buffer(data, nbytes, device, dtype, shape, *, read_only=False, strides=None, offset=0, release=None, user_data=None, release_queue=None):
    """Borrows memory of a CUDA device, without a copy: as tensor_from_host_buffer with a device address in `data`.

    Work of the caller's that writes the memory must come before this tensor's in the current stream of `device`, or
    be waited for (tendon_cuda_stream_wait_event, tendon_cuda_stream_from_native). `options->release` is called once
    the last tensor over the memory is gone and the device is done with it. As tensors over
    __cuda_array_interface__.

    Errors: as tensor_from_host_buffer, and DEVICE when `device` is no CUDA device or `data` lies elsewhere,
    CUDA_UNAVAILABLE. `out`: new reference, release with tensor_release.
    """
    if nbytes.__class__ is not int or not 0 <= nbytes <= 18446744073709551615:
        nbytes = _to_size_t(nbytes, "nbytes")
    if dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
        dtype = _to_int32_t(dtype, "dtype")
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if read_only or strides is not None or offset or release or user_data or release_queue:
        if strides is None:
            strides_at, strides_count = None, 0
        else:
            strides = _array("q", strides)
            strides_at, strides_count = strides.buffer_info()
        if strides is not None:
            _same_count("strides", strides_count, "shape", ndim)
        if offset is None:
            offset = 0
        elif offset.__class__ is not int or not -9223372036854775808 <= offset <= 9223372036854775807:
            offset = _to_int64_t(offset, "offset")
        options = byref(TensorHostBufferOptions(48, read_only, (c_uint8 * 3)(), strides_at, offset, _address(release, "release"), user_data, release_queue))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_from_device_buffer(data, nbytes, _structure(TensorDevice, device), dtype, shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_from_host_copy = _bind("tensor_from_host_copy", c_int32, c_void_p, c_size_t, c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_from_host_copy(data, nbytes, dtype, shape, *, device=None, requires_grad=False):
    """Copies `nbytes` bytes in C order into a new tensor. As torch.tensor over a buffer.

    `nbytes` must be the size of the shape in `dtype`. `data` needs no alignment. `options->dtype` must be 0 or
    `dtype`.

    Errors: DTYPE, SHAPE, OUT_OF_BOUNDS, NULL_POINTER, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE. `out`: new
    reference, release with tensor_release.
    """
    if nbytes.__class__ is not int or not 0 <= nbytes <= 18446744073709551615:
        nbytes = _to_size_t(nbytes, "nbytes")
    if dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
        dtype = _to_int32_t(dtype, "dtype")
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if device or requires_grad:
        options = byref(TensorOptions(20, 0, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_from_host_copy(data, nbytes, dtype, shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_release_queue_create = _bind("tendon_release_queue_create", c_int32, c_void_p)


def tendon_release_queue_create():
    """Makes a queue for the release callbacks of borrowed memory and the deleters of DLPack structs: for programs
    whose callbacks may not run just anywhere, such as the bindings of a language with a garbage collector or a
    global lock.

    The last use of borrowed memory may end in the midst of any call, on any thread: a backward that frees its
    graph, a write, the deleter that another library calls. With options->release_queue the callback is not called
    there: the call waits in the queue, and the memory stays lent, until tendon_release_queue_next hands it out. A
    queue may serve any number of tensors, and is safe from any thread.

    Errors: NULL_POINTER, OUT_OF_MEMORY. `out`: new handle, release with tendon_release_queue_release.
    """
    out_out = c_void_p()
    status = _tendon_release_queue_create(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_release_queue_next = _bind_held("tendon_release_queue_next", c_int32, c_void_p, c_void_p)


def tendon_release_queue_next(queue):
    """The call that has waited longest, which leaves the queue and is yours to make, once: `out->release(out->data,
    out->user_data)`. When none waits, out->release is NULL, and that is no error.

    Safe from any thread; each call is handed out once. Errors: INVALID_HANDLE, NULL_POINTER.
    """
    out_out = TendonPendingRelease()
    status = _tendon_release_queue_next(queue, byref(out_out))
    if status:
        _fail(status)
    return (out_out.release, out_out.data, out_out.user_data)


_tendon_release_queue_count = _bind_held("tendon_release_queue_count", c_int64, c_void_p)


def tendon_release_queue_count(queue):
    """How many calls wait; -1 for an invalid handle. Cheap enough to be asked at every turn of an event loop."""
    answer = _tendon_release_queue_count(queue)
    if answer == -1:
        _fail_last()
    return answer


_tendon_release_queue_release = _bind("tendon_release_queue_release", c_int32, c_void_p)


def tendon_release_queue_release(queue=None, _call=_tendon_release_queue_release, _raise=_fail, _ends=_finalizing):
    """Ends the queue. The calls that wait are made before this function returns, on this thread; those of memory that
    is still in use are made where that use ends, as without a queue. NULL is fine.
    """
    status = _call(queue)
    if status and not _ends():
        _raise(status)


_tensor_empty = _bind("tensor_empty", c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_empty(shape, *, dtype=0, device=None, requires_grad=False):
    """Uninitialised memory of a shape. As torch.empty.

    `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.

    Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
    release with tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_empty(shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_zeros = _bind("tensor_zeros", c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_zeros(shape, *, dtype=0, device=None, requires_grad=False):
    """All 0. As torch.zeros.

    `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.

    Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
    release with tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_zeros(shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_ones = _bind("tensor_ones", c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_ones(shape, *, dtype=0, device=None, requires_grad=False):
    """All 1. As torch.ones.

    `shape` has `ndim` sizes; NULL only if `ndim` is 0. The default dtype is f32.

    Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
    release with tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_ones(shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_full = _bind("tensor_full", c_int32, c_void_p, c_size_t, Scalar, c_void_p, c_void_p)


def tensor_full(shape, value, *, dtype=0, device=None, requires_grad=False):
    """All `value`. As torch.full.

    The default dtype is that of the value: bool, i64 or f32.

    Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
    release with tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_full(shape_at, ndim, _scalar(value), options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_scalar = _bind("tensor_scalar", c_int32, Scalar, c_void_p, c_void_p)


def tensor_scalar(value, *, dtype=0, device=None, requires_grad=False):
    """One number as a tensor of rank 0. As torch.tensor(value).

    The default dtype is that of the value: bool, i64 or f32.

    Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
    release with tensor_release.
    """
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_scalar(_scalar(value), options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_arange = _bind("tensor_arange", c_int32, Scalar, Scalar, Scalar, c_void_p, c_void_p)


def tensor_arange(start, end, step, *, dtype=0, device=None, requires_grad=False):
    """start, start + step, ... before `end`: ceil((end - start) / step) numbers, in shape [n]. As torch.arange.

    The default dtype is i64 when all three are integers, else f32. Errors: INVALID_ARGUMENT when step is 0 or leads
    away from end; else as tensor_full. `out`: new reference, release with tensor_release.
    """
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_arange(_scalar(start), _scalar(end), _scalar(step), options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_linspace = _bind("tensor_linspace", c_int32, c_double, c_double, c_int64, c_void_p, c_void_p)


def tensor_linspace(start, end, steps, *, dtype=0, device=None, requires_grad=False):
    """`steps` evenly spaced numbers from `start` to `end`, both included, in shape [steps]. As torch.linspace.

    The default dtype is f32. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
    AUTOGRAD. `out`: new reference, release with tensor_release.
    """
    if start.__class__ is not float:
        start = float(start)
    if end.__class__ is not float:
        end = float(end)
    if steps.__class__ is not int or not -9223372036854775808 <= steps <= 9223372036854775807:
        steps = _to_int64_t(steps, "steps")
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_linspace(start, end, steps, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_eye = _bind("tensor_eye", c_int32, c_int64, c_int64, c_void_p, c_void_p)


def tensor_eye(n, m, *, dtype=0, device=None, requires_grad=False):
    """1 on the diagonal and 0 elsewhere, in shape [n, m]. As torch.eye.

    The default dtype is f32. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
    AUTOGRAD. `out`: new reference, release with tensor_release.
    """
    if n.__class__ is not int or not -9223372036854775808 <= n <= 9223372036854775807:
        n = _to_int64_t(n, "n")
    if m.__class__ is not int or not -9223372036854775808 <= m <= 9223372036854775807:
        m = _to_int64_t(m, "m")
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_eye(n, m, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_rand = _bind("tensor_rand", c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_rand(shape, *, dtype=0, device=None, requires_grad=False):
    """Random numbers, uniform on [0, 1). As torch.rand.

    The default dtype is f32; only float dtypes. The numbers depend on the seed (tendon_manual_seed), not on the
    number of threads.

    Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
    release with tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_rand(shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_randn = _bind("tensor_randn", c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_randn(shape, *, dtype=0, device=None, requires_grad=False):
    """Random numbers of the standard normal distribution. As torch.randn.

    The default dtype is f32; only float dtypes. The numbers depend on the seed (tendon_manual_seed), not on the
    number of threads.

    Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE, AUTOGRAD. `out`: new reference,
    release with tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_randn(shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_randint = _bind("tensor_randint", c_int32, c_int64, c_int64, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_randint(low, high, shape, *, dtype=0, device=None, requires_grad=False):
    """Random integers from `low` up to, not including, `high`. As torch.randint.

    The default dtype is i64. Errors: INVALID_ARGUMENT when low is not less than high; else as tensor_zeros. `out`:
    new reference, release with tensor_release.
    """
    if low.__class__ is not int or not -9223372036854775808 <= low <= 9223372036854775807:
        low = _to_int64_t(low, "low")
    if high.__class__ is not int or not -9223372036854775808 <= high <= 9223372036854775807:
        high = _to_int64_t(high, "high")
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_randint(low, high, shape_at, ndim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_randperm = _bind("tensor_randperm", c_int32, c_int64, c_void_p, c_void_p)


def tensor_randperm(n, *, dtype=0, device=None, requires_grad=False):
    """0, 1, ..., n - 1 in random order, in shape [n]. As torch.randperm.

    The default dtype is i64. Errors: SHAPE, DTYPE, DEVICE, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA_UNAVAILABLE,
    AUTOGRAD. `out`: new reference, release with tensor_release.
    """
    if n.__class__ is not int or not -9223372036854775808 <= n <= 9223372036854775807:
        n = _to_int64_t(n, "n")
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_randperm(n, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_empty_like = _bind("tensor_empty_like", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_empty_like(x, *, dtype=0, device=None, requires_grad=False):
    """Uninitialised memory, in the shape of `x` and C order. As torch.empty_like.

    Dtype and device are those of `x` unless the options say otherwise.

    Errors: INVALID_HANDLE; else as tensor_empty. `out`: new reference, release with tensor_release.
    """
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_empty_like(x, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_zeros_like = _bind("tensor_zeros_like", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_zeros_like(x, *, dtype=0, device=None, requires_grad=False):
    """All 0, in the shape of `x` and C order. As torch.zeros_like.

    Dtype and device are those of `x` unless the options say otherwise.

    Errors: INVALID_HANDLE; else as tensor_zeros. `out`: new reference, release with tensor_release.
    """
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_zeros_like(x, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_ones_like = _bind("tensor_ones_like", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_ones_like(x, *, dtype=0, device=None, requires_grad=False):
    """All 1, in the shape of `x` and C order. As torch.ones_like.

    Dtype and device are those of `x` unless the options say otherwise.

    Errors: INVALID_HANDLE; else as tensor_ones. `out`: new reference, release with tensor_release.
    """
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_ones_like(x, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_rand_like = _bind("tensor_rand_like", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_rand_like(x, *, dtype=0, device=None, requires_grad=False):
    """Random numbers, uniform on [0, 1), in the shape of `x` and C order. As torch.rand_like.

    Dtype and device are those of `x` unless the options say otherwise.

    Errors: INVALID_HANDLE; else as tensor_rand. `out`: new reference, release with tensor_release.
    """
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_rand_like(x, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_randn_like = _bind("tensor_randn_like", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_randn_like(x, *, dtype=0, device=None, requires_grad=False):
    """Random numbers of the standard normal distribution, in the shape of `x` and C order. As torch.randn_like.

    Dtype and device are those of `x` unless the options say otherwise.

    Errors: INVALID_HANDLE; else as tensor_randn. `out`: new reference, release with tensor_release.
    """
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_randn_like(x, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_full_like = _bind("tensor_full_like", c_int32, c_void_p, Scalar, c_void_p, c_void_p)


def tensor_full_like(x, value, *, dtype=0, device=None, requires_grad=False):
    """All `value`, in the shape of `x` and C order. As torch.full_like.

    Dtype and device are those of `x` unless the options say otherwise.

    Errors: INVALID_HANDLE; else as tensor_full. `out`: new reference, release with tensor_release.
    """
    if dtype or device or requires_grad:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorOptions(20, dtype, _structure(TensorDevice, device) if device else TensorDevice(), requires_grad, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_full_like(x, _scalar(value), options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_ndim = _bind("tensor_ndim", c_int32, c_void_p)


def tensor_ndim(x):
    """How many dimensions. As torch.Tensor.ndim."""
    answer = _tensor_ndim(x)
    if answer == -1:
        _fail_last()
    return answer


_tensor_size = _bind("tensor_size", c_int64, c_void_p, c_int64)


def tensor_size(x, dim):
    """The size of a dimension, in elements; negative dims count from the end. As torch.Tensor.size. Errors:
    INVALID_HANDLE, SHAPE.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    answer = _tensor_size(x, dim)
    if answer == -1:
        _fail_last()
    return answer


_tensor_stride = _bind("tensor_stride", c_int64, c_void_p, c_int64)


def tensor_stride(x, dim):
    """The step of a dimension, in elements; negative dims count from the end. As torch.Tensor.stride. A stride can
    itself be -1: where negative strides may be, ask tensor_strides. Errors: INVALID_HANDLE, SHAPE.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    answer = _tensor_stride(x, dim)
    if answer == -1:
        return _ask_again(_tensor_stride, x, dim)
    return answer


_tensor_numel = _bind("tensor_numel", c_int64, c_void_p)


def tensor_numel(x):
    """How many elements. As torch.Tensor.numel."""
    answer = _tensor_numel(x)
    if answer == -1:
        _fail_last()
    return answer


_tensor_nbytes = _bind("tensor_nbytes", c_int64, c_void_p)


def tensor_nbytes(x):
    """How many bytes the elements have without gaps: numel times the size of the dtype. As torch.Tensor.nbytes."""
    answer = _tensor_nbytes(x)
    if answer == -1:
        _fail_last()
    return answer


_tensor_storage_offset = _bind("tensor_storage_offset", c_int64, c_void_p)


def tensor_storage_offset(x):
    """Where element [0, 0, ...] lies in its memory, in elements. As torch.Tensor.storage_offset."""
    answer = _tensor_storage_offset(x)
    if answer == -1:
        _fail_last()
    return answer


_tensor_shape = _bind("tensor_shape", c_int32, c_void_p, c_void_p, c_size_t)


def tensor_shape(x):
    """Writes the sizes, tensor_ndim(x) of them; `capacity` must not be less. Errors: INVALID_HANDLE, INVALID_ARGUMENT,
    NULL_POINTER.
    """
    capacity = tensor_ndim(x)
    out = _room(c_int64, capacity)
    status = _tensor_shape(x, out, capacity)
    if status:
        _fail(status)
    return tuple(out[:])


_tensor_strides = _bind("tensor_strides", c_int32, c_void_p, c_void_p, c_size_t)


def tensor_strides(x):
    """Writes the strides, in elements, tensor_ndim(x) of them; `capacity` must not be less. Errors: INVALID_HANDLE,
    INVALID_ARGUMENT, NULL_POINTER.
    """
    capacity = tensor_ndim(x)
    out = _room(c_int64, capacity)
    status = _tensor_strides(x, out, capacity)
    if status:
        _fail(status)
    return tuple(out[:])


_tensor_dtype = _bind("tensor_dtype", c_int32, c_void_p)


def tensor_dtype(x):
    """The dtype; TENSOR_DTYPE_INVALID on failure."""
    answer = _tensor_dtype(x)
    if answer == 0:
        _fail_last()
    return answer


_tensor_device = _bind("tensor_device", c_int32, c_void_p, c_void_p)


def tensor_device(x):
    """Where the elements live."""
    out_out = TensorDevice()
    status = _tensor_device(x, byref(out_out))
    if status:
        _fail(status)
    return (out_out.type, out_out.index)


_tensor_is_contiguous = _bind("tensor_is_contiguous", c_int32, c_void_p)


def tensor_is_contiguous(x):
    """1 if the elements lie in C order without gaps, 0 if not, -1 on failure. As torch.Tensor.is_contiguous."""
    answer = _tensor_is_contiguous(x)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_is_leaf = _bind("tensor_is_leaf", c_int32, c_void_p)


def tensor_is_leaf(x):
    """1 if no recorded op made it, 0 if one did, -1 on failure. As torch.Tensor.is_leaf."""
    answer = _tensor_is_leaf(x)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_requires_grad = _bind("tensor_requires_grad", c_int32, c_void_p)


def tensor_requires_grad(x):
    """1 if ops on it are recorded, 0 if not, -1 on failure. As torch.Tensor.requires_grad."""
    answer = _tensor_requires_grad(x)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_is_view = _bind("tensor_is_view", c_int32, c_void_p)


def tensor_is_view(x):
    """1 if it looks into the memory of another tensor, 0 if not, -1 on failure."""
    answer = _tensor_is_view(x)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_is_read_only = _bind("tensor_is_read_only", c_int32, c_void_p)


def tensor_is_read_only(x):
    """1 if its memory was lent read-only, 0 if not, -1 on failure."""
    answer = _tensor_is_read_only(x)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_is_inference = _bind("tensor_is_inference", c_int32, c_void_p)


def tensor_is_inference(x):
    """1 if it was made in inference mode, 0 if not, -1 on failure. As torch.Tensor.is_inference."""
    answer = _tensor_is_inference(x)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_is_same = _bind("tensor_is_same", c_int32, c_void_p, c_void_p)


def tensor_is_same(a, b):
    """1 if both handles are of one and the same tensor, 0 if not, -1 on failure."""
    answer = _tensor_is_same(a, b)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_shares_memory = _bind("tensor_shares_memory", c_int32, c_void_p, c_void_p)


def tensor_shares_memory(a, b):
    """1 if the two tensors may have bytes in common (the ranges of their elements meet), 0 if not, -1 on failure."""
    answer = _tensor_shares_memory(a, b)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_version = _bind("tensor_version", c_int64, c_void_p)


def tensor_version(x):
    """How often the memory was written, through any tensor that shares it. As torch.Tensor._version."""
    answer = _tensor_version(x)
    if answer == -1:
        _fail_last()
    return answer


_tensor_dtype_size = _bind("tensor_dtype_size", c_size_t, c_int32)


def tensor_dtype_size(dtype):
    """Bytes of one element; 0 for what is no dtype, with the error stored."""
    if dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
        dtype = _to_int32_t(dtype, "dtype")
    answer = _tensor_dtype_size(dtype)
    if answer == 0:
        _fail_last()
    return answer


_tensor_dtype_name = _bind("tensor_dtype_name", c_char_p, c_int32)


def tensor_dtype_name(dtype):
    """The name of a dtype: "f32", "bool"; "invalid" for what is none. Lives for ever."""
    if dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
        dtype = _to_int32_t(dtype, "dtype")
    return _tensor_dtype_name(dtype).decode("utf-8", "replace")


_tensor_promote_types = _bind("tensor_promote_types", c_int32, c_int32, c_int32, c_void_p)


def tensor_promote_types(a, b):
    """The smallest dtype that both convert to. As torch.promote_types. Errors: DTYPE."""
    if a.__class__ is not int or not -2147483648 <= a <= 2147483647:
        a = _to_int32_t(a, "a")
    if b.__class__ is not int or not -2147483648 <= b <= 2147483647:
        b = _to_int32_t(b, "b")
    out_out = c_int32()
    status = _tensor_promote_types(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_result_type = _bind("tensor_result_type", c_int32, c_void_p, c_size_t, c_void_p)


def tensor_result_type(tensors):
    """The dtype that arithmetic over these tensors has. As torch.result_type: a tensor of rank 0 counts only when its
    dtype is of a higher kind (bool < integer < float). Errors: INVALID_HANDLE, DTYPE, INVALID_ARGUMENT when there
    are none.
    """
    if tensors is None:
        tensors_at, n = None, 0
    else:
        tensors = _array("Q", tensors)
        tensors_at, n = tensors.buffer_info()
    out_out = c_int32()
    status = _tensor_result_type(tensors_at, n, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_to_string = _bind("tensor_to_string", c_int32, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p)


def tensor_to_string(x, *, precision=4, threshold=1000, edge_items=3, line_width=80):
    """Writes the tensor as PyTorch prints it, with a NUL at the end.

    `*needed` is set to the bytes of the text, its NUL included; `needed` may be NULL. `buffer` may be NULL when
    `capacity` is 0, to ask for the size. Errors: INVALID_HANDLE, INVALID_ARGUMENT when `capacity` is less than
    needed (then nothing is written to `buffer`), INVALID_OPTIONS, OUT_OF_MEMORY.
    """
    if precision != 4 or threshold != 1000 or edge_items != 3 or line_width != 80:
        if precision is None:
            precision = 4
        elif precision.__class__ is not int or not -2147483648 <= precision <= 2147483647:
            precision = _to_int32_t(precision, "precision")
        if threshold is None:
            threshold = 1000
        elif threshold.__class__ is not int or not -9223372036854775808 <= threshold <= 9223372036854775807:
            threshold = _to_int64_t(threshold, "threshold")
        if edge_items is None:
            edge_items = 3
        elif edge_items.__class__ is not int or not -9223372036854775808 <= edge_items <= 9223372036854775807:
            edge_items = _to_int64_t(edge_items, "edge_items")
        if line_width is None:
            line_width = 80
        elif line_width.__class__ is not int or not -9223372036854775808 <= line_width <= 9223372036854775807:
            line_width = _to_int64_t(line_width, "line_width")
        options = byref(TensorPrintOptions(32, precision, threshold, edge_items, line_width))
    else:
        options = None
    needed_out = c_size_t()
    capacity = 1024
    buffer = _room(c_char, capacity)
    status = _tensor_to_string(x, options, buffer, capacity, byref(needed_out))
    if needed_out.value > capacity:
        capacity = needed_out.value
        buffer = _room(c_char, capacity)
        status = _tensor_to_string(x, options, buffer, capacity, byref(needed_out))
    if status:
        _fail(status)
    return buffer.value.decode("utf-8", "replace")


_tensor_to_cpu = _bind("tensor_to_cpu", c_int32, c_void_p, c_void_p)


def tensor_to_cpu(x):
    """The tensor on the CPU: itself if it is there, else a copy, for which pending device work is awaited. Recorded
    for backward. As torch.Tensor.cpu.

    Errors: INVALID_HANDLE, OUT_OF_MEMORY, CUDA. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_to_cpu(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_cuda_data = _bind("tensor_cuda_data", c_int32, c_void_p, c_void_p)


def tensor_cuda_data(x):
    """The elements of a CUDA tensor in C order as a device address, for reading by kernels and libraries of the
    caller's.

    The address is for work in the current stream of the tensor's device, or in another that waits for it. Errors:
    INVALID_HANDLE, DEVICE, NOT_CONTIGUOUS (call tensor_contiguous). `*out`: borrowed until the last handle of the
    tensor is released; work that uses it must be in the stream by then.
    """
    out_out = c_void_p()
    status = _tensor_cuda_data(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_cuda_data_mut = _bind("tensor_cuda_data_mut", c_int32, c_void_p, c_void_p)


def tensor_cuda_data_mut(x):
    """As tensor_cuda_data, for writing. Counts as a write at the time of the call: see tensor_version.

    Errors: as tensor_cuda_data, READ_ONLY, AUTOGRAD when the tensor requires grad and this thread records (detach
    first).
    """
    out_out = c_void_p()
    status = _tensor_cuda_data_mut(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data = _bind("tensor_data", c_int32, c_void_p, c_void_p)


def tensor_data(x):
    """The elements in C order, for reading.

    Errors: INVALID_HANDLE, NOT_ON_CPU, NOT_CONTIGUOUS (call tensor_contiguous, or tensor_data_strided and read the
    strides). `*out`: borrowed until the last handle of the tensor is released.
    """
    out_out = c_void_p()
    status = _tensor_data(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut = _bind("tensor_data_mut", c_int32, c_void_p, c_void_p)


def tensor_data_mut(x):
    """The elements in C order, for writing. Counts as a write at the time of the call: see tensor_version.

    Errors: INVALID_HANDLE, NOT_ON_CPU, NOT_CONTIGUOUS, READ_ONLY, AUTOGRAD when the tensor requires grad and this
    thread records (detach first). `*out`: borrowed until the last handle of the tensor is released.
    """
    out_out = c_void_p()
    status = _tensor_data_mut(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_strided = _bind("tensor_data_strided", c_int32, c_void_p, c_void_p)


def tensor_data_strided(x):
    """The address of element [0, 0, ...], for reading; the others lie at multiples of tensor_strides, in elements.

    Errors: INVALID_HANDLE, NOT_ON_CPU. `*out`: borrowed until the last handle of the tensor is released.
    """
    out_out = c_void_p()
    status = _tensor_data_strided(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_strided = _bind("tensor_data_mut_strided", c_int32, c_void_p, c_void_p)


def tensor_data_mut_strided(x):
    """The address of element [0, 0, ...], for writing; the others lie at multiples of tensor_strides, in elements.
    Counts as a write at the time of the call.

    Errors: INVALID_HANDLE, NOT_ON_CPU, READ_ONLY, AUTOGRAD when the tensor requires grad and this thread records
    (detach first). `*out`: borrowed until the last handle of the tensor is released.
    """
    out_out = c_void_p()
    status = _tensor_data_mut_strided(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_copy_to_host = _bind("tensor_copy_to_host", c_int32, c_void_p, c_void_p, c_size_t)


def tensor_copy_to_host(x, buffer, nbytes):
    """Copies the elements in C order, in the tensor's dtype, from any device. Not recorded.

    `nbytes` is the size of `buffer`, at least tensor_nbytes(x); it needs no alignment. Errors: INVALID_HANDLE,
    OUT_OF_BOUNDS when the buffer is too small, NULL_POINTER, OUT_OF_MEMORY, CUDA.
    """
    if nbytes.__class__ is not int or not 0 <= nbytes <= 18446744073709551615:
        nbytes = _to_size_t(nbytes, "nbytes")
    status = _tensor_copy_to_host(x, buffer, nbytes)
    if status:
        _fail(status)


_tensor_item = _bind("tensor_item", c_int32, c_void_p, c_void_p)


def tensor_item(x):
    """The one element: a BOOL, INT or FLOAT by the dtype. As torch.Tensor.item.

    Errors: INVALID_HANDLE, SHAPE when there is not one element, NOT_ON_CPU, INVALID_ARGUMENT for a u64 above
    INT64_MAX.
    """
    out_out = ScalarOut()
    status = _tensor_item(x, byref(out_out))
    if status:
        _fail(status)
    return _scalar_value(out_out)


_tensor_item_f64 = _bind("tensor_item_f64", c_int32, c_void_p, c_void_p)


def tensor_item_f64(x):
    """The one element as a double. Errors: as tensor_item, without INVALID_ARGUMENT."""
    out_out = c_double()
    status = _tensor_item_f64(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_item_i64 = _bind("tensor_item_i64", c_int32, c_void_p, c_void_p)


def tensor_item_i64(x):
    """The one element as an int64_t; floats are rounded towards zero. Errors: as tensor_item, and INVALID_ARGUMENT for
    what does not fit (NaN, infinities, large numbers).
    """
    out_out = c_int64()
    status = _tensor_item_i64(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_item_bool = _bind("tensor_item_bool", c_int32, c_void_p, c_void_p)


def tensor_item_bool(x):
    """Whether the one element is not 0. Errors: as tensor_item, without INVALID_ARGUMENT."""
    out_out = c_bool()
    status = _tensor_item_bool(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_data_bool = _bind("tensor_data_bool", c_int32, c_void_p, c_void_p)


def tensor_data_bool(x):
    """The bool elements (bool: any byte but 0 is true) of `x` in C order, for reading. As tensor_data, and DTYPE when
    `x` has another dtype.
    """
    out_out = c_void_p()
    status = _tensor_data_bool(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_u8 = _bind("tensor_data_u8", c_int32, c_void_p, c_void_p)


def tensor_data_u8(x):
    """The u8 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_u8(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_u16 = _bind("tensor_data_u16", c_int32, c_void_p, c_void_p)


def tensor_data_u16(x):
    """The u16 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_u16(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_u32 = _bind("tensor_data_u32", c_int32, c_void_p, c_void_p)


def tensor_data_u32(x):
    """The u32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_u32(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_u64 = _bind("tensor_data_u64", c_int32, c_void_p, c_void_p)


def tensor_data_u64(x):
    """The u64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_u64(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_i8 = _bind("tensor_data_i8", c_int32, c_void_p, c_void_p)


def tensor_data_i8(x):
    """The i8 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_i8(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_i16 = _bind("tensor_data_i16", c_int32, c_void_p, c_void_p)


def tensor_data_i16(x):
    """The i16 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_i16(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_i32 = _bind("tensor_data_i32", c_int32, c_void_p, c_void_p)


def tensor_data_i32(x):
    """The i32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_i32(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_i64 = _bind("tensor_data_i64", c_int32, c_void_p, c_void_p)


def tensor_data_i64(x):
    """The i64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_i64(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_f16 = _bind("tensor_data_f16", c_int32, c_void_p, c_void_p)


def tensor_data_f16(x):
    """The f16 elements (the bits of IEEE half precision numbers) of `x` in C order, for reading. As tensor_data, and
    DTYPE when `x` has another dtype.
    """
    out_out = c_void_p()
    status = _tensor_data_f16(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_bf16 = _bind("tensor_data_bf16", c_int32, c_void_p, c_void_p)


def tensor_data_bf16(x):
    """The bf16 elements (the bits of bfloat16 numbers) of `x` in C order, for reading. As tensor_data, and DTYPE when
    `x` has another dtype.
    """
    out_out = c_void_p()
    status = _tensor_data_bf16(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_f32 = _bind("tensor_data_f32", c_int32, c_void_p, c_void_p)


def tensor_data_f32(x):
    """The f32 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_f32(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_f64 = _bind("tensor_data_f64", c_int32, c_void_p, c_void_p)


def tensor_data_f64(x):
    """The f64 elements of `x` in C order, for reading. As tensor_data, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_f64(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_bool = _bind("tensor_data_mut_bool", c_int32, c_void_p, c_void_p)


def tensor_data_mut_bool(x):
    """The bool elements (bool: any byte but 0 is true) of `x` in C order, for writing. As tensor_data_mut, and DTYPE
    when `x` has another dtype.
    """
    out_out = c_void_p()
    status = _tensor_data_mut_bool(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_u8 = _bind("tensor_data_mut_u8", c_int32, c_void_p, c_void_p)


def tensor_data_mut_u8(x):
    """The u8 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_u8(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_u16 = _bind("tensor_data_mut_u16", c_int32, c_void_p, c_void_p)


def tensor_data_mut_u16(x):
    """The u16 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_u16(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_u32 = _bind("tensor_data_mut_u32", c_int32, c_void_p, c_void_p)


def tensor_data_mut_u32(x):
    """The u32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_u32(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_u64 = _bind("tensor_data_mut_u64", c_int32, c_void_p, c_void_p)


def tensor_data_mut_u64(x):
    """The u64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_u64(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_i8 = _bind("tensor_data_mut_i8", c_int32, c_void_p, c_void_p)


def tensor_data_mut_i8(x):
    """The i8 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_i8(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_i16 = _bind("tensor_data_mut_i16", c_int32, c_void_p, c_void_p)


def tensor_data_mut_i16(x):
    """The i16 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_i16(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_i32 = _bind("tensor_data_mut_i32", c_int32, c_void_p, c_void_p)


def tensor_data_mut_i32(x):
    """The i32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_i32(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_i64 = _bind("tensor_data_mut_i64", c_int32, c_void_p, c_void_p)


def tensor_data_mut_i64(x):
    """The i64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_i64(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_f16 = _bind("tensor_data_mut_f16", c_int32, c_void_p, c_void_p)


def tensor_data_mut_f16(x):
    """The f16 elements (the bits of IEEE half precision numbers) of `x` in C order, for writing. As tensor_data_mut,
    and DTYPE when `x` has another dtype.
    """
    out_out = c_void_p()
    status = _tensor_data_mut_f16(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_bf16 = _bind("tensor_data_mut_bf16", c_int32, c_void_p, c_void_p)


def tensor_data_mut_bf16(x):
    """The bf16 elements (the bits of bfloat16 numbers) of `x` in C order, for writing. As tensor_data_mut, and DTYPE
    when `x` has another dtype.
    """
    out_out = c_void_p()
    status = _tensor_data_mut_bf16(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_f32 = _bind("tensor_data_mut_f32", c_int32, c_void_p, c_void_p)


def tensor_data_mut_f32(x):
    """The f32 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_f32(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_data_mut_f64 = _bind("tensor_data_mut_f64", c_int32, c_void_p, c_void_p)


def tensor_data_mut_f64(x):
    """The f64 elements of `x` in C order, for writing. As tensor_data_mut, and DTYPE when `x` has another dtype."""
    out_out = c_void_p()
    status = _tensor_data_mut_f64(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value or 0


_tensor_to_dlpack = _bind("tensor_to_dlpack", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_to_dlpack(x, *, copy=0, device=None, stream=1, max_version_major=0, max_version_minor=0, stream_stays_valid=False, release_queue=None):
    """The tensor's memory as a DLPack struct of the older form, without a version, for another library; nothing is
    copied. As torch.utils.dlpack.to_dlpack.

    The struct describes the memory of `x` as it is: its strides, its device (pinned host memory is CPU memory).
    Both sides see what either writes, and what the consumer writes is not counted by tensor_version. A tensor that
    requires grad must be detached first. On CUDA, what the current stream has been given so far is done before
    later work of options->stream; the consumer's work must be done when it calls the deleter, unless it runs on a
    stream that options->stream_stays_valid speaks of.

    Errors: INVALID_HANDLE, AUTOGRAD, READ_ONLY when the memory is read-only, which this form cannot say, DEVICE
    when options->device is another and options->copy forbids the copy, INVALID_ARGUMENT, INVALID_OPTIONS,
    NULL_POINTER, OUT_OF_MEMORY, CUDA, CUDA_UNAVAILABLE. `out`: owned by the consumer, who calls its deleter once,
    on any thread, also after `x` was released; the memory lives until then.
    """
    if copy or device or stream != 1 or max_version_major or max_version_minor or stream_stays_valid or release_queue:
        if copy is None:
            copy = 0
        elif copy.__class__ is not int or not -2147483648 <= copy <= 2147483647:
            copy = _to_int32_t(copy, "copy")
        if stream is None:
            stream = 1
        elif stream.__class__ is not int or not -9223372036854775808 <= stream <= 9223372036854775807:
            stream = _to_int64_t(stream, "stream")
        if max_version_major is None:
            max_version_major = 0
        elif max_version_major.__class__ is not int or not 0 <= max_version_major <= 4294967295:
            max_version_major = _to_uint32_t(max_version_major, "max_version_major")
        if max_version_minor is None:
            max_version_minor = 0
        elif max_version_minor.__class__ is not int or not 0 <= max_version_minor <= 4294967295:
            max_version_minor = _to_uint32_t(max_version_minor, "max_version_minor")
        options = byref(TensorDlpackOptions(48, copy, _structure(TensorDevice, device) if device else TensorDevice(), stream, max_version_major, max_version_minor, stream_stays_valid, (c_uint8 * 7)(), release_queue))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_to_dlpack(x, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_to_dlpack_versioned = _bind("tensor_to_dlpack_versioned", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_to_dlpack_versioned(x, *, copy=0, device=None, stream=1, max_version_major=0, max_version_minor=0, stream_stays_valid=False, release_queue=None):
    """The tensor's memory as a DLPack 1.1 struct for another library; nothing is copied. As torch.Tensor.__dlpack__
    with a max_version of 1.0 or later.

    As tensor_to_dlpack, but read-only memory is exported with the flag that says so. Errors: as tensor_to_dlpack
    without READ_ONLY, and UNSUPPORTED when the wished max_version is before 1.0. `out`: owned by the consumer, who
    calls its deleter once, on any thread, also after `x` was released; the memory lives until then.
    """
    if copy or device or stream != 1 or max_version_major or max_version_minor or stream_stays_valid or release_queue:
        if copy is None:
            copy = 0
        elif copy.__class__ is not int or not -2147483648 <= copy <= 2147483647:
            copy = _to_int32_t(copy, "copy")
        if stream is None:
            stream = 1
        elif stream.__class__ is not int or not -9223372036854775808 <= stream <= 9223372036854775807:
            stream = _to_int64_t(stream, "stream")
        if max_version_major is None:
            max_version_major = 0
        elif max_version_major.__class__ is not int or not 0 <= max_version_major <= 4294967295:
            max_version_major = _to_uint32_t(max_version_major, "max_version_major")
        if max_version_minor is None:
            max_version_minor = 0
        elif max_version_minor.__class__ is not int or not 0 <= max_version_minor <= 4294967295:
            max_version_minor = _to_uint32_t(max_version_minor, "max_version_minor")
        options = byref(TensorDlpackOptions(48, copy, _structure(TensorDevice, device) if device else TensorDevice(), stream, max_version_major, max_version_minor, stream_stays_valid, (c_uint8 * 7)(), release_queue))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_to_dlpack_versioned(x, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_from_dlpack = _bind("tensor_from_dlpack", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_from_dlpack(managed, *, copy=0, device=None, stream=1, max_version_major=0, max_version_minor=0, stream_stays_valid=False, release_queue=None):
    """A tensor over the memory of another library's DLPack struct of the older form, without a copy. As
    torch.from_dlpack.

    On success the tensor owns `managed`: its deleter (if not NULL) is called once, when the last tensor over the
    memory is gone and, on CUDA, the streams that used it are done with it; on any thread. When this function fails,
    `managed` is as it was and still the caller's. Memory of the CPU, of a CUDA device, pinned (a CPU tensor) and
    managed (a CUDA tensor) is taken. Elements that are not aligned to their size are copied, unless options->copy
    forbids it; then, and with any other copy, the deleter is due before this function returns.

    Errors: NULL_POINTER, UNSUPPORTED for element types that have no dtype, DTYPE, SHAPE, OUT_OF_BOUNDS, MISALIGNED,
    DEVICE for other devices, for an address that is not on the device, and when options->device needs a copy that
    options->copy forbids, INVALID_ARGUMENT, INVALID_OPTIONS, OUT_OF_MEMORY, CUDA, CUDA_UNAVAILABLE. `out`: new
    reference, release with tensor_release.
    """
    if copy or device or stream != 1 or max_version_major or max_version_minor or stream_stays_valid or release_queue:
        if copy is None:
            copy = 0
        elif copy.__class__ is not int or not -2147483648 <= copy <= 2147483647:
            copy = _to_int32_t(copy, "copy")
        if stream is None:
            stream = 1
        elif stream.__class__ is not int or not -9223372036854775808 <= stream <= 9223372036854775807:
            stream = _to_int64_t(stream, "stream")
        if max_version_major is None:
            max_version_major = 0
        elif max_version_major.__class__ is not int or not 0 <= max_version_major <= 4294967295:
            max_version_major = _to_uint32_t(max_version_major, "max_version_major")
        if max_version_minor is None:
            max_version_minor = 0
        elif max_version_minor.__class__ is not int or not 0 <= max_version_minor <= 4294967295:
            max_version_minor = _to_uint32_t(max_version_minor, "max_version_minor")
        options = byref(TensorDlpackOptions(48, copy, _structure(TensorDevice, device) if device else TensorDevice(), stream, max_version_major, max_version_minor, stream_stays_valid, (c_uint8 * 7)(), release_queue))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_from_dlpack(managed, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_from_dlpack_versioned = _bind("tensor_from_dlpack_versioned", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_from_dlpack_versioned(managed, *, copy=0, device=None, stream=1, max_version_major=0, max_version_minor=0, stream_stays_valid=False, release_queue=None):
    """A tensor over the memory of another library's DLPack 1.x struct, without a copy. As torch.from_dlpack.

    As tensor_from_dlpack; where the struct says that the memory is read-only, writes to the tensor are errors. One
    failure consumes `managed`, and no other error is FORMAT: a struct of another major version than 1 cannot be
    read, so its deleter is due at once.

    Errors: as tensor_from_dlpack, and FORMAT. `out`: new reference, release with tensor_release.
    """
    if copy or device or stream != 1 or max_version_major or max_version_minor or stream_stays_valid or release_queue:
        if copy is None:
            copy = 0
        elif copy.__class__ is not int or not -2147483648 <= copy <= 2147483647:
            copy = _to_int32_t(copy, "copy")
        if stream is None:
            stream = 1
        elif stream.__class__ is not int or not -9223372036854775808 <= stream <= 9223372036854775807:
            stream = _to_int64_t(stream, "stream")
        if max_version_major is None:
            max_version_major = 0
        elif max_version_major.__class__ is not int or not 0 <= max_version_major <= 4294967295:
            max_version_major = _to_uint32_t(max_version_major, "max_version_major")
        if max_version_minor is None:
            max_version_minor = 0
        elif max_version_minor.__class__ is not int or not 0 <= max_version_minor <= 4294967295:
            max_version_minor = _to_uint32_t(max_version_minor, "max_version_minor")
        options = byref(TensorDlpackOptions(48, copy, _structure(TensorDevice, device) if device else TensorDevice(), stream, max_version_major, max_version_minor, stream_stays_valid, (c_uint8 * 7)(), release_queue))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_from_dlpack_versioned(managed, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_to_device = _bind("tensor_to_device", c_int32, c_void_p, TensorDevice, c_void_p, c_void_p)


def tensor_to_device(x, device, *, copy=False, non_blocking=False):
    """The tensor on `device`: itself if it is there, unless the options ask for a copy. As torch.Tensor.to(device).

    Recorded for backward. Work on a CUDA device goes on after calls return; this one returns when the memory of `x`
    may be changed (see options->non_blocking), and a copy to the CPU when it is there. Errors: INVALID_HANDLE,
    DEVICE, CUDA_UNAVAILABLE, CUDA, OUT_OF_MEMORY, INVALID_OPTIONS. `out`: new reference, release with
    tensor_release.
    """
    if copy or non_blocking:
        options = byref(TensorConvertOptions(8, copy, non_blocking, (c_uint8 * 2)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_to_device(x, _structure(TensorDevice, device), options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_to_dtype = _bind("tensor_to_dtype", c_int32, c_void_p, c_int32, c_void_p, c_void_p)


def tensor_to_dtype(x, dtype, *, copy=False, non_blocking=False):
    """The tensor in `dtype`: itself if it has it, unless the options ask for a copy. As torch.Tensor.to(dtype).

    Floats become integers by rounding towards zero. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY, INVALID_OPTIONS.
    `out`: new reference, release with tensor_release.
    """
    if dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
        dtype = _to_int32_t(dtype, "dtype")
    if copy or non_blocking:
        options = byref(TensorConvertOptions(8, copy, non_blocking, (c_uint8 * 2)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_to_dtype(x, dtype, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_contiguous = _bind("tensor_contiguous", c_int32, c_void_p, c_void_p)


def tensor_contiguous(x):
    """The tensor in C order: itself if it is, else a copy. As torch.Tensor.contiguous.

    Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_contiguous(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_clone = _bind("tensor_clone", c_int32, c_void_p, c_void_p)


def tensor_clone(x):
    """A copy in C order, in memory of its own; recorded for backward. As torch.clone.

    Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_clone(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_retain = _bind("tensor_retain", c_int32, c_void_p, c_void_p)


def tensor_retain(x):
    """Another handle of the same tensor, for another owner.

    Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_retain(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_release = _bind_held("tensor_release", c_int32, c_void_p)


def tensor_release(x=None, _call=_tensor_release, _raise=_fail, _ends=_finalizing):
    """Ends this handle. The tensor goes when no handle, view or graph has it any more. NULL is fine.

    A call of another thread that uses the handle at this moment ends as it began. Errors: INVALID_HANDLE when it
    was released before (nothing happens then).
    """
    status = _call(x)
    if status and not _ends():
        _raise(status)


_tensor_scope_begin = _bind("tensor_scope_begin", c_int32, c_void_p)


def tensor_scope_begin():
    """Opens a scope: tensor handles made on this thread from now on are released at its end. Scopes nest.

    A scope that is open when its thread ends stays open, and its handles stay live. `out`: end with
    tensor_scope_end, on this thread, inner scopes first.
    """
    out_out = c_void_p()
    status = _tensor_scope_begin(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_scope_keep = _bind("tensor_scope_keep", c_int32, c_void_p, c_void_p)


def tensor_scope_keep(scope, x):
    """Lets `x` outlive `scope`: it now belongs to the scope around it, or to nobody but its owner.

    Errors: INVALID_HANDLE, INVALID_ARGUMENT when the scope was begun on another thread.
    """
    status = _tensor_scope_keep(scope, x)
    if status:
        _fail(status)


_tensor_scope_end = _bind("tensor_scope_end", c_int32, c_void_p)


def tensor_scope_end(scope, _call=_tensor_scope_end, _raise=_fail, _ends=_finalizing):
    """Ends a scope and releases the tensor handles made in it, but for those kept and those released before.

    Errors: INVALID_HANDLE; INVALID_ARGUMENT when a scope begun after it is still open or it was begun on another
    thread; nothing changes then.
    """
    status = _call(scope)
    if status and not _ends():
        _raise(status)


_tensor_set_requires_grad = _bind("tensor_set_requires_grad", c_int32, c_void_p, c_bool)


def tensor_set_requires_grad(x, on):
    """Starts or stops recording ops on a leaf. As torch.Tensor.requires_grad_.

    Errors: INVALID_HANDLE, AUTOGRAD for a dtype that is not a float, a tensor made in inference mode, or switching
    off what an op made.
    """
    status = _tensor_set_requires_grad(x, on)
    if status:
        _fail(status)


_tensor_backward = _bind("tensor_backward", c_int32, c_void_p, c_void_p)


def tensor_backward(loss, *, retain_graph=False, create_graph=False, gradient=None):
    """Adds the gradient of `loss` with respect to every leaf that requires grad to the gradient of that leaf. As
    torch.Tensor.backward.

    `loss` has one element, or the options give its gradient. The graph is freed unless retain_graph or create_graph
    is set. Errors: INVALID_HANDLE, AUTOGRAD, MODIFIED, GRAPH_FREED, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY;
    then no gradient has changed.
    """
    if retain_graph or create_graph or gradient:
        options = byref(TensorBackwardOptions(16, retain_graph, create_graph, (c_uint8 * 2)(), gradient))
    else:
        options = None
    status = _tensor_backward(loss, options)
    if status:
        _fail(status)


_tensor_grad = _bind("tensor_grad", c_int32, c_void_p, c_void_p)


def tensor_grad(x):
    """The gradient that backward left; NULL and TENSOR_OK when there is none. As torch.Tensor.grad.

    Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release; the tensor itself, not a copy.
    """
    out_out = c_void_p()
    status = _tensor_grad(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_set_grad = _bind("tensor_set_grad", c_int32, c_void_p, c_void_p)


def tensor_set_grad(x, grad=None):
    """Makes `grad` the gradient of `x`; NULL clears it. The tensor itself, not a copy. As torch.Tensor.grad = ...

    `grad` has the shape, dtype and device of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, CUDA.
    """
    status = _tensor_set_grad(x, grad)
    if status:
        _fail(status)


_tensor_zero_grad = _bind("tensor_zero_grad", c_int32, c_void_p)


def tensor_zero_grad(x):
    """Gives `x` a gradient of zeros if it has a gradient. (tensor_optimizer_zero_grad takes gradients away.)

    Errors: INVALID_HANDLE, OUT_OF_MEMORY.
    """
    status = _tensor_zero_grad(x)
    if status:
        _fail(status)


_tensor_grad_of = _bind("tensor_grad_of", c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_grad_of(output, inputs, *, retain_graph=False, create_graph=False, allow_unused=False, gradient=None):
    """The gradients of `output` with respect to `n` inputs; none is accumulated. As torch.autograd.grad.

    `out` has room for `n` handles. An input without influence is an error, or NULL with allow_unused. Errors: as
    tensor_backward. Each handle: new reference, release with tensor_release.
    """
    if inputs is None:
        inputs_at, n = None, 0
    else:
        inputs = _array("Q", inputs)
        inputs_at, n = inputs.buffer_info()
    if retain_graph or create_graph or allow_unused or gradient:
        options = byref(TensorGradOptions(16, retain_graph, create_graph, allow_unused, (c_uint8 * 1)(), gradient))
    else:
        options = None
    out = _room(c_void_p, n)
    status = _tensor_grad_of(output, inputs_at, n, options, out)
    if status:
        _fail(status)
    return tuple(out[:])


_tensor_detach = _bind("tensor_detach", c_int32, c_void_p, c_void_p)


def tensor_detach(x):
    """A tensor over the same memory that is not part of the graph. As torch.Tensor.detach.

    Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_detach(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_no_grad_begin = _bind("tensor_no_grad_begin", c_int32, c_void_p)


def tensor_no_grad_begin():
    """This thread records nothing from now on. As torch.no_grad.

    `out`: end with tensor_mode_end, on this thread, later modes first.
    """
    out_out = c_void_p()
    status = _tensor_no_grad_begin(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_inference_mode_begin = _bind("tensor_inference_mode_begin", c_int32, c_void_p)


def tensor_inference_mode_begin():
    """This thread records nothing from now on, and what it makes can never be part of a graph. As
    torch.inference_mode.

    `out`: end with tensor_mode_end, on this thread, later modes first.
    """
    out_out = c_void_p()
    status = _tensor_inference_mode_begin(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_enable_grad_begin = _bind("tensor_enable_grad_begin", c_int32, c_void_p)


def tensor_enable_grad_begin():
    """This thread records from now on, also within tensor_no_grad_begin. As torch.enable_grad.

    `out`: end with tensor_mode_end, on this thread, later modes first.
    """
    out_out = c_void_p()
    status = _tensor_enable_grad_begin(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_mode_end = _bind("tensor_mode_end", c_int32, c_void_p)


def tensor_mode_end(mode, _call=_tensor_mode_end, _raise=_fail, _ends=_finalizing):
    """Ends a mode; the one before is back.

    Errors: INVALID_HANDLE; INVALID_ARGUMENT when a mode begun after it is still on or it was begun on another
    thread; nothing changes then.
    """
    status = _call(mode)
    if status and not _ends():
        _raise(status)


_tensor_grad_mode_enabled = _bind("tensor_grad_mode_enabled", c_int32)


def tensor_grad_mode_enabled():
    """1 if this thread records for backward, 0 if not (no-grad or inference mode). As torch.is_grad_enabled."""
    return _tensor_grad_mode_enabled() == 1


_tensor_reshape = _bind("tensor_reshape", c_int32, c_void_p, c_void_p, c_size_t, c_void_p)


def tensor_reshape(x, shape):
    """The elements in C order under another shape; one size may be -1, which is then worked out. As torch.reshape.

    A view where the strides allow it, else a copy. Errors: INVALID_HANDLE, SHAPE when the numbers of elements
    differ. `out`: new reference, release with tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    out_out = c_void_p()
    status = _tensor_reshape(x, shape_at, ndim, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_view = _bind("tensor_view", c_int32, c_void_p, c_void_p, c_size_t, c_void_p)


def tensor_view(x, shape):
    """The elements in C order under another shape, without a copy; one size may be -1. As torch.Tensor.view.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE when the numbers of elements differ,
    NOT_CONTIGUOUS when the strides do not allow it: use tensor_reshape. `out`: new reference, release with
    tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    out_out = c_void_p()
    status = _tensor_view(x, shape_at, ndim, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_expand = _bind("tensor_expand", c_int32, c_void_p, c_void_p, c_size_t, c_void_p)


def tensor_expand(x, shape):
    """Sizes of 1 stretched to the sizes of `shape`, new dimensions in front; -1 keeps a size. As torch.Tensor.expand.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
    tensor_release.
    """
    if shape is None:
        shape_at, ndim = None, 0
    else:
        shape = _array("q", shape)
        shape_at, ndim = shape.buffer_info()
    out_out = c_void_p()
    status = _tensor_expand(x, shape_at, ndim, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_flatten = _bind("tensor_flatten", c_int32, c_void_p, c_int64, c_int64, c_void_p)


def tensor_flatten(x, start_dim, end_dim):
    """The dimensions from `start_dim` to `end_dim`, both included, as one. As torch.flatten; 0 and -1 flatten all.

    A view where the strides allow it, else a copy. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release
    with tensor_release.
    """
    if start_dim.__class__ is not int or not -9223372036854775808 <= start_dim <= 9223372036854775807:
        start_dim = _to_int64_t(start_dim, "start_dim")
    if end_dim.__class__ is not int or not -9223372036854775808 <= end_dim <= 9223372036854775807:
        end_dim = _to_int64_t(end_dim, "end_dim")
    out_out = c_void_p()
    status = _tensor_flatten(x, start_dim, end_dim, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_transpose = _bind("tensor_transpose", c_int32, c_void_p, c_int64, c_int64, c_void_p)


def tensor_transpose(x, dim0, dim1):
    """Two dimensions swapped. As torch.transpose.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
    tensor_release.
    """
    if dim0.__class__ is not int or not -9223372036854775808 <= dim0 <= 9223372036854775807:
        dim0 = _to_int64_t(dim0, "dim0")
    if dim1.__class__ is not int or not -9223372036854775808 <= dim1 <= 9223372036854775807:
        dim1 = _to_int64_t(dim1, "dim1")
    out_out = c_void_p()
    status = _tensor_transpose(x, dim0, dim1, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_permute = _bind("tensor_permute", c_int32, c_void_p, c_void_p, c_size_t, c_void_p)


def tensor_permute(x, dims):
    """The dimensions in the order of `dims`, which names each once. As torch.permute.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, NULL_POINTER. `out`: new reference, release
    with tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    out_out = c_void_p()
    status = _tensor_permute(x, dims_at, ndims, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_squeeze = _bind("tensor_squeeze", c_int32, c_void_p, c_void_p, c_size_t, c_void_p)


def tensor_squeeze(x, dims):
    """Without the dimensions of size 1 among `dims`; NULL or none = all of size 1. As torch.squeeze.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
    tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    out_out = c_void_p()
    status = _tensor_squeeze(x, dims_at, ndims, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_unsqueeze = _bind("tensor_unsqueeze", c_int32, c_void_p, c_int64, c_void_p)


def tensor_unsqueeze(x, dim):
    """With a new dimension of size 1 before `dim`; negative dims count from the end of the new shape. As
    torch.unsqueeze.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE. `out`: new reference, release with
    tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    out_out = c_void_p()
    status = _tensor_unsqueeze(x, dim, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_select = _bind("tensor_select", c_int32, c_void_p, c_int64, c_int64, c_void_p)


def tensor_select(x, dim, index):
    """The part at `index` of `dim`, which disappears; -1 is the last. As torch.select.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INDEX. `out`: new reference, release with
    tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    if index.__class__ is not int or not -9223372036854775808 <= index <= 9223372036854775807:
        index = _to_int64_t(index, "index")
    out_out = c_void_p()
    status = _tensor_select(x, dim, index, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_slice = _bind("tensor_slice", c_int32, c_void_p, c_int64, c_int64, c_int64, c_int64, c_void_p)


def tensor_slice(x, dim, start, end, step):
    """start, start + step, ... before `end` along `dim`. As x[start:end:step] in PyTorch: bounds count from the end
    when negative and are cut to the size (INT64_MAX = to the end); step is at least 1.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT. `out`: new reference,
    release with tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    if start.__class__ is not int or not -9223372036854775808 <= start <= 9223372036854775807:
        start = _to_int64_t(start, "start")
    if end.__class__ is not int or not -9223372036854775808 <= end <= 9223372036854775807:
        end = _to_int64_t(end, "end")
    if step.__class__ is not int or not -9223372036854775808 <= step <= 9223372036854775807:
        step = _to_int64_t(step, "step")
    out_out = c_void_p()
    status = _tensor_slice(x, dim, start, end, step, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_narrow = _bind("tensor_narrow", c_int32, c_void_p, c_int64, c_int64, c_int64, c_void_p)


def tensor_narrow(x, dim, start, length):
    """`length` places from `start` along `dim`. As torch.narrow.

    A view: it shares the memory of `x`. Errors: INVALID_HANDLE, SHAPE, INDEX when they leave the dimension. `out`:
    new reference, release with tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    if start.__class__ is not int or not -9223372036854775808 <= start <= 9223372036854775807:
        start = _to_int64_t(start, "start")
    if length.__class__ is not int or not -9223372036854775808 <= length <= 9223372036854775807:
        length = _to_int64_t(length, "length")
    out_out = c_void_p()
    status = _tensor_narrow(x, dim, start, length, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_split = _bind("tensor_split", c_int32, c_void_p, c_int64, c_int64, c_void_p, c_size_t, c_void_p)


def tensor_split(x, size, dim):
    """Views of `size` places each along `dim`, the last one smaller if need be. As torch.split.

    `out` has room for `capacity` handles; `*count` is set to how many views there are. INVALID_ARGUMENT, and no
    handle, when there are more than `capacity`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT, NULL_POINTER. Each
    handle: new reference, release with tensor_release.
    """
    if size.__class__ is not int or not -9223372036854775808 <= size <= 9223372036854775807:
        size = _to_int64_t(size, "size")
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    count_out = c_size_t()
    capacity = 8
    out = _room(c_void_p, capacity)
    status = _tensor_split(x, size, dim, out, capacity, byref(count_out))
    if count_out.value > capacity:
        capacity = count_out.value
        out = _room(c_void_p, capacity)
        status = _tensor_split(x, size, dim, out, capacity, byref(count_out))
    if status:
        _fail(status)
    return tuple(out[:count_out.value])


_tensor_chunk = _bind("tensor_chunk", c_int32, c_void_p, c_int64, c_int64, c_void_p, c_size_t, c_void_p)


def tensor_chunk(x, chunks, dim):
    """At most `chunks` views of equal size along `dim`, the last one smaller if need be. As torch.chunk.

    `out` has room for `capacity` handles; `*count` is set to how many views there are. INVALID_ARGUMENT, and no
    handle, when there are more than `capacity`. Errors: INVALID_HANDLE, SHAPE, INVALID_ARGUMENT, NULL_POINTER. Each
    handle: new reference, release with tensor_release.
    """
    if chunks.__class__ is not int or not -9223372036854775808 <= chunks <= 9223372036854775807:
        chunks = _to_int64_t(chunks, "chunks")
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    count_out = c_size_t()
    capacity = 8
    out = _room(c_void_p, capacity)
    status = _tensor_chunk(x, chunks, dim, out, capacity, byref(count_out))
    if count_out.value > capacity:
        capacity = count_out.value
        out = _room(c_void_p, capacity)
        status = _tensor_chunk(x, chunks, dim, out, capacity, byref(count_out))
    if status:
        _fail(status)
    return tuple(out[:count_out.value])


_tensor_cat = _bind("tensor_cat", c_int32, c_void_p, c_size_t, c_int64, c_void_p)


def tensor_cat(tensors, dim):
    """The tensors one after another along `dim`, in which alone they may differ. As torch.cat.

    A copy; the dtype is the promotion of all. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT when
    there are none, NULL_POINTER. `out`: new reference, release with tensor_release.
    """
    if tensors is None:
        tensors_at, n = None, 0
    else:
        tensors = _array("Q", tensors)
        tensors_at, n = tensors.buffer_info()
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    out_out = c_void_p()
    status = _tensor_cat(tensors_at, n, dim, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_stack = _bind("tensor_stack", c_int32, c_void_p, c_size_t, c_int64, c_void_p)


def tensor_stack(tensors, dim):
    """The tensors, all of one shape, along a new dimension `dim`. As torch.stack.

    A copy; the dtype is the promotion of all. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT when
    there are none, NULL_POINTER. `out`: new reference, release with tensor_release.
    """
    if tensors is None:
        tensors_at, n = None, 0
    else:
        tensors = _array("Q", tensors)
        tensors_at, n = tensors.buffer_info()
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    out_out = c_void_p()
    status = _tensor_stack(tensors_at, n, dim, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_add = _bind("tensor_add", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_add(a, b):
    """`a + b`. As torch.add.

    The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_add(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_sub = _bind("tensor_sub", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_sub(a, b):
    """`a - b`. As torch.sub; not for bool.

    The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_sub(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_mul = _bind("tensor_mul", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_mul(a, b):
    """`a * b`. As torch.mul.

    The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_mul(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_div = _bind("tensor_div", c_int32, c_void_p, c_void_p, c_void_p, c_void_p)


def tensor_div(a, b, *, rounding=0):
    """`a / b`. As torch.div.

    The shapes are broadcast. Without rounding integers become f32; with TENSOR_ROUNDING_TRUNC or _FLOOR the dtype
    is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT, INVALID_OPTIONS,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if rounding:
        if rounding is None:
            rounding = 0
        elif rounding.__class__ is not int or not -2147483648 <= rounding <= 2147483647:
            rounding = _to_int32_t(rounding, "rounding")
        options = byref(TensorDivOptions(8, rounding))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_div(a, b, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_pow = _bind("tensor_pow", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_pow(a, b):
    """`a` to the power of `b`. As torch.pow.

    The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_pow(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_maximum = _bind("tensor_maximum", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_maximum(a, b):
    """The larger of `a` and `b`; NaN where one is. As torch.maximum.

    The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_maximum(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_minimum = _bind("tensor_minimum", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_minimum(a, b):
    """The smaller of `a` and `b`; NaN where one is. As torch.minimum.

    The shapes are broadcast, the dtype is the promotion of both. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_minimum(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_add_scalar = _bind("tensor_add_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_add_scalar(a, b):
    """`a + b`. As torch.add with a number.

    The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors:
    INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_add_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_sub_scalar = _bind("tensor_sub_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_sub_scalar(a, b):
    """`a - b`. As torch.sub with a number.

    The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors:
    INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_sub_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_mul_scalar = _bind("tensor_mul_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_mul_scalar(a, b):
    """`a * b`. As torch.mul with a number.

    The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors:
    INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_mul_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_div_scalar = _bind("tensor_div_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_div_scalar(a, b):
    """`a / b`, without rounding. As torch.div with a number.

    Integers become f32. Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_div_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_pow_scalar = _bind("tensor_pow_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_pow_scalar(a, b):
    """`a` to the power of `b`. As torch.pow with a number.

    The dtype is that of `a`, unless the number is of a higher kind (bool < integer < float). Errors:
    INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_pow_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_where = _bind("tensor_where", c_int32, c_void_p, c_void_p, c_void_p, c_void_p)


def tensor_where(cond, a, b):
    """`a` where `cond` is true, `b` elsewhere. As torch.where.

    `cond` is bool; the three shapes are broadcast, the dtype is the promotion of `a` and `b`. Errors:
    INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_where(cond, a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_clamp = _bind("tensor_clamp", c_int32, c_void_p, c_void_p, c_void_p, c_void_p)


def tensor_clamp(x, low=None, high=None):
    """Each element brought within [low, high]; NULL leaves a side open. As torch.clamp.

    Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_clamp(x, None if low is None else byref(_scalar(low)), None if high is None else byref(_scalar(high)), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_gelu = _bind("tensor_gelu", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_gelu(x, *, tanh_approximation=False):
    """x Phi(x), with Phi the distribution function of the normal distribution. As torch.nn.functional.gelu.

    Errors: INVALID_HANDLE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    if tanh_approximation:
        options = byref(TensorGeluOptions(8, tanh_approximation, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_gelu(x, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_dropout = _bind("tensor_dropout", c_int32, c_void_p, c_double, c_void_p, c_void_p)


def tensor_dropout(x, p, *, inference=False):
    """Each element 0 with probability `p`, else divided by 1 - p. As torch.nn.functional.dropout.

    With the option `inference` (or p = 0) it is `x` itself. Errors: INVALID_HANDLE, DTYPE, INVALID_ARGUMENT when p
    is not in [0, 1], INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if p.__class__ is not float:
        p = float(p)
    if inference:
        options = byref(TensorDropoutOptions(8, inference, (c_uint8 * 3)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_dropout(x, p, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_eq = _bind("tensor_eq", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_eq(a, b):
    """Where `a` equals `b`: `a == b`, as bool. As torch.eq.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_eq(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_ne = _bind("tensor_ne", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_ne(a, b):
    """Where `a` differs from `b`: `a != b`, as bool. As torch.ne.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_ne(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_lt = _bind("tensor_lt", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_lt(a, b):
    """Where `a` is less than `b`: `a < b`, as bool. As torch.lt.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_lt(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_le = _bind("tensor_le", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_le(a, b):
    """Where `a` is at most `b`: `a <= b`, as bool. As torch.le.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_le(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_gt = _bind("tensor_gt", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_gt(a, b):
    """Where `a` is greater than `b`: `a > b`, as bool. As torch.gt.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_gt(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_ge = _bind("tensor_ge", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_ge(a, b):
    """Where `a` is at least `b`: `a >= b`, as bool. As torch.ge.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_ge(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_eq_scalar = _bind("tensor_eq_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_eq_scalar(a, b):
    """Where `a` equals `b`: `a == b`, as bool. As torch.eq with a number.

    Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_eq_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_ne_scalar = _bind("tensor_ne_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_ne_scalar(a, b):
    """Where `a` differs from `b`: `a != b`, as bool. As torch.ne with a number.

    Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_ne_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_lt_scalar = _bind("tensor_lt_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_lt_scalar(a, b):
    """Where `a` is less than `b`: `a < b`, as bool. As torch.lt with a number.

    Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_lt_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_le_scalar = _bind("tensor_le_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_le_scalar(a, b):
    """Where `a` is at most `b`: `a <= b`, as bool. As torch.le with a number.

    Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_le_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_gt_scalar = _bind("tensor_gt_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_gt_scalar(a, b):
    """Where `a` is greater than `b`: `a > b`, as bool. As torch.gt with a number.

    Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_gt_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_ge_scalar = _bind("tensor_ge_scalar", c_int32, c_void_p, Scalar, c_void_p)


def tensor_ge_scalar(a, b):
    """Where `a` is at least `b`: `a >= b`, as bool. As torch.ge with a number.

    Errors: INVALID_HANDLE, INVALID_ARGUMENT, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_ge_scalar(a, _scalar(b), byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_logical_and = _bind("tensor_logical_and", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_logical_and(a, b):
    """Where both are not 0, as bool. As torch.logical_and.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_logical_and(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_logical_or = _bind("tensor_logical_or", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_logical_or(a, b):
    """Where one of them is not 0, as bool. As torch.logical_or.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_logical_or(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_logical_xor = _bind("tensor_logical_xor", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_logical_xor(a, b):
    """Where exactly one of them is not 0, as bool. As torch.logical_xor.

    The shapes are broadcast. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference,
    release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_logical_xor(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_logical_not = _bind("tensor_logical_not", c_int32, c_void_p, c_void_p)


def tensor_logical_not(x):
    """Where `x` is 0, as bool. As torch.logical_not.

    Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_logical_not(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_isnan = _bind("tensor_isnan", c_int32, c_void_p, c_void_p)


def tensor_isnan(x):
    """Where `x` is NaN, as bool. As torch.isnan.

    Errors: INVALID_HANDLE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_isnan(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_neg = _bind("tensor_neg", c_int32, c_void_p, c_void_p)


def tensor_neg(x):
    """-x. As torch.neg; not for bool.

    The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_neg(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_abs = _bind("tensor_abs", c_int32, c_void_p, c_void_p)


def tensor_abs(x):
    """|x|. As torch.abs.

    The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_abs(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_sign = _bind("tensor_sign", c_int32, c_void_p, c_void_p)


def tensor_sign(x):
    """-1, 0 or 1. As torch.sign.

    The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_sign(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_exp = _bind("tensor_exp", c_int32, c_void_p, c_void_p)


def tensor_exp(x):
    """e to the power of x. As torch.exp.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_exp(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_log = _bind("tensor_log", c_int32, c_void_p, c_void_p)


def tensor_log(x):
    """The natural logarithm. As torch.log.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_log(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_sqrt = _bind("tensor_sqrt", c_int32, c_void_p, c_void_p)


def tensor_sqrt(x):
    """The square root. As torch.sqrt.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_sqrt(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_rsqrt = _bind("tensor_rsqrt", c_int32, c_void_p, c_void_p)


def tensor_rsqrt(x):
    """1 / sqrt(x). As torch.rsqrt.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_rsqrt(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_reciprocal = _bind("tensor_reciprocal", c_int32, c_void_p, c_void_p)


def tensor_reciprocal(x):
    """1 / x. As torch.reciprocal.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_reciprocal(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_square = _bind("tensor_square", c_int32, c_void_p, c_void_p)


def tensor_square(x):
    """x * x. As torch.square.

    The dtype stays (bool becomes i64). Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release
    with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_square(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_sin = _bind("tensor_sin", c_int32, c_void_p, c_void_p)


def tensor_sin(x):
    """The sine of radians. As torch.sin.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_sin(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_cos = _bind("tensor_cos", c_int32, c_void_p, c_void_p)


def tensor_cos(x):
    """The cosine of radians. As torch.cos.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_cos(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_tanh = _bind("tensor_tanh", c_int32, c_void_p, c_void_p)


def tensor_tanh(x):
    """The hyperbolic tangent. As torch.tanh.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_tanh(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_sigmoid = _bind("tensor_sigmoid", c_int32, c_void_p, c_void_p)


def tensor_sigmoid(x):
    """1 / (1 + exp(-x)). As torch.sigmoid.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_sigmoid(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_relu = _bind("tensor_relu", c_int32, c_void_p, c_void_p)


def tensor_relu(x):
    """max(x, 0). As torch.relu.

    The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_relu(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_softplus = _bind("tensor_softplus", c_int32, c_void_p, c_void_p)


def tensor_softplus(x):
    """log(1 + exp(x)); x itself above 20. As torch.nn.functional.softplus.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_softplus(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_erf = _bind("tensor_erf", c_int32, c_void_p, c_void_p)


def tensor_erf(x):
    """The error function. As torch.erf.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_erf(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_expm1 = _bind("tensor_expm1", c_int32, c_void_p, c_void_p)


def tensor_expm1(x):
    """exp(x) - 1, exact near 0. As torch.expm1.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_expm1(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_log1p = _bind("tensor_log1p", c_int32, c_void_p, c_void_p)


def tensor_log1p(x):
    """log(1 + x), exact near 0. As torch.log1p.

    Integers become f32. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_log1p(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_floor = _bind("tensor_floor", c_int32, c_void_p, c_void_p)


def tensor_floor(x):
    """Rounded down. As torch.floor.

    The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_floor(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_ceil = _bind("tensor_ceil", c_int32, c_void_p, c_void_p)


def tensor_ceil(x):
    """Rounded up. As torch.ceil.

    The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_ceil(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_round = _bind("tensor_round", c_int32, c_void_p, c_void_p)


def tensor_round(x):
    """Rounded to the nearest integer, halves to even. As torch.round.

    The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_round(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_trunc = _bind("tensor_trunc", c_int32, c_void_p, c_void_p)


def tensor_trunc(x):
    """Rounded towards zero. As torch.trunc.

    The dtype stays. Errors: INVALID_HANDLE, DTYPE, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_trunc(x, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_add_ = _bind("tensor_add_", c_int32, c_void_p, c_void_p)


def tensor_add_(x, b):
    """`x = x + b` in place. As torch.Tensor.add_.

    `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_add_(x, b)
    if status:
        _fail(status)


_tensor_sub_ = _bind("tensor_sub_", c_int32, c_void_p, c_void_p)


def tensor_sub_(x, b):
    """`x = x - b` in place. As torch.Tensor.sub_.

    `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_sub_(x, b)
    if status:
        _fail(status)


_tensor_mul_ = _bind("tensor_mul_", c_int32, c_void_p, c_void_p)


def tensor_mul_(x, b):
    """`x = x * b` in place. As torch.Tensor.mul_.

    `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_mul_(x, b)
    if status:
        _fail(status)


_tensor_div_ = _bind("tensor_div_", c_int32, c_void_p, c_void_p)


def tensor_div_(x, b):
    """`x = x / b` in place. As torch.Tensor.div_.

    `b` is broadcast to the shape of `x`; the dtype of `x` stays. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_div_(x, b)
    if status:
        _fail(status)


_tensor_add_scalar_ = _bind("tensor_add_scalar_", c_int32, c_void_p, Scalar)


def tensor_add_scalar_(x, b):
    """`x = x + b` in place. As torch.Tensor.add_ with a number.

    The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad
    is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_add_scalar_(x, _scalar(b))
    if status:
        _fail(status)


_tensor_sub_scalar_ = _bind("tensor_sub_scalar_", c_int32, c_void_p, Scalar)


def tensor_sub_scalar_(x, b):
    """`x = x - b` in place. As torch.Tensor.sub_ with a number.

    The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad
    is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_sub_scalar_(x, _scalar(b))
    if status:
        _fail(status)


_tensor_mul_scalar_ = _bind("tensor_mul_scalar_", c_int32, c_void_p, Scalar)


def tensor_mul_scalar_(x, b):
    """`x = x * b` in place. As torch.Tensor.mul_ with a number.

    The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad
    is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_mul_scalar_(x, _scalar(b))
    if status:
        _fail(status)


_tensor_div_scalar_ = _bind("tensor_div_scalar_", c_int32, c_void_p, Scalar)


def tensor_div_scalar_(x, b):
    """`x = x / b` in place. As torch.Tensor.div_ with a number.

    The dtype of `x` stays. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad
    is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_div_scalar_(x, _scalar(b))
    if status:
        _fail(status)


_tensor_copy_ = _bind("tensor_copy_", c_int32, c_void_p, c_void_p)


def tensor_copy_(x, src):
    """`x = src` in place. As torch.Tensor.copy_.

    `src` is broadcast to the shape of `x` and converted to its dtype; it may be on another device unless `x` is on
    the CPU (NOT_ON_CPU: call tensor_to_cpu first). Errors: INVALID_HANDLE, SHAPE, DTYPE, READ_ONLY, OVERLAP,
    AUTOGRAD (a leaf that requires grad is written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_copy_(x, src)
    if status:
        _fail(status)


_tensor_fill_ = _bind("tensor_fill_", c_int32, c_void_p, Scalar)


def tensor_fill_(x, value):
    """`x = value` in place. As torch.Tensor.fill_.

    Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-
    grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_fill_(x, _scalar(value))
    if status:
        _fail(status)


_tensor_zero_ = _bind("tensor_zero_", c_int32, c_void_p)


def tensor_zero_(x):
    """`x = 0` in place. As torch.Tensor.zero_.

    Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-
    grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_zero_(x)
    if status:
        _fail(status)


_tensor_clamp_ = _bind("tensor_clamp_", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_clamp_(x, low=None, high=None):
    """Each element brought within [low, high] in place; NULL leaves a side open. As torch.Tensor.clamp_.

    Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-
    grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_clamp_(x, None if low is None else byref(_scalar(low)), None if high is None else byref(_scalar(high)))
    if status:
        _fail(status)


_tensor_neg_ = _bind("tensor_neg_", c_int32, c_void_p)


def tensor_neg_(x):
    """`x = -x` in place. As torch.Tensor.neg_.

    Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-
    grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_neg_(x)
    if status:
        _fail(status)


_tensor_exp_ = _bind("tensor_exp_", c_int32, c_void_p)


def tensor_exp_(x):
    """`x = exp(x)` in place. As torch.Tensor.exp_.

    Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
    written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_exp_(x)
    if status:
        _fail(status)


_tensor_sqrt_ = _bind("tensor_sqrt_", c_int32, c_void_p)


def tensor_sqrt_(x):
    """`x = sqrt(x)` in place. As torch.Tensor.sqrt_.

    Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
    written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_sqrt_(x)
    if status:
        _fail(status)


_tensor_relu_ = _bind("tensor_relu_", c_int32, c_void_p)


def tensor_relu_(x):
    """`x = max(x, 0)` in place. As torch.Tensor.relu_.

    Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is written only in no-
    grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_relu_(x)
    if status:
        _fail(status)


_tensor_sigmoid_ = _bind("tensor_sigmoid_", c_int32, c_void_p)


def tensor_sigmoid_(x):
    """`x = 1 / (1 + exp(-x))` in place. As torch.Tensor.sigmoid_.

    Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
    written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_sigmoid_(x)
    if status:
        _fail(status)


_tensor_tanh_ = _bind("tensor_tanh_", c_int32, c_void_p)


def tensor_tanh_(x):
    """`x = tanh(x)` in place. As torch.Tensor.tanh_.

    Only for floats. Errors: INVALID_HANDLE, DTYPE, READ_ONLY, OVERLAP, AUTOGRAD (a leaf that requires grad is
    written only in no-grad mode), OUT_OF_MEMORY.
    """
    status = _tensor_tanh_(x)
    if status:
        _fail(status)


_tensor_sum = _bind("tensor_sum", c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_sum(x, dims=None, *, dtype=0, keepdim=False):
    """The sum over `dims`. As torch.sum.

    `dims` == NULL or none of them = all. Integers and bool add up to i64, unless the options name a dtype. Errors:
    INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    if dtype or keepdim:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorReduceOptions(16, dtype, keepdim, (c_uint8 * 7)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_sum(x, dims_at, ndims, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_mean = _bind("tensor_mean", c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_mean(x, dims=None, *, dtype=0, keepdim=False):
    """The mean over `dims`. As torch.mean.

    `dims` == NULL or none of them = all. Only for floats, unless the options name a float dtype. Errors:
    INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    if dtype or keepdim:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorReduceOptions(16, dtype, keepdim, (c_uint8 * 7)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_mean(x, dims_at, ndims, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_max = _bind("tensor_max", c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_max(x, dims=None, *, dtype=0, keepdim=False):
    """The largest element over `dims`; NaN where there is one. As torch.amax.

    `dims` == NULL or none of them = all. The dtype stays; `options->dtype` must be 0. SHAPE when there are no
    elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
    with tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    if dtype or keepdim:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorReduceOptions(16, dtype, keepdim, (c_uint8 * 7)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_max(x, dims_at, ndims, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_min = _bind("tensor_min", c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_min(x, dims=None, *, dtype=0, keepdim=False):
    """The smallest element over `dims`; NaN where there is one. As torch.amin.

    `dims` == NULL or none of them = all. The dtype stays; `options->dtype` must be 0. SHAPE when there are no
    elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
    with tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    if dtype or keepdim:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorReduceOptions(16, dtype, keepdim, (c_uint8 * 7)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_min(x, dims_at, ndims, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_any = _bind("tensor_any", c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_any(x, dims=None, *, dtype=0, keepdim=False):
    """Whether an element over `dims` is not 0, as bool. As torch.any.

    `dims` == NULL or none of them = all. `options->dtype` must be 0. Errors: INVALID_HANDLE, SHAPE, DTYPE,
    INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    if dtype or keepdim:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorReduceOptions(16, dtype, keepdim, (c_uint8 * 7)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_any(x, dims_at, ndims, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_all = _bind("tensor_all", c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_all(x, dims=None, *, dtype=0, keepdim=False):
    """Whether every element over `dims` is not 0, as bool. As torch.all.

    `dims` == NULL or none of them = all. `options->dtype` must be 0. Errors: INVALID_HANDLE, SHAPE, DTYPE,
    INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    if dtype or keepdim:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorReduceOptions(16, dtype, keepdim, (c_uint8 * 7)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_all(x, dims_at, ndims, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_argmax = _bind("tensor_argmax", c_int32, c_void_p, c_void_p, c_void_p, c_void_p)


def tensor_argmax(x, dim=None, *, dtype=0, keepdim=False):
    """Where along `*dim` the largest element is, the first of equal ones; the first NaN if there is one. As
    torch.argmax.

    `dim` == NULL = in all elements in C order. The result is i64; `options->dtype` must be 0. SHAPE when there are
    no elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
    with tensor_release.
    """
    if dtype or keepdim:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorReduceOptions(16, dtype, keepdim, (c_uint8 * 7)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_argmax(x, None if dim is None else byref(c_int64(_to_int64_t(dim, "dim"))), options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_argmin = _bind("tensor_argmin", c_int32, c_void_p, c_void_p, c_void_p, c_void_p)


def tensor_argmin(x, dim=None, *, dtype=0, keepdim=False):
    """Where along `*dim` the smallest element is, the first of equal ones; the first NaN if there is one. As
    torch.argmin.

    `dim` == NULL = in all elements in C order. The result is i64; `options->dtype` must be 0. SHAPE when there are
    no elements. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release
    with tensor_release.
    """
    if dtype or keepdim:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorReduceOptions(16, dtype, keepdim, (c_uint8 * 7)()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_argmin(x, None if dim is None else byref(c_int64(_to_int64_t(dim, "dim"))), options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_var = _bind("tensor_var", c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_var(x, dims=None, *, keepdim=False, correction=1.0):
    """The variance over `dims`: the sum of squared distances from the mean, divided by n - correction. As torch.var.

    `dims` == NULL or none of them = all. Only for floats. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dims is None:
        dims_at, ndims = None, 0
    else:
        dims = _array("q", dims)
        dims_at, ndims = dims.buffer_info()
    if keepdim or correction != 1.0:
        if correction is None:
            correction = 1.0
        elif correction.__class__ is not float:
            correction = float(correction)
        options = byref(TensorVarOptions(16, keepdim, (c_uint8 * 3)(), correction))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_var(x, dims_at, ndims, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_matmul = _bind("tensor_matmul", c_int32, c_void_p, c_void_p, c_void_p)


def tensor_matmul(a, b):
    """The matrix product. As torch.matmul.

    [..., n, k] by [..., k, m] gives [..., n, m], with the leading dimensions broadcast; a tensor of rank 1 counts
    as a row on the left and a column on the right. Dtypes must be equal. Errors: INVALID_HANDLE, SHAPE, DTYPE,
    DEVICE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_matmul(a, b, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_linear = _bind("tensor_linear", c_int32, c_void_p, c_void_p, c_void_p, c_void_p)


def tensor_linear(x, weight, bias=None):
    """x times the transpose of weight, plus bias. As torch.nn.functional.linear.

    `x` is [..., in], `weight` [out, in], `bias` [out] or NULL; the result is [..., out]. Errors: INVALID_HANDLE,
    SHAPE, DTYPE, DEVICE, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    out_out = c_void_p()
    status = _tensor_linear(x, weight, bias, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tendon_set_float32_matmul_precision = _bind("tendon_set_float32_matmul_precision", c_int32, c_int32)


def tendon_set_float32_matmul_precision(precision):
    """How products of f32 matrices are computed on CUDA devices from now on, by all threads: one of
    TENDON_PRECISION_... As torch.set_float32_matmul_precision; at first TENDON_PRECISION_HIGHEST. The CPU always
    computes in f32.

    Errors: INVALID_ARGUMENT.
    """
    if precision.__class__ is not int or not -2147483648 <= precision <= 2147483647:
        precision = _to_int32_t(precision, "precision")
    status = _tendon_set_float32_matmul_precision(precision)
    if status:
        _fail(status)


_tendon_float32_matmul_precision = _bind("tendon_float32_matmul_precision", c_int32)


def tendon_float32_matmul_precision():
    """How products of f32 matrices are computed on CUDA devices. As torch.get_float32_matmul_precision."""
    return _tendon_float32_matmul_precision()


_tensor_softmax = _bind("tensor_softmax", c_int32, c_void_p, c_int64, c_void_p, c_void_p)


def tensor_softmax(x, dim, *, dtype=0):
    """exp(x) divided by its sum along `dim`. As torch.softmax.

    Only for floats, unless the options name a float dtype. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    if dtype:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorSoftmaxOptions(8, dtype))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_softmax(x, dim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_log_softmax = _bind("tensor_log_softmax", c_int32, c_void_p, c_int64, c_void_p, c_void_p)


def tensor_log_softmax(x, dim, *, dtype=0):
    """The logarithm of the softmax along `dim`. As torch.log_softmax.

    Only for floats, unless the options name a float dtype. Errors: INVALID_HANDLE, SHAPE, DTYPE, INVALID_OPTIONS,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    if dtype:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        options = byref(TensorSoftmaxOptions(8, dtype))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_log_softmax(x, dim, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_cross_entropy = _bind("tensor_cross_entropy", c_int32, c_void_p, c_void_p, c_void_p, c_void_p)


def tensor_cross_entropy(input, target, *, reduction=0, ignore_index=-100, label_smoothing=0.0, weight=None):
    """-log softmax(input)[target]. As torch.nn.functional.cross_entropy.

    `input` is [C], [N, C] or [N, C, d1, ...] of floats, before any softmax. `target` holds class numbers in i64 and
    has the shape of `input` without C; or it holds probabilities and has the shape and dtype of `input`. Errors:
    INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX when a class number is not in [0, C), INVALID_ARGUMENT,
    INVALID_OPTIONS, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if reduction or ignore_index != -100 or label_smoothing or weight:
        if reduction is None:
            reduction = 0
        elif reduction.__class__ is not int or not -2147483648 <= reduction <= 2147483647:
            reduction = _to_int32_t(reduction, "reduction")
        if ignore_index is None:
            ignore_index = -100
        elif ignore_index.__class__ is not int or not -9223372036854775808 <= ignore_index <= 9223372036854775807:
            ignore_index = _to_int64_t(ignore_index, "ignore_index")
        if label_smoothing is None:
            label_smoothing = 0.0
        elif label_smoothing.__class__ is not float:
            label_smoothing = float(label_smoothing)
        options = byref(TensorCrossEntropyOptions(32, reduction, ignore_index, label_smoothing, weight))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_cross_entropy(input, target, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_mse_loss = _bind("tensor_mse_loss", c_int32, c_void_p, c_void_p, c_void_p, c_void_p)


def tensor_mse_loss(input, target, *, reduction=0):
    """The squared difference. As torch.nn.functional.mse_loss.

    Both have the same shape. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INVALID_ARGUMENT, INVALID_OPTIONS,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if reduction:
        if reduction is None:
            reduction = 0
        elif reduction.__class__ is not int or not -2147483648 <= reduction <= 2147483647:
            reduction = _to_int32_t(reduction, "reduction")
        options = byref(TensorLossOptions(8, reduction))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_mse_loss(input, target, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_index_select = _bind("tensor_index_select", c_int32, c_void_p, c_int64, c_void_p, c_void_p)


def tensor_index_select(x, dim, index):
    """The places of `dim` that `index` names, in its order. As torch.index_select.

    `index` is i64 or i32 of rank 1. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX, OUT_OF_MEMORY. `out`: new
    reference, release with tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    out_out = c_void_p()
    status = _tensor_index_select(x, dim, index, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_gather = _bind("tensor_gather", c_int32, c_void_p, c_int64, c_void_p, c_void_p)


def tensor_gather(x, dim, index):
    """out[i][j] = x[index[i][j]][j] for dim 0, and so on. As torch.gather.

    `index` is i64 or i32, of the rank of `x`, and no larger than `x` except along `dim`; the result has its shape.
    Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX, OUT_OF_MEMORY. `out`: new reference, release with
    tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    out_out = c_void_p()
    status = _tensor_gather(x, dim, index, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_scatter_add = _bind("tensor_scatter_add", c_int32, c_void_p, c_int64, c_void_p, c_void_p, c_void_p)


def tensor_scatter_add(x, dim, index, src):
    """A copy of `x` with out[index[i][j]][j] += src[i][j] for dim 0, and so on. As torch.scatter_add.

    `index` is i64 or i32; `src` has the dtype of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, INDEX,
    OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    out_out = c_void_p()
    status = _tensor_scatter_add(x, dim, index, src, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_index_add = _bind("tensor_index_add", c_int32, c_void_p, c_int64, c_void_p, c_void_p, c_void_p)


def tensor_index_add(x, dim, index, src):
    """A copy of `x` with the places of `src` along `dim` added at the places that `index` names. As torch.index_add.

    `index` is i64 or i32 of rank 1; `src` has the dtype of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE,
    INDEX, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if dim.__class__ is not int or not -9223372036854775808 <= dim <= 9223372036854775807:
        dim = _to_int64_t(dim, "dim")
    out_out = c_void_p()
    status = _tensor_index_add(x, dim, index, src, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_one_hot = _bind("tensor_one_hot", c_int32, c_void_p, c_int64, c_void_p)


def tensor_one_hot(index, classes):
    """A new last dimension of size `classes` with 1 at the index and 0 elsewhere, in i64. As
    torch.nn.functional.one_hot.

    `index` is i64 or i32; -1 classes = one more than the largest index. Errors: INVALID_HANDLE, SHAPE, DTYPE,
    DEVICE, INDEX, OUT_OF_MEMORY. `out`: new reference, release with tensor_release.
    """
    if classes.__class__ is not int or not -9223372036854775808 <= classes <= 9223372036854775807:
        classes = _to_int64_t(classes, "classes")
    out_out = c_void_p()
    status = _tensor_one_hot(index, classes, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_sgd_create = _bind("tensor_sgd_create", c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_sgd_create(params, *, nesterov=False, maximize=False, lr=0.001, momentum=0.0, dampening=0.0, weight_decay=0.0):
    """Stochastic gradient descent, with momentum if asked for. As torch.optim.SGD.

    `params` are leaves of float dtypes, none twice; the optimizer keeps them. Errors: INVALID_HANDLE,
    INVALID_ARGUMENT, DTYPE, AUTOGRAD, READ_ONLY, NULL_POINTER, INVALID_OPTIONS. `out`: new handle, release with
    tensor_optimizer_release; scopes do not release it.
    """
    if params is None:
        params_at, n = None, 0
    else:
        params = _array("Q", params)
        params_at, n = params.buffer_info()
    if nesterov or maximize or lr != 0.001 or momentum or dampening or weight_decay:
        if lr is None:
            lr = 0.001
        elif lr.__class__ is not float:
            lr = float(lr)
        if momentum is None:
            momentum = 0.0
        elif momentum.__class__ is not float:
            momentum = float(momentum)
        if dampening is None:
            dampening = 0.0
        elif dampening.__class__ is not float:
            dampening = float(dampening)
        if weight_decay is None:
            weight_decay = 0.0
        elif weight_decay.__class__ is not float:
            weight_decay = float(weight_decay)
        options = byref(TensorSgdOptions(40, nesterov, maximize, (c_uint8 * 2)(), lr, momentum, dampening, weight_decay))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_sgd_create(params_at, n, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_adamw_create = _bind("tensor_adamw_create", c_int32, c_void_p, c_size_t, c_void_p, c_void_p)


def tensor_adamw_create(params, *, amsgrad=False, maximize=False, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.01):
    """Adam with decoupled weight decay. As torch.optim.AdamW.

    `params` are leaves of float dtypes, none twice; the optimizer keeps them. Errors: INVALID_HANDLE,
    INVALID_ARGUMENT, DTYPE, AUTOGRAD, READ_ONLY, NULL_POINTER, INVALID_OPTIONS. `out`: new handle, release with
    tensor_optimizer_release; scopes do not release it.
    """
    if params is None:
        params_at, n = None, 0
    else:
        params = _array("Q", params)
        params_at, n = params.buffer_info()
    if amsgrad or maximize or lr != 0.001 or beta1 != 0.9 or beta2 != 0.999 or eps != 1e-08 or weight_decay != 0.01:
        if lr is None:
            lr = 0.001
        elif lr.__class__ is not float:
            lr = float(lr)
        if beta1 is None:
            beta1 = 0.9
        elif beta1.__class__ is not float:
            beta1 = float(beta1)
        if beta2 is None:
            beta2 = 0.999
        elif beta2.__class__ is not float:
            beta2 = float(beta2)
        if eps is None:
            eps = 1e-08
        elif eps.__class__ is not float:
            eps = float(eps)
        if weight_decay is None:
            weight_decay = 0.01
        elif weight_decay.__class__ is not float:
            weight_decay = float(weight_decay)
        options = byref(TensorAdamWOptions(48, amsgrad, maximize, (c_uint8 * 2)(), lr, beta1, beta2, eps, weight_decay))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_adamw_create(params_at, n, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_optimizer_step = _bind("tensor_optimizer_step", c_int32, c_void_p)


def tensor_optimizer_step(optimizer):
    """One update, in place, of every parameter that has a gradient. As torch.optim.Optimizer.step.

    Errors: INVALID_HANDLE, SHAPE, OVERLAP, OUT_OF_MEMORY, INVALID_ARGUMENT when another thread uses the optimizer.
    """
    status = _tensor_optimizer_step(optimizer)
    if status:
        _fail(status)


_tensor_optimizer_zero_grad = _bind("tensor_optimizer_zero_grad", c_int32, c_void_p)


def tensor_optimizer_zero_grad(optimizer):
    """Takes the gradients of the parameters away: they have none then, rather than zeros. As
    torch.optim.Optimizer.zero_grad.
    """
    status = _tensor_optimizer_zero_grad(optimizer)
    if status:
        _fail(status)


_tensor_optimizer_set_lr = _bind("tensor_optimizer_set_lr", c_int32, c_void_p, c_double)


def tensor_optimizer_set_lr(optimizer, lr):
    """Sets the learning rate. Errors: INVALID_HANDLE, INVALID_ARGUMENT when it is negative or no number."""
    if lr.__class__ is not float:
        lr = float(lr)
    status = _tensor_optimizer_set_lr(optimizer, lr)
    if status:
        _fail(status)


_tensor_optimizer_lr = _bind("tensor_optimizer_lr", c_int32, c_void_p, c_void_p)


def tensor_optimizer_lr(optimizer):
    """The learning rate."""
    out_out = c_double()
    status = _tensor_optimizer_lr(optimizer, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_optimizer_state_size = _bind("tensor_optimizer_state_size", c_int32, c_void_p, c_void_p)


def tensor_optimizer_state_size(optimizer):
    """How many bytes tensor_optimizer_state_save will write."""
    out_out = c_size_t()
    status = _tensor_optimizer_state_size(optimizer, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_optimizer_state_save = _bind("tensor_optimizer_state_save", c_int32, c_void_p, c_void_p, c_size_t, c_void_p)


def tensor_optimizer_state_save(optimizer):
    """Writes what the optimizer remembers (steps, momenta, the learning rate; not the parameters) to the front of
    `buffer`.

    `*written` is set to the number of bytes; `written` may be NULL. Errors: INVALID_HANDLE, INVALID_ARGUMENT when
    `capacity` is less than tensor_optimizer_state_size, NULL_POINTER.
    """
    written_out = c_size_t()
    capacity = tensor_optimizer_state_size(optimizer)
    buffer = _room(c_char, capacity)
    status = _tensor_optimizer_state_save(optimizer, buffer, capacity, byref(written_out))
    if status:
        _fail(status)
    return buffer.raw[:written_out.value]


_tensor_optimizer_state_load = _bind("tensor_optimizer_state_load", c_int32, c_void_p, c_void_p, c_size_t)


def tensor_optimizer_state_load(optimizer, data, nbytes):
    """Takes over a state that tensor_optimizer_state_save wrote. The optimizer must be of the same type, with
    parameters of the same number, shapes and dtypes.

    Errors: INVALID_HANDLE, FORMAT (nothing changes then), OUT_OF_MEMORY, NULL_POINTER.
    """
    if nbytes.__class__ is not int or not 0 <= nbytes <= 18446744073709551615:
        nbytes = _to_size_t(nbytes, "nbytes")
    status = _tensor_optimizer_state_load(optimizer, data, nbytes)
    if status:
        _fail(status)


_tensor_optimizer_release = _bind_held("tensor_optimizer_release", c_int32, c_void_p)


def tensor_optimizer_release(optimizer=None, _call=_tensor_optimizer_release, _raise=_fail, _ends=_finalizing):
    """Ends the optimizer; its parameters live on with their owners. NULL is fine."""
    status = _call(optimizer)
    if status and not _ends():
        _raise(status)


_tensor_dict_create = _bind("tensor_dict_create", c_int32, c_void_p)


def tensor_dict_create():
    """A dict without tensors: names in an order, each with a tensor, and metadata (texts by name). As a state_dict.

    A dict holds the tensors themselves, no copies. Scopes do not release dicts. `out`: new handle, release with
    tensor_dict_release.
    """
    out_out = c_void_p()
    status = _tensor_dict_create(byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_dict_release = _bind_held("tensor_dict_release", c_int32, c_void_p)


def tensor_dict_release(dict=None, _call=_tensor_dict_release, _raise=_fail, _ends=_finalizing):
    """Ends the dict; tensors that others have live on. NULL is fine. Errors: INVALID_HANDLE."""
    status = _call(dict)
    if status and not _ends():
        _raise(status)


_tensor_dict_len = _bind("tensor_dict_len", c_int64, c_void_p)


def tensor_dict_len(dict):
    """How many tensors. Errors: INVALID_HANDLE, INVALID_ARGUMENT while another thread changes the dict."""
    answer = _tensor_dict_len(dict)
    if answer == -1:
        _fail_last()
    return answer


_tensor_dict_contains = _bind("tensor_dict_contains", c_int32, c_void_p, c_char_p)


def tensor_dict_contains(dict, name):
    """1 when a tensor has that name, else 0. Errors: INVALID_HANDLE, NULL_POINTER, INVALID_ARGUMENT when the name is
    not UTF-8.
    """
    name = _text(name, "name")
    answer = _tensor_dict_contains(dict, name)
    if answer == -1:
        _fail_last()
    return answer == 1


_tensor_dict_get = _bind("tensor_dict_get", c_int32, c_void_p, c_char_p, c_void_p)


def tensor_dict_get(dict, name):
    """The tensor of that name.

    Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT. `out`: new reference, release with
    tensor_release.
    """
    name = _text(name, "name")
    out_out = c_void_p()
    status = _tensor_dict_get(dict, name, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_dict_at = _bind("tensor_dict_at", c_int32, c_void_p, c_int64, c_void_p)


def tensor_dict_at(dict, index):
    """The tensor at a place of the order, from 0 to tensor_dict_len - 1.

    Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `out`: new reference, release with
    tensor_release.
    """
    if index.__class__ is not int or not -9223372036854775808 <= index <= 9223372036854775807:
        index = _to_int64_t(index, "index")
    out_out = c_void_p()
    status = _tensor_dict_at(dict, index, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_dict_name = _bind("tensor_dict_name", c_int32, c_void_p, c_int64, c_void_p)


def tensor_dict_name(dict, index):
    """The name at a place of the order, from 0 to tensor_dict_len - 1. NUL-terminated UTF-8.

    Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `out`: borrowed until that entry is removed or
    the dict released.
    """
    if index.__class__ is not int or not -9223372036854775808 <= index <= 9223372036854775807:
        index = _to_int64_t(index, "index")
    out_out = c_char_p()
    status = _tensor_dict_name(dict, index, byref(out_out))
    if status:
        _fail(status)
    return out_out.value.decode("utf-8", "replace")


_tensor_dict_set = _bind("tensor_dict_set", c_int32, c_void_p, c_char_p, c_void_p)


def tensor_dict_set(dict, name, x):
    """Puts a tensor at a name: in place of the one that is there, else at the end. The dict holds the tensor itself.

    Errors: INVALID_HANDLE, NULL_POINTER, OUT_OF_MEMORY, INVALID_ARGUMENT when the name is not UTF-8 or another call
    uses the dict; nothing changes then.
    """
    name = _text(name, "name")
    status = _tensor_dict_set(dict, name, x)
    if status:
        _fail(status)


_tensor_dict_remove = _bind("tensor_dict_remove", c_int32, c_void_p, c_char_p)


def tensor_dict_remove(dict, name):
    """Takes the tensor of that name out; the others keep their order.

    Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT when another call uses the dict.
    """
    name = _text(name, "name")
    status = _tensor_dict_remove(dict, name)
    if status:
        _fail(status)


_tensor_dict_select = _bind("tensor_dict_select", c_int32, c_void_p, c_char_p, c_char_p, c_void_p)


def tensor_dict_select(dict, prefix=None, replacement=None):
    """A new dict of the tensors whose names begin with `prefix`, in their order, with `replacement` in place of the
    prefix; the metadata are copied.

    `prefix` NULL or "" = all tensors; `replacement` NULL = the names stay. Where two names become the same, the
    later tensor stands. Errors: INVALID_HANDLE, OUT_OF_MEMORY, INVALID_ARGUMENT, NULL_POINTER. `out`: new handle,
    release with tensor_dict_release.
    """
    prefix = None if prefix is None else _text(prefix, "prefix")
    replacement = None if replacement is None else _text(replacement, "replacement")
    out_out = c_void_p()
    status = _tensor_dict_select(dict, prefix, replacement, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_dict_metadata = _bind("tensor_dict_metadata", c_int32, c_void_p, c_char_p, c_void_p)


def tensor_dict_metadata(dict, key):
    """The value of a metadata key. NUL-terminated UTF-8.

    Errors: INVALID_HANDLE, NOT_FOUND, NULL_POINTER, INVALID_ARGUMENT. `out`: borrowed until that value is set anew
    or the dict released.
    """
    key = _text(key, "key")
    out_out = c_char_p()
    status = _tensor_dict_metadata(dict, key, byref(out_out))
    if status:
        _fail(status)
    return out_out.value.decode("utf-8", "replace")


_tensor_dict_metadata_len = _bind("tensor_dict_metadata_len", c_int64, c_void_p)


def tensor_dict_metadata_len(dict):
    """How many metadata keys. Errors: INVALID_HANDLE, INVALID_ARGUMENT while another thread changes the dict."""
    answer = _tensor_dict_metadata_len(dict)
    if answer == -1:
        _fail_last()
    return answer


_tensor_dict_metadata_at = _bind("tensor_dict_metadata_at", c_int32, c_void_p, c_int64, c_void_p, c_void_p)


def tensor_dict_metadata_at(dict, index):
    """Key and value at a place of the order, from 0 to tensor_dict_metadata_len - 1. NUL-terminated UTF-8.

    Errors: INVALID_HANDLE, INDEX, NULL_POINTER, INVALID_ARGUMENT. `key`, `value`: borrowed until that value is set
    anew or the dict released.
    """
    if index.__class__ is not int or not -9223372036854775808 <= index <= 9223372036854775807:
        index = _to_int64_t(index, "index")
    key_out = c_char_p()
    value_out = c_char_p()
    status = _tensor_dict_metadata_at(dict, index, byref(key_out), byref(value_out))
    if status:
        _fail(status)
    return key_out.value.decode("utf-8", "replace"), value_out.value.decode("utf-8", "replace")


_tensor_dict_set_metadata = _bind("tensor_dict_set_metadata", c_int32, c_void_p, c_char_p, c_char_p)


def tensor_dict_set_metadata(dict, key, value):
    """Sets the value of a metadata key; formats that have metadata save it.

    Errors: INVALID_HANDLE, NULL_POINTER, OUT_OF_MEMORY, INVALID_ARGUMENT when a text is not UTF-8 or another call
    uses the dict; nothing changes then.
    """
    key = _text(key, "key")
    value = _text(value, "value")
    status = _tensor_dict_set_metadata(dict, key, value)
    if status:
        _fail(status)


_tensor_dict_load_stats = _bind("tensor_dict_load_stats", c_int32, c_void_p, c_void_p)


def tensor_dict_load_stats(dict):
    """How the tensors came out of the file that the dict was loaded from; all 0 for a dict that was not. Errors:
    INVALID_HANDLE, NULL_POINTER, INVALID_OPTIONS.
    """
    out = TensorLoadStats(48)
    status = _tensor_dict_load_stats(dict, byref(out))
    if status:
        _fail(status)
    return TensorLoadStatsAnswer(out.mapped_tensors, out.mapped_bytes, out.copied_tensors, out.copied_bytes, out.unmappable_tensors)


_tensor_load_npy = _bind("tensor_load_npy", c_int32, c_char_p, c_void_p, c_void_p)


def tensor_load_npy(path, *, mmap=0, names=None, device=None):
    """The array of a .npy file of version 1, 2 or 3, in any order of elements and bytes. As `numpy.load`.

    By default a tensor with memory of its own, which can be written. With TENSOR_MMAP_ON a read-only one that looks
    into the file, which must not be shortened while it lives; an array whose bytes are swapped or not aligned is
    copied. An array in Fortran order has such strides. `options.names` must be NULL. Errors: IO, FORMAT,
    UNSUPPORTED for elements that are no numbers (never unpickled) or complex, OUT_OF_MEMORY, INVALID_ARGUMENT,
    INVALID_OPTIONS, NULL_POINTER, DEVICE, CUDA_UNAVAILABLE. `out`: new reference, release with tensor_release.
    """
    path = _path(path, "path")
    if mmap or names is not None or device:
        if mmap is None:
            mmap = 0
        elif mmap.__class__ is not int or not -2147483648 <= mmap <= 2147483647:
            mmap = _to_int32_t(mmap, "mmap")
        if names is None:
            names_at, names_count = None, 0
        else:
            names = _texts(names, "names")
            names_at, names_count = ctypes.addressof(names), len(names)
        options = byref(TensorLoadOptions(32, mmap, names_at, names_count, _structure(TensorDevice, device) if device else TensorDevice()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_load_npy(path, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_save_npy = _bind("tensor_save_npy", c_int32, c_void_p, c_char_p, c_void_p)


def tensor_save_npy(x, path, *, compress=False):
    """Writes a tensor as a .npy file, version 1. As `numpy.save`, but `path` stays as it is.

    Any device and layout; the values alone, also of a tensor that requires grad. The file is replaced when it is
    whole: on failure what was there is still there. Errors: INVALID_HANDLE, IO, UNSUPPORTED for bf16, which NumPy
    does not have, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER.
    """
    path = _path(path, "path")
    if compress:
        options = byref(TensorSaveOptions(8, compress, (c_uint8 * 3)()))
    else:
        options = None
    status = _tensor_save_npy(x, path, options)
    if status:
        _fail(status)


_tensor_dict_load_npz = _bind("tensor_dict_load_npz", c_int32, c_char_p, c_void_p, c_void_p)


def tensor_dict_load_npz(path, *, mmap=0, names=None, device=None):
    """The arrays of a .npz file, stored or deflated. As `numpy.load`, all at once.

    By default tensors with memory of their own, which can be written. With TENSOR_MMAP_ON read-only ones that look
    into the file, which must not be shortened while they live, where they are stored, aligned and not swapped;
    tensor_dict_load_stats tells how many. Checksums are compared for what is copied. Errors: IO, FORMAT,
    UNSUPPORTED, NOT_FOUND, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER, DEVICE,
    CUDA_UNAVAILABLE. `out`: new handle, release with tensor_dict_release.
    """
    path = _path(path, "path")
    if mmap or names is not None or device:
        if mmap is None:
            mmap = 0
        elif mmap.__class__ is not int or not -2147483648 <= mmap <= 2147483647:
            mmap = _to_int32_t(mmap, "mmap")
        if names is None:
            names_at, names_count = None, 0
        else:
            names = _texts(names, "names")
            names_at, names_count = ctypes.addressof(names), len(names)
        options = byref(TensorLoadOptions(32, mmap, names_at, names_count, _structure(TensorDevice, device) if device else TensorDevice()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_dict_load_npz(path, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_dict_save_npz = _bind("tensor_dict_save_npz", c_int32, c_void_p, c_char_p, c_void_p)


def tensor_dict_save_npz(dict, path, *, compress=False):
    """Writes the tensors of a dict as a .npz file, without metadata, which it cannot hold. As `numpy.savez`, or with
    `options.compress` `savez_compressed`; `path` stays as it is.

    As tensor_save_npy for each tensor, atomically for all. Arrays that are not compressed begin at multiples of 64
    bytes, to be mapped. Errors: those of tensor_save_npy.
    """
    path = _path(path, "path")
    if compress:
        options = byref(TensorSaveOptions(8, compress, (c_uint8 * 3)()))
    else:
        options = None
    status = _tensor_dict_save_npz(dict, path, options)
    if status:
        _fail(status)


_tensor_load_csv = _bind("tensor_load_csv", c_int32, c_char_p, c_void_p, c_void_p)


def tensor_load_csv(path, *, dtype=0, device=None, delimiter=',', header=False, index=False, skip_rows=0, names=None):
    """A table of numbers, UTF-8, as [rows, columns]. As pandas' `read_csv` and `numpy.loadtxt`.

    Lines end in LF, CRLF or CR, and empty ones are skipped; fields may be in quotes and have spaces around them. A
    missing value (an empty field, NA, N/A, NULL, None, nan) is NaN; for other dtypes than floats it is FORMAT, as
    is a number that does not fit, or a line with more or fewer fields than the first: the message names line and
    field. Errors: IO, FORMAT, NOT_FOUND, OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER, DTYPE,
    DEVICE, CUDA_UNAVAILABLE. `out`: new reference, release with tensor_release.
    """
    path = _path(path, "path")
    if dtype or device or delimiter != ',' or header or index or skip_rows or names is not None:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        if skip_rows is None:
            skip_rows = 0
        elif skip_rows.__class__ is not int or not -9223372036854775808 <= skip_rows <= 9223372036854775807:
            skip_rows = _to_int64_t(skip_rows, "skip_rows")
        if names is None:
            names_at, names_count = None, 0
        else:
            names = _texts(names, "names")
            names_at, names_count = ctypes.addressof(names), len(names)
        options = byref(TensorCsvOptions(48, dtype, _structure(TensorDevice, device) if device else TensorDevice(), _character(delimiter, "delimiter"), header, index, (c_uint8 * 5)(), skip_rows, names_at, names_count))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_load_csv(path, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_save_csv = _bind("tensor_save_csv", c_int32, c_void_p, c_char_p, c_void_p)


def tensor_save_csv(x, path, *, dtype=0, device=None, delimiter=',', header=False, index=False, skip_rows=0, names=None):
    """Writes a tensor of one dimension (a column) or two as a table of numbers. As pandas' `to_csv`.

    Floats have as few digits as bring the same number back, NaN is `nan`, bools are `True` and `False`. With
    `options.names`, one per column, or `options.header`, the first line names the columns, else 0, 1, 2, ... Any
    device and layout; values alone; the file is replaced when it is whole. Errors: INVALID_HANDLE, SHAPE, IO,
    OUT_OF_MEMORY, INVALID_ARGUMENT, INVALID_OPTIONS, NULL_POINTER.
    """
    path = _path(path, "path")
    if dtype or device or delimiter != ',' or header or index or skip_rows or names is not None:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        if skip_rows is None:
            skip_rows = 0
        elif skip_rows.__class__ is not int or not -9223372036854775808 <= skip_rows <= 9223372036854775807:
            skip_rows = _to_int64_t(skip_rows, "skip_rows")
        if names is None:
            names_at, names_count = None, 0
        else:
            names = _texts(names, "names")
            names_at, names_count = ctypes.addressof(names), len(names)
        options = byref(TensorCsvOptions(48, dtype, _structure(TensorDevice, device) if device else TensorDevice(), _character(delimiter, "delimiter"), header, index, (c_uint8 * 5)(), skip_rows, names_at, names_count))
    else:
        options = None
    status = _tensor_save_csv(x, path, options)
    if status:
        _fail(status)


_tensor_dict_load_csv = _bind("tensor_dict_load_csv", c_int32, c_char_p, c_void_p, c_void_p)


def tensor_dict_load_csv(path, *, dtype=0, device=None, delimiter=',', header=False, index=False, skip_rows=0, names=None):
    """The columns of a table whose first line names them, each [rows]. As tensor_load_csv for what stands in it.

    Errors: those of tensor_load_csv; FORMAT also when two columns have one name. `out`: new handle, release with
    tensor_dict_release.
    """
    path = _path(path, "path")
    if dtype or device or delimiter != ',' or header or index or skip_rows or names is not None:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        if skip_rows is None:
            skip_rows = 0
        elif skip_rows.__class__ is not int or not -9223372036854775808 <= skip_rows <= 9223372036854775807:
            skip_rows = _to_int64_t(skip_rows, "skip_rows")
        if names is None:
            names_at, names_count = None, 0
        else:
            names = _texts(names, "names")
            names_at, names_count = ctypes.addressof(names), len(names)
        options = byref(TensorCsvOptions(48, dtype, _structure(TensorDevice, device) if device else TensorDevice(), _character(delimiter, "delimiter"), header, index, (c_uint8 * 5)(), skip_rows, names_at, names_count))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_dict_load_csv(path, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_dict_save_csv = _bind("tensor_dict_save_csv", c_int32, c_void_p, c_char_p, c_void_p)


def tensor_dict_save_csv(dict, path, *, dtype=0, device=None, delimiter=',', header=False, index=False, skip_rows=0, names=None):
    """Writes the tensors of a dict, [rows] each and of any dtypes, as columns under their names. As tensor_save_csv
    for what stands in the file; `options.names` must be NULL.

    Errors: those of tensor_save_csv; SHAPE also when the tensors differ in length.
    """
    path = _path(path, "path")
    if dtype or device or delimiter != ',' or header or index or skip_rows or names is not None:
        if dtype is None:
            dtype = 0
        elif dtype.__class__ is not int or not -2147483648 <= dtype <= 2147483647:
            dtype = _to_int32_t(dtype, "dtype")
        if skip_rows is None:
            skip_rows = 0
        elif skip_rows.__class__ is not int or not -9223372036854775808 <= skip_rows <= 9223372036854775807:
            skip_rows = _to_int64_t(skip_rows, "skip_rows")
        if names is None:
            names_at, names_count = None, 0
        else:
            names = _texts(names, "names")
            names_at, names_count = ctypes.addressof(names), len(names)
        options = byref(TensorCsvOptions(48, dtype, _structure(TensorDevice, device) if device else TensorDevice(), _character(delimiter, "delimiter"), header, index, (c_uint8 * 5)(), skip_rows, names_at, names_count))
    else:
        options = None
    status = _tensor_dict_save_csv(dict, path, options)
    if status:
        _fail(status)


_tensor_dict_load_safetensors = _bind("tensor_dict_load_safetensors", c_int32, c_char_p, c_void_p, c_void_p)


def tensor_dict_load_safetensors(path, *, mmap=0, names=None, device=None):
    """The tensors of a .safetensors file, and its metadata. As safetensors.torch.load_file.

    A path that ends in .index.json, or a file of such content, is the index of a model in several files: they must
    lie beside it, and only those with wanted tensors are opened. Mapped unless options->mmap is off: each tensor
    looks into the one mapping of the file with a storage and a version of its own, and refuses writes (READ_ONLY:
    clone it, or load with mmap off). What is not aligned to its dtype is copied; tensor_dict_load_stats counts. The
    mapping goes with the last tensor; a file that somebody truncates meanwhile ends the process with SIGBUS. A
    tensor of a dtype that Tendon lacks (F8_..., F4, F6_..., C64) makes the call UNSUPPORTED, unless options->names
    leaves it out. Errors: IO, FORMAT, NOT_FOUND, UNSUPPORTED, OUT_OF_MEMORY, DEVICE, CUDA, NULL_POINTER,
    INVALID_ARGUMENT, INVALID_OPTIONS. `out`: new handle, release with tensor_dict_release.
    """
    path = _path(path, "path")
    if mmap or names is not None or device:
        if mmap is None:
            mmap = 0
        elif mmap.__class__ is not int or not -2147483648 <= mmap <= 2147483647:
            mmap = _to_int32_t(mmap, "mmap")
        if names is None:
            names_at, names_count = None, 0
        else:
            names = _texts(names, "names")
            names_at, names_count = ctypes.addressof(names), len(names)
        options = byref(TensorLoadOptions(32, mmap, names_at, names_count, _structure(TensorDevice, device) if device else TensorDevice()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_dict_load_safetensors(path, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value


_tensor_dict_save_safetensors = _bind("tensor_dict_save_safetensors", c_int32, c_void_p, c_char_p, c_void_p)


def tensor_dict_save_safetensors(dict, path, *, compress=False):
    """Saves tensors and metadata as one .safetensors file. As safetensors.torch.save_file.

    Tensors of any layout and device, tracked or not, are saved by value; several that share memory are saved one by
    one. Equal dicts give equal bytes. The file is written beside `path` and renamed: when the call fails, what was
    there is as it was. Errors: INVALID_HANDLE, IO, OUT_OF_MEMORY, INVALID_ARGUMENT when a tensor is named
    __metadata__ or options->compress is set, UNSUPPORTED when names and metadata exceed 100 MB, CUDA, NULL_POINTER,
    INVALID_OPTIONS.
    """
    path = _path(path, "path")
    if compress:
        options = byref(TensorSaveOptions(8, compress, (c_uint8 * 3)()))
    else:
        options = None
    status = _tensor_dict_save_safetensors(dict, path, options)
    if status:
        _fail(status)


_tensor_dict_load_pytorch = _bind("tensor_dict_load_pytorch", c_int32, c_char_p, c_void_p, c_void_p)


def tensor_dict_load_pytorch(path, *, mmap=0, names=None, device=None):
    """The tensors of a checkpoint of torch.save (.pt, .pth). As torch.load with weights_only.

    Its pickle is read as data, nothing is ever executed: whatever is not on a short list (tensors, parameters,
    dicts, lists, tuples, sets, numbers, texts, bytes, dtypes, devices) makes the call FORMAT and is named. Nested
    dicts and lists become names with dots: {"model": {"weight": w}, "epoch": 3} is a tensor "model.weight" and
    metadata "epoch" = "3". A lone tensor has the name "". Tensors that share a storage in the file share memory
    here too; none requires grad, parameters neither. Memory of their own unless options->mmap is on; then as
    tensor_dict_load_safetensors. Packed entries and those of the other byte order are copied, most of files from
    before PyTorch 1.6 too. A tensor of a dtype that Tendon lacks makes the call UNSUPPORTED, unless options->names
    leaves it out. So does TorchScript. Errors: IO, FORMAT, NOT_FOUND, UNSUPPORTED, OUT_OF_MEMORY, DEVICE, CUDA,
    NULL_POINTER, INVALID_ARGUMENT, INVALID_OPTIONS. `out`: new handle, release with tensor_dict_release.
    """
    path = _path(path, "path")
    if mmap or names is not None or device:
        if mmap is None:
            mmap = 0
        elif mmap.__class__ is not int or not -2147483648 <= mmap <= 2147483647:
            mmap = _to_int32_t(mmap, "mmap")
        if names is None:
            names_at, names_count = None, 0
        else:
            names = _texts(names, "names")
            names_at, names_count = ctypes.addressof(names), len(names)
        options = byref(TensorLoadOptions(32, mmap, names_at, names_count, _structure(TensorDevice, device) if device else TensorDevice()))
    else:
        options = None
    out_out = c_void_p()
    status = _tensor_dict_load_pytorch(path, options, byref(out_out))
    if status:
        _fail(status)
    return out_out.value
