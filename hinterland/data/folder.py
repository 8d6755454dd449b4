"""A folder of pictures: sub-folders are classes; what cannot be read is skipped, with a reason."""

from __future__ import annotations

import logging
import os
import stat
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from hinterland.data.convert import Wanted, fitted, is_grey, orientation, usual_size
from hinterland.data.limits import room
from hinterland.data.paths import PICTURES, quoted, readable
from hinterland.types import HinterlandError, Images, Skipped

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["read_folder"]

# Only these decoders ever see a file, whatever its name says.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
THREADS = 8
BATCH = 512
SHOWN = 3

S = TypeVar("S")
T = TypeVar("T")


def read_folder(path: Path, wanted: Wanted) -> Images:
    """A folder of PNG, JPEG, WebP, BMP, GIF or TIFF pictures; its sub-folders are the classes.

    A picture deeper down belongs to the class of its topmost sub-folder; without sub-folders there
    are no labels; pictures beside sub-folders have the label -1. The order is that of the paths as
    text. Hidden files, and files that are not called pictures, are ignored. All pictures are
    brought to one size (see `usual_size` and `fitted`), and are grey if all of them are.
    """
    found = _walk(path)
    names, n = sorted(found.pictures), len(found.pictures)
    if not names and not found.skipped:
        raise _nothing(path, found.others)
    tell = wanted.progress or _silent
    with _quiet_pillow(), ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        read_header = partial(_attempt, path, _header)
        headers = _each(pool, read_header, names, lambda done: tell(done // 2, n))
        good = {
            name: header
            for name, header in zip(names, headers, strict=True)
            if isinstance(header, _Header)
        }
        skipped = found.skipped + [header for header in headers if isinstance(header, Skipped)]
        _check_share(path, len(good), skipped, wanted.max_bad)
        pixels = room(path, (len(good), *_shape(list(good.values()), wanted)))
        decode = partial(_decode, path, pixels)
        failures = _each(pool, decode, list(enumerate(good)), lambda done: tell((n + done) // 2, n))
    skipped += [failure for failure in failures if failure is not None]
    kept = [name for name, failure in zip(good, failures, strict=True) if failure is None]
    _check_share(path, len(kept), skipped, wanted.max_bad)
    sound = [index for index, failure in enumerate(failures) if failure is None]
    for place, index in enumerate(sound):
        if place != index:
            pixels[place] = pixels[index]
    tell(n, n)
    labels, classes = _labels(kept)
    skipped.sort(key=lambda picture: picture.source)
    return Images(pixels[: len(kept)], labels, classes, skipped=tuple(skipped))


@dataclass(frozen=True, slots=True)
class _Header:
    """What a picture says of itself before it is decoded. size: (h, w), upright."""

    size: tuple[int, int]
    grey: bool


@dataclass(slots=True)
class _Found:
    """What a walk through a folder met: paths below it, parted by `/`."""

    pictures: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def _walk(root: Path) -> _Found:
    found = _Found()
    folders, seen = deque([""]), set()
    while folders:
        inside = folders.pop()
        try:
            folder = (root / inside).stat()
            if (folder.st_dev, folder.st_ino) in seen:
                reason = "a link to a folder that is read already"
                found.skipped.append(Skipped(readable(inside), reason))
                continue
            seen.add((folder.st_dev, folder.st_ino))
            with os.scandir(root / inside) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if not inside:
                raise HinterlandError(f"{quoted(root)} cannot be opened: {_why(error)}") from None
            found.skipped.append(Skipped(readable(inside), _why(error)))
            continue
        for entry in entries:
            if entry.name.startswith((".", "__MACOSX")):
                continue
            name = f"{inside}/{entry.name}" if inside else entry.name
            if not _sort_in(found, name, entry):
                continue
            # Links come last, so that a folder that is here twice is read under its own name.
            (folders.appendleft if entry.is_symlink() else folders.append)(name)
    return found


def _sort_in(found: _Found, name: str, entry: os.DirEntry[str]) -> bool:
    """Note a file in `found`; True for a folder."""
    suffix = Path(entry.name).suffix.lower()
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        if suffix in PICTURES or not suffix:
            found.skipped.append(Skipped(readable(name), _why(error)))
        return False
    if stat.S_ISDIR(mode):
        return True
    if suffix not in PICTURES:
        found.others.append(name)
    elif stat.S_ISREG(mode):
        found.pictures.append(name)
    else:
        found.skipped.append(Skipped(readable(name), "not a regular file"))
    return False


def _each(
    pool: Executor, work: Callable[[S], T], items: Sequence[S], tell: Callable[[int], None]
) -> list[T]:
    """What `work` makes of each item, a batch at a time: a million waiting tasks are gigabytes."""
    results: list[T] = []
    for start in range(0, len(items), BATCH):
        results.extend(pool.map(work, items[start : start + BATCH]))
        tell(len(results))
    return results


def _attempt(root: Path, work: Callable[[Image.Image], T], name: str) -> T | Skipped:
    """What `work` makes of a picture, or why it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    path = root / name
    try:
        if not path.stat().st_size:
            return Skipped(readable(name), "the file is empty")
        with Image.open(path, formats=FORMATS) as picture:
            return work(picture)
    except UnidentifiedImageError:
        reason = "not a picture in a format that is read here"
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        reason = f"more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels"
    except PermissionError as error:
        reason = _why(error)
    except Exception as error:  # noqa: BLE001  Pillow raises whatever a damaged file leads it to
        reason = readable(f"cannot be decoded: {error or type(error).__name__}")[:160]
    return Skipped(readable(name), reason)


def _header(picture: Image.Image) -> _Header:
    w, h = picture.size
    return _Header((h, w) if orientation(picture) < 5 else (w, h), is_grey(picture))


def _decode(root: Path, pixels: np.ndarray, item: tuple[int, str]) -> Skipped | None:
    """Decode one picture into its row of `pixels`."""
    index, name = item
    h, w, c = pixels.shape[1:]

    def put(picture: Image.Image) -> None:
        pixels[index] = fitted(picture, (h, w), grey=c == 1)

    return _attempt(root, put, name)


def _shape(headers: Sequence[_Header], wanted: Wanted) -> tuple[int, int, int]:
    h, w = wanted.size or usual_size(header.size for header in headers)
    if wanted.mode is None:
        return h, w, 1 if all(header.grey for header in headers) else 3
    return h, w, 1 if wanted.mode == "grey" else 3


def _labels(names: Sequence[str]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """int64 (n,) and the class names, from paths below the folder."""
    tops = [name.partition("/")[0] if "/" in name else None for name in names]
    classes = sorted({top for top in tops if top is not None})
    if not classes:
        return None, ()
    place = {name: index for index, name in enumerate(classes)}
    labels = np.array([-1 if top is None else place[top] for top in tops], np.int64)
    return labels, tuple(readable(name) for name in classes)


def _check_share(path: Path, good: int, skipped: Sequence[Skipped], max_bad: float) -> None:
    bad = len(skipped)
    if good and bad <= max_bad * (good + bad):
        return
    which = "none" if not good else f"{good:,}"
    told = "; ".join(f"{picture.source}: {picture.reason}" for picture in skipped[:SHOWN])
    more = f"; and {bad - SHOWN:,} more" if bad > SHOWN else ""
    raise HinterlandError(
        f"{which} of the {good + bad:,} pictures in {quoted(path)} can be read: {told}{more}",
        "repair or remove those that cannot be read" if good else "",
    )


def _nothing(path: Path, others: Sequence[str]) -> HinterlandError:
    held = ", ".join(readable(name) for name in sorted(others)[:SHOWN])
    more = ", …" if len(others) > SHOWN else ""
    told = f"it holds {len(others):,} other files: {held}{more}" if others else "it is empty"
    endings = " ".join(sorted(PICTURES))
    return HinterlandError(f"no pictures in {quoted(path)}: {told}", f"pictures end in {endings}")


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _silent(_done: int, _all: int) -> None:
    pass


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Pillow's warnings are ours to tell: too many pixels is a reason to skip, others are none."""
    from PIL import Image

    # With a handler of its own, what Pillow logs goes where the user sent it, or nowhere.
    log, handler = logging.getLogger("PIL"), logging.NullHandler()
    log.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        log.removeHandler(handler)
