"""Recording a training that happens elsewhere, epoch by epoch, or a model as it stands."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from hinterland.recorder.choose import HOW, choose
from hinterland.recorder.given import given
from hinterland.recorder.pair import Checked, Manners
from hinterland.recorder.writing import NONE, PROBED, Losses, Writer
from hinterland.run import Run
from hinterland.types import HinterlandError

RANKS = ("RANK", "SLURM_PROCID")  # set by launchers of several processes; 0 is the first
LOCAL_RANKS = ("LOCAL_RANK", "NODE_RANK")


class Recorder:
    """Records every epoch of somebody else's training loop into a run.

        recorder = Recorder("runs/mine", images, model=net)      # the untrained model: epoch 0
        for _ in range(20):
            train_an_epoch(net)
            recorder.epoch(losses={"train": 31.2, "validation": 30.9})
        recorder.close()

    The model is left as it was found: its training mode, its device, and all luck. With torch
    modules (and Keras on torch) each epoch's weights are recorded under graphs, so that the page
    decodes at every epoch; with plain functions the latents alone are.

    Where several processes run one script (torchrun, Lightning), the first of them records.
    """

    def __init__(
        self,
        path: Path | str,
        images: Any,
        labels: Any = None,
        *,
        model: Any = None,
        encode: Any = None,
        decode: Any = None,
        held_out: Any = None,
        source: str | None = None,
        every: int = 1,
        track: int = 10_000,
        seed: int = 0,
        layout: str = "auto",
        scale: str = "01",
        logits: bool = False,
        graphs: bool = True,
        resume: bool = False,
    ) -> None:
        """Begin the run at once where a model is given, else at `begin`.

        images, labels, held_out, source: see `recorder.given.given`. model, or encode and decode:
        see `recorder.choose.choose`. every: record every so many epochs, and the last. track:
        images on the map, held-out first, chosen by `seed`. layout, scale, logits: how the model
        wants its pictures (`recorder.pair.Manners`). graphs: whether torch modules are exported
        for the page. resume: go on with the run that is there, if there is one.
        """
        for name, value, least in (("every", every, 1), ("track", track, 2)):
            if value < least:
                raise HinterlandError(f"{name} must be at least {least}; got {value}")
        self.path = Path(path)
        self.leads = _leads()
        self._manners = Manners(layout, scale, logits)
        self._given = given(images, labels, held_out=held_out, source=source)
        self._every, self._resume = every, resume
        self._wanted: dict[str, Any] = {"track": track, "seed": seed, "graphs": graphs}
        self._writer: Writer | None = None
        self._count = 0  # epochs heard of
        self._pending: tuple[Losses | None, float] | None = None  # heard of, and not recorded
        self._since = time.perf_counter()
        if self.leads and not resume:
            Run.vacant(self.path)
        if any(part is not None for part in (model, encode, decode)):
            self.begin(model, encode=encode, decode=decode)

    @property
    def run(self) -> Run:
        """The run that is recorded into. Raises HinterlandError before it has begun."""
        return self._begun().run

    @property
    def begun(self) -> bool:
        """Whether there is a run, and a model to record."""
        return self._writer is not None

    def begin(
        self,
        model: Any = None,
        *,
        encode: Any = None,
        decode: Any = None,
        losses: Losses | None = NONE,
    ) -> None:
        """Make the run and record the untrained model as epoch 0; once, later calls do nothing.

        Only needed where the model was not known when the recorder was made. losses: of the
        untrained model; None for the reconstruction error on held-out images.
        """
        if self.begun or not self.leads:
            return
        images = self._given.images
        pair = choose(model, encode, decode, images.shape, self._manners)
        with pair.calm():
            checked = Checked.probed(pair, images.pixels[:PROBED])
        if self._resume and (self.path / "run.json").is_file():
            writer = Writer.resume(self.path, checked, self._given)
        else:
            writer = Writer.begin(self.path, checked, self._given, self._manners, **self._wanted)
        writer.hold()
        weakref.finalize(self, writer.release)
        epochs = writer.run.epochs
        if not epochs:
            writer.commit(0, losses, 0.0)
        self._count = epochs[-1] if epochs else 0
        self._writer = writer
        self._since = time.perf_counter()

    def epoch(self, losses: Losses | None = None) -> None:
        """Record the model as it is at the end of an epoch.

        losses: `train` and `validation`, in whatever unit the loop has; without any, the
        reconstruction error on held-out images stands as `validation`: squared, summed over
        pixels, averaged over pictures.
        """
        if not self.leads:
            return
        writer = self._begun()
        _check(losses)
        seconds = time.perf_counter() - self._since
        self._count += 1
        self._pending = losses, seconds
        if self._count % self._every == 0:
            writer.commit(self._count, *self._pending)
            self._pending = None
        self._since = time.perf_counter()

    def close(self) -> None:
        """Record the last epoch, where `every` left it out, and let go of the run."""
        if self._writer is None:
            return
        if self._pending is not None:
            self._writer.commit(self._count, *self._pending)
            self._pending = None
        self._writer.release()

    def lightning(self) -> Any:
        """A Lightning callback that records the module being trained, and what it logs."""
        from hinterland.recorder.lightning import callback

        return callback(self)

    def keras(self) -> Any:
        """A Keras callback that records the model being trained, and what it logs."""
        from hinterland.recorder.keras import callback

        return callback(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.forget()
        self.close()

    def forget(self) -> None:
        """Leave out the epoch that `close` would still record: the model has gone on since."""
        self._pending = None

    def _begun(self) -> Writer:
        if self._writer is None:
            raise HinterlandError("there is no recording yet: no model is known", HOW)
        return self._writer


def record(
    run: Path | str,
    encode: Any = None,
    decode: Any = None,
    images: Any = None,
    labels: Any = None,
    *,
    model: Any = None,
    **more: Any,
) -> Run:
    """Record a model as it stands: two functions, or a model that has both, and images.

    Gives a run with one epoch, 0000: the tracked images' latents, and the reconstruction error on
    held-out images. encode: float32 (n, h, w, c) in [0, 1] -> one row of numbers per image;
    decode: the way back; or torch or Keras modules. They are called with 1,024 images at a time.
    more: `held_out`, `source`, `track`, `seed`, `layout`, `scale`, `logits`, `graphs`, as in
    `Recorder`.
    """
    if images is None:
        raise HinterlandError("there are no images to record", "record(run, f, g, images)")
    with Recorder(run, images, labels, **more) as recorder:
        recorder.begin(model, encode=encode, decode=decode, losses=None)
        return recorder.run


def _check(losses: Losses | None) -> None:
    if losses is not None and not isinstance(losses, Mapping):
        raise HinterlandError(
            f"losses is a {type(losses).__name__}", 'losses={"train": 0.3, "validation": 0.4}'
        )
    unknown = sorted(set(losses or {}) - {"train", "validation"})
    if unknown:
        raise HinterlandError(
            f"there is no loss '{unknown[0]}' in a recording", "name them train and validation"
        )


def _leads() -> bool:
    """Whether this is the first, or the only, of the processes that run this script."""
    ranks = [os.environ[name] for name in RANKS if os.environ.get(name)]
    local = [os.environ[name] for name in LOCAL_RANKS if os.environ.get(name)]
    return all(rank == "0" for rank in ranks[:1] or local)
