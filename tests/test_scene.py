"""A scene holds all that a page needs, and says the same as the run that it was compiled from."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

from hinterland.chart import Plan, chart, refresh
from hinterland.latent.outliers import outliers
from hinterland.live import Live
from hinterland.models.session import Session
from hinterland.run import Run, commit, mapped
from hinterland.run.atlas import unpack
from hinterland.scene import Scene, compose
from hinterland.train import train
from hinterland.types import HinterlandError, Images
from tests.conftest import made_up, record


@pytest.fixture(scope="module")
def run(trained: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("charted") / "run"
    shutil.copytree(trained.path, place)
    run = Run.open(place)
    assert list(refresh(run)) == [(1, 3), (2, 3), (3, 3)]
    return run


@pytest.fixture(scope="module")
def scene(run: Run) -> Scene:
    return compose(run, live=Live(run).questions)


def told(scene: Scene) -> dict:
    return json.loads(scene.files["scene.json"]())


def test_every_file_can_be_made_and_every_named_file_is_there(scene: Scene) -> None:
    sizes = {path: len(make()) for path, make in scene.files.items()}
    assert min(sizes.values()) > 0
    description = told(scene)
    named = [*description["images"]["atlas"]["files"], *description["graphs"].values()]
    for epoch in description["epochs"]:
        place = f"epochs/{epoch['epoch']:04}"
        named += [f"{place}/{part}.safetensors" for part in ("latents", "decoder", "encoder")]
    for each in description["maps"]:
        named += [f"maps/{each['name']}/{epoch:04}.safetensors" for epoch in each["epochs"]]
    named += ["scene.json", "channels.safetensors", "neighbours.safetensors"]
    named += ["measures.safetensors"]
    named += [description["classifier"]["file"]]
    assert set(named) == set(sizes)


def test_nothing_private_is_in_it(scene: Scene, run: Run) -> None:
    private = [str(run.path), str(Path.home()), str(Path.cwd())]
    for make in scene.files.values():
        content = make()
        assert not any(word.encode() in content for word in private if len(word) > 1)


def test_a_point_and_its_image_and_its_label_stand_at_one_index(
    scene: Scene, run: Run, images: Images
) -> None:
    """The wrong image beside a point is the worst that a map can show."""
    rows = run.tracked_rows()
    atlas = told(scene)["images"]["atlas"]
    page = np.asarray(Image.open(io.BytesIO(scene.files[atlas["files"][0]]())))
    channels = load(scene.files["channels.safetensors"]())
    assert images.labels is not None
    assert images.held_out is not None
    encoder = session(run, "encoder", 2)
    latents = load(scene.files["epochs/0002/latents.safetensors"]())["mean"]
    for i in (0, 1, 57, 99):
        x, y = i % atlas["columns"] * 8, i // atlas["columns"] % atlas["rows"] * 8
        tile = page[y : y + 8, x : x + 8, :1]
        assert np.array_equal(tile, images.pixels[rows[i]])
        assert channels["label"][i] == images.labels[rows[i]]
        assert channels["split"][i] == images.held_out[rows[i]]
        code = encoder.run(tile[None].astype(np.float32) / 255)
        np.testing.assert_allclose(code[0], latents[i], atol=1e-5)


def test_what_is_measured_of_each_image_is_that_of_the_model(scene: Scene, run: Run) -> None:
    measured = load(scene.files["measures.safetensors"]())
    told_of = {one["name"]: one for one in told(scene)["channels"] if "file" in one}
    assert set(measured) == set(told_of) == {"loss", "outlier score"}
    assert {one["epoch"] for one in told_of.values()} == {2}
    shape = tuple(told(scene)["images"]["shape"])
    pages = [scene.files[page]() for page in told(scene)["images"]["atlas"]["files"]]
    pixels = unpack(pages, len(measured["loss"]), shape) / np.float32(255)
    made = session(run, "decoder", 2).run(run.latents(2))
    expected = ((made - pixels) ** 2).reshape(len(made), -1).mean(1)
    np.testing.assert_allclose(measured["loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(measured["outlier score"], outliers(run.latents(2)), rtol=1e-5)


def test_the_decoder_of_any_epoch_is_the_graph_with_that_epochs_file(
    scene: Scene, run: Run, images: Images
) -> None:
    z = np.random.default_rng(0).standard_normal((3, 2)).astype(np.float32)
    headers, pictures = set(), []
    for epoch in run.epochs:
        content = scene.files[f"epochs/{epoch:04}/decoder.safetensors"]()
        headers.add(content[8 : 8 + int.from_bytes(content[:8], "little")])
        decoder = Session(scene.files["model/decoder.onnx"](), "decoder.safetensors", content)
        pictures.append(decoder.run(z))
    assert len(headers) == 1
    assert not np.allclose(pictures[0], pictures[2], atol=1e-3)


def test_what_is_asked_live_is_what_the_graphs_say(run: Run) -> None:
    live = Live(run)
    z = [[0.5, -1.0], [0.0, 2.0]]
    answer = load(live.ask("decode", {"epoch": 1, "latents": z}))["images"]
    np.testing.assert_array_equal(answer, session(run, "decoder", 1).run(np.asarray(z)))
    x = made_up(3, (8, 8, 1)).pixels / 255
    answer = load(live.ask("encode", {"epoch": 2, "images": x.tolist()}))["latents"]
    np.testing.assert_allclose(answer, session(run, "encoder", 2).run(x), atol=1e-6)


@pytest.mark.parametrize(
    ("question", "asked", "message"),
    [
        ("dcode", {}, "no question 'dcode'"),
        ("decode", {"epoch": 9, "latents": [[0, 0]]}, "no epoch 9"),
        ("decode", {"epoch": True, "latents": [[0, 0]]}, "no epoch True"),
        ("decode", {"latents": [[0, 0]]}, "no epoch None"),
        ("decode", {"epoch": 1}, "must have shape"),
        ("decode", {"epoch": 1, "latents": [[0, 0, 0]]}, "must have shape"),
        ("decode", {"epoch": 1, "latents": []}, "must have shape"),
        ("decode", {"epoch": 1, "latents": [["a", "b"]]}, "must be numbers"),
        ("decode", {"epoch": 1, "latents": [[0], [0, 1]]}, "must be numbers"),
        ("decode", {"epoch": 1, "latents": [[float("nan"), 0]]}, "finite"),
        ("decode", {"epoch": 1, "latents": [[0, 0]] * 5000}, "5000 rows"),
        ("encode", {"epoch": 1, "images": [[[0.5]]]}, "must have shape"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    run: Run, question: str, asked: dict, message: str
) -> None:
    with pytest.raises(HinterlandError, match=message):
        Live(run).ask(question, asked)


def test_a_damaged_epoch_spoils_its_own_files_only(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "run")
    (tmp_path / "run" / "epochs" / "0001" / "weights.safetensors").write_bytes(b"?")
    scene = compose(Run.open(tmp_path / "run"))
    with pytest.raises(HinterlandError, match=r"epoch 1 .* is damaged"):
        scene.files["epochs/0001/decoder.safetensors"]()
    scene.files["epochs/0002/decoder.safetensors"]()
    assert [each["epoch"] for each in told(scene)["epochs"]] == [0, 1, 2]


def test_a_map_is_made_once_and_again_when_the_run_has_grown(
    run: Run, tmp_path: Path, images: Images
) -> None:
    assert list(refresh(run)) == []
    shutil.copytree(run.path, tmp_path / "run")
    grown = Run.open(tmp_path / "run")
    for _ in train(grown, images, epochs=3):
        pass
    assert len(list(refresh(grown))) == 4
    assert grown.maps()["plane"]["epochs"] == [0, 1, 2, 3]


def test_many_latents_get_principal_components_first_and_other_maps_when_asked(
    tmp_path: Path, images: Images
) -> None:
    run = record(tmp_path / "run", images, d=6, epochs=1)
    list(refresh(run))
    list(chart(run, Plan.of(run, "pca", dims=3, name="space")))
    maps = {each["name"]: each for each in told(compose(run))["maps"]}
    assert {name: each["dims"] for name, each in maps.items()} == {"pca": 2, "space": 3}
    frame = load((run.path / "maps" / "space" / "0001.safetensors").read_bytes())
    assert frame["points"].shape == (100, 3)
    assert frame["axes"].shape == (3, 6)
    lowest, highest = maps["space"]["extent"]
    assert (frame["points"] >= np.float32(lowest) - 1e-6).all()
    assert (frame["points"] <= np.float32(highest) + 1e-6).all()


@pytest.mark.parametrize("name", ["../x", "a/b", "", "."])
def test_a_maps_name_is_no_path(run: Run, name: str) -> None:
    with pytest.raises(HinterlandError, match="a map's name"):
        Plan.of(run, "pca", name=name or "/")


def test_a_map_of_ones_own_is_kept_and_kept_up_to_date(
    trained: Run, tmp_path: Path, images: Images
) -> None:
    shutil.copytree(trained.path, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    list(chart(run, Plan.of(run, "pca", name="plane")))
    for _ in train(run, images, epochs=3):
        pass
    list(refresh(run))
    assert run.maps()["plane"]["projection"] == "pca"
    assert run.maps()["plane"]["epochs"] == [0, 1, 2, 3]
    with pytest.raises(HinterlandError, match="has another map 'plane'"):
        Plan.of(run, "plane")


def test_a_damaged_epoch_has_no_frame_and_the_others_do(trained: Run, tmp_path: Path) -> None:
    shutil.copytree(trained.path, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    (run.path / "epochs" / "0001" / "latents.safetensors").write_bytes(b"?")
    assert len(list(refresh(run))) == 2
    assert run.maps()["plane"]["epochs"] == [0, 2]
    assert list(refresh(run)) == []
    scene = compose(run)
    assert "maps/plane/0001.safetensors" not in scene.files
    assert told(scene)["maps"][0]["epochs"] == [0, 2]


@pytest.mark.parametrize("after", [0, 1])
def test_a_map_that_is_killed_while_it_is_swapped_is_there_again(
    run: Run, tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Killed just before the new map takes the old one's place, or just after."""
    grown = longer(run, tmp_path / "run", images)
    exchanged = commit.exchanged

    def killed(one: Path, other: Path) -> bool:
        if "maps" in one.parts:
            if after:
                assert exchanged(one, other)
            raise KeyboardInterrupt
        return exchanged(one, other)

    monkeypatch.setattr(commit, "exchanged", killed)
    with pytest.raises(KeyboardInterrupt):
        list(refresh(grown))
    monkeypatch.undo()
    assert grown.maps()["plane"]["epochs"] == ([0, 1, 2, 3] if after else [0, 1, 2])
    is_whole_again(grown)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_map_that_is_killed_while_it_is_replaced_is_there_again(
    run: Run, tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """The same on a system that swaps no folders, after so many renames."""
    grown = longer(run, tmp_path / "run", images)
    renames = 0
    rename = Path.rename

    def killed(self: Path, target: Path) -> Path:
        nonlocal renames
        if "maps" in self.parts:
            if renames == after:
                raise KeyboardInterrupt
            renames += 1
        return rename(self, target)

    monkeypatch.setattr(commit, "exchanged", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", killed)
    if after < 2:
        with pytest.raises(KeyboardInterrupt):
            list(refresh(grown))
    else:
        list(refresh(grown))
    monkeypatch.undo()
    is_whole_again(grown)


def longer(run: Run, place: Path, images: Images) -> Run:
    """A copy of a run that was trained on, and has the map of before."""
    shutil.copytree(run.path, place)
    grown = Run.open(place)
    for _ in train(grown, images, epochs=3):
        pass
    return grown


def is_whole_again(grown: Run) -> None:
    list(refresh(grown))
    assert grown.maps().keys() == {"plane"}
    assert grown.maps()["plane"]["epochs"] == [0, 1, 2, 3]
    mapped.mend(grown.path / "maps")  # as whoever writes there next does
    assert [path.name for path in (grown.path / "maps").iterdir()] == ["plane"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{"])
def test_a_damaged_map_is_made_again(run: Run, tmp_path: Path, content: bytes) -> None:
    shutil.copytree(run.path, tmp_path / "run")
    (tmp_path / "run" / "maps" / "plane" / "map.json").write_bytes(content)
    damaged = Run.open(tmp_path / "run")
    assert len(list(refresh(damaged))) == 3
    assert damaged.maps().keys() == {"plane"}


def test_one_latent_is_a_line_on_the_map(tmp_path: Path, images: Images) -> None:
    run = record(tmp_path / "run", images, d=1, epochs=1)
    list(refresh(run))
    frame = load((run.path / "maps" / "pca" / "0001.safetensors").read_bytes())
    assert np.ptp(frame["points"][:, 0]) > 0
    assert not frame["points"][:, 1].any()
    back = frame["centre"] + frame["points"] @ frame["axes"]
    np.testing.assert_allclose(back, run.latents(1), atol=1e-5)


def session(run: Run, name: str, epoch: int) -> Session:
    return Session(run.graph(name), f"{name}.safetensors", run.mounted(epoch, name))
