"""Backward of common functions, and cross entropy forward and backward, by Tendon and by PyTorch in turns; gradients are
compared first.

    TENDON_LIBRARY=build/dist/lib/libtendon.so PYTHONPATH=bindings/python python benches/gradients.py

where torch is installed. Both use two threads.
"""

import statistics
import time

import torch

import tendon

FUNCTIONS = {
    "relu": (tendon.relu, torch.relu),
    "gelu": (tendon.gelu, torch.nn.functional.gelu),
    "tanh": (tendon.tanh, torch.tanh),
    "sigmoid": (tendon.sigmoid, torch.sigmoid),
    "softplus": (tendon.softplus, torch.nn.functional.softplus),
    "sqrt of abs": (lambda x: tendon.sqrt(x.abs()), lambda x: torch.sqrt(x.abs())),
    "x ** 2": (lambda x: x**2, lambda x: x**2),
}
ELEMENTS = 1 << 20
LOGITS = [((64, 10), 2000), ((8192, 1000), 15), ((512, 50257), 15), ((1 << 20, 2), 15), ((2, 21, 512, 512), 15)]


def both_of(x):
    """The same numbers as leaves of both."""
    return tendon.from_dlpack(x.clone()).requires_grad_(), x.clone().requires_grad_()


def compare(what, ours, theirs, leaves, rounds):
    """`ours` and `theirs` prepare and return what is timed."""

    def timed(prepare, leaf):
        leaf.grad = None
        step = prepare()
        start = time.perf_counter()
        step()
        return time.perf_counter() - start

    mine, other = leaves
    timed(ours, mine), timed(theirs, other)
    torch.testing.assert_close(torch.from_dlpack(mine.grad), other.grad)
    pairs = [(timed(ours, mine), timed(theirs, other)) for _ in range(rounds)]
    a, b = (1e6 * statistics.median(times) for times in zip(*pairs))
    print(f"{what}: Tendon {a:.0f} us, PyTorch {b:.0f} us, ratio {a / b:.2f}")


def function(name, rounds=101):
    of_tendon, of_torch = FUNCTIONS[name]
    x, y = both_of(torch.randn(ELEMENTS))
    g, h = tendon.ones(ELEMENTS), torch.ones(ELEMENTS)

    def ours():
        out = of_tendon(x)
        return lambda: out.backward(g)

    def theirs():
        out = of_torch(y)
        return lambda: out.backward(h)

    compare(f"backward of {name}, {ELEMENTS} elements", ours, theirs, (x, y), rounds)


def cross_entropy(shape, rounds):
    x, y = both_of(torch.randn(shape))
    targets = torch.randint(shape[1], shape[:1] + shape[2:])
    labels = tendon.from_dlpack(targets)
    ours = lambda: lambda: tendon.cross_entropy(x, labels).backward()
    theirs = lambda: lambda: torch.nn.functional.cross_entropy(y, targets).backward()
    compare(f"cross entropy of {shape}, both ways", ours, theirs, (x, y), rounds)


tendon.set_num_threads(2)
torch.set_num_threads(2)
torch.manual_seed(0)
for name in FUNCTIONS:
    function(name)
for shape, rounds in LOGITS:
    cross_entropy(shape, rounds)
