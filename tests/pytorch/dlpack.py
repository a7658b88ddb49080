"""DLPack against NumPy and PyTorch, both ways and in both forms: python dlpack.py path/to/libtendon.so

Every array goes through Tendon and must come out the same: its dtype, its shape and strides, the very same memory.
"""

import ctypes as c
import gc
import sys

import numpy as np
import torch

L = c.CDLL(sys.argv[1])
L.tendon_last_error_message.restype = c.c_char_p
L.tendon_live_storage_count.restype = c.c_int64
L.tensor_release.argtypes = [c.c_void_p]

capsule = c.pythonapi
capsule.PyCapsule_New.restype = c.py_object
capsule.PyCapsule_New.argtypes = [c.c_void_p, c.c_char_p, c.c_void_p]
capsule.PyCapsule_GetPointer.restype = c.c_void_p
capsule.PyCapsule_GetPointer.argtypes = [c.py_object, c.c_char_p]
capsule.PyCapsule_SetName.argtypes = [c.py_object, c.c_char_p]
capsule.PyCapsule_IsValid.argtypes = [c.py_object, c.c_char_p]

# By whether there is a version; the consumer renames the capsule. Capsules do not copy their names.
FRESH, USED = [b"dltensor", b"dltensor_versioned"], [b"used_dltensor", b"used_dltensor_versioned"]


def call(name, *args):
    if getattr(L, name)(*args):
        raise BufferError(L.tendon_last_error_message().decode())


class Tensor:
    def __init__(self, handle):
        self.handle = handle

    def __del__(self):
        L.tensor_release(self.handle)

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        versioned = max_version is not None and max_version[0] >= 1
        managed = c.c_void_p()
        call("tensor_to_dlpack" + "_versioned" * versioned, self.handle, None, c.byref(managed))
        return capsule.PyCapsule_New(managed, FRESH[versioned], None)

    def __dlpack_device__(self):
        return (1, 0)

    def address(self):
        data = c.c_void_p()
        call("tensor_data_strided", self.handle, c.byref(data))
        return data.value


def take(array, max_version):
    given = array.__dlpack__() if max_version is None else array.__dlpack__(max_version=max_version)
    versioned = bool(capsule.PyCapsule_IsValid(given, FRESH[1]))
    x = c.c_void_p()
    managed = c.c_void_p(capsule.PyCapsule_GetPointer(given, FRESH[versioned]))
    call("tensor_from_dlpack" + "_versioned" * versioned, managed, None, c.byref(x))
    capsule.PyCapsule_SetName(given, USED[versioned])
    return Tensor(x)


def numpy_round_trips(max_version):
    count = 0
    for dtype in "bool u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8".split():
        a = np.arange(12).reshape(3, 4).astype(dtype)
        for array in (a, a.T, a[::-1], a[:, ::2], a[:, ::-3], a[1:2], a[:0], a[1, 1:2].reshape(())):
            x = take(array, max_version)
            back = np.from_dlpack(x)
            assert back.dtype == array.dtype and back.shape == array.shape and (back == array).all()
            if array.size:
                assert x.address() == array.ctypes.data == back.ctypes.data
                assert all(n == 1 or s == t for n, s, t in zip(array.shape, array.strides, back.strides))
            if all(s >= 0 for s in array.strides):
                there = torch.from_dlpack(x)
                assert tuple(there.shape) == array.shape and (there.numpy() == array).all()
                assert there.data_ptr() == array.ctypes.data or not array.size
            count += 1
    return count


def torch_round_trips(max_version):
    count = 0
    for dtype in (torch.bfloat16, torch.float16, torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool):
        a = torch.arange(12).reshape(3, 4).to(dtype)
        for tensor in (a, a.t(), a[:, 1], a[1:, ::2], a.expand(2, 3, 4), a[2, 3]):
            x = take(tensor, max_version)
            back = torch.from_dlpack(x)
            assert x.address() == tensor.data_ptr() == back.data_ptr()
            assert back.dtype == tensor.dtype and back.stride() == tensor.stride() and torch.equal(back, tensor)
            count += 1
    return count


def refused(array, words):
    try:
        take(array, (1, 0))
    except BufferError as error:
        assert words in str(error), error
    else:
        raise AssertionError(f"taken: {array}")


def read_only_memory():
    a = np.arange(4.0)
    a.flags.writeable = False
    x = take(a, (1, 0))
    assert L.tensor_is_read_only(x.handle) == 1 and not np.from_dlpack(x).flags.writeable
    try:
        x.__dlpack__()
    except BufferError as error:
        assert "tensor_to_dlpack_versioned" in str(error)
    else:
        raise AssertionError("exported without its flag")


def lifetimes():
    a = np.zeros(3, "float32")
    alone = sys.getrefcount(a)
    x = take(a, (1, 0))
    there = torch.from_dlpack(x)
    del x
    gc.collect()
    assert sys.getrefcount(a) > alone
    there[1] = 5
    a[2] = 6
    assert a[1] == 5 and there[2] == 6
    del there
    gc.collect()
    assert sys.getrefcount(a) == alone


count = sum(numpy_round_trips(version) + torch_round_trips(version) for version in (None, (1, 0)))
refused(torch.zeros(2, dtype=torch.complex64), "complex")
refused(torch.zeros(2, dtype=torch.float8_e4m3fn), "float8_e4m3fn")
read_only_memory()
lifetimes()
gc.collect()
assert L.tendon_live_storage_count() == 0, L.tendon_live_storage_count()
print(f"dlpack: {count} round trips, NumPy {np.__version__}, PyTorch {torch.__version__}")
