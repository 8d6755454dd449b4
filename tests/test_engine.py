"""Engines: whoever adds one in a file and a line trains with it by naming it, to the same loss."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from hinterland.run import Run
from hinterland.train import Settings, begin, settings, train
from hinterland.types import Images
from tests.conftest import Command, made_up
from tests.engines import ENGINES, Counting, Pair


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file in `engine/` and a line there do."""
    monkeypatch.setattr(settings, "ENGINES", ENGINES)
    Counting.calls.clear()


@pytest.fixture(scope="module")
def even() -> Images:
    """Pictures of which the 160 to learn from make ten batches of 16, and twenty of 8."""
    return made_up(200, (8, 8, 1))


@pytest.mark.usefixtures("joined")
def test_an_engine_is_trained_with_by_naming_it(typed: Command) -> None:
    brief = ["--epochs", "2", "--seed", "3", "--device", "cpu", "--set", "classifier=0", "--json"]
    told = {}
    for engine in ("local", "counting"):
        asked = ["train", "digits", "-o", engine, "--model", "simple", *brief]
        told[engine] = json.loads(typed(*asked, "--set", f"engine={engine}").stdout)
        assert Run.open(Path(engine)).spec["training"]["engine"] == engine
    assert told["counting"]["losses"] == told["local"]["losses"]
    assert Counting.calls == {"place": 1, "share": 2, "mean": 2}
    typed("resume", "counting", "--epochs", "3")  # as it began
    assert Counting.calls == {"place": 2, "share": 3, "mean": 3}


@pytest.mark.usefixtures("joined")
def test_the_precision_is_tried_on_the_engine_that_trains(tmp_path: Path, even: Images) -> None:
    asked = Settings(precision="auto", device="cpu", engine="counting")
    begin(tmp_path / "run", even, source="made up", model="simple", latent_dim=2, settings=asked)
    assert Counting.calls == {"place": 2}


@pytest.mark.usefixtures("joined")
def test_two_ranks_of_eight_are_one_of_sixteen_and_one_of_them_writes(
    tmp_path: Path, even: Images
) -> None:
    alone = begun(tmp_path / "alone", even, Settings(epochs=3, batch_size=16, device="cpu"))
    list(train(alone, even))
    shared = begun(
        tmp_path / "shared",
        even,
        Settings(epochs=3, batch_size=8, device="cpu", engine="pair"),
    )
    assert together(shared, even) == [shared.epochs] * 2 == [[0, 1, 2, 3]] * 2
    one, other = (told_of(run) for run in (alone, shared))
    assert other == pytest.approx(one, rel=1e-4)
    assert one[-1] < 0.99 * one[0], "which is no wonder where nothing is learned"
    assert shared.progress()["state"] == "finished"


@pytest.mark.usefixtures("joined")
def test_two_ranks_that_are_stopped_go_on_where_they_were(tmp_path: Path, even: Images) -> None:
    asked = Settings(epochs=2, batch_size=8, device="cpu", engine="pair")
    whole, stopped = (begun(tmp_path / name, even, asked) for name in ("whole", "stopped"))
    together(whole, even)
    together(stopped, even, epochs=1)
    together(stopped, even)
    assert stopped.losses()[-1]["losses"] == whole.losses()[-1]["losses"]


def test_an_engine_that_is_not_there_is_refused_before_anything_is_read(typed: Command) -> None:
    refused = typed("train", "no-such-images", "-o", "run", "--set", "engine=lokal", status=2)
    assert "there is no engine 'lokal'" in refused.stderr
    assert "did you mean 'local'?" in refused.stderr


def begun(path: Path, images: Images, asked: Settings) -> Run:
    asked = replace(asked, seed=3, classifier=0)
    return begin(path, images, source="made up", model="simple", latent_dim=2, settings=asked)


def told_of(run: Run) -> list[float]:
    """The losses of every epoch that trained, those of learning and those held out."""
    trained = [told["losses"] for told in run.losses()[1:]]
    return [losses[what] for losses in trained for what in ("train", "validation")]


def together(run: Run, images: Images, epochs: int | None = None) -> list[list[int]]:
    """Train a run with both ranks to its end; the epochs that each of them went through."""
    went: dict[str, list[int]] = {}

    def rank() -> None:
        name = threading.current_thread().name
        try:
            events = [*train(Run.open(run.path), images, epochs=epochs)]
        except BaseException:
            Pair.meeting.abort()  # the other must not wait for what never comes
            raise
        went[name] = sorted({event.epoch for event in events})

    Pair.meeting.reset()
    Pair.built.clear()
    ranks = [threading.Thread(target=rank, name=name) for name in ("0", "1")]
    for each in ranks:
        each.start()
    for each in ranks:
        each.join()
    return [went["0"], went["1"]]
