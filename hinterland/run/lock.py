"""One writer per run: a lock that the operating system lets go of, however the writer dies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from hinterland.types import HinterlandError

PATIENCE = 60  # seconds to wait for another process that makes a map


@contextmanager
def mapping(run: Path) -> Iterator[None]:
    """Hold the maps of a run, also while something trains into it; waits for its turn."""
    try:
        with FileLock(run / "maps.lock", timeout=PATIENCE):
            yield
    except Timeout:
        raise HinterlandError(
            f"another process has been making a map of {run} for {PATIENCE} s", "try again later"
        ) from None


@contextmanager
def writing(run: Path) -> Iterator[None]:
    """Hold the run for writing. Raises HinterlandError where another process holds it."""
    lock = FileLock(run / "writer.lock")
    told = run / "writer.json"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HinterlandError(
            f"{run} is being written by another process{_holder(told)}",
            "wait for it, stop it, or train into another folder with -o",
        ) from None
    try:
        started = datetime.now(UTC).isoformat(timespec="seconds")
        told.write_text(
            json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": started})
        )
        yield
    finally:
        told.unlink(missing_ok=True)
        lock.release()


def _holder(told: Path) -> str:
    try:
        who = json.loads(told.read_text())
        return f" (process {who['pid']} on {who['host']}, since {who['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
