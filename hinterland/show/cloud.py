"""Points of a map on axes: coloured, in two dimensions or in three seen from somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from hinterland.show.grid import extent_of
from hinterland.show.palette import Theme
from hinterland.show.palette import rgb as rgb_of
from hinterland.show.paper import VECTORS, Paper, blank
from hinterland.show.reader import Reader

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FAR = 4.0  # of the eye from the middle, in half diagonals of the cloud


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """What colours the points. rgb: float (n, 3). classes: named in a legend.

    values: the numbers that the colours stand for, (n,), where they do.
    """

    rgb: np.ndarray
    classes: tuple[str, ...] = ()
    values: np.ndarray | None = None


def colours(run: Reader, theme: Theme, channel: str = "label") -> Colours:
    """Colours of a channel of the run's images; one for all where they have no labels."""
    from matplotlib import colormaps

    n = len(run.latents)
    if channel == "label" and run.labels is None:
        return Colours(np.tile(rgb_of(theme.alone), (n, 1)))
    column, names = run.channel(channel)
    if names is not None:
        return Colours(theme.of_labels(column, len(names)), names)
    told = np.isfinite(column)
    low, high = (column[told].min(), column[told].max()) if told.any() else (0.0, 1.0)
    part = (np.where(told, column, low) - low) / ((high - low) or 1)
    shown = colormaps[theme.ramp](part)[:, :3]
    shown[~told] = rgb_of(theme.none)
    return Colours(shown, values=column)


def dots(
    axes: Axes, points: np.ndarray, rgb: np.ndarray, paper: Paper, size: float | None = None
) -> Any:
    """Draw points (n, 2), in an order that favours no class; many of them as pixels."""
    order = np.random.default_rng(0).permutation(len(points))
    size = dot_size(len(points), paper.width) if size is None else size
    return axes.scatter(
        points[order, 0],
        points[order, 1],
        c=rgb[order],
        s=size,
        linewidths=0,
        alpha=0.85,
        rasterized=len(points) > VECTORS,
    )


def dot_size(n: int, inches: float) -> float:
    """Square points of a dot, so that n of them fill much the same part of so broad a figure."""
    return float(np.clip((inches * 72) ** 2 * 0.08 / max(1, n), 0.7, 22))


def frame_of_map(axes: Axes, extent: tuple[float, float, float, float], names: str = "") -> None:
    """Limits, equal units where that is not too narrow, and what the axes are."""
    left, right, bottom, top = extent
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    if 1 / 3 <= (right - left) / (top - bottom) <= 3:
        axes.set_aspect("equal")
    else:
        axes.set_aspect("auto")
    if names == "latents":
        axes.set_xlabel("latent 0")
        axes.set_ylabel("latent 1")
    elif names == "pca":
        axes.set_xlabel("principal component 1")
        axes.set_ylabel("principal component 2")
    else:  # the axes of other maps have no meaning
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[["top", "right"]].set_visible(True)
        for spine in axes.spines.values():
            spine.set_color(axes.xaxis.label.get_color())
            spine.set_alpha(0.25)


@dataclass(frozen=True, slots=True)
class Eye:
    """Where a cloud in three dimensions is seen from. turn, height: degrees.

    middle: (3,), reach: half the cloud's diagonal.
    """

    middle: tuple[float, float, float]
    reach: float
    turn: float = 30.0
    height: float = 20.0

    @classmethod
    def of(cls, points: np.ndarray, turn: float = 30.0, height: float = 20.0) -> Eye:
        """Before points (n, 3), far enough to see nearly all."""
        low, high = np.quantile(points, [0.002, 0.998], axis=0)
        x, y, z = ((low + high) / 2).tolist()
        reach = float(np.linalg.norm(high - low)) / 2 or 1.0
        return cls((x, y, z), reach, turn, height)

    def seen(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, 3) -> (n, 2) as seen, about within (-1, 1), and how far: (n,), the middle 1."""
        a, b = np.radians([self.turn, self.height])
        p = (np.asarray(points, float) - self.middle) / self.reach
        x = np.cos(a) * p[:, 0] + np.sin(a) * p[:, 1]
        deep = -np.sin(a) * p[:, 0] + np.cos(a) * p[:, 1]
        y = np.cos(b) * p[:, 2] + np.sin(b) * deep
        away = 1 + (np.cos(b) * deep - np.sin(b) * p[:, 2]) / FAR
        return np.stack([x, y], 1) / away[:, None], away


def shaded(rgb: np.ndarray, away: np.ndarray, theme: Theme) -> np.ndarray:
    """Colours (n, 3) that pale into the paper with distance."""
    haze = np.clip((away - 0.8) / 0.4, 0, 1)[:, None] * 0.55
    shown: np.ndarray = rgb * (1 - haze) + np.array(rgb_of(theme.paper)) * haze
    return shown


def extent_over(epochs: Sequence[np.ndarray]) -> tuple[float, float, float, float]:
    """(left, right, bottom, top) that holds nearly all points of all epochs."""
    told = np.array([extent_of(points) for points in epochs])
    low, high = told.min(0), told.max(0)
    return float(low[0]), float(high[1]), float(low[2]), float(high[3])


def room(axes: Axes, epochs: Sequence[np.ndarray]) -> tuple[float, float, float, float]:
    """Axes without a frame, wide enough for the points of all epochs, in equal units if they can.

    Gives their (left, right, bottom, top).
    """
    left, right, bottom, top = extent_over(epochs)
    place = axes.get_window_extent()
    across, up = (right - left) / place.width, (top - bottom) / place.height
    if 1 / 3 <= across / up <= 3:
        more = max(across, up)
        x, y = (left + right) / 2, (bottom + top) / 2
        left, right = x - more * place.width / 2, x + more * place.width / 2
        bottom, top = y - more * place.height / 2, y + more * place.height / 2
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    blank(axes)
    return left, right, bottom, top


def box(points: np.ndarray) -> np.ndarray:
    """The twelve edges of the box around points (n, 3): (12, 2, 3)."""
    low, high = np.quantile(points, [0.002, 0.998], axis=0)
    corners = np.array(list(product(*zip(low, high, strict=True))))
    return np.array(
        [
            (a, b)
            for i, a in enumerate(corners)
            for b in corners[i + 1 :]
            if np.isclose(a, b).sum() >= 2
        ]
    )
