"""Weights of Keras in an HDF5 file: looked through before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hinterland.models.foreign.base import first_line
from hinterland.types import HinterlandError

DEEPEST = 64
MOST_LINKS = 100_000
MOST_BYTES = 2**31
FILTERS = frozenset({1, 2, 3, 6, 32000})  # built into the library: no plug-in is loaded for them
AGAIN = "save the model again with model.save('model.keras')"


def check(path: Path, name: str) -> None:
    """Refuse links, places outside of the file, other things than numbers, and bombs."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            counts = {"links": 0, "bytes": 0}
            _walk(file, counts, 0, name)
    except (HinterlandError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  h5py raises anything on a damaged file
        message = f"the weights of {name} cannot be read: {first_line(error)}"
        raise HinterlandError(message, AGAIN) from None


def _walk(group: Any, counts: dict[str, int], depth: int, name: str) -> None:
    import h5py

    if depth > DEEPEST:
        raise HinterlandError(f"the weights of {name} are nested deeper than {DEEPEST}", AGAIN)
    for key in group:
        counts["links"] += 1
        if counts["links"] > MOST_LINKS:
            raise HinterlandError(f"the weights of {name} have too many parts", AGAIN)
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            raise HinterlandError(f"the weights of {name} hold a link: {key!r}"[:300], AGAIN)
        kind = group.get(key, getclass=True)
        if kind is h5py.Group:
            _walk(group[key], counts, depth + 1, name)
        elif kind is h5py.Dataset:
            counts["bytes"] += _bytes_of(group[key], name)
            if counts["bytes"] > MOST_BYTES:
                raise HinterlandError(
                    f"the weights of {name} declare more than {MOST_BYTES / 1e9:.1f} GB", AGAIN
                )
        else:
            raise HinterlandError(f"the weights of {name} hold something that is no array", AGAIN)


def _bytes_of(data: Any, name: str) -> int:
    if data.is_virtual or data.external:
        raise HinterlandError(f"the weights of {name} lie in another file", AGAIN)
    if data.dtype.kind not in "biuf":
        # names and the like; text is short
        if data.dtype.kind == "S" or (data.dtype.kind == "O" and data.size <= 10_000):
            return int(data.id.get_storage_size())
        raise HinterlandError(f"the weights of {name} hold something else than numbers", AGAIN)
    plan = data.id.get_create_plist()
    if {plan.get_filter(place)[0] for place in range(plan.get_nfilters())} - FILTERS:
        raise HinterlandError(f"the weights of {name} are packed in an unknown way", AGAIN)
    size: int = int(data.size) * int(data.dtype.itemsize)
    if size > 1000 * (int(data.id.get_storage_size()) + 1024):
        raise HinterlandError(f"the weights of {name} declare more than they hold", AGAIN)
    return size
