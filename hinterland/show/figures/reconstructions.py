"""Originals and what the model makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import chosen, within
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ORDERS = ("random", "worst", "best")
EXAMINED = 2_000  # images among which the worst are sought
SIDE = 0.62  # inches of a picture, at most


@dataclass(frozen=True, slots=True)
class Reconstructions(AbstractFigure):
    """Originals over their reconstructions, of held-out and of training images.

    count: pictures in a row. order: `random` (the classes in turn), `worst` or `best` first, by
    their mean squared error. A denoising model is shown what it is made for: a spoilt picture,
    what it makes of it, and the clean one.
    """

    count: int = 10
    order: str = "random"

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        within(self.count, 1, 40, "count")
        chosen(self.order, ORDERS, "order")
        blocks = {"held out": self._held_out(paper, run), "training": self._training(paper, run)}
        there = {name: x for name, x in blocks.items() if len(x)}
        noisy = _spoils(run)
        h, w, _ = run.shape
        side = min(SIDE, (paper.width - 0.9) / self.count)
        rows = (3 if noisy else 2) * len(there)
        figure = paper.figure(rows * side * h / w * 1.06 + 0.3 * len(there) + 0.1)
        axes = figure.subplots(len(there), 1, squeeze=False)[:, 0]
        for place, (name, x) in zip(axes, there.items(), strict=True):
            shown, error = self._sheet(paper, run, x, noisy=noisy)
            words = ["spoilt", "restored", "clean"] if noisy else ["original", "reconstruction"]
            paper.tiles(place, shown, rows=words)
            among = "" if self.order == "random" else f", {self.order} of {len(x):,}"
            place.set_title(f"{name}{among}: MSE {error:.4f}")
        return figure

    def _held_out(self, paper: Paper, run: Reader) -> np.ndarray:
        if self.order == "random":
            rows = run.pick(self.count, paper.rng) if run.held_out.any() else np.arange(0)
        else:
            rows = _some(np.flatnonzero(run.held_out), paper.rng)
        return run.pictures(rows)

    def _training(self, paper: Paper, run: Reader) -> np.ndarray:
        """Training images: of those that the run holds, else of the data set, if it is there."""
        wanted = self.count if self.order == "random" else EXAMINED
        rows = paper.rng.permutation(np.flatnonzero(~run.held_out))[:wanted]
        if len(rows) >= self.count:
            return run.pictures(rows)
        try:
            images = run.whole()
            assert images.held_out is not None, "a data set is split when it is read"
            rows = paper.rng.permutation(np.flatnonzero(~images.held_out))[:wanted]
            chosen: np.ndarray = images.pixels[np.sort(rows)].astype(np.float32) / 255
            return chosen
        except HinterlandError as error:
            paper.say(f"note: no training images are shown: {error.message}")
            return run.pictures(rows)

    def _sheet(
        self, paper: Paper, run: Reader, x: np.ndarray, *, noisy: bool
    ) -> tuple[np.ndarray, float]:
        """The rows of a block (2 or 3, columns, h, w, c), and their mean squared error."""
        given = _spoilt(run, x, paper.rng) if noisy else x
        made = run.decode(run.encode(given))
        errors = ((made - x) ** 2).mean((1, 2, 3))
        best = np.arange(len(x)) if self.order == "random" else np.argsort(errors, kind="stable")
        rows = (best[::-1] if self.order == "worst" else best)[: self.count]
        parts = [given, made, x] if noisy else [x, made]
        sheet = np.full((len(parts), self.count, *x.shape[1:]), np.nan, np.float32)
        for i, part in enumerate(parts):
            sheet[i, : len(rows)] = np.clip(part[rows], 0, 1)
        return sheet, float(errors[rows].mean())


def _some(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.permutation(rows)[:EXAMINED])


def _spoils(run: Reader) -> bool:
    return any(run.options.get(name, 0) for name in ("noise", "masking"))


def _spoilt(run: Reader, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pictures spoilt as the model's training spoils them (docs/models.md)."""
    noise, masking = (float(run.options.get(name, 0) or 0) for name in ("noise", "masking"))
    spoilt = np.clip(x + noise * rng.standard_normal(x.shape, np.float32), 0, 1)
    kept: np.ndarray = spoilt * (rng.random(x.shape) >= masking)
    return kept.astype(np.float32)
