"""Turning one epoch's points so that they lie on the next one's."""

from __future__ import annotations

import numpy as np


def rotation(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """The turn, with or without a mirror, that brings points nearest to another set of them.

    points, onto: (n, k), row by row the same things. Returns an orthogonal (k, k) R for which
    sum |points @ R - onto|² is least, both taken from their own centres. Source: Schönemann, "A
    generalized solution of the orthogonal Procrustes problem", Psychometrika 31, 1966.
    """
    a = np.asarray(points, np.float64) - points.mean(0, dtype=np.float64)
    b = np.asarray(onto, np.float64) - onto.mean(0, dtype=np.float64)
    u, _, vt = np.linalg.svd(a.T @ b)
    return np.asarray(u @ vt)


def disparity(a: np.ndarray, b: np.ndarray) -> float:
    """What is left of the difference when one is turned, scaled and shifted onto the other.

    a, b: (n, d), row by row the same things. From 0, the same shape, to 1. A set without any extent
    has the shape of another such one only.
    """
    x = np.asarray(a, np.float64) - a.mean(0, dtype=np.float64)
    y = np.asarray(b, np.float64) - b.mean(0, dtype=np.float64)
    sizes = np.linalg.norm(x), np.linalg.norm(y)
    if not min(sizes):
        return float(max(sizes) > 0)
    overlap = np.linalg.svd((x / sizes[0]).T @ (y / sizes[1]), compute_uv=False).sum()
    return float(max(0.0, 1 - overlap**2))
