"""Walks through the latent space, and the images that they lead between."""

from __future__ import annotations

import numpy as np

from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

WALKS = ("linear", "spherical")


def walk(a: np.ndarray, b: np.ndarray, steps: int, path: str) -> np.ndarray:
    """Latents (d,) and (d,) -> float32 (steps, d), from one to the other."""
    at = np.linspace(0, 1, steps)[:, None]
    a, b = a.astype(np.float64), b.astype(np.float64)
    size = np.linalg.norm(a), np.linalg.norm(b)
    if path == "spherical" and min(size) > 0:
        angle = np.arccos(np.clip(a @ b / (size[0] * size[1]), -1, 1))
        if 1e-6 < angle < np.pi - 1e-6:
            # directions turn evenly, lengths change evenly
            turned = np.sin((1 - at) * angle) * a / size[0] + np.sin(at * angle) * b / size[1]
            lengths = (1 - at) * size[0] + at * size[1]
            return _single(turned / np.sin(angle) * lengths)
    return _single((1 - at) * a + at * b)


def ends(run: Reader, count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Rows of pairs of held-out images, of different classes where there are any.

    Raises HinterlandError where there are too few images.
    """
    rows = rng.permutation(run.pick(4 * count, rng)).tolist()
    if len(rows) < 2:
        raise HinterlandError(f"{run.run.path} holds fewer than two images to go between")
    parted = [] if run.labels is None else _parted(run.labels, rows, count)
    return parted or list(zip(rows[::2], rows[1::2], strict=False))[:count]


def _parted(labels: np.ndarray, rows: list[int], count: int) -> list[tuple[int, int]]:
    """Pair rows off, each with the first later one of another class, where there is one."""
    left, pairs = list(rows), list[tuple[int, int]]()
    while left and len(pairs) < count:
        a = left.pop(0)
        other = next((i for i, b in enumerate(left) if labels[b] != labels[a]), None)
        if other is not None:
            pairs.append((a, left.pop(other)))
    return pairs


def _single(latents: np.ndarray) -> np.ndarray:
    return latents.astype(np.float32)
