"""The fastest that a dense VAE's step can be here: python benchmarks/roofline.py [--threads 2].

Times, alone, the matrix products of one training step (forward, and backward for weights and
inputs) and the optimiser's update, with PyTorch's own routines at the very shapes of the model on
MNIST. Nothing that trains these layers in float32 with these routines can be faster than their
sum; compare `images/s at most` with what benchmarks/train.py prints.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from hinterland.models import build

ROUNDS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--widths", type=int, nargs="+", default=[512, 256])
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    net = build("vae", (28, 28, 1), 2, {"widths": asked.widths})
    products, work = 0.0, 0
    for layer in (each for each in net.modules() if isinstance(each, nn.Linear)):
        seconds, operations = layer_time(layer, asked.batch_size, first=layer.in_features == 784)
        products, work = products + seconds, work + operations
    optimiser = update_time(net)
    print(f"{asked.threads} threads, batch {asked.batch_size}, 784-{asked.widths}-2")
    print(f"matrix products  {products * 1e3:6.2f} ms  {work / products / 1e9:.0f} GFLOP/s")
    print(f"Adam, fused      {optimiser * 1e3:6.2f} ms")
    print(f"images/s at most {asked.batch_size / (products + optimiser):,.0f}")


def layer_time(layer: nn.Linear, n: int, *, first: bool) -> tuple[float, int]:
    """Median seconds, and operations, of a layer's products; the first one passes nothing back."""
    x = torch.randn(n, layer.in_features)
    gradient = torch.randn(n, layer.out_features)
    w, b = layer.weight.detach(), layer.bias.detach()
    seconds = median(lambda: torch.addmm(b, x, w.t())) + median(lambda: gradient.t().mm(x))
    if not first:
        seconds += median(lambda: gradient.mm(w))
    return seconds, 2 * n * w.numel() * (2 if first else 3)


def update_time(net: nn.Module) -> float:
    for parameter in net.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimiser = torch.optim.Adam(net.parameters(), fused=True)
    return median(optimiser.step)


def median(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times[ROUNDS // 10 :])


if __name__ == "__main__":
    main()
