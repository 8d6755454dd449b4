"""`hinterland figure`: a run on paper."""

from __future__ import annotations

from pathlib import Path

import click

from hinterland.cli.drawing import Drawing, draws
from hinterland.cli.given import goes_to, the_runs
from hinterland.cli.out import Out, speaks
from hinterland.cli.progress import CountingProgress


@click.command("figure")
@click.argument("kind")
@the_runs
@goes_to("FILE", "Where to; it ends in .png, .svg or .pdf.")
@draws
@speaks
def draw_figure(kind: str, runs: tuple[Path, ...], path: Path, drawing: Drawing, out: Out) -> None:
    """Draw a figure of a RUN, in the size and quality of a paper's.

    docs/figures.md shows every KIND and its settings; `hinterland figures` lists them.

    \b
    hinterland figure latents runs/mnist -o latents.pdf
    hinterland figure manifold runs/mnist -o manifold.png --theme dark --set steps=30
    hinterland figure reconstructions runs/mnist -o worst.svg --set order=worst --set width=single
    hinterland figure league runs/vae runs/pca -o league.pdf
    """
    from hinterland.cli.training import shown
    from hinterland.show.figures import FIGURES, figure

    _ = FIGURES[kind]  # an unknown kind is told before runs are read
    readers = [drawing.reader(run, out) for run in runs]
    with CountingProgress(out, kind) as progress:
        figure(
            *(kind, readers, path),
            theme=drawing.theme,
            seed=drawing.seed,
            options=drawing.options,
            say=out.say,
            progress=progress,
        )
    out.tell({"file": str(path), "kind": kind, "epoch": readers[0].epoch}, str(path))
    out.then(f"hinterland open {shown(runs[0])}")
