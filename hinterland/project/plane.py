"""Latents of two or three dimensions as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.project.align import rotation
from hinterland.types import Flat, HinterlandError


@dataclass(frozen=True, slots=True)
class Plane:
    """The latent space itself, where it has 2 or 3 dimensions: nothing is lost, nothing bends.

    The last epoch lies exactly as the model has it. Earlier epochs are turned about the origin
    to lie on the next: an autoencoder's axes are free to rotate while it learns, and this rotation
    says nothing. Distances are the latent space's own at every epoch.
    """

    dims: int = 2

    def fit(self, latents: np.ndarray, onto: np.ndarray | None = None) -> Flat:
        d = latents.shape[1]
        if d not in (2, 3) or d != self.dims:
            raise HinterlandError(
                f"projection 'plane' draws latents of {self.dims} dimensions as they are; these "
                f"have {d}",
                "use the projection 'pca'",
            )
        turn = np.eye(d) if onto is None else rotation(latents, onto)
        points = (latents.astype(np.float64) @ turn).astype(np.float32)
        return Flat(points, np.zeros(d, np.float32), turn.T.astype(np.float32))
