"""What the projections that bend share: fitting in steps, and the way back through neighbours."""

from __future__ import annotations

import importlib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hinterland.project.near import near
from hinterland.types import HinterlandError, Near


@dataclass(frozen=True, slots=True)
class AbstractBent(ABC):
    """A projection whose map bends: it is fitted in steps, and its way back is `Near`.

    dims: 2 or 3. seed: where chance decides; the same seed gives the same bytes.
    """

    dims: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.dims not in (2, 3):
            raise HinterlandError(f"a map has 2 or 3 dimensions; got {self.dims}")
        if not 0 <= self.seed < 2**32:
            raise HinterlandError(f"a seed is from 0 to {2**32 - 1}; got {self.seed}")

    def fit(self, latents: np.ndarray, onto: np.ndarray | None = None) -> Near:
        fitting = self.fitting(latents, onto)
        while True:
            try:
                next(fitting)
            except StopIteration as end:
                layout: Near = end.value
                return layout

    def fitting(
        self, latents: np.ndarray, onto: np.ndarray | None = None
    ) -> Generator[float, None, Near]:
        """`fit`, step by step: yields the share that is done, and returns the layout.

        Latents that are all one have a map of one spot. Raises HinterlandError where they are not
        finite or too few.
        """
        if not np.isfinite(latents).all():
            raise HinterlandError(
                "some latents are not finite: they have no place on a map",
                "train with a lower --lr",
            )
        if len(latents) < self.fewest:
            raise HinterlandError(self.too_few(len(latents)), self.remedy(len(latents)))
        if not np.ptp(latents, axis=0).any():
            points = np.zeros((len(latents), self.dims), np.float32)
        else:
            placed = yield from self.placing(np.ascontiguousarray(latents, np.float32), onto)
            points = np.ascontiguousarray(placed, np.float32)
        return near(points, latents)

    def join(self, layout: Near, latents: np.ndarray) -> np.ndarray:
        """Where new latents (m, d) belong on a map: (m, dims). What is there does not move.

        Here: where the nearest known latent lies.
        """
        from sklearn.neighbors import NearestNeighbors

        known = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(layout.latents)
        nearest: np.ndarray = layout.points[known.kneighbors(latents, return_distance=False)[:, 0]]
        return nearest

    @abstractmethod
    def placing(
        self, latents: np.ndarray, onto: np.ndarray | None
    ) -> Generator[float, None, np.ndarray]:
        """Yields the share that is done and returns the points (n, dims)."""

    @property
    @abstractmethod
    def fewest(self) -> int:
        """The least number of latents that these settings can place."""

    @abstractmethod
    def remedy(self, n: int) -> str:
        """What a person can do who has only n latents."""

    def too_few(self, n: int) -> str:
        """What is wrong, where n latents are fewer than these settings need."""
        name = type(self).__name__
        return f"{name} with these settings needs at least {self.fewest} images; there are {n}"


def needed(module: str, projection: str) -> Any:
    """A module of a package that only some projections need, imported now."""
    try:
        with warnings.catch_warnings():
            # of what it could do besides, with yet other packages
            warnings.simplefilter("ignore")
            return importlib.import_module(module)
    except ImportError as error:
        raise HinterlandError(
            f"projection '{projection}' needs the package '{error.name or module}'",
            "pip install 'hinterland[maps]'",
        ) from None


def neighbours(latents: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest other rows of each, nearest first: distances and indices, both (n, k)."""
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=1).fit(latents)
    distances, indices = search.kneighbors()
    return distances, indices
