"""What the model made of the pictures' neighbourhoods: a map of pixels beside one of latents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.chart import Plan, chart
from hinterland.latent.metrics import knn_among
from hinterland.project import make
from hinterland.show.cloud import colours, dots, frame_of_map
from hinterland.show.figures.base import AbstractFigure
from hinterland.show.grid import extent_of
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VOTERS = 5  # neighbours on a map that vote for a point's class


@dataclass(frozen=True, slots=True)
class PixelsVsLatents(AbstractFigure):
    """Two maps by the same method side by side: of the pictures' pixels, and of their latents.

    projection: what lays both out. The maps are kept in the run, and drawn from there the next
    time. Above each: how many points lie among their own class, by a vote of five neighbours.
    """

    projection: str = "tsne"

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        found = colours(run, paper.theme)
        figure = paper.figure(paper.width * 0.62)
        places = figure.subplots(1, 2)
        for axes, subject in zip(places, ("pixels", "latents"), strict=True):
            points = self._points(paper, run, subject)
            dots(axes, points, found.rgb, paper)
            frame_of_map(axes, _square(extent_of(points)), self.projection)
            told = _agreement(points, run)
            axes.set_title(f"{self.projection} of {subject}{told}")
        paper.legend(figure, found.classes)
        return figure

    def _points(self, paper: Paper, run: Reader, subject: str) -> np.ndarray:
        """From a map that the run has, or a new one: kept there if it is of the last epoch."""
        for name, told in run.run.maps().items():
            same = (told.get("projection"), told.get("of", "latents"), told["dims"])
            usual = set(told.get("settings", {})) <= {"dims"}
            there = run.epoch in told["epochs"] or subject == "pixels"
            if same == (self.projection, subject, 2) and usual and there:
                at = run.epoch if run.epoch in told["epochs"] else max(told["epochs"])
                return run.at(at).charted(name, 2).points
        if subject == "latents" and run.epoch != run.epochs[-1]:
            paper.say(f"laying out epoch {run.epoch}; it is not kept: hinterland map makes maps")
            fitted = make(self.projection, {"dims": 2}).fit(run.latents)
            return fitted.points
        plan = self._plan(run, subject)
        paper.say(f"making map '{plan.name}' of {run.name}; the next time it is there")
        for done, total in chart(run.run, plan):
            paper.progress(round(100 * done / total), 100)
        return run.at(run.epochs[-1]).charted(plan.name, 2).points

    def _plan(self, run: Reader, subject: str) -> Plan:
        usual = self.projection if subject == "latents" else f"{self.projection}-pixels"
        name = f"{usual}-last" if usual in run.run.maps() else usual
        return Plan.of(run.run, self.projection, dims=2, name=name, subject=subject, frames="last")


def _square(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The square around an extent: both maps are drawn equally large."""
    left, right, bottom, top = extent
    x, y, half = (left + right) / 2, (bottom + top) / 2, max(right - left, top - bottom) / 2
    return x - half, x + half, y - half, y + half


def _agreement(points: np.ndarray, run: Reader) -> str:
    labels = run.labels
    if labels is None or (labels >= 0).sum() < 2:
        return ""
    known = labels >= 0
    try:
        share = knn_among(points[known], labels[known], (VOTERS,))[0]
    except ModuleNotFoundError:  # scikit-learn is no part of a plain installation
        return ""
    except ValueError as error:
        raise HinterlandError(f"the map of {run.name} cannot be judged: {error}") from None
    return f": {share:.1%} among their class"
