"""x[key] and x[key] = value beside NumPy's, on random keys."""

import random
import unittest
import warnings

import tendon

try:
    import numpy as np
except ImportError:
    np = None


def random_key(rng, shape):
    """A key for NumPy of everything that a key may have: ints, slices, None, ..., integer arrays, a mask."""
    parts, dim, arrays = [], 0, None
    used_mask = used_ellipsis = False
    while dim < len(shape) and rng.random() < 0.85:
        n = shape[dim]
        kind = rng.choice(("int", "slice", "slice", "none", "array", "array", "mask", "ellipsis", "bool"))
        if kind == "int" and n:
            parts.append(rng.randrange(-n, n))
            dim += 1
        elif kind == "slice":
            ends = [None, *range(-n - 1, n + 2)]
            parts.append(slice(rng.choice(ends), rng.choice(ends), rng.choice((None, 1, 2, 3))))
            dim += 1
        elif kind == "none":
            parts.append(None)
        elif kind == "array" and n:
            if arrays is None:
                arrays = rng.choice(((3,), (2, 3), (1,), (), (0,)))
            parts.append(np.array(np.random.default_rng(rng.randrange(999)).integers(-n, n, arrays)))
            dim += 1
        elif kind == "mask" and not used_mask and arrays is None:
            rank = rng.choice((1, 2))
            if dim + rank <= len(shape):
                mask = np.random.default_rng(rng.randrange(999)).integers(0, 2, shape[dim : dim + rank]).astype(bool)
                parts.append(mask)
                # Arrays beside a mask must be broadcast with what it selects.
                arrays, used_mask = rng.choice(((), (1,), (int(mask.sum()),))), True
                dim += rank
        elif kind == "bool" and not used_mask and arrays is None:
            parts.append(np.array(rng.random() < 0.7))
            arrays, used_mask = rng.choice(((), (1,), (int(parts[-1]),))), True
        elif kind == "ellipsis" and not used_ellipsis:
            parts.append(Ellipsis)
            used_ellipsis = True
            dim += rng.randrange(len(shape) - dim + 1)
    return parts[0] if len(parts) == 1 and rng.random() < 0.5 else tuple(parts)


def as_tensors(key, rng):
    """The same key with its arrays as tensors, lists, or as they are."""

    def one(k):
        if isinstance(k, np.ndarray):
            return rng.choice(
                (
                    lambda: tendon.tensor(k),
                    lambda: k,
                    lambda: k.tolist() if (k.ndim and k.size) or k.dtype == bool else k,
                )
            )()
        return k

    return tuple(map(one, key)) if isinstance(key, tuple) else one(key)


@unittest.skipIf(np is None, "NumPy is not installed")
class Beside(unittest.TestCase):
    SHAPES = ((5,), (4, 3), (2, 3, 4), (3, 1, 2, 4), ())

    def keys(self, count):
        rng = random.Random(11)
        self.refused = 0
        for _ in range(count):
            shape = rng.choice(self.SHAPES)
            a = np.arange(int(np.prod(shape)), dtype=np.float64).reshape(shape)
            key = random_key(rng, shape)
            self.case = f"x of shape {shape}, x[{key}]"
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")  # NumPy before 1.25 only warns where nothing is selected
                    a[key]
            except (IndexError, DeprecationWarning):
                # An ellipsis before a mask can leave the mask at another dimension than it was made for.
                with self.assertRaises(IndexError, msg=self.case):
                    tendon.from_numpy(a)[as_tensors(key, rng)]
                self.refused += 1
            else:
                yield rng, a, key

    def test_reading(self):
        for rng, a, key in self.keys(3000):
            got = tendon.from_numpy(a)[as_tensors(key, rng)]
            np.testing.assert_array_equal(got.numpy(), a[key], self.case)
        self.assertTrue(0 < self.refused < 1000, self.refused)

    def test_writing(self):
        for rng, a, key in self.keys(3000):
            target = a[key].shape
            value = rng.choice((7.5, "full", "row", "ones")) if target else 7.5
            if value == "full":
                value = np.random.default_rng(1).standard_normal(target)
            elif value == "row":
                value = np.random.default_rng(1).standard_normal(target[-1:])
            elif value == "ones":
                value = np.random.default_rng(1).standard_normal((1,) * rng.randrange(1, 3) + target)
            b = a.copy()
            try:
                b[key] = value
            except TypeError:
                continue  # NumPy wants rank 1 for what goes through a mask alone
            x = tendon.tensor(a)
            x[as_tensors(key, rng)] = (
                tendon.tensor(value) if isinstance(value, np.ndarray) and rng.random() < 0.8 else value
            )
            # Repeated places take the last value in both.
            np.testing.assert_array_equal(x.numpy(), b, self.case)

    def test_many_places(self):
        """More than are written one by one."""
        rng = np.random.default_rng(2)
        a = rng.standard_normal((50, 40, 3))
        x = tendon.tensor(a)
        i, j = rng.integers(-50, 50, 500), rng.integers(0, 40, 500)
        value = rng.standard_normal((500, 3))
        a[i, j] = value
        x[i, j] = tendon.tensor(value)
        np.testing.assert_array_equal(x.numpy(), a)
        a[i] = value[:, None]
        x[i] = tendon.tensor(value[:, None])
        np.testing.assert_array_equal(x.numpy(), a)
        mask = rng.integers(0, 2, (50, 40)).astype(bool)
        value = rng.standard_normal((int(mask.sum()), 3))
        a[mask] = value
        x[tendon.tensor(mask)] = tendon.tensor(value)
        np.testing.assert_array_equal(x.numpy(), a)

    def test_integer_dtypes_as_indices(self):
        a = np.arange(20.0).reshape(4, 5)
        x = tendon.from_numpy(a)
        for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"):
            i = np.array([3, 0, 2], dtype)
            np.testing.assert_array_equal(x[tendon.tensor(i)].numpy(), a[i])
            np.testing.assert_array_equal(x[np.int64(2), i].numpy(), a[2, i])
            np.testing.assert_array_equal(x[tendon.scalar_tensor(2, dtype=dtype)].numpy(), a[2])

    def test_large_integers_stay_exact(self):
        x = tendon.tensor([2**60 + 1, 5, 7])
        x[[1]] = tendon.tensor([1.0])
        x[tendon.tensor([False, False, True])] = 3.9
        self.assertEqual(x.tolist(), [2**60 + 1, 1, 3])

    def test_a_value_that_cannot_be_one_says_why(self):
        x = tendon.zeros(3)
        for value, words in ((np.array(None), "arrays of object"), (np.zeros(3, complex), "arrays of complex128")):
            with self.assertRaisesRegex(TypeError, words):
                x[0] = value
        with self.assertRaisesRegex(TypeError, "cannot be set to NoneType"):
            x[0] = None

    def test_writes_go_to_borrowed_memory(self):
        a = np.zeros((3, 4))
        x = tendon.from_numpy(a)
        x[1] = 1
        x[:, 0] = tendon.tensor([5.0, 6.0, 7.0])
        x[[0, 2], [1, 1]] = 9.0
        x[x == 9] = 8.0
        a[0, 3] = 2.0
        self.assertEqual(x.tolist(), [[5, 8, 0, 2], [6, 1, 1, 1], [7, 8, 0, 0]])
        self.assertEqual(a.tolist(), x.tolist())

    def test_writes_of_what_lies_in_the_target_itself(self):
        """A view of the target, NumPy's and tensors', by few positions and by many, by arrays and masks."""
        for rows, few in ((200, 3), (20, 3), (200, 60), (200, 31), (200, 32)):
            for back in (False, True):
                a = np.arange(rows * 2.0).reshape(rows, 2)
                expected = a.copy()
                places = np.arange(1, few + 1)
                taken = slice(2, few + 2) if back else slice(0, few)
                mask = np.zeros(rows, bool)
                mask[places] = True
                for key in (places, mask, places.tolist()):
                    expected[key] = expected[taken]
                    for value_of in (
                        lambda x: x[taken], lambda x: x.numpy()[taken], lambda x: x[taken].detach(),
                        lambda x: tendon.from_numpy(x.numpy())[taken],
                    ):  # fmt: skip
                        x = tendon.tensor(a)
                        x[key] = value_of(x)
                        np.testing.assert_array_equal(x.numpy(), expected, str((rows, few, back)))
                    expected = a.copy()

    def test_gradients_of_writes_of_what_lies_in_the_target_itself(self):
        for rows, few in ((200, 3), (8, 3), (200, 60)):
            w = tendon.ones(rows, 2, requires_grad=True)
            y = w * 1
            y[list(range(1, few + 1))] = y[:few]
            factors = tendon.arange(0.0, rows * 2.0).reshape(rows, 2)
            (y * factors).sum().backward()
            g = factors.numpy()
            expected = g.copy()
            expected[1 : few + 1] = 0
            expected[:few] += g[1 : few + 1]
            np.testing.assert_array_equal(w.grad.numpy(), expected)


if __name__ == "__main__":
    unittest.main()
