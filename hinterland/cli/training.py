"""What `train`, `resume` and `demo` share: training shown, stopped and charted."""

from __future__ import annotations

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


def trained(
    run: Run,
    images: Images,
    epochs: int | None,
    out: Out,
    *,
    learning_rate: float | None = None,
    device: str | None = None,
) -> dict[str, Any]:
    """Train a run to its end, chart it, and give what --json prints.

    When a signal asks to stop, the run is saved, how to go on is said, and the process exits with
    128 + the signal's number. device: where, if not where the run was asked to be trained.
    """
    from hinterland.chart import refresh
    from hinterland.train import Step, asked_of, engine_of, train

    speeds, seconds = [], 0.0
    with Stopping() as stopping:
        engine = engine_of(asked_of(run), device)
        work = train(run, images, epochs=epochs, learning_rate=learning_rate, engine=engine)
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
            more += "" if device is None else f" --device {device}"
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
        "best_epoch": run.best(),
        "images_per_second": statistics.median(speeds) if speeds else None,
        "seconds": seconds,
    }


def shown(path: Path) -> str:
    """A path as a shell takes it."""
    return shlex.quote(str(path))
