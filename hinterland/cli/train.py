"""`hinterland train`: images become a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hinterland.cli.given import PATH, data_dir, goes_to, settings
from hinterland.cli.imaging import converts
from hinterland.cli.out import Out, speaks
from hinterland.types import HinterlandError, nearest_name

if TYPE_CHECKING:
    from hinterland.data.convert import Conversion
    from hinterland.train import Settings


@click.command("train")
@click.argument("images")
@goes_to("RUN", "The folder that the run is recorded in; new or empty.")
@click.option(
    "--model", metavar="NAME", help="See: hinterland models; default: vae, or that of --from."
)
@click.option(
    "--latent-dim", type=int, help="The size of a latent; default: 2, or what suits the model."
)
@click.option("--epochs", default=20, show_default=True, help="How often each image is seen.")
@click.option("--batch-size", default=128, show_default=True, help="Images per step.")
@click.option("--lr", default=1e-3, show_default=True, help="The learning rate of Adam.")
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same run.")
@click.option(
    "--track", default=10_000, show_default=True, help="Images on the map, held-out first."
)
@click.option(
    "--from",
    "start",
    type=PATH,
    metavar="RUN",
    help="Begin with another run's last weights, model and options.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
@data_dir
@settings("beta=0.5", "An option of the model or the training; see: hinterland options.")
@converts
@speaks
def train(
    images: str,
    path: Path,
    model: str | None,
    latent_dim: int | None,
    epochs: int,
    batch_size: int,
    lr: float,
    seed: int,
    track: int,
    start: Path | None,
    device: str,
    data_dir: Path | None,
    options: dict[str, Any],
    conversion: Conversion,
    out: Out,
) -> None:
    """Train an autoencoder on IMAGES and record every epoch in RUN.

    IMAGES is a data set's name (hinterland datasets), a folder of pictures (sub-folders are
    classes), an IDX, .npz, .npy or Parquet file, or hf:owner/name.

    \b
    hinterland train mnist -o runs/mnist --epochs 10
    hinterland train photos/ -o runs/photos --model conv-vae --latent-dim 16
    hinterland train mnist -o runs/sharp --set beta=0.5
    hinterland train mnist -o runs/tuned --from runs/mnist --set freeze=encoder
    """
    from hinterland.cli.reading import read
    from hinterland.cli.training import shown, trained
    from hinterland.models import checked, default_latent_dim
    from hinterland.run import Run

    before = Run.open(start) if start else None
    of_before = before.spec["model"] if before else {}
    model = model or of_before.get("name", "vae")
    if latent_dim is None:
        latent_dim = of_before.get("latent_dim") or default_latent_dim(model)
    checked(model, latent_dim)  # before torch is imported, which takes seconds

    from hinterland.train import Settings, begin, engine_of

    asked, training = _set(options, model, Settings(epochs, batch_size, lr, seed, track, device))
    if model == of_before.get("name"):
        asked = {**of_before["options"], **asked}
    Run.vacant(path)
    engine_of(training)  # refused before the images are read
    pictures = read(images, conversion, data_dir, out)
    run = begin(
        path,
        pictures,
        source=images,
        model=model,
        latent_dim=latent_dim,
        options=asked,
        settings=training,
        conversion=conversion.as_dict(),
        start=before,
    )
    told = trained(run, pictures, None, out)
    out.tell(told)
    out.then(f"hinterland open {shown(path)}", f"hinterland score {shown(path)}")


def _set(
    asked: Mapping[str, Any], model: str, settings: Settings
) -> tuple[dict[str, Any], Settings]:
    """Part what --set asks for into options of the model and settings of the training."""
    from hinterland.models import options_of, resolved
    from hinterland.train.settings import NAMES, adjusted

    known = [*options_of(model), *NAMES]
    for name in asked:
        if name not in known:
            raise HinterlandError(
                f"neither model '{model}' nor training has an option '{name}'",
                nearest_name(name, known),
            )
    of_model = {name: value for name, value in asked.items() if name not in NAMES}
    resolved(model, of_model)
    return of_model, adjusted(settings, {k: v for k, v in asked.items() if k in NAMES})
