"""Makes the files of this folder with NumPy: every dtype, version, order of elements and of bytes.

    python3 tests/data/npy/make.py

The value at index i in C order is i * 3 % 7 - 2 (unsigned: i * 3 % 7, bool: whether that is odd).
"""
import pathlib

import numpy as np
from numpy.lib import format as npy

here = pathlib.Path(__file__).parent
shape = (2, 3, 4)


def values(dtype):
    i = np.arange(24) * 3 % 7
    kind = np.dtype(dtype).kind
    i = i % 2 if kind == "b" else i if kind == "u" else i - 2
    return i.astype(dtype).reshape(shape)


def write(name, array, version=None):
    with open(here / f"{name}.npy", "wb") as file:
        npy.write_array(file, array, version, allow_pickle=True)


for code in ["b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]:
    write(code, values(code))
    write(f"{code}_fortran", np.asfortranarray(values(code)))
    if code[1] != "1":
        write(f"{code}_big", values(f">{code}"))
for major in (1, 2, 3):
    write(f"version{major}", values("<f4"), (major, 0))
write("big_fortran", np.asfortranarray(values(">f4")))
write("rank0", np.array(2.5))
write("empty", np.zeros((0, 3), "<i4"))
write("vector", np.arange(5, dtype="<f8"))
# What is refused.
write("objects", np.array([None, "a"], dtype=object))
write("records", np.zeros(2, [("a", "<f8"), ("b", "<i4")]))
write("complex", np.zeros(2, "<c8"))
write("text", np.array(["ab", "c"]))
write("dates", np.zeros(2, "<M8[ns]"))

arrays = {"f4": values("<f4"), "big": values(">f8"), "fortran": np.asfortranarray(values("<i4")), "u1": values("u1"),
          "größe/x": np.arange(300.0), "rank0": np.array(7)}
np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "packed.npz", **arrays)
