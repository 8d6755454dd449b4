"""Label values as files have them -> indices and class names."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hinterland.data.paths import quoted, readable
from hinterland.types import HinterlandError

__all__ = ["as_labels"]


def as_labels(
    where: Path | str, values: np.ndarray, classes: tuple[str, ...] = ()
) -> tuple[np.ndarray, tuple[str, ...]]:
    """int64 (n,) indices and the class names they point to.

    values: (n,) whole numbers or text. Where `classes` are given, numbers are indices into them;
    else every different value is a class, in order.
    """
    if values.dtype.kind == "f" and np.isfinite(values).all() and (values % 1 == 0).all():
        values = values.astype(np.int64)
    if values.dtype.kind not in "biuU":
        raise HinterlandError(
            f"{quoted(where)}: labels must be whole numbers or text; got {values.dtype}",
            "store one whole number per image, or one name per image as a text array",
        )
    if not classes or values.dtype.kind == "U":
        different, index = np.unique(values, return_inverse=True)
        names = tuple(readable(str(value)) for value in different.tolist())
        return index.reshape(-1).astype(np.int64), names
    low, high = int(values.min()), int(values.max())
    if low < 0 or high >= len(classes):
        raise HinterlandError(
            f"{quoted(where)}: labels go from {low} to {high}, "
            f"but there are {len(classes)} classes (0 to {len(classes) - 1})"
        )
    return values.astype(np.int64), classes
