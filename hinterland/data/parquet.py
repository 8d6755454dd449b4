"""Parquet files with a column of encoded pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hinterland.data.keep import once, stamps
from hinterland.data.limits import refuse_bomb
from hinterland.data.paths import PARQUET, quoted, readable
from hinterland.data.split import is_held_out
from hinterland.data.tables import BATCH, Columns, Part, assemble, telling
from hinterland.data.wanted import Wanted
from hinterland.types import HinterlandError, Images

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_parquet"]

DAMAGED = "the file is damaged or not wholly downloaded; get it again from its source"


def read_parquet(path: Path, wanted: Wanted) -> Images:
    """A Parquet file, or a folder of them, with a column of encoded pictures and one of labels.

    The pictures are a column of bytes, or of structs with a field `bytes` as the `datasets`
    library writes them; the labels, if any, numbers or text. Files whose name or folder begins
    with train or training, test or testing, val, valid or validation are the split.
    """
    try:
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise HinterlandError(
            "Parquet files need the package 'pyarrow'", "pip install 'hinterland[parquet]'"
        ) from None
    del pyarrow
    files = sorted(path.rglob(f"*{PARQUET}")) if path.is_dir() else [path]
    files = [file for file in files if not file.name.startswith(".")]
    return once(path, stamps(files), wanted, lambda wanted: _read(path, files, wanted))


def _read(path: Path, files: Sequence[Path], wanted: Wanted) -> Images:
    schemas, rows = zip(*(_footer(file) for file in files), strict=True)
    columns = Columns.of(files[0], schemas[0])
    for file, schema in zip(files, schemas, strict=True):
        if Columns.of(file, schema) != columns:
            raise HinterlandError(
                f"{quoted(file)} has other columns than '{files[0].name}'",
                "the files of one folder are one set; put other sets elsewhere",
            )
    columns = replace(columns, others=telling(schemas, columns))
    root = path if path.is_dir() else path.parent
    parts = [
        Part(readable(file.name), count, partial(_column, file), (root,), _held_out(file, path))
        for file, count in zip(files, rows, strict=True)
    ]
    known = [part for part in parts if part.held_out is not None]
    # A file that is not called after a part would be on neither side.
    if len(known) < len(parts):
        parts = [Part(part.name, part.rows, part.batches, part.roots) for part in parts]
    return assemble(path, parts, columns, wanted)


def _held_out(file: Path, root: Path) -> bool | None:
    """Whether a file is of a held-out part, by its name or else by the folders above it."""
    inner = file.relative_to(root).parts if file != root else (file.name,)
    told = (is_held_out(re.split(r"[-_.]", name)[0]) for name in reversed(inner))
    return next((part for part in told if part is not None), None)


def _footer(path: Path) -> tuple[pa.Schema, int]:
    with _opened(path) as file:
        groups = [file.metadata.row_group(index) for index in range(file.metadata.num_row_groups)]
        refuse_bomb(path, path.stat().st_size, sum(group.total_byte_size for group in groups))
        return file.schema_arrow, file.metadata.num_rows


def _column(path: Path, name: str) -> Iterator[pa.Array]:
    with _opened(path) as file:
        for batch in file.iter_batches(BATCH, columns=[name]):
            yield batch.column(0)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A file; what Arrow finds wrong with it is told by its name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = readable(str(error).partition("\n")[0])[:160]
        raise HinterlandError(f"{quoted(path)} is not sound Parquet: {reason}", DAMAGED) from None
