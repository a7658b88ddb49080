"""Devices as objects, and what an argument `device=` may be."""

from . import _api

__all__ = ["device"]


class device:
    """Where elements live: device("cpu"), device("cuda:1"), device("cuda"), which is the thread's current one.

    Compares equal to its name: x.device == "cpu".
    """

    __slots__ = ("type", "index")

    def __init__(self, what="cpu", index=None):
        if isinstance(what, device):
            kind, number = what.type, what.index
        elif isinstance(what, int) and not isinstance(what, bool):
            kind, number = "cuda", what
        elif hasattr(what, "type") and hasattr(what, "index") and isinstance(what.type, str):
            kind, number = what.type, what.index  # a torch.device
        elif isinstance(what, str):
            kind, colon, digits = what.partition(":")
            if colon and not digits.isdigit():
                raise ValueError(f'no device: {what!r}. Devices are "cpu", "cuda" and "cuda:0", "cuda:1", ...')
            number = int(digits) if colon else None
        else:
            raise TypeError(f"no device: {what!r}")
        if index is not None:
            number = index
        if kind not in ("cpu", "cuda"):
            raise ValueError(f'no device: {what!r}. Devices are "cpu", "cuda" and "cuda:0", "cuda:1", ...')
        if kind == "cpu" and number not in (None, 0):
            raise ValueError(f"no device: {what!r}. There is one CPU")
        self.type = kind
        self.index = 0 if kind == "cpu" else number

    @property
    def _pair(self):
        """As the C interface takes it."""
        if self.type == "cpu":
            return (_api.TENSOR_DEVICE_CPU, 0)
        return (_api.TENSOR_DEVICE_CUDA, -1 if self.index is None else self.index)

    def __str__(self):
        if self.type == "cpu":
            return "cpu"
        return "cuda" if self.index is None else f"cuda:{self.index}"

    def __repr__(self):
        return f"device({str(self)!r})"

    def __eq__(self, other):
        if isinstance(other, str):
            return str(self) == other
        if isinstance(other, device):
            return (self.type, self.index) == (other.type, other.index)
        return NotImplemented

    def __hash__(self):
        return hash(str(self))

    def __reduce__(self):
        return (device, (str(self),))


CPU = device("cpu")


def of_pair(pair):
    """The device of the C interface's (type, index)."""
    kind, index = pair
    return CPU if kind == _api.TENSOR_DEVICE_CPU else device("cuda", index)


def as_pair(what):
    return what._pair if type(what) is device else device(what)._pair
