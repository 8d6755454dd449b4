"""A file of latents -> pictures, a batch at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from hinterland.run import commit
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

FORMS = (".npy", ".npz", ".parquet")
BATCH = 2**20  # numbers of pictures that are decoded at a time
MOST = 4096  # latents that are read at a time
COLUMN = "latent"
MAKE = "hinterland encode makes such files; they end in .npy, .npz or .parquet"


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """Latents in a file: n of d numbers each. batches(m): arrays of up to m of them, in order."""

    path: Path
    n: int
    d: int
    batches: Callable[[int], Iterator[np.ndarray]]


def check_vacant(path: Path) -> None:
    """Refuse a place where something is already."""
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists():
        full = "is a folder that is not empty" if path.is_dir() else "is there already"
        raise HinterlandError(f"{path} {full}", "choose another -o, or remove it")
    if not path.absolute().parent.is_dir():
        raise HinterlandError(
            f"{path} cannot be written: its folder is not there", "choose another -o"
        )


def decode(
    run: Reader,
    latents: Latents,
    path: Path,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Decode latents by a run's epoch: PNG files in a new folder, or one new .npy file.

    Pictures are numbered as their latents; the file holds float32 (n, h, w, c) in [0, 1]. What is
    made appears whole or not at all. Raises HinterlandError where latents are of another size or
    not finite.
    """
    check_vacant(path)
    d = int(run.run.spec["model"]["latent_dim"])
    if latents.d != d:
        raise HinterlandError(
            f"{latents.path} has latents of {latents.d} numbers; {run.run.path} decodes {d}",
            "choose the run that they were encoded by",
        )
    if not latents.n:
        raise HinterlandError(f"{latents.path} holds no latents", MAKE)
    step = max(1, min(MOST, BATCH // prod(run.shape)))
    write = _array if path.suffix == ".npy" else _folder
    write(path, (latents.n, *run.shape), _made(run, latents, step, progress))


def _made(
    run: Reader, latents: Latents, step: int, progress: Callable[[int, int], None]
) -> Iterator[tuple[int, np.ndarray]]:
    """(row, pictures) of each batch, in [0, 1]."""
    start = 0
    for batch in latents.batches(step):
        bad = np.flatnonzero(~np.isfinite(batch).all(1))
        if len(bad):
            raise HinterlandError(
                f"row {start + int(bad[0])} of {latents.path} is not finite",
                "leave such rows out",
            )
        yield start, np.clip(run.decode(batch), 0, 1)
        start += len(batch)
        progress(start, latents.n)


def _folder(path: Path, shape: tuple[int, ...], made: Iterator[tuple[int, np.ndarray]]) -> None:
    from PIL import Image

    digits = len(str(shape[0] - 1))
    with commit.folder(path, durable=False) as draft:
        for start, pictures in made:
            for row, picture in enumerate(np.rint(pictures * 255).astype(np.uint8), start):
                flat = picture[..., 0] if picture.shape[2] == 1 else picture
                Image.fromarray(flat).save(draft / f"{row:0{digits}}.png")
        if path.is_dir():
            path.rmdir()  # it is empty, and what was made takes its place


def _array(path: Path, shape: tuple[int, ...], made: Iterator[tuple[int, np.ndarray]]) -> None:
    with commit.drafted(path) as draft, draft.open("wb") as file:
        told = {"descr": "<f4", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, told)
        for _, pictures in made:
            file.write(np.ascontiguousarray(pictures, "<f4").data)


def read(path: Path) -> Latents:
    """The latents of an .npy, .npz or Parquet file; nothing but its beginning is read yet.

    An .npz holds them as `latents`, or alone; a Parquet file in the column `latent`. One latent may
    be an array (d,). Raises HinterlandError for what holds none.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise HinterlandError(f"{path} {what}", MAKE)
    if path.suffix not in FORMS:
        raise HinterlandError(f"{path} is no file of latents that is known", MAKE)
    try:
        if path.suffix == ".parquet":
            return _of_parquet(path)
        return _of_array(path, _npz(path) if path.suffix == ".npz" else _npy(path))
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if "allow_pickle" in str(error):  # numpy's advice is to load it unsafely
            raise HinterlandError(f"{path} is no array of numbers", MAKE) from None
        reason = str(error).partition("\n")[0][:160]
        raise HinterlandError(f"{path} cannot be read: {reason}", MAKE) from None


def _npy(path: Path) -> np.ndarray:
    array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def _npz(path: Path) -> np.ndarray:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        names = archive.files
        if "latents" not in names and len(names) != 1:
            known = ", ".join(names) or "nothing"
            raise HinterlandError(f"{path} has no array 'latents'; it has {known}", MAKE)
        array: np.ndarray = archive["latents" if "latents" in names else names[0]]
        return array


def _of_array(path: Path, array: np.ndarray) -> Latents:
    whole = array[None] if array.ndim == 1 else array
    if whole.ndim != 2 or whole.dtype.kind not in "fiu":
        raise HinterlandError(
            f"{path} holds {array.dtype} {array.shape}; latents are numbers (n, d)", MAKE
        )

    def batches(size: int) -> Iterator[np.ndarray]:
        for start in range(0, len(whole), size):
            yield np.asarray(whole[start : start + size], np.float32)

    n, d = whole.shape
    return Latents(path, n, d, batches)


def _of_parquet(path: Path) -> Latents:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise HinterlandError(
            "Parquet files need the package 'pyarrow'", "pip install 'hinterland[parquet]'"
        ) from None
    try:
        with pq.ParquetFile(path) as file:
            schema, n = file.schema_arrow, file.metadata.num_rows
            if COLUMN not in schema.names:
                known = ", ".join(schema.names[:12])
                raise HinterlandError(f"{path} has no column '{COLUMN}'; it has {known}", MAKE)
            first = next(file.iter_batches(1, columns=[COLUMN]), None)
    except pa.ArrowException as error:
        raise ValueError(str(error)) from None
    cell = None if first is None else first.column(0)[0].as_py()
    if n and not isinstance(cell, list):
        raise HinterlandError(f"column '{COLUMN}' of {path} holds no lists of numbers", MAKE)

    def batches(size: int) -> Iterator[np.ndarray]:
        start = 0
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(size, columns=[COLUMN]):
                yield _stacked(path, batch.column(0).to_pylist(), start, len(cell or []))
                start += len(batch)

    return Latents(path, n, len(cell or []), batches)


def _stacked(path: Path, cells: list[list[float] | None], start: int, d: int) -> np.ndarray:
    for row, cell in enumerate(cells, start):
        if cell is None or len(cell) != d:
            got = "nothing" if cell is None else f"{len(cell)} numbers"
            raise HinterlandError(f"row {row} of {path} has {got}; the first has {d}", MAKE)
    return np.array(
        [[np.nan if x is None else x for x in cell or ()] for cell in cells], np.float32
    )
