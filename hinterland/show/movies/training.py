"""Reconstructions improving while the model learns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hinterland.show.making import within
from hinterland.show.movies.base import AbstractMovie, Reel, Screen, eased, sound, told_of
from hinterland.show.paper import Paper, blank, tiled
from hinterland.show.reader import Reader


@dataclass(frozen=True, slots=True)
class Training(AbstractMovie):
    """Held-out images, and over the epochs what the model makes of them.

    count: images of a row; rows: how many rows, each of originals over reconstructions. between,
    hold: as of `timeline`.
    """

    count: int = 10
    rows: int = 3
    between: int = 5
    hold: int = 20

    def play(self, paper: Paper, run: Reader) -> Reel:
        within(self.count, 1, 40, "count")
        within(self.rows, 1, 20, "rows")
        chosen = run.pick(self.count * self.rows, paper.rng)
        epochs = sound(run)
        plan = eased(len(epochs), self.hold, self.between)
        return Reel(len(plan), self._frames(paper, epochs, plan, chosen))

    def _frames(
        self, paper: Paper, epochs: list[Reader], plan: list[tuple[int, float]], rows: np.ndarray
    ) -> Iterator[np.ndarray]:
        originals = epochs[-1].pictures(rows)
        columns = min(self.count, len(rows))
        blocks = -(-len(rows) // columns)
        _, h, w, c = originals.shape
        gap = max(1, w // 14)
        tall = self.size * (2 * blocks * (h + gap) + (blocks - 1) * h / 4) / (columns * (w + gap))
        screen = Screen(paper.theme, self.size, round(tall * 0.97), paper.caption([epochs[-1]]))
        axes = screen.axes(0.015, 0.97)
        decoded: dict[int, np.ndarray] = {}

        def made(i: int) -> np.ndarray:
            if i not in decoded:
                decoded[i] = np.clip(epochs[i].decode(epochs[i].latents[rows]), 0, 1)
            return decoded[i]

        def sheet(reconstructions: np.ndarray) -> np.ndarray:
            grid = np.full((2, blocks * columns, h, w, c), np.nan, np.float32)
            grid[0, : len(rows)], grid[1, : len(rows)] = originals, reconstructions
            parts = []
            for block in range(blocks):
                part = tiled(grid[:, block * columns : (block + 1) * columns], gap)
                air = np.zeros((max(2, h // 4), part.shape[1], 4), np.float32)
                parts += [part, air]
            return np.concatenate(parts[:-1])

        image = axes.imshow(sheet(made(0)), interpolation="nearest")
        blank(axes)
        line = screen.headline()
        last = None
        for i, part in plan:
            if (i, part) != last:
                after = made(min(i + 1, len(epochs) - 1))
                image.set_data(sheet((1 - part) * made(i) + part * after))
                line.set_text(told_of(epochs[i], epochs[i].epoch))
                shot, last = screen.shot(), (i, part)
                decoded.pop(i - 1, None)
            yield shot
