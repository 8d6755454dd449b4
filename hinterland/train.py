"""Training: images and a model become a run, one committed epoch after the other."""

from __future__ import annotations

import math
import os
import platform
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hinterland.data import DATASETS, fingerprint
from hinterland.engine import Engine, batches
from hinterland.engine.local import Local
from hinterland.models import build, graphs, resolved
from hinterland.models.base import AbstractNet, to_tensor
from hinterland.run import Run, Tracked
from hinterland.types import HinterlandError, Images

LARGE = 1024  # pictures a batch where no gradient is kept
VALIDATED = 10_000  # held-out pictures that the validation loss is measured on, at most
SIGN_OF_LIFE = 0.05  # seconds between two steps that the caller hears of


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. The values are stored in `run.json` and never change afterwards."""

    epochs: int = 20
    batch_size: int = 128
    learning_rate: float = 1e-3
    seed: int = 0
    track: int = 10_000
    device: str = "auto"

    def __post_init__(self) -> None:
        for name, least in (("epochs", 0), ("batch_size", 1), ("seed", 0), ("track", 2)):
            value = getattr(self, name)
            if value < least:
                raise HinterlandError(f"{name} must be at least {least}; got {value}")
        if not 0 < self.learning_rate <= 10:
            raise HinterlandError(
                f"the learning rate must lie above 0 and at most 10; got {self.learning_rate}",
                "0.001 suits most models",
            )


@dataclass(frozen=True, slots=True)
class Step:
    """A sign of life from within an epoch. `loss` is the epoch's mean so far."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    images_per_second: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch that is on disk. losses: `train` (None at epoch 0) and `validation`."""

    epoch: int
    epochs: int
    losses: Mapping[str, float | None]
    seconds: float
    images_per_second: float | None


def begin(
    path: Path,
    images: Images,
    *,
    source: str,
    model: str,
    latent_dim: int,
    options: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
) -> Run:
    """Make the folder of a run that `train` then fills.

    source: what the images were read from, a data set's name or a path, for `resume` to find them.
    """
    settings = settings or Settings()
    Local(settings.device)  # a device that is not there is refused before anything is written
    net = build(model, images.shape, latent_dim, options, seed=settings.seed)
    spec = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "images": {
            **_whence(source, path),
            "fingerprint": fingerprint(images),
            "n": len(images),
            "held_out": int(_held_out(images).sum()),
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


def train(
    run: Run, images: Images, *, epochs: int | None = None, engine: Engine | None = None
) -> Generator[Step | Epoch]:
    """Train until `epochs` are recorded; the same call begins a run and resumes it.

    Yields a `Step` at least every few batches and an `Epoch` after each commit. Closing the
    iterator (or a KeyboardInterrupt in its consumer) at a `Step` saves the middle of the epoch,
    so that nothing is lost; resuming gives the same bits as never having stopped, on the same
    machine with the same number of threads.

    Raises HinterlandError (exit code 1) when the loss is no longer finite; what is recorded stays.
    """
    _same_images(run, images)
    settings = Settings(**run.spec["training"])
    last = settings.epochs if epochs is None else epochs
    work = _Work(run, images, settings, engine or Local(settings.device))
    with run.writing(), work.engine.working(work.net, settings.batch_size):
        run.sweep()
        done, state = work.restore()
        if done < 0:
            yield work.commit(_Progress(0), last)
        for epoch in range(max(done, 0) + 1, last + 1):
            progress = state or _Progress(epoch)
            state = None
            try:
                for step in work.steps(progress):
                    yield replace(step, epochs=last)
            except GeneratorExit:
                work.keep(progress)
                raise
            yield work.commit(progress, last)


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


@dataclass(slots=True)
class _Progress:
    """Where an epoch stands."""

    epoch: int
    step: int = 0
    total: float = 0.0  # sum of losses over the pictures seen
    seen: int = 0
    seconds: float = 0.0
    rng: Tensor | None = None  # state of the noise, where the epoch is under way


class _Work:
    """A model, its optimiser and its images on an engine."""

    def __init__(self, run: Run, images: Images, settings: Settings, engine: Engine) -> None:
        told = run.spec["model"]
        self.run, self.images, self.settings, self.engine = run, images, settings, engine
        self.net: AbstractNet = build(
            told["name"], images.shape, told["latent_dim"], told["options"], seed=settings.seed
        )
        self.placed = engine.place(self.net)
        # fused: one call per step instead of one per tensor; measured in benchmarks/train.py
        self.optimiser = torch.optim.Adam(
            self.net.parameters(), lr=settings.learning_rate, fused=True
        )
        held_out = _held_out(images)
        self.training = np.flatnonzero(~held_out)
        self.validation = np.flatnonzero(held_out)[:VALIDATED]
        self.tracked = run.tracked_rows()

    def steps(self, progress: _Progress) -> Iterator[Step]:
        """Train through the rest of an epoch. At each yield, `progress` and the model agree."""
        size = self.settings.batch_size
        order = torch.randperm(len(self.training), generator=self._luck(progress.epoch, 0))
        rows = self.training[self.engine.share(order).numpy()]
        noise = torch.Generator(self.engine.device)
        noise.manual_seed(self._seed(progress.epoch, 1))
        if progress.rng is not None:
            noise.set_state(progress.rng)
        count = -(-len(rows) // size)
        self.net.train()
        started = told = time.perf_counter()
        before = progress.seconds
        for batch in batches(rows[progress.step * size :], size):
            x = to_tensor(self.images.pixels[batch], self.engine.device)
            loss = torch.stack(list(self.net.losses(x, noise).values())).sum()
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
            progress.step += 1
            value = loss.item()
            if not math.isfinite(value):
                raise self._diverged(progress, value)
            progress.total += value * len(batch)
            progress.seen += len(batch)
            now = time.perf_counter()
            progress.seconds = before + now - started
            if now - told > SIGN_OF_LIFE:
                told = now
                progress.rng = noise.get_state()
                mean = progress.total / progress.seen
                speed = progress.seen / progress.seconds
                yield Step(progress.epoch, 0, progress.step, count, mean, speed)

    def commit(self, progress: _Progress, last: int) -> Epoch:
        """Put a finished epoch on disk."""
        epoch = progress.epoch
        validation, parts = self._validate()
        train = speed = None
        if progress.seen:
            train = self.engine.mean(progress.total / progress.seen, progress.seen)
            speed = progress.seen / progress.seconds
        losses = {"train": train, "validation": validation}
        told = {
            "losses": losses,
            "parts": parts,
            "seconds": progress.seconds,
            "images_per_second": speed,
        }
        if self.engine.leads:
            arrays = {"weights": self._weights(), "latents": self._latents()}
            self.run.record(epoch, told, arrays)
            self.keep(_Progress(epoch + 1))
        return Epoch(epoch, last, losses, progress.seconds, speed)

    def keep(self, progress: _Progress) -> None:
        """Save what resuming needs: the optimiser, and the model where an epoch is under way."""
        tensors = {}
        for number, state in self.optimiser.state_dict()["state"].items():
            for key, value in state.items():
                tensors[f"optimiser/{number}/{key}"] = np.asarray(value.cpu())
        told = {
            "epoch": progress.epoch - 1,
            "step": progress.step,
            "total": progress.total,
            "seen": progress.seen,
            "seconds": progress.seconds,
        }
        if progress.rng is not None:
            tensors["rng"] = progress.rng.numpy()
            tensors |= {f"weights/{key}": value for key, value in self._weights().items()}
        self.run.keep(f"{progress.epoch - 1:06}-{progress.step:08}", told, tensors)

    def restore(self) -> tuple[int, _Progress | None]:
        """Take up what was kept: the last finished epoch (-1: none), and the one under way."""
        epochs = self.run.epochs
        for told, tensors in self.run.kept():
            if told["epoch"] not in epochs:
                continue  # killed after the optimiser's commit and before the epoch's
            weights = _below("weights/", tensors)
            under_way = bool(weights)
            self._load(weights or self.run.arrays(told["epoch"], "weights"), tensors)
            if not under_way:
                return told["epoch"], None
            rng = torch.from_numpy(tensors["rng"].copy())
            counted = {key: told[key] for key in ("step", "total", "seen", "seconds")}
            return told["epoch"], _Progress(told["epoch"] + 1, **counted, rng=rng)
        if epochs and epochs[-1] > 0:
            raise HinterlandError(
                f"{self.run.path} cannot be resumed: its latest/ is missing or damaged",
                f"its {len(epochs)} epochs still open: hinterland open {self.run.path}",
            )
        return -1, None

    def _load(self, weights: Mapping[str, np.ndarray], kept: Mapping[str, np.ndarray]) -> None:
        self.net.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in weights.items()})
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _below("optimiser/", kept).items():
            number, _, key = name.partition("/")
            state.setdefault(int(number), {})[key] = torch.from_numpy(value.copy())
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": state, "param_groups": groups})

    def _weights(self) -> dict[str, np.ndarray]:
        return {key: value.cpu().numpy() for key, value in self.net.state_dict().items()}

    def _latents(self) -> dict[str, np.ndarray]:
        """What the encoder makes of the tracked images."""
        found: dict[str, list[np.ndarray]] = {}
        self.net.eval()
        with torch.inference_mode():
            for batch in batches(self.tracked, LARGE):
                x = to_tensor(self.images.pixels[batch], self.engine.device)
                for name, value in self.net.posterior(x).items():
                    found.setdefault(name, []).append(value.float().cpu().numpy())
        return {name: np.concatenate(parts) for name, parts in found.items()}

    def _validate(self) -> tuple[float, dict[str, float]]:
        """The loss on held-out pictures, and its parts, with the same luck at every epoch."""
        sums: dict[str, float] = {}
        noise = torch.Generator(self.engine.device)
        noise.manual_seed(self._seed(0, 2))
        self.net.eval()
        with torch.inference_mode():
            for batch in batches(self.validation, LARGE):
                x = to_tensor(self.images.pixels[batch], self.engine.device)
                for name, value in self.net.losses(x, noise).items():
                    sums[name] = sums.get(name, 0.0) + value.item() * len(batch)
        parts = {name: value / len(self.validation) for name, value in sums.items()}
        return sum(parts.values()), parts

    def _seed(self, epoch: int, use: int) -> int:
        """Luck depends on the seed, the epoch and the use alone, never on what came before."""
        mixed = np.random.SeedSequence([self.settings.seed, epoch, use])
        return int(mixed.generate_state(1, np.uint64)[0] >> 1)

    def _luck(self, epoch: int, use: int) -> torch.Generator:
        return torch.Generator().manual_seed(self._seed(epoch, use))

    def _diverged(self, progress: _Progress, value: float) -> HinterlandError:
        what = "NaN" if math.isnan(value) else "infinite"
        return HinterlandError(
            f"the loss became {what} at epoch {progress.epoch}, step {progress.step}. Stopped; "
            f"the last good epoch is {progress.epoch - 1}",
            f"train again with a smaller rate: --lr {self.settings.learning_rate / 10:g}",
            exit_code=1,
        )


def _whence(source: str, run: Path) -> dict[str, str | None]:
    """How a run finds its images again: by their set's name, or by the way there from the run.

    The way is relative, so that it holds no user's name and moves along with both.
    """
    if source in DATASETS:
        return {"source": source, "path": None}
    there = Path(source).absolute()
    try:
        way = os.path.relpath(there, run.absolute())
    except ValueError:  # another drive, on Windows
        way = str(there)
    return {"source": there.name, "path": way}


def _held_out(images: Images) -> np.ndarray:
    assert images.held_out is not None, "a data set is split when it is read"
    return images.held_out


def _below(prefix: str, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _same_images(run: Run, images: Images) -> None:
    if fingerprint(images) != run.spec["images"]["fingerprint"]:
        raise HinterlandError(
            f"{run.path} was trained on other images than {run.spec['images']['source']} now holds",
            "restore the images, or train a new run",
        )
