"""Which reader a path needs, what to say where there is none, and how to write a path down."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from hinterland.data.split import is_held_out
from hinterland.types import HinterlandError

__all__ = [
    "CAN_READ",
    "CONTACT_SHEET",
    "HUB",
    "IDX_NAME",
    "METADATA",
    "PARQUET",
    "PICTURES",
    "kind_of",
    "look_alike",
    "quoted",
    "readable",
]

PICTURES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
IDX_NAME = re.compile(r"(images|labels)[-_.]idx\d", re.IGNORECASE)
HUB = "hf:"
PARQUET = ".parquet"
METADATA = ("metadata.csv", f"metadata{PARQUET}")  # what is known of the pictures of a folder
CONTACT_SHEET = "contact-sheet.png"
CAN_READ = (
    "Hinterland reads a folder of pictures, IDX, .npz, .npy and Parquet files, "
    "hf:owner/name, and the data sets it knows by name"
)


def kind_of(path: Path) -> str:
    """The name of the reader for an existing path. Names decide, then contents."""
    if path.is_dir():
        return _kind_of_folder(path)
    if not path.is_file():
        raise HinterlandError(f"{quoted(path)} is neither a folder nor a regular file", CAN_READ)
    suffix = path.suffix.lower()
    if suffix in (".npz", ".npy", PARQUET):
        return suffix[1:]
    if suffix == ".gz" or IDX_NAME.search(path.name):
        return "idx"
    if suffix in PICTURES:
        hint = f"give its folder instead: {quoted(path.parent)}"
        raise HinterlandError(f"{quoted(path)} is one picture, not a set", hint)
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise HinterlandError(f"{quoted(path)} cannot be opened: {error.strerror}") from None
    if head[:3] == b"\0\0\x08":
        return "idx"
    if head == b"PAR1":
        return "parquet"
    if head == b"PK\x03\x04":
        hint = "unpack it first, then give the folder; an archive of arrays should end in .npz"
        raise HinterlandError(f"{quoted(path)} is a zip archive", hint)
    raise HinterlandError(f"{quoted(path)} is not a set of images", CAN_READ)


def _kind_of_folder(path: Path) -> str:
    try:
        names = [entry.name for entry in path.iterdir()]
    except OSError as error:
        raise HinterlandError(f"{quoted(path)} cannot be opened: {error.strerror}") from None
    if any(IDX_NAME.search(name) for name in names):
        return "idx"
    if any(name.endswith(PARQUET) and name not in METADATA for name in names):
        return "parquet"
    # The usual places within a set that was fetched from a hub.
    inner = [path / name for name in names if name == "data" or is_held_out(name) is not None]
    return "parquet" if any(any(place.glob(f"*{PARQUET}")) for place in inner) else "folder"


def look_alike(path: Path) -> str:
    """The name beside a missing path that is most like its own, or nothing."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return ""
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return str(path.parent / close[0]) if close else ""


def quoted(path: Path | str) -> str:
    """A path in quotes that any terminal and any JSON file can hold."""
    return f"'{readable(str(path))}'"


def readable(text: str) -> str:
    """`text` with control characters and undecodable bytes spelled out."""
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(_spelled(whole))


def _spelled(text: str) -> Iterable[str]:
    for character in text:
        yield character if character.isprintable() else ascii(character)[1:-1]
