"""What a Gaussian posterior costs and uses, beside a standard normal prior."""

from __future__ import annotations

import numpy as np

ACTIVE = 0.01  # variance of a mean over the images, above which its latent is in use


def divergence(mean: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    """Two times (n, d) -> float64 (n, d): KL(N(mean, exp logvar) || N(0, 1)) in nats, each >= 0.

    Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix B.
    """
    mean, logvar = mean.astype(np.float64), logvar.astype(np.float64)
    nats: np.ndarray = 0.5 * (mean**2 + np.expm1(logvar) - logvar)
    return nats


def active_units(mean: np.ndarray) -> int:
    """How many latents are in use: their means (n, d) vary by more than 0.01 over the images.

    Source: Burda, Grosse, Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.
    """
    return int((mean.astype(np.float64).var(0) > ACTIVE).sum())


def log_ratio(z: np.ndarray, mean: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    """log p(z) - log q(z|x) of one draw each, three times (n, d) -> float64 (n,), in nats."""
    z, mean, logvar = (part.astype(np.float64) for part in (z, mean, logvar))
    nats: np.ndarray = 0.5 * ((z - mean) ** 2 / np.exp(logvar) + logvar - z**2).sum(1)
    return nats


def importance_bound(log_weights: np.ndarray) -> np.ndarray:
    """The log of the mean of k weights p(x, z) / q(z|x): (k, n) -> (n,), in nats.

    A lower bound of log p(x) on average; with k = 1 the evidence lower bound, and tighter with
    every draw. Source: Burda, Grosse, Salakhutdinov, ICLR 2016.
    """
    top = log_weights.max(0)
    bound: np.ndarray = top + np.log(np.exp(log_weights - top).mean(0))
    return bound
