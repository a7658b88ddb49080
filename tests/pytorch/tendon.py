"""Just enough of Tendon for the comparison: the C functions through ctypes, tensors that release themselves."""

import ctypes as c
import re
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
i32, i64, u8, f64, size_t, ptr = c.c_int32, c.c_int64, c.c_uint8, c.c_double, c.c_size_t, c.c_void_p

DTYPES = {
    "bool": (1, torch.bool), "u8": (2, torch.uint8), "u16": (3, torch.uint16), "u32": (4, torch.uint32),
    "u64": (5, torch.uint64), "i8": (6, torch.int8), "i16": (7, torch.int16), "i32": (8, torch.int32),
    "i64": (9, torch.int64), "f16": (10, torch.float16), "bf16": (11, torch.bfloat16), "f32": (12, torch.float32),
    "f64": (13, torch.float64),
}
NUMBER = {t: n for n, t in DTYPES.values()}
TORCH = {n: t for n, t in DTYPES.values()}
NAME = {t: name for name, (_, t) in DTYPES.items()}


class ScalarValue(c.Union):
    _fields_ = [("i", i64), ("f", f64), ("c", f64 * 2)]


class Scalar(c.Structure):
    _fields_ = [("kind", i32), ("reserved", i32), ("value", ScalarValue)]


def scalar(v):
    s = Scalar()
    if isinstance(v, bool):
        s.kind, s.value.i = 1, int(v)
    elif isinstance(v, int):
        s.kind, s.value.i = 2, v
    else:
        s.kind, s.value.f = 3, v
    return s


class Device(c.Structure):
    _fields_ = [("type", i32), ("index", i32)]


def options(name, *fields):
    """An option struct: every field beside struct_size with its default."""

    class Options(c.Structure):
        _fields_ = [("struct_size", c.c_uint32)] + [(n, t) for n, t, _ in fields]

        def __init__(self, **given):
            super().__init__()
            self.struct_size = c.sizeof(self)
            for n, _, default in fields:
                if default is not None:
                    setattr(self, n, default)
            for n, value in given.items():
                setattr(self, n, value)

    Options.__name__ = name
    return Options


TensorOptions = options("Tensor", ("dtype", i32, 0), ("device", Device, None), ("requires_grad", u8, 0), ("r", u8 * 3, None))
HostBuffer = options("HostBuffer", ("read_only", u8, 0), ("r", u8 * 3, None), ("strides", ptr, None), ("offset", i64, 0),
                     ("release", ptr, None), ("user_data", ptr, None))
Reduce = options("Reduce", ("dtype", i32, 0), ("keepdim", u8, 0), ("r", u8 * 7, None))
Var = options("Var", ("keepdim", u8, 0), ("r", u8 * 3, None), ("correction", f64, 1.0))
Backward = options("Backward", ("retain_graph", u8, 0), ("create_graph", u8, 0), ("r", u8 * 2, None), ("gradient", ptr, None))
Grad = options("Grad", ("retain_graph", u8, 0), ("create_graph", u8, 0), ("allow_unused", u8, 0), ("r", u8, 0),
               ("gradient", ptr, None))
Div = options("Div", ("rounding", i32, 0))
Gelu = options("Gelu", ("tanh_approximation", u8, 0), ("r", u8 * 3, None))
Softmax = options("Softmax", ("dtype", i32, 0))
CrossEntropy = options("CrossEntropy", ("reduction", i32, 0), ("ignore_index", i64, -100), ("label_smoothing", f64, 0.0),
                       ("weight", ptr, None))
Loss = options("Loss", ("reduction", i32, 0))
Sgd = options("Sgd", ("nesterov", u8, 0), ("maximize", u8, 0), ("r", u8 * 2, None), ("lr", f64, 1e-3),
              ("momentum", f64, 0.0), ("dampening", f64, 0.0), ("weight_decay", f64, 0.0))
AdamW = options("AdamW", ("amsgrad", u8, 0), ("maximize", u8, 0), ("r", u8 * 2, None), ("lr", f64, 1e-3),
                ("beta1", f64, 0.9), ("beta2", f64, 0.999), ("eps", f64, 1e-8), ("weight_decay", f64, 1e-2))


class Error(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


INTERNAL = 1700


class Library:
    """`lib.add(a, b)` calls tensor_add with an output, `lib.call("tensor_add_", x, b)` any function without one."""

    def __init__(self, path):
        self.c = c.CDLL(str(Path(path).resolve()))
        header = (ROOT / "include/tendon.h").read_text()
        self.has_output = {n for n, args in re.findall(r"TensorStatus (\w+)\(([^;]*?)\);", header) if "Tensor **out)" in args + ")"}
        self.c.tendon_last_error_message.restype = c.c_char_p
        self.c.tensor_size.restype = self.c.tensor_stride.restype = i64
        for f in ("tendon_live_tensor_count", "tendon_live_handle_count", "tensor_version"):
            getattr(self.c, f).restype = i64

    def call(self, name, *args):
        keep, raw = [], []
        for a in args:
            if isinstance(a, T):
                raw.append(ptr(a.h))
            elif isinstance(a, c.Structure) and not isinstance(a, Scalar):
                raw.append(c.byref(a))
            elif a is None:
                raw.append(ptr(None))
            elif isinstance(a, bool):
                raw.append(c.c_bool(a))
            elif isinstance(a, int):
                raw.append(i64(a))
            elif isinstance(a, float):
                raw.append(f64(a))
            elif isinstance(a, (tuple, list)) and a and isinstance(a[0], T):
                raw += [(ptr * len(a))(*[t.h for t in a]), size_t(len(a))]
            elif isinstance(a, (tuple, list)):
                raw += [(i64 * len(a))(*a), size_t(len(a))]
            else:
                raw.append(a)
            keep.append(raw[-1])
        f = getattr(self.c, name)
        f.restype = i32
        status = f(*raw)
        if status:
            raise Error(status, self.c.tendon_last_error_message().decode())

    def __getattr__(self, name):
        def run(*args):
            out = ptr()
            self.call("tensor_" + name, *args, c.byref(out))
            return T(out.value)

        return run


lib = None


def load(path):
    global lib
    lib = Library(path)


# What tensors borrow, until they let go of it.
lent = {}


@c.CFUNCTYPE(None, ptr, ptr)
def give_back(data, key):
    lent.pop(key, None)


class T:
    """A handle."""

    def __init__(self, h):
        self.h = h

    def __del__(self):
        if self.h:
            lib.c.tensor_release(ptr(self.h))

    @property
    def ndim(self):
        return lib.c.tensor_ndim(ptr(self.h))

    @property
    def shape(self):
        return tuple(lib.c.tensor_size(ptr(self.h), i64(d)) for d in range(self.ndim))

    @property
    def strides(self):
        return tuple(lib.c.tensor_stride(ptr(self.h), i64(d)) for d in range(self.ndim))

    @property
    def dtype(self):
        return TORCH[lib.c.tensor_dtype(ptr(self.h))]

    def torch(self):
        out = torch.empty(self.shape, dtype=self.dtype)
        lib.call("tensor_copy_to_host", self, ptr(out.data_ptr()), size_t(out.numel() * out.element_size()))
        return out

    def grad(self):
        g = lib.grad(self)
        return g if g.h else None


def of(t, requires_grad=None):
    """A copy of a PyTorch tensor, laid out as it is."""
    t0 = t.detach()
    size = t0.untyped_storage().nbytes()
    if t0.numel() == 0 or any(s < 0 for s in t0.stride()):
        t0 = t0.contiguous()
        out = lib.from_host_copy(ptr(t0.data_ptr()), size_t(t0.numel() * t0.element_size()), i32(NUMBER[t.dtype]),
                                 tuple(t0.shape), None)
    else:
        # A copy of the whole storage: PyTorch and Tendon must not share memory.
        flat = torch.empty(0, dtype=t.dtype).set_(t0.untyped_storage().clone())
        data = ptr(flat.untyped_storage().data_ptr())
        if t0.is_contiguous() and t0.storage_offset() == 0 and t0.numel() * t0.element_size() == size:
            out = lib.from_host_copy(data, size_t(size), i32(NUMBER[t.dtype]), tuple(t0.shape), None)
        else:
            strides = (i64 * max(t0.ndim, 1))(*t0.stride())
            lent[id(flat)] = flat
            o = HostBuffer(strides=c.cast(strides, ptr), offset=t0.storage_offset(), release=c.cast(give_back, ptr),
                           user_data=id(flat))
            out = lib.from_host_buffer(data, size_t(size), i32(NUMBER[t.dtype]), tuple(t0.shape), o)
    if t.requires_grad if requires_grad is None else requires_grad:
        lib.call("tensor_set_requires_grad", out, True)
    return out
