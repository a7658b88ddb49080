"""Functions of numbers beside NumPy's on random input: elementwise, reductions, products."""

import unittest

from beside import REAL, WHOLE, Beside, np, random_array

import tendon


class Unary(Beside):
    def test_of_floats(self):
        functions = {
            "neg": np.negative, "sign": np.sign, "exp": np.exp, "sin": np.sin, "cos": np.cos, "tanh": np.tanh,
            "expm1": np.expm1, "floor": np.floor, "ceil": np.ceil, "round": np.round, "trunc": np.trunc, "abs": np.abs,
            "square": np.square, "isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite,
            "logical_not": np.logical_not,
            "positive": np.positive, "negative": np.negative,
            "sigmoid": lambda a: 1 / (1 + np.exp(-a)), "relu": lambda a: np.maximum(a, 0),
            "softplus": lambda a: np.log1p(np.exp(a)),
        }  # fmt: skip
        for name, expected in functions.items():
            for a in self.arrays(REAL):
                with self.subTest(name=name, shape=a.shape):
                    self.same(getattr(tendon, name)(tendon.from_numpy(a)), expected(a))

    def test_of_positive_floats(self):
        for name in ("log", "sqrt", "log1p", "reciprocal"):
            for a in self.arrays(REAL):
                a = np.asarray(np.abs(a) + np.asarray(0.5, a.dtype))
                with self.subTest(name=name, shape=a.shape):
                    self.same(getattr(tendon, name)(tendon.from_numpy(a)), getattr(np, name)(a), a.dtype)
        a = np.abs(self.rng.standard_normal(50)) + 0.1
        self.same(tendon.rsqrt(tendon.from_numpy(a)), 1 / np.sqrt(a))

    def test_erf_and_gelu(self):
        from math import erf

        a = self.rng.standard_normal(100)
        exact = np.array([erf(v) for v in a])
        self.same(tendon.erf(tendon.from_numpy(a)), exact)
        phi = np.array([0.5 * (1 + erf(v / 2**0.5)) for v in a])
        self.same(tendon.gelu(tendon.from_numpy(a)), a * phi)
        tanh = 0.5 * a * (1 + np.tanh(np.sqrt(2 / np.pi) * (a + 0.044715 * a**3)))
        self.same(tendon.gelu(tendon.from_numpy(a), approximate="tanh"), tanh)
        with self.assertRaises(ValueError):
            tendon.gelu(tendon.from_numpy(a), approximate="tan")

    def test_special_values(self):
        a = np.array([np.nan, np.inf, -np.inf, 0.0, 1.0], np.float32)
        x = tendon.from_numpy(a)
        for name in ("isnan", "isinf", "isfinite"):
            self.same(getattr(tendon, name)(x), getattr(np, name)(a), "bool")
        i = tendon.tensor([1, 2])
        self.assertEqual(tendon.isfinite(i).tolist(), [True, True])
        self.assertEqual(tendon.isinf(i).tolist(), [False, False])

    def test_methods_are_the_functions(self):
        a = np.abs(random_array(self.rng, (3, 4), "float64")) + 0.1
        x = tendon.from_numpy(a)
        for (
            name
        ) in "exp log sqrt rsqrt sin cos tanh sigmoid relu softplus erf expm1 log1p floor ceil round trunc abs".split():
            with self.subTest(name=name):
                self.assertTrue((getattr(x, name)() == getattr(tendon, name)(x)).all())

    def test_in_place(self):
        for name in ("neg_", "exp_", "sqrt_", "relu_", "sigmoid_", "tanh_", "zero_"):
            a = np.abs(random_array(self.rng, (3, 4), "float64"))
            x = tendon.tensor(a)
            expected = getattr(x, name[:-1])() if name != "zero_" else tendon.zeros_like(x)
            y = getattr(x, name)()
            with self.subTest(name=name):
                self.assertIs(y, x)
                self.same(x, expected.numpy(), exact=True)
        x = tendon.tensor([-3.0, 0.5, 9.0])
        self.assertEqual(x.clamp_(-1, 1).tolist(), [-1.0, 0.5, 1.0])
        self.assertEqual(x.fill_(2).tolist(), [2.0, 2.0, 2.0])
        self.assertEqual(x.copy_(tendon.tensor(5.0)).tolist(), [5.0, 5.0, 5.0])

    def test_clamp(self):
        a = random_array(self.rng, (5, 4), "float64")
        x = tendon.from_numpy(a)
        self.same(x.clamp(-0.5, 0.5), np.clip(a, -0.5, 0.5), exact=True)
        self.same(x.clip(min=0), np.clip(a, 0, None), exact=True)
        self.same(x.clamp(max=0), np.clip(a, None, 0), exact=True)
        low = random_array(self.rng, (4,), "float64")
        self.same(x.clamp(tendon.from_numpy(low), 2), np.minimum(np.maximum(a, low), 2), exact=True)
        self.same(x.clamp(max=tendon.from_numpy(low)), np.minimum(a, low), exact=True)
        with self.assertRaises(ValueError):
            x.clamp()

    def test_dropout(self):
        x = tendon.ones(1000)
        self.assertTrue(tendon.is_same(tendon.dropout(x, 0.5, training=False), x))
        tendon.manual_seed(1)
        y = tendon.dropout(x, 0.25)
        kept = (y != 0).sum().item()
        self.assertTrue(650 < kept < 850)
        self.assertAlmostEqual(y.max().item(), 1 / 0.75, places=6)


class Binary(Beside):
    PAIRS = (((), ()), ((3,), ()), ((), (3,)), ((2, 3), (3,)), ((4, 1, 5), (3, 1)), ((2, 0), (1, 1)))

    def test_arithmetic_of_floats(self):
        import operator

        for symbol in ("add", "sub", "mul", "truediv"):
            for dtype in REAL:
                for left, right in self.PAIRS:
                    a, b = random_array(self.rng, left, dtype), random_array(self.rng, right, dtype)
                    function = getattr(operator, symbol)
                    with self.subTest(symbol=symbol, left=left, right=right):
                        self.same(function(tendon.from_numpy(a), tendon.from_numpy(b)), function(a, b), dtype)

    def test_arithmetic_of_integers(self):
        import operator

        for symbol in ("add", "sub", "mul", "floordiv", "mod"):
            for dtype in WHOLE:
                a, b = random_array(self.rng, (4, 5), dtype), random_array(self.rng, (5,), dtype)
                b[b == 0] = 3
                function = getattr(operator, symbol)
                with self.subTest(symbol=symbol, dtype=dtype):
                    self.same(function(tendon.from_numpy(a), tendon.from_numpy(b)), function(a, b), dtype, exact=True)

    def test_numbers_on_both_sides(self):
        import operator

        a = random_array(self.rng, (3, 4), "float64") + 3
        x = tendon.from_numpy(a)
        for symbol in ("add", "sub", "mul", "truediv", "pow", "floordiv"):
            function = getattr(operator, symbol)
            for number in (2, 2.5, True, np.float32(1.5), np.int64(3), np.bool_(True)):
                plain = number.item() if isinstance(number, np.generic) else number
                with self.subTest(symbol=symbol, number=number):
                    self.same(function(x, number), function(a, plain))
                    self.same(function(number, x), function(plain, a))
        i = tendon.from_numpy(np.arange(1, 5, dtype=np.int32))
        for symbol, expected in (
            ("add", [11, 12, 13, 14]),
            ("sub", [9, 8, 7, 6]),
            ("mul", [10, 20, 30, 40]),
            ("mod", [0, 0, 1, 2]),
        ):
            got = getattr(operator, symbol)(10, i)
            self.assertEqual((got.tolist(), got.dtype), (expected, "int32"))
        self.assertEqual((1 / i).dtype, "float32")
        self.assertEqual((i + 1.5).dtype, "float32")
        self.assertEqual((1.5 + i).dtype, "float32")
        self.assertEqual((2.5 - tendon.tensor(1, dtype="int32")).dtype, "float32")
        self.assertEqual((2 - tendon.tensor(1, dtype="int32")).dtype, "int32")
        self.assertEqual((2 - tendon.tensor([1.0], dtype="float16")).dtype, "float16")
        self.assertEqual((1 - tendon.tensor([True])).dtype, "int64")

    def test_comparisons(self):
        import operator

        for name in ("eq", "ne", "lt", "le", "gt", "ge"):
            function = getattr(operator, name)
            for dtype in REAL + WHOLE + ("bool",):
                a, b = random_array(self.rng, (6, 7), dtype), random_array(self.rng, (7,), dtype)
                x, y = tendon.from_numpy(a), tendon.from_numpy(b)
                with self.subTest(name=name, dtype=dtype):
                    self.same(function(x, y), function(a, b), "bool")
                    self.same(getattr(tendon, name)(x, y), function(a, b), "bool")
                    self.same(function(x, 1), function(a, 1), "bool")
                    self.same(function(1, x), function(1, a), "bool")

    def test_logic(self):
        a, b = random_array(self.rng, (6, 7), "bool"), random_array(self.rng, (7,), "bool")
        x, y = tendon.from_numpy(a), tendon.from_numpy(b)
        self.same(x & y, a & b, "bool")
        self.same(x | y, a | b, "bool")
        self.same(x ^ y, a ^ b, "bool")
        self.same(~x, ~a, "bool")
        self.same(x & True, a & True, "bool")
        self.same(False | x, False | a, "bool")
        self.same(tendon.logical_and(x, y), np.logical_and(a, b))
        i = tendon.tensor([1, 2])
        for refused in (lambda: i & i, lambda: ~i, lambda: i | True, lambda: x & 1):
            with self.assertRaises(TypeError):
                refused()

    def test_maximum_minimum_pow_where(self):
        a, b = random_array(self.rng, (6, 7), "float64"), random_array(self.rng, (7,), "float64")
        x, y = tendon.from_numpy(a), tendon.from_numpy(b)
        self.same(tendon.maximum(x, y), np.maximum(a, b), exact=True)
        self.same(tendon.minimum(x, y), np.minimum(a, b), exact=True)
        self.same(tendon.maximum(x, 0.25), np.maximum(a, 0.25), exact=True)
        self.same(tendon.pow(x.abs(), y), np.abs(a) ** b)
        self.same(x**2, a**2)
        self.same(2**y, 2**b)
        self.same(tendon.where(x > y, x, y), np.where(a > b, a, b), exact=True)
        self.same(tendon.where(x > 0, x, 0), np.where(a > 0, a, 0), "float64", exact=True)
        self.same((x > 0).where(1.0, x), np.where(a > 0, 1.0, a), "float64", exact=True)

    def test_where_of_numbers(self):
        mask = tendon.tensor([True, False])
        for a, b, dtype in (
            (1, 2, "int64"),
            (1, 2.5, "float32"),
            (2.5, 1, "float32"),
            (True, False, "bool"),
            (True, 3, "int64"),
        ):
            got = tendon.where(mask, a, b)
            self.assertEqual((got.tolist(), got.dtype), ([a, b], dtype))

    def test_division(self):
        a, b = random_array(self.rng, (6, 7), "float64"), random_array(self.rng, (7,), "float64")
        x, y = tendon.from_numpy(a), tendon.from_numpy(b)
        self.same(tendon.div(x, y), a / b)
        self.same(tendon.div(x, y, rounding_mode="floor"), np.floor(a / b))
        self.same(tendon.div(x, y, rounding_mode="trunc"), np.trunc(a / b))
        self.same(x // 0.3, np.floor(a / 0.3))
        i, j = np.array([7, -7, 8]), np.array([2, 2, -3])
        self.same(tendon.from_numpy(i) // tendon.from_numpy(j), i // j, exact=True)
        self.same(tendon.from_numpy(i) % 4, i % 4, exact=True)
        with self.assertRaises(ValueError):
            tendon.div(x, y, rounding_mode="up")
        with self.assertRaises(TypeError):
            x % 2

    def test_in_place(self):
        import operator

        a, b = random_array(self.rng, (6, 7), "float64") + 4, np.abs(random_array(self.rng, (7,), "float64")) + 1
        for symbol in ("iadd", "isub", "imul", "itruediv", "ifloordiv", "ipow"):
            for other in (b, 2, 1.5):
                array, x = a.copy(), tendon.tensor(a)
                there = x
                function = getattr(operator, symbol)
                array = function(array, other)
                x = function(x, tendon.from_numpy(other) if other is b else other)
                with self.subTest(symbol=symbol):
                    self.assertIs(x, there)
                    self.same(x, array)
        i = tendon.tensor([7, 8])
        i %= 4
        self.assertEqual(i.tolist(), [3, 0])
        m = tendon.tensor([True, False])
        m &= tendon.tensor([True, True])
        m |= False
        m ^= tendon.tensor([True, False])
        self.assertEqual(m.tolist(), [False, False])
        for refused in ("iadd", "ipow", "itruediv"):
            with self.assertRaises(TypeError):
                getattr(operator, refused)(i, 0.5)
        self.assertEqual(i.tolist(), [3, 0])

    def test_arrays_are_sent_through_from_numpy(self):
        x, a = tendon.ones(3), np.ones(3)
        for wrong in (lambda: x + a, lambda: a + x, lambda: x == a, lambda: a < x, lambda: x @ a, lambda: a @ x):
            with self.assertRaisesRegex(TypeError, "from_numpy"):
                wrong()
        with self.assertRaises(TypeError):
            a += x


class Reductions(Beside):
    def test_over_dims(self):
        for name in ("sum", "mean", "max", "min", "any", "all"):
            for dtype in ("float64", "float32") + (() if name == "mean" else ("int32", "bool")):
                a = random_array(self.rng, (3, 4, 5), dtype)
                x = tendon.from_numpy(a)
                for dims in (None, 0, -1, (0, 2), [1]):
                    axis = tuple(dims) if isinstance(dims, list) else dims
                    for keep in (False, True):
                        expected = getattr(np, name)(a, axis=axis, keepdims=keep)
                        with self.subTest(name=name, dtype=dtype, dims=dims):
                            self.same(getattr(x, name)(dims, keep), expected)
                            self.same(getattr(tendon, name)(x, axis=dims, keepdims=keep), expected)
                            self.same(getattr(x, name)(dim=dims, keepdim=keep), expected)

    def test_dtypes(self):
        x = tendon.from_numpy(np.arange(6, dtype=np.int32))
        self.assertEqual(x.sum().dtype, "int64")
        self.assertEqual(x.sum(dtype="float64").dtype, "float64")
        self.assertEqual(x.mean(dtype=tendon.float32).item(), 2.5)
        with self.assertRaises(TypeError):
            x.mean()
        with self.assertRaises(TypeError):
            x.sum(dim=0, axis=0)
        with self.assertRaises(ValueError):
            x.sum(dim=())

    def test_var_and_std(self):
        a = random_array(self.rng, (6, 7), "float64")
        x = tendon.from_numpy(a)
        for axis in (None, 0, 1):
            for correction in (0, 1, 2):
                self.same(x.var(axis, correction=correction), a.var(axis, ddof=correction))
                self.same(x.std(axis, correction=correction), a.std(axis, ddof=correction))
        self.same(x.var(0, True), a.var(0, ddof=1, keepdims=True))
        from tendon import array_api as xp

        self.same(xp.var(x, axis=1), np.var(a, axis=1))
        self.same(xp.std(x), np.std(a))

    def test_arg(self):
        a = self.rng.permutation(60).reshape(3, 4, 5)
        x = tendon.from_numpy(a)
        for name in ("argmax", "argmin"):
            self.same(getattr(x, name)(), getattr(a, name)(), "int64")
            for dim in (0, 1, -1):
                self.same(getattr(x, name)(dim), getattr(a, name)(dim))
                self.same(
                    getattr(tendon, name)(x, axis=dim, keepdims=True), getattr(np, name)(a, axis=dim, keepdims=True)
                )


class Products(Beside):
    def test_matmul(self):
        for left, right in (
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 4)),
            ((2, 3), (3, 4)),
            ((5, 2, 3), (3, 4)),
            ((5, 1, 2, 3), (6, 3, 2)),
        ):
            for dtype in REAL + ("int64",):
                a, b = random_array(self.rng, left, dtype), random_array(self.rng, right, dtype)
                with self.subTest(left=left, right=right, dtype=dtype):
                    self.same(tendon.from_numpy(a) @ tendon.from_numpy(b), a @ b, dtype)
                    self.same(tendon.matmul(tendon.from_numpy(a), tendon.from_numpy(b)), a @ b, dtype)

    def test_linear_outer_dot_vecdot(self):
        a, w, b = (random_array(self.rng, s, "float64") for s in ((5, 3), (4, 3), (4,)))
        x, y, z = map(tendon.from_numpy, (a, w, b))
        self.same(tendon.linear(x, y, z), a @ w.T + b)
        self.same(tendon.linear(x, y), a @ w.T)
        u, v = random_array(self.rng, (6,), "float64"), random_array(self.rng, (6,), "float64")
        s, t = tendon.from_numpy(u), tendon.from_numpy(v)
        self.same(tendon.outer(s, t), np.outer(u, v))
        self.same(tendon.dot(s, t), np.dot(u, v))
        self.same(tendon.vecdot(x, y[0]), (a * w[0]).sum(-1))
        with self.assertRaises(ValueError):
            tendon.dot(x, y)
        with self.assertRaises(ValueError):
            x @ x

    def test_softmax_and_losses(self):
        a = random_array(self.rng, (6, 5), "float64")
        x = tendon.from_numpy(a)
        e = np.exp(a - a.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        self.same(tendon.softmax(x, dim=1), p)
        self.same(x.softmax(-1), p)
        self.same(tendon.log_softmax(x, axis=1), np.log(p))
        target = np.array([0, 4, 2, 2, 1, 3])
        losses = -np.log(p[np.arange(6), target])
        t = tendon.from_numpy(target)
        self.same(tendon.cross_entropy(x, t), losses.mean())
        self.same(tendon.cross_entropy(x, t, reduction="sum"), losses.sum())
        self.same(tendon.cross_entropy(x, t, reduction="none"), losses)
        weight = np.arange(1.0, 6.0)
        weighted = (losses * weight[target]).sum() / weight[target].sum()
        self.same(tendon.cross_entropy(x, t, tendon.from_numpy(weight)), weighted)
        with self.assertRaises(ValueError):
            tendon.cross_entropy(x, t, reduction="avg")
        b = random_array(self.rng, (6, 5), "float64")
        self.same(tendon.mse_loss(x, tendon.from_numpy(b)), ((a - b) ** 2).mean())


class NumbersOnTheLeft(Beside):
    """A number is the same operand on both sides, also where it does not fit into the tensor's dtype."""

    CASES = (
        ("int8", 300), ("int8", -1), ("int8", 1.5), ("uint8", 300), ("uint8", -1), ("int64", 2**62), ("uint64", -1),
        ("float16", 1e6), ("float16", 65519.0), ("float16", 0.1), ("bfloat16", 1e39), ("float32", -1e300),
        ("float32", 7), ("float64", 0.1), ("float32", float("inf")), ("float32", True),
    )  # fmt: skip

    def test_operands_exchanged(self):
        for dtype, number in self.CASES:
            x = tendon.tensor([1, 2, 100], dtype=dtype)
            for name, other in (
                ("add", "add"), ("mul", "mul"), ("eq", "eq"), ("ne", "ne"), ("lt", "gt"), ("le", "ge"), ("gt", "lt"),
                ("ge", "le"), ("logical_and", "logical_and"), ("logical_or", "logical_or"),
            ):  # fmt: skip
                left, right = getattr(tendon, name)(number, x), getattr(tendon, other)(x, number)
                self.assertEqual((left.dtype, left.tolist()), (right.dtype, right.tolist()), (dtype, number, name))

    def test_differences(self):
        for dtype, number in self.CASES:
            x = tendon.tensor([1, 2, 100], dtype=dtype)
            left, right = number - x, -(x - number)
            self.assertEqual((left.dtype, left.tolist()), (right.dtype, right.tolist()), (dtype, number))
        self.assertEqual((1.5 - tendon.tensor([-128], dtype="int8")).tolist(), [129.5])
        self.assertEqual((300 - tendon.tensor([1], dtype="uint8")).tolist(), [43])
        self.assertEqual((3 - tendon.tensor([True, False])).tolist(), [2, 3])
        self.assertEqual(str((0.0 - tendon.tensor([0.0])).tolist()), "[0.0]")

    def test_quotients_and_powers(self):
        self.assertEqual((300 / tendon.tensor([1, -128], dtype="int8")).tolist(), [300, -2.34375])
        self.assertEqual((-1 / tendon.tensor([4], dtype="uint8")).tolist(), [-0.25])
        y = 1e6 / tendon.tensor([1000.0, 1e4], dtype="float16")
        self.assertEqual((y.dtype, y.tolist()), ("float16", [1000, 100]))
        self.assertEqual((1e300 / tendon.tensor([1.0])).tolist(), [float("inf")])
        self.assertEqual((300 ** tendon.tensor([1, 2], dtype="int8")).tolist(), [44, -112])
        self.assertEqual((1e6 ** tendon.tensor([0.5], dtype="float16")).tolist(), [float("inf")])
        self.assertEqual((300 // tendon.tensor([3], dtype="int8")).tolist(), [14])

    def test_extremes(self):
        x = tendon.tensor([1.0, -2.0])
        for number in (-1e300, float("-inf")):
            self.assertEqual(tendon.maximum(x, number).tolist(), [1, -2])
            self.assertEqual(tendon.maximum(number, x).tolist(), [1, -2])
        half = tendon.zeros(1, dtype="float16")
        self.assertEqual(tendon.maximum(65519.0, half).tolist(), [65504])
        self.assertEqual(tendon.maximum(65520.0, half).tolist(), [float("inf")])
        self.assertNotEqual(tendon.maximum(half, float("nan")).item(), 0)
        for one in (tendon.ones(1, dtype="int8"), tendon.ones(1, dtype="uint8")):
            with self.assertRaises(tendon.InvalidArgument):
                tendon.maximum(one, 300)
            with self.assertRaises(tendon.InvalidArgument):
                tendon.where(one > 0, one, 300)

    def test_a_truth_need_not_fit(self):
        self.assertEqual(tendon.logical_and(tendon.tensor([1], dtype="uint8"), 256).tolist(), [True])
        self.assertEqual(tendon.logical_xor(0.5, tendon.tensor([1])).tolist(), [False])

    def test_gradients(self):
        for compute, expected in (
            (lambda x: 3 - x, [-1, -1]), (lambda x: 3 + x, [1, 1]), (lambda x: 3 * x, [3, 3]),
            (lambda x: 8 / x, [-2, -0.5]),
        ):  # fmt: skip
            for dtype in ("float16", "float32", "float64"):
                x = tendon.tensor([2.0, 4.0], dtype=dtype, requires_grad=True)
                compute(x).sum().backward()
                self.assertEqual((x.grad.dtype, x.grad.tolist()), (dtype, expected))


class CalledByNumPy(Beside):
    def test_reductions(self):
        a = self.rng.standard_normal((3, 4)).astype("float32")
        x = tendon.from_numpy(a)
        for name in ("sum", "mean", "max", "min", "std", "var", "argmax", "argmin", "amax", "amin"):
            for keywords in ({}, {"axis": 0}, {"axis": 1}, {"axis": -1, "keepdims": True}):
                if "keepdims" in keywords and name.startswith("arg") and np.lib.NumpyVersion(np.__version__) < "1.22.0":
                    continue
                function = getattr(np, name)
                self.same(function(x, **keywords), function(a, **keywords))
        for name in ("any", "all"):
            for axis in (None, 0, 1):
                self.same(getattr(np, name)(x > 0, axis=axis), getattr(np, name)(a > 0, axis=axis))
        self.same(np.std(x, dtype="float64", ddof=1), np.std(a, dtype="float64", ddof=1), dtype="float64")
        self.same(np.sum(x, axis=(0, 1), dtype="float64"), np.sum(a, axis=(0, 1), dtype="float64"), dtype="float64")

    def test_out_is_refused(self):
        x = tendon.ones(3)
        with self.assertRaisesRegex(TypeError, "out is not taken"):
            np.sum(x, out=np.zeros(()))
        with self.assertRaisesRegex(TypeError, "out is not taken"):
            x.max(out=tendon.ones(1))


if __name__ == "__main__":
    unittest.main()
