"""`encode` and `decode`: there and back, in batches, whole or not at all."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from hinterland.run import Run
from hinterland.show import decoding, encoding
from hinterland.show.reader import Reader, load
from hinterland.types import HinterlandError, Images
from tests.conftest import made_up
from tests.test_cli import pictures, said  # noqa: F401  a fixture


@pytest.fixture(scope="module")
def reader(trained: Run) -> Reader:
    return Reader(trained)


def test_images_become_a_table_and_the_table_pictures(
    trained: Run,
    pictures: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are 12 x 12 and in colour; the run's are 8 x 8 and grey."""
    monkeypatch.chdir(pictures.parent)
    Image.new("RGB", (12, 12), "red").save(pictures / "cats" / "red.png")
    words = ["encode", str(trained.path), "pictures", "-o", "codes.parquet", "--json"]
    status, out, err = said(capsys, *words)
    assert status == 0, err
    told = json.loads(out)
    assert (told["images"], told["latents"], told["epoch"]) == (41, 2, 2)
    assert f"next: hinterland decode {trained.path} codes.parquet -o codes-decoded" in err
    table = pq.read_table("codes.parquet")
    assert table.column_names == ["index", "image", "label", "latent"]
    names = table["image"].to_pylist()
    assert "cats/red.png" in names
    assert [name.partition("/")[0] for name in names] == table["label"].to_pylist()
    row = names.index("cats/1.png")
    small = Image.open("pictures/cats/1.png").resize((8, 8), Image.Resampling.BICUBIC, None, 3.0)
    code = load(trained).encode(np.asarray(small, np.float32)[None, ..., None] / 255)
    np.testing.assert_allclose(table["latent"][row].as_py(), code[0], atol=1e-5)

    words = [
        "decode",
        str(trained.path),
        "codes.parquet",
        "-o",
        "made",
        "--json",
        "--epoch",
        "best",
    ]
    status, out, err = said(capsys, *words)
    assert status == 0, err
    assert json.loads(out)["images"] == 41
    assert sorted(path.name for path in Path("made").iterdir())[::40] == ["00.png", "40.png"]
    assert "next: hinterland images made" in err
    best = load(trained, "best")
    true = np.rint(best.decode(np.array(table["latent"].to_pylist(), np.float32)) * 255)
    with Image.open("made/07.png") as shown:
        np.testing.assert_array_equal(np.asarray(shown), true[7, ..., 0])


@pytest.mark.parametrize("form", ["npy", "npz", "parquet"])
def test_every_form_holds_the_same_latents_and_is_read_again(
    reader: Reader, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "BATCH", 7 * 64)  # seven pictures at a time
    images = made_up(25, (8, 8, 1))
    labels = np.where(np.arange(25) == 3, -1, images.labels)
    images = Images(
        images.pixels, labels, images.classes, channels={"hue": np.ones(25, np.float32)}
    )
    path = tmp_path / f"codes.{form}"
    encoding.encode(reader, images, path)
    true = reader.encode(images.pixels.astype(np.float32) / 255)
    read = decoding.read(path)
    assert (read.n, read.d) == (25, 2)
    np.testing.assert_allclose(np.concatenate(list(read.batches(4))), true, atol=1e-6)
    if form == "parquet":
        table = pq.read_table(path)
        assert table["label"].to_pylist()[3] is None
        assert table["label"].to_pylist()[4] == images.classes[labels[4]]
        assert table["hue"].to_pylist() == [1] * 25
        assert table["image"].to_pylist()[:2] == ["0", "1"]
    if form == "npz":
        with np.load(path) as told:
            np.testing.assert_array_equal(told["labels"], labels)
            assert list(told["classes"]) == list(images.classes)
    decoding.decode(reader, read, tmp_path / "made.npy")
    made = np.load(tmp_path / "made.npy")
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, reader.decode(true), atol=1e-5)
    assert [entry.name for entry in tmp_path.glob(".*")] == []


def test_a_single_latent_and_a_folder_of_one_picture(
    trained: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "one.npy", np.zeros(2))
    (tmp_path / "made").mkdir()  # empty: it may be there
    status, _, err = said(
        *(capsys, "decode", str(trained.path), str(tmp_path / "one.npy")),
        *("-o", str(tmp_path / "made"), "-q"),
    )
    assert (status, err) == (0, "")
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["0.png"]
    status, out, _ = said(
        *(capsys, "encode", str(trained.path), str(tmp_path / "made")),
        *("-o", str(tmp_path / "code.npy"), "--json"),
    )
    assert status == 0
    assert json.loads(out)["images"] == 1
    assert np.load(tmp_path / "code.npy").shape == (1, 2)


def test_memory_follows_the_batch(reader: Reader, tmp_path: Path) -> None:
    def peak(n: int) -> int:
        path = tmp_path / f"{n}.npy"
        array = np.lib.format.open_memmap(path, "w+", np.float32, (n, 2))
        array[:] = 0.1
        del array
        tracemalloc.start()
        decoding.decode(reader, decoding.read(path), tmp_path / f"made{n}.npy")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(10_000), peak(60_000)
    assert many < 1.2 * few
    assert many < 60_000 * 64 * 4  # less than the pictures take


@pytest.mark.parametrize(
    ("array", "error", "hint"),
    [
        (np.zeros((4, 3)), "has latents of 3 numbers; {run} decodes 2", "encoded by"),
        (np.array([[0, 1], [np.nan, 0]]), "row 1 of {file} is not finite", "leave such rows out"),
        (np.zeros((4, 2, 2)), "latents are numbers (n, d)", "hinterland encode"),
        (np.zeros((0, 2)), "holds no latents", "hinterland encode"),
        (np.array(["a", "b"]), "latents are numbers (n, d)", "hinterland encode"),
        (np.array([{}, {}]), "cannot be read", "hinterland encode"),
    ],
    ids=["size", "nan", "axes", "none", "text", "pickled"],
)
def test_latents_that_cannot_be_decoded_are_explained(
    trained: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    array: np.ndarray,
    error: str,
    hint: str,
) -> None:
    file = tmp_path / "latents.npy"
    np.save(file, array)
    for place in ("made", "made.npy"):
        words = ["decode", str(trained.path), str(file), "-o", str(tmp_path / place)]
        status, out, err = said(capsys, *words)
        assert status == 2
        assert out == ""
        assert "error: " in err
        assert error.format(run=trained.path, file=file) in err
        assert hint in err.partition("hint: ")[2]
        assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["encode", "{run}", "digits", "-o", "there.npy"], "there.npy is there already"),
        (["encode", "{run}", "digits", "-o", "codes.txt"], "does not end in .parquet"),
        (["encode", "{run}", "digits", "-o", "no/codes.npy"], "its folder is not there"),
        (["encode", "{run}", "digits", "-o", "c.npy", "--epoch", "9"], "there is no epoch 9"),
        (["encode", "{run}", "digist", "-o", "c.npy"], "no data set, folder or file 'digist'"),
        (["encode", "nowhere", "digits", "-o", "c.npy"], "no run at nowhere"),
        (["decode", "{run}", "there.npy", "-o", "full"], "is a folder that is not empty"),
        (["decode", "{run}", "there.npy", "-o", "there.npy"], "there.npy is there already"),
        (["decode", "{run}", "there.npy", "-o", "no/made"], "its folder is not there"),
        (["decode", "{run}", "nowhere.npy", "-o", "made"], "nowhere.npy is not there"),
        (["decode", "{run}", "full", "-o", "made"], "full is a folder"),
        (["decode", "{run}", "full/a.txt", "-o", "made"], "no file of latents"),
        (["decode", "{run}", "junk.npy", "-o", "made"], "junk.npy is no array of numbers"),
        (["decode", "{run}", "torn.npz", "-o", "made"], "torn.npz cannot be read"),
        (["decode", "{run}", "torn.parquet", "-o", "made"], "torn.parquet cannot be read"),
        (["decode", "{run}", "other.npz", "-o", "made"], "has no array 'latents'; it has a, b"),
        (["decode", "{run}", "there.npy", "-o", "made", "--epoch", "x"], "neither a number nor"),
    ],
)
def test_a_mistake_is_a_line_and_a_hint_and_nothing_is_written(
    trained: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    error: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("there.npy", np.zeros((3, 2)))
    np.savez("other.npz", a=np.zeros(2), b=np.zeros(2))
    Path("full").mkdir()
    Path("full/a.txt").write_text("a")
    Path("junk.npy").write_text("junk")
    for torn in ("torn.npz", "torn.parquet"):
        Path(torn).write_bytes(b"PK\x03\x04 and no more")
    before = sorted(tmp_path.rglob("*"))
    status, out, err = said(capsys, *(word.format(run=trained.path) for word in words))
    lines = [line for line in err.splitlines() if line.startswith(("error: ", "hint: "))]
    assert status == 2
    assert error in lines[0]
    assert len(lines) == 2
    assert len(lines[1]) > len("hint: ")
    assert out == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_what_fails_on_the_way_leaves_nothing(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MOST", 100)
    np.save(tmp_path / "late.npy", np.append(np.zeros((250, 2)), [[0, np.inf]], axis=0))
    late = decoding.read(tmp_path / "late.npy")
    for place in ("made", "made.npy"):
        with pytest.raises(HinterlandError, match="row 250 of"):
            decoding.decode(reader, late, tmp_path / place)
    assert [path.name for path in tmp_path.iterdir()] == ["late.npy"]
