"""Adopting a model that was trained elsewhere: its graphs and images become a run of one epoch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from hinterland.data import described
from hinterland.engine import batches
from hinterland.models.foreign import Brought, Wanted, bring
from hinterland.run import Run, Tracked
from hinterland.run.made_on import made_on
from hinterland.types import Autoencoder, HinterlandError, Images

NAME = "imported"  # what run.json calls every model that was trained elsewhere
LARGE = 256  # pictures at a time: a stranger's model may need much memory for each
VALIDATED = 10_000  # held-out pictures that the loss is measured on, at most
SAMPLES = 16  # pictures that show how the model behaves before anything is written


def adopt(
    path: Path,
    images: Images,
    models: Mapping[str, str],
    *,
    source: str,
    wanted: Wanted | None = None,
    conversion: Mapping[str, Any] | None = None,
    track: int = 10_000,
) -> tuple[Run, tuple[str, ...]]:
    """Make a run of a model that was trained elsewhere, and say what a person should know of it.

    models: `encoder` and `decoder` -> an ONNX or Keras file each; or `model` -> a Keras file, a
    folder of diffusers, or `package.module:function`. source: what the images were read from;
    conversion: how they were converted. track: how many images are on the map.

    The run has one epoch, 0, whose `validation` loss is `bce` where the decoder gives
    probabilities and `mse` else, as `model.options.loss` says: summed over a picture's pixels,
    averaged over at most 10,000 held-out pictures; None where nothing is held out. The run cannot
    be trained.
    """
    assert images.held_out is not None, "a data set is split when it is read"
    Run.vacant(path)
    rows = np.linspace(0, len(images) - 1, SAMPLES).astype(int)
    brought = bring(models, wanted or Wanted(images.shape), _floats(images, rows))
    coder = brought.coder or _Graphs(brought, images.shape)
    tracked = Tracked.choose(images, track, 0)
    started = time.perf_counter()
    latents = _encoded(coder, images, tracked.rows)
    seconds = time.perf_counter() - started
    loss = str(brought.told["loss"])
    validation = _loss(coder, images, np.flatnonzero(images.held_out)[:VALIDATED], loss)
    run = Run.create(
        path, _spec(path, images, brought, source, conversion, track), tracked, brought.files
    )
    with run.writing():
        run.record(
            0,
            {
                "losses": {"train": None, "validation": validation},
                "parts": {} if validation is None else {"reconstruction": validation},
                "seconds": seconds,
                "images_per_second": len(tracked.rows) / seconds,
            },
            {"weights": brought.weights, "latents": {"mean": latents}},
        )
    return run, brought.notes


def _spec(
    path: Path,
    images: Images,
    brought: Brought,
    source: str,
    conversion: Mapping[str, Any] | None,
    track: int,
) -> dict[str, Any]:
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "images": described(images, source, path, conversion),
        "model": {
            "name": NAME,
            "latent_dim": brought.latent_dim,
            "options": dict(brought.told),
        },
        "training": {"epochs": 0, "track": track},
        "environment": made_on(),
    }


class _Graphs:
    """The graphs of a model, as an `Autoencoder`."""

    def __init__(self, brought: Brought, shape: tuple[int, int, int]) -> None:
        import json

        from safetensors.numpy import save

        from hinterland.models.session import Session

        self.image_shape, self.latent_dim = shape, brought.latent_dim
        listed = json.loads(brought.files["graphs.json"])
        self._halves = {}
        for half in ("encoder", "decoder"):
            weights = save({key: brought.weights[key] for key in listed[half]["weights"]})
            graph = brought.files[f"{half}.onnx"]
            self._halves[half] = Session(graph, f"{half}.safetensors", weights)

    def encode(self, images: np.ndarray) -> np.ndarray:
        return self._halves["encoder"].run(images)

    def decode(self, latents: np.ndarray) -> np.ndarray:
        return self._halves["decoder"].run(latents)


def _encoded(coder: Autoencoder, images: Images, rows: np.ndarray) -> np.ndarray:
    """float32 (n, d): the latents of some images. Raises HinterlandError where one is no number."""
    parts = [coder.encode(_floats(images, batch)) for batch in batches(rows, LARGE)]
    latents = np.concatenate(parts)
    if not np.isfinite(latents).all():
        wrong = int((~np.isfinite(latents)).any(1).sum())
        raise HinterlandError(
            f"the encoder makes numbers that are not finite of {wrong:,} images",
            "perhaps another --scale",
            exit_code=1,
        )
    return latents


def _loss(coder: Autoencoder, images: Images, rows: np.ndarray, loss: str) -> float | None:
    """The reconstruction loss, summed over a picture's pixels, averaged over pictures, if any."""
    if not len(rows):
        return None
    total = 0.0
    for batch in batches(rows, LARGE):
        x = _floats(images, batch)
        made = coder.decode(coder.encode(x)).astype(np.float64)
        if loss == "bce":
            p = np.clip(made, 1e-7, 1 - 1e-7)  # float32 comes no nearer to 1
            total -= float((x * np.log(p) + (1 - x) * np.log1p(-p)).sum())
        else:
            total += float(((made - x) ** 2).sum())
    if not np.isfinite(total):
        raise HinterlandError(
            "the decoder makes pictures that are not finite", "perhaps another --scale", exit_code=1
        )
    return total / len(rows)


def _floats(images: Images, rows: np.ndarray) -> np.ndarray:
    """float32 (n, h, w, c) in [0, 1]."""
    floats: np.ndarray = images.pixels[rows].astype(np.float32) / np.float32(255)
    return floats
