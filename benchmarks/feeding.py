"""Where a training step's time goes: fetching pictures, moving them, multiplying.

python benchmarks/feeding.py [--device cuda] [--batches 128 1024] [--models vae conv-vae …]

For each model and batch size: images per second of whole epochs as `hinterland train` does them,
beside those of the step alone on pictures that are on the device already, which is what feeding
could reach at best. Then milliseconds of a step by part: taking a batch's pictures out of the set,
moving them to the device, and the step itself; the share of the first two in all three; and how
often the step goes faster where CUDA may round (`loose`: its own defaults, TF32 and convolutions in
any order) and in bfloat16. Made-up pictures, in a file, mapped into memory like a large set.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from made_up import pictures
from rich.console import Console
from rich.table import Table
from torch import Tensor

from hinterland.engine import ENGINES, Engine
from hinterland.models import build
from hinterland.models.base import AbstractNet, products, to_tensor
from hinterland.train import Epoch, Settings, begin, train
from hinterland.types import Images

STEPS = 30
# name -> (model, options): what is trained by default, and what a large picture wants
MODELS: dict[str, tuple[str, dict[str, object]]] = {
    "vae": ("vae", {}),
    "conv-vae": ("conv-vae", {}),
    "big": ("conv-vae", {"widths": [128, 256, 512], "funnel": [1024]}),
}


def main() -> None:
    """Measure what was asked for, and print the table."""
    asked = arguments()
    engine = ENGINES["local"](asked.device)
    table = Table(
        title=f"{engine.called}, {asked.images:,} pictures of {asked.side} x {asked.side} x 3",
        title_justify="left",
    )
    headings = (
        "model",
        "batch",
        "images/s",
        "at best",
        "fetch ms",
        "move ms",
        "step ms",
        "feeding",
    )
    for heading in (*headings, "loose", "bfloat16"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    with tempfile.TemporaryDirectory(prefix="hinterland-bench-") as folder:
        images = mapped(Path(folder) / "pictures.npy", asked.images, asked.side)
        for name in asked.models:
            for size in asked.batches:
                table.add_row(*measured(name, size, images, engine, Path(folder), asked.epochs))
    Console(width=120).print(table)


def mapped(path: Path, n: int, side: int) -> Images:
    """Made-up pictures in a file, one in fifty held out."""
    made = pictures(n, side, side, 3)
    np.save(path, made.pixels)
    pixels = np.load(path, mmap_mode="r")
    return dataclasses.replace(made, pixels=pixels, held_out=np.arange(n) % 50 == 0)


def measured(
    name: str, size: int, images: Images, engine: Engine, folder: Path, epochs: int
) -> list[str]:
    """A row of the table."""
    model, options = MODELS[name]
    settings = Settings(epochs, size, classifier=0, track=100, device=str(engine.device))
    asked = {"model": model, "latent_dim": 32, "options": options, "settings": settings}
    run = begin(folder / f"{name}-{size}", images, source="made up", **asked)
    done = [each for each in train(run, images) if isinstance(each, Epoch)]
    speed = statistics.median(each.images_per_second or 0.0 for each in done[2:] or done[1:])

    net = build(model, images.shape, 32, options)
    engine.place(net)
    rows = np.random.default_rng(0).integers(0, len(images), (STEPS, size))
    with engine.working(products(net) * size):
        fetch = seconds(lambda at: images.pixels[rows[at]], engine)
        batches = [images.pixels[each] for each in rows]
        move = seconds(lambda at: to_tensor(batches[at], engine.device), engine)
        x = to_tensor(batches[0], engine.device)
        step = seconds(stepping(net, x, low=False), engine)
        low = seconds(stepping(net, x, low=True), engine)
    loose = seconds(stepping(net, x, low=False), engine)
    parts = [f"{1e3 * each:.2f}" for each in (fetch, move, step)]
    share = (fetch + move) / (fetch + move + step)
    return [
        *(name, str(size), f"{speed:,.0f}", f"{size / step:,.0f}", *parts),
        *(f"{share:.0%}", f"× {step / loose:.2f}", f"× {step / low:.2f}"),
    ]


def stepping(net: AbstractNet, x: Tensor, *, low: bool) -> Callable[[int], None]:
    """A step as training does one, on pictures that are there."""
    optimiser = torch.optim.Adam(net.parameters(), fused=True)
    luck = torch.Generator(x.device)

    def step(_: int) -> None:
        with torch.autocast(x.device.type, torch.bfloat16) if low else nullcontext():
            loss = torch.stack(list(net.losses(x, luck).values())).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def seconds(act: Callable[[int], object], engine: Engine) -> float:
    """Mean seconds of an act of which many are under way at once."""
    for at in range(5):
        act(at)
    settled(engine)
    started = time.perf_counter()
    for at in range(STEPS):
        act(at)
    settled(engine)
    return (time.perf_counter() - started) / STEPS


def settled(engine: Engine) -> None:
    """Wait until the device has done what it was given."""
    if engine.device.type == "cuda":
        torch.cuda.synchronize(engine.device)
    elif engine.device.type == "mps":
        torch.mps.synchronize()


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="auto")
    parser.add_argument("--batches", type=int, nargs="+", default=[128, 1024])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=3, help="the first of them warms up")
    return parser.parse_args()


if __name__ == "__main__":
    main()
