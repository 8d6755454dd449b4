"""Movies play: as many frames as told, the size that was asked for, the same each time."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hinterland.run import Run
from hinterland.show.movies import MOVIES, movie
from hinterland.show.movies.base import eased
from hinterland.show.movies.film import encoded
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, Images
from tests.conftest import Command, made_up, record

SMALL = {"size": 200}


@pytest.fixture(scope="module")
def reader(trained: Run) -> Reader:
    return Reader(trained)


def frames_of(path: Path) -> list[np.ndarray]:
    if path.suffix == ".mp4":
        import av

        with av.open(str(path)) as container:
            return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with Image.open(path) as picture:
        shown = []
        for i in range(picture.n_frames):
            picture.seek(i)
            shown.append(np.asarray(picture.convert("RGB")))
        return shown


@pytest.mark.parametrize("form", ["gif", "webp", "mp4"])
def test_a_movie_plays_and_is_the_same_each_time(reader: Reader, tmp_path: Path, form: str) -> None:
    options = {**SMALL, "between": 3, "hold": 1}
    path = tmp_path / f"a.{form}"
    made = movie("timeline", reader, path, options=options)
    frames = frames_of(path)
    # two steps of three frames, and the last epoch
    assert made.frames == len(frames) == 7
    assert frames[0].shape == (*made.shape, 3)
    assert made.shape[1] == 200
    assert made.shape[0] % 2 == 0
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 50, "nothing moves"
    movie("timeline", reader, tmp_path / f"b.{form}", options=options)
    again = tmp_path / f"b.{form}"
    if form == "mp4":  # x264 does not promise the same bytes: the pictures count
        pairs = zip(frames, frames_of(again), strict=True)
        assert all(np.abs(a.astype(int) - b).mean() < 1 for a, b in pairs)
    else:
        assert path.read_bytes() == again.read_bytes()
    assert b"hinterland " in path.read_bytes()
    assert str(tmp_path).encode() not in path.read_bytes()


def test_a_gif_shows_the_colours_of_the_classes_exactly() -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(256, size=(40, 40, 3), dtype=np.uint8) for _ in range(3)]
    for frame in noise:
        frame[:5, :5] = (0, 158, 115)
    content = encoded(noise, "gif", 10, "", ["#009e73"])
    assert Image.open(io.BytesIO(content)).convert("RGB").getpixel((2, 2)) == (0, 158, 115)


def test_movement_slows_down_at_each_epoch_and_holds_at_the_last() -> None:
    plan = eased(3, 5, 4)
    assert [i for i, _ in plan] == [0] * 4 + [1] * 4 + [2] * 5
    parts = [part for i, part in plan if i == 0]
    assert parts == sorted(parts)
    assert parts[0] == 0
    assert parts[1] < 1 / 4 < 3 / 4 < parts[3]


def test_what_has_no_movie_is_said_in_a_line(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(HinterlandError, match="no map of 3 dimensions"):
        movie("orbit", reader, tmp_path / "a.gif")
    with pytest.raises(HinterlandError, match=r"does not end in \.gif"):
        movie("timeline", reader, tmp_path / "a.png")
    with pytest.raises(HinterlandError, match="size is from 160"):
        movie("timeline", reader, tmp_path / "a.gif", options={"size": 10})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_command_tells_of_its_file(typed: Command, trained: Run) -> None:
    words = ("training", str(trained.path), "-o", "a.webp", "--json", "--set", "size=200")
    told = json.loads(typed("movie", *words).stdout)
    assert told["file"] == "a.webp"
    assert told["frames"] > 10


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """One in colour, with classes and three latents; one in grey, without, and with four."""
    colour = made_up(60, (6, 8, 3))
    bare = Images(made_up(60, (8, 8, 1)).pixels, held_out=np.arange(60) % 5 == 0)
    place = tmp_path_factory.mktemp("shapes")
    return [
        record(place / "colour", colour, d=3, epochs=2),
        record(place / "bare", bare, d=4, epochs=1),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", MOVIES)
def test_every_movie_of_runs_of_several_shapes(
    tmp_path: Path, shapes: list[Run], kind: str, theme: str
) -> None:
    for run in shapes:
        reader, path = Reader(run), tmp_path / f"{run.path.name}.gif"
        if kind == "territory" and not run.spec["images"]["classes"]:
            with pytest.raises(HinterlandError, match="classifier"):
                movie(kind, reader, path, theme=theme)
            continue
        movie(kind, reader, path, theme=theme, options=SMALL)
        assert 0 < path.stat().st_size < 8_000_000
