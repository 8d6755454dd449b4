"""What numbers next to nothing cost a training: python benchmarks/flush.py [--model vae].

Trains on MNIST on the processor as we do, where numbers below 1.2e-38 are zero
(`hinterland/engine/flush.py`), and as PyTorch does unasked, in turn, each in a process of its own.
Prints the images a second of every epoch, and the ratio of the last ones.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

WAYS = ("zero", "kept")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", default="mnist")
    parser.add_argument("--model", default="vae")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", choices=WAYS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        print(*speeds(asked))
        return
    last: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(asked.rounds):
        for way in WAYS:
            words = [sys.executable, __file__, *sys.argv[1:], "--worker", way]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            found = [float(each) for each in done.stdout.split()]
            last[way].append(found[-1])
            print(f"{way}:", *(f"{each:8,.0f}" for each in found), "images/s", flush=True)
    ratios = [zero / kept for zero, kept in zip(last["zero"], last["kept"], strict=True)]
    print(
        f"{asked.model}, {asked.images}, epoch {asked.epochs}: {statistics.median(ratios):.2f} "
        f"times as fast ({', '.join(f'{ratio:.2f}' for ratio in ratios)})"
    )


def speeds(asked: argparse.Namespace) -> list[float]:
    """Images a second of each epoch of one training."""
    from hinterland.data import read
    from hinterland.engine import local
    from hinterland.train import Settings, begin, train

    if asked.worker == "kept":
        local.flushed = nullcontext  # type: ignore[assignment]
    images = read(asked.images)
    settings = Settings(epochs=asked.epochs, device="cpu", classifier=0)
    with tempfile.TemporaryDirectory() as place:
        run = begin(
            Path(place) / "run",
            images,
            source=asked.images,
            model=asked.model,
            latent_dim=2,
            settings=settings,
        )
        for _ in train(run, images):
            pass
        told = (entry["images_per_second"] for entry in run.losses())
        return [speed for speed in told if speed]


if __name__ == "__main__":
    main()
