"""Docstrings: the C header's words under the Python signature, in Python's terms."""

import inspect
import re
import textwrap

from . import _api, _errors

# What is of interest in C alone, and what says the same in Python. Lines may break at any space; \x20 is one that may
# be missing.
_IN_PYTHON = [
    (re.compile(pattern.replace(" ", r"\s+")), words)
    for pattern, words in (
        (r"(`\*?out`|Each handle): (new (reference|handle)|borrowed)[^.]*\.\x20?", ""),
        (r"`shape` has `ndim` sizes; NULL only if `ndim` is 0\.\x20?", ""),
        (r"`out` has room for `\w+` handles(; `\*count` is set to how many views there are)?\.\x20?", ""),
        (r"INVALID_ARGUMENT, and no handle, when there are more than `capacity`\.\x20?", ""),
        (r"`out->struct_size` must be set\.\x20?", ""),
        (r"`dims` == NULL or none of them = all\.", "Without dims all."),
        (r"`dim` == NULL = in all", "Without dim in all"),
        (r"; `options->dtype` must be 0\.", "."),
        (r"`options->dtype` must be 0\.\x20?", ""),
        (r"; NULL or none = all", "; without dims all"),
        (r"NULL leaves", "None leaves"),
        (r"or NULL( with|[;,.])", r"or None\1"),
        (r"`\*dim`", "`dim`"),
        (r"TENSOR_ROUNDING_TRUNC or _FLOOR", '"trunc" or "floor"'),
        (r"TENSOR_CUDA_CURRENT, and ordinal -1 elsewhere, mean", '"cuda" means'),
        (r"With TENSOR_MMAP_ON", "With mmap=True"),
        (r"`options\.names` must be NULL\.\x20?", ""),
        (r"(`?)options(?:\.|->)(?=[a-z])", r"\1"),
        (r"\btensor_dict_load_stats\b", "TensorDict.load_stats"),
        (r"\btensor_dict_(?=load_|save_)", ""),
        (r"\btensor_to_cpu\b", "cpu"),
        (r"\btensor_to_d(type|evice)\b", "to"),
        (r"\bte(nsor|ndon)_(?=[a-z])", ""),
        (r"\bbf16\b", "bfloat16"),
        (r"\bf(16|32|64)\b", r"float\1"),
        (r"\bi(8|16|32|64)\b", r"int\1"),
        (r"\bu(8|16|32|64)\b", r"uint\1"),
        (r"a BOOL, INT or FLOAT by", "a bool, int or float by"),
    )
]

# Statuses by the classes that they are raised as, but for those that Python code cannot cause.
_CLASSES = {
    name[len("TENSOR_ERR_") :]: _errors.error(number, name, "").__class__.__name__
    for name, number in vars(_api).items()
    if name.startswith("TENSOR_ERR_")
}
_NEVER = r"\b(?:INVALID_HANDLE|NULL_POINTER|INVALID_OPTIONS)\b"
_LEFT_OUT = re.compile(rf"{_NEVER}[,;]\s+|(?:,|\band)\s+{_NEVER}(?=\.)|{_NEVER}(?=\.)")
_NAME = r"\b(" + "|".join(sorted(_CLASSES, key=len, reverse=True)) + r")\b"
_STATUS = re.compile(_NAME + r"(?=[,.;:]| when| for| \(|\Z)")
_ALONE = re.compile(_NAME + r"(?=\s+when|:\s+(?:call|clone)|,\s+(?:unless|as)\s|\s+and\s+is\s+named)")
_ERRORS = re.compile(r"Errors:.*?(?=\n\n|\Z)", re.S)


def _raised(found):
    """A sentence about errors."""
    text = _LEFT_OUT.sub("", " ".join(found[0].split()))
    text = _STATUS.sub(lambda name: _CLASSES[name[1]], text)
    text = re.sub(r"[,;]\s*(?=\.)", "", text).replace("Errors: else as", "Errors: as")
    return re.sub(r"Errors:\s*\.\s*", "", text)


def words_of(c_name):
    """What the header says of a function, as far as it concerns Python."""
    text = inspect.cleandoc(getattr(getattr(_api, c_name, None), "__doc__", None) or "")
    for pattern, words in _IN_PYTHON:
        text = pattern.sub(words, text)
    text = _ALONE.sub(lambda name: _CLASSES[name[1]], _ERRORS.sub(_raised, text))
    paragraphs = (textwrap.fill(" ".join(paragraph.split()), 112) for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


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
