#!/usr/bin/env python3
"""Writes tendon/_api.py from include/tendon.json: one Python function for each C function, in straight lines.

    python3 bindings/python/generate.py [--check]

docs/bindings.md says what the members of the file mean. --check writes nothing and fails when the file differs.
"""
import json
import keyword
import os
import sys
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "..", "..", "include", "tendon.json")
TARGET = os.path.join(HERE, "tendon", "_api.py")

PREAMBLE = '''\
# Made from include/tendon.json by bindings/python/generate.py. Do not edit; run `make header`.
"""The C functions of Tendon as Python functions.

Handles are ints that this module does not own: whoever gets one releases it. Outputs are returned, one as itself,
several as a tuple; a failure is an exception of _errors. Where C takes a pointer and a count there is one sequence,
where it takes a struct of options there are keywords. Addresses are ints.
"""
import ctypes
from array import array as _array
from collections import namedtuple
from ctypes import (
    byref, c_bool, c_char, c_char_p, c_double, c_float, c_int8, c_int16, c_int32, c_int64, c_size_t, c_uint8, c_uint16,
    c_uint32, c_uint64, c_void_p,
)

# With names that no parameter has.
from ._ffi import (
    Scalar, ScalarOut, address as _address, ask_again as _ask_again, bind as _bind, bind_held as _bind_held,
    character as _character, fail as _fail, fail_last as _fail_last, finalizing as _finalizing, path as _path,
    room as _room, same_count as _same_count, scalar as _scalar, scalar_value as _scalar_value, structure as _structure,
    text as _text, texts as _texts, to_int8_t as _to_int8_t, to_int16_t as _to_int16_t, to_int32_t as _to_int32_t,
    to_int64_t as _to_int64_t, to_size_t as _to_size_t, to_uint8_t as _to_uint8_t, to_uint16_t as _to_uint16_t,
    to_uint32_t as _to_uint32_t, to_uint64_t as _to_uint64_t,
)

'''

CTYPES = {
    "bool": "c_bool", "char": "c_char", "double": "c_double", "float": "c_float", "size_t": "c_size_t",
    **{f"{u}int{n}_t": f"c_{u}int{n}" for u in ("", "u") for n in (8, 16, 32, 64)},
}
RANGES = {
    "size_t": (0, 2**64 - 1),
    **{f"int{n}_t": (-(2 ** (n - 1)), 2 ** (n - 1) - 1) for n in (8, 16, 32, 64)},
    **{f"uint{n}_t": (0, 2**n - 1) for n in (8, 16, 32, 64)},
}
#: Called with the GIL held, because they are short. (They call nobody. Letting memory go that was borrowed from a CUDA
#: device waits for the device.)
HELD = (
    "tensor_release", "tensor_dict_release", "tensor_optimizer_release", "tendon_release_queue_count",
    "tendon_release_queue_next",
)
#: Of the array module, which refuses numbers that do not fit.
TYPECODES = {
    "int8_t": "b", "uint8_t": "B", "int16_t": "h", "uint16_t": "H", "int32_t": "i", "uint32_t": "I", "int64_t": "q",
    "uint64_t": "Q", "size_t": "Q", "float": "f", "double": "d",
}


class Api:
    def __init__(self, data):
        if data["format"] != 1:
            raise SystemExit(f"generate: format {data['format']} of tendon.json is not known")
        self.data = data
        self.aliases = {alias["name"]: alias["type"] for alias in data["types"]}
        self.structs = {struct["name"]: struct for struct in data["structs"]}
        self.callbacks = {callback["name"] for callback in data["callbacks"]}

    def plain(self, name):
        """The C type behind a name of the header."""
        while name in self.aliases:
            name = self.aliases[name]
        return name

    def ctype(self, name):
        """The ctypes class of a value or field."""
        name = self.plain(name)
        if name.endswith("]"):
            element, _, count = name[:-1].partition("[")
            return f"{self.ctype(element)} * {count}"
        if name == "const char *":
            return "c_char_p"
        if name.endswith("*") or name in self.callbacks:
            return "c_void_p"
        if name == "void":
            return "None"
        return CTYPES.get(name, name)


def identifier(name):
    return name + "_" if keyword.iskeyword(name) else name


class Function:
    """Gathers the lines of one function."""

    def __init__(self, api, data):
        self.api, self.data, self.name = api, data, data["name"]
        self.parameters = data["parameters"]
        self.by_name = {parameter["name"]: parameter for parameter in self.parameters}
        #: (name, default or None)
        self.positional, self.keywords = [], []
        self.before, self.arguments, self.argtypes = [], [], []
        #: Expressions of the values that come out.
        self.results = []
        #: The buffer whose size is only known to the library, if there is one.
        self.growing = None

    def source(self):
        own = {"status": "status", "question": "answer"}.get(self.data["returns"]["role"])
        for parameter in self.parameters:
            if parameter["name"] == own:
                raise SystemExit(f"generate: {self.name} has a parameter {own}, which the function made of it uses")
            getattr(self, "take_" + parameter["role"])(parameter, identifier(parameter["name"]))
        returns = self.data["returns"]
        restype = {"none": "None", "text": "c_char_p"}.get(returns["role"]) or self.api.ctype(returns["type"])
        bound = ", ".join([f'"{self.name}"', restype, *self.argtypes])
        bind = "_bind_held" if self.name in HELD else "_bind"
        lines = [f"_{self.name} = {bind}({bound})", "", "", f"def {self.name}({self.signature()}):"]
        lines += self.docstring()
        body = self.body(returns)
        lines += ["    " + line if line else "" for line in body]
        return "\n".join(lines) + "\n\n\n"

    def signature(self):
        out, optional = [], True
        for name, default in reversed(self.positional):
            optional = optional and default is not None
            out.insert(0, f"{name}={default}" if optional else name)
        if self.keywords:
            out += ["*"] + [f"{name}={default}" for name, default in self.keywords]
        if self.ends():
            # Module names are gone at the end of the interpreter; defaults are not.
            out += [f"_call=_{self.name}", "_raise=_fail", "_ends=_finalizing"]
        return ", ".join(out)

    def docstring(self):
        escaped = self.data["doc"].replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        paragraphs = ["\n    ".join(textwrap.wrap(part, 112)) for part in escaped.split("\n\n")]
        said = "\n\n    ".join(paragraphs)
        return [f'    """{said}"""'] if "\n" not in said and not said.endswith('"') else [f'    """{said}\n    """']

    def ends(self):
        return [p["role"] for p in self.parameters] == ["handle"] and self.parameters[0]["ownership"] == "consumed"

    # Parameters, by role.

    def add(self, name, parameter, argtype, argument=None):
        self.positional.append((name, "None" if parameter.get("nullable") else None))
        self.argtypes.append(argtype)
        self.arguments.append(argument or name)

    def take_handle(self, parameter, name):
        self.add(name, parameter, "c_void_p")

    take_memory = take_opaque = take_foreign = take_user_data = take_handle

    def take_callback(self, parameter, name):
        self.before.append(f'{name} = _address({name}, "{name}")')
        self.add(name, parameter, "c_void_p")

    def take_text(self, parameter, name):
        kind = parameter["role"]
        convert = f'_{kind}({name}, "{name}")'
        if parameter.get("nullable"):
            convert = f"None if {name} is None else {convert}"
        self.before.append(f"{name} = {convert}")
        self.add(name, parameter, "c_char_p")

    take_path = take_text

    def take_value(self, parameter, name):
        kind = self.api.plain(parameter["type"])
        if kind == "TensorScalar":
            return self.add(name, parameter, "Scalar", f"_scalar({name})")
        if kind in self.api.structs:
            return self.add(name, parameter, kind, f"_structure({kind}, {name})")
        self.before += self.checked(name, kind)
        self.add(name, parameter, CTYPES[kind])

    take_size = take_value

    def checked(self, name, kind):
        """Lines that leave in `name` a number that C can take."""
        if kind in RANGES:
            low, high = RANGES[kind]
            return [
                f"if {name}.__class__ is not int or not {low} <= {name} <= {high}:",
                f'    {name} = _to_{kind}({name}, "{name}")',
            ]
        if kind in ("double", "float"):
            return [f"if {name}.__class__ is not float:", f"    {name} = float({name})"]
        return []

    def take_reference(self, parameter, name):
        kind = self.api.plain(parameter["value"])
        if kind == "TensorScalar":
            made = f"byref(_scalar({name}))"
        elif kind in RANGES:
            made = f'byref({CTYPES[kind]}(_to_{kind}({name}, "{name}")))'
        elif kind in CTYPES:
            made = f"byref({CTYPES[kind]}({name}))"
        else:
            made = f"byref(_structure({kind}, {name}))"
        self.add(name, parameter, "c_void_p", f"None if {name} is None else {made}")

    def take_array(self, parameter, name):
        self.positional.append((name, "None" if parameter.get("nullable") else None))
        count = parameter["count"]
        own = count if self.counts_of(count)[0] == parameter["name"] else f"{count}_of_{name}"
        self.before += self.sequence(parameter, name, own)
        if own != count:
            self.before.append(f'_same_count("{name}", {own}, "{self.counts_of(count)[0]}", {count})')
        self.argtypes.append("c_void_p")
        self.arguments.append(f"{name}_at")

    def counts_of(self, count):
        return self.by_name[count]["of"] if count in self.by_name else [None]

    def sequence(self, parameter, name, count):
        """Lines that turn a sequence into `{name}_at`, an address, and `count`; `{name}` holds the memory."""
        element = self.api.plain(parameter["element"])
        if element == "const char *":
            make = [f'{name} = _texts({name}, "{name}")', f"{name}_at, {count} = ctypes.addressof({name}), len({name})"]
        else:
            code = "Q" if "handle" in parameter else TYPECODES[element]
            make = [f'{name} = _array("{code}", {name})', f"{name}_at, {count} = {name}.buffer_info()"]
        return [f"if {name} is None:", f"    {name}_at, {count} = None, 0", "else:"] + ["    " + line for line in make]

    def take_count(self, parameter, name):
        self.argtypes.append("c_size_t")
        self.arguments.append(name)

    def take_options(self, parameter, name):
        struct = self.api.structs[parameter["struct"]]
        fields = [f for f in struct["fields"] if f["role"] not in ("struct_size", "reserved")]
        # A field that the function takes as a parameter too keeps its default.
        given = [f for f in fields if f["role"] != "count" and f["name"] not in self.by_name]
        asked, values, prepare = [], {}, []
        for field in given:
            own = identifier(field["name"])
            self.keywords.append((own, self.python_default(field)))
            asked.append(self.differs(field, own))
            values[field["name"]] = self.field(field, own, prepare, values)
        made = [str(struct["size"])]
        for field in struct["fields"][1:]:
            if field["role"] == "reserved":
                made.append(self.zero(field["type"]))
            else:
                made.append(values.get(field["name"]) or self.python_default(field, plain=True))
        lines = prepare + [f"options = byref({struct['name']}({', '.join(made)}))"]
        self.before += [f"if {' or '.join(asked)}:", *("    " + line for line in lines), "else:", "    options = None"]
        self.argtypes.append("c_void_p")
        self.arguments.append("options")

    def differs(self, field, name):
        """Whether an option has been given, as an expression."""
        if field["role"] == "array":
            # None at all is not all.
            return f"{name} is not None"
        default = chr(field["default"]) if field["type"] == "char" else field["default"]
        return name if not default or default == [0, 0] else f"{name} != {default!r}"

    def zero(self, kind):
        kind = self.api.plain(kind)
        return f"({self.api.ctype(kind)})()" if kind.endswith("]") else "0"

    def python_default(self, field, plain=False):
        default = field["default"]
        if isinstance(default, list):
            return f"{field['type']}()" if plain else "None"
        if field["type"] == "char" and not plain:
            return repr(chr(default))
        return repr(default)

    def field(self, field, name, prepare, values):
        """The expression of an option, with what has to be done before."""
        kind, role = self.api.plain(field["type"]), field["role"]
        if role == "array":
            prepare += self.sequence(field, name, f"{name}_count")
            if field["count"] in self.by_name:
                counted = self.counts_of(field["count"])[0]
                prepare.append(f"if {name} is not None:")
                prepare.append(f'    _same_count("{name}", {name}_count, "{counted}", {field["count"]})')
            else:
                values[field["count"]] = f"{name}_count"
            return f"{name}_at"
        if role == "callback":
            return f'_address({name}, "{name}")'
        if role in ("text", "path"):
            return f'None if {name} is None else _{role}({name}, "{name}")'
        if kind == "TensorScalar":
            raise SystemExit(f"generate: {self.name}: a number in options is not known here")
        if kind in self.api.structs:
            return f"_structure({kind}, {name}) if {name} else {kind}()"
        if kind == "char":
            return f'_character({name}, "{name}")'
        checked = self.checked(name, kind)
        if checked:
            prepare += [f"if {name} is None:", f"    {name} = {field['default']!r}", "el" + checked[0], *checked[1:]]
        return name

    # Outputs.

    def take_out(self, parameter, name):
        if "of_buffer" in parameter:
            return
        value, own = parameter["value"], f"{name}_out"
        kind = self.api.plain(value)
        made, result = {
            "handle": ("c_void_p()", f"{own}.value"),
            "foreign": ("c_void_p()", f"{own}.value"),
            "address": ("c_void_p()", f"{own}.value or 0"),
            "text": ("c_char_p()", f'{own}.value.decode("utf-8", "replace")'),
            "TensorScalar": ("ScalarOut()", f"_scalar_value({own})"),
        }.get(kind, (None, None))
        if made is None and kind in self.api.structs:
            fields = [f["name"] for f in self.api.structs[kind]["fields"] if f["role"] != "reserved"]
            made, result = f"{kind}()", "(" + ", ".join(f"{own}.{field}" for field in fields) + ")"
        elif made is None:
            made, result = f"{CTYPES[kind]}()", f"{own}.value"
        self.before.append(f"{own} = {made}")
        self.argtypes.append("c_void_p")
        self.arguments.append(f"byref({own})")
        self.results.append(result)

    def take_answer(self, parameter, name):
        struct = self.api.structs[parameter["struct"]]
        fields = [f for f in struct["fields"] if f["role"] not in ("struct_size", "reserved")]
        self.before.append(f"{name} = {struct['name']}({struct['size']})")
        self.argtypes.append("c_void_p")
        self.arguments.append(f"byref({name})")
        values = [f"{name}.{f['name']}" + (".decode()" if f["type"].startswith("char[") else "") for f in fields]
        self.results.append(f"{struct['name']}Answer({', '.join(values)})")

    def take_buffer(self, parameter, name):
        self.argtypes.append("c_void_p")
        self.arguments.append(name)
        element = parameter["element"]
        handles = "handle" in parameter
        made = "c_void_p" if handles else "c_char" if element == "void" else self.api.ctype(element)
        if "count" in parameter:
            self.before.append(f"{name} = _room({made}, {parameter['count']})")
            # A slice is a list, made several times faster than a tuple of the array.
            self.results.append(f"tuple({name}[:])")
            return
        needed = parameter.get("needed") or parameter.get("written")
        if needed and needed != "return":
            self.by_name[needed]["of_buffer"] = True
        self.growing = (parameter, name, made, needed)
        length = f"{needed}_out.value" if needed and needed != "return" else "capacity"
        if element == "char":
            self.results.append(f'{name}.value.decode("utf-8", "replace")')
        elif element == "void":
            self.results.append(f"{name}.raw[:{length}]")
        else:
            self.results.append(f"tuple({name}[:])" if length == "capacity" else f"tuple({name}[:{length}])")

    def take_capacity(self, parameter, name):
        self.argtypes.append("c_size_t")
        self.arguments.append("capacity")
        _, buffer, _, needed = self.growing
        if needed and needed != "return":
            # The parameter that follows.
            self.before.append(f"{needed}_out = c_size_t()")
            self.argtypes.append("c_void_p")
            self.arguments.append(f"byref({needed}_out)")

    # The body.

    def body(self, returns):
        if self.ends():
            name = identifier(self.parameters[0]["name"])
            return [f"status = _call({name})", "if status and not _ends():", "    _raise(status)"]
        call = f"_{self.name}({', '.join(self.arguments)})"
        if self.growing:
            return self.before + self.growing_call(call, returns)
        after = [f"return {', '.join(self.results)}"] if self.results else []
        role = returns["role"]
        if role == "status":
            return self.before + [f"status = {call}", "if status:", "    _fail(status)"] + after
        if role == "none":
            return self.before + [call] + after
        if self.results:
            raise SystemExit(f"generate: {self.name} both returns a value and writes one")
        if role == "text":
            return self.before + [f'return {call}.decode("utf-8", "replace")']
        if role == "value":
            return self.before + [f"return {call}" + (" == 1" if returns.get("bool") else "")]
        failed = f"answer == {returns['failure']}"
        if returns.get("ambiguous"):
            last = f"    return _ask_again({', '.join(['_' + self.name, *self.arguments])})"
        else:
            last = "    _fail_last()"
        answer = "return answer == 1" if returns.get("bool") else "return answer"
        return self.before + [f"answer = {call}", f"if {failed}:", last, answer]

    def growing_call(self, call, returns):
        """A call into a buffer: as large as a question says, or as guessed and then as the call says it must be."""
        parameter, name, made, needed = self.growing
        result = f"return {', '.join(self.results)}"
        check = ["if status:", "    _fail(status)"]
        if "size_from" in parameter:
            first = identifier(self.parameters[0]["name"])
            lines = [f"capacity = {parameter['size_from']}({first})", f"{name} = _room({made}, capacity)"]
            return lines + [f"status = {call}"] + check + [result]
        guess = 8 if "handle" in parameter else 1024
        told = "status" if needed == "return" else f"{needed}_out.value"
        lines = [f"capacity = {guess}", f"{name} = _room({made}, capacity)", f"status = {call}"]
        again = [f"if {told} > capacity:", f"    capacity = {told}", f"    {name} = _room({made}, capacity)"]
        lines += again + [f"    status = {call}"]
        return lines + ([] if needed == "return" else check) + [result]


def structs(api):
    out = []
    for struct in api.data["structs"]:
        base = "ctypes.Union" if struct["kind"] == "union" else "ctypes.Structure"
        fields = "".join(f'\n        ("{f["name"]}", {api.ctype(f["type"])}),' for f in struct["fields"])
        out.append(f'class {struct["name"]}({base}):\n    _fields_ = [{fields}\n    ]\n\n\n')
        if struct["kind"] == "answer":
            names = [f["name"] for f in struct["fields"] if f["role"] not in ("struct_size", "reserved")]
            listed = textwrap.fill(" ".join(names), 100, initial_indent='    "', subsequent_indent='    " ')
            listed = listed.replace("\n", '"\n')
            out.append(f'{struct["name"]}Answer = namedtuple(\n    "{struct["name"]}Answer",\n{listed}",\n)\n\n\n')
    return "".join(out)


def generate(text):
    api = Api(json.loads(text))
    out = [PREAMBLE]
    out.append(f'#: Of the header that this was made from.\nVERSION = "{api.data["version"]}"\n\n')
    out += [f"{c['name']} = {c['value']}\n" for c in api.data["constants"]]
    out.append("\n")
    for callback in api.data["callbacks"]:
        types = [api.ctype(callback["returns"]), *(api.ctype(p["type"]) for p in callback["parameters"])]
        out.append(f"{callback['name']} = ctypes.CFUNCTYPE({', '.join(types)})\n")
    out.append("\n\n")
    out.append(structs(api))
    functions = [Function(api, data).source() for data in api.data["functions"]]
    return "".join(out + functions).rstrip("\n") + "\n"


def main(arguments):
    with open(SOURCE, encoding="utf-8") as file:
        made = generate(file.read())
    try:
        with open(TARGET, encoding="utf-8") as file:
            old = file.read()
    except FileNotFoundError:
        old = None
    name = os.path.relpath(TARGET, os.path.join(HERE, "..", ".."))
    if arguments == ["--check"]:
        if made != old:
            raise SystemExit(f"{name} differs from what include/tendon.json says; run `make header`")
        print(f"{name}: up to date")
    elif arguments:
        raise SystemExit("usage: generate.py [--check]")
    else:
        if made != old:
            with open(TARGET, "w", encoding="utf-8") as file:
                file.write(made)
        print(f"{name}: {'unchanged' if made == old else 'updated'}")


if __name__ == "__main__":
    main(sys.argv[1:])
