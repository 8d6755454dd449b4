"""Pairwise controlled manifold approximation, and its local variation."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from hinterland.project.align import rotation
from hinterland.project.base import AbstractBent, needed
from hinterland.types import HinterlandError


@dataclass(frozen=True, slots=True)
class PaCMAP(AbstractBent):
    """PaCMAP: groups and how they lie to each other, in seconds; single neighbours less exactly.

    neighbours: how many a point holds on to. local: LocalMAP, which parts groups more clearly and
    keeps more neighbours. More than 100 numbers are first reduced to 100 by PCA.
    Source: Wang, Huang, Rudin & Shaposhnik, "Understanding how dimension reduction tools work",
    JMLR 22, 2021; Wang et al., "Dimension reduction with locally adjusted graphs", 2025; by pacmap.
    """

    neighbours: int = 10
    local: bool = False

    def __post_init__(self) -> None:
        AbstractBent.__post_init__(self)
        if not 2 <= self.neighbours <= 1000:
            raise HinterlandError(f"neighbours are from 2 to 1000; got {self.neighbours}")

    @property
    def fewest(self) -> int:
        return 5 * self.neighbours  # pacmap pairs each point with 3.5 times as many others

    def remedy(self, n: int) -> str:
        most = n // 5
        return f"--set neighbours={most}" if most >= 2 else "use the projection 'pca'"

    def placing(
        self, latents: np.ndarray, onto: np.ndarray | None
    ) -> Generator[float, None, np.ndarray]:
        pacmap, numba = needed("pacmap", "pacmap"), needed("numba", "pacmap")
        yield 0.0
        threads = numba.get_num_threads()
        # threads add up in any order, and the same call would give other bytes
        numba.set_num_threads(1)
        logger = logging.getLogger(pacmap.PaCMAP.__module__)
        level = logger.level
        logger.setLevel(logging.ERROR)  # it warns of the seed that it was given
        try:
            model = (pacmap.LocalMAP if self.local else pacmap.PaCMAP)(
                n_components=self.dims, n_neighbors=self.neighbours, random_state=self.seed
            )
            points: np.ndarray = model.fit_transform(latents, init="pca" if onto is None else onto)
        finally:
            logger.setLevel(level)
            numba.set_num_threads(threads)
        points = points - points.mean(0)
        if onto is not None:
            points = points @ rotation(points, onto) + onto.mean(0)
        return points
