"""The plain autoencoder: a funnel of dense layers and its mirror image."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from hinterland.models import layers
from hinterland.models.base import AbstractNet, reconstruction_loss


class Dense(AbstractNet):
    """Dense autoencoder: pixels-256-128-64-d with ReLU, and its mirror image.

    Loss: binary cross-entropy. Good for: a first look, and as the plain yardstick of the others.
    Nothing orders its latent space, so classes may lie far apart with empty ground between.
    Source: Hinton & Salakhutdinov, "Reducing the dimensionality of data with neural networks",
    Science 313, 2006.
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        latent_dim: int,
        *,
        widths: Sequence[int] = (256, 128, 64),
    ) -> None:
        super().__init__(image_shape, latent_dim)
        self.encoder = layers.encoder("dense", image_shape, widths, latent_dim)
        self.decoder = layers.decoder("dense", image_shape, widths, latent_dim)

    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        return {"mean": self.encoder(x)}

    def logits(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.decoder(z)
        return pictures

    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        return {"reconstruction": reconstruction_loss(self.logits(self.encoder(x)), x)}
