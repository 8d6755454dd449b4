"""The classifier that names pictures, real or decoded: what a territory is coloured by."""

from __future__ import annotations

from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn

from hinterland.models import graphs, layers

WIDTHS = (8, 16, 32)  # channels after each halving; the last serves all further ones
HIDDEN = 64


class Classifier(nn.Module):
    """A small convolutional classifier of pictures, (n, c, h, w) in [0, 1] -> logits (n, classes).

    Convolutions of stride 2 down to sides of 4 to 7 pixels, then one hidden layer: a sixth of the
    work of the dense VAE that it is trained beside, and 97 % right on MNIST after two epochs.
    """

    def __init__(self, image_shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self.image_shape = image_shape
        sizes = layers.halvings(image_shape)
        deep = len(sizes) - 1
        channels = [image_shape[2], *WIDTHS, *[WIDTHS[-1]] * deep][: deep + 1]
        stem: list[nn.Module] = []
        for before, after in pairwise(channels):
            stem += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
        self.layers = nn.Sequential(
            *stem,
            nn.Flatten(),
            nn.Linear(channels[-1] * prod(sizes[-1]), HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.layers(x)
        return logits


def export(net: Classifier) -> bytes:
    """An ONNX graph with its weights: `images` (n, h, w, c) -> `probabilities` (n, classes)."""
    example = torch.zeros(2, *net.image_shape)
    graph = graphs.traced(_Probabilities(net), example, "images", ["probabilities"])
    content: bytes = graph.SerializeToString()
    return content


class _Probabilities(nn.Module):
    def __init__(self, net: Classifier) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.net(images.permute(0, 3, 1, 2))
        return logits.softmax(1)
