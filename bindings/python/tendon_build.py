#!/usr/bin/env python3
"""Packs the wheel: the build backend that pyproject.toml names, and a program.

    python3 bindings/python/tendon_build.py FOLDER

The shared library is the one that $TENDON_LIBRARY names, or else the one that `make dist` has left in build/dist. Its
needs (machine, C library) become the tag of the wheel.
"""
import base64
import hashlib
import io
import os
import re
import struct
import sys
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
BUILT = os.path.join(ROOT, "build", "dist", "lib", "libtendon.so")
#: What the package loads: _library.NAMES.
LIBRARY = "libtendon.so.0"
LICENCES = ("LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES")
#: Libraries that every system of a manylinux tag has.
COMMON = re.compile(r"(libc|libm|libgcc_s|libdl|librt|libpthread|ld-linux[-a-z0-9_]*)\.so\.\d+$")
MACHINES = {62: "x86_64", 183: "aarch64"}

METADATA = """\
Metadata-Version: 2.1
Name: tendon
Version: {version}
Summary: Tensors with autograd from a small native library: NumPy on the GPU, without PyTorch
License: MIT OR Apache-2.0
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Python :: 3
Requires-Python: >=3.9
Provides-Extra: numpy
Requires-Dist: numpy>=1.22; extra == "numpy"
"""


class NoLibrary(Exception):
    def __str__(self):
        return (
            "the shared library is not here, and this package does not compile it. Either run `make dist` in the "
            "repository, which leaves it in build/dist/lib, or set TENDON_LIBRARY to the path of a libtendon.so "
            f"that is built, and install again. Looked at: {self.args[0]}"
        )


def version():
    """Of the header from which _api was made."""
    with open(os.path.join(HERE, "tendon", "_api.py"), encoding="utf-8") as file:
        return re.search(r'^VERSION = "(.*)"', file.read(), re.M)[1]


def library():
    path = os.environ.get("TENDON_LIBRARY") or BUILT
    if not os.path.isfile(path):
        raise NoLibrary(path)
    return os.path.realpath(path)


def needs(data):
    """(machine, names of the libraries, newest (major, minor) of glibc) that a 64-bit ELF library asks for."""
    if data[:6] != b"\x7fELF\x02\x01":
        raise SystemExit("tendon: wheels are made of 64-bit Linux libraries only")
    machine = MACHINES.get(struct.unpack_from("<H", data, 18)[0])
    if machine is None:
        raise SystemExit("tendon: a library for a machine that wheels are not made for")
    at, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQ", data, at + i * size) for i in range(count)]

    def offset(address):
        """In the file, of an address in memory."""
        return next(a - v + address for kind, _, a, v, _, n in segments if kind == 1 and v <= address < v + n)

    dynamic = next(a for kind, _, a, *_ in segments if kind == 2)
    entries = []
    while not entries or entries[-1][0]:
        entries.append(struct.unpack_from("<qQ", data, dynamic + 16 * len(entries)))
    value = dict(entries)
    strings = offset(value[5])

    def text(place):
        return data[strings + place : data.index(b"\0", strings + place)].decode()

    libraries = [text(place) for tag, place in entries if tag == 1]
    # DT_VERNEED: for each library the versions of its symbols.
    newest, place = (2, 5), offset(value[0x6FFFFFFE]) if 0x6FFFFFFE in value else None
    while place is not None:
        _, versions, _, aux, following = struct.unpack_from("<HHIII", data, place)
        aux += place
        for _ in range(versions):
            name, skip = struct.unpack_from("<II", data, aux + 8)
            found = re.match(r"GLIBC_(\d+)\.(\d+)", text(name))
            if found:
                newest = max(newest, (int(found[1]), int(found[2])))
            aux += skip
        place = place + following if following else None
    return machine, libraries, newest


def tag(data):
    """manylinux, with the newest glibc that is asked for, when every library asked for is one that all systems have."""
    machine, libraries, glibc = needs(data)
    if all(COMMON.match(name) for name in libraries):
        return f"py3-none-manylinux_{glibc[0]}_{glibc[1]}_{machine}"
    return f"py3-none-linux_{machine}"


def sources():
    """(name inside the package's folder, path) of the Python files."""
    folder = os.path.join(HERE, "tendon")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".py") or name == "py.typed")
    return [(name, os.path.join(folder, name)) for name in names]


def licences():
    for name in LICENCES:
        for folder in (HERE, ROOT):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                yield name, path
                break


def metadata():
    text = METADATA.format(version=version())
    readme = os.path.join(HERE, "README.md")
    if os.path.isfile(readme):
        text += "Description-Content-Type: text/markdown\n\n" + contents(readme).decode()
    return text


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    native = contents(library())
    named = tag(native)
    info = f"tendon-{version()}.dist-info"
    wheel = f"Wheel-Version: 1.0\nGenerator: tendon_build\nRoot-Is-Purelib: false\nTag: {named}\n"
    files = [(f"tendon/{name}", contents(path)) for name, path in sources()]
    files.append((f"tendon/{LIBRARY}", native))
    files += [(f"{info}/licenses/{name}", contents(path)) for name, path in licences()]
    files += [(f"{info}/METADATA", metadata().encode()), (f"{info}/WHEEL", wheel.encode())]
    record = ""
    for name, data in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    files.append((f"{info}/RECORD", (record + f"{info}/RECORD,,\n").encode()))
    made = f"tendon-{version()}-{named}.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, made), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            # The same bytes at any time on any machine.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o755 if name.endswith(LIBRARY) else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return made


def build_sdist(sdist_directory, config_settings=None):
    """The Python files without the library: a wheel is built of it where TENDON_LIBRARY names one."""
    base = f"tendon-{version()}"
    with tarfile.open(os.path.join(sdist_directory, base + ".tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, path in sources():
            archive.add(path, f"{base}/tendon/{name}")
        for name in ("pyproject.toml", "tendon_build.py", "README.md"):
            if os.path.isfile(os.path.join(HERE, name)):
                archive.add(os.path.join(HERE, name), f"{base}/{name}")
        for name, path in licences():
            archive.add(path, f"{base}/{name}")
        info = tarfile.TarInfo(f"{base}/PKG-INFO")
        data = metadata().encode()
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return base + ".tar.gz"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: tendon_build.py FOLDER")
    os.makedirs(sys.argv[1], exist_ok=True)
    try:
        print(os.path.join(sys.argv[1], build_wheel(sys.argv[1])))
    except NoLibrary as why:
        raise SystemExit(f"tendon: {why}")
