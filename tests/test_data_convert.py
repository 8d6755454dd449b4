"""Pictures of every kind become equal: size, mode, fit, background, and nothing dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datafiles import noise, write_pictures
from PIL import Image

from hinterland.data import Conversion, read
from hinterland.types import HinterlandError

WHITE, BLACK, RED = (255, 255, 255), (0, 0, 0), (255, 0, 0)


def only(folder: Path, **conversion: Any) -> np.ndarray:
    """The pixels of a folder in which all pictures are the same."""
    pixels = read(folder, **conversion).pixels.astype(int)
    assert (pixels == pixels[:1]).all()
    return pixels[0]


def keep_two(folder: Path, picture: Image.Image, suffix: str = "png", **options: Any) -> Path:
    for name in "ab":
        picture.save(folder / f"{name}.{suffix}", **options)
    return folder


# Fit


def test_the_three_fits(tmp_path: Path) -> None:
    # 20 wide, 10 high: left half red, right half blue.
    picture = Image.new("RGB", (20, 10), "red")
    picture.paste("blue", (10, 0, 20, 10))
    keep_two(tmp_path, picture)
    crop = only(tmp_path, size=(10, 10))
    assert (crop[:, :4] == RED).all()
    assert (crop[:, 6:] == (0, 0, 255)).all()
    pad = only(tmp_path, size=(20, 20), fit="pad", background="#0a141e")
    assert (pad[:5] == (10, 20, 30)).all()
    assert (pad[15:] == (10, 20, 30)).all()
    assert (pad[5:15, :10] == RED).all()
    stretch = only(tmp_path, size=(10, 10), fit="stretch")
    assert (stretch[:, :4] == RED).all()
    assert (stretch[:, 6:] == (0, 0, 255)).all()


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_only_stretch_changes_proportions(tmp_path: Path, fit: str) -> None:
    size, disc = 120, 20
    y, x = np.mgrid[:60, :size]
    pixels = np.where((x - 60) ** 2 + (y - 30) ** 2 <= disc**2, 255, 0).astype(np.uint8)
    keep_two(tmp_path, Image.fromarray(pixels))
    shown = only(tmp_path, size=(60, 60), fit=fit, background="black")[..., 0] > 127
    wide, high = shown.any(0).sum(), shown.any(1).sum()
    assert (abs(wide - high) <= 1) == (fit != "stretch")


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_pictures_of_the_wanted_size_keep_their_pixels(tmp_path: Path, fit: str) -> None:
    pixels = noise(3, 7, 9, 3)
    write_pictures(tmp_path, pixels)
    assert np.array_equal(read(tmp_path, size=(7, 9), fit=fit).pixels, pixels)


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("shape", [(1, 300), (300, 1), (1, 1), (2, 3)])
def test_the_thinnest_pictures_fit(tmp_path: Path, fit: str, shape: tuple[int, int]) -> None:
    write_pictures(tmp_path, noise(2, *shape, 3))
    assert read(tmp_path, size=(8, 5), fit=fit).skipped == ()


def test_a_picture_that_is_turned_is_padded_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    keep_two(tmp_path, Image.new("RGB", (20, 10), "red"), exif=exif)
    pixels = only(tmp_path, size=(20, 20), fit="pad", background="black")
    assert (pixels[:, 5:15] == RED).all()
    assert (pixels[:, :5] == BLACK).all()


# Transparency and background


@pytest.mark.parametrize(("background", "seen"), [("white", 255), ("black", 0), ("#404040", 64)])
def test_what_is_clear_shows_the_background(tmp_path: Path, background: str, seen: int) -> None:
    def put(name: str, picture: Image.Image, **options: Any) -> None:
        picture.save(tmp_path / name, **options)

    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 9, 9, 9])
    put("rgba.png", Image.new("RGBA", (4, 4), (255, 0, 0, 0)))
    put("la.png", Image.new("LA", (4, 4), (200, 0)))
    put("p.png", palette, transparency=1)
    put("p.gif", palette, transparency=1)
    put("key.png", Image.new("RGB", (4, 4), (1, 2, 3)), transparency=(1, 2, 3))
    put("l.png", Image.new("L", (4, 4), 7), transparency=7)
    put("1.png", Image.new("1", (4, 4), 1), transparency=1)
    put("i16.png", Image.fromarray(np.full((4, 4), 30_000, np.uint16)), transparency=30_000)
    put("rgba.webp", Image.new("RGBA", (4, 4), (255, 0, 0, 0)), lossless=True)
    put("rgba.tif", Image.new("RGBA", (4, 4), (255, 0, 0, 0)))
    images = read(tmp_path, background=background)
    assert images.skipped == ()
    assert len(images) == 10
    assert (images.pixels == seen).all()


def test_what_is_half_clear_is_mixed(tmp_path: Path) -> None:
    keep_two(tmp_path, Image.new("RGBA", (4, 4), (200, 100, 0, 51)))
    assert (abs(only(tmp_path, background="#006496") - (40, 100, 120)) <= 1).all()


def test_grey_pictures_get_a_grey_border_of_a_coloured_background(tmp_path: Path) -> None:
    write_pictures(tmp_path, np.zeros((2, 4, 8, 1), np.uint8))
    pixels = only(tmp_path, size=(8, 8), fit="pad", background="#ff0000")
    assert pixels.shape == (8, 8, 1)
    assert (pixels[:2] == 76).all()


# Modes


@pytest.mark.parametrize(
    ("mode", "suffix", "value", "seen"),
    [
        ("1", "png", 1, 255),
        ("L", "bmp", 9, 9),
        ("I;16", "png", 257 * 60, 60),
        ("I;16B", "tif", 257 * 60, 60),
        ("I", "tif", 257 * 60, 60),
        ("F", "tif", 0.2, 51),
        ("CMYK", "tif", (0, 255, 255, 0), RED),
        ("YCbCr", "tif", (76, 85, 255), (254, 0, 0)),
        ("LAB", "tif", (255, 128, 128), WHITE),
        ("P", "png", 0, (5, 6, 7)),
    ],
)
def test_every_mode_is_seen_as_it_looks(
    tmp_path: Path, mode: str, suffix: str, value: Any, seen: Any
) -> None:
    picture = Image.new(mode.partition(";")[0], (4, 4), value)
    if mode.startswith("I;16"):
        numbers = np.full((4, 4), value, ">u2" if mode.endswith("B") else "<u2")
        picture = Image.frombytes(mode, (4, 4), numbers.tobytes())
    if mode == "P":
        picture.putpalette([5, 6, 7])
    keep_two(tmp_path, picture, suffix)
    assert (abs(only(tmp_path) - seen) <= 2).all()


def test_of_a_moving_picture_it_is_the_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime", "blue")]
    for suffix in ("gif", "webp", "png", "tif"):
        options = {"lossless": True} if suffix == "webp" else {}
        frames[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:], **options)
    images = read(tmp_path)
    assert images.skipped == ()
    assert (images.pixels == RED).all()


def test_numbers_out_of_range_are_told_not_wrapped(tmp_path: Path) -> None:
    write_pictures(tmp_path, noise(3, 4, 4, 1))
    values = np.zeros((4, 4), np.float32)
    for name, value in (("infinite", np.inf), ("large", 1.5), ("low", -0.1)):
        values[1, 1] = value
        Image.fromarray(values).save(tmp_path / f"{name}.tif")
    images = read(tmp_path)
    assert {skipped.source for skipped in images.skipped} == {
        "infinite.tif",
        "large.tif",
        "low.tif",
    }
    assert all("go beyond 0 to 1" in skipped.reason for skipped in images.skipped)


# Settings


def test_a_conversion_survives_json_and_reads_the_same(tmp_path: Path) -> None:
    write_pictures(tmp_path, noise(3, 9, 20, 3))
    asked = Conversion((6, 8), "grey", "pad", "#102030")
    told = json.loads(json.dumps(asked.as_dict()))
    assert Conversion(**told) == asked
    assert np.array_equal(
        read(tmp_path, **told).pixels,
        read(tmp_path, size=(6, 8), mode="grey", fit="pad", background="#102030").pixels,
    )


@pytest.mark.parametrize(
    ("asked", "told", "hint"),
    [
        ({"size": (0, 5)}, "from 1 to 4096", ""),
        ({"size": (5, 4097)}, "from 1 to 4096", ""),
        ({"size": (5,)}, "two sides", ""),
        ({"mode": "gray"}, "no mode 'gray'", "rgb, grey"),
        ({"fit": "squeeze"}, "no fit 'squeeze'", "crop, pad, stretch"),
        ({"background": "red"}, "no background 'red'", "#rrggbb"),
        ({"background": "#12345"}, "no background '#12345'", "#rrggbb"),
    ],
)
def test_a_wish_that_cannot_be_is_told(asked: dict[str, Any], told: str, hint: str) -> None:
    with pytest.raises(HinterlandError) as caught:
        Conversion(**asked)
    assert told in caught.value.message
    assert hint in caught.value.hint


def test_arrays_are_converted_in_the_same_way(tmp_path: Path) -> None:
    pixels = noise(3, 9, 20, 3)
    np.savez(tmp_path / "set.npz", images=pixels)
    write_pictures(tmp_path / "set", pixels)
    asked: dict[str, Any] = {"size": (16, 16), "mode": "grey", "fit": "pad", "background": "black"}
    one, two = read(tmp_path / "set.npz", **asked), read(tmp_path / "set", **asked)
    assert np.array_equal(one.pixels, two.pixels)
