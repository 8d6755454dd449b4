"""What every command that reads images shares: how they are converted."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import click

from hinterland.types import HinterlandError

TRAITS = {
    "transparent": "that may be transparent, laid on {}",  # a header tells no more
    "turned": "turned upright, as their EXIF says",
    "moving": "moving, of which the first frame is taken",
}


def converts(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --size, --mode, --fit and --background, and a `Conversion` of that name."""

    @click.option("--size", metavar="SIDE|WIDTHxHEIGHT", help="Pixels of every picture.")
    @click.option("--mode", metavar="rgb|grey", help="Default: grey where all pictures are.")
    @click.option(
        "--fit",
        default="crop",
        show_default=True,
        metavar="crop|pad|stretch",
        help="Keep the middle, or everything with borders, or everything distorted.",
    )
    @click.option(
        "--background",
        default="white",
        show_default=True,
        metavar="black|white|#rrggbb",
        help="What lies behind transparency and in borders.",
    )
    @functools.wraps(command)
    def converting(
        *args: Any, size: str | None, mode: str | None, fit: str, background: str, **kwargs: Any
    ) -> Any:
        from hinterland.data.convert import Conversion

        sides = None if size is None else _sides(size)
        conversion = Conversion(sides, mode, fit, background)
        return command(*args, conversion=conversion, **kwargs)

    return converting


def _sides(text: str) -> tuple[int, int]:
    """`64` or `64x48` (width and height, as pictures are measured) -> (h, w)."""
    told = re.fullmatch(r"(\d{1,5})(?:[x×](\d{1,5}))?", text.strip().lower())
    if told is None:
        raise HinterlandError(
            f"'{text}' is not a size", "--size 64 for squares, --size 64x48 for 64 wide, 48 high"
        )
    w = int(told[1])
    return (w if told[2] is None else int(told[2])), w
