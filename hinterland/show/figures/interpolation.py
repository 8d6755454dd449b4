"""From one picture to another: through the pixels, and through the latent space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import chosen, within
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader
from hinterland.show.walks import WALKS, ends, walk

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Interpolation(AbstractFigure):
    """Pairs of held-out images of different classes: their pixels blended, their latents walked.

    pairs: how many. steps: pictures of each walk, both ends among them. path: `linear`, or
    `spherical`, which keeps its length on the way about the origin. The ends of the upper row are
    the originals, those of the lower their reconstructions.
    """

    pairs: int = 3
    steps: int = 11
    path: str = "linear"

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        within(self.pairs, 1, 20, "pairs")
        within(self.steps, 3, 40, "steps")
        chosen(self.path, WALKS, "path")
        h, w, _ = run.shape
        pairs = ends(run, self.pairs, paper.rng)
        side = (paper.width - 0.5) / self.steps
        figure = paper.figure(len(pairs) * (2.2 * side * h / w + 0.25) + 0.2)
        places = figure.subplots(len(pairs), 1, squeeze=False)[:, 0]
        for axes, (a, b) in zip(places, pairs, strict=True):
            at = np.linspace(0, 1, self.steps, dtype=np.float32)[:, None, None, None]
            first, last = run.pictures([a, b])
            blended = (1 - at) * first + at * last
            way = walk(run.latents[a], run.latents[b], self.steps, self.path)
            rows = np.stack([blended, np.clip(run.decode(way), 0, 1)])
            paper.tiles(axes, rows, rows=["pixels", "latents"])
            if run.labels is not None:
                names = (run.classes[run.labels[i]] for i in (a, b))
                axes.set_title(" → ".join(names))
        paper.notes.append(f"{self.path} path")
        return figure
