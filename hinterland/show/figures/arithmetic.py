"""Sums of latents: A - B + C, and the nearest real image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import chosen, within
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, nearest_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OF = ("images", "classes")
SIGNS = ("", "−", "+", "=", "≈")
GAP = 0.55  # of a picture's width between two, for a sign


@dataclass(frozen=True, slots=True)
class Arithmetic(AbstractFigure):
    """Held-out images added in the latent space: A − B + C, decoded, and the nearest real image.

    rows: how many sums. a, b, c: the classes that the images are taken from; by default A and B
    share one and C has another, so that C gets what sets A apart from B. of: `images`, or
    `classes`: A and B are then the means of their classes.
    """

    rows: int = 4
    a: str = ""
    b: str = ""
    c: str = ""
    of: str = "images"

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        within(self.rows, 1, 20, "rows")
        chosen(self.of, OF, "kind of summand:")
        if self.of == "classes" and not (self.a and self.b):
            raise HinterlandError(
                "sums of classes need to know which", "--set of=classes --set a=7 --set b=1"
            )
        sums = [self._sum(run, paper.rng.spawn(self.rows)[i]) for i in range(self.rows)]
        h, w, c = run.shape
        gap = max(2, round(GAP * w))
        shown = np.stack([pictures for pictures, _ in sums])
        side = min(0.85, (paper.width - 0.4) / (5 * (1 + GAP)))
        figure = paper.figure(self.rows * side * (h / w + 0.55) + 0.5)
        axes = figure.subplots()
        air = max(1, round(0.42 * h))
        sheet = np.full((self.rows, 5, h + air, w + gap, c), np.nan, np.float32)
        sheet[:, :, :h, :w] = np.clip(shown, 0, 1)
        paper.tiles(axes, sheet, columns=(), gap=0)
        for i in range(5):
            x = i * (w + gap) + w / 2 - 0.5
            word = ("A", "B", "C", "A − B + C", "nearest real")[i]
            axes.text(x, -0.12 * h, word, ha="center", va="bottom", fontweight="bold")
            for j, (_, words) in enumerate(sums):
                top = j * (h + air)
                axes.text(x - (w + gap) / 2, top + h / 2, SIGNS[i], ha="center", va="center")
                text = axes.text(x, top + h * 1.05, words[i], ha="center", va="top")
                text.set(fontsize=5.5, color=paper.theme.quiet)
        axes.set_ylim(self.rows * (h + air) - 0.5, -0.12 * h)
        axes.set_xlim(-0.5, 5 * (w + gap) - gap - 0.5)
        return figure

    def _sum(self, run: Reader, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        """Five pictures (5, h, w, c), and what stands below each."""
        rows = self._rows(run, rng)
        codes, below = run.latents[rows].copy(), [_class(run, row) for row in rows]
        pictures = run.pictures(rows)
        if self.of == "classes":
            for i, name in enumerate((self.a, self.b)):
                codes[i] = run.latents[self._of(run, name)].mean(0)
                below[i] = f"mean of {name}"
            pictures[:2] = run.decode(codes[:2])
        made = run.arithmetic(*codes)[None]
        picture = run.decode(made)
        found, _ = run.nearest(made, len(rows) + 1)
        nearest = next((int(row) for row in found[0] if row not in rows), None)
        if nearest is None:
            raise HinterlandError(f"{run.run.path} holds too few images for a sum")
        words = [*below, _verdict(run, picture), _class(run, nearest)]
        return np.concatenate([pictures, picture, run.pictures([nearest])]), words

    def _rows(self, run: Reader, rng: np.random.Generator) -> list[int]:
        """Rows of A, B and C."""
        there = np.flatnonzero(run.held_out)
        there = there if len(there) > 3 else np.arange(len(run.latents))
        labels, asked = run.labels, [self.a, self.b, self.c]
        if labels is None:
            if any(asked):
                raise HinterlandError(f"the images of {run.run.path} have no classes")
            return [int(row) for row in rng.permutation(there)[:3]]
        known = np.unique(labels[there][labels[there] >= 0])
        two = rng.permutation(known)[:2]
        usual = [two[0], two[0], two[-1]] if len(two) else [-1, -1, -1]
        rows: list[int] = []
        for name, default in zip(asked, usual, strict=True):
            pool = self._of(run, name) if name else there[labels[there] == default]
            left = np.setdiff1d(pool, rows)
            rows.append(int(rng.choice(left if len(left) else pool if len(pool) else there)))
        return rows

    def _of(self, run: Reader, name: str) -> np.ndarray:
        """Rows of the images of a class, held-out ones where there are."""
        if name not in run.classes:
            raise HinterlandError(
                f"{run.run.path} has no class '{name}'", nearest_name(name, run.classes)
            )
        assert run.labels is not None, "who has classes has labels"
        mine = run.labels == run.classes.index(name)
        rows = np.flatnonzero(mine & run.held_out)
        rows = rows if len(rows) else np.flatnonzero(mine)
        if not len(rows):
            raise HinterlandError(f"{run.run.path} holds no image of class '{name}'")
        return rows


def _class(run: Reader, row: int) -> str:
    known = run.labels is not None and run.labels[row] >= 0
    return run.classes[run.labels[row]] if known and run.labels is not None else ""


def _verdict(run: Reader, picture: np.ndarray) -> str:
    """What the classifier takes a decoded picture for, where there is one."""
    if run.run.classifier() is None:
        return ""
    share = run.classify(picture)[0]
    which = int(share.argmax())
    return f"{run.classes[which]} ({share[which]:.0%})" if which < len(run.classes) else ""
