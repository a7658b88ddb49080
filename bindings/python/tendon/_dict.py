"""Tensors by name, in an order, with metadata: what files of weights hold."""

from collections.abc import Mapping, MutableMapping

from . import _api
from ._borrow import give_back as _give_back
from ._documents import from_header
from ._tensor import handle_of, wrap

__all__ = ["TensorDict"]


class TensorDict(MutableMapping):
    """Tensors by name, in the order in which they were put in, and texts by name, the metadata.

    TensorDict() is empty; TensorDict(mapping) and TensorDict(mapping, metadata) hold the tensors of a dict. It is used
    as a dict is, and dict(d) makes it one. It holds the tensors themselves, no copies: d[name] is the tensor that was
    put there, with another Python object around it."""

    __slots__ = ("_dict", "__weakref__")

    def __init__(self, tensors=(), metadata=None):
        self._dict = _api.tensor_dict_create()
        self.update(tensors)
        if metadata:
            for key, value in metadata.items():
                self.metadata[key] = value

    @classmethod
    def _of(cls, handle):
        """The new owner of the handle of a dict."""
        found = object.__new__(cls)
        found._dict = handle
        return found

    def __getitem__(self, name):
        return wrap(_api.tensor_dict_get(self._dict, name))

    def __setitem__(self, name, x):
        _api.tensor_dict_set(self._dict, name, handle_of(x, "the value"))

    def __delitem__(self, name):
        _api.tensor_dict_remove(self._dict, name)

    def __len__(self):
        return _api.tensor_dict_len(self._dict)

    def __contains__(self, name):
        return isinstance(name, str) and bool(_api.tensor_dict_contains(self._dict, name))

    def __iter__(self):
        return iter([_api.tensor_dict_name(self._dict, i) for i in range(len(self))])

    @property
    def metadata(self):
        """The metadata, a mapping of str to str: d.metadata["format"] = "pt". Keys can be set anew, not removed."""
        return _Metadata(self)

    @from_header("tensor_dict_select")
    def select(self, prefix="", replacement=None):
        return TensorDict._of(_api.tensor_dict_select(self._dict, prefix or None, replacement))

    def copy(self):
        """copy()

        Another dict of the same tensors."""
        return self.select()

    @property
    def load_stats(self):
        """How the tensors came out of the file that the dict was loaded from: how many were mapped, copied, and so
        on."""
        return _api.tensor_dict_load_stats(self._dict)

    __copy__ = copy

    # As of a dict: keys, values and order do not make two of them equal to anything but themselves.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __reduce__(self):
        return TensorDict, (dict(self), dict(self.metadata))

    def __repr__(self):
        lines = [f"{name!r}: {x.dtype.name} {list(x.shape)}" for name, x in self.items()]
        return "TensorDict({" + ", ".join(lines) + "})"

    def __del__(self, _release=_api.tensor_dict_release, _give_back=_give_back):
        try:
            handle = self._dict
        except AttributeError:
            return
        if handle:
            self._dict = 0
            _release(handle)
            _give_back()


class _Metadata(Mapping):
    """The texts of a dict, as they are now."""

    __slots__ = ("_of",)

    def __init__(self, of):
        self._of = of

    def __getitem__(self, key):
        return _api.tensor_dict_metadata(self._of._dict, key)

    def __setitem__(self, key, value):
        _api.tensor_dict_set_metadata(self._of._dict, key, value)

    def __len__(self):
        return _api.tensor_dict_metadata_len(self._of._dict)

    def __iter__(self):
        return iter([_api.tensor_dict_metadata_at(self._of._dict, i)[0] for i in range(len(self))])

    def __repr__(self):
        return repr(dict(self))
