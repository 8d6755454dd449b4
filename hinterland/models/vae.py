"""The variational autoencoder, dense or convolutional, and beta."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from hinterland.models import layers
from hinterland.models.base import AbstractNet, reconstruction_loss
from hinterland.types import HinterlandError

WIDTHS = {"dense": (512, 256), "conv": (32, 64)}


class VAE(AbstractNet):
    """Variational autoencoder: codes are Gaussians, drawn towards a standard normal prior.

    Layers: `halves="dense"` pixels-512-256-2d, `halves="conv"` 3 x 3 convolutions of stride 2 with
    32 and 64 channels and a dense layer of 256; ReLU; the decoder is the mirror image.
    Loss: binary cross-entropy + beta * KL(code || N(0, I)), both in nats per picture.
    Good for: a map without holes, on which every spot decodes to something and neighbours look
    alike. A beta above 1 tidies the latent space, below 1 sharpens the pictures.
    Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014; beta: Higgins et al.,
    "beta-VAE", ICLR 2017.
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        latent_dim: int,
        *,
        halves: str = "dense",
        widths: Sequence[int] = (),
        beta: float = 1.0,
    ) -> None:
        super().__init__(image_shape, latent_dim)
        if not beta >= 0:
            raise HinterlandError(f"beta must not be negative; got {beta}")
        widths = widths or WIDTHS.get(halves, ())
        self.beta = beta
        self.encoder = layers.encoder(halves, image_shape, widths, 2 * latent_dim)
        self.decoder = layers.decoder(halves, image_shape, widths, latent_dim)

    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        mean, logvar = self.encoder(x).chunk(2, 1)  # (n, d) each
        return {"mean": mean, "logvar": logvar}

    def logits(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.decoder(z)
        return pictures

    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        mean, logvar = self.encoder(x).chunk(2, 1)
        noise = torch.randn(mean.shape, generator=rng, device=mean.device)
        z = mean + noise * (logvar / 2).exp()
        kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).sum(1).mean()  # over d, then over n
        return {
            "reconstruction": reconstruction_loss(self.logits(z), x),
            "kl": self.beta * kl,
        }
