"""Directions to walk in: the latents themselves, and those found without labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.latent.surface import Surface

MEASURED = 500  # codes at which an averaged metric is taken
NOTHING = 1e-10  # of the largest variance: what varies less does not vary


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """k directions in latent space, the one that matters most first.

    vectors: float64 (k, d), one step along each. duals: float64 (k, d): `duals @ latent` is how
    many steps along each axis a latent lies. weights: float64 (k,), how much each matters.
    """

    vectors: np.ndarray
    duals: np.ndarray
    weights: np.ndarray

    def first(self, k: int) -> Axes:
        """The k that matter most."""
        return Axes(self.vectors[:k], self.duals[:k], self.weights[:k])

    def places(self, latents: np.ndarray) -> np.ndarray:
        """(…, d) -> (…, k): steps along each axis."""
        told: np.ndarray = np.asarray(latents, np.float64) @ self.duals.T
        return told


def latents_as_axes(weights: np.ndarray) -> Axes:
    """Each latent an axis, by falling weights (d,)."""
    order = np.argsort(-weights, kind="stable")
    unit = np.eye(len(weights))[order]
    return Axes(unit, unit, np.asarray(weights, np.float64)[order])


def directions(metric: np.ndarray, codes: np.ndarray | None = None) -> Axes:
    """The directions in which a step changes the picture most: of a metric JᵀJ, float64 (d, d).

    Its eigenvectors, the right singular vectors of J; weights: the change of the picture for one
    step, their singular values. codes: (n, d), to take a step of one standard deviation of the
    codes for one: the eigenvectors of Σ^½ G Σ^½, back in latents. The sign makes the largest part
    of each positive. A metric at one latent gives local directions; one averaged over the codes,
    E[JᵀJ], those of the whole space. No labels and no training are needed.
    Source: of the local ones, Shao, Kumar, Fletcher, "The Riemannian geometry of deep generative
    models", 2018.
    """
    root = back = np.eye(len(metric))
    if codes is not None:
        root, back = _roots(codes)
    values, u = np.linalg.eigh(root @ metric @ root)
    values, u = values[::-1], u[:, ::-1]
    vectors, duals = (root @ u).T, (back @ u).T
    largest = np.abs(vectors).argmax(1)
    sign = np.where(vectors[np.arange(len(vectors)), largest] < 0, -1.0, 1.0)[:, None]
    return Axes(vectors * sign, duals * sign, np.sqrt(np.maximum(values, 0)))


def averaged(surface: Surface, codes: np.ndarray, most: int = MEASURED) -> np.ndarray:
    """E[JᵀJ] over codes (n, d), at most `most` of them, evenly spread: float64 (d, d)."""
    rows = np.unique(np.linspace(0, len(codes) - 1, min(most, len(codes))).astype(int))
    mean: np.ndarray = surface.metric(codes[rows]).mean(0)
    return mean


def _roots(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Σ^½ and Σ^-½ of codes; in directions in which they do not vary, both are 0."""
    spread = np.atleast_2d(np.cov(codes.astype(np.float64), rowvar=False))
    values, vectors = np.linalg.eigh(spread)
    there = values > NOTHING * max(float(values.max()), 1e-300)
    root = np.sqrt(np.where(there, values, 0))
    back = np.where(there, 1 / np.sqrt(np.where(there, values, 1)), 0)
    return (vectors * root) @ vectors.T, (vectors * back) @ vectors.T
