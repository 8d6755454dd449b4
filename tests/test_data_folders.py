"""A folder of pictures: classes, sizes, kinds of pictures, and what cannot be read."""

from __future__ import annotations

import errno
import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from datafiles import noise, refusal, write_pictures
from PIL import Image, ImageOps

from hinterland.data import read

# What is there


def test_sub_folders_are_classes_and_what_is_deeper_belongs_to_them(tmp_path: Path) -> None:
    write_pictures(tmp_path / "dogs", noise(2, 4, 4, 3))
    write_pictures(tmp_path / "cats" / "2020" / "may", noise(1, 4, 4, 3))
    write_pictures(tmp_path / "cats", noise(1, 4, 4, 3))
    write_pictures(tmp_path, noise(1, 4, 4, 3))
    (tmp_path / "empty").mkdir()
    images = read(tmp_path)
    assert images.classes == ("cats", "dogs")
    assert images.labels is not None
    assert images.labels.tolist() == [-1, 0, 0, 1, 1]


def test_what_is_not_a_picture_by_name_is_ignored(tmp_path: Path) -> None:
    write_pictures(tmp_path, noise(2, 4, 4, 1))
    for name in ("README.md", "Thumbs.db", ".hidden.png", "labels.csv"):
        (tmp_path / name).write_text("no picture", encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.png").write_text("no picture", encoding="utf-8")
    images = read(tmp_path)
    assert len(images) == 2
    assert images.skipped == ()
    assert images.labels is None


def test_pictures_of_several_sizes_become_squares(tmp_path: Path) -> None:
    Image.new("RGB", (200, 100), "red").save(tmp_path / "wide.png")
    Image.new("RGB", (90, 300), "red").save(tmp_path / "tall.jpg")
    Image.new("RGB", (90, 300), "red").save(tmp_path / "tall.png")
    images = read(tmp_path)
    assert images.shape == (64, 64, 3)
    assert (abs(images.pixels.astype(int) - (255, 0, 0)) < 3).all()


def test_large_pictures_are_made_smaller_even_if_equal(tmp_path: Path) -> None:
    write_pictures(tmp_path, noise(2, 129, 200, 1))
    assert read(tmp_path).shape == (64, 64, 1)
    assert read(tmp_path, size=(129, 200)).shape == (129, 200, 1)


def test_the_middle_is_kept(tmp_path: Path) -> None:
    picture = np.zeros((10, 30, 1), np.uint8)
    picture[:, 10:20] = 255
    write_pictures(tmp_path, np.stack([picture, picture]))
    assert (read(tmp_path, size=(10, 10)).pixels == 255).all()


@pytest.mark.parametrize("source", ["folder", "archive"])
@pytest.mark.parametrize("mode", ["rgb", "grey"])
def test_size_and_mode_can_be_asked_for(tmp_path: Path, source: str, mode: str) -> None:
    pixels = np.full((3, 8, 8, 3), (200, 100, 50), np.uint8)
    np.savez(tmp_path / "set.npz", images=pixels)
    path = tmp_path / "set.npz" if source == "archive" else write_pictures(tmp_path / "set", pixels)
    images = read(path, size=(4, 6), mode=mode)
    assert images.shape == (4, 6, 3 if mode == "rgb" else 1)
    assert (images.pixels == ((200, 100, 50) if mode == "rgb" else 124)).all()
    assert read("digits", size=(16, 16), mode="rgb").shape == (16, 16, 3)


def test_one_coloured_picture_makes_all_coloured(tmp_path: Path) -> None:
    write_pictures(tmp_path / "a", noise(2, 4, 4, 1))
    assert read(tmp_path).shape == (4, 4, 1)
    write_pictures(tmp_path / "b", noise(1, 4, 4, 3))
    assert read(tmp_path).shape == (4, 4, 3)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_photographs_are_turned_upright(tmp_path: Path, turn: int, suffix: str) -> None:
    blocks = noise(3, 2, 3).repeat(8, 0).repeat(8, 1)
    exif = Image.Exif()
    exif[0x0112] = turn
    for name in ("a", "b"):
        Image.fromarray(blocks).save(tmp_path / f"{name}.{suffix}", exif=exif)
    with Image.open(tmp_path / f"a.{suffix}") as picture:
        upright = np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    images = read(tmp_path)
    assert images.shape == (*((24, 16) if turn < 5 else (16, 24)), 3)
    assert np.array_equal(images.pixels[0], upright)


def test_every_kind_of_picture_becomes_eight_bits_on_white(tmp_path: Path) -> None:
    def keep(name: str, picture: Image.Image, **options: object) -> None:
        picture.save(tmp_path / name, **options)

    grey = np.full((4, 4), 0.4)
    keep("01-1bit.png", Image.new("1", (4, 4), 1))
    keep("02-clear.png", Image.new("RGBA", (4, 4), (255, 0, 0, 0)))
    keep("03-half.png", Image.new("RGBA", (4, 4), (0, 0, 0, 51)))
    keep("04-greyalpha.png", Image.new("LA", (4, 4), (0, 0)))
    keep("05-16bit.png", Image.fromarray((grey * 65535).astype(np.uint16)))
    keep("06-float.tif", Image.fromarray(grey.astype(np.float32)))
    keep("07-palette.gif", Image.new("RGB", (4, 4), (255, 0, 0)).convert("P"))
    frames = [Image.new("L", (4, 4), value) for value in (102, 0)]
    keep("08-moving.gif", frames[0], save_all=True, append_images=frames[1:])
    keep("09-cmyk.jpg", Image.new("CMYK", (4, 4), (0, 0, 0, 153)))
    keep("10-key.png", Image.new("RGB", (4, 4), (1, 2, 3)), transparency=(1, 2, 3))
    images = read(tmp_path, size=(4, 4))
    assert images.skipped == ()
    expected = [255, 255, 204, 255, 102, 102, (255, 0, 0), 102, 102, 255]
    for pixels, value in zip(images.pixels.astype(int), expected, strict=True):
        assert (abs(pixels - value) <= 1).all(), value


def test_progress_ends_at_all_of_them(tmp_path: Path) -> None:
    write_pictures(tmp_path, noise(5, 4, 4, 1))
    told: list[tuple[int, int]] = []
    read(tmp_path, progress=lambda done, n: told.append((done, n)))
    assert told == sorted(told)
    assert told[-1] == (5, 5)


# What is bad


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A small PNG whose header claims a huge picture."""
    data = png(Image.new("L", (1, 1)))
    header = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
    return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]


GOOD = png(Image.fromarray(noise(16, 16, 3)))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("zero.png", b"", "the file is empty"),
        ("text.png", b"I am a text", "not a picture"),
        ("script.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        ("cut.png", GOOD[:-60], "cannot be decoded"),
        ("head.png", GOOD[:20], "cannot be decoded"),
        ("flipped.png", GOOD[:100] + b"?????" + GOOD[105:], "cannot be decoded"),
        ("bomb.png", bomb(60_000, 60_000), "more than 89,478,485 pixels"),
        ("large.png", bomb(10_000, 10_000), "more than 89,478,485 pixels"),
    ],
)
def test_one_bad_picture_is_skipped_with_its_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    write_pictures(tmp_path / "cats", noise(3, 4, 4, 3))
    write_pictures(tmp_path / "dogs", noise(3, 4, 4, 3, seed=1))
    (tmp_path / "cats" / name).write_bytes(content)
    images = read(tmp_path)
    assert [skipped.source for skipped in images.skipped] == [f"cats/{name}"]
    assert reason in images.skipped[0].reason
    assert images.labels is not None
    assert images.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert np.array_equal(images.pixels[3:], noise(3, 4, 4, 3, seed=1))


def test_pipes_links_and_loops_do_not_hold_it_up(tmp_path: Path) -> None:
    write_pictures(tmp_path / "cats", noise(3, 4, 4, 1))
    os.mkfifo(tmp_path / "cats" / "pipe.png")
    (tmp_path / "cats" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "cats" / "self.png").symlink_to(tmp_path / "cats" / "self.png")
    (tmp_path / "cats" / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "cats")
    (tmp_path / "cats" / "linked.png").symlink_to(tmp_path / "cats" / "0000.png")
    images = read(tmp_path, max_bad=0.9)
    assert len(images) == 4
    assert images.classes == ("cats",)
    reasons = {skipped.source: skipped.reason for skipped in images.skipped}
    assert reasons["cats/pipe.png"] == "not a regular file"
    assert "no such file" in reasons["cats/gone.png"]
    assert "symbolic links" in reasons["cats/self.png"]
    assert "read already" in reasons["cats/loop"]
    assert "read already" in reasons["again"]


def test_what_may_not_be_read_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused here by hand, since root, as whom CI runs, may read everything."""
    write_pictures(tmp_path, noise(3, 4, 4, 1))
    write_pictures(tmp_path / "locked", noise(1, 4, 4, 1))

    def refusing(real: Callable[..., object], locked: str) -> Callable[..., object]:
        def call(path: object, *more: object, **options: object) -> object:
            if os.fspath(path).endswith(locked):  # type: ignore[call-overload]
                raise PermissionError(errno.EACCES, "Permission denied")
            return real(path, *more, **options)

        return call

    monkeypatch.setattr(os, "scandir", refusing(os.scandir, "locked"))
    monkeypatch.setattr(Image, "open", refusing(Image.open, "0000.png"))
    images = read(tmp_path)
    reasons = {skipped.source: skipped.reason for skipped in images.skipped}
    assert reasons == {"0000.png": "permission denied", "locked": "permission denied"}


def test_a_name_that_is_no_text_can_be_written_down(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "set", noise(2, 4, 4, 1))
    odd = os.fsdecode(os.fsencode(folder) + b"/caf\xe9")
    write_pictures(Path(odd), noise(1, 4, 4, 1))
    (Path(odd) / "a\nb.png").write_bytes(b"")
    images = read(folder)
    assert images.classes == ("caf\\udce9",)
    assert [skipped.source for skipped in images.skipped] == ["caf\\udce9/a\\nb.png"]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert "no pictures" in error.message
    assert "it is empty" in error.message
    assert ".png" in error.hint


def test_a_folder_without_pictures_is_told_with_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("no pictures here", encoding="utf-8")
    assert "README.md" in refusal(tmp_path).message


def test_a_folder_of_which_nothing_can_be_read_is_told(tmp_path: Path) -> None:
    for index in range(5):
        (tmp_path / f"{index}.png").write_bytes(b"")
    error = refusal(tmp_path, max_bad=1.0)
    assert "none of the 5 pictures" in error.message
    assert "0.png: the file is empty" in error.message
    assert "and 2 more" in error.message


def test_more_bad_pictures_than_allowed_are_told(tmp_path: Path) -> None:
    write_pictures(tmp_path, noise(4, 4, 4, 1))
    (tmp_path / "bad.png").write_bytes(GOOD[:-60])
    assert len(read(tmp_path, max_bad=0.2)) == 4
    assert "4 of the 5 pictures" in refusal(tmp_path, max_bad=0.1).message


def test_a_single_picture_is_no_set(tmp_path: Path) -> None:
    assert "at least 2" in refusal(write_pictures(tmp_path / "one", noise(1, 4, 4, 1))).message


# train/ and test/


@pytest.mark.parametrize(
    ("training", "held_out"), [("train", "test"), ("Training", "validation"), ("train", "val")]
)
def test_train_and_test_folders_are_the_split(tmp_path: Path, training: str, held_out: str) -> None:
    for part, n in ((training, 3), (held_out, 2)):
        write_pictures(tmp_path / part / "cats", noise(n, 4, 4, 1))
        write_pictures(tmp_path / part / "dogs", noise(n, 4, 4, 1, seed=1))
    images = read(tmp_path)
    assert images.classes == ("cats", "dogs")
    assert images.labels is not None
    assert images.held_out is not None
    assert images.labels[images.held_out].tolist() == [0, 0, 1, 1]
    assert images.labels[~images.held_out].tolist() == [0, 0, 0, 1, 1, 1]


def test_test_and_validation_are_both_held_out(tmp_path: Path) -> None:
    for seed, part in enumerate(("train", "val", "test")):
        write_pictures(tmp_path / part, noise(2, 4, 4, 1, seed=seed))
    images = read(tmp_path)
    assert images.labels is None
    assert images.held_out is not None
    assert images.held_out.tolist() == [True] * 2 + [False] * 2 + [True] * 2


def test_a_lone_train_folder_is_no_class(tmp_path: Path) -> None:
    write_pictures(tmp_path / "train" / "cats", noise(9, 4, 4, 1))
    write_pictures(tmp_path / "train" / "dogs", noise(9, 4, 4, 1))
    images = read(tmp_path)
    assert images.classes == ("cats", "dogs")
    assert images.held_out is not None
    assert images.held_out.sum() == 2


def test_a_train_beside_cars_is_a_class(tmp_path: Path) -> None:
    write_pictures(tmp_path / "train", noise(5, 4, 4, 1))
    write_pictures(tmp_path / "car", noise(5, 4, 4, 1))
    assert read(tmp_path).classes == ("car", "train")
