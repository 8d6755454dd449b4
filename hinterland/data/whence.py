"""How a run finds its images again."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

__all__ = ["whence"]


def whence(source: str, run: Path, names: Collection[str], hub: str) -> dict[str, str | None]:
    """`source` and `path` of a run's images: their set's name, or the way there from the run.

    names: of the data sets; hub: how names of the hub begin. The way is relative, so that it holds
    no user's name and moves along with both.
    """
    if source in names or source.startswith(hub):
        return {"source": source, "path": None}
    there = Path(source).absolute()
    try:
        way = os.path.relpath(there, run.absolute())
    except ValueError:  # another drive, on Windows
        way = str(there)
    return {"source": there.name, "path": way}
