"""Optimizers: SGD and AdamW, as in torch.optim."""

from . import _api
from ._borrow import give_back as _give_back
from ._documents import from_header
from ._tensor import Tensor, handles_of as _handles_of
from ._unique import Unique as _Unique

__all__ = ["SGD", "AdamW", "Optimizer"]


class Optimizer(_Unique):
    """What SGD and AdamW have in common. One thread at a time uses an optimizer."""

    __slots__ = ("_optimizer", "__weakref__")

    @from_header("tensor_optimizer_step")
    def step(self):
        _api.tensor_optimizer_step(self._optimizer)

    @from_header("tensor_optimizer_zero_grad")
    def zero_grad(self):
        _api.tensor_optimizer_zero_grad(self._optimizer)

    @property
    def lr(self):
        """The learning rate; it can be set."""
        return _api.tensor_optimizer_lr(self._optimizer)

    @lr.setter
    def lr(self, lr):
        _api.tensor_optimizer_set_lr(self._optimizer, float(lr))

    def state_bytes(self):
        """state_bytes()

        What the optimizer remembers (steps, momenta, the learning rate; not the parameters), as bytes."""
        return _api.tensor_optimizer_state_save(self._optimizer)

    def load_state_bytes(self, data):
        """load_state_bytes(data)

        Takes over what state_bytes() of an optimizer of the same kind over such parameters gave."""
        data = bytes(data)
        _api.tensor_optimizer_state_load(self._optimizer, data, len(data))

    def state_dict(self):
        """state_dict()

        {"name": ..., "state": bytes}, for pickle and the like."""
        return {"name": type(self).__name__, "state": self.state_bytes()}

    def load_state_dict(self, state):
        """load_state_dict(state)

        Takes over what state_dict() gave."""
        if state.get("name") != type(self).__name__:
            raise ValueError(f"the state is of {state.get('name')}, and this is {type(self).__name__}")
        self.load_state_bytes(state["state"])

    def __repr__(self):
        return f"{type(self).__name__}(lr={self.lr:g})"

    def __del__(self, _release=_api.tensor_optimizer_release, _give_back=_give_back):
        try:
            handle = self._optimizer
        except AttributeError:
            return
        if handle:
            self._optimizer = 0
            _release(handle)
            _give_back()


def _parameters(params):
    if isinstance(params, Tensor):
        raise TypeError("params must be a sequence of tensors, not one tensor")
    params = list(params)
    if any(isinstance(p, dict) for p in params):
        raise TypeError("params must be tensors: groups with options of their own take an optimizer each")
    return _handles_of(params, "params")


class SGD(Optimizer):
    __slots__ = ()

    @from_header("tensor_sgd_create")
    def __init__(
        self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, *, maximize=False
    ):
        self._optimizer = _api.tensor_sgd_create(
            _parameters(params), lr=float(lr), momentum=float(momentum), dampening=float(dampening),
            weight_decay=float(weight_decay), nesterov=nesterov, maximize=maximize,
        )  # fmt: skip

    __doc__ = __init__.__doc__.replace("__init__(self, ", "SGD(")


class AdamW(Optimizer):
    __slots__ = ()

    @from_header("tensor_adamw_create")
    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False
    ):
        self._optimizer = _api.tensor_adamw_create(
            _parameters(params), lr=float(lr), beta1=float(betas[0]), beta2=float(betas[1]), eps=float(eps),
            weight_decay=float(weight_decay), amsgrad=amsgrad, maximize=maximize,
        )  # fmt: skip

    __doc__ = __init__.__doc__.replace("__init__(self, ", "AdamW(")
