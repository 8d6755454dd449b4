"""The variational autoencoder, dense or convolutional, with beta and with several samples."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import torch
from torch import Tensor

from hinterland.models import layers
from hinterland.models.base import (
    AbstractNet,
    check_loss,
    check_weights,
    picture_losses,
    reconstruction_loss,
)
from hinterland.types import HinterlandError


class VAE(AbstractNet):
    """Variational autoencoder: codes are Gaussians, drawn towards a standard normal prior.

    Layers: `halves` = "dense" (pixels-512-256-2d), "conv" (3 x 3 convolutions of stride 2 with 32
    and 64 channels, then dense layers of `funnel`, 256 unless asked), "spatial" (convolutions
    alone) or "linear"; ReLU; the decoder is the mirror image, from d.
    Loss: `loss` = "bce" or "mse", summed over pixels, + beta * KL(code || N(0, I)) in nats. With
    `samples` = k above 1, the importance-weighted bound of k samples, -log mean w, in which
    w = p(x|z) (p(z) / q(z|x))^beta; its reconstruction is averaged by the weights w, and its `kl`
    is the rest.
    Good for: a map without holes, on which every spot decodes to something and neighbours look
    alike.
    Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014.

    Those with a name:
    `conv-vae`: "conv". Good for: the best pictures of the family.
    `beta-vae`: beta = 4. Good for: numbers that mean one thing each; blurred pictures. A beta below
    1 sharpens them. Source: Higgins et al., "beta-VAE", ICLR 2017.
    `iwae`: 5 samples. Good for: a tighter bound on the likelihood, and more numbers in use. Source:
    Burda, Grosse, Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.
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
        samples: int = 1,
    ) -> None:
        super().__init__(image_shape, latent_dim)
        check_weights(beta=beta)
        if samples < 1:
            raise HinterlandError(f"samples must be at least 1; got {samples}")
        self.loss, self.beta, self.samples = check_loss(loss), beta, samples
        self.encoder, self.decoder = layers.halves(
            halves,
            image_shape,
            latent_dim,
            widths=widths,
            funnel=funnel,
            activation=activation,
            heads=2,
        )

    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        mean, logvar = self.encoder(x).float().chunk(2, 1)  # (n, d) each
        return {"mean": mean, "logvar": logvar}

    def logits(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.decoder(z)
        return pictures

    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        code = self.posterior(x)
        mean, logvar = code["mean"], code["logvar"]
        if self.samples > 1:
            return self._importance(x, mean, logvar, rng)
        noise = torch.randn(mean.shape, generator=rng, device=mean.device)
        z = mean + noise * (logvar / 2).exp()
        kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).sum(1).mean()  # over d, then over n
        return {
            "reconstruction": reconstruction_loss(self.logits(z), x, self.loss),
            "kl": self.warmth * self.beta * kl,
        }

    def _importance(
        self, x: Tensor, mean: Tensor, logvar: Tensor, rng: torch.Generator
    ) -> dict[str, Tensor]:
        k = self.samples
        noise = torch.randn((k, *mean.shape), generator=rng, device=mean.device)
        z = mean + noise * (logvar / 2).exp()  # (k, n, d)
        # one sample at a time: a batch k times as large would need k times the memory
        wrong = torch.stack([picture_losses(self.logits(each), x, self.loss) for each in z])
        ratio = 0.5 * (noise**2 + logvar - z**2).sum(2)  # log p(z) - log q(z|x), (k, n)
        weight = self.warmth * self.beta * ratio - wrong  # log w
        bound = (log(k) - weight.logsumexp(0)).mean()
        reconstruction = (weight.softmax(0) * wrong).sum(0).mean()
        return {"reconstruction": reconstruction, "kl": bound - reconstruction}
