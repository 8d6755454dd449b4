"""Parquet: a table for pandas, Hugging Face data sets and Embedding Atlas."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any, ClassVar

import numpy as np

from hinterland.latent.neighbours import nearest
from hinterland.run import commit
from hinterland.show.conversions.base import AbstractConversion, Told, columns, png, told
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

K = 12  # neighbours of each image, as the page shows
COMPARED = 50_000  # images whose neighbours are all looked for
ROWS = 1000  # in a row group: pictures are read a group at a time
OWN = ("row", "x", "y", "z", "neighbours", "latent", "image")


@dataclass(frozen=True, slots=True)
class Parquet(AbstractConversion):
    """A table of the tracked images: latents, a map, every column, and the pictures themselves.

    map: of the run's maps, the one that gives x, y (and z); without one, the latents or their
    principal components. images: whether the pictures are in it. neighbours: whether each image's
    true nearest are.
    """

    map: str = ""
    images: bool = True
    neighbours: bool = True
    suffix: ClassVar[str] = ".parquet"

    def write(self, run: Reader, path: Path, say: Callable[[str], None]) -> Told:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ModuleNotFoundError:
            raise HinterlandError(
                "Parquet files need the package 'pyarrow'", "pip install 'hinterland[parquet]'"
            ) from None
        arrays, name = self._columns(run, pa, say)
        features = {key: _feature(array.type, key) for key, array in arrays.items()}
        notes = {
            "huggingface": json.dumps({"info": {"features": features}}),
            "hinterland": json.dumps({"run": run.name, "epoch": run.epoch, "map": name}),
        }
        table = pa.table(arrays).replace_schema_metadata(notes)
        with commit.drafted(path) as draft:
            pq.write_table(table, draft, row_group_size=ROWS, compression="zstd")
        shown = " --image image" if self.images else ""
        known = " --neighbors neighbours" if "neighbours" in arrays else ""
        return told(path, f"embedding-atlas {quote(str(path))} --x x --y y{known}{shown}")

    def _columns(
        self, run: Reader, pa: Any, say: Callable[[str], None]
    ) -> tuple[dict[str, Any], str]:
        latents = run.latents
        n, d = latents.shape
        points, name = self._points(run)
        arrays: dict[str, Any] = {"row": pa.array(run.run.tracked_rows())}
        for axis, column in zip("xyz", points.T, strict=False):
            arrays[axis] = pa.array(np.ascontiguousarray(column, np.float32))
        for channel, values in columns(run).items():
            if channel in OWN:
                say(
                    f"the column '{channel}' is called '{channel} of the images': the name is taken"
                )
            key = f"{channel} of the images" if channel in OWN else channel
            if isinstance(values, list):
                arrays[key] = pa.array(values, pa.string())
            else:
                arrays[key] = pa.array(values, pa.float32(), from_pandas=True)
        if self.neighbours and 1 < n <= COMPARED:
            arrays["neighbours"] = _near(latents, pa)
        flat = pa.array(latents.ravel(), pa.float32())
        arrays["latent"] = pa.ListArray.from_arrays(
            pa.array(np.arange(n + 1) * d, pa.int32()), flat
        )
        if self.images:
            arrays["image"] = _pictures(run, pa)
        return arrays, name

    def _points(self, run: Reader) -> tuple[np.ndarray, str]:
        """float32 (n, 2 or 3) and what they are."""
        maps = run.run.maps()
        if self.map:
            layout = run.charted(self.map, maps.get(self.map, {}).get("dims", 2))
            return layout.points, self.map
        d = run.latents.shape[1]
        if d == 1:
            return np.column_stack([run.latents[:, 0], np.zeros(len(run.latents))]), "latents"
        layout, name = run.layout(dims=3 if d == 3 else 2)
        return layout.points, name


def _near(latents: np.ndarray, pa: Any) -> Any:
    """Each image's true neighbours as Embedding Atlas takes them: the rows' numbers, distances."""
    k = min(K, len(latents) - 1)
    rows = nearest(latents, k).astype(np.int64)
    far = np.linalg.norm(latents[rows] - latents[:, None], axis=2).astype(np.float32)
    starts = pa.array(np.arange(len(rows) + 1) * k, pa.int32())
    ids = pa.ListArray.from_arrays(starts, pa.array(rows.ravel()))
    distances = pa.ListArray.from_arrays(starts, pa.array(far.ravel()))
    return pa.StructArray.from_arrays([ids, distances], ["ids", "distances"])


def _pictures(run: Reader, pa: Any) -> Any:
    """Struct {bytes, path}: how Hugging Face keeps pictures; Embedding Atlas shows them too."""
    files = pa.array([png(pixels) for pixels in run.images], pa.binary())
    paths = pa.array([f"{row}.png" for row in run.run.tracked_rows().tolist()], pa.string())
    return pa.StructArray.from_arrays([files, paths], ["bytes", "path"])


def _feature(kind: Any, key: str) -> Any:
    """What Hugging Face calls a column's type."""
    if key == "image":
        return {"_type": "Image"}
    if key == "neighbours":
        return {field.name: _feature(field.type, field.name) for field in kind}
    if hasattr(kind, "value_type"):
        return {"_type": "List", "feature": _feature(kind.value_type, "")}
    return {"_type": "Value", "dtype": {"float": "float32"}.get(str(kind), str(kind))}
