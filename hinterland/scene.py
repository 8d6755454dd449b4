"""A scene: what a page shows, as a tree of path -> bytes, compiled from a run."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
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


Maker = Callable[[], bytes]
Files = Mapping[str, Maker]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """files: path -> what makes its bytes. The same tree for server, export and notebook."""

    files: Files


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """What is known of a run in training that is not on the disk: its maps, as far as they go now.

    maps: name -> what `map.json` would say. frames: (name, epoch) -> the frames that are not there.
    calm: nothing trains now, so what takes long may be measured too. measured: the epoch at which
    the model is measured; None: the newest.
    """

    maps: Mapping[str, Mapping[str, Any]]
    frames: Mapping[tuple[str, int], bytes]
    calm: bool = False
    measured: int | None = None


def compose(run: Run, *, live: Collection[str] = (), growth: Growth | None = None) -> Scene:
    """Compile a run and its maps into a scene (docs/formats.md).

    live: the questions that whoever shows the scene can answer. growth: of a run in training, which
    may have no epochs yet; images' neighbours are looked for when it is calm. Files are made when
    asked for, so a damaged epoch spoils its own files only. Raises HinterlandError where there is
    nothing to see.
    """
    epochs, maps = run.epochs, growth.maps if growth else run.maps()
    if not growth and not (epochs and maps):
        raise HinterlandError(
            f"{run.path} has no {'map' if epochs else 'epochs'} yet",
            f"hinterland map {run.path}" if epochs else f"hinterland resume {run.path}",
        )
    graphs = run.graphs()
    images = run.images()
    at = growth.measured if growth and growth.measured is not None else _charted(maps)
    channels = _measured(images, graphs, at)
    compared = images["n"] if maps and (growth is None or growth.calm) else None
    files: dict[str, Maker] = {
        "scene.json": partial(_description, run, images, maps, channels, live, compared),
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
    if _compared(compared, maps):
        files["neighbours.safetensors"] = partial(_neighbours, run, _charted(maps))
    if channels:
        files[MEASURES] = partial(_measures, run, images, channels)
    for name, told in maps.items():
        for epoch in told["epochs"]:
            frame = Path("maps") / name / f"{epoch:04}.safetensors"
            new = growth.frames.get((name, epoch)) if growth else None
            files[frame.as_posix()] = (
                partial(_frame, run.path / frame) if new is None else partial(bytes, new)
            )
    return Scene(files)


def _frame(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        # its map is just being replaced by a newer one: two renames (run/mapped.py)
        time.sleep(0.1)
        return path.read_bytes()


def _description(
    run: Run,
    images: Mapping[str, Any],
    maps: Mapping[str, Mapping[str, Any]],
    measured: Sequence[Mapping[str, Any]],
    live: Collection[str],
    compared: int | None,
) -> bytes:
    model = run.spec["model"]
    source = run.spec["images"]["source"]
    size = model["latent_dim"]
    parts = ("name", "projection", "dims", "way", "epochs", "extent")
    more = ("of", "options", "metrics", "seconds", "key")
    told = {
        "format": FORMAT,
        "generator": f"hinterland {version('hinterland')}",
        "title": f"{source} · {model['name']} · {size} latent{'s' if size > 1 else ''}",
        "model": {key: model[key] for key in ("name", "options", "latent_dim")},
        "images": {
            "n": images["n"],
            **_identity(run),
            "shape": images["shape"],
            "atlas": {
                **images["atlas"],
                "files": [f"images/{page}" for page in images["atlas"]["files"]],
            },
        },
        "channels": [*images["channels"], *measured],
        "epochs": [
            {key: epoch[key] for key in ("epoch", "losses", "seconds")} for epoch in run.losses()
        ],
        "maps": [
            {key: {**chart, "name": name}[key] for key in parts}
            | {key: chart[key] for key in more if key in chart}
            for name, chart in maps.items()
        ],
        **_compared(compared, maps),
        "graphs": {name: f"model/{name}.onnx" for name in run.graphs()},
        **_classifier(run),
        "live": sorted(live),
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()


def _identity(run: Run) -> dict[str, str]:
    """The same in every run of the same images in the same order: which set, and which of it.

    Of fingerprints, not of pixels: a scene opens without reading its pictures.
    """
    try:
        chosen = run.tracked_rows().astype("<i8")
    except HinterlandError:
        return {}  # it can be shown; only nothing knows that another run has the same images
    told = hashlib.sha256(run.spec["images"]["fingerprint"].encode())
    told.update(chosen.tobytes())
    return {"fingerprint": f"sha256:{told.hexdigest()}"}


def _charted(maps: Mapping[str, Mapping[str, Any]]) -> int:
    """The newest epoch that is on a map: its latents are whole and finite. Without maps: -1."""
    return max((int(epoch) for told in maps.values() for epoch in told["epochs"]), default=-1)


def _compared(n: int | None, maps: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Whose neighbours are in a file; the page finds those of one image by itself in no time."""
    if n is None or n > COMPARED:
        return {}
    return {"neighbours": {"epoch": _charted(maps), "k": min(K, max(0, n - 1))}}


def _neighbours(run: Run, epoch: int) -> bytes:
    return save({"neighbours": nearest(run.latents(epoch), K)})


def _measured(
    images: Mapping[str, Any], graphs: Collection[str], epoch: int
) -> list[dict[str, Any]]:
    """The channels that are measured on the model at an epoch; none before there is one."""
    if epoch < 0:
        return []
    names = ["loss"] if "decoder" in graphs and images["n"] else []
    names += ["outlier score"] if 1 < images["n"] <= COMPARED else []
    taken = {channel["name"] for channel in images["channels"]}
    told = {"kind": "number", "epoch": epoch, "file": MEASURES}
    return [{"name": name, **told} for name in names if name not in taken]


def _measures(run: Run, images: Mapping[str, Any], measured: Sequence[Mapping[str, Any]]) -> bytes:
    """`loss`: the mean squared error of each picture, decoded from its latent. `outlier score`."""
    epoch = measured[0]["epoch"]
    latents = run.latents(epoch)
    made: dict[str, Callable[[], np.ndarray]] = {
        "loss": lambda: _errors(run, images, latents, epoch),
        "outlier score": lambda: outliers(latents).astype(np.float32),
    }
    return save({told["name"]: made[told["name"]]() for told in measured})


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
