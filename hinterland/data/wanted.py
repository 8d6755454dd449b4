"""What every reader is asked for, and what it notes of the source on the way."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hinterland.data.convert import Conversion, fitted
from hinterland.data.limits import room
from hinterland.types import HinterlandError, Images

__all__ = ["Survey", "Wanted", "converted"]

BATCH = 512


@dataclass(slots=True)
class Survey:
    """What a source held before its pictures were made equal.

    All of it is of the pictures that could be read. sizes: (h, w), upright. modes: as Pillow calls
    them. traits: how many were transparent, turned or moving. names: paths below the folder, in
    the order of the images; empty where pictures have none.
    """

    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    traits: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)

    def note_array(self, images: Images) -> None:
        h, w, c = images.shape
        self.sizes[h, w] += len(images)
        self.modes["L" if c == 1 else "RGB"] += len(images)

    def as_dict(self) -> dict[str, Any]:
        return {
            "sizes": [[h, w, count] for (h, w), count in self.sizes.items()],
            "modes": dict(self.modes),
            "traits": dict(self.traits),
            "names": self.names,
        }

    def restore(self, told: dict[str, Any]) -> None:
        """Take over what `as_dict` gave."""
        self.sizes = Counter({(h, w): count for h, w, count in told["sizes"]})
        self.modes, self.traits = Counter(told["modes"]), Counter(told["traits"])
        self.names = told["names"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the pictures of a set should be, and who hears of the work.

    max_bad: the share of a set's pictures that may be unreadable. progress: told (done, all) from
    time to time. room: gives the array, in memory or mapped, that pixels are written into.
    """

    conversion: Conversion = field(default_factory=Conversion)
    max_bad: float = 0.5
    progress: Callable[[int, int], None] | None = None
    survey: Survey = field(default_factory=Survey)
    room: Callable[[Path | str, tuple[int, int, int, int]], np.ndarray] = room

    def __post_init__(self) -> None:
        if not 0 <= self.max_bad <= 1:
            raise HinterlandError(f"max_bad is a share from 0 to 1; got {self.max_bad}")

    def tell(self, done: int, n: int) -> None:
        if self.progress is not None:
            self.progress(done, n)


def converted(images: Images, wanted: Wanted, where: Path | str) -> Images:
    """`images` in the wanted size and mode; the same object where they are so already.

    where: what an error names.
    """
    from PIL import Image

    h, w, c = images.shape
    wanted.survey.note_array(images)
    shape = wanted.conversion.shape((h, w), grey=c == 1)
    if shape == images.shape:
        return images
    pixels = wanted.room(where, (len(images), *shape))
    for index, picture in enumerate(images.pixels):
        source = Image.fromarray(picture.squeeze(2) if c == 1 else picture)
        pixels[index] = fitted(source, shape, wanted.conversion)
        if index % BATCH == 0:
            wanted.tell(index, len(images))
    wanted.tell(len(images), len(images))
    return dataclasses.replace(images, pixels=pixels)
