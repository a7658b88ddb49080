"""The namespace of the array API standard: what is there keeps the standard's signatures and meanings."""

import inspect
import math
import unittest

import tendon
from tendon import array_api as xp

# Signatures of the standard, 2024.12: positional-only and keyword parameters as callers use them.
CALLS = """
abs(x) add(x,x) all(b) all(b,axis=0,keepdims=True) any(b,axis=(0,1)) arange(3) arange(1,7,2,dtype=xp.int64,device=None)
argmax(x) argmax(x,axis=1,keepdims=True) argmin(x,axis=0) asarray([1.0,2.0],dtype=xp.float64,device=None,copy=None)
astype(x,xp.int32,copy=False) broadcast_arrays(x,x[0]) broadcast_to(x,(4,2,3)) can_cast(xp.int8,xp.float32) ceil(x)
clip(x,0.0,1.0) clip(x,min=0.0) concat([x,x],axis=1) concat((x,x),axis=None) cos(x) divide(x,x)
empty((2,3),dtype=xp.float32) empty_like(x,dtype=None) equal(x,x) exp(x) expand_dims(x,axis=0) expm1(x) eye(3)
eye(3,4,dtype=xp.float64) flip(x) flip(x,axis=1) floor(x) floor_divide(x,x) from_dlpack full((2,),1.5,dtype=None)
full_like(x,2) greater(x,x) greater_equal(x,x) isdtype(xp.int8,'integral') isfinite(x) isinf(x) isnan(x) less(x,x)
less_equal(x,x) linspace(0,1,5,endpoint=False) log(x) log1p(x) logical_and(b,b) logical_not(b) logical_or(b,b)
logical_xor(b,b) matmul(x,x.mT) matrix_transpose(x) max(x,axis=0) maximum(x,x) mean(x,axis=(0,1),keepdims=True) min(x)
minimum(x,x) moveaxis(x,0,1) multiply(x,x) negative(x) nonzero(x) not_equal(x,x) ones((2,)) ones_like(x)
permute_dims(x,(1,0)) positive(x) pow(x,2) pow(x,x) reciprocal(x) remainder(i,i) reshape(x,(3,2),copy=True)
result_type(x,xp.float64) roll(x,1,axis=0) roll(x,(1,2),axis=(0,1)) round(x) sign(x) sin(x) sqrt(x) square(x)
squeeze(x[None],axis=0) stack([x,x],axis=-1) std(x,axis=0,correction=1.0) subtract(x,x)
sum(x,axis=0,dtype=xp.float64,keepdims=True) take(x,xp.asarray([0,1]),axis=1)
take_along_axis(x,xp.asarray([[0],[1]]),axis=1) tanh(x) trunc(x) unstack(x,axis=1)
var(x,axis=1,correction=0.0,keepdims=False) vecdot(x,x,axis=-1) where(b,x,x) zeros((2,3),dtype=xp.int8,device='cpu')
zeros_like(x) finfo(xp.float32) iinfo(xp.int8) count_nonzero(x,axis=0,keepdims=True) diff(x,axis=0,n=1,prepend=x)
meshgrid(x[0],x[1],indexing='ij') repeat(x,2,axis=0) tensordot(x,x.mT,axes=1) tile(x,(2,1)) tril(x,k=1) triu(x)
"""


class Namespace(unittest.TestCase):
    def test_where_it_is(self):
        x = tendon.ones(2)
        self.assertIs(x.__array_namespace__(), xp)
        self.assertIs(x.__array_namespace__(api_version="2024.12"), xp)
        with self.assertRaises(ValueError):
            x.__array_namespace__(api_version="2019.12")
        self.assertEqual((xp.__array_api_version__, tendon.__array_api_version__), ("2024.12", "2024.12"))

    def test_every_call(self):
        x = tendon.tensor([[0.5, 1.5, 2.5], [1.0, 2.0, 3.0]])
        names = {"xp": xp, "x": x, "b": x > 1, "i": tendon.tensor([[5, 7]])}
        called = set()
        for call in CALLS.split():
            with self.subTest(call=call):
                eval("xp." + call, names)
            called.add(call.split("(")[0])
        there = {
            name for name, thing in vars(xp).items()
            if inspect.isroutine(thing) and not name.startswith("_")
        }  # fmt: skip
        self.assertEqual(there - called, set(), "functions without a call here")

    def test_all_of_it_is_in_tendon_too(self):
        for name, thing in vars(xp).items():
            if not name.startswith("_") and name not in ("VERSIONS",):
                self.assertTrue(hasattr(tendon, name), name)

    def test_defaults_that_differ_from_pytorch(self):
        x = xp.asarray([1.0, 2.0, 3.0, 4.0])
        self.assertEqual(xp.var(x).item(), 1.25)
        self.assertAlmostEqual(xp.std(x).item(), math.sqrt(1.25), places=6)
        self.assertAlmostEqual(tendon.var(x).item(), 5 / 3, places=6)
        self.assertEqual(xp.arange(5, 0).shape, (0,))
        self.assertEqual(xp.arange(0.0, -1.0).dtype, xp.float32)
        with self.assertRaises(ValueError):
            xp.reshape(xp.matrix_transpose(xp.ones((2, 3))), (6,), copy=False)

    def test_what_is_the_standard_s_alone(self):
        x = xp.asarray([[1, 2, 3], [4, 5, 6]], dtype=xp.uint8)
        self.assertEqual(
            (xp.sum(x).dtype, xp.sum(x).item(), xp.sum(x, dtype=xp.int32).dtype), (xp.uint64, 21, xp.int32)
        )
        for reduce in (xp.sum, xp.max, xp.min):
            self.assertEqual(reduce(x, axis=()).tolist(), x.tolist())
        self.assertEqual(xp.all(x > 1, axis=(), keepdims=True).tolist(), (x > 1).tolist())
        self.assertEqual(xp.eye(2, 3, k=1).tolist(), [[0, 1, 0], [0, 0, 1]])
        self.assertEqual(xp.eye(3, k=-1, dtype=xp.int8).tolist(), [[0, 0, 0], [1, 0, 0], [0, 1, 0]])
        self.assertEqual(xp.clip(x).tolist(), x.tolist())
        self.assertIs(xp.squeeze(x, ()), x)
        with self.assertRaises(ValueError):
            xp.squeeze(x, 0)

    def test_constants(self):
        self.assertEqual((xp.e, xp.pi, xp.inf, xp.newaxis), (math.e, math.pi, math.inf, None))
        self.assertTrue(math.isnan(xp.nan))

    def test_attributes_and_operators(self):
        x = xp.ones((2, 3))
        self.assertEqual((x.dtype, x.ndim, x.shape, x.size), (xp.float32, 2, (2, 3), 6))
        self.assertEqual(x.device, xp.__array_namespace_info__().default_device())
        self.assertEqual((x.T.shape, x.mT.shape, x.to_device("cpu").device), ((3, 2), (3, 2), "cpu"))
        plain = """
            abs add and bool complex eq float floordiv ge getitem gt index int invert le lt matmul mod mul ne neg or
            pos pow setitem sub truediv xor dlpack dlpack_device array_namespace iadd isub imul itruediv ifloordiv imod
            ipow iand ior ixor radd rsub rmul rtruediv rfloordiv rmod rpow rand ror rxor rmatmul
        """
        for method in plain.split():
            self.assertTrue(callable(getattr(x, f"__{method}__")), method)

    def test_info(self):
        info = xp.__array_namespace_info__()
        self.assertEqual(
            info.capabilities(), {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}
        )
        self.assertEqual(info.default_dtypes()["real floating"], xp.float32)
        self.assertEqual(set(info.dtypes(kind="bool")), {"bool"})
        self.assertEqual(
            set(info.dtypes(kind=("unsigned integer", "real floating"))),
            {"uint8", "uint16", "uint32", "uint64", "float32", "float64"},
        )
        self.assertEqual(len(info.dtypes()), 11)
        self.assertIn("cpu", info.devices())


if __name__ == "__main__":
    unittest.main()
