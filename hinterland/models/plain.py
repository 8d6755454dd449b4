"""The autoencoder whose code is a point, and everything that may be asked of its code."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from hinterland.models import layers
from hinterland.models.base import AbstractNet, check_loss, check_weights, reconstruction_loss
from hinterland.models.geometry import codes, unevenness
from hinterland.models.mmd import discrepancy
from hinterland.models.topology import mismatch
from hinterland.types import HinterlandError


class Plain(AbstractNet):
    """Autoencoder whose codes are points, and options what is asked of them.

    Layers: `halves` = "linear", "dense" (`widths` 512-256 unless asked), "conv" (3 x 3 convolutions
    of stride 2 with 32 and 64 channels, then dense layers of `funnel`, 256 unless asked) or
    "spatial" (convolutions alone: the code is a small picture); `activation` = "relu" or "elu"; the
    decoder is the mirror image. `bounded`: the code is a tanh, and lies in the square (-1, 1)^d.
    Loss: `loss` = "bce" or "mse", summed over pixels, + each of these times its weight:
    `sparsity`, the sum of the code's absolute values;
    `mmd`, the discrepancy of the codes from a standard normal, or from the uniform square where
    `bounded` (`mmd.discrepancy`);
    `topology`, the mismatch of the batch's minimum spanning trees in pictures and codes, whose
    distance 1 means a root mean square difference of 1 per pixel (`topology.mismatch`);
    `geometry`, the variance of log det of the decoder's metric (`geometry.unevenness`).
    `noise` (standard deviation, then clipped to [0, 1]) and `masking` (the share of pixels set to
    0) spoil the picture that is encoded, never the one to be reconstructed.

    The options go together. Those with a name, "dense" where nothing else is said:
    `simple`: pixels-d-pixels, no hidden layer but the code. Good for: the least that is not PCA.
    `dense`: pixels-256-128-64-d. Good for: a first look, and as the plain yardstick of the others.
    Nothing orders its latent space: classes may lie far apart with empty ground between.
    `deep`: pixels-1000-500-250-d. Good for: sharp pictures from few numbers. Source of all three:
    Hinton & Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 313,
    2006.
    `conv`: "spatial", 128 latents. Good for: large pictures with few weights, and codes that say
    where something is. Source: Masci et al., "Stacked convolutional auto-encoders", ICANN 2011.
    `conv-dense`: "conv" with a funnel of 512-256-64. Good for: the best maps of plain autoencoders;
    the narrow end of the funnel is what untangles two latents. Source: the same.
    `cae`: "conv" with 32, 64 and 128 channels and ELU, 32 latents. Good for: sharp
    reconstructions, and codes to search and to compare. Source: Guo et al., "Deep clustering with
    convolutional autoencoders", ICONIP 2017; ELU: Clevert et al., ICLR 2016.
    `sparse`: L1 activity, 32 latents. Good for: codes of which few numbers are far from 0. Source:
    Ng, "Sparse autoencoder", CS294A lecture notes, 2011; L1: Olshausen & Field, Nature 381, 1996.
    `denoising`: a noise of 0.5. Good for: cleaning pictures, and codes that small
    damages do not move. Source: Vincent et al., "Stacked denoising autoencoders", JMLR 11, 2010.
    `bounded`: tanh and `mmd`. Good for: a map that fills a square, without far-away
    points. Source: as `wae`, with a uniform prior.
    `wae`: `mmd`. Good for: a space to draw new pictures from, sharper than a VAE's.
    Source: Tolstikhin et al., "Wasserstein auto-encoders", ICLR 2018.
    `topo-ae`: `topology`. Good for: maps whose clusters are as connected as those of
    the pictures. Source: Moor et al., "Topological autoencoders", ICML 2020.
    `geometric-ae`: ELU and `geometry`. Good for: maps on which equal areas change the
    picture equally. Source: Nazari, Damrich, Hamprecht, "Geometric autoencoders", ICML 2023.
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
        bounded: bool = False,
        loss: str = "bce",
        noise: float = 0.0,
        masking: float = 0.0,
        sparsity: float = 0.0,
        mmd: float = 0.0,
        topology: float = 0.0,
        geometry: float = 0.0,
    ) -> None:
        super().__init__(image_shape, latent_dim)
        check_weights(noise=noise, sparsity=sparsity, mmd=mmd, topology=topology, geometry=geometry)
        if not 0 <= masking < 1:
            raise HinterlandError(f"masking must be a share from 0 to below 1; got {masking}")
        self.loss = check_loss(loss)
        self.bounded, self.noise, self.masking = bounded, noise, masking
        self.sparsity, self.mmd, self.topology, self.geometry = sparsity, mmd, topology, geometry
        self.encoder, self.decoder = layers.halves(
            halves, image_shape, latent_dim, widths=widths, funnel=funnel, activation=activation
        )

    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        z = self.encoder(x).float()
        return {"mean": z.tanh() if self.bounded else z}

    def logits(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.decoder(z)
        return pictures

    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        z = self.posterior(self._spoilt(x, rng))["mean"]
        parts = {"reconstruction": reconstruction_loss(self.logits(z), x, self.loss)}
        if self.sparsity:
            parts["sparsity"] = self.sparsity * z.abs().sum(1).mean()
        if self.mmd:
            parts["mmd"] = self.mmd * discrepancy(z, self._prior(z, rng))
        if self.topology:
            pixels = x.flatten(1)
            parts["topology"] = self.topology * mismatch(pixels, z * pixels.shape[1] ** 0.5)
        if self.geometry:
            some = torch.randperm(len(z), generator=rng, device=z.device)[: codes(self.latent_dim)]
            # detached: the decoder is to become even, not the codes to move to where it is
            parts["geometry"] = self.geometry * unevenness(self.picture, z[some].detach())
        return parts

    def _spoilt(self, x: Tensor, rng: torch.Generator) -> Tensor:
        if self.noise:
            luck = torch.randn(x.shape, generator=rng, device=x.device)
            x = (x + self.noise * luck).clamp(0, 1)
        if self.masking:
            x = x * (torch.rand(x.shape, generator=rng, device=x.device) >= self.masking)
        return x

    def _prior(self, z: Tensor, rng: torch.Generator) -> Tensor:
        """As many draws as there are codes, (n, d)."""
        if self.bounded:
            return 2 * torch.rand(z.shape, generator=rng, device=z.device) - 1
        return torch.randn(z.shape, generator=rng, device=z.device)
