"""A decoder as a surface among pictures: its points, its Jacobian, its metric."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]

NUMBERS = 1 << 24  # of pictures held at a time
# Half the width of a difference, in units of `scale`: where the error of cutting the series off
# meets that of rounding (benchmarks/geodesics.py measures the latter).
DOUBLE, SINGLE = 1e-5, 1e-3


class Surface:
    """The pictures that a decoder makes, as a surface of d dimensions in the space of pixels.

    decode: (m, d) -> (m, …), pictures of D numbers in all, after any sigmoid: lengths among logits
    are those of saturated pixels. scale: how large a usual step between latents is, for instance
    their standard deviation. jacobian: (m, d) -> (m, …, d), exact, where there is one; else central
    differences of one call of `decode`, which needs to know nothing but how to decode.
    """

    def __init__(
        self, decode: Function, *, scale: float = 1.0, jacobian: Function | None = None
    ) -> None:
        self._decode, self._exact = decode, jacobian
        self._scale = scale if np.isfinite(scale) and scale > 0 else 1.0
        self._single: bool | None = None

    def at(self, latents: np.ndarray) -> np.ndarray:
        """(m, d) -> (m, D), as precise as the decoder is."""
        made = np.asarray(self._decode(latents))
        self._single = made.dtype != np.float64
        return made.reshape(len(latents), -1)

    def jacobian(self, latents: np.ndarray) -> np.ndarray:
        """(m, d) -> (m, D, d): how each number of a picture changes with each latent."""
        m, d = latents.shape
        if self._exact is not None:
            return np.asarray(self._exact(latents)).reshape(m, -1, d)
        if self._single is None:
            self.at(latents[:1])
        half = self._scale * (SINGLE if self._single else DOUBLE)
        ends = latents[:, None, None, :] + half * np.array([1, -1])[:, None, None] * np.eye(d)
        if self._single:  # what a decoder of float32 will take them for
            ends = ends.astype(np.float32).astype(np.float64)
        width = np.diagonal(ends[:, 0] - ends[:, 1], axis1=1, axis2=2)  # (m, d)
        made = self.at(ends.reshape(-1, d)).reshape(m, 2, d, -1)
        change: np.ndarray = made[:, 0] - made[:, 1]
        change /= width[..., None].astype(change.dtype)
        return change.transpose(0, 2, 1)

    def metric(self, latents: np.ndarray) -> np.ndarray:
        """The pull-back metric JᵀJ: (m, d) -> float64 (m, d, d).

        dzᵀ JᵀJ dz is the squared change of the picture for a small step dz. Source: Arvanitidis,
        Hansen, Hauberg, "Latent space oddity", ICLR 2018.
        """
        latents = np.asarray(latents, np.float64)
        m, d = latents.shape
        size = self.at(latents[:1]).shape[1] if m else 1
        rows = max(1, NUMBERS // max(1, 2 * d * size))
        parts = [np.empty((0, d, d))]
        for start in range(0, m, rows):
            j = self.jacobian(latents[start : start + rows]).astype(np.float64)
            parts.append(j.transpose(0, 2, 1) @ j)
        return np.concatenate(parts)

    def length(self, way: np.ndarray) -> float:
        """How much the picture changes from latent to latent of a way (k, d), in all.

        The sum of Euclidean distances between pictures, in units of one pixel from black to white.
        """
        return float(self.strides(way).sum())

    def strides(self, way: np.ndarray) -> np.ndarray:
        """The change of the picture from each of k latents to the next: float64 (k - 1,)."""
        steps = np.diff(self.at(way), axis=0)
        told: np.ndarray = np.sqrt(np.einsum("ij,ij->i", steps, steps, dtype=np.float64))
        return told

    def even(self, way: np.ndarray, steps: int, fine: int = 4) -> np.ndarray:
        """`steps` latents along a polyline, equal changes of the picture apart; float64.

        Its ends stay exactly. A way on which the picture does not change is cut evenly in latents.
        """
        dense = refined(way, fine)
        gone = np.concatenate([[0], np.cumsum(self.strides(dense))])
        if not gone[-1] > 0:
            gone = np.arange(len(dense), dtype=np.float64)
        # places where nothing changes would otherwise be skipped at random
        gone += np.arange(len(dense)) * gone[-1] * 1e-9
        at = np.linspace(0, gone[-1], steps)
        cut = np.stack([np.interp(at, gone, column) for column in dense.T], axis=1)
        cut[0], cut[-1] = way[0], way[-1]
        return cut


def refined(way: np.ndarray, fine: int) -> np.ndarray:
    """A polyline (k, d) with each piece cut in `fine` equal ones: float64 ((k - 1) fine + 1, d)."""
    way = np.asarray(way, np.float64)
    if fine == 1 or len(way) < 2:
        return way
    share = np.arange(fine)[:, None] / fine
    inner = way[:-1, None] * (1 - share) + way[1:, None] * share
    return np.concatenate([inner.reshape(-1, way.shape[1]), way[-1:]])


def scale_of(codes: np.ndarray) -> float:
    """The `scale` of codes (n, d): the root mean square of their latents' standard deviations."""
    return float(np.sqrt(codes.astype(np.float64).var(0).mean()))
