"""Writes the files that the readers read, and reads those that they must refuse."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

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


def after_damage(path: Path, times: int, source: Path | None = None, **options: Any) -> set[int]:
    """How many pictures are read after each of so many damages to a file; 0 where it is refused.

    Whoever refuses it names it; anything else that is raised is a failure. source: what is read,
    where that is not the file itself.
    """
    sound, rng = path.read_bytes(), np.random.default_rng(1)
    found, refusals = set(), []
    for _ in range(times):
        damaged = bytearray(sound)
        for _ in range(rng.integers(1, 4)):
            damaged[rng.integers(len(damaged))] = rng.integers(256)
        path.write_bytes(damaged[: rng.integers(len(damaged))] if rng.random() < 0.3 else damaged)
        try:
            found.add(len(read(source or path, **options)))
        except HinterlandError as error:
            refusals.append(error.message)
    assert [told for told in refusals if path.name not in told] == []
    return found | ({0} if refusals else set())


def refusal(source: str | Path, **options: object) -> HinterlandError:
    """The error that reading gives; it must be fit to be shown to a person."""
    with pytest.raises(HinterlandError) as caught:
        read(source, **options)  # type: ignore[arg-type]
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value
