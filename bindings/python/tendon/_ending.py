"""Long calls in which the library may find that borrowed memory has no user any more, on daemon threads, while the
interpreter ends.

It tells Python so from within the call, for which the thread needs the GIL. Python ends a daemon thread that asks for
it too late, in the midst of the library's frames, and that ends the process. So before that time comes no such call is
under way: the ones that have begun are waited for, and daemon threads begin no other.
"""

import atexit
import os
import threading
import time

#: Seconds that the end waits for calls of daemon threads.
_PATIENCE = 10.0

#: One object for each call under way.
_inside = set()
_ending = False


def call(function, *arguments, **options):
    """function(*arguments, **options)"""
    token = object()
    _inside.add(token)
    try:
        if _ending and threading.current_thread() is not threading.main_thread():
            _inside.discard(token)
            threading.Event().wait()  # the thread ends in here
        return function(*arguments, **options)
    finally:
        _inside.discard(token)


def _end():
    # Threads that are no daemons are over by now.
    global _ending
    _ending = True
    last = time.monotonic() + _PATIENCE
    while _inside and time.monotonic() < last:
        time.sleep(0.001)


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    # The calls of the parent's other threads do not go on in the child.
    os.register_at_fork(after_in_child=_inside.clear)
