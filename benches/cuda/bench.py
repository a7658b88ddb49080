#!/usr/bin/env python3
"""Tendon beside PyTorch on one GPU, alternating in one run; the table comes last.

    bench.py [--seconds N] [--tiny] [--only WORD] [--json FILE]

Rates of ops that move data are shares of the copy bandwidth measured here. --tiny runs every line at small sizes, which
shows that it runs. Without a GPU in PyTorch its column is empty, or with --tiny that of its CPU.
"""

import argparse
import ctypes as C
import json
import os
import subprocess
import sys
import time

import tendon
from tendon import CPU, CUDA, AdamW, Failure, number

try:
    import torch
except ImportError:
    torch = None

HERE = os.path.dirname(os.path.abspath(__file__))
arguments = argparse.ArgumentParser()
arguments.add_argument("--seconds", type=float, default=200)
arguments.add_argument("--tiny", action="store_true")
arguments.add_argument("--only", default="")
arguments.add_argument("--json")
arguments.add_argument("--matmul-only", action="store_true", help="(used by the benchmark itself)")
args = arguments.parse_args()
WHERE = "cuda" if torch is not None and torch.cuda.is_available() else "cpu"
if WHERE == "cpu" and not args.tiny:
    torch = None

lib = tendon.load()
START = time.monotonic()
ROWS = []  # (group, name, tendon seconds, torch seconds, amount, unit)
NULL = None
ZERO = C.c_size_t(0)


def left():
    return args.seconds - (time.monotonic() - START)


def synchronize():
    lib.synchronize()
    if torch is not None and WHERE == "cuda":
        torch.cuda.synchronize()


def once(run, repeats):
    """Seconds per call of `repeats` calls, from the first to the end of the device's work."""
    synchronize()
    start = time.perf_counter()
    for _ in range(repeats):
        run()
    synchronize()
    return (time.perf_counter() - start) / repeats


def measure(runs, target=0.02, rounds=5):
    """Median seconds per call of each of `runs` (None is left out), taking turns."""
    repeats = []
    for run in runs:
        if run is None:
            repeats.append(0)
            continue
        run()
        once(run, 1)
        one = max(once(run, 2), 1e-7)
        repeats.append(1 if args.tiny else max(1, min(2000, int(target / one))))
    times = [[] for _ in runs]
    for _ in range(1 if args.tiny else rounds):
        for run, n, into in zip(runs, repeats, times):
            if run is not None:
                into.append(once(run, n))
    return [sorted(t)[len(t) // 2] if t else None for t in times]


def row(group, name, ours, theirs, amount=0.0, unit="", target=0.02):
    """One line: callables that make `ours` and `theirs` ready, what a call moves or computes, and in which unit."""
    if args.only and args.only not in group + " " + name:
        return
    if left() < 5:
        ROWS.append((group, name, None, None, amount, "no time left"))
        return
    try:
        run = ours()
        other = theirs() if torch is not None and theirs is not None else None
        mine, torchs = measure([run, other], target)
        ROWS.append((group, name, mine, torchs, amount, unit))
        shown = " ".join("-" if t is None else f"{1e6 * t:.1f} us" for t in (mine, torchs))
        print(f"{group:12} {name:34} {shown}", flush=True)
    except Exception as e:  # one line that fails is no reason to stop
        ROWS.append((group, name, None, None, amount, str(e).split("\n")[0][:90]))
        print(f"{group:12} {name:34} failed: {e}", flush=True)
    if torch is not None and WHERE == "cuda":
        torch.cuda.empty_cache()
    lib.lib.tendon_release_cached_memory()


# ---- memory-bound ops ----

MI = 1 << 20
N = MI // 16 if args.tiny else 64 * MI
SIDE = 256 if args.tiny else 8192
TORCH = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "i64": "int64"}


def dtype(name):
    return getattr(torch, TORCH[name])


def t_randn(*shape, of="f32"):
    return torch.randn(*shape, device=WHERE, dtype=dtype(of))


def gb(elements, *bytes_each):
    return elements * sum(bytes_each) / 1e9


def dim(n):
    return (C.c_int64 * 1)(n)


def elementwise():
    def unary(name, of, width, torch_op):
        def ours():
            x = lib.randn([N], of)
            return lambda: getattr(x, name)()

        def theirs():
            x = t_randn(N, of=of)
            return lambda: torch_op(x)

        row("memory", f"{name} {of}", ours, theirs, gb(N, width, width), "GB")

    def binary(name, of, width, torch_op):
        def ours():
            x, y = lib.randn([N], of), lib.randn([N], of)
            return lambda: getattr(x, name)(y)

        def theirs():
            x, y = t_randn(N, of=of), t_randn(N, of=of)
            return lambda: torch_op(x, y)

        row("memory", f"{name} {of}", ours, theirs, gb(N, width, width, width), "GB")

    unary("clone", "f32", 4, lambda x: x.clone())
    binary("add", "f32", 4, lambda x, y: x + y)
    binary("mul", "bf16", 2, lambda x, y: x * y)
    unary("exp", "f32", 4, lambda x: x.exp())
    unary("exp", "bf16", 2, lambda x: x.exp())
    row(
        "memory", "gelu f32",
        lambda: (lambda x: lambda: x.gelu(NULL))(lib.randn([N])),
        lambda: (lambda x: lambda: torch.nn.functional.gelu(x))(t_randn(N)), gb(N, 4, 4), "GB",
    )
    row(
        "memory", "add in place f32",
        lambda: (lambda x, y: lambda: lib.call("tensor_add_", x, y))(lib.randn([N]), lib.randn([N])),
        lambda: (lambda x, y: lambda: x.add_(y))(t_randn(N), t_randn(N)), gb(N, 4, 4, 4), "GB",
    )
    row(
        "memory", "cast f32 to bf16",
        lambda: (lambda x: lambda: x.to_dtype(C.c_int32(tendon.BF16), NULL))(lib.randn([N])),
        lambda: (lambda x: lambda: x.to(torch.bfloat16))(t_randn(N)), gb(N, 4, 2), "GB",
    )

    # Strided: rows of a wider tensor, every second element, and a transposed one.
    s64 = C.c_int64

    def strided(of, width):
        wide, square = [SIDE, 2 * SIDE], [SIDE, SIDE]

        def row_of(what, ours_view, torch_view, shape):
            def ours():
                x, y = ours_view(lib.randn(shape, of)), lib.randn(square, of)
                return lambda: x.add(y)

            def theirs():
                x, y = torch_view(t_randn(*shape, of=of)), t_randn(*square, of=of)
                return lambda: x + y

            row("memory", f"add {of}, {what}", ours, theirs, gb(SIDE * SIDE, width, width, width), "GB")

        row_of("rows of a wider one", lambda x: x.narrow(s64(1), s64(0), s64(SIDE)), lambda x: x[:, :SIDE], wide)
        row_of("every 2nd element", lambda x: x.slice(s64(1), s64(0), s64(2 * SIDE), s64(2)), lambda x: x[:, ::2], wide)
        row_of("transposed", lambda x: x.transpose(s64(0), s64(1)), lambda x: x.t(), square)

    strided("f32", 4)
    strided("bf16", 2)
    row(
        "memory", "add f32, a row to each",
        lambda: (lambda x, y: lambda: x.add(y))(lib.randn([SIDE, SIDE]), lib.randn([SIDE])),
        lambda: (lambda x, y: lambda: x + y)(t_randn(SIDE, SIDE), t_randn(SIDE)), gb(SIDE * SIDE, 4, 4), "GB",
    )
    row(
        "memory", "transposed copy f32",
        lambda: (lambda x: lambda: x.contiguous())(lib.randn([SIDE, SIDE]).transpose(s64(0), s64(1))),
        lambda: (lambda x: lambda: x.contiguous())(t_randn(SIDE, SIDE).t()), gb(SIDE * SIDE, 4, 4), "GB",
    )
    row(
        "memory", "where f32",
        lambda: (lambda x, y: (lambda m: lambda: lib.make("tensor_where", m, x, y))(x.gt(y)))(lib.randn([N]), lib.randn([N])),
        lambda: (lambda x, y: (lambda m: lambda: torch.where(m, x, y))(x > y))(t_randn(N), t_randn(N)), gb(N, 1, 4, 4, 4), "GB",
    )
    row(
        "memory", "dropout f32",
        lambda: (lambda x: lambda: x.dropout(C.c_double(0.3), NULL))(lib.randn([N])),
        lambda: (lambda x: lambda: torch.nn.functional.dropout(x, 0.3))(t_randn(N)), gb(N, 4, 4), "GB",
    )
    def cat_ours():
        both = [lib.randn([N // 2]), lib.randn([N // 2])]
        handles = (C.c_void_p * 2)(*[x.handle for x in both])
        return lambda: both and lib.make("tensor_cat", handles, C.c_size_t(2), s64(0))

    def cat_theirs():
        both = [t_randn(N // 2), t_randn(N // 2)]
        return lambda: torch.cat(both)

    row("memory", "cat of two f32", cat_ours, cat_theirs, gb(N, 4, 4), "GB")
    rows_n, columns = SIDE, SIDE

    def picks_ours():
        x = lib.randn([rows_n, columns])
        index = lib.make("tensor_randperm", s64(rows_n), lib.options("i64"))
        return lambda: x.index_select(s64(0), index)

    def picks_theirs():
        x, index = t_randn(rows_n, columns), torch.randperm(rows_n, device=WHERE)
        return lambda: x.index_select(0, index)

    row("memory", "index_select of rows f32", picks_ours, picks_theirs, gb(rows_n * columns, 4, 4), "GB")


def reductions():
    for of, width in (("f32", 4), ("bf16", 2)):
        for what, dims, torch_op in (
            ("all", [], lambda x: x.sum()),
            ("dim 0", [0], lambda x: x.sum(0)),
            ("dim 1", [1], lambda x: x.sum(1)),
        ):
            def ours(of=of, dims=dims):
                x = lib.randn([SIDE, SIDE], of)
                d = (C.c_int64 * max(1, len(dims)))(*dims)
                return lambda: x.sum(d if dims else NULL, C.c_size_t(len(dims)), NULL)

            def theirs(of=of, torch_op=torch_op):
                x = t_randn(SIDE, SIDE, of=of)
                return lambda: torch_op(x)

            row("memory", f"sum {what} {of}", ours, theirs, gb(SIDE * SIDE, width), "GB")
    row(
        "memory", "argmax dim 1 f32",
        lambda: (lambda x, d: lambda: x.argmax(d, NULL))(lib.randn([SIDE, SIDE]), dim(1)),
        lambda: (lambda x: lambda: x.argmax(1))(t_randn(SIDE, SIDE)), gb(SIDE * SIDE, 4), "GB",
    )
    row(
        "memory", "var dim 1 f32",
        lambda: (lambda x, d: lambda: x.var(d, C.c_size_t(1), NULL))(lib.randn([SIDE, SIDE]), dim(1)),
        lambda: (lambda x: lambda: x.var(1))(t_randn(SIDE, SIDE)), gb(SIDE * SIDE, 4), "GB",
    )


def softmax():
    r, c = (64, 128) if args.tiny else (8192, 4096)
    for of, width in (("f32", 4), ("bf16", 2)):
        def forward(of=of):
            x = lib.randn([r, c], of)
            return lambda: x.softmax(C.c_int64(1), NULL)

        def torch_forward(of=of):
            x = t_randn(r, c, of=of)
            return lambda: torch.softmax(x, 1)

        row("memory", f"softmax {r}x{c} {of}", forward, torch_forward, gb(r * c, width, width), "GB")

        # The gradient alone: forward once, the graph kept.
        def backward(of=of):
            x, g = lib.randn([r, c], of, requires_grad=True), lib.randn([r, c], of)
            y = x.softmax(C.c_int64(1), NULL)
            return lambda: grad_of(y, x, g)

        def torch_backward(of=of):
            x, g = t_randn(r, c, of=of).requires_grad_(), t_randn(r, c, of=of)
            y = torch.softmax(x, 1)
            return lambda: torch.autograd.grad(y, x, g, retain_graph=True)

        row("memory", f"softmax backward {of}", backward, torch_backward, gb(r * c, width, width, width), "GB")

    def loss(device_labels):
        x = lib.randn([r, c], requires_grad=True)
        return lambda: backward_of(x.cross_entropy(device_labels, NULL), x)

    def ours():
        labels = lib.make("tensor_randint", C.c_int64(0), C.c_int64(c), lib.shape([r]), C.c_size_t(1), lib.options("i64"))
        return loss(labels)

    def theirs():
        x, labels = t_randn(r, c).requires_grad_(), torch.randint(0, c, (r,), device=WHERE)

        def run():
            x.grad = None
            torch.nn.functional.cross_entropy(x, labels).backward()

        return run

    row("memory", "cross_entropy, both ways f32", ours, theirs, gb(r * c, 4, 4, 4), "GB")


class GradOptions(C.Structure):
    _fields_ = [("size", C.c_uint32), ("retain", C.c_uint8), ("create", C.c_uint8), ("unused", C.c_uint8), ("reserved", C.c_uint8), ("gradient", C.c_void_p)]


def grad_of(y, x, g):
    options = GradOptions(C.sizeof(GradOptions), 1, 0, 0, 0, g.handle)
    inputs, out = (C.c_void_p * 1)(x.handle), (C.c_void_p * 1)()
    lib.call("tensor_grad_of", y, inputs, C.c_size_t(1), C.byref(options), out)
    return tendon.Tensor(lib, C.c_void_p(out[0]))


def backward_of(loss, *leaves):
    for x in leaves:
        lib.call("tensor_set_grad", x, NULL)
    lib.call("tensor_backward", loss, NULL)


# ---- matrix products ----

SIZES = [64] if args.tiny else [1024, 2048, 4096, 8192]


def tf32(on):
    """Whether f32 products may use TF32, in both."""
    lib.call("tendon_set_float32_matmul_precision", C.c_int32(on))
    if torch is not None:
        torch.backends.cuda.matmul.allow_tf32 = on


def matmul(group, with_torch=True):
    for of, fast in (("f32", False), ("f32", True), ("bf16", False), ("f16", False)):
        tf32(fast)
        for n in SIZES:
            def ours(of=of, n=n):
                a, b = lib.randn([n, n], of), lib.randn([n, n], of)
                return lambda: a.matmul(b)

            def theirs(of=of, n=n):
                a, b = t_randn(n, n, of=of), t_randn(n, n, of=of)
                return lambda: a @ b

            row(group, f"{'tf32' if fast else of} {n}", ours, theirs if with_torch else None, 2 * n**3 / 1e12, "TFLOP", 0.03)
    tf32(False)


def own_kernels():
    """The same products in a process without NVIDIA's libraries."""
    command = [sys.executable, os.path.abspath(__file__), "--matmul-only", "--json", "/dev/stdout", "--seconds", str(min(60, left()))]
    env = dict(os.environ, TENDON_CUDA_LIBS="off")
    done = subprocess.run(command + (["--tiny"] if args.tiny else []), env=env, capture_output=True, text=True)
    try:
        ROWS.extend(tuple(r) for r in json.loads(done.stdout.strip().split("\n")[-1]))
    except (ValueError, IndexError):
        ROWS.append(("own kernels", "", None, None, 0, (done.stderr.strip().split("\n") or [""])[-1][:90]))


# ---- training ----


class Net:
    """A perceptron with GELU, trained by AdamW."""

    def __init__(self, widths, batch):
        self.parameters = []
        for inputs, outputs in zip(widths, widths[1:]):
            for sizes in ([outputs, inputs], [outputs]):
                x = lib.randn(sizes)
                lib.call("tensor_mul_scalar_", x, number(inputs**-0.5))
                lib.call("tensor_set_requires_grad", x, C.c_uint8(1))
                self.parameters.append(x)
        self.x = lib.randn([batch, widths[0]])
        self.labels = lib.make("tensor_randint", C.c_int64(0), C.c_int64(widths[-1]), lib.shape([batch]), C.c_size_t(1), lib.options("i64"))
        handles = (C.c_void_p * len(self.parameters))(*[p.handle for p in self.parameters])
        options = AdamW(C.sizeof(AdamW), 0, 0, (C.c_uint8 * 2)(), 1e-3, 0.9, 0.999, 1e-8, 1e-2)
        self.optimizer = C.c_void_p()
        lib.call("tensor_adamw_create", handles, C.c_size_t(len(self.parameters)), C.byref(options), C.byref(self.optimizer))

    def __del__(self):
        lib.lib.tensor_optimizer_release(self.optimizer)

    def step(self):
        h = self.x
        for i in range(0, len(self.parameters), 2):
            h = lib.make("tensor_linear", h, self.parameters[i], self.parameters[i + 1])
            if i + 2 < len(self.parameters):
                h = h.gelu(NULL)
        loss = h.cross_entropy(self.labels, NULL)
        lib.call("tensor_optimizer_zero_grad", self.optimizer)
        lib.call("tensor_backward", loss, NULL)
        lib.call("tensor_optimizer_step", self.optimizer)


def torch_net(widths, batch):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.GELU()]
    net = torch.nn.Sequential(*layers[:-1]).to(WHERE)
    optimizer = torch.optim.AdamW(net.parameters(), fused=WHERE == "cuda")
    x, labels = t_randn(batch, widths[0]), torch.randint(0, widths[-1], (batch,), device=WHERE)

    def step():
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(net(x), labels).backward()
        optimizer.step()

    return step


def training():
    for name, widths, batch in (
        ("MLP 784-512-256-10, batch 128", [784, 512, 256, 10], 128),
        ("MLP 4 x 4096, batch 1024", [4096, 4096, 4096, 4096], 1024),
    ):
        if args.tiny:
            widths, batch = [20, 16, 5], 8
        row("training", name, lambda w=widths, b=batch: Net(w, b).step, lambda w=widths, b=batch: torch_net(w, b), 0, "step", 0.1)


# ---- small ops ----


def small():
    def line(name, ours, theirs):
        row("small ops", name, ours, theirs, 0, "us", 0.01)

    def operands():
        return lib.randn([8]), lib.randn([8])

    line("add of 8 f32", lambda: (lambda a, b: lambda: a.add(b))(*operands()), lambda: (lambda a, b: lambda: a + b)(t_randn(8), t_randn(8)))
    line(
        "add in place", lambda: (lambda a, b: lambda: lib.call("tensor_add_", a, b))(*operands()),
        lambda: (lambda a, b: lambda: a.add_(b))(t_randn(8), t_randn(8)),
    )
    line("relu", lambda: (lambda a, _: lambda: a.relu())(*operands()), lambda: (lambda a: lambda: a.relu())(t_randn(8)))
    line("sum", lambda: (lambda a, _: lambda: a.sum(NULL, ZERO, NULL))(*operands()), lambda: (lambda a: lambda: a.sum())(t_randn(8)))
    line(
        "matmul of 16 x 16", lambda: (lambda a, b: lambda: a.matmul(b))(lib.randn([16, 16]), lib.randn([16, 16])),
        lambda: (lambda a, b: lambda: a @ b)(t_randn(16, 16), t_randn(16, 16)),
    )

    def ours():
        x = lib.randn([8], requires_grad=True)

        def run():
            y = x
            for _ in range(10):
                y = y.mul(x)
            backward_of(y.sum(NULL, ZERO, NULL), x)

        return run

    def theirs():
        x = t_randn(8).requires_grad_()

        def run():
            x.grad = None
            y = x
            for _ in range(10):
                y = y * x
            y.sum().backward()

        return run

    line("10 mul, sum, backward", ours, theirs)
    row("small ops", "item (with the wait)", lambda: lib.randn([1]).item, lambda: t_randn(1).item, 0, "us", 0.01)


# ---- copies between host and device ----


def copies():
    n = 4096 if args.tiny else 64 * MI
    for what, pinned in (("pinned", True), ("pageable", False)):
        def host(pinned=pinned):
            x = lib.randn([n], device=CPU)
            return x.pin_memory() if pinned else x

        def torch_host(pinned=pinned):
            x = torch.randn(n)
            return x.pin_memory() if pinned and WHERE == "cuda" else x

        row(
            "host copies", f"to the device, {what}", lambda h=host, p=pinned: (lambda x: lambda: x.to(CUDA, p))(h()),
            lambda h=torch_host, p=pinned: (lambda x: lambda: x.to(WHERE, non_blocking=p))(h()), gb(n, 4), "GB/s",
        )
    row(
        "host copies", "to the host", lambda: (lambda x: lambda: x.to(CPU))(lib.randn([n])),
        lambda: (lambda x: lambda: x.cpu())(t_randn(n)), gb(n, 4), "GB/s",
    )


# ---- from nothing to the first step ----


def first_step():
    import tempfile

    program = HERE + "/bin/first_step"
    if not os.path.exists(program):
        return
    source = (
        "import torch; n = torch.nn.Sequential(torch.nn.Linear(784, 512), torch.nn.GELU(), torch.nn.Linear(512, 10)).cuda();"
        "o = torch.optim.AdamW(n.parameters()); x = torch.randn(128, 784, device='cuda');"
        "y = torch.randint(0, 10, (128,), device='cuda'); torch.nn.functional.cross_entropy(n(x), y).backward(); o.step(); torch.cuda.synchronize()"
    )
    with tempfile.TemporaryDirectory() as cache:
        for what in ("empty", "filled"):
            env = dict(os.environ, CUDA_CACHE_PATH=cache)
            times = []
            for command in ([program], [sys.executable, "-c", source] if WHERE == "cuda" else None):
                if command is None or left() < 10:
                    times.append(None)
                    continue
                start = time.perf_counter()
                done = subprocess.run(command, env=env, capture_output=True)
                times.append(time.perf_counter() - start if done.returncode == 0 else None)
                if done.returncode:
                    print(done.stderr.decode()[-300:])
            ROWS.append(("start", f"first training step, {what} cache", *times, 0, "s"))


# ---- the table ----


def link_gb():
    """GB/s of the PCIe link, as nvidia-smi tells its generation and width; 0 when it does not."""
    try:
        query = ["nvidia-smi", "--query-gpu=pcie.link.gen.max,pcie.link.width.max", "--format=csv,noheader"]
        generation, width = subprocess.run(query, capture_output=True, text=True).stdout.split("\n")[0].split(",")
        return {3: 0.985, 4: 1.969, 5: 3.938, 6: 7.56}[int(generation)] * int(width)
    except (OSError, ValueError, KeyError):
        return 0


def table():
    if not ROWS:
        print("no line ran")
        return
    clone = next((r for r in ROWS if r[1] == "clone f32"), None)
    fastest = [r for r in (clone or ())[2:4] if r]
    bandwidth = clone[4] / min(fastest) if fastest else 0
    link = link_gb()
    device = torch.cuda.get_device_name() if WHERE == "cuda" else "no PyTorch with CUDA"
    print(f"\n{device}: copy bandwidth {bandwidth:.0f} GB/s, link {link:.0f} GB/s, {time.monotonic() - START:.0f} s")
    print(f"{'':12} {'':36} {'Tendon':>10} {'PyTorch':>10} {'ratio':>6} {'rate':>9}")
    cublas = {r[1]: r[2] for r in ROWS if r[0] == "matmul"}
    for group, name, mine, torchs, amount, unit in ROWS:
        if mine is None:
            print(f"{group:12} {name:36} {'-':>10} {'':10} {'':6} {unit}")
            continue
        scale, word = (1, "s") if unit == "s" else (1e3, "ms") if mine > 1e-3 and unit != "us" else (1e6, "us")
        show = lambda t: f"{scale * t:.2f} {word}" if t else "-"
        rate = ""
        if unit == "GB" and bandwidth:
            rate = f"{100 * amount / mine / bandwidth:.0f} %"
        elif unit == "GB/s":
            rate = f"{amount / mine:.0f} GB/s" + (f" {100 * amount / mine / link:.0f} %" if link else "")
        elif unit == "TFLOP":
            rate = f"{amount / mine:.0f} TF/s"
            if group == "own kernels" and cublas.get(name):
                rate += f" {100 * cublas[name] / mine:.0f} % of cublasLt"
        ratio = f"{torchs / mine:.2f}" if torchs else ""
        print(f"{group:12} {name:36} {show(mine):>10} {show(torchs):>10} {ratio:>6} {rate:>9}")


if args.matmul_only:
    matmul("own kernels", with_torch=False)
else:
    for part in (elementwise, reductions, softmax, lambda: matmul("matmul"), training, small, copies, own_kernels, first_step):
        try:
            part()
        except Failure as e:
            print("failed:", e)
    table()
if args.json:
    with open(args.json, "w") as f:
        f.write(("\n" if args.matmul_only else "") + json.dumps(ROWS) + "\n")
if not args.matmul_only and all(r[2] is None for r in ROWS):
    sys.exit(1)
