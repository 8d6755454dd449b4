"""`hinterland decode`: a file of latents -> pictures."""

from __future__ import annotations

from pathlib import Path

import click

from hinterland.cli.given import PATH, at_epoch, goes_to, the_run
from hinterland.cli.out import Out, speaks
from hinterland.cli.progress import CountingProgress


@click.command("decode")
@the_run
@click.argument("latents", type=PATH)
@goes_to("FOLDER|FILE.npy", "Where to: a new or empty folder of PNG files, or a new .npy file.")
@at_epoch
@speaks
def decode(run: Path, latents: Path, path: Path, epoch: int | str | None, out: Out) -> None:
    """Decode LATENTS, a file, with the model of a RUN.

    An array (n, d) in an .npy or .npz file, or what `hinterland encode` wrote. PNG files are
    numbered from 0; an .npy file holds float32 (n, h, w, c) from 0 to 1.

    \b
    hinterland decode runs/mnist codes.npy -o pictures
    hinterland decode runs/mnist codes.parquet -o pictures.npy --epoch best
    """
    from hinterland.cli.training import shown
    from hinterland.show import decoding
    from hinterland.show.reader import load

    reader = load(run, epoch)
    decoding.check_vacant(path)
    found = decoding.read(latents)
    with CountingProgress(out, "decoding") as progress:
        decoding.decode(reader, found, path, progress)
    told = {"output": str(path), "images": found.n, "epoch": reader.epoch}
    out.tell(told, str(path))
    h, w, _ = reader.shape
    out.say(f"{found.n:,} pictures of {w} x {h}, by epoch {reader.epoch}")
    out.then(f"hinterland images {shown(path)}")
