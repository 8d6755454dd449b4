"""`hinterland encode`: images -> a file of their latents."""

from __future__ import annotations

from pathlib import Path

import click

from hinterland.cli.given import at_epoch, data_dir, goes_to, the_run
from hinterland.cli.out import Out, speaks
from hinterland.cli.progress import CountingProgress


@click.command("encode")
@the_run
@click.argument("images")
@goes_to("FILE", "Where to: a new file that ends in .parquet, .npz or .npy.")
@at_epoch
@data_dir
@speaks
def encode(
    run: Path, images: str, path: Path, epoch: int | str | None, data_dir: Path | None, out: Out
) -> None:
    """Encode IMAGES with the model of a RUN.

    They are converted as the run's own images were, and to their size. The file has a row for each
    image: its name, label and latent; an .npy the latents alone. docs/python.md describes it.

    \b
    hinterland encode runs/mnist photos/ -o codes.parquet
    hinterland encode runs/mnist mnist -o codes.npz --epoch best
    """
    from dataclasses import replace

    from hinterland.cli.reading import looked
    from hinterland.cli.training import shown
    from hinterland.data.convert import Conversion
    from hinterland.show import encoding
    from hinterland.show.reader import load

    reader = load(run, epoch)
    encoding.check_vacant(path)
    h, w, c = reader.shape
    told = Conversion.of(reader.run.spec["images"].get("conversion", {}))
    conversion = replace(told, size=(h, w), mode="grey" if c == 1 else "rgb")
    found = looked(images, conversion, data_dir, out, least=1)
    with CountingProgress(out, "encoding") as progress:
        encoding.encode(reader, found.images, path, names=found.survey.names, progress=progress)
    n, d = len(found.images), reader.run.spec["model"]["latent_dim"]
    out.tell(
        {
            "file": str(path),
            "images": n,
            "skipped": len(found.images.skipped),
            "latents": d,
            "epoch": reader.epoch,
        },
        str(path),
    )
    out.say(f"{n:,} latents of {d}, by epoch {reader.epoch}")
    out.then(
        f"hinterland decode {shown(run)} {shown(path)} -o {shown(Path(f'{path.stem}-decoded'))}"
    )
