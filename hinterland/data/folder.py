"""A folder of pictures: sub-folders are classes; train/ and test/ above them are the split."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hinterland.data.keep import once
from hinterland.data.paths import CONTACT_SHEET, PICTURES, quoted, readable
from hinterland.data.pictures import SHOWN, Files, gather, why
from hinterland.data.split import is_held_out
from hinterland.data.wanted import Wanted
from hinterland.types import HinterlandError, Images, Skipped

__all__ = ["read_folder"]


def read_folder(path: Path, wanted: Wanted) -> Images:
    """A folder of PNG, JPEG, WebP, BMP, GIF or TIFF pictures; its sub-folders are the classes.

    A picture deeper down belongs to the class of its topmost sub-folder; without sub-folders there
    are no labels; pictures beside sub-folders have the label -1. Where all topmost sub-folders are
    called train or training, test or testing, val, valid or validation, they are the split, and
    the classes are below them. The order is that of the paths as text. Hidden files, and files
    that are not called pictures, are ignored. All pictures are brought to one size (see
    `usual_size` and `fitted`), and are grey if all of them are.
    """
    found = _walk(path)
    if not found.pictures and not found.skipped:
        raise _nothing(path, found.others)
    parts = sorted(found.pictures)
    return once(path, parts, wanted, lambda wanted: _read(path, found, wanted))


def _read(path: Path, found: _Found, wanted: Wanted) -> Images:
    names = [name for name, _, _ in sorted(found.pictures)]
    got = gather(path, Files(path, names), wanted, found.skipped)
    kept = [names[row] for row in got.kept]
    wanted.survey.names = kept
    held_out, inner = _split(kept)
    labels, classes = _labels(inner)
    return Images(got.pixels, labels, classes, held_out, got.skipped)


@dataclass(slots=True)
class _Found:
    """What a walk through a folder met: paths below it, parted by `/`.

    pictures: (path, bytes, time of the last change in nanoseconds).
    """

    pictures: list[tuple[str, int, int]] = field(default_factory=list)
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
                raise HinterlandError(f"{quoted(root)} cannot be opened: {why(error)}") from None
            found.skipped.append(Skipped(readable(inside), why(error)))
            continue
        for entry in entries:
            name = f"{inside}/{entry.name}" if inside else entry.name
            # The contact sheet is our own, beside the pictures that `hinterland images` wrote.
            if entry.name.startswith((".", "__MACOSX")) or name == CONTACT_SHEET:
                continue
            if not _sort_in(found, name, entry):
                continue
            # Links come last, so that a folder that is here twice is read under its own name.
            (folders.appendleft if entry.is_symlink() else folders.append)(name)
    return found


def _sort_in(found: _Found, name: str, entry: os.DirEntry[str]) -> bool:
    """Note a file in `found`; True for a folder."""
    suffix = Path(entry.name).suffix.lower()
    try:
        status = entry.stat()
    except OSError as error:
        if suffix in PICTURES or not suffix:
            found.skipped.append(Skipped(readable(name), why(error)))
        return False
    if stat.S_ISDIR(status.st_mode):
        return True
    if suffix not in PICTURES:
        found.others.append(name)
    elif stat.S_ISREG(status.st_mode):
        found.pictures.append((name, status.st_size, status.st_mtime_ns))
    else:
        found.skipped.append(Skipped(readable(name), "not a regular file"))
    return False


def _split(names: Sequence[str]) -> tuple[np.ndarray | None, Sequence[str]]:
    """bool (n,) where the topmost folders are a split, and the paths below those."""
    parted = [name.partition("/") for name in names]
    parts = {top: is_held_out(top) for top, slash, _ in parted if slash}
    if not parts or None in parts.values():
        return None, names
    inner = [rest if slash else top for top, slash, rest in parted]
    if set(parts.values()) != {True, False}:
        return None, inner
    return np.array([bool(slash and parts[top]) for top, slash, _ in parted]), inner


def _labels(names: Sequence[str]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """int64 (n,) and the class names, from paths below the folder."""
    tops = [name.partition("/")[0] if "/" in name else None for name in names]
    classes = sorted({top for top in tops if top is not None})
    if not classes:
        return None, ()
    place = {name: index for index, name in enumerate(classes)}
    labels = np.array([-1 if top is None else place[top] for top in tops], np.int64)
    return labels, tuple(readable(name) for name in classes)


def _nothing(path: Path, others: Sequence[str]) -> HinterlandError:
    held = ", ".join(readable(name) for name in sorted(others)[:SHOWN])
    more = ", …" if len(others) > SHOWN else ""
    files = "file" if len(others) == 1 else "files"
    told = f"it holds {len(others):,} other {files}: {held}{more}" if others else "it is empty"
    endings = " ".join(sorted(PICTURES))
    return HinterlandError(f"no pictures in {quoted(path)}: {told}", f"pictures end in {endings}")
