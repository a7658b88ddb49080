"""The library as a whole: threads, seeds, memory, cancellation."""

import threading

from . import _api
from ._documents import words_of
from ._unique import Unique

__all__ = [
    "CancelToken", "get_float32_matmul_precision", "get_num_threads", "has_feature", "live_handle_count",
    "live_storage_count", "live_tensor_count", "manual_seed", "memory_info", "release_cached_memory", "seed",
    "set_float32_matmul_precision", "set_num_threads", "version",
]  # fmt: skip


def _renamed(name, c_name):
    call = getattr(_api, c_name)

    def function(*args):
        return call(*args)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name}\n\n{words_of(c_name)}"
    return function


get_num_threads = _renamed("get_num_threads", "tendon_num_threads")
set_num_threads = _renamed("set_num_threads", "tendon_set_num_threads")
has_feature = _renamed("has_feature", "tendon_has_feature")
live_tensor_count = _renamed("live_tensor_count", "tendon_live_tensor_count")
live_storage_count = _renamed("live_storage_count", "tendon_live_storage_count")
live_handle_count = _renamed("live_handle_count", "tendon_live_handle_count")
release_cached_memory = _renamed("release_cached_memory", "tendon_release_cached_memory")
memory_info = _renamed("memory_info", "tendon_memory_info")
version = _renamed("version", "tendon_version_string")


def manual_seed(seed):
    """manual_seed(seed)

    The random numbers of all threads start anew from `seed`, an integer, of which the lower 64 bits count. As
    torch.manual_seed."""
    _api.tendon_manual_seed(int(seed) & 0xFFFFFFFFFFFFFFFF)


seed = manual_seed


_PRECISION = {"highest": _api.TENDON_PRECISION_HIGHEST, "high": _api.TENDON_PRECISION_HIGH}


def set_float32_matmul_precision(precision):
    """set_float32_matmul_precision(precision)

    "highest" or "high", how products of float32 matrices are computed on CUDA devices. As the function of PyTorch."""
    if precision not in _PRECISION:
        raise ValueError(f'precision must be "highest" or "high", not {precision!r}')
    _api.tendon_set_float32_matmul_precision(_PRECISION[precision])


def get_float32_matmul_precision():
    """get_float32_matmul_precision()

    "highest" or "high"."""
    number = _api.tendon_float32_matmul_precision()
    return next(name for name, value in _PRECISION.items() if value == number)


# What this thread watches, the innermost token last.
_watched = threading.local()


class CancelToken(Unique):
    """Ends long calls of other threads: within `with token:` this thread's calls watch it, and token.cancel() on any
    other thread makes them raise CancelledError soon, until token.reset()."""

    __slots__ = ("_token",)

    def __init__(self):
        self._token = _api.tendon_cancel_token_create()

    def cancel(self):
        _api.tendon_cancel_token_cancel(self._token)

    def reset(self):
        _api.tendon_cancel_token_reset(self._token)

    @property
    def is_cancelled(self):
        return _api.tendon_cancel_token_is_cancelled(self._token)

    def __enter__(self):
        _api.tendon_set_cancel_token(self._token)
        _watched.__dict__.setdefault("tokens", []).append(self)
        return self

    def __exit__(self, *what):
        _watched.tokens.pop()
        _api.tendon_set_cancel_token(_watched.tokens[-1]._token if _watched.tokens else None)

    def __del__(self, _release=_api.tendon_cancel_token_release):
        token = getattr(self, "_token", None)
        if token:
            self._token = 0
            _release(token)
