"""A training that happens elsewhere is recorded, and goes on as if nobody had looked."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from torch import nn

import hinterland
from hinterland.live import Live
from hinterland.recorder import Recorder
from hinterland.recorder.lightning import losses_of
from hinterland.run import Run
from hinterland.types import HinterlandError, Images
from tests.conftest import ROOT, Command, made_up
from tests.test_record import decode, encode


class Auto(nn.Module):
    """What people write: halves of layers, batch norms, dropout, no bias where a norm follows."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3, 2, 1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(64, 2),
        )
        self.decoder = nn.Sequential(nn.Linear(2, 64), nn.BatchNorm1d(64), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.encoder(x)).reshape(x.shape)


class Variational(nn.Module):
    """A code is drawn at random, also in evaluation; `encode` gives the mean first."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(64, 4), nn.Linear(2, 64)

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean, logvar = self.inner(x.flatten(1)).chunk(2, 1)
        torch.randn_like(mean)
        return mean, logvar

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.outer(z))


def trained(images: Images, path: Path | None, epochs: int = 3, **more: Any) -> list[float]:
    """Somebody's loop, with a recorder where there is a path: its losses."""
    torch.manual_seed(5)
    net = Auto()
    net.decoder.eval()  # frozen in part, as people do
    x = torch.from_numpy(images.pixels).permute(0, 3, 1, 2).float() / 255
    recorder = hinterland.Recorder(path, images, model=net, **more) if path else None
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    losses = []
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(20):
            loss = nn.functional.mse_loss(net(x[batch]), x[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        if recorder:
            recorder.epoch(losses={"train": losses[-1], "validation": torch.tensor(0.5)})
            assert net.training
            assert not net.decoder.training
    if recorder:
        recorder.close()
    return losses


def test_a_training_is_bit_for_bit_the_same_with_a_recorder(images: Images, tmp_path: Path) -> None:
    assert trained(images, None) == trained(images, tmp_path / "run")


def test_the_page_has_each_epochs_own_encoder_and_decoder(images: Images, tmp_path: Path) -> None:
    """The graphs are exported once, from an untrained model whose norms are all alike."""
    torch.manual_seed(1)
    net = Auto()
    recorder = hinterland.Recorder(tmp_path / "run", images, model=net)
    run = recorder.run
    codes = np.random.default_rng(0).standard_normal((5, 2)).astype(np.float32)
    x = images.pixels[:7].astype(np.float32) / 255
    due = []
    for epoch in range(3):
        if epoch:
            with torch.no_grad():
                for tensor in (*net.parameters(), *net.buffers()):
                    if tensor.is_floating_point():
                        tensor.add_(torch.rand_like(tensor) * 0.3)
            recorder.epoch()
        net.eval()
        with torch.no_grad():
            pictures = net.decoder(torch.from_numpy(codes)).reshape(-1, 8, 8, 1).numpy()
            latents = net.encoder(torch.from_numpy(x).permute(0, 3, 1, 2)).numpy()
        due.append((pictures, latents))
    recorder.close()
    live = Live(run)
    for epoch, (pictures, latents) in enumerate(due):
        told = {"epoch": epoch, "latents": codes.tolist(), "images": x.tolist()}
        decoded = load(live.ask("decode", told))["images"]
        encoded = load(live.ask("encode", told))["latents"]
        np.testing.assert_allclose(decoded, pictures, atol=1e-5)
        np.testing.assert_allclose(encoded, latents, atol=1e-5)
        rows = np.searchsorted(run.tracked_rows(), np.arange(7))
        np.testing.assert_allclose(run.latents(epoch)[rows], latents, atol=1e-5)
    assert np.abs(due[1][0] - due[2][0]).max() > 1e-3


@pytest.mark.parametrize("halves", ["encode and decode", "two methods", "two modules"])
def test_a_model_may_be_given_in_several_ways(images: Images, tmp_path: Path, halves: str) -> None:
    torch.manual_seed(0)
    net, auto = Variational(), Auto()
    given = {
        "encode and decode": {"model": net},
        "two methods": {"encode": net.encode, "decode": net.decode},
        "two modules": {"encode": auto.encoder, "decode": auto.decoder},
    }[halves]
    before = torch.get_rng_state()
    run = hinterland.record(tmp_path / "run", images=images, **given)
    assert torch.equal(before, torch.get_rng_state())
    assert set(run.graphs()) == {"encoder", "decoder"}
    assert run.latents(0).shape == (100, 2)


class Spatial(nn.Module):
    """A code that is a small picture, of colour pictures from -1 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Conv2d(3, 2, 4, 4)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(2, 3, 4, 4), nn.Tanh())


def test_a_spatial_code_and_other_pixels(tmp_path: Path) -> None:
    images = made_up(30, (8, 8, 3))
    torch.manual_seed(0)
    net = Spatial()
    run = hinterland.record(tmp_path / "run", images=images, model=net, scale="pm1")
    x = torch.from_numpy(images.pixels[:4]).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        code = net.encoder(x)
        pictures = (net.decoder(code).permute(0, 2, 3, 1).numpy() + 1) / 2
    np.testing.assert_allclose(run.latents(0)[:4], code.flatten(1).numpy(), atol=1e-5)
    asked = {"epoch": 0, "latents": code.flatten(1).tolist()}
    decoded = load(Live(run).ask("decode", asked))["images"]
    np.testing.assert_allclose(decoded, pictures, atol=1e-5)


def test_a_model_that_does_not_fit_the_images_says_what_was_tried(tmp_path: Path) -> None:
    with pytest.raises(
        HinterlandError, match=r"encode does not take .*\(nchw: .*; flat: "
    ) as caught:
        hinterland.record(tmp_path / "run", images=made_up(10, (9, 9, 3)), model=Auto())
    assert "\n" not in caught.value.message


def test_a_model_that_changes_what_it_computes_keeps_its_latents(
    images: Images, tmp_path: Path
) -> None:
    class Growing(Variational):
        factor = 1.0

        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return super().decode(z) * self.factor

    net = Growing()
    with hinterland.Recorder(tmp_path / "run", images, model=net) as recorder:
        net.factor = 0.5
        with pytest.warns(RuntimeWarning, match="epoch 1 is recorded without weights"):
            recorder.epoch()
        run = recorder.run
    assert run.latents(1).shape == (100, 2)
    with pytest.raises(HinterlandError, match="has no weights"):
        run.mounted(1, "decoder")


def test_every_so_many_epochs_and_the_last(images: Images, tmp_path: Path) -> None:
    trained(images, tmp_path / "run", epochs=5, every=2)
    run = Run.open(tmp_path / "run")
    assert run.epochs == [0, 2, 4, 5]
    assert run.losses()[0]["losses"] == {"train": None, "validation": None}
    assert run.losses()[3]["losses"]["validation"] == 0.5


def test_a_run_is_never_overwritten_but_gone_on_with(images: Images, tmp_path: Path) -> None:
    path = tmp_path / "run"
    trained(images, path, epochs=1)
    first = Run.open(path).bytes_of(1, "weights.safetensors")
    with pytest.raises(HinterlandError, match="already holds a run"):
        trained(images, path, epochs=1)
    trained(images, path, epochs=2, resume=True)
    assert Run.open(path).epochs == [0, 1, 2, 3]
    assert Run.open(path).bytes_of(1, "weights.safetensors") == first
    with pytest.raises(HinterlandError, match="of other images"):
        trained(made_up(50, (8, 8, 1)), path, resume=True)
    with pytest.raises(HinterlandError, match="these are functions"):
        hinterland.Recorder(
            path, images, encode=lambda x: encode(x)[:, :2], decode=decode, resume=True
        )


def test_one_recorder_at_a_time(images: Images, tmp_path: Path) -> None:
    recorder = hinterland.Recorder(tmp_path / "run", images, encode=encode, decode=decode)
    with pytest.raises(HinterlandError, match="being written"):
        hinterland.Recorder(tmp_path / "run", images, encode=encode, decode=decode, resume=True)
    recorder.close()
    hinterland.Recorder(tmp_path / "run", images, encode=encode, decode=decode, resume=True).close()


def test_of_several_processes_the_first_records(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    trained(images, tmp_path / "run", epochs=1)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_killed_loop_leaves_a_whole_run(tmp_path: Path) -> None:
    script = (
        "import os, signal, hinterland\n"
        "from tests.conftest import made_up\n"
        "from tests.test_record import encode, decode\n"
        f"r = hinterland.Recorder({str(tmp_path / 'run')!r}, made_up(50, (8, 8, 1)),"
        " encode=encode, decode=decode)\n"
        "r.epoch(); r.epoch()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode != 0
    run = Run.open(tmp_path / "run")
    assert run.epochs == [0, 1, 2]
    assert all(
        run.bytes_of(epoch, name) for epoch in run.epochs for name in run.manifest(epoch)["files"]
    )
    images = made_up(50, (8, 8, 1))
    with hinterland.Recorder(run.path, images, encode=encode, decode=decode, resume=True) as more:
        more.epoch()
    assert run.epochs == [0, 1, 2, 3]


@pytest.mark.slow
def test_what_was_recorded_cannot_be_trained_here(
    images: Images, tmp_path: Path, typed: Command
) -> None:
    trained(images, tmp_path / "run", epochs=1)
    said = typed("resume", "run", status=2).stderr
    assert "recorded from elsewhere: its model cannot be trained here" in said
    said = typed("score", "run", status=2).stderr
    assert "was recorded from arrays in memory" in said


class FakeTrainer:
    """Calls a callback as Lightning does."""

    is_global_zero, sanity_checking = True, False
    callback_metrics: ClassVar[dict[str, Any]] = {
        "train_loss": torch.tensor(3.0),
        "val_loss": torch.tensor(2.0),
    }

    def fit(self, net: nn.Module, callback: Any, epochs: int) -> None:
        callback.on_train_start(self, net)
        for _ in range(epochs):
            callback.on_train_epoch_end(self, net)
        callback.on_train_end(self, net)


def test_a_callback_of_lightning_records_what_the_module_logged(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = types.ModuleType("lightning.pytorch")
    fake.Callback = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lightning", types.ModuleType("lightning"))
    monkeypatch.setitem(sys.modules, "lightning.pytorch", fake)
    recorder = hinterland.Recorder(tmp_path / "run", images)
    FakeTrainer().fit(Auto(), recorder.lightning(), epochs=2)
    assert recorder.run.epochs == [0, 1, 2]
    assert recorder.run.losses()[2]["losses"] == {"train": 3.0, "validation": 2.0}
    assert losses_of({"accuracy": 1.0}) is None
    quiet = hinterland.Recorder(tmp_path / "quiet", images)
    other = FakeTrainer()
    other.is_global_zero = False
    other.fit(Auto(), quiet.lightning(), epochs=1)
    assert not (tmp_path / "quiet").exists()


BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "record.md").read_text(), re.DOTALL)
KINDS = {"functions": None, "torch": None, "lightning": "pytorch_lightning", "keras": "keras"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_the_docs_run(kind: str, tmp_path: Path, built_page: Path) -> None:
    assert built_page
    assert len(BLOCKS) == len(KINDS)
    needed = KINDS[kind]
    if needed and importlib.util.find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed")
    code = BLOCKS[list(KINDS).index(kind)]
    told = os.environ | {"PYTHONPATH": str(ROOT), "KERAS_BACKEND": "torch"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=told, timeout=120)
    run = Run.open(next((tmp_path / "runs").iterdir()))
    assert len(run.epochs) == {"functions": 1, "torch": 4}.get(kind, 3)
    assert bool(run.graphs()) is (kind != "functions")


@pytest.mark.slow
def test_a_recording_is_scored_and_mapped_like_any_run(tmp_path: Path, typed: Command) -> None:
    images = made_up(100, (8, 8, 1))
    np.savez(tmp_path / "blobs.npz", images=images.pixels, labels=images.labels)
    torch.manual_seed(0)
    given = str(tmp_path / "blobs.npz")
    with Recorder(tmp_path / "run", given, model=Auto()) as recorder:
        recorder.epoch()
    assert "mse" in typed("score", "run").stdout
    assert typed("map", "run", "--projection", "pca")
    assert str(tmp_path) not in (tmp_path / "run" / "run.json").read_text()
