"""Letters for pictures with words in them: one font, the same on every machine.

Inter 4.1 by Rasmus Andersson (SIL Open Font License 1.1, Inter-LICENSE.txt), cut down to Latin,
Greek, Cyrillic and the signs of arithmetic. Pillow's own font knows ASCII and little more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

__all__ = ["cut", "font", "legible", "lines"]

FILE = Path(__file__).parent / "Inter-Regular.ttf"
NO_LETTER = "\uffff"  # what never has a glyph


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font, so many pixels high."""
    from PIL import ImageFont

    # the same bytes with and without libraqm
    return ImageFont.truetype(FILE, size, layout_engine=ImageFont.Layout.BASIC)


def legible(text: str) -> str:
    """As much of a text as the font can write: a letter without its accents rather than a box."""
    known = []
    for letter in unicodedata.normalize("NFC", text):
        parts = letter if _has(letter) else unicodedata.normalize("NFKD", letter)
        known.append("".join(part for part in parts if _has(part)))
    return " ".join("".join(known).split())


def cut(text: str, size: int, width: int) -> str:
    """As much of a legible text as fits into `width` pixels; what is left out ends in “…”."""
    wide, text = font(size).getlength, legible(text)
    if wide(text) <= width:
        return text
    while text and wide(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def lines(text: str, size: int, width: int, most: int) -> Iterator[str]:
    """A legible text in at most so many lines of `width` pixels, the last of them cut."""
    words = legible(text).split()
    while words and most:
        fits = 1
        while fits < len(words) and font(size).getlength(" ".join(words[: fits + 1])) <= width:
            fits += 1
        most -= 1
        yield cut(" ".join(words[:fits] if most else words), size, width)
        words = words[fits:]


@cache
def _has(letter: str) -> bool:
    return letter == " " or _shape(letter) != _shape(NO_LETTER)


def _shape(letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font(16).getmask(letter)
    return mask.size, bytes(mask)
