"""Where there is CUDA: the same bits, what was recorded, and what a person does with such a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

import hinterland
from hinterland.engine.local import Local
from hinterland.models import MODELS, default_latent_dim
from hinterland.models.session import Session
from hinterland.run import Run
from hinterland.train import Settings, begin, changed
from hinterland.types import Images
from tests.conftest import Command, environment, made_up
from tests.test_devices import digest, finished, halfway

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="there is no CUDA here: run these where there is"
)


@pytest.fixture
def digits() -> Images:
    return made_up(600, (28, 28, 1))


def asked(path: Path, images: Images, model: str = "vae", **more) -> Run:
    settings = Settings(epochs=3, batch_size=64, track=200, **{"classifier": 0, **more})
    d = default_latent_dim(model)
    return begin(path, images, source="made up", model=model, latent_dim=d, settings=settings)


@pytest.mark.parametrize("model", list(MODELS))
def test_on_cuda_a_stopped_run_ends_in_the_same_bits(
    tmp_path: Path, digits: Images, model: str
) -> None:
    whole = finished(asked(tmp_path / "whole", digits, model), digits)
    assert whole.spec["environment"]["device"].startswith("cuda (")
    again = finished(asked(tmp_path / "again", digits, model), digits)
    assert digest(again) == digest(whole), "two trainings alike"
    stopped = halfway(asked(tmp_path / "stopped", digits, model), digits)
    assert digest(finished(stopped, digits)) == digest(whole)


@pytest.mark.parametrize("model", list(MODELS))
def test_latents_recorded_on_cuda_are_those_of_the_recorded_encoder(
    tmp_path: Path, digits: Images, model: str
) -> None:
    run = finished(asked(tmp_path / "run", digits, model), digits)
    epoch = run.epochs[-1]
    encoder = Session(run.graph("encoder"), "encoder.safetensors", run.mounted(epoch, "encoder"))
    latents = run.arrays(epoch, "latents")["mean"]
    x = digits.pixels[run.tracked_rows()].astype(np.float32) / 255
    far = np.abs(encoder.run(x) - latents).max()
    assert far < 1e-4 * max(1.0, float(latents.std()))


@pytest.mark.parametrize("low", ["bfloat16", "auto"])
def test_on_cuda_low_precision_learns(tmp_path: Path, digits: Images, low: str) -> None:
    run = finished(asked(tmp_path / "run", digits, "conv-vae", precision=low), digits)
    losses = [each["losses"]["validation"] for each in run.losses()]
    assert losses[-1] < losses[0]
    if low == "bfloat16":
        stopped = halfway(asked(tmp_path / "stopped", digits, "conv-vae", precision=low), digits)
        assert digest(finished(stopped, digits)) == digest(run)


def test_a_classifier_beside_changes_no_bit_on_cuda(tmp_path: Path, digits: Images) -> None:
    alone = finished(asked(tmp_path / "alone", digits), digits)
    beside = finished(asked(tmp_path / "beside", digits, classifier=1500), digits)
    assert digest(alone) == digest(beside)
    assert beside.classifier() is not None


@pytest.mark.parametrize(("first", "then"), [("cuda", "cpu"), ("cpu", "cuda")])
def test_a_run_goes_on_on_the_other_device(
    tmp_path: Path, digits: Images, first: str, then: str
) -> None:
    run = halfway(asked(tmp_path / "run", digits, device=first), digits)
    (note,) = changed(run, then)
    assert note.startswith("device was ")
    finished(run, digits, Local(then))
    losses = [each["losses"]["validation"] for each in run.losses()]
    whole = finished(asked(tmp_path / "whole", digits, device=then), digits).losses()
    assert losses[-1] == pytest.approx(whole[-1]["losses"]["validation"], rel=0.1)


def test_training_on_cuda_leaves_the_callers_luck_alone(tmp_path: Path, digits: Images) -> None:
    torch.manual_seed(5)
    due = torch.rand(4, device="cuda")
    torch.manual_seed(5)
    finished(asked(tmp_path / "run", digits, classifier=1500), digits)
    assert torch.equal(torch.rand(4, device="cuda"), due)


def test_a_full_gpu_is_told_and_the_run_stays(
    tmp_path: Path, digits: Images, typed: Command
) -> None:
    np.save(tmp_path / "pictures.npy", made_up(20_000, (32, 32, 3)).pixels)
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(0.005)
    try:
        words = ("train", "pictures.npy", "-o", "run", "--model", "conv-vae", "--track", "100")
        done = typed(*words, "--batch-size", "16000", status=5)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
        torch.cuda.empty_cache()
    assert "error: the GPU's memory is full (needed " in done.stderr
    assert "hint: a new run with --batch-size 8000, or: hinterland resume " in done.stderr
    assert Run.open(tmp_path / "run").progress()["state"] == "failed"


def test_the_eighth_gpu_of_one_is_refused(typed: Command) -> None:
    done = typed("train", "digits", "-o", "run", "--device", "cuda:7", status=5)
    assert "error: there is no device 'cuda:7' here" in done.stderr


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `run`, trained by the command line, which chose the device by itself."""
    place = tmp_path_factory.mktemp("journey")
    (place / "home").mkdir()
    done = spoken(place, "train", "digits", "-o", "run", "--epochs", "3", "--model", "conv-vae")
    assert done.returncode == 0, done.stderr
    return place


def spoken(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hinterland", *words],
        capture_output=True,
        text=True,
        cwd=place,
        env=environment(place / "home"),
        timeout=120,
    )


def test_auto_takes_cuda_and_says_nothing_odd(journey: Path) -> None:
    assert Run.open(journey / "run").spec["environment"]["device"].startswith("cuda (")
    again = spoken(journey, "resume", "run")
    assert again.returncode == 0
    assert "note: device" not in again.stderr
    assert "Warning" not in again.stderr, again.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("score", "run"),
        ("map", "run", "--projection", "pca"),
        ("encode", "run", "digits", "-o", "codes.npy"),
        ("figure", "reconstructions", "run", "-o", "figure.png"),
        ("export", "run", "-o", "site"),
        ("convert", "run", "--to", "onnx", "-o", "converted"),
        ("resume", "run", "--epochs", "4", "--device", "cpu"),
        ("resume", "run", "--epochs", "5"),
    ],
)
def test_what_was_trained_on_cuda_is_of_use(journey: Path, words: tuple[str, ...]) -> None:
    done = spoken(journey, *words)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_on_cuda_any_end_is_followed_by_the_same_bits(
    number: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    words = ("train", "digits", "--epochs", "60", "--batch-size", "16", "--model", "conv-vae")
    child = subprocess.Popen(
        [sys.executable, "-m", "hinterland", *words, "-o", "stopped"],
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "stopped" / "epochs" / "0002").exists():
        assert child.poll() is None, child.stderr.read() if child.stderr else ""
        time.sleep(0.05)
    time.sleep(0.1)
    os.kill(child.pid, number)
    _, said = child.communicate(timeout=60)
    assert child.returncode == (-9 if number == signal.SIGKILL else 128 + number)
    assert "Traceback" not in said
    stopped = Run.open(tmp_path / "stopped")
    goal = str(stopped.epochs[-1] + 2)
    done = spoken(tmp_path, "resume", "stopped", "--epochs", goal)
    assert done.returncode == 0, done.stderr
    whole = spoken(tmp_path, *words[:2], "--epochs", goal, *words[4:], "-o", "whole")
    assert whole.returncode == 0, whole.stderr
    assert digest(stopped) == digest(Run.open(tmp_path / "whole"))


def test_a_model_on_cuda_is_recorded_and_not_touched(tmp_path: Path, digits: Images) -> None:
    def learn(recorded: bool) -> torch.Tensor:
        torch.manual_seed(1)
        net = torch.nn.Sequential(torch.nn.Linear(784, 2), torch.nn.Dropout(0.2)).cuda()
        back = torch.nn.Sequential(torch.nn.Linear(2, 784), torch.nn.Sigmoid()).cuda()
        optimiser = torch.optim.SGD([*net.parameters(), *back.parameters()], 0.01)
        pixels = digits.pixels[:200]
        x = torch.from_numpy(pixels / np.float32(255)).flatten(1).cuda()
        recorder = (
            hinterland.Recorder(tmp_path / "run", pixels, model=(net, back)) if recorded else None
        )
        for _ in range(3):
            optimiser.zero_grad()
            ((back(net(x)) - x) ** 2).mean().backward()
            optimiser.step()
            if recorder:
                recorder.epoch()
        if recorder:
            recorder.close()
        return back[0].weight.detach().clone()

    assert torch.equal(learn(False), learn(True))
