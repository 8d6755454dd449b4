"""Training speed beside busy programs: python benchmarks/contention.py [--hogs 0 1 2].

Trains the dense VAE on made-up pictures with two threads while so many other processes keep a
processor busy each, for several lengths of the spin with which PyTorch's threads wait for each
other (GOMP_SPINCOUNT; `default` leaves it unset), and with one thread. Prints the median images/s
of each. The command line sets the spin to 1000.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

SPINS = ("default", "1000", "10000", "0")
SECONDS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hogs", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        print(speed(asked.worker))
        return
    print(f"{'busy programs':14}", *(f"spin {spin:>9}" for spin in SPINS), "one thread", sep="  ")
    for hogs in asked.hogs:
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(hogs)]
        found = [measured(2, spin) for spin in SPINS] + [measured(1, "default")]
        for process in busy:
            process.kill()
            process.wait()
        print(
            f"{hogs:14}",
            *(f"{each:14,.0f}" for each in found[:-1]),
            f"{found[-1]:10,.0f}",
            sep="  ",
            flush=True,
        )


def measured(threads: int, spin: str) -> float:
    """The speed in a process of its own, since the spin is read when torch is loaded."""
    environment = {k: v for k, v in os.environ.items() if k != "GOMP_SPINCOUNT"}
    if spin != "default":
        environment["GOMP_SPINCOUNT"] = spin
    words = [sys.executable, __file__, "--worker", str(threads)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def speed(threads: int) -> float:
    """Median images per second of the dense VAE's steps, measured second by second."""
    import numpy as np
    import torch

    from hinterland.models import build
    from hinterland.models.base import to_tensor

    torch.set_num_threads(threads)
    net = build("vae", (28, 28, 1), 2)
    optimiser = torch.optim.Adam(net.parameters(), fused=True)
    luck = torch.Generator()
    pixels = np.random.default_rng(0).integers(0, 256, (128, 28, 28, 1), np.uint8)
    speeds = []
    end = time.perf_counter() + SECONDS
    while (started := time.perf_counter()) < end:
        steps = 0
        while time.perf_counter() - started < 1:
            loss = torch.stack(list(net.losses(to_tensor(pixels, net.device), luck).values())).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            steps += 1
        speeds.append(steps * len(pixels) / (time.perf_counter() - started))
    return statistics.median(speeds[1:])


if __name__ == "__main__":
    main()
