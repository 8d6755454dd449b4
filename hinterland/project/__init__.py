"""The projections: latents -> layouts. To add one, write a file and add a line here."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from hinterland.types import HinterlandError, Layout, Projection, Registry, nearest_name

PROJECTIONS = Registry(
    "projection",
    __name__,
    {
        "plane": "plane:Plane",
        "pca": "pca:PCA",
    },
)


def choose(latent_dim: int) -> tuple[str, int]:
    """The projection and the dimensions of a first map: latents as they are, where that can be."""
    return ("plane", latent_dim) if latent_dim in (2, 3) else ("pca", 2)


def make(name: str, options: Mapping[str, Any]) -> Projection:
    """A projection with its settings. Raises HinterlandError for an unknown name or setting."""
    member = PROJECTIONS[name]
    known = inspect.signature(member).parameters
    for key in options:
        if key not in known:
            raise HinterlandError(
                f"projection '{name}' has no option '{key}'", nearest_name(key, known)
            )
    projection: Projection = member(**options)
    return projection


def timeline(
    projection: Projection, epochs: Iterable[tuple[int, np.ndarray]]
) -> Iterator[tuple[int, Layout]]:
    """Lay epochs out one after the other, each beside the one before it.

    Hand the epochs over newest first: the last epoch then lies as the projection wants it, and the
    earlier ones turn to meet it, so that what moves is the model and not the method.
    """
    before: np.ndarray | None = None
    for epoch, latents in epochs:
        layout = projection.fit(latents, onto=before)
        before = layout.points
        yield epoch, layout
