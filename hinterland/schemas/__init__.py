"""JSON Schemas (2020-12) of every description: runs, scenes, sites, and how these fare."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from hinterland.types import HinterlandError, nearest_name

NAMES = ("run", "log", "manifest", "images", "map", "scene", "site", "status")


def schema(name: str) -> dict[str, Any]:
    """One of NAMES, as JSON Schema 2020-12. Raises HinterlandError for another name."""
    if name not in NAMES:
        raise HinterlandError(f"there is no schema '{name}'", nearest_name(name, NAMES))
    told = files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(told)
    return found
