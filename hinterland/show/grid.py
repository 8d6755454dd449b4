"""A grid over a map, decoded: where it lies, and the latent of each of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from hinterland.types import HinterlandError, Layout

if TYPE_CHECKING:
    from hinterland.show.reader import Reader

OUTLYING = 0.002  # share of the points that may lie outside at each side
MARGIN = 0.04  # of the extent, around it
STRETCH = 3.0  # a map longer than so many times its width is drawn out of scale


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells of a map, the upper left one first. xs, ys: float (columns,), (rows,): their middles.

    latents: float32 (rows, columns, d). ways: what leads from a spot to its latent, in words.
    """

    xs: np.ndarray
    ys: np.ndarray
    latents: np.ndarray
    ways: str

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """(left, right, bottom, top), for `imshow` and limits."""
        return extent_of_cells(self.xs, self.ys)

    def decoded(self, run: Reader) -> np.ndarray:
        """float32 (rows, columns, h, w, c): each cell's picture."""
        rows, columns, d = self.latents.shape
        made = run.decode(self.latents.reshape(-1, d))
        return made.reshape(rows, columns, *made.shape[1:])


def over(
    layout: Layout,
    columns: int,
    *,
    aspect: float = 1.0,
    inside: tuple[float, float, float, float] | None = None,
    ways: str = "",
) -> Grid:
    """Lay a grid over a map of two dimensions.

    aspect: height by width of a cell in the map's units, so that pictures keep their shape.
    inside: (left, right, bottom, top); by default where the points lie, but a few outlying ones.
    """
    left, right, bottom, top = extent_of(layout.points) if inside is None else inside
    across, up = right - left, top - bottom
    side = across / columns
    rows = max(2, round(up / side / aspect))
    if not columns / STRETCH <= rows * aspect <= columns * STRETCH:
        rows = max(2, round(columns / aspect))
    xs = left + (np.arange(columns) + 0.5) * across / columns
    ys = top - (np.arange(rows) + 0.5) * up / rows
    spots = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    latents = layout.to_latent(spots)
    return Grid(xs, ys, latents.reshape(rows, columns, -1), ways)


def through_prior(columns: int, rows: int) -> Grid:
    """A grid of equal shares of a standard normal prior of two latents: its inverse CDF."""
    normal = NormalDist()
    x = [normal.inv_cdf((i + 0.5) / columns) for i in range(columns)]
    y = [normal.inv_cdf((i + 0.5) / rows) for i in reversed(range(rows))]
    latents = np.stack(np.meshgrid(x, y), -1).astype(np.float32)
    return Grid(np.array(x), np.array(y), latents, "prior")


def extent_of_cells(xs: np.ndarray, ys: np.ndarray) -> tuple[float, float, float, float]:
    """(left, right, bottom, top) of cells by their middles: xs to the right, ys downwards."""
    x, y = (float(abs(at[1] - at[0])) if len(at) > 1 else 1.0 for at in (xs, ys))
    left, right = float(xs[0]) - x / 2, float(xs[-1]) + x / 2
    return left, right, float(ys[-1]) - y / 2, float(ys[0]) + y / 2


def extent_of(points: np.ndarray) -> tuple[float, float, float, float]:
    """(left, right, bottom, top) of nearly all points (n, 2), with a margin."""
    low, high = np.quantile(points, [OUTLYING, 1 - OUTLYING], axis=0)
    size = np.maximum(high - low, 1e-6 + 1e-3 * float((high - low).max()))
    low, high = low - MARGIN * size, high + MARGIN * size
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def steps_of(steps: int, most: int = 400) -> int:
    """The cells across a grid, if that makes sense."""
    if not 2 <= steps <= most:
        raise HinterlandError(f"steps are from 2 to {most}; got {steps}")
    return steps
