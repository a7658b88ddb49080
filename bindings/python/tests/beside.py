"""What tests of functions beside NumPy's share."""

import unittest

import tendon

try:
    import numpy as np
except ImportError:
    np = None

REAL = ("float32", "float64")
WHOLE = ("uint8", "int8", "int16", "int32", "int64")
TOLERANCE = {"float16": 2e-3, "float32": 3e-6, "float64": 1e-13}


def random_array(rng, shape, dtype):
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.startswith("uint"):
        return rng.integers(0, 9, shape).astype(dtype)
    if dtype.startswith("int"):
        return rng.integers(-9, 9, shape).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)


@unittest.skipIf(np is None, "NumPy is not installed")
class Beside(unittest.TestCase):
    def setUp(self):
        self.rng = np.random.default_rng(7)

    def same(self, got, expected, dtype=None, exact=False):
        """The values, the shape, and the dtype if it is given."""
        expected = np.asarray(expected)
        self.assertIsInstance(got, tendon.Tensor)
        self.assertEqual(got.shape, expected.shape)
        if dtype is not None:
            self.assertEqual(got.dtype, dtype)
        tolerance = 0 if exact else TOLERANCE.get(got.dtype.name, 0)
        # Relative to the largest value there is: where numbers cancel no element alone says how exact it can be.
        scale = float(np.max(np.abs(expected[np.isfinite(expected)]), initial=0)) if expected.dtype.kind == "f" else 0
        np.testing.assert_allclose(got.numpy(), expected, rtol=tolerance, atol=tolerance * scale)

    def arrays(self, dtypes, shapes=((), (3,), (2, 3), (2, 0), (4, 1, 5))):
        for dtype in dtypes:
            for shape in shapes:
                yield random_array(self.rng, shape, dtype)
