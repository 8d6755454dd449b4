"""Tables of encoded pictures: Parquet files, and data sets of the Hugging Face Hub."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datafiles import after_damage, noise, refusal
from PIL import Image

from hinterland.data import look, read
from hinterland.data.convert import Conversion

X = noise(6, 5, 7, 3)
Y = [1, 0, 1, 0, 1, 1]


def encoded(pixels: np.ndarray, kind: str = "PNG") -> list[bytes]:
    found = []
    for picture in pixels:
        file = io.BytesIO()
        Image.fromarray(picture.squeeze(2) if picture.shape[2] == 1 else picture).save(file, kind)
        found.append(file.getvalue())
    return found


def structs(pixels: np.ndarray) -> list[dict[str, Any]]:
    return [{"bytes": data, "path": f"{row}.png"} for row, data in enumerate(encoded(pixels))]


def write_table(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path, row_group_size=4)
    return path


# Parquet


@pytest.mark.parametrize("kind", ["struct", "bytes", "large"])
@pytest.mark.parametrize("labels", ["int", "text", "categories", "none"])
def test_parquet_gives_back_what_was_written(tmp_path: Path, kind: str, labels: str) -> None:
    image: Any = structs(X) if kind == "struct" else encoded(X)
    columns: dict[str, Any] = {"id": list(range(6)), "image": image}
    if kind == "large":
        columns["image"] = pa.array(image, pa.large_binary())
    words = ["b" if label else "a" for label in Y]
    if labels != "none":
        columns["label"] = {
            "int": Y,
            "text": words,
            "categories": pa.array(words).dictionary_encode(),
        }[labels]
    images = read(write_table(tmp_path / "set.parquet", **columns))
    assert np.array_equal(images.pixels, X)
    if labels == "none":
        assert images.labels is None
    else:
        assert images.labels is not None
        assert images.labels.tolist() == Y
        assert images.classes == (("0", "1") if labels == "int" else ("a", "b"))


def test_files_named_train_and_test_are_the_split(tmp_path: Path) -> None:
    for name, part in (("train-00000-of-00002", 0), ("train-00001-of-00002", 1), ("test-0", 2)):
        rows = slice(2 * part, 2 * part + 2)
        write_table(tmp_path / "data" / f"{name}.parquet", image=structs(X[rows]), label=Y[rows])
    images = read(tmp_path)
    assert images.held_out is not None
    assert images.held_out.tolist() == [True, True, False, False, False, False]
    assert np.array_equal(images.pixels, np.roll(X, 2, 0))
    assert images.labels is not None
    assert images.labels.tolist() == Y[4:] + Y[:4]


def test_names_that_a_table_notes_for_its_labels_are_taken(tmp_path: Path) -> None:
    features = {
        "photo": {"_type": "Image"},
        "kind": {"names": ["cat", "dog"], "_type": "ClassLabel"},
    }
    note = json.dumps({"info": {"features": features}})
    table = pa.table({"photo": structs(X), "other": encoded(X), "kind": [-1, *Y[1:]]})
    pq.write_table(table.replace_schema_metadata({"huggingface": note}), tmp_path / "a.parquet")
    images = read(tmp_path / "a.parquet")
    assert images.classes == ("cat", "dog")
    assert images.labels is not None
    assert images.labels.tolist() == [-1, *Y[1:]]


def test_bad_rows_are_skipped_with_their_reason(tmp_path: Path) -> None:
    image = [*encoded(X), None, b"", b"no picture", encoded(X)[0][:-40]]
    write_table(tmp_path / "set.parquet", image=image, label=[*Y, 0, 0, 0, None])
    images = read(tmp_path / "set.parquet")
    assert np.array_equal(images.pixels, X)
    assert images.labels is not None
    assert images.labels.tolist() == Y
    reasons = {skipped.source: skipped.reason for skipped in images.skipped}
    assert reasons["set.parquet, row 6"] == "there is no picture in this row"
    assert reasons["set.parquet, row 7"] == "the file is empty"
    assert "not a picture" in reasons["set.parquet, row 8"]
    assert "cannot be decoded" in reasons["set.parquet, row 9"]


def test_a_row_names_no_file_outside_of_its_folder(tmp_path: Path) -> None:
    Image.fromarray(X[0]).save(tmp_path / "secret.png")
    home = tmp_path / "set"
    home.mkdir()
    Image.fromarray(X[1]).save(home / "in.png")
    (home / "link.png").symlink_to(tmp_path / "secret.png")
    paths = ["in.png", "../secret.png", str(tmp_path / "secret.png"), "link.png", "none.png"]
    rows = [{"bytes": None, "path": path} for path in paths] + structs(X[:2])
    table = write_table(home / "set.parquet", image=rows)
    images = read(table, max_bad=0.9)
    assert np.array_equal(images.pixels, X[[1, 0, 1]])
    assert len(images.skipped) == 4
    assert all("elsewhere" in skipped.reason for skipped in images.skipped)


@pytest.mark.parametrize(
    ("columns", "told", "hint"),
    [
        ({"a": [1], "b": ["x"]}, "no column of pictures; its columns: a (int64), b", "encoded"),
        ({"a": encoded(X), "b": encoded(X)}, "several columns of pictures: a, b", "'image'"),
        ({"image": [[1, 2], [3]]}, "image (list<", "encoded"),
    ],
)
def test_a_table_without_pictures_is_told(
    tmp_path: Path, columns: dict[str, Any], told: str, hint: str
) -> None:
    error = refusal(write_table(tmp_path / "set.parquet", **columns))
    assert "set.parquet" in error.message
    assert told in error.message
    assert hint in error.hint


def test_files_of_other_columns_are_no_part(tmp_path: Path) -> None:
    write_table(tmp_path / "a.parquet", image=structs(X))
    write_table(tmp_path / "b.parquet", picture=structs(X))
    assert "'b.parquet' has other columns" in refusal(tmp_path).message.replace(f"{tmp_path}/", "")


def test_damaged_parquet_is_read_or_told(tmp_path: Path) -> None:
    path = write_table(tmp_path / "set.parquet", image=structs(X), label=Y)
    assert 0 in after_damage(path, 60, max_bad=0.9)


# The hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str | None], Any]:
    """What `datasets.load_dataset` gives, by name and configuration."""
    there: dict[tuple[str, str | None], Any] = {}

    def load(name: str, config: str | None = None, *, split: str | None = None) -> Any:
        if (name, config) not in there:
            raise datasets.exceptions.DatasetNotFoundError(f"Dataset '{name}' doesn't exist")
        found = there[name, config]
        return found if split is None else found[split]

    monkeypatch.setattr(datasets, "load_dataset", load)
    return there


def part(rows: slice, folder: Path | None = None) -> datasets.Dataset:
    features = datasets.Features(
        {"img": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])}
    )
    made = datasets.Dataset.from_dict(
        {"img": structs(X[rows]), "label": Y[rows]}, features=features
    )
    if folder is None:
        return made
    made.save_to_disk(folder)
    return datasets.load_from_disk(folder)


def test_a_set_of_the_hub_comes_with_its_classes_and_split(
    tmp_path: Path, hub: dict[tuple[str, str | None], Any]
) -> None:
    hub["anna/pets", None] = datasets.DatasetDict(
        test=part(slice(4, 6), tmp_path / "test"), train=part(slice(0, 4), tmp_path / "train")
    )
    images = read("hf:anna/pets")
    assert np.array_equal(images.pixels, X)
    assert images.classes == ("cat", "dog")
    assert images.labels is not None
    assert images.labels.tolist() == Y
    assert images.held_out is not None
    assert images.held_out.tolist() == [False] * 4 + [True] * 2


def test_one_part_or_configuration_can_be_named(hub: dict[tuple[str, str | None], Any]) -> None:
    hub["anna/pets", None] = hub["anna/pets", "small"] = hub["pets", None] = datasets.DatasetDict(
        train=part(slice(0, 4)), extra=part(slice(2, 6))
    )
    assert np.array_equal(read("hf:anna/pets:extra").pixels, X[2:])
    assert np.array_equal(read("hf:anna/pets/small:extra").pixels, X[2:])
    assert np.array_equal(read("hf:pets").pixels, X[:4])


def test_what_the_hub_does_not_have_is_told(hub: dict[tuple[str, str | None], Any]) -> None:
    hub["anna/odd", None] = datasets.DatasetDict(left=part(slice(3)), right=part(slice(3)))
    error = refusal("hf:anna/pet")
    assert "'hf:anna/pet' cannot be loaded: Dataset 'anna/pet' doesn't exist" in error.message
    assert "HF_TOKEN" in error.hint
    assert "hf:anna/odd:left or hf:anna/odd:right" in refusal("hf:anna/odd").hint
    assert "does not name a set" in refusal("hf:a/b/c/d").message
    assert "does not name a set" in refusal("hf:").message


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_table(tmp_path / "set.parquet", image=structs(X))
    monkeypatch.setitem(sys.modules, "datasets", None)
    assert "hinterland[hub]" in refusal("hf:anna/pets").hint
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert "hinterland[parquet]" in refusal(path).hint


def test_a_look_tells_what_was_there(tmp_path: Path) -> None:
    mixed = [*encoded(X), *encoded(noise(2, 9, 9, 1)), *encoded(X, "JPEG")]
    found = look(write_table(tmp_path / "set.parquet", image=mixed), Conversion())
    assert found.survey.sizes == {(5, 7): 12, (9, 9): 2}
    assert found.survey.modes == {"RGB": 12, "L": 2}
    assert not found.has_split
