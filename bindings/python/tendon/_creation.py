"""Functions that make tensors of nothing but a shape, a value or a rule."""

from operator import index

from . import _api
from ._arguments import make_options, one_shape, shape_of
from ._documents import from_header
from ._numbers import need_number
from ._tensor import handle_of, run, wrap

__all__ = [
    "arange", "empty", "empty_like", "eye", "full", "full_like", "linspace", "ones", "ones_like", "rand", "rand_like",
    "randint", "randn", "randn_like", "randperm", "scalar_tensor", "zeros", "zeros_like",
]  # fmt: skip


def _of_shape(name):
    call = getattr(_api, "tensor_" + name)

    def function(*shape, dtype=None, device=None, requires_grad=False):
        return wrap(call(shape_of(shape), **make_options(dtype, device, requires_grad)))

    function.__name__ = function.__qualname__ = name
    return from_header("tensor_" + name, f"The shape is one tuple or several ints: {name}((2, 3)) or {name}(2, 3).")(
        function
    )


def _like(name):
    call = getattr(_api, "tensor_" + name)

    def function(x, *, dtype=None, device=None, requires_grad=False):
        return wrap(call(handle_of(x), **make_options(dtype, device, requires_grad)))

    function.__name__ = function.__qualname__ = name
    return from_header("tensor_" + name)(function)


empty, zeros, ones, rand, randn = map(_of_shape, ("empty", "zeros", "ones", "rand", "randn"))
empty_like, zeros_like, ones_like, rand_like, randn_like = map(
    _like, ("empty_like", "zeros_like", "ones_like", "rand_like", "randn_like")
)


@from_header("tensor_full")
def full(shape, fill_value, *, dtype=None, device=None, requires_grad=False):
    options = make_options(dtype, device, requires_grad)
    return wrap(_api.tensor_full(one_shape(shape), need_number(fill_value, "fill_value"), **options))


@from_header("tensor_full_like")
def full_like(x, fill_value, *, dtype=None, device=None, requires_grad=False):
    options = make_options(dtype, device, requires_grad)
    return wrap(_api.tensor_full_like(handle_of(x), need_number(fill_value, "fill_value"), **options))


@from_header("tensor_scalar")
def scalar_tensor(value, *, dtype=None, device=None, requires_grad=False):
    return wrap(_api.tensor_scalar(need_number(value, "value"), **make_options(dtype, device, requires_grad)))


@from_header("tensor_arange")
def arange(start, end=None, step=1, *, stop=None, dtype=None, device=None, requires_grad=False):
    """arange(n) is arange(0, n). `stop` is another name of `end`."""
    end = stop if end is None else end
    if end is None:
        start, end = 0, start
    numbers = [need_number(n, what) for n, what in ((start, "start"), (end, "end"), (step, "step"))]
    return wrap(_api.tensor_arange(*numbers, **make_options(dtype, device, requires_grad)))


@from_header("tensor_linspace")
def linspace(start, end, steps=None, *, num=None, endpoint=True, dtype=None, device=None, requires_grad=False):
    """`num` is another name of `steps`. endpoint=False leaves the last number out, as in NumPy."""
    n = steps if num is None else num
    if n is None:
        raise TypeError("linspace: steps is missing")
    n = index(n)
    options = make_options(dtype, device, requires_grad and endpoint)
    line = wrap(_api.tensor_linspace(float(start), float(end), n if endpoint else n + 1, **options))
    if endpoint:
        return line
    line = run(_api.tensor_clone, run(_api.tensor_narrow, line, 0, 0, n))
    if requires_grad:
        _api.tensor_set_requires_grad(line._handle, True)
    return line


@from_header("tensor_eye")
def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """Without m it is n."""
    n = index(n)
    return wrap(_api.tensor_eye(n, n if m is None else index(m), **make_options(dtype, device, requires_grad)))


@from_header("tensor_randint")
def randint(low, high=None, size=None, *, dtype=None, device=None, requires_grad=False):
    """randint(high, size=shape) starts at 0."""
    if size is None and high is not None and not hasattr(high, "__index__"):
        low, high, size = 0, low, high
    if high is None:
        low, high = 0, low
    shape = [] if size is None else one_shape(size, "size")
    return wrap(_api.tensor_randint(index(low), index(high), shape, **make_options(dtype, device, requires_grad)))


@from_header("tensor_randperm")
def randperm(n, *, dtype=None, device=None, requires_grad=False):
    return wrap(_api.tensor_randperm(index(n), **make_options(dtype, device, requires_grad)))
