"""Makes the files of this folder with the reference writer: python make.py, where torch and safetensors are installed.

tests/c/files_safetensors.c knows the values: element i of a tensor is (i * 7 + 3) mod 11, minus 5 where signs are.
"""

import json
import os
import struct

import torch
from safetensors.torch import save_file

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
every["layer.größe \"q\""] = values(torch.float32, (2, 2, 2))
every["scalar"] = values(torch.float64, ())
every["empty"] = values(torch.float32, (0, 4))
save_file(every, "dtypes.safetensors", {"format": "pt\n\u00e4"})

save_file({"weight": values(torch.float32, (2, 3)), "scale": values(torch.float32, (4,)).to(torch.float8_e4m3fn)},
          "float8.safetensors")


def by_hand(path, header, data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


# Not padded: the elements of `f32` are not aligned, those of `u8` always are. Not in the order of the offsets either.
f32, u8 = values(torch.float32, (2, 3)), values(torch.uint8, (3,))
header = {
    "f32": {"dtype": "F32", "shape": [2, 3], "data_offsets": [3, 27]},
    "u8": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]},
}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
by_hand("misaligned.safetensors", text, u8.numpy().tobytes() + f32.numpy().tobytes())

# A model in two files, as the hub has them.
os.makedirs("sharded", exist_ok=True)
first = {"embed.weight": values(torch.float32, (4, 2)), "layer.bias": values(torch.float32, (3,))}
second = {"layer.weight": values(torch.bfloat16, (3, 2)), "head": values(torch.float32, (2,))}
names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
save_file(first, "sharded/" + names[0], {"format": "pt"})
save_file(second, "sharded/" + names[1], {"format": "pt"})
index = {
    "metadata": {"total_size": 64},
    "weight_map": {
        "embed.weight": names[0],
        "head": names[1],
        "layer.bias": names[0],
        "layer.weight": names[1],
    },
}
with open("sharded/model.safetensors.index.json", "w") as file:
    json.dump(index, file, indent=2)
    file.write("\n")
