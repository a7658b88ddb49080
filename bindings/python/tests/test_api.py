"""The generated half: every function of include/tendon.json, and what its rules promise. Needs the library only."""
import ctypes
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from array import array

from tendon import _api, _errors, _ffi

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
PACKAGE = os.path.dirname(os.path.abspath(_api.__file__))


def description():
    with open(os.path.join(ROOT, "include", "tendon.json"), encoding="utf-8") as file:
        return json.load(file)


def values(handle):
    """The elements as a flat list of floats."""
    n = _api.tensor_numel(handle)
    flat = _api.tensor_reshape(handle, (-1,)) if n else handle
    return [_api.tensor_item_f64(_api.tensor_select(flat, 0, i)) for i in range(n)]


def of(numbers, shape=None):
    """An f32 tensor with a copy of the numbers."""
    data = array("f", numbers)
    address, count = data.buffer_info()
    return _api.tensor_from_host_copy(address, 4 * count, _api.TENSOR_DTYPE_F32, shape or (count,))


class Scoped(unittest.TestCase):
    """Every handle of a test goes with it."""

    def setUp(self):
        self.scope = _api.tensor_scope_begin()

    def tearDown(self):
        _api.tensor_scope_end(self.scope)


class Completeness(unittest.TestCase):
    def test_every_function_and_constant_is_here(self):
        data = description()
        for function in data["functions"]:
            made = getattr(_api, function["name"])
            self.assertEqual(made.__doc__.split()[:3], function["doc"].split()[:3])
        for constant in data["constants"]:
            self.assertEqual(getattr(_api, constant["name"]), constant["value"])
        for struct in data["structs"]:
            kind = getattr(_api, struct["name"])
            self.assertEqual(ctypes.sizeof(kind), struct["size"], struct["name"])
            for field in struct["fields"]:
                self.assertEqual(getattr(kind, field["name"]).offset, field["offset"], (struct["name"], field["name"]))
                self.assertEqual(getattr(kind, field["name"]).size, field["size"], (struct["name"], field["name"]))

    @unittest.skipUnless(shutil.which("cc"), "no C compiler")
    def test_a_c_compiler_sees_the_same_numbers(self):
        """Sizes, offsets, constants, defaults and types of the functions, against the header."""
        data = description()
        lines = ["#include <tendon.h>", "#define SAME(a, b) _Static_assert((a) == (b), #a)"]
        for struct in data["structs"]:
            name = struct["name"]
            lines.append(f"SAME(sizeof({name}), {struct['size']});")
            lines.append(f"SAME(_Alignof({name}), {struct['alignment']});")
            for field in struct["fields"]:
                lines.append(f"SAME(offsetof({name}, {field['name']}), {field['offset']});")
                lines.append(f"SAME(sizeof((({name} *)0)->{field['name']}), {field['size']});")
        for constant in data["constants"]:
            lines.append(f"SAME({constant['name']}, {constant['value']});")
        for i, function in enumerate(data["functions"]):
            types = ", ".join(parameter["type"] for parameter in function["parameters"]) or "void"
            lines.append(f"{function['returns']['type']} (*const check{i})({types}) = {function['name']};")
        lines.append("#include <stdio.h>\nint main(void) {")
        expected = []
        for struct in data["structs"]:
            if struct["kind"] == "options":
                lines.append(f"  {{ {struct['name']} o = {struct['init']};")
                for field in struct["fields"]:
                    if isinstance(field.get("default"), (bool, int, float)):
                        lines.append(f'    printf("%.17g\\n", (double)o.{field["name"]});')
                        expected.append(float(field["default"]))
                lines.append("  }")
        lines.append("  return 0;\n}")
        with tempfile.TemporaryDirectory() as folder:
            source, program = os.path.join(folder, "check.c"), os.path.join(folder, "check")
            with open(source, "w", encoding="utf-8") as file:
                file.write("\n".join(lines))
            command = ["cc", "-std=c11", "-Werror", "-I", os.path.join(ROOT, "include"), source, "-o", program]
            # The functions are only named: their addresses may stay open.
            command.append("-Wl,--unresolved-symbols=ignore-all")
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            out = subprocess.run([program], capture_output=True, text=True, check=True).stdout
        self.assertEqual([float(line) for line in out.split()], expected)
        self.assertGreater(len(expected), 40)

    def test_the_library_has_them(self):
        missing = [f["name"] for f in description()["functions"] if not hasattr(_ffi.library, f["name"])]
        self.assertEqual(missing, [])

    def test_the_generated_file_is_up_to_date(self):
        generate = os.path.join(HERE, "..", "generate.py")
        subprocess.run([sys.executable, generate, "--check"], check=True, stdout=subprocess.DEVNULL)

    def test_a_function_of_a_newer_library_says_so(self):
        with self.assertRaisesRegex(_errors.UnsupportedError, "tensor_of_the_future.*0.1"):
            _ffi.bind("tensor_of_the_future", ctypes.c_int32)()


class Errors(Scoped):
    def test_each_theme_has_a_class_of_a_known_kind(self):
        for constant in description()["constants"]:
            if constant["name"].startswith("TENSOR_ERR_"):
                made = _errors.error(constant["value"], constant["name"], "why")
                self.assertIsNot(type(made), _errors.TendonError, constant["name"])
                self.assertEqual((made.status, made.name, str(made)), (constant["value"], constant["name"], "why"))
        self.assertIs(type(_errors.error(99900, "TENSOR_ERR_NEW", "why")), _errors.TendonError)

    def test_they_are_the_builtins_that_users_expect(self):
        for name, builtin in [
            ("SHAPE", ValueError), ("DTYPE", TypeError), ("INDEX", IndexError), ("OUT_OF_MEMORY", MemoryError),
            ("IO", OSError), ("FORMAT", ValueError), ("UNSUPPORTED", NotImplementedError), ("NOT_ON_CPU", TypeError),
            ("INVALID_ARGUMENT", ValueError), ("INVALID_HANDLE", ValueError),
        ]:
            made = _errors.error(getattr(_api, "TENSOR_ERR_" + name), "TENSOR_ERR_" + name, "why")
            self.assertIsInstance(made, builtin)
            self.assertIsInstance(made, RuntimeError)
        self.assertIsInstance(_errors.error(1101, "TENSOR_ERR_NOT_FOUND", "why"), KeyError)

    def test_they_carry_the_librarys_words(self):
        a, b = _api.tensor_zeros((2, 3)), _api.tensor_zeros((4, 5))
        with self.assertRaisesRegex(_errors.ShapeError, r"tensor_matmul: a is \[2, 3\] and b is \[4, 5\]") as caught:
            _api.tensor_matmul(a, b)
        self.assertEqual((caught.exception.status, caught.exception.name), (300, "TENSOR_ERR_SHAPE"))
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((type(again), again.status, str(again)), (_errors.ShapeError, 300, str(caught.exception)))

    def test_each_thread_gets_its_own_words(self):
        wrong = []

        def work(n):
            x = _api.tensor_zeros((n,))
            y = _api.tensor_zeros((n + 1,))
            for _ in range(300):
                try:
                    _api.tensor_add(x, y)
                except _errors.ShapeError as why:
                    if f"[{n}] and [{n + 1}]" not in str(why):
                        wrong.append(str(why))
                else:
                    wrong.append("no error")
            _api.tensor_release(x)
            _api.tensor_release(y)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(2, 8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_questions_raise_too(self):
        for question in (_api.tensor_ndim, _api.tensor_numel, _api.tensor_dtype, _api.tensor_is_leaf):
            with self.assertRaises(_errors.InvalidHandleError):
                question(12345)
        with self.assertRaises(_errors.ShapeError):
            _api.tensor_size(_api.tensor_zeros((2,)), 3)
        with self.assertRaises(_errors.DTypeError):
            _api.tensor_dtype_size(99)

    def test_an_answer_of_minus_one_is_no_failure(self):
        data = array("f", [1, 2, 3])
        address = data.buffer_info()[0]
        x = _api.tensor_from_host_buffer(address, 12, _api.TENSOR_DTYPE_F32, (3,), strides=(-1,), offset=2)
        with self.assertRaises(_errors.ShapeError):
            _api.tensor_size(x, 7)
        self.assertEqual(_api.tensor_stride(x, 0), -1)
        with self.assertRaises(_errors.ShapeError):
            _api.tensor_stride(x, 1)


class Values(Scoped):
    def test_shapes_and_answers(self):
        x = _api.tensor_zeros([2, 3, 4], dtype=_api.TENSOR_DTYPE_I64)
        self.assertEqual(_api.tensor_shape(x), (2, 3, 4))
        self.assertEqual(_api.tensor_strides(x), (12, 4, 1))
        self.assertEqual(_api.tensor_device(x), (_api.TENSOR_DEVICE_CPU, 0))
        self.assertIs(_api.tensor_is_contiguous(x), True)
        self.assertIs(_api.tensor_requires_grad(x), False)
        self.assertEqual(_api.tensor_dtype_name(_api.tensor_dtype(x)), "i64")
        self.assertEqual(_api.tensor_shape(_api.tensor_zeros(())), ())
        self.assertEqual(_api.tensor_shape(_api.tensor_zeros(None)), ())
        self.assertEqual(_api.tendon_version(), tuple(int(part) for part in _api.VERSION.split(".")))
        memory = _api.tendon_memory_info()
        self.assertGreater(memory.live_bytes, 0)

    def test_numbers_keep_their_kind(self):
        for number in (True, False, 0, -(2**63), 2**63 - 1, 0.5, float("inf"), -1.5e300):
            dtype = _api.TENSOR_DTYPE_F64 if number.__class__ is float else 0
            made = _api.tensor_item(_api.tensor_scalar(number, dtype=dtype))
            self.assertEqual(made, number)
            self.assertIs(type(made), type(number))

    def test_zeros_keep_their_sign_and_numbers_their_kind_when_seen_again(self):
        one = of([1])
        for _ in range(3):
            for number in (0.0, -0.0, 0.0, 1, True, 1.0, False, 0, float("nan")):
                x = _api.tensor_full((1,), number)
                made = _api.tensor_item(x)
                self.assertEqual((repr(made), type(made)), (repr(number), type(number)))
            self.assertEqual(values(_api.tensor_div(one, _api.tensor_full((1,), -0.0))), [float("-inf")])
        for number in range(1000):
            self.assertEqual(_api.tensor_item(_api.tensor_scalar(number)), number)

    def test_numbers_that_do_not_fit_are_refused(self):
        x = _api.tensor_zeros((4,))
        for call in (
            lambda: _api.tensor_select(x, 0, 2**64),
            lambda: _api.tensor_select(x, -(2**63) - 1, 0),
            lambda: _api.tensor_zeros((2**64 + 2,)),
            lambda: _api.tensor_to_dtype(x, 2**32 + 12),
            lambda: _api.tensor_add_scalar(x, 2**63),
            lambda: _api.tendon_manual_seed(-1),
            lambda: _api.tensor_from_host_copy(0, -1, 12, (1,)),
        ):
            self.assertRaises(OverflowError, call)
        for call in (
            lambda: _api.tensor_select(x, 0, 1.0),
            lambda: _api.tensor_select(x, 0, None),
            lambda: _api.tensor_zeros((2.0,)),
            lambda: _api.tensor_add_scalar(x, "1"),
            lambda: _api.tensor_full((1,), [1]),
        ):
            self.assertRaises(TypeError, call)

    def test_things_that_behave_as_numbers(self):
        class Index:
            def __index__(self):
                return 1

        class Real:
            def __float__(self):
                return 0.25

        x = of([1, 2])
        self.assertEqual(values(_api.tensor_slice(x, 0, Index(), 2, Index())), [2])
        self.assertEqual(values(_api.tensor_add_scalar(x, Index())), [2, 3])
        self.assertEqual(values(_api.tensor_mul_scalar(x, Real())), [0.25, 0.5])

    def test_no_options_and_options(self):
        x = of(range(6), (2, 3))
        self.assertEqual(_api.tensor_shape(_api.tensor_sum(x)), ())
        self.assertEqual(_api.tensor_shape(_api.tensor_sum(x, (0,))), (3,))
        self.assertEqual(_api.tensor_shape(_api.tensor_sum(x, (-1,), keepdim=True)), (2, 1))
        self.assertEqual(_api.tensor_dtype(_api.tensor_sum(x, dtype=_api.TENSOR_DTYPE_F64)), _api.TENSOR_DTYPE_F64)
        self.assertEqual(_api.tensor_dtype(_api.tensor_sum(x, dtype=None, keepdim=True)), _api.TENSOR_DTYPE_F32)
        self.assertEqual(values(_api.tensor_var(x, (1,))), [1, 1])
        self.assertEqual(values(_api.tensor_var(x, (1,), correction=None)), [1, 1])
        for zero in (0, 0.0):
            self.assertEqual(values(_api.tensor_var(x, (1,), correction=zero)), values(of([2 / 3, 2 / 3])))
        cpu = _api.tensor_zeros((1,), device=(_api.TENSOR_DEVICE_CPU, 0), requires_grad=True)
        self.assertTrue(_api.tensor_requires_grad(cpu))
        self.assertEqual(values(_api.tensor_clamp(x, high=2)), [0, 1, 2, 2, 2, 2])
        self.assertEqual(values(_api.tensor_clamp(x, 1.5, None)), [1.5, 1.5, 2, 3, 4, 5])

    def test_sequences(self):
        x = of(range(20))
        parts = _api.tensor_split(x, 1, 0)
        self.assertEqual([values(part) for part in parts], [[i] for i in range(20)])
        self.assertEqual([_api.tensor_numel(part) for part in _api.tensor_chunk(x, 3, 0)], [7, 7, 6])
        self.assertEqual(values(_api.tensor_cat(list(reversed(parts)), 0)), list(reversed(range(20))))
        self.assertEqual(_api.tensor_result_type((x, _api.tensor_zeros((1,), dtype=13))), _api.TENSOR_DTYPE_F64)
        self.assertEqual(_api.tensor_item(_api.tensor_argmax(x, None)), 19)
        self.assertEqual(_api.tensor_item(_api.tensor_argmax(x, 0)), 19)

    def test_texts(self):
        x = of(range(5000))
        self.assertEqual(_api.tensor_to_string(of([1, 2])), "tensor([1., 2.])")
        whole = _api.tensor_to_string(x, threshold=10000)
        self.assertGreater(len(whole), 5000 * 4)
        self.assertTrue(whole.startswith("tensor([0.0000e+00") and whole.endswith("])"), whole[:20] + whole[-20:])
        self.assertTrue(_api.tendon_has_feature("cpu"))
        self.assertFalse(_api.tendon_has_feature("nothing"))
        with self.assertRaisesRegex(ValueError, "NUL"):
            _api.tendon_has_feature("cp\0u")
        with self.assertRaises(TypeError):
            _api.tendon_has_feature(3)

    def test_characters(self):
        for given, number in ((",", 44), (b";", 59), (9, 9), ("\0", 0)):
            self.assertEqual(_ffi.character(given, "delimiter"), number)
        for given in ("", ",,", "\u00e4", b"\xe4", 128, -1, None, 1.0):
            with self.assertRaisesRegex(ValueError, "delimiter"):
                _ffi.character(given, "delimiter")

    def test_the_last_error_is_read(self):
        with self.assertRaises(_errors.ShapeError) as caught:
            _api.tensor_add(of([1, 2]), of([1, 2, 3]))
        self.assertEqual(_api.tendon_last_error_message(), str(caught.exception))
        self.assertEqual(_api.tendon_last_error_copy(), str(caught.exception))
        self.assertEqual(_api.tendon_last_error_status(), _api.TENSOR_ERR_SHAPE)
        _api.tendon_clear_last_error()
        self.assertEqual(_api.tendon_last_error_copy(), "")

    def test_gradients_and_an_optimizer(self):
        x, unused = (_api.tensor_ones((3,), requires_grad=True) for _ in range(2))
        self.assertIsNone(_api.tensor_grad(x))
        loss = _api.tensor_sum(_api.tensor_mul_scalar(_api.tensor_square(x), 3))
        g, none = _api.tensor_grad_of(loss, [x, unused], allow_unused=True, retain_graph=True)
        self.assertEqual((values(g), none), ([6, 6, 6], None))
        _api.tensor_backward(loss, gradient=_api.tensor_scalar(2.0))
        self.assertEqual(values(_api.tensor_grad(x)), [12, 12, 12])
        optimizer = _api.tensor_sgd_create([x], lr=0.5, momentum=0.9)
        _api.tensor_optimizer_step(optimizer)
        self.assertEqual(values(x), [-5, -5, -5])
        state = _api.tensor_optimizer_state_save(optimizer)
        self.assertEqual(len(state), _api.tensor_optimizer_state_size(optimizer))
        _api.tensor_optimizer_state_load(optimizer, state, len(state))
        with self.assertRaises(_errors.FormatError):
            _api.tensor_optimizer_state_load(optimizer, state, len(state) - 1)
        _api.tensor_set_grad(x, None)
        self.assertIsNone(_api.tensor_grad(x))
        _api.tensor_optimizer_release(optimizer)

    def test_memory_of_the_caller(self):
        data, told = array("d", range(6)), []

        @_api.TensorReleaseFn
        def release(address, user_data):
            told.append((address, user_data))

        address = data.buffer_info()[0]
        x = _api.tensor_from_host_buffer(
            address, 48, _api.TENSOR_DTYPE_F64, (3, 2), strides=(-2, 1), offset=4, release=release, user_data=7
        )
        self.assertEqual(values(x), [4, 5, 2, 3, 0, 1])
        data[5] = 9
        self.assertEqual(values(x), [4, 9, 2, 3, 0, 1])
        self.assertEqual(_api.tensor_data_strided(x), address + 32)
        with self.assertRaises(_errors.NotContiguousError):
            _api.tensor_data(x)
        back = array("d", bytes(48))
        _api.tensor_copy_to_host(x, back.buffer_info()[0], 48)
        self.assertEqual(list(back), [4, 9, 2, 3, 0, 1])
        with self.assertRaisesRegex(ValueError, "strides has 1 items and shape has 2"):
            _api.tensor_from_host_buffer(address, 48, _api.TENSOR_DTYPE_F64, (3, 2), strides=(1,))
        fixed = _api.tensor_from_host_buffer(address, 48, _api.TENSOR_DTYPE_F64, (6,), read_only=True)
        with self.assertRaises(_errors.ReadOnlyError):
            _api.tensor_zero_(fixed)
        _api.tensor_scope_end(self.scope)
        self.assertEqual(told, [(address, 7)])
        self.scope = _api.tensor_scope_begin()

    def test_callbacks(self):
        heard = []

        @_api.TendonLogFn
        def log(user_data, level, message):
            heard.append((user_data, level, message))

        _api.tendon_set_log_callback(log, 5)
        try:
            with self.assertRaises(_errors.InvalidHandleError):
                _api.tensor_neg(0)
        finally:
            _api.tendon_set_log_callback(None)
        self.assertEqual(heard[0][:2], (5, _api.TENDON_LOG_ERROR))
        self.assertIn(b"tensor_neg", heard[0][2])
        with self.assertRaises(TypeError):
            _api.tendon_set_log_callback(print)


class Library(unittest.TestCase):
    def run_python(self, code, **environment):
        return subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
        )

    def test_what_the_variable_names_is_the_only_place(self):
        done = self.run_python("import tendon._api", TENDON_LIBRARY="/nowhere/libtendon.so.0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ImportError: the Tendon library was not found", done.stderr)
        self.assertIn("/nowhere/libtendon.so.0", done.stderr)

    def test_the_file_that_was_loaded_is_the_one_named(self):
        named = os.environ.get("TENDON_LIBRARY")
        expected = named if named else os.path.join(PACKAGE, "libtendon.so.0")
        self.assertEqual(os.path.realpath(_ffi.library._name), os.path.realpath(expected))


if __name__ == "__main__":
    unittest.main()
