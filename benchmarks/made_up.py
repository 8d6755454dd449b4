"""Runs of made-up images, as large as a benchmark wants them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

import hinterland
from hinterland.chart import refresh
from hinterland.run import Run
from hinterland.train import Settings, begin, train
from hinterland.types import Images

CLASSES = 10


def pictures(n: int, h: int, w: int, c: int, seed: int = 0) -> Images:
    """n pictures of ten classes: a soft spot somewhere, in 16 shades, as hard to pack as digits."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, n)
    angle = 2 * np.pi * labels / CLASSES
    middle = 0.5 + 0.28 * np.stack([np.sin(angle), np.cos(angle)], 1)
    at = (middle + rng.normal(0, 0.07, (n, 2))) * (h, w)
    wide = 0.14 * h * rng.uniform(0.7, 1.4, n)
    pixels = np.empty((n, h, w, c), np.uint8)
    for start in range(0, n, 2048):
        part = slice(start, start + 2048)
        ys = np.exp(-0.5 * ((np.arange(h) - at[part, :1]) / wide[part, None]) ** 2)
        xs = np.exp(-0.5 * ((np.arange(w) - at[part, 1:]) / wide[part, None]) ** 2)
        spot = (ys[:, :, None] * xs[:, None, :] * 15).round() * 17
        pixels[part] = spot[..., None].astype(np.uint8)
    names = tuple(str(k) for k in range(CLASSES))
    return Images(pixels, labels, names)


def trained(path: Path, n: int, epochs: int, *, model: str = "vae", side: int = 8) -> Path:
    """The folder of a run of n pictures with two latents, trained where it is not there yet."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    images = dataclasses.replace(pictures(n, side, side, 1), held_out=np.arange(n) % 5 == 0)
    settings = Settings(epochs=epochs, batch_size=128, seed=0, device="cpu", track=n)
    run = begin(path, images, source="made up", model=model, latent_dim=2, settings=settings)
    for _ in train(run, images):
        pass
    for _ in refresh(run):
        pass
    return path


def many(path: Path, n: int, side: int = 8) -> Run:
    """A run of n pictures whose latents are where their spots lie: two functions, no training."""
    grid = (np.arange(side) + 0.5) / side * 6 - 3

    def encode(x: np.ndarray) -> np.ndarray:
        mass = x[..., 0] + 1e-6
        total = mass.sum((1, 2))
        down, across = (mass.sum(2) @ grid) / total, (mass.sum(1) @ grid) / total
        # A map is not a lattice: shades of the rims part those that lie alike.
        rims = x[:, 0, :, 0].sum(1) - x[:, :, 0, 0].sum(1)
        return np.stack([across + 0.05 * rims, down - 0.05 * rims], 1)

    def decode(z: np.ndarray) -> np.ndarray:
        return np.clip(z[:, :1, None, None] + np.zeros((1, side, side, 1)), 0, 1)

    images = pictures(n, side, side, 1)
    run = hinterland.record(path, encode, decode, images, track=n)
    for _ in refresh(run):
        pass
    return run


def convolutional(path: Path, n: int, shape: tuple[int, int, int]) -> Run:
    """A run of n pictures with the graph of a conv-vae's decoder, before it has learnt."""
    import torch
    from torch import nn

    from hinterland.models import build

    h, w, c = shape
    torch.manual_seed(0)
    net = build("conv-vae", shape, 2).eval()
    encode = nn.Sequential(nn.AvgPool2d(h // 2), nn.Flatten(), nn.Linear(4 * c, 2))
    with torch.no_grad():
        encode[2].weight.mul_(12)
    some = pictures(min(n, 2000), h, w, c)
    # The same few pictures again and again: a benchmark of speed has no use for 800 MB of others.
    rows = np.arange(n) % len(some)
    assert some.labels is not None
    images = Images(some.pixels[rows], some.labels[rows], some.classes)
    run = hinterland.record(path, encode, net.picture, images, track=n)
    for _ in refresh(run):
        pass
    return run
