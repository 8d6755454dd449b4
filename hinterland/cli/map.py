"""`hinterland map`: a run's latents laid out as a map, epoch by epoch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hinterland.cli.given import settings, the_run
from hinterland.cli.out import Out, speaks
from hinterland.cli.progress import CountingProgress
from hinterland.types import HinterlandError


@click.command("map")
@the_run
@click.option(
    "--projection",
    metavar="NAME",
    help="See: hinterland projections. Default: what suits the latents.",
)
@click.option("--dims", type=click.Choice(["2", "3"]), help="Dimensions of the map.")
@click.option("--name", metavar="NAME", help="What the map is called; default: its projection.")
@click.option(
    "--of",
    "subject",
    type=click.Choice(["latents", "pixels"]),
    default="latents",
    show_default=True,
    help="What is laid out.",
)
@click.option(
    "--epochs",
    "frames",
    metavar="all|last|N",
    help="Which epochs have a frame; N are spread evenly. Default: all, or 12 where it takes long.",
)
@settings("perplexity=50", "A setting of the projection, such as seed=1 or perplexity=50.")
@speaks
def make_map(
    run: Path,
    projection: str | None,
    dims: str | None,
    name: str | None,
    subject: str,
    frames: str | None,
    options: dict[str, Any],
    out: Out,
) -> None:
    """Lay the latents of the epochs of a RUN out as a map.

    Training makes a first map by itself; this adds others. A map that is there and still true is
    left as it is.

    \b
    hinterland map runs/mnist --projection tsne
    hinterland map runs/mnist --projection localmap --epochs last
    hinterland map runs/mnist --projection tsne --of pixels --set perplexity=50
    hinterland map runs/mnist --projection pca --dims 3 --name pca-3d
    """
    from hinterland.chart import Plan, chart
    from hinterland.cli.training import shown
    from hinterland.run import Run

    started = time.perf_counter()
    recording = Run.open(run)
    plan = Plan.of(
        recording,
        projection,
        dims=int(dims) if dims else None,
        name=name,
        options=options,
        subject=subject,
        frames=_frames(frames),
    )
    done = 0.0
    with CountingProgress(out, f"{plan.name}: parts in a hundred:") as progress:
        for done, total in chart(recording, plan):
            progress(round(100 * done / total), 100)
    seconds = time.perf_counter() - started
    told = recording.maps()[plan.name]
    count = len(told["epochs"]) if done else 0
    made = f"{count} frame{'s' if count > 1 else ''} in {seconds:.1f} s" if done else "up to date"
    out.say(f"{plan.name}: {made}")
    _tell(told, len(recording.epochs), out)
    metrics = told.get("metrics", {})
    out.tell({"map": plan.name, "frames": count, "seconds": seconds, "metrics": metrics})
    out.then(f"hinterland open {shown(run)}")


def _frames(asked: str | None) -> str | int | None:
    if asked in (None, "all", "last"):
        return asked
    if not asked.isdecimal() or int(asked) < 1:
        raise HinterlandError(f"--epochs is all, last or a number; got '{asked}'", "--epochs 12")
    return int(asked)


def _tell(told: Mapping[str, Any], recorded: int, out: Out) -> None:
    """How true the map is, and what is not on it."""
    metrics = told.get("metrics", {})
    for name in ("trustworthiness", "continuity", "neighbours_kept", "shepard"):
        if name in metrics:
            error = metrics.get(f"{name}_error", 0.0)
            give = f" ± {error:.4f}" if error else ""
            out.say(f"  {name.replace('_', ' '):16} {metrics[name]:.4f}{give}")
    if len(told["epochs"]) < recorded and isinstance(told.get("frames"), int):
        count = len(told["epochs"])
        out.say(f"note: {count} of {recorded} epochs have a frame; for each: --epochs all")
    for epoch in told.get("left_out", []):
        out.say(f"note: epoch {epoch} has no frame: its latents are damaged or not finite")
