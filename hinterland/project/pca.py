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
        if latents.shape[1] < self.dims:
            raise HinterlandError(
                f"a map of {self.dims} dimensions needs at least as many latents; these have "
                f"{latents.shape[1]}",
                "train with a larger --latent-dim",
            )
        z = latents.astype(np.float64)
        centre = z.mean(0)
        z -= centre
        # the covariance is d x d whatever n is; its eigenvectors come in ascending order
        _, vectors = np.linalg.eigh(z.T @ z)
        axes = vectors[:, ::-1][:, : self.dims].T
        axes *= np.sign(axes[np.arange(self.dims), np.abs(axes).argmax(1)])[:, None]
        if onto is not None:
            axes = rotation(z @ axes.T, onto).T @ axes
        points = (z @ axes.T).astype(np.float32)
        return Flat(points, centre.astype(np.float32), axes.astype(np.float32))
