"""PyCapsules with DLPack structs, by ctypes alone.

A capsule that nobody takes owns its struct. Its destructor would have to be Python code, and destructors may run while
an exception is on its way, when Python code must not run (numpy.from_dlpack drops the capsule so after an error). So
capsules made here have no destructor: they are kept in a queue, and the queue is looked through at the next export or
import and at each garbage collection. A capsule that only the queue has any more is over: unless it was taken, its
struct is freed.
"""

import collections
import ctypes
import gc
import sys
import threading

from ._borrow import give_back

_python = ctypes.pythonapi


def _function(name, result, *arguments):
    function = _python[name]
    function.restype, function.argtypes = result, arguments
    return function


_new = _function("PyCapsule_New", ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
_is_valid = _function("PyCapsule_IsValid", ctypes.c_int, ctypes.py_object, ctypes.c_char_p)
_get_pointer = _function("PyCapsule_GetPointer", ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
_set_name = _function("PyCapsule_SetName", ctypes.c_int, ctypes.py_object, ctypes.c_char_p)

# Capsules keep the address of their name. (The addresses are those of the bytes objects, which live as long as this.)
_NAMES = {False: b"dltensor", True: b"dltensor_versioned"}
_USED = {False: b"used_dltensor", True: b"used_dltensor_versioned"}
for _name in (*_NAMES.values(), *_USED.values()):
    _python.Py_IncRef(ctypes.py_object(_name))

# Of the struct's field `deleter`, in bytes.
_DELETER = {False: 56, True: 16}
_DELETE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

_queue = collections.deque()


def give(pointer, versioned):
    """A new capsule that owns a struct."""
    capsule = _new(pointer, _NAMES[versioned], None)
    _queue.append(capsule)
    return capsule


# Two threads may come with one capsule: the first one to rename it has it. (A collection in between may run destructors
# that import something: the lock lets its own thread in.)
_claiming = threading.RLock()


def claim(capsule):
    """(address, versioned) of the struct in a capsule, which is the caller's from now on; others find it taken."""
    with _claiming:
        for versioned, name in _NAMES.items():
            if _is_valid(capsule, name):
                pointer = _get_pointer(capsule, name)
                _set_name(capsule, _USED[versioned])
                return pointer, versioned
    raise ValueError("the capsule holds no DLPack struct, or somebody has taken it already")


def put_back(capsule, versioned):
    """Ends a claim: the capsule owns its struct again."""
    _set_name(capsule, _NAMES[versioned])


def _next(queue):
    """The oldest capsule, and how many references there are to it here and elsewhere."""
    capsule = queue.popleft()
    return capsule, sys.getrefcount(capsule)


# What _next counts when there are no others.
_ALONE = _next(collections.deque([object()]))[1]


def sweep(*_):
    """Frees what capsules own that are over and were never taken."""
    for _ in range(len(_queue)):
        try:
            capsule, references = _next(_queue)
        except IndexError:
            break  # another thread sweeps too
        if references > _ALONE:
            # Also one that is taken: the claim may be put back.
            _queue.append(capsule)
            continue
        for versioned, name in _NAMES.items():
            if _is_valid(capsule, name):
                _delete(_get_pointer(capsule, name), versioned)
                break
    give_back()


def _delete(pointer, versioned):
    deleter = ctypes.c_void_p.from_address(pointer + _DELETER[versioned]).value
    if deleter:
        _DELETE(deleter)(pointer)


def _at_collection(phase, info):
    if phase == "stop" and _queue:
        sweep()


gc.callbacks.append(_at_collection)
