"""The variational autoencoder whose codes are directions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from hinterland.models import layers
from hinterland.models.base import AbstractNet, check_loss, check_weights, reconstruction_loss
from hinterland.models.sphere import divergence, sample
from hinterland.types import HinterlandError


class Hyperspherical(AbstractNet):
    """Variational autoencoder on the unit sphere: codes are von Mises-Fisher, the prior uniform.

    Layers: as `vae`, `halves` = "dense" unless asked, but the encoder ends in d numbers v: the
    mean direction is v / |v|, the concentration 1 + d |v|². The latent outside is the direction, a
    unit vector of R^d. The decoder sees directions only, lengthened to √d so that its inputs are
    about 1: every latent is decoded as its direction.
    Loss: `loss` = "bce" or "mse", summed over pixels, + beta * KL(code || uniform) in nats.
    Good for: spaces with no centre and no edge, such as three latents on a globe; anything whose
    codes are compared by their cosine. From some 20 latents on, a Gaussian code is as good.
    Source: Davidson, Falorsi, De Cao, Kipf, Tomczak, "Hyperspherical variational auto-encoders",
    UAI 2018.
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        latent_dim: int,
        *,
        halves: str = "dense",
        widths: Sequence[int] = (),
        funnel: Sequence[int] = (),
        activation: str = "relu",
        loss: str = "bce",
        beta: float = 1.0,
    ) -> None:
        super().__init__(image_shape, latent_dim)
        if latent_dim < 2:
            raise HinterlandError(
                "a sphere of directions needs at least 2 latents; got 1",
                "--latent-dim 3 is a globe",
            )
        check_weights(beta=beta)
        self.loss, self.beta = check_loss(loss), beta
        self.encoder, self.decoder = layers.halves(
            halves, image_shape, latent_dim, widths=widths, funnel=funnel, activation=activation
        )

    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        return {"mean": F.normalize(self.encoder(x).float(), dim=1)}

    def logits(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.decoder(F.normalize(z, dim=1) * self.latent_dim**0.5)
        return pictures

    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        v = self.encoder(x).float()
        concentration = 1 + self.latent_dim * v.square().sum(1)  # (n,)
        z = sample(F.normalize(v, dim=1), concentration, rng)
        return {
            "reconstruction": reconstruction_loss(self.logits(z), x, self.loss),
            "kl": self.warmth * self.beta * divergence(concentration, self.latent_dim).mean(),
        }
