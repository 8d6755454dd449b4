"""Several runs beside each other: how they learnt, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.figures.base import AbstractFigure
from hinterland.show.figures.losses import MOST, curves
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, nearest_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

USUAL = ("mse", "psnr", "ssim", "elbo", "knn_accuracy", "probe_accuracy", "kmeans_v_measure")
LESS = ("mse", "bce", "kl", "prior_mmd", "reconstruction_nats")  # the less, the better
PLAIN = ("active_units",)  # neither is better
NAMES = {
    "mse": "MSE",
    "bce": "BCE",
    "psnr": "PSNR",
    "ssim": "SSIM",
    "elbo": "ELBO",
    "kl": "KL",
    "iwae": "IWAE",
    "knn_accuracy": "5-NN\naccuracy",
    "knn1_accuracy": "1-NN\naccuracy",
    "probe_accuracy": "probe\naccuracy",
    "kmeans_v_measure": "k-means\nV",
}


@dataclass(frozen=True, slots=True)
class League(AbstractFigure):
    """Runs compared on the images that they never trained on: losses, and a table of scores.

    metrics: which columns, with commas between (docs/metrics.md defines them); by default the
    commonest that any of the runs has. The best of a column is bold. losses: whether the losses are
    drawn; those of different objectives do not compare.
    """

    metrics: str = ""
    losses: bool = True

    most = MOST

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        runs = [run, *others]
        asked = [name.strip() for name in self.metrics.split(",") if name.strip()]
        self._check(asked)
        scores = [_scored(each, paper) for each in runs]
        names = asked or [name for name in USUAL if any(name in told for told in scores)]
        tall = 0.46 + 0.2 * len(runs)
        if not self.losses:
            figure = paper.figure(tall)
            self._table(figure.subplots(), paper, runs, scores, names)
            return figure
        figure = paper.figure(tall + 2.2)
        above, below = figure.subplots(2, 1, height_ratios=[2.2, tall])
        curves(above, paper, runs)
        self._table(below, paper, runs, scores, names)
        return figure

    def _check(self, asked: list[str]) -> None:
        from hinterland.score import GROUPS

        known = [name for names in GROUPS.values() for name in names]
        for name in asked:
            if name not in known:
                raise HinterlandError(f"there is no metric '{name}'", nearest_name(name, known))

    def _table(
        self,
        axes: Axes,
        paper: Paper,
        runs: list[Reader],
        scores: list[Mapping[str, float]],
        names: list[str],
    ) -> None:
        """Horizontal rules only, numbers below each other."""
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(len(runs) - 0.3, -2.1)
        first = min(0.4, 0.2 + 0.02 * max(len(_name(run)) for run in runs))
        columns = first + (1 - first) * (np.arange(len(names)) + 1) / max(1, len(names)) - 0.01
        for x, name in zip(columns, names, strict=True):
            word = NAMES.get(name, name.replace("_", "\n", 1))
            axes.text(x, -0.75, word, ha="right", va="bottom", fontweight="bold", linespacing=1.1)
        axes.text(0, -0.75, "run, epoch", ha="left", va="bottom", fontweight="bold")
        best = {name: _best(name, [told.get(name) for told in scores]) for name in names}
        if len({run.run.spec["images"]["fingerprint"] for run in runs}) > 1:
            paper.notes.append("runs of different images do not compare")
            best = dict.fromkeys(names)
        for i, (run, told) in enumerate(zip(runs, scores, strict=True)):
            axes.text(0, i, f"{_name(run)}, {run.epoch}", ha="left", va="center")
            for x, name in zip(columns, names, strict=True):
                value = told.get(name)
                word = "–" if value is None else _number(value)
                weight = "bold" if value is not None and value == best[name] else "normal"
                axes.text(x, i, word, ha="right", va="center", fontweight=weight)
        for y, width in ((-2.05, 0.8), (-0.6, 0.5), (len(runs) - 0.4, 0.8)):
            axes.axhline(y, color=paper.theme.ink, linewidth=width)


def _scored(run: Reader, paper: Paper) -> Mapping[str, float]:
    from hinterland.score import score

    paper.say(f"scoring {run.name}, epoch {run.epoch} …")
    return score(run.run, run.whole(), run.epoch).metrics


def _best(name: str, values: list[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    if len(told) < 2 or name in PLAIN:
        return None
    return min(told) if name in LESS else max(told)


def _name(run: Reader) -> str:
    spec = run.run.spec["model"]
    return f"{run.name} ({spec['name']}, {spec['latent_dim']})"


def _number(value: float) -> str:
    """Four digits that matter, and a proper minus."""
    if isinstance(value, int):
        return str(value)
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 2 else 4
    return f"{value:.{digits}f}".replace("-", "−")
