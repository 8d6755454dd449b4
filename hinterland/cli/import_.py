"""`hinterland import`: a model trained elsewhere becomes a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hinterland.cli.given import data_dir, goes_to
from hinterland.cli.imaging import converts
from hinterland.cli.out import Out, speaks
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.data.convert import Conversion


@click.command("import", short_help="Explore a model that was trained elsewhere.")
@click.argument("images")
@goes_to("RUN", "The folder of the run; new or empty.")
@click.option("--encoder", metavar="FILE", help="An ONNX or Keras file that encodes.")
@click.option("--decoder", metavar="FILE", help="An ONNX or Keras file that decodes.")
@click.option(
    "--model",
    metavar="WHOLE",
    help="A Keras file, a folder of diffusers, or package.module:function.",
)
@click.option(
    "--layout",
    default="auto",
    show_default=True,
    metavar="auto|nhwc|nchw|flat",
    help="Where the model has its channels.",
)
@click.option(
    "--scale",
    default="auto",
    show_default=True,
    metavar="auto|01|pm1|255",
    help="The range of its pixels: 0 to 1, -1 to 1, 0 to 255.",
)
@click.option("--logits", is_flag=True, help="The decoder's numbers still want a sigmoid.")
@click.option("--latents", "output", metavar="NAME", help="The encoder's output to take.")
@click.option(
    "--track", default=10_000, show_default=True, help="Images on the map, held-out first."
)
@data_dir
@converts
@speaks
def import_model(
    images: str,
    path: Path,
    encoder: str | None,
    decoder: str | None,
    model: str | None,
    layout: str,
    scale: str,
    logits: bool,
    output: str | None,
    track: int,
    data_dir: Path | None,
    conversion: Conversion,
    out: Out,
) -> None:
    """Explore a model that was trained elsewhere: encode IMAGES with it and record that in RUN.

    A file is data: whatever could run code when loaded is refused, and what is read is read in a
    process that can only compute. A function of yours is run as any program of yours.

    \b
    hinterland import mnist -o runs/mine --encoder e.onnx --decoder d.onnx
    hinterland import mnist -o runs/mine --model autoencoder.keras
    hinterland import photos/ -o runs/mine --size 64 --model vae_folder/
    hinterland import mnist -o runs/mine --model models:autoencoder
    """
    from hinterland.cli.reading import read
    from hinterland.cli.training import shown
    from hinterland.models.foreign import Wanted, recognised
    from hinterland.run import Run

    models = _named(encoder, decoder, model)
    Run.vacant(path)
    # what cannot be is refused before images are read, which may take long
    Wanted((1, 1, 1), layout, scale)
    recognised(models)
    pictures = read(images, conversion, data_dir, out)

    from hinterland.adopt import adopt
    from hinterland.chart import refresh

    out.say("reading the model …")
    wanted = Wanted(pictures.shape, layout, scale, logits, output)
    run, notes = adopt(
        path,
        pictures,
        models,
        source=images,
        wanted=wanted,
        conversion=conversion.as_dict(),
        track=track,
    )
    for note in notes:
        out.say(f"note: {note}")
    for _ in refresh(run):
        pass
    (told,) = run.losses()
    options = run.spec["model"]["options"]
    loss = told["losses"]["validation"]
    known = f"{options['loss']} {loss:.2f} a held-out picture" if loss else "nothing is held out"
    out.say(f"{run.spec['model']['latent_dim']} latents; {known}")
    out.tell({"run": str(path), "epochs": 0, **{k: v for k, v in told.items() if k != "epoch"}})
    out.then(f"hinterland open {shown(path)}", f"hinterland score {shown(path)}")


def _named(encoder: str | None, decoder: str | None, model: str | None) -> dict[str, str]:
    """What was given, if it is one whole model."""
    match encoder, decoder, model:
        case str(), str(), None:
            return {"encoder": encoder, "decoder": decoder}
        case None, None, str():
            return {"model": model}
    raise HinterlandError(
        "a model is --encoder and --decoder together, or --model alone",
        "hinterland import mnist -o runs/mine --encoder e.onnx --decoder d.onnx",
    )
