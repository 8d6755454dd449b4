"""Tables with a column of encoded pictures: which column it is, its pictures, their labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hinterland.data.columns import LABELS, channels_of
from hinterland.data.labels import as_labels
from hinterland.data.paths import quoted
from hinterland.data.pictures import Item, gather
from hinterland.data.wanted import Wanted
from hinterland.types import HinterlandError, Images, Skipped

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BATCH", "Columns", "Part", "assemble", "telling"]

# Pictures from a table are in memory while they wait.
BATCH = 32
PICTURES = ("image", "img", "picture", "photo", "bytes", "jpg", "jpeg", "png")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns matter. classes: the names that the labels are indices into, if any.

    others: those that become channels.
    """

    image: str
    label: str | None
    classes: tuple[str, ...] = ()
    others: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(
        cls, where: Path | str, schema: pa.Schema, features: Mapping[str, Any] | None = None
    ) -> Columns:
        """Find them by what the `datasets` library notes of a table, by type and by name.

        features: its note, where it is known without looking into the schema.
        """
        kinds = _noted(schema) if features is None else features
        images = [name for name, kind in kinds.items() if _is(kind, "Image")]
        images = images or [field.name for field in schema if _holds_pictures(field.type)]
        named = [name for name in PICTURES if name in images]
        if len(images) > 1 and not named:
            told = f"{quoted(where)} has several columns of pictures: {', '.join(images)}"
            raise HinterlandError(told, "call the one that is meant 'image', or drop the others")
        if not images:
            columns = ", ".join(f"{field.name} ({field.type})" for field in list(schema)[:12])
            raise HinterlandError(
                f"{quoted(where)} has no column of pictures; its columns: {columns or 'none'}",
                "pictures are encoded (PNG, JPEG, …): bytes, or a struct with a field 'bytes'",
            )
        image = (named or images)[0]
        labels = [name for name, kind in kinds.items() if _is(kind, "ClassLabel")]
        usual = [name for name in LABELS if name in schema.names and _is_label(schema, name)]
        label = next(iter([name for name in usual if name in labels] + labels + usual), None)
        classes = tuple(kinds[label].get("names") or ()) if label in labels and label else ()
        return cls(image, label, classes)


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a set. batches: gives the named column, at most BATCH rows at a time.

    roots: the folders that a row may name a picture in; others are not looked into.
    """

    name: str
    rows: int
    batches: Callable[[str], Iterator[pa.Array]]
    roots: tuple[Path, ...]
    held_out: bool | None = None


def assemble(where: Path | str, parts: Sequence[Part], columns: Columns, wanted: Wanted) -> Images:
    """The pictures of all parts, one after the other."""
    got = gather(where, _Rows(parts, columns.image), wanted)
    held_out = None
    if {part.held_out for part in parts} == {True, False}:
        told = [bool(part.held_out) for part in parts]
        held_out = np.repeat(told, [part.rows for part in parts])[got.kept]
    labels, classes = None, columns.classes
    if columns.label is not None:
        arrays = [array for part in parts for array in part.batches(columns.label)]
        labels, classes = _labels(where, arrays, classes)
        labels = labels[got.kept]
    kept = {}
    for name in columns.others:
        cells = [array.to_pylist() for part in parts for array in part.batches(name)]
        column = [value for batch in cells for value in batch]
        kept[name] = [column[row] for row in got.kept]
    channels, words = channels_of(kept)
    classes = classes if labels is not None else ()
    return Images(got.pixels, labels, classes, held_out, got.skipped, channels, words)


def telling(schemas: Sequence[pa.Schema], columns: Columns) -> tuple[str, ...]:
    """The columns of numbers, truths and words that all tables have, besides those two."""
    import pyarrow as pa

    fits = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_boolean,
        pa.types.is_string,
        pa.types.is_large_string,
    )
    return tuple(
        field.name
        for field in schemas[0]
        if field.name not in (columns.image, columns.label)
        and any(fit(_plain(field.type)) for fit in fits)
        and all(field.name in schema.names for schema in schemas)
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return kind.value_type if pa.types.is_dictionary(kind) else kind


@dataclass(frozen=True, slots=True)
class _Rows:
    """The pictures of a column, through all parts."""

    parts: Sequence[Part]
    column: str

    def __len__(self) -> int:
        return sum(part.rows for part in self.parts)

    def batches(self) -> Iterator[Sequence[Item]]:
        for part in self.parts:
            row = 0
            for array in part.batches(self.column):
                yield [
                    _item(f"{part.name}, row {number}", cell, part.roots)
                    for number, cell in enumerate(array.to_pylist(), row)
                ]
                row += len(array)


def _item(name: str, cell: bytes | dict[str, Any] | None, roots: Iterable[Path]) -> Item:
    content = cell.get("bytes") if isinstance(cell, dict) else cell
    if content is not None:
        return name, content
    path = cell.get("path") if isinstance(cell, dict) else None
    if not path:
        return Skipped(name, "there is no picture in this row")
    for root in roots:
        there = (root / path).resolve()
        if there.is_relative_to(root.resolve()) and there.is_file():
            return name, there
    return Skipped(name, "its picture is a file elsewhere, which is not looked for")


def _labels(
    where: Path | str, arrays: Sequence[pa.Array], classes: tuple[str, ...]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """int64 (n,) and the class names; -1 where a row has no label."""
    import pyarrow as pa

    column = pa.chunked_array(arrays)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    known = ~column.is_null().to_numpy()
    present = column.drop_null()
    is_text = pa.types.is_string(present.type) or pa.types.is_large_string(present.type)
    values = np.array(present.to_pylist(), str) if is_text else present.to_numpy()
    if classes:
        # -1 is how the `datasets` library writes that there is no label.
        known[known], values = values >= 0, values[values >= 0]
    labels = np.full(len(known), -1, np.int64)
    if len(values):
        labels[known], classes = as_labels(where, values, classes)
    return labels, classes


def _noted(schema: pa.Schema) -> Mapping[str, Any]:
    """Column -> its kind, as the `datasets` library writes it into a file's schema."""
    try:
        told = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError):
        return {}
    return {name: kind for name, kind in told.items() if name in schema.names}


def _is(kind: Any, name: str) -> bool:
    return isinstance(kind, dict) and kind.get("_type") == name


def _holds_pictures(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        inner = {kind.field(index).name: kind.field(index).type for index in range(len(kind))}
        return "bytes" in inner and _holds_pictures(inner["bytes"])
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_label(schema: pa.Schema, name: str) -> bool:
    import pyarrow as pa

    kind = schema.field(name).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        fits(kind) for fits in (pa.types.is_integer, pa.types.is_string, pa.types.is_large_string)
    )
