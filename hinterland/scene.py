"""A scene: what a page shows, as a tree of path -> bytes, compiled from a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from hinterland.latent.neighbours import nearest
from hinterland.latent.outliers import outliers
from hinterland.run import Run
from hinterland.run.atlas import unpack
from hinterland.types import HinterlandError

FORMAT = 1
K = 12  # true neighbours of each image
COMPARED = 50_000  # images whose neighbours are all looked for: the time grows with their square
MEASURES = "measures.safetensors"
DECODED = 2**20  # numbers of pictures that are decoded at a time


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """files: path -> what makes its bytes. The same tree for server, export and notebook."""

    files: Mapping[str, Callable[[], bytes]]


def compose(run: Run, *, live: Collection[str] = ()) -> Scene:
    """Compile a run and its maps into a scene (docs/formats.md).

    live: the questions that whoever shows the scene can answer. Files are made when asked for, so a
    damaged epoch spoils its own files only. Raises HinterlandError where there is nothing to see.
    """
    epochs, maps = run.epochs, run.maps()
    if not epochs or not maps:
        raise HinterlandError(
            f"{run.path} has no {'map' if epochs else 'epochs'} yet",
            f"hinterland map {run.path}" if epochs else f"hinterland resume {run.path}",
        )
    graphs = run.graphs()
    images = run.images()
    files: dict[str, Callable[[], bytes]] = {
        "scene.json": partial(_description, run, images, maps, graphs, live),
        "channels.safetensors": (run.path / "images" / "channels.safetensors").read_bytes,
    }
    for page in images["atlas"]["files"]:
        files[f"images/{page}"] = (run.path / "images" / page).read_bytes
    for name in graphs:
        files[f"model/{name}.onnx"] = partial(run.graph, name)
    if run.classifier():
        files["model/classifier.onnx"] = (run.path / "model" / "classifier.onnx").read_bytes
    for epoch in epochs:
        place = f"epochs/{epoch:04}"
        files[f"{place}/latents.safetensors"] = partial(run.bytes_of, epoch, "latents.safetensors")
        for name in graphs:
            files[f"{place}/{name}.safetensors"] = partial(run.mounted, epoch, name)
    if images["n"] <= COMPARED:
        files["neighbours.safetensors"] = partial(_neighbours, run, _charted(maps))
    if _measured(images, maps, graphs):
        files[MEASURES] = partial(_measures, run, images, maps, graphs)
    for name, told in maps.items():
        for epoch in told["epochs"]:
            frame = Path("maps") / name / f"{epoch:04}.safetensors"
            files[frame.as_posix()] = (run.path / frame).read_bytes
    return Scene(files)


def _description(
    run: Run,
    images: Mapping[str, Any],
    maps: Mapping[str, Mapping[str, Any]],
    graphs: Collection[str],
    live: Collection[str],
) -> bytes:
    model = run.spec["model"]
    source = run.spec["images"]["source"]
    size = model["latent_dim"]
    parts = ("name", "projection", "dims", "way", "epochs", "extent")
    more = ("of", "options", "metrics", "seconds")
    told = {
        "format": FORMAT,
        "generator": f"hinterland {version('hinterland')}",
        "title": f"{source} · {model['name']} · {size} latent{'s' if size > 1 else ''}",
        "model": {key: model[key] for key in ("name", "options", "latent_dim")},
        "images": {
            "n": images["n"],
            "shape": images["shape"],
            "atlas": {
                **images["atlas"],
                "files": [f"images/{page}" for page in images["atlas"]["files"]],
            },
        },
        "channels": [*images["channels"], *_measured(images, maps, graphs)],
        "epochs": [
            {key: epoch[key] for key in ("epoch", "losses", "seconds")} for epoch in run.losses()
        ],
        "maps": [
            {key: {**chart, "name": name}[key] for key in parts}
            | {key: chart[key] for key in more if key in chart}
            for name, chart in maps.items()
        ],
        **_compared(images["n"], maps),
        "graphs": {name: f"model/{name}.onnx" for name in graphs},
        **_classifier(run),
        "live": sorted(live),
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()


def _charted(maps: Mapping[str, Mapping[str, Any]]) -> int:
    """The newest epoch that is on a map: its latents are whole and finite."""
    return max(int(epoch) for told in maps.values() for epoch in told["epochs"])


def _compared(n: int, maps: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Whose neighbours are in a file; the page finds those of one image by itself in no time."""
    if n > COMPARED:
        return {}
    return {"neighbours": {"epoch": _charted(maps), "k": min(K, max(0, n - 1))}}


def _neighbours(run: Run, epoch: int) -> bytes:
    return save({"neighbours": nearest(run.latents(epoch), K)})


def _measured(
    images: Mapping[str, Any], maps: Mapping[str, Mapping[str, Any]], graphs: Collection[str]
) -> list[dict[str, Any]]:
    """The channels that are measured on the model, at the newest epoch that is on a map."""
    names = ["loss"] if "decoder" in graphs and images["n"] else []
    names += ["outlier score"] if 1 < images["n"] <= COMPARED else []
    taken = {channel["name"] for channel in images["channels"]}
    told = {"kind": "number", "epoch": _charted(maps), "file": MEASURES}
    return [{"name": name, **told} for name in names if name not in taken]


def _measures(
    run: Run,
    images: Mapping[str, Any],
    maps: Mapping[str, Mapping[str, Any]],
    graphs: Collection[str],
) -> bytes:
    """`loss`: the mean squared error of each picture, decoded from its latent. `outlier score`."""
    epoch = _charted(maps)
    latents = run.latents(epoch)
    made: dict[str, Callable[[], np.ndarray]] = {
        "loss": lambda: _errors(run, images, latents, epoch),
        "outlier score": lambda: outliers(latents).astype(np.float32),
    }
    return save({told["name"]: made[told["name"]]() for told in _measured(images, maps, graphs)})


def _errors(run: Run, images: Mapping[str, Any], latents: np.ndarray, epoch: int) -> np.ndarray:
    from hinterland.models.session import Session

    pages = [(run.path / "images" / page).read_bytes() for page in images["atlas"]["files"]]
    pixels = unpack(pages, images["n"], tuple(images["shape"]))
    weights = run.mounted(epoch, "decoder")
    decoder = Session(run.graph("decoder"), "decoder.safetensors", weights)
    errors = np.empty(len(pixels), np.float32)
    rows = max(1, DECODED // max(1, pixels[0].size))
    for start in range(0, len(pixels), rows):
        own = slice(start, start + rows)
        apart = decoder.run(latents[own]) - pixels[own] / np.float32(255)
        errors[own] = (apart**2).mean((1, 2, 3))
    return errors


def _classifier(run: Run) -> dict[str, Any]:
    """What names decoded pictures, where the run has it."""
    found = run.classifier()
    if not found:
        return {}
    return {"classifier": {"file": "model/classifier.onnx", "accuracy": found[1].get("accuracy")}}
