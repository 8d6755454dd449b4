"""How far one cloud of latents is from another, such as draws of a prior."""

from __future__ import annotations

import numpy as np


def squared_mmd(a: np.ndarray, b: np.ndarray, width: float) -> float:
    """The squared maximum mean discrepancy of (n, d) and (m, d); n, m >= 2; below 2.

    The kernel is exp(-|x - y|² / (2 width²)). The estimate is unbiased, so that it lies around 0,
    and on both sides of it, where both clouds come from one distribution.
    Source: Gretton, Borgwardt, Rasch, Schölkopf, Smola, "A kernel two-sample test", JMLR 13, 2012.
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    return _within(a, width) + _within(b, width) - 2 * float(_kernel(a, b, width).mean())


def _within(a: np.ndarray, width: float) -> float:
    """The kernel's mean over pairs of different points."""
    n = len(a)
    return float((_kernel(a, a, width).sum() - n) / (n * (n - 1)))


def _kernel(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    kernel: np.ndarray = np.exp(-np.maximum(squares, 0) / (2 * width**2))
    return kernel
