"""t-distributed stochastic neighbour embedding."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinterland.project.base import AbstractBent, needed, neighbours
from hinterland.types import HinterlandError, Near

STEP = 25  # iterations between two words about progress
EARLY = 250  # iterations in which clusters gather
LATER = 50  # iterations from a neighbouring epoch's map: enough to follow, too few to wander


@dataclass(frozen=True, slots=True)
class TSNE(AbstractBent):
    """t-SNE: near neighbours stay near; distances between groups and their sizes say little.

    perplexity: how many neighbours a point attends to. iterations: after 250 early ones.
    exaggeration: of attraction; more than 1 draws groups together. The first map starts from the
    principal components, an epoch's from its neighbour's.
    Source: van der Maaten & Hinton, "Visualizing data using t-SNE", 2008; by openTSNE.
    """

    perplexity: float = 30.0
    iterations: int = 1000
    exaggeration: float = 1.0

    def __post_init__(self) -> None:
        AbstractBent.__post_init__(self)
        if not 2 <= self.perplexity <= 1000:
            raise HinterlandError(f"perplexity is from 2 to 1000; got {self.perplexity:g}")
        if not 0 <= self.iterations <= 100_000:
            raise HinterlandError(f"iterations are from 0 to 100000; got {self.iterations}")
        if not 1 <= self.exaggeration <= 100:
            raise HinterlandError(f"exaggeration is from 1 to 100; got {self.exaggeration:g}")

    @property
    def fewest(self) -> int:
        return int(3 * self.perplexity) + 2

    def remedy(self, n: int) -> str:
        most = (n - 2) // 3
        return f"--set perplexity={most}" if most >= 2 else "use the projection 'pca'"

    def placing(
        self, latents: np.ndarray, onto: np.ndarray | None
    ) -> Generator[float, None, np.ndarray]:
        opentsne = needed("openTSNE", "tsne")
        affinity = needed("openTSNE.affinity", "tsne")
        known = needed("openTSNE.nearest_neighbors", "tsne")
        yield 0.0
        distances, indices = neighbours(latents, int(3 * self.perplexity))
        attraction = affinity.PerplexityBasedNN(
            knn_index=known.PrecomputedNeighbors(indices, distances),
            perplexity=self.perplexity,
            n_jobs=1,
        )
        start = _start(latents, self.dims) if onto is None else onto.astype(np.float64)
        points = opentsne.TSNEEmbedding(start, attraction, **self._descent(len(latents)))
        early, later = (0, LATER) if onto is not None else (EARLY, self.iterations)
        for i in range(0, early, STEP):
            _move(points, min(STEP, early - i), exaggeration=12.0, momentum=0.5)
            yield 0.9 * i / max(1, early + later)
        for i in range(0, later, STEP):
            _move(points, min(STEP, later - i), exaggeration=self.exaggeration, momentum=0.8)
            yield (early + i) / max(1, early + later)
        return np.asarray(points)

    def join(self, layout: Near, latents: np.ndarray) -> np.ndarray:
        opentsne = needed("openTSNE", "tsne")
        affinity = needed("openTSNE.affinity", "tsne")
        known = needed("openTSNE.nearest_neighbors", "tsne")
        # named, because openTSNE would import pynndescent, for seconds, to choose this one
        search = known.Sklearn(layout.latents, int(3 * self.perplexity), n_jobs=1)
        attraction = affinity.PerplexityBasedNN(
            knn_index=search, perplexity=self.perplexity, n_jobs=1
        )
        descent = {**self._descent(len(layout.points)), "negative_gradient_method": "bh"}
        points = opentsne.TSNEEmbedding(layout.points.astype(np.float64), attraction, **descent)
        new = points.prepare_partial(latents, initialization="median", k=25, perplexity=5)
        # the usual rate, meant for a whole map, would throw single points off it
        new.optimize(n_iter=250, learning_rate=0.1, exaggeration=1.5, momentum=0.8, inplace=True)
        placed: np.ndarray = np.ascontiguousarray(new, np.float32)
        return placed

    def _descent(self, n: int) -> dict[str, Any]:
        # Interpolation knows two dimensions, and pays from some thousand points. Cells of 2 units
        # instead of 1 make it three times as fast at no loss that trustworthiness shows.
        fast = self.dims == 2 and n >= 4000
        return {
            "negative_gradient_method": "fft" if fast else "bh",
            "ints_in_interval": 2,
            "n_jobs": 1,
            "random_state": self.seed,
        }


def _move(points: Any, iterations: int, *, exaggeration: float, momentum: float) -> None:
    points.optimize(
        n_iter=iterations,
        exaggeration=exaggeration,
        momentum=momentum,
        learning_rate="auto",
        inplace=True,
    )


def _start(latents: np.ndarray, dims: int) -> np.ndarray:
    """The principal components, small: float64 (n, dims)."""
    z = latents.astype(np.float64)
    z -= z.mean(0)
    _, vectors = np.linalg.eigh(z.T @ z)
    axes = vectors[:, ::-1][:, :dims]
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])])
    start = np.zeros((len(z), dims))
    start[:, : axes.shape[1]] = z @ axes
    small: np.ndarray = start * (1e-4 / start[:, 0].std())
    return small
