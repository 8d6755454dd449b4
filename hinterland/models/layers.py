"""The halves that models are made of: dense and convolutional, for pictures of any size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from torch import nn

from hinterland.types import HinterlandError

Shape = tuple[int, int, int]
ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "elu": nn.ELU}
WIDTHS = {"linear": (), "dense": (512, 256), "conv": (32, 64), "spatial": (32, 64)}
SMALLEST = 4  # convolutions of stride 2 stop before a side would fall below this
FUNNEL = (256,)  # the dense layers between the convolutions of `conv` and the code


def halves(
    kind: str,
    image_shape: Shape,
    latent_dim: int,
    *,
    widths: Sequence[int] = (),
    funnel: Sequence[int] = (),
    activation: str = "relu",
    heads: int = 1,
) -> tuple[nn.Sequential, nn.Sequential]:
    """An encoder, pictures (n, c, h, w) -> (n, heads * d), and its mirror image, (n, d) -> logits.

    kind: `linear`, one matrix each way; `dense`, a funnel of `widths`; `conv`, 3 x 3 convolutions
    of stride 2 with `widths` channels, then dense layers of `funnel`; `spatial`, convolutions
    alone, so that the code is a small picture of `grid` cells, flattened. widths: () for
    WIDTHS[kind]. funnel: () for 256.
    activation: `relu` or `elu`.
    """
    _check(kind, widths, funnel, activation)
    widths, act = widths or WIDTHS[kind], ACTIVATIONS[activation]
    if kind == "conv":
        return _conv(image_shape, latent_dim, widths, funnel or FUNNEL, act, heads)
    make = _spatial if kind == "spatial" else _dense
    return make(image_shape, latent_dim, widths, act, heads)


def grid(image_shape: Shape, latent_dim: int) -> tuple[int, int]:
    """The (h, w) of a spatial code: the picture halved down to sides of 4 to 7.

    Where d is no multiple of its cells, it is halved on until it is; one cell always fits. A code
    of 128 numbers for 28 x 28 pixels has 4 x 4 cells of 8, one of 2 numbers has one cell of 2.
    """
    return _spatial_sizes(image_shape, latent_dim)[-1]


def _dense(
    image_shape: Shape, d: int, widths: Sequence[int], act: type[nn.Module], heads: int
) -> tuple[nn.Sequential, nn.Sequential]:
    h, w, c = image_shape
    pixels = prod(image_shape)
    encoder = nn.Sequential(nn.Flatten(), *_funnel([pixels, *widths, heads * d], act))
    funnel = _funnel([d, *reversed(widths), pixels], act)
    return encoder, nn.Sequential(*funnel, nn.Unflatten(1, (c, h, w)))


def _conv(
    image_shape: Shape,
    d: int,
    widths: Sequence[int],
    funnel: Sequence[int],
    act: type[nn.Module],
    heads: int,
) -> tuple[nn.Sequential, nn.Sequential]:
    sizes = halvings(image_shape)[: len(widths) + 1]
    channels = [image_shape[2], *widths][: len(sizes)]
    cell = (channels[-1], *sizes[-1])
    encoder = nn.Sequential(
        *_shrinking(channels, act),
        nn.Flatten(),
        *_funnel([prod(cell), *funnel, heads * d], act),
    )
    decoder = nn.Sequential(
        *_funnel([d, *reversed(funnel), prod(cell)], act),
        nn.Unflatten(1, cell),
        *_growing(channels, sizes, act),
    )
    return encoder, decoder


def _spatial(
    image_shape: Shape, d: int, widths: Sequence[int], act: type[nn.Module], heads: int
) -> tuple[nn.Sequential, nn.Sequential]:
    sizes = _spatial_sizes(image_shape, d)
    deep = len(sizes) - 1
    # the last width serves all halvings beyond the last
    channels = [image_shape[2], *widths, *[widths[-1]] * deep][: deep + 1]
    h, w = sizes[-1]
    cell = d // (h * w)
    encoder = nn.Sequential(
        *_shrinking(channels, act), nn.Conv2d(channels[-1], heads * cell, 1), nn.Flatten()
    )
    decoder = nn.Sequential(
        nn.Unflatten(1, (cell, h, w)),
        nn.Conv2d(cell, channels[-1], 1),
        *_growing(channels, sizes, act),
    )
    return encoder, decoder


def _shrinking(channels: Sequence[int], act: type[nn.Module]) -> list[nn.Module]:
    """Convolutions that halve the sides, rounded up."""
    layers: list[nn.Module] = []
    for before, after in pairwise(channels):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), act()]
    return layers


def _growing(
    channels: Sequence[int], sizes: Sequence[tuple[int, int]], act: type[nn.Module]
) -> list[nn.Module]:
    """The mirror image of `_shrinking`, back to the very same sizes."""
    layers: list[nn.Module] = []
    for i in range(len(sizes) - 1, 0, -1):
        h, w = sizes[i - 1]
        odd = (1 - h % 2, 1 - w % 2)
        grown = nn.ConvTranspose2d(channels[i], channels[i - 1], 3, 2, 1, output_padding=odd)
        layers += [act(), grown]
    return layers


def _funnel(widths: Sequence[int], act: type[nn.Module]) -> list[nn.Module]:
    """Linear layers with activations between them; the last one is bare."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), act()]
    return layers[:-1]


def halvings(image_shape: Shape, smallest: int = SMALLEST) -> list[tuple[int, int]]:
    """(h, w) before and after each halving, rounded up, as long as no side falls below."""
    sizes = [image_shape[:2]]
    while max(sizes[-1]) > 1:
        h, w = (-(-side // 2) for side in sizes[-1])
        if min(h, w) < smallest:
            break
        sizes.append((h, w))
    return sizes


def _spatial_sizes(image_shape: Shape, latent_dim: int) -> list[tuple[int, int]]:
    """`halvings` down to the grid of a spatial code."""
    sizes = halvings(image_shape, 1)
    first = len(halvings(image_shape)) - 1
    last = next(i for i in range(first, len(sizes)) if latent_dim % prod(sizes[i]) == 0)
    return sizes[: last + 1]


def _check(kind: str, widths: Sequence[int], funnel: Sequence[int], activation: str) -> None:
    if kind not in WIDTHS:
        known = ", ".join(f"'{name}'" for name in WIDTHS)
        raise HinterlandError(f"halves must be one of {known}; got '{kind}'")
    if activation not in ACTIVATIONS:
        raise HinterlandError(f"activation must be 'relu' or 'elu'; got '{activation}'")
    for name, asked in (("widths", widths), ("funnel", funnel)):
        if any(not isinstance(w, int) or w < 1 for w in asked):
            raise HinterlandError(f"{name} must be whole numbers above 0; got {list(asked)}")
    if funnel and kind != "conv":
        raise HinterlandError(
            f"{kind} halves have no funnel", "--set halves=conv has convolutions and a funnel"
        )
    if kind == "linear" and widths:
        raise HinterlandError("linear halves have no widths", "--set halves=dense takes widths")
