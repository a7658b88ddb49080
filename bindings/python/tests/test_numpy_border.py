"""Arrays and tensors over the same memory: from_numpy, .numpy(), __array__, and who keeps whom alive."""

import gc
import threading
import unittest
import weakref

import tendon
from tendon import _borrow

try:
    import numpy as np
except ImportError:
    np = None
try:
    import ml_dtypes
except ImportError:
    ml_dtypes = None

DTYPES = (
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
    "float32",
    "float64",
)


def address(array):
    return array.__array_interface__["data"][0]


class Array(np.ndarray if np else object):
    """An array whose death can have consequences."""


def watched(*shape):
    """An array that owns its memory, and what tells whether it still lives."""
    array = np.zeros(shape)
    return array, weakref.ref(array)


@unittest.skipIf(np is None, "NumPy is not installed")
class Border(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.before = (
            tendon.live_handle_count(),
            tendon.live_tensor_count(),
            tendon.live_storage_count(),
            _borrow.lent_count(),
        )

    def tearDown(self):
        gc.collect()
        after = (
            tendon.live_handle_count(),
            tendon.live_tensor_count(),
            tendon.live_storage_count(),
            _borrow.lent_count(),
        )
        self.assertEqual(after, self.before, "handles, tensors, storages, lent arrays")


class SameMemory(Border):
    def test_every_dtype_there_and_back(self):
        for dtype in DTYPES:
            a = np.arange(6).reshape(2, 3).astype(dtype)
            x = tendon.from_numpy(a)
            b = x.numpy()
            self.assertEqual((x.shape, x.dtype, x.dtype.name), (a.shape, a.dtype, dtype))
            self.assertEqual((b.dtype, b.shape, b.strides), (a.dtype, a.shape, a.strides))
            self.assertEqual({address(a), address(b)}, {x.data_ptr()})
            np.testing.assert_array_equal(b, a)

    def test_writes_show_on_every_side(self):
        a = np.zeros((2, 3))
        x = tendon.from_numpy(a)
        b = x.numpy()
        a[0, 0] = 1
        x[0, 1] = 2
        b[0, 2] = 3
        x += 1
        for side in (a, b, x):
            self.assertEqual(side.tolist(), [[2, 3, 4], [1, 1, 1]])

    def test_any_strides(self):
        a = np.arange(60.0).reshape(3, 4, 5)
        for part in (
            a[::-1], a[:, ::-1], a[::-1, ::-1, ::-1], a[:, ::2], a[1:, ::-2, 3::-1], a.T, a.transpose(1, 0, 2)[::-1],
            a[1, 2], a[:, 1:2],
            np.broadcast_to(a[0, 0], (2, 5)), np.lib.stride_tricks.as_strided(a, (3, 3), (8, 8), writeable=True),
            a[:0, ::-1], a[2:1], a[1, 1, 1:2],
        ):  # fmt: skip
            x = tendon.from_numpy(part)
            np.testing.assert_array_equal(x.numpy(), part)
            np.testing.assert_array_equal(np.array(x.tolist()).reshape(part.shape), part)
            if part.size:
                self.assertEqual((x.data_ptr(), address(x.numpy())), (address(part), address(part)))
                np.testing.assert_array_equal((x + 0).numpy(), part)
        x = tendon.from_numpy(a[::-1])
        x[0] = -1.0
        self.assertEqual(a[2, 0, 0], -1.0)

    def test_rank_0_and_no_elements(self):
        a = np.array(5.0)
        x = tendon.from_numpy(a)
        x.fill_(6)
        self.assertEqual((x.shape, a.item(), x.numpy().shape), ((), 6.0, ()))
        x.numpy()[()] = 7
        self.assertEqual(a.item(), 7.0)
        for shape in ((0,), (3, 0, 2), (0, 0)):
            x = tendon.from_numpy(np.zeros(shape, np.int16))
            self.assertEqual((x.shape, x.numel(), x.numpy().shape, x.numpy().dtype), (shape, 0, shape, np.int16))

    def test_views_of_tensors_are_views_of_arrays(self):
        x = tendon.arange(24, dtype="float32").reshape(2, 3, 4)
        for part in (x, x.T, x[:, 1], x[..., ::2], x.expand(2, 2, 3, 4), x[1:].unsqueeze(0), x[0, 0, 0]):
            array = part.numpy()
            self.assertEqual(address(array), part.data_ptr())
            self.assertEqual(array.strides if part.numel() > 1 else (), part.strides if part.numel() > 1 else ())
            self.assertEqual(array.tolist(), part.tolist())

    def test_bool_and_float16(self):
        a = np.array([True, False])
        x = tendon.from_numpy(a)
        x.logical_not()
        x[1] = True
        self.assertEqual(a.tolist(), [True, True])
        h = tendon.from_numpy(np.array([0.5, 65504.0, np.inf], np.float16))
        self.assertEqual(h.tolist(), [0.5, 65504.0, float("inf")])
        self.assertEqual((h * 2).numpy().dtype, np.float16)

    def test_bfloat16(self):
        x = tendon.tensor([1.5, -2.0], dtype="bfloat16")
        if ml_dtypes is None:
            for wrong in (x.numpy, lambda: np.asarray(x)):
                with self.assertRaisesRegex(TypeError, "ml_dtypes"):
                    wrong()
            return
        a = x.numpy()
        self.assertEqual((a.dtype, a.astype("float32").tolist()), (ml_dtypes.bfloat16, [1.5, -2.0]))
        a[0] = 3
        self.assertEqual(x.tolist(), [3.0, -2.0])
        y = tendon.from_numpy(a)
        self.assertEqual((y.dtype, y.data_ptr()), (tendon.bfloat16, x.data_ptr()))


class Refused(Border):
    def test_arrays_that_cannot_be_borrowed(self):
        cases = (
            (np.zeros(3, complex), TypeError, "astype"), (np.array(["a"]), TypeError, "astype"),
            (np.array([None]), TypeError, "astype"),
            (np.zeros(2, "datetime64[s]"), TypeError, "astype"), (np.zeros(2, [("a", "f4")]), TypeError, "astype"),
            (np.zeros(2, np.longdouble), TypeError, "astype"),
            (np.zeros(3, ">f4" if np.little_endian else "<f4"), ValueError, "newbyteorder"),
            (np.ma.masked_array([1.0]), TypeError, "mask"), ([1.0], TypeError, "tendon.tensor"),
            (np.float32(1), TypeError, "tendon.tensor"),
        )  # fmt: skip
        for a, kind, words in cases:
            with self.assertRaisesRegex(kind, words):
                tendon.from_numpy(a)
        odd = np.frombuffer(bytearray(41), np.uint8)[1:].view(np.float64)
        with self.assertRaisesRegex(ValueError, "require"):
            tendon.from_numpy(odd)
        fields = np.zeros(4, np.dtype([("a", "i1"), ("b", "f4")], align=False))
        with self.assertRaisesRegex(ValueError, "ascontiguousarray|require"):
            tendon.from_numpy(fields["b"])
        # tendon.tensor copies, and takes all of these.
        self.assertEqual(tendon.tensor(np.array([1, 2], ">i4")).tolist(), [1, 2])
        self.assertEqual(tendon.tensor(odd).tolist(), [0.0] * 5)
        self.assertEqual(tendon.tensor(fields["b"]).tolist(), [0.0] * 4)

    def test_read_only_arrays(self):
        a = np.arange(3.0)
        a.flags.writeable = False
        x = tendon.from_numpy(a)
        self.assertTrue(x.is_read_only)
        for write in (lambda: x.fill_(1), lambda: x.__setitem__(0, 1), lambda: x.__iadd__(1), lambda: x[1:].zero_()):
            with self.assertRaises(tendon.ReadOnlyError):
                write()
        self.assertEqual(a.tolist(), [0, 1, 2])
        b = x.numpy()
        self.assertFalse(b.flags.writeable)
        with self.assertRaises(ValueError):
            b[0] = 1
        self.assertFalse(np.asarray(x).flags.writeable)
        self.assertTrue(x.clone().numpy().flags.writeable)
        self.assertTrue(tendon.from_numpy(np.broadcast_to(np.float32(1), (3,))).is_read_only)

    def test_tensors_that_require_grad(self):
        x = tendon.ones(3, requires_grad=True)
        for wrong in (x.numpy, (x * 2).numpy, lambda: np.asarray(x)):
            with self.assertRaisesRegex(RuntimeError, r"detach\(\)"):
                wrong()
        self.assertEqual(x.detach().numpy().tolist(), [1, 1, 1])
        self.assertEqual(x.numpy(force=True).tolist(), [1, 1, 1])
        self.assertEqual(address(x.numpy(force=True)), x.data_ptr())


class Protocol(Border):
    def test_asarray_and_array(self):
        x = tendon.arange(6, dtype="float32").reshape(2, 3)
        self.assertEqual(address(np.asarray(x)), x.data_ptr())
        self.assertNotEqual(address(np.array(x)), x.data_ptr())
        self.assertEqual(np.asarray(x, dtype="float64").dtype, np.float64)
        self.assertEqual(np.asarray(x, dtype=np.float32).tolist(), x.tolist())
        if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
            self.assertEqual(address(np.asarray(x, copy=False)), x.data_ptr())
            with self.assertRaises(ValueError):
                np.asarray(x, dtype="float64", copy=False)
        self.assertEqual(np.sum(x.numpy()), 15)
        self.assertEqual(np.concatenate([np.asarray(x)] * 2).shape, (4, 3))
        self.assertEqual(float(np.float64(2) * tendon.tensor(3.0)), 6.0)

    def test_dtypes_compare_with_those_of_numpy(self):
        for name in DTYPES:
            ours = getattr(tendon, name)
            self.assertTrue(
                ours == np.dtype(name) and np.dtype(name) == name and (name == "bool" or ours == getattr(np, name))
            )
            self.assertFalse(ours == np.dtype("complex64"))
            self.assertEqual(tendon.zeros(1, dtype=np.dtype(name)).dtype, name)
        self.assertFalse(tendon.float32 == np.dtype(">f4" if np.little_endian else "<f4"))

    def test_asarray_of_tendon(self):
        a = np.arange(4.0)
        self.assertEqual(tendon.asarray(a).data_ptr(), address(a))
        self.assertNotEqual(tendon.asarray(a, copy=True).data_ptr(), address(a))
        self.assertNotEqual(tendon.tensor(a).data_ptr(), address(a))
        self.assertEqual(tendon.asarray(a, dtype="float32").tolist(), a.tolist())
        with self.assertRaises(ValueError):
            tendon.asarray(a, dtype="float32", copy=False)
        with self.assertRaises(ValueError):
            tendon.asarray([1.0], copy=False)
        self.assertEqual(tendon.tensor([np.float32(1), np.int64(2)]).tolist(), [1.0, 2.0])
        self.assertEqual(tendon.tensor([np.arange(2), [3, 4]]).tolist(), [[0, 1], [3, 4]])

    def test_what_becomes_an_array(self):
        class Picture:
            def __init__(self):
                self.array = np.arange(6, dtype=np.uint8).reshape(2, 3)
                self.__array_interface__ = self.array.__array_interface__

        class Table:
            array = np.arange(4.0)

            def __array__(self, dtype=None, copy=None):
                return self.array

        picture, table = Picture(), Table()
        self.assertEqual(tendon.asarray(picture).data_ptr(), address(picture.array))
        self.assertEqual(tendon.asarray(table).data_ptr(), address(table.array))
        self.assertEqual(tendon.tensor(table, dtype="float32").tolist(), [0, 1, 2, 3])
        self.assertNotEqual(tendon.tensor(picture).data_ptr(), address(picture.array))
        x = tendon.zeros(4)
        x[:] = table
        self.assertEqual(x.tolist(), [0, 1, 2, 3])


class WhoLivesHowLong(Border):
    def test_a_tensor_keeps_its_array(self):
        a, seen = watched(4)
        x = tendon.from_numpy(a)
        del a
        gc.collect()
        self.assertIsNotNone(seen())
        self.assertEqual((x + 1).tolist(), [1, 1, 1, 1])
        del x
        self.assertIsNone(seen())

    def test_views_and_graphs_keep_it(self):
        a, seen = watched(4)
        x = tendon.from_numpy(a).requires_grad_()
        y = (x * x).sum()
        part = x.detach()[1:]
        del a, x
        self.assertIsNotNone(seen())
        del part
        self.assertIsNotNone(seen(), "the graph holds it")
        y.backward()
        del y
        gc.collect()
        self.assertIsNone(seen())

    def test_an_array_keeps_its_tensor(self):
        x = tendon.arange(100000, dtype="float64")
        a = x.numpy()
        b = a[10:].reshape(-1, 10)[::2]
        del x, a
        gc.collect()
        junk = [tendon.full((100000,), -1.0, dtype="float64") for _ in range(20)]
        self.assertEqual(b[0].tolist(), [float(i) for i in range(10, 20)])
        del junk
        before = tendon.live_storage_count()
        del b
        self.assertEqual(tendon.live_storage_count(), before - 1)

    def test_there_and_back_again(self):
        a, seen = watched(8)
        for _ in range(10):
            a = tendon.from_numpy(np.asarray(a)[::-1]).numpy()
        a[0] = 5
        gc.collect()
        self.assertIsNotNone(seen())
        self.assertEqual(sorted(seen().tolist())[-1], 5)
        del a
        gc.collect()
        self.assertIsNone(seen())

    def test_a_failure_keeps_nothing(self):
        a, seen = watched(4)
        with self.assertRaises(tendon.TendonError):
            _borrow.borrow(a, address(a), 8, tendon.float64, [4])
        self.assertEqual(_borrow.lent_count(), self.before[3])
        del a
        self.assertIsNone(seen())

    def test_cycles(self):
        class Holder:
            pass

        a, seen = watched(4)
        holder = Holder()
        holder.me, holder.x, holder.a = holder, tendon.from_numpy(a), tendon.from_numpy(a).numpy()
        del a, holder
        gc.collect()
        self.assertIsNone(seen())

    def test_the_last_release_on_another_thread(self):
        dead_on = []

        class Told(Array):
            def __del__(self):
                dead_on.append(threading.get_ident())

        box = [tendon.from_numpy(np.zeros(4).view(Told))]
        gc.collect()
        thread = threading.Thread(target=box.clear)
        thread.start()
        thread.join()
        self.assertEqual(dead_on, [thread.ident])

    def test_an_owner_that_raises_when_it_dies(self):
        class Bad(Array):
            def __del__(self):
                raise RuntimeError("dying badly")

        reports = []
        import sys

        hook, sys.unraisablehook = sys.unraisablehook, lambda report: reports.append(str(report.exc_value))
        try:
            x = tendon.from_numpy(np.zeros(4).view(Bad))
            del x
            gc.collect()
        finally:
            sys.unraisablehook = hook
        self.assertEqual(reports, ["dying badly"])
        self.assertEqual((tendon.ones(2) + 1).tolist(), [2, 2])

    def test_an_owner_that_computes_when_it_dies(self):
        found = []

        class Busy(Array):
            def __del__(self):
                found.append((tendon.ones(3) * 2).sum().item())

        x = tendon.from_numpy(np.zeros(4).view(Busy))
        del x
        gc.collect()
        self.assertEqual(found, [6.0])

    def test_many_threads_lend_and_give_back(self):
        errors = []

        def work():
            try:
                for i in range(300):
                    a = np.full(64, float(i))
                    x = tendon.from_numpy(a)
                    y = x[::2].numpy()
                    del a, x
                    z = tendon.from_numpy(y) * 2
                    if z.numpy().sum() != 64.0 * i:
                        errors.append(i)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads):
            gc.collect()
        for t in threads:
            t.join()
        self.assertEqual(errors, [])


if __name__ == "__main__":
    unittest.main()
