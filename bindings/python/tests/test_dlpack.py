"""DLPack with NumPy and PyTorch, both ways, and capsules by themselves."""

import ctypes
import gc
import threading
import unittest

import tendon
from tendon import _capsules
from test_release import python

try:
    import numpy as np
except ImportError:
    np = None
try:
    import torch
except ImportError:
    torch = None

needs_numpy = unittest.skipIf(getattr(np, "from_dlpack", None) is None, "NumPy is not installed, or is older than 1.23")
needs_torch = unittest.skipIf(torch is None, "PyTorch is not installed")


class Counted(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.before = tendon.live_handle_count(), tendon.live_tensor_count(), tendon.live_storage_count()

    def tearDown(self):
        gc.collect()
        after = tendon.live_handle_count(), tendon.live_tensor_count(), tendon.live_storage_count()
        self.assertEqual(after, self.before, "handles, tensors, storages")
        self.assertEqual(len(_capsules._queue), 0)


class Producer:
    """An array of another library, with the arguments that its __dlpack__ was given."""

    def __init__(self, of, old=False):
        self.of, self.old, self.asked = of, old, None

    def __dlpack__(self, **arguments):
        if self.old and arguments:
            raise TypeError("unexpected keyword arguments")
        self.asked = arguments
        return self.of.__dlpack__(**arguments)

    def __dlpack_device__(self):
        return self.of.__dlpack_device__()


def name_of(capsule):
    get = ctypes.pythonapi.PyCapsule_GetName
    get.restype, get.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return get(capsule)


class Capsules(Counted):
    def test_names(self):
        x = tendon.ones(3)
        self.assertEqual(x.__dlpack_device__(), (1, 0))
        self.assertEqual(name_of(x.__dlpack__()), b"dltensor")
        self.assertEqual(name_of(x.__dlpack__(max_version=(0, 8))), b"dltensor")
        for version in ((1, 0), (1, 1), (2, 0)):
            capsule = x.__dlpack__(max_version=version)
            self.assertEqual(name_of(capsule), b"dltensor_versioned")
            y = tendon.from_dlpack(capsule)
            self.assertEqual(name_of(capsule), b"used_dltensor_versioned")
            self.assertEqual(y.data_ptr(), x.data_ptr())
            with self.assertRaisesRegex(ValueError, "already"):
                tendon.from_dlpack(capsule)

    def test_capsules_that_nobody_takes(self):
        for version in (None, (1, 1)):
            x = tendon.ones(3)
            before = tendon.live_storage_count()
            capsules = [x.__dlpack__(max_version=version) for _ in range(5)]
            del x
            gc.collect()
            self.assertEqual(tendon.live_storage_count(), before, "a capsule that lives keeps the memory")
            y = tendon.from_dlpack(capsules[2])
            del capsules
            gc.collect()
            self.assertEqual(y.tolist(), [1, 1, 1])
            del y
            gc.collect()
            self.assertEqual(tendon.live_storage_count(), before - 1)

    def test_one_capsule_taken_by_two_threads(self):
        for version in (None, (1, 1)):
            for _ in range(150):
                x = tendon.ones(4)
                capsule, barrier, taken, refused = x.__dlpack__(max_version=version), threading.Barrier(3), [], []

                def take():
                    barrier.wait()
                    try:
                        taken.append(tendon.from_dlpack(capsule))
                    except ValueError as why:
                        refused.append(why)

                threads = [threading.Thread(target=take) for _ in range(3)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertEqual((len(taken), len(refused)), (1, 2))
                self.assertEqual(taken[0].tolist(), [1, 1, 1, 1])
                del x, taken, capsule, take

    def test_a_tracked_tensor(self):
        """A BufferError, as the array API standard has it, and an AutogradError, as everywhere here."""
        for kind in (BufferError, tendon.AutogradError):
            with self.assertRaisesRegex(kind, "detach") as caught:
                tendon.ones(3, requires_grad=True).__dlpack__()
        self.assertEqual(caught.exception.name, "TENSOR_ERR_AUTOGRAD")

    def test_a_capsule_after_a_failure_is_as_before(self):
        x = tendon.ones(4)
        capsule = x.__dlpack__()
        for _ in range(3):
            with self.assertRaises((tendon.TendonError, BufferError)):
                tendon.from_dlpack(capsule, device="cuda:63")
            _capsules.sweep()
        self.assertEqual(name_of(capsule), b"dltensor")
        self.assertEqual(tendon.from_dlpack(capsule).tolist(), [1, 1, 1, 1])

    def test_capsules_among_threads(self):
        errors = []

        def work():
            try:
                for i in range(200):
                    x = tendon.full((4,), float(i))
                    taken, left = x.__dlpack__(), x.__dlpack__(max_version=(1, 0))
                    y = tendon.from_dlpack(taken)
                    del x, taken, left
                    if y.sum().item() != 4.0 * i:
                        errors.append(i)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads):
            gc.collect()
        self.assertEqual(errors, [])

    def test_arguments_of_export(self):
        x = tendon.ones(3)
        for copy, same in ((None, True), (False, True), (True, False)):
            y = tendon.from_dlpack(x.__dlpack__(max_version=(1, 0), copy=copy))
            self.assertEqual(y.data_ptr() == x.data_ptr(), same)
        self.assertEqual(tendon.from_dlpack(x.__dlpack__(dl_device=(1, 0))).data_ptr(), x.data_ptr())
        self.assertEqual(tendon.from_dlpack(x.__dlpack__(stream=-1)).data_ptr(), x.data_ptr())
        with self.assertRaises(BufferError):
            x.__dlpack__(dl_device=(8, 0))
        with self.assertRaises(ValueError):
            x.__dlpack__(stream=1)
        with self.assertRaisesRegex(RuntimeError, "detach"):
            tendon.ones(3, requires_grad=True).__dlpack__()

    def test_read_only(self):
        x = tendon.frombuffer(b"abcd")
        with self.assertRaises(BufferError):
            x.__dlpack__()
        y = tendon.from_dlpack(x)
        self.assertTrue(y.is_read_only)
        self.assertEqual(y.data_ptr(), x.data_ptr())
        with self.assertRaises(tendon.ReadOnlyError):
            y.fill_(1)

    def test_arguments_of_import(self):
        x = tendon.ones(3)
        for copy, same in ((None, True), (False, True), (True, False)):
            self.assertEqual(tendon.from_dlpack(x, copy=copy).data_ptr() == x.data_ptr(), same)
        self.assertEqual(tendon.from_dlpack(x, device="cpu").data_ptr(), x.data_ptr())
        new, old = Producer(x), Producer(x, old=True)
        self.assertEqual(tendon.from_dlpack(new).data_ptr(), x.data_ptr())
        self.assertEqual(new.asked, {"max_version": (1, 1)})
        self.assertEqual(tendon.from_dlpack(old).data_ptr(), x.data_ptr())
        self.assertEqual(old.asked, {})
        for wrong in (1.0, object(), [1.0], "dltensor"):
            with self.assertRaises(TypeError):
                tendon.from_dlpack(wrong)

        class Elsewhere(Producer):
            def __dlpack_device__(self):
                return (12, 0)

        with self.assertRaisesRegex(BufferError, "12"):
            tendon.from_dlpack(Elsewhere(x))

    def test_an_exception_of_the_producer_comes_through(self):
        class Broken(Producer):
            def __dlpack__(self, **arguments):
                raise ZeroDivisionError("no capsule today")

        with self.assertRaisesRegex(ZeroDivisionError, "today"):
            tendon.from_dlpack(Broken(tendon.ones(1)))


class _Struct(ctypes.Structure):
    """DLManagedTensorVersioned, to make bad ones."""

    _fields_ = [
        ("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64), ("data", ctypes.c_void_p), ("device", ctypes.c_int32), ("ordinal", ctypes.c_int32),
        ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p), ("offset", ctypes.c_uint64),
    ]  # fmt: skip


class BadStructs(Counted):
    def made(self, **fields):
        """A capsule over a struct with these fields, and the list of its deleter's calls."""
        calls = []
        deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(calls.append)
        data, shape = (ctypes.c_float * 4)(1, 2, 3, 4), (ctypes.c_int64 * 1)(4)
        values = dict(
            major=1, minor=1, deleter=ctypes.cast(deleter, ctypes.c_void_p), data=ctypes.addressof(data), device=1,
            ndim=1,
            code=2, bits=32, lanes=1, shape=ctypes.addressof(shape),
        )  # fmt: skip
        struct = _Struct(**{**values, **fields})
        capsule = _capsules._new(ctypes.addressof(struct), b"dltensor_versioned", None)
        self.keep = struct, deleter, data, shape
        return capsule, calls

    def test_a_good_one(self):
        capsule, calls = self.made()
        x = tendon.from_dlpack(capsule)
        self.assertEqual((x.tolist(), calls), ([1, 2, 3, 4], []))
        del x
        self.assertEqual(len(calls), 1)

    def test_bad_ones_stay_their_producer_s(self):
        for fields in (
            dict(code=5, bits=64),
            dict(bits=7),
            dict(lanes=4),
            dict(device=8),
            dict(ndim=-1),
            dict(data=None),
        ):
            capsule, calls = self.made(**fields)
            with self.assertRaises((tendon.TendonError, BufferError), msg=str(fields)):
                tendon.from_dlpack(capsule)
            self.assertEqual(calls, [])
            self.assertEqual(name_of(capsule), b"dltensor_versioned")

    def test_another_major_version_is_given_back_at_once(self):
        capsule, calls = self.made(major=2)
        with self.assertRaises(tendon.FormatError):
            tendon.from_dlpack(capsule)
        self.assertEqual((len(calls), name_of(capsule)), (1, b"used_dltensor_versioned"))


@needs_numpy
class WithNumPy(Counted):
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

    def test_both_ways(self):
        for dtype in self.DTYPES:
            a = np.arange(6).reshape(2, 3).astype(dtype)
            x = tendon.from_dlpack(a)
            b = np.from_dlpack(x)
            self.assertEqual((x.dtype, x.data_ptr()), (dtype, a.ctypes.data))
            self.assertEqual((b.dtype, b.ctypes.data), (a.dtype, a.ctypes.data))
            x.fill_(1)
            self.assertTrue((a == 1).all() and (b == 1).all())

    def test_strides(self):
        a = np.arange(24.0).reshape(2, 3, 4)
        for part in (a.T, a[::-1], a[:, ::2], a[1, 1], a[:0], np.array(5.0), a[:, 1:2]):
            np.testing.assert_array_equal(np.from_dlpack(tendon.from_dlpack(part)), part)
        x = tendon.from_numpy(a)
        for part in (x.T, x[1], x[:, 1:, ::3], x.expand(2, 2, 3, 4)):
            np.testing.assert_array_equal(np.from_dlpack(part), part.numpy())

    def test_lifetimes(self):
        a = np.ones(1000)
        x = tendon.from_dlpack(a)
        del a
        b = np.from_dlpack(x)
        del x
        gc.collect()
        junk = [np.zeros(1000) for _ in range(10)]
        self.assertEqual(b.sum(), 1000)
        del junk, b

    def test_daemon_threads_let_arrays_go_while_the_interpreter_ends(self):
        """The deleter of an array wants the GIL, which such a thread does not get any more."""
        for _ in range(20):
            ended = python("""
                import threading, time
                import numpy as np
                import tendon
                class Owner(bytearray):
                    def __del__(self):
                        time.sleep(0)
                def work():
                    w = tendon.ones(10, requires_grad=True)
                    while True:
                        y = w * tendon.from_dlpack(np.frombuffer(Owner(40), np.float32))
                        y.copy_(w)
                        y.sum().backward()
                for _ in range(3):
                    threading.Thread(target=work, daemon=True).start()
                time.sleep(0.05)
                print("done")
            """)
            self.assertEqual(ended, (0, "done\n", ""))

    def test_what_numpy_cannot_take(self):
        x = tendon.ones(3, dtype="bfloat16")
        # NumPy drops the capsule while its exception is on the way: no other exception may take its place.
        with self.assertRaisesRegex((BufferError, RuntimeError), "[Uu]nsupported dtype"):
            np.from_dlpack(x)

    def test_arguments(self):
        if np.lib.NumpyVersion(np.__version__) < "2.1.0":
            self.skipTest("numpy.from_dlpack has no copy and device")
        x = tendon.ones(3)
        self.assertEqual(np.from_dlpack(x, copy=False).ctypes.data, x.data_ptr())
        self.assertNotEqual(np.from_dlpack(x, copy=True).ctypes.data, x.data_ptr())
        self.assertEqual(np.from_dlpack(x, device="cpu").ctypes.data, x.data_ptr())

    def test_read_only_arrays(self):
        a = np.ones(3)
        a.flags.writeable = False
        try:
            x = tendon.from_dlpack(a)
        except BufferError:
            return  # NumPy before 2.1
        self.assertTrue(x.is_read_only)
        self.assertFalse(np.from_dlpack(x).flags.writeable)


@needs_torch
class WithPyTorch(Counted):
    DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")

    def test_both_ways(self):
        for dtype in self.DTYPES:
            t = torch.arange(6).reshape(2, 3).to(getattr(torch, dtype))
            x = tendon.from_dlpack(t)
            u = torch.from_dlpack(x)
            self.assertEqual((x.dtype, x.data_ptr()), (dtype, t.data_ptr()))
            self.assertEqual((x.dtype == t.dtype, u.dtype, u.data_ptr()), (True, t.dtype, t.data_ptr()))
            x[0] = True if dtype == "bool" else 1
            self.assertTrue((t[0] == 1).all() and (u[0] == 1).all())

    def test_old_capsules(self):
        t = torch.arange(4.0)
        x = tendon.from_dlpack(torch.utils.dlpack.to_dlpack(t))
        self.assertEqual(x.data_ptr(), t.data_ptr())
        self.assertEqual(torch.utils.dlpack.from_dlpack(x.__dlpack__()).data_ptr(), t.data_ptr())

    def test_lifetimes(self):
        t = torch.ones(1000)
        x = tendon.from_dlpack(t)
        del t
        u = torch.from_dlpack(x * 1)
        v = torch.from_dlpack(x)
        del x
        gc.collect()
        self.assertEqual((u.sum().item(), v.sum().item()), (1000, 1000))
        del u, v

    def test_gradients_stay_at_home(self):
        t = torch.ones(3, requires_grad=True)
        with self.assertRaises((RuntimeError, BufferError)):
            tendon.from_dlpack(t)
        self.assertEqual(tendon.from_dlpack(t.detach()).tolist(), [1, 1, 1])
        with self.assertRaisesRegex(RuntimeError, "detach"):
            torch.from_dlpack(tendon.ones(3, requires_grad=True))

    def test_strides_and_asarray(self):
        t = torch.arange(24.0).reshape(2, 3, 4)
        for part in (
            t.T if t.ndim == 2 else t.permute(2, 0, 1),
            t[:, 1],
            t[..., ::2],
            t.expand(2, 2, 3, 4),
            t[:0],
            torch.tensor(5.0),
        ):
            x = tendon.asarray(part)
            self.assertEqual((x.shape, x.tolist()), (tuple(part.shape), part.tolist()))
            if part.numel():
                self.assertEqual(x.data_ptr(), part.data_ptr())
            self.assertEqual(torch.from_dlpack(x).tolist(), part.tolist())
        self.assertNotEqual(tendon.tensor(t).data_ptr(), t.data_ptr())

    def test_gradients_agree(self):
        torch.manual_seed(0)
        t = torch.randn(5, 4, dtype=torch.float64)
        w = torch.randn(3, 4, dtype=torch.float64)
        target = torch.tensor([0, 2, 1, 1, 0])
        x, y = tendon.tensor(t, requires_grad=True), tendon.tensor(w, requires_grad=True)
        t.requires_grad_()
        w.requires_grad_()
        torch.nn.functional.cross_entropy(torch.nn.functional.linear(t.tanh(), w)[:, [2, 0, 1]], target).backward()
        tendon.cross_entropy(tendon.linear(x.tanh(), y)[:, [2, 0, 1]], tendon.from_dlpack(target)).backward()
        for ours, theirs in ((x, t), (y, w)):
            difference = torch.from_dlpack(ours.grad) - theirs.grad
            self.assertLess(difference.abs().max().item(), 1e-12 * theirs.grad.abs().max().item())


if __name__ == "__main__":
    unittest.main()
