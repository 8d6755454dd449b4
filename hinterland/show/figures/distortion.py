"""How much a step on the map changes the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.latent.magnification import indicatrices
from hinterland.show import grid
from hinterland.show.cloud import frame_of_map
from hinterland.show.figures.base import AbstractFigure
from hinterland.show.operations import Distortion as Measured
from hinterland.show.paper import VECTORS, Paper
from hinterland.show.reader import Reader

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ELLIPSES = 12  # across the map
LONGEST = 0.9  # of a cell of ellipses, for the longest axis of the median one


@dataclass(frozen=True, slots=True)
class Distortion(AbstractFigure):
    """The decoder's magnification factor over the map, with the images' points.

    log10 √det JᵀJ, less its median: 1 more is ten times as much change of the picture's pixels in
    the same area. steps: spots across. points, ellipses: whether the images
    are drawn, and the steps of equal change in every direction. map: one of the run's; by default
    two latents as they are, or the principal components of more.
    """

    steps: int = 96
    points: bool = True
    ellipses: bool = False
    map: str = ""

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        layout, name = run.layout(self.map)
        told = run.distortion(self.steps, self.map, paper.progress)
        centred, extent = told.values, grid.extent_of_cells(told.xs, told.ys)
        finite = np.isfinite(centred)
        figure = paper.figure(paper.width * 0.85)
        axes = figure.subplots()
        limit = float(np.quantile(np.abs(centred[finite]), 0.99)) if finite.any() else 1.0
        limit = limit or 1.0
        shown = axes.imshow(
            np.where(finite, centred, -limit),
            extent=extent,
            cmap=paper.theme.parting,
            vmin=-limit,
            vmax=limit,
            interpolation="bilinear",
            aspect="auto",
        )
        if self.points:
            axes.scatter(
                layout.points[:, 0],
                layout.points[:, 1],
                c=paper.theme.ink,
                s=0.9 if len(layout.points) > 2000 else 3,
                linewidths=0,
                alpha=0.35,
                rasterized=len(layout.points) > VECTORS,
            )
        if self.ellipses:
            self._ellipses(axes, paper, told)
        frame_of_map(axes, extent, name)
        label = "log₁₀ magnification, less its median"
        bar = figure.colorbar(shown, ax=axes, label=label, fraction=0.04, pad=0.02)
        bar.outline.set_visible(False)
        if name not in ("latents", "pca"):
            paper.notes.append(f"map {name}")
        return figure

    def _ellipses(self, axes: Axes, paper: Paper, told: Measured) -> None:
        """Tissot's indicatrices: the steps from a spot that change the picture equally much."""
        from matplotlib.collections import EllipseCollection

        every = max(1, len(told.xs) // ELLIPSES)
        ys = np.arange(every // 2, len(told.ys), every)
        xs = np.arange(every // 2, len(told.xs), every)
        axis, vectors = indicatrices(told.metric[np.ix_(ys, xs)].reshape(-1, 2, 2))
        room = every * min(abs(told.xs[1] - told.xs[0]), abs(told.ys[1] - told.ys[0]))
        axis *= LONGEST * room / max(1e-12, float(np.median(axis[:, 0])))
        axis = np.minimum(axis, 1.6 * room)
        turns = np.degrees(np.arctan2(vectors[:, 1, 0], vectors[:, 0, 0]))
        at = np.stack(np.meshgrid(told.xs[xs], told.ys[ys]), -1).reshape(-1, 2)
        axes.add_collection(
            EllipseCollection(
                *(axis[:, 0], axis[:, 1], turns),
                units="xy",
                offsets=at,
                offset_transform=axes.transData,
                facecolors="none",
                edgecolors=paper.theme.ink,
                linewidths=0.6,
            )
        )
