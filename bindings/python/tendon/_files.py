"""Tensors in files: NumPy's .npy and .npz, .safetensors, checkpoints of PyTorch, tables as CSV."""

import os
from collections.abc import Mapping

from . import _api
from ._devices import as_pair
from ._dict import TensorDict
from ._documents import from_header
from ._dtypes import as_dtype
from ._tensor import Tensor, handle_of, wrap

__all__ = [
    "load", "load_csv", "load_csv_columns", "load_npy", "load_npz", "load_pytorch", "load_safetensors", "save",
    "save_csv", "save_npy", "save_npz", "save_safetensors",
]  # fmt: skip


def load(path, *, mmap=None, names=None, device=None):
    """load(path, *, mmap=None, names=None, device=None)

    The tensors of a file, by the end of its path: a TensorDict of .safetensors, .safetensors.index.json, .npz, .pt,
    .pth and .bin, a tensor of .npy and .csv.

    `mmap` is True, False, or None, which leaves it to the format; mapped tensors look into the file and refuse writes.
    `names` are the only tensors wanted, in this order. `device` is where they are to be."""
    format = _format_of(path, _LOADERS)
    if format in (".npy", ".csv"):
        if names is not None:
            raise ValueError(f"load: a {format} file holds one tensor without a name")
        return load_csv(path, device=device) if format == ".csv" else load_npy(path, mmap=mmap, device=device)
    return _LOADERS[format](path, mmap=mmap, names=names, device=device)


def save(what, path, *, metadata=None, compress=False):
    """save(what, path, *, metadata=None, compress=False)

    Writes tensors to a file, in the format of the end of its path: a dict of tensors to .safetensors and .npz, a tensor
    to .npy and .csv. A file that is there is replaced once all is written.

    `metadata` are texts by name, for .safetensors. `compress` is for .npz."""
    format = _format_of(path, _SAVERS)
    if metadata and format != ".safetensors":
        raise ValueError(f"save: a {format} file has no place for metadata")
    if compress and format != ".npz":
        raise ValueError(f"save: a {format} file is not compressed")
    if format == ".safetensors":
        save_safetensors(what, path, metadata=metadata)
    elif format == ".npz":
        save_npz(what, path, compress=compress)
    else:
        _SAVERS[format](what, path)


def _format_of(path, table):
    """The end of the path that says the format."""
    name = os.fsdecode(os.fspath(path)).lower()
    for end in table:
        if name.endswith(end):
            return end
    if table is _SAVERS and name.endswith((".pt", ".pth", ".bin")):
        raise ValueError(f"{os.fsdecode(path)!r}: checkpoints of PyTorch are read, not written: save as .safetensors")
    raise ValueError(f"{os.fsdecode(path)!r}: the format is chosen by the end, one of {', '.join(table)}")


def _load_options(mmap, names, device):
    options = {}
    if mmap is not None:
        options["mmap"] = _api.TENSOR_MMAP_ON if mmap else _api.TENSOR_MMAP_OFF
    if names is not None:
        options["names"] = _names(names)
    if device is not None:
        options["device"] = as_pair(device)
    return options


def _names(names):
    if isinstance(names, str):
        raise TypeError("names must be a sequence of texts, not one text")
    return list(names)


def _dict_of(what, format):
    if isinstance(what, TensorDict):
        return what
    if isinstance(what, Tensor) or not isinstance(what, Mapping):
        raise TypeError(f"a {format} file holds tensors by name: pass a dict of them, not {type(what).__name__}")
    return TensorDict(what)


@from_header("tensor_load_npy")
def load_npy(path, *, mmap=None, device=None):
    return wrap(_api.tensor_load_npy(path, **_load_options(mmap, None, device)))


@from_header("tensor_save_npy")
def save_npy(x, path):
    _api.tensor_save_npy(handle_of(x), path)


@from_header("tensor_dict_load_npz")
def load_npz(path, *, mmap=None, names=None, device=None):
    return TensorDict._of(_api.tensor_dict_load_npz(path, **_load_options(mmap, names, device)))


@from_header("tensor_dict_save_npz")
def save_npz(tensors, path, *, compress=False):
    tensors = _dict_of(tensors, ".npz")
    _api.tensor_dict_save_npz(tensors._dict, path, **({"compress": True} if compress else {}))


@from_header("tensor_dict_load_safetensors")
def load_safetensors(path, *, mmap=None, names=None, device=None):
    return TensorDict._of(_api.tensor_dict_load_safetensors(path, **_load_options(mmap, names, device)))


@from_header("tensor_dict_save_safetensors")
def save_safetensors(tensors, path, *, metadata=None):
    """`metadata` are texts by name, besides those of the dict."""
    there = _dict_of(tensors, ".safetensors")
    if metadata:
        there = there.copy() if there is tensors else there
        for key, value in metadata.items():
            there.metadata[key] = value
    _api.tensor_dict_save_safetensors(there._dict, path)


@from_header("tensor_dict_load_pytorch")
def load_pytorch(path, *, mmap=None, names=None, device=None):
    return TensorDict._of(_api.tensor_dict_load_pytorch(path, **_load_options(mmap, names, device)))


def _csv_options(dtype=None, device=None, delimiter=",", header=False, index=False, skip_rows=0, names=None):
    options = {}
    if dtype is not None:
        options["dtype"] = as_dtype(dtype).number
    if device is not None:
        options["device"] = as_pair(device)
    if delimiter != ",":
        if not isinstance(delimiter, str) or len(delimiter) != 1 or not delimiter.isascii():
            raise ValueError(f"delimiter must be one ASCII character, not {delimiter!r}")
        options["delimiter"] = ord(delimiter)
    if header:
        options["header"] = True
    if index:
        options["index"] = True
    if skip_rows:
        options["skip_rows"] = skip_rows
    if names is not None:
        options["names"] = _names(names)
    return options


@from_header("tensor_load_csv")
def load_csv(path, *, dtype=None, device=None, delimiter=",", header=False, index=False, skip_rows=0, names=None):
    """`header` says that the first line names the columns, `index` that the first column numbers the rows; `names` are
    the only columns wanted. The default dtype is float64."""
    return wrap(_api.tensor_load_csv(path, **_csv_options(dtype, device, delimiter, header, index, skip_rows, names)))


@from_header("tensor_dict_load_csv")
def load_csv_columns(path, *, dtype=None, device=None, delimiter=",", index=False, skip_rows=0, names=None):
    """A TensorDict: see load_csv."""
    options = _csv_options(dtype, device, delimiter, False, index, skip_rows, names)
    return TensorDict._of(_api.tensor_dict_load_csv(path, **options))


@from_header("tensor_save_csv")
def save_csv(what, path, *, delimiter=",", header=False, index=False, names=None):
    """A dict of tensors is written as columns under their names."""
    options = _csv_options(None, None, delimiter, header, index, 0, names)
    if isinstance(what, Tensor):
        _api.tensor_save_csv(what._handle, path, **options)
    else:
        columns = _dict_of(what, ".csv")
        _api.tensor_dict_save_csv(columns._dict, path, **options)


_LOADERS = {
    ".safetensors": load_safetensors,
    ".index.json": load_safetensors,
    ".npz": load_npz,
    ".npy": load_npy,
    ".pt": load_pytorch,
    ".pth": load_pytorch,
    ".bin": load_pytorch,
    ".csv": load_csv,
}
_SAVERS = {".safetensors": save_safetensors, ".npz": save_npz, ".npy": save_npy, ".csv": save_csv}
