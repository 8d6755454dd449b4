"""Two functions and images make a run; what they cannot return is said, and by which."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import types
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

import hinterland
from hinterland.chart import refresh
from hinterland.data import source_of
from hinterland.live import Live
from hinterland.recorder import as_autoencoder
from hinterland.types import HinterlandError, Images
from tests.conftest import made_up
from tests.datafiles import write_pictures


def encode(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)[:, [20, 28, 36]]


def decode(z: np.ndarray) -> np.ndarray:
    return np.clip(z.mean(1), 0, 1)[:, None, None, None] * np.ones((1, 8, 8, 1), np.float32)


def test_two_functions_and_images_make_a_run(images: Images, tmp_path: Path) -> None:
    run = hinterland.record(tmp_path / "run", encode=encode, decode=decode, images=images)
    x = images.pixels[run.tracked_rows()].astype(np.float32) / 255
    np.testing.assert_array_equal(run.latents(0), encode(x))
    assert run.epochs == [0]
    assert run.graphs() == {}
    held_out = images.pixels[images.held_out].astype(np.float32) / 255
    error = ((decode(encode(held_out)) - held_out) ** 2).sum((1, 2, 3)).mean()
    told = run.manifest(0)["losses"]
    assert told["train"] is None
    assert told["validation"] == pytest.approx(error, rel=1e-5)
    list(refresh(run))
    assert run.maps()["plane"]["epochs"] == [0]
    with pytest.raises(HinterlandError, match="holds latents only"):
        run.graph("decoder")


def test_arrays_are_told_from_a_folder_called_arrays(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = write_pictures(tmp_path / "arrays", images.pixels[:9])
    folder = hinterland.record("of-folder", encode=encode, decode=decode, images="arrays")
    assert source_of(folder.spec["images"], folder.path) == place
    memory = hinterland.record("of-memory", encode=encode, decode=decode, images=images)
    with pytest.raises(HinterlandError, match="recorded from arrays in memory"):
        source_of(memory.spec["images"], memory.path)


def test_they_are_called_with_a_thousand_images_at_most(tmp_path: Path) -> None:
    sizes = []

    def counting(x: np.ndarray) -> np.ndarray:
        sizes.append(len(x))
        return encode(x)

    many = np.random.default_rng(0).integers(0, 256, (2500, 8, 8), np.uint8)
    run = hinterland.record(tmp_path / "run", counting, decode, many, np.arange(2500) % 3)
    assert max(sizes) <= 1024
    assert run.spec["images"]["classes"] == ["0", "1", "2"]
    assert run.latents(0).shape == (2500, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_arrays_of_bytes_and_of_fractions_are_the_same_images(dtype: Any, tmp_path: Path) -> None:
    pixels = made_up(20, (8, 8, 1)).pixels[..., 0]
    given = pixels if dtype == np.uint8 else (pixels / 255).astype(dtype)
    run = hinterland.record(tmp_path / "run", encode, decode, given)
    np.testing.assert_array_equal(run.latents(0), encode(pixels.astype(np.float32) / 255))


@pytest.mark.parametrize(
    ("inner", "outer", "message"),
    [
        (lambda x: x[:, 0, 0, 0], decode, r"encode returned the shape \(8,\)"),
        (lambda x: encode(x)[1:], decode, r"encode returned the shape \(7, 3\)"),
        (lambda x: encode(x) * np.nan, decode, "encode returned NaN"),
        (lambda _: None, decode, "encode returned None"),
        (lambda _: ["a"], decode, "encode returned something of type list"),
        (encode, lambda z: decode(z)[:, :7], r"decode returned the shape \(8, 7, 8, 1\).*is due"),
        (encode, lambda z: decode(z)[:1], r"decode returned the shape \(1, 8, 8, 1\)"),
        (encode, lambda z: decode(z) / 0, "decode returned (NaN|infinite)"),
        (encode, lambda z: decode(z) * 255, "decode returned pixels from 1 to"),
        (encode, lambda z: decode(z) - 4, r"decode returned pixels from -[34].*; 0 to 1 is due"),
        (encode, None, "nothing was given to decode with"),
        (encode, 3, "decode is something of type int, not a function"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of numpy, for the division
def test_a_function_that_returns_what_cannot_be_is_named(
    images: Images, tmp_path: Path, inner: Any, outer: Any, message: str
) -> None:
    with pytest.raises(HinterlandError, match=message) as caught:
        hinterland.record(tmp_path / "run", inner, outer, images)
    assert "\n" not in caught.value.message
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("images", "more", "message"),
    [
        (np.full((5, 8, 8), 2.0), {}, "go from 0 to 1"),
        (np.zeros((5, 64), np.uint8), {}, "flat rows"),
        (np.zeros((1, 8, 8), np.uint8), {}, "at least 2"),
        (np.zeros((5, 8, 8), np.uint8), {"labels": [1, 2]}, "one entry per image"),
        (np.zeros((5, 8, 8), np.uint8), {"held_out": np.ones(5)}, "hold some out"),
        (np.zeros((5, 8, 8), np.uint8), {"layout": "chwn"}, "layout must be one of"),
        ("no-such-images", {}, "no data set, folder or file"),
        (None, {}, "no images"),
    ],
)
def test_images_that_cannot_be_are_refused(
    tmp_path: Path, images: Any, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(HinterlandError, match=message):
        hinterland.record(tmp_path / "run", encode, decode, images, **more)


def test_functions_answer_for_the_last_epoch(images: Images, tmp_path: Path) -> None:
    with hinterland.Recorder(tmp_path / "run", images, encode=encode, decode=decode) as recorder:
        recorder.epoch()
    run = recorder.run
    assert Live(run).questions == ()
    live = Live(run, as_autoencoder(run, encode, decode))
    z = [[0.1, 0.2, 0.3], [1.0, 1.0, 1.0]]
    answer = load(live.ask("decode", {"epoch": 1, "latents": z}))["images"]
    np.testing.assert_allclose(answer, decode(np.array(z, np.float32)), rtol=1e-6)
    with pytest.raises(HinterlandError, match="epoch 0 cannot be decoded"):
        live.ask("decode", {"epoch": 0, "latents": z})
    with pytest.raises(HinterlandError, match="was recorded with"):
        Live(run, as_autoencoder(run, lambda x: encode(x)[:, :2], decode))


def test_a_program_opens_a_run_and_goes_on(
    images: Images, tmp_path: Path, built_page: Path
) -> None:
    assert built_page
    run = hinterland.record(tmp_path / "run", encode, decode, images)
    with hinterland.open(run, encode=encode, decode=decode, browser=False) as opened:
        address, _, token = opened.url.partition("#token=")
        asked = urllib.request.Request(
            f"{address}ask/run/decode",
            b'{"epoch": 0, "latents": [[0.5, 0.5, 0.5]]}',
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked) as answer:
            assert load(answer.read())["images"].shape == (1, 8, 8, 1)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=2)


def test_a_callback_of_keras_records_what_fit_logged(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = types.ModuleType("keras.callbacks")
    fake.Callback = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keras.callbacks", fake)
    recorder = hinterland.Recorder(tmp_path / "run", images, encode=encode, decode=decode)
    callback = recorder.keras()
    callback.on_train_begin()
    callback.on_epoch_end(0, {"loss": 1.5, "val_loss": math.nan})
    callback.on_train_end()
    assert recorder.run.losses()[1]["losses"] == {"train": 1.5, "validation": None}


@pytest.mark.parametrize("kind", ["lightning", "keras"])
def test_what_is_not_installed_is_named(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name in ("lightning.pytorch", "pytorch_lightning", "keras.callbacks"):
        monkeypatch.setitem(sys.modules, name, None)
    recorder = hinterland.Recorder(tmp_path / "run", images)
    with pytest.raises(HinterlandError, match="is not installed") as caught:
        getattr(recorder, kind)()
    assert f"pip install {kind}" in caught.value.hint


def test_the_package_loads_nothing_heavy_and_names_what_it_has() -> None:
    script = (
        "import sys, hinterland\n"
        "assert not {'torch', 'onnxruntime', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert set(hinterland.__all__) <= set(dir(hinterland))\n"
        "from hinterland import Recorder, read, record\n"
        "assert not {'torch', 'onnxruntime'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ | {"PYTHONPATH": "."})
    with pytest.raises(AttributeError, match="no attribute 'recrod'"):
        getattr(hinterland, "recrod")  # noqa: B009  as a person would write it


@pytest.mark.slow
def test_the_example_of_the_package_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    monkeypatch.chdir(tmp_path)
    assert doctest.testmod(hinterland).failed == 0
    shutil.rmtree(tmp_path / "runs")
