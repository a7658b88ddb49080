"""Objects of Python, and arrays of other libraries, whose memory tensors borrow: kept until no tensor uses it any more.

The last use may end in the midst of a call, on any thread, without the GIL. A thread that asked for the GIL there while
the interpreter ends would never come back, and take the process with it. So the library calls nobody there: it puts
what is over into a queue, and the queue is emptied here.
"""

import ctypes
import gc
import itertools

from . import _api

#: What is over. The queue outlives the interpreter, as tensors may.
_queue = _api.tendon_release_queue_create()

_lent = {}
_keys = itertools.count(1)

#: Not empty once the queue was used: until then nobody need look into it.
_used = []


# Never called: its address tells our own entries of the queue from the deleters of other libraries.
@_api.TensorReleaseFn
def _ours(address, key):
    raise AssertionError


_address = ctypes.cast(_ours, ctypes.c_void_p).value
# Deleters may run Python code: they are called from here, with the GIL. By address, because there are few.
_CALL = ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
_deleters = {}

for _object in (_ours, _lent, _deleters):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_object))


# The defaults live as long as the function: at interpreter exit globals may be gone already.
def give_back(
    _queue=_queue, _count=_api._tendon_release_queue_count, _next=_api._tendon_release_queue_next, _lent=_lent,
    _address=_address, _CALL=_CALL, _deleters=_deleters, _Due=_api.TendonPendingRelease, _byref=ctypes.byref,
):
    """Lets go what no tensor uses any more. Destructors of the owners may run in here."""
    while _count(_queue) > 0:
        due = _Due()
        if _next(_queue, _byref(due)) or not due.release:
            return  # another thread was faster
        if due.release == _address:
            _lent.pop(due.user_data, None)
            continue
        delete = _deleters.get(due.release)
        if delete is None:
            delete = _deleters[due.release] = _CALL(due.release)
        delete(due.data, due.user_data)


def _at_collection(phase, info):
    if phase == "stop" and _used:
        give_back()


gc.callbacks.append(_at_collection)


def queue_in_use():
    """For the option release_queue."""
    if not _used:
        _used.append(True)
    return _queue


def borrow(owner, address, nbytes, dtype, shape, strides=None, offset=0, read_only=False):
    """The handle of a tensor over memory of `owner`; `strides` and `offset` in elements."""
    if _used:
        give_back()
    key = next(_keys)
    _lent[key] = owner
    options = {"release": _address, "user_data": key, "release_queue": queue_in_use()}
    if strides is not None:
        options["strides"] = strides
    if offset:
        options["offset"] = offset
    if read_only:
        options["read_only"] = True
    try:
        return _api.tensor_from_host_buffer(address, nbytes, dtype.number, shape, **options)
    except BaseException:
        # Nothing is put into the queue for what the library did not take.
        _lent.pop(key, None)
        raise


def lent_count():
    """How many objects are lent out now."""
    give_back()
    return len(_lent)
