"""A data set's name, a folder of pictures, or a file of arrays -> Images with a held-out part."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hinterland.data.columns import with_columns
from hinterland.data.convert import Conversion
from hinterland.data.keep import once, release
from hinterland.data.paths import CAN_READ, HUB, kind_of, look_alike, quoted
from hinterland.data.split import hold_out
from hinterland.data.wanted import Survey, Wanted, converted
from hinterland.data.whence import whence
from hinterland.types import HinterlandError, Images, Registry, nearest_name

__all__ = [
    "DATASETS",
    "HUB",
    "MOST_BAD",
    "READERS",
    "Conversion",
    "Look",
    "described",
    "fingerprint",
    "look",
    "read",
    "release",
    "source_of",
]

# Each takes the folder to look in first, or None.
DATASETS = Registry(
    "data set",
    __name__,
    {
        "digits": "digits:digits",
        "mnist": "named:mnist",
        "fashion-mnist": "named:fashion_mnist",
        "kmnist": "named:kmnist",
        "cifar10": "cifar:cifar10",
        "shapes": "shapes:shapes",
    },
)
# Each takes a path, or the hub's a name, and how the pictures should be (`wanted.Wanted`).
READERS = Registry(
    "kind of images",
    __name__,
    {
        "folder": "folder:read_folder",
        "idx": "idx:read_idx",
        "npz": "npz:read_npz",
        "npy": "npy:read_npy",
        "parquet": "parquet:read_parquet",
        "hub": "hub:read_hub",
    },
)

ARRAYS = "arrays"  # the source of images that somebody made in memory
MOST_BAD = 0.5  # the share of a set that may be unreadable
CHUNK = 2**24


def read(
    source: str | Path,
    *,
    data_dir: Path | None = None,
    size: tuple[int, int] | None = None,
    mode: str | None = None,
    fit: str = "crop",
    background: str = "white",
    max_bad: float = MOST_BAD,
    progress: Callable[[int, int], None] | None = None,
) -> Images:
    """The images of a data set's name, a folder of pictures, or a file: see `READERS`.

    A text without a separator that is a data set's name means the data set, even where a file has
    the same name: write './mnist' for the file. A Path is always a path. data_dir: where named
    sets are looked for first. size: (h, w), mode, fit and background: see `Conversion`, whose
    `as_dict()` they are. max_bad: a set of which a greater share cannot be read is an error; fewer
    are skipped, with their reasons in `skipped`. progress: told (pictures done, all pictures).

    `held_out` is always filled: the test part where the source has one, else 10 % of each class,
    the same at every call. Fewer than 2 images are an error. Where the pixels are many, they are a
    read-only memory map of a file in the user's cache, and found there the next time.
    """
    conversion = Conversion(size, mode, fit, background)
    return look(source, conversion, data_dir=data_dir, max_bad=max_bad, progress=progress).images


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Images, and what their source was like. has_split: whether it says what is held out."""

    images: Images
    survey: Survey
    has_split: bool


def look(
    source: str | Path,
    conversion: Conversion,
    *,
    data_dir: Path | None = None,
    max_bad: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
    least: int = 2,
) -> Look:
    """Read like `read`, and tell what was found. least: images that there must be, 1 or 2."""
    wanted = Wanted(conversion, max_bad, progress)
    if isinstance(source, str) and source in DATASETS:
        images = _named(source, data_dir, wanted)
    elif isinstance(source, str) and source.startswith(HUB):
        images = READERS["hub"](source, wanted)
    else:
        path = _existing(source)
        images = with_columns(path, READERS[kind_of(path)](path, wanted), wanted.survey.names)
    if len(images) < least:
        message = f"{quoted(source)} has one image that can be read; a set needs at least 2"
        raise HinterlandError(message)
    has_split = images.held_out is not None
    if not has_split:
        alone = np.zeros(1, bool)
        held_out = hold_out(len(images), images.labels) if len(images) > 1 else alone
        images = dataclasses.replace(images, held_out=held_out)
    return Look(images, wanted.survey, has_split)


def _named(name: str, data_dir: Path | None, wanted: Wanted) -> Images:
    images: Images = DATASETS[name](data_dir)
    h, w, c = images.shape
    if wanted.conversion.shape((h, w), grey=c == 1) == images.shape:
        return converted(images, wanted, name)
    parts = [(fingerprint(images), len(images), 0)]
    return once(name, parts, wanted, lambda wanted: converted(images, wanted, name))


def fingerprint(images: Images) -> str:
    """`sha256:…` of all that training sees: shape, pixels, labels, which are held out.

    Goes through the pixels a piece at a time, so that they may be a map of more than the memory.
    """
    told = hashlib.sha256(repr(tuple(int(side) for side in images.pixels.shape)).encode())
    rows = max(1, CHUNK // max(1, images.pixels[:1].nbytes))
    for start in range(0, len(images), rows):
        told.update(np.ascontiguousarray(images.pixels[start : start + rows]).data)
        release(images.pixels)
    for name, column, dtype in (
        ("labels", images.labels, "<i8"),
        ("held out", images.held_out, "|b1"),
    ):
        told.update(f"{name}: {'none' if column is None else 'given'}".encode())
        if column is not None:
            told.update(np.ascontiguousarray(column, dtype).data)
    return f"sha256:{told.hexdigest()}"


def described(
    images: Images, source: str | None, run: Path, conversion: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What `run.json` says of images: where to find them again, what they are, which they are.

    source: what they were read from; None for arrays in memory. run: the folder that says so.
    conversion: how they were converted (`Conversion.as_dict()`).
    """
    assert images.held_out is not None, "a data set is split when it is read"
    there = {"source": ARRAYS, "path": None}
    return {
        **(there if source is None else whence(source, run, DATASETS, HUB)),
        "conversion": dict(conversion or {}),
        "fingerprint": fingerprint(images),
        "n": len(images),
        "held_out": int(images.held_out.sum()),
        "shape": list(images.shape),
        "classes": list(images.classes),
        "skipped": [[skipped.source, skipped.reason] for skipped in images.skipped],
    }


def source_of(told: Mapping[str, Any], run: Path) -> str | Path:
    """Where the images are that `described` told of, seen from the folder `run`.

    A data set's name, or a path, handed on as one: a folder may have a data set's name. Raises
    HinterlandError where they were arrays in memory.
    """
    way = told.get("path")
    if way is None and told["source"] == ARRAYS:
        raise HinterlandError(
            f"{run} was recorded from arrays in memory; no file is known to hold them",
            "save them, and say where: --images FILE",
        )
    return str(told["source"]) if way is None else Path(os.path.normpath((run / way).absolute()))


def _existing(source: str | Path) -> Path:
    if not str(source).strip():
        raise HinterlandError("no images were named", CAN_READ)
    path = Path(source)
    # Not Path.exists, which raises where a name is too long.
    if os.path.exists(path):  # noqa: PTH110
        return path
    raise _missing(source, path)


def _missing(source: str | Path, path: Path) -> HinterlandError:
    beside = look_alike(path)
    is_name = isinstance(source, str) and not any(mark in source for mark in "./\\~")
    if is_name and (not beside or difflib.get_close_matches(str(source), DATASETS, 1)):
        message = f"there is no data set, folder or file {quoted(source)}"
        return HinterlandError(message, nearest_name(str(source), DATASETS))
    hint = f"did you mean {quoted(beside)}?" if beside else CAN_READ
    return HinterlandError(f"no folder or file {quoted(source)}", hint)
