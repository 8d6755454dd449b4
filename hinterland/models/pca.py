"""Principal component analysis: the best linear autoencoder, and the yardstick of all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod

import torch
from torch import Tensor, nn

from hinterland.models.base import AbstractNet
from hinterland.types import HinterlandError

EXACT = 4096  # pixels of a picture up to which its whole covariance is kept: 128 MiB
PASSES = 8  # over the pictures, where they are larger
SPARE = 32  # directions more than asked for, where they are larger


class PCA(AbstractNet):
    """Principal components: the linear autoencoder in closed form, the yardstick of the others.

    Layers: code = (pixels - mean) @ axesᵀ, picture = mean + code @ axes, with d orthonormal axes.
    Decoded pictures may overshoot [0, 1]; whoever shows them clips them.
    Loss: squared error, summed over pixels; its minimum is computed, not approached by steps, from
    the eigenvectors of the pixels' covariance (pictures of more than 4,096 numbers: by randomised
    subspace iteration). Axes are sorted by variance, and point to where their largest entry is
    positive.
    Good for: knowing what the others are worth. No linear autoencoder has a smaller error.
    Source: Pearson 1901; Baldi & Hornik, "Neural networks and principal component analysis", Neural
    Networks 2, 1989; Halko, Martinsson, Tropp, SIAM Review 53, 2011.
    """

    def __init__(self, image_shape: tuple[int, int, int], latent_dim: int) -> None:
        super().__init__(image_shape, latent_dim)
        pixels = prod(image_shape)
        if latent_dim > pixels:
            raise HinterlandError(
                f"pictures of {pixels} numbers have at most {pixels} components; got {latent_dim}"
            )
        guess = torch.linalg.qr(torch.randn(pixels, latent_dim)).Q.T.contiguous()
        self.axes = nn.Parameter(guess, requires_grad=False)  # (d, pixels)
        self.mean = nn.Parameter(torch.full((pixels,), 0.5), requires_grad=False)

    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        return {"mean": (x.flatten(1) - self.mean) @ self.axes.T}

    def logits(self, z: Tensor) -> Tensor:
        h, w, c = self.image_shape
        return (z @ self.axes + self.mean).reshape(-1, c, h, w)

    def picture(self, z: Tensor) -> Tensor:
        return self.logits(z)

    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        wrong = self.picture(self.posterior(x)["mean"]) - x
        return {"reconstruction": wrong.square().sum() / len(x)}

    def fit(self, batches: Callable[[], Iterable[Tensor]]) -> None:
        """Compute mean and axes in float64, in two passes over the pictures, or in nine."""
        pixels = prod(self.image_shape)
        mean, count = torch.zeros(pixels, dtype=torch.float64), 0
        for x in _rows(batches):
            mean += x.sum(0)
            count += len(x)
        if not count:
            raise HinterlandError("there are no pictures to find components of")
        mean /= count
        find = _eigenvectors if pixels <= EXACT else _subspace
        axes = find(batches, mean, self.latent_dim)
        largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
        self.axes.copy_((axes * largest.sign()).float())  # not every device knows float64
        self.mean.copy_(mean.float())


def _rows(batches: Callable[[], Iterable[Tensor]]) -> Iterable[Tensor]:
    """The pictures of a pass, float64 (m, pixels), where every machine has float64."""
    return (x.flatten(1).cpu().double() for x in batches())


def _eigenvectors(batches: Callable[[], Iterable[Tensor]], mean: Tensor, d: int) -> Tensor:
    """The d directions of most variance, (d, pixels)."""
    scatter = torch.zeros(len(mean), len(mean), dtype=torch.float64)
    for x in _rows(batches):
        centred = x - mean
        scatter.addmm_(centred.T, centred)
    return _largest(scatter, d).T


def _subspace(batches: Callable[[], Iterable[Tensor]], mean: Tensor, d: int) -> Tensor:
    """The same without the covariance, nearly: what a few passes make of random directions."""
    luck = torch.Generator().manual_seed(0)
    wide = min(d + SPARE, len(mean))
    basis = torch.randn(len(mean), wide, generator=luck, dtype=torch.float64)
    for _ in range(PASSES):
        basis = torch.linalg.qr(basis).Q
        image, scatter = torch.zeros_like(basis), torch.zeros(wide, wide, dtype=torch.float64)
        for x in _rows(batches):
            seen = (x - mean) @ basis
            image.addmm_((x - mean).T, seen)
            scatter.addmm_(seen.T, seen)
        before, basis = basis, image
    axes: Tensor = (before @ _largest(scatter, d)).T
    return axes


def _largest(scatter: Tensor, d: int) -> Tensor:
    """The eigenvectors of the d largest eigenvalues, largest first, as columns."""
    columns: Tensor = torch.linalg.eigh(scatter).eigenvectors[:, -d:].flip(1)
    return columns
