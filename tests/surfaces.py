"""Surfaces whose geometry is known in closed form, in float64."""

from __future__ import annotations

import numpy as np


def sphere(z: np.ndarray) -> np.ndarray:
    """(m, 2) -> (m, 3): longitude is the second, latitude the first."""
    u, v = z.T
    return np.stack([np.cos(u) * np.cos(v), np.cos(u) * np.sin(v), np.sin(u)], 1)


def stereographic(z: np.ndarray) -> np.ndarray:
    """(m, d) -> (m, d + 1): the unit sphere, without its pole."""
    square = (z**2).sum(1, keepdims=True)
    return np.concatenate([2 * z, square - 1], 1) / (1 + square)


def swiss_roll(z: np.ndarray) -> np.ndarray:
    t, h = z.T
    return np.stack([t * np.cos(t), h, t * np.sin(t)], 1)


def blobs(factors: np.ndarray, side: int = 12) -> np.ndarray:
    """x, y and the logarithm of a size -> pictures (m, side, side) of one soft spot."""
    x, y, size = factors.T[:, :, None, None]
    rows, columns = np.mgrid[:side, :side] / (side - 1) - 0.5
    far = (columns - x) ** 2 + (rows - y) ** 2
    return np.exp(-far / (2 * (0.15 * np.exp(size)) ** 2))
