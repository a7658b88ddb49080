"""Failures that this package finds itself, as the exceptions that the library's own would be."""

from . import _api, _errors


def failure(name, message):
    """The exception for the status of this name, "TENSOR_ERR_SHAPE": raise failure(...)."""
    return _errors.error(getattr(_api, name), name, message)
