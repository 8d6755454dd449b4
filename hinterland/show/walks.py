"""Which images walks lead between, and what is said of a walk."""

from __future__ import annotations

import numpy as np

from hinterland.show.operations import Route
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError


def ends(run: Reader, count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Rows of pairs of held-out images, of different classes where there are any.

    Raises HinterlandError where there are too few images.
    """
    rows = rng.permutation(run.pick(4 * count, rng)).tolist()
    if len(rows) < 2:
        raise HinterlandError(f"{run.run.path} holds fewer than two images to go between")
    parted = [] if run.labels is None else _parted(run.labels, rows, count)
    return parted or list(zip(rows[::2], rows[1::2], strict=False))[:count]


def named(run: Reader, a: int, b: int) -> str:
    """The classes of two images, `3 → 8`; nothing where there are none."""
    if run.labels is None:
        return ""
    return " → ".join(run.classes[run.labels[i]] if run.labels[i] >= 0 else "?" for i in (a, b))


def beside(route: Route) -> str:
    """What stands beside a walk: how far from the data it goes, and how long it is."""
    return (
        f"at most {route.farthest:.1f} spacings from the data · "
        f"length {route.length:.1f}, straight {route.straight:.1f}"
    )


def _parted(labels: np.ndarray, rows: list[int], count: int) -> list[tuple[int, int]]:
    """Pair rows off, each with the first later one of another class, where there is one."""
    left, pairs = list(rows), list[tuple[int, int]]()
    while left and len(pairs) < count:
        a = left.pop(0)
        other = next((i for i, b in enumerate(left) if labels[b] != labels[a]), None)
        if other is not None:
            pairs.append((a, left.pop(other)))
    return pairs
