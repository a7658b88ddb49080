"""class Tensor from Python's side, without NumPy: making, asking, operators, conversions, printing, copies."""

import array
import ast
import copy
import ctypes
import math
import operator
import os
import pickle
import sys
import unittest

import tendon

NAMES = (
    "bool",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
)


class Making(unittest.TestCase):
    def test_from_nested_lists(self):
        for data, shape, dtype in (
            ([1, 2, 3], (3,), "int64"), ([1, 2.5], (2,), "float32"), ([True, False], (2,), "bool"),
            ([[1, 2], [3, 4]], (2, 2), "int64"),
            (5, (), "int64"), (5.5, (), "float32"), (True, (), "bool"), ([], (0,), "float32"),
            ([[], []], (2, 0), "float32"),
            ([True, 2], (2,), "int64"), (((1.0,), (2.0,)), (2, 1), "float32"), (range(4), (4,), "int64"),
            ([[[1]]], (1, 1, 1), "int64"),
        ):  # fmt: skip
            x = tendon.tensor(data)
            self.assertEqual((x.shape, x.dtype.name), (shape, dtype), data)
            self.assertEqual(
                x.tolist(),
                [list(r) for r in data]
                if data == ((1.0,), (2.0,))
                else list(data)
                if shape and len(shape) == 1
                else data,
            )

    def test_of_tensors(self):
        parts = [tendon.tensor(1.5), tendon.tensor([2.0, 3.0]).sum()]
        self.assertEqual(tendon.tensor(parts).tolist(), [1.5, 5.0])
        x = tendon.ones(2, requires_grad=True)
        y = tendon.tensor(x)
        self.assertFalse(y.requires_grad)
        self.assertFalse(tendon.shares_memory(x, y))

    def test_refused_data(self):
        for data in ([[1, 2], [3]], [1, [2]], [[1], 2], [[[1]], [2]]):
            with self.assertRaises(ValueError, msg=str(data)):
                tendon.tensor(data)
        for data in ("text", ["a"], None, [None], 1j, {}, object()):
            with self.assertRaises(TypeError, msg=str(data)):
                tendon.tensor(data)
        with self.assertRaises(OverflowError):
            tendon.tensor([300], dtype="uint8")
        with self.assertRaises(OverflowError):
            tendon.tensor([2**70])

    def test_every_dtype(self):
        for name in NAMES:
            x = tendon.tensor([0, 1, 2], dtype=name)
            self.assertEqual(x.tolist(), [False, True, True] if name == "bool" else [0, 1, 2])
            self.assertIs(x.dtype, getattr(tendon, name))
            self.assertEqual(x.itemsize, x.nbytes // 3)
        self.assertEqual(tendon.tensor([1.9, -1.9], dtype="int32").tolist(), [1, -1])
        self.assertEqual(tendon.tensor([0.5], dtype="bfloat16", requires_grad=True).requires_grad, True)

    def test_dtypes_by_many_names(self):
        for what in ("float32", "f32", "float", float, tendon.float32, "torch.float32"):
            self.assertIs(tendon.zeros(1, dtype=what).dtype, tendon.float32)
        self.assertIs(tendon.zeros(1, dtype=int).dtype, tendon.int64)
        self.assertIs(tendon.zeros(1, dtype=bool).dtype, tendon.bool)
        for what in ("complex64", "f31", 3, None.__class__, complex, str):
            with self.assertRaises(TypeError):
                tendon.zeros(1, dtype=what)
        self.assertEqual(repr(tendon.float32), "tendon.float32")
        self.assertTrue(tendon.float32 == "f32" != tendon.float64)
        self.assertEqual({tendon.float32: 1}[tendon.float32], 1)
        self.assertIs(pickle.loads(pickle.dumps(tendon.bfloat16)), tendon.bfloat16)

    def test_devices(self):
        x = tendon.zeros(1, device="cpu")
        self.assertTrue(x.device == "cpu" and x.device == tendon.device("cpu") and str(x.device) == "cpu")
        self.assertEqual(str(tendon.device("cuda:1")), "cuda:1")
        self.assertEqual(tendon.device("cuda", 2), "cuda:2")
        self.assertEqual(tendon.device(3), tendon.device("cuda:3"))
        self.assertEqual(hash(tendon.device("cuda:1")), hash(tendon.device("cuda", 1)))
        self.assertEqual(pickle.loads(pickle.dumps(tendon.device("cuda:1"))), "cuda:1")
        for what in ("gpu", "cuda:x", "cuda:", "cpu:1", ""):
            with self.assertRaises(ValueError):
                tendon.device(what)
        with self.assertRaises(TypeError):
            tendon.device(1.5)

    def test_tensor_is_not_called(self):
        with self.assertRaisesRegex(TypeError, "tendon.tensor"):
            tendon.Tensor([1, 2])

    def test_buffers(self):
        data = array.array("f", [1, 2, 3, 4])
        x = tendon.frombuffer(data, dtype="float32")
        x[0] = 9
        data[1] = 8
        self.assertEqual((x.tolist(), list(data)), ([9, 8, 3, 4], [9, 8, 3, 4]))
        self.assertEqual(tendon.frombuffer(data, dtype="float32", count=2, offset=8).tolist(), [3, 4])
        self.assertEqual(tendon.asarray(data).dtype, "float32")
        self.assertEqual(tendon.asarray(memoryview(data).cast("B").cast("f", (2, 2))).shape, (2, 2))
        with self.assertRaises(BufferError):
            data.append(5)  # locked while tensors look into it
        del x
        y = tendon.frombuffer(b"abcd")
        self.assertEqual((y.tolist(), y.is_read_only), ([97, 98, 99, 100], True))
        with self.assertRaises(tendon.ReadOnlyError):
            y.fill_(1)
        for wrong in (dict(offset=99), dict(dtype="float32", count=5), dict(dtype="int64", offset=9), dict(offset=-1)):
            with self.assertRaises(ValueError, msg=str(wrong)):
                tendon.frombuffer(data, **{"dtype": "float32", **wrong})
        with self.assertRaisesRegex(ValueError, "aligned"):
            tendon.frombuffer(bytearray(9), dtype="float32", offset=1)
        self.assertEqual(tendon.frombuffer(b"").shape, (0,))
        self.assertEqual(tendon.tensor(bytearray(b"ab")).tolist(), [97, 98])
        self.assertEqual(tendon.asarray(memoryview(bytes(range(8)))[::2]).tolist(), [0, 2, 4, 6])


class Asking(unittest.TestCase):
    def test_shape_and_the_like(self):
        x = tendon.zeros(2, 3, 4)
        self.assertEqual((x.shape, x.ndim, x.dim(), x.numel(), len(x), x.nbytes), ((2, 3, 4), 3, 3, 24, 2, 96))
        self.assertEqual((x.size, x.size(), x.size(1), x.size(-1)), (24, (2, 3, 4), 3, 4))
        self.assertEqual((x.stride(), x.stride(1), x.strides), ((12, 4, 1), 4, (48, 16, 4)))
        self.assertTrue(
            x.is_contiguous() and not x.T.is_contiguous() and x.is_leaf and not x.requires_grad and not x.is_cuda
        )
        self.assertTrue(x[0].is_view() and not x.is_view())
        self.assertEqual(x[1].storage_offset(), 12)
        self.assertEqual(pickle.loads(pickle.dumps(x.size)), 24)

    def test_numbers_out_of_tensors(self):
        x = tendon.tensor(2.5)
        self.assertEqual(
            (x.item(), float(x), int(x), complex(x), bool(x), x.tolist()), (2.5, 2.5, 2, 2.5 + 0j, True, 2.5)
        )
        self.assertEqual(math.sqrt(tendon.tensor(4)), 2.0)
        self.assertEqual([10, 20, 30][tendon.tensor(1)], 20)
        self.assertEqual(operator.index(tendon.tensor([[7]])), 7)
        self.assertEqual((round(x), math.floor(x), math.ceil(x), math.trunc(x)), (2.0, 2.0, 3.0, 2.0))
        self.assertEqual(f"{x:.2f} {tendon.tensor(7):05d}", "2.50 00007")
        self.assertEqual(tendon.tensor(True).item(), True)
        self.assertIs(type(tendon.tensor(3).item()), int)
        for wrong in (lambda: float(tendon.ones(2)), lambda: tendon.ones(2).item(), lambda: int(tendon.ones(0))):
            with self.assertRaises(ValueError):
                wrong()
        for wrong in (
            lambda: [1][tendon.tensor(0.0)],
            lambda: [1][tendon.tensor([0, 0])],
            lambda: f"{tendon.ones(2):.2f}",
        ):
            with self.assertRaises(TypeError):
                wrong()
        with self.assertRaisesRegex(ValueError, "any"):
            bool(tendon.ones(2))
        with self.assertRaises(ValueError):
            bool(tendon.ones(0))

    def test_sequence(self):
        x = tendon.tensor([[1, 2], [3, 4], [5, 6]])
        self.assertEqual([row.tolist() for row in x], [[1, 2], [3, 4], [5, 6]])
        self.assertEqual([row.tolist() for row in reversed(x)], [[5, 6], [3, 4], [1, 2]])
        a, b, c = x
        b.fill_(0)
        self.assertEqual(x[1].tolist(), [0, 0])
        self.assertTrue(5 in x and 9 not in x and tendon.tensor([5, 6]) in x)
        with self.assertRaises(TypeError):
            "a" in x
        for wrong in (len, iter, reversed):
            with self.assertRaises(TypeError):
                wrong(tendon.tensor(1))

    def test_tolist_and_tobytes(self):
        x = tendon.arange(6).reshape(2, 3)
        self.assertEqual(x.T.tolist(), [[0, 3], [1, 4], [2, 5]])
        self.assertEqual(x.T.tobytes(), array.array("q", [0, 3, 1, 4, 2, 5]).tobytes())
        self.assertEqual(tendon.zeros(2, 0, 3).tolist(), [[], []])
        self.assertEqual(tendon.zeros(0, 3).tolist(), [])
        self.assertEqual(tendon.zeros(2, 3, 0).tolist(), [[[], [], []], [[], [], []]])
        self.assertEqual(tendon.tensor([0.1], dtype="float16").tolist(), [0.0999755859375])
        self.assertEqual(tendon.tensor([2**63 + 5], dtype="uint64").tolist(), [2**63 + 5])


class Operators(unittest.TestCase):
    def test_foreign_operands(self):
        x = tendon.ones(3)
        for wrong in (
            lambda: x + "a",
            lambda: None - x,
            lambda: x * [1, 2, 3],
            lambda: x @ 2,
            lambda: x < "a",
            lambda: x + 1j,
        ):
            with self.assertRaises(TypeError):
                wrong()
        self.assertFalse(x == "a")
        self.assertTrue(x != None)  # noqa: E711

        class Friend:
            def __radd__(self, other):
                return "friend"

            def __eq__(self, other):
                return "equal"

        self.assertEqual(x + Friend(), "friend")
        self.assertEqual(x == Friend(), "equal")

    def test_hash_is_identity(self):
        x, y = tendon.ones(2), tendon.ones(2)
        self.assertEqual(len({x, y, x}), 2)
        self.assertEqual({x: "x", y: "y"}[y], "y")

    def test_large_numbers(self):
        with self.assertRaises(OverflowError):
            tendon.ones(2) + 2**64
        self.assertEqual((tendon.tensor([1]) + (2**62)).tolist(), [2**62 + 1])

    def test_functions_want_tensors(self):
        for wrong in (
            lambda: tendon.exp(1.0),
            lambda: tendon.add(1, 2),
            lambda: tendon.sum([1, 2]),
            lambda: tendon.cat([1]),
            lambda: tendon.where(True, 1, 2),
        ):
            with self.assertRaisesRegex(TypeError, "tendon.Tensor"):
                wrong()

    def test_errors_have_the_library_s_words(self):
        with self.assertRaises(ValueError) as caught:
            tendon.ones(2, 3) @ tendon.ones(4, 5)
        self.assertIsInstance(caught.exception, tendon.ShapeError)
        self.assertIn("inner sizes 3 and 4 differ", str(caught.exception))
        with self.assertRaises(IndexError):
            tendon.ones(2)[2]
        with self.assertRaises(IndexError):
            tendon.ones(2)[tendon.tensor([5])]
        with self.assertRaises(TypeError):
            tendon.ones(2).sum(dtype="complex64")


class Printing(unittest.TestCase):
    def test_repr(self):
        self.assertEqual(repr(tendon.tensor([1, 2])), "tensor([1, 2])")
        self.assertEqual(
            str(tendon.tensor([1.0, 2.5], dtype="float64")), "tensor([1.0000, 2.5000], dtype=tendon.float64)"
        )
        self.assertEqual(repr(tendon.tensor([1, 2], dtype="int8")), "tensor([1, 2], dtype=tendon.int8)")
        self.assertEqual(repr(tendon.tensor(1.0, requires_grad=True)), "tensor(1., requires_grad=True)")
        self.assertIn(
            "dtype=tendon.float64, requires_grad=True)", repr(tendon.ones(2, dtype="float64", requires_grad=True))
        )
        self.assertEqual(repr(tendon.zeros(0)), "tensor([])")
        self.assertEqual(f"{tendon.tensor([1])}", "tensor([1])")

    def test_options(self):
        x = tendon.arange(2000)
        self.assertIn("...", repr(x))
        try:
            tendon.set_printoptions(threshold=3000, edgeitems=2, precision=2)
            self.assertNotIn("...", repr(x))
            self.assertEqual(repr(tendon.tensor(0.12345)), "tensor(0.12)")
        finally:
            tendon.set_printoptions(precision=4, threshold=1000, edgeitems=3, linewidth=80)
        self.assertEqual(repr(tendon.tensor(0.12345)), "tensor(0.1235)")


class Copies(unittest.TestCase):
    def test_pickle(self):
        for name in NAMES:
            x = tendon.tensor([[0, 1], [1, 0]], dtype=name)
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                y = pickle.loads(pickle.dumps(x.T, protocol))
                self.assertEqual(
                    (y.shape, y.dtype, y.tolist(), y.requires_grad), ((2, 2), x.dtype, x.T.tolist(), False)
                )
        for x in (tendon.zeros(3, 0), tendon.tensor(5.0), tendon.ones(2, requires_grad=True)):
            y = pickle.loads(pickle.dumps(x))
            self.assertEqual((y.shape, y.tolist(), y.requires_grad), (x.shape, x.tolist(), x.requires_grad))

    def test_deepcopy(self):
        x = tendon.ones(2, requires_grad=True)
        (x * x).sum().backward()
        both = copy.deepcopy([x, x])
        self.assertIs(both[0], both[1])
        y = both[0]
        self.assertEqual((y.tolist(), y.requires_grad, y.is_leaf, y.grad.tolist()), ([1, 1], True, True, [2, 2]))
        with tendon.no_grad():
            y.fill_(5)
            y.grad.fill_(7)
        self.assertEqual((x.tolist(), x.grad.tolist()), ([1, 1], [2, 2]))

    def test_copy_is_the_same_tensor(self):
        x = tendon.ones(2)
        y = copy.copy(x)
        self.assertTrue(tendon.is_same(x, y) and x is not y)

    def test_results_are_refused(self):
        y = tendon.ones(2, requires_grad=True) * 2
        for wrong in (pickle.dumps, copy.deepcopy):
            with self.assertRaisesRegex(RuntimeError, "detach"):
                wrong(y)


class Conversions(unittest.TestCase):
    def test_to(self):
        x = tendon.tensor([1.5, -2.5])
        self.assertTrue(
            tendon.is_same(x.to("float32"), x) and tendon.is_same(x.to("cpu"), x) and tendon.is_same(x.cpu(), x)
        )
        self.assertFalse(tendon.shares_memory(x.to("float32", copy=True), x))
        self.assertFalse(tendon.shares_memory(x.to("cpu", copy=True), x))
        self.assertEqual(x.to("cpu", "int32").dtype, "int32")
        self.assertEqual(x.to(tendon.ones(1, dtype="float64")).dtype, "float64")
        self.assertEqual(x.to(dtype="int64", device="cpu").tolist(), [1, -2])
        self.assertEqual(x.astype("int8").tolist(), [1, -2])
        self.assertFalse(tendon.shares_memory(x.astype("float32"), x))
        self.assertTrue(tendon.is_same(x.astype("float32", copy=False), x))
        for name, dtype in dict(
            half="float16",
            bfloat16="bfloat16",
            float="float32",
            double="float64",
            int="int32",
            long="int64",
            bool="bool",
        ).items():
            self.assertEqual(getattr(x, name)().dtype, dtype)
        with self.assertRaises(ValueError):
            x.to_device("cpu", stream=1)
        with self.assertRaises(TypeError):
            x.to("float31")

    def test_gradients_flow(self):
        x = tendon.ones(2, requires_grad=True)
        x.double().to("cpu").contiguous().clone().sum().backward()
        self.assertEqual((x.grad.tolist(), x.grad.dtype), ([1, 1], "float32"))


class Types(unittest.TestCase):
    def test_ranges(self):
        self.assertEqual(tendon.finfo("float32").max, 3.4028234663852886e38)
        self.assertEqual(tendon.finfo(tendon.float64).eps, 2.220446049250313e-16)
        self.assertEqual((tendon.finfo("float16").max, tendon.finfo("bfloat16").eps), (65504.0, 0.0078125))
        self.assertEqual((tendon.iinfo("int8").min, tendon.iinfo("uint64").max), (-128, 2**64 - 1))
        self.assertEqual(tendon.finfo(tendon.ones(1)).bits, 32)
        with self.assertRaises(TypeError):
            tendon.finfo("int8")
        with self.assertRaises(TypeError):
            tendon.iinfo("float32")

    def test_kinds_and_promotion(self):
        self.assertTrue(tendon.isdtype("int8", "integral") and tendon.isdtype("int8", ("bool", "signed integer")))
        self.assertFalse(tendon.isdtype("bool", "numeric") or tendon.isdtype("float32", tendon.float64))
        self.assertTrue(
            tendon.can_cast("int8", "float32")
            and not tendon.can_cast("float32", "int8")
            and not tendon.can_cast("uint16", "int32")
        )
        self.assertEqual(tendon.promote_types("float16", "bfloat16"), "float32")
        self.assertEqual(tendon.result_type(tendon.ones(2, dtype="float16"), 2.5), "float16")
        self.assertEqual(tendon.result_type(tendon.ones(2, dtype="int8"), 2.5), "float32")
        self.assertEqual(tendon.result_type("int8", tendon.uint8, True), "int16")
        with self.assertRaises(TypeError):
            tendon.promote_types("uint16", "int32")
        with self.assertRaises(ValueError):
            tendon.result_type(1)


class Source(unittest.TestCase):
    def test_no_handle_of_a_tensor_that_nobody_keeps(self):
        """`call(f(x)._handle)` releases what f made before the call is made."""
        folder = os.path.dirname(tendon.__file__)
        found = []
        for name in sorted(os.listdir(folder)):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    tree = ast.parse(file.read())
                found += [
                    f"{name}:{node.lineno}"
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Attribute) and node.attr in ("_handle", "_dict", "_stream", "_event")
                    and isinstance(node.value, ast.Call)
                ]  # fmt: skip
        self.assertEqual(found, [])


class LargeNumbers(unittest.TestCase):
    def test_uint64(self):
        for n in (2**63 - 1, 2**63, 2**64 - 1):
            for shape in ((), (1,), (1, 1)):
                x = tendon.tensor([n], dtype="uint64").reshape(shape)
                self.assertEqual((x.item(), int(x), x.tolist() if not shape else n), (n, n, n))
                self.assertEqual(operator.index(x), n)
            self.assertEqual(f"{tendon.tensor(n, dtype='uint64'):d}", str(n))
            self.assertEqual([int(one) for one in tendon.tensor([n, 1], dtype="uint64")], [n, 1])
        with self.assertRaises(ValueError):
            tendon.tensor([1, 2], dtype="uint64").item()


class CArrays(unittest.TestCase):
    def test_arrays_of_ctypes(self):
        for kind, dtype in (
            (ctypes.c_float, "float32"), (ctypes.c_double, "float64"), (ctypes.c_int8, "int8"),
            (ctypes.c_uint16, "uint16"), (ctypes.c_int32, "int32"), (ctypes.c_uint64, "uint64"),
            (ctypes.c_long, f"int{8 * ctypes.sizeof(ctypes.c_long)}"), (ctypes.c_bool, "bool"),
        ):  # fmt: skip
            data = ((kind * 3) * 2)((1, 0, 1), (0, 1, 1))
            copied, shared = tendon.tensor(data), tendon.asarray(data)
            for x in (copied, shared):
                self.assertEqual((x.dtype, x.tolist()), (dtype, [[1, 0, 1], [0, 1, 1]]))
            data[0][1] = 1
            self.assertEqual((copied[0, 1].item(), shared[0, 1].item()), (0, 1))

    def test_the_other_order_of_bytes(self):
        swapped = ctypes.c_float.__ctype_be__ if sys.byteorder == "little" else ctypes.c_float.__ctype_le__
        with self.assertRaisesRegex(TypeError, "format"):
            tendon.tensor((swapped * 3)())


if __name__ == "__main__":
    unittest.main()
