"""Maps of a run: which epochs they hold, when they are made again, and how true they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from hinterland.chart import MOST, Plan, chart, refresh
from hinterland.cli import main
from hinterland.latent.neighbours import kept, nearest
from hinterland.run import Run
from hinterland.run.atlas import pages, unpack
from hinterland.scene import compose
from hinterland.train import train
from hinterland.types import HinterlandError, Images, Near
from tests.conftest import begun, frame, made_up, record

QUICK = {"iterations": 50, "perplexity": 15}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, images: Images) -> Run:
    """Two epochs of six latents, with a t-SNE map of them and one of the pixels."""
    run = record(tmp_path_factory.mktemp("charted") / "run", images, d=6, epochs=2)
    list(refresh(run))
    list(chart(run, Plan.of(run, "tsne", options=QUICK)))
    list(chart(run, Plan.of(run, "tsne", options=QUICK, subject="pixels")))
    return run


@pytest.fixture
def run(recorded: Run, tmp_path: Path) -> Run:
    shutil.copytree(recorded.path, tmp_path / "run")
    return Run.open(tmp_path / "run")


@pytest.mark.parametrize("name", ["tsne", "tsne-pixels"])
def test_the_page_has_all_that_the_way_back_needs(run: Run, name: str) -> None:
    """From the frame and the epoch's latents alone, the same as Python has it."""
    told = run.maps()[name]
    assert (told["way"], told["dims"], told["epochs"]) == ("near", 2, [0, 1, 2])
    for epoch in run.epochs:
        tensors, latents = frame(run, name, epoch), run.latents(epoch)
        layout = Near(tensors["points"], latents, *tensors["calibration"].tolist())
        np.testing.assert_allclose(layout.to_latent(tensors["points"]), latents, atol=1e-6)
        assert 0 <= layout.trust(np.zeros((1, 2)))[0] <= 1


def test_the_pixels_stay_where_they_are_while_the_latents_change(run: Run) -> None:
    first, last = frame(run, "tsne-pixels", 0), frame(run, "tsne-pixels", 2)
    assert np.array_equal(first["points"], last["points"])
    assert not np.array_equal(first["calibration"], last["calibration"])
    assert run.maps()["tsne-pixels"]["of"] == "pixels"


def test_distortion_is_the_share_of_true_neighbours_that_are_lost(run: Run) -> None:
    for epoch in run.epochs:
        tensors = frame(run, "tsne", epoch)
        share = kept(nearest(run.latents(epoch), 12), nearest(tensors["points"], 12))
        np.testing.assert_allclose(tensors["distortion"], 1 - share)
    assert "distortion" in frame(run, "pca", 2)
    assert "distortion" not in frame(run, "pca", 1)


def test_a_scene_says_how_true_its_maps_are_and_who_is_near_whom(run: Run) -> None:
    scene = compose(run)
    told = json.loads(scene.files["scene.json"]())
    each = {one["name"]: one for one in told["maps"]}["tsne"]
    assert 0.5 < each["metrics"]["trustworthiness"] <= 1
    assert each["options"]["perplexity"] == 15
    assert told["neighbours"] == {"epoch": 2, "k": 12}
    found = load(scene.files["neighbours.safetensors"]())["neighbours"]
    assert found.dtype == np.uint32
    assert np.array_equal(found, nearest(run.latents(2), 12))


def test_a_map_that_is_still_true_is_left_alone(run: Run) -> None:
    before = (run.path / "maps" / "tsne" / "map.json").read_bytes()
    assert list(chart(run, Plan.of(run, "tsne", options=QUICK))) == []
    assert (run.path / "maps" / "tsne" / "map.json").read_bytes() == before


def test_the_same_call_gives_the_same_bytes(run: Run) -> None:
    before = (run.path / "maps" / "tsne" / "0001.safetensors").read_bytes()
    list(chart(run, Plan.of(run, "tsne", options=QUICK, name="again")))
    assert (run.path / "maps" / "again" / "0001.safetensors").read_bytes() == before


def test_other_settings_are_another_map(run: Run) -> None:
    with pytest.raises(HinterlandError, match="has another map 'tsne'") as told:
        Plan.of(run, "tsne", options={**QUICK, "seed": 1})
    assert "--name" in told.value.hint
    with pytest.raises(HinterlandError, match="has another map 'tsne'"):
        Plan.of(run, "tsne", options=QUICK, subject="pixels", name="tsne")


def test_other_latents_under_an_old_map_are_seen(run: Run) -> None:
    path = run.path / "maps" / "tsne" / "map.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "key": "of other latents"}))
    done = list(chart(run, Plan.of(run, "tsne", options=QUICK)))
    assert done[-1][0] == done[-1][1]
    assert json.loads(path.read_text())["key"] == told["key"]


def test_an_epoch_that_is_whole_again_gets_its_frame(run: Run) -> None:
    file = run.path / "epochs" / "0001" / "latents.safetensors"
    sound = file.read_bytes()
    file.write_bytes(b"?")
    list(chart(run, Plan.of(run, "pca", name="torn")))
    assert (run.maps()["torn"]["epochs"], run.maps()["torn"]["left_out"]) == ([0, 2], [1])
    file.write_bytes(sound)
    list(refresh(run))
    assert (run.maps()["torn"]["epochs"], run.maps()["torn"]["left_out"]) == ([0, 1, 2], [])


@pytest.mark.parametrize(
    ("frames", "chosen"),
    [
        ("all", list(range(21))),
        ("last", [20]),
        (1, [20]),
        (2, [0, 20]),
        (5, [0, 5, 10, 15, 20]),
        (99, list(range(21))),
    ],
)
def test_frames_are_spread_evenly_from_the_first_to_the_last(
    frames: str | int, chosen: list[int]
) -> None:
    assert Plan("m", "pca", {"dims": 2}, frames=frames).chosen(list(range(21))) == chosen


def test_slow_maps_have_few_frames_unless_asked(run: Run) -> None:
    assert Plan.of(run, "umap", name="a").frames == MOST
    assert Plan.of(run, "pca", name="b").frames == "all"
    list(chart(run, Plan.of(run, "tsne", options=QUICK, name="one", frames="last")))
    assert run.maps()["one"]["epochs"] == [2]


def test_while_a_run_grows_what_was_seen_stays_where_it_was(tmp_path: Path, images: Images) -> None:
    run = begun(tmp_path / "run", images, d=6, epochs=2)
    plan = Plan.of(run, "tsne", options=QUICK)
    for _ in train(run, images, epochs=1):
        pass
    list(chart(run, plan))
    first = frame(run, "tsne", 0)["points"]
    shutil.copytree(run.path / "epochs" / "0001", run.path / "epochs" / "0002")
    manifest = run.path / "epochs" / "0002" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"epoch": 1', '"epoch": 2'))
    run.spec["training"]["epochs"] = 9  # type: ignore[index]
    list(chart(run, plan))
    assert np.array_equal(frame(run, "tsne", 0)["points"], first)
    # the latents of the new epoch are those of the one before: it stands still
    assert np.array_equal(frame(run, "tsne", 2)["points"], frame(run, "tsne", 1)["points"])


def test_pictures_come_back_from_their_atlas() -> None:
    for n, shape in ((300, (8, 8, 1)), (5, (700, 900, 3)), (70, (6, 5, 3))):
        pixels = made_up(n, shape).pixels if n != 5 else np.zeros((n, *shape), np.uint8)
        pixels[0, 1, 2] = 7
        assert np.array_equal(unpack(pages(pixels), n, shape), pixels)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_the_command_tells_what_it_made_and_how_true_it_is(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["map", str(run.path), "--projection", "tsne", "--set", "perplexity=9", "--name", "m"]
    words += ["--set", "iterations=50", "--epochs", "2", "--json"]
    status, out, err = said(capsys, *words)
    told = json.loads(out)
    assert status == 0
    assert (told["map"], told["frames"]) == ("m", 2)
    assert 0.5 < told["metrics"]["trustworthiness"] <= 1
    assert "trustworthiness" in err
    assert "2 of 3 epochs have a frame" in err
    status, out, err = said(capsys, *words)
    assert json.loads(out)["frames"] == 0
    assert "up to date" in err


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (["--epochs", "0"], "--epochs is all, last or a number", "12"),
        (["--epochs", "few"], "got 'few'", "12"),
        (["--set", "perplexity"], "takes KEY=VALUE", "perplexity=50"),
        (["--set", "perplexty=5"], "has no option 'perplexty'", "mean 'perplexity'?"),
        (["--set", "perplexity=90", "--name", "x"], "at least 272 images; there are 100", "=32"),
        (["--of", "pixel"], "invalid value", ""),
    ],
)
def test_a_wrong_word_is_a_line_and_a_hint(
    run: Run, capsys: pytest.CaptureFixture[str], words: list[str], error: str, hint: str
) -> None:
    status, _, err = said(capsys, "map", str(run.path), "--projection", "tsne", *words)
    assert status == 2
    assert error in err.lower() or error in err
    assert hint in err
