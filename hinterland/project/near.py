"""Measuring how far the way back from a map can be trusted, on points that are held out."""

from __future__ import annotations

import numpy as np

from hinterland.types import Near

HELD_OUT = 1000  # at most, and a tenth of all


def near(points: np.ndarray, latents: np.ndarray, *, held_out: int = HELD_OUT) -> Near:
    """The way back through the nearest points, with what its trust rests on.

    points: float32 (n, 2 or 3), one for each of the latents, float32 (n, d). A tenth of the points
    is held out; where their latents are sought at their spots, from the others, gives `band`.
    """
    n = len(points)
    rng = np.random.default_rng(0)
    asked = np.sort(rng.permutation(n)[: max(1, min(held_out, n // 10))])
    others = np.delete(np.arange(n), asked)
    z = np.ascontiguousarray(latents, np.float32)
    spread = float(np.sqrt(z.var(0, dtype=np.float64).sum()))
    if len(others) < Near.NEAREST:
        return Near(points, z, spread=spread)
    rest = Near(points[others], z[others])
    found, s, u = rest.weighed(points[asked])
    # with no spacing known yet, u is in the map's own units
    spacing = float(np.median(u)) or float(u.mean()) or 1.0
    reach = max(1.0, float(np.quantile(u, 0.99)) / spacing)
    errors = np.linalg.norm(found - z[asked], axis=1)
    told = s > 0
    band = float(np.quantile(errors[told] / s[told], 0.9)) if told.any() else 1.0
    return Near(points, z, spacing, reach, band, spread)
