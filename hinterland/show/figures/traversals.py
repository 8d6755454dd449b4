"""What each latent means: one moved at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.latent.posterior import divergence
from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import chosen, within
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader

if TYPE_CHECKING:
    from matplotlib.figure import Figure

START = ("image", "mean")
TAIL = 0.01  # of the codes lies beyond each end of a walk


@dataclass(frozen=True, slots=True)
class Traversals(AbstractFigure):
    """Each latent moved through where its codes lie, all others kept: a row for each.

    latents: how many at most, the most used first: by their divergence from the prior where the
    model is variational, else by their variance. steps: pictures of a row. start: the code of a
    held-out `image`, framed by its own value, or the `mean` of all codes.
    """

    latents: int = 10
    steps: int = 11
    start: str = "image"

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        within(self.latents, 1, 64, "latents")
        within(self.steps, 3, 40, "steps")
        chosen(self.start, START, "start:")
        z, variational = run.latents, "logvar" in run.arrays
        used = divergence(z, run.arrays["logvar"]).mean(0) if variational else z.var(0)
        rows = np.argsort(-used, kind="stable")[: self.latents]
        row = run.pick(1, paper.rng)
        start = z[row[0]] if self.start == "image" else z.mean(0)
        low, high = np.quantile(z, [TAIL, 1 - TAIL], axis=0)
        ways = np.tile(start, (len(rows), self.steps, 1)).astype(np.float32)
        for i, latent in enumerate(rows):
            ways[i, :, latent] = np.linspace(low[latent], high[latent], self.steps)
        h, w, c = run.shape
        made = run.decode(ways.reshape(-1, z.shape[1])).reshape(len(rows), self.steps, h, w, c)
        side = min(0.62, (paper.width - 1.0) / self.steps)
        figure = paper.figure(len(rows) * side * h / w * 1.1 + 0.6)
        axes = figure.subplots()
        word = "KL {:.2f}" if variational else "variance {:.2g}"
        names = [f"latent {i}  {word.format(used[i])}" for i in rows]
        ends = ["1st percentile", *[""] * (self.steps - 2), "99th"]
        paper.tiles(axes, np.clip(made, 0, 1), rows=names, columns=ends)
        if self.start == "image":
            gap = max(1, round(w / 14))
            part = (start - low)[rows] / np.maximum(high - low, 1e-9)[rows]
            x = np.clip(part, 0, 1) * (self.steps - 1) * (w + gap) + w / 2 - 0.5
            y = np.arange(len(rows)) * (h + gap) + h + gap / 2 - 0.5
            axes.plot(x, y, "^", color=paper.theme.ink, markersize=2.5, clip_on=False)
            paper.notes.append("triangles: the image's own code")
        return figure
