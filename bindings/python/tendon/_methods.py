"""Every function whose first argument is a tensor, as a method too."""

from . import (  # noqa: F401  (some only attach)
    _arithmetic, _autograd, _convert, _copying, _dlpack, _elementwise, _indexed, _indexing, _numpy, _operators,
    _printing, _products, _reductions, _shapes,
)  # fmt: skip
from ._attributes import shares_memory
from ._tensor import Tensor

_METHODS = {
    _arithmetic: """
        add add_ copy_ div div_ divide eq equal fill_ floor_divide ge greater greater_equal gt le less
        less_equal logical_and logical_or logical_xor lt maximum minimum mul mul_ multiply ne not_equal pow
        remainder sub sub_ subtract
    """,
    _autograd: """
        backward detach requires_grad_ zero_grad
    """,
    _convert: """
        astype clone contiguous cpu cuda pin_memory to to_device
    """,
    _elementwise: """
        abs ceil clamp clamp_ clip cos dropout erf exp exp_ expm1 floor gelu isfinite isinf isnan log log1p
        logical_not neg neg_ negative reciprocal relu relu_ round rsqrt sigmoid sigmoid_ sign sin softplus
        sqrt sqrt_ square tanh tanh_ trunc zero_
    """,
    _indexed: """
        gather index_add index_select masked_fill masked_select nonzero scatter_add take
    """,
    _products: """
        dot log_softmax matmul mm outer softmax
    """,
    _reductions: """
        all amax amin any argmax argmin max mean min std sum var
    """,
    _shapes: """
        chunk expand flatten flip moveaxis movedim narrow permute ravel reshape roll select split squeeze
        swapaxes transpose unbind unsqueeze view
    """,
}

for _module, _names in _METHODS.items():
    for _name in _names.split():
        setattr(Tensor, _name, getattr(_module, _name))

for _name, _method in _convert.CASTS.items():
    setattr(Tensor, _name, _method)


def _expand_as(self, other):
    """expand_as(other)

    See expand."""
    return self.expand(*other.shape)


def _view_as(self, other):
    """view_as(other)

    See view."""
    return self.view(*other.shape)


def _reshape_as(self, other):
    """reshape_as(other)

    See reshape."""
    return self.reshape(*other.shape)


def _t(self):
    """t()

    The transpose of a matrix; of lower ranks the tensor itself. As torch.Tensor.t."""
    rank = self.ndim
    if rank > 2:
        raise ValueError(f"t is for matrices, and the tensor has rank {rank}: see transpose and permute")
    return self.transpose(0, 1) if rank == 2 else self


def _where(self, a, b):
    """where(a, b)

    a where this bool tensor is true, b elsewhere: see tendon.where."""
    return _arithmetic.where(self, a, b)


Tensor.expand_as = _expand_as
Tensor.view_as = _view_as
Tensor.reshape_as = _reshape_as
Tensor.where = _where
Tensor.t = _t
Tensor.copy = _convert.clone
Tensor.shares_memory = shares_memory
Tensor.numpy = _numpy.to_numpy
Tensor.__array__ = _numpy.array_protocol
Tensor.__dlpack__ = _dlpack.dlpack
Tensor.__dlpack_device__ = _dlpack.dlpack_device


def _namespace(self, /, *, api_version=None):
    """The namespace of the array API standard: tendon.array_api."""
    from . import array_api

    if api_version is not None and api_version not in array_api.VERSIONS:
        raise ValueError(
            f"version {api_version!r} of the array API is not supported: {', '.join(array_api.VERSIONS)} are"
        )
    return array_api


Tensor.__array_namespace__ = _namespace
