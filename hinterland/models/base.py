"""What every model of ours is: numpy outside, torch inside, converted here and nowhere else."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class AbstractNet(nn.Module, ABC):
    """An autoencoder made of an encoder and a decoder. It is an `Autoencoder` as it stands.

    A member says what a picture's code is (`posterior`), what a code's picture is (`logits`), and
    what training minimises (`losses`). Inside, pictures are float32 (n, c, h, w) in [0, 1].
    """

    def __init__(self, image_shape: tuple[int, int, int], latent_dim: int) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.latent_dim = latent_dim

    @abstractmethod
    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        """(n, c, h, w) -> `mean` (n, d), and `logvar` (n, d) where a code is a Gaussian."""

    @abstractmethod
    def logits(self, z: Tensor) -> Tensor:
        """(n, d) -> (n, c, h, w); their sigmoid is the picture."""

    @abstractmethod
    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """Named parts, each summed over a picture and averaged over pictures; the sum is minimised.

        Luck comes from `rng` alone.
        """

    def picture(self, z: Tensor) -> Tensor:
        """(n, d) -> (n, c, h, w) in [0, 1]."""
        return torch.sigmoid(self.logits(z))

    def encode(self, images: np.ndarray) -> np.ndarray:
        """float32 (n, h, w, c) in [0, 1], or uint8 -> float32 (n, d)."""
        with torch.inference_mode():
            mean = self.posterior(to_tensor(images, self.device))["mean"]
        return mean.float().cpu().numpy()

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """float32 (n, d) -> float32 (n, h, w, c) in [0, 1]."""
        with torch.inference_mode():
            z = torch.from_numpy(np.ascontiguousarray(latents, np.float32)).to(self.device)
            return to_array(self.picture(z))

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device


def to_tensor(images: np.ndarray, device: torch.device) -> Tensor:
    """(n, h, w, c), uint8 or float in [0, 1] -> float32 (n, c, h, w) in [0, 1]."""
    pixels = torch.from_numpy(np.ascontiguousarray(images)).to(device, non_blocking=True)
    x = pixels.permute(0, 3, 1, 2)
    return x.float().div_(255) if images.dtype == np.uint8 else x.float()


def to_array(pictures: Tensor) -> np.ndarray:
    """(n, c, h, w) -> float32 (n, h, w, c)."""
    return pictures.permute(0, 2, 3, 1).float().cpu().contiguous().numpy()


def reconstruction_loss(logits: Tensor, x: Tensor) -> Tensor:
    """Binary cross-entropy in nats, summed over a picture's pixels, averaged over pictures.

    Pixels in [0, 1] are taken as probabilities, as in Kingma & Welling 2014, appendix C.1.
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
