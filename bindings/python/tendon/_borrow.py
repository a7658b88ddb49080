"""Objects of Python, and arrays of other libraries, whose memory tensors borrow: kept until no tensor uses it any more.

The last use may end in the midst of a call, on any thread, without the GIL. A thread that asked for the GIL there while
the interpreter ends would never come back, and take the process with it. So the library calls nobody there: it puts
what is over into a queue, and the queue is emptied here.
"""

import ctypes
import gc
import itertools
import sys

from . import _api

#: What is over. The queue outlives the interpreter, as tensors may.
_queue = _api.tendon_release_queue_create()

# By key: the owners of what was borrowed. By the negative address of its struct: None, for what was imported. While it is
# empty nobody need look into the queue.
_lent = {}
_keys = itertools.count(1)

#: By identity: what was taken out of the queue and is not let go yet. An exception, say of Ctrl-C, may come in between.
_taken = {}


# Never called: its address tells our own entries of the queue from the deleters of other libraries.
@_api.TensorReleaseFn
def _ours(address, key):
    raise AssertionError


_address = ctypes.cast(_ours, ctypes.c_void_p).value
# Deleters may run Python code: they are called from here, with the GIL. By address, because there are few.
_CALL = ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
_deleters = {}

for _object in (_ours, _lent, _taken, _deleters):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_object))


# The defaults live as long as the functions: at interpreter exit globals may be gone already.
def _let_go(due, _taken=_taken, _lent=_lent, _address=_address, _CALL=_CALL, _deleters=_deleters, _sys=sys):
    """What `due` says, once, whichever thread comes first."""
    release = due.release
    if release == _address:
        _lent.pop(due.user_data, None)
    elif release:
        delete = _deleters.get(release)
        if delete is None:
            delete = _deleters[release] = _CALL(release)
        try:
            # No other thread, nor a signal, comes between these lines and the call.
            release, due.release = due.release, None
            if release:
                delete(due.data, due.user_data)
        except Exception as error:
            _sys.excepthook(type(error), error, error.__traceback__)
        _lent.pop(-due.user_data, None)
    _taken.pop(id(due), None)


def give_back(
    _queue=_queue, _count=_api._tendon_release_queue_count, _next=_api._tendon_release_queue_next,
    _Due=_api.TendonPendingRelease, _byref=ctypes.byref, _taken=_taken, _let_go=_let_go,
):
    """Lets go what no tensor uses any more. Destructors of the owners may run in here."""
    if _taken:
        for due in list(_taken.values()):
            if due.release:
                _let_go(due)
    while _count(_queue) > 0:
        due = _Due()
        _taken[id(due)] = due
        try:
            _next(_queue, _byref(due))
        finally:
            _let_go(due)


def _at_collection(phase, info):
    if phase == "stop" and _lent:
        give_back()


gc.callbacks.append(_at_collection)


def borrow(owner, address, nbytes, dtype, shape, strides=None, offset=0, read_only=False):
    """The handle of a tensor over memory of `owner`; `strides` and `offset` in elements."""
    if _lent:
        give_back()
    key = next(_keys)
    _lent[key] = owner
    options = {"release": _address, "user_data": key, "release_queue": _queue}
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


def imports(call, managed, **options):
    """call(managed, ...), a function that imports a DLPack struct; its deleter is called from here."""
    _lent[-managed] = None
    try:
        return call(managed, release_queue=_queue, **options)
    except BaseException:
        # If the struct was taken all the same, its deleter waits in the queue.
        _lent.pop(-managed, None)
        give_back()
        raise


def lent_count():
    """How many objects are lent out now."""
    give_back()
    return len(_lent)
