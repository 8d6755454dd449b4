"""`hinterland map`: a run's latents laid out as a map, epoch by epoch."""

from __future__ import annotations

import time
from pathlib import Path

import click

from hinterland.cli.out import Out, speaks


@click.command("map")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--projection", help="See: hinterland projections. Default: what suits the latents.")
@click.option("--dims", type=click.Choice(["2", "3"]), help="Dimensions of the map.")
@click.option("--name", help="What the map is called; default: its projection.")
@speaks
def make_map(
    run: Path, projection: str | None, dims: str | None, name: str | None, out: Out
) -> None:
    """Lay the latents of every epoch of a RUN out as a map.

    Training makes a first map by itself; this adds others.

    \b
    hinterland map runs/mnist --projection pca --dims 3 --name pca-3d
    """
    from hinterland.chart import Plan, chart
    from hinterland.cli.training import shown
    from hinterland.run import Run

    started = time.perf_counter()
    recording = Run.open(run)
    plan = Plan.of(recording, projection, dims=int(dims) if dims else None, name=name)
    frames = len(list(chart(recording, plan)))
    seconds = time.perf_counter() - started
    made = f"{frames} frames in {seconds:.1f} s" if frames else "up to date"
    out.say(f"{plan.name}: {made}")
    out.tell({"map": plan.name, "frames": frames, "seconds": seconds})
    out.then(f"hinterland open {shown(run)}")
