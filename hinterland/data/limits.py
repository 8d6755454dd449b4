"""What keeps a file that lies about its size from taking the machine's memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hinterland.data.paths import quoted
from hinterland.types import HinterlandError

__all__ = ["check_shape", "held", "refuse_bomb", "room"]

MOST_BYTES = 2**33
# Deflate cannot pack tighter than this.
TIGHTEST = 1032
# What unpacks to more than BIG bytes, at more than BIG_RATIO to one, is no set of pictures.
BIG, BIG_RATIO = 2**28, 100


def room(where: Path | str, shape: tuple[int, int, int, int]) -> np.ndarray:
    """An empty uint8 array of `shape`, (n, h, w, c), for the pictures of `where`."""
    check_shape(where, shape)
    wanted = int(np.prod([int(side) for side in shape], dtype=object))
    hint = "make the pictures smaller, or take fewer of them"
    if wanted > MOST_BYTES:
        told = f"{held(where, wanted)}; at most {MOST_BYTES / 1e9:.1f} GB are held in memory"
        raise HinterlandError(told, hint, exit_code=5)
    try:
        return np.empty(shape, np.uint8)
    except MemoryError:
        message = f"{quoted(where)} needs {wanted / 1e9:,.1f} GB of memory: there is not so much"
        raise HinterlandError(message, hint, exit_code=5) from None


def held(where: Path | str, size: int) -> str:
    """How much it is, in words."""
    return f"{quoted(where)} holds {size / 1e9:,.1f} GB of pixels"


def check_shape(where: Path | str, shape: tuple[int, ...]) -> None:
    """Refuse arrays in which some side is nothing."""
    if shape and min(shape) < 1:
        raise HinterlandError(f"{quoted(where)} holds no images: its shape is {shape}")


def refuse_bomb(where: Path, packed: int, unpacked: int) -> None:
    """Refuse a compressed file that claims more than it can hold, or than pictures would."""
    impossible = unpacked > TIGHTEST * packed + 64
    if impossible or (unpacked > BIG and unpacked > BIG_RATIO * packed):
        raise HinterlandError(
            f"{quoted(where)} claims {unpacked:,} bytes of data in {packed:,} compressed bytes",
            "the file is damaged, or made to fill the memory; get it again from its source",
        )
