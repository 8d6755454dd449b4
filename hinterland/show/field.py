"""Fields over a map: which class is decoded where, and how surely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.grid import Grid
from hinterland.show.palette import Theme, rgb
from hinterland.show.reader import BATCH, Reader

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FULL = 0.9  # of a class's colour, where the classifier is sure


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """What the classifier says of a grid.

    share: float32 (rows, columns, classes), probabilities. accuracy: of the classifier on held-out
    images.
    """

    share: np.ndarray
    accuracy: float | None

    @property
    def winner(self) -> np.ndarray:
        """int (rows, columns): the likeliest class."""
        winner: np.ndarray = self.share.argmax(2)
        return winner

    @property
    def sure(self) -> np.ndarray:
        """float (rows, columns): from 0, no better than chance, to 1."""
        chance = 1 / self.share.shape[2]
        sure: np.ndarray = (self.share.max(2) - chance) / max(1e-9, 1 - chance)
        return sure.clip(0, 1)

    def colours(self, theme: Theme) -> np.ndarray:
        """float (rows, columns, 3): a class's colour, paler where the classifier is less sure."""
        part = (self.sure * FULL)[..., None]
        shown: np.ndarray = theme.of_labels(self.winner, self.share.shape[2]) * part
        return shown + np.array(rgb(theme.paper)) * (1 - part)


def territory(
    run: Reader, cells: Grid, progress: Callable[[int, int], None] = lambda _d, _a: None
) -> Named:
    """Decode every cell and name it. Raises HinterlandError where the run has no classifier."""
    found = run.run.classifier()
    rows, columns, d = cells.latents.shape
    latents = cells.latents.reshape(-1, d)
    size = max(1, BATCH // prod(run.shape))
    told = []
    for start in range(0, len(latents), size):
        # the pictures themselves are not kept: a fine grid of large ones would fill the memory
        told.append(run.classify(run.decode(latents[start : start + size])))
        progress(min(len(latents), start + size), len(latents))
    accuracy = found[1].get("accuracy") if found else None
    return Named(np.concatenate(told).reshape(rows, columns, -1), accuracy)


def borders(axes: Axes, cells: Grid, named: Named, colour: str) -> None:
    """Lines where one class becomes as likely as another."""
    for each in np.unique(named.winner):
        others = np.delete(named.share, each, axis=2)
        if not others.shape[2] or (named.winner == each).all():
            continue
        lead = named.share[..., each] - others.max(2)
        axes.contour(cells.xs, cells.ys, lead, [0.0], colors=colour, linewidths=0.6)


def inked(pictures: np.ndarray, theme: Theme) -> np.ndarray:
    """Decoded pictures (rows, columns, h, w, c) as ink over a coloured ground: float (H, W, 4).

    Grey ones: the brighter, the more ink. Coloured ones hide the ground but for a wide margin.
    """
    rows, columns, h, w, c = pictures.shape
    shown = np.clip(pictures, 0, 1)
    sheet = np.zeros((rows, columns, h, w, 4), np.float32)
    if c == 1:
        sheet[..., :3] = rgb("#101214" if theme.name == "light" else "#ffffff")
        sheet[..., 3] = shown[..., 0] * 0.85
    else:
        edge_y, edge_x = max(1, h // 5), max(1, w // 5)
        sheet[..., :3] = shown
        sheet[:, :, edge_y:-edge_y, edge_x:-edge_x, 3] = 1
    return sheet.transpose(0, 2, 1, 3, 4).reshape(rows * h, columns * w, 4)


def sureness(figure: Figure, axes: Axes, theme: Theme, count: int) -> None:
    """A ramp from chance to certainty, in the ink of no class."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    paper, full = np.array(rgb(theme.paper)), np.array(rgb(theme.none))
    ramp = LinearSegmentedColormap.from_list("sure", [paper, paper + (full - paper) * FULL])
    shown = ScalarMappable(Normalize(1 / max(1, count), 1), ramp)
    bar = figure.colorbar(
        shown,
        ax=axes,
        location="bottom",
        fraction=0.03,
        pad=0.02,
        shrink=0.3,
        anchor=(1, 1),
        aspect=28,
    )
    bar.set_label("confidence", labelpad=1)
    bar.set_ticks([1 / max(1, count), 1], labels=["chance", "1"])
    bar.outline.set_visible(False)
