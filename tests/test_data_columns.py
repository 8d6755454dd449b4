"""Columns beside pictures become channels: of a Parquet set, a folder's metadata, a file's CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datafiles import noise
from PIL import Image

from hinterland.data import read
from hinterland.run.tracked import Tracked
from hinterland.types import HinterlandError, Images

X = noise(6, 5, 7, 3)


def a_folder(place: Path, *, classes: bool = False) -> Path:
    for row, picture in enumerate(X):
        file = place / ("ab"[row % 2] if classes else "") / f"{row}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(file)
    return place


def told(images: Images, name: str) -> list[Any]:
    column = images.channels[name]
    if name not in images.words:
        return [None if np.isnan(value) else float(value) for value in column]
    return [None if np.isnan(value) else images.words[name][int(value)] for value in column]


def test_a_folders_table_tells_of_the_pictures_by_their_names(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "set")
    lines = ["file_name,age,sex,note", "3.png,30,f,x", "0.png,,m,", "5.png,5.5,f,x", "9.png,1,m,"]
    (folder / "metadata.csv").write_text("\n".join(lines), encoding="utf-8")
    images = read(folder)
    assert told(images, "age") == [None, None, None, 30, None, 5.5]
    assert told(images, "sex") == ["m", None, None, "f", None, "f"]
    assert images.labels is None


def test_a_parquet_table_does_the_same_and_does_not_make_the_folder_a_table(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "set", classes=True)
    names = [f"{'ab'[row % 2]}/{row}.png" for row in range(6)]
    table = pa.table({"file_name": names, "height": [1.5, None, 3.0, 4.0, 5.0, 6.0]})
    pq.write_table(table, folder / "metadata.parquet")
    images = read(folder)
    assert images.classes == ("a", "b")
    # the images lie in the order of their paths
    assert told(images, "height") == [1.5, 3, 5, None, 4, 6]


def test_a_column_called_label_gives_the_classes_where_there_are_none(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "set")
    rows = [f"{row}.png,{'cat' if row < 2 else 'dog'}" for row in range(5)]
    (folder / "metadata.csv").write_text("\n".join(["file_name,label", *rows]), encoding="utf-8")
    images = read(folder)
    assert images.classes == ("cat", "dog")
    assert images.labels is not None and images.labels.tolist() == [0, 0, 1, 1, 1, -1]


def test_a_files_table_has_a_row_for_each_image(tmp_path: Path) -> None:
    np.savez(tmp_path / "set.npz", x=X)
    (tmp_path / "set.csv").write_text("price,kind\n1,a\n2,b\n3,a\n4,b\n5,\n6,a\n", encoding="utf-8")
    images = read(tmp_path / "set.npz")
    assert told(images, "price") == [1, 2, 3, 4, 5, 6]
    assert told(images, "kind") == ["a", "b", "a", "b", None, "a"]


def test_the_other_columns_of_a_parquet_set_are_channels(tmp_path: Path) -> None:
    import io

    cells = []
    for picture in X:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        cells.append(file.getvalue())
    columns: dict[str, Any] = {
        "image": [*cells[:4], b"no picture", *cells[4:]],
        "label": [0, 1, 0, 1, 0, 1, 0],
        "weight": [1, 2, 3, 4, 99, 5, None],
        "wet": [True, False, True, None, True, False, True],
        "id": [f"row {row}" for row in range(7)],
        "box": [[0, 1]] * 7,
    }
    pq.write_table(pa.table(columns), tmp_path / "set.parquet")
    images = read(tmp_path / "set.parquet")
    assert set(images.channels) == {"weight", "wet", "id"}
    assert told(images, "weight") == [1, 2, 3, 4, 5, None]
    assert told(images, "wet") == ["True", "False", "True", None, "False", "True"]


def test_words_that_only_name_things_are_no_channel(tmp_path: Path) -> None:
    from hinterland.data.columns import channels_of

    channels, words = channels_of({"id": [f"a{i}" for i in range(500)], "empty": [None] * 500})
    assert channels == {} and words == {}


def test_a_run_keeps_words_as_classes_and_numbers_as_numbers(tmp_path: Path) -> None:
    np.savez(tmp_path / "set.npz", x=X)
    (tmp_path / "set.csv").write_text("price,kind\n1,a\n2,b\n3,a\n4,b\n5,\n6,a\n", encoding="utf-8")
    images = read(tmp_path / "set.npz")
    channels = {channel.name: channel for channel in Tracked.choose(images, 6, 0).channels}
    assert channels["kind"].names == ("a", "b")
    assert channels["kind"].values.tolist() == [0, 1, 0, 1, -1, 0]
    assert channels["kind"].values.dtype == np.int32
    assert channels["price"].kind == "number"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n1\n2\n", "2 rows"),
        ("a,b\n1,2\n3\n", "line 3 has 1 cells"),
        ("a\n\xff\n", "no table that can be read"),
    ],
)
def test_a_table_that_is_not_about_these_images_is_told(
    tmp_path: Path, text: str, said: str
) -> None:
    np.savez(tmp_path / "set.npz", x=X)
    (tmp_path / "set.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(HinterlandError, match=said):
        read(tmp_path / "set.npz")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n1\n", "which picture a row is about"),
        ("file_name,a\nx.png,1\n", "none of the pictures"),
    ],
)
def test_a_folders_table_must_name_its_pictures(tmp_path: Path, text: str, said: str) -> None:
    folder = a_folder(tmp_path / "set")
    (folder / "metadata.csv").write_text(text, encoding="utf-8")
    with pytest.raises(HinterlandError, match=said):
        read(folder)
