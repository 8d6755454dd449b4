"""Sums of latents: what sets two groups of images apart, and adding it to another."""

from __future__ import annotations

import numpy as np


def analogy(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """A - B + C: what A has and B has not, given to C. Latents (…, d) each, float64."""
    told: np.ndarray = np.asarray(a, np.float64) - b + c
    return told


def attribute(
    codes: np.ndarray, has: np.ndarray, lacks: np.ndarray, beside: np.ndarray | None = None
) -> np.ndarray:
    """The vector from images that lack something to those that have it: float64 (d,).

    codes: (n, d). has, lacks: bool (n,) or rows. beside: int (n,), groups of another kind that may
    go with the attribute (smiles with women). Both means are then of the same groups in the same
    parts, one mean of each group that both sides have, so that what the groups differ in drops
    out; where no group is on both sides they are left aside. ValueError where a side is empty.
    Source: White, "Sampling generative networks", 2016, section 3.
    """
    has, lacks = _rows(has, len(codes)), _rows(lacks, len(codes))
    if not (len(has) and len(lacks)):
        raise ValueError("both sides of an attribute need an image")
    both = np.empty(0) if beside is None else np.intersect1d(beside[has], beside[lacks])
    if beside is None or not len(both):
        apart: np.ndarray = _mean(codes[has]) - _mean(codes[lacks])
        return apart
    parts = [
        _mean(codes[has[beside[has] == group]]) - _mean(codes[lacks[beside[lacks] == group]])
        for group in both
    ]
    return _mean(np.array(parts))


def separation(codes: np.ndarray, has: np.ndarray, lacks: np.ndarray, vector: np.ndarray) -> float:
    """How surely a code's place along a vector (d,) tells the sides apart: the area under the ROC.

    The share of pairs of one that has it and one that lacks it which are in the right order, ties
    counting half: 0.5 by chance, 1 where a threshold parts them.
    """
    places = codes.astype(np.float64) @ vector
    one, other = places[_rows(has, len(codes))], np.sort(places[_rows(lacks, len(codes))])
    below = np.searchsorted(other, one, "left") + np.searchsorted(other, one, "right")
    return float(below.mean() / 2 / len(other))


def _rows(chosen: np.ndarray, n: int) -> np.ndarray:
    chosen = np.asarray(chosen)
    if chosen.dtype == bool:
        return np.flatnonzero(chosen)
    return np.unique(chosen.astype(int) % max(1, n))


def _mean(codes: np.ndarray) -> np.ndarray:
    mean: np.ndarray = codes.mean(0, dtype=np.float64)
    return mean
