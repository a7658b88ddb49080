"""Python objects whose memory tensors borrow: kept alive until the library says that no tensor uses it any more."""

import collections
import ctypes
import gc
import itertools

from . import _api

# Keys rather than addresses go through C: a key that is not there does no harm.
_lent = {}
_keys = itertools.count(1)

#: Keys of what no tensor uses any more.
_over = collections.deque()

# The library tells it on any thread, from the midst of its own frames. A thread that gives the GIL away there while the
# interpreter ends never comes back, and takes the process with it: so no Python code runs there. `insert` is C code; at
# an address, which is beyond the end of any queue, it appends.
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_size_t, ctypes.c_size_t)
_release = _RELEASE(_over.insert)

_address = ctypes.cast(_release, ctypes.c_void_p).value

# Tensors may outlive this module at interpreter exit, and what they borrow must outlive them.
for _object in (_release, _lent, _over):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_object))


def give_back(_over=_over, _lent=_lent):
    """Lets go what no tensor uses any more. Destructors of the owners may run in here."""
    while _over:
        try:
            key = _over.popleft()
        except IndexError:
            return  # another thread was faster
        _lent.pop(key, None)


def _at_collection(phase, info):
    if phase == "stop" and _over:
        give_back()


gc.callbacks.append(_at_collection)


def borrow(owner, address, nbytes, dtype, shape, strides=None, offset=0, read_only=False):
    """The handle of a tensor over memory of `owner`; `strides` and `offset` in elements."""
    give_back()
    key = next(_keys)
    _lent[key] = owner
    options = {"release": _address, "user_data": key}
    if strides is not None:
        options["strides"] = strides
    if offset:
        options["offset"] = offset
    if read_only:
        options["read_only"] = True
    try:
        return _api.tensor_from_host_buffer(address, nbytes, dtype.number, shape, **options)
    except BaseException:
        # The library does not call back for what it did not take.
        _lent.pop(key, None)
        raise


def lent_count():
    """How many objects are lent out now."""
    give_back()
    return len(_lent)
