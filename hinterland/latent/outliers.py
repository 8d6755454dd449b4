"""Which images' codes lie apart from the others."""

from __future__ import annotations

import numpy as np

from hinterland.latent.neighbours import nearest

K = 12


def outliers(codes: np.ndarray, k: int = K) -> np.ndarray:
    """How lonely each code (n, d) is: float64 (n,), about 1 within a cloud, more for outliers.

    Its mean distance to its k nearest others, in parts of the same of these others: 3 is three
    times as far from the rest as its neighbours are. So a sparse cloud is not one of outliers.
    Twins in the same place have 1. Source: the simplified LOF of Schubert, Zimek, Kriegel, "Local
    outlier detection reconsidered", 2014, after Breunig et al., "LOF", SIGMOD 2000.
    """
    found = nearest(codes, k).astype(np.int64)
    if not found.size:
        return np.ones(len(codes))
    z = codes.astype(np.float64)
    far = np.empty(len(z))
    for own in np.array_split(np.arange(len(z)), max(1, z.size * found.shape[1] >> 22)):
        apart = z[own, None] - z[found[own]]
        far[own] = np.sqrt((apart**2).sum(2)).mean(1)
    usual = far[found].mean(1)
    tiny = 1e-12 * max(1e-300, float(far.max()))
    told: np.ndarray = np.where(
        usual > tiny, far / np.maximum(usual, tiny), np.where(far > tiny, np.inf, 1.0)
    )
    return told
