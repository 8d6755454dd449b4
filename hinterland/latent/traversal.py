"""Walking along one axis at a time, all else kept."""

from __future__ import annotations

import numpy as np

from hinterland.latent.axes import Axes

TAIL = 0.01  # of the codes lies beyond each end of a walk


def span(codes: np.ndarray, axes: Axes, tail: float = TAIL) -> tuple[np.ndarray, np.ndarray]:
    """Where along each axis nearly all codes (n, d) lie: lowest and highest place, (k,) each."""
    low, high = np.quantile(axes.places(codes), [tail, 1 - tail], axis=0)
    return low, high


def traversal(
    start: np.ndarray, axes: Axes, low: np.ndarray, high: np.ndarray, steps: int
) -> np.ndarray:
    """A walk along each axis through a latent (d,): float64 (k, steps, d).

    It goes evenly from place low[i] to high[i] of axis i; the places along the other axes, and
    whatever no axis reaches, stay those of the start.
    """
    at = np.linspace(low, high, steps, axis=1)  # (k, steps)
    gone = at - axes.places(start)[:, None]
    ways: np.ndarray = np.asarray(start, np.float64) + gone[..., None] * axes.vectors[:, None]
    return ways
