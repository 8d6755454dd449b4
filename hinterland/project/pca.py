"""Principal components: the flat sheet that lies closest to the latents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.project.align import rotation
from hinterland.types import Flat, HinterlandError


@dataclass(frozen=True, slots=True)
class PCA:
    """Principal component analysis: the directions in which the latents vary most.

    Linear and exact both ways on its sheet; what sticks out of the sheet is not seen. Each epoch
    has its own sheet, turned within itself to lie on the next epoch's.
    Source: Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
    """

    dims: int = 2

    def __post_init__(self) -> None:
        if self.dims not in (2, 3):
            raise HinterlandError(f"a map has 2 or 3 dimensions; got {self.dims}")

    def fit(self, latents: np.ndarray, onto: np.ndarray | None = None) -> Flat:
        z = latents.astype(np.float64)
        centre = z.mean(0)
        z -= centre
        # the covariance is d x d whatever n is; its eigenvectors come in ascending order
        _, vectors = np.linalg.eigh(z.T @ z)
        found = vectors[:, ::-1][:, : self.dims].T
        found *= np.sign(found[np.arange(len(found)), np.abs(found).argmax(1)])[:, None]
        if onto is not None:
            found = rotation(z @ found.T, onto[:, : len(found)]).T @ found
        # fewer latents than dimensions lie on a line of the map: the rest of its axes are zero
        axes = np.zeros((self.dims, z.shape[1]))
        axes[: len(found)] = found
        points = (z @ axes.T).astype(np.float32)
        return Flat(points, centre.astype(np.float32), axes.astype(np.float32))
