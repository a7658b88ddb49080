"""Python objects whose memory tensors borrow: kept alive until the library says that no tensor uses it any more."""

import ctypes
import itertools

from . import _api

# Keys rather than addresses go through C: a key that is not there does no harm.
_lent = {}
_keys = itertools.count(1)

_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


def _give_back(_data, key, _pop=_lent.pop):
    # On any thread, at any time; ctypes takes the GIL. The owner's own destructor may run in here.
    _pop(key, None)


_release = _RELEASE(_give_back)

_address = ctypes.cast(_release, ctypes.c_void_p).value

# Tensors may outlive this module at interpreter exit, and what they borrow must outlive them.
for _object in (_release, _lent):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_object))


def borrow(owner, address, nbytes, dtype, shape, strides=None, offset=0, read_only=False):
    """The handle of a tensor over memory of `owner`; `strides` and `offset` in elements."""
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
    return len(_lent)
