"""The package that pip installs: what is in it, what its tag says, and what is said where the library is missing."""
import base64
import csv
import hashlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

from tendon import _ffi

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "..")
LIBRARY = os.path.realpath(_ffi.library._name)


def backend():
    spec = importlib.util.spec_from_file_location("tendon_build", os.path.join(SOURCE, "tendon_build.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Wheel(unittest.TestCase):
    def setUp(self):
        self.build = backend()
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.name_library(LIBRARY)

    def name_library(self, path):
        before = os.environ.get("TENDON_LIBRARY")
        os.environ["TENDON_LIBRARY"] = path
        if before is None:
            self.addCleanup(os.environ.pop, "TENDON_LIBRARY", None)
        else:
            self.addCleanup(os.environ.update, TENDON_LIBRARY=before)

    def test_it_holds_what_it_says(self):
        name = self.build.build_wheel(self.folder)
        with zipfile.ZipFile(os.path.join(self.folder, name)) as wheel:
            files = {entry: wheel.read(entry) for entry in wheel.namelist()}
        info = f"tendon-{self.build.version()}.dist-info"
        rows = list(csv.reader(io.StringIO(files[f"{info}/RECORD"].decode())))
        self.assertEqual([row[0] for row in rows], list(files))
        for entry, digest, size in rows[:-1]:
            made = base64.urlsafe_b64encode(hashlib.sha256(files[entry]).digest()).rstrip(b"=").decode()
            self.assertEqual((digest, size), (f"sha256={made}", str(len(files[entry]))), entry)
        with open(LIBRARY, "rb") as file:
            self.assertEqual(files["tendon/libtendon.so.0"], file.read())
        for needed in ("tendon/_api.py", "tendon/__init__.py", *(f"{info}/licenses/{name}" for name in self.build.LICENCES)):
            self.assertIn(needed, files)
        self.assertFalse([entry for entry in files if "test" in entry or entry.endswith(".pyc")])
        tag = re.search("Tag: (.*)", files[f"{info}/WHEEL"].decode())[1]
        self.assertEqual(name, f"tendon-{self.build.version()}-{tag}.whl")

    def test_it_is_the_same_each_time(self):
        first, second = [os.path.join(self.folder, part) for part in "ab"]
        made = []
        for folder in (first, second):
            os.mkdir(folder)
            with open(os.path.join(folder, self.build.build_wheel(folder)), "rb") as file:
                made.append(file.read())
        self.assertEqual(made[0], made[1])

    def test_the_tag_says_what_the_library_asks_for(self):
        with open(LIBRARY, "rb") as file:
            data = file.read()
        machine, libraries, glibc = self.build.needs(data)
        self.assertEqual(machine, os.uname().machine)
        self.assertIn("libc.so.6", libraries)
        # Every version that is asked for is text in the file, the newest too.
        said = {tuple(map(int, found)) for found in re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?=[.\0])", data)}
        self.assertEqual(glibc, max(said))
        self.assertEqual(self.build.tag(data), f"py3-none-manylinux_{glibc[0]}_{glibc[1]}_{machine}")

    def test_other_needs_are_no_manylinux(self):
        self.build.needs = lambda data: ("x86_64", ["libc.so.6", "libopenblas.so.0"], (2, 17))
        self.assertEqual(self.build.tag(b""), "py3-none-linux_x86_64")

    @unittest.skipUnless(shutil.which("readelf"), "no readelf")
    def test_readelf_reads_the_same(self):
        with open(LIBRARY, "rb") as file:
            _, libraries, glibc = self.build.needs(file.read())
        dynamic = subprocess.run(["readelf", "-dW", LIBRARY], capture_output=True, text=True, check=True).stdout
        self.assertEqual(libraries, re.findall(r"NEEDED.*\[(.*)\]", dynamic))
        versions = subprocess.run(["readelf", "-VW", LIBRARY], capture_output=True, text=True, check=True).stdout
        newest = max(tuple(map(int, found)) for found in re.findall(r"Name: GLIBC_(\d+)\.(\d+)", versions))
        self.assertEqual(glibc, newest)

    def test_without_a_library_it_says_what_to_do(self):
        self.name_library("/nowhere/libtendon.so")
        with self.assertRaises(self.build.NoLibrary) as caught:
            self.build.build_wheel(self.folder)
        for word in ("make dist", "TENDON_LIBRARY", "/nowhere/libtendon.so"):
            self.assertIn(word, str(caught.exception))
        self.assertEqual(os.listdir(self.folder), [])

    def test_the_source_package_has_no_library_and_packs_one(self):
        name = self.build.build_sdist(self.folder)
        with tarfile.open(os.path.join(self.folder, name)) as archive:
            names = archive.getnames()
            archive.extractall(self.folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        self.assertFalse([entry for entry in names if ".so" in entry])
        inside = os.path.join(self.folder, name[: -len(".tar.gz")])
        program = [sys.executable, os.path.join(inside, "tendon_build.py"), self.folder]
        without = {key: value for key, value in os.environ.items() if key != "TENDON_LIBRARY"}
        done = subprocess.run(program, capture_output=True, text=True, env=without)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the shared library is not here", done.stderr)
        subprocess.run(program, check=True, capture_output=True)
        (made,) = [entry for entry in os.listdir(self.folder) if entry.endswith(".whl")]
        with open(os.path.join(self.folder, made), "rb") as file:
            packed = file.read()
        direct = os.path.join(self.folder, "direct")
        os.mkdir(direct)
        with open(os.path.join(direct, self.build.build_wheel(direct)), "rb") as file:
            self.assertEqual(packed, file.read())

    @unittest.skipUnless(importlib.util.find_spec("pip"), "no pip")
    def test_pip_installs_the_folder(self):
        """Without a compiler, an index or anything to build with."""
        target = os.path.join(self.folder, "target")
        command = [sys.executable, "-m", "pip", "install", "--no-index", "--disable-pip-version-check", "--target", target]
        subprocess.run([*command, SOURCE], check=True, capture_output=True, env={**os.environ, "PATH": "/nowhere"})
        program = "import tendon; print(tendon.__file__, (tendon.ones((2,)) + 1).tolist(), tendon._ffi.library._name)"
        without = {key: value for key, value in os.environ.items() if key != "TENDON_LIBRARY"}
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=self.folder,
            env={**without, "PYTHONPATH": target},
        )
        package = os.path.join(target, "tendon")
        self.assertEqual(
            done.stdout.split("\n")[0], f"{package}/__init__.py [2.0, 2.0] {package}/libtendon.so.0"
        )


if __name__ == "__main__":
    unittest.main()
