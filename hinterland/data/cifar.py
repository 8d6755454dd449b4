"""CIFAR-10: read out of the archive that its authors give, or from an .npz file of it."""

from __future__ import annotations

import dataclasses
import tarfile
import zlib
from pathlib import Path

import numpy as np

from hinterland.data.named import folder_of, places
from hinterland.data.npz import read_npz
from hinterland.data.paths import quoted
from hinterland.data.wanted import Wanted
from hinterland.types import HinterlandError, Images

__all__ = ["cifar10"]

URL = "https://www.cs.toronto.edu/~kriz/"
ARCHIVE = "cifar-10-binary.tar"
SHA256 = {ARCHIVE: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"}
CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
FOLDER = "cifar-10-batches-bin"
FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
# A file is 10,000 records: a byte for the class, then 32x32 bytes each of red, green and blue.
RECORDS, PIXELS = 10_000, 3 * 32 * 32
NPZ = "cifar10*.npz"


def cifar10(data_dir: Path | None = None) -> Images:
    """60,000 small photographs, 32x32, colour, 10 classes; the last 10,000 held out.

    A file cifar10*.npz in the data folder, which may hold a part of them, is taken for the set.
    Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """
    for place in places("cifar10", data_dir, ARCHIVE):
        if any((place / "cifar10").glob(f"{ARCHIVE}*")):
            break
        for path in sorted(place.glob(NPZ)):
            return _named(read_npz(path, Wanted()))
    folder = folder_of("cifar10", data_dir, URL, SHA256)
    return _read(next(folder.glob(f"{ARCHIVE}*")))


def _named(images: Images) -> Images:
    """With the names of the classes, where an archive gave numbers from 0 to 9."""
    numbers = images.classes == tuple(str(number) for number in range(len(CLASSES)))
    return dataclasses.replace(images, classes=CLASSES) if numbers else images


def _read(path: Path) -> Images:
    data = np.empty((len(FILES), RECORDS, 1 + PIXELS), np.uint8)
    try:
        with tarfile.open(path) as archive:
            for rows, name in zip(data, FILES, strict=True):
                member = archive.extractfile(f"{FOLDER}/{name}")
                content = member.read(rows.nbytes + 1) if member is not None else b""
                rows[:] = np.frombuffer(content, np.uint8).reshape(rows.shape)
    except (tarfile.TarError, KeyError, ValueError, EOFError, OSError, zlib.error) as error:
        raise HinterlandError(
            f"{quoted(path)} is not the archive of CIFAR-10: {error}",
            "remove it; it is downloaded again",
        ) from None
    pixels = np.moveaxis(data[..., 1:].reshape(-1, 3, 32, 32), 1, -1)
    held_out = np.repeat(np.arange(len(FILES)) == len(FILES) - 1, RECORDS)
    labels = data[..., 0].reshape(-1).astype(np.int64)
    if labels.max() >= len(CLASSES):
        raise HinterlandError(f"{quoted(path)} is not the archive of CIFAR-10: its labels")
    return Images(np.ascontiguousarray(pixels), labels, CLASSES, held_out)
