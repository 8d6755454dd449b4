"""Beginning a run: the folder that training then fills, and what its exact bits depend on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from hinterland.data import DATASETS, HUB, fingerprint
from hinterland.engine import ENGINES
from hinterland.models import build, graphs, resolved
from hinterland.run import Run, Tracked
from hinterland.train.settings import Settings
from hinterland.types import Images


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
) -> Run:
    """Make the folder of a run that `train` then fills.

    source: what the images were read from, a data set's name or a path, for `resume` to find them.
    conversion: how they were converted (`data.convert.Conversion.as_dict()`), for the same reason.
    """
    settings = settings or Settings()
    assert images.held_out is not None, "a data set is split when it is read"
    ENGINES["local"](settings.device)  # a device that is not there is refused first
    net = build(model, images.shape, latent_dim, options, seed=settings.seed)
    spec = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "images": {
            **_whence(source, path),
            "conversion": dict(conversion or {}),
            "fingerprint": fingerprint(images),
            "n": len(images),
            "held_out": int(images.held_out.sum()),
            "shape": list(images.shape),
            "classes": list(images.classes),
            "skipped": [[skipped.source, skipped.reason] for skipped in images.skipped],
        },
        "model": {
            "name": model,
            "latent_dim": latent_dim,
            "options": resolved(model, options or {}),
        },
        "training": asdict(settings),
        "environment": environment(),
    }
    tracked = Tracked.choose(images, settings.track, settings.seed)
    return Run.create(path, spec, tracked, graphs.export(net))


def changed(run: Run) -> list[str]:
    """What is not as it was when the run began, of all that its exact bits depend on."""
    now = environment()
    then = run.spec.get("environment", {})
    return [
        f"{what} was {then.get(what)}, is {now[what]}"
        for what in now
        if then.get(what) != now[what]
    ]


def environment() -> dict[str, Any]:
    """What bit-exactness depends on."""
    try:
        here = version("hinterland")
    except PackageNotFoundError:
        here = "unknown"
    return {
        "hinterland": here,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
    }


def _whence(source: str, run: Path) -> dict[str, str | None]:
    """How a run finds its images again: by their set's name, or by the way there from the run.

    The way is relative, so that it holds no user's name and moves along with both.
    """
    if source in DATASETS or source.startswith(HUB):
        return {"source": source, "path": None}
    there = Path(source).absolute()
    try:
        way = os.path.relpath(there, run.absolute())
    except ValueError:  # another drive, on Windows
        way = str(there)
    return {"source": there.name, "path": way}
