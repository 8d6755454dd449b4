"""The projections: latents -> layouts. To add one, write a file and add a line here."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from hinterland.project.align import disparity
from hinterland.project.base import AbstractBent
from hinterland.project.near import near
from hinterland.types import Flat, HinterlandError, Layout, Projection, Registry, nearest_name

PROJECTIONS = Registry(
    "projection",
    __name__,
    {
        "plane": "plane:Plane",
        "pca": "pca:PCA",
        "tsne": "tsne:TSNE",
        "umap": "umap:UMAP",
        "pacmap": "pacmap:PaCMAP",
        "localmap": (
            "pacmap:PaCMAP",
            {"local": True},
            "LocalMAP: PaCMAP that parts groups more clearly and keeps more single neighbours.",
        ),
    },
)

SAME = 1e-9  # of `disparity`: the same shape, as float32 has it
KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def choose(latent_dim: int) -> tuple[str, int]:
    """The projection and the dimensions of a first map: latents as they are, where that can be."""
    return ("plane", latent_dim) if latent_dim in (2, 3) else ("pca", 2)


def make(name: str, options: Mapping[str, Any]) -> Projection:
    """A projection with its settings. Raises HinterlandError for an unknown name or setting."""
    member = PROJECTIONS[name]
    preset = PROJECTIONS.preset(name)
    known = inspect.signature(member).parameters
    for key, value in options.items():
        if key not in known or key in preset:
            settable = [each for each in known if each not in preset]
            raise HinterlandError(
                f"projection '{name}' has no option '{key}'", nearest_name(key, settable)
            )
        kind = type(known[key].default)
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise HinterlandError(
                f"option '{key}' of projection '{name}' is {KINDS[kind]}; got {value!r}",
                f"for example --set {key}={str(known[key].default).lower()}",
            )
    projection: Projection = member(**preset, **options)
    return projection


def options_of(name: str) -> dict[str, Any]:
    """The settings of a projection and their defaults, without its dimensions."""
    preset = PROJECTIONS.preset(name)
    known = inspect.signature(PROJECTIONS[name]).parameters
    return {k: v.default for k, v in known.items() if k != "dims" and k not in preset}


def bends(projection: Projection) -> bool:
    """Whether a projection is fitted step by step, and its way back is `Near`."""
    return isinstance(projection, AbstractBent)


class Step(NamedTuple):
    """An epoch's layout under way: the share that is done, and the layout when all is."""

    epoch: int
    share: float
    layout: Layout | None


def timeline(
    projection: Projection, epochs: Iterable[tuple[int, np.ndarray]]
) -> Iterator[tuple[int, Layout]]:
    """Lay epochs out one after the other, each beside the one before it.

    Hand the epochs over newest first: the last epoch then lies as the projection wants it, and the
    earlier ones turn to meet it, so that what moves is the model and not the method. While a run is
    still training, hand them over oldest first: what was seen then stays where it was.
    """
    for epoch, _, layout in steps(projection, epochs):
        if layout is not None:
            yield epoch, layout


def steps(
    projection: Projection,
    epochs: Iterable[tuple[int, np.ndarray]],
    before: tuple[np.ndarray, np.ndarray] | None = None,
) -> Iterator[Step]:
    """`timeline`, step by step, beginning beside an epoch's latents and points, if given.

    Where a map bends, latents that only turn, grow or shrink keep their points exactly.
    """
    for epoch, latents in epochs:
        if not isinstance(projection, AbstractBent):
            layout: Layout = projection.fit(latents, onto=before[1] if before else None)
        elif before is not None and disparity(latents, before[0]) < SAME:
            layout = near(before[1], latents)
        else:
            fitting = projection.fitting(latents, before[1] if before else None)
            while True:
                try:
                    yield Step(epoch, next(fitting), None)
                except StopIteration as end:
                    layout = end.value
                    break
        # a map that fell into one spot is no place for another to start from
        if before is None or np.ptp(layout.points) > 0:
            before = latents, layout.points
        yield Step(epoch, 1.0, layout)


def join(projection: Projection, layout: Layout, latents: np.ndarray) -> np.ndarray:
    """Where new latents (m, d) belong on a map that stays as it is: float32 (m, dims)."""
    if isinstance(layout, Flat):
        z = np.asarray(latents, np.float32) - layout.centre
        return np.ascontiguousarray(z @ layout.axes.T)
    assert isinstance(projection, AbstractBent), "only bent projections have another way back"
    return projection.join(layout, latents)  # type: ignore[arg-type]
