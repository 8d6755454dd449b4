"""IDX files, the format of MNIST: a header of sizes, then plain bytes; gzipped or not."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hinterland.data.keep import once, stamps
from hinterland.data.labels import as_labels
from hinterland.data.limits import check_shape, refuse_bomb
from hinterland.data.paths import IDX_NAME, quoted
from hinterland.data.wanted import Wanted, converted
from hinterland.types import HinterlandError, Images

__all__ = ["Part", "load", "read_idx"]

UNSIGNED_BYTES = 8
CHUNK = 2**20
DAMAGED = "the file is damaged or not wholly downloaded; get it again from its source"
TRAIN_OR_TEST = re.compile(r"train|t10k|test", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of pictures, the file of their labels if there is one, and whether held out."""

    images: Path
    labels: Path | None
    held_out: bool | None = None


def read_idx(path: Path, wanted: Wanted) -> Images:
    """IDX files, as MNIST has them, gzipped or not: one file of images, or the folder of a set.

    A folder holds one file of images, or a training and a test file (`train-…` and `t10k-…` or
    `test-…`): then the test images are held out. Labels are looked for under the same name with
    `labels` for `images`.
    """
    parts = _parts(path) if path.is_dir() else [Part(path, _labels_beside(path))]
    files = [file for part in parts for file in (part.images, part.labels) if file is not None]

    def make(wanted: Wanted) -> Images:
        return converted(load(path, parts, wanted), wanted, path)

    return once(path, stamps(files), wanted, make)


def load(
    where: Path, parts: Sequence[Part], wanted: Wanted, classes: tuple[str, ...] = ()
) -> Images:
    """The pictures of `parts`, one after the other. `where` is what an error names."""
    shapes = [_picture_shape(part.images) for part in parts]
    if len({shape[1:] for shape in shapes}) > 1:
        told = " and ".join(f"{shape[1:]}" for shape in shapes)
        raise HinterlandError(f"{quoted(where)} holds images of different sizes: {told}")
    n = sum(shape[0] for shape in shapes)
    pixels = wanted.room(where, (n, *shapes[0][1:]))
    labels: list[np.ndarray] = []
    start = 0
    for part, shape in zip(parts, shapes, strict=True):
        _fill(part.images, pixels[start : start + shape[0]])
        start += shape[0]
        if part.labels is not None:
            labels.append(_labels(part.labels, part.images, shape[0]))
    held_out = None
    if all(part.held_out is not None for part in parts):
        held_out = np.repeat([bool(part.held_out) for part in parts], [s[0] for s in shapes])
    if len(labels) < len(parts):
        return Images(pixels, held_out=held_out)
    index, names = as_labels(where, np.concatenate(labels), classes)
    return Images(pixels, index, names, held_out)


def _parts(folder: Path) -> list[Part]:
    """The one set that `folder` holds."""
    # Where a file is there twice, packed and unpacked, the unpacked one is read.
    paths = sorted((path for path in folder.iterdir() if path.is_file()), reverse=True)
    files = {path.name.removesuffix(".gz"): path for path in paths}
    images = [
        path
        for name, path in sorted(files.items())
        if IDX_NAME.search(name) and "images" in name.lower()
    ]
    if not images:
        raise HinterlandError(
            f"{quoted(folder)} holds IDX labels, but no images",
            "put the file of images (…-images-idx3-ubyte) beside them",
        )
    if len(images) == 1:
        return [Part(images[0], _labels_beside(images[0]))]
    role = [TRAIN_OR_TEST.search(path.name) for path in images]
    is_train = [found is not None and found[0].lower() == "train" for found in role]
    same = {TRAIN_OR_TEST.sub("", path.name.removesuffix(".gz")) for path in images}
    if len(images) == 2 and all(role) and sum(is_train) == 1 and len(same) == 1:
        pair = sorted(zip(images, is_train, strict=True), key=lambda item: not item[1])
        return [Part(path, _labels_beside(path), not train) for path, train in pair]
    names = ", ".join(path.name for path in images)
    raise HinterlandError(
        f"{quoted(folder)} holds more than one set of images: {names}",
        "give one of the files, or a folder with one training and one test file",
    )


def _labels_beside(images: Path) -> Path | None:
    name = re.sub("images", "labels", images.name, flags=re.IGNORECASE)
    name = re.sub(r"idx\d", "idx1", name)
    if name == images.name:
        return None
    plain = name.removesuffix(".gz")
    beside = (images.with_name(plain), images.with_name(f"{plain}.gz"))
    return next((path for path in beside if path.is_file()), None)


def _picture_shape(path: Path) -> tuple[int, int, int, int]:
    shape = _shape(path)
    if len(shape) == 1:
        raise HinterlandError(
            f"{quoted(path)} holds labels, not images", "give the file of images (…-idx3-ubyte)"
        )
    if len(shape) == 3:
        shape = (*shape, 1)
    if len(shape) != 4 or shape[3] not in (1, 3):
        raise HinterlandError(
            f"{quoted(path)}: images must be (n, h, w) or (n, h, w, 3); got {shape}"
        )
    check_shape(path, shape)
    return shape[0], shape[1], shape[2], shape[3]


def _labels(path: Path, images: Path, n: int) -> np.ndarray:
    shape = _shape(path)
    if shape != (n,):
        held = f"{shape[0]:,} labels" if len(shape) == 1 else f"an array {shape}"
        raise HinterlandError(
            f"{quoted(path)} holds {held}, but '{images.name}' {n:,} images",
            "the two files do not belong together; get both from the same source",
        )
    labels = np.empty(n, np.uint8)
    _fill(path, labels)
    return labels


def _shape(path: Path) -> tuple[int, ...]:
    """What the header says, once the file's length allows it."""
    with _opened(path) as file:
        head = file.read(4)
        if len(head) < 4 or head[:2] != b"\0\0":
            told = f"its first bytes are {head!r}"
            raise HinterlandError(f"{quoted(path)} is not an IDX file: {told}")
        if head[2] != UNSIGNED_BYTES:
            raise HinterlandError(
                f"{quoted(path)} holds numbers of IDX type {head[2]:#04x}",
                "only unsigned bytes (0x08) are read; convert it, or store the images as .npz",
            )
        sizes = file.read(4 * head[3])
    if len(sizes) < 4 * head[3] or head[3] == 0:
        raise HinterlandError(f"{quoted(path)} is cut short within its header", DAMAGED)
    shape = struct.unpack(f">{head[3]}I", sizes)
    expected = 4 + 4 * len(shape) + int(np.prod(shape, dtype=object))
    size = path.stat().st_size
    if _is_gzip(path):
        refuse_bomb(path, size, expected)
    elif size != expected:
        raise _wrong_length(path, expected, f"{size:,}")
    return shape


def _fill(path: Path, into: np.ndarray) -> None:
    """Read the bytes after the header: exactly `into.nbytes`, up to the end of the file."""
    rest = into.reshape(-1).data
    found = 0
    with _opened(path) as file:
        header = 4 + 4 * file.read(4)[3]
        file.seek(header)
        try:
            while found < len(rest):
                got = file.readinto1(rest[found : found + CHUNK])
                if not got:
                    break
                found += got
            # Reading on to the end also makes gzip compare its checksum.
            more = file.read(1)
        except EOFError:
            more = b""
    if found < len(rest) or more:
        told = f"{header + found:,}" if not more else "more"
        raise _wrong_length(path, header + len(rest), told)


def _wrong_length(path: Path, expected: int, found: str) -> HinterlandError:
    return HinterlandError(
        f"{quoted(path)} has the wrong length: expected {expected:,} bytes, found {found}", DAMAGED
    )


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """The bytes of a file, unpacked if it is gzipped; what goes wrong is told by name."""
    try:
        with gzip.open(path) if _is_gzip(path) else path.open("rb") as file:
            yield file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise HinterlandError(f"{quoted(path)} is not sound gzip: {error}", DAMAGED) from None
    except OSError as error:
        raise HinterlandError(f"{quoted(path)} cannot be read: {error.strerror}") from None


def _is_gzip(path: Path) -> bool:
    # By its first bytes, as browsers unpack a .gz without renaming it.
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"
