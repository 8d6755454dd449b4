"""What `train`, `resume` and `demo` share: training shown, stopped and charted."""

from __future__ import annotations

import os
import shlex
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hinterland.cli.out import Out
from hinterland.cli.progress import TrainingProgress
from hinterland.cli.stopping import Stopping

if TYPE_CHECKING:
    from hinterland.run import Run
    from hinterland.types import Images


def reread(run: Run, instead: str | None, data_dir: Path | None, out: Out) -> Images:
    """Read the images that a run was begun with, or the same ones from where they are now."""
    return read(instead or source_of(run), data_dir, out)


def source_of(run: Run) -> str | Path:
    """A data set's name, or a path, handed on as one: a folder may have a data set's name."""
    told = run.spec["images"]
    way = told.get("path")
    return str(told["source"]) if way is None else there(run.path / way)


def there(path: Path) -> Path:
    """A path in full, its links as they are."""
    return Path(os.path.normpath(path.absolute()))


def read(source: str | Path, data_dir: Path | None, out: Out) -> Images:
    """Read images and say what came, and what could not be read."""
    from hinterland import data

    if isinstance(source, str) and source in data.DATASETS and Path(source).exists():
        out.say(f"note: {source} means the data set; for what lies here write ./{source}")
    out.say(f"reading {source} …")
    images = data.read(source, data_dir=data_dir)
    h, w, c = images.shape
    count = len(images.classes)
    classes = f", {count} class{'es' if count > 1 else ''}" if count else ""
    held_out = 0 if images.held_out is None else int(images.held_out.sum())
    colour = "grey" if c == 1 else "colour"
    out.say(f"{len(images):,} images of {h} x {w} in {colour}{classes}; {held_out:,} held out")
    if images.skipped:
        out.say(f"skipped {len(images.skipped):,} that could not be read:")
        for skipped in images.skipped[:10]:
            out.say(f"  {skipped.source}: {skipped.reason}")
        if len(images.skipped) > 10:
            out.say("  … all of them are listed in the run's run.json")
    return images


def trained(
    run: Run, images: Images, epochs: int | None, out: Out, *, learning_rate: float | None = None
) -> dict[str, Any]:
    """Train a run to its end, chart it, and give what --json prints.

    When a signal asks to stop, the run is saved, how to go on is said, and the process exits with
    128 + the signal's number.
    """
    from hinterland.chart import refresh
    from hinterland.train import Step, train

    speeds, seconds = [], 0.0
    with Stopping() as stopping:
        work = train(run, images, epochs=epochs, learning_rate=learning_rate)
        with TrainingProgress(out) as progress:
            for event in work:
                if isinstance(event, Step):
                    progress.step(event)
                else:
                    progress.epoch(event)
                    seconds += event.seconds
                    if event.images_per_second is not None:
                        speeds.append(event.images_per_second)
                if stopping.asked is not None:
                    work.close()
                    break
        if stopping.asked is not None:
            more = "" if epochs is None else f" --epochs {epochs}"
            out.say(
                f"stopped; nothing is lost. Go on with: hinterland resume {shown(run.path)}{more}"
            )
            sys.exit(stopping.exit_code)
    for _ in refresh(run):
        pass
    recorded = run.losses()
    if not seconds and not speeds:
        out.say(f"{run.path} is already at epoch {recorded[-1]['epoch']}; --epochs trains longer")
    return {
        "run": str(run.path),
        "epochs": recorded[-1]["epoch"],
        "losses": recorded[-1]["losses"],
        "images_per_second": statistics.median(speeds) if speeds else None,
        "seconds": seconds,
    }


def shown(path: Path) -> str:
    """A path as a shell takes it."""
    return shlex.quote(str(path))
