"""The halves that models are made of: dense and convolutional, for pictures of any size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from torch import nn

from hinterland.types import HinterlandError

Shape = tuple[int, int, int]
SMALLEST = 4  # strided convolutions stop before a side would fall below this


def encoder(kind: str, image_shape: Shape, widths: Sequence[int], outputs: int) -> nn.Sequential:
    """A half from pictures (n, c, h, w) to (n, outputs). kind: `dense` or `conv`."""
    _check(kind, widths)
    if kind == "dense":
        return nn.Sequential(nn.Flatten(), *_funnel([prod(image_shape), *widths, outputs]))
    sizes = _sizes(image_shape, len(widths))
    channels = [image_shape[2], *widths][: len(sizes)]
    layers: list[nn.Module] = []
    for before, after in pairwise(channels):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
    h, w = sizes[-1]
    return nn.Sequential(*layers, nn.Flatten(), *_funnel([channels[-1] * h * w, 256, outputs]))


def decoder(kind: str, image_shape: Shape, widths: Sequence[int], latent_dim: int) -> nn.Sequential:
    """The mirror image of `encoder`: from (n, latent_dim) to logits (n, c, h, w)."""
    _check(kind, widths)
    h, w, c = image_shape
    if kind == "dense":
        funnel = _funnel([latent_dim, *reversed(widths), prod(image_shape)])
        return nn.Sequential(*funnel, nn.Unflatten(1, (c, h, w)))
    sizes = _sizes(image_shape, len(widths))
    channels = [c, *widths][: len(sizes)]
    h, w = sizes[-1]
    layers: list[nn.Module] = [
        *_funnel([latent_dim, 256, channels[-1] * h * w]),
        nn.ReLU(),
        nn.Unflatten(1, (channels[-1], h, w)),
    ]
    for i in range(len(sizes) - 1, 0, -1):
        h, w = sizes[i - 1]
        odd = (1 - h % 2, 1 - w % 2)
        layers.append(
            nn.ConvTranspose2d(channels[i], channels[i - 1], 3, 2, padding=1, output_padding=odd)
        )
        if i > 1:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def _funnel(widths: Sequence[int]) -> list[nn.Module]:
    """Linear layers with ReLU between them; the last one is bare."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return layers[:-1]


def _sizes(image_shape: Shape, most: int) -> list[tuple[int, int]]:
    """(h, w) before and after each halving (rounded up), at most `most` of them."""
    sizes = [image_shape[:2]]
    while len(sizes) <= most:
        h, w = (-(-side // 2) for side in sizes[-1])
        if min(h, w) < SMALLEST:
            break
        sizes.append((h, w))
    return sizes


def _check(kind: str, widths: Sequence[int]) -> None:
    if kind not in ("dense", "conv"):
        raise HinterlandError(f"halves must be 'dense' or 'conv'; got {kind!r}")
    if not widths or any(not isinstance(w, int) or w < 1 for w in widths):
        raise HinterlandError(f"widths must be whole numbers above 0; got {list(widths)}")
