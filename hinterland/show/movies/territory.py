"""The territories of the classes, while the model learns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hinterland.show import field, grid
from hinterland.show.cloud import room
from hinterland.show.making import within
from hinterland.show.movies.base import (
    AbstractMovie,
    Charted,
    Reel,
    Screen,
    charted,
    eased,
    told_of,
)
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader


@dataclass(frozen=True, slots=True)
class Territory(AbstractMovie):
    """Which class every spot of the map decodes to, over the epochs, with the images' points.

    steps: spots across. points: images, at most. map, between, hold: as of `timeline`. The run
    needs a classifier.
    """

    steps: int = 56
    points: int = 1500
    map: str = ""
    between: int = 6
    hold: int = 20

    def play(self, paper: Paper, run: Reader) -> Reel:
        grid.steps_of(self.steps, 200)
        within(self.points, 0, 200_000, "points")
        run.needs_classifier()
        epochs = charted(run, self.map, 2)
        plan = eased(len(epochs), self.hold, self.between)
        rows = np.sort(paper.rng.permutation(len(run.latents))[: self.points])
        return Reel(len(plan), self._frames(paper, epochs, plan, rows))

    def _frames(
        self, paper: Paper, epochs: list[Charted], plan: list[tuple[int, float]], rows: np.ndarray
    ) -> Iterator[np.ndarray]:
        points = [each.layout.points[rows] for each in epochs]
        screen = Screen(
            paper.theme, self.size, round(self.size * 0.94), paper.caption([epochs[-1].run])
        )
        axes = screen.axes()
        extent = room(axes, [each.layout.points for each in epochs])
        fields: dict[int, np.ndarray] = {}

        def shown(i: int) -> np.ndarray:
            if i not in fields:
                run, layout = epochs[i]
                cells = grid.over(layout, self.steps, inside=extent)
                fields[i] = field.territory(run, cells).colours(paper.theme)
            return fields[i]

        image = axes.imshow(shown(0), extent=extent, interpolation="bicubic", aspect="auto")
        dots = axes.scatter(
            points[0][:, 0], points[0][:, 1], c=paper.theme.ink, s=1.2, linewidths=0, alpha=0.5
        )
        axes.set_xlim(*extent[:2])
        axes.set_ylim(*extent[2:])
        line = screen.headline()
        last = None
        for i, part in plan:
            if (i, part) != last:
                j = min(i + 1, len(points) - 1)
                image.set_data((1 - part) * shown(i) + part * shown(j))
                dots.set_offsets((1 - part) * points[i] + part * points[j])
                line.set_text(told_of(epochs[i].run, epochs[i].run.epoch))
                shot, last = screen.shot(), (i, part)
                fields.pop(i - 1, None)
            yield shot
