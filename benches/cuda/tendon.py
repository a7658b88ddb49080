"""libtendon.so through ctypes: what the benchmark needs of it."""

import ctypes as C
import os

BOOL, U8, I64, F16, BF16, F32, F64 = 1, 2, 9, 10, 11, 12, 13
DTYPES = {"bool": BOOL, "u8": U8, "i64": I64, "f16": F16, "bf16": BF16, "f32": F32, "f64": F64}


class Device(C.Structure):
    _fields_ = [("type", C.c_int32), ("index", C.c_int32)]


CPU, CUDA = Device(1, 0), Device(2, 0)


class Options(C.Structure):
    _fields_ = [
        ("size", C.c_uint32), ("dtype", C.c_int32), ("device", Device), ("requires_grad", C.c_uint8),
        ("reserved", C.c_uint8 * 3),
    ]


class Convert(C.Structure):
    _fields_ = [("size", C.c_uint32), ("copy", C.c_uint8), ("non_blocking", C.c_uint8), ("reserved", C.c_uint8 * 2)]


class Scalar(C.Structure):
    _fields_ = [("kind", C.c_int32), ("reserved", C.c_int32), ("f", C.c_double), ("c", C.c_double)]


class AdamW(C.Structure):
    _fields_ = [
        ("size", C.c_uint32), ("amsgrad", C.c_uint8), ("maximize", C.c_uint8), ("reserved", C.c_uint8 * 2),
        ("lr", C.c_double), ("beta1", C.c_double), ("beta2", C.c_double), ("eps", C.c_double),
        ("weight_decay", C.c_double),
    ]


class GradOptions(C.Structure):
    _fields_ = [
        ("size", C.c_uint32), ("retain", C.c_uint8), ("create", C.c_uint8), ("unused", C.c_uint8),
        ("reserved", C.c_uint8), ("gradient", C.c_void_p),
    ]


class Properties(C.Structure):
    _fields_ = [
        ("size", C.c_uint32), ("reserved", C.c_uint32), ("name", C.c_char * 256), ("major", C.c_int32),
        ("minor", C.c_int32), ("multiprocessors", C.c_int32), ("threads", C.c_int32), ("shared_bytes", C.c_int64),
        ("l2_bytes", C.c_int64), ("total_bytes", C.c_int64), ("bandwidth", C.c_double),
    ]


def number(x):
    return Scalar(3, 0, float(x), 0.0)


class Failure(Exception):
    pass


class Library:
    def __init__(self, path):
        self.lib = C.CDLL(path)
        self.lib.tendon_last_error_message.restype = C.c_char_p
        self.lib.tensor_nbytes.restype = C.c_int64
        self.lib.tendon_has_feature.restype = C.c_bool
        self.lib.tendon_version_string.restype = C.c_char_p
        self.release = self.lib.tensor_release
        self.release.argtypes = [C.c_void_p]

    def check(self, status):
        if status:
            raise Failure(self.lib.tendon_last_error_message().decode())

    def call(self, name, *arguments):
        self.check(getattr(self.lib, name)(*[a.handle if isinstance(a, Tensor) else a for a in arguments]))

    def make(self, name, *arguments):
        """A function whose last argument is the tensor that it makes."""
        out = C.c_void_p()
        self.call(name, *arguments, C.byref(out))
        return Tensor(self, out)

    def options(self, dtype, device=CUDA, requires_grad=False):
        return C.byref(Options(C.sizeof(Options), DTYPES[dtype], device, requires_grad))

    def shape(self, sizes):
        return (C.c_int64 * max(len(sizes), 1))(*sizes)

    def randn(self, sizes, dtype="f32", device=CUDA, requires_grad=False):
        options = self.options(dtype, device, requires_grad)
        return self.make("tensor_randn", self.shape(sizes), C.c_size_t(len(sizes)), options)

    def randint(self, low, high, sizes, dtype="i64"):
        shape, n = self.shape(sizes), C.c_size_t(len(sizes))
        return self.make("tensor_randint", C.c_int64(low), C.c_int64(high), shape, n, self.options(dtype))

    def properties(self, device=0):
        found = Properties(C.sizeof(Properties))
        self.call("tendon_cuda_device_properties", C.c_int32(device), C.byref(found))
        return found

    def has(self, feature):
        return bool(self.lib.tendon_has_feature(feature.encode()))

    def synchronize(self):
        self.call("tendon_cuda_synchronize", C.c_int32(0))


class Tensor:
    """Owns one handle."""

    __slots__ = ("library", "handle")

    def __init__(self, library, handle):
        self.library, self.handle = library, handle

    def __del__(self):
        self.library.release(self.handle)

    def __getattr__(self, name):
        library = self.library
        return lambda *arguments: library.make("tensor_" + name, self, *arguments)

    def to(self, device, non_blocking=False):
        options = Convert(C.sizeof(Convert), 0, non_blocking)
        return self.library.make("tensor_to_device", self, device, C.byref(options))

    def item(self):
        value = C.c_double()
        self.library.call("tensor_item_f64", self.to(CPU), C.byref(value))
        return value.value


def load():
    here = os.path.dirname(os.path.abspath(__file__))
    places = (here + "/lib/libtendon.so.0", here + "/../../build/dist/lib/libtendon.so")
    for path in (os.environ.get("TENDON_LIBRARY"), *places):
        if path and os.path.exists(path):
            return Library(path)
    raise SystemExit("no libtendon.so: name it in TENDON_LIBRARY")
