"""How alike two pictures are: cross-entropy, peak signal-to-noise ratio, structural similarity."""

from __future__ import annotations

import numpy as np

WINDOW = 7  # side of the square that structural similarity compares, in pixels
DEAREST = np.float32(2**-24)  # float32 knows no number nearer to 1, and so no larger cost
BEST_PSNR = 100.0  # decibels, for pictures that are the same


def squared_error(x: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Two times float (n, h, w, c) -> float64 (n,): squared differences, summed over a picture."""
    difference = (made - x).reshape(len(x), -1)
    summed: np.ndarray = np.einsum("ij,ij->i", difference, difference, dtype=np.float64)
    return summed


def cross_entropy(x: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Two times float32 (n, h, w, c) in [0, 1] -> float64 (n,): nats, summed over a picture.

    Grey pixels are taken as probabilities. `made` is kept 2^-24 away from 0 and 1, beyond which
    float32 cannot tell a probability from certainty: a pixel costs 16.6 nats at the most.
    Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix C.1.
    """
    p = np.clip(made, DEAREST, 1 - DEAREST)
    each = x * np.log(p) + (1 - x) * np.log1p(-p)
    summed: np.ndarray = -each.reshape(len(x), -1).sum(1, dtype=np.float64)
    return summed


def psnr(mse: float) -> float:
    """Mean squared error per pixel, pixels in [0, 1] -> decibels: -10 log10 mse, at most 100."""
    return float(min(BEST_PSNR, -10 * np.log10(max(mse, 1e-300))))


def ssim(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Structural similarity of two times float (n, h, w, c), range 1 -> float64 (n,) in [-1, 1].

    The mean over channels and over all 7 x 7 windows that lie within the picture, each pixel of a
    window counting the same, with sample covariances and the usual constants .01 and .03; a
    picture that is smaller than a window has a window of its own height or width. This is what
    scikit-image's `structural_similarity` gives unless asked for more.
    Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment", IEEE Transactions on Image
    Processing 13, 2004.
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    h, w = min(WINDOW, a.shape[1]), min(WINDOW, a.shape[2])
    sample = h * w / max(h * w - 1, 1)
    mean_a, mean_b = _means(a, h, w), _means(b, h, w)
    var_a = sample * (_means(a * a, h, w) - mean_a**2)
    var_b = sample * (_means(b * b, h, w) - mean_b**2)
    covariance = sample * (_means(a * b, h, w) - mean_a * mean_b)
    light, contrast = 0.01**2, 0.03**2
    alike = (2 * mean_a * mean_b + light) * (2 * covariance + contrast)
    alike /= (mean_a**2 + mean_b**2 + light) * (var_a + var_b + contrast)
    each: np.ndarray = alike.reshape(len(a), -1).mean(1)
    return each


def _means(x: np.ndarray, h: int, w: int) -> np.ndarray:
    """(n, H, W, c) -> (n, H - h + 1, W - w + 1, c): the mean of every h x w window."""
    for axis, side in ((1, h), (2, w)):
        before = np.zeros_like(x.take([0], axis))
        sums = np.concatenate([before, x.cumsum(axis)], axis)
        ends = np.arange(side, sums.shape[axis])
        x = (sums.take(ends, axis) - sums.take(ends - side, axis)) / side
    return x
