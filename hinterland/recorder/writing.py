"""Putting somebody else's model on disk: a run begun, then epoch after epoch."""

from __future__ import annotations

import json
import math
import sys
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from hinterland.data import described, fingerprint
from hinterland.engine import batches
from hinterland.recorder.given import Given
from hinterland.recorder.pair import Checked, Manners
from hinterland.run import Run, Tracked
from hinterland.run.made_on import made_on
from hinterland.types import HinterlandError, Images

RECORDED = "recorded"  # the name of a model that only its owner knows
LARGE = 1024  # pictures at a time
MEASURED = 10_000  # held-out pictures that the loss is measured on, at most
PROBED = 8  # pictures that graphs are tried on
CLOSE = 1e-4  # how far a graph's numbers may lie from the model's, at most
FRAMEWORKS = ("torch", "keras", "tensorflow", "jax", "lightning", "pytorch_lightning")
Losses = Mapping[str, float | None]
NONE: Losses = {}  # no losses are known; None: measure one


class Writer:
    """A run, the model that is recorded into it, and the images that it is shown."""

    def __init__(self, run: Run, model: Checked, images: Images) -> None:
        self.run, self.model, self.images = run, model, images
        held_out = images.held_out
        assert held_out is not None, "images are split when they are given"
        self._measured = np.flatnonzero(held_out)[:MEASURED]
        self._tracked = run.tracked_rows()
        self._graphs = {name: run.graph(name) for name in run.graphs()}
        self._held: ExitStack | None = None

    @classmethod
    def begin(
        cls,
        path: Path,
        model: Checked,
        images: Given,
        manners: Manners,
        *,
        track: int,
        seed: int,
        graphs: bool,
    ) -> Writer:
        """Make the folder of a run, with graphs where the model has them.

        manners: as they were asked for, so that the model can be asked again.
        """
        Run.vacant(path)
        files: Mapping[str, bytes] = {}
        if graphs and model.pair.net is not None:
            with model.pair.calm():
                files = model.pair.net.graphs()
                _check_exported(files, model, images.images.pixels[:PROBED])
        spec = {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "images": described(images.images, images.source, path),
            "model": {
                "name": RECORDED,
                "latent_dim": model.latent_dim,
                "options": {"from": model.pair.kind, **asdict(manners)},
            },
            "training": {"epochs": 0},
            # what the model was made with, as far as this program has loaded it
            "environment": made_on(*(name for name in FRAMEWORKS if name in sys.modules)),
        }
        tracked = Tracked.choose(images.images, track, seed)
        return cls(Run.create(path, spec, tracked, files), model, images.images)

    @classmethod
    def resume(cls, path: Path, model: Checked, images: Given) -> Writer:
        """Go on with a run that was recorded from the same images and a model of the same size."""
        run = Run.open(path)
        told = run.spec["model"]
        if told["name"] != RECORDED:
            raise HinterlandError(
                f"{path} was not recorded from elsewhere: its model is '{told['name']}'",
                f"hinterland resume {path}, or record into another folder",
            )
        if fingerprint(images.images) != run.spec["images"]["fingerprint"]:
            raise HinterlandError(
                f"{path} was recorded of other images", "give the same images, labels and held_out"
            )
        if told["latent_dim"] != model.latent_dim:
            raise HinterlandError(
                f"{path} has {told['latent_dim']} latents; this model has {model.latent_dim}",
                "go on with the same model, or record into another folder",
            )
        if run.graphs() and model.pair.net is None:
            raise HinterlandError(
                f"{path} was recorded from torch modules; these are functions",
                "go on with the same model, or record into another folder",
            )
        return cls(run, model, images.images)

    def hold(self) -> None:
        """Hold the run for writing until `release`."""
        if self._held is None:
            held = ExitStack()
            held.enter_context(self.run.writing())
            self._held = held
            self.run.sweep()

    def release(self) -> None:
        """Let another process write."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def commit(self, epoch: int, losses: Losses | None, seconds: float) -> None:
        """Put the model as it is now on disk. losses: None to measure the held-out one."""
        self.hold()
        with self.model.pair.calm():
            arrays: dict[str, Mapping[str, np.ndarray]] = {"latents": {"mean": self._latents()}}
            if losses is None:
                losses = {"validation": self._measure()}
            weights = self._weights(epoch)
        if weights:
            arrays["weights"] = weights
        told = {
            "losses": {name: _number(losses.get(name)) for name in ("train", "validation")},
            "seconds": seconds,
            "images_per_second": None,
        }
        self.run.record(epoch, told, arrays)

    def _latents(self) -> np.ndarray:
        parts = [
            self.model.encode(self.images.pixels[rows]) for rows in batches(self._tracked, LARGE)
        ]
        return np.concatenate(parts)

    def _measure(self) -> float:
        """Squared error of the held-out pictures: summed over pixels, averaged over pictures."""
        total = 0.0
        for rows in batches(self._measured, LARGE):
            x = self.images.pixels[rows].astype(np.float32) / np.float32(255)
            made = self.model.decode(self.model.encode(x))
            total += float(((made - x).astype(np.float64) ** 2).sum())
        return total / len(self._measured)

    def _weights(self, epoch: int) -> dict[str, np.ndarray]:
        """The weights of the graphs; none where the graphs no longer say what the model says."""
        net = self.model.pair.net
        if net is None or not self._graphs:
            return {}
        needed = {name: told["weights"] for name, told in self.run.graphs().items()}
        weights = net.weights({key for keys in needed.values() for key in keys})
        off = _distance(self._graphs, needed, weights, self.model, self.images.pixels[:PROBED])
        if off <= CLOSE:
            return weights
        # Hours of somebody's training are worth more than one epoch's pictures.
        warnings.warn(
            f"epoch {epoch} is recorded without weights: the model no longer computes what it did "
            f"when the recording began (its graph differs by {off:.2g})",
            RuntimeWarning,
            stacklevel=2,
        )
        return {}


def _check_exported(files: Mapping[str, bytes], model: Checked, pixels: np.ndarray) -> None:
    """Refuse graphs that do not compute what the model computes."""
    assert model.pair.net is not None, "graphs come from a net"
    told = json.loads(files["graphs.json"])
    names = [name for name in ("encoder", "decoder") if name in told]
    needed = {name: told[name]["weights"] for name in names}
    graphs = {name: files[told[name]["file"]] for name in names}
    weights = model.pair.net.weights({key for keys in needed.values() for key in keys})
    off = _distance(graphs, needed, weights, model, pixels)
    if not off <= CLOSE:
        raise HinterlandError(
            f"the model's exported graph differs from the model by {off:.2g}",
            "does it draw random numbers in evaluation? or record its latents alone: graphs=False",
        )


def _distance(
    graphs: Mapping[str, bytes],
    needed: Mapping[str, list[str]],
    weights: Mapping[str, np.ndarray],
    model: Checked,
    pixels: np.ndarray,
) -> float:
    """How far graphs with weights lie from the model, relative to the size of its numbers."""
    from hinterland.models.session import Session  # onnxruntime takes 0.4 s to import

    x = pixels.astype(np.float32) / np.float32(255)
    z = model.encode(x)
    off = 0.0
    for name, given, due in (("encoder", x, z), ("decoder", z, model.decode(z))):
        mounted = save({key: weights[key] for key in needed[name]})
        made = Session(graphs[name], f"{name}.safetensors", mounted).run(given)
        if made.shape != due.shape:
            return math.inf
        off = max(off, float(np.abs(made - due).max() / max(1.0, float(np.abs(due).max()))))
    return off


def _number(value: Any) -> float | None:
    """A loss as a number, also where it is a tensor or a scalar of NumPy; None if it is none."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None
