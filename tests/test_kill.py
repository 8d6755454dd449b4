"""A training killed at any moment loses one epoch at most, and goes on as if never stopped."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import torch

from hinterland.run import Run, commit
from hinterland.train import Epoch, train, work
from hinterland.types import Images
from tests.conftest import begun, environment, made_up

MANY = 10_000  # epochs: more than any test waits for
TRIALS = int(os.environ.get("HINTERLAND_TRIALS", "20"))  # 200 before a release


def train_and_tell(path: Path, pipe: Connection) -> None:
    """In a process of its own: train for ever, and tell of each epoch once it is on disk."""
    torch.set_num_threads(1)
    images = made_up(100, (8, 8, 1))
    pipe.send(-1)
    for event in train(begun(path, images, epochs=MANY), images):
        if isinstance(event, Epoch):
            pipe.send(event.epoch)


def digest(run: Run, epoch: int) -> str:
    return hashlib.sha256(run.bytes_of(epoch, "weights.safetensors")).hexdigest()


class NeverStopped:
    """A training in this process that goes on whenever more of it is asked for."""

    def __init__(self, path: Path, images: Images) -> None:
        self.run = begun(path, images, epochs=MANY)
        self.events = train(self.run, images)

    def digest(self, epoch: int) -> str:
        while not self.run.holds(epoch):
            next(self.events)
        return digest(self.run, epoch)


@pytest.fixture(scope="module")
def never_stopped(
    tmp_path_factory: pytest.TempPathFactory, images: Images
) -> Iterator[NeverStopped]:
    made = NeverStopped(tmp_path_factory.mktemp("runs") / "whole", images)
    yield made
    made.events.close()


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(TRIALS))
def test_kill_9_at_a_random_moment(
    trial: int, tmp_path: Path, images: Images, never_stopped: NeverStopped
) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.test_kill"])
    ours, theirs = processes.Pipe(duplex=False)
    child = processes.Process(target=train_and_tell, args=(tmp_path / "run", theirs))
    child.start()
    theirs.close()
    assert ours.recv() == -1
    time.sleep(random.Random(trial).uniform(0, 1))
    child.kill()
    child.join()
    told = -1
    try:
        while ours.poll():
            told = ours.recv()
    except EOFError:
        pass

    if not (tmp_path / "run").exists():  # killed before there was a run: nothing but a draft
        assert told == -1
        return
    run = Run.open(tmp_path / "run")
    assert run.epochs == list(range(len(run.epochs)))
    for epoch in run.epochs:
        files = run.manifest(epoch)["files"]
        assert set(files) == {"weights.safetensors", "latents.safetensors"}
        for name in files:
            assert run.bytes_of(epoch, name)
    reached = len(run.epochs) - 1
    assert reached >= told, "an epoch that was announced is gone"

    goal = reached + 2
    for _ in train(run, images, epochs=goal):
        pass
    assert run.epochs == list(range(goal + 1))
    assert list(run.path.rglob(f"{commit.DRAFT}*")) == []
    assert digest(run, goal) == never_stopped.digest(goal)


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(TRIALS // 5))
def test_any_stops_and_resumes_end_in_the_same_bits(
    trial: int, tmp_path: Path, images: Images, never_stopped: NeverStopped
) -> None:
    luck = random.Random(trial)
    run = begun(tmp_path / "run", images, epochs=MANY)
    for _ in range(luck.randint(1, 3)):
        events = train(Run.open(run.path), images, epochs=20)
        stop = luck.randint(1, 40)
        for _, _ in zip(range(stop), events, strict=False):
            pass
        events.close()
    for _ in train(Run.open(run.path), images, epochs=20):
        pass
    assert digest(run, 20) == never_stopped.digest(20)


@pytest.fixture(autouse=True)
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hear of every step, so that a stop can come at any of them."""
    monkeypatch.setattr(work, "SIGN_OF_LIFE", -1.0)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_the_middle_of_an_epoch_and_says_how_to_go_on(
    number: signal.Signals, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "hinterland"]
    words = ["train", "digits", "-o", "run", "--epochs", "500", "--batch-size", "8"]
    child = subprocess.Popen(
        [*command, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(home),
    )
    assert child.stderr is not None
    said = ""
    for line in child.stderr:
        said += line
        if re.match(r"epoch 2/.* held-out ", line):  # done: a slow one says before how far it is
            break
    time.sleep(0.2)
    child.send_signal(number)
    out, rest = child.communicate(timeout=60)
    assert child.returncode == 128 + number
    assert "hinterland resume run" in rest
    assert "Traceback" not in said + rest
    assert out == ""
    run = Run.open(tmp_path / "run")
    reached = run.epochs[-1]
    assert reached >= 2
    kept = next(run.kept())[0]
    assert kept["epoch"] == reached

    done = subprocess.run(
        [*command, "resume", "run", "--epochs", str(reached + 1)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(home),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(rf"^epoch {reached + 1}/{reached + 1} ", done.stderr, re.MULTILINE)
    assert Run.open(tmp_path / "run").epochs[-1] == reached + 1


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux", reason="mounting a small disk needs root on Linux"
)
def test_a_disk_that_fills_up_keeps_what_it_has(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")
    home = tmp_path / "home"
    home.mkdir()
    try:
        words = ["train", "digits", "-o", str(disk / "run"), "--epochs", "500", "--seed", "1"]
        done = subprocess.run(
            [sys.executable, "-m", "hinterland", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(home),
            timeout=150,
            check=False,
        )
        assert done.returncode == 5, done.stderr
        errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1
        assert "disk full" in errors[0]
        assert "Traceback" not in done.stderr
        run = Run.open(disk / "run")
        assert len(run.epochs) > 1
        for epoch in run.epochs:
            for name in run.manifest(epoch)["files"]:
                assert run.bytes_of(epoch, name)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


@pytest.mark.slow
def test_a_training_whose_server_was_killed_is_saved_and_ends(tmp_path: Path, trained: Run) -> None:
    shelf, token = tmp_path / "shelf", "t" * 43
    words = ["open", str(trained.path), "--allow-write", "--json", "--no-browser"]
    words += ["--runs", str(shelf)]
    asked = {"name": "new", "images": "digits", "model": "vae", "options": {"epochs": 5000}}
    told = environment(tmp_path) | {"HINTERLAND_TOKEN": token}
    with subprocess.Popen(
        [sys.executable, "-m", "hinterland", *words], stdout=subprocess.PIPE, text=True, env=told
    ) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"].partition("#")[0]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps(asked).encode()
        request = urllib.request.Request(f"{url}training/start", body, headers)
        with urllib.request.urlopen(request) as reply:
            assert reply.status == 200
        last = time.monotonic() + 60
        while not (shelf / "new" / "epochs" / "0001").is_dir():
            assert time.monotonic() < last
            time.sleep(0.1)
        process.kill()
    run = Run.open(shelf / "new")
    while run.progress()["state"] != "stopped":
        assert time.monotonic() < last, run.progress()
        time.sleep(0.1)
    assert (run.path / "latest").is_dir()
    assert not (run.path / "writer.json").exists()
