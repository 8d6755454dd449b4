"""What a training tells whoever watches its run: where it stands, and how it ended."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

from hinterland.run import Run
from hinterland.train.work import Step
from hinterland.types import HinterlandError

OFTEN = 0.5  # seconds between two tellings within an epoch: a file of 100 bytes each
FAIR = 4  # seconds of training before it is said how many are left: the first steps are slow


class Telling:
    """Keeps `progress.json` of a run, from the first step to the last word.

    Of several processes that train together, the one that leads speaks.
    """

    def __init__(self, run: Run, epoch: int, epochs: int, leads: bool) -> None:
        self._run, self._leads = run, leads
        self._told: dict[str, Any] = {"epoch": epoch, "epochs": epochs}
        self._last = 0.0
        self._first: tuple[float, float] | None = None  # when, and how many epochs were done then

    def __enter__(self) -> Self:
        self._tell("training")
        return self

    def step(self, step: Step) -> None:
        """Where an epoch stands; said now and then."""
        now = time.monotonic()
        if now - self._last < OFTEN:
            return
        self._last = now
        self._told |= {"epoch": step.epoch, "step": step.step, "steps": step.steps}
        self._told |= {"loss": step.loss, "images_per_second": step.images_per_second}
        self._told |= self._left(step.epoch - 1 + step.step / step.steps)
        self._tell("training")

    def epoch(self, epoch: int) -> None:
        """An epoch is on disk."""
        self._told = {"epoch": epoch, "epochs": self._told["epochs"]} | self._left(epoch)
        self._tell("training")

    def _left(self, done: float) -> dict[str, float]:
        """How many seconds the epochs that are left take, at the pace so far."""
        now = time.monotonic()
        self._first = self._first or (now, done)
        seconds, more = now - self._first[0], done - self._first[1]
        if seconds < FAIR or more <= 0:
            return {}
        return {"seconds_left": (self._told["epochs"] - done) * seconds / more}

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._told.pop("seconds_left", None)
        ended = self._told["epoch"] >= self._told["epochs"] and "step" not in self._told
        if error is None or (ended and isinstance(error, GeneratorExit)):
            self._tell("finished")
        elif isinstance(error, GeneratorExit | KeyboardInterrupt):
            self._tell("stopped")
        else:
            said = error if isinstance(error, HinterlandError) else None
            self._told["error"] = said.message if said else type(error).__name__
            self._told["hint"] = said.hint if said else ""
            self._tell("failed")

    def _tell(self, state: str) -> None:
        if self._leads:
            self._run.tell({"state": state, **self._told})
