"""Uniform manifold approximation and projection."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from hinterland.project.base import AbstractBent, needed, neighbours
from hinterland.types import HinterlandError

LATER = 100  # passes from a neighbouring epoch's map
RATE = 0.25  # of those passes, where a first map begins at 1: what is placed is not thrown about


@dataclass(frozen=True, slots=True)
class UMAP(AbstractBent):
    """UMAP: near neighbours stay near, groups draw together; distances between them say little.

    neighbours: how many a point holds on to. min_dist: how close points may come on the map.
    iterations: passes over the neighbours; 0 for what suits the number of points.
    Source: McInnes, Healy & Melville, "UMAP", arXiv 1802.03426, 2018; by umap-learn.
    """

    neighbours: int = 15
    min_dist: float = 0.1
    iterations: int = 0

    def __post_init__(self) -> None:
        AbstractBent.__post_init__(self)
        if not 2 <= self.neighbours <= 1000:
            raise HinterlandError(f"neighbours are from 2 to 1000; got {self.neighbours}")
        if not 0 <= self.min_dist <= 1:
            raise HinterlandError(f"min_dist is from 0 to 1; got {self.min_dist:g}")
        if not 0 <= self.iterations <= 100_000:
            raise HinterlandError(f"iterations are from 0 to 100000; got {self.iterations}")

    @property
    def fewest(self) -> int:
        return max(self.neighbours + 1, self.dims + 3)

    def remedy(self, n: int) -> str:
        fits = n - 1 >= 2 and n >= self.dims + 3
        return f"--set neighbours={n - 1}" if fits else "use the projection 'pca'"

    def placing(
        self, latents: np.ndarray, onto: np.ndarray | None
    ) -> Generator[float, None, np.ndarray]:
        umap = needed("umap", "umap")
        yield 0.0
        distances, indices = neighbours(latents, self.neighbours - 1)
        own = np.arange(len(latents))[:, None]
        # umap-learn counts a point as its own first neighbour
        indices = np.hstack([own, indices]).astype(np.int32)
        distances = np.hstack([np.zeros_like(distances[:, :1]), distances]).astype(np.float32)
        yield 0.1
        if onto is not None:
            return self._follow(latents, onto, indices, distances)
        model = umap.UMAP(
            n_neighbors=self.neighbours,
            n_components=self.dims,
            min_dist=self.min_dist,
            n_epochs=self.iterations or None,
            precomputed_knn=(indices, distances),
            random_state=self.seed,
            n_jobs=1,
        )
        with warnings.catch_warnings():
            # of transform, which would need an index, and of groups that do not touch
            warnings.simplefilter("ignore")
            points = model.fit_transform(latents)
        centred: np.ndarray = points - points.mean(0)
        return centred

    def _follow(
        self, latents: np.ndarray, onto: np.ndarray, indices: np.ndarray, distances: np.ndarray
    ) -> np.ndarray:
        """The same descent from a neighbouring epoch's map, which umap-learn would rescale."""
        parts, layouts = needed("umap.umap_", "umap"), needed("umap.layouts", "umap")
        random = np.random.RandomState(self.seed)
        graph = parts.fuzzy_simplicial_set(
            latents,
            self.neighbours,
            random,
            "euclidean",
            knn_indices=indices,
            knn_dists=distances,
        )[0].tocoo()
        graph.sum_duplicates()
        graph.data[graph.data < graph.data.max() / LATER] = 0
        graph.eliminate_zeros()
        a, b = parts.find_ab_params(1.0, self.min_dist)
        points = np.ascontiguousarray(onto, np.float32).copy()
        state = random.randint(-(2**31) + 1, 2**31 - 2, 3).astype(np.int64)
        points = layouts.optimize_layout_euclidean(
            points,
            points,
            graph.row,
            graph.col,
            LATER,
            len(points),
            parts.make_epochs_per_sample(graph.data, LATER),
            a,
            b,
            state,
            initial_alpha=RATE,
            move_other=True,
        )
        return np.asarray(points)
