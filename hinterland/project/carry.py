"""Carrying what a map leaves out of one latent to other spots of it."""

from __future__ import annotations

import numpy as np

from hinterland.types import HinterlandError, Layout


def carry(
    layout: Layout,
    spots: np.ndarray,
    latent: np.ndarray,
    home: np.ndarray,
    alpha: float = 1.0,
) -> np.ndarray:
    """Latents of spots (m, k), each with a part of what the map leaves out of `latent`: (m, d).

    to_latent(spot) + alpha * (latent - to_latent(home)), summed in float64, given as float32.
    latent: (d,). home: (k,), its own spot. alpha: from 0, the plain way back, to 1, which gives
    `latent` itself at `home`. On a bent map nothing is left out of an image: it has its own point.
    """
    if not 0 <= alpha <= 1:
        raise HinterlandError(f"carry a part from 0 to 1; got {alpha}")
    rest = np.asarray(latent, np.float64) - layout.to_latent(np.asarray(home)[None])[0]
    carried: np.ndarray = layout.to_latent(spots).astype(np.float64) + alpha * rest
    return carried.astype(np.float32)
