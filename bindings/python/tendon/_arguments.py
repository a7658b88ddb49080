"""What arguments may look like: shapes, dims, and the two spellings `dim=`/`keepdim=` and `axis=`/`keepdims=`."""

from operator import index

from ._devices import as_pair
from ._dtypes import as_dtype


def shape_of(sizes, what="shape"):
    """A shape from f(2, 3), f((2, 3)) or f(2): a list of ints."""
    if len(sizes) == 1 and not hasattr(sizes[0], "__index__"):
        sizes = sizes[0]
    try:
        return [index(n) for n in sizes]
    except TypeError:
        raise TypeError(f"{what} must be integers, not {sizes!r}") from None


def one_shape(shape, what="shape"):
    """A shape from an int or a sequence of ints."""
    return shape_of((shape,), what)


def either(dim, axis):
    """The dims that one of two spellings names."""
    if axis is None:
        return dim
    if dim is not None:
        raise TypeError("dim and axis are the same argument: give one of them")
    return axis


def dims_of(dim):
    """None, an int or a sequence of ints, as the C library takes dims."""
    if dim is None:
        return None
    if hasattr(dim, "__index__"):
        return [index(dim)]
    dims = [index(d) for d in dim]
    if not dims:
        raise ValueError("dims are empty: leave them out to mean all")
    return dims


def reduce_options(keepdim, keepdims, dtype=None, out=None):
    """The keyword arguments of a reduction of _api. NumPy's own functions pass `out` also where it is None."""
    if out is not None:
        raise TypeError("out is not taken: the result is always a new tensor")
    options = {}
    if keepdim or keepdims:
        options["keepdim"] = True
    if dtype is not None:
        options["dtype"] = as_dtype(dtype).number
    return options


def make_options(dtype, device, requires_grad=False):
    """The keyword arguments of a function of _api that makes a tensor."""
    options = {}
    if dtype is not None:
        options["dtype"] = as_dtype(dtype).number
    if device is not None:
        options["device"] = as_pair(device)
    if requires_grad:
        options["requires_grad"] = True
    return options
