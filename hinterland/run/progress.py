"""How a training fares right now: one small file beside the recording, for whoever watches."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hinterland.run.commit import DRAFT

FILE = "progress.json"
STATES = ("training", "finished", "stopped", "failed")
QUIET = 10  # seconds after which a writer whose process is not there counts as dead


def tell(run: Path, told: Mapping[str, Any]) -> None:
    """Replace what is said of the training. It is for watchers only: failing is no matter.

    Not waited for to be on the disk: after a power cut it means nothing.
    """
    draft = run / f"{DRAFT}progress"
    with contextlib.suppress(OSError):
        draft.write_text(json.dumps(told, allow_nan=False))
        os.replace(draft, run / FILE)


def read(run: Path) -> dict[str, Any]:
    """What was told last, `at` what time (seconds since 1970), and in which `state` that leaves it.

    `training`, `finished`, `stopped` and `failed` are the writer's own words. `died`: the writer
    went without a word. Without a state nobody ever told anything.
    """
    told = _looked(run)
    # It may have ended while it was looked at, in good order: after its last word its name goes.
    return _looked(run) if told.get("state") == "died" else told


def _looked(run: Path) -> dict[str, Any]:
    found, told = _object(run / FILE), dict[str, Any]()
    if found.get("state") in STATES:
        told = found
        with contextlib.suppress(OSError):
            told["at"] = (run / FILE).stat().st_mtime
    writer = _object(run / "writer.json")
    if writer:
        if told.get("state") != "training":  # what is there is of an earlier training
            told = {"state": "training", "at": _written(run / "writer.json")}
        if not _alive(writer) and time.time() - told["at"] > QUIET:
            told["state"] = "died"
    elif told.get("state") == "training":
        told["state"] = "died" if time.time() - told["at"] > QUIET else "training"
    return told


def writer(run: Path) -> int | None:
    """The process that writes the run, or did until it went without a word."""
    pid = _object(run / "writer.json").get("pid")
    return pid if isinstance(pid, int) else None


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _alive(writer: Mapping[str, Any]) -> bool:
    """Whether the process that wrote writer.json is there, as far as can be known from here."""
    pid = writer.get("pid")
    # on Windows a signal of 0 would end the process
    if os.name == "nt" or writer.get("host") != socket.gethostname() or not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _object(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
