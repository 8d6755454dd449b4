"""Training speed on MNIST, beside Keras 3 on TensorFlow with the same layers.

python benchmarks/train.py --peer-python PEERS/bin/python      (see benchmarks/README.md)

Each case is trained by `hinterland train` and by `model.fit`, in turn, each time in a process of
its own, with the same pictures, layers, batch size, loss, optimiser and number of threads. What is
counted is images per second of whole epochs after the first, which warms up; the median is shown.
Without --peer-python only our own half is run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from hinterland.data import read

HERE = Path(__file__).resolve().parent
SAY = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Case:
    """A network on 28 x 28 pixels, as both sides build it.

    model: `vae` or `dense`, ours, whose options are the rest. halves: `linear`, `dense`, `conv` or
    `spatial`; widths: from the pixels inwards; noise: standard deviation, of a denoising one.
    """

    name: str
    model: str
    halves: str
    widths: tuple[int, ...]
    latent_dim: int
    batch_size: int
    activation: str = "relu"
    noise: float = 0.0

    def options(self) -> dict[str, object]:
        """What `--set` is told."""
        told: dict[str, object] = {"halves": self.halves, "widths": list(self.widths)}
        if self.activation != "relu":
            told["activation"] = self.activation
        if self.noise:
            told["noise"] = self.noise
        return told


# The networks of the small projects that went before, each with its own batch size.
CASES = {
    case.name: case
    for case in (
        Case("simple", "dense", "linear", (), 32, 256),
        Case("deep", "dense", "dense", (128, 64), 32, 256),
        Case("classic", "vae", "dense", (256,), 2, 100),
        Case("vae", "vae", "dense", (512, 256), 2, 128),
        Case("conv", "dense", "spatial", (32, 64), 128, 128),
        Case("cae", "dense", "conv", (32, 64, 128), 32, 128, activation="elu"),
        Case("denoising", "dense", "conv", (32, 64), 32, 128, noise=0.5),
        Case("conv-vae", "vae", "conv", (32, 64), 2, 128),
    )
}


def main() -> None:
    """Measure what was asked for, and show it."""
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="hinterland-bench-") as folder:
        pictures = Path(folder) / "pictures.npy"
        images = read("mnist")
        assert images.held_out is not None, "a data set is split when it is read"
        np.save(pictures, images.pixels[~images.held_out][: asked.images])
        rows = [measure(CASES[name], asked, Path(folder), pictures) for name in asked.cases]
    if asked.json:
        print(json.dumps({"threads": asked.threads, "cases": rows}))
    else:
        show(rows, asked.threads)


def measure(
    case: Case, asked: argparse.Namespace, folder: Path, pictures: Path
) -> dict[str, object]:
    """Train a case in turn with each side; medians of images per second."""
    sides: dict[str, Callable[[Path], list[float]]] = {
        "hinterland": lambda run: ours(case, asked, pictures, run)
    }
    if asked.peer_python:
        sides["keras"] = lambda _: keras(case, asked, pictures, "auto")
        sides["keras without XLA"] = lambda _: keras(case, asked, pictures, False)
    speeds: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(asked.rounds):
        for name, train in sides.items():
            speeds[name] += train(folder / f"{case.name}-{turn}")[1:]
            SAY.print(f"{case.name}, round {turn + 1}: {name} {speeds[name][-1]:,.0f} images/s")
    median = {name: statistics.median(found) for name, found in speeds.items()}
    best = max((value for name, value in median.items() if name != "hinterland"), default=None)
    return {
        **asdict(case),
        "layers": f"{case.halves} {'-'.join(map(str, (*case.widths, case.latent_dim)))}",
        "images_per_second": median,
        "ratio": median["hinterland"] / best if best else None,
        "speeds": speeds,
    }


def ours(case: Case, asked: argparse.Namespace, pictures: Path, run: Path) -> list[float]:
    """Images per second of each epoch of `hinterland train`."""
    program = str(Path(sys.executable).parent / "hinterland")
    words = [program, "train", str(pictures), "-o", str(run), "--model", case.model, "--json"]
    words += ["--epochs", str(asked.epochs), "--latent-dim", str(case.latent_dim)]
    words += ["--batch-size", str(case.batch_size), "--set", "classifier=0"]
    for key, value in case.options().items():
        words += ["--set", f"{key}={json.dumps(value)}"]
    call(words, asked.threads)
    lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line)["images_per_second"] for line in lines]
    return [speed for speed in found if speed]  # the untrained epoch has none


def keras(case: Case, asked: argparse.Namespace, pictures: Path, jit: str | bool) -> list[float]:
    """Images per second of each epoch of Keras' `fit`."""
    told = pictures.with_name("case.json")
    told.write_text(json.dumps({**asdict(case), "epochs": asked.epochs, "jit": jit}))
    script = HERE / "keras_peer.py"
    said = call([asked.peer_python, str(script), str(pictures), str(told)], asked.threads)
    speeds: list[float] = json.loads(said.splitlines()[-1])["speeds"]
    return speeds


def call(words: list[str], threads: int) -> str:
    """What a command prints, run with this many threads."""
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    env = {**os.environ, **dict.fromkeys(names, str(threads)), "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(words, capture_output=True, text=True, env=env)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def show(rows: list[dict[str, object]], threads: int) -> None:
    """Print the table."""
    table = Table(title=f"images per second, {threads} threads", title_justify="left")
    for heading in ("case", "layers", "batch", "hinterland", "Keras (faster mode)", "ratio"):
        table.add_column(heading, justify="left" if heading in ("case", "layers") else "right")
    for row in rows:
        speeds = row["images_per_second"]
        assert isinstance(speeds, dict)
        peers = [value for name, value in speeds.items() if name != "hinterland"]
        table.add_row(
            str(row["name"]),
            str(row["layers"]),
            str(row["batch_size"]),
            f"{speeds['hinterland']:,.0f}",
            f"{max(peers):,.0f}" if peers else "–",
            f"{row['ratio']:.2f}" if row["ratio"] else "–",
        )
    Console().print(table)


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer-python", metavar="FILE", help="a Python that has Keras")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3, help="the first of them warms up")
    parser.add_argument("--images", type=int, default=60_000, help="the first so many of MNIST's")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    if asked.epochs < 2:
        parser.error("--epochs must be at least 2: the first one warms up and is not counted")
    return asked


if __name__ == "__main__":
    main()
