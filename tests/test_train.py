"""Training: the same bits after any stop, the held-out images never seen, and a loud end to NaN."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from hinterland.cli.out import Out
from hinterland.cli.progress import TrainingProgress
from hinterland.models import MODELS
from hinterland.models.session import Session
from hinterland.run import Run
from hinterland.score import score
from hinterland.train import Epoch, Settings, Step, begin, precision, train, work
from hinterland.train.schedule import rate, rising
from hinterland.train.settings import adjusted
from hinterland.types import HinterlandError, Images
from tests.conftest import SMALL, begun, made_up, record


def digests(run: Run) -> dict[int, str]:
    """epoch -> SHA-256 of its weights."""
    return {
        epoch: hashlib.sha256(run.bytes_of(epoch, "weights.safetensors")).hexdigest()
        for epoch in run.epochs
    }


@pytest.fixture(autouse=True)
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hear of every step, so that a test can stop at any of them."""
    monkeypatch.setattr(work, "SIGN_OF_LIFE", -1.0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, images: Images) -> Callable[[str], Run]:
    """A model's name -> a run of it that was never stopped, trained once."""
    place = tmp_path_factory.mktemp("whole")
    return functools.cache(lambda model: record(place / model, images, model=model, epochs=3))


@pytest.mark.parametrize(
    ("model", "stops"),
    [
        *(("vae", stops) for stops in ([0], [1], [4], [7], [13], [3, 3, 3])),
        *((model, [9]) for model in MODELS),
    ],
)
def test_a_run_that_was_stopped_is_bit_for_bit_one_that_never_was(
    tmp_path: Path, images: Images, whole: Callable[[str], Run], model: str, stops: list[int]
) -> None:
    run = begun(tmp_path / "stopped", images, model=model, epochs=3)
    for stop in stops:
        events = train(run, images)
        for _, _ in zip(range(stop + 1), events, strict=False):
            pass
        events.close()
        run = Run.open(run.path)
    finish(train(run, images))
    assert digests(run) == digests(whole(model))
    assert run.losses()[-1]["losses"] == whole(model).losses()[-1]["losses"]


@pytest.mark.parametrize("lost", ["epochs/0003", "latest", "epochs/0003 latest"])
def test_a_writer_killed_between_two_commits_loses_one_epoch_at_most(
    tmp_path: Path, images: Images, whole: Callable[[str], Run], lost: str
) -> None:
    run = begun(tmp_path / "killed", images, epochs=3)
    finish(train(run, images, epochs=2))
    kept = tmp_path / "latest of epoch 2"
    shutil.copytree(run.path / "latest", kept)
    finish(train(run, images))
    if "latest" in lost:  # epoch 3 was committed, its optimiser was not
        shutil.rmtree(run.path / "latest")
        shutil.copytree(kept, run.path / "latest")
    if "epochs/0003" in lost:
        if lost == "epochs/0003":  # the other way round: cannot be, but must not confuse
            shutil.copytree(kept, run.path / "latest", dirs_exist_ok=True)
        shutil.rmtree(run.path / "epochs" / "0003")
    finish(train(Run.open(run.path), images))
    assert digests(run) == digests(whole("vae"))


def test_training_for_longer_is_the_longer_training(tmp_path: Path, images: Images) -> None:
    long = record(tmp_path / "long", images, epochs=4)
    run = record(tmp_path / "short", images, epochs=2)
    finish(train(Run.open(run.path), images, epochs=4))
    assert digests(run) == digests(long)


def test_resuming_a_finished_run_does_nothing(trained: Run, images: Images) -> None:
    before = digests(trained)
    assert finish(train(trained, images)) == []
    assert digests(trained) == before


def test_the_seed_decides_everything(tmp_path: Path, images: Images) -> None:
    a, b = record(tmp_path / "a", images), record(tmp_path / "b", images)
    assert digests(a) == digests(b)


def test_held_out_images_teach_nothing(tmp_path: Path, images: Images) -> None:
    assert images.held_out is not None
    pixels = images.pixels.copy()
    pixels[images.held_out] = 255 - pixels[images.held_out]
    other = Images(pixels, images.labels, images.classes, images.held_out)
    assert digests(record(tmp_path / "a", images)) == digests(record(tmp_path / "b", other))


def test_steps_and_epochs_tell_how_it_goes(tmp_path: Path, images: Images) -> None:
    events = finish(train(begun(tmp_path / "run", images, epochs=2), images))
    steps = [event for event in events if isinstance(event, Step)]
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert [epoch.epoch for epoch in epochs] == [0, 1, 2]
    assert [step.step for step in steps] == [1, 2, 3, 4, 5] * 2
    assert all(step.steps == 5 and step.epochs == 2 for step in steps)
    assert epochs[2].losses["validation"] is not None
    assert epochs[2].losses["validation"] < (epochs[0].losses["validation"] or 0)


def test_a_loss_that_is_not_finite_stops_at_once_and_keeps_what_is_good(
    tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(tmp_path / "run", images, epochs=3)
    finish(train(run, images, epochs=1))
    from hinterland.models import vae

    loss = vae.reconstruction_loss
    calls = iter(range(100))
    monkeypatch.setattr(
        vae,
        "reconstruction_loss",
        lambda *given: loss(*given) * (float("nan") if next(calls) == 2 else 1),
    )
    with pytest.raises(HinterlandError, match="NaN at epoch 2, step 3") as caught:
        finish(train(run, images))
    assert caught.value.exit_code == 1
    assert "--lr 0.0001" in caught.value.hint
    assert run.epochs == [0, 1]
    weights = run.arrays(1, "weights")
    assert all(np.isfinite(value).all() for value in weights.values())


def test_other_images_are_refused(trained: Run) -> None:
    with pytest.raises(HinterlandError, match="other images"):
        finish(train(trained, made_up(100, (8, 8, 1), seed=9), epochs=9))


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("epochs", -1),
        ("batch_size", 0),
        ("learning_rate", float("nan")),
        ("warmup", float("nan")),
        ("schedule", "linear"),
        ("precision", "float8"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(what: str, value: object) -> None:
    with pytest.raises(HinterlandError, match="must"):
        adjusted(Settings(), {what: value})


def test_a_setting_that_is_not_known_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(HinterlandError, match="no option 'patients'") as caught:
        adjusted(Settings(), {"patients": 3})
    assert "did you mean 'patience'?" in caught.value.hint
    with pytest.raises(HinterlandError, match="must be a whole number"):
        adjusted(Settings(), {"patience": 1.5})


def test_the_rate_rises_then_falls_along_a_cosine() -> None:
    settings = Settings(epochs=10, learning_rate=1.0, schedule="cosine", warmup=2)
    assert [rate(settings, at) for at in (0, 1, 2)] == pytest.approx([0, 0.5, 1])
    assert rate(settings, 6) == pytest.approx(0.505)
    assert [rate(settings, at) for at in (10, 50)] == pytest.approx([0.01, 0.01])
    assert rate(Settings(learning_rate=0.3), 99) == 0.3
    assert [rising(at, 4) for at in (0, 1, 4, 9)] == [0, 0.25, 1, 1]


def varied(path: Path, images: Images, **settings: object) -> Run:
    known = adjusted(Settings(epochs=4, batch_size=16, seed=3, device="cpu"), settings)
    asked = {"model": "vae", "latent_dim": 2, "options": SMALL["vae"], "settings": known}
    return begin(path, images, source="made up", **asked)


VARIETY = {"schedule": "cosine", "warmup": 0.5, "kl_warmup": 2.0, "snapshots": 2}


@pytest.mark.parametrize("stop", [2, 9, 14])
def test_a_schedule_goes_on_where_it_stopped(tmp_path: Path, images: Images, stop: int) -> None:
    whole = varied(tmp_path / "whole", images, **VARIETY)
    finish(train(whole, images))
    run = varied(tmp_path / "stopped", images, **VARIETY)
    events = train(run, images)
    for _, _ in zip(range(stop), events, strict=False):
        pass
    events.close()
    finish(train(Run.open(run.path), images))
    assert digests(run) == digests(whole)
    assert run.epochs == [0, 2, 4]


def test_patience_ends_a_training_that_no_longer_improves(tmp_path: Path, images: Images) -> None:
    # at so high a rate the held-out loss jumps about instead of falling
    run = varied(tmp_path / "run", images, epochs=60, patience=2, learning_rate=0.05)
    epochs = [event for event in finish(train(run, images)) if isinstance(event, Epoch)]
    losses = [epoch.losses["validation"] for epoch in epochs]
    assert len(epochs) < 61
    best = losses.index(min(losses))  # type: ignore[type-var]
    assert len(losses) - 1 - best == 2
    assert finish(train(run, images)) == []


def test_where_nothing_is_held_out_no_loss_is_told_of_it(
    tmp_path: Path, images: Images, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = dataclasses.replace(images, held_out=np.zeros(len(images), bool))
    run = varied(tmp_path / "run", alone, epochs=1)
    epochs = [event for event in finish(train(run, alone)) if isinstance(event, Epoch)]
    with TrainingProgress(Out()) as progress:
        for epoch in epochs:
            progress.epoch(epoch)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "epoch 0/1  untrained  nothing is held out"
    assert "held" not in second
    untrained, trained = epochs
    assert (untrained.losses["validation"], trained.losses["validation"]) == (None, None)
    assert trained.losses["train"] is not None
    assert [told["losses"]["validation"] for told in run.losses()] == [None, None]
    assert [run.manifest(epoch)["parts"] for epoch in run.epochs] == [{}, {}]
    with pytest.raises(HinterlandError, match="is held out, and scores are of those alone"):
        score(run, alone)
    with pytest.raises(HinterlandError, match="no image is held out"):
        varied(tmp_path / "patient", alone, patience=2)


def test_low_precision_learns_nearly_the_same_and_keeps_full_weights(
    tmp_path: Path, images: Images
) -> None:
    full, low = (
        varied(tmp_path / precision, images, precision=precision)
        for precision in ("float32", "bfloat16")
    )
    finish(train(full, images))
    finish(train(low, images))
    assert digests(full) != digests(low)
    assert {str(value.dtype) for value in low.arrays(4, "weights").values()} == {"float32"}
    a, b = (run.losses()[-1]["losses"]["validation"] for run in (full, low))
    assert b == pytest.approx(a, rel=0.02)


@pytest.mark.parametrize(("part", "other"), [("encoder", "decoder"), ("decoder", "encoder")])
def test_a_frozen_half_keeps_its_weights_while_the_other_is_tuned(
    tmp_path: Path, images: Images, trained: Run, part: str, other: str
) -> None:
    settings = adjusted(Settings(epochs=3, batch_size=16, device="cpu"), {"freeze": part})
    asked = {"source": "made up", "settings": settings, **trained.spec["model"]}
    asked["model"] = asked.pop("name")
    run = begin(tmp_path / "tuned", images, start=trained, **asked)
    events = train(run, images)
    for _, _ in zip(range(7), events, strict=False):
        pass
    events.close()  # and stopped once, because the optimiser knows fewer weights now
    finish(train(Run.open(run.path), images))
    before, start, after = (r.arrays(e, "weights") for r, e in ((trained, 2), (run, 0), (run, 3)))
    assert all(np.array_equal(before[key], start[key]) for key in before)
    kept = {key for key in start if np.array_equal(start[key], after[key])}
    assert kept == {key for key in start if key.startswith(part)} != set()
    first, last = (run.losses()[at]["losses"]["validation"] for at in (0, 3))
    assert last < first


def test_a_run_begins_only_with_weights_that_fit(
    tmp_path: Path, images: Images, trained: Run
) -> None:
    with pytest.raises(HinterlandError, match="do not fit the model"):
        begin(
            tmp_path / "run",
            images,
            source="made up",
            model="vae",
            latent_dim=3,
            options=SMALL["vae"],
            settings=Settings(device="cpu"),
            start=trained,
        )
    assert not (tmp_path / "run").exists()


def test_what_a_model_does_not_have_cannot_be_frozen(tmp_path: Path, images: Images) -> None:
    settings = adjusted(Settings(device="cpu"), {"freeze": "encoder"})
    with pytest.raises(HinterlandError, match="no encoder of its own"):
        begin(
            tmp_path / "run",
            images,
            source="made up",
            model="pca",
            latent_dim=2,
            settings=settings,
        )


def test_early_stopping_keeps_the_best_epoch(tmp_path: Path, images: Images) -> None:
    run = varied(
        tmp_path / "run", images, epochs=60, patience=2, learning_rate=0.05, snapshots=1000
    )
    losses = [e.losses["validation"] for e in finish(train(run, images)) if isinstance(e, Epoch)]
    best = losses.index(min(losses))  # type: ignore[type-var]
    assert run.best() == best
    assert best in run.epochs


def test_the_classifier_learns_beside_and_never_touches_the_model(
    tmp_path: Path, images: Images
) -> None:
    runs = {
        shown: varied(tmp_path / str(shown), images, classifier=shown) for shown in (0, 300, 10**9)
    }
    for run in runs.values():
        finish(train(run, images))
    assert len({digests(run)[4] for run in runs.values()}) == 1
    assert runs[0].classifier() is None
    found = runs[10**9].classifier()
    assert found is not None
    graph, told = found
    made = Session(graph, "", b"").run(images.pixels.astype(np.float32) / 255)
    assert made.shape == (100, 4)
    assert made.sum(1) == pytest.approx(np.ones(100), abs=1e-5)
    assert images.labels is not None and images.held_out is not None
    right = (made.argmax(1) == images.labels)[images.held_out].mean()
    assert told["accuracy"] == pytest.approx(right)
    assert right > 0.6, "made-up classes are easy to tell apart"


def test_a_classifier_that_was_stopped_is_the_one_that_never_was(
    tmp_path: Path, images: Images
) -> None:
    whole, run = (varied(tmp_path / name, images, classifier=300) for name in ("whole", "stopped"))
    finish(train(whole, images))
    for stop in (3, 7):
        events = train(run, images)
        for _, _ in zip(range(stop), events, strict=False):
            pass
        events.close()
    finish(train(Run.open(run.path), images))
    assert run.classifier() == whole.classifier() is not None


def test_a_damaged_classifier_is_none(tmp_path: Path, images: Images) -> None:
    run = varied(tmp_path / "run", images)
    finish(train(run, images))
    graph = run.path / "model" / "classifier.onnx"
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)
    assert run.classifier() is None


def test_the_faster_precision_is_chosen_once_and_recorded(
    tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = {"float32": 1.0, "bfloat16": 1.0}
    monkeypatch.setattr(precision, "_step_time", lambda *given: times[given[-1]])
    run = varied(tmp_path / "level", images, precision="auto")
    assert run.spec["training"]["precision"] == "float32"
    times["bfloat16"] = 0.5
    run = varied(tmp_path / "faster", images, precision="auto")
    assert run.spec["training"]["precision"] == "bfloat16"


def test_event_files_for_tensorboard_hold_every_epoch(tmp_path: Path, images: Images) -> None:
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", exc_type=ImportError
    )
    run = varied(tmp_path / "run", images, tensorboard=True)
    finish(train(run, images, epochs=2))
    finish(train(run, images))
    events = accumulator.EventAccumulator(str(run.path / "tensorboard")).Reload()
    scalars = {tag: events.Scalars(tag) for tag in ("loss/train", "loss/validation", "held-out/kl")}
    assert [event.step for event in scalars["loss/validation"]] == [0, 1, 2, 3, 4]
    assert [event.step for event in scalars["loss/train"]] == [1, 2, 3, 4]
    assert [event.step for event in events.Images("reconstructions")][-1] == 4


def finish(events: Iterable[Step | Epoch]) -> list[Step | Epoch]:
    return list(events)
