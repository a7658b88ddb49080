"""CUDA devices, streams and events, as in torch.cuda."""

from . import _api
from ._devices import device as _device
from ._documents import from_header
from ._errors import TendonError
from ._unique import Unique as _Unique

__all__ = [
    "Event", "ExternalStream", "Stream", "can_device_access_peer", "current_device", "current_stream", "device_count",
    "empty_cache", "get_device_capability", "get_device_name", "get_device_properties", "is_available",
    "max_memory_allocated", "max_memory_reserved", "mem_get_info", "memory_allocated", "memory_reserved",
    "memory_stats", "reset_peak_memory_stats", "set_device", "stream", "synchronize",
]  # fmt: skip


def is_available():
    """is_available()

    Whether there is a CUDA device that can be used. As torch.cuda.is_available."""
    return device_count() > 0


def device_count():
    """device_count()

    How many CUDA devices there are; 0 where CUDA cannot be used, and `why_unavailable()` says why."""
    try:
        return _api.tendon_cuda_device_count()
    except TendonError:
        return 0


def why_unavailable():
    """why_unavailable()

    The reason in the library's words, or None where CUDA can be used."""
    try:
        _api.tendon_cuda_device_count()
    except TendonError as reason:
        return str(reason)
    return None


@from_header("tendon_cuda_current_device")
def current_device():
    return _api.tendon_cuda_current_device()


@from_header("tendon_cuda_set_current_device")
def set_device(device):
    _api.tendon_cuda_set_current_device(_ordinal(device))


def _ordinal(which):
    """The ordinal of a device given as None (the current one), a number, a name or a device."""
    if which is None:
        return _api.tendon_cuda_current_device()
    if isinstance(which, int):
        return which
    which = _device(which)
    if which.type != "cuda":
        raise ValueError(f"{which} is no CUDA device")
    return _api.tendon_cuda_current_device() if which.index is None else which.index


@from_header("tendon_cuda_device_properties")
def get_device_properties(device=None):
    return _api.tendon_cuda_device_properties(_ordinal(device))


def get_device_name(device=None):
    """get_device_name(device=None)

    As torch.cuda.get_device_name."""
    return get_device_properties(device).name


def get_device_capability(device=None):
    """get_device_capability(device=None)

    (9, 0) for sm_90. As torch.cuda.get_device_capability."""
    properties = get_device_properties(device)
    return properties.capability_major, properties.capability_minor


@from_header("tendon_cuda_memory_info")
def mem_get_info(device=None):
    return _api.tendon_cuda_memory_info(_ordinal(device))


@from_header("tendon_cuda_memory_stats")
def memory_stats(device=None):
    return _api.tendon_cuda_memory_stats(_ordinal(device))


def memory_allocated(device=None):
    """memory_allocated(device=None)

    Bytes in use by tensors and by work under way. As torch.cuda.memory_allocated."""
    return memory_stats(device).allocated_bytes


def max_memory_allocated(device=None):
    """max_memory_allocated(device=None)

    The most of memory_allocated so far. As torch.cuda.max_memory_allocated."""
    return memory_stats(device).peak_allocated_bytes


def memory_reserved(device=None):
    """memory_reserved(device=None)

    Bytes taken from the driver: in use, or cached for later. As torch.cuda.memory_reserved."""
    return memory_stats(device).reserved_bytes


def max_memory_reserved(device=None):
    """max_memory_reserved(device=None)

    The most of memory_reserved so far. As torch.cuda.max_memory_reserved."""
    return memory_stats(device).peak_reserved_bytes


@from_header("tendon_cuda_reset_peak_memory_stats")
def reset_peak_memory_stats(device=None):
    _api.tendon_cuda_reset_peak_memory_stats(_ordinal(device))


@from_header("tendon_cuda_can_access_peer")
def can_device_access_peer(device, peer_device):
    return _api.tendon_cuda_can_access_peer(_ordinal(device), _ordinal(peer_device))


@from_header("tendon_cuda_synchronize")
def synchronize(device=None):
    _api.tendon_cuda_synchronize(_ordinal(device))


@from_header("tendon_release_cached_memory")
def empty_cache():
    return _api.tendon_release_cached_memory()


class Stream(_Unique):
    """A queue of work of one device, which is done in order: Stream(device=None, priority=0). As torch.cuda.Stream.

    `with stream:` or `with tendon.cuda.stream(stream):` makes it current on the thread."""

    __slots__ = ("_stream", "_scopes", "__weakref__")

    def __init__(self, device=None, priority=0):
        self._scopes = []
        self._stream = _api.tendon_cuda_stream_create(_ordinal(device), int(priority))

    @classmethod
    def _of(cls, handle):
        stream = object.__new__(cls)
        stream._scopes = []
        stream._stream = handle
        return stream

    @property
    def device(self):
        return _device("cuda", _api.tendon_cuda_stream_device(self._stream))

    @property
    def cuda_stream(self):
        """The cudaStream_t as a number; 0 is the default stream."""
        return _api.tendon_cuda_stream_native(self._stream) or 0

    @from_header("tendon_cuda_stream_synchronize")
    def synchronize(self):
        _api.tendon_cuda_stream_synchronize(self._stream)

    @from_header("tendon_cuda_stream_is_done")
    def query(self):
        return _api.tendon_cuda_stream_is_done(self._stream)

    @from_header("tendon_cuda_stream_wait_stream")
    def wait_stream(self, other):
        _api.tendon_cuda_stream_wait_stream(self._stream, other._stream)

    @from_header("tendon_cuda_stream_wait_event")
    def wait_event(self, event):
        _api.tendon_cuda_stream_wait_event(self._stream, event._event)

    def record_event(self, event=None):
        """record_event(event=None)

        The event, or a new one, becomes the point after the work given so far; it is returned."""
        event = Event(device=self.device) if event is None else event
        event.record(self)
        return event

    def __enter__(self):
        # Scopes are of a thread and end in reverse order, as `with` blocks do.
        self._scopes.append(_api.tendon_cuda_stream_begin(self._stream))
        return self

    def __exit__(self, *what):
        _api.tendon_cuda_stream_end(self._scopes.pop())

    def __del__(self, _release=_api.tendon_cuda_stream_release):
        handle = getattr(self, "_stream", None)
        if handle:
            self._stream = 0
            _release(handle)


class ExternalStream(Stream):
    """A stream of the caller's own: ExternalStream(cudaStream_t, device=None). As torch.cuda.ExternalStream."""

    __slots__ = ()

    def __init__(self, stream_ptr, device=None):
        self._scopes = []
        self._stream = _api.tendon_cuda_stream_from_native(_ordinal(device), stream_ptr or None)


@from_header("tendon_cuda_current_stream")
def current_stream(device=None):
    return Stream._of(_api.tendon_cuda_current_stream(_ordinal(device)))


class stream:
    """`with tendon.cuda.stream(s):` ops of this thread go to `s`. None changes nothing. As torch.cuda.stream."""

    __slots__ = ("stream",)

    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        if self.stream is not None:
            self.stream.__enter__()
        return self.stream

    def __exit__(self, *what):
        if self.stream is not None:
            self.stream.__exit__(*what)


class Event(_Unique):
    """A point in a stream's work: Event(enable_timing=False, device=None). As torch.cuda.Event."""

    __slots__ = ("_event", "_device", "__weakref__")

    def __init__(self, enable_timing=False, device=None):
        self._device = _ordinal(device)
        self._event = _api.tendon_cuda_event_create(self._device, bool(enable_timing))

    @from_header("tendon_cuda_event_record")
    def record(self, stream=None):
        stream = current_stream(self._device) if stream is None else stream
        _api.tendon_cuda_event_record(self._event, stream._stream)

    @from_header("tendon_cuda_event_synchronize")
    def synchronize(self):
        _api.tendon_cuda_event_synchronize(self._event)

    @from_header("tendon_cuda_event_is_done")
    def query(self):
        return _api.tendon_cuda_event_is_done(self._event)

    @from_header("tendon_cuda_event_elapsed")
    def elapsed_time(self, end):
        return _api.tendon_cuda_event_elapsed(self._event, end._event)

    @property
    def cuda_event(self):
        """The cudaEvent_t as a number."""
        return _api.tendon_cuda_event_native(self._event)

    def __del__(self, _release=_api.tendon_cuda_event_release):
        handle = getattr(self, "_event", None)
        if handle:
            self._event = 0
            _release(handle)
