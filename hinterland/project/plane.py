"""Latents of two or three dimensions as they are, or as many of their axes."""

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
    axes: of more dimensions, which to draw, counted from 0, such as "0,3". These are never turned;
    the way back has the mean in all others.
    """

    dims: int = 2
    axes: str = ""

    def fit(self, latents: np.ndarray, onto: np.ndarray | None = None) -> Flat:
        d = latents.shape[1]
        if self.axes:
            return _chosen(latents, self._axes(d))
        if d not in (2, 3) or d != self.dims:
            raise HinterlandError(
                f"projection 'plane' draws latents of {self.dims} dimensions as they are; these "
                f"have {d}",
                "use the projection 'pca', or choose axes: --set axes=0,1",
            )
        turn = np.eye(d) if onto is None else rotation(latents, onto)
        points = (latents.astype(np.float64) @ turn).astype(np.float32)
        return Flat(points, np.zeros(d, np.float32), turn.T.astype(np.float32))

    def _axes(self, d: int) -> list[int]:
        words = self.axes.split(",")
        axes = [int(word) for word in words if word.strip().isdecimal()]
        sound = len(axes) == len(words) == self.dims == len(set(axes))
        if not sound or max(axes) >= d:
            raise HinterlandError(
                f"axes are {self.dims} different numbers from 0 to {d - 1}; got '{self.axes}'",
                f"for example --set axes={','.join(map(str, range(self.dims)))}",
            )
        return axes


def _chosen(latents: np.ndarray, chosen: list[int]) -> Flat:
    centre = latents.mean(0, dtype=np.float64).astype(np.float32)
    centre[chosen] = 0
    axes = np.eye(latents.shape[1], dtype=np.float32)[chosen]
    return Flat(np.ascontiguousarray(latents[:, chosen], np.float32), centre, axes)
