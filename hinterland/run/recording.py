"""A recording on disk: what was asked, then every epoch, each whole or absent."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from hinterland.run import commit, lock, mapped, progress, tracked
from hinterland.types import HinterlandError

FORMAT = 1
PARTS = {
    "images": ("source", "fingerprint", "shape"),
    "model": ("name", "latent_dim", "options"),
    "training": ("epochs",),
}


class Run:
    """A folder: `run.json` (what was asked), then `epochs/0000`, … (docs/formats.md).

    It stores arrays and descriptions and knows no model and no projection. Everything read from an
    epoch is checked against the SHA-256 in its manifest, so bit rot is found, never shown.
    """

    def __init__(self, path: Path, spec: Mapping[str, Any]) -> None:
        self.path = path
        self.spec = spec

    @classmethod
    def create(
        cls,
        path: Path,
        spec: Mapping[str, Any],
        images: tracked.Tracked,
        model: Mapping[str, bytes],
    ) -> Run:
        """Begin a recording in a folder that is new or empty.

        spec: what `run.json` says. model: file name -> bytes, the graphs below `model/`.
        """
        cls.vacant(path)
        if path.is_dir():
            path.rmdir()
        with commit.folder(path) as draft:
            (draft / "run.json").write_bytes(commit.encoded({"format": FORMAT, **spec}))
            for place in ("images", "model", "epochs", "latest", "maps"):
                (draft / place).mkdir()
            images.write(draft / "images")
            for name, content in model.items():
                (draft / "model" / name).write_bytes(content)
        return cls.open(path)

    @staticmethod
    def vacant(path: Path) -> None:
        """Raise HinterlandError where a run cannot begin because something is there."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            if (path / "run.json").is_file():
                raise HinterlandError(
                    f"{path} already holds a run", f"hinterland resume {path}, or another -o"
                )
            raise HinterlandError(f"{path} exists and is not empty", "choose another -o")

    @classmethod
    def open(cls, path: Path) -> Run:
        """Open what `create` began, in whatever state its writer left it."""
        if not path.exists():
            raise HinterlandError(f"no run at {path}", _instead(path))
        description = path / "run.json"
        if not description.is_file():
            raise HinterlandError(f"{path} is not a run: it has no run.json", _instead(path))
        spec = _described(description)
        if spec.get("format") != FORMAT:
            raise HinterlandError(
                f"{path} has format {spec.get('format')!r}; this version reads format {FORMAT}",
                "pip install --upgrade hinterland",
            )
        missing = [part for part in PARTS if not _has(spec.get(part), PARTS[part])]
        if missing:
            raise HinterlandError(
                f"{description} says nothing of {', '.join(missing)}, or not what it should",
                "restore the file from a copy",
            )
        return cls(path, spec)

    def writing(self) -> AbstractContextManager[None]:
        """Hold the run for writing; one process at a time."""
        return lock.writing(self.path)

    def tell(self, told: Mapping[str, Any]) -> None:
        """Say how the training fares, for whoever watches; nothing of it is kept."""
        progress.tell(self.path, told)

    def progress(self) -> dict[str, Any]:
        """How the training fares: what was told last, and the `state` that it is in."""
        return progress.read(self.path)

    @property
    def epochs(self) -> list[int]:
        """The committed epochs, oldest first."""
        place = self.path / "epochs"
        if not place.is_dir():
            return []
        names = (entry.name for entry in place.iterdir())
        numbers = sorted(int(name) for name in names if name.isdecimal())
        return [epoch for epoch in numbers if self._whole(epoch)]

    def known(self, epoch: Any) -> int:
        """The epoch, if it is one of the run's. Raises HinterlandError where it is not."""
        if not isinstance(epoch, int) or isinstance(epoch, bool) or not self.holds(epoch):
            epochs = self.epochs
            there = f"epochs: {epochs[0]} to {epochs[-1]}" if epochs else "it has none yet"
            raise HinterlandError(f"there is no epoch {epoch!r}", there)
        return epoch

    def holds(self, epoch: int) -> bool:
        """Whether an epoch is committed and its manifest sound."""
        return self._whole(epoch)

    def manifest(self, epoch: int) -> dict[str, Any]:
        """What is known of an epoch: losses, seconds, images_per_second, and its files."""
        return _described(self._epoch(epoch) / "manifest.json")

    def bytes_of(self, epoch: int, name: str) -> bytes:
        """One file of an epoch, proved to be what was committed."""
        told = self.manifest(epoch)["files"].get(name)
        if told is None:
            raise HinterlandError(f"epoch {epoch} of {self.path} has no {name}")
        try:
            content = (self._epoch(epoch) / name).read_bytes()
        except OSError as error:
            raise self._damaged(epoch, name, error.strerror or "unreadable") from None
        if hashlib.sha256(content).hexdigest() != told["sha256"]:
            raise self._damaged(epoch, name, "its checksum differs")
        return content

    def arrays(self, epoch: int, name: str) -> dict[str, np.ndarray]:
        """The tensors of one file of an epoch: `weights` or `latents`."""
        try:
            return load(self.bytes_of(epoch, f"{name}.safetensors"))
        except SafetensorError as error:
            raise self._damaged(epoch, f"{name}.safetensors", str(error)) from None

    def latents(self, epoch: int) -> np.ndarray:
        """float32 (n, d): the tracked images' latents (their means, where codes are uncertain)."""
        return self.arrays(epoch, "latents")["mean"]

    def graphs(self) -> dict[str, dict[str, Any]]:
        """`encoder` and `decoder` -> `file` below model/ and the names of its `weights`.

        Empty where the model has no graphs.
        """
        if not (self.path / "model" / "graphs.json").is_file():
            return {}
        told = _described(self.path / "model" / "graphs.json")
        return {name: told[name] for name in ("decoder", "encoder") if name in told}

    def graph(self, name: str) -> bytes:
        """An ONNX graph without its weights. Raises HinterlandError where there is none."""
        file: str = self._graph(name)["file"]
        return (self.path / "model" / file).read_bytes()

    def mounted(self, epoch: int, name: str) -> bytes:
        """The safetensors file that graph `name` asks for, with the weights of an epoch."""
        weights = self.arrays(epoch, "weights")
        return save({key: weights[key] for key in self._graph(name)["weights"]})

    def _graph(self, name: str) -> dict[str, Any]:
        graphs = self.graphs()
        if name not in graphs:
            raise HinterlandError(
                f"{self.path} holds latents only: its model has no {name} graph",
                "record torch modules rather than functions, or import the model as ONNX",
            )
        return graphs[name]

    def record(
        self, epoch: int, told: Mapping[str, Any], arrays: Mapping[str, Mapping[str, np.ndarray]]
    ) -> None:
        """Commit an epoch. told: losses, seconds, …; arrays: file stem -> tensors.

        An epoch that is there already stays as it is: after a kill between its commit and the
        optimiser's, resuming makes the same epoch again.
        """
        target = self._epoch(epoch)
        if target.exists():
            if self._whole(epoch):
                return
            shutil.rmtree(target)
        with commit.folder(target) as draft:
            files = {}
            for stem, tensors in arrays.items():
                content = save({k: np.ascontiguousarray(v) for k, v in tensors.items()})
                (draft / f"{stem}.safetensors").write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                files[f"{stem}.safetensors"] = {"sha256": digest, "bytes": len(content)}
            manifest = {"format": FORMAT, "epoch": epoch, **told, "files": files}
            (draft / "manifest.json").write_bytes(commit.encoded(manifest))
        with (self.path / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(_logged(manifest)) + "\n")

    def keep(self, name: str, told: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> None:
        """Commit `latest/NAME`, what an exact resume needs, and let older ones go."""
        target = self.path / "latest" / name
        if not target.exists():
            with commit.folder(target) as draft:
                content = save({k: np.ascontiguousarray(v) for k, v in tensors.items()})
                (draft / "state.safetensors").write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                (draft / "state.json").write_bytes(
                    commit.encoded({"format": FORMAT, **told, "sha256": digest})
                )
        for older in target.parent.iterdir():
            if older.is_dir() and older.name < name:
                shutil.rmtree(older, ignore_errors=True)

    def kept(self) -> Iterator[tuple[dict[str, Any], dict[str, np.ndarray]]]:
        """What `keep` committed and is sound, newest first."""
        place = self.path / "latest"
        names = sorted((p.name for p in place.glob("[0-9]*") if p.is_dir()), reverse=True)
        for name in names:
            try:
                told = _described(place / name / "state.json")
                content = (place / name / "state.safetensors").read_bytes()
                if hashlib.sha256(content).hexdigest() == told["sha256"]:
                    yield told, load(content)
            except (HinterlandError, OSError, KeyError, SafetensorError):
                continue

    def sweep(self) -> None:
        """Remove what a killed writer left half-done. Only while holding the run for writing.

        log.jsonl is made whole again: its last line may be torn or missing.
        """
        for place in (self.path, self.path / "epochs", self.path / "latest"):
            commit.sweep(place)
        lines = [json.dumps(told) for told in self.losses()]
        commit.file(self.path / "log.jsonl", "".join(f"{line}\n" for line in lines).encode())

    def tracked_rows(self) -> np.ndarray:
        """int64 (n,): where the tracked images stand in their data set."""
        return tracked.rows(self.path / "images")

    def images(self) -> dict[str, Any]:
        """What `images/images.json` says of the tracked images."""
        return _described(self.path / "images" / "images.json")

    def losses(self) -> list[dict[str, Any]]:
        """`epoch`, `losses`, `seconds` and `images_per_second` of each committed epoch."""
        return [_logged(self.manifest(epoch)) for epoch in self.epochs]

    def write_classifier(self, graph: bytes, told: Mapping[str, Any]) -> None:
        """Commit the classifier that names this run's pictures, once. told: `accuracy`."""
        commit.file(self.path / "model" / "classifier.onnx", graph)
        digest = hashlib.sha256(graph).hexdigest()
        content = commit.encoded({"format": FORMAT, **told, "sha256": digest})
        commit.file(self.path / "model" / "classifier.json", content)

    def classifier(self) -> tuple[bytes, dict[str, Any]] | None:
        """An ONNX graph, pictures -> probabilities of classes, and its held-out `accuracy`.

        None where the run has none, or a damaged one.
        """
        try:
            told = _described(self.path / "model" / "classifier.json")
            graph = (self.path / "model" / "classifier.onnx").read_bytes()
        except (HinterlandError, OSError):
            return None
        sound = hashlib.sha256(graph).hexdigest() == told.get("sha256")
        return (graph, told) if sound else None

    def start(self) -> dict[str, np.ndarray] | None:
        """The weights that the run began with, where they are another run's."""
        place = self.path / "model" / "start.safetensors"
        try:
            return load(place.read_bytes()) if place.is_file() else None
        except (OSError, SafetensorError) as error:
            raise HinterlandError(
                f"cannot read {place}: {error}", "restore the file from a copy"
            ) from None

    def best(self) -> int:
        """The recorded epoch with the lowest held-out loss. Raises HinterlandError without one."""
        found: dict[int, float | None] = {
            told["epoch"]: told["losses"].get("validation")
            for told in self.losses()
            if told["losses"]
        }
        known = {epoch: loss for epoch, loss in found.items() if loss is not None}
        if not known:
            raise HinterlandError(f"{self.path} knows no held-out loss of any epoch")
        return min(known, key=lambda epoch: (known[epoch], epoch))

    def write_map(
        self, name: str, told: Mapping[str, Any], frames: Mapping[int, Mapping[str, np.ndarray]]
    ) -> None:
        """Commit `maps/NAME`: a description and one frame per epoch, in place of an older one."""
        with lock.mapping(self.path):
            mapped.mend(self.path / "maps")
            mapped.write(self.path / "maps" / name, {"format": FORMAT, **told}, frames)

    def maps(self) -> dict[str, dict[str, Any]]:
        """name -> what `map.json` says, of each sound map of the run."""
        found = {}
        for path in sorted((self.path / "maps").glob("[!.]*/map.json")):
            with contextlib.suppress(HinterlandError):
                found[path.parent.name] = _described(path)
        return found

    def _epoch(self, epoch: int) -> Path:
        return self.path / "epochs" / f"{epoch:04}"

    def _whole(self, epoch: int) -> bool:
        try:
            return isinstance(self.manifest(epoch)["files"], dict)
        except (HinterlandError, KeyError):
            return False

    def _damaged(self, epoch: int, name: str, why: str) -> HinterlandError:
        return HinterlandError(
            f"epoch {epoch} of {self.path} is damaged: {name}: {why}",
            "the other epochs can be used; restore this one from a copy",
        )


def _has(part: Any, keys: Collection[str]) -> bool:
    return isinstance(part, dict) and all(key in part for key in keys)


def _logged(manifest: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("epoch", "losses", "seconds", "images_per_second")
    return {key: manifest.get(key) for key in keys}


def _described(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HinterlandError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise HinterlandError(f"{path} is not JSON: {error}", "restore it from a copy") from None
    if not isinstance(told, dict):
        raise HinterlandError(f"{path} must hold a JSON object", "restore it from a copy")
    return told


def _instead(path: Path) -> str:
    """What may be meant by a path that is no run."""
    path = path.absolute()
    around = next((up for up in path.parents if (up / "run.json").is_file()), None)
    if around:
        return f"it is a part of the run {around}"
    for where, folder in (("in", path), ("beside", path.parent)):
        runs = sorted(str(found.parent) for found in folder.glob("*/run.json"))
        if runs:
            more = f", and {len(runs) - 5} more" if len(runs) > 5 else ""
            return f"runs {where} it: {', '.join(runs[:5])}{more}"
    return "a run is made by: hinterland train digits -o runs/digits"
