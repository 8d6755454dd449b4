"""Devices: one that is not there, is full or fails is told of in words, and other ones go on."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from hinterland.engine import local, shortage
from hinterland.engine.local import Local
from hinterland.models import base, build, vae
from hinterland.recorder.net import calm
from hinterland.recorder.pair import undisturbed
from hinterland.run import Run
from hinterland.train import Settings, Step, changed, engine_of, precision, train, work
from hinterland.types import HinterlandError, Images
from tests.conftest import Command, begun, made_up, record

FULL = (
    "CUDA out of memory. Tried to allocate 1.95 GiB. GPU 0 has a total capacity of 7.60 GiB of "
    "which 712.00 MiB is free. Process 1 has 6.90 GiB memory in use."
)


def digest(run: Run) -> str:
    return hashlib.sha256(run.bytes_of(run.epochs[-1], "weights.safetensors")).hexdigest()


def finished(run: Run, images: Images, engine: Local | None = None) -> Run:
    for _ in train(Run.open(run.path), images, engine=engine):
        pass
    return run


def failing(error: Exception, after: int) -> Callable[..., torch.Tensor]:
    """A loss that is one for so many steps, and then raises."""
    loss, calls = base.reconstruction_loss, iter(range(10_000))

    def raising(*given: torch.Tensor) -> torch.Tensor:
        if next(calls) >= after:
            raise error
        return loss(*given)

    return raising


# ---- in words


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            torch.OutOfMemoryError(FULL),
            "the GPU's memory is full (needed 1.95 GiB more, 712.00 MiB free of 7.60 GiB)",
        ),
        (
            RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
            "the GPU's memory is full",
        ),
        (
            RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"),
            "the GPU's memory is full",
        ),
        (MemoryError(), "out of memory"),
        (
            torch.AcceleratorError("CUDA error: unspecified launch failure\nCUDA kernel errors"),
            "the GPU failed: CUDA error: unspecified launch failure",
        ),
    ],
)
def test_a_shortage_in_training_is_told_and_loses_nothing(
    tmp_path: Path,
    images: Images,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str,
) -> None:
    run = begun(tmp_path / "run", images, epochs=3)
    with monkeypatch.context() as patch:
        patch.setattr(vae, "reconstruction_loss", failing(error, 9))
        with pytest.raises(HinterlandError) as caught:
            finished(run, images)
    assert caught.value.message == told
    assert caught.value.exit_code == 5
    assert "--batch-size 8" in caught.value.hint
    assert run.progress()["state"] == "failed"
    assert run.progress()["error"] == told
    assert run.epochs == [0, 1]
    assert digest(finished(run, images)) == digest(record(tmp_path / "whole", images, epochs=3))


def test_what_torch_says_of_a_machine_without_memory_is_understood() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert shortage.worded(caught.value) == "out of memory (needed 1073741824.00 GiB more)"
    assert shortage.worded(RuntimeError("mat1 and mat2 shapes cannot be multiplied")) is None


def test_a_full_gpu_is_a_line_and_a_hint_on_the_command_line(
    typed: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vae, "reconstruction_loss", failing(torch.OutOfMemoryError(FULL), 0))
    done = typed("train", "digits", "-o", "run", "--device", "cpu", "--json", status=5)
    assert "error: the GPU's memory is full (needed 1.95 GiB more, 712.00 MiB free" in done.stderr
    assert "hint: a new run with --batch-size 64" in done.stderr
    assert json.loads(done.stdout)["error"].startswith("the GPU's memory is full")


def test_elsewhere_too(typed: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError(FULL)

    monkeypatch.setattr(Local, "__init__", full)
    done = typed("train", "digits", "-o", "run", status=5)
    assert "error: the GPU's memory is full" in done.stderr


@pytest.mark.parametrize(
    ("name", "gpus", "found"),
    [
        ("cuda", 0, "cpu"),
        ("cuda:7", 1, "cpu, cuda"),
        ("cuda:2", 2, "cpu, cuda, cuda:0, cuda:1"),
        ("cuda:x", 1, "cpu, cuda"),
        ("cuda:-1", 1, "cpu, cuda"),
        ("cpu:1", 0, "cpu"),
        ("gpu", 0, "cpu"),
        ("", 0, "cpu"),
    ],
)
def test_a_device_that_is_not_there_is_refused_with_those_that_are(
    name: str, gpus: int, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.mps, "is_available", lambda: False)
    with pytest.raises(HinterlandError, match=f"no device '{name}' here") as caught:
        Local(name)
    assert caught.value.exit_code == 5
    assert caught.value.hint == f"--device auto, or one of: {found}"


# ---- from one device to another


def elsewhere(run: Run, device: str) -> Run:
    """The run as a machine with that device would have begun it."""
    told = json.loads((run.path / "run.json").read_text())
    told["training"]["device"] = device
    told["environment"]["device"] = f"{device} (NVIDIA H200)"
    (run.path / "run.json").write_text(json.dumps(told))
    return Run.open(run.path)


def halfway(run: Run, images: Images, epoch: int = 2) -> Run:
    """Stopped in the middle of an epoch."""
    often, work.SIGN_OF_LIFE = work.SIGN_OF_LIFE, -1.0
    events = train(run, images)
    for event in events:
        if isinstance(event, Step) and (event.epoch, event.step) == (epoch, 2):
            break
    events.close()
    work.SIGN_OF_LIFE = often
    return Run.open(run.path)


def test_a_run_says_what_device_it_was_begun_on(tmp_path: Path, images: Images) -> None:
    run = begun(tmp_path / "run", images)
    assert run.spec["environment"]["device"] == "cpu"
    assert changed(run) == []
    other = elsewhere(run, "cuda")
    assert changed(other, "cpu") == ["device was cuda (NVIDIA H200), is cpu"]
    del other.spec["environment"]["device"]  # type: ignore[attr-defined]
    assert changed(other, "cpu") == [], "a run of before knew nothing of it"


def test_a_number_of_threads_that_somebody_says_is_told_where_it_changes(
    tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    run = begun(tmp_path / "run", images, epochs=1)
    assert changed(run) == []
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert changed(run) == ["OMP_NUM_THREADS was unset, is 3"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_a_run_from_a_gpu_goes_on_without_one_when_it_is_told_to(
    tmp_path: Path, typed: Command
) -> None:
    words = ("--epochs", "2", "--track", "50", "--set", "classifier=0", "--device", "cpu", "-q")
    typed("train", "digits", "-o", "run", *words)
    elsewhere(Run.open(tmp_path / "run"), "cuda")
    refused = typed("resume", "run", "--epochs", "3", status=5)
    assert "error: there is no device 'cuda' here" in refused.stderr
    assert "hint: --device auto, or one of: cpu" in refused.stderr
    done = typed("resume", "run", "--epochs", "3", "--device", "cpu")
    assert "note: device was cuda (NVIDIA H200), is cpu; the weights may differ" in done.stderr
    assert Run.open(tmp_path / "run").epochs == [0, 1, 2, 3]


def test_the_middle_of_an_epoch_goes_on_on_another_kind_of_device(
    tmp_path: Path, images: Images
) -> None:
    run = halfway(begun(tmp_path / "run", images, epochs=2), images)
    (place,) = (run.path / "latest").iterdir()
    tensors = load((place / "state.safetensors").read_bytes())
    tensors["rng"] = np.zeros(16, np.uint8)  # as CUDA keeps it
    content = save(tensors)
    (place / "state.safetensors").write_bytes(content)
    told = json.loads((place / "state.json").read_text())
    told["sha256"] = hashlib.sha256(content).hexdigest()
    (place / "state.json").write_text(json.dumps(told))
    losses = finished(run, images).losses()
    assert [each["epoch"] for each in losses] == [0, 1, 2]
    assert losses[-1]["losses"]["validation"] < losses[0]["losses"]["validation"]


# ---- the same bits, quickly


def test_reading_losses_late_changes_nothing(tmp_path: Path, images: Images) -> None:
    late = Local("cpu")
    late.ahead = 3  # of five steps an epoch
    run = finished(begun(tmp_path / "late", images, epochs=3), images, late)
    whole = record(tmp_path / "whole", images, epochs=3)
    assert digest(run) == digest(whole)
    assert [each["losses"] for each in run.losses()] == [each["losses"] for each in whole.losses()]


def test_a_loss_that_is_read_late_is_not_finite_at_the_very_step(
    tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Local("cpu")
    late.ahead = 4
    run = finished(begun(tmp_path / "run", images, epochs=1), images)
    loss, calls = base.reconstruction_loss, iter(range(100))
    monkeypatch.setattr(
        vae,
        "reconstruction_loss",
        lambda *given: loss(*given) * (float("nan") if next(calls) == 1 else 1),
    )
    with pytest.raises(HinterlandError, match="NaN at epoch 2, step 2"):
        for _ in train(run, images, epochs=2, engine=late):
            pass


def test_cuda_is_exact_while_it_works_and_then_as_it_was() -> None:
    cudnn, products = torch.backends.cudnn, torch.backends.cuda.matmul

    def flags() -> tuple[object, ...]:
        convolutions = cudnn.conv.fp32_precision
        return cudnn.deterministic, cudnn.benchmark, convolutions, products.fp32_precision

    before = flags()
    with Local("cpu").working(0):
        assert flags() == (True, False, "ieee", "ieee")
    assert flags() == before


@pytest.mark.parametrize(
    ("products", "threads"), [(1_000_000, 1), (100_000_000, 3), (1_000_000_000, 4)]
)
def test_a_step_has_the_threads_it_is_worth_and_leaves_one_processor_while_it_can(
    products: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        with Local("cpu").working(products):
            assert torch.get_num_threads() == threads
        assert torch.get_num_threads() == 4
        monkeypatch.setenv("OMP_NUM_THREADS", "4")  # whoever says how many has the last word
        with Local("cpu").working(products):
            assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)


FLUSH = """
import torch
from hinterland.engine.local import Local

torch.set_num_threads(2)
tiny = torch.full((4_000_000,), 1e-39)

def told():
    torch.set_num_threads(2)
    return float(((tiny * 1.0) == 0).double().mean())

before = told()
with Local("cpu").working(10**10):
    within = told()
print(before, within, told())
"""


def test_what_is_next_to_nothing_is_zero_in_every_thread_while_it_trains() -> None:
    # Elsewhere: threads that there are already must come to it too, and the suite's are not two.
    done = subprocess.run([sys.executable, "-c", FLUSH], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0.0", "1.0", "0.0"]


def test_nobody_elses_gpu_is_seeded(
    tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded: list[int] = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded.append)
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
    record(tmp_path / "run", images)
    with calm(torch.nn.Linear(2, 2)):
        torch.rand(1)
    assert seeded == []


def test_apples_luck_is_given_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"now": 7}
    monkeypatch.setattr(torch.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "get_rng_state", lambda: state["now"])
    monkeypatch.setattr(torch.mps, "set_rng_state", lambda value: state.update(now=value))
    with undisturbed():
        state["now"] = 8
    assert state["now"] == 7


@pytest.mark.filterwarnings("error")
def test_the_precision_is_tried_on_pictures_of_a_file_without_a_warning(
    tmp_path: Path, images: Images
) -> None:
    np.save(tmp_path / "pixels.npy", images.pixels)
    mapped = Images(np.load(tmp_path / "pixels.npy", mmap_mode="r"), held_out=images.held_out)
    settings = Settings(batch_size=16, device="cpu", precision="auto")
    assert set(
        precision.step_times(build("vae", (8, 8, 1), 2), mapped, settings, engine_of(settings))
    ) == {
        "float32",
        "bfloat16",
    }


def test_large_pictures_are_validated_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = dataclasses.replace(made_up(100, (8, 8, 1)), labels=None)
    monkeypatch.setattr(work, "HELD", 8 * 8 * 7)
    seen: list[int] = []
    fetch = work.Work._picture
    monkeypatch.setattr(
        work.Work, "_picture", lambda self, rows: seen.append(len(rows)) or fetch(self, rows)
    )
    record(tmp_path / "run", images, epochs=1)
    assert set(seen) == {7, 6, 2}, "20 held out, 100 on the map"


def test_there_is_a_device_everywhere() -> None:
    assert Local("auto").device.type in ("cpu", "cuda", "mps")
    assert local.AHEAD > 1
