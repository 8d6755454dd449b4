"""`hinterland convert`: a run for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hinterland.cli.given import at_epoch, goes_to, settings, the_run
from hinterland.cli.out import Out, speaks


@click.command("convert", short_help="Convert a RUN for pandas, TensorBoard and other programs.")
@the_run
@goes_to("FILE|FOLDER", "Where to: a new file that ends in .parquet, or a new folder.")
@click.option(
    "--to",
    "kind",
    metavar="KIND",
    help="What to; `hinterland conversions` lists them. A name in .parquet says it by itself.",
)
@at_epoch
@settings("map=tsne")
@speaks
def convert(
    run: Path,
    path: Path,
    kind: str | None,
    epoch: int | str | None,
    options: dict[str, Any],
    out: Out,
) -> None:
    """Convert a RUN for pandas, Embedding Atlas, TensorBoard or ONNX.

    docs/other-programs.md describes each KIND and its settings.

    \b
    hinterland convert runs/mnist -o mnist.parquet --set map=tsne
    hinterland convert runs/mnist -o projector --to projector
    hinterland convert runs/mnist -o model --to onnx --epoch best
    """
    from hinterland.show.conversions import CONVERSIONS, usual
    from hinterland.show.conversions import convert as converted
    from hinterland.show.reader import load
    from hinterland.types import HinterlandError

    kind = kind or usual(path)
    if kind is None:
        raise HinterlandError(
            f"what shall {path} be?", f"--to with one of: {', '.join(CONVERSIONS)}"
        )
    _ = CONVERSIONS[kind]  # an unknown kind is told before the run is read
    reader = load(run, epoch)
    told = converted(kind, reader, path, options=options, say=out.say)
    out.tell(
        {
            "file": str(path),
            "kind": kind,
            "epoch": reader.epoch,
            "bytes": told.bytes,
            "parts": told.parts,
        },
        str(path),
    )
    out.say(f"{', '.join(told.parts)}: {told.bytes / 1e6:.1f} MB, epoch {reader.epoch}")
    out.then(told.then)
