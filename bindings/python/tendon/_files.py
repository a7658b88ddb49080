"""Tensors in files: .safetensors, .npz and .npy, chosen by the end of the path."""

import os
from collections.abc import Mapping

from . import _api
from ._devices import as_pair
from ._dict import TensorDict
from ._tensor import Tensor, handle_of, wrap

__all__ = ["load", "save"]


def load(path, *, mmap=None, names=None, device=None):
    """load(path, *, mmap=None, names=None, device=None)

    The tensors of a file: a TensorDict of .safetensors, .safetensors.index.json and .npz, a tensor of .npy.

    `mmap` is True, False, or None, which leaves it to the library; mapped tensors look into the file and refuse
    writes. `names` are the only tensors wanted, in this order. `device` is where they are to be."""
    name, format = _format_of(path)
    options = {}
    if mmap is not None:
        options["mmap"] = _api.TENSOR_MMAP_ON if mmap else _api.TENSOR_MMAP_OFF
    if device is not None:
        options["device"] = as_pair(device)
    if format == "npy":
        if names is not None:
            raise ValueError("load: a .npy file holds one tensor without a name")
        return wrap(_function("tensor_load_npy", format)(name, **options))
    if names is not None:
        options["names"] = list(names)
    return TensorDict._of(_function(f"tensor_dict_load_{format}", format)(name, **options))


def save(what, path, *, metadata=None, compress=False):
    """save(what, path, *, metadata=None, compress=False)

    Writes a dict of tensors to a .safetensors or .npz file, or a tensor to a .npy file. A file that is there is
    replaced once all is written. `metadata` are texts by name, which .safetensors keeps. `compress` is for .npz."""
    name, format = _format_of(path)
    options = {"compress": True} if compress else {}
    if format == "npy":
        _function("tensor_save_npy", format)(handle_of(what, "what"), name, **options)
        return
    if isinstance(what, Tensor) or not isinstance(what, Mapping):
        raise TypeError(f"save: a .{format} file holds tensors by name: pass a dict of them, not {type(what).__name__}")
    if not isinstance(what, TensorDict):
        what = TensorDict(what)
    elif metadata:
        what = what.copy()
    for key, value in (metadata or {}).items():
        what.metadata[key] = value
    _function(f"tensor_dict_save_{format}", format)(what._dict, name, **options)


def _format_of(path):
    """The path as text or bytes, and the format that its end says."""
    name = os.fspath(path)
    end = os.fsdecode(name).lower()
    for suffix, format in (
        (".safetensors", "safetensors"),
        (".index.json", "safetensors"),
        (".npz", "npz"),
        (".npy", "npy"),
    ):
        if end.endswith(suffix):
            return name, format
    raise ValueError(f"{os.fsdecode(name)!r}: the format is chosen by the end, .safetensors, .index.json, .npz or .npy")


def _function(name, format):
    found = getattr(_api, name, None)
    if found is None:
        raise NotImplementedError(f"this version does not read and write .{format} files")
    return found
