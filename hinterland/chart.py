"""Charting: a run's latents and a projection become a map in the run, one frame per epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hinterland.project import choose, make, timeline
from hinterland.run import Run
from hinterland.types import HinterlandError


def chart(
    run: Run,
    projection: str | None = None,
    *,
    dims: int | None = None,
    name: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Iterator[tuple[int, int]]:
    """Lay every epoch of a run out as the map `maps/NAME`, and yield (frames made, frames in all).

    Without a projection: the latents as they are where they have 2 or 3 dimensions, else their
    principal components. A map that is already there and still true is left alone.
    """
    latent_dim = run.spec["model"]["latent_dim"]
    first, first_dims = choose(latent_dim)
    projection = projection or first
    if dims is None:
        dims = first_dims if projection == first else 2
    name = name or projection
    if not name.replace("-", "").replace("_", "").isalnum():
        raise HinterlandError(f"a map's name may hold letters, digits, - and _; got '{name}'")
    settings = {**(options or {}), "dims": dims}
    key = {"projection": projection, "settings": settings, "epochs": run.epochs}
    if all(run.maps().get(name, {}).get(part) == value for part, value in key.items()):
        return
    method = make(projection, settings)
    frames: dict[int, dict[str, np.ndarray]] = {}
    newest_first = ((epoch, run.latents(epoch)) for epoch in reversed(run.epochs))
    for epoch, layout in timeline(method, newest_first):
        frames[epoch] = layout.tensors()
        yield len(frames), len(run.epochs)
    if not frames:
        raise HinterlandError(
            f"{run.path} has no epochs yet", f"hinterland resume {run.path}, and wait for the first"
        )
    points = [frame["points"] for frame in frames.values()]
    lowest = np.min([p.min(0) for p in points], axis=0)
    highest = np.max([p.max(0) for p in points], axis=0)
    told = {"way": "flat", "dims": dims, "extent": [lowest.tolist(), highest.tolist()]}
    run.write_map(name, {**key, **told}, frames)
