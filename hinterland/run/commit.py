"""Committing to disk: what is written appears whole or not at all, and stays."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hinterland.types import HinterlandError

DRAFT = ".tmp-"


@contextmanager
def folder(target: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a draft folder that becomes `target` when the block ends, and vanishes when it raises.

    A reader sees either no `target` or a whole one, also after a power cut. `target` must not
    exist. A full disk or a read-only one is a HinterlandError with exit code 5. durable: wait until
    every file is on the disk, which takes milliseconds for each.
    """
    draft = target.parent / f"{DRAFT}{uuid.uuid4().hex}"
    try:
        draft.mkdir(parents=True)
        yield draft
        for inner in draft.rglob("*") if durable else ():
            _flush(inner)
        _flush(draft)
        os.rename(draft, target)
        _flush(target.parent)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise explained(error, target) from error
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def file(target: Path, data: bytes) -> None:
    """Write one file by rename: a reader sees the old bytes or the new ones, never a part."""
    with drafted(target) as draft:
        draft.write_bytes(data)


@contextmanager
def drafted(target: Path) -> Iterator[Path]:
    """Give the name of a draft file that becomes `target` when the block ends, as `folder` does.

    An older `target` is replaced.
    """
    draft = target.parent / f"{DRAFT}{uuid.uuid4().hex}"
    try:
        yield draft
        _flush(draft)
        os.replace(draft, target)
        _flush(target.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise explained(error, target) from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system or the disk cannot."""
    if os.name != "posix":
        return False
    libc = ctypes.CDLL(None)
    here, swap, names = -100, 2, (os.fsencode(one), os.fsencode(other))
    if hasattr(libc, "renameat2"):  # Linux
        return bool(libc.renameat2(here, names[0], here, names[1], swap) == 0)
    if hasattr(libc, "renamex_np"):  # macOS
        return bool(libc.renamex_np(*names, swap) == 0)
    return False


def sweep(place: Path) -> None:
    """Remove the drafts that a killed writer left in `place`. Only for who holds its lock."""
    for draft in place.glob(f"{DRAFT}*"):
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)


def encoded(description: Any) -> bytes:
    """JSON for people and machines: indented, UTF-8, no NaN."""
    return json.dumps(description, indent=1, ensure_ascii=False, allow_nan=False).encode()


def explained(error: OSError, target: Path) -> HinterlandError:
    """An operating system's refusal in words, with what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        message = f"disk full while saving {target}. What was saved before is safe"
        try:
            free = shutil.disk_usage(_standing(target)).free
            message += f" ({free / 1e6:.1f} MB free)"
        except OSError:
            pass
        return HinterlandError(message, "free some space, then run the command again", exit_code=5)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return HinterlandError(
            f"no permission to write {target}",
            "choose another place with -o, or change its permissions",
            exit_code=5,
        )
    if error.errno in (errno.ENOTDIR, errno.ENOENT, errno.ENAMETOOLONG):
        there = _standing(target)
        return HinterlandError(
            f"{target} cannot be made: {there} is in the way", "choose another place with -o"
        )
    reason = error.strerror or str(error)
    return HinterlandError(f"cannot write {target}: {reason}", "check the disk", exit_code=5)


def _standing(path: Path) -> Path:
    return next(p for p in (path, *path.absolute().parents) if p.exists())


def _flush(path: Path) -> None:
    # Windows cannot open a folder for flushing; there the rename itself is the best there is.
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
