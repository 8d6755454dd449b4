"""How much a decoder stretches: magnification, its spread over a map, and its indicatrices."""

from __future__ import annotations

import numpy as np

SLAB = 1 << 22  # numbers of pictures whose differences are held at a time


def magnification(metric: np.ndarray) -> np.ndarray:
    """log10 √det G of metrics (…, d, d): float64 (…), -inf where a direction changes nothing.

    The volume of pictures that a unit of latent volume becomes. Source: Bishop, Svensén, Williams,
    "Magnification factors for the SOM and GTM algorithms", WSOM 1997.
    """
    sign, log = np.linalg.slogdet(metric)
    told: np.ndarray = np.where(sign > 0, log, -np.inf) / (2 * np.log(10))
    return told


def areal_distortion(magnified: np.ndarray) -> np.ndarray:
    """Magnifications less their median: 1 is ten times as much change in the same area."""
    finite = magnified[np.isfinite(magnified)]
    told: np.ndarray = magnified - (np.median(finite) if finite.size else 0)
    return told


def grid_metric(pictures: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """The metric of every cell of a decoded grid: float64 (rows, columns, 2, 2), in its units.

    pictures: (rows, columns, …), of the cells at xs (columns,) and ys (rows,). By differences of
    the grid itself: central ones within, one-sided at the rim; nothing more is decoded.
    """
    rows, columns = pictures.shape[:2]
    flat = pictures.reshape(rows, columns, -1)
    told = np.empty((rows, columns, 2, 2))
    step = max(1, SLAB // max(1, columns * flat.shape[2]))
    for start in range(0, rows, step):
        stop = min(rows, start + step)
        first, last = max(0, start - 2), min(rows, stop + 2)
        slab = flat[first:last].astype(np.float64)
        own = slice(start - first, stop - first)
        up = _slope(slab, ys[first:last], 0)[own]
        across = _slope(slab[own], xs, 1)
        told[start:stop, :, 0, 0] = np.einsum("ijk,ijk->ij", across, across)
        told[start:stop, :, 1, 1] = np.einsum("ijk,ijk->ij", up, up)
        told[start:stop, :, 0, 1] = told[start:stop, :, 1, 0] = np.einsum("ijk,ijk->ij", across, up)
    return told


def indicatrices(metric: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tissot's ellipses {v: vᵀGv = 1} of metrics (m, d, d): half axes (m, d), directions (m, d, d).

    The longest first: the step that changes the picture least. directions[i, :, k] belongs to
    half axis k.
    """
    values, vectors = np.linalg.eigh(metric)
    axes = 1 / np.sqrt(np.maximum(values, 1e-12 * max(float(values.max()), 1e-300)))
    return axes, vectors


def _slope(flat: np.ndarray, at: np.ndarray, axis: int) -> np.ndarray:
    if len(at) < 2:
        return np.zeros_like(flat)
    slope: np.ndarray = np.gradient(flat, at, axis=axis)
    return slope
