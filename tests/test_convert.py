"""`hinterland convert`: what other programs get is what the run holds, and they can read it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pandas as pd
import pytest
from PIL import Image

import hinterland as package
from hinterland.run import Run
from hinterland.show.conversions import CONVERSIONS, convert
from hinterland.show.conversions.base import columns
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, Images
from tests.conftest import Command, made_up, record


@pytest.fixture(scope="module")
def run(trained: Run) -> Reader:
    return package.load(trained)


@pytest.fixture(scope="module")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Without labels; with a column that is not always known, and one whose name is taken."""
    told = made_up(50, (6, 8, 3))
    ages = np.where(np.arange(50) % 7 == 0, np.nan, np.arange(50)).astype(np.float32)
    channels = {"age": ages, "x": np.arange(50, dtype=np.float32)}
    images = Images(told.pixels, held_out=told.held_out, channels=channels)
    path = tmp_path_factory.mktemp("runs") / "coloured"
    return package.load(record(path, images, d=5, epochs=1))


def test_pandas_reads_every_column_and_the_pictures(run: Reader, tmp_path: Path) -> None:
    told = convert("parquet", run, tmp_path / "a.parquet")
    table = pd.read_parquet(tmp_path / "a.parquet")
    assert told.bytes == (tmp_path / "a.parquet").stat().st_size
    assert list(table["row"]) == run.run.tracked_rows().tolist()
    np.testing.assert_array_equal(np.stack(table["latent"]), run.latents)
    np.testing.assert_array_equal(table[["x", "y"]], run.latents)  # two latents are their own map
    assert list(table["label"]) == [run.classes[i] for i in run.labels]
    assert set(table["split"]) == {"training", "held out"}
    for told_picture, pixels in zip(table["image"], run.images, strict=True):
        picture = np.asarray(Image.open(io.BytesIO(told_picture["bytes"])))
        np.testing.assert_array_equal(picture, pixels[..., 0])
    first = table["neighbours"][0]
    far = np.linalg.norm(run.latents - run.latents[0], axis=1)
    far[0] = np.inf
    assert first["ids"][0] == far.argmin()
    np.testing.assert_allclose(first["distances"], np.sort(far)[:12], rtol=1e-5)


def test_hugging_face_knows_the_pictures_for_pictures(run: Reader, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    convert("parquet", run, tmp_path / "a.parquet", options={"neighbours": False})
    notes = pq.read_schema(tmp_path / "a.parquet").metadata
    told = json.loads(notes[b"huggingface"])["info"]["features"]
    assert told["image"] == {"_type": "Image"}
    assert told["latent"] == {"_type": "List", "feature": {"_type": "Value", "dtype": "float32"}}
    assert told["label"] == {"_type": "Value", "dtype": "string"}
    assert "neighbours" not in told
    assert json.loads(notes[b"hinterland"]) == {"run": run.name, "epoch": 2, "map": "latents"}


def test_a_map_of_the_run_gives_the_places(coloured: Reader, tmp_path: Path) -> None:
    from hinterland.chart import Plan, chart

    for _ in chart(coloured.run, Plan.of(coloured.run, "pca", dims=3, name="deep")):
        pass
    told: list[str] = []
    options = {"map": "deep", "images": False}
    convert("parquet", coloured, tmp_path / "a.parquet", options=options, say=told.append)
    table = pd.read_parquet(tmp_path / "a.parquet")
    np.testing.assert_array_equal(table[["x", "y", "z"]], coloured.charted("deep", 3).points)
    assert table["age"].isna().sum() == 8
    assert list(table["x of the images"]) == list(range(50))
    assert any("'x'" in note for note in told)
    assert not {"label", "image"} & set(table)


def test_tensorboard_reads_the_projector(coloured: Reader, tmp_path: Path) -> None:
    from tensorboard.plugins.base_plugin import TBContext
    from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin
    from werkzeug.test import Client

    convert("projector", coloured, tmp_path / "p", options={"thumbnail": 4})
    apps = ProjectorPlugin(TBContext(logdir=str(tmp_path / "p"))).get_plugin_apps()

    def ask(page: str, **told: str) -> bytes:
        answer = Client(apps[page]).get(query_string={"run": ".", **told})
        assert answer.status_code == 200, answer.data
        return answer.data

    (told,) = json.loads(ask("/info"))["embeddings"]
    assert told["tensorShape"] == [50, 5]
    name = {"name": told["tensorName"]}
    tensors = np.frombuffer(ask("/tensor", **name), np.float32).reshape(50, 5)
    np.testing.assert_array_equal(tensors, coloured.latents)
    lines = ask("/metadata", **name).decode().splitlines()
    assert lines[0].split("\t") == ["row", "split", "age", "x"]
    assert lines[1].split("\t")[2] == "–"  # nobody knows how old the first is
    assert len(lines) == 51
    w, h = told["sprite"]["singleImageDim"]
    sprite = Image.open(io.BytesIO(ask("/sprite_image", **name)))
    assert (w, h) == (4, 3)
    across = sprite.width // w
    tile = sprite.crop(
        (9 % across * w, 9 // across * h, (9 % across + 1) * w, (9 // across + 1) * h)
    )
    expected = coloured.images[9].reshape(3, 2, 4, 2, 3).astype(float).mean((1, 3))
    np.testing.assert_allclose(np.asarray(tile), expected, atol=1)


def test_the_projectors_first_view_shows_two_latents(run: Reader, tmp_path: Path) -> None:
    """It draws three principal components, or nothing."""
    convert("projector", run, tmp_path / "p")
    n, d = run.latents.shape
    tensors = np.fromfile(tmp_path / "p" / "tensors.bytes", "<f4").reshape(n, max(d, 3))
    np.testing.assert_array_equal(tensors[:, :d], run.latents)
    assert not tensors[:, d:].any()
    config = (tmp_path / "p" / "projector_config.pbtxt").read_text()
    assert f"tensor_shape: {n}\n  tensor_shape: {max(d, 3)}\n" in config


def test_a_sprite_never_outgrows_what_the_projector_can_draw() -> None:
    from hinterland.show.conversions.projector import SPRITE, _sprite

    pixels = np.zeros((10_001, 2, 2, 1), np.uint8)
    side = SPRITE // 101
    assert max(_sprite(pixels, (side, side)).size) <= SPRITE


@pytest.mark.parametrize("epoch", [0, 2])
def test_onnx_files_alone_give_the_same_pictures(run: Reader, tmp_path: Path, epoch: int) -> None:
    there = run.at(epoch)
    convert("onnx", there, tmp_path / "model")
    halves = {
        name: ort.InferenceSession(tmp_path / "model" / f"{name}.onnx")
        for name in ("encoder", "decoder")
    }
    pictures = there.pictures(range(9))
    (latents,) = halves["encoder"].run(["latents"], {"images": pictures})
    np.testing.assert_array_equal(latents, there.encode(pictures))
    np.testing.assert_allclose(latents, there.latents[:9], atol=1e-5)
    (made,) = halves["decoder"].run(["images"], {"latents": there.latents})
    np.testing.assert_array_equal(made, there.decode(there.latents))
    card = json.loads((tmp_path / "model" / "card.json").read_text())
    assert card["epoch"] == epoch
    for name, told in card["files"].items():
        session = ort.InferenceSession(tmp_path / "model" / name)
        for sides, known in (
            (session.get_inputs(), told["input"]),
            (session.get_outputs(), told["output"]),
        ):
            assert [side.name for side in sides] == list(known)
            assert [side.shape[1:] for side in sides] == [k["shape"][1:] for k in known.values()]


@pytest.mark.parametrize(
    ("kind", "name", "error"),
    [
        ("parqet", "a.parquet", "no conversion 'parqet'"),
        ("parquet", "a.csv", "ends in .parquet"),
        ("onnx", "a.onnx", "makes a folder"),
        ("projector", "there", "there already"),
        ("projector", "no/where", "its folder is not there"),
    ],
)
def test_what_cannot_be_is_said(
    run: Reader, tmp_path: Path, kind: str, name: str, error: str
) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(HinterlandError, match=error):
        convert(kind, run, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_run_of_functions_has_no_model_to_convert(images: Images, tmp_path: Path) -> None:
    made = package.record(
        tmp_path / "run",
        encode=lambda x: x.reshape(len(x), -1)[:, :2],
        decode=lambda z: np.repeat(z, 32, 1).reshape(-1, 8, 8, 1),
        images=images.pixels,
    )
    with pytest.raises(HinterlandError, match="has no graphs"):
        convert("onnx", package.load(made), tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_columns_are_words_or_numbers_with_gaps(coloured: Reader) -> None:
    found = columns(coloured)
    assert set(found["split"]) == {"training", "held out"}
    assert np.isnan(found["age"][0])


def test_the_command_converts_and_says_what_next(
    trained: Run, tmp_path: Path, typed: Command
) -> None:
    done = typed("convert", str(trained.path), "-o", "a.parquet", "--json")
    told = json.loads(done.stdout)
    assert (told["kind"], told["epoch"], told["parts"]) == ("parquet", 2, ["a.parquet"])
    assert "next: embedding-atlas a.parquet --x x --y y" in done.stderr
    assert set(pd.read_parquet(tmp_path / "a.parquet")) >= {"x", "y", "latent", "image"}
    refused = typed("convert", str(trained.path), "-o", "a", status=2)
    assert all(name in refused.stderr for name in CONVERSIONS)
