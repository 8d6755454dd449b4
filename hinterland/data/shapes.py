"""The data set of our own: drawn shapes whose every factor is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hinterland.types import Images

__all__ = ["FACTORS", "SHAPES", "draw", "shapes"]

SHAPES = ("square", "ellipse", "heart")
# Each factor takes these values, all equally often. Angles stay below a quarter turn, at which a
# square is itself again, and hues go from red to violet: a factor is a line, not a circle.
FACTORS: Mapping[str, np.ndarray] = {
    "shape": np.arange(len(SHAPES), dtype=np.float32),
    "scale": np.linspace(0.5, 1, 6, dtype=np.float32),
    "orientation": np.linspace(0, 90, 16, endpoint=False, dtype=np.float32),
    "x": np.linspace(0.25, 0.75, 16, dtype=np.float32),
    "y": np.linspace(0.25, 0.75, 16, dtype=np.float32),
    "hue": np.linspace(0, 0.75, 10, dtype=np.float32),
}
COUNT, SIDE, SEED = 10_000, 64, 0
CHUNK = 256
# Side of the largest square, in widths of the picture; all shapes of a scale have its area.
LARGEST = 0.3
SATURATION = 0.8


def shapes(_data_dir: Path | None = None) -> Images:
    """10,000 drawn squares, ellipses and hearts, 64x64, colour, with every factor known.

    Drawn at random from all combinations of shape, scale, orientation, x, y and hue (see
    `FACTORS`), the same at every call. The class is the shape; the six factors are the channels.
    After dSprites: Matthey et al., "dSprites: Disentanglement testing Sprites dataset", 2017.
    """
    rng = np.random.default_rng(SEED)
    factors = {
        name: values[rng.integers(len(values), size=COUNT)] for name, values in FACTORS.items()
    }
    labels = factors["shape"].astype(np.int64)
    return Images(draw(factors), labels, SHAPES, channels=factors, factors=tuple(factors))


def draw(factors: Mapping[str, np.ndarray], side: int = SIDE) -> np.ndarray:
    """Pictures of shapes, uint8 (n, side, side, 3), on black, with soft edges.

    factors: the names of `FACTORS` -> (n,). scale: 1 is the largest. orientation: degrees,
    anticlockwise. x, y: the middle, from the left and the top, 1 is the whole picture. hue: 0 is
    red, 1/3 green, 2/3 blue. Any values between those of `FACTORS` are drawn as well.
    """
    n = len(factors["shape"])
    pictures = np.empty((n, side, side, 3), np.uint8)
    for start in range(0, n, CHUNK):
        some = {
            name: np.asarray(values[start : start + CHUNK], np.float32)
            for name, values in factors.items()
        }
        cover = _coverage(some, side)[..., None]
        colour = _rgb(some["hue"])[:, None, None]
        pictures[start : start + CHUNK] = np.rint(255 * cover * colour)
    return pictures


def _coverage(factors: Mapping[str, np.ndarray], side: int) -> np.ndarray:
    """float32 (n, side, side): how much of each pixel the shape covers."""
    cover = np.empty((len(factors["shape"]), side, side), np.float32)
    middles = (np.arange(side, dtype=np.float32) + 0.5) / side
    for number, distance in enumerate((_square, _ellipse, _heart)):
        rows = np.flatnonzero(factors["shape"] == number)
        x, y, turn, scale = (
            factors[name][rows, None, None] for name in ("x", "y", "orientation", "scale")
        )
        right, up = middles - x, y - middles[:, None]
        cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        unit = scale * np.float32(LARGEST)
        u, v = (right * cos + up * sin) / unit, (up * cos - right * sin) / unit
        # The share of a pixel that an edge leaves covered falls from 1 to 0 across its width.
        cover[rows] = np.clip(0.5 - distance(u, v) * unit * side, 0, 1)
    return cover


# Distances to the edge, negative inside, of shapes with the area 1 around (0, 0).


def _square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _box(u, v, 0.5)


def _box(u: np.ndarray, v: np.ndarray, half: float) -> np.ndarray:
    across, along = np.abs(u) - np.float32(half), np.abs(v) - np.float32(half)
    outside = _length(np.maximum(across, 0), np.maximum(along, 0))
    distance: np.ndarray = outside + np.minimum(np.maximum(across, along), 0)
    return distance


def _ellipse(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Twice as wide as high; to first order, which is exact at the edge."""
    a = np.float32(np.sqrt(2 / np.pi))
    b = a / 2
    level = _length(u / a, v / b)
    slope = np.maximum(_length(u / a**2, v / b**2), np.float32(1e-6))
    distance: np.ndarray = level * (level - 1) / slope
    return distance


def _heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A square on its tip, with half a disc on each of its two upper edges."""
    half = np.float32(0.5 / np.sqrt(1 + np.pi / 4))
    # The half discs pull the middle of the area up, and it belongs to (0, 0).
    v = v + half * np.float32((np.pi + 4 / 3) / (np.sqrt(2) * (4 + np.pi)))
    root = np.float32(np.sqrt(0.5))
    s, t = (u + v) * root, (v - u) * root
    discs: np.ndarray = np.minimum(_length(s - half, t), _length(s, t - half)) - half
    heart: np.ndarray = np.minimum(_box(s, t, float(half)), discs)
    return heart


def _length(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    # An order of magnitude faster than np.hypot, which minds overflow.
    length: np.ndarray = np.sqrt(a * a + b * b)
    return length


def _rgb(hue: np.ndarray) -> np.ndarray:
    """Bright colours, float32 (n, 3) in [0, 1]."""
    wheel = np.abs((hue[:, None] * 6 + np.array([0, 4, 2], np.float32)) % 6 - 3) - 1
    colour: np.ndarray = 1 - np.float32(SATURATION) * (1 - np.clip(wheel, 0, 1))
    return colour
