"""What the decoder makes of every part of the latent space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show import grid
from hinterland.show.cloud import frame_of_map
from hinterland.show.figures.base import AbstractFigure
from hinterland.show.grid import Grid
from hinterland.show.making import chosen
from hinterland.show.paper import Paper, blank, tiled
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVER = ("auto", "prior", "extent")


@dataclass(frozen=True, slots=True)
class Manifold(AbstractFigure):
    """A grid of decoded pictures over the latent space, or over a map of it.

    steps: pictures across. over: `prior`: equal shares of the standard normal that a variational
    model's codes are drawn to, through its inverse CDF; `extent`: even steps where the codes lie;
    `auto`: the former where there is such a prior. map: one of the run's, whose way back is
    followed; by default two latents as they are, or the principal components of more.
    """

    steps: int = 20
    over: str = "auto"
    map: str = ""

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        grid.steps_of(self.steps, 100)
        chosen(self.over, OVER, "way over the latent space:")
        if run.latents.shape[1] == 1 and not self.map:
            return self._row(paper, run)
        cells, name = self._grid(run)
        pictures = cells.decoded(run)
        rows, columns = pictures.shape[:2]
        h, w, _ = run.shape
        figure = paper.figure(min(9.0, paper.width * rows * h / (columns * w)) + 0.2)
        axes = figure.subplots()
        if cells.ways == "prior":
            paper.tiles(axes, pictures, gap=0)
            axes.set_xticks(*_quantiles(cells.xs, w))
            axes.set_yticks(*_quantiles(cells.ys, h))
            axes.xaxis.tick_bottom()
            axes.set_xlabel("latent 0, at equal shares of the prior")
            axes.set_ylabel("latent 1")
            return figure
        axes.imshow(tiled(pictures, 0), extent=cells.extent, interpolation="none", aspect="auto")
        frame_of_map(axes, cells.extent, name)
        if name not in ("latents", "pca"):
            paper.notes.append(f"map {name}")
        return figure

    def _grid(self, run: Reader) -> tuple[Grid, str]:
        normal = "logvar" in run.arrays and run.latents.shape[1] == 2 and not self.map
        h, w, _ = run.shape
        if self.over == "prior" and not normal:
            raise HinterlandError(
                "only a variational model of two latents has a prior to go through",
                "--set over=extent",
            )
        if normal and self.over != "extent":
            return grid.through_prior(self.steps, max(2, round(self.steps * w / h))), "latents"
        layout, name = run.layout(self.map)
        return grid.over(layout, self.steps, aspect=h / w), name

    def _row(self, paper: Paper, run: Reader) -> Figure:
        """Latents of one number: a single row."""
        at = np.quantile(run.latents[:, 0], [0.002, 0.998])
        z = np.linspace(at[0], at[1], self.steps).astype(np.float32)[:, None]
        pictures = run.decode(z)[None]
        h, w, _ = run.shape
        figure = paper.figure(paper.width / self.steps * h / w + 0.5)
        axes = figure.subplots()
        paper.tiles(axes, pictures, gap=0)
        blank(axes)
        every = max(1, self.steps // 8)
        places = np.arange(0, self.steps, every)
        axes.set_xticks(places * w + w / 2 - 0.5, [f"{z[i, 0]:.2g}" for i in places])
        axes.set_xlabel("latent 0")
        return figure


def _quantiles(at: np.ndarray, side: int) -> tuple[np.ndarray, list[str]]:
    """About five ticks of a grid that is not even: where, in pixels, and what."""
    chosen = np.unique(np.linspace(0, len(at) - 1, 5).round().astype(int))
    return chosen * side + side / 2 - 0.5, [f"{at[i]:.2f}".replace("-", "−") for i in chosen]
