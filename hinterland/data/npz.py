"""NumPy archives (.npz): arrays of images and labels under the usual names."""

from __future__ import annotations

import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from hinterland.data.arrays import DAMAGED, Member, as_bytes, header, layout
from hinterland.data.keep import once, stamps
from hinterland.data.labels import as_labels
from hinterland.data.limits import refuse_bomb
from hinterland.data.paths import quoted
from hinterland.data.wanted import Wanted, converted
from hinterland.types import HinterlandError, Images

__all__ = ["read_npz"]

# (training images, training labels, test images, test labels), as they are commonly called.
SPLIT = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
)
WHOLE = ("images", "x", "X", "data", "x_train", "train_images", "arr_0")
LABELS = ("labels", "y", "Y", "label", "target", "y_train", "train_labels", "arr_1")
CHUNK = 2**22
NAMES = "name the images 'images' or 'x' and the labels 'labels' or 'y', or x_train, y_train, …"


def read_npz(path: Path, wanted: Wanted) -> Images:
    """An .npz file: `images` or `x` with `labels` or `y`; or `x_train`, `y_train`, `x_test`, ….

    Images are (n, h, w), (n, h, w, c) or (n, c, h, w), c = 1 or 3: whole numbers from 0 to 255,
    or floating-point from 0 to 1. Labels, if any, are (n,): numbers, or text; `classes`, if it is
    there, names the numbers. Test images are held out.
    """

    def make(wanted: Wanted) -> Images:
        with _opened(path) as archive:
            return converted(_assemble(path, archive, wanted), wanted, path)

    return once(path, stamps([path]), wanted, make)


def _assemble(path: Path, archive: zipfile.ZipFile, wanted: Wanted) -> Images:
    keys = {name.removesuffix(".npy"): name for name in archive.namelist()}
    parts = next((names for names in SPLIT if names[0] in keys and names[2] in keys), None)
    if parts is not None:
        image_keys, label_keys = [parts[0], parts[2]], [parts[1], parts[3]]
    else:
        image_keys = [_image_key(path, keys)]
        label_keys = [next((key for key in LABELS if key in keys), "")]
    members = [_member(path, archive, keys[key]) for key in image_keys]
    layouts = [layout(path, member) for member in members]
    if len({layout[1:] for layout in layouts}) > 1:
        told = " and ".join(f"'{m.key}' {m.shape}" for m in members)
        raise HinterlandError(f"{quoted(path)} holds images of different sizes: {told}")
    counts = [layout[0] for layout in layouts]
    pixels = wanted.room(path, (sum(counts), *layouts[0][1:]))
    start = 0
    for member, count in zip(members, counts, strict=True):
        _fill(path, archive, keys[member.key], member, pixels[start : start + count])
        start += count
    held_out = np.repeat([False, True], counts) if parts is not None else None
    if not all(key in keys for key in label_keys):
        return Images(pixels, held_out=held_out)
    values = [
        _column(path, archive, keys[key], count)
        for key, count in zip(label_keys, counts, strict=True)
    ]
    classes: tuple[str, ...] = ()
    if "classes" in keys:
        classes = tuple(str(name) for name in _column(path, archive, keys["classes"], None))
    labels, classes = as_labels(path, np.concatenate(values), classes)
    return Images(pixels, labels, classes, held_out)


def _image_key(path: Path, keys: dict[str, str]) -> str:
    found = next((key for key in WHOLE if key in keys), None)
    if found is None:
        told = ", ".join(keys) or "nothing"
        raise HinterlandError(f"{quoted(path)} has no array of images; it holds: {told}", NAMES)
    return found


def _fill(
    path: Path, archive: zipfile.ZipFile, name: str, member: Member, into: np.ndarray
) -> None:
    start = 0
    for rows in _rows(path, archive, name):
        stop = start + len(rows)
        into[start:stop] = as_bytes(path, member, rows, start, into.shape[1:])
        start = stop


def _column(path: Path, archive: zipfile.ZipFile, name: str, n: int | None) -> np.ndarray:
    """A whole one-dimensional array, of length n if n is given; (n, 1) counts as (n,)."""
    member = _member(path, archive, name)
    flat = member.shape[:1] if member.shape[1:] in ((), (1,)) else member.shape
    if len(flat) != 1 or (n is not None and flat != (n,)):
        wanted = "" if n is None else f"; there are {n:,} images"
        hint = "one number per image: for one-hot rows store labels.argmax(1)"
        told = f"{quoted(path)}: '{member.key}' has the shape {member.shape}{wanted}"
        raise HinterlandError(told, hint)
    rows = [rows.reshape(-1) for rows in _rows(path, archive, name)]
    return np.concatenate([np.empty(0, member.dtype), *rows])


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> Member:
    with archive.open(name) as file:
        return _header(path, archive.getinfo(name), file)


def _header(path: Path, info: zipfile.ZipInfo, file: IO[bytes]) -> Member:
    member = header(path, info.filename.removesuffix(".npy"), file, info.file_size)
    # The archive's own word for the packed size may be a lie as well.
    refuse_bomb(path, min(info.compress_size, path.stat().st_size), info.file_size)
    return member


def _rows(path: Path, archive: zipfile.ZipFile, name: str) -> Iterator[np.ndarray]:
    """The array, a few rows at a time."""
    with archive.open(name) as file:
        member = _header(path, archive.getinfo(name), file)
        n, row = member.shape[0], math.prod(member.shape[1:])
        if member.fortran:
            whole = np.frombuffer(file.read(), member.dtype).reshape(member.shape, order="F")
            yield np.ascontiguousarray(whole)
            return
        step = max(1, CHUNK // max(1, row * member.dtype.itemsize))
        for start in range(0, n, step):
            count = min(step, n - start)
            data = file.read(count * row * member.dtype.itemsize)
            yield np.frombuffer(data, member.dtype).reshape(count, *member.shape[1:])
        # Reading on to the end makes zipfile compare its checksum.
        file.read(1)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError) as error:
        raise HinterlandError(f"{quoted(path)} is not a sound archive: {error}", DAMAGED) from None
    except (NotImplementedError, RuntimeError) as error:
        raise HinterlandError(f"{quoted(path)} cannot be unpacked: {error}", DAMAGED) from None
    except OSError as error:
        raise HinterlandError(f"{quoted(path)} cannot be read: {error.strerror}") from None
