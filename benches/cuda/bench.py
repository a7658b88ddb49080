#!/usr/bin/env python3
"""Tendon beside PyTorch on one GPU, both in turns in one process (but for the start of programs).

    bench.py --group NAME [--json FILE] [--seconds N] [--tiny] [--only WORD]      measures one group of rows
    bench.py --table FILE                                                         prints what FILE has; needs no GPU
    bench.py --about                                                              where python and its PyTorch are

Groups: start memory reduce softmax matmul own small copies training variants. FILE keeps every group that was
measured into it, and is written again after every row: a process that dies, or is stopped, loses only the row that it
was at.

All ends before TENDON_DEADLINE (seconds since 1970) too. --tiny runs every row at small sizes, which shows that it
runs. Without a GPU in PyTorch its column is empty, or with --tiny that of its CPU.

Rates of ops that move data are shares of what a copy reaches here, for reductions a copy or a sum, whichever is faster.
"GPU" is the time that the device was busy for a call, as PyTorch's profiler tells it for both libraries; kernels,
grids and registers are in FILE.
"""

import argparse
import ctypes as C
import importlib.util
import itertools
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time

import tendon
from tendon import CPU, CUDA, AdamW, GradOptions, number

HERE = os.path.dirname(os.path.abspath(__file__))
GROUPS = "start memory reduce softmax matmul own small copies training variants".split()
arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--group", help="one of " + " ".join(GROUPS))
arguments.add_argument("--table", metavar="FILE")
arguments.add_argument("--about", action="store_true")
arguments.add_argument("--json", metavar="FILE")
arguments.add_argument("--seconds", type=float, default=600)
arguments.add_argument("--tiny", action="store_true")
arguments.add_argument("--only", default="", metavar="WORD")
args = arguments.parse_args()

NULL = None
ZERO = C.c_size_t(0)
s64 = C.c_int64
START = time.monotonic()
DEADLINE = float(os.environ.get("TENDON_DEADLINE") or "inf")

torch = None  # import_torch()
WHERE = "cpu"
lib = None  # in main()
L2 = 50 << 20
LOST = False  # the device, for this process
STOPPED = False  # by a signal
RESULT = {"state": "running", "head": {}, "yard": {}, "gpu": [], "rows": []}
LATER = []  # (row, ours, theirs) for the second pass, with the profiler


class Stop(BaseException):
    pass


def stop(*_):
    # A destructor would swallow the exception, and the flag is seen at the next row.
    global STOPPED
    STOPPED = True
    raise Stop


def left():
    if STOPPED:
        return 0
    return min(args.seconds - (time.monotonic() - START), DEADLINE - time.time())


# ---- what was measured, in a file ----


def read(path):
    try:
        with open(path) as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def save():
    if not args.json:
        return
    every = read(args.json)
    RESULT["seconds"] = round(time.monotonic() - START, 1)
    every[args.group] = RESULT
    beside = args.json + ".new"
    with open(beside, "w") as f:
        json.dump(every, f)
    os.replace(beside, args.json)


def first_line(error):
    text = (str(error).strip() or type(error).__name__).split("\n")[0]
    return text[:200]


# ---- the machine ----


def torch_about():
    """The version of PyTorch and of its CUDA, without the seconds that its import takes; None without it."""
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.origin:
        return None
    scope = {}
    try:
        with open(os.path.join(os.path.dirname(spec.origin), "version.py")) as f:
            exec(f.read(), scope)
    except Exception:
        return "?", "?"
    return str(scope.get("__version__", "?")), scope.get("cuda")


def import_torch():
    global torch, WHERE
    if torch is not None:
        return
    try:
        import torch as found

        WHERE = "cuda" if found.cuda.is_available() else "cpu"
        if WHERE == "cuda" or args.tiny:
            torch = found
    except Exception as e:
        print("no PyTorch:", first_line(e), flush=True)


def mapped(word):
    """Files with `word` in their names that this process has in its memory."""
    try:
        with open("/proc/self/maps") as f:
            return sorted({line[line.index("/"):].strip() for line in f if word in line and "/" in line})
    except OSError:
        return []


def ask_smi(query):
    command = ["nvidia-smi", "--id=0", "--query-gpu=" + query, "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip().split("\n")[0] if done.returncode == 0 else ""


def gpu_line(when):
    basic = "clocks.sm,clocks.mem,power.draw,temperature.gpu"
    said = ask_smi(basic + ",clocks_event_reasons.active") or ask_smi(basic + ",clocks_throttle_reasons.active")
    if said:
        RESULT["gpu"].append(f"{when}: {said}")
        print(f"GPU {when}: {said} (clocks, power, temperature, reasons for lower clocks)", flush=True)


def link_gb():
    """GB/s of the PCIe link, as nvidia-smi tells its generation and width; 0 when it does not."""
    try:
        generation, width = ask_smi("pcie.link.gen.max,pcie.link.width.max").split(",")
        return {3: 0.985, 4: 1.969, 5: 3.938, 6: 7.56}[int(generation)] * int(width)
    except (ValueError, KeyError):
        return 0


def head():
    global L2
    device = lib.properties()
    L2 = device.l2_bytes or L2
    cublas = (mapped("libcublasLt") or ["found"]) if lib.has("cublas") else []
    RESULT["head"] = {
        "device": device.name.decode(), "capability": f"{device.major}.{device.minor}",
        "multiprocessors": device.multiprocessors, "l2": device.l2_bytes, "memory": device.total_bytes,
        "tendon": lib.lib.tendon_version_string().decode(), "cublas": cublas,
        "python": platform.python_version(), "torch": torch.__version__ if torch is not None else None,
        "torch_where": WHERE if torch is not None else None,
        "environment": {k: v for k, v in os.environ.items() if k.startswith("TENDON_CUDA")},
    }
    print(f"{device.name.decode()}, sm_{device.major}{device.minor}; PyTorch {RESULT['head']['torch']} on {WHERE}")
    print("cuBLASLt:", ", ".join(cublas) or "not found", flush=True)


# ---- measuring ----


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
        if one > 0.5:
            rounds = 3
    times = [[] for _ in runs]
    for _ in range(1 if args.tiny else rounds):
        for run, n, into in zip(runs, repeats, times):
            if run is not None:
                into.append(once(run, n))
    return [sorted(t)[len(t) // 2] if t else None for t in times]


def in_turn(make, nbytes):
    """What `make` makes; over several inputs in turn where one of `nbytes` could stay in the L2 from call to call."""
    count = min(2 if args.tiny else 16, 4 * L2 // nbytes + 1) if nbytes else 1
    calls = [make() for _ in range(count)]
    if count == 1:
        return calls[0]
    following = itertools.cycle(calls).__next__
    return lambda: following()()


def device_is_gone():
    try:
        synchronize()
        return False
    except Exception as e:
        print("the device is lost:", first_line(e), flush=True)
        return True


def clean():
    try:
        if torch is not None and WHERE == "cuda":
            torch.cuda.empty_cache()
        lib.lib.tendon_release_cached_memory()
    except Exception as e:
        print("cleaning:", first_line(e), flush=True)


def row(name, ours, theirs=None, amount=0.0, unit="", nbytes=0, yard="copy", target=0.02):
    """One line: callables that make `ours` and `theirs` ready, what a call moves or computes, in which unit, and of
    how many bytes the inputs are."""
    global LOST
    if args.only and args.only not in name:
        return
    entry = {"name": name, "tendon": None, "torch": None, "amount": amount, "unit": unit, "yard": yard}
    if LOST:
        entry["skipped"] = "the device is lost"
    elif left() < 3:
        entry["skipped"] = "no time left"
    else:
        measure_row(entry, ours, theirs, nbytes, target)
        if "error" in entry:
            LOST = device_is_gone()
        elif torch is not None or args.group == "own":
            again = theirs and (lambda: in_turn(theirs, nbytes))
            LATER.append((entry, lambda: in_turn(ours, nbytes), again))
        clean()
    RESULT["rows"].append(entry)
    said = entry.get("error") or entry.get("skipped")
    shown = f"failed: {said}" if "error" in entry else said or f"{show(entry['tendon'])} {show(entry['torch'])}"
    print(f"{name:38} {shown}", flush=True)
    save()


def measure_row(entry, ours, theirs, nbytes, target):
    try:
        run = in_turn(ours, nbytes)
        run()
        other = None
        if torch is not None and theirs is not None:
            try:
                other = in_turn(theirs, nbytes)
                other()
            except Exception as e:
                other = None
                entry["torch_error"] = first_line(e)
                print("PyTorch:", first_line(e), flush=True)
        try:
            entry["tendon"], entry["torch"] = measure([run, other], target)
        except Exception as e:
            # Whose it is tells a second run of ours alone.
            if other is None:
                raise
            entry["torch_error"] = first_line(e)
            entry["tendon"] = measure([run], target)[0]
    except Exception as e:  # one row that fails is no reason to stop
        entry["error"] = first_line(e)


def warm_up():
    """The clocks of a GPU that did nothing are low."""
    a, b = (lib.randn([64 if args.tiny else 4096] * 2, "bf16") for _ in "ab")
    end = time.monotonic() + (0 if args.tiny else 1)
    while True:
        for _ in range(10):
            a.matmul(b)
        synchronize()
        if time.monotonic() > end:
            return


def yardstick():
    """GB/s of a copy and of a sum, by the library that is faster at it; the best of all calls of this function."""
    if LOST or left() < 5:
        return
    try:
        x = lib.randn([N])
        y = torch.randn(N, device=WHERE) if torch is not None else None
        for what, width, ours, theirs in (
            ("copy", 8, lambda: x.clone(), lambda: y.clone()),
            ("read", 4, lambda: x.sum(NULL, ZERO, NULL), lambda: y.sum()),
        ):
            times = [t for t in measure([ours, theirs if y is not None else None]) if t]
            RESULT["yard"][what] = max(RESULT["yard"].get(what, 0), gb(N, width) / min(times))
        # What reads only is no slower than a copy.
        RESULT["yard"]["read"] = max(RESULT["yard"]["read"], RESULT["yard"]["copy"])
    except Exception as e:
        print("no yardstick:", first_line(e), flush=True)
    clean()


# ---- what the device did, by PyTorch's profiler ----


def on_device(trace, calls):
    """(Seconds per call, kernels) of a trace in Chrome's format."""
    total, kernels = 0.0, {}
    for event in trace.get("traceEvents", []):
        if event.get("cat") not in ("kernel", "gpu_memcpy", "gpu_memset"):
            continue
        about, duration = event.get("args", {}), float(event.get("dur", 0))
        total += duration
        kernel = kernels.setdefault(
            event.get("name", "?")[:160],
            {
                "count": 0, "us": 0.0, "grid": about.get("grid"), "block": about.get("block"),
                "registers": about.get("registers per thread"), "shared": about.get("shared memory"),
            },
        )
        kernel["count"] += 1
        kernel["us"] += duration
    for kernel in kernels.values():
        kernel["us"], kernel["count"] = round(kernel["us"] / calls, 3), round(kernel["count"] / calls, 2)
    most = sorted(kernels.items(), key=lambda item: -item[1]["us"])[:12]
    return total / calls / 1e6, dict(most)


def profiled(run, calls=3):
    kind = torch.profiler.ProfilerActivity
    run()
    synchronize()
    # Some versions tell nothing of the device unless they are asked for the host too.
    for activities in ([kind.CUDA], [kind.CPU, kind.CUDA]):
        with torch.profiler.profile(activities=activities) as profile:
            for _ in range(calls):
                run()
            synchronize()
        with tempfile.TemporaryDirectory() as folder:
            profile.export_chrome_trace(folder + "/trace.json")
            seconds, kernels = on_device(read(folder + "/trace.json"), calls)
        if kernels:
            break
    return seconds, kernels


def second_pass():
    """After all times were taken: the profiler leaves traces in what comes after it."""
    if not LATER or LOST or left() < 10:
        return
    import_torch()
    if torch is None or WHERE != "cuda":
        return
    seen = 0
    for n, (entry, ours, theirs) in enumerate(LATER):
        if left() < 5 or (n == 3 and not seen):
            print("no time left for the profiler" if seen else "the profiler sees nothing of the device", flush=True)
            return
        try:
            for who, make in (("tendon", ours), ("torch", theirs)):
                if make is None or entry[who] is None:
                    continue
                seconds, kernels = profiled(make())
                if kernels:
                    entry[who + "_gpu"], entry[who + "_kernels"] = seconds, kernels
                    seen += 1
        except Exception as e:
            print("profiler:", entry["name"], first_line(e), flush=True)
            if device_is_gone():
                return
        clean()
        save()


# ---- memory-bound ops ----

MI = 1 << 20
N = MI // 16 if args.tiny else 64 * MI
SIDE = 256 if args.tiny else 8192
WIDTH = {"bool": 1, "u8": 1, "i64": 8, "f16": 2, "bf16": 2, "f32": 4}
TORCH = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "i64": "int64", "u8": "uint8"}


def dtype(name):
    return getattr(torch, TORCH[name])


def t_randn(*shape, of="f32"):
    return torch.randn(*shape, device=WHERE, dtype=dtype(of))


def values(sizes, of):
    return lib.randint(0, 100, sizes, of) if of in ("u8", "i64") else lib.randn(sizes, of)


def t_values(*shape, of):
    if of in ("u8", "i64"):
        return torch.randint(0, 100, shape, device=WHERE, dtype=dtype(of))
    return t_randn(*shape, of=of)


def gb(elements, *bytes_each):
    return elements * sum(bytes_each) / 1e9


def dim(n):
    return (C.c_int64 * 1)(n)


def memory():
    def unary(name, of, ours_op, torch_op, to=None):
        width = WIDTH[of]

        def ours():
            x = values([N], of)
            return lambda: ours_op(x)

        def theirs():
            x = t_values(N, of=of)
            return lambda: torch_op(x)

        row(name, ours, theirs, gb(N, width, WIDTH[to or of]), "GB", nbytes=N * width)

    def binary(name, a, b, to, ours_op, torch_op, *, columns=None):
        """`columns`: b is one row of a matrix that a is."""
        shape, other = ([N], [N]) if columns is None else ([SIDE, columns], [columns])

        def ours():
            x, y = values(shape, a), values(other, b)
            return lambda: ours_op(x, y)

        def theirs():
            x, y = t_values(*shape, of=a), t_values(*other, of=b)
            return lambda: torch_op(x, y)

        count = N if columns is None else SIDE * columns
        read_b = WIDTH[b] if columns is None else 0
        row(name, ours, theirs, gb(count, WIDTH[a], read_b, WIDTH[to]), "GB", nbytes=count * (WIDTH[a] + read_b))

    functional = getattr(getattr(torch, "nn", None), "functional", None)
    unary("clone f32", "f32", lambda x: x.clone(), lambda x: x.clone())
    for a, b, to in (("f32", "f32", "f32"), ("u8", "u8", "u8"), ("i64", "i64", "i64"), ("f32", "bf16", "f32")):
        name = f"add {a}" if a == b else f"add {a} + {b}"
        binary(name, a, b, to, lambda x, y: x.add(y), lambda x, y: x + y)
    binary("mul bf16", "bf16", "bf16", "bf16", lambda x, y: x.mul(y), lambda x, y: x * y)
    for of in ("f32", "bf16"):
        unary(f"exp {of}", of, lambda x: x.exp(), lambda x: x.exp())
    for of in ("f32", "f16"):
        unary(f"gelu {of}", of, lambda x: x.gelu(NULL), lambda x: functional.gelu(x))
    binary(
        "add in place f32", "f32", "f32", "f32", lambda x, y: lib.call("tensor_add_", x, y), lambda x, y: x.add_(y)
    )
    unary(
        "cast f32 to bf16", "f32", lambda x: x.to_dtype(C.c_int32(tendon.BF16), NULL), lambda x: x.to(torch.bfloat16),
        "bf16",
    )

    # Strided: rows of a wider tensor, every second element, and a transposed one.
    def strided(of):
        wide, square, width = [SIDE, 2 * SIDE], [SIDE, SIDE], WIDTH[of]

        def row_of(what, ours_view, torch_view, shape):
            def ours():
                x, y = ours_view(lib.randn(shape, of)), lib.randn(square, of)
                return lambda: x.add(y)

            def theirs():
                x, y = torch_view(t_randn(*shape, of=of)), t_randn(*square, of=of)
                return lambda: x + y

            row(
                f"add {of}, {what}", ours, theirs, gb(SIDE * SIDE, width, width, width), "GB",
                nbytes=2 * width * SIDE * SIDE,
            )

        def half(x):
            return x.slice(s64(1), s64(0), s64(2 * SIDE), s64(2))

        row_of("rows of a wider one", lambda x: x.narrow(s64(1), s64(0), s64(SIDE)), lambda x: x[:, :SIDE], wide)
        # Memory comes in sectors of 32 bytes: all of the wider tensor is read, four parts for three that count.
        row_of("every 2nd (75 % at most)", half, lambda x: x[:, ::2], wide)
        row_of("transposed", lambda x: x.transpose(s64(0), s64(1)), lambda x: x.t(), square)

    strided("f32")
    strided("bf16")
    binary("add f32, a row to each", "f32", "f32", "f32", lambda x, y: x.add(y), lambda x, y: x + y, columns=SIDE)

    def transposed_ours():
        x = lib.randn([SIDE, SIDE]).transpose(s64(0), s64(1))
        return lambda: x.contiguous()

    def transposed_theirs():
        x = t_randn(SIDE, SIDE).t()
        return lambda: x.contiguous()

    moved = gb(SIDE * SIDE, 4, 4)
    row("transposed copy f32", transposed_ours, transposed_theirs, moved, "GB", nbytes=4 * SIDE * SIDE)

    def where_ours():
        x, y = lib.randn([N]), lib.randn([N])
        mask = x.gt(y)
        return lambda: lib.make("tensor_where", mask, x, y)

    def where_theirs():
        x, y = t_randn(N), t_randn(N)
        mask = x > y
        return lambda: torch.where(mask, x, y)

    row("where f32", where_ours, where_theirs, gb(N, 1, 4, 4, 4), "GB", nbytes=9 * N)
    unary(
        "dropout f32 (with its mask: 89 % at most)", "f32",
        lambda x: x.dropout(C.c_double(0.3), NULL), lambda x: functional.dropout(x, 0.3),
    )

    def cat_ours():
        both = [lib.randn([N // 2]), lib.randn([N // 2])]
        handles = (C.c_void_p * 2)(*[x.handle for x in both])
        return lambda: both and lib.make("tensor_cat", handles, C.c_size_t(2), s64(0))

    def cat_theirs():
        both = [t_randn(N // 2), t_randn(N // 2)]
        return lambda: torch.cat(both)

    row("cat of two f32", cat_ours, cat_theirs, gb(N, 4, 4), "GB", nbytes=4 * N)

    def picks_ours():
        x, index = lib.randn([SIDE, SIDE]), lib.make("tensor_randperm", s64(SIDE), lib.options("i64"))
        return lambda: x.index_select(s64(0), index)

    def picks_theirs():
        x, index = t_randn(SIDE, SIDE), torch.randperm(SIDE, device=WHERE)
        return lambda: x.index_select(0, index)

    row("index_select of rows f32", picks_ours, picks_theirs, gb(SIDE * SIDE, 4, 4), "GB", nbytes=4 * SIDE * SIDE)

    # Indices anywhere in the row: what they pick of a sector is the least that can be read, not what is read.
    def gather_ours():
        x, index = lib.randn([SIDE, SIDE]), lib.randint(0, SIDE, [SIDE, SIDE])
        return lambda: x.gather(s64(1), index)

    def gather_theirs():
        x, index = t_randn(SIDE, SIDE), torch.randint(0, SIDE, (SIDE, SIDE), device=WHERE)
        return lambda: x.gather(1, index)

    row("gather dim 1 f32", gather_ours, gather_theirs, gb(SIDE * SIDE, 4, 8, 4), "GB", nbytes=12 * SIDE * SIDE)


def reduce():
    def line(name, of, ours_op, torch_op, make=None, t_make=None):
        make = make or (lambda: lib.randn([SIDE, SIDE], of))
        t_make = t_make or (lambda: t_randn(SIDE, SIDE, of=of))

        def ours():
            x = make()
            return lambda: ours_op(x)

        def theirs():
            x = t_make()
            return lambda: torch_op(x)

        bytes_in = SIDE * SIDE * WIDTH[of]
        row(f"{name} {of}", ours, theirs, gb(bytes_in, 1), "GB", nbytes=bytes_in, yard="read")

    one, along_1 = C.c_size_t(1), dim(1)
    for of in ("f32", "bf16"):
        line("sum all", of, lambda x: x.sum(NULL, ZERO, NULL), lambda x: x.sum())
        line("sum dim 0", of, lambda x: x.sum(dim(0), one, NULL), lambda x: x.sum(0))
        line("sum dim 1", of, lambda x: x.sum(along_1, one, NULL), lambda x: x.sum(1))
        line("max dim 1", of, lambda x: x.max(along_1, one, NULL), lambda x: x.amax(1))
    line("max all", "f32", lambda x: x.max(NULL, ZERO, NULL), lambda x: x.amax())
    line("argmax dim 1", "f32", lambda x: x.argmax(along_1, NULL), lambda x: x.argmax(1))
    line("argmax all", "f32", lambda x: x.argmax(NULL, NULL), lambda x: x.argmax())
    line("var dim 1", "f32", lambda x: x.var(along_1, one, NULL), lambda x: x.var(1))
    line("var all", "f32", lambda x: x.var(NULL, ZERO, NULL), lambda x: x.var())

    # All false, and all true: nothing can be known before the end.
    def truth(op):
        def make():
            x = lib.randn([SIDE, SIDE])
            return getattr(x, op)(x)

        def t_make():
            return torch.full((SIDE, SIDE), op == "eq", device=WHERE)

        return make, t_make

    line("any dim 1", "bool", lambda x: x.any(along_1, one, NULL), lambda x: x.any(1), *truth("gt"))
    line("all dim 1", "bool", lambda x: x.all(along_1, one, NULL), lambda x: x.all(1), *truth("eq"))


def softmax():
    r, c = (64, 128) if args.tiny else (8192, 4096)
    for of in ("f32", "bf16"):
        width = WIDTH[of]

        def rows_of(name, op, torch_op, of=of, width=width):
            def ours():
                x = lib.randn([r, c], of)
                return lambda: op(x)

            def theirs():
                x = t_randn(r, c, of=of)
                return lambda: torch_op(x)

            row(f"{name} {r}x{c} {of}", ours, theirs, gb(r * c, width, width), "GB", nbytes=r * c * width)

        rows_of("softmax", lambda x: x.softmax(s64(1), NULL), lambda x: torch.softmax(x, 1))
        rows_of("log_softmax", lambda x: x.log_softmax(s64(1), NULL), lambda x: torch.log_softmax(x, 1))

        # The gradient alone: forward once, the graph kept.
        def backward(of=of):
            x, g = lib.randn([r, c], of, requires_grad=True), lib.randn([r, c], of)
            y = x.softmax(s64(1), NULL)
            return lambda: grad_of(y, x, g)

        def torch_backward(of=of):
            x, g = t_randn(r, c, of=of).requires_grad_(), t_randn(r, c, of=of)
            y = torch.softmax(x, 1)
            return lambda: torch.autograd.grad(y, x, g, retain_graph=True)

        row(
            f"softmax backward {of}", backward, torch_backward, gb(r * c, width, width, width), "GB",
            nbytes=2 * r * c * width,
        )

    def ours():
        x, labels = lib.randn([r, c], requires_grad=True), lib.randint(0, c, [r])
        return lambda: backward_of(x.cross_entropy(labels, NULL), x)

    def theirs():
        x, labels = t_randn(r, c).requires_grad_(), torch.randint(0, c, (r,), device=WHERE)

        def run():
            x.grad = None
            torch.nn.functional.cross_entropy(x, labels).backward()

        return run

    row("cross_entropy, both ways f32", ours, theirs, gb(r * c, 4, 4, 4), "GB", nbytes=4 * r * c)


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


def product(name, of, a, b, flop, fast=False, nbytes=0):
    # Set by what makes the operands: the profiler makes them again.
    def ours():
        tf32(fast)
        x, y = lib.randn(a, of), lib.randn(b, of)
        return lambda: x.matmul(y)

    def theirs():
        tf32(fast)
        x, y = t_randn(*a, of=of), t_randn(*b, of=of)
        return lambda: x @ y

    row(name, ours, theirs, flop / 1e12, "TFLOP", target=0.03, nbytes=nbytes)


def matmul():
    for of, fast in (("f32", False), ("f32", True), ("bf16", False), ("f16", False)):
        for n in SIZES:
            product(f"{'tf32' if fast else of} {n}", of, [n, n], [n, n], 2 * n**3, fast)
    n, batch, side = (32, 3, 16) if args.tiny else (4096, 64, 1024)
    for m in (1, 16, 64):
        # Bounded by memory: the matrix is not to come from the L2.
        product(f"bf16 {m} x {n} x {n}", "bf16", [m, n], [n, n], 2 * m * n * n, nbytes=2 * n * n)
    product(f"bf16 {batch} of {side}", "bf16", [batch, side, side], [batch, side, side], 2 * batch * side**3)

    def ours():
        x, w, b = lib.randn([n, n], "bf16"), lib.randn([n, n], "bf16"), lib.randn([n], "bf16")
        return lambda: lib.make("tensor_linear", x, w, b)

    def theirs():
        x, w, b = t_randn(n, n, of="bf16"), t_randn(n, n, of="bf16"), t_randn(n, of="bf16")
        return lambda: torch.nn.functional.linear(x, w, b)

    row(f"bf16 {n}, linear with a bias", ours, theirs, 2 * n**3 / 1e12, "TFLOP", target=0.03)


# ---- the kernels for tensor cores, one by one ----

TILES = ["128x256", "128x128", "64x64", "wgmma-128x256", "wgmma-128x128"]
SPLIT = [f"{tile}/{n}" for tile in ("128x128", "64x64", "wgmma-128x128") for n in (1, 4, 8, 16)]
CHOICE = "own choice"


def variant_shapes():
    """(Name, m, n, k, layout): kn is A and B as they come, k first in A and n first in B."""
    if args.tiny:
        return [("64", 64, 64, 64, "kn"), ("64 kk", 64, 64, 64, "kk"), ("16x64x64", 16, 64, 64, "kn")]
    squares = [(str(n), n, n, n, "kn") for n in (1024, 2048, 4096, 8192)]
    layouts = [(f"4096 {layout}", 4096, 4096, 4096, layout) for layout in ("kk", "mk", "mn")]
    return squares + layouts + [("16x4096x4096", 16, 4096, 4096, "kn"), ("256x256x16K", 256, 256, 16384, "kn")]


def variant():
    """One of them, in this process: the library reads its environment once."""
    split = "/" in os.environ.get("TENDON_CUDA_GEMM", "")
    for name, m, n, k, layout in variant_shapes():
        # Parts of k are for products of few tiles.
        if split and m * n > 1024 * 1024:
            continue

        def ours(m=m, n=n, k=k, layout=layout):
            a = lib.randn([m, k] if layout[0] == "k" else [k, m], "bf16")
            b = lib.randn([k, n] if layout[1] == "n" else [n, k], "bf16")
            a = a if layout[0] == "k" else a.transpose(s64(0), s64(1))
            b = b if layout[1] == "n" else b.transpose(s64(0), s64(1))
            return lambda: a.matmul(b)

        row(name, ours, None, 2 * m * n * k / 1e12, "TFLOP", target=0.03)
        if "own_choice" in RESULT and RESULT["rows"] and "error" not in RESULT["rows"][-1]:
            LATER.append((RESULT["rows"][-1], ours, None))


def variants():
    """Each in a process of its own; without PyTorch, but for the names of the kernels of the library's own choice."""
    for name in [CHOICE, "wgmma", *TILES, *SPLIT]:
        if args.only and args.only not in name:
            continue
        entry = {"name": name}
        RESULT["rows"].append(entry)
        if left() < 8:
            entry["skipped"] = "no time left"
            save()
            continue
        env = dict(os.environ, TENDON_CUDA_LIBS="off", TENDON_CUDA_GEMM="" if name == CHOICE else name)
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, os.path.abspath(__file__), "--group", "variant", "--json", folder + "/json"]
            limit = min(60, left())
            command += ["--seconds", str(limit - 4)] + (["--tiny"] if args.tiny else [])
            state = ""
            try:
                done = subprocess.run(command, env=env, timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                print(f"--- {name}\n{done.stdout.decode(errors='replace')}", flush=True)
                state = "" if done.returncode in (0, 77) else f"ended with {done.returncode}"
            except subprocess.TimeoutExpired:
                state = f"stopped after {limit:.0f} s"
            child = read(folder + "/json").get("variant", {})
        entry["rows"] = child.get("rows", [])
        RESULT["head"] = RESULT["head"] or child.get("head", {})
        if state:
            entry["error"] = state
        save()


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
        self.labels = lib.randint(0, widths[-1], [batch])
        handles = (C.c_void_p * len(self.parameters))(*[p.handle for p in self.parameters])
        options = AdamW(C.sizeof(AdamW), 0, 0, (C.c_uint8 * 2)(), 1e-3, 0.9, 0.999, 1e-8, 1e-2)
        self.optimizer = C.c_void_p()
        count = C.c_size_t(len(self.parameters))
        lib.call("tensor_adamw_create", handles, count, C.byref(options), C.byref(self.optimizer))

    def __del__(self):
        lib.lib.tensor_optimizer_release(self.optimizer)

    def gradients(self):
        h = self.x
        for i in range(0, len(self.parameters), 2):
            h = lib.make("tensor_linear", h, self.parameters[i], self.parameters[i + 1])
            if i + 2 < len(self.parameters):
                h = h.gelu(NULL)
        loss = h.cross_entropy(self.labels, NULL)
        lib.call("tensor_optimizer_zero_grad", self.optimizer)
        lib.call("tensor_backward", loss, NULL)

    def adamw(self):
        lib.call("tensor_optimizer_step", self.optimizer)

    def step(self):
        self.gradients()
        self.adamw()


def torch_net(widths, batch):
    """The same; its whole step, and that of the optimizer alone."""
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

    return step, optimizer.step


def training():
    large = [20, 16, 5] if args.tiny else [4096, 4096, 4096, 4096]
    small_net = [20, 16, 5] if args.tiny else [784, 512, 256, 10]
    for name, widths, batch in (
        ("MLP 784-512-256-10, batch 128", small_net, 8 if args.tiny else 128),
        ("MLP 4 x 4096, batch 1024", large, 8 if args.tiny else 1024),
    ):
        row(
            name, lambda w=widths, b=batch: Net(w, b).step, lambda w=widths, b=batch: torch_net(w, b)[0], 0, "step",
            target=0.1,
        )

    def ours():
        net = Net(large, 8)
        net.gradients()
        return net.adamw

    def theirs():
        step, adamw = torch_net(large, 8)
        step()
        return adamw

    count = sum((i + 1) * o for i, o in zip(large, large[1:]))
    # Reads the parameter, its gradient and two moments, writes all but the gradient.
    row(f"AdamW alone, {count / 1e6:.0f} M parameters", ours, theirs, gb(count, 16, 12), "GB", nbytes=0)


# ---- small ops ----


def small_c():
    """Through C, by a program that comes with this one: what the library itself costs."""
    program = HERE + "/bin/small_ops"
    if not os.path.exists(program):
        return
    entry = {"name": "C: " + os.path.basename(program), "tendon": None, "torch": None, "amount": 0, "unit": "us"}
    try:
        command = [program] + (["3"] if args.tiny else [])
        done = subprocess.run(command, capture_output=True, text=True, timeout=max(1, min(60, left())))
        for line in done.stdout.split("\n"):
            name, found, rest = line.partition(" med ")
            if found:
                RESULT["rows"].append(dict(entry, name="C: " + name.strip(), tendon=float(rest.split()[0]) / 1e9))
        if done.returncode:
            raise RuntimeError((done.stderr.strip() or f"ended with {done.returncode}").split("\n")[-1])
    except Exception as e:
        RESULT["rows"].append(dict(entry, error=first_line(e)))
    save()


def small():
    def line(name, ours, theirs=None):
        row("Python: " + name, ours, theirs, 0, "us", target=0.01)

    def operands():
        return lib.randn([8]), lib.randn([8])

    # What Python itself needs to call a C function: rows of Tendon contain it once or twice, those of PyTorch do not.
    line("a ctypes call that does nothing", lambda: lambda: lib.call("tensor_release", NULL))
    line(
        "add of 8 f32", lambda: (lambda a, b: lambda: a.add(b))(*operands()),
        lambda: (lambda a, b: lambda: a + b)(t_randn(8), t_randn(8)),
    )
    line(
        "add in place", lambda: (lambda a, b: lambda: lib.call("tensor_add_", a, b))(*operands()),
        lambda: (lambda a, b: lambda: a.add_(b))(t_randn(8), t_randn(8)),
    )
    line("relu", lambda: (lambda a, _: lambda: a.relu())(*operands()), lambda: (lambda a: lambda: a.relu())(t_randn(8)))
    line(
        "sum", lambda: (lambda a, _: lambda: a.sum(NULL, ZERO, NULL))(*operands()),
        lambda: (lambda a: lambda: a.sum())(t_randn(8)),
    )
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
    line("item (with the wait)", lambda: lib.randn([1]).item, lambda: t_randn(1).item)


# ---- copies between host and device ----


def copies():
    RESULT["yard"]["link"] = link_gb()
    n = 4096 if args.tiny else 64 * MI
    for what, pinned in (("pinned", True), ("pageable", False)):
        def host(pinned=pinned):
            x = lib.randn([n], device=CPU)
            return x.pin_memory() if pinned else x

        def torch_host(pinned=pinned):
            x = torch.randn(n)
            return x.pin_memory() if pinned and WHERE == "cuda" else x

        row(
            f"to the device, {what}", lambda h=host, p=pinned: (lambda x: lambda: x.to(CUDA, p))(h()),
            lambda h=torch_host, p=pinned: (lambda x: lambda: x.to(WHERE, non_blocking=p))(h()), gb(n, 4), "GB/s",
        )
    row(
        "to the host", lambda: (lambda x: lambda: x.to(CPU))(lib.randn([n])),
        lambda: (lambda x: lambda: x.cpu())(t_randn(n)), gb(n, 4), "GB/s",
    )


# ---- from nothing to the first step ----

TORCH_STEP = """
import torch
n = torch.nn.Sequential(torch.nn.Linear(784, 512), torch.nn.GELU(), torch.nn.Linear(512, 10)).cuda()
o = torch.optim.AdamW(n.parameters())
x, y = torch.randn(128, 784, device="cuda"), torch.randint(0, 10, (128,), device="cuda")
torch.nn.functional.cross_entropy(n(x), y).backward()
o.step()
torch.cuda.synchronize()
"""


def seconds_of(command, env):
    """(Seconds that the process takes, what it printed)."""
    if left() < 3:
        raise TimeoutError("no time left")
    start = time.perf_counter()
    done = subprocess.run(
        command, env=env, timeout=max(1, min(90, left())), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    took, said = time.perf_counter() - start, done.stdout.decode(errors="replace")
    if done.returncode:
        raise RuntimeError((said.strip() or "it said nothing").split("\n")[-1] + f" (ended with {done.returncode})")
    return took, said


def start():
    """Processes, one after the other; nothing of this one has touched the GPU."""
    program = [HERE + "/bin/first_step"]
    about = torch_about()
    torch_command = [sys.executable, "-c", TORCH_STEP] if about and about[1] else None
    said_last = ""

    def line(name, ours, theirs=()):
        """Medians of what the callables take."""
        entry = {"name": name, "tendon": None, "torch": None, "amount": 0, "unit": "s"}
        for who, runs in (("tendon", ours), ("torch", theirs)):
            try:
                times = [run() for run in runs]
                entry[who + "_all"] = times
                entry[who] = sorted(times)[len(times) // 2] if times else None
            except TimeoutError:
                entry["skipped"] = "no time left"
            except Exception as e:
                entry["error" if who == "tendon" else "torch_error"] = first_line(e)
        RESULT["rows"].append(entry)
        said = entry.get("error") or entry.get("skipped") or f"{show(entry['tendon'])} {show(entry['torch'])}"
        print(f"{name:46} {said}", flush=True)
        save()

    def tendons(cache, **extra):
        nonlocal said_last
        took, said_last = seconds_of(program, dict(os.environ, CUDA_CACHE_PATH=cache, **extra))
        return took

    def fresh(**extra):
        with tempfile.TemporaryDirectory() as cache:
            return tendons(cache, **extra)

    def torchs():
        return seconds_of(torch_command, dict(os.environ))[0]

    off = {"TENDON_CUDA_LIBS": "off"}
    with tempfile.TemporaryDirectory() as filled, tempfile.TemporaryDirectory() as own:
        line("first step, the first of all", [lambda: tendons(filled)], [torchs] if torch_command else [])
        print(said_last)
        again = [torchs] * 3 if torch_command else []
        line("first step, empty cache", [fresh] * 3, again)
        stages = said_last
        line("first step, filled cache", [lambda: tendons(filled)] * 3)
        line("without NVIDIA's libraries, empty cache", [lambda: tendons(own, **off)])
        line("without NVIDIA's libraries, filled cache", [lambda: tendons(own, **off)] * 3)
    for said in stages.split("\n"):
        words = said.split()
        if said.startswith("stage ") and words[-1] == "ms":
            entry = {"name": "  empty cache: " + " ".join(words[1:-2]), "torch": None, "amount": 0, "unit": "s"}
            RESULT["rows"].append(dict(entry, tendon=float(words[-2]) / 1e3))
        elif said.startswith("cuBLASLt:"):
            RESULT["head"] = {"cublas": [] if "not found" in said else [said.split(": ", 1)[1]]}
            print(said)


# ---- the table ----


def show(t):
    if not t:
        return "-"
    scale, word = (1, "s") if t >= 1 else (1e3, "ms") if t >= 1e-3 else (1e6, "us")
    return f"{scale * t:.2f} {word}"


def rate_of(entry, group, every):
    yard, amount, mine = every[group].get("yard", {}), entry["amount"], entry["tendon"]
    if entry["unit"] == "GB":
        best = yard.get(entry["yard"])
        return f"{amount / mine:.0f} GB/s" + (f" {100 * amount / mine / best:.0f} %" if best else "")
    if entry["unit"] == "GB/s":
        link = yard.get("link")
        return f"{amount / mine:.0f} GB/s" + (f" {100 * amount / mine / link:.0f} %" if link else "")
    if entry["unit"] != "TFLOP":
        return ""
    rate = f"{amount / mine:.0f} TF/s"
    beside = every.get("matmul", {})
    if group == "own" and beside.get("head", {}).get("cublas"):
        same = next((r["tendon"] for r in beside["rows"] if r["name"] == entry["name"]), None)
        rate += f" {100 * same / mine:.0f} % of cuBLASLt" if same else ""
    return rate


def variants_table(rows):
    shapes = []
    for entry in rows:
        for r in entry.get("rows", []):
            if r["name"] not in shapes:
                shapes.append(r["name"])
    # The tile that the library chose by itself, as its kernel is called.
    chosen = {}
    for r in next((e.get("rows", []) for e in rows if e["name"] == CHOICE), []):
        for kernel in r.get("tendon_kernels", {}):
            for tile in TILES:
                prefix = "gemm_wgmma_" if tile.startswith("wgmma-") else "gemm_mma_"
                if prefix + tile.removeprefix("wgmma-") + "_" in kernel:
                    chosen[r["name"]] = tile
    print("variants: TFLOP/s of bf16; * is the tile that the library chooses by itself")
    print(f"{'':16}" + "".join(f"{shape:>14}" if len(shape) > 9 else f"{shape:>10}" for shape in shapes))
    for entry in rows:
        line = f"{entry['name']:16}"
        by_name = {r["name"]: r for r in entry.get("rows", [])}
        for shape in shapes:
            r = by_name.get(shape, {})
            cell = f"{r['amount'] / r['tendon']:.1f}" if r.get("tendon") else "failed" if "error" in r else "-"
            cell += "*" if chosen.get(shape) == entry["name"] else " "
            line += f"{cell:>14}" if len(shape) > 9 else f"{cell:>10}"
        print(line + " " + (entry.get("error") or entry.get("skipped") or ""))


def print_group(group, every):
    result = every[group]
    state = {"over": "", "running": ": it broke off"}.get(result["state"], f": {result['state']}")
    yard = ", ".join(f"{what} {rate:.0f} GB/s" for what, rate in result.get("yard", {}).items() if rate)
    print(f"\n{group}{state}" + (f" ({yard})" if yard else ""))
    for line in result.get("gpu", []):
        print("    GPU " + line)
    if group == "variants":
        variants_table(result["rows"])
        return
    columns = f"{'Tendon':>10} {'PyTorch':>10} {'ratio':>6} {'GPU':>10} {'GPU, PyT.':>10}"
    print(f"    {'':40} {columns}")
    for entry in result["rows"]:
        if entry["tendon"] is None:
            said = "FAILED: " + entry["error"] if "error" in entry else entry.get("skipped", "-")
            print(f"    {entry['name']:40} {said}")
            continue
        ratio = f"{entry['torch'] / entry['tendon']:.2f}" if entry["torch"] else ""
        gpu = [show(entry.get(who + "_gpu")) for who in ("tendon", "torch")]
        times = f"{show(entry['tendon']):>10} {show(entry['torch']):>10} {ratio:>6} {gpu[0]:>10} {gpu[1]:>10}"
        more = f"  PyTorch FAILED: {entry['torch_error'][:80]}" if "torch_error" in entry else ""
        print(f"    {entry['name']:40} {times}  {rate_of(entry, group, every)}{more}".rstrip())


def failures(rows):
    """How many rows failed, those of a variant's own included."""
    inner = sum(failures(r["rows"]) for r in rows if "rows" in r)
    return inner + sum("error" in r or "torch_error" in r for r in rows)


def table(path):
    every = read(path)
    heads = [every[g]["head"] for g in every if every[g].get("head", {}).get("device")]
    if heads:
        most = next((h for h in heads if h.get("torch")), heads[0])
        architecture = "sm_" + most["capability"].replace(".", "")
        print(f"{most['device']}, {architecture}, {most['multiprocessors']} multiprocessors,", end=" ")
        print(f"L2 {most['l2'] / 2**20:.0f} MiB; Tendon {most['tendon']}, PyTorch {most['torch']}")
    asked = [every[g]["head"] for g in ("matmul", "memory", "start") if every.get(g, {}).get("head")]
    if asked:
        cublas = asked[0]["cublas"]
        print("cuBLASLt:", ", ".join(cublas) or "NOT FOUND: products are those of the library's own kernels")
    print("ratio: above 1 Tendon is faster. %: of a copy's bandwidth, of a sum's in reduce, of the link's in copies")
    for group in GROUPS:
        if group in every:
            print_group(group, every)
    bad = sum(failures(r["rows"]) for r in every.values())
    if not every:
        print("nothing was measured")
    print(f"\n{bad} rows failed" if bad else "")


# ---- one group ----


def run_group():
    global lib
    if args.group == "start":
        return start()
    if args.group == "variants":
        return variants()
    if args.group in ("own", "variant"):
        # Before the library is there: it looks once.
        os.environ["TENDON_CUDA_LIBS"] = "off"
    if args.group == "variant" and not os.environ.get("TENDON_CUDA_GEMM"):
        RESULT["own_choice"] = True
    if args.group == "small":
        small_c()
    lib = tendon.load()
    if args.group not in ("own", "variant"):
        import_torch()
    head()
    warm_up()
    gpu_line("at the start")
    save()
    with_yardstick = args.group in ("memory", "reduce", "softmax", "training")
    if with_yardstick:
        yardstick()
    body = {
        "memory": memory, "reduce": reduce, "softmax": softmax, "matmul": matmul, "own": matmul, "small": small,
        "copies": copies, "training": training, "variant": variant,
    }
    body[args.group]()
    if with_yardstick:
        yardstick()
    gpu_line("at the end")
    second_pass()


def main():
    if args.about:
        found = torch_about()
        print(sys.prefix, found[0] if found else "-", (found and found[1]) or "-", sep="\n")
        return 0
    if args.table:
        table(args.table)
        return 0
    if args.group not in GROUPS + ["variant"]:
        raise SystemExit(f"bench.py: --group {args.group}: it is one of {' '.join(GROUPS)}")
    for number_of in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number_of, stop)
    code = 0
    try:
        run_group()
        RESULT["state"] = "the device was lost" if LOST else "over"
    except Stop:
        RESULT["state"], code = "stopped", 1
    except Exception as e:
        RESULT["state"], code = "failed: " + first_line(e), 1
    # A second signal would only lose what is being written.
    for number_of in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number_of, signal.SIG_IGN)
    save()
    every = read(args.json) if args.json else {}
    every[args.group] = RESULT
    print_group(args.group, every)
    bad = failures(RESULT["rows"])
    skipped = sum("skipped" in r for r in RESULT["rows"])
    print(f"{len(RESULT['rows'])} rows, {bad} failed, {skipped} not run", flush=True)
    if bad or code or LOST:
        return 1
    return 77 if skipped and skipped == len(RESULT["rows"]) else 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Not through the destructors of two libraries that share a device, which may be lost.
    os._exit(status)
