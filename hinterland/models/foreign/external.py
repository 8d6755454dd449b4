"""Weights that lie beside an ONNX file: only whole plain files of its own folder are read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

import onnx

from hinterland.types import HinterlandError

KEYS = {"location", "offset", "length", "checksum"}


def check(tensor: onnx.TensorProto, folder: Path, name: str, due: int) -> None:
    """Refuse a reference that leads out of `folder`, or to fewer bytes than are `due`.

    onnx itself refuses the same when it opens the file; this says so in words, before.
    """
    told: Mapping[str, str] = {entry.key: entry.value for entry in tensor.external_data}
    location = told.get("location", "")
    if set(told) - KEYS or len(told) != len(tensor.external_data):
        raise HinterlandError(f"{name} describes external weights in a way that is unknown")
    if not _is_plain(location):
        raise HinterlandError(f"{name} asks for weights outside of its folder: {location!r}"[:300])
    path = folder
    for part in location.split("/"):
        path /= part
        if path.is_symlink():
            raise HinterlandError(
                f"{name} asks for weights through a link: {location!r}"[:300],
                "copy the file itself there: cp -L",
            )
    if not path.is_file():
        raise HinterlandError(f"{name} asks for weights that are missing: {location!r}"[:300])
    about = path.stat()
    if about.st_nlink > 1:
        raise HinterlandError(
            f"{name} asks for weights through a hard link: {location!r}"[:300],
            "copy the file: cp",
        )
    try:
        offset, length = int(told.get("offset") or 0), int(told.get("length") or due)
    except ValueError:
        raise HinterlandError(f"{name}: the place of its external weights is no number") from None
    if offset < 0 or length != due or offset + length > about.st_size:
        raise HinterlandError(
            f"{name}: its external weights do not fit into {location!r}"[:300],
            "export the model again",
        )


def _is_plain(location: str) -> bool:
    """A relative path below a folder, read the same on every system."""
    parts = location.split("/")
    return (
        location.isprintable()
        and len(location) <= 1024
        and not set(location) & set('\\:*?"<>|~$%')
        and not PureWindowsPath(location).is_reserved()
        and not os.path.isabs(location)  # noqa: PTH117
        and all(part not in ("", ".", "..") for part in parts)
    )
