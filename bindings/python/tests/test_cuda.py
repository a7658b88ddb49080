"""Tensors on CUDA devices, streams and events. Skipped where CUDA cannot be used; the mock driver will do."""

import copy
import gc
import pickle
import threading
import unittest

import tendon

try:
    import numpy as np
except ImportError:
    np = None


@unittest.skipUnless(tendon.cuda.is_available(), "there is no CUDA device that can be used")
class OnCuda(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.before = tendon.live_handle_count(), tendon.live_tensor_count()

    def tearDown(self):
        gc.collect()
        self.assertEqual((tendon.live_handle_count(), tendon.live_tensor_count()), self.before)


class Tensors(OnCuda):
    def test_there_and_back(self):
        x = tendon.arange(6, dtype="float32").reshape(2, 3)
        for y in (
            x.cuda(),
            x.to("cuda"),
            x.to("cuda:0"),
            x.cuda(0),
            x.to(device=tendon.device("cuda", 0)),
            x.to_device("cuda:0"),
        ):
            self.assertEqual((y.device, y.is_cuda, str(y.device)), ("cuda:0", True, "cuda:0"))
            self.assertEqual(y.cpu().tolist(), x.tolist())
            self.assertEqual((y * 2 + 1).cpu().tolist(), (x * 2 + 1).tolist())
        self.assertEqual(tendon.zeros(3, device="cuda").cpu().tolist(), [0, 0, 0])
        self.assertEqual(tendon.tensor([1.5, 2], device="cuda", dtype="float16").cpu().tolist(), [1.5, 2])
        self.assertEqual((1 - x.cuda()).cpu().tolist(), (1 - x).tolist())
        self.assertEqual(y.tolist(), x.tolist())
        self.assertEqual(y.tobytes(), x.tobytes())
        self.assertIn("cuda:0", repr(y))

    def test_no_hidden_way_to_the_host(self):
        y = tendon.ones(3, device="cuda")
        for wrong in (y.numpy, lambda: y[0].item(), lambda: float(y[0]), lambda: bool(y[0]), y.__array__):
            with self.assertRaises(tendon.NotOnCpuError) as caught:
                wrong()
            self.assertIn("cpu", str(caught.exception))
        with self.assertRaises(TypeError):
            y.numpy()
        if np is not None:
            with self.assertRaisesRegex(TypeError, r"\.cpu\(\)"):
                np.asarray(y)
            self.assertEqual(y.numpy(force=True).tolist(), [1, 1, 1])
        with self.assertRaises(tendon.DeviceError):
            y + tendon.ones(3)

    def test_gradients(self):
        x = tendon.tensor([1.0, 2.0], requires_grad=True)
        (x.cuda() ** 2).sum().backward()
        self.assertEqual(x.grad.tolist(), [2, 4])
        y = tendon.tensor([3.0], device="cuda", requires_grad=True)
        (y * y).backward()
        self.assertEqual((y.grad.device, y.grad.cpu().tolist()), ("cuda:0", [6]))

    def test_indexing(self):
        x = tendon.arange(12, dtype="float32").reshape(3, 4)
        for key in (
            0,
            (slice(None), 1),
            [2, 0],
            ([0, 1], [1, -1]),
            (None, ..., slice(1, None, 2)),
            x > 5,
            tendon.tensor([-1, 1]),
        ):
            y = x.cuda()
            self.assertEqual(y[key].cpu().tolist(), x[key].tolist(), str(key))
            z = x.clone()
            z[key] = 9.0
            y[key] = 9.0
            self.assertEqual(y.cpu().tolist(), z.tolist(), str(key))
        y, index = x.cuda(), tendon.tensor([-1, 0]).cuda()
        self.assertEqual(y[index].cpu().tolist(), x[[-1, 0]].tolist())
        self.assertEqual(y[index, index].cpu().tolist(), [11, 0])
        mask = y > 5
        y[mask] = 0.0
        self.assertEqual(y.cpu().tolist(), [[0, 1, 2, 3], [4, 5, 0, 0], [0, 0, 0, 0]])
        with self.assertRaises(tendon.NotOnCpuError):
            y[mask]
        with self.assertRaises(tendon.NotOnCpuError):
            y[index] = tendon.ones(2, 4, device="cuda")
        with self.assertRaises(IndexError):
            y[[5]]

    def test_bad_indices_on_the_device_come_late(self):
        y = tendon.ones(3, 3, device="cuda")
        for key in ((tendon.tensor([5]).cuda(),), (tendon.tensor([0, 1]).cuda(), tendon.tensor([0, -4]).cuda())):
            result = y[key]
            with self.assertRaises(IndexError):
                result.cpu()
            tendon.cuda.synchronize()

    def test_copies(self):
        x = tendon.tensor([1.0, 2.0], device="cuda", requires_grad=True)
        for y in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x)):
            self.assertEqual((y.device, y.requires_grad, y.detach().cpu().tolist()), ("cuda:0", True, [1, 2]))

    def test_dlpack(self):
        x = tendon.arange(6, device="cuda").reshape(2, 3)
        self.assertEqual(x.__dlpack_device__(), (2, 0))
        consumer = tendon.cuda.Stream()
        for stream in (None, 1, 2, -1, consumer.cuda_stream):
            y = tendon.from_dlpack(x.__dlpack__(stream=stream, max_version=(1, 1)))
            self.assertEqual((y.data_ptr(), y.device), (x.data_ptr(), "cuda:0"))
        self.assertEqual(tendon.from_dlpack(x.T).cpu().tolist(), x.T.cpu().tolist())
        self.assertEqual(tendon.from_dlpack(x, device="cpu").tolist(), x.cpu().tolist())
        with tendon.cuda.Stream():
            self.assertEqual(tendon.from_dlpack(x).data_ptr(), x.data_ptr())
        with self.assertRaises(ValueError):
            x.__dlpack__(stream=0)
        with self.assertRaises((BufferError, tendon.DeviceError)):
            tendon.from_dlpack(x, device="cpu", copy=False)

    def test_pinned(self):
        x = tendon.arange(1000, dtype="float32").pin_memory()
        self.assertTrue(x.is_pinned() and not tendon.ones(1).is_pinned())
        y = x.to("cuda", non_blocking=True)
        tendon.cuda.synchronize()
        self.assertEqual(y.sum().cpu().item(), 499500)

    def test_optimizer(self):
        w = tendon.ones(3, device="cuda", requires_grad=True)
        optimizer = tendon.optim.SGD([w], lr=0.5)
        (w * w).sum().backward()
        optimizer.step()
        self.assertEqual(w.detach().cpu().tolist(), [0, 0, 0])


class Devices(OnCuda):
    def test_questions(self):
        self.assertIsNone(tendon.cuda.why_unavailable())
        self.assertGreaterEqual(tendon.cuda.device_count(), 1)
        self.assertEqual(tendon.cuda.current_device(), 0)
        tendon.cuda.set_device("cuda:0")
        properties = tendon.cuda.get_device_properties()
        self.assertTrue(tendon.cuda.get_device_name("cuda:0") == properties.name and properties.multiprocessors > 0)
        self.assertEqual(
            tendon.cuda.get_device_capability(0), (properties.capability_major, properties.capability_minor)
        )
        free, total = tendon.cuda.mem_get_info()
        self.assertTrue(0 < free <= total)
        before = tendon.cuda.memory_allocated()
        x = tendon.zeros(1000, 1000, device="cuda")
        self.assertGreaterEqual(tendon.cuda.memory_allocated() - before, x.nbytes)
        self.assertGreaterEqual(tendon.cuda.max_memory_allocated(), tendon.cuda.memory_allocated())
        self.assertGreaterEqual(tendon.cuda.max_memory_reserved(), tendon.cuda.memory_reserved())
        tendon.cuda.reset_peak_memory_stats()
        del x
        tendon.cuda.empty_cache()
        for wrong in ("cpu", "cuda:x"):
            with self.assertRaises(ValueError):
                tendon.cuda.get_device_name(wrong)
        with self.assertRaises(tendon.DeviceError):
            tendon.ones(1, device="cuda:99")
        self.assertIn("cuda:0", tendon.array_api.__array_namespace_info__().devices())

    def test_streams(self):
        default = tendon.cuda.current_stream().cuda_stream
        stream = tendon.cuda.Stream(priority=0)
        self.assertEqual(stream.device, "cuda:0")
        x = tendon.ones(1000, device="cuda")
        stream.wait_stream(tendon.cuda.current_stream())
        with stream as s:
            self.assertIs(s, stream)
            self.assertEqual(tendon.cuda.current_stream().cuda_stream, stream.cuda_stream)
            with tendon.cuda.stream(tendon.cuda.Stream()), tendon.cuda.stream(None):
                self.assertNotEqual(tendon.cuda.current_stream().cuda_stream, stream.cuda_stream)
            y = x * 2
            event = stream.record_event()
        self.assertEqual(tendon.cuda.current_stream().cuda_stream, default)
        tendon.cuda.current_stream().wait_event(event)
        self.assertEqual(y.cpu().tolist(), [2.0] * 1000)
        stream.synchronize()
        event.synchronize()
        self.assertTrue(stream.query() and event.query())
        with self.assertRaises(ZeroDivisionError):
            with stream:
                1 / 0
        self.assertEqual(tendon.cuda.current_stream().cuda_stream, default)
        same = tendon.cuda.ExternalStream(stream.cuda_stream)
        self.assertEqual(same.cuda_stream, stream.cuda_stream)
        del same

    def test_a_stream_is_a_thread_s(self):
        stream, seen = tendon.cuda.Stream(), []

        def other():
            with stream:
                seen.append(tendon.cuda.current_stream().cuda_stream)
            seen.append(tendon.cuda.current_stream().cuda_stream)

        default = tendon.cuda.current_stream().cuda_stream
        with stream:
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
            self.assertEqual(tendon.cuda.current_stream().cuda_stream, stream.cuda_stream)
        self.assertEqual(seen, [stream.cuda_stream, default])

    def test_events_tell_times(self):
        start, end = tendon.cuda.Event(enable_timing=True), tendon.cuda.Event(enable_timing=True)
        start.record()
        x = tendon.ones(1000, device="cuda") * 2
        end.record()
        end.synchronize()
        self.assertGreaterEqual(start.elapsed_time(end), 0.0)
        self.assertTrue(start.cuda_event)
        del x
        with self.assertRaises(tendon.TendonError):
            tendon.cuda.Event().elapsed_time(tendon.cuda.Event())


if __name__ == "__main__":
    unittest.main()
