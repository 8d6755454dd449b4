"""`hinterland demo`: from nothing to a living map."""

from __future__ import annotations

from pathlib import Path

import click

from hinterland.cli.given import data_dir, goes_to
from hinterland.cli.out import Out, speaks
from hinterland.types import HinterlandError

SMALL = 10_000  # with fewer pictures an epoch has few steps, so batches are smaller and epochs more


@click.command("demo", short_help="Train on the built-in digits, and explore.")
@click.option(
    "--images",
    default="digits",
    show_default=True,
    metavar="IMAGES",
    help="A data set or a folder.",
)
@goes_to(
    "RUN",
    "The folder of the run; default: hinterland-demo/ and the name of the images.",
    required=False,
)
@click.option("--port", type=int, help="Default: 8420, or the next that is free.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@data_dir
@speaks
def demo(
    images: str,
    path: Path | None,
    port: int | None,
    no_browser: bool,
    data_dir: Path | None,
    out: Out,
) -> None:
    """Train on the built-in digits and open the explorer: nothing else is needed.

    A second call opens the same run again.

    \b
    hinterland demo
    hinterland demo --images mnist
    """
    from hinterland.cli.open import explore
    from hinterland.cli.reading import source_of, there
    from hinterland.data import DATASETS
    from hinterland.run import Run

    path = path or Path("hinterland-demo") / Path(images).resolve().name
    finished = False
    if (path / "run.json").is_file():
        run = Run.open(path)
        other = source_of(run)
        if other != (images if images in DATASETS else there(Path(images))):
            raise HinterlandError(f"{path} holds a run of {other}", "choose another -o")
        finished = run.spec["training"]["epochs"] in run.epochs
    if not finished:
        _train(images, path, data_dir, out)
    explore([path], port, "127.0.0.1", not no_browser, out)


def _train(images: str, path: Path, data_dir: Path | None, out: Out) -> None:
    from hinterland.cli.reading import read
    from hinterland.cli.training import trained
    from hinterland.data.convert import Conversion
    from hinterland.run import Run

    pictures = read(images, Conversion(), data_dir, out)

    from hinterland.train import Settings, begin

    if (path / "run.json").is_file():
        run = Run.open(path)
    else:
        few = len(pictures) < SMALL
        settings = Settings(epochs=30, batch_size=32) if few else Settings(epochs=10)
        run = begin(path, pictures, source=images, model="vae", latent_dim=2, settings=settings)
    trained(run, pictures, None, out)
