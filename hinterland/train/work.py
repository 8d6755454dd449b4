"""What one process does of a training: steps, validation, commits, and taking up what was kept."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hinterland.engine import Engine, batches
from hinterland.models import build
from hinterland.models.base import AbstractNet, ClosedForm, to_array, to_tensor, to_tensors
from hinterland.run import Run
from hinterland.train.beside import Beside
from hinterland.train.board import SHOWN, Board, tags
from hinterland.train.frozen import freeze
from hinterland.train.schedule import rate, rising
from hinterland.train.settings import Settings
from hinterland.types import HinterlandError, Images

LARGE = 1024  # pictures a batch where no gradient is kept, at most
HELD = 2**22  # numbers that such a batch may have: 1024 pictures of 64 x 64 and one channel
VALIDATED = 10_000  # held-out pictures that the validation loss is measured on, at most
PASSES = 20  # over a small set are enough for its classifier
SIGN_OF_LIFE = 0.05  # seconds between two steps that the caller hears of


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
    """An epoch that is on disk.

    losses: `train` (None at epoch 0) and `validation` (None where nothing is held out).
    """

    epoch: int
    epochs: int
    losses: Mapping[str, float | None]
    seconds: float
    images_per_second: float | None


@dataclass(slots=True)
class Progress:
    """Where an epoch stands."""

    epoch: int
    step: int = 0
    total: float = 0.0  # sum of losses over the pictures seen
    seen: int = 0
    seconds: float = 0.0
    rng: Tensor | None = None  # state of the noise, where the epoch is under way


class Work:
    """A model, its optimiser and its images on an engine."""

    def __init__(self, run: Run, images: Images, settings: Settings, engine: Engine) -> None:
        told = run.spec["model"]
        self.run, self.images, self.settings, self.engine = run, images, settings, engine
        self.large = max(1, min(LARGE, HELD // prod(images.shape)))
        self.net: AbstractNet = build(
            told["name"], images.shape, told["latent_dim"], told["options"], seed=settings.seed
        )
        start = run.start()
        if start:
            self.net.load_state_dict(to_tensors(start))
        freeze(self.net, settings.freeze)
        engine.place(self.net)
        # fused: one call per step instead of one per tensor; measured in benchmarks/train.py
        self.optimiser = torch.optim.Adam(
            # a model of closed form has none to tune; the optimiser wants some all the same
            [weight for weight in self.net.parameters() if weight.requires_grad]
            or list(self.net.parameters()),
            lr=settings.learning_rate,
            fused=True,
        )
        held_out = images.held_out
        assert held_out is not None, "a data set is split when it is read"
        self.training = np.flatnonzero(~held_out)
        self.validation = np.flatnonzero(held_out)[:VALIDATED]
        self.tracked = run.tracked_rows()
        self.fitted = False
        self.best, self.since_best = math.inf, 0  # held-out loss, and epochs since it was so good
        self.board: Board | None = None
        self.beside = (
            Beside(images, settings.seed, engine.device)
            if settings.classifier and Beside.possible(images) and run.classifier() is None
            else None
        )

    def steps(self, progress: Progress) -> Iterator[Step]:
        """Train through the rest of an epoch. At each yield, `progress` and the model agree."""
        if isinstance(self.net, ClosedForm):
            self._fit(self.net, progress)
            return
        size = self.settings.batch_size
        order = torch.randperm(len(self.training), generator=self._luck(progress.epoch, 0))
        rows = self.training[self.engine.share(order).numpy()]
        noise = torch.Generator(self.engine.device)
        noise.manual_seed(self._seed(progress.epoch, 1))
        # the state of another kind of device means nothing to this one: there the noise begins anew
        if progress.rng is not None and len(progress.rng) == len(noise.get_state()):
            noise.set_state(progress.rng)
        count = -(-len(rows) // size)
        unread: list[tuple[Tensor, int]] = []
        self.net.train()
        started = told = time.perf_counter()
        before = progress.seconds
        for batch in batches(rows[progress.step * size :], size):
            self._set_rate(progress.epoch - 1 + progress.step / count)
            x = to_tensor(self.images.pixels[batch], self.engine.device)
            with self._products():
                loss = torch.stack(list(self.net.losses(x, noise).values())).sum()
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
            if self.beside:
                self.beside.step(x, batch)
            progress.step += 1
            unread.append((loss.detach(), len(batch)))
            due = time.perf_counter() - told > SIGN_OF_LIFE
            if not due and len(unread) < self.engine.ahead and progress.step < count:
                continue
            self._count(progress, unread)
            now = time.perf_counter()
            progress.seconds = before + now - started
            if due:
                told = now
                progress.rng = noise.get_state()
                mean = progress.total / progress.seen
                speed = progress.seen / progress.seconds
                yield Step(progress.epoch, 0, progress.step, count, mean, speed)

    def _count(self, progress: Progress, unread: list[tuple[Tensor, int]]) -> None:
        """Add up the losses of the last steps, (loss, pictures) each; waits for the device."""
        values = torch.stack([loss for loss, _ in unread]).tolist()
        for at, (value, (_, pictures)) in enumerate(zip(values, unread, strict=True), 1):
            if not math.isfinite(value):
                progress.step -= len(unread) - at
                raise self._diverged(progress, value)
            progress.total += value * pictures
            progress.seen += pictures
        unread.clear()

    def commit(self, progress: Progress, last: int) -> Epoch:
        """Put a finished epoch on disk."""
        epoch = progress.epoch
        validation, parts = self._validate()
        train = speed = None
        if progress.seen:
            train = self.engine.mean(progress.total / progress.seen, progress.seen)
            speed = progress.seen / progress.seconds
        if validation is not None and not math.isfinite(validation):
            raise self._diverged(progress, validation)
        losses = {"train": train, "validation": validation}
        told = {
            "losses": losses,
            "parts": parts,
            "seconds": progress.seconds,
            "images_per_second": speed,
        }
        if validation is not None and validation < self.best:
            self.best, self.since_best = validation, 0
        else:
            self.since_best += 1
        if self.engine.leads:
            if self._worth_recording(epoch, last):
                arrays = {"weights": self._weights(), "latents": self._latents()}
                self.run.record(epoch, told, arrays)
                if self.board:
                    self._write_board(self.board, epoch, told, arrays["latents"]["mean"])
            if self.beside:
                self._name(self.beside, at_once=epoch >= last or self.weary())
        self.keep(Progress(epoch + 1))
        return Epoch(epoch, last, losses, progress.seconds, speed)

    @contextmanager
    def boarded(self, epoch: int) -> Iterator[None]:
        """Write TensorBoard event files too, from an epoch on, where the settings ask for them."""
        if not (self.settings.tensorboard and self.engine.leads):
            yield
            return
        with Board(self.run.path / "tensorboard", epoch) as self.board:
            yield
        self.board = None

    def _write_board(
        self, board: Board, epoch: int, told: Mapping[str, Any], latents: np.ndarray
    ) -> None:
        rows = self.validation[:SHOWN] if len(self.validation) else self.training[:SHOWN]
        x = self._picture(rows)
        with torch.inference_mode():
            made = self.net.picture(self.net.posterior(x)["mean"])
        scalars = tags(told["losses"], told["parts"])
        scalars["images_per_second"] = told["images_per_second"]
        board.write(epoch, scalars, latents, np.stack([to_array(x), to_array(made)]))

    def _name(self, beside: Beside, *, at_once: bool) -> None:
        """Finish the classifier when it has seen enough; at once where no epoch will follow."""
        enough = min(self.settings.classifier, PASSES * len(self.training))
        while at_once and beside.seen < enough:
            for rows in batches(self.training, self.settings.batch_size):
                beside.step(self._picture(rows), rows)
        if beside.seen >= enough:
            held_out = batches(self.validation, self.large)
            beside.finish(self.run, ((self._picture(rows), rows) for rows in held_out))
            self.beside = None

    def _worth_recording(self, epoch: int, last: int) -> bool:
        """Whether an epoch is to be kept: each of the snapshots, the last, and the best so far."""
        best = self.settings.patience > 0 and self.since_best == 0
        return epoch % self.settings.snapshots == 0 or epoch >= last or best or self.weary()

    def weary(self) -> bool:
        """Whether there is nothing more to learn.

        That is when the held-out loss has not improved for as long as the settings wait, or when
        a model of closed form has been fitted.
        """
        return self.fitted or 0 < self.settings.patience <= self.since_best

    def _fit(self, net: ClosedForm, progress: Progress) -> None:
        """Compute the best weights at once, and the loss that they leave."""
        started = time.perf_counter()
        net.fit(lambda: self._pictures(self.training))
        self.net.eval()
        luck = self._luck(progress.epoch, 1)
        with torch.inference_mode():
            for x in self._pictures(self.training):
                loss = sum(value.item() for value in self.net.losses(x, luck).values())
                progress.total += loss * len(x)
                progress.seen += len(x)
        progress.seconds = time.perf_counter() - started
        self.fitted = True

    def _pictures(self, rows: np.ndarray) -> Iterator[Tensor]:
        for batch in batches(rows, self.large):
            yield self._picture(batch)

    def _picture(self, rows: np.ndarray) -> Tensor:
        return to_tensor(self.images.pixels[rows], self.engine.device)

    def keep(self, progress: Progress) -> None:
        """Save what resuming needs: model, optimiser and, within an epoch, the state of luck."""
        if not self.engine.leads:
            return
        tensors = {f"weights/{key}": value for key, value in self._weights().items()}
        for number, state in self.optimiser.state_dict()["state"].items():
            for key, value in state.items():
                tensors[f"optimiser/{number}/{key}"] = np.asarray(value.cpu())
        if self.beside:
            kept = self.beside.tensors()
            tensors |= {f"classifier/{key}": np.asarray(v.cpu()) for key, v in kept.items()}
        told = {
            "epoch": progress.epoch - 1,
            "step": progress.step,
            "total": progress.total,
            "seen": progress.seen,
            "seconds": progress.seconds,
            "best": self.best if math.isfinite(self.best) else None,
            "since_best": self.since_best,
            "learning_rate": self.settings.learning_rate,
            "recorded": self.run.holds(progress.epoch - 1),
        }
        if progress.rng is not None:
            tensors["rng"] = progress.rng.numpy()
        self.run.keep(f"{progress.epoch - 1:06}-{progress.step:08}", told, tensors)

    def restore(self) -> tuple[int, Progress | None]:
        """Take up what was kept: the last finished epoch (-1: none), and the one under way."""
        for told, tensors in self.run.kept():
            if told["recorded"] and not self.run.holds(told["epoch"]):
                continue  # the epoch was lost; the one before it makes it again
            self._load(tensors)
            self.best = math.inf if told["best"] is None else told["best"]
            self.since_best = told["since_best"]
            self.fitted = isinstance(self.net, ClosedForm) and told["epoch"] > 0
            self.settings = replace(self.settings, learning_rate=told["learning_rate"])
            if "rng" not in tensors:
                return told["epoch"], None
            rng = torch.from_numpy(tensors["rng"].copy())
            counted = {key: told[key] for key in ("step", "total", "seen", "seconds")}
            return told["epoch"], Progress(told["epoch"] + 1, **counted, rng=rng)
        epochs = self.run.epochs
        if epochs and epochs[-1] > 0:
            raise HinterlandError(
                f"{self.run.path} cannot be resumed: its latest/ is missing or damaged",
                f"its {len(epochs)} epochs still open: hinterland open {self.run.path}",
            )
        return -1, None

    def _set_rate(self, at: float) -> None:
        """What changes with time: the learning rate, and the weight of the prior."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate(self.settings, at)
        self.net.warmth = rising(at, self.settings.kl_warmup)

    def _products(self) -> AbstractContextManager[None]:
        """The precision in which the model multiplies; its losses and weights stay float32."""
        low = self.settings.precision == "bfloat16"
        return torch.autocast(self.engine.device.type, torch.bfloat16, enabled=low)

    def _load(self, kept: Mapping[str, np.ndarray]) -> None:
        self.net.load_state_dict(to_tensors(_below("weights/", kept)))
        groups = self.optimiser.state_dict()["param_groups"]
        state = _optimiser_state(kept)
        self.optimiser.load_state_dict({"state": state, "param_groups": groups})
        beside = _below("classifier/", kept)
        if self.beside and beside:
            self.beside.load(
                to_tensors(_below("weights/", beside)),
                _optimiser_state(beside),
                int(beside["seen"].item()),
            )

    def _weights(self) -> dict[str, np.ndarray]:
        return {key: value.cpu().numpy() for key, value in self.net.state_dict().items()}

    def _latents(self) -> dict[str, np.ndarray]:
        """What the encoder makes of the tracked images."""
        found: dict[str, list[np.ndarray]] = {}
        self.net.eval()
        with torch.inference_mode():
            for x in self._pictures(self.tracked):
                for name, value in self.net.posterior(x).items():
                    found.setdefault(name, []).append(value.float().cpu().numpy())
        return {name: np.concatenate(parts) for name, parts in found.items()}

    def _validate(self) -> tuple[float | None, dict[str, float]]:
        """The loss on held-out pictures, and its parts, with the same luck at every epoch.

        None, and no parts, where nothing is held out.
        """
        if not len(self.validation):
            return None, {}
        sums: dict[str, float] = {}
        self.net.warmth = 1.0
        noise = torch.Generator(self.engine.device)
        noise.manual_seed(self._seed(0, 2))
        self.net.eval()
        with torch.inference_mode():
            for x in self._pictures(self.validation):
                for name, value in self.net.losses(x, noise).items():
                    sums[name] = sums.get(name, 0.0) + value.item() * len(x)
        parts = {name: value / len(self.validation) for name, value in sums.items()}
        return sum(parts.values()), parts

    def _seed(self, epoch: int, use: int) -> int:
        """Luck depends on the seed, the epoch and the use alone, never on what came before."""
        mixed = np.random.SeedSequence([self.settings.seed, epoch, use])
        return int(mixed.generate_state(1, np.uint64)[0] >> 1)

    def _luck(self, epoch: int, use: int) -> torch.Generator:
        return torch.Generator().manual_seed(self._seed(epoch, use))

    def _diverged(self, progress: Progress, value: float) -> HinterlandError:
        what = "NaN" if math.isnan(value) else "infinite"
        return HinterlandError(
            f"the loss became {what} at epoch {progress.epoch}, step {progress.step}. Stopped; "
            f"the last good epoch is {progress.epoch - 1}",
            f"hinterland resume {self.run.path} --lr {self.settings.learning_rate / 10:g}",
            exit_code=1,
        )


def _optimiser_state(kept: Mapping[str, np.ndarray]) -> dict[int, dict[str, Tensor]]:
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in to_tensors(_below("optimiser/", kept)).items():
        number, _, key = name.partition("/")
        state.setdefault(int(number), {})[key] = value
    return state


def _below(prefix: str, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
