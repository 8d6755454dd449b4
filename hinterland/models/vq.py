"""The autoencoder whose codes are words of a learnt list."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hinterland.models import layers
from hinterland.models.base import AbstractNet, check_loss, check_weights, reconstruction_loss
from hinterland.types import HinterlandError


class VQVAE(AbstractNet):
    """Vector-quantised autoencoder: each cell of a spatial code is the nearest word of a codebook.

    Layers: as `conv`: 3 x 3 convolutions of stride 2 with 32 and 64 channels, down to a small grid
    of cells (4 x 4 cells of 8 numbers for 128 latents and 28 x 28 pixels; one cell of 2 numbers for
    2 latents); `words` vectors in the codebook; the mirror image. The latent outside is the code
    before it is quantised, so that the latent of any spot decodes: as that of its words.
    Loss: `loss` = "bce" or "mse", summed over pixels, + |word - code|² for the codebook +
    `commitment` * |code - word|² for the encoder, summed over the code. The gradient passes the
    quantisation unchanged (straight through).
    Good for: sharp pictures from few bits; maps cut into the regions of the words.
    Source: van den Oord, Vinyals, Kavukcuoglu, "Neural discrete representation learning", NeurIPS
    2017.
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        latent_dim: int,
        *,
        widths: Sequence[int] = (),
        activation: str = "relu",
        loss: str = "bce",
        words: int = 256,
        commitment: float = 0.25,
    ) -> None:
        super().__init__(image_shape, latent_dim)
        check_weights(commitment=commitment)
        if words < 2:
            raise HinterlandError(f"words must be at least 2; got {words}")
        self.loss, self.commitment = check_loss(loss), commitment
        self.encoder, self.decoder = layers.halves(
            "spatial", image_shape, latent_dim, widths=widths, activation=activation
        )
        h, w = layers.grid(image_shape, latent_dim)
        self.cells = h * w
        self.codebook = nn.Parameter(torch.randn(words, latent_dim // self.cells))

    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        return {"mean": self.encoder(x).float()}

    def logits(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.decoder(self.quantised(z))
        return pictures

    def quantised(self, z: Tensor) -> Tensor:
        """(n, d) -> (n, d), each cell replaced by the nearest word."""
        size = self.codebook.shape[1]
        cells = z.reshape(-1, size, self.cells).transpose(1, 2)  # (n, cells, size)
        # the word's squared distance, less what all words share
        with torch.autocast(z.device.type, enabled=False):
            far = self.codebook.square().sum(1) - 2 * cells @ self.codebook.T
        words = self.codebook[far.argmin(2)]
        return words.transpose(1, 2).reshape(-1, self.latent_dim)

    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        z = self.encoder(x).float()
        words = self.quantised(z)
        n = len(x)
        logits = self.decoder(z + (words - z).detach())
        return {
            "reconstruction": reconstruction_loss(logits, x, self.loss),
            "codebook": F.mse_loss(words, z.detach(), reduction="sum") / n,
            "commitment": self.commitment * F.mse_loss(z, words.detach(), reduction="sum") / n,
        }
