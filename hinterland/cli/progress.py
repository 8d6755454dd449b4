"""The progress of a training: a bar where there is a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hinterland.cli.out import Out

if TYPE_CHECKING:
    from hinterland.train import Epoch, Step

QUIET_FOR = 5.0  # seconds between two lines where there is no terminal


class TrainingProgress:
    """Shows `Step`s and `Epoch`s on stderr as they come."""

    def __init__(self, out: Out) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._out = out
        self._last = time.monotonic()
        console = Console(stderr=True)
        shown = console.is_terminal and not out.quiet
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(compact=True),
            console=console,
            disable=not shown,
            transient=True,
        )
        self._shown = shown
        self._task = self._bar.add_task("", total=None, epoch=0, epochs="…", told="starting")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._bar.stop()

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
        if not self._shown and time.monotonic() - self._last > QUIET_FOR:
            self._last = time.monotonic()
            share = step.step / step.steps
            self._out.say(f"epoch {step.epoch}/{step.epochs}  {share:.0%}  {told}")

    def epoch(self, epoch: Epoch) -> None:
        self._last = time.monotonic()
        self._bar.update(self._task, total=epoch.epochs, completed=epoch.epoch)
        line = f"epoch {epoch.epoch}/{epoch.epochs}"
        if epoch.losses["train"] is None:
            line += f"  untrained  held-out loss {epoch.losses['validation']:.4g}"
        else:
            line += (
                f"  loss {epoch.losses['train']:.4g}  held-out {epoch.losses['validation']:.4g}"
                f"  {epoch.images_per_second:,.0f} images/s  {epoch.seconds:.1f} s"
            )
        if self._shown:
            self._bar.console.print(line, highlight=False)
        else:
            self._out.say(line)
        sys.stderr.flush()
