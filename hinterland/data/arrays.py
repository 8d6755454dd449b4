"""Arrays of images as NumPy writes them: their header, their layout, their numbers."""

from __future__ import annotations

import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from hinterland.data.limits import check_shape
from hinterland.data.paths import quoted
from hinterland.types import HinterlandError

__all__ = ["DAMAGED", "Member", "as_bytes", "header", "layout"]

DAMAGED = "write it again with numpy, or get it again from its source"


@dataclass(frozen=True, slots=True)
class Member:
    """An array in a file, as its header describes it."""

    key: str
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[np.generic]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def header(path: Path, key: str, file: IO[bytes], size: int) -> Member:
    """The header of the array that `file` begins with, checked against its size in bytes.

    What a damaged archive raises is let through.
    """
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read(file)
    except (zipfile.BadZipFile, zlib.error):
        raise
    except Exception:  # noqa: BLE001  numpy raises whatever a damaged header leads its parser to
        raise HinterlandError(f"{quoted(path)}: '{key}' is not a sound array", DAMAGED) from None
    if dtype.hasobject:
        hint = "store numbers: np.savez(file, images=np.stack(pictures), labels=np.array(labels))"
        raise HinterlandError(f"{quoted(path)}: '{key}' holds Python objects", hint)
    member = Member(key, shape, fortran, dtype)
    expected = file.tell() + member.nbytes
    if min(shape, default=1) < 0 or size != expected:
        raise HinterlandError(
            f"{quoted(path)}: '{key}' has the wrong length: "
            f"expected {expected:,} bytes, found {size:,}",
            DAMAGED,
        )
    return member


def layout(path: Path, member: Member) -> tuple[int, int, int, int]:
    """(n, h, w, c) of an array of images, which is (n, h, w), (n, h, w, c) or (n, c, h, w)."""
    shape = member.shape
    told = f"{quoted(path)}: '{member.key}' has the shape {shape}"
    if member.dtype.kind not in "biuf":
        raise HinterlandError(
            f"{quoted(path)}: '{member.key}' holds {member.dtype}, not numbers",
            "images must be whole numbers from 0 to 255, or floating-point from 0 to 1",
        )
    check_shape(path, shape)
    if len(shape) == 3:
        return shape[0], shape[1], shape[2], 1
    if len(shape) == 2:
        raise HinterlandError(f"{told}: flat rows", "reshape it to (n, h, w) or (n, h, w, c)")
    last, first = len(shape) == 4 and shape[3] in (1, 3), len(shape) == 4 and shape[1] in (1, 3)
    if first and last:
        hint = "crop or pad the pictures by a pixel, so that it is clear where the channels are"
        raise HinterlandError(f"{told}: (n, h, w, c) or (n, c, h, w)?", hint)
    if last:
        return shape[0], shape[1], shape[2], shape[3]
    if first:
        return shape[0], shape[2], shape[3], shape[1]
    raise HinterlandError(
        told, "images must be (n, h, w), (n, h, w, c) or (n, c, h, w), c = 1 or 3"
    )


def as_bytes(
    path: Path, member: Member, rows: np.ndarray, start: int, shape: tuple[int, ...]
) -> np.ndarray:
    """Images `start`, … of an array -> uint8, or numbers from 0 to 255, (rows, h, w, c).

    shape: (h, w, c), as `layout` gives it.
    """
    if len(member.shape) == 4 and member.shape[1:] != shape:
        rows = np.moveaxis(rows, 1, -1)
    return _scaled(path, member.key, rows, start).reshape(-1, *shape)


def _scaled(path: Path, key: str, rows: np.ndarray, start: int) -> np.ndarray:
    if rows.dtype == np.uint8:
        return rows
    if rows.dtype.kind == "b":
        return rows.astype(np.uint8) * np.uint8(255)
    where = f"{quoted(path)}: '{key}'"
    if rows.dtype.kind == "f":
        rows = rows.astype(np.float32)
        if not np.isfinite(rows).all():
            bad = start + int(np.argmin(np.isfinite(rows).reshape(len(rows), -1).all(1)))
            hint = "remove the image, or replace its NaN and infinite values"
            raise HinterlandError(f"{where} holds NaN or infinity in image {bad}", hint)
    low, high = rows.min(), rows.max()
    top = 1 if rows.dtype.kind == "f" else 255
    if low < 0 or high > top:
        hint = "divide by 255 first, or store them as uint8" if low >= 0 and high <= 255 else ""
        raise HinterlandError(
            f"{where} holds {rows.dtype} numbers from {low:g} to {high:g}; "
            f"{'floating-point' if top == 1 else 'whole-number'} images go from 0 to {top}",
            hint or f"scale them to 0 to {top} first",
        )
    return np.rint(rows * 255) if top == 1 else rows
