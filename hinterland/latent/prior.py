"""Draws from the prior that codes were drawn towards."""

from __future__ import annotations

import numpy as np

SPHERE = 1e-3  # how far from 1 a length may be on the unit sphere


def prior(n: int, d: int, rng: np.random.Generator, *, sphere: bool = False) -> np.ndarray:
    """n latents of a standard normal, or evenly on the unit sphere: float64 (n, d)."""
    drawn = rng.standard_normal((n, d))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True) if sphere else drawn


def on_sphere(codes: np.ndarray) -> bool:
    """Whether codes (n, d) lie on the unit sphere, as a hyperspherical model's do."""
    length = np.linalg.norm(codes.astype(np.float64), axis=1)
    return codes.shape[1] > 1 and bool(np.abs(length - 1).max() < SPHERE)
