"""Every model on every device: what a GPU makes of a training, beside the processor.

python benchmarks/devices.py [--devices cpu cuda] [--images 6000] [--epochs 3] [--models vae cae …]

On each device a model is trained twice with its defaults, once without a stop and once stopped in
the middle of an epoch and resumed; the weights must be the same to the bit. The held-out loss must
fall, and stay near the processor's at each epoch: not equal, since each device has its own luck.
Decoder and encoder, run by ONNX Runtime on the processor, are compared with the model in PyTorch on
the device. Images per second are the last epoch's. The last columns say how much faster bfloat16
is, and what `precision=auto` takes. Goes on where a model fails, and fails in the end.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from trials import differences, some, stopped, trained

from hinterland.data import read
from hinterland.engine import ENGINES
from hinterland.models import MODELS, build, default_latent_dim
from hinterland.models.base import ClosedForm
from hinterland.train import Settings, engine_of
from hinterland.train.precision import WORTH, step_times
from hinterland.types import HinterlandError, Images

TOLERANCE = 1e-4
NEAR = 0.1  # of the loss: how far a device's may be from the processor's; luck alone makes a few %
SAY = Console(stderr=True)
HEADINGS = (
    *("model", "images", "device", "held-out loss", "beside CPU", "resumed", "ONNX decoder"),
    *("ONNX encoder", "images/s", "× CPU", "bfloat16", "auto"),
)
WORDS = ("model", "images", "device", "resumed", "auto")


@dataclass(frozen=True, slots=True)
class Found:
    """What one training on one device came to. losses: held-out, from epoch 0 on."""

    model: str
    images: str
    device: str
    losses: list[float] = field(default_factory=list)
    same: bool = False
    decoder: float = 0.0
    encoder: float = 0.0
    speed: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    error: str = ""

    def near(self, cpu: Found | None) -> float:
        """The largest difference from the processor's loss, of any epoch after the first."""
        if cpu is None or cpu.error or self.error:
            return 0.0
        pairs = zip(self.losses[1:], cpu.losses[1:], strict=True)
        return max(abs(here - there) / there for here, there in pairs)

    def sound(self, cpu: Found | None) -> bool:
        """Whether all is as it must be."""
        if self.error:
            return False
        close = self.decoder < TOLERANCE and self.encoder < TOLERANCE and self.near(cpu) < NEAR
        return self.same and self.losses[-1] < self.losses[0] and close


def main() -> None:
    """Try every model on every device that is here, and print what was found."""
    asked = arguments()
    devices = [device for device in asked.devices if is_here(device)]
    table = Table(
        title=f"{asked.epochs} epochs on {asked.images} images, batches of {asked.batch_size}",
        title_justify="left",
    )
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in WORDS else "right")
    sound = bool(devices)
    for name in asked.sets:
        images = some(read(name), asked.images)
        for model in asked.models:
            cpu = None
            for device in devices:
                found = tried(name, images, model, device, asked)
                cpu = found if device == "cpu" else cpu
                table.add_row(*row(found, cpu))
                sound = sound and found.sound(cpu)
                if asked.json:
                    print(json.dumps(told(found, cpu)), flush=True)
    if not asked.json:
        Console(width=None if sys.stdout.isatty() else 160).print(table)
    raise SystemExit(0 if sound else 1)


def is_here(device: str) -> bool:
    """Whether there is such a device; says so where there is none."""
    try:
        SAY.print(f"{device}: {ENGINES['local'](device).called}", highlight=False)
    except HinterlandError as error:
        SAY.print(f"{device}: {error.message}", highlight=False)
        return False
    return True


def tried(name: str, images: Images, model: str, device: str, asked: argparse.Namespace) -> Found:
    """One model on one device; where it fails, what it failed of."""
    settings = Settings(
        epochs=asked.epochs, batch_size=asked.batch_size, classifier=0, device=device, track=1000
    )
    try:
        with tempfile.TemporaryDirectory(prefix="hinterland-bench-") as folder:
            whole = trained(Path(folder) / "whole", images, name, model, settings)
            other = stopped(Path(folder) / "stopped", images, name, model, settings)
            epoch = whole.epochs[-1]
            weights = [run.bytes_of(epoch, "weights.safetensors") for run in (whole, other)]
            decoder, encoder = differences(whole, images, epoch, device)
            losses = whole.losses()
        net = build(model, images.shape, default_latent_dim(model))
        timed = device in (asked.bfloat16 or [device]) and not isinstance(net, ClosedForm)
        steps = step_times(net, images, settings, engine_of(settings)) if timed else {}
    except Exception as error:  # noqa: BLE001  the others are to be tried all the same
        traceback.print_exc()
        return Found(model, name, device, error=f"{type(error).__name__}: {error}".splitlines()[0])
    return Found(
        model,
        name,
        device,
        [each["losses"]["validation"] for each in losses],
        weights[0] == weights[1],
        decoder,
        encoder,
        losses[-1]["images_per_second"],
        steps,
    )


def row(found: Found, cpu: Found | None) -> list[str]:
    """A row of the table."""
    words = [found.model, found.images, found.device]
    if found.error:
        return [*words, found.error]
    other = found.device != "cpu" and cpu is not None and not cpu.error
    ratio = found.steps["float32"] / found.steps["bfloat16"] if found.steps else 0.0
    return [
        *words,
        f"{found.losses[0]:.1f} → {found.losses[-1]:.1f}",
        f"{found.near(cpu):.1%}" if other else "–",
        "same bits" if found.same else "DIFFERS",
        f"{found.decoder:.1e}",
        f"{found.encoder:.1e}",
        f"{found.speed:,.0f}",
        f"{found.speed / cpu.speed:.1f}" if other and cpu else "–",
        f"× {ratio:.2f}" if ratio else "–",
        ("bfloat16" if ratio > WORTH else "float32") if ratio else "–",
    ]


def told(found: Found, cpu: Found | None) -> dict[str, Any]:
    """The same for a program."""
    return {
        **{name: getattr(found, name) for name in Found.__slots__},
        "near": found.near(cpu),
        "sound": found.sound(cpu),
    }


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", nargs="+", default=["cpu", "cuda"], help="cpu, cuda, mps, …")
    parser.add_argument("--images", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--sets", nargs="+", default=["mnist"], help="mnist, cifar10, …")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument(
        "--bfloat16", nargs="+", help="where it is timed, which takes long on some; default: all"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object for each")
    asked = parser.parse_args()
    if asked.epochs < 2:
        parser.error("--epochs must be at least 2: it is the second in which a training is stopped")
    return asked


if __name__ == "__main__":
    main()
