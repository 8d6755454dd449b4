"""Where codes are frequent: a density fitted to them, to draw from and to measure with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PARTS = 10
FLOOR = 1e-6  # of the codes' mean variance, added to every variance
LEARNT_FROM = 20_000  # codes, at most


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """A mixture of k Gaussians: weights (k,), means (k, d), covariances (k, d, d), float64."""

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """n draws, in random order: float64 (n, d)."""
        k, d = self.means.shape
        part = rng.choice(k, n, p=self.weights / self.weights.sum())
        root = np.linalg.cholesky(self.covariances)
        noise = rng.standard_normal((n, d))
        drawn: np.ndarray = self.means[part] + np.einsum("nij,nj->ni", root[part], noise)
        return drawn

    def log_density(self, latents: np.ndarray) -> np.ndarray:
        """The natural logarithm of the density at latents (m, d): float64 (m,)."""
        z, d = np.asarray(latents, np.float64), self.means.shape[1]
        root = np.linalg.cholesky(self.covariances)
        parts = np.empty((len(self.weights), len(z)))
        for i, (mean, half) in enumerate(zip(self.means, root, strict=True)):
            apart = np.linalg.solve(half, (z - mean).T)
            volume = np.log(np.diag(half)).sum() + d / 2 * np.log(2 * np.pi)
            parts[i] = np.log(self.weights[i]) - volume - 0.5 * (apart**2).sum(0)
        top = parts.max(0)
        told: np.ndarray = top + np.log(np.exp(parts - top).sum(0))
        return told


def fitted(codes: np.ndarray, *, parts: int = PARTS, seed: int = 0) -> Mixture:
    """The density of codes (n, d) as a mixture of full Gaussians, by expectation-maximisation.

    Fewer parts where there are fewer than 10 codes for each. It gives every autoencoder a prior to
    draw from, after it has been trained. Source: Ghosh, Sajjadi, Vergari, Black, Schölkopf, "From
    variational to deterministic autoencoders", ICLR 2020, section 4.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    rng = np.random.default_rng(seed)
    z = codes.astype(np.float64)
    if len(z) > LEARNT_FROM:
        z = z[rng.permutation(len(z))[:LEARNT_FROM]]
    floor = max(FLOOR * float(z.var(0).mean()), 1e-12)
    parts = max(1, min(parts, len(z) // 10))
    with warnings.catch_warnings():
        # a density that is nearly the best one will do; equal codes are fewer than the parts
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = GaussianMixture(parts, reg_covar=floor, random_state=seed).fit(z)
    return Mixture(found.weights_, found.means_, found.covariances_)
