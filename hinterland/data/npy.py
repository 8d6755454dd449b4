"""A NumPy array (.npy) of images; one of bytes is used where it lies, as a memory map."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from hinterland.data.arrays import Member, as_bytes, header, layout
from hinterland.data.keep import once, stamps
from hinterland.data.labels import as_labels
from hinterland.data.paths import quoted
from hinterland.data.wanted import Wanted, converted
from hinterland.types import HinterlandError, Images

__all__ = ["read_npy"]

CHUNK = 2**22


def read_npy(path: Path, wanted: Wanted) -> Images:
    """An .npy file of images; labels beside it, under the same name with `labels` for `images`.

    Images are (n, h, w), (n, h, w, c) or (n, c, h, w), c = 1 or 3: whole numbers from 0 to 255, or
    floating-point from 0 to 1. Bytes, with the channels last, are not read into memory, so that
    the set may be larger than that.
    """
    member, array = _mapped(path)
    shape = layout(path, member)
    beside = _labels_beside(path)
    labels, classes = (None, ()) if beside is None else _labels(beside, shape[0])
    in_place = array.dtype == np.uint8 and not member.fortran
    in_place &= member.shape in (shape, shape[:3])

    def make(wanted: Wanted) -> Images:
        pixels = array.reshape(shape) if in_place else _copied(path, member, array, shape, wanted)
        return converted(Images(pixels, labels, classes), wanted, path)

    return once(path, stamps([path] if beside is None else [path, beside]), wanted, make)


def _mapped(path: Path) -> tuple[Member, np.ndarray]:
    """The array of a file, read-only, and its header."""
    try:
        with path.open("rb") as file:
            member = header(path, path.stem, file, path.stat().st_size)
            start = file.tell()
        if not member.nbytes:
            return member, np.empty(member.shape, member.dtype)
        mapped = np.memmap(path, member.dtype, "r", start, member.nbytes // member.dtype.itemsize)
        return member, mapped.reshape(member.shape, order="F" if member.fortran else "C")
    except OSError as error:
        raise HinterlandError(f"{quoted(path)} cannot be read: {error.strerror}") from None


def _copied(
    path: Path, member: Member, array: np.ndarray, shape: tuple[int, int, int, int], wanted: Wanted
) -> np.ndarray:
    pixels = wanted.room(path, shape)
    step = max(1, CHUNK // max(1, array[:1].nbytes))
    for start in range(0, len(array), step):
        rows = np.ascontiguousarray(array[start : start + step])
        pixels[start : start + step] = as_bytes(path, member, rows, start, shape[1:])
        wanted.tell(min(start + step, len(array)), len(array))
    return pixels


def _labels_beside(path: Path) -> Path | None:
    beside = path.with_name(re.sub("images", "labels", path.name, flags=re.IGNORECASE))
    return beside if beside != path and beside.is_file() else None


def _labels(path: Path, n: int) -> tuple[np.ndarray, tuple[str, ...]]:
    member, values = _mapped(path)
    if member.shape not in ((n,), (n, 1)):
        raise HinterlandError(
            f"{quoted(path)} has the shape {member.shape}; there are {n:,} images",
            "one number per image: for one-hot rows store labels.argmax(1)",
        )
    return as_labels(path, np.array(values).reshape(n))
