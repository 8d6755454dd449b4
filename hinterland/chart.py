"""Charting: a run's latents and a projection become a map in the run, one frame per epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinterland.project import choose, make, timeline
from hinterland.run import Run
from hinterland.types import HinterlandError


@dataclass(frozen=True, slots=True)
class Plan:
    """A map to be made: its name, a projection and its settings."""

    name: str
    projection: str
    settings: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        run: Run,
        projection: str | None = None,
        *,
        dims: int | None = None,
        name: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Fill in what was not said.

        Without a projection: the latents as they are where they have 2 or 3 dimensions, else their
        principal components. Raises HinterlandError for a name that another map has.
        """
        usual, usual_dims = choose(run.spec["model"]["latent_dim"])
        projection = projection or usual
        dims = dims or (usual_dims if projection == usual else 2)
        name = name or projection
        if not name.replace("-", "").replace("_", "").isalnum():
            raise HinterlandError(
                f"a map's name may hold letters, digits, - and _; got '{name}'", "choose a --name"
            )
        plan = cls(name, projection, {**(options or {}), "dims": dims})
        there = run.maps().get(name)
        if there and not plan.made(there):
            raise HinterlandError(
                f"{run.path} has another map '{name}', made by '{there.get('projection')}'",
                "choose another --name",
            )
        return plan

    def made(self, told: Mapping[str, Any]) -> bool:
        """Whether a map was made by this plan, be it up to date or not."""
        return (told.get("projection"), told.get("settings")) == (
            self.projection,
            dict(self.settings),
        )


def refresh(run: Run) -> Iterator[tuple[int, int]]:
    """Bring every map of a run up to date, and make the usual one where there is none."""
    plans = [
        Plan(name, told["projection"], told["settings"])
        for name, told in run.maps().items()
        if "projection" in told and "settings" in told
    ]
    for plan in plans or [Plan.of(run)]:
        yield from chart(run, plan)


def chart(run: Run, plan: Plan) -> Iterator[tuple[int, int]]:
    """Lay every epoch of a run out as a map, and yield (frames made, frames in all).

    A map that is already there and still true is left alone. An epoch whose latents are damaged,
    or not finite, has no frame; the others do.
    """
    epochs = run.epochs
    there = run.maps().get(plan.name)
    if there and plan.made(there) and there.get("recorded") == epochs:
        return
    frames: dict[int, dict[str, np.ndarray]] = {}
    method = make(plan.projection, plan.settings)
    for epoch, layout in timeline(method, _sound(run, epochs)):
        frames[epoch] = layout.tensors()
        yield len(frames), len(epochs)
    if not frames:
        raise HinterlandError(
            f"{run.path} has no epochs yet, or none that is whole",
            f"hinterland resume {run.path}, and wait for the first",
        )
    points = [frame["points"] for frame in frames.values()]
    told = {
        "projection": plan.projection,
        "settings": dict(plan.settings),
        "recorded": epochs,
        "epochs": sorted(frames),
        "way": "flat",
        "dims": plan.settings["dims"],
        "extent": [
            np.min([p.min(0) for p in points], axis=0).tolist(),
            np.max([p.max(0) for p in points], axis=0).tolist(),
        ],
    }
    run.write_map(plan.name, told, frames)


def _sound(run: Run, epochs: list[int]) -> Iterator[tuple[int, np.ndarray]]:
    """The latents of the epochs that can be read, newest first."""
    for epoch in reversed(epochs):
        try:
            latents = run.latents(epoch)
        except HinterlandError:
            continue
        if np.isfinite(latents).all():
            yield epoch, latents
