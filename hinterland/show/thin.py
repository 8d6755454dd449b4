"""A part of a scene: some of its epochs, its maps, its images."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from hinterland.project.near import near
from hinterland.run.atlas import pages, unpack
from hinterland.scene import Files, Maker, Scene
from hinterland.show.bare import bare
from hinterland.types import HinterlandError, nearest_name

PRIVATE = ("from", "files", "function")  # options of an imported model that name files of its maker


@dataclass(frozen=True, slots=True)
class Part:
    """What of a scene is wanted. maps: by name, all where empty.

    epochs: these; else every `every`-th; at most `most`, evenly. The first, the last and each map's
    newest are always there. images: so many, of each class and of the held-out their
    share. quality: of lossy pictures, 1 to 100; None: as they are. title: None, the scene's own.
    """

    maps: tuple[str, ...] = ()
    epochs: tuple[int, ...] | None = None
    every: int = 1
    most: int | None = None
    images: int | None = None
    encoder: bool = True
    quality: int | None = None
    title: str | None = None

    def __post_init__(self) -> None:
        for name, least in (("every", 1), ("most", 2), ("images", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise HinterlandError(f"--{name} is at least {least}; got {value}")
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise HinterlandError(f"--quality is from 1 to 100; got {self.quality}")


def thin(scene: Scene, part: Part) -> Scene:
    """The part of a scene, which asks nobody anything: it is a scene of its own.

    Raises HinterlandError for a map that there is not.
    """
    told = json.loads(scene.files["scene.json"]())
    maps = _maps(told, part.maps)
    needed = {max(each["epochs"]) for each in maps} | {max(max(m["epochs"]) for m in told["maps"])}
    epochs = chosen([each["epoch"] for each in told["epochs"]], needed, part)
    maps = [{**each, "epochs": [e for e in each["epochs"] if e in epochs]} for each in maps]
    graphs = {k: v for k, v in told["graphs"].items() if part.encoder or k != "encoder"}
    told |= {
        "title": part.title or told["title"],
        "model": {
            **told["model"],
            "options": {k: v for k, v in told["model"]["options"].items() if k not in PRIVATE},
        },
        "epochs": [each for each in told["epochs"] if each["epoch"] in epochs],
        "maps": maps,
        "graphs": graphs,
        "live": [],
    }
    told.pop("neighbours", None)  # a page finds those of one image by itself in no time
    files = _kept(scene.files, told, epochs)
    rows = _rows(scene, told, part.images)
    if rows is not None or part.quality is not None:
        _repaint(files, told, rows, part.quality)
    if rows is not None:
        _reduce(files, told, rows)
    description = json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
    return Scene({"scene.json": lambda: description, **files})


def chosen(known: Sequence[int], needed: set[int], part: Part) -> list[int]:
    """The epochs of the part, oldest first. Raises HinterlandError for one that there is not.

    needed: those that are there anyway, besides the first and the last.
    """
    needed = needed | {known[0], known[-1]}
    if part.epochs is not None:
        for epoch in part.epochs:
            if epoch not in known:
                raise HinterlandError(
                    f"there is no epoch {epoch}", f"epochs: {known[0]} to {known[-1]}"
                )
        wanted = list(part.epochs)
    else:
        wanted = list(known[:: -part.every])
    found = sorted({*wanted, *needed})
    if part.most is not None and len(found) > part.most:
        places = np.linspace(0, len(found) - 1, part.most).round().astype(int)
        found = sorted({found[place] for place in places.tolist()} | needed)
    return found


def _maps(told: Mapping[str, Any], wanted: Sequence[str]) -> list[dict[str, Any]]:
    known = {each["name"]: each for each in told["maps"]}
    for name in wanted:
        if name not in known:
            raise HinterlandError(f"there is no map '{name}'", nearest_name(name, known))
    return [dict(known[name]) for name in (dict.fromkeys(wanted) or known)]


def _kept(files: Files, told: Mapping[str, Any], epochs: list[int]) -> dict[str, Maker]:
    """The files of these epochs and maps, and those of neither."""
    frames = {
        f"maps/{each['name']}/{epoch:04}.safetensors"
        for each in told["maps"]
        for epoch in each["epochs"]
    }
    kept: dict[str, Maker] = {}
    for path, make in files.items():
        place, *_ = path.split("/")
        if place == "maps" and path not in frames:
            continue
        if place == "epochs" and int(path.split("/")[1]) not in epochs:
            continue
        if (
            path.endswith(("encoder.onnx", "encoder.safetensors"))
            and "encoder" not in told["graphs"]
        ):
            continue
        if path not in ("scene.json", "neighbours.safetensors"):
            kept[path] = partial(_bare, make) if path.endswith(".onnx") else make
    return kept


def _bare(make: Maker) -> bytes:
    return bare(make())


def _rows(scene: Scene, told: Mapping[str, Any], count: int | None) -> np.ndarray | None:
    """Which images are kept, ascending; None: all. Classes and held-out have their share."""
    n = told["images"]["n"]
    if count is None or count >= n:
        return None
    columns = load(scene.files["channels.safetensors"]())
    turn = np.random.default_rng(0).permutation(n)
    group = np.zeros(n, np.int64)
    for name in ("label", "split"):
        if name in columns and columns[name].dtype == np.int32:
            group = group * (int(columns[name].max()) + 2) + columns[name] + 1
    # A group's members are spread evenly over the order, so that any beginning of it is fair.
    place = np.empty(n)
    for each in np.unique(group):
        own = turn[group[turn] == each]
        place[own] = (np.arange(len(own)) + 0.5) / len(own)
    first = turn[np.argsort(place[turn], kind="stable")]
    return np.sort(first[:count])


def _reduce(files: dict[str, Maker], told: dict[str, Any], rows: np.ndarray) -> None:
    """Only these rows of every array."""
    told["images"] = {**told["images"], "n": len(rows)}
    for path in [path for path in files if path.endswith("latents.safetensors")]:
        files[path] = partial(_some, files[path], rows)
    for path in ("channels.safetensors", "measures.safetensors"):
        if path in files:
            files[path] = partial(_some, files[path], rows)
    for each in told["maps"]:
        for epoch in each["epochs"]:
            path = f"maps/{each['name']}/{epoch:04}.safetensors"
            latents = files[f"epochs/{epoch:04}/latents.safetensors"]
            files[path] = partial(_frame, files[path], latents, rows)


def _some(make: Maker, rows: np.ndarray) -> bytes:
    return save({name: np.ascontiguousarray(array[rows]) for name, array in load(make()).items()})


def _frame(make: Maker, latents: Maker, rows: np.ndarray) -> bytes:
    """A map's frame of these images; how far its way back is to be trusted is measured anew."""
    frame = load(make())
    for name in ("points", "distortion"):
        if name in frame:
            frame[name] = np.ascontiguousarray(frame[name][rows])
    if "calibration" in frame:
        way = near(frame["points"], load(latents())["mean"])
        told = (way.spacing, way.reach, way.band, way.spread)
        frame["calibration"] = np.asarray(told, np.float32)
    return save(frame)


def _repaint(
    files: dict[str, Maker], told: dict[str, Any], rows: np.ndarray | None, quality: int | None
) -> None:
    """The pictures of these rows on pages of their own."""
    names = told["images"]["atlas"]["files"]
    n, shape = told["images"]["n"], told["images"]["shape"]
    pixels = unpack([files.pop(name)() for name in names], n, tuple(shape))
    made = pages(pixels if rows is None else pixels[rows], quality)
    fresh = [f"images/atlas-{number:03}.webp" for number in range(len(made))]
    files.update({name: partial(bytes, page) for name, page in zip(fresh, made, strict=True)})
    told["images"] = {**told["images"], "atlas": {**told["images"]["atlas"], "files": fresh}}
