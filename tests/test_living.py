"""A run in training behind the server: it is followed, started, stopped and resumed; no more is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load
from serving import PAGE, TOKEN, built_page, get, send
from starlette.applications import Starlette
from starlette.routing import Route

from hinterland.chart import Plan, chart, followed, refresh
from hinterland.run import Run
from hinterland.run.progress import QUIET
from hinterland.show import server
from hinterland.show.child import same_code
from hinterland.show.living import Living, status
from hinterland.show.training import TrainingRoutes, Trainings
from hinterland.train import Step, train
from hinterland.types import HinterlandError, Images
from tests.conftest import begun, frame, record


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_page(tmp_path_factory.mktemp("page"))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look is a look: nothing is told that was seen a moment ago."""
    monkeypatch.setattr("hinterland.show.living.OFTEN", -1)


def site_of(living: Living, page: Path, trainings: Trainings | None = None) -> Starlette:
    return server.app(
        living,
        living.lives,
        TOKEN,
        page,
        status=lambda: status(living, trainings.status() if trainings else None),
        training=TrainingRoutes(trainings) if trainings else None,
    )


# Following


def test_a_run_is_seen_to_train_to_stop_and_to_finish(
    tmp_path: Path, images: Images, patient: None
) -> None:
    run = begun(tmp_path / "run", images, epochs=2)
    living = Living({"run": run})
    assert seen(living)["newest"] is None
    assert json.loads(living["site.json"]())["scenes"][0]["epochs"] == 0
    versions = {seen(living)["version"]}
    work = train(run, images)
    for epoch in range(2):
        event = next(work)
        while isinstance(event, Step):
            event = next(work)
        told = seen(living)
        assert (told["state"], told["newest"], told["epochs"]) == ("training", epoch, 2)
        scene = json.loads(living["scenes/run/scene.json"]())
        assert [entry["epoch"] for entry in scene["epochs"]] == list(range(epoch + 1))
        assert scene["maps"][0]["epochs"] == list(range(epoch + 1))
        assert "neighbours" not in scene
        versions.add(told["version"])
    work.close()
    assert seen(living)["state"] == "stopped"
    for _ in train(run, images):
        pass
    assert seen(living) | {"state": "finished", "newest": 2} == seen(living)
    list(refresh(run))  # as the command does at its end
    versions.add(seen(living)["version"])
    assert len(versions) == 4
    assert json.loads(living["scenes/run/scene.json"]())["neighbours"]["epoch"] == 2
    assert run.maps()["plane"]["epochs"] == [0, 1, 2]


def seen(living: Living) -> dict[str, Any]:
    told: dict[str, Any] = living.look()["run"]
    return told


def test_what_is_committed_is_made_once_and_what_is_new_lies_beside_it(
    tmp_path: Path, images: Images, patient: None
) -> None:
    run = begun(tmp_path / "run", images, d=5, epochs=3)  # its map is of principal components
    work = train(run, images)
    next(work)
    living = Living({"run": run})
    before, first = dict(living), living["scenes/run/maps/pca/0000.safetensors"]()
    while 2 not in run.epochs:
        next(work)
    assert living.look()["run"]["newest"] == 2
    new = "scenes/run/scene.json", "site.json", "scenes/run/measures.safetensors"
    assert all(living[path] is make for path, make in before.items() if path not in new)
    assert living["scenes/run/maps/pca/0000.safetensors"]() == first
    assert not (run.path / "maps" / "pca" / "0002.safetensors").exists()
    points = load(living["scenes/run/maps/pca/0002.safetensors"]())["points"]
    assert points.shape == (len(images), 2)
    work.close()
    list(refresh(run))  # another training's end lays all of it out anew: another key, other files
    living.look()
    assert (
        living["scenes/run/maps/pca/0000.safetensors"]
        is not before["scenes/run/maps/pca/0000.safetensors"]
    )


def test_a_frame_that_comes_does_not_turn_the_map(tmp_path: Path, images: Images) -> None:
    """The latents of an epoch that only turned keep their points."""
    run = record(tmp_path / "run", images, epochs=1)
    list(refresh(run))
    told = run.maps()["plane"]
    points = frame(run, "plane", 1)["points"]
    latents = run.latents(1)
    turn = np.array([[0, 1], [-1, 0]], np.float32)
    run.record(2, {"losses": {}}, {"latents": {"mean": latents @ turn}})
    grown, frames = followed(run, "plane", told, points)
    np.testing.assert_allclose(frames[2]["points"], points, atol=1e-5)
    assert grown["epochs"] == [0, 1, 2]
    assert followed(run, "plane", grown, points)[1] == {}


def test_a_training_that_died_is_no_training(tmp_path: Path, images: Images) -> None:
    run = begun(tmp_path / "run", images)
    run.tell({"state": "training", "epoch": 1, "epochs": 2})
    writer = run.path / "writer.json"
    writer.write_text(json.dumps({"pid": 2**22 + 1, "host": socket.gethostname(), "since": ""}))
    assert run.progress()["state"] == "training"  # it has said something just now
    long_ago = time.time() - QUIET - 1
    os.utime(run.path / "progress.json", (long_ago, long_ago))
    assert run.progress()["state"] == "died"
    writer.write_text(json.dumps({"pid": 1, "host": "another machine", "since": ""}))
    assert run.progress()["state"] == "training"  # nobody here can know


def test_why_a_training_failed_is_told_without_the_folders_of_this_machine(
    tmp_path: Path, images: Images, page: Path
) -> None:
    run = begun(tmp_path / "run", images, epochs=30, lr=10)
    with pytest.raises(HinterlandError, match="the loss became"):
        list(train(run, images))
    reply = get(site_of(Living({"run": run}), page), "/status.json")
    told = reply.said["scenes"]["run"]
    assert told["state"] == "failed"
    assert "the loss became" in told["error"]
    assert str(tmp_path) not in reply.body.decode()


def test_status_is_told_once_and_then_only_when_it_changes(trained: Run, page: Path) -> None:
    site = site_of(Living({"run": trained}), page)
    reply = get(site, "/status.json")
    assert (reply.status, reply.said["scenes"]["run"]["state"]) == (200, "finished")
    assert "training" not in reply.said
    known = get(site, "/status.json", headers={"if-none-match": reply.headers["etag"]})
    assert (known.status, known.body) == (304, b"")
    assert get(site, "/status.json", token=None).status == 401
    assert get(site, "/site.json").said["status"] == "status.json"


def test_maps_and_a_classifier_that_come_are_in_the_scene(
    tmp_path: Path, images: Images, patient: None
) -> None:
    run = record(tmp_path / "run", images)
    aside = (named := run.path / "model" / "classifier.json").rename(tmp_path / "aside.json")
    living = Living({"run": run})
    version = seen(living)["version"]
    scene = json.loads(living["scenes/run/scene.json"]())
    assert [each["name"] for each in scene["maps"]] == ["plane"]
    assert "classifier" not in scene
    list(chart(run, Plan.of(run, "pca", subject="pixels")))
    assert seen(living)["version"] != version
    scene = json.loads(living["scenes/run/scene.json"]())
    assert [each["name"] for each in scene["maps"]] == ["pca-pixels", "plane"]
    assert living["scenes/run/maps/pca-pixels/0002.safetensors"]()
    aside.rename(named)
    assert seen(living)["state"] == "finished"
    told = json.loads(living["scenes/run/scene.json"]())["classifier"]
    assert told["accuracy"] == json.loads(named.read_text())["accuracy"] > 0.25  # better than luck
    assert living["scenes/run/model/classifier.onnx"]()


def test_a_run_that_is_removed_is_said_to_be_gone_and_may_come_back(
    tmp_path: Path, images: Images, page: Path, patient: None
) -> None:
    run = record(tmp_path / "run", images)
    site = site_of(Living({"run": run}), page)
    before = get(site, "/status.json").said["scenes"]["run"]
    aside = run.path.rename(tmp_path / "aside")
    for _ in range(2):
        told = get(site, "/status.json").said["scenes"]["run"]
        assert told["error"] == "the run 'run' is not in its folder any more"
        assert "what is on the page stays" in told["hint"]
        assert (told["state"], told["newest"]) == (before["state"], before["newest"])
    aside.rename(run.path)
    assert get(site, "/status.json").said["scenes"]["run"] == before


# Starting


@pytest.fixture
def shelf(tmp_path: Path, trained: Run) -> Path:
    (tmp_path / "runs").mkdir()
    shutil.copytree(trained.path, tmp_path / "runs" / "here")
    shutil.copytree(trained.path, tmp_path / "elsewhere")
    return tmp_path / "runs"


@pytest.fixture
def trainings(shelf: Path, tmp_path: Path) -> Iterator[Trainings]:
    (tmp_path / "photos").mkdir()
    runs = {"here": Run.open(shelf / "here"), "there": Run.open(tmp_path / "elsewhere")}
    made = Trainings(Living(runs), shelf, {"photos": tmp_path / "photos"})
    yield made
    made.close(lambda _: None)


def asks(site: Starlette, name: str, told: object) -> Any:
    kind = {"content-type": "application/json"}
    body = json.dumps(told).encode()
    return send(site, "POST", f"/training/{name}", chunks=[body], headers=kind)


def test_without_the_flag_there_is_no_way_to_write(trained: Run, page: Path) -> None:
    site = site_of(Living({"run": trained}), page)
    paths = {route.path for route in site.routes if isinstance(route, Route)}
    shell = {"/", "/health", *(f"/{name}" for name in PAGE)}
    known = {"/site.json", "/status.json", "/scenes/{path:path}", "/ask/{scene}/{question}"}
    assert paths == shell | known
    for name in ("start", "resume", "stop"):
        assert asks(site, name, {}).status == 404


def test_with_it_there_are_four_and_all_ask_for_the_token(trainings: Trainings, page: Path) -> None:
    site = site_of(trainings._living, page, trainings)
    paths = {route.path for route in site.routes if isinstance(route, Route)}
    ways = {path for path in paths if path.startswith("/training")}
    assert ways == {f"/training/{name}" for name in ("choices", "start", "resume", "stop")}
    for path in ways:
        for method in ("GET", "POST"):
            assert send(site, method, path, token=None).status == 401
            evil = {"origin": "https://evil.example", "content-type": "application/json"}
            assert send(site, method, path, headers=evil, chunks=[b"{}"]).status == 403
    assert send(site, "POST", "/training/start", chunks=[b"{}"]).status == 415


def test_who_trains_is_not_told_what_opens_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HINTERLAND_TOKEN", TOKEN)
    assert TOKEN not in same_code().values()


START = {"name": "new", "images": "digits", "model": "vae", "latent_dim": 2, "options": {}}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        *(
            ({"name": name}, "no name for a run")
            for name in [
                "..", ".", "a/b", "/tmp/x", "a\\b", "C:x", "-o", "--help", "A", "é", "a b", "a\n",
                "a.", ".a", "a" * 61, "con", "lpt1", "a\x00", "~", "$HOME", "%2e%2e",
            ]
        ),
        ({"name": ""}, "'name' must be a name"),
        ({"name": None}, "'name' must be a name"),
        ({"name": ["x"]}, "'name' must be a name"),
        ({"name": "here"}, "there is already something"),
        ({"images": "/etc"}, "there are no images"),
        ({"images": "../photos"}, "there are no images"),
        ({"images": "hf:owner/name"}, "there are no images"),
        ({"images": {"a": 1}}, "'images' must be a name"),
        ({"model": "os:system"}, "there is no model"),
        ({"model": "package.module:function"}, "there is no model"),
        ({"latent_dim": 0}, "latent size must lie"),
        ({"latent_dim": "2"}, "latent size is a whole number"),
        ({"latent_dim": True}, "latent size is a whole number"),
        ({"options": {"--output": "/tmp/x"}}, "there is no option"),
        ({"options": {"beta=1 --output": 1}}, "there is no option"),
        ({"options": {"beta": {"a": 1}}}, "option 'beta' is"),
        ({"options": {"device": "x" * 201}}, "option 'device' is"),
        ({"options": {"device": "a\nb"}}, "option 'device' is"),
        ({"options": {"beta": 10**400}}, "option 'beta' is"),
        ({"options": {"widths": [1, {"a": 1}]}}, "option 'widths' is"),
        ({"options": []}, "the options are an object"),
    ],
    ids=str,
)  # fmt: skip
def test_only_names_that_are_known_come_through(
    trainings: Trainings, page: Path, shelf: Path, change: dict[str, Any], error: str
) -> None:
    before = sorted(shelf.parent.rglob("*"))
    reply = asks(site_of(trainings._living, page, trainings), "start", START | change)
    assert reply.status == 400
    assert error in reply.said["error"]
    assert "state" not in trainings.status()
    assert sorted(shelf.parent.rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_told_of_at_once(
    trainings: Trainings, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    reply = asks(site_of(trainings._living, page, trainings), "start", START)
    assert reply.said["error"] == "no permission to write in the folder for new runs, 'runs'"
    assert (reply.status, "--runs FOLDER" in reply.said["hint"]) == (400, True)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"scene": "there"}, "no run that can be trained from here"),  # not in the folder
        ({"scene": "nowhere"}, "no run that can be trained from here"),
        ({"scene": "../elsewhere"}, "no run that can be trained from here"),
        ({"scene": ["here"]}, "no run that can be trained from here"),
        ({"scene": "here", "epochs": 0}, "epochs are from 1"),
        ({"scene": "here", "epochs": "9"}, "epochs are from 1"),
        ({"scene": "here", "epochs": True}, "epochs are from 1"),
    ],
    ids=str,
)
def test_only_runs_of_the_folder_are_resumed(
    trainings: Trainings, page: Path, told: dict[str, Any], error: str
) -> None:
    reply = asks(site_of(trainings._living, page, trainings), "resume", told)
    assert (reply.status, error in reply.said["error"]) == (400, True)
    assert trainings.status() == {"resumable": ["here"]}


def test_nothing_is_stopped_that_was_not_started_here(trainings: Trainings, page: Path) -> None:
    site = site_of(trainings._living, page, trainings)
    assert asks(site, "stop", {"scene": "here"}).status == 400


@pytest.mark.slow
def test_a_training_is_started_stopped_and_resumed(
    trainings: Trainings, page: Path, shelf: Path
) -> None:
    site = site_of(trainings._living, page, trainings)
    choices = get(site, "/training/choices").said
    assert [each["name"] for each in choices["images"]][:2] == ["photos", "digits"]
    vae = {each["name"]: each for each in choices["models"]}["vae"]
    assert {each["name"]: each["kind"] for each in vae["options"]}["beta"] == "number"
    wrong = START | {"name": "wrong", "options": {"beta": "heavy"}}
    assert asks(site, "start", wrong).status == 200
    ends = until(site, lambda told: told["training"]["state"] == "failed")
    assert "option 'beta' of model 'vae' is like 1.0" in ends["training"]["error"]
    assert not (shelf / "wrong").exists()

    assert asks(site, "start", START | {"options": {"epochs": 500}}).status == 200
    assert "one at a time" in asks(site, "start", START | {"name": "other"}).said["error"]
    until(site, lambda told: (told["scenes"].get("new", {}).get("newest") or 0) > 1)
    assert asks(site, "stop", {"scene": "other"}).status == 400
    assert asks(site, "stop", {"scene": "new"}).said["state"] in ("stopping", "stopped")
    ends = until(site, lambda told: told["training"]["state"] == "stopped")
    assert ends["scenes"]["new"]["state"] == "stopped"
    newest = ends["scenes"]["new"]["newest"]
    assert asks(site, "resume", {"scene": "new", "epochs": newest + 2}).status == 200
    ends = until(site, lambda told: told["training"]["state"] == "finished")
    assert ends["scenes"]["new"]["newest"] == newest + 2

    asks(site, "resume", {"scene": "new", "epochs": 900})
    until(site, lambda told: told["scenes"]["new"]["newest"] > newest + 2)
    writer = shelf / "new" / "writer.json"
    os.kill(json.loads(writer.read_text())["pid"], signal.SIGKILL)
    ends = until(site, lambda told: told["training"]["state"] == "failed")
    assert ends["training"]["error"] == "something killed the training (SIGKILL)"
    assert ends["scenes"]["new"]["state"] == "died"  # and not in so many seconds
    writer.write_text(json.dumps({"pid": os.getpid()}))
    until(site, lambda told: "error" not in told["training"])  # another program goes on with it
    asks(site, "resume", {"scene": "new", "epochs": 1800})
    until(site, lambda told: told["scenes"]["new"]["epochs"] == 1800)
    said: list[str] = []
    trainings.close(said.append)  # as the server's end does
    assert said == ["stopping the training, which is saved …"]
    assert Run.open(shelf / "new").progress()["state"] == "stopped"


def until(site: Starlette, come: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    last = time.monotonic() + 60
    while True:
        told: dict[str, Any] = get(site, "/status.json").said
        if come(told):
            return told
        assert time.monotonic() < last, told
        time.sleep(0.1)
