"""pickle, copy.copy and copy.deepcopy of tensors."""

from . import _api
from ._dtypes import as_dtype
from ._failures import failure
from ._tensor import Tensor, run, wrap


def _rebuild(data, name, shape, device, requires_grad):
    """What a pickle calls."""
    options = {"requires_grad": True} if requires_grad else {}
    if device != "cpu":
        from ._devices import as_pair

        options["device"] = as_pair(device)
    return wrap(
        _api.tensor_from_host_copy(data if data else None, len(data), as_dtype(name).number, list(shape), **options)
    )


def _refuse_results(self, what):
    if not self.is_leaf and self.requires_grad:
        raise failure("TENSOR_ERR_AUTOGRAD", f"{what}: the tensor is the result of recorded ops; take tensor.detach()")


def _reduce(self):
    _refuse_results(self, "pickle")
    return _rebuild, (self.tobytes(), self.dtype.name, self.shape, str(self.device), self.requires_grad)


def _copy(self):
    """Another owner of the same tensor."""
    return wrap(_api.tensor_retain(self._handle))


def _deepcopy(self, memo):
    _refuse_results(self, "deepcopy")
    found = memo.get(id(self))
    if found is None:
        found = run(_api.tensor_clone, self.detach())
        if self.requires_grad:
            _api.tensor_set_requires_grad(found._handle, True)
        gradient = self.grad
        if gradient is not None:
            copied = run(_api.tensor_clone, gradient.detach())
            _api.tensor_set_grad(found._handle, copied._handle)
        memo[id(self)] = found
    return found


Tensor.__reduce__ = _reduce
Tensor.__reduce_ex__ = lambda self, protocol: _reduce(self)
Tensor.__copy__ = _copy
Tensor.__deepcopy__ = _deepcopy
