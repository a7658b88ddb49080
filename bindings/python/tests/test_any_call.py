"""Every function of _api with arguments of the right kinds and any values: live, released, foreign and made-up handles,
dims and options out of range. Each call returns or raises; none ends the process, and nothing is left behind."""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest
from array import array

from tendon import _api, _errors

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
#: What a call may raise: an answer of the library, or a number that does not fit.
EXPECTED = (_errors.TendonError, OverflowError, TypeError, ValueError)
#: They change the whole process, or follow addresses.
LEFT_OUT = {"tendon_set_parallel_for", "tendon_set_log_callback", "tendon_cuda_stream_from_native"}
#: Any number will do for these; others are sizes, and a large size is memory.
PLACES = {"dim", "dim0", "dim1", "start_dim", "end_dim", "index", "start", "end", "step", "length", "stride", "offset"}
EXTREMES = [-(2**63), -(2**31), -65, 64, 2**31 - 1, 2**63 - 1, 2**64]


class Caller:
    def __init__(self, seed, folder):
        self.folder = folder
        with open(os.path.join(folder, "junk"), "wb") as file:
            file.write(b"PK\3\4\x93NUMPY\1\0{}" * 100)
        self.random = random.Random(seed)
        with open(os.path.join(ROOT, "include", "tendon.json"), encoding="utf-8") as file:
            self.data = json.load(file)
        self.structs = {struct["name"]: struct for struct in self.data["structs"]}
        self.releases = {handle["name"]: handle["release"] for handle in self.data["handles"]}
        #: Live handles by kind, and all that there ever were.
        self.live = {name: [] for name in self.releases}
        self.seen = []
        self.memory = array("d", range(64))
        self.calls = self.successes = 0

    def start(self):
        """Tensors worth having."""
        for dtype in (_api.TENSOR_DTYPE_F32, _api.TENSOR_DTYPE_I64, _api.TENSOR_DTYPE_BOOL, _api.TENSOR_DTYPE_F64):
            for shape in ((), (0,), (3,), (2, 3), (3, 3), (1, 2, 3)):
                self.keep("Tensor", _api.tensor_ones(shape, dtype=dtype))
        self.keep("Tensor", _api.tensor_ones((3, 3), requires_grad=True))
        address = self.memory.buffer_info()[0]
        self.keep("Tensor", _api.tensor_from_host_buffer(address, 512, _api.TENSOR_DTYPE_F64, (8, 8), read_only=True))

    def keep(self, kind, handle):
        if not handle:
            return
        if kind == "Tensor" and _api.tensor_numel(handle) > 4096:
            # Small ones find the same, in less time.
            _api.tensor_release(handle)
            return
        self.live[kind].append(handle)
        self.seen.append(handle)
        del self.seen[:-500]

    def handle(self, kind):
        chance = self.random.random()
        if chance < 0.85 and self.live[kind]:
            return self.random.choice(self.live[kind])
        if chance < 0.95 and self.seen:
            return self.random.choice(self.seen)
        return self.random.choice([None, 0, 1, 2**63, 2**63 + 12345, 2**64 - 1, id(self)])

    def number(self, name, kind):
        if name in PLACES and kind == "int64_t" and self.random.random() < 0.1:
            return self.random.choice(EXTREMES)
        if kind in ("double", "float"):
            return self.random.choice([0.0, 0.5, 1.0, -1.0, 1e-3, float("nan"), float("inf")])
        if kind == "char":
            return self.random.choice([",", ";", "1", "-", "\t", "\0", "\n", "\u00e4", ""])
        if kind == "bool":
            return self.random.random() < 0.5
        if kind == "TensorDType":
            return self.random.choice([0, 1, 9, 12, 13, self.random.randint(-1, 16)])
        if kind == "TensorScalar":
            return self.random.choice([0, 1, -2, 3, True, 0.5, -0.0, 7.25])
        if kind == "TensorDevice":
            return self.random.choice([(1, 0), (0, 0), (2, 0), (1, 5), (9, -1)])
        return self.random.randint(-2, 4)

    def sequence(self, parameter):
        length = self.random.randint(0, 3)
        if "handle" in parameter:
            return [self.handle(parameter["handle"]) or 0 for _ in range(length)]
        if parameter["element"] == "const char *":
            return [self.text() for _ in range(length)]
        return self.random.choice([None, [self.random.randint(-2, 4) for _ in range(length)]])

    def text(self):
        return self.random.choice(["", "x", "cpu", "weight", "\u00e4" * 40, "a\0b"])

    def argument(self, parameter):
        """One that the Python function takes, or None where it takes none."""
        role, name = parameter["role"], parameter["name"]
        if role == "handle":
            return [self.handle(parameter["handle"])]
        if role == "value":
            return [self.number(name, parameter["type"])]
        if role == "reference":
            return [self.random.choice([None, self.number(name, parameter["value"])])]
        if role == "array":
            return [self.sequence(parameter)]
        if role == "text":
            return [self.text()]
        if role == "path":
            # Written, read and broken in a folder of its own.
            return [os.path.join(self.folder, self.random.choice(["a", "b", "c", "junk", "nowhere/x", ""]))]
        if role == "memory":
            return [self.memory.buffer_info()[0]]
        if role == "size":
            return [self.random.choice([0, 4, 8, 24, 512, self.random.randint(0, 512)])]
        return []

    def options(self, function):
        names = {parameter["name"] for parameter in function["parameters"]}
        out = {}
        for parameter in function["parameters"]:
            if parameter["role"] == "options":
                for field in self.structs[parameter["struct"]]["fields"]:
                    known = field["role"] in ("value", "handle", "array") and field["name"] not in names
                    # As above.
                    known = known and (function["name"], field["name"]) != ("tensor_backward", "create_graph")
                    if known and self.random.random() < 0.4:
                        out[field["name"]] = self.argument(field)[0]
        return out

    def call(self, function):
        arguments = [value for parameter in function["parameters"] for value in self.argument(parameter)]
        options = self.options(function)
        self.calls += 1
        try:
            result = getattr(_api, function["name"])(*arguments, **options)
        except EXPECTED:
            return
        self.successes += 1
        if function["name"] == "tensor_set_grad":
            # A tensor whose gradient refers to it lives for ever.
            _api.tensor_set_grad(arguments[0], None)
        for parameter in function["parameters"]:
            if parameter.get("ownership") == "consumed" and arguments[0] in self.live[parameter["handle"]]:
                self.live[parameter["handle"]].remove(arguments[0])
        made = [p for p in function["parameters"] if p["role"] in ("out", "buffer") and "handle" in p]
        if made:
            (parameter,) = made
            for handle in result if isinstance(result, tuple) else (result,):
                self.keep(parameter["handle"], handle)

    def tidy(self, keep=60):
        """Not more of a kind than that; of those that end on their thread the newest go first."""
        for kind, handles in self.live.items():
            while len(handles) > (keep if kind == "Tensor" else min(keep, 3)):
                at = self.random.randrange(len(handles)) if kind == "Tensor" else -1
                handle = handles.pop(at)
                try:
                    getattr(_api, self.releases[kind])(handle)
                except _errors.TendonError:
                    # Ended with a scope around it, or out of order.
                    pass

    def run(self, rounds):
        functions = []
        for function in self.data["functions"]:
            foreign = any(p["role"] == "foreign" or p.get("value") == "foreign" for p in function["parameters"])
            if not foreign and function["name"] not in LEFT_OUT:
                functions.append(function)
        before = _api.tendon_live_handle_count()
        self.start()
        for _ in range(rounds):
            self.random.shuffle(functions)
            for function in functions:
                self.call(function)
            self.tidy()
            _api.tendon_set_cancel_token(None)
            if len(self.live["Tensor"]) < 20:
                self.start()
        _api.tendon_set_cancel_token(None)
        # Twice: an optimizer, a scope or a mode may be in the way of another.
        for _ in range(2):
            for kind in self.live:
                for handle in reversed(self.live[kind]):
                    try:
                        getattr(_api, self.releases[kind])(handle)
                    except _errors.TendonError:
                        pass
        left = _api.tendon_live_handle_count() - before, _api.tendon_live_tensor_count()
        print(f"{self.calls} calls of {len(functions)} functions, {self.successes} succeeded, left {left}")
        assert left == (0, 0), left
        assert self.successes > self.calls // 5


class AnyCall(unittest.TestCase):
    def test_none_ends_the_process(self):
        rounds, seeds = (400, 20) if os.environ.get("TENDON_TEST_FULL") else (60, 2)
        for seed in range(1, seeds + 1):
            done = subprocess.run(
                [sys.executable, "-X", "faulthandler", __file__, str(seed), str(rounds)],
                capture_output=True, text=True, timeout=500,
                env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(os.path.abspath(_api.__file__)))},
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""), f"seed {seed}: {done.stdout}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        with tempfile.TemporaryDirectory() as made:
            Caller(int(sys.argv[1]), made).run(int(sys.argv[2]))
    else:
        unittest.main()
