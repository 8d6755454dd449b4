"""Images -> a file of their latents, a batch at a time."""

from __future__ import annotations

import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np

from hinterland.data import release
from hinterland.run import commit
from hinterland.show.making import form_of
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, Images

FORMS = ("parquet", "npy", "npz")
BATCH = 2**20  # numbers of pictures that are encoded at a time


def check_vacant(path: Path) -> str:
    """The form of a file that can be made. Raises HinterlandError for one that cannot."""
    form = form_of(path, FORMS)
    if path.exists():
        raise HinterlandError(f"{path} is there already", "choose another -o, or remove it")
    if form == "parquet":
        try:
            import pyarrow as pa  # noqa: F401
        except ModuleNotFoundError:
            raise HinterlandError(
                "Parquet files need the package 'pyarrow'",
                "pip install 'hinterland[parquet]', or end the file in .npz",
            ) from None
    return form


def encode(
    run: Reader,
    images: Images,
    path: Path,
    *,
    names: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Encode images by a run's epoch into a new file: .parquet, .npy or .npz (docs/python.md).

    names: of the images; without any they are numbered. The file appears whole or not at all, and
    memory does not grow with the images. Raises HinterlandError where they are not of the run's
    size, and where the epoch's encoder gives what is no number.
    """
    form = check_vacant(path)
    if images.shape != run.shape:
        raise HinterlandError(f"the images are {images.shape}; {run.run.path} has {run.shape}")
    n, step = len(images), max(1, BATCH // prod(run.shape))
    with commit.drafted(path) as draft:
        d = int(run.run.spec["model"]["latent_dim"])
        with WRITERS[form](draft, images, names, d) as writer:
            for start in range(0, n, step):
                pictures = images.pixels[start : start + step].astype(np.float32) / 255
                release(images.pixels)
                latents = run.encode(pictures).astype(np.float32)
                if not np.isfinite(latents).all():
                    raise HinterlandError(
                        f"the encoder of epoch {run.epoch} of {run.run.path} gives numbers that "
                        "are not finite",
                        "name another epoch with --epoch",
                    )
                writer.write(start, latents)
                progress(min(n, start + step), n)


class _AbstractWriter(ABC):
    """A file that is being written. names: of the images, or none. d: numbers of a latent."""

    def __init__(self, path: Path, images: Images, names: Sequence[str], d: int) -> None:
        self.images, self.names, self.d = images, names, d
        self.begin(path)

    @abstractmethod
    def begin(self, path: Path) -> None:
        """Open it."""

    @abstractmethod
    def write(self, start: int, latents: np.ndarray) -> None:
        """The latents (m, d) of the images from row `start` on."""

    @abstractmethod
    def end(self) -> None:
        """What comes after all latents."""

    @abstractmethod
    def close(self) -> None:
        """Close it, whatever happened."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.end()
        finally:
            self.close()


class _Npy(_AbstractWriter):
    """The array (n, d) alone."""

    def begin(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        _header(self._file, (len(self.images), self.d))

    def write(self, start: int, latents: np.ndarray) -> None:
        self._file.write(np.ascontiguousarray(latents, "<f4").data)

    def end(self) -> None:
        pass

    def close(self) -> None:
        self._file.close()


class _Npz(_AbstractWriter):
    """`latents`, and beside it `images` (names), `labels` and `classes` where there are any."""

    def begin(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path, "w")
        self._member: Any = self._archive.open("latents.npy", "w", force_zip64=True)
        _header(self._member, (len(self.images), self.d))

    def write(self, start: int, latents: np.ndarray) -> None:
        self._member.write(np.ascontiguousarray(latents, "<f4").data)

    def end(self) -> None:
        self._member.close()
        beside: dict[str, np.ndarray] = {}
        if len(self.names):
            beside["images"] = np.array(self.names, str)
        if self.images.labels is not None:
            beside["labels"] = np.asarray(self.images.labels, np.int64)
            beside["classes"] = np.array(self.images.classes, str)
        for name, column in beside.items():
            with self._archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, column, allow_pickle=False)

    def close(self) -> None:
        if not self._member.closed:
            self._member.close()
        self._archive.close()


class _Parquet(_AbstractWriter):
    """A row for each image: `index`, `image`, `label`, the set's other columns, `latent`."""

    def begin(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds: dict[str, Any] = {"index": pa.int64(), "image": pa.string()}
        if self.images.labels is not None:
            kinds["label"] = pa.dictionary(pa.int32(), pa.string())
        kinds |= {
            name: pa.float32() for name in self.images.channels if name not in (*kinds, "latent")
        }
        kinds["latent"] = pa.list_(pa.float32(), self.d)
        self._schema = pa.schema(list(kinds.items()))
        self._writer: Any = pq.ParquetWriter(path, self._schema)

    def write(self, start: int, latents: np.ndarray) -> None:
        import pyarrow as pa

        rows = np.arange(start, start + len(latents))
        named = [self.names[i] if len(self.names) else str(i) for i in rows.tolist()]
        told: dict[str, Any] = {"index": pa.array(rows), "image": pa.array(named, pa.string())}
        if self.images.labels is not None:
            labels = np.asarray(self.images.labels[rows], np.int32)
            told["label"] = pa.DictionaryArray.from_arrays(
                pa.array(labels, pa.int32(), mask=labels < 0),
                pa.array(self.images.classes, pa.string()),
            )
        for name in self._schema.names[len(told) : -1]:
            told[name] = pa.array(self.images.channels[name][rows], pa.float32(), from_pandas=True)
        flat = pa.array(latents.ravel(), pa.float32())
        told["latent"] = pa.FixedSizeListArray.from_arrays(flat, self.d)
        self._writer.write_table(pa.table(told, schema=self._schema))

    def end(self) -> None:
        pass

    def close(self) -> None:
        self._writer.close()


WRITERS: dict[str, type[_AbstractWriter]] = {"parquet": _Parquet, "npy": _Npy, "npz": _Npz}


def _header(file: Any, shape: tuple[int, int]) -> None:
    """The beginning of an .npy file of float32."""
    told = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, told)
