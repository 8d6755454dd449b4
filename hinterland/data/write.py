"""A set as a folder of PNGs that reads back as the same set, with a list of what is not in it."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from hinterland.data.paths import CONTACT_SHEET, quoted
from hinterland.data.sheet import contact_sheet
from hinterland.types import HinterlandError, Images, Skipped

__all__ = ["SKIPPED", "check_empty", "write"]

SKIPPED = "skipped.csv"
BATCH = 256
TRAINING, HELD_OUT = "train", "test"
# What no folder may be called here or elsewhere, or what reading would take for something else.
FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


def write(
    images: Images,
    folder: Path,
    *,
    names: Sequence[str] = (),
    has_split: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write pictures, skipped.csv and a contact sheet into a new or empty folder, or nothing.

    names: where each picture was below its folder, which is kept but for the ending. Without names
    pictures are numbered in a folder for each class; where `has_split`, below train/ and test/.
    Names that differ in their ending or in case only become two: `a.png`, `a-2.png`.
    """
    from PIL import Image

    folder = folder.resolve()
    check_empty(folder)
    places = _distinct(names or _numbered(images, has_split=has_split))
    draft = folder.with_name(f".{folder.name}.tmp-{os.getpid()}")
    try:
        draft.mkdir(parents=True)
        for index, (place, picture) in enumerate(zip(places, images.pixels, strict=True)):
            path = draft / place
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True)
            Image.fromarray(picture.squeeze(2) if images.shape[2] == 1 else picture).save(path)
            if progress is not None and index % BATCH == 0:
                progress(index, len(images))
        _list(draft / SKIPPED, images.skipped)
        contact_sheet(images, folder.name).save(draft / CONTACT_SHEET)
        # Not the folder itself, in which a shell may stand.
        folder.mkdir(exist_ok=True)
        for entry in draft.iterdir():
            entry.replace(folder / entry.name)
    except OSError as error:
        raise HinterlandError(
            f"{quoted(folder)} cannot be written: {error.strerror}",
            "choose another folder with -o",
            exit_code=5,
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if progress is not None:
        progress(len(images), len(images))


def check_empty(folder: Path) -> None:
    """Refuse a place where something is already: nothing is overwritten."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise HinterlandError(f"{quoted(folder)} is there and is no folder", "choose another -o")
    if folder.is_dir() and any(folder.iterdir()):
        raise HinterlandError(
            f"{quoted(folder)} is not empty", "choose a new or an empty folder with -o"
        )


def _numbered(images: Images, *, has_split: bool) -> list[str]:
    digits = len(str(len(images) - 1))
    classes = _distinct([f"{_folder_name(name)}/" for name in images.classes])
    labels = np.full(len(images), -1) if images.labels is None else images.labels
    held_out = np.zeros(len(images), bool) if images.held_out is None else images.held_out
    top = (f"{TRAINING}/", f"{HELD_OUT}/") if has_split else ("", "")
    return [
        f"{top[bool(out)]}{classes[label] if label >= 0 else ''}{index:0{digits}}.png"
        for index, (label, out) in enumerate(zip(labels, held_out, strict=True))
    ]


def _folder_name(name: str) -> str:
    """A class as a folder: a name that any system takes, and that is not hidden."""
    told = name.translate(FORBIDDEN).strip(" .")[:100]
    return told if told and not name.startswith((".", "__MACOSX")) else f"_{told}"


def _distinct(names: Sequence[str]) -> list[str]:
    """Names as PNGs, or folders where they end in a slash, no two the same in any case."""
    taken: set[str] = set()
    told = []
    for name in names:
        path = PurePosixPath(name)
        ending = "/" if name.endswith("/") else ".png"
        stem = str(path) if ending == "/" else str(path.with_suffix(""))
        found, number = stem, 1
        while f"{found}{ending}".casefold() in taken:
            number += 1
            found = f"{stem}-{number}"
        taken.add(f"{found}{ending}".casefold())
        told.append(f"{found}{ending}")
    return told


def _list(path: Path, skipped: Sequence[Skipped]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["picture", "reason"])
        rows.writerows([picture.source, picture.reason] for picture in skipped)
