"""Recording and gradients: modes of the thread, backward, grad."""

import functools
import inspect
import threading

from . import _api
from ._borrow import give_back
from ._documents import from_header
from ._tensor import Tensor, handle_of, handles_of, wrap
from ._unique import Unique

__all__ = ["enable_grad", "grad", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled"]


class _Mode(Unique):
    """A mode of the thread for the time of a `with` block, or of the calls of a decorated function.

    One object may be entered several times, also by several threads: each thread has its own tokens of it. A mode is
    the thread's: in a coroutine it must not be held across an await."""

    __slots__ = ("_tokens",)
    _begin = None

    def __new__(cls, function=None):
        mode = super().__new__(cls)
        mode._tokens = {}
        return mode if function is None else mode(function)

    def __enter__(self):
        token = type(self)._begin()
        self._tokens.setdefault(threading.get_ident(), []).append(token)
        return self

    def __exit__(self, *what):
        me = threading.get_ident()
        tokens = self._tokens[me]
        token = tokens.pop()
        if not tokens:
            del self._tokens[me]
        _api.tensor_mode_end(token)

    def __call__(self, function):
        kind = type(self)
        if any(
            kind_of(function)
            for kind_of in (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)
        ):
            raise TypeError(
                f"{kind.__name__} is of a thread and cannot decorate a generator or coroutine: use `with` inside"
            )

        @functools.wraps(function)
        def inside(*args, **kwargs):
            with kind():
                return function(*args, **kwargs)

        return inside


class no_grad(_Mode):
    """`with no_grad():` or `@no_grad`: this thread records nothing. As torch.no_grad."""

    __slots__ = ()
    _begin = staticmethod(_api.tensor_no_grad_begin)


class enable_grad(_Mode):
    """`with enable_grad():` or `@enable_grad`: this thread records, also within no_grad. As torch.enable_grad."""

    __slots__ = ()
    _begin = staticmethod(_api.tensor_enable_grad_begin)


class inference_mode(_Mode):
    """`with inference_mode():` or `@inference_mode`: this thread records nothing, and what it makes can never be part
    of a graph. As torch.inference_mode."""

    __slots__ = ()
    _begin = staticmethod(_api.tensor_inference_mode_begin)


def set_grad_enabled(on):
    """set_grad_enabled(on)

    enable_grad() or no_grad(), for `with`. As torch.set_grad_enabled; by itself it changes nothing."""
    return enable_grad() if on else no_grad()


def is_grad_enabled():
    """is_grad_enabled()

    Whether this thread records for backward. As torch.is_grad_enabled."""
    return bool(_api.tensor_grad_mode_enabled())


def _graph_options(gradient, retain_graph, create_graph):
    options = {}
    if gradient is not None:
        options["gradient"] = handle_of(gradient, "gradient")
    if retain_graph:
        options["retain_graph"] = True
    if create_graph:
        options["create_graph"] = True
    return options


@from_header("tensor_backward")
def backward(loss, gradient=None, *, retain_graph=False, create_graph=False):
    _api.tensor_backward(handle_of(loss, "loss"), **_graph_options(gradient, retain_graph, create_graph))
    give_back()  # what only the graph had


@from_header("tensor_grad_of")
def grad(output, inputs, gradient=None, *, retain_graph=False, create_graph=False, allow_unused=False):
    """A tuple, one gradient for each of `inputs`, which may also be one tensor. None where `allow_unused` meant an
    input."""
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    options = _graph_options(gradient, retain_graph, create_graph)
    if allow_unused:
        options["allow_unused"] = True
    found = _api.tensor_grad_of(handle_of(output, "output"), handles_of(inputs, "inputs"), **options)
    gradients = tuple(wrap(handle) if handle else None for handle in found)
    give_back()
    return gradients


@from_header("tensor_detach")
def detach(x):
    return wrap(_api.tensor_detach(handle_of(x)))


@from_header("tensor_set_requires_grad", "Returns x.")
def requires_grad_(x, requires_grad=True):
    _api.tensor_set_requires_grad(handle_of(x), bool(requires_grad))
    return x


@from_header("tensor_zero_grad")
def zero_grad(x):
    _api.tensor_zero_grad(handle_of(x))


def _get_grad(x):
    handle = _api.tensor_grad(x._handle)
    return wrap(handle) if handle else None


def _set_grad(x, gradient):
    _api.tensor_set_grad(x._handle, None if gradient is None else handle_of(gradient, "grad"))


def _del_grad(x):
    _api.tensor_set_grad(x._handle, None)


Tensor.grad = property(
    _get_grad,
    _set_grad,
    _del_grad,
    doc="The gradient that backward left, or None; it can be set. As torch.Tensor.grad.",
)
