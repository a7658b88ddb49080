"""Loads checkpoints with Tendon and with PyTorch, compares every byte, and times both in turns.

    python benches/checkpoints.py build/dist/lib/libtendon.so FILE...

where torch and safetensors are installed. FILE: .safetensors, .pt or .pth, from a disk cache that holds it: each is loaded
once before.
"""

import ctypes
import statistics
import sys
import time

import torch
from safetensors.torch import load_file

ON, OFF = 1, 2


class LoadOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("mmap", ctypes.c_int32),
        ("names", ctypes.c_void_p),
        ("nnames", ctypes.c_size_t),
        ("device", ctypes.c_int32 * 2),
    ]


lib = ctypes.CDLL(sys.argv[1])
lib.tendon_last_error_message.restype = ctypes.c_char_p
lib.tensor_dict_len.restype = ctypes.c_int64
lib.tensor_numel.restype = ctypes.c_int64


def check(status):
    if status != 0:
        raise RuntimeError(lib.tendon_last_error_message().decode())


def load(path, mmap):
    function = lib.tensor_dict_load_safetensors if path.endswith(".safetensors") else lib.tensor_dict_load_pytorch
    options = LoadOptions(ctypes.sizeof(LoadOptions), mmap)
    tensors = ctypes.c_void_p()
    check(function(path.encode(), ctypes.byref(options), ctypes.byref(tensors)))
    return tensors


def reference(path, mmap):
    if path.endswith(".safetensors"):
        tensors = load_file(path)
        return tensors if mmap == ON else {name: x.clone() for name, x in tensors.items()}
    return torch.load(path, mmap=mmap == ON, weights_only=True)


def compare(path, mmap):
    """Every tensor of a flat state_dict, byte by byte."""
    tensors, expected = load(path, mmap), reference(path, mmap)
    n = lib.tensor_dict_len(tensors)
    if n != len(expected):
        raise SystemExit(f"{path}: {n} tensors, expected {len(expected)}")
    for i in range(n):
        name, x, plain, data = ctypes.c_char_p(), ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        check(lib.tensor_dict_name(tensors, ctypes.c_int64(i), ctypes.byref(name)))
        check(lib.tensor_dict_at(tensors, ctypes.c_int64(i), ctypes.byref(x)))
        check(lib.tensor_contiguous(x, ctypes.byref(plain)))
        check(lib.tensor_data(plain, ctypes.byref(data)))
        want = expected[name.value.decode()].contiguous()
        size = want.element_size()
        got = ctypes.string_at(data.value, lib.tensor_numel(plain) * size)
        if got != ctypes.string_at(want.data_ptr(), want.numel() * size):
            raise SystemExit(f"{path}: {name.value.decode()} differs")
        check(lib.tensor_release(plain))
        check(lib.tensor_release(x))
    check(lib.tensor_dict_release(tensors))
    return n


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def tendon(path, mmap):
    check(lib.tensor_dict_release(load(path, mmap)))


for path in sys.argv[2:]:
    with open(path, "rb") as file:
        is_mappable = path.endswith(".safetensors") or file.read(2) == b"PK"
    for mmap in [ON, OFF] if is_mappable else [OFF]:
        n = compare(path, mmap)
        ours, theirs = [], []
        for _ in range(21):
            ours.append(timed(lambda: tendon(path, mmap)))
            theirs.append(timed(lambda: reference(path, mmap)))
        a, b = statistics.median(ours), statistics.median(theirs)
        how = "mapped" if mmap == ON else "read"
        print(f"{path}: {n} tensors {how}: Tendon {a * 1e3:.2f} ms, PyTorch {b * 1e3:.2f} ms, ratio {a / b:.3f}")
