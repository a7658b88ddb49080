"""TensorDict, and tensors in files."""

import gc
import os
import pathlib
import pickle
import tempfile
import threading
import unittest

import tendon

try:
    import numpy as np
except ImportError:
    np = None
try:
    import torch
except ImportError:
    torch = None


class Mapping(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.before = tendon.live_handle_count(), tendon.live_tensor_count()

    def tearDown(self):
        gc.collect()
        self.assertEqual((tendon.live_handle_count(), tendon.live_tensor_count()), self.before)

    def test_as_a_dict(self):
        w, b = tendon.ones(2, 3), tendon.zeros(3)
        d = tendon.TensorDict({"layer.w": w, "layer.b": b})
        self.assertEqual(
            (list(d), len(d), "layer.w" in d, "w" in d, 5 in d), (["layer.w", "layer.b"], 2, True, False, False)
        )
        self.assertTrue(tendon.is_same(d["layer.w"], w))
        self.assertEqual([x.shape for x in d.values()], [(2, 3), (3,)])
        d["head"] = tendon.ones(1)
        d["layer.w"] = b
        self.assertEqual(list(d), ["layer.w", "layer.b", "head"])
        self.assertTrue(tendon.is_same(d["layer.w"], b))
        del d["layer.w"]
        self.assertEqual(d.pop("layer.b").shape, (3,))
        self.assertIsNone(d.get("layer.b"))
        self.assertEqual(d.setdefault("new", b).shape, (3,))
        d.update(a=w, b=b)
        plain = dict(d)
        self.assertEqual(list(plain), ["head", "new", "a", "b"])
        d.clear()
        self.assertEqual((len(d), list(d), bool(d)), (0, [], False))
        self.assertEqual(len(plain), 4)

    def test_errors(self):
        d = tendon.TensorDict()
        for wrong in (lambda: d["x"], lambda: d.__delitem__("x"), lambda: d.pop("x"), lambda: d.metadata["x"]):
            with self.assertRaises(KeyError) as caught:
                wrong()
        with self.assertRaises(TypeError):
            d["x"] = 5
        with self.assertRaises(TypeError):
            d[5] = tendon.ones(1)
        with self.assertRaises(TypeError):
            tendon.TensorDict({"x": [1.0]})
        self.assertEqual(len(d), 0)
        del caught

    def test_select(self):
        d = tendon.TensorDict({"a.w": tendon.ones(1), "b.w": tendon.zeros(1), "a.b": tendon.ones(2)}, {"format": "pt"})
        self.assertEqual(list(d.select("a.")), ["a.w", "a.b"])
        part = d.select("a.", "model.")
        self.assertEqual((list(part), dict(part.metadata)), (["model.w", "model.b"], {"format": "pt"}))
        self.assertTrue(tendon.is_same(part["model.w"], d["a.w"]))
        self.assertEqual(list(d.select("", "x.")), ["x.a.w", "x.b.w", "x.a.b"])
        other = d.copy()
        other["c"] = d["a.w"]
        self.assertEqual((len(other), len(d)), (4, 3))

    def test_metadata(self):
        d = tendon.TensorDict(metadata={"k": "v"})
        d.metadata["ü"] = "ö\n"
        d.metadata["k"] = "w"
        self.assertEqual(
            (dict(d.metadata), len(d.metadata), "k" in d.metadata, "x" in d.metadata),
            ({"k": "w", "ü": "ö\n"}, 2, True, False),
        )
        self.assertEqual(repr(d.metadata), "{'k': 'w', 'ü': 'ö\\n'}")

    def test_text_and_pickle(self):
        d = tendon.TensorDict({"w": tendon.ones(2, 3)}, {"k": "v"})
        self.assertEqual(repr(d), "TensorDict({'w': float32 [2, 3]})")
        e = pickle.loads(pickle.dumps(d))
        self.assertEqual((e["w"].tolist(), dict(e.metadata)), ([[1, 1, 1]] * 2, {"k": "v"}))

    def test_it_holds_its_tensors(self):
        d = tendon.TensorDict({"w": tendon.full((3,), 7)})
        gc.collect()
        w = d["w"]
        del d
        self.assertEqual(w.tolist(), [7, 7, 7])

    def test_readers_on_threads(self):
        d = tendon.TensorDict({str(i): tendon.full((2,), i) for i in range(50)})
        errors = []

        def read():
            try:
                for _ in range(20):
                    if [x[0].item() for x in d.values()] != list(range(50)):
                        errors.append("wrong")
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(errors, [])


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def weights(self):
        return {
            "w": tendon.arange(6, dtype="float32").reshape(2, 3).T,
            "b": tendon.tensor([1, 2], dtype="bfloat16"),
            "n": tendon.tensor(5),
        }

    def test_ends_of_paths(self):
        for wrong in ("weights.zip", "weights", "x.safetensors.bak"):
            with self.assertRaisesRegex(ValueError, "safetensors"):
                tendon.load(wrong)
            with self.assertRaisesRegex(ValueError, "safetensors"):
                tendon.save({}, wrong)
        with self.assertRaisesRegex(ValueError, "not written"):
            tendon.save({}, "x.pt")

    def test_what_does_not_fit_a_format(self):
        for what, path, options, kind in (
            (tendon.ones(1), "x.safetensors", {}, TypeError), (tendon.ones(1), "x.npz", {}, TypeError),
            ({"a": 1.0}, "x.npz", {}, TypeError), ({}, "x.npy", {}, TypeError), ([1.0], "x.csv", {}, TypeError),
            ({}, "x.npz", {"metadata": {"a": "b"}}, ValueError), ({}, "x.safetensors", {"compress": True}, ValueError),
        ):  # fmt: skip
            with self.assertRaises(kind, msg=path):
                tendon.save(what, path, **options)
        with self.assertRaises(TypeError):
            tendon.load(5)

    def same(self, d, weights):
        self.assertEqual(list(d), list(weights))
        for name, x in weights.items():
            self.assertEqual((d[name].dtype, d[name].shape, d[name].tolist()), (x.dtype, x.shape, x.tolist()))

    def test_safetensors(self):
        path = pathlib.Path(self.folder) / "ü.safetensors"
        tendon.save(self.weights(), path, metadata={"format": "pt"})
        d = tendon.load(path)
        self.assertEqual(dict(d.metadata), {"format": "pt"})
        self.assertEqual(
            {name: x.tolist() for name, x in d.items()}, {n: x.tolist() for n, x in self.weights().items()}
        )
        self.assertEqual(d["b"].dtype, "bfloat16")
        self.assertEqual(list(tendon.load(path, names=["b"])), ["b"])
        with self.assertRaises(KeyError):
            tendon.load(path, names=["nothing"])
        with self.assertRaises(TypeError):
            tendon.load(path, names="b")
        copied = tendon.load(path, mmap=False)
        copied["w"].fill_(0)
        self.assertEqual(copied.load_stats.mapped_tensors, 0)
        mapped = tendon.load(path, mmap=True)
        self.assertTrue(mapped["w"].is_read_only and not tendon.save(mapped, path))
        with self.assertRaises(tendon.ReadOnlyError):
            mapped["w"].fill_(0)
        d.metadata["more"] = "text"
        tendon.save(d, path, metadata={"more": "other"})
        self.assertEqual(dict(tendon.load(path).metadata), {"format": "pt", "more": "other"})
        self.assertEqual(d.metadata["more"], "text")

    def test_bad_files(self):
        with self.assertRaises(OSError):
            tendon.load(self.path("nothing.safetensors"))
        with open(self.path("bad.safetensors"), "wb") as file:
            file.write(b"\xff" * 40)
        with self.assertRaises(ValueError):
            tendon.load(self.path("bad.safetensors"))
        with self.assertRaises(OSError):
            tendon.save(self.weights(), self.path("no/such/folder.safetensors"))

    def test_npz(self):
        weights = {name: x.to("float32") if name == "b" else x for name, x in self.weights().items()}
        for compress in (False, True):
            tendon.save(weights, self.path("a.npz"), compress=compress)
            self.same(tendon.load(self.path("a.npz")), weights)
        self.same(tendon.load(self.path("a.npz"), names=["n", "w"]), {name: weights[name] for name in ("n", "w")})
        with self.assertRaises(tendon.UnsupportedError):
            tendon.save(self.weights(), self.path("a.npz"))
        self.same(tendon.load(self.path("a.npz")), weights)
        if np is not None:
            with np.load(self.path("a.npz")) as arrays:
                self.assertEqual(arrays["w"].tolist(), weights["w"].tolist())
            np.savez(self.path("b.npz"), x=np.arange(3, dtype=">i4"), y=np.asfortranarray(np.eye(2)))
            d = tendon.load(self.path("b.npz"), mmap=True)
            self.assertEqual((d["x"].tolist(), d["y"].tolist(), d["x"].dtype), ([0, 1, 2], [[1, 0], [0, 1]], "int32"))
            np.savez(self.path("o.npz"), x=np.array([object()]))
            with self.assertRaises(NotImplementedError):
                tendon.load(self.path("o.npz"))

    def test_npy(self):
        x = self.weights()["w"]
        tendon.save(x, self.path("a.npy"))
        self.assertEqual(tendon.load(self.path("a.npy")).tolist(), x.tolist())
        mapped = tendon.load(self.path("a.npy"), mmap=True)
        self.assertTrue(mapped.is_read_only and mapped.tolist() == x.tolist())
        with self.assertRaises(ValueError):
            tendon.load(self.path("a.npy"), names=["x"])
        if np is not None:
            self.assertEqual(np.load(self.path("a.npy")).tolist(), x.tolist())

    def test_csv(self):
        x = tendon.tensor([[1.5, 2.0], [float("inf"), 0.1]], dtype="float64")
        tendon.save(x, self.path("a.csv"))
        self.assertEqual(tendon.load(self.path("a.csv")).tolist(), x.tolist())
        tendon.save_csv(x, self.path("a.csv"), names=["p", "q"], delimiter=";", index=True)
        with open(self.path("a.csv"), encoding="utf-8") as file:
            self.assertEqual(file.readline().strip(), ";p;q")
        back = tendon.load_csv(self.path("a.csv"), header=True, delimiter=";", index=True, names=["q"])
        self.assertEqual(back.tolist(), [[2.0], [0.1]])
        columns = {"name": tendon.tensor([1, 2]), "value": tendon.tensor([True, False])}
        tendon.save(columns, self.path("c.csv"))
        d = tendon.load_csv_columns(self.path("c.csv"), dtype="int64", names=["name"])
        self.assertEqual((list(d), d["name"].tolist(), d["name"].dtype), (["name"], [1, 2], "int64"))
        for delimiter in ("", ";;", "é", 5):
            with self.assertRaises(ValueError):
                tendon.load_csv(self.path("c.csv"), delimiter=delimiter)
        with self.assertRaises(ValueError):
            tendon.load_csv(self.path("c.csv"))

    @unittest.skipIf(torch is None, "PyTorch is not installed")
    def test_checkpoints_of_pytorch(self):
        model = torch.nn.Linear(3, 2)
        torch.save({"model": model.state_dict(), "epoch": 3}, self.path("a.pt"))
        for mmap in (None, True):
            d = tendon.load(self.path("a.pt"), mmap=mmap)
            self.assertEqual(list(d), ["model.weight", "model.bias"])
            self.assertEqual(d.metadata["epoch"], "3")
            part = d.select("model.", "")
            self.assertEqual(part["weight"].tolist(), model.weight.tolist())


if __name__ == "__main__":
    unittest.main()
