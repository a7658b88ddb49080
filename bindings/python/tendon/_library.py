"""Finds and loads the shared library."""
import ctypes
import os
import sys

SONAME = "libtendon.so.0"
#: The names that a build of the library leaves, the released one first.
NAMES = {"darwin": ("libtendon.0.dylib", "libtendon.dylib"), "win32": ("tendon.dll",)}.get(
    sys.platform, (SONAME, "libtendon.so")
)


def candidates():
    """Where the library is looked for, in order: $TENDON_LIBRARY and nothing else where that is set; the package's own
    folder, where the wheel has it; the system's search."""
    named = os.environ.get("TENDON_LIBRARY")
    if named:
        yield named
        return
    here = os.path.dirname(os.path.abspath(__file__))
    for name in NAMES:
        path = os.path.join(here, name)
        if os.path.exists(path):
            yield path
    yield from NAMES


def load():
    """The library, or an ImportError that says where it was looked for. Calls through it let other threads run."""
    tried = []
    for path in candidates():
        try:
            return ctypes.CDLL(path)
        except OSError as why:
            tried.append(f"  {path}: {why}")
    raise ImportError(
        "the Tendon library was not found. Install the wheel, which has it inside, or set TENDON_LIBRARY to the path "
        f"of a {SONAME}. Tried:\n" + "\n".join(tried)
    )
