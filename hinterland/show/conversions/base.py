"""What conversions have in common: columns, pictures as PNG, the map that is taken along."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from PIL import Image

from hinterland.show.reader import Reader


class Told(NamedTuple):
    """What was made. then: a command to look at it with."""

    parts: list[str]
    bytes: int
    then: str


@dataclass(frozen=True, slots=True)
class AbstractConversion(ABC):
    """A conversion; its fields are what `--set` sets. suffix: of its file; a folder has none."""

    suffix: ClassVar[str] = ""

    @abstractmethod
    def write(self, run: Reader, path: Path, say: Callable[[str], None]) -> Told:
        """Make `path`, which is not there yet, at once or not at all."""


def told(path: Path, then: str) -> Told:
    """What stands at a path."""
    parts = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    return Told([part.name for part in parts], sum(part.stat().st_size for part in parts), then)


def columns(run: Reader) -> dict[str, np.ndarray | list[str | None]]:
    """Every channel of the images: float32 (n,) with NaN for none, or names with None for none."""
    found: dict[str, np.ndarray | list[str | None]] = {}
    for channel in run.run.images()["channels"]:
        values, names = run.channel(channel["name"])
        found[channel["name"]] = (
            values
            if names is None
            else [names[i] if 0 <= i < len(names) else None for i in values.tolist()]
        )
    return found


def picture(pixels: np.ndarray) -> Image.Image:
    """uint8 (h, w, c), grey or RGB."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def png(pixels: np.ndarray) -> bytes:
    """uint8 (h, w, c) as a PNG file."""
    file = io.BytesIO()
    picture(pixels).save(file, "PNG", compress_level=6)
    return file.getvalue()
