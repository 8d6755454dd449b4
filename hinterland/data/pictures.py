"""Encoded pictures, from files or from tables -> pixels; what cannot be read is told, with why."""

from __future__ import annotations

import logging
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from hinterland.data.convert import Conversion, fitted, is_grey, orientation, usual_size
from hinterland.data.paths import quoted, readable
from hinterland.data.wanted import Survey, Wanted
from hinterland.types import HinterlandError, Skipped

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Files", "Gathered", "Item", "Pictures", "gather", "why"]

# Only these decoders ever see a file, whatever its name says.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
# How files begin that are often called pictures, in lower case -> what they are.
OTHER_KINDS = {
    b"%pdf": "a PDF document",
    b"%!ps": "PostScript",
    b"<!doctype html": "a web page",
    b"<html": "a web page",
    b"<svg": "an SVG drawing",
    b"<?xml": "XML",
    b"pk\x03\x04": "a zip archive",
    b"\x1f\x8b": "gzip",
    b"ftypheic": "HEIC",
    b"ftypmif1": "HEIC",
    b"ftypavif": "AVIF",
    b"ftyp": "a film",
    b"8bps": "a Photoshop file",
    b"\0\0\x01\0": "an icon",
}
THREADS = 8
BATCH = 512
SHOWN = 3

T = TypeVar("T")

# A picture's name and where its bytes are, or why there are none.
Item = tuple[str, Path | bytes] | Skipped


class Pictures(Protocol):
    """Encoded pictures in a fixed order, which can be gone through more than once."""

    def __len__(self) -> int: ...

    def batches(self) -> Iterator[Sequence[Item]]:
        """All of them, some at a time: a million waiting tasks are gigabytes."""


@dataclass(frozen=True, slots=True)
class Files:
    """Picture files: paths below `root`, parted by `/`."""

    root: Path
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.names)

    def batches(self) -> Iterator[Sequence[Item]]:
        for start in range(0, len(self.names), BATCH):
            yield [(name, self.root / name) for name in self.names[start : start + BATCH]]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """pixels: uint8 (n, h, w, c). kept: int64 (n,), where each stood. skipped: all the others."""

    pixels: np.ndarray
    kept: np.ndarray
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    """What a picture says of itself before it is decoded. size: (h, w), upright."""

    size: tuple[int, int]
    grey: bool
    mode: str
    traits: tuple[str, ...]


def gather(
    where: Path | str, pictures: Pictures, wanted: Wanted, skipped: Sequence[Skipped] = ()
) -> Gathered:
    """Decode pictures, brought to one size; grey if all of them are.

    Every header is read before any picture is decoded, so that one array of the right shape takes
    them all. skipped: what was found bad before; it counts among the bad ones.
    """
    n, bad = len(pictures), list(skipped)
    with _quiet_pillow(), ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        # Equal headers are kept once: there may be millions of them.
        kinds: dict[_Header | None, _Header | None] = {}
        headers: list[_Header | None] = []
        for items in pictures.batches():
            for told in pool.map(partial(_attempt, _header), items):
                if isinstance(told, Skipped):
                    bad.append(told)
                header = None if isinstance(told, Skipped) else told
                headers.append(kinds.setdefault(header, header))
            wanted.tell(len(headers) // 2, n)
        good = np.array([header is not None for header in headers], bool)
        check_share(where, int(good.sum()), bad, wanted.max_bad)
        pixels = wanted.room(where, (int(good.sum()), *_shape(headers, wanted.conversion)))
        seen = count = 0
        for items in pictures.batches():
            rows = [row for row in range(seen, seen + len(items)) if good[row]]
            todo = [items[row - seen] for row in rows]
            decode = partial(_decode, pixels, count, wanted.conversion)
            for row, failure in zip(rows, pool.map(decode, range(len(todo)), todo), strict=True):
                if failure is not None:
                    good[row] = False
                    bad.append(failure)
            count = _closed_up(pixels, count, good[rows])
            seen += len(items)
            wanted.tell((n + seen) // 2, n)
    check_share(where, count, bad, wanted.max_bad)
    _note(headers, good, wanted.survey)
    wanted.tell(n, n)
    bad.sort(key=lambda picture: picture.source)
    return Gathered(pixels[:count], np.flatnonzero(good), tuple(bad))


def check_share(where: Path | str, good: int, bad: Sequence[Skipped], max_bad: float) -> None:
    """Refuse a set of which too much cannot be read."""
    if good and len(bad) <= max_bad * (good + len(bad)):
        return
    which = "none" if not good else f"{good:,}"
    told = "; ".join(f"{picture.source}: {picture.reason}" for picture in bad[:SHOWN])
    more = f"; and {len(bad) - SHOWN:,} more" if len(bad) > SHOWN else ""
    raise HinterlandError(
        f"{which} of the {good + len(bad):,} pictures in {quoted(where)} can be read: {told}{more}",
        "repair or remove those that cannot be read; hinterland images lists them" if good else "",
    )


def why(error: OSError) -> str:
    """The system's reason, in lower case."""
    return (error.strerror or type(error).__name__).lower()


def _attempt(work: Callable[[Image.Image], T], item: Item) -> T | Skipped:
    """What `work` makes of a picture, or why it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    if isinstance(item, Skipped):
        return item
    name, content = item
    try:
        if not (content.stat().st_size if isinstance(content, Path) else content):
            return Skipped(readable(name), "the file is empty")
        source = content if isinstance(content, Path) else BytesIO(content)
        with Image.open(source, formats=FORMATS) as picture:
            return work(picture)
    except UnidentifiedImageError:
        reason = _unknown(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        reason = f"more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels"
    except PermissionError as error:
        reason = why(error)
    except Exception as error:  # noqa: BLE001  Pillow raises whatever a damaged file leads it to
        reason = readable(f"cannot be decoded: {error or type(error).__name__}")[:160]
    return Skipped(readable(name), reason)


def _unknown(content: Path | bytes) -> str:
    """Why a file that no decoder knows is no picture, by how it begins."""
    if isinstance(content, Path):
        try:
            with content.open("rb") as file:
                head = file.read(32)
        except OSError as error:
            return why(error)
    else:
        head = content[:32]
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, kind in OTHER_KINDS.items():
        if text.startswith(start) or head[4:].startswith(start):
            return f"not a picture that is read here, but {kind}"
    if head.startswith(MAGIC):
        return "its header is damaged"
    return f"not a picture in a format that is read here ({', '.join(FORMATS)})"


def _header(picture: Image.Image) -> _Header:
    w, h = picture.size
    turn = orientation(picture)
    found = {
        "transparent": picture.has_transparency_data,
        "turned": turn > 1,
        "moving": _moves(picture),
    }
    traits = tuple(name for name, has in found.items() if has)
    return _Header((h, w) if turn < 5 else (w, h), is_grey(picture), picture.mode, traits)


def _shape(headers: Sequence[_Header | None], conversion: Conversion) -> tuple[int, int, int]:
    found = [header for header in headers if header is not None]
    size = usual_size(header.size for header in found)
    return conversion.shape(size, grey=all(header.grey for header in found))


def _note(headers: Sequence[_Header | None], good: np.ndarray, survey: Survey) -> None:
    counts = Counter(header for header, sound in zip(headers, good, strict=True) if sound)
    for header, count in counts.items():
        assert header is not None, "what has no header is not good"
        survey.sizes[header.size] += count
        survey.modes[header.mode] += count
        for trait in header.traits:
            survey.traits[trait] += count


def _moves(picture: Image.Image) -> bool:
    try:
        return bool(getattr(picture, "is_animated", False))
    except Exception:  # noqa: BLE001  damage in a later frame does not spoil the first
        return False


def _decode(
    pixels: np.ndarray, start: int, conversion: Conversion, row: int, item: Item
) -> Skipped | None:
    """Decode one picture into its row of `pixels`, counted from `start`."""
    h, w, c = pixels.shape[1:]

    def put(picture: Image.Image) -> None:
        pixels[start + row] = fitted(picture, (h, w, c), conversion)

    return _attempt(put, item)


def _closed_up(pixels: np.ndarray, start: int, sound: np.ndarray) -> int:
    """Move sound rows over the failed ones of a batch; where the next batch begins."""
    for place, row in enumerate(np.flatnonzero(sound)):
        if place != row:
            pixels[start + place] = pixels[start + row]
    return start + int(sound.sum())


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
