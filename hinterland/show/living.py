"""The runs that a server shows, each a scene that grows: the files of their site as they are."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from hinterland.live import Live
from hinterland.run import Run
from hinterland.scene import Files, Maker
from hinterland.show.growing import Growing
from hinterland.show.site import gather

FORMAT = 1
OFTEN = 0.4  # seconds: who asks sooner is told what was seen then


class Living(Mapping[str, Maker]):
    """The files of a site whose runs grow, and to which runs can be added. Safe in threads.

    A file is another one where what makes it is another object. lives: who answers for a run.
    """

    def __init__(self, runs: Mapping[str, Run], lives: Mapping[str, Live] | None = None) -> None:
        self.lives: dict[str, Live] = dict(lives or {})
        self._runs: dict[str, Growing] = {}
        self._files: Files = {}
        self._lock = threading.Lock()
        self._looked = 0.0
        for name, run in runs.items():
            self._grow(name, run)
        self._gather()

    def add(self, name: str, run: Run) -> None:
        """Show one more run."""
        with self._lock:
            if name not in self._runs:
                self._grow(name, run)
                self._gather()

    def run(self, name: str) -> Run | None:
        """The run of that name."""
        growing = self._runs.get(name)
        return growing.run if growing else None

    @property
    def names(self) -> frozenset[str]:
        """Of all runs."""
        return frozenset(self._runs)

    def look(self) -> dict[str, Any]:
        """How each run fares, by its name, after looking at their folders."""
        with self._lock:
            if time.monotonic() - self._looked > OFTEN:
                grown = [name for name, growing in self._runs.items() if growing.look()]
                if grown:
                    self._gather()
                self._looked = time.monotonic()
            return {name: growing.status() for name, growing in self._runs.items()}

    def _grow(self, name: str, run: Run) -> None:
        live = self.lives.setdefault(name, Live(run))
        self._runs[name] = Growing(run, live.questions)

    def _gather(self) -> None:
        scenes = {name: growing.scene for name, growing in self._runs.items()}
        self._files = gather(scenes, status=True)

    def __getitem__(self, path: str) -> Maker:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def status(living: Living, training: Mapping[str, Any] | None) -> bytes:
    """What `status.json` says (docs/formats.md). training: the server's own, where it may."""
    scenes = living.look()
    told: dict[str, Any] = {"format": FORMAT, "scenes": scenes}
    if training is not None:
        told["training"] = training
        own = scenes.get(training.get("scene", ""), {})
        # Whoever started it knows at once that it is gone; what is on the disk tells it later.
        if training.get("state") == "failed" and own.get("state") == "training":
            scenes[training["scene"]] = {**own, "state": "died"}
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
