"""What each latent means, or each direction: one moved at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.latent.axes import Axes
from hinterland.latent.traversal import span, traversal
from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import chosen, within
from hinterland.show.operations import ALONG
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader

if TYPE_CHECKING:
    from matplotlib.figure import Figure

START = ("image", "mean")


@dataclass(frozen=True, slots=True)
class Traversals(AbstractFigure):
    """Each latent moved through where its codes lie, all others kept: a row for each.

    latents: how many at most, the most used first: by their divergence from the prior where the
    model is variational, else by their variance. along: `latents`, or `directions` found without
    labels, in which the picture changes most on average. steps: pictures of a row. start: the code
    of a held-out `image`, framed by its own value, or the `mean` of all codes.
    """

    latents: int = 10
    along: str = "latents"
    steps: int = 11
    start: str = "image"

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        within(self.latents, 1, 64, "latents")
        within(self.steps, 3, 40, "steps")
        chosen(self.start, START, "start:")
        chosen(self.along, ALONG, "way to go along")
        z = run.latents
        ways_of = run.axes(self.along).first(self.latents)
        row = run.pick(1, paper.rng)
        start = z[row[0]] if self.start == "image" else z.mean(0)
        low, high = span(z, ways_of)
        ways = traversal(start, ways_of, low, high, self.steps)
        h, w, c = run.shape
        made = run.decode(ways.reshape(-1, z.shape[1])).reshape(*ways.shape[:2], h, w, c)
        side = min(0.62, (paper.width - 1.0) / self.steps)
        figure = paper.figure(len(ways) * side * h / w * 1.1 + 0.6)
        axes = figure.subplots()
        names = self._names(run, ways_of)
        ends = ["1st percentile", *[""] * (self.steps - 2), "99th"]
        paper.tiles(axes, np.clip(made, 0, 1), rows=names, columns=ends)
        if self.start == "image":
            gap = max(1, round(w / 14))
            part = (ways_of.places(start) - low) / np.maximum(high - low, 1e-9)
            x = np.clip(part, 0, 1) * (self.steps - 1) * (w + gap) + w / 2 - 0.5
            y = np.arange(len(ways)) * (h + gap) + h + gap / 2 - 0.5
            axes.plot(x, y, "^", color=paper.theme.ink, markersize=2.5, clip_on=False)
            paper.notes.append("triangles: the image's own code")
        if self.along == "directions":
            paper.notes.append(
                "beside: the picture's change for one standard deviation of the codes"
            )
        return figure

    def _names(self, run: Reader, axes: Axes) -> list[str]:
        if self.along == "directions":
            return [f"direction {i}  {weight:.2g}" for i, weight in enumerate(axes.weights)]
        word = "KL {:.2f}" if "logvar" in run.arrays else "variance {:.2g}"
        numbers = axes.vectors.argmax(1)
        told = zip(numbers, axes.weights, strict=True)
        return [f"latent {i}  {word.format(weight)}" for i, weight in told]
