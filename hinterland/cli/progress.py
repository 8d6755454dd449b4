"""Progress on stderr: a bar where there is a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Self

from hinterland.cli.out import Out

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from hinterland.train import Epoch, Step

QUIET_FOR = 5.0  # seconds between two lines where there is no terminal


class _AbstractProgress:
    """A bar while it is entered, and the moments for a line where there is none."""

    def __init__(self, out: Out, *columns: str | ProgressColumn, doing: str, **fields: Any) -> None:
        """columns: of the bar, before the time that is left. doing, fields: what they show."""
        from rich.console import Console
        from rich.progress import Progress, TimeRemainingColumn

        console = Console(stderr=True)
        self._out = out
        self._shown = console.is_terminal and not out.quiet
        self._bar = Progress(
            *columns,
            TimeRemainingColumn(compact=True),
            console=console,
            disable=not self._shown,
            transient=True,
        )
        self._task = self._bar.add_task(doing, total=None, **fields)
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _due(self) -> bool:
        """Whether there is no bar, and nothing was said for long; from now on it was."""
        now = time.monotonic()
        if self._shown or now - self._last <= QUIET_FOR:
            return False
        self._last = now
        return True


class CountingProgress(_AbstractProgress):
    """Shows (done, all), with the time left."""

    def __init__(self, out: Out, doing: str) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn

        columns = "{task.description}", BarColumn(), MofNCompleteColumn()
        super().__init__(out, *columns, doing=doing)
        self._doing, self._begun = doing, self._last

    def __call__(self, done: int, n: int) -> None:
        self._bar.update(self._task, completed=done, total=n)
        if done and self._due():
            left = (time.monotonic() - self._begun) * (n - done) / done
            self._out.say(f"{self._doing} {done:,} of {n:,}, {left:.0f} s left")


class TrainingProgress(_AbstractProgress):
    """Shows `Step`s and `Epoch`s as they come."""

    def __init__(self, out: Out) -> None:
        from rich.progress import BarColumn

        columns = (
            "epoch {task.fields[epoch]}/{task.fields[epochs]}",
            BarColumn(),
            "{task.fields[told]}",
        )
        super().__init__(out, *columns, doing="", epoch=0, epochs="…", told="starting")

    def step(self, step: Step) -> None:
        done = step.epoch - 1 + step.step / step.steps
        told = f"loss {step.loss:.4g}  {step.images_per_second:,.0f} images/s"
        self._bar.update(
            self._task,
            total=step.epochs,
            completed=done,
            epoch=step.epoch,
            epochs=step.epochs,
            told=told,
        )
        if self._due():
            share = step.step / step.steps
            self._out.say(f"epoch {step.epoch}/{step.epochs}  {share:.0%}  {told}")

    def epoch(self, epoch: Epoch) -> None:
        self._last = time.monotonic()
        self._bar.update(self._task, total=epoch.epochs, completed=epoch.epoch)
        line = f"epoch {epoch.epoch}/{epoch.epochs}"
        learnt, unseen = epoch.losses["train"], epoch.losses["validation"]
        if learnt is None:
            told = "nothing is held out" if unseen is None else f"held-out loss {unseen:.4g}"
            line += f"  untrained  {told}"
        else:
            line += f"  loss {learnt:.4g}"
            line += "" if unseen is None else f"  held-out {unseen:.4g}"
            line += f"  {epoch.images_per_second:,.0f} images/s  {epoch.seconds:.1f} s"
        if self._shown:
            self._bar.console.print(line, highlight=False)
        else:
            self._out.say(line)
        sys.stderr.flush()
