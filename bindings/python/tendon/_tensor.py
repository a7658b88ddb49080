"""class Tensor: one owner of one handle. What tensors can do is attached to it by _methods.py."""

from . import _api
from ._borrow import _lent, _queue, give_back

__all__ = ["Tensor"]


class Tensor:
    """An array of numbers of one dtype on one device, which can remember how it was computed.

    Made by tendon.tensor, tendon.zeros, tendon.from_numpy, tendon.from_dlpack and others.

    As the C library says it: a tensor may be used from several threads at a time as long as none writes to it.
    """

    __slots__ = ("_handle", "__weakref__")

    # == is elementwise; a dict or set knows tensors by identity.
    __hash__ = object.__hash__

    # NumPy leaves `array + tensor` and its like to Tensor.__radd__, which says what to do.
    __array_ufunc__ = None
    __array_priority__ = 1000

    def __init__(self, *args, **kwargs):
        raise TypeError(
            "Tensor(...) makes nothing: call tendon.tensor(data), tendon.zeros(shape) or tendon.from_numpy(array)"
        )

    @classmethod
    def _from_handle(cls, handle):
        """The new owner of `handle`, an int that a function of _api gave as a new reference."""
        x = _new(cls)
        x._handle = handle
        return x

    def __del__(
        self, _release=_api.tensor_release, _lent=_lent, _queue=_queue, _count=_api._tendon_release_queue_count,
        _give_back=give_back,
    ):
        # The defaults live as long as the function: at interpreter exit globals may be gone already. The handle is
        # taken out first, so that nothing releases it twice.
        try:
            handle = self._handle
        except AttributeError:
            return
        if handle:
            self._handle = 0
            _release(handle)
            if _lent and _count(_queue):
                _give_back()


_new = object.__new__


def wrap(handle):
    """The new owner of a handle."""
    x = _new(Tensor)
    x._handle = handle
    return x


def run(call, *arguments, **options):
    """What a function of _api makes of tensors and other arguments, as a tensor.

    The tensors live until the call is over. (In `call(f(x)._handle)` the handle would be released before the call.)"""
    return wrap(call(*[a._handle if isinstance(a, Tensor) else a for a in arguments], **options))


def handle_of(x, what="x"):
    """The handle of an argument that must be a tensor."""
    try:
        return x._handle
    except AttributeError:
        raise TypeError(f"{what} must be a tendon.Tensor, not {describe(x)}") from None


def handles_of(tensors, what="tensors"):
    if isinstance(tensors, Tensor):
        raise TypeError(f"{what} must be a sequence of tensors, not one tensor")
    return [handle_of(x, f"{what}[{i}]") for i, x in enumerate(tensors)]


def describe(x):
    """What an argument is, with the way out where there is one."""
    kind = type(x)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    if name == "numpy.ndarray":
        return "a numpy.ndarray: call tendon.from_numpy(array) first"
    if name == "torch.Tensor":
        return "a torch.Tensor: call tendon.from_dlpack(tensor) first"
    return f"{name}"
