"""`hinterland score`: a run's model in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hinterland.cli.given import at_epoch, data_dir, images_from, the_run
from hinterland.cli.out import Out, speaks

if TYPE_CHECKING:
    from hinterland.score import Score

MOST_SAMPLES = 100_000


@click.command("score", short_help="Measure the model of a RUN on the held-out images.")
@the_run
@images_from
@at_epoch
@click.option(
    "--samples",
    type=click.IntRange(1, MOST_SAMPLES),
    help="Draws per image for iwae, the importance-weighted bound. Default: it is not measured.",
)
@data_dir
@speaks
def score(
    run: Path,
    images_from: str | None,
    epoch: int | str | None,
    samples: int | None,
    data_dir: Path | None,
    out: Out,
) -> None:
    """Measure the model of a RUN on the images that it never trained on.

    How true reconstructions are, how likely a variational model finds the images, how well latents
    tell classes apart, and whether each means one thing where the factors are known.
    docs/metrics.md defines every number.
    """
    from hinterland.cli.reading import reread
    from hinterland.cli.training import shown
    from hinterland.run import Run
    from hinterland.score import best_epoch, last_epoch
    from hinterland.score import score as measured

    recording = Run.open(run)
    if epoch is None or epoch == "best":
        epoch = best_epoch(recording) if epoch else last_epoch(recording)
    epoch = recording.known(epoch)
    images = reread(recording, images_from, data_dir, out)
    found = measured(recording, images, epoch, samples=samples or 0, say=out.say)
    out.tell(_described(found), _table(found))
    for note in found.notes:
        out.say(f"note: {note}")
    out.then(f"hinterland open {shown(run)}")


def _described(found: Score) -> dict[str, Any]:
    """The JSON object; what does not apply is left out."""
    told: dict[str, Any] = {
        "metrics": dict(found.metrics),
        "images": found.images,
        "epoch": found.epoch,
        "tracked": found.tracked,
        "notes": list(found.notes),
    }
    if found.likelihood is not None:
        told["likelihood"] = found.likelihood
    if found.samples:
        told["samples"] = found.samples
    if found.per_dimension:
        told["per_dimension"] = dict(found.per_dimension)
    return told


def _table(found: Score) -> str:
    """The numbers for a person, grouped by what they are about."""
    from hinterland.score import GROUPS

    lines = [f"epoch {found.epoch}, {found.images:,} held-out images"]
    width = max((len(name) for name in found.metrics), default=0)
    for group, names in GROUPS.items():
        there = [name for name in names if name in found.metrics]
        if not there:
            continue
        title = group
        if group == "likelihood" and found.likelihood is not None:
            title += f" ({found.likelihood}; {found.tracked:,} images)"
        lines += ["", title]
        for name in there:
            value = found.metrics[name]
            number = str(value) if isinstance(value, int) else f"{value:.4f}"
            more = f"  {found.samples} samples" if name == "iwae" else ""
            lines.append(f"  {name:{width}}  {number:>10}{more}")
    return "\n".join(lines)
