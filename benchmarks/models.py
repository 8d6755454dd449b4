"""Every model on MNIST and Fashion-MNIST: the table of docs/choosing-a-model.md.

python benchmarks/models.py --results FILE.jsonl [--epochs 3] [--models vae cae …] [--show]

Each model is trained with its defaults and a cosine schedule, with 2 and with 32 latents, and
scored on the 10,000 held-out images. A line is appended to FILE for each, so that it can be stopped
and go on; --show only prints the table of what is there. Seconds are the processor's, of one
thread, for 10,000 images of training, so that a busy machine hardly matters.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console

from hinterland.data import read
from hinterland.models import MODELS
from hinterland.run import Run
from hinterland.score import score
from hinterland.train import Epoch, Settings, begin, train
from hinterland.types import HinterlandError, Images

SETS = ("mnist", "fashion-mnist")
LATENTS = (2, 32)
SAY = Console(stderr=True)

Found = dict[tuple[str, str, int], dict[str, Any]]


def main() -> None:
    """Measure what is missing, then print the table."""
    asked = arguments()
    there = known(asked.results)
    if not asked.show:
        torch.set_num_threads(1)
        for name in SETS:
            images = fewer(read(name), asked.images)
            for latents in LATENTS:
                for model in asked.models:
                    if (name, model, latents) not in there:
                        measure(images, name, model, latents, asked)
    print(table(known(asked.results)))


def measure(images: Images, name: str, model: str, latents: int, asked: argparse.Namespace) -> None:
    """Train and score one, and append what was found."""
    settings = Settings(epochs=asked.epochs, schedule="cosine", warmup=0.2, classifier=0)
    line: dict[str, object] = {"images": name, "model": model, "latents": latents}
    with tempfile.TemporaryDirectory(prefix="hinterland-bench-") as folder:
        try:
            run = begin(
                Path(folder) / "run",
                images,
                source=name,
                model=model,
                latent_dim=latents,
                settings=settings,
            )
        except HinterlandError as error:
            line["refused"] = error.message
        else:
            seconds = trained(run, images)
            line |= {
                "metrics": dict(score(run, images).metrics),
                "epochs": asked.epochs,
                "seconds": seconds,
            }
    with asked.results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    SAY.print(json.dumps(line)[:160])


def trained(run: Run, images: Images) -> float:
    """Train, and give the processor's seconds of an epoch: the median of the trained ones."""
    found, began = [], time.process_time()
    for event in train(run, images):
        if isinstance(event, Epoch):
            found.append(time.process_time() - began)
            began = time.process_time()
    assert images.held_out is not None, "a data set is split when it is read"
    return statistics.median(found[1:]) * 10_000 / int((~images.held_out).sum())


def fewer(images: Images, n: int) -> Images:
    """The first n images to train on, and all that are held out."""
    assert images.held_out is not None, "a data set is split when it is read"
    kept = np.sort(
        np.concatenate([np.flatnonzero(~images.held_out)[:n], np.flatnonzero(images.held_out)])
    )
    labels = None if images.labels is None else images.labels[kept]
    return replace(
        images, pixels=images.pixels[kept], labels=labels, held_out=images.held_out[kept]
    )


def known(path: Path) -> Found:
    """What was measured so far."""
    if not path.is_file():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {(line["images"], line["model"], line["latents"]): line for line in lines}


def table(found: Found) -> str:
    """Markdown: a row for each model, for both sets."""
    rows = []
    for images in SETS:
        rows += [f"**{images}**", ""]
        rows += ["| model | 2-D error | 2-D 5-NN | 32-D error | 32-D 5-NN | s per 10,000 |"]
        rows += ["| --- | --- | --- | --- | --- | --- |"]
        for model in MODELS:
            cells, seconds = [], "–"
            for latents in LATENTS:
                told = found.get((images, model, latents), {})
                if "metrics" not in told:
                    cells += ["–", "–"]
                    continue
                metrics, seconds = told["metrics"], f"{told['seconds']:.1f}"
                cells += [f"{metrics['mse']:.4f}", f"{metrics['knn_accuracy']:.3f}"]
            rows.append(f"| `{model}` | {' | '.join(cells)} | {seconds} |")
        rows.append("")
    return "\n".join(rows)


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, required=True, metavar="FILE")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=60_000, help="to train on: the first so many")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--show", action="store_true", help="measure nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
