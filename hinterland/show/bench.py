"""Where a folder is made before it takes another's place: beside it, hidden, safe from kills."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from hinterland.run import commit

LOCK, NEW, OLD = "lock", "new", "old"


@contextmanager
def drafted(target: Path) -> Iterator[Path]:
    """Give the path of a folder to be made, which takes `target`'s place when the block ends.

    Whoever looks meanwhile sees the older folder whole, then the new one; where the system swaps
    no folders, none for an instant. What writers left behind that were killed is removed first; one
    that was killed in that very instant has its older folder back.
    """
    sweep(target)
    bench = target.parent / f"{_prefix(target)}{uuid.uuid4().hex}"
    try:
        bench.mkdir(parents=True)
        with FileLock(bench / LOCK):
            yield bench / NEW
            _put(bench, target)
    except OSError as error:
        raise commit.explained(error, target) from error
    finally:
        shutil.rmtree(bench, ignore_errors=True)


def sweep(target: Path) -> None:
    """Remove what killed writers of `target` left; those that still write are left alone."""
    if not target.parent.is_dir():
        return
    for bench in target.parent.iterdir():
        if not bench.name.startswith(_prefix(target)):
            continue
        try:
            with FileLock(bench / LOCK, timeout=0):
                if (bench / OLD).exists() and not target.exists():
                    (bench / OLD).rename(target)
        except (Timeout, OSError):
            continue
        shutil.rmtree(bench, ignore_errors=True)


def _prefix(target: Path) -> str:
    return f"{commit.DRAFT}{target.name}-"


def _put(bench: Path, target: Path) -> None:
    if target.exists() and commit.exchanged(bench / NEW, target):
        return
    if target.exists():
        target.rename(bench / OLD)
    try:
        (bench / NEW).rename(target)
    except OSError:
        if (bench / OLD).exists():
            (bench / OLD).rename(target)
        raise
