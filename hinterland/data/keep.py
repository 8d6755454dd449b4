"""Big sets are converted once: their pixels lie in the user's cache and are mapped, not read."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from hinterland.data import limits
from hinterland.data.wanted import Wanted
from hinterland.types import HinterlandError, Images, Skipped

__all__ = ["once", "release", "stamps"]

# Sets up to this many bytes of pixels are simply held in memory.
LIMIT = 2**29
# So much of the disk is left free.
SPARE = 2**30
FORMAT = 2
DRAFT, DRAFT_AGE = ".tmp-", 24 * 3600


def once(
    where: Path | str,
    parts: Iterable[tuple[str, int, int]],
    wanted: Wanted,
    make: Callable[[Wanted], Images],
) -> Images:
    """What `make` gives; where it is big, kept in the cache, and found there the next time.

    parts: (name, bytes, time of the last change) of all that the set is made of: where one of them
    or the conversion differs, so does the set. `make` is given `wanted` with a `room` that maps
    big arrays to a file; the pixels of what comes back are then a read-only memory map.
    """
    shelf = _Shelf.of(where, parts, wanted)
    found = shelf.load(wanted)
    if found is not None:
        return found
    with shelf:
        images = make(replace(wanted, room=shelf.room))
        return shelf.keep(images, wanted)


def stamps(paths: Iterable[Path]) -> list[tuple[str, int, int]]:
    """What tells whether files are still as they were."""
    told = [(path, path.stat()) for path in paths]
    return [(str(path.absolute()), now.st_size, now.st_mtime_ns) for path, now in told]


def release(pixels: np.ndarray) -> None:
    """Let go of what was read through a memory map, which counts as this process's memory.

    Nothing is lost: the pages stay with the system until it needs the room, and come back when they
    are read again, at some microseconds a page. To an array in memory nothing happens.
    """
    mapped = getattr(pixels, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


@dataclass(slots=True)
class _Shelf:
    """A place in the cache for one set, and the draft that becomes it.

    family: the same for every state of the same source converted in the same way.
    """

    folder: Path
    family: str
    state: str
    draft: Path | None = None
    count: int = 0

    @classmethod
    def of(cls, where: Path | str, parts: Iterable[tuple[str, int, int]], wanted: Wanted) -> _Shelf:
        import platformdirs

        source = str(where.absolute()) if isinstance(where, Path) else where
        asked = [FORMAT, source, wanted.conversion.as_dict(), wanted.max_bad]
        state = hashlib.sha256()
        for part in parts:
            state.update(json.dumps(part).encode())
        family = hashlib.sha256(json.dumps(asked).encode())
        folder = platformdirs.user_cache_path("hinterland") / "sets"
        return cls(folder, family.hexdigest()[:24], state.hexdigest()[:24])

    @property
    def place(self) -> Path:
        return self.folder / f"{self.family}-{self.state}"

    def load(self, wanted: Wanted) -> Images | None:
        """The set that is kept here; None where there is none, or a damaged one."""
        try:
            told = json.loads((self.place / "set.json").read_text(encoding="utf-8"))
            columns = load_file(self.place / "columns.safetensors")
            shape = tuple(told["shape"])
            if (self.place / "pixels.raw").stat().st_size != np.prod(shape, dtype=object):
                return None
            pixels = np.memmap(self.place / "pixels.raw", np.uint8, "r", shape=shape)
            wanted.survey.restore(told["survey"])
            return Images(
                pixels,
                columns.get("labels"),
                tuple(told["classes"]),
                columns.get("held_out"),
                tuple(Skipped(**skipped) for skipped in told["skipped"]),
                {name[1:]: column for name, column in columns.items() if name.startswith("/")},
                {name: tuple(words) for name, words in told["words"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, SafetensorError, HinterlandError):
            return None

    def room(self, where: Path | str, shape: tuple[int, int, int, int]) -> np.ndarray:
        """An empty array: in memory, or where it would be big, in a file of the draft."""
        limits.check_shape(where, shape)
        size = int(np.prod(shape, dtype=object))
        if size > LIMIT and self._begin() and self.draft is not None:
            if shutil.disk_usage(self.draft).free - size < SPARE:
                raise HinterlandError(
                    f"{limits.held(where, size)}; there is not so much disk left at {self.folder}",
                    "make the pictures smaller, or take fewer; XDG_CACHE_HOME names another place",
                    exit_code=5,
                )
            path = self.draft / f"{self.count}.raw"
            self.count += 1
            _reserve(path, size)
            return np.memmap(path, np.uint8, "r+", shape=shape)
        return limits.room(where, shape)

    def keep(self, images: Images, wanted: Wanted) -> Images:
        """Put a set whose pixels are in the draft into its place; others are given back as is."""
        pixels = images.pixels
        path = Path(pixels.filename or "") if isinstance(pixels, np.memmap) else Path()
        if self.draft is None or path.parent != self.draft:
            return images
        assert isinstance(pixels, np.memmap), "only a map is in a file"
        pixels.flush()
        os.truncate(path, pixels.nbytes)
        path.rename(self.draft / "pixels.raw")
        for other in self.draft.glob("?.raw"):
            other.unlink()
        columns = {"labels": images.labels, "held_out": images.held_out}
        columns |= {f"/{name}": column for name, column in images.channels.items()}
        there = {name: column for name, column in columns.items() if column is not None}
        save_file(there, self.draft / "columns.safetensors")
        told = {
            "format": FORMAT,
            "shape": list(pixels.shape),
            "classes": images.classes,
            "words": dict(images.words),
            "skipped": [asdict(skipped) for skipped in images.skipped],
            "survey": wanted.survey.as_dict(),
        }
        (self.draft / "set.json").write_text(json.dumps(told), encoding="utf-8")
        self._commit()
        kept = self.load(wanted)
        assert kept is not None, "it was written just now"
        return kept

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        if self.draft is not None:
            shutil.rmtree(self.draft, ignore_errors=True)

    def _begin(self) -> bool:
        """Make the draft; False where the cache cannot be written."""
        if self.draft is None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                _sweep(self.folder)
                self.draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=self.folder))
            except OSError:
                return False
        return True

    def _commit(self) -> None:
        assert self.draft is not None, "there is something to commit"
        for path in self.draft.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        # What the source was before is of no use any more.
        for old in self.folder.glob(f"{self.family}-*"):
            shutil.rmtree(old, ignore_errors=True)
        try:
            self.draft.rename(self.place)
        except OSError:
            # Somebody else was faster, with the same set.
            if not self.place.is_dir():
                raise


def _reserve(path: Path, size: int) -> None:
    """Make a file of `size` bytes that are there: a full disk kills whoever writes to a map."""
    with path.open("wb") as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
        except OSError as error:
            raise HinterlandError(
                f"no room for {size / 1e9:,.1f} GB at {path.parent.parent}: {error.strerror}",
                "make the pictures smaller, or take fewer; XDG_CACHE_HOME names another place",
                exit_code=5,
            ) from None


def _sweep(folder: Path) -> None:
    """Remove drafts that were left by a process that was killed."""
    for draft in folder.glob(f"{DRAFT}*"):
        if time.time() - draft.stat().st_mtime > DRAFT_AGE:
            shutil.rmtree(draft, ignore_errors=True)
