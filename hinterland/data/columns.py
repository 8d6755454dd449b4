"""What a table says of each picture besides its class: columns, as channels."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hinterland.data.labels import as_labels
from hinterland.data.paths import METADATA, PARQUET, quoted, readable
from hinterland.types import HinterlandError, Images

__all__ = ["LABELS", "channels_of", "with_columns"]

LABELS = ("label", "labels", "class", "category", "target", "y", "fine_label", "class_name")
FILES = ("file_name", "filename", "file", "path", "image")  # the column that names a picture
MOST_WORDS = 200  # a column of more different words names things; it does not sort them
MOST = 64  # columns
TAKEN = ("label", "split")  # channels that every set has


def channels_of(
    columns: Mapping[str, Sequence[Any] | np.ndarray],
) -> tuple[dict[str, np.ndarray], dict[str, tuple[str, ...]]]:
    """Columns of numbers, truths or words -> channels, and the words that some are indices into.

    None and empty text are no value: NaN. Text that is numbers throughout is numbers. Words of more
    than MOST_WORDS kinds, columns without any value, and what is neither, are left out.
    """
    channels: dict[str, np.ndarray] = {}
    words: dict[str, tuple[str, ...]] = {}
    for title, column in list(columns.items())[:MOST]:
        values = [None if value in (None, "") else value for value in column]
        there = [value for value in values if value is not None]
        name = readable(str(title))
        if not there or not name or name in TAKEN:
            continue
        if any(isinstance(value, bool | str | np.bool_) for value in there):
            numbers = None if isinstance(there[0], bool) else _numbers(values)
            if numbers is None:
                kinds = sorted({str(value) for value in there})
                if len(kinds) > MOST_WORDS:
                    continue
                place = {kind: index for index, kind in enumerate(kinds)}
                words[name] = tuple(readable(kind) for kind in kinds)
                numbers = [np.nan if value is None else place[str(value)] for value in values]
        else:
            numbers = _numbers(values)
        if numbers is not None:
            channels[name] = np.asarray(numbers, np.float32)
    return channels, words


def with_columns(path: Path, images: Images, names: Sequence[str]) -> Images:
    """`images` with the columns of a table beside them, where there is one.

    A folder's table is its metadata.csv or metadata.parquet, with a column `file_name` that holds
    paths below the folder; names: those of the images. A file's is the .csv of the same name, with
    a row for each image, in order. Where the images have no classes, a column that is called like
    one gives them. Raises HinterlandError where the table is not about these images.
    """
    table = _beside(path)
    if table is None:
        return images
    columns = _parquet(table) if table.suffix.lower() == PARQUET else _csv(table)
    count = len(next(iter(columns.values()), []))
    if path.is_dir():
        columns = _matched(table, columns, names)
    elif count != len(images):
        raise HinterlandError(
            f"{quoted(table)} has {count:,} rows; {quoted(path.name)} has {len(images):,} images",
            "one row for each image, in order; rename the table if it is about something else",
        )
    label = next((name for name in LABELS if name in columns), None)
    if images.labels is None and label is not None:
        images = _labelled(table, images, columns.pop(label))
    channels, words = channels_of(columns)
    return dataclasses.replace(
        images, channels={**images.channels, **channels}, words={**images.words, **words}
    )


def _beside(path: Path) -> Path | None:
    if path.is_dir():
        places = [path / name for name in METADATA]
    else:
        places = [path.with_suffix(".csv")] if path.suffix.lower() in (".npz", ".npy") else []
    return next((place for place in places if place.is_file()), None)


def _csv(path: Path) -> dict[str, list[Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            head = next(reader, [])
            rows = [row for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HinterlandError(
            f"{quoted(path)} is no table that can be read: {error}",
            "a CSV file is UTF-8 text with a first line of names, parted by commas",
        ) from None
    ragged = next((number for number, row in enumerate(rows, 2) if len(row) != len(head)), None)
    if ragged is not None:
        raise HinterlandError(
            f"{quoted(path)}, line {ragged} has {len(rows[ragged - 2])} cells; its head has "
            f"{len(head)} names",
            "put cells that hold commas in quotes",
        )
    return {name: [row[column] for row in rows] for column, name in enumerate(head)}


def _parquet(path: Path) -> dict[str, list[Any]]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise HinterlandError(
            f"{quoted(path)} needs the package 'pyarrow'", "pip install 'hinterland[parquet]'"
        ) from None
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise HinterlandError(f"{quoted(path)} is not sound Parquet: {error}") from None
    return {name: table.column(name).to_pylist() for name in table.column_names}


def _matched(
    table: Path, columns: dict[str, list[Any]], names: Sequence[str]
) -> dict[str, list[Any]]:
    """The columns in the order of the images; None where the table does not name one."""
    key = next((name for name in FILES if name in columns), None)
    if key is None:
        raise HinterlandError(
            f"{quoted(table)} does not say which picture a row is about: it has no 'file_name'",
            "name the column that holds the paths below the folder 'file_name'",
        )
    rows = {str(name).replace("\\", "/"): row for row, name in enumerate(columns.pop(key))}
    places = [rows.get(name) for name in names]
    if names and all(place is None for place in places):
        raise HinterlandError(
            f"{quoted(table)} names none of the pictures beside it",
            f"'{key}' holds paths below the folder, such as '{readable(names[0])}'",
        )
    return {
        name: [None if place is None else column[place] for place in places]
        for name, column in columns.items()
    }


def _labelled(table: Path, images: Images, column: Sequence[Any]) -> Images:
    there = np.array([value not in (None, "") for value in column])
    labels = np.full(len(column), -1, np.int64)
    if not there.any():
        return images
    labels[there], classes = as_labels(
        table, np.array([str(v) for v in column if v not in (None, "")])
    )
    return dataclasses.replace(images, labels=labels, classes=classes)


def _numbers(values: Sequence[Any]) -> list[float] | None:
    """Floats, NaN for None; None where one is no number."""
    try:
        return [np.nan if value is None else float(value) for value in values]
    except (TypeError, ValueError):
        return None
