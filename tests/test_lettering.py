"""Words in pictures: links' cards and contact sheets."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hinterland.lettering import cut, font, legible, lines


@pytest.mark.parametrize("text", ["8 × 8", "β = 0.3 → ½", "Äpfel, Ödön", "Кошки", "Ελλάδα", "a–b"])
def test_what_titles_are_made_of_can_be_written(text: str) -> None:
    assert legible(text) == text
    assert painted(text) != painted(text.replace(text[-1], "\uffff"))


def test_what_cannot_be_written_leaves_no_boxes() -> None:
    assert legible("cats 猫 and ﬁsh\n🐟") == "cats and fish"
    assert legible("猫") == ""
    assert list(lines("猫", 20, 100, 3)) == []


def test_long_words_stay_within_their_width() -> None:
    told = list(lines("one two " + "three " * 40 + "x" * 90, 20, 200, 3))
    assert len(told) == 3
    assert told[0].startswith("one two")
    assert told[-1].endswith("…")
    assert all(font(20).getlength(line) <= 200 for line in told)
    assert "".join(lines("x" * 90, 20, 200, 2)) == cut("x" * 90, 20, 200)
    assert list(lines("all of it is there", 20, 2000, 1)) == ["all of it is there"]


def painted(text: str) -> bytes:
    sheet = Image.new("L", (400, 40))
    ImageDraw.Draw(sheet).text((4, 4), text, fill=255, font=font(24))
    assert np.asarray(sheet).any()
    return sheet.tobytes()
