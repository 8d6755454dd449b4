"""`hinterland images`: look at a set, check it, convert it into a folder that reads back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import bad_pictures
import numpy as np
import pytest
from conftest import Command
from datafiles import noise, write_pictures
from PIL import Image

from hinterland.data import look, read
from hinterland.data.convert import Conversion
from hinterland.data.sheet import contact_sheet
from hinterland.data.write import write
from hinterland.types import HinterlandError, Images


def mixed(folder: Path) -> Path:
    """Six good pictures of two classes and several kinds, and two bad ones."""
    write_pictures(folder / "cats", noise(3, 20, 30, 3))
    (folder / "dogs").mkdir()
    Image.new("RGBA", (30, 20), (255, 0, 0, 0)).save(folder / "dogs" / "clear.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (40, 40), 9).save(folder / "dogs" / "turned.jpg", exif=exif)
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    frames[0].save(folder / "dogs" / "moving.gif", save_all=True, append_images=frames[1:])
    for sort in ("empty.png", "half.png"):
        bad_pictures.put(folder / "cats", sort, "bad")
    return folder


def same(one: Images, two: Images) -> bool:
    """The same pictures with the same labels and classes, in whatever order."""

    def sorted_rows(images: Images) -> list[tuple[bytes, str]]:
        labels = np.full(len(images), -1) if images.labels is None else images.labels
        names = [*images.classes, ""]
        return sorted(
            (pixels.tobytes(), names[label])
            for pixels, label in zip(images.pixels, labels, strict=True)
        )

    return one.shape == two.shape and sorted_rows(one) == sorted_rows(two)


# Look


def test_a_look_tells_what_is_there(tmp_path: Path, typed: Command) -> None:
    mixed(tmp_path / "pets")
    done = typed("images", "pets", "--json")
    told = json.loads(done.stdout)
    assert told["images"] == 6
    assert told["shape"] == [20, 20, 3]
    assert told["sizes"] == [
        {"width": 30, "height": 20, "images": 5},
        {"width": 40, "height": 40, "images": 1},
    ]
    assert told["modes"] == {"RGB": 3, "RGBA": 1, "P": 1, "L": 1}
    assert told["traits"] == {"transparent": 1, "turned": 1, "moving": 1}
    assert told["classes"] == [{"name": "cats", "images": 3}, {"name": "dogs", "images": 3}]
    assert [skipped["picture"] for skipped in told["skipped"]] == [
        "cats/bad-empty.png",
        "cats/bad-half.png",
    ]
    assert told["fingerprint"].startswith("sha256:")
    assert told["conversion"] == Conversion().as_dict()
    assert not (tmp_path / "home" / ".cache" / "hinterland" / "sets").exists()


def test_a_look_reads_well(tmp_path: Path, typed: Command) -> None:
    mixed(tmp_path / "pets")
    done = typed("images", "pets", "--background", "#808080", "--size", "16x12")
    assert "6, as 16 x 12 in colour" in done.stdout
    assert "30 x 20 (5), 40 x 40 (1)" in done.stdout
    assert "1 that may be transparent, laid on #808080" in done.stdout
    assert "2: cats (3), dogs (3)" in done.stdout
    assert "2, by reason:" in done.stdout
    assert "the file is empty\n           cats/bad-empty.png" in done.stdout
    assert done.stderr.endswith(
        "next: hinterland train pets -o runs/pets --size 16x12 --background '#808080'\n"
    )
    assert typed("images", "pets", "-q").stderr == ""


@pytest.mark.parametrize(
    ("words", "told", "hint"),
    [
        (("--size", "64by48"), "'64by48' is not a size", "--size 64x48"),
        (("--size", "0"), "from 1 to 4096", ""),
        (("--mode", "gray"), "no mode 'gray'", "rgb, grey"),
        (("--fit", "squash"), "no fit 'squash'", "crop, pad, stretch"),
        (("--background", "pink"), "no background 'pink'", "#rrggbb"),
        (("-o", "full"), "'full' is not empty", "-o"),
        (("-o", "pets/out"), "lies within pets", "elsewhere"),
        (("-o", "file"), "is no folder", "-o"),
    ],
)
def test_a_wrong_word_is_told_before_anything_is_read(
    tmp_path: Path, typed: Command, words: tuple[str, ...], told: str, hint: str
) -> None:
    mixed(tmp_path / "pets")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").touch()
    (tmp_path / "file").touch()
    before = sorted(path for path in tmp_path.rglob("*") if "home" not in path.parts)
    done = typed("images", "pets", *words, status=2)
    assert told in done.stderr.replace(f"{tmp_path}/", "")
    assert hint in done.stderr
    assert "reading" not in done.stderr
    assert sorted(path for path in tmp_path.rglob("*") if "home" not in path.parts) == before


# Convert


def test_what_is_written_reads_back_as_it_was(tmp_path: Path, typed: Command) -> None:
    mixed(tmp_path / "pets")
    words = ("--size", "24x16", "--fit", "pad", "--background", "black")
    done = typed("images", "pets", "-o", "out", *words)
    assert "next: hinterland train out -o runs/out --size 24x16\n" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "cats",
        "contact-sheet.png",
        "dogs",
        "skipped.csv",
    ]
    before = read(tmp_path / "pets", size=(16, 24), fit="pad", background="black")
    after = look(tmp_path / "out", Conversion())
    assert same(before, after.images)
    assert after.survey.sizes == {(16, 24): 6}
    assert after.images.skipped == ()
    with (tmp_path / "out" / "skipped.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["picture", "reason"]
    assert [row[0] for row in rows[1:]] == ["cats/bad-empty.png", "cats/bad-half.png"]
    with Image.open(tmp_path / "out" / "contact-sheet.png") as sheet:
        assert sheet.width > 500


def test_names_that_differ_only_in_ending_or_case_do_not_collide(tmp_path: Path) -> None:
    for index, name in enumerate(("a.png", "a.jpg", "A.bmp", "a-2.png", "b/a.gif", "b/a.png")):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), 40 * index).save(path)
    found = look(tmp_path / "set", Conversion())
    write(found.images, tmp_path / "out", names=found.survey.names)
    assert same(found.images, read(tmp_path / "out"))
    names = [str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.png")]
    assert len({name.lower() for name in names}) == 6 + 1, "the contact sheet is the seventh"


def test_arrays_keep_their_split_and_odd_classes_get_folders(tmp_path: Path) -> None:
    pixels = noise(12, 5, 5, 1)
    classes = ("T-shirt/top", "..", ".hidden", "Cat", "cat", "con: * ?")
    images = Images(pixels, np.arange(12) % 6, classes, np.arange(12) >= 6)
    write(images, tmp_path / "out", has_split=True)
    again = read(tmp_path / "out")
    assert again.held_out is not None
    assert np.array_equal(np.sort(again.pixels[again.held_out], 0), np.sort(pixels[6:], 0))
    assert len(again.classes) == 6
    assert len({name.lower() for name in again.classes}) == 6
    top = {path.name for path in (tmp_path / "out").iterdir()}
    assert top == {"train", "test", "skipped.csv", "contact-sheet.png"}


def test_pictures_without_class_stay_without(tmp_path: Path) -> None:
    images = Images(noise(6, 5, 5, 3), np.array([0, 0, -1, 1, 1, -1]), ("a", "b"))
    write(images, tmp_path / "out")
    assert same(images, read(tmp_path / "out"))


def test_an_empty_folder_may_be_filled(tmp_path: Path, typed: Command) -> None:
    write_pictures(tmp_path / "set", noise(3, 5, 5, 1))
    (tmp_path / "out").mkdir()
    typed("images", "set", "-o", "out", "-q")
    assert len(read(tmp_path / "out")) == 3
    assert not list(tmp_path.glob(".*"))


def test_what_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(HinterlandError, match="No space left on device") as caught:
        write(Images(noise(3, 5, 5, 1)), tmp_path / "out")
    assert caught.value.exit_code == 5
    assert list(tmp_path.iterdir()) == []


# The contact sheet


@pytest.mark.parametrize("shape", [(8, 8, 1), (64, 64, 3), (300, 20, 3), (1, 1, 1)])
@pytest.mark.parametrize("classes", [0, 1, 3, 200])
def test_any_set_has_a_contact_sheet(shape: tuple[int, int, int], classes: int) -> None:
    names = tuple(f"a class with a name as long as {index}" for index in range(classes))
    labels = np.arange(400) % classes if classes else None
    page = contact_sheet(Images(noise(400, *shape), labels, names), "a title " * 20)
    assert page.width < 2000
    assert page.height < 3000
    assert np.array_equal(
        np.asarray(page),
        np.asarray(contact_sheet(Images(noise(400, *shape), labels, names), "a title " * 20)),
    )


def test_a_contact_sheet_shows_the_pictures_themselves() -> None:
    pixels = np.zeros((40, 8, 8, 3), np.uint8)
    pixels[:20], pixels[20:] = (255, 0, 0), (0, 0, 255)
    page = np.asarray(contact_sheet(Images(pixels, np.repeat([0, 1], 20), ("r", "b")), "set"))
    red, blue = ((page == colour).all(2) for colour in ((255, 0, 0), (0, 0, 255)))
    assert red.sum() == blue.sum() == 20 * 72 * 72
    assert np.flatnonzero(red.any(1)).max() < np.flatnonzero(blue.any(1)).min()
