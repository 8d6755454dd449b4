"""TensorBoard's projector: latents, columns, a sprite of the pictures, and what joins them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path
from shlex import quote

import numpy as np
from PIL import Image

from hinterland.run import commit
from hinterland.show.conversions.base import AbstractConversion, Told, columns, picture, told
from hinterland.show.making import within
from hinterland.show.reader import Reader

MOST = 100_000  # rows that the projector keeps
SPRITE = 8192  # pixels of a sprite's side, at most
AXES = 3  # of its first view: with fewer numbers it shows nothing at all
CONFIG = """embeddings {{
  tensor_name: "{name}"
  tensor_path: "tensors.bytes"
  tensor_shape: {n}
  tensor_shape: {d}
  metadata_path: "metadata.tsv"
  sprite {{
    image_path: "sprite.png"
    single_image_dim: {w}
    single_image_dim: {h}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Projector(AbstractConversion):
    """A folder for TensorBoard's projector: latents, every column, a sprite of the pictures.

    thumbnail: pixels of a picture's longer side in the sprite, at most; less where they are many.
    """

    thumbnail: int = 64

    def write(self, run: Reader, path: Path, say: Callable[[str], None]) -> Told:
        within(self.thumbnail, 1, SPRITE, "thumbnail")
        n, d = run.latents[:MOST].shape
        tensors = np.zeros((n, max(d, AXES)), "<f4")
        tensors[:, :d] = run.latents[:n]
        if n < len(run.latents):
            say(f"the projector keeps {MOST:,} rows: the first of {len(run.latents):,}")
        high, wide, _ = run.shape
        side = min(self.thumbnail, max(high, wide), SPRITE // ceil(sqrt(n)))
        scale = side / max(high, wide)
        w, h = max(1, round(wide * scale)), max(1, round(high * scale))
        if (w, h) != (wide, high):
            say(f"pictures are {w} × {h} in the sprite, of {wide} × {high}")
        file = io.BytesIO()
        _sprite(run.images[:n], (w, h)).save(file, "PNG")
        name = f"epoch {run.epoch}"
        config = CONFIG.format(name=name, n=n, d=tensors.shape[1], w=w, h=h)
        with commit.folder(path) as draft:
            (draft / "tensors.bytes").write_bytes(tensors.tobytes())
            (draft / "metadata.tsv").write_text(_table(run, n), encoding="utf-8")
            (draft / "sprite.png").write_bytes(file.getvalue())
            (draft / "projector_config.pbtxt").write_text(config, encoding="utf-8")
        return told(path, f"tensorboard --logdir {quote(str(path))}")


def _sprite(pixels: np.ndarray, tile: tuple[int, int]) -> Image.Image:
    """All pictures, row by row, as many across as down."""
    w, h = tile
    across = ceil(sqrt(len(pixels)))
    mode = "L" if pixels.shape[-1] == 1 else "RGB"
    sprite = Image.new(mode, (across * w, ceil(len(pixels) / across) * h))
    for i, each in enumerate(pixels):
        one = picture(each)
        one = one if one.size == tile else one.resize(tile, Image.Resampling.BOX)
        sprite.paste(one, (i % across * w, i // across * h))
    return sprite


def _table(run: Reader, n: int) -> str:
    """A heading and a line for each image; a single column has none, as the projector wants it."""
    known = {"row": [str(row) for row in run.run.tracked_rows().tolist()]}
    for name, values in columns(run).items():
        known[_cell(name)] = [
            _cell("" if value is None or value != value else value)  # noqa: PLR0124 - NaN
            for value in (values if isinstance(values, list) else values.tolist())
        ]
    lines = [list(known), *map(list, zip(*(column[:n] for column in known.values()), strict=True))]
    return "".join("\t".join(line) + "\n" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()) or "–"
