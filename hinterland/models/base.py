"""What every model of ours is: numpy outside, torch inside, converted here and nowhere else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hinterland.types import HinterlandError

LOSSES = ("bce", "mse")


class AbstractNet(nn.Module, ABC):
    """An autoencoder made of an encoder and a decoder. It is an `Autoencoder` as it stands.

    A member says what a picture's code is (`posterior`), what a code's picture is (`logits`), and
    what training minimises (`losses`). Inside, pictures are float32 (n, c, h, w) in [0, 1].
    """

    def __init__(self, image_shape: tuple[int, int, int], latent_dim: int) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.latent_dim = latent_dim
        self.warmth: float = 1.0  # the share of a prior's weight that counts yet; set by training

    @abstractmethod
    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        """(n, c, h, w) -> `mean` (n, d), and `logvar` (n, d) where a code is a Gaussian."""

    @abstractmethod
    def logits(self, z: Tensor) -> Tensor:
        """(n, d) -> (n, c, h, w); their sigmoid is the picture, but for a linear decoder."""

    @abstractmethod
    def losses(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """Named parts, each summed over a picture and averaged over pictures; the sum is minimised.

        Luck comes from `rng` alone.
        """

    def picture(self, z: Tensor) -> Tensor:
        """(n, d) -> (n, c, h, w) in [0, 1].

        Only a linear decoder overshoots: whoever shows its pictures clips them, so that its errors
        are measured as they are.
        """
        return torch.sigmoid(self.logits(z))

    def encode(self, images: np.ndarray) -> np.ndarray:
        """float32 (n, h, w, c) in [0, 1], or uint8 -> float32 (n, d)."""
        with torch.inference_mode():
            mean = self.posterior(to_tensor(images, self.device))["mean"]
        return mean.float().cpu().numpy()

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """float32 (n, d) -> float32 (n, h, w, c) in [0, 1]; see `picture`."""
        with torch.inference_mode():
            z = torch.from_numpy(np.ascontiguousarray(latents, np.float32)).to(self.device)
            return to_array(self.picture(z))

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device


@runtime_checkable
class ClosedForm(Protocol):
    """A model whose best weights are computed from the pictures, not approached by steps."""

    def fit(self, batches: Callable[[], Iterable[Tensor]]) -> None:
        """Replace the weights by the best ones.

        batches: each call begins a pass over the training pictures, float32 (m, c, h, w) each.
        """


def products(net: AbstractNet) -> int:
    """How many numbers are multiplied to encode and decode one picture."""
    h, w, c = net.image_shape
    found = []

    def count(layer: nn.Module, given: tuple[Tensor, ...], made: Tensor) -> None:
        weight = layer.weight
        assert isinstance(weight, Tensor)
        # a convolution's weights are used at each place of its output, a transposed one's of its
        # input; torch's own counter takes a second to import
        places = given[0] if isinstance(layer, nn.ConvTranspose2d) else made
        found.append(weight.numel() * places[0, 0].numel() if places.ndim > 2 else weight.numel())

    kinds = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
    hooks = [each.register_forward_hook(count) for each in net.modules() if isinstance(each, kinds)]
    with torch.no_grad():
        net.logits(net.posterior(torch.zeros(2, c, h, w, device=net.device))["mean"])
    for hook in hooks:
        hook.remove()
    return sum(found)


def to_tensor(images: np.ndarray, device: torch.device) -> Tensor:
    """(n, h, w, c), uint8 or float in [0, 1] -> float32 (n, c, h, w) in [0, 1]."""
    pixels = torch.from_numpy(np.ascontiguousarray(images)).to(device, non_blocking=True)
    x = pixels.permute(0, 3, 1, 2)
    return x.float().div_(255) if images.dtype == np.uint8 else x.float()


def to_array(pictures: Tensor) -> np.ndarray:
    """(n, c, h, w) -> float32 (n, h, w, c)."""
    return pictures.permute(0, 2, 3, 1).float().cpu().contiguous().numpy()


def to_tensors(weights: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    """Weights as a run keeps them -> as `load_state_dict` takes them; each a copy."""
    return {name: torch.from_numpy(value.copy()) for name, value in weights.items()}


def reconstruction_loss(logits: Tensor, x: Tensor, loss: str = "bce") -> Tensor:
    """How wrong pictures are: summed over a picture's pixels, averaged over pictures.

    `bce`: binary cross-entropy in nats; pixels in [0, 1] are taken as probabilities, as in
    Kingma & Welling 2014, appendix C.1. `mse`: squared error of the pictures, which is a Gaussian's
    negative log-likelihood with variance 1/2, but for a constant.
    """
    if loss == "bce":
        return F.binary_cross_entropy_with_logits(logits.float(), x, reduction="sum") / len(x)
    return F.mse_loss(torch.sigmoid(logits.float()), x, reduction="sum") / len(x)


def picture_losses(logits: Tensor, x: Tensor, loss: str = "bce") -> Tensor:
    """`reconstruction_loss` of each picture: (n,)."""
    if loss == "bce":
        each = F.binary_cross_entropy_with_logits(logits.float(), x, reduction="none")
    else:
        each = F.mse_loss(torch.sigmoid(logits.float()), x, reduction="none")
    return each.flatten(1).sum(1)


def check_loss(loss: str) -> str:
    """The name of a loss, if it is one."""
    if loss not in LOSSES:
        raise HinterlandError(f"loss must be 'bce' or 'mse'; got '{loss}'")
    return loss


def check_weights(**weights: float) -> None:
    """Refuse a part of the loss that would be rewarded, or that is no number."""
    for name, weight in weights.items():
        if not weight >= 0:
            raise HinterlandError(f"{name} must not be negative; got {weight}")
