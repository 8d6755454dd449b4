"""A site: one or several scenes, as one tree of path -> bytes. Server and export show the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from hinterland.scene import Maker, Scene

FORMAT = 1


def gather(
    scenes: Mapping[str, Scene], title: str | None = None, *, status: bool = False
) -> dict[str, Maker]:
    """The files of a site: `site.json`, and each scene's below `scenes/NAME/` (docs/formats.md).

    scenes: by the names that `names_of` gives. title: default, the scene's own where there is one.
    status: whoever serves it also tells how its runs fare, at `status.json`.
    """
    described = partial(_description, scenes, title, status)
    files: dict[str, Maker] = {"site.json": described}
    for name, scene in scenes.items():
        files |= {f"scenes/{name}/{path}": make for path, make in scene.files.items()}
    return files


def names_of(paths: Sequence[Path]) -> list[str]:
    """A name for each run, after its folder: no two alike, plain in an address and on a disk."""
    names: list[str] = []
    for path in paths:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", path.resolve().name).strip("-.") or "run"
        taken = {name.lower() for name in names}  # some disks do not tell letters' cases apart
        name, turn = plain, 1
        while name.lower() in taken:
            turn += 1
            name = f"{plain}-{turn}"
        names.append(name)
    return names


def _description(scenes: Mapping[str, Scene], title: str | None, status: bool) -> bytes:
    told = [{"name": name, **_summary(scene)} for name, scene in scenes.items()]
    if title is None:
        title = told[0]["title"] if len(told) == 1 else f"{len(told)} runs"
    site = {"format": FORMAT, "title": title, "scenes": told}
    if status:
        site["status"] = "status.json"
    return json.dumps(site, ensure_ascii=False, allow_nan=False).encode()


def _summary(scene: Scene) -> dict[str, Any]:
    """What a start page says of a scene before anybody opens it."""
    told = json.loads(scene.files["scene.json"]())
    return {
        "title": told["title"],
        "model": told["model"]["name"],
        "latent_dim": told["model"]["latent_dim"],
        "n": told["images"]["n"],
        "epochs": len(told["epochs"]),
    }
