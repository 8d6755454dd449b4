"""The codes themselves: what the bottleneck says of each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import within
from hinterland.show.paper import Paper, blank
from hinterland.show.reader import Reader

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = 10  # images beside their codes


@dataclass(frozen=True, slots=True)
class Codes(AbstractFigure):
    """The bottleneck's activations as images: some codes as small pictures, many as columns.

    Above: images, their codes as pictures, and what they decode to. Below: a column for each image,
    sorted by class, a row for each latent; a stripe that changes between classes tells them apart.
    count: columns, of all classes in equal parts.
    """

    count: int = 400

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        within(self.count, 1, 5000, "count")
        few = run.pick(SHOWN, paper.rng)
        many = run.pick(self.count, paper.rng)
        if run.labels is not None:
            many = many[np.argsort(run.labels[many], kind="stable")]
        limit = float(np.quantile(np.abs(run.latents), 0.995)) or 1.0
        h, w, _ = run.shape
        high, broad = _folded(run.latents.shape[1])
        side = (paper.width - 0.8) / len(few)
        heights = [side * h / w, side * min(1.5, high / broad), side * h / w]
        below = min(3.5, max(0.9, 0.09 * run.latents.shape[1]))
        figure = paper.figure(sum(heights) + below + 0.7)
        shares = [sum(heights), below + 0.5]
        upper, lower = figure.subfigures(2, 1, height_ratios=shares, squeeze=False)[:, 0]
        self._above(
            upper.subplots(3, len(few), squeeze=False, height_ratios=heights),
            paper,
            run,
            few,
            limit,
        )
        self._below(lower.subplots(), paper, run, many, limit)
        return figure

    def _above(
        self, places: np.ndarray, paper: Paper, run: Reader, rows: np.ndarray, limit: float
    ) -> None:
        pictures, codes = run.pictures(rows), run.latents[rows]
        made = np.clip(run.decode(codes), 0, 1)
        high, broad = _folded(codes.shape[1])
        folded = np.full((len(rows), high * broad), np.nan, np.float32)
        folded[:, : codes.shape[1]] = codes
        for column, axes in enumerate(places.T):
            for place, picture in ((axes[0], pictures[column]), (axes[2], made[column])):
                paper.tiles(place, picture[None, None])
            axes[1].imshow(
                folded[column].reshape(high, broad),
                cmap=paper.theme.parting,
                vmin=-limit,
                vmax=limit,
            )
            blank(axes[1])
            if run.labels is not None and run.labels[rows[column]] >= 0:
                name = run.classes[run.labels[rows[column]]][:12]
                axes[0].set_title(name, loc="center", fontweight="normal", fontsize=6)
        for axes, word in zip(places[:, 0], ("original", "code", "decoded"), strict=True):
            axes.set_ylabel(word, rotation=0, ha="right", va="center")

    def _below(self, axes: Axes, paper: Paper, run: Reader, rows: np.ndarray, limit: float) -> None:
        from matplotlib.ticker import MaxNLocator

        shown = axes.imshow(
            run.latents[rows].T,
            cmap=paper.theme.parting,
            vmin=-limit,
            vmax=limit,
            aspect="auto",
        )
        d = run.latents.shape[1]
        axes.set_ylabel("latent")
        axes.yaxis.set_major_locator(MaxNLocator(min(d, 8), integer=True))
        axes.set_xticks([])
        axes.set_xlabel(f"{len(rows):,} images")
        figure = axes.get_figure()
        assert figure is not None, "axes are on a figure"
        bar = figure.colorbar(shown, ax=axes, fraction=0.025, pad=0.01, label="activation")
        bar.outline.set_visible(False)
        if run.labels is None:
            return
        labels = run.labels[rows]
        strip = axes.inset_axes((0, 1.0, 1, 0.05 if d > 20 else 0.09))
        strip.imshow(paper.theme.of_labels(labels, len(run.classes))[None], aspect="auto")
        blank(strip)
        known = [each for each in np.unique(labels) if each >= 0]
        if len(known) <= 20:
            middles = [np.flatnonzero(labels == each).mean() for each in known]
            strip.set_xticks(middles, [run.classes[each][:11] for each in known])
            strip.xaxis.tick_top()
            strip.tick_params(length=0, pad=2)
        for each in known[1:]:
            axes.axvline(np.argmax(labels == each) - 0.5, color=paper.theme.paper, linewidth=0.6)


def _folded(d: int) -> tuple[int, int]:
    """(rows, columns) of a code as a picture: as square as a divisor makes it, broad not tall."""
    high = max(i for i in range(1, int(d**0.5) + 1) if d % i == 0)
    if high == 1 and d > 12:  # a prime, or nearly: the last row is not full
        high = int(d**0.5)
    return high, -(-d // high)
