"""Every function of the library is used by the package, or stands here with the reason why not."""
import fnmatch
import gc
import importlib
import json
import os
import pkgutil
import sys
import types
import unittest

import tendon
from tendon import _api

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
#: The generated half names every function, that proves nothing.
LOWER = ("tendon._api", "tendon._ffi")

UNUSED = {
    "tendon_last_error_*": "_ffi makes exceptions of the last error",
    "tendon_clear_last_error": "_ffi does it",
    "tendon_status_name": "_ffi asks for it",
    "tendon_version": "tendon.__version__ is the text",
    "tendon_set_log_callback": "a failure is an exception, which Python programs log themselves",
    "tendon_set_parallel_for": "a loop over Python threads would be slower than none",
    "tensor_data": "tensor_data_strided takes all layouts",
    "tensor_data_bool": "addresses have no type in Python",
    "tensor_data_[uif][0-9]*": "addresses have no type in Python",
    "tensor_data_bf16": "addresses have no type in Python",
    "tensor_data_mut*": "NumPy and others write as they like; nobody counts those writes",
    "tensor_cuda_data_mut": "as tensor_data_mut",
    "tensor_from_device_buffer": "tendon.from_dlpack takes what lies on a device",
    "tensor_dtype_*": "the table of _dtypes has names and sizes",
    "tensor_stride": "tensor_strides has all of them, in one call",
    "tendon_release_queue_*": "_borrow empties the queue by the bare functions; it never ends",
    "tensor_scope_*": "Python's own reference counts release",
    "tensor_dict_at": "names find tensors",
    "tensor_optimizer_state_size": "_api.tensor_optimizer_state_save asks for it",
}


def functions():
    with open(os.path.join(ROOT, "include", "tendon.json"), encoding="utf-8") as file:
        return {function["name"] for function in json.load(file)["functions"]}


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def upper(thing):
    # Some types have a descriptor there.
    module = getattr(thing, "__module__", None)
    return isinstance(module, str) and module.startswith("tendon.") and module not in LOWER


def held():
    """What functions, classes and modules of the upper half hold: in closures, defaults, attributes and globals."""
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and upper(thing):
            yield from thing.__defaults__ or ()
            yield from (thing.__kwdefaults__ or {}).values()
            for cell in thing.__closure__ or ():
                try:
                    yield cell.cell_contents
                except ValueError:
                    pass
        elif isinstance(thing, type) and upper(thing):
            yield from (getattr(value, "__func__", value) for value in vars(thing).values())
    for name, module in list(sys.modules.items()):
        if name.startswith("tendon") and name not in LOWER:
            yield from list(vars(module).values())


def named():
    """The names that code of the upper half mentions."""
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and upper(thing):
            for code in codes(thing.__code__):
                yield from code.co_names


class Coverage(unittest.TestCase):
    def test_every_function_is_used_or_has_a_reason(self):
        for module in pkgutil.iter_modules(tendon.__path__):
            importlib.import_module("tendon." + module.name)
        known = functions()
        by_identity = {id(getattr(_api, name)): name for name in known}
        used = known & set(named())
        for value in held():
            several = value if isinstance(value, (list, tuple)) else (value,)
            several = value.values() if isinstance(value, dict) else several
            used |= {by_identity[id(one)] for one in several if id(one) in by_identity}
        self.assertGreater(len(used), 150)
        excused = {name for name in known for pattern in UNUSED if fnmatch.fnmatchcase(name, pattern)}
        self.assertEqual(sorted(known - used - excused), [], "neither used nor excused")
        self.assertEqual(sorted(used & excused), [], "used, so they need no excuse")
        idle = [pattern for pattern in UNUSED if not fnmatch.filter(known, pattern)]
        self.assertEqual(idle, [], "excuses for functions that are not there")


if __name__ == "__main__":
    unittest.main()
