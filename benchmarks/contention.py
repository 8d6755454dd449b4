"""Training speed beside other programs: python benchmarks/contention.py [--models vae deep].

Trains models on made-up pictures with two threads, for several lengths of the spin with which
PyTorch's threads wait for each other (GOMP_SPINCOUNT; `default` leaves it unset), and with one
thread: alone, beside a program that wakes twenty times a second for 5 ms, as a page does, and
beside programs that keep a processor busy each. Prints the median images/s of each. The command
line sets the spin to 1000, and `hinterland/engine/local.py` the number of threads.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

SPINS = ("default", "1000", "4000", "10000")
BUSY = "while True: pass"
WAKES = """
import time
while True:
    began = time.process_time()
    while time.process_time() - began < 0.005: pass
    time.sleep(0.045)
"""
BESIDE = {"alone": [], "wakes": [WAKES], "busy": [BUSY], "two busy": [BUSY, BUSY]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["vae", "deep", "conv-vae"])
    parser.add_argument("--beside", nargs="+", choices=BESIDE, default=list(BESIDE))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--worker", nargs=2, metavar=("MODEL", "THREADS"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        print(speed(asked.worker[0], int(asked.worker[1]), asked.seconds))
        return
    ways = [("default", 1), *((spin, 2) for spin in SPINS)]
    print(f"{'':20}", "one thread", *(f"spin {spin:>7}" for spin in SPINS), sep="  ")
    for model in asked.models:
        for beside in asked.beside:
            programs = [[sys.executable, "-c", program] for program in BESIDE[beside]]
            others = [subprocess.Popen(program) for program in programs]
            rounds = [[measured(model, *way, asked) for way in ways] for _ in range(asked.rounds)]
            for process in others:
                process.kill()
                process.wait()
            found = [statistics.median(column) for column in zip(*rounds, strict=True)]
            first, *rest = found
            cells = (f"{first:10,.0f}", *(f"{each:12,.0f}" for each in rest))
            print(f"{model:10}{beside:10}", *cells, sep="  ", flush=True)


def measured(model: str, spin: str, threads: int, asked: argparse.Namespace) -> float:
    """The speed in a process of its own, since the spin is read when torch is loaded."""
    environment = {k: v for k, v in os.environ.items() if k != "GOMP_SPINCOUNT"}
    if spin != "default":
        environment["GOMP_SPINCOUNT"] = spin
    words = [sys.executable, __file__, "--seconds", str(asked.seconds)]
    words += ["--worker", model, str(threads)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def speed(model: str, threads: int, seconds: float) -> float:
    """Median images per second of a model's steps, measured half-second by half-second."""
    import numpy as np
    import torch

    from hinterland.models import build
    from hinterland.models.base import to_tensor

    torch.set_num_threads(threads)
    net = build(model, (28, 28, 1), 2)
    optimiser = torch.optim.Adam(net.parameters(), fused=True)
    luck = torch.Generator()
    pixels = np.random.default_rng(0).integers(0, 256, (128, 28, 28, 1), np.uint8)
    speeds = []
    end = time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        steps = 0
        while time.perf_counter() - started < 0.5:
            loss = torch.stack(list(net.losses(to_tensor(pixels, net.device), luck).values())).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            steps += 1
        speeds.append(steps * len(pixels) / (time.perf_counter() - started))
    return statistics.median(speeds[1:])


if __name__ == "__main__":
    main()
