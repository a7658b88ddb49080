"""Gradients, modes and optimizers, without NumPy."""

import copy
import gc
import pickle
import threading
import unittest

import tendon


class Gradients(unittest.TestCase):
    def test_backward(self):
        x = tendon.tensor([1.0, 2.0, 3.0], requires_grad=True)
        self.assertIsNone(x.grad)
        y = (x * x).sum()
        self.assertTrue(y.requires_grad and not y.is_leaf)
        y.backward()
        self.assertEqual(x.grad.tolist(), [2, 4, 6])
        (x * 10).sum().backward()
        self.assertEqual(x.grad.tolist(), [12, 14, 16])
        x.zero_grad()
        self.assertEqual(x.grad.tolist(), [0, 0, 0])
        x.grad = None
        self.assertIsNone(x.grad)
        x.grad = tendon.ones(3)
        del x.grad
        self.assertIsNone(x.grad)
        with self.assertRaises(ValueError):
            x.grad = tendon.ones(4)
        with self.assertRaises(TypeError):
            x.grad = 1.0

    def test_gradient_retain_and_create(self):
        x = tendon.tensor([1.0, 2.0], requires_grad=True)
        y = x * x
        with self.assertRaises(RuntimeError):
            y.backward()
        y.backward(tendon.tensor([1.0, 10.0]), retain_graph=True)
        self.assertEqual(x.grad.tolist(), [2, 40])
        y.backward(tendon.tensor([1.0, 10.0]))
        self.assertEqual(x.grad.tolist(), [4, 80])
        with self.assertRaisesRegex(tendon.AutogradError, "retain_graph"):
            y.backward(tendon.tensor([1.0, 1.0]))
        x.grad = None
        z = tendon.tensor(3.0, requires_grad=True)
        (first,) = tendon.grad(z**3, z, create_graph=True)
        self.assertEqual(first.item(), 27.0)
        (second,) = tendon.grad(first, [z])
        self.assertEqual(second.item(), 18.0)
        self.assertIsNone(z.grad)

    def test_grad_of_several(self):
        a, b, c = (tendon.tensor(v, requires_grad=True) for v in (2.0, 3.0, 4.0))
        da, db = tendon.grad(a * b, (a, b))
        self.assertEqual((da.item(), db.item()), (3, 2))
        da, dc = tendon.grad(a * b, [a, c], allow_unused=True)
        self.assertEqual((da.item(), dc), (3, None))
        with self.assertRaises(tendon.AutogradError):
            tendon.grad(a * b, [a, c])
        with self.assertRaises(TypeError):
            tendon.grad(a * b, [1.0])

    def test_leaves_are_written_only_under_no_grad(self):
        x = tendon.ones(2, requires_grad=True)
        for write in (lambda: x.__iadd__(1), lambda: x.__setitem__(0, 5.0), lambda: x.fill_(1)):
            with self.assertRaises(tendon.AutogradError):
                write()
        with tendon.no_grad():
            x += 1
            x[0] = 5
        self.assertEqual(x.tolist(), [5, 2])

    def test_a_modified_value_is_an_error(self):
        x = tendon.ones(2, requires_grad=True)
        y = x.exp()
        z = y * y
        y += 1
        with self.assertRaises(tendon.AutogradError) as caught:
            z.sum().backward()
        self.assertEqual(caught.exception.name, "TENSOR_ERR_MODIFIED")

    def test_requires_grad(self):
        x = tendon.ones(2)
        self.assertIs(x.requires_grad_(), x)
        x.requires_grad = False
        self.assertFalse(x.requires_grad)
        with self.assertRaises(RuntimeError):
            tendon.ones(2, dtype="int64").requires_grad_()
        self.assertFalse(x.requires_grad_().detach().requires_grad)
        self.assertTrue(tendon.shares_memory(x.detach(), x))

    def test_in_place_forms_are_recorded(self):
        x = tendon.tensor([1.0, 2.0], requires_grad=True)
        y = x * 1
        y *= 3
        y -= x
        y /= 2
        y += tendon.ones(2)
        y.sum().backward()
        self.assertEqual(x.grad.tolist(), [1, 1])


class Modes(unittest.TestCase):
    def test_with(self):
        x = tendon.ones(2, requires_grad=True)
        self.assertTrue(tendon.is_grad_enabled())
        with tendon.no_grad():
            self.assertFalse(tendon.is_grad_enabled() or (x * 2).requires_grad)
            with tendon.enable_grad():
                self.assertTrue(tendon.is_grad_enabled() and (x * 2).requires_grad)
            self.assertFalse(tendon.is_grad_enabled())
        with tendon.inference_mode():
            y = x * 2
        self.assertTrue(y.is_inference() and not y.requires_grad and tendon.is_grad_enabled())
        with tendon.set_grad_enabled(False), tendon.set_grad_enabled(True):
            self.assertTrue(tendon.is_grad_enabled())

    def test_exceptions_end_a_mode(self):
        with self.assertRaises(ZeroDivisionError):
            with tendon.no_grad():
                1 / 0
        self.assertTrue(tendon.is_grad_enabled())

    def test_decorators(self):
        @tendon.no_grad
        def plain(depth):
            """What it does."""
            return tendon.is_grad_enabled() if depth == 0 else plain(depth - 1)

        @tendon.no_grad()
        def called():
            return tendon.is_grad_enabled()

        @tendon.enable_grad()
        def recording():
            return tendon.is_grad_enabled()

        self.assertEqual((plain(3), called(), recording()), (False, False, True))
        self.assertEqual((plain.__name__, plain.__doc__), ("plain", "What it does."))
        with tendon.no_grad():
            self.assertTrue(recording())
            self.assertFalse(tendon.is_grad_enabled())
        with self.assertRaises(TypeError):

            @tendon.no_grad()
            def generator():
                yield 1

        with self.assertRaises(TypeError):

            @tendon.no_grad
            async def asynchronous_generator():
                yield 1

        with self.assertRaises(TypeError):

            @tendon.inference_mode()
            async def coroutine():
                pass

    def test_one_object_used_again_and_inside_itself(self):
        mode = tendon.no_grad()
        for _ in range(2):
            with mode:
                with mode:
                    self.assertFalse(tendon.is_grad_enabled())
                self.assertFalse(tendon.is_grad_enabled())
            self.assertTrue(tendon.is_grad_enabled())

    def test_a_mode_is_its_thread_s(self):
        mode, seen, inside, go_on = tendon.no_grad(), {}, threading.Event(), threading.Event()

        def other():
            seen["before"] = tendon.is_grad_enabled()
            with mode:
                seen["inside"] = tendon.is_grad_enabled()
                inside.set()
                go_on.wait(10)
            seen["after"] = tendon.is_grad_enabled()

        with mode:
            thread = threading.Thread(target=other)
            thread.start()
            inside.wait(10)
        # Ended here in the middle of the other thread's block.
        self.assertTrue(tendon.is_grad_enabled())
        go_on.set()
        thread.join()
        self.assertEqual(seen, {"before": True, "inside": False, "after": True})


class Training(unittest.TestCase):
    def line(self, make, steps=200):
        """Fits y = 3 x - 1; gives the loss at the end."""
        tendon.manual_seed(0)
        x = tendon.rand(64, 1)
        y = 3 * x - 1
        w, b = tendon.zeros(1, 1, requires_grad=True), tendon.zeros(1, requires_grad=True)
        optimizer = make([w, b])
        for _ in range(steps):
            loss = tendon.mse_loss(tendon.linear(x, w, b), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item(), w.item(), b.item()

    def test_optimizers_learn(self):
        for make in (
            lambda p: tendon.optim.SGD(p, lr=0.3, momentum=0.9),
            lambda p: tendon.optim.SGD(p, 0.3, momentum=0.9, nesterov=True),
            lambda p: tendon.optim.AdamW(p, lr=0.1, weight_decay=0.0),
            lambda p: tendon.optim.AdamW(p, 0.1, (0.8, 0.99), weight_decay=0.0, amsgrad=True),
        ):  # fmt: skip
            loss, w, b = self.line(make, 400)
            self.assertLess(loss, 1e-4)
            self.assertAlmostEqual(w, 3, delta=0.05)
            self.assertAlmostEqual(b, -1, delta=0.05)

    def test_state(self):
        def run(first, then, load):
            tendon.manual_seed(1)
            w = tendon.ones(4, requires_grad=True)
            optimizer = tendon.optim.AdamW([w], lr=0.1)
            for _ in range(first):
                w.grad = w.detach() * 1
                optimizer.step()
            state = pickle.loads(pickle.dumps(optimizer.state_dict()))
            if load:
                optimizer = tendon.optim.AdamW([w], lr=0.5)
                optimizer.load_state_dict(state)
                self.assertAlmostEqual(optimizer.lr, 0.1)
            for _ in range(then):
                w.grad = w.detach() * 1
                optimizer.step()
            return w.tolist()

        self.assertEqual(run(5, 5, True), run(5, 5, False))
        w = tendon.ones(4, requires_grad=True)
        with self.assertRaises(ValueError):
            tendon.optim.SGD([w]).load_state_dict(tendon.optim.AdamW([w]).state_dict())
        with self.assertRaises(tendon.FormatError):
            tendon.optim.SGD([w]).load_state_bytes(b"nonsense")

    def test_arguments(self):
        w = tendon.ones(4, requires_grad=True)
        optimizer = tendon.optim.SGD((p for p in [w]), lr=0.5)
        self.assertEqual(optimizer.lr, 0.5)
        optimizer.lr = 0.25
        self.assertEqual((optimizer.lr, repr(optimizer)), (0.25, "SGD(lr=0.25)"))
        for wrong in (w, [{"params": [w]}], [1.0], 5):
            with self.assertRaises(TypeError):
                tendon.optim.SGD(wrong)
        with self.assertRaises(ValueError):
            tendon.optim.SGD([w, w])
        with self.assertRaises(ValueError):
            optimizer.lr = -1
        w.grad = tendon.ones(4)
        optimizer.zero_grad()
        self.assertIsNone(w.grad)

    def test_parameters_live_with_the_optimizer(self):
        gc.collect()
        before = tendon.live_tensor_count(), tendon.live_handle_count()
        w = tendon.ones(4, requires_grad=True)
        optimizer = tendon.optim.SGD([w])
        del w
        self.assertEqual(tendon.live_tensor_count(), before[0] + 1)
        optimizer.step()
        del optimizer
        self.assertEqual((tendon.live_tensor_count(), tendon.live_handle_count()), before)


class NoCopies(unittest.TestCase):
    def test_what_owns_something_else_than_a_tensor(self):
        w = tendon.ones(1, requires_grad=True)
        before = tendon.live_handle_count()
        for thing in (tendon.optim.SGD([w]), tendon.CancelToken(), tendon.no_grad()):
            for wrong in (copy.copy, copy.deepcopy, pickle.dumps):
                with self.assertRaisesRegex(TypeError, "copied or pickled"):
                    wrong(thing)
        del thing
        gc.collect()
        self.assertEqual(tendon.live_handle_count(), before)


class Library(unittest.TestCase):
    def test_numbers(self):
        threads = tendon.get_num_threads()
        tendon.set_num_threads(1)
        self.assertEqual(tendon.get_num_threads(), 1)
        tendon.set_num_threads(threads)
        with self.assertRaises(ValueError):
            tendon.set_num_threads(0)
        self.assertTrue(tendon.has_feature("cpu") and not tendon.has_feature("flux"))
        self.assertTrue(tendon.version().startswith(tendon.__version__.split("-")[0]))
        x = tendon.zeros(1000, 100)
        self.assertGreaterEqual(tendon.memory_info().live_bytes, x.nbytes)
        self.assertEqual(tendon.get_float32_matmul_precision(), "highest")
        with self.assertRaises(ValueError):
            tendon.set_float32_matmul_precision("low")

    def test_cancel(self):
        token = tendon.CancelToken()
        x = tendon.ones(10)
        with token:
            self.assertEqual((x + 1).sum().item(), 20)
            threading.Thread(target=token.cancel).start()
            with self.assertRaises(tendon.CancelledError):
                while True:
                    x + 1
            self.assertTrue(token.is_cancelled)
        self.assertEqual((x + 1).sum().item(), 20)
        with token:
            with self.assertRaises(tendon.CancelledError):
                x + 1
            token.reset()
            x + 1

    @unittest.skipIf(tendon.cuda.is_available(), "there is a CUDA device")
    def test_without_cuda(self):
        self.assertEqual(tendon.cuda.device_count(), 0)
        self.assertTrue(tendon.cuda.why_unavailable())
        for wrong in (
            lambda: tendon.ones(2).cuda(),
            lambda: tendon.zeros(2, device="cuda"),
            lambda: tendon.cuda.Stream(),
            lambda: tendon.ones(2).to("cuda:3"),
        ):
            with self.assertRaises(tendon.CudaUnavailableError):
                wrong()


if __name__ == "__main__":
    unittest.main()
