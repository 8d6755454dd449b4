"""The training loop: epoch by epoch, each committed before the next begins."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace

from hinterland.data import fingerprint
from hinterland.engine import Engine
from hinterland.engine.shortage import explained
from hinterland.models import MODELS
from hinterland.models.base import products
from hinterland.run import Run
from hinterland.train.settings import Settings, engine_of
from hinterland.train.telling import Telling
from hinterland.train.work import Epoch, Progress, Step, Work
from hinterland.types import HinterlandError, Images


def train(
    run: Run,
    images: Images,
    *,
    epochs: int | None = None,
    learning_rate: float | None = None,
    engine: Engine | None = None,
) -> Generator[Step | Epoch]:
    """Train until `epochs` are done; the same call begins a run and resumes it.

    Yields a `Step` every 0.05 s, as soon as a batch is through, and an `Epoch` after each commit.
    Closing the iterator (or a KeyboardInterrupt in its consumer) at a `Step` saves the middle of
    the epoch, so that nothing is lost; resuming gives the same bits as never having stopped, on the
    same machine with the same number of threads. With `patience`, it ends before its last epoch
    when the held-out loss has stopped improving. A `learning_rate` holds from now on, for a run
    that diverged at its own. engine: another than the one that the run's settings name.

    Raises HinterlandError when the loss is no longer finite (exit code 1) and when the device has
    no memory left (5); what is recorded stays.
    """
    check_ours(run)
    if fingerprint(images) != run.spec["images"]["fingerprint"]:
        raise HinterlandError(
            f"{run.path} was trained on other images than {run.spec['images']['source']} now holds",
            "restore the images, or train a new run",
        )
    settings = asked_of(run)
    last = settings.epochs if epochs is None else epochs
    engine = engine or engine_of(settings)
    with explained(less(run, settings, engine)):
        work = Work(run, images, settings, engine)
        size = products(work.net) * settings.batch_size
    with _held(run, engine), engine.working(size):
        done, under_way = work.restore()
        engine.meet()  # nothing is written before all have read what is there
        if learning_rate is not None:
            work.settings = replace(work.settings, learning_rate=learning_rate)
        with (
            Telling(run, max(done, 0), last, engine.leads) as telling,
            work.boarded(done + 1),
            explained(less(run, settings, engine)),
        ):
            if done < 0:
                yield work.commit(Progress(0), last)
            for epoch in range(max(done, 0) + 1, last + 1):
                if work.weary():
                    return
                progress = under_way or Progress(epoch)
                under_way = None
                try:
                    for step in work.steps(progress):
                        telling.step(step)
                        yield replace(step, epochs=last)
                except GeneratorExit:
                    work.keep(progress)
                    raise
                finished = work.commit(progress, last)
                telling.epoch(epoch)
                yield finished


def asked_of(run: Run) -> Settings:
    """How a run asks to be trained."""
    try:
        return Settings(**run.spec["training"])
    except TypeError as error:
        raise HinterlandError(
            f"{run.path / 'run.json'} asks for a training that this version does not know: {error}",
            "pip install --upgrade hinterland",
        ) from None


def less(run: Run, settings: Settings, engine: Engine) -> str:
    """What to do where a training does not fit into the memory of its device."""
    anew = f"a new run with --batch-size {max(settings.batch_size // 2, 1)}"
    if engine.device.type == "cpu":
        return f"{anew}, or fewer images with --track"
    return f"{anew}, or: hinterland resume {run.path} --device cpu"


@contextmanager
def _held(run: Run, engine: Engine) -> Iterator[None]:
    """Hold a run for writing, and tidy it up: the one process that leads. Others leave it alone."""
    if not engine.leads:
        yield
        return
    with run.writing():
        run.sweep()
        yield


def check_ours(run: Run) -> None:
    """Refuse a run whose model was trained elsewhere: there is nothing here to train it with."""
    name = run.spec["model"]["name"]
    if name not in MODELS:
        raise HinterlandError(
            f"{run.path} was {name} from elsewhere: its model cannot be trained here",
            "train it where it comes from, and record or import it again",
        )
