"""Models made elsewhere -> graphs of ours. A file is data: it is checked, and read in a jail."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hinterland.models.foreign import code, jail, sniff
from hinterland.models.foreign.base import Brought, Wanted
from hinterland.types import HinterlandError

__all__ = ["Brought", "Wanted", "bring", "recognised"]

# The packages that read a kind of model, and the extra that brings them.
NEEDS = {
    "onnx": (("onnx", "onnxruntime"), "train"),
    "keras": (("keras", "h5py", "torch", "onnx"), "keras"),
    "diffusers": (("diffusers", "torch", "onnx"), "diffusers"),
    "code": (("onnx", "onnxruntime"), "train"),
}


def bring(models: Mapping[str, str], wanted: Wanted, samples: np.ndarray) -> Brought:
    """A model made elsewhere, under our convention.

    models: `encoder` and `decoder` -> a file each; or `model` -> a file, a folder, or
    `package.module:function`. samples: float32 (3 or more, h, w, c) in [0, 1], some of the
    pictures that it will encode. Raises HinterlandError where the model is not one that is known,
    may run code, does not fit the pictures, or cannot be run on batches.
    """
    kind = recognised(models)
    if kind == "code":
        brought = code.bring(models["model"], wanted, samples)
        return _with_origin(brought, {"from": "code", "function": models["model"]})
    files = {name: Path(path) for name, path in models.items()}
    if kind == "diffusers" and wanted.scale == "auto":
        wanted = dataclasses.replace(wanted, scale="pm1")
    brought = jail.bring(kind, files, wanted, samples)
    return _with_origin(brought, {"from": kind, "files": _listed(files)})


def recognised(models: Mapping[str, str]) -> str:
    """What kind of model it is, told by its first bytes: a key of `NEEDS`.

    Raises HinterlandError for whatever may run code when loaded, and where a package is missing.
    """
    place = models.get("model", "")
    if code.is_place(place) and not Path(place).exists():
        _installed("code")
        return "code"
    files = {name: Path(path) for name, path in models.items()}
    kinds = {name: sniff.kind_of(path) for name, path in files.items()}
    kind = kinds[next(iter(kinds))]
    if len(set(kinds.values())) > 1:
        told = ", ".join(f"{files[name].name} is {kinds[name]}" for name in kinds)
        raise HinterlandError(f"both halves must be of one kind: {told}", "export both to ONNX")
    _installed(kind)
    return kind


def _listed(files: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """The name and the SHA-256 of each file, for the run to keep; never its folder."""
    found = {}
    for name, path in files.items():
        parts = [path] if path.is_file() else sorted(path.glob("*.safetensors"))
        for part in [*parts, *([path / "config.json"] if path.is_dir() else [])]:
            key = name if path.is_file() else f"{name}/{part.name}"
            found[key] = {"name": part.name, "sha256": sniff.sha256(part)}
    return found


def _with_origin(brought: Brought, origin: Mapping[str, object]) -> Brought:
    return dataclasses.replace(brought, told={**origin, **brought.told})


def _installed(kind: str) -> None:
    packages, extra = NEEDS[kind]
    for package in packages:
        if importlib.util.find_spec(package) is None:
            raise HinterlandError(
                f"reading this model needs the package '{package}'",
                f"pip install 'hinterland[{extra}]'",
            )
