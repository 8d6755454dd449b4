"""Every model on real pictures: trained, stopped, resumed, restored and exported.

python benchmarks/battery.py [--images 6000] [--epochs 3] [--models vae cae …]

On MNIST and on CIFAR-10, each model is trained twice, once without a stop and once stopped in the
middle of an epoch and resumed; the weights must be the same to the bit. The last epoch's decoder
and encoder, run by ONNX Runtime from the recorded graphs, are compared with the model in PyTorch,
restored from the recorded weights. Prints the table, and fails where something is not as it must.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from trials import differences, some, stopped, trained

from hinterland.data import read
from hinterland.models import MODELS
from hinterland.train import Settings
from hinterland.types import Images

TOLERANCE = 1e-4


def main() -> None:
    """Try every model, and print what was found."""
    asked = arguments()
    torch.set_num_threads(1)
    table = Table(title=f"{asked.epochs} epochs on {asked.images} images", title_justify="left")
    for heading in ("model", "images", "held-out loss", "resumed", "ONNX decoder", "ONNX encoder"):
        table.add_column(heading, justify="left" if heading in ("model", "images") else "right")
    sound = True
    for name in ("mnist", "cifar10"):
        images = some(read(name), asked.images)
        for model in asked.models:
            row, good = tried(name, images, model, asked.epochs)
            table.add_row(*row)
            sound = sound and good
    Console().print(table)
    raise SystemExit(0 if sound else 1)


def tried(name: str, images: Images, model: str, epochs: int) -> tuple[list[str], bool]:
    """One model: a row of the table, and whether all is as it must be."""
    with tempfile.TemporaryDirectory(prefix="hinterland-bench-") as folder:
        settings = Settings(epochs=epochs, classifier=0, device="cpu")
        whole = trained(Path(folder) / "whole", images, name, model, settings)
        other = stopped(Path(folder) / "stopped", images, name, model, settings)
        first, last = (whole.losses()[at]["losses"]["validation"] for at in (0, -1))
        epoch = whole.epochs[-1]
        weights = [run.bytes_of(epoch, "weights.safetensors") for run in (whole, other)]
        decoder, encoder = differences(whole, images, epoch)
    same = weights[0] == weights[1]
    good = same and last < first and max(decoder, encoder) < TOLERANCE
    told = [model, name, f"{first:.1f} → {last:.1f}", "same bits" if same else "DIFFERS"]
    return [*told, f"{decoder:.1e}", f"{encoder:.1e}"], good


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
