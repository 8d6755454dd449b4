"""What can be done with the codes of a run: the operations of `latent`, on one epoch of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from hinterland.latent import arithmetic, axes, density, magnification, outliers, traversal
from hinterland.latent.axes import Axes
from hinterland.latent.density import Mixture
from hinterland.latent.geodesic import geodesic, supported
from hinterland.latent.graph import Graph
from hinterland.latent.neighbours import near
from hinterland.latent.paths import linear, spherical
from hinterland.latent.posterior import divergence
from hinterland.latent.prior import on_sphere, prior
from hinterland.latent.support import Support
from hinterland.latent.surface import Surface, scale_of
from hinterland.show import grid
from hinterland.types import Flat, HinterlandError, Layout, nearest_name

PATHS = ("auto", "geodesic", "supported", "examples", "linear", "spherical")
ALONG = ("latents", "directions")
DENSITIES = ("fitted", "prior")
EVEN = 33  # latents of a route
STARTING = 1500  # codes of the graph that geodesics start from


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A way between two latents, and what is to be known of it.

    path: `geodesic`, `supported`, `examples`, `linear` or `spherical`. way: float64 (k, d).
    length, straight: how much the picture changes on it, and on the straight line, in pixels from
    black to white. farthest: how far from the nearest code its worst latent is, in usual
    (median) distances between neighbouring codes. rows: of the images it leads through, if any.
    """

    path: str
    way: np.ndarray
    length: float
    straight: float
    farthest: float
    rows: np.ndarray

    def __str__(self) -> str:
        ratio = self.length / self.straight if self.straight > 0 else 1.0
        return (
            f"{self.path} path: length {self.length:.1f} ({ratio:.2f} of the straight line's), "
            f"at most {self.farthest:.1f} spacings from the data"
        )


class Distortion(NamedTuple):
    """log10 of how much the decoder stretches each spot of a map, less its median.

    values: float64 (rows, columns), the upper left spot first. metric: (rows, columns, 2, 2), JᵀJ
    in the map's units. xs, ys: (columns,), (rows,), where on the map.
    """

    values: np.ndarray
    metric: np.ndarray
    xs: np.ndarray
    ys: np.ndarray


class Operations(ABC):
    """Codes, their labels and a decoder, and what can be done with them. Arrays in, arrays out."""

    @property
    @abstractmethod
    def latents(self) -> np.ndarray:
        """float32 (n, d): the images' codes."""

    @property
    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """`mean` (n, d), and `logvar` of a variational model."""

    @property
    @abstractmethod
    def labels(self) -> np.ndarray | None:
        """int32 (n,), -1 for none; None where there are no labels."""

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """The classes' names."""

    @abstractmethod
    def decode(self, latents: np.ndarray) -> np.ndarray:
        """(m, d) -> float32 (m, h, w, c)."""

    @abstractmethod
    def channel(self, name: str) -> tuple[np.ndarray, tuple[str, ...] | None]:
        """A column of the images, and the names of its classes."""

    @abstractmethod
    def layout(self, name: str = "", dims: int = 2) -> tuple[Layout, str]:
        """A map, and its name."""

    @cached_property
    def surface(self) -> Surface:
        """The decoder as a surface among pictures."""
        return Surface(self.decode, scale=scale_of(self.latents))

    @cached_property
    def support(self) -> Support:
        """Where the codes lie."""
        if len(self.latents) < 2:
            raise HinterlandError("with fewer than two images there is no distance between codes")
        return Support(self.latents)

    def interpolate(
        self, a: np.ndarray, b: np.ndarray, steps: int = 11, path: str = "auto"
    ) -> np.ndarray:
        """From latent (d,) to latent (d,): float32 (steps, d), by one of `PATHS`.

        Equal changes of the picture apart, or of the latent where it is linear or spherical.
        """
        return self.stepped(self.route(a, b, path), steps)

    def stepped(self, route: Route, steps: int) -> np.ndarray:
        """`steps` latents of a route, its ends among them: float32 (steps, d)."""
        ways = {"linear": linear, "spherical": spherical}
        if route.path in ways:
            way = ways[route.path](route.way[0], route.way[-1], steps)
        else:
            way = self.surface.even(route.way, steps)
        return way.astype(np.float32)

    def route(self, a: np.ndarray, b: np.ndarray, path: str = "auto") -> Route:
        """The way from latent (d,) to latent (d,) by one of `PATHS`, and what is to be known of it.

        auto: `supported` for more than two latents, else `geodesic`. geodesic: the shortest way
        under the decoder's metric. supported: short, and within two spacings of the codes where
        that can be. examples: through images that are there. Raises HinterlandError for `spherical`
        with three latents or fewer, and for a latent that is none.
        """
        if path not in PATHS:
            raise HinterlandError(f"there is no path '{path}'", nearest_name(path, PATHS))
        a, b = (self._one(z) for z in (a, b))
        if path == "auto":
            path = "supported" if len(a) > 2 else "geodesic"
        rows = np.empty(0, int)
        if path in ("geodesic", "supported"):
            starts = self._starts(a, b)
            found = (
                geodesic(self.surface, a, b, starts=starts)
                if path == "geodesic"
                else supported(self.surface, a, b, self.support, starts=starts)
            )
            farthest = float(self.support.distance(found.way).max())
            return Route(path, found.way, found.length, found.straight, farthest, rows)
        way = spherical(a, b, EVEN) if path == "spherical" else linear(a, b, EVEN)
        straight = self.surface.length(self.surface.even(linear(a, b, EVEN), EVEN))
        if path == "examples":
            way, rows = self._through(a, b)
        even = self.surface.even(way, EVEN)
        farthest = float(self.support.distance(even).max())
        return Route(path, way, self.surface.length(even), straight, farthest, rows)

    def arithmetic(self, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
        """A - B + C of latents (…, d): float32 (…, d)."""
        return arithmetic.analogy(a, b, c).astype(np.float32)

    def direction(self, has: Any, lacks: Any = None, beside: Any = None) -> np.ndarray:
        """The vector from images that lack something to those that have it: float32 (d,).

        has, lacks: a class's name, rows, or bool (n,); lacks: by default all other images. beside:
        a channel's name, or int (n,): both sides are then weighed alike in each of its values, so
        that what goes with them drops out. Raises HinterlandError where a side is empty.
        """
        one = self._chosen(has)
        other = np.setdiff1d(np.arange(len(self.latents)), one)
        other = other if lacks is None else self._chosen(lacks)
        if not (len(one) and len(other)):
            raise HinterlandError("both sides of a direction need an image")
        groups = self.channel(beside)[0] if isinstance(beside, str) else beside
        groups = None if groups is None else np.asarray(groups)
        return arithmetic.attribute(self.latents, one, other, groups).astype(np.float32)

    def directions(self, at: np.ndarray | None = None) -> Axes:
        """Directions found without labels, the one that changes the picture most first.

        at: a latent (d,), for those there; by default on average over the codes. One step is a
        standard deviation of the codes; `vectors` (d, d), `weights` (d,) the picture's change.
        """
        if at is None:
            return self._directions
        return axes.directions(self.surface.metric(self._one(at)[None])[0], self.latents)

    def traverse(
        self, start: np.ndarray, along: str | np.ndarray = "latents", steps: int = 11
    ) -> np.ndarray:
        """Walks through a latent (d,), each along one axis, from the 1st to the 99th percentile.

        along: `latents`, those first that say most; `directions`, those found without labels; or a
        vector (d,). float32 (k, steps, d).
        """
        chosen = self.axes(along)
        low, high = traversal.span(self.latents, chosen)
        walks = traversal.traversal(self._one(start), chosen, low, high, steps)
        return walks.astype(np.float32)

    def axes(self, along: str | np.ndarray = "latents") -> Axes:
        """The axes of `traverse`. The latents' weights are their KL, or else their variances."""
        if not isinstance(along, str):
            vector = self._one(along)
            size = float(vector @ vector)
            if not size > 0:
                raise HinterlandError("a direction of length 0 leads nowhere")
            return Axes(vector[None], vector[None] / size, np.sqrt([size]))
        if along not in ALONG:
            raise HinterlandError(f"there are no axes '{along}'", nearest_name(along, ALONG))
        if along == "directions":
            return self.directions()
        logvar = self.arrays.get("logvar")
        z = self.latents
        return axes.latents_as_axes(z.var(0) if logvar is None else divergence(z, logvar).mean(0))

    def sample(self, n: int, of: str = "fitted", seed: int = 0) -> np.ndarray:
        """n latents, float32 (n, d), drawn of the density `fitted` to the codes, or of the `prior`.

        The prior is the standard normal, or even on the unit sphere where the codes lie on it.
        """
        if of not in DENSITIES:
            raise HinterlandError(f"there is no density '{of}'", nearest_name(of, DENSITIES))
        rng = np.random.default_rng(seed)
        if of == "prior":
            drawn = prior(n, self.latents.shape[1], rng, sphere=on_sphere(self.latents))
        else:
            drawn = self.fitted.sample(n, rng)
        return drawn.astype(np.float32)

    @cached_property
    def fitted(self) -> Mixture:
        """The density of the codes, as ten Gaussians."""
        return density.fitted(self.latents)

    def density(self, latents: np.ndarray | None = None) -> np.ndarray:
        """The logarithm of the codes' fitted density at latents (m, d), or at the codes: (m,)."""
        return self.fitted.log_density(self.latents if latents is None else self._many(latents))

    def nearest(self, latents: np.ndarray, k: int = 12) -> tuple[np.ndarray, np.ndarray]:
        """The images with the k nearest codes: rows (m, k), nearest first, and distances (m, k).

        latents: (m, d). An image's own code finds itself first.
        """
        return near(self._many(latents), self.latents, k)

    def outliers(self, k: int = 12) -> np.ndarray:
        """How much farther each image is from its k nearest than these are from theirs: (n,)."""
        return outliers.outliers(self.latents, k)

    def distortion(
        self,
        steps: int = 96,
        map: str = "",  # noqa: A002  as the option is called
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Distortion:
        """How much the decoder stretches every spot of a map of two dimensions, `steps` across.

        On a flat map by differences about each spot, which do not depend on `steps`; on one that
        bends, whose way back is steep between points and level at them, by those of the grid.
        """
        layout, _ = self.layout(map)
        cells = grid.over(layout, grid.steps_of(steps))
        if isinstance(layout, Flat):
            flat = layout
            sheet = Surface(lambda at: self.decode(flat.to_latent(at)), scale=self._scale)
            parts = []
            for i, y in enumerate(cells.ys):
                parts.append(sheet.metric(np.stack([cells.xs, np.full(len(cells.xs), y)], 1)))
                progress(i + 1, len(cells.ys))
            metric = np.stack(parts)
        else:
            made = self.decode(cells.latents.reshape(-1, cells.latents.shape[-1]))
            pictures = made.reshape(*cells.latents.shape[:2], -1)
            metric = magnification.grid_metric(pictures, cells.xs, cells.ys)
        values = magnification.areal_distortion(magnification.magnification(metric))
        return Distortion(values, metric, cells.xs, cells.ys)

    @cached_property
    def _scale(self) -> float:
        return scale_of(self.latents)

    @cached_property
    def _directions(self) -> Axes:
        return axes.directions(axes.averaged(self.surface, self.latents), self.latents)

    @cached_property
    def _coarse(self) -> Graph:
        return Graph(self.surface, self.latents, STARTING)

    @cached_property
    def _examples(self) -> Graph:
        return Graph(self.surface, self.latents)

    def _starts(self, a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
        """What geodesics are sought from, beside the straight line."""
        if len(self.latents) < 3 or len(a) < 2:
            return []
        rows = self._coarse.between(a, b)
        return [np.concatenate([a[None], self.latents[rows], b[None]])]

    def _through(self, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = self._examples.between(a, b)
        return np.concatenate([a[None], self.latents[rows], b[None]]).astype(np.float64), rows

    def _chosen(self, which: Any) -> np.ndarray:
        """Rows of a class, of bool (n,), or rows as they are; each once."""
        n = len(self.latents)
        if isinstance(which, str):
            if self.labels is None or which not in self.classes:
                raise HinterlandError(
                    f"there is no class '{which}'", nearest_name(which, self.classes)
                )
            return np.flatnonzero(self.labels == self.classes.index(which))
        rows: np.ndarray = np.asarray(which)
        if rows.dtype == bool and rows.shape == (n,):
            return np.flatnonzero(rows)
        if rows.dtype.kind in "iu" and rows.ndim == 1 and (not rows.size or rows.max() < n):
            told: np.ndarray = np.unique(rows % n)
            return told
        raise HinterlandError(
            f"images are chosen by a class's name, by rows below {n}, or by bool ({n},); "
            f"got {rows.dtype} {rows.shape}"
        )

    def _one(self, latent: np.ndarray) -> np.ndarray:
        one: np.ndarray = self._many(np.asarray(latent)[None])[0]
        return one

    def _many(self, latents: np.ndarray) -> np.ndarray:
        """Latents as float64 (m, d). Raises HinterlandError for what is none."""
        d = self.latents.shape[1]
        z = np.asarray(latents, np.float64)
        if z.ndim != 2 or z.shape[1] != d:
            raise HinterlandError(f"a latent of this run has {d} numbers; got {z.shape[1:]}")
        if not np.isfinite(z).all():
            raise HinterlandError("latents must be finite numbers")
        return z
