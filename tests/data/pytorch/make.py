"""Makes the files of this folder: python make.py, where torch is installed. Those of legacy.pt and script.pt differ from run
to run: they hold addresses.

tests/c/files_pytorch.c knows the values: element i of a tensor is (i * 7 + 3) mod 11, minus 5 where signs are.
"""

import os
import warnings
import zipfile
from collections import Counter, OrderedDict, defaultdict

import torch

warnings.simplefilter("ignore")
torch.manual_seed(0)
os.chdir(os.path.dirname(os.path.abspath(__file__)))


def values(dtype, shape):
    n = 1
    for size in shape:
        n *= size
    numbers = (torch.arange(n) * 7 + 3) % 11
    if dtype == torch.bool:
        numbers = numbers % 2
    elif dtype not in (torch.uint8, torch.uint16, torch.uint32, torch.uint64):
        numbers = numbers - 5
    return numbers.to(dtype).reshape(shape)


DTYPES = {
    "bool": torch.bool,
    "u8": torch.uint8,
    "i8": torch.int8,
    "i16": torch.int16,
    "u16": torch.uint16,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "i32": torch.int32,
    "u32": torch.uint32,
    "f32": torch.float32,
    "f64": torch.float64,
    "i64": torch.int64,
    "u64": torch.uint64,
}

every = {name: values(dtype, (2, 3)) for name, dtype in DTYPES.items()}
every["scalar"] = values(torch.float64, ())
every["empty"] = values(torch.float32, (0, 4))
torch.save(every, "dtypes.pt")

# What a training loop saves.
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
with torch.no_grad():
    for tensor in model.state_dict().values():
        tensor.copy_(values(tensor.dtype, tuple(tensor.shape)))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
model(torch.ones(4, 2)).sum().backward()
optimizer.step()
with torch.no_grad():
    for tensor in model.state_dict().values():
        tensor.copy_(values(tensor.dtype, tuple(tensor.shape)))
counts = defaultdict(int)
counts["a"] += 1
training = {
    "model": model.state_dict(),
    "optimizer": optimizer.state_dict(),
    "parameter": torch.nn.Parameter(values(torch.float32, (2, 2))),
    "epoch": 3,
    "best": 1e-8,
    "seed": 2**64 - 1,
    "name": "gr\u00f6\u00dfe",
    "done": True,
    "nothing": None,
    "dtype": torch.bfloat16,
    "device": torch.device("cuda:1"),
    "shape": torch.Size([2, 3]),
    "set": {1, 2},
    "bytes": b"abc",
    "milestones": Counter([30, 60, 60]),
    "counts": counts,
    "list": [values(torch.float32, (2,)), "text"],
}
torch.save(training, "training.pt")
torch.save(training, "protocol4.pt", pickle_protocol=4)
torch.save(training, "legacy.pt", _use_new_zipfile_serialization=False)

# One storage for all; the last is another storage.
base = values(torch.float32, (4, 3))
shared = {
    "base": base,
    "again": base,
    "turned": base.t(),
    "row": base[2],
    "column": base[:, 1],
    "every_other": base.reshape(-1)[1::2],
    "expanded": base[0, 0].expand(2, 2),
    "other": base.clone(),
}
torch.save(shared, "shared.pt")

torch.save(values(torch.float32, (2, 3)), "lone.pt")
torch.save({"weight": values(torch.float32, (2, 3)), "scale": torch.ones(2).to(torch.float8_e4m3fn),
            "phase": torch.ones(2, dtype=torch.complex64)}, "others.pt")

torch.serialization.set_crc32_options(False)
torch.save({"weight": values(torch.float32, (2, 3))}, "no_checksums.pt")
torch.serialization.set_crc32_options(True)


def rewritten(source, target, change, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", method) as after:
        for info in before.infolist():
            name, data = change(info.filename, before.read(info))
            # A day that is always the same.
            after.writestr(zipfile.ZipInfo(name), data, method)


rewritten("training.pt", "deflated.pt", lambda name, data: (name, data), zipfile.ZIP_DEFLATED)

# As a machine of the other byte order writes it; the storages are numbered in the order of DTYPES.
sizes = [tensor.element_size() for tensor in every.values()]


def swap(name, data):
    if name.endswith("/byteorder"):
        return name, b"big"
    if "/data/" in name:
        size = sizes[int(name.rsplit("/", 1)[1])]
        data = b"".join(data[i : i + size][::-1] for i in range(0, len(data), size))
    return name, data


rewritten("dtypes.pt", "big_endian.pt", swap)


# What is refused.
class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/tendon-was-here",)


torch.save({"weight": values(torch.float32, (2,)), "evil": Evil()}, "evil.pt")
torch.save(torch.nn.Linear(2, 1), "module.pt")
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), "script.pt")
