"""A cloud in three dimensions, seen from all around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hinterland.show.cloud import Eye, box, colours, dot_size, shaded
from hinterland.show.making import within
from hinterland.show.movies.base import AbstractMovie, Reel, Screen, told_of
from hinterland.show.paper import Paper, blank
from hinterland.show.reader import Reader


@dataclass(frozen=True, slots=True)
class Orbit(AbstractMovie):
    """Latents of three dimensions, or a map of them, turning once around.

    map: one of the run's, of three dimensions; by default three latents as they are, or the
    principal components of more. points: images, at most. frames: of a turn. height: degrees from
    which it is seen. colour: a channel of the images.
    """

    map: str = ""
    points: int = 4000
    frames: int = 100
    height: float = 18.0
    colour: str = "label"

    def play(self, paper: Paper, run: Reader) -> Reel:
        within(self.points, 1, 200_000, "points")
        within(self.frames, 2, 1000, "frames")
        layout, _ = run.layout(self.map, 3)
        rows = np.sort(paper.rng.permutation(len(run.latents))[: self.points])
        rgb = colours(run, paper.theme, self.colour).rgb[rows]
        return Reel(self.frames, self._turning(paper, run, layout.points, layout.points[rows], rgb))

    def _turning(
        self, paper: Paper, run: Reader, whole: np.ndarray, points: np.ndarray, rgb: np.ndarray
    ) -> Iterator[np.ndarray]:
        from matplotlib.collections import LineCollection

        screen = Screen(paper.theme, self.size, self.size, paper.caption([run]))
        screen.headline(told_of(run, run.epoch))
        axes = screen.axes(0.0, 1.0)
        axes.set_xlim(-1.02, 1.02)
        axes.set_ylim(-1.02, 1.02)
        blank(axes)
        edges = LineCollection([], colors=paper.theme.hair, linewidths=0.6)
        axes.add_collection(edges)
        dots = axes.scatter(points[:, 0], points[:, 1], s=1, linewidths=0)
        ends, size = box(whole), dot_size(len(points), paper.width)
        eye = Eye.of(whole, height=self.height)
        for i in range(self.frames):
            now = replace(eye, turn=360 * i / self.frames)
            seen, away = now.seen(points)
            order = np.argsort(-away)
            dots.set_offsets(seen[order])
            dots.set_facecolor(shaded(rgb, away, paper.theme)[order])  # type: ignore[arg-type]
            dots.set_sizes((size / away**2)[order])
            edges.set_segments(list(now.seen(ends.reshape(-1, 3))[0].reshape(-1, 2, 2)))
            yield screen.shot()
