"""Having a stranger's model read in a process of its own, which can compute and nothing else."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from hinterland.models.foreign.base import Brought, Wanted
from hinterland.types import HinterlandError

GIB = 2**30
MEMORY = 4 * GIB
SECONDS = {"onnx": 60, "keras": 60, "diffusers": 300}
STARTING = 180  # seconds in which a slow machine imports the libraries
KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
GRAPHS = ("encoder.onnx", "decoder.onnx", "graphs.json")


def bring(
    kind: str,
    files: Mapping[str, Path],
    wanted: Wanted,
    samples: np.ndarray,
    *,
    memory: int | None = None,
    seconds: int | None = None,
) -> Brought:
    """Read a model of a kind (`onnx`, `keras`, `diffusers`) from files, in a jail.

    samples: float32 (n, h, w, c) in [0, 1]. memory: bytes, and seconds: what the process may use.
    However it dies is told in one line, as a HinterlandError.
    """
    size = sum(_size(path) for path in files.values())
    memory = memory or max(MEMORY, 3 * GIB + 8 * size)
    seconds = seconds or SECONDS[kind]
    with tempfile.TemporaryDirectory(prefix="hinterland-import-") as place:
        folder = Path(place)
        save_file({"x": np.ascontiguousarray(samples, np.float32)}, folder / "samples.safetensors")
        asked = {
            "kind": kind,
            "files": {name: str(path.absolute()) for name, path in files.items()},
            "wanted": dataclasses.asdict(wanted),
            "memory": memory,
            "seconds": seconds,
        }
        code = _run(json.dumps(asked), folder, STARTING + seconds)
        told = _told(folder, code, memory, seconds)
        return _brought(folder, told)


def _run(asked: str, folder: Path, seconds: float) -> int | None:
    """The exit status of the jailed process; None where it had to be ended."""
    kept = {key: os.environ[key] for key in KEPT if key in os.environ}
    own = {
        "HOME": str(folder),
        "USERPROFILE": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "KERAS_HOME": str(folder / "keras"),
        "KERAS_BACKEND": "torch",
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    # -I: neither the current directory nor the user's own packages can be imported from
    command = [sys.executable, "-I", "-B", "-m", "hinterland.models.foreign.child"]
    with (folder / "stderr.txt").open("wb") as said:
        try:
            done = subprocess.run(
                command,
                input=asked.encode(),
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd=folder,
                env=kept | own,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    return done.returncode


def _told(folder: Path, code: int | None, memory: int, seconds: int) -> dict[str, Any]:
    """What the process left. Raises HinterlandError where it refused, or died."""
    too_long = HinterlandError(
        f"reading the model took more than {seconds} s, and was ended",
        "a smaller model, or --model package.module:function for one that you trust",
    )
    if code is None or -code in (
        getattr(signal, "SIGALRM", -1),
        getattr(signal, "SIGXCPU", -1),
    ):
        raise too_long
    result = folder / "result.json"
    if code == 0 and result.is_file() and result.stat().st_size < 2**20:
        told: dict[str, Any] = json.loads(result.read_bytes())
        if not told.get("memory"):
            if "error" in told:
                hint = str(told["hint"]) or "see docs/bring-your-own.md"
                raise HinterlandError(str(told["error"]), hint, exit_code=int(told["code"]))
            return told
        code = -getattr(signal, "SIGKILL", 9)
    if code == -getattr(signal, "SIGKILL", 9) or "MemoryError" in _said(folder):
        raise HinterlandError(
            f"reading the model needs more than {memory / GIB:.1f} GiB of memory",
            "a smaller model, or --model package.module:function for one that you trust",
            exit_code=5,
        )
    missing = "ModuleNotFoundError" in _said(folder)
    raise HinterlandError(
        "the process that reads the model "
        + ("does not find hinterland" if missing else f"died (status {code})"),
        "pip install hinterland" if missing else "the file is damaged, or hostile: do not use it",
    )


def _said(folder: Path) -> str:
    with (folder / "stderr.txt").open("rb") as file:
        file.seek(max(0, (folder / "stderr.txt").stat().st_size - 4000))
        return file.read().decode(errors="replace")


def _brought(folder: Path, told: Mapping[str, Any]) -> Brought:
    try:
        weights = load_file(folder / "brought.safetensors")
        files = {name: (folder / name).read_bytes() for name in GRAPHS}
        notes = tuple(str(note) for note in told["notes"])
        return Brought(int(told["latent_dim"]), files, weights, dict(told["told"]), notes)
    except (OSError, KeyError, TypeError, ValueError, SafetensorError):
        raise HinterlandError(
            "the process that reads the model left nothing usable",
            "the file is damaged, or hostile: do not use it",
        ) from None


def _size(path: Path) -> int:
    inner = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in inner if file.is_file())
