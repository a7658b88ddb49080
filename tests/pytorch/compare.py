"""Compares Tendon with PyTorch over random cases: values, dtypes, shapes, errors, gradients, optimizers, text.

    compare.py LIBRARY [--seed N] [--cases N] [--only PART] [--all]

A difference that docs/differences.md tells of is listed in KNOWN with its reason and not counted.
"""

import argparse
import collections
import gc
import itertools
import math
import random
import re
import sys
import warnings

import torch
import torch.nn.functional as F

import tendon
from tendon import DTYPES, INTERNAL, NAME, NUMBER, Error, T, c, f64, i32, i64, of, ptr, scalar, size_t

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
INTS = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]
ALL = [t for _, t in DTYPES.values()]
BAREBONES = {torch.uint16, torch.uint32, torch.uint64}
EPS = {torch.float16: 2**-10, torch.bfloat16: 2**-7, torch.float32: 2**-22, torch.float64: 2**-50}

stats = collections.Counter()
differences = collections.OrderedDict()
rng = random.Random(0)


def differ(key, text):
    stats["differences"] += 1
    differences.setdefault(key, []).append(text)


def run(f):
    """(value, None) or (None, error)"""
    try:
        return f(), None
    except Error as e:
        return None, e
    except (RuntimeError, IndexError, ValueError, TypeError, NotImplementedError, ArithmeticError) as e:
        return None, e


def close(a, b, slack=4, least=1e-30):
    """Whether two PyTorch tensors agree to the precision of their dtype."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if not a.dtype.is_floating_point:
        return torch.equal(a, b)
    x, y = a.double(), b.double()
    scale = torch.where(torch.isfinite(y), y.abs(), 0)
    top = scale.max() if scale.numel() else 0
    tolerance = slack * EPS[a.dtype] * torch.maximum(scale, torch.full_like(scale, 1e-2 * float(top) + least))
    same = (x == y) | (x.isnan() & y.isnan()) | ((x - y).abs() <= tolerance)
    return bool(same.all())


def short(t):
    return f"{NAME.get(t.dtype, t.dtype)}{list(t.shape)} {t.detach().flatten()[:8].tolist()}"


def check(key, ours, theirs, what="", slack=4):
    """Runs both; they must agree in value or both refuse."""
    stats["cases"] += 1
    (a, ea), (b, eb) = run(ours), run(theirs)
    if ea is not None and isinstance(ea, Error) and ea.status == INTERNAL:
        return differ("defect: " + key, f"{what}: {ea}")
    if eb is not None and ("not implemented for" in str(eb) or "not supported" in str(eb)) and ea is None:
        return differ(key + ": PyTorch has no kernel", f"{what}: {str(eb)[:80]}")
    if (ea is None) != (eb is None):
        return differ(key + (": only Tendon refuses" if ea else ": only PyTorch refuses"), f"{what}: {str(ea or eb)[:150]}")
    if ea is not None:
        return
    pairs = [(a, b)] if not isinstance(a, (list, tuple)) else list(zip(a, b))
    if isinstance(a, (list, tuple)) and len(a) != len(b):
        return differ(key + ": count", f"{what}: {len(a)} and {len(b)}")
    for x, y in pairs:
        if isinstance(x, T):
            x = x.torch()
        if isinstance(x, torch.Tensor):
            if x.dtype != y.dtype:
                return differ(key + ": dtype", f"{what}: {NAME[x.dtype]} and {NAME.get(y.dtype, y.dtype)}")
            if x.shape != y.shape:
                return differ(key + ": shape", f"{what}: {list(x.shape)} and {list(y.shape)}")
            if not close(x, y.detach(), slack):
                return differ(key + ": value", f"{what}: {short(x)} and {short(y)}")
        elif x != y:
            return differ(key, f"{what}: {x!r} and {y!r}")


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.5, -2.5, 1.5, math.inf, -math.inf, math.nan]


def values(shape, dtype, special=False, low=-4, high=4):
    if dtype == torch.bool:
        return torch.randint(0, 2, shape).bool()
    if not dtype.is_floating_point:
        if dtype in (torch.uint8, *BAREBONES):
            low = 0
        x = torch.randint(low, high + 1, shape)
        return x.to(dtype)
    x = torch.randn(shape, dtype=torch.float64) * 2
    if special:
        for i in range(x.numel()):
            if rng.random() < 0.5:
                x.view(-1)[i] = rng.choice(SPECIAL)
    return x.to(dtype)


def shape_(max_rank=3, zero=0.05):
    return [0 if rng.random() < zero else rng.randint(1, 4) for _ in range(rng.randint(0, max_rank))]


def layout(x):
    """The same values in some other layout."""
    kind = rng.randint(0, 4)
    if kind == 0 and x.ndim > 1:
        p = list(range(x.ndim))
        rng.shuffle(p)
        inverse = [p.index(i) for i in range(x.ndim)]
        return x.permute(p).contiguous().permute(inverse)
    if kind == 1 and x.ndim > 0:
        wide = list(x.shape)
        wide[-1] = 2 * wide[-1] + 1
        w = torch.zeros(wide, dtype=x.dtype)
        v = w[..., 1::2]
        v.copy_(x)
        return v
    return x.contiguous()


def broadcastable(shape):
    other = [1 if rng.random() < 0.3 else n for n in shape]
    return other[rng.randint(0, len(other)):] if rng.random() < 0.4 else other


L = None  # the library, set by main

# ---- parts ----


def promotion():
    for a, b in itertools.product(ALL, ALL):
        def ours():
            out = i32()
            L.call("tensor_promote_types", i32(NUMBER[a]), i32(NUMBER[b]), c.byref(out))
            return tendon.TORCH[out.value]
        check("promote_types", ours, lambda: torch.promote_types(a, b), f"{NAME[a]} {NAME[b]}")
        for ra, rb in itertools.product([0, 1], [0, 1]):
            x, y = torch.ones([2] * ra, dtype=a), torch.ones([2] * rb, dtype=b)

            def ours():
                out = i32()
                L.call("tensor_result_type", [of(x), of(y)], c.byref(out))
                return tendon.TORCH[out.value]
            check("result_type", ours, lambda: torch.result_type(x, y), f"{NAME[a]}[{ra}] {NAME[b]}[{rb}]")
            check("add of dtypes", lambda: L.add(of(x), of(y)), lambda: torch.add(x, y), f"{NAME[a]}[{ra}] {NAME[b]}[{rb}]")
            check("mul of dtypes", lambda: L.mul(of(x), of(y)), lambda: torch.mul(x, y), f"{NAME[a]}[{ra}] {NAME[b]}[{rb}]")
            check("eq of dtypes", lambda: L.eq(of(x), of(y)), lambda: torch.eq(x, y), f"{NAME[a]}[{ra}] {NAME[b]}[{rb}]")
            check("div of dtypes", lambda: L.div(of(x), of(y), None), lambda: torch.div(x, y), f"{NAME[a]}[{ra}] {NAME[b]}[{rb}]")
            check("pow of dtypes", lambda: L.pow(of(x), of(y)), lambda: torch.pow(x, y), f"{NAME[a]}[{ra}] {NAME[b]}[{rb}]")
            check("where of dtypes", lambda: L.where(of(torch.tensor(True)), of(x), of(y)),
                  lambda: torch.where(torch.tensor(True), x, y), f"{NAME[a]}[{ra}] {NAME[b]}[{rb}]")
            check("logical_and of dtypes", lambda: L.logical_and(of(x), of(y)), lambda: torch.logical_and(x, y), f"{NAME[a]}[{ra}] {NAME[b]}[{rb}]")
            if ra == rb == 1:
                check("cat of dtypes", lambda: L.cat([of(x), of(y)], 0), lambda: torch.cat([x, y]), f"{NAME[a]} {NAME[b]}")
            if ra == rb:
                check("stack of dtypes", lambda: L.stack([of(x), of(y)], 0), lambda: torch.stack([x, y]), f"{NAME[a]} {NAME[b]}")
        for r in (0, 1):
            for s in (True, 3, 0.5):
                x = torch.ones([2] * r, dtype=a)
                for name, op in (("add", torch.add), ("mul", torch.mul), ("div", torch.div), ("pow", torch.pow)):
                    check(f"{name} of dtype and number", lambda: getattr(L, name + "_scalar")(of(x), scalar(s)), lambda: op(x, s),
                          f"{NAME[a]}[{r}] {s!r}")


BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow, "maximum": torch.maximum,
    "minimum": torch.minimum, "eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge,
    "logical_and": torch.logical_and, "logical_or": torch.logical_or, "logical_xor": torch.logical_xor,
}


def binary(cases):
    for _ in range(cases):
        name = rng.choice(list(BINARY))
        op = BINARY[name]
        kinds = [t for t in ALL if t not in BAREBONES]
        da, db = rng.choice(kinds), rng.choice(kinds)
        shape = shape_()
        a, b = layout(values(shape, da, rng.random() < 0.3)), layout(values(broadcastable(shape), db, rng.random() < 0.3))
        if rng.random() < 0.5:
            a, b = b, a
        if rng.random() < 0.03:
            b = values(shape + [7, 3], db)
        extra = [None] if name == "div" else []
        args = (lambda: getattr(L, name)(of(a), of(b), *extra))
        slack = 16 if name == "pow" else 4
        check(name, args, lambda: op(a, b), f"{short(a)} {short(b)}", slack)
        if name == "div":
            for number, mode in ((1, "trunc"), (2, "floor")):
                check(f"div {mode}", lambda: L.div(of(a), of(b), tendon.Div(rounding=number)),
                      lambda: torch.div(a, b, rounding_mode=mode), f"{short(a)} {short(b)}")
        if name + "_scalar" in ("add_scalar", "sub_scalar", "mul_scalar", "div_scalar", "pow_scalar", "eq_scalar", "ne_scalar",
                                "lt_scalar", "le_scalar", "gt_scalar", "ge_scalar"):
            s = rng.choice([True, False, 0, 1, 2, 3, -1, 300, 0.5, 2.0, -1.5, math.inf, math.nan])
            check(name + "_scalar", lambda: getattr(L, name + "_scalar")(of(a), scalar(s)), lambda: op(a, s), f"{short(a)} {s!r}", slack)
        if name in ("add", "sub", "mul", "div"):
            # In place: the result's category may not be above the target's.
            x, y = of(a.contiguous()), a.clone(memory_format=torch.contiguous_format)
            def ours():
                L.call(f"tensor_{name}_", x, of(b))
                return x
            check(name + "_", ours, lambda: getattr(y, name + "_")(b), f"{short(a)} {short(b)}")


UNARY = {n: getattr(torch, n) for n in (
    "neg abs sign exp log sqrt rsqrt reciprocal square sin cos tanh sigmoid relu erf expm1 log1p floor ceil round trunc isnan "
    "logical_not").split()} | {"softplus": F.softplus}


def unary(cases):
    for name, op in UNARY.items():
        for dtype in ALL:
            x = values([3], dtype)
            check(name, lambda: getattr(L, name)(of(x)), lambda: op(x), short(x), 8)
    for _ in range(cases):
        name = rng.choice(list(UNARY))
        x = layout(values(shape_(), rng.choice(FLOATS), rng.random() < 0.5))
        if name in ("sin", "cos"):
            x = torch.nan_to_num(x, posinf=1, neginf=1)
        check(name, lambda: getattr(L, name)(of(x)), lambda: UNARY[name](x), short(x), 8)
        for tanh in (False, True):
            x = torch.nan_to_num(x, posinf=2, neginf=-2)
            # x + gelu(x): the tails cancel to nothing in both, each in its own way.
            check("gelu", lambda: L.add(of(x), L.gelu(of(x), tendon.Gelu(tanh_approximation=tanh))),
                  lambda: x + F.gelu(x, approximate="tanh" if tanh else "none"), short(x), 16)
        lo, hi = (rng.choice([None, -1, 0, 1, 0.5, -0.5, math.nan, True]) for _ in range(2))
        x = layout(values(shape_(), rng.choice([t for t in ALL if t not in BAREBONES]), rng.random() < 0.5))
        wrap = lambda s: None if s is None else c.byref(scalar(s))
        check("clamp", lambda: L.clamp(of(x), wrap(lo), wrap(hi)), lambda: torch.clamp(x, lo, hi), f"{short(x)} {lo} {hi}")
        dtype = rng.choice(ALL)
        y = x if not x.dtype.is_floating_point else torch.nan_to_num(x, posinf=3, neginf=-3)
        if not (y.dtype.is_floating_point and dtype in (torch.uint8, *BAREBONES)):
            check("to_dtype", lambda: L.to_dtype(of(y), i32(NUMBER[dtype]), None), lambda: y.to(dtype), f"{short(y)} to {NAME[dtype]}")


def reductions(cases):
    for _ in range(cases):
        name = rng.choice("sum mean max min any all var argmax argmin softmax log_softmax".split())
        dtype = rng.choice(FLOATS if name in ("var", "mean", "softmax", "log_softmax") and rng.random() < 0.9 else ALL)
        x = layout(values(shape_(4), dtype, rng.random() < 0.3))
        keep = rng.random() < 0.5
        dims = rng.sample(range(-x.ndim, x.ndim), rng.randint(1, x.ndim)) if x.ndim and rng.random() < 0.8 else []
        if rng.random() < 0.03:
            dims = dims + [7]
        what = f"{short(x)} dims {dims} keepdim {keep}"
        every = list(range(x.ndim))
        if name in ("sum", "mean"):
            to = rng.choice([None, None, torch.float64, torch.float32, torch.int32])
            o = tendon.Reduce(keepdim=keep, dtype=0 if to is None else NUMBER[to])
            check(name, lambda: getattr(L, name)(of(x), dims, o), lambda: getattr(torch, name)(x, dims or every, keep, dtype=to), what + f" {to}", 16)
        elif name in ("max", "min"):
            check(name, lambda: getattr(L, name)(of(x), dims, tendon.Reduce(keepdim=keep)),
                  lambda: getattr(torch, "a" + name)(x, dims or every, keep), what)
        elif name in ("any", "all"):
            check(name, lambda: getattr(L, name)(of(x), dims, tendon.Reduce(keepdim=keep)),
                  lambda: getattr(torch, name)(x, dim=dims or every, keepdim=keep).to(torch.bool), what)
        elif name == "var":
            correction = rng.choice([0, 1, 2, 0.5, 5])
            check(name, lambda: L.var(of(x), dims, tendon.Var(keepdim=keep, correction=float(correction))),
                  lambda: torch.var(x, dims or every, correction=correction, keepdim=keep), what + f" correction {correction}", 16)
        elif name in ("argmax", "argmin"):
            dim = rng.randint(-x.ndim, max(x.ndim - 1, 0)) if rng.random() < 0.7 else None
            check(name, lambda: getattr(L, name)(of(x), None if dim is None else c.byref(i64(dim)), tendon.Reduce(keepdim=keep)),
                  lambda: getattr(torch, name)(x, dim, keep), f"{short(x)} dim {dim} keepdim {keep}")
        else:
            dim = rng.randint(-x.ndim, max(x.ndim - 1, 0))
            if x.ndim and rng.random() < 0.2 and x.numel() and x.dtype.is_floating_point:
                x = x.clone()
                x.select(dim, 0)[...] = -math.inf
                x[...] = x if rng.random() < 0.5 else -math.inf
            check(name, lambda: getattr(L, name)(of(x), dim, None), lambda: getattr(torch, name)(x, dim), f"{short(x)} dim {dim}", 16)


def matmuls(cases):
    for _ in range(cases):
        dtype = rng.choice(FLOATS + INTS + [torch.float32] * 4)
        k, m, n = (0 if rng.random() < 0.05 else rng.randint(1, 5) for _ in range(3))
        batch = shape_(2)
        a_shape = rng.choice([[k], [m, k], batch + [m, k], broadcastable(batch) + [m, k]])
        b_shape = rng.choice([[k], [k, n], batch + [k, n], broadcastable(batch) + [k, n]])
        if rng.random() < 0.05:
            b_shape = rng.choice([[], [k + 1], [k + 1, n], [9, k, n]])
        a, b = layout(values(a_shape, dtype)), layout(values(b_shape, dtype))
        check("matmul", lambda: L.matmul(of(a), of(b)), lambda: torch.matmul(a, b), f"{short(a)} {short(b)}", 32)
        w = layout(values([n, k], dtype))
        x = layout(values(batch + [k], dtype))
        bias = layout(values([n], dtype)) if rng.random() < 0.5 else None
        check("linear", lambda: L.linear(of(x), of(w), None if bias is None else of(bias)), lambda: F.linear(x, w, bias),
              f"{short(x)} {short(w)} bias {bias is not None}", 32)


BIG = [1 << 62, -(1 << 62), (1 << 63) - 1, -(1 << 63), 1 << 40, 5, -5]


def number(low=-5, high=5):
    return rng.choice(BIG) if rng.random() < 0.05 else rng.randint(low, high)


def views(cases):
    for _ in range(cases):
        x = layout(values(shape_(4, 0.1), rng.choice([torch.float32, torch.int64, torch.bool])))
        n = max(x.ndim, 1)
        dim = lambda: rng.randint(-n - 1, n)
        new = [rng.choice([-1, 0, 1, 2, 3, 4, x.numel()]) for _ in range(rng.randint(0, 3))]
        if rng.random() < 0.6 and x.numel():
            new, rest = [], x.numel()
            for p in (2, 3, 4, 2):
                if rest % p == 0:
                    new.append(p)
                    rest //= p
            new.append(rest)
            rng.shuffle(new)
            if rng.random() < 0.3:
                new[rng.randrange(len(new))] = -1
        what = f"{list(x.shape)} strides {x.stride()}"
        t = of(x)
        # As in PyTorch, strides too.
        def same(key, ours, theirs, text):
            check(key, ours, theirs, text)
            (a, _), (b, _) = run(ours), run(theirs)
            if a is not None and b is not None and b.numel() > 1 and isinstance(a, T):
                pairs = [(p, q) for p, q, size in zip(a.strides, b.stride(), b.shape) if size > 1]
                if any(p != q for p, q in pairs):
                    differ(key + ": strides", f"{text}: {a.strides} {b.stride()} of {tuple(b.shape)}")
        same("view", lambda: L.view(t, new), lambda: x.view(new), f"{what} as {new}")
        same("reshape", lambda: L.reshape(t, new), lambda: x.reshape(new), f"{what} as {new}")
        wide = [rng.choice([-1, 0, 1, 2, 5]) for _ in range(rng.randint(0, 2))] + [s if s != 1 else rng.choice([1, 3, -1]) for s in x.shape]
        same("expand", lambda: L.expand(t, wide), lambda: x.expand(wide), f"{what} to {wide}")
        d0, d1 = dim(), dim()
        same("transpose", lambda: L.transpose(t, d0, d1), lambda: x.transpose(d0, d1), f"{what} {d0} {d1}")
        p = list(range(-x.ndim, 0)) if rng.random() < 0.5 else list(range(x.ndim))
        rng.shuffle(p)
        if rng.random() < 0.1:
            p = p + [0]
        same("permute", lambda: L.permute(t, p), lambda: x.permute(p), f"{what} {p}")
        dims = [dim() for _ in range(rng.randint(1, 2))]
        same("squeeze", lambda: L.squeeze(t, dims), lambda: x.squeeze(dims), f"{what} {dims}")
        same("squeeze", lambda: L.squeeze(t, []), lambda: x.squeeze(), f"{what}")
        same("unsqueeze", lambda: L.unsqueeze(t, d0), lambda: x.unsqueeze(d0), f"{what} {d0}")
        index = number()
        same("select", lambda: L.select(t, d0, index), lambda: x.select(d0, index), f"{what} {d0} {index}")
        same("flatten", lambda: L.flatten(t, d0, d1), lambda: x.flatten(d0, d1), f"{what} {d0} {d1}")
        start, end, step = number(), number(), rng.choice([1, 1, 2, 3, 0, -1, (1 << 63) - 1])
        same("slice", lambda: L.slice(t, d0, start, end, step), lambda: torch.ops.aten.slice(x, d0, start, end, step), f"{what} dim {d0} {start}:{end}:{step}")
        same("narrow", lambda: L.narrow(t, d0, start, end), lambda: x.narrow(d0, start, end), f"{what} dim {d0} {start} {end}")
        for key, theirs in (("split", x.split), ("chunk", x.chunk)):
            size = rng.randint(-1, 5) if rng.random() < 0.95 else (1 << 62)
            def ours():
                out, count = (ptr * 16)(), size_t()
                L.call("tensor_" + key, t, size, d0, out, size_t(16), c.byref(count))
                return [T(out[i]) for i in range(count.value)]
            check(key, ours, lambda: list(theirs(size, d0)), f"{what} {size} dim {d0}")
        others = [x] + [values([s if i != 1 else rng.randint(0, 3) for i, s in enumerate(x.shape)], rng.choice([torch.float32, torch.int64, torch.uint8]))
                        for _ in range(rng.randint(0, 2))]
        check("cat", lambda: L.cat([of(o) for o in others], d0), lambda: torch.cat(others, d0), f"{[short(o) for o in others]} dim {d0}")
        check("stack", lambda: L.stack([of(o) for o in others], d0), lambda: torch.stack(others, d0), f"{[short(o) for o in others]} dim {d0}")


def indexing(cases):
    for _ in range(cases):
        x = layout(values(shape_(3, 0.03), rng.choice([torch.float32, torch.float64, torch.int64, torch.bool, torch.bfloat16])))
        n = max(x.ndim, 1)
        dim = rng.randint(-n, n - 1)
        size = x.shape[dim] if x.ndim else 1
        kind = torch.int64 if rng.random() < 0.7 else torch.int32
        bad = rng.random() < 0.08
        def indices(shape):
            index = torch.randint(0, max(size, 1), shape)
            if bad and index.numel():
                index.view(-1)[rng.randrange(index.numel())] = rng.choice([size, -1, 1 << 40 if kind == torch.int64 else 99])
            return index.to(kind)
        count = rng.randint(0, 4)
        index = indices([count])
        what = f"{short(x)} dim {dim} index {index.tolist()}"
        check("index_select", lambda: L.index_select(of(x), dim, of(index)), lambda: x.index_select(dim, index), what)
        source_shape = list(x.shape)
        if x.ndim:
            source_shape[dim] = count
        source = layout(values(source_shape, x.dtype))
        check("index_add", lambda: L.index_add(of(x), dim, of(index), of(source)), lambda: x.index_add(dim, index, source), what, 64)
        shape = [rng.randint(0, s) for s in x.shape]
        if x.ndim:
            shape[dim] = rng.randint(0, 4)
        index = indices(shape)
        if rng.random() < 0.2 and x.ndim > 1:
            # i64: PyTorch 2.15 reads an expanded i32 index wrongly.
            line = indices([4]).long()
            index = line.view([4 if d == dim % n else 1 for d in range(x.ndim)]).expand([4 if d == dim % n else s for d, s in enumerate(x.shape)])
        what = f"{short(x)} dim {dim} index {list(index.shape)} {index.tolist()}"
        check("gather", lambda: L.gather(of(x), dim, of(index)), lambda: x.gather(dim, index), what)
        source = layout(values([s + rng.randint(0, 1) for s in index.shape], x.dtype))
        check("scatter_add", lambda: L.scatter_add(of(x), dim, of(index), of(source)), lambda: x.scatter_add(dim, index, source), what, 64)
        classes = rng.choice([-1, 0, 1, 4, 5, 1 << 60])
        if classes != 1 << 60 or index.numel():
            check("one_hot", lambda: L.one_hot(of(index), classes), lambda: F.one_hot(index, classes), f"{index.tolist()} {classes}")


def losses(cases):
    names = ["mean", "sum", "none"]
    for _ in range(cases):
        dtype = rng.choice([torch.float32, torch.float64])
        classes, rest = rng.randint(1, 4), shape_(2, 0.03)
        shape = [classes] if rng.random() < 0.2 else [rng.randint(0 if rng.random() < 0.1 else 1, 4), classes] + rest
        x = layout(values(shape, dtype)).requires_grad_()
        without = [s for i, s in enumerate(shape) if i != (0 if len(shape) == 1 else 1)]
        ignore = rng.choice([-100, 0, 1])
        if rng.random() < 0.3:
            target = torch.softmax(values(shape, dtype), 0)
            ignore = -100
        else:
            target = torch.randint(0, classes, without)
            if target.numel() and rng.random() < 0.1:
                target.view(-1)[0] = rng.choice([classes, -1, -100])
        weight = torch.rand(classes, dtype=dtype) if rng.random() < 0.5 else None
        smoothing = rng.choice([0.0, 0.0, 0.1, 1.0])
        r = rng.randrange(3)
        what = f"{short(x)} target {short(target)} weight {weight is not None} smoothing {smoothing} ignore {ignore} {names[r]}"
        tx, tw = of(x), None if weight is None else of(weight)
        o = tendon.CrossEntropy(reduction=r, ignore_index=ignore, label_smoothing=smoothing, weight=None if tw is None else tw.h)
        def ours():
            y = L.cross_entropy(tx, of(target), o)
            g = torch.ones(y.shape, dtype=dtype)
            tg = of(g)
            L.call("tensor_backward", y, tendon.Backward(gradient=tg.h))
            return y, tx.grad()
        def theirs():
            y = F.cross_entropy(x, target, weight, reduction=names[r], ignore_index=ignore, label_smoothing=smoothing)
            y.backward(torch.ones_like(y))
            return y, x.grad
        check("cross_entropy", ours, theirs, what, 64)
        a, b = values(rest, dtype), values(rest, dtype)
        check("mse_loss", lambda: L.mse_loss(of(a), of(b), tendon.Loss(reduction=r)), lambda: F.mse_loss(a, b, reduction=names[r]), short(a), 16)


def making(cases):
    for _ in range(cases):
        dtype = rng.choice(ALL)
        o = tendon.TensorOptions(dtype=NUMBER[dtype]) if rng.random() < 0.6 else None
        kw = {"dtype": dtype} if o else {}
        num = lambda: rng.choice([rng.randint(-6, 6), rng.randint(-60, 60) / 8, rng.randint(-60, 60) / 10, 0])
        start, end, step = num(), num(), rng.choice([1, 2, 0.5, -1, 0.1, 0.3, 0, -0.7])
        check("arange", lambda: L.arange(scalar(start), scalar(end), scalar(step), o), lambda: torch.arange(start, end, step, **kw),
              f"{start} {end} {step} {kw}", 512)
        steps = rng.randint(-1, 9)
        check("linspace", lambda: L.linspace(float(start), float(end), steps, o), lambda: torch.linspace(float(start), float(end), steps, **kw),
              f"{start} {end} {steps} {kw}", 512)
        n, m = rng.randint(-1, 4), rng.randint(-1, 4)
        check("eye", lambda: L.eye(n, m, o), lambda: torch.eye(n, m, **kw), f"{n} {m} {kw}")
        shape = shape_()
        v = rng.choice([True, False, 3, -1, 300, 2.5, 1e300, math.inf, math.nan, -(1 << 40)])
        check("full", lambda: L.full(shape, scalar(v), o), lambda: torch.full(shape, v, **kw), f"{shape} {v} {kw}")


def text(cases):
    def ours(x, t=None):
        need = size_t()
        t = t or of(x)
        L.call("tensor_to_string", t, None, ptr(None), size_t(0), c.byref(need))
        buffer = c.create_string_buffer(need.value)
        L.call("tensor_to_string", t, None, buffer, size_t(need.value), None)
        return unbroken(buffer.value.decode())

    def theirs(x):
        out = repr(x)
        for name, t in NAME_LONG:
            out = out.replace(f"dtype={t}", f"dtype={name}")
        return unbroken(out)

    def unbroken(text):
        # Names of dtypes differ in length, and with them where a line ends.
        return text.replace(",\n       dtype=", ", dtype=").replace(",\n       requires_grad=", ", requires_grad=")
    for _ in range(cases):
        dtype = rng.choice(ALL)
        shape = rng.choice([shape_(4, 0.05), [rng.randint(1, 60)], [30, 40], [1001], [2, 3, 200], [7, 1, 150], [200, 7]])
        x = values(shape, dtype, rng.random() < 0.3)
        if dtype.is_floating_point:
            x = x * rng.choice([1, 1, 1, 1e-5, 1e3, 1e5, 1e9, 100])
            if rng.random() < 0.3:
                x = x.round()
        if rng.random() < 0.2 and dtype.is_floating_point:
            x.requires_grad_()
        check("text", lambda: ours(x), lambda: theirs(x), f"{NAME[dtype]} {shape}")


NAME_LONG = sorted(((name, str(t)) for name, (_, t) in DTYPES.items()), key=lambda p: -len(p[1]))


def optimizers(cases):
    for _ in range(cases):
        dtype = rng.choice([torch.float32, torch.float64])
        shapes = [shape_(2, 0) for _ in range(2)]
        params = [values(s, dtype).requires_grad_() for s in shapes]
        ours = [of(p) for p in params]
        if rng.random() < 0.5:
            momentum = rng.choice([0.0, 0.9])
            nesterov = momentum > 0 and rng.random() < 0.4
            kw = dict(lr=0.1, momentum=momentum, dampening=0.0 if nesterov else rng.choice([0.0, 0.3]), weight_decay=rng.choice([0.0, 0.1]),
                      nesterov=nesterov, maximize=rng.random() < 0.3)
            ref, name, o = torch.optim.SGD(params, **kw), "sgd", tendon.Sgd(**kw)
        else:
            kw = dict(lr=0.05, eps=1e-6, weight_decay=rng.choice([0.0, 0.1]), amsgrad=rng.random() < 0.5, maximize=rng.random() < 0.3)
            betas = (rng.choice([0.0, 0.9]), rng.choice([0.5, 0.999]))
            ref, name, o = torch.optim.AdamW(params, betas=betas, **kw), "adamw", tendon.AdamW(beta1=betas[0], beta2=betas[1], **kw)
        handle = ptr()
        L.call(f"tensor_{name}_create", ours, o, c.byref(handle))
        for step in range(20):
            for p, t in zip(params, ours):
                # Now and then a parameter has no gradient.
                g = None if rng.random() < 0.1 else values(list(p.shape), dtype)
                p.grad = g
                L.call("tensor_set_grad", t, None if g is None else of(g))
            ref.step()
            L.call("tensor_optimizer_step", handle)
            if step == 10:
                ref.param_groups[0]["lr"] = 0.02
                L.call("tensor_optimizer_set_lr", handle, 0.02)
        for p, t in zip(params, ours):
            check(name, lambda: t, lambda: p.detach(), f"{kw}", 400)
        L.call("tensor_optimizer_release", handle)


# ---- gradients ----

# A small language for both sides: every op takes and returns a register.
FORWARD = [
    ("add", 2), ("sub", 2), ("mul", 2), ("div", 2), ("maximum", 2), ("minimum", 2), ("matmul", 2), ("exp", 1), ("sin", 1), ("tanh", 1),
    ("sigmoid", 1), ("relu", 1), ("square", 1), ("abs", 1), ("softmax", 1), ("log_softmax", 1), ("sum", 1), ("mean", 1), ("max", 1),
    ("var", 1), ("clamp", 1), ("clone", 1), ("transpose", 1), ("select", 1), ("slice", 1), ("narrow", 1), ("view", 1), ("expand", 1),
    ("unsqueeze", 1), ("squeeze", 1), ("detach", 1), ("where", 2), ("mul_scalar", 1), ("pow_scalar", 1), ("cat", 2), ("reshape", 1),
    ("index_select", 1), ("sqrt", 1), ("rsqrt", 1),
]
INPLACE = [
    ("add_", 2), ("sub_", 2), ("mul_", 2), ("div_", 2), ("copy_", 2), ("add_scalar_", 1), ("mul_scalar_", 1), ("zero_", 1), ("fill_", 1),
    ("exp_", 1), ("tanh_", 1), ("relu_", 1), ("sigmoid_", 1), ("neg_", 1), ("clamp_", 1), ("sqrt_", 1),
]


def apply_theirs(name, a, b, k):
    d = k % max(a.ndim, 1)
    if name in ("add", "sub", "mul", "div", "maximum", "minimum", "matmul"):
        return getattr(torch, name)(a, b)
    if name in ("exp", "sin", "tanh", "sigmoid", "relu", "square", "abs", "sqrt", "rsqrt"):
        return getattr(torch, name)(a)
    if name in ("softmax", "log_softmax"):
        return getattr(torch, name)(a, d)
    if name in ("sum", "mean"):
        return getattr(torch, name)(a, d, k % 2 == 0)
    if name == "max":
        return torch.amax(a, d, k % 2 == 0)
    if name == "var":
        return torch.var(a, d, correction=0)
    if name == "clamp":
        return torch.clamp(a, -0.5, 0.5)
    if name == "clone":
        return a.clone()
    if name == "detach":
        return a.detach()
    if name == "transpose":
        return a.transpose(0, -1)
    if name == "select":
        return a.select(d, k % a.shape[d])
    if name == "slice":
        return torch.ops.aten.slice(a, d, k % 2, 1 << 40, 1 + k % 2)
    if name == "narrow":
        return a.narrow(d, 0, max(a.shape[d] - 1, 1))
    if name == "view":
        return a.view(-1)
    if name == "reshape":
        return a.reshape(-1)
    if name == "expand":
        return a.expand([2] + list(a.shape))
    if name == "unsqueeze":
        return a.unsqueeze(d)
    if name == "squeeze":
        return a.squeeze()
    if name == "where":
        return torch.where(torch.tensor([True]) if k % 2 else torch.tensor([False]), a, b)
    if name == "mul_scalar":
        return a * 1.5
    if name == "pow_scalar":
        return a ** (k % 4)
    if name == "cat":
        return torch.cat([a, b], 0)
    if name == "index_select":
        return a.index_select(d, torch.tensor([0, 0, max(a.shape[d] - 1, 0)]))
    if name in ("add_", "sub_", "mul_", "div_", "copy_"):
        return getattr(a, name)(b)
    if name == "add_scalar_":
        return a.add_(0.5)
    if name == "mul_scalar_":
        return a.mul_(-1.5)
    if name == "fill_":
        return a.fill_(0.25)
    if name == "clamp_":
        return a.clamp_(-0.5, 0.5)
    return getattr(a, name)()


def apply_ours(name, a, b, k):
    d = k % max(a.ndim, 1)
    if name in ("add", "sub", "mul", "maximum", "minimum", "matmul"):
        return getattr(L, name)(a, b)
    if name == "div":
        return L.div(a, b, None)
    if name in ("exp", "sin", "tanh", "sigmoid", "relu", "square", "abs", "clone", "detach", "sqrt", "rsqrt"):
        return getattr(L, name)(a)
    if name in ("softmax", "log_softmax"):
        return getattr(L, name)(a, d, None)
    if name in ("sum", "mean", "max"):
        return getattr(L, name)(a, [d], tendon.Reduce(keepdim=k % 2 == 0))
    if name == "var":
        return L.var(a, [d], tendon.Var(correction=0.0))
    if name == "clamp":
        return L.clamp(a, c.byref(scalar(-0.5)), c.byref(scalar(0.5)))
    if name == "transpose":
        return L.transpose(a, 0, -1)
    if name == "select":
        return L.select(a, d, k % a.shape[d])
    if name == "slice":
        return L.slice(a, d, k % 2, 1 << 40, 1 + k % 2)
    if name == "narrow":
        return L.narrow(a, d, 0, max(a.shape[d] - 1, 1))
    if name == "view":
        return L.view(a, [-1])
    if name == "reshape":
        return L.reshape(a, [-1])
    if name == "expand":
        return L.expand(a, [2] + list(a.shape))
    if name == "unsqueeze":
        return L.unsqueeze(a, d)
    if name == "squeeze":
        return L.squeeze(a, [])
    if name == "where":
        return L.where(of(torch.tensor([bool(k % 2)])), a, b)
    if name == "mul_scalar":
        return L.mul_scalar(a, scalar(1.5))
    if name == "pow_scalar":
        return L.pow_scalar(a, scalar(k % 4))
    if name == "cat":
        return L.cat([a, b], 0)
    if name == "index_select":
        return L.index_select(a, d, of(torch.tensor([0, 0, max(a.shape[d] - 1, 0)])))
    more = {"add_scalar_": [scalar(0.5)], "mul_scalar_": [scalar(-1.5)], "fill_": [scalar(0.25)],
            "clamp_": [c.byref(scalar(-0.5)), c.byref(scalar(0.5))]}.get(name, [])
    if name in ("add_", "sub_", "mul_", "div_", "copy_"):
        more = [b]
    L.call("tensor_" + name, a, *more)
    return a


def gradients(cases):
    """Random programs of ops, views and in-place writes; then backward, once or with a second order."""
    for case in range(cases):
        start = L.c.tendon_live_tensor_count()
        one_gradient()
        if L.c.tendon_live_tensor_count() != start:
            # Errors hold frames, which hold tensors.
            gc.collect()
        if L.c.tendon_live_tensor_count() != start:
            differ("defect: tensors left", f"case {case}: {L.c.tendon_live_tensor_count() - start}")


def one_gradient():
    shape = [rng.randint(1, 3) for _ in range(rng.randint(1, 3))]
    leaves = [torch.rand(shape, dtype=torch.float64) + 0.5 for _ in range(2)] + [torch.rand(shape[-1:], dtype=torch.float64) + 0.5]
    for x in leaves:
        x.requires_grad_(rng.random() < 0.8)
    ours = [of(x) for x in leaves]
    try:
        run_program(leaves, ours)
    finally:
        # Without the graphs of gradients, which are circles through the leaves.
        for x, y in zip(ours, leaves):
            L.call("tensor_set_grad", x, None)
            y.grad = None


def run_program(leaves, ours):
    a, b = list(ours), list(leaves)
    program, second_before = [], False
    for _ in range(rng.randint(2, 12)):
        table = INPLACE if rng.random() < 0.3 else FORWARD
        name, arity = rng.choice(table)
        i = rng.randrange(len(a))
        j = rng.randrange(len(a))
        k = rng.randrange(6)
        if name in ("matmul", "cat", "squeeze") and rng.random() < 0.7:
            continue
        (x, ex), (y, ey) = run(lambda: apply_ours(name, a[i], a[j], k)), run(lambda: apply_theirs(name, b[i], b[j], k))
        step = f"r{len(a)}={name}(r{i}" + (f",r{j}" if arity == 2 else "") + f",{k})"
        if (ex is None) != (ey is None):
            if isinstance(ex, Error) and ex.status == INTERNAL:
                return differ("defect: gradient program", f"{program} {step}: {ex}")
            # Overlap of source and target, detached aliases: differences.md.
            kind = f"program: only {'Tendon' if ex else 'PyTorch'} refuses {name}"
            differ(kind, f"{[list(l.shape) for l in leaves]} {program} {step}: {str(ex or ey)[:140]}")
            return
        if ex is not None:
            continue
        program.append(step)
        a.append(x)
        b.append(y)
        if table is INPLACE:
            a[-1], b[-1] = a[i], b[i]
    stats["cases"] += 1
    text = f"{[(list(l.shape), l.requires_grad) for l in leaves]} {program}"
    for k, (x, y) in enumerate(zip(a, b)):
        if tuple(x.shape) != tuple(y.shape) or not close(x.torch(), y.detach(), 64, 1.0):
            return differ("program: value", f"{text} r{k} {short(x.torch())} {short(y)}")
        if bool(L.c.tensor_requires_grad(ptr(x.h))) != y.requires_grad:
            return differ("program: requires_grad", f"{text} r{k}")
        if bool(L.c.tensor_is_leaf(ptr(x.h))) != y.is_leaf:
            return differ("program: is_leaf", f"{text} r{k}")
    for root in rng.sample(range(len(a)), min(len(a), 3)):
        if not b[root].requires_grad:
            continue
        w = torch.rand(b[root].shape, dtype=torch.float64)
        tw = of(w)
        second = rng.random() < 0.3
        retain = second or rng.random() < 0.5
        if second_before and not second:
            return  # a gradient with a graph is added to: differences.md
        second_before = second
        def ours_():
            L.call("tensor_backward", a[root], tendon.Backward(gradient=tw.h, retain_graph=retain, create_graph=second))
        def theirs_():
            b[root].backward(w, retain_graph=retain, create_graph=second)
        (_, ea), (_, eb) = run(ours_), run(theirs_)
        if (ea is None) != (eb is None):
            if isinstance(ea, Error) and ea.status == INTERNAL:
                return differ("defect: backward", f"{text} root r{root}: {ea}")
            which = "Tendon" if ea else "PyTorch"
            return differ(f"backward: only {which} refuses", f"{text} root r{root}: {str(ea or eb)[:200]}")
        if ea is not None:
            return  # PyTorch may have added some gradients already
        for n, (x, y) in enumerate(zip(ours, leaves)):
            g = x.grad()
            zero = g is None and y.grad is not None and bool((y.grad == 0).all())
            if zero:
                differ("backward: no gradient instead of zeros", f"{text} root r{root} leaf {n}")
                continue
            if (g is None) != (y.grad is None):
                return differ("backward: a gradient is missing", f"{text} root r{root} leaf {n}: {g} {y.grad}")
            if g is not None and not close(g.torch(), y.grad.detach(), 4096, 0.1):
                return differ("backward: value", f"{text} root r{root} leaf {n}: {short(g.torch())} {short(y.grad)}")
        if second and ea is None:
            for n, (x, y) in enumerate(zip(ours, leaves)):
                g = x.grad()
                if g is None or y.grad is None:
                    continue
                if bool(L.c.tensor_requires_grad(ptr(g.h))) != y.grad.requires_grad:
                    differ("second order: requires_grad", f"{text} root r{root} leaf {n}")
                    continue
                if not y.grad.requires_grad:
                    continue
                # Without those that a write through a view has given a history: what the write saved is the op's output
                # here, and a look at the new value of the base there.
                wanted = [(p, q) for p, q in zip(ours, leaves) if q.requires_grad and q.is_leaf]
                v = torch.rand(y.shape, dtype=torch.float64)
                tv = of(v)
                o = tendon.Grad(retain_graph=True, allow_unused=True, gradient=tv.h)
                def ours_2():
                    out = (ptr * len(wanted))()
                    L.call("tensor_grad_of", g, [p for p, _ in wanted], o, out)
                    return [T(h) for h in out]
                (r, ea), (s, eb) = run(ours_2), run(lambda: torch.autograd.grad(y.grad, [q for _, q in wanted], v, retain_graph=True, allow_unused=True))
                if (ea is None) != (eb is None):
                    differ("second order: one refuses", f"{text} root r{root} leaf {n}: {ea or eb}")
                    continue
                if ea is None:
                    for p, q in zip(r, s):
                        q = None if q is None else q.detach()
                        p = p.torch() if p.h else None
                        zero = lambda t: t is None or bool((t == 0).all())
                        if zero(p) and zero(q):
                            continue
                        if p is None or q is None or not close(p, q, 1 << 16, 0.1):
                            differ("second order: value", f"{text} root r{root} leaf {n}: {p} {q}")


# ---- what differs on purpose ----

KNOWN = {
    r".*: PyTorch has no kernel": "no kernel there",
    r"div (trunc|floor): only PyTorch refuses": "integer division by zero",
    r"pow_scalar: only PyTorch refuses": "negative powers of integers",
    r"clamp: only PyTorch refuses": "bounds beyond the dtype",
    r"full: only Tendon refuses": "bf16 takes any float there",
    r"linspace: only Tendon refuses": "linspace of bool",
    r"program: only PyTorch refuses view": "results are in C order",
    r"program: only PyTorch refuses \w+_": "a view whose base was written first counts as a leaf there",
    r"clamp: only Tendon refuses": "clamp of bool",
    r"arg(max|min): only PyTorch refuses": "argmax of bool",
    r"one_hot: only PyTorch refuses": "i32 indices",
    r"(log_)?softmax: only Tendon refuses": "integers without elements",
    r"slice: (only PyTorch refuses|shape)": "steps near 2^63",
    r"cat: (only Tendon refuses|dtype|shape)": "empty tensors of rank 1",
    r"expand: only Tendon refuses": "-1 for a new dimension",
    r"index_add: only Tendon refuses": "indices of nothing are checked",
    r"linspace: only PyTorch refuses": "negative fractions as unsigned bounds",
    r"backward: only PyTorch refuses": "needless refusals of a second backward; zero_ cuts the graph; copies of overwritten inputs",
    r"backward: no gradient instead of zeros": "zero_ and fill_ cut the graph",
    r"second order: requires_grad": "graphs of zeros",
    r"program: only Tendon refuses \w+_": "writes through detached aliases, into or across overlapping memory",
}


def main():
    global L
    p = argparse.ArgumentParser()
    p.add_argument("library")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--cases", type=int, default=400)
    p.add_argument("--only")
    p.add_argument("--all", action="store_true", help="shows known differences too")
    p.add_argument("--show", type=int, default=3)
    o = p.parse_args()
    tendon.load(o.library)
    L = tendon.lib
    parts = {"promotion": lambda n: promotion(), "binary": binary, "unary": unary, "reductions": reductions, "matmuls": matmuls,
             "views": views, "indexing": indexing, "losses": losses, "making": making, "text": text, "optimizers": lambda n: optimizers(n // 10),
             "gradients": lambda n: gradients(5 * n)}
    for name, part in parts.items():
        if o.only and name not in o.only.split(","):
            continue
        rng.seed(o.seed)
        torch.manual_seed(o.seed)
        before = stats["cases"]
        part(o.cases)
        print(f"{name}: {stats['cases'] - before} cases", flush=True)
    unknown = 0
    for key, list_ in differences.items():
        reason = next((why for pattern, why in KNOWN.items() if re.fullmatch(pattern, key)), None)
        if reason and not o.all:
            continue
        unknown += reason is None
        print(f"\n{'known' if reason else 'DIFFERENT'}: {key}: {len(list_)} cases" + (f" ({reason})" if reason else ""))
        for line in list_[:o.show]:
            print("   ", line)
    print(f"\n{stats['cases']} cases, {len(differences)} kinds of difference, {unknown} of them unknown")
    sys.exit(unknown > 0)


main()
