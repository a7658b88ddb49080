"""Docstrings: the C header's words under the Python signature."""

import inspect
import re

from . import _api

# How C hands results out is of no interest in Python.
_OUT = re.compile(r"\s*(`\*?out`|Each\s+handle):\s+(new\s+(reference|handle)|borrowed)[^.]*\.")


def words_of(c_name):
    """What the header says of a function, without the parts about output pointers."""
    text = getattr(getattr(_api, c_name, None), "__doc__", None) or ""
    return _OUT.sub("", inspect.cleandoc(text)).strip()


def from_header(c_name, more=""):
    """A decorator: the docstring is the signature, the header's words for `c_name`, and `more`."""

    def decorate(function):
        head = f"{function.__name__}{_signature(function)}"
        parts = [head, words_of(c_name), inspect.cleandoc(function.__doc__ or ""), more]
        function.__doc__ = "\n\n".join(part for part in parts if part)
        return function

    return decorate


def _signature(function):
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):
        return "(...)"
