"""The images that somebody hands over: a name, a path, arrays or `Images` become split `Images`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hinterland.data import read
from hinterland.data.arrays import Member, as_bytes, layout
from hinterland.data.labels import as_labels
from hinterland.data.limits import room
from hinterland.data.split import hold_out
from hinterland.types import HinterlandError, Images

CHUNK = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Images with a held-out part, and what they were read from; None for arrays in memory."""

    images: Images
    source: str | None


def given(
    images: Any,
    labels: Any = None,
    *,
    held_out: Any = None,
    source: str | None = None,
) -> Given:
    """Take images in any of the forms that a person has them in.

    images: `Images`; a data set's name or a path, as `data.read` takes them; or an array, uint8 or
    floating-point in [0, 1], (n, h, w), (n, h, w, c) or (n, c, h, w). labels: (n,), whole numbers
    or text. held_out: (n,), True where an image is not trained on; else the split that the set
    has, else 10 % of each class. source: where a command finds the same images again.
    """
    if isinstance(images, str | Path):
        source = source or str(images)
        images = read(images)
    elif not isinstance(images, Images):
        images = Images(_pixels(_array(images)))
    if len(images) < 2:
        raise HinterlandError(f"there is {len(images)} image; a recording needs at least 2")
    if labels is not None:
        values = _array(labels)
        if values.shape != (len(images),):
            raise HinterlandError(
                f"labels must have one entry per image: {len(images)} images, labels {values.shape}"
            )
        numbers, classes = as_labels("labels", values)
        images = dataclasses.replace(images, labels=numbers, classes=classes)
    if held_out is not None:
        images = dataclasses.replace(images, held_out=_array(held_out).astype(bool))
        if not images.held_out.any() or images.held_out.all():
            raise HinterlandError("held_out must leave some images in and hold some out")
    elif images.held_out is None:
        part = hold_out(len(images), images.labels)
        images = dataclasses.replace(images, held_out=part)
    return Given(images, source)


def _array(values: Any) -> np.ndarray:
    """An array of whatever can be one; a tensor on another device is fetched."""
    fetched = values.detach().cpu() if hasattr(values, "detach") else values
    return np.asarray(fetched)


def _pixels(array: np.ndarray) -> np.ndarray:
    """uint8 (n, h, w, c), a piece at a time, so that nothing is held twice in floating point."""
    where = Path("the array")
    member = Member("images", array.shape, fortran=False, dtype=array.dtype)
    shape = layout(where, member)
    if array.dtype == np.uint8 and array.shape in (shape, shape[:3]):
        return array.reshape(shape)
    pixels = room(where, shape)
    step = max(1, CHUNK // max(1, array[:1].nbytes))
    for start in range(0, len(array), step):
        rows = np.ascontiguousarray(array[start : start + step])
        pixels[start : start + step] = as_bytes(where, member, rows, start, shape[1:])
    return pixels
