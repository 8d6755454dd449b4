"""A folder of pictures: sub-folders are classes; what cannot be read is skipped, with a reason."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ..types import HinterlandError, Images, Skipped
from .convert import Wanted, fitted, is_grey, orientation, usual_size
from .limits import room
from .paths import PICTURES, quoted, readable

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["read_folder"]

# Only these decoders ever see a file, whatever its name says.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
BATCH = 512
THREADS = 8
SHOWN = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Header:
    """What a picture says of itself before it is decoded."""

    size: tuple[int, int]
    grey: bool


@dataclass(slots=True)
class _Found:
    """What a walk through a folder met."""

    pictures: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read_folder(path: Path, wanted: Wanted) -> Images:
    """A folder of PNG, JPEG, WebP, BMP, GIF or TIFF pictures; its sub-folders are the classes.

    A picture deeper down belongs to the class of its topmost sub-folder; without sub-folders there
    are no labels; pictures beside sub-folders have the label -1. The order is that of the paths as
    text. Hidden files, and files that are not called pictures, are ignored. All pictures are
    brought to one size (`usual_size`), and are grey if all of them are: see `fitted`.
    """
    found = _walk(path)
    if not found.pictures and not found.skipped:
        raise _nothing(path, found.others)
    total, tell = len(found.pictures), wanted.progress or (lambda _done, _all: None)
    with _quiet_pillow(), ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        headers: list[_Header | Skipped] = []
        for batch in _batches(found.pictures):
            headers.extend(pool.map(lambda name: _attempt(path, name, _header), batch))
            tell(len(headers) // 2, total)
        good = {
            name: header
            for name, header in zip(found.pictures, headers, strict=True)
            if isinstance(header, _Header)
        }
        skipped = found.skipped + [header for header in headers if isinstance(header, Skipped)]
        _check_share(path, len(good), skipped, wanted.max_bad)
        size = wanted.size or usual_size(header.size for header in good.values())
        grey = wanted.mode == "grey"
        if wanted.mode is None:
            grey = all(header.grey for header in good.values())
        names = list(good)
        pixels = room(path, (len(names), *size, 1 if grey else 3))

        def decode(index: int) -> Skipped | None:
            def into_place(picture: Image.Image) -> None:
                pixels[index] = fitted(picture, size, grey=grey)

            return _attempt(path, names[index], into_place)

        failed: dict[int, Skipped] = {}
        for indices in _batches(range(len(names))):
            for index, failure in zip(indices, pool.map(decode, indices), strict=True):
                if failure is not None:
                    failed[index] = failure
            tell((total + indices[-1] + 1) // 2, total)
    skipped.extend(failed.values())
    kept = [index for index in range(len(names)) if index not in failed]
    _check_share(path, len(kept), skipped, wanted.max_bad)
    for place, index in enumerate(kept):
        if place != index:
            pixels[place] = pixels[index]
    tell(total, total)
    labels, classes = _labels([names[index] for index in kept])
    skipped.sort(key=lambda picture: picture.source)
    return Images(pixels[: len(kept)], labels, classes, skipped=tuple(skipped))
