"""The decoder's geometry: how unevenly it stretches the latent space into pictures."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import Tensor

DECODINGS = 128  # in a step, with their tangents; each code needs d of them
FEWEST = 8  # codes, however many latents there are
FLOOR = 1e-6  # added to the metric: where no pixel changes at all, there is no logarithm


def codes(d: int) -> int:
    """At how many codes of d numbers a step measures the stretch."""
    return max(DECODINGS // d, FEWEST)


def unevenness(decode: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    """The variance over codes z (n, d) of log det G(z), G = JᵀJ with J the Jacobian of `decode`.

    √det G is the area of pictures that an area of the latent space becomes. The variance is 0 where
    it is the same everywhere, as with every linear decoder.
    Source: Nazari, Damrich, Hamprecht, "Geometric autoencoders – what you see is what you decode",
    ICML 2023.
    """
    n, d = z.shape
    axes = torch.eye(d, dtype=z.dtype, device=z.device)
    with warnings.catch_warnings():
        # torch's own first step into forward mode takes a way that it calls deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        moved = torch.func.jvp(decode, (z.repeat(d, 1),), (axes.repeat_interleave(n, 0),))
    columns = moved[1].reshape(d, n, -1).float().transpose(0, 1)  # (n, d, pixels): Jᵀ
    with torch.autocast(z.device.type, enabled=False):
        metric = columns @ columns.mT + FLOOR * axes
    volume: Tensor = torch.linalg.slogdet(metric).logabsdet
    return volume.var(correction=1 if n > 1 else 0)
