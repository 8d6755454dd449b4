"""What is decoded from drawn latents: of the prior, and of the density of the codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import within
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEASURED = 1000  # draws whose distance to the codes is told
KINDS = {"prior": "drawn of the prior", "fitted": "drawn of the codes' density"}


@dataclass(frozen=True, slots=True)
class Samples(AbstractFigure):
    """Decoded latents drawn of the prior, beside those drawn of a density fitted to the codes.

    count: pictures across each block. The density is ten Gaussians, fitted after the training; the
    prior is a standard normal, which only variational models draw their codes to. Above each: how
    far such draws usually lie from the nearest code, in usual distances between codes.
    """

    count: int = 8

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        within(self.count, 2, 20, "count")
        h, w, c = run.shape
        side = (paper.width / 2 - 0.15) / self.count
        figure = paper.figure(side * self.count * h / w + 0.4)
        for axes, (kind, words) in zip(figure.subplots(1, 2), KINDS.items(), strict=True):
            drawn = run.sample(max(MEASURED, self.count**2), kind, paper.seed)
            made = run.decode(drawn[: self.count**2])
            paper.tiles(axes, np.clip(made.reshape(self.count, self.count, h, w, c), 0, 1))
            far = float(np.median(run.support.distance(drawn)))
            axes.set_title(f"{words}: {far:.1f} spacings from the data")
        return figure
