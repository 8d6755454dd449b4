"""A loop through the classes: what is decoded on the way, and where on the map that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hinterland.show.cloud import colours, dot_size, room
from hinterland.show.making import chosen, within
from hinterland.show.movies.base import AbstractMovie, Reel, Screen
from hinterland.show.operations import PATHS
from hinterland.show.paper import Paper, blank
from hinterland.show.reader import Reader
from hinterland.show.walks import named
from hinterland.types import Flat, HinterlandError


@dataclass(frozen=True, slots=True)
class Interpolation(AbstractMovie):
    """A walk from an image of each class to one of the next, and back to the first: it loops.

    stops: how many images; 0 for one of each class, 10 at most. steps: frames from one to the next.
    path: as of the figure; how far it goes from the data stands in the caption. Beside the decoded
    picture: where on the map the walk is.
    """

    stops: int = 0
    steps: int = 14
    path: str = "auto"

    def play(self, paper: Paper, run: Reader) -> Reel:
        within(self.steps, 2, 100, "steps")
        chosen(self.path, PATHS, "path")
        count = self.stops or min(10, max(2, len(run.classes) or 8))
        rows = run.pick(count, paper.rng)
        if len(rows) < 2:
            raise HinterlandError(f"{run.run.path} holds fewer than two images to go between")
        around = [*rows, rows[0]]
        routes = [run.route(run.latents[a], run.latents[b], self.path) for a, b in pairwise(around)]
        way = np.concatenate([run.stepped(route, self.steps + 1)[:-1] for route in routes])
        far = max(route.farthest for route in routes)
        paper.notes.append(f"{routes[0].path} path, at most {far:.1f} spacings from the data")
        return Reel(len(way), self._frames(paper, run, way, rows))

    def _frames(
        self, paper: Paper, run: Reader, way: np.ndarray, rows: np.ndarray
    ) -> Iterator[np.ndarray]:
        pictures = np.clip(run.decode(way), 0, 1)
        mapped = run.latents.shape[1] > 1
        h, w, _ = run.shape
        side = self.size * (0.46 if mapped else 0.9)
        tall = round(max(side * h / w, side if mapped else 0))
        screen = Screen(paper.theme, self.size, tall, paper.caption([run]))
        share = side / self.size
        axes = screen.axes(0.02, share)
        image = axes.imshow(_grey(pictures[0]), vmin=0, vmax=1, interpolation="bicubic")
        blank(axes)
        moving = self._map(screen, paper, run, way, rows) if mapped else None
        line = screen.headline()
        for i, picture in enumerate(pictures):
            image.set_data(_grey(picture))
            if moving is not None:
                moving(i)
            a, b = i // self.steps, (i // self.steps + 1) % len(rows)
            line.set_text(named(run, rows[a], rows[b]))
            yield screen.shot()

    def _map(
        self, screen: Screen, paper: Paper, run: Reader, way: np.ndarray, rows: np.ndarray
    ) -> Callable[[int], None]:
        """The map at the right; gives what moves the spot on it."""
        layout, _ = run.layout("")
        assert isinstance(layout, Flat), "latents and principal components are flat"
        spots = (way - layout.centre) @ layout.axes.T
        axes = screen.axes(0.51, 0.47)
        some = paper.rng.permutation(len(layout.points))[:3000]
        found = colours(run, paper.theme)
        points = layout.points[some]
        size = dot_size(len(some), paper.width / 2)
        axes.scatter(points[:, 0], points[:, 1], c=found.rgb[some], s=size, linewidths=0, alpha=0.6)
        room(axes, [layout.points, spots])
        closed = np.concatenate([spots, spots[:1]])
        axes.plot(*closed.T, color=paper.theme.ink, linewidth=0.7, alpha=0.6)
        axes.plot(*layout.points[rows].T, "o", color=paper.theme.ink, markersize=2.5)
        (spot,) = axes.plot([], [], "o", color=paper.theme.paper, markersize=7)
        spot.set(markeredgecolor=paper.theme.ink, markeredgewidth=1.4)

        def move(i: int) -> None:
            spot.set_data([spots[i, 0]], [spots[i, 1]])

        return move


def _grey(picture: np.ndarray) -> np.ndarray:
    """(h, w, 1 or 3) -> (h, w, 3)."""
    return np.broadcast_to(picture, (*picture.shape[:2], 3))
