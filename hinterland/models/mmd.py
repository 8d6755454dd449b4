"""Maximum mean discrepancy: how far a cloud of codes is from a cloud drawn from a prior."""

from __future__ import annotations

import torch
from torch import Tensor

SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def discrepancy(a: Tensor, b: Tensor) -> Tensor:
    """(n, d) and (n, d) -> the unbiased estimate of the squared discrepancy, below 2.

    The kernel is the mean of the inverse multiquadrics C / (C + |x - y|²), C = 2 d s for each s of
    SCALES: their heavy tails still pull at codes that are far away, where a Gaussian's do not.
    Source: Gretton et al., "A kernel two-sample test", JMLR 13, 2012; the kernel: Tolstikhin et
    al., "Wasserstein auto-encoders", ICLR 2018, appendix F.
    """
    pairs = max(len(a) * (len(a) - 1), 1)  # one code alone has none
    # a code is as near to itself as can be: 1, which is no pair
    within = _kernel(a, a).sum() + _kernel(b, b).sum() - 2 * len(a)
    return within / pairs - 2 * _kernel(a, b).mean()


def _kernel(a: Tensor, b: Tensor) -> Tensor:
    """(n, d) and (m, d) -> (n, m)."""
    with torch.autocast(a.device.type, enabled=False):
        squares = a.square().sum(1)[:, None] + b.square().sum(1) - 2 * a @ b.T
    squares = squares.clamp(min=0)
    kernel = torch.zeros_like(squares)
    for scale in SCALES:
        c = 2 * a.shape[1] * scale
        kernel = kernel + (squares + c).reciprocal() * (c / len(SCALES))
    return kernel
