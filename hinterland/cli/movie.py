"""`hinterland movie`: a run in motion."""

from __future__ import annotations

from pathlib import Path

import click

from hinterland.cli.drawing import Drawing, draws
from hinterland.cli.given import goes_to, the_run
from hinterland.cli.out import Out, speaks
from hinterland.cli.progress import CountingProgress


@click.command("movie")
@click.argument("kind")
@the_run
@goes_to("FILE", "Where to; it ends in .gif, .webp or .mp4.")
@click.option(
    "--fps",
    type=click.IntRange(1, 60),
    default=20,
    show_default=True,
    help="Frames of a second; a GIF knows divisors of 100 only, and takes the nearest.",
)
@draws
@speaks
def make_movie(kind: str, run: Path, path: Path, fps: int, drawing: Drawing, out: Out) -> None:
    """Make a movie of a RUN.

    docs/figures.md shows every KIND and its settings; `hinterland movies` lists them.

    \b
    hinterland movie timeline runs/mnist -o timeline.gif
    hinterland movie interpolation runs/mnist -o loop.webp --theme dark
    hinterland movie training runs/mnist -o training.mp4 --fps 10 --set count=12
    """
    from hinterland.cli.training import shown
    from hinterland.show.movies import MOVIES, movie

    _ = MOVIES[kind]  # an unknown kind is told before the run is read
    reader = drawing.reader(run, out)
    with CountingProgress(out, kind) as progress:
        made = movie(
            *(kind, reader, path),
            fps=fps,
            theme=drawing.theme,
            seed=drawing.seed,
            options=drawing.options,
            say=out.say,
            progress=progress,
        )
    told = {"file": str(path), "kind": kind, "frames": made.frames, "bytes": made.size}
    h, w = made.shape
    out.tell(told, str(path))
    out.say(f"{made.frames} frames of {w} x {h}, {made.size / 1e6:.1f} MB")
    out.then(f"hinterland open {shown(run)}")
