"""Beginning a run: the folder that training then fills, and what its exact bits depend on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors.numpy import save

from hinterland.data import described
from hinterland.engine import Engine
from hinterland.engine.shortage import explained
from hinterland.models import build, graphs, resolved
from hinterland.models.base import AbstractNet, to_tensors
from hinterland.run import Run, Tracked
from hinterland.run.made_on import made_on
from hinterland.train.frozen import check_freeze
from hinterland.train.loop import asked_of
from hinterland.train.precision import faster
from hinterland.train.settings import Settings, engine_of
from hinterland.types import HinterlandError, Images

LATELY = ("device", "OMP_NUM_THREADS")  # what runs did not say of themselves from the first


def begin(
    path: Path,
    images: Images,
    *,
    source: str,
    model: str,
    latent_dim: int,
    options: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    conversion: Mapping[str, Any] | None = None,
    start: Run | None = None,
) -> Run:
    """Make the folder of a run that `train` then fills.

    source: what the images were read from, a data set's name or a path, for `resume` to find them.
    conversion: how they were converted (`data.convert.Conversion.as_dict()`), for the same reason.
    start: a run of the same layers whose last weights this one begins with, instead of luck.
    """
    settings = settings or Settings()
    assert images.held_out is not None, "a data set is split when it is read"
    if settings.patience and not images.held_out.any():
        raise HinterlandError(
            "patience waits for a better held-out loss, and no image is held out",
            "--set patience=0, or hold some images out",
        )
    engine = engine_of(settings)  # a device that is not there is refused first
    net = build(model, images.shape, latent_dim, options, seed=settings.seed)
    check_freeze(net, settings.freeze)
    beginning = _taken_over(net, start) if start else {}
    if settings.precision == "auto":
        with explained(f"--batch-size {max(settings.batch_size // 2, 1)}, or --device cpu"):
            settings = replace(settings, precision=faster(net, images, settings, engine))
    spec = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "images": described(images, source, path, conversion),
        "model": {
            "name": model,
            "latent_dim": latent_dim,
            "options": resolved(model, options or {}),
        },
        "training": asdict(settings),
        "environment": environment(engine),
        **({"start": {"run": start.path.name, "epoch": start.epochs[-1]}} if start else {}),
    }
    tracked = Tracked.choose(images, settings.track, settings.seed)
    return Run.create(path, spec, tracked, {**graphs.export(net), **beginning})


def changed(run: Run, device: str | None = None) -> list[str]:
    """What is not as it was when the run began, of all that its exact bits depend on.

    device: where it is to go on; None for where it was asked to be trained.
    """
    now = environment(engine_of(asked_of(run), device))
    then = run.spec.get("environment", {})
    return [
        f"{what} was {then.get(what)}, is {now[what]}"
        for what in now
        if then.get(what) != now[what] and (what in then or what not in LATELY)
    ]


def _taken_over(net: AbstractNet, start: Run) -> dict[str, bytes]:
    """Load another run's last weights, and give the file that keeps them."""
    if not start.epochs:
        raise HinterlandError(f"{start.path} has no epochs yet", f"hinterland resume {start.path}")
    weights = start.arrays(start.epochs[-1], "weights")
    known = net.state_dict()
    other = sorted(
        {key for key in known if key not in weights or weights[key].shape != known[key].shape}
        | (set(weights) - set(known))
    )
    if other:
        raise HinterlandError(
            f"the weights of {start.path} do not fit the model: {other[0]} differs",
            "--from takes a run of the same model, latent size, layers and image size",
        )
    net.load_state_dict(to_tensors(weights))
    return {"start.safetensors": save(weights)}


def environment(engine: Engine) -> dict[str, Any]:
    """What bit-exactness depends on."""
    more = {"torch": torch.__version__, "threads": torch.get_num_threads(), "cpus": os.cpu_count()}
    # of those threads, how many work is the engine's affair, unless a person says so
    said = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "unset")}
    return made_on() | more | said | {"device": engine.called}
