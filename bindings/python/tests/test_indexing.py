"""x[key] and x[key] = value without NumPy: what is refused, and gradients through both."""

import random
import unittest

import tendon


class Indexing(unittest.TestCase):
    def setUp(self):
        self.x = tendon.arange(12).reshape(3, 4)

    def test_refused_keys(self):
        x = self.x
        for key, kind, words in (
            (5, IndexError, "out of bounds"), ((0, 0, 0), IndexError, "too many"), ((..., ...), IndexError, "ellipsis"),
            ((True, 5), IndexError, "out of bounds"),
            (1.5, IndexError, "index is"), ("a", IndexError, "index is"), (slice(None, None, -1), ValueError, "flip"),
            (slice(None, None, 0), ValueError, "0"),
            ([0, 3], IndexError, "out of bounds"), ([[True, False]], IndexError, "mask"),
            ([True, False], IndexError, "mask"), ([1.5], IndexError, "integers"),
            (([0, 1], [0, 1, 2]), IndexError, "broadcast"), (([[True] * 4] * 3, 0), IndexError, "too many"),
            (slice("a", None), TypeError, ""), (object(), IndexError, "index is"),
        ):  # fmt: skip
            before = x.tolist()
            with self.assertRaisesRegex(kind, words, msg=str(key)):
                x[key]
            with self.assertRaisesRegex(kind, words, msg=str(key)):
                x[key] = 1
            self.assertEqual(x.tolist(), before)
        for key in (0, slice(None), [0]):
            with self.assertRaises(IndexError):
                tendon.tensor(1.0)[key]

    def test_refused_values(self):
        x = self.x
        for key, value, kind in (
            (0, [1, 2, 3], ValueError), (0, "a", TypeError), (0, None, TypeError),
            ([0, 1], tendon.ones(3, 4), ValueError), (x > 5, tendon.ones(2), ValueError),
        ):  # fmt: skip
            before = x.tolist()
            with self.assertRaises(kind, msg=str((key, value))):
                x[key] = value
            self.assertEqual(x.tolist(), before)

    def test_a_write_of_what_lies_in_the_target_itself(self):
        for count in (200, 8):
            x = tendon.arange(0.0, float(count))
            x[[1, 2, 3]] = x[0:3]
            self.assertEqual(x[:6].tolist(), [0, 0, 1, 2, 4, 5])
            x[[0, 0, 1]] = x[3:6]
            self.assertEqual(x[:6].tolist(), [4, 5, 1, 2, 4, 5])

    def test_axes_out_of_range(self):
        from tendon import array_api

        x, places = self.x, tendon.zeros(3, 4, dtype="int64")
        for axis in (2, 3, -3, 100):
            for take in (tendon.take, lambda x, i, axis: array_api.take(x, i, axis=axis)):
                with self.assertRaisesRegex(IndexError, f"axis {axis} is out of bounds"):
                    take(x, [0], axis)
            with self.assertRaisesRegex(IndexError, f"axis {axis} is out of bounds"):
                tendon.take_along_axis(x, places, axis)
        self.assertEqual(tendon.take(x, [0], -2).tolist(), [[0, 1, 2, 3]])
        self.assertEqual(tendon.take(x, [0], -1).tolist(), [[0], [4], [8]])
        self.assertEqual(tendon.take_along_axis(x, places, -2).tolist(), [[0, 1, 2, 3]] * 3)

    def test_without_numpy(self):
        x = self.x
        self.assertEqual(x[1].tolist(), [4, 5, 6, 7])
        self.assertEqual(x[:, 1:3].tolist(), [[1, 2], [5, 6], [9, 10]])
        self.assertEqual(x[-1, ..., ::2].tolist(), [8, 10])
        self.assertEqual(x[None].shape, (1, 3, 4))
        self.assertEqual(x[[2, 0]].tolist(), [[8, 9, 10, 11], [0, 1, 2, 3]])
        self.assertEqual(x[[0, 1], [1, -1]].tolist(), [1, 7])
        self.assertEqual(x[x > 8].tolist(), [9, 10, 11])
        self.assertEqual(x[[True, False, True]].tolist(), [[0, 1, 2, 3], [8, 9, 10, 11]])
        self.assertEqual(x[tendon.tensor(1)].tolist(), [4, 5, 6, 7])
        self.assertEqual(x[range(2), 0].tolist(), [0, 4])
        x[0] = [9, 8, 7, 6]
        x[1:, 0] = tendon.tensor([[1], [2]]).squeeze()
        x[x == 5] = 0
        x[[2, 2], [3, 3]] = [1, 2]
        self.assertEqual(x.tolist(), [[9, 8, 7, 6], [1, 0, 6, 7], [2, 9, 10, 2]])

    def test_writes_through_positions_that_repeat(self):
        rng = random.Random(1)
        for _ in range(50):
            rows, columns, count = rng.randrange(5, 60), rng.randrange(1, 4), rng.randrange(1, 100)
            expected = [[float(i * columns + j) for j in range(columns)] for i in range(rows)]
            x = tendon.tensor(expected, dtype="float64")
            positions = [rng.randrange(-rows, rows) for _ in range(count)]
            values = [[rng.random() for _ in range(columns)] for _ in range(count)]
            x[positions] = values
            for position, value in zip(positions, values):
                expected[position] = value
            self.assertEqual(x.tolist(), expected)

    def test_floats_of_lists_keep_their_digits(self):
        x = tendon.zeros(2, 2, dtype="float64")
        x[0] = [0.1, 0.2]
        x[[1]] = [0.3, 0.4]
        self.assertEqual(x.tolist(), [[0.1, 0.2], [0.3, 0.4]])

    def test_gradients_flow_through_numbers_written(self):
        for key in (0, [1], tendon.tensor([[True, False], [False, True]]), (slice(None), 1)):
            y = tendon.ones(2, 2, requires_grad=True)
            x = y * 3
            x[key] = 5.0
            x.sum().backward()
            hit = tendon.zeros(2, 2)
            hit[key] = 1
            self.assertEqual(y.grad.tolist(), (3 * (1 - hit)).tolist(), str(key))

    def test_gradients_flow_through_reads(self):
        x = tendon.arange(6, dtype="float64").reshape(2, 3).requires_grad_()
        for key, expected in (
            (0, [[1, 1, 1], [0, 0, 0]]), ((slice(None), 1), [[0, 1, 0], [0, 1, 0]]), ([1, 1], [[0, 0, 0], [2, 2, 2]]),
            (([0, 1], [2, 2]), [[0, 0, 1], [0, 0, 1]]),
            (x.detach() > 3, [[0, 0, 0], [0, 1, 1]]), ((None, ..., slice(None, None, 2)), [[1, 0, 1], [1, 0, 1]]),
        ):  # fmt: skip
            x.grad = None
            x[key].sum().backward()
            self.assertEqual(x.grad.tolist(), expected, str(key))

    def test_gradients_flow_through_writes(self):
        for key in (0, (slice(None), 1), [1], ([0, 1], [2, 0]), "mask", list(range(2)) * 20):
            key = tendon.tensor([[True, False, False], [False, True, True]]) if key == "mask" else key
            y = tendon.full((2, 3), 3.0, requires_grad=True)
            shape = y.detach()[key].shape
            v = tendon.full(shape, 2.0, requires_grad=True)
            x = y * 1
            x[key] = v
            (x * x).sum().backward()
            hit = tendon.zeros(2, 3)
            hit[key] = 1.0
            self.assertTrue((y.grad == 6 * (1 - hit)).all(), str(key))
            # Of repeated places only the last one is in x.
            self.assertEqual(v.grad.sum().item(), 4 * hit.sum().item(), str(key))


if __name__ == "__main__":
    unittest.main()
