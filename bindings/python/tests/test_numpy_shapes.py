"""Functions that make, arrange and pick elements beside NumPy's on random input."""

import unittest

from beside import Beside, np, random_array

import tendon


class Shapes(Beside):
    def test_arrangements(self):
        a = random_array(self.rng, (2, 3, 4), "float64")
        x = tendon.from_numpy(a)
        for got, expected in (
            (x.reshape(6, 4), a.reshape(6, 4)), (x.reshape((4, -1)), a.reshape(4, -1)), (x.view(24), a.reshape(24)),
            (x.permute(2, 0, 1), a.transpose(2, 0, 1)), (x.permute((2, 0, 1)), a.transpose(2, 0, 1)),
            (x.transpose(0, 2), a.swapaxes(0, 2)), (x.transpose(), a.transpose()),
            (x.transpose((1, 0, 2)), a.transpose(1, 0, 2)),
            (x.T, a.T), (x.mT, np.swapaxes(a, -1, -2)), (x.swapaxes(0, 1), a.swapaxes(0, 1)), (x.flatten(), a.ravel()),
            (x.flatten(1), a.reshape(2, 12)), (x.ravel(), a.ravel()), (x.unsqueeze(1), a[:, None]),
            (x.unsqueeze(-1), a[..., None]),
            (x[:, :1].squeeze(1), a[:, :1].squeeze(1)), (x[:1, :1].squeeze(), a[:1, :1].squeeze()),
            (x[:, :1].expand(2, 5, 4), np.broadcast_to(a[:, :1], (2, 5, 4))),
            (x[:, :1].expand(-1, 5, -1), np.broadcast_to(a[:, :1], (2, 5, 4))),
            (tendon.broadcast_to(x, (5, 2, 3, 4)), np.broadcast_to(a, (5, 2, 3, 4))), (x.narrow(2, 1, 2), a[:, :, 1:3]),
            (x.select(1, 2), a[:, 2]), (tendon.moveaxis(x, 0, -1), np.moveaxis(a, 0, -1)),
            (tendon.moveaxis(x, (0, 1), (2, 0)), np.moveaxis(a, (0, 1), (2, 0))), (tendon.flip(x), np.flip(a)),
            (tendon.flip(x, 1), np.flip(a, 1)), (x.flip((0, 2)), np.flip(a, (0, 2))), (x.roll(5), np.roll(a, 5)),
            (x.roll(-1, 2), np.roll(a, -1, 2)), (x.roll((1, 2), (0, 2)), np.roll(a, (1, 2), (0, 2))),
            (tendon.expand_dims(x, axis=0), np.expand_dims(a, 0)),
            (tendon.expand_dims(x, axis=(0, -1)), np.expand_dims(a, (0, -1))),
            (tendon.permute_dims(x, (2, 1, 0)), a.transpose(2, 1, 0)),
            (tendon.matrix_transpose(x), np.swapaxes(a, -1, -2)),
        ):  # fmt: skip
            self.same(got, expected, exact=True)

    def test_t_and_copy(self):
        a = random_array(self.rng, (3, 4), "float64")
        x = tendon.from_numpy(a)
        self.same(x.t(), a.T, exact=True)
        self.assertEqual(x[0].t().shape, (4,))
        self.same(x.copy(), a, exact=True)
        self.assertFalse(tendon.shares_memory(x.copy(), x))
        with self.assertRaises(ValueError):
            x[None].t()

    def test_views_share_and_copies_do_not(self):
        a = random_array(self.rng, (4, 6), "float64")
        x = tendon.from_numpy(a)
        for view in (x.T, x.view(24), x[1:], x.unsqueeze(0), x.narrow(0, 1, 1), x[...], x[:], x[()], x.expand(2, 4, 6)):
            self.assertTrue(tendon.shares_memory(x, view))
            self.assertTrue(np.shares_memory(a, view.numpy()))
        for copy in (x.clone(), x.flip(0), x.roll(1, 0), x[[0, 1]], x.reshape(24, copy=True)):
            self.assertFalse(tendon.shares_memory(x, copy))
        with self.assertRaises(tendon.NotContiguousError):
            x.T.view(24)
        with self.assertRaises(tendon.NotContiguousError):
            x.T.reshape(24, copy=False)

    def test_composed(self):
        a, v = random_array(self.rng, (3, 4, 5), "float64"), np.arange(4.0)
        x, y = tendon.from_numpy(a), tendon.from_numpy(v)
        b = random_array(self.rng, (5, 4, 2), "float64")
        z = tendon.from_numpy(b)
        for got, expected in (
            (tendon.tile(x, 2), np.tile(a, 2)), (tendon.tile(y, (2, 3)), np.tile(v, (2, 3))),
            (tendon.tile(x, (1, 0, 2)), np.tile(a, (1, 0, 2))),
            (tendon.repeat(x, 2, 1), np.repeat(a, 2, 1)), (tendon.repeat(x, 3), np.repeat(a, 3)),
            (tendon.repeat(x, [1, 0, 2], axis=0), np.repeat(a, [1, 0, 2], 0)),
            (tendon.count_nonzero(x > 0, 1), np.count_nonzero(a > 0, 1)),
            (tendon.count_nonzero(x), np.count_nonzero(a)),
            (tendon.diff(x), np.diff(a)), (tendon.diff(x, 2, 1), np.diff(a, 2, 1)),
            (tendon.diff(x, axis=0, prepend=x[:1]), np.diff(a, axis=0, prepend=a[:1])),
            (tendon.diff(x > 0), np.diff(a > 0)), (tendon.tensordot(x, z, 1), np.tensordot(a, b, 1)),
            (tendon.tensordot(x, z, ([2, 1], [0, 1])), np.tensordot(a, b, ([2, 1], [0, 1]))),
            (tendon.tensordot(y, y, 0), np.tensordot(v, v, 0)),
        ):  # fmt: skip
            self.same(got, expected)
        for k in range(-4, 6):
            self.same(tendon.tril(x, k), np.tril(a, k), "float64", exact=True)
            self.same(tendon.triu(x, k=k), np.triu(a, k), "float64", exact=True)
        for indexing in ("xy", "ij"):
            for got, expected in zip(
                tendon.meshgrid(y, y[:2], y[:3], indexing=indexing), np.meshgrid(v, v[:2], v[:3], indexing=indexing)
            ):
                self.same(got, expected, exact=True)
        for wrong in (
            lambda: tendon.tril(y), lambda: tendon.repeat(x, [1, 2], 0), lambda: tendon.repeat(x, -1),
            lambda: tendon.meshgrid(x), lambda: tendon.tensordot(x, z, 2),
            lambda: tendon.meshgrid(y, indexing="yx"), lambda: tendon.tensordot(x, z, ([0], [0, 1])),
        ):  # fmt: skip
            with self.assertRaises(ValueError):
                wrong()

    def test_cut_and_join(self):
        a = random_array(self.rng, (7, 4), "float64")
        x = tendon.from_numpy(a)
        for got, expected in (
            (x.split(3), [a[:3], a[3:6], a[6:]]), (x.split([2, 5]), [a[:2], a[2:]]),
            (x.split(2, 1), [a[:, :2], a[:, 2:]]),
            (x.chunk(3), [a[:3], a[3:6], a[6:]]), (x.unbind(), list(a)), (tendon.unstack(x, axis=1), list(a.T)),
            (tendon.broadcast_arrays(x, x[0]), np.broadcast_arrays(a, a[0])), (x.split(1), list(a[:, None])),
        ):  # fmt: skip
            self.assertEqual(len(got), len(expected))
            for g, e in zip(got, expected):
                self.same(g, e, exact=True)
        with self.assertRaises(ValueError):
            x.split([2, 4])
        self.same(tendon.cat([x, x[:2]]), np.concatenate([a, a[:2]]), exact=True)
        self.same(tendon.cat((x, x), dim=1), np.concatenate([a, a], 1), exact=True)
        self.same(tendon.concat([x, x], axis=-1), np.concatenate([a, a], -1), exact=True)
        self.same(tendon.concat([x, x[0]], axis=None), np.concatenate([a, a[0]], None), exact=True)
        self.same(tendon.stack([x, x], dim=1), np.stack([a, a], 1), exact=True)
        self.same(tendon.stack([x[0], x[1]], axis=-1), np.stack([a[0], a[1]], -1), exact=True)
        with self.assertRaises(TypeError):
            tendon.cat(x)
        with self.assertRaises(TypeError):
            tendon.cat([x, a])
        with self.assertRaises(ValueError):
            tendon.cat([x, x[:, :2]])


class Making(Beside):
    def test_rules(self):
        for got, expected in (
            (tendon.arange(5), np.arange(5)), (tendon.arange(2, 11, 3), np.arange(2, 11, 3)),
            (tendon.arange(5, 0, -2), np.arange(5, 0, -2)),
            (tendon.arange(0.0, 1.0, 0.25), np.arange(0, 1, 0.25)), (tendon.linspace(0, 1, 5), np.linspace(0, 1, 5)),
            (tendon.linspace(0, 1, num=5, endpoint=False), np.linspace(0, 1, 5, endpoint=False)),
            (tendon.eye(3), np.eye(3)),
            (tendon.eye(2, 4, dtype="int32"), np.eye(2, 4)), (tendon.full((2, 3), 7), np.full((2, 3), 7)),
            (tendon.zeros(2, 3), np.zeros((2, 3))),
            (tendon.zeros((2, 3)), np.zeros((2, 3))), (tendon.ones(4), np.ones(4)), (tendon.zeros(()), np.zeros(())),
            (tendon.ones(), np.ones(())),
            (tendon.scalar_tensor(3.5), np.array(3.5)),
        ):  # fmt: skip
            self.same(got, expected)
        x = tendon.ones(2, 3, dtype="int16")
        for like in (tendon.zeros_like(x), tendon.ones_like(x), tendon.full_like(x, 5), tendon.empty_like(x)):
            self.assertEqual((like.shape, like.dtype), ((2, 3), "int16"))
        self.assertEqual(tendon.zeros_like(x, dtype="float64").dtype, "float64")

    def test_random(self):
        tendon.manual_seed(3)
        first = tendon.rand(1000), tendon.randn(1000), tendon.randint(0, 10, (1000,)), tendon.randperm(100)
        tendon.manual_seed(3)
        again = tendon.rand(1000), tendon.randn(1000), tendon.randint(0, 10, (1000,)), tendon.randperm(100)
        for a, b in zip(first, again):
            self.assertTrue((a == b).all())
        uniform, normal, whole, order = first
        self.assertTrue(0 <= uniform.min().item() and uniform.max().item() < 1)
        self.assertTrue(abs(uniform.mean().item() - 0.5) < 0.05)
        self.assertTrue(abs(normal.std().item() - 1) < 0.1)
        self.assertEqual(sorted(set(whole.tolist())), list(range(10)))
        self.assertEqual(sorted(order.tolist()), list(range(100)))
        self.assertEqual(tendon.randint(5, size=(2, 2)).shape, (2, 2))
        self.assertEqual(tendon.rand_like(tendon.ones(2, 2, dtype="float64")).dtype, "float64")
        self.assertFalse((tendon.rand(100) == uniform[:100]).all())


class ThroughIndices(Beside):
    def test_gathering(self):
        a = random_array(self.rng, (4, 5), "float64")
        x = tendon.from_numpy(a)
        i = np.array([3, 0, 0])
        t = tendon.from_numpy(i)
        self.same(x.index_select(0, t), a[i], exact=True)
        self.same(x.index_select(1, t), a[:, i], exact=True)
        self.same(tendon.take(x, t, axis=1), np.take(a, i, axis=1), exact=True)
        self.same(tendon.take(x, t), np.take(a, i), exact=True)
        j = np.argsort(a, axis=1)
        self.same(x.gather(1, tendon.from_numpy(j)), np.take_along_axis(a, j, 1), exact=True)
        self.same(tendon.take_along_axis(x, tendon.from_numpy(j - 5), 1), np.take_along_axis(a, j - 5, 1), exact=True)
        self.same(tendon.one_hot(t, 4), np.eye(4, dtype=int)[i], "int64")
        mask = a > 0
        self.same(x.masked_select(tendon.from_numpy(mask)), a[mask], exact=True)
        self.same(x.masked_fill(tendon.from_numpy(mask), -1), np.where(mask, -1, a), exact=True)
        for got, expected in zip(tendon.nonzero(x > 0), np.nonzero(mask)):
            self.same(got, expected, "int64")

    def test_scattering(self):
        a = np.zeros((4, 5))
        src = random_array(self.rng, (3, 5), "float64")
        i = np.array([3, 0, 3])
        expected = a.copy()
        np.add.at(expected, i, src)
        x = tendon.from_numpy(a)
        self.same(x.index_add(0, tendon.from_numpy(i), tendon.from_numpy(src)), expected)
        j = np.repeat(i[:, None], 5, 1)
        self.same(x.scatter_add(0, tendon.from_numpy(j), tendon.from_numpy(src)), expected)
        self.assertEqual(a.sum(), 0)


if __name__ == "__main__":
    unittest.main()
