"""Where the images lie in the latent space, or on a map of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hinterland.show.cloud import Eye, box, colours, dot_size, dots, frame_of_map, shaded
from hinterland.show.figures.base import AbstractFigure
from hinterland.show.grid import extent_of
from hinterland.show.making import chosen, within
from hinterland.show.paper import Paper, blank
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = ("points", "images")
FINE = 300  # pixels of an inch of the sheet that images are laid on


@dataclass(frozen=True, slots=True)
class Latents(AbstractFigure):
    """Every image a point, coloured by class, in two dimensions or three.

    dims: 2 or 3; 0 for what the latents have, or 2. map: one of the run's; by default the latents
    as they are, or their principal components. colour: a channel of the images. markers: `points`,
    or `images`: the pictures themselves where there is room. size: of a marker; 0 for what suits.
    turn, height: degrees from which three dimensions are seen.
    """

    dims: int = 0
    map: str = ""
    colour: str = "label"
    markers: str = "points"
    size: float = 0.0
    turn: float = 30.0
    height: float = 20.0

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        chosen(self.markers, MARKERS, "kind of marker")
        within(self.size, 0, 200, "size")
        if self.dims not in (0, 2, 3):
            raise HinterlandError(f"a map has 2 or 3 dimensions; got {self.dims}")
        d = run.latents.shape[1]
        dims = self.dims or (self._dims_of(run) if self.map else 3 if d == 3 else 2)
        found = colours(run, paper.theme, self.colour)
        figure = paper.figure(paper.width * 1.05)
        axes = figure.subplots()
        if d == 1 and not self.map:
            self._line(axes, paper, run)
            figure.set_figheight(0.6 + 0.22 * max(4, min(20, len(run.classes))))
            return figure
        layout, name = run.layout(self.map, dims)
        if self.markers == "images":
            self._pictures(axes, layout.points, found.rgb, paper, run, name)
        elif dims == 3:
            self._deep(axes, layout.points, found.rgb, paper)
        else:
            dots(axes, layout.points, found.rgb, paper, self.size or None)
            frame_of_map(axes, extent_of(layout.points), name)
        if found.values is None:
            paper.legend(figure, found.classes)
        else:
            _ramp(figure, axes, found.values, paper, self.colour)
        if name not in ("latents", "pca"):
            paper.notes.append(f"map {name}")
        return figure

    def _dims_of(self, run: Reader) -> int:
        return int(run.run.maps().get(self.map, {}).get("dims", 2))

    def _line(self, axes: Axes, paper: Paper, run: Reader) -> None:
        """Latents of one number: a strip for each class, points scattered across it."""
        labels = run.labels if run.labels is not None else np.zeros(len(run.latents), int)
        across = labels + paper.rng.uniform(-0.32, 0.32, len(labels))
        points = np.column_stack([run.latents[:, 0], across])
        dots(axes, points, colours(run, paper.theme).rgb, paper, self.size or None)
        axes.set_xlabel("latent 0")
        if run.classes and len(run.classes) <= 40:
            axes.set_yticks(np.arange(len(run.classes)), run.classes)
        elif not run.classes:
            axes.set_yticks([])
        axes.set_ylim(max(0, labels.max()) + 0.6, -0.6 if labels.min() >= 0 else -1.6)

    def _deep(self, axes: Axes, points: np.ndarray, rgb: np.ndarray, paper: Paper) -> None:
        """Three dimensions: nearer points are drawn later, larger and clearer."""
        eye = Eye.of(points, self.turn, self.height)
        from matplotlib.collections import LineCollection

        edges = box(points)
        ends = eye.seen(edges.reshape(-1, 3))[0].reshape(-1, 2, 2)
        axes.add_collection(LineCollection(list(ends), colors=paper.theme.hair, linewidths=0.5))
        seen, away = eye.seen(points)
        order = np.argsort(-away)
        size = self.size or dot_size(len(points), paper.width)
        axes.scatter(
            seen[order, 0],
            seen[order, 1],
            c=shaded(rgb, away, paper.theme)[order],
            s=(size / away**2)[order],
            linewidths=0,
            rasterized=True,
        )
        axes.set_aspect("equal")
        axes.autoscale_view()
        blank(axes)

    def _pictures(
        self,
        axes: Axes,
        points: np.ndarray,
        rgb: np.ndarray,
        paper: Paper,
        run: Reader,
        name: str,
    ) -> None:
        """The images themselves, as many as lie side by side without hiding each other."""
        if points.shape[1] != 2:
            raise HinterlandError("images are drawn on maps of two dimensions", "--set dims=2")
        extent = extent_of(points)
        left, right, bottom, top = extent
        across = int(paper.width * 0.8 * FINE)
        up = int(across * np.clip((top - bottom) / (right - left), 1 / 3, 3))
        side = max(6, round((self.size or 10) / 72 * FINE))
        sheet = _strewn(points, rgb, run, (up, across), side, extent, paper.rng)
        axes.imshow(sheet, extent=extent, interpolation="none", aspect="auto")
        frame_of_map(axes, extent, name)


def _strewn(
    points: np.ndarray,
    rgb: np.ndarray,
    run: Reader,
    size: tuple[int, int],
    side: int,
    extent: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> np.ndarray:
    """Images on a transparent sheet, float (up, across, 4), each where its point is."""
    from PIL import Image

    up, across = size
    left, right, bottom, top = extent
    h, w, c = run.shape
    tall, broad = (max(1, round(side * s / max(h, w))) for s in (h, w))
    ys = ((top - points[:, 1]) / (top - bottom) * up - tall / 2).round().astype(int)
    xs = ((points[:, 0] - left) / (right - left) * across - broad / 2).round().astype(int)
    inside = (ys >= 0) & (xs >= 0) & (ys + tall <= up) & (xs + broad <= across)
    sheet = np.zeros((up, across, 4), np.float32)
    taken = np.zeros((up, across), bool)
    room = 0.8  # of a picture's side that must be free: they may touch, not hide each other
    for i in rng.permutation(np.flatnonzero(inside)):
        y, x = ys[i], xs[i]
        middle = taken[y : y + max(1, int(tall * room)), x : x + max(1, int(broad * room))]
        if middle.any():
            continue
        small = Image.fromarray(run.images[i] if c == 3 else run.images[i, ..., 0])
        told = np.asarray(small.resize((broad, tall), Image.Resampling.LANCZOS), np.float32) / 255
        spot = sheet[y : y + tall, x : x + broad]
        if c == 1:  # its class is its ink
            over = told > spot[..., 3]
            spot[over, :3] = rgb[i]
            spot[..., 3] = np.maximum(spot[..., 3], told)
        else:  # its class is its frame
            edge = max(1, side // 16)
            spot[..., :3], spot[..., 3] = rgb[i], 1
            spot[edge:-edge, edge:-edge, :3] = told[edge:-edge, edge:-edge]
        taken[y : y + tall, x : x + broad] = True
    return sheet


def _ramp(figure: Figure, axes: Axes, values: np.ndarray, paper: Paper, name: str) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    told = values[np.isfinite(values)]
    low, high = (told.min(), told.max()) if len(told) else (0.0, 1.0)
    shown = ScalarMappable(Normalize(low, high), paper.theme.ramp)
    bar = figure.colorbar(shown, ax=axes, label=name, fraction=0.035, pad=0.02)
    bar.outline.set_visible(False)
