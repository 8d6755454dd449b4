"""The map unfolding while the model learns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hinterland.show.cloud import Colours, colours, dot_size, room
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
class Timeline(AbstractMovie):
    """The map unfolding over the epochs, its points coloured by class and moving from each to next.

    map: one of the run's, of two dimensions; by default the latents as they are, or their principal
    components. points: images, at most. between: frames from an epoch to the next; 0 for what
    suits. hold: frames at the end. colour: a channel of the images.
    """

    map: str = ""
    points: int = 4000
    between: int = 0
    hold: int = 20
    colour: str = "label"

    def play(self, paper: Paper, run: Reader) -> Reel:
        within(self.points, 1, 200_000, "points")
        epochs = charted(run, self.map, 2)
        plan = eased(len(epochs), self.hold, self.between)
        rows = np.sort(paper.rng.permutation(len(run.latents))[: self.points])
        found = colours(run, paper.theme, self.colour)
        return Reel(len(plan), self._frames(paper, epochs, plan, rows, found))

    def _frames(
        self,
        paper: Paper,
        epochs: list[Charted],
        plan: list[tuple[int, float]],
        rows: np.ndarray,
        found: Colours,
    ) -> Iterator[np.ndarray]:
        points = [each.layout.points[rows] for each in epochs]
        screen = Screen(
            paper.theme, self.size, round(self.size * 0.94), paper.caption([epochs[-1].run])
        )
        axes = screen.axes()
        room(axes, points)
        dots = axes.scatter(
            points[0][:, 0],
            points[0][:, 1],
            c=found.rgb[rows],
            s=dot_size(len(rows), paper.width) * 0.8,
            linewidths=0,
        )
        screen.classes(found.classes)
        line = screen.headline()
        last = None
        for i, part in plan:
            if (i, part) != last:
                after = points[min(i + 1, len(points) - 1)]
                dots.set_offsets((1 - part) * points[i] + part * after)
                line.set_text(told_of(epochs[i].run, epochs[i].run.epoch))
                shot, last = screen.shot(), (i, part)
            yield shot
