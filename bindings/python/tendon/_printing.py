"""How tensors look as text."""

import re

from . import _api
from ._dtypes import ALL
from ._tensor import Tensor

__all__ = ["set_printoptions"]

_options = {}

# The library's short names at the end of its text, as the objects are called here.
_NAMES = {d.short: d.name for d in ALL}
_DTYPE = re.compile(r"dtype=(\w+)(?=[,)][^\]]*$)")


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None):
    """set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None)

    How tensors are printed from now on: digits after the point (4), the size above which they are summarized (1000),
    elements shown at each end then (3), characters per line (80). What is None stays. As torch.set_printoptions."""
    for name, value in (
        ("precision", precision),
        ("threshold", threshold),
        ("edge_items", edgeitems),
        ("line_width", linewidth),
    ):
        if value is not None:
            _options[name] = value


def _repr(self):
    text = _api.tensor_to_string(self._handle, **_options)
    return _DTYPE.sub(lambda found: "dtype=tendon." + _NAMES.get(found[1], found[1]), text, count=1)


def _format(self, spec):
    if not spec:
        return _repr(self)
    if _api.tensor_ndim(self._handle):
        raise TypeError(f"the format {spec!r} is for numbers, and the tensor has shape {list(self.shape)}")
    return format(self.item(), spec)


Tensor.__repr__ = Tensor.__str__ = _repr
Tensor.__format__ = _format
