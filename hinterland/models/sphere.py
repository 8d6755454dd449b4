"""The von Mises-Fisher distribution on the unit sphere of any dimension: its divergence, its luck.

Both follow from the angle to the pole, whose density is exp(k cos a) sin(a)^(d - 2) but for a
factor. Around its mode it is narrow and smooth, so that a few Gauss-Legendre nodes integrate it to
float32's last digits: no Bessel functions, and no order too large for them.
"""

from __future__ import annotations

from functools import cache
from math import lgamma, log, pi

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

REACH = 9.0  # standard deviations from the mode beyond which there is nothing
NODES = 64
TRIES = 8  # candidates drawn at once for a sample; two in three or more are accepted
TINY = 1e-6


def divergence(k: Tensor, d: int) -> Tensor:
    """KL(vMF(mean, k) || uniform) in nats on the unit sphere of R^d: k (n,), above 0 -> (n,)."""
    with torch.no_grad():
        mode = _mode(k, d)
        logarithm, rise, variance = _moments(k, d, mode)
        if d > 2:
            logarithm += (d - 2) * mode.sin().log()
        uniform = log(pi) / 2 + lgamma((d - 1) / 2) - lgamma(d / 2)
        value = k * rise - logarithm + uniform
    return _sloped(value, k * variance, k)


def sample(mean: Tensor, k: Tensor, rng: torch.Generator) -> Tensor:
    """Unit vectors (n, d) around the unit vectors `mean` (n, d), k (n,); gradients to both.

    Ulrich's and Wood's rejection: a uniform point of the sphere is bent towards the pole, then
    taken or drawn again. Source: Davidson et al., "Hyperspherical variational auto-encoders", UAI
    2018, algorithm 1. The gradient is the accepted angle's at its place in the distribution
    (Figurnov et al., "Implicit reparameterization gradients", NeurIPS 2018): it has no bias.
    """
    d = mean.shape[1]
    with torch.no_grad():
        angle, around = _accepted(k, d, rng)
        slope = _slope(angle, k, d)
    angle = _sloped(angle, slope, k)[:, None]
    upright = torch.cat([angle.cos(), angle.sin() * around], 1)
    pole = torch.zeros_like(mean)
    pole[:, 0] = 1
    mirror = F.normalize(pole - mean, dim=1)  # the reflection at it takes the pole to the mean
    return upright - 2 * (upright * mirror).sum(1, keepdim=True) * mirror


def _sloped(value: Tensor, slope: Tensor, k: Tensor) -> Tensor:
    """`value`, whose derivative by k is `slope`."""
    return value + slope * (k - k.detach())


def _mode(k: Tensor, d: int) -> Tensor:
    """The most likely angle, (n,)."""
    m = d - 2
    height = 2 * k / (m + torch.hypot(2 * k, torch.full_like(k, m)))  # its cosine
    return torch.atan2((m * height / k).sqrt(), height)


def _width(k: Tensor, mode: Tensor) -> Tensor:
    """The standard deviation of the normal distribution that is as curved at the mode."""
    height = mode.cos()
    return (k * (height + 1 / height)).rsqrt()


def _moments(k: Tensor, d: int, mode: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of the angle, (n,) each: the logarithm of the density's integral, where the density is 1 at
    the mode; the mean of cos a - cos mode; the variance of cos a."""
    reach = REACH * _width(k, mode)
    angle, step = _nodes((mode - reach).clamp(min=0), (mode + reach).clamp(max=pi))
    density = _density(angle, mode, k, d) * step
    total = density.sum(1)
    rise = _rise(angle, mode)
    mean = (density * rise).sum(1) / total
    variance = (density * (rise - mean[:, None]) ** 2).sum(1) / total
    return total.log(), mean, variance


def _rise(angle: Tensor, origin: Tensor) -> Tensor:
    """cos angle - cos origin, (n, nodes) and (n,), without loss of digits where both are near 1."""
    origin = origin[:, None]
    return -2 * ((angle + origin) / 2).sin() * ((angle - origin) / 2).sin()


def _density(angle: Tensor, origin: Tensor, k: Tensor, d: int) -> Tensor:
    """The density at angles (n, nodes) in units of that at `origin` (n,)."""
    exponent = k[:, None] * _rise(angle, origin)
    if d > 2:
        exponent += (d - 2) * (angle.sin() / origin.sin()[:, None]).log()
    return exponent.exp()


def _slope(angle: Tensor, k: Tensor, d: int) -> Tensor:
    """The derivative of a sample's angle by k while its place in the distribution stays: (n,).

    It is minus the derivative of the distribution function by k, over the density.
    """
    mode = _mode(k, d)
    _, mean, _ = _moments(k, d, mode)
    reach = REACH * _width(k, mode)
    # the shorter way: the whole integral is 0, and each side is small where the density is
    left = angle < mode
    low = torch.where(left, (mode - reach).clamp(min=0), angle)
    high = torch.where(left, angle, (mode + reach).clamp(max=pi))
    between, step = _nodes(torch.minimum(low, angle), torch.maximum(high, angle))
    grown = (_rise(between, mode) - mean[:, None]) * _density(between, angle, k, d) * step
    return torch.where(left, -1.0, 1.0) * grown.sum(1)


def _accepted(k: Tensor, d: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Angles to the pole (n,), and unit vectors (n, d - 1) of the directions around it."""
    angle = torch.full_like(k, torch.nan)
    around = k.new_full((len(k), d - 1), torch.nan)
    # what is not finite would never be accepted; it comes out as NaN, and training stops
    left = k.isfinite().nonzero()[:, 0]
    while len(left):
        kept = k[left]
        root = torch.hypot(2 * kept, torch.full_like(kept, d - 1))
        a, b = (d - 1 + 2 * kept + root) / 4, (d - 1) / (2 * kept + root)
        normal = torch.randn((TRIES, len(left), d), generator=rng, device=k.device)
        share = (1 - F.normalize(normal, dim=2)[..., 0]) / 2  # beta distributed, (tries, n)
        bent = 1 - (1 - b) * share
        t = 2 * a * b / bent
        likely = (d - 1) * (t / (d - 1)).log() - t + 4 * a * b / (1 + b)
        taken = likely >= torch.rand(t.shape, generator=rng, device=k.device).log()
        first, row = taken.int().argmax(0), torch.arange(len(left), device=k.device)
        done = taken.any(0)
        candidate = 2 * (b * share / bent)[first, row].sqrt().clamp(max=1).asin()
        angle[left[done]] = candidate[done].clamp(TINY, pi - TINY)
        around[left[done]] = F.normalize(normal[first, row, 1:][done], dim=1)
        left = left[~done]
    return angle, around


def _nodes(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """Nodes and weights of a Gauss-Legendre quadrature from low to high: (n, NODES) each."""
    node, weight = _legendre(low.device, low.dtype)
    half = (high - low)[:, None] / 2
    return low[:, None] + half * (1 + node), half * weight


@cache
def _legendre(device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    node, weight = (torch.from_numpy(v) for v in np.polynomial.legendre.leggauss(NODES))
    return node.to(dtype).to(device), weight.to(dtype).to(device)
