"""The images that a run keeps with it, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from hinterland.run import atlas, commit
from hinterland.types import HinterlandError, Images


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """A column: one value per image.

    values: int32 (n,) indices into `names`, -1 for none; or float32 (n,), NaN for none.
    names: the classes of a class channel; None for a number.
    """

    name: str
    values: np.ndarray
    names: tuple[str, ...] | None = None

    @property
    def kind(self) -> str:
        return "number" if self.names is None else "class"


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """The images whose latents every epoch records.

    rows: int64 (n,), ascending: where they stand in the data set. pixels: uint8 (n, h, w, c).
    """

    rows: np.ndarray
    pixels: np.ndarray
    channels: tuple[Channel, ...]

    @classmethod
    def choose(cls, images: Images, count: int, seed: int) -> Tracked:
        """Take `count` images: the held-out ones first, then training images, at random.

        Held-out images show what the model makes of pictures it never saw, so they have
        precedence; the `split` channel says which is which.
        """
        assert images.held_out is not None, "a data set is split before it is tracked"
        rng = np.random.default_rng([seed, 1])
        held_out, training = np.flatnonzero(images.held_out), np.flatnonzero(~images.held_out)
        some = rng.permutation(held_out)[:count]
        rest = rng.permutation(training)[: max(0, count - len(some))]
        rows = np.sort(np.concatenate([some, rest]))
        channels = [_split(images.held_out[rows])]
        if images.labels is not None:
            labels = images.labels[rows].astype(np.int32)
            channels.insert(0, Channel("label", labels, images.classes))
        for name, column in images.channels.items():
            channels.append(_known(name, column[rows], images.words.get(name)))
        return cls(rows, np.asarray(images.pixels[rows]), tuple(channels))

    def write(self, place: Path) -> None:
        """Write the folder `images/` of a run."""
        n, h, w, c = self.pixels.shape
        columns, rows = atlas.grid(h, w)
        files = []
        for number, page in enumerate(atlas.pages(self.pixels)):
            files.append(f"atlas-{number:03}.webp")
            (place / files[-1]).write_bytes(page)
        columns_of = {channel.name: channel.values for channel in self.channels}
        (place / "channels.safetensors").write_bytes(save(columns_of))
        (place / "rows.safetensors").write_bytes(save({"rows": self.rows}))
        told = {
            "format": 1,
            "n": n,
            "shape": [h, w, c],
            "atlas": {"files": files, "columns": columns, "rows": rows},
            "channels": [_described(channel) for channel in self.channels],
        }
        (place / "images.json").write_bytes(commit.encoded(told))


def rows(place: Path) -> np.ndarray:
    """int64 (n,): where a run's tracked images stand in their data set."""
    try:
        return load((place / "rows.safetensors").read_bytes())["rows"]
    except (OSError, ValueError, KeyError) as error:
        raise HinterlandError(
            f"cannot read {place / 'rows.safetensors'}: {error}", "restore the file from a copy"
        ) from None


def _known(name: str, column: np.ndarray, words: tuple[str, ...] | None) -> Channel:
    if words is None:
        return Channel(name, column.astype(np.float32))
    return Channel(name, np.where(np.isnan(column), -1, column).astype(np.int32), words)


def _split(held_out: np.ndarray) -> Channel:
    return Channel("split", held_out.astype(np.int32), ("training", "held out"))


def _described(channel: Channel) -> dict[str, Any]:
    told: dict[str, Any] = {"name": channel.name, "kind": channel.kind}
    if channel.names is not None:
        told["values"] = list(channel.names)
    return told
