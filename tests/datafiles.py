"""Writes the files that the readers read, and reads those that they must refuse."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hinterland.data import read
from hinterland.types import HinterlandError


def idx_bytes(array: np.ndarray) -> bytes:
    """A uint8 array as an IDX file."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def write_idx(path: Path, array: np.ndarray) -> Path:
    """An IDX file, gzipped where its name ends in .gz."""
    data = idx_bytes(array)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_pictures(folder: Path, pixels: np.ndarray, suffix: str = ".png") -> Path:
    """Pictures 0000.png … from uint8 (n, h, w, 1 or 3)."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, picture in enumerate(pixels):
        shaped = picture[..., 0] if picture.shape[-1] == 1 else picture
        options = {"lossless": True} if suffix == ".webp" else {}
        Image.fromarray(shaped).save(folder / f"{index:04}{suffix}", **options)
    return folder


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    """Random bytes."""
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def refusal(source: str | Path, **options: object) -> HinterlandError:
    """The error that reading gives; it must be fit to be shown to a person."""
    with pytest.raises(HinterlandError) as caught:
        read(source, **options)  # type: ignore[arg-type]
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value
