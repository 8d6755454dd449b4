"""Maps on disk: one is replaced by another so that a kill leaves the old one or the new one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from hinterland.run import commit

OLD = ".old-"


def write(
    target: Path, told: Mapping[str, Any], frames: Mapping[int, Mapping[str, np.ndarray]]
) -> None:
    """Commit a map's folder, in place of an older one. Only for who holds the maps.

    Whoever looks meanwhile sees the older map, then the new one; where the system swaps no folders,
    none for an instant.
    """
    fresh = target.parent / f"{commit.DRAFT}{target.name}"
    old = target.parent / f"{OLD}{target.name}"
    with commit.folder(fresh) as draft:
        for epoch, tensors in frames.items():
            content = save({key: np.ascontiguousarray(value) for key, value in tensors.items()})
            (draft / f"{epoch:04}.safetensors").write_bytes(content)
        (draft / "map.json").write_bytes(commit.encoded(told))
    try:
        if target.exists() and commit.exchanged(fresh, target):
            old = fresh
        else:
            if target.exists():
                target.rename(old)
            fresh.rename(target)
    except OSError as error:
        raise commit.explained(error, target) from error
    shutil.rmtree(old, ignore_errors=True)


def mend(place: Path) -> None:
    """Take up what a killed `write` left: the older map comes back where the new one is missing."""
    commit.sweep(place)
    for old in place.glob(f"{OLD}*"):
        target = place / old.name.removeprefix(OLD)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)
