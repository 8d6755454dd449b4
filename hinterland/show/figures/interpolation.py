"""From one picture to another: through the pixels, and through the latent space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import chosen, within
from hinterland.show.operations import PATHS
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader
from hinterland.show.walks import beside, ends, named

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Interpolation(AbstractFigure):
    """Pairs of held-out images of different classes: their pixels blended, their latents walked.

    pairs: how many. steps: pictures of each walk, both ends among them. path: `geodesic`, the
    shortest under the decoder's metric; `supported`, short and near the data; `examples`, through
    other images; `linear`; `spherical`; `auto`: supported for more than two latents, else
    geodesic. Beside each: how far from the data it goes. The ends of the upper row are the
    originals, those of the lower their reconstructions.
    """

    pairs: int = 3
    steps: int = 11
    path: str = "auto"

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        within(self.pairs, 1, 20, "pairs")
        within(self.steps, 3, 40, "steps")
        chosen(self.path, PATHS, "path")
        h, w, _ = run.shape
        pairs = ends(run, self.pairs, paper.rng)
        side = (paper.width - 0.5) / self.steps
        figure = paper.figure(len(pairs) * (2.2 * side * h / w + 0.25) + 0.2)
        places = figure.subplots(len(pairs), 1, squeeze=False)[:, 0]
        for axes, (a, b) in zip(places, pairs, strict=True):
            at = np.linspace(0, 1, self.steps, dtype=np.float32)[:, None, None, None]
            first, last = run.pictures([a, b])
            blended = (1 - at) * first + at * last
            route = run.route(run.latents[a], run.latents[b], self.path)
            way = run.stepped(route, self.steps)
            rows = np.stack([blended, np.clip(run.decode(way), 0, 1)])
            paper.tiles(axes, rows, rows=["pixels", "latents"])
            axes.set_title(named(run, a, b))
            axes.set_title(beside(route), loc="right", fontweight="normal", color=paper.theme.quiet)
        paper.notes.append(f"{route.path} path; a spacing is the usual distance between codes")
        return figure
