"""Cross entropy of logits with classes, forward and backward, by Tendon and by PyTorch in turns; the losses and gradients
are compared first.

    TENDON_LIBRARY=build/dist/lib/libtendon.so PYTHONPATH=bindings/python python benches/cross_entropy.py

where torch is installed. Both use two threads.
"""

import statistics
import time

import torch

import tendon

SHAPES = [(64, 10, 2000), (8192, 1000, 15), (512, 50257, 15)]


def timed(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def main():
    tendon.set_num_threads(2)
    torch.set_num_threads(2)
    torch.manual_seed(0)
    for rows, classes, rounds in SHAPES:
        theirs = torch.randn(rows, classes, requires_grad=True)
        targets = torch.randint(classes, (rows,))
        ours = tendon.from_dlpack(theirs.detach().clone()).requires_grad_()
        labels = tendon.from_dlpack(targets)

        def of_torch():
            theirs.grad = None
            loss = torch.nn.functional.cross_entropy(theirs, targets)
            loss.backward()
            return loss

        def of_tendon():
            ours.grad = None
            loss = tendon.cross_entropy(ours, labels)
            loss.backward()
            return loss

        torch.testing.assert_close(torch.tensor(of_tendon().item()), of_torch().detach())
        torch.testing.assert_close(torch.from_dlpack(ours.grad), theirs.grad)
        pairs = [(timed(of_tendon), timed(of_torch)) for _ in range(rounds)]
        a, b = (1e6 * statistics.median(times) for times in zip(*pairs))
        print(f"{rows} x {classes}: Tendon {a:.0f} us, PyTorch {b:.0f} us, ratio {a / b:.2f}")


main()
