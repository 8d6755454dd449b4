"""Which images are held out: never trained on, only looked at and measured."""

from __future__ import annotations

import numpy as np

__all__ = ["hold_out", "is_held_out"]

SEED = 20240229
TRAINING = frozenset({"train", "training"})
HELD_OUT = frozenset({"test", "testing", "val", "valid", "validation"})


def hold_out(n: int, labels: np.ndarray | None = None, share: float = 0.1) -> np.ndarray:
    """bool (n,): True for `share` of the images, drawn at random, the same at every call.

    Each class gives its share, to within one image. At least one image is held out and at least
    one is left. n >= 2; labels: (n,) or None.
    """
    assert n >= 2, "a split needs two images"
    count = min(max(1, round(n * share)), n - 1)
    order = np.random.default_rng(SEED).permutation(n)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    # Evenly spaced picks from the images sorted by class take from each class its share.
    picked = np.diff(np.arange(n + 1) * count // n) > 0
    held_out = np.zeros(n, bool)
    held_out[order[picked]] = True
    return held_out


def is_held_out(part: str) -> bool | None:
    """Whether the part of a set with this name is held out; None where it names no such part."""
    name = part.lower()
    return True if name in HELD_OUT else False if name in TRAINING else None
