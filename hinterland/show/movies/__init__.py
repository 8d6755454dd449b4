"""The movies: a run in motion. To add one, write a file and add a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hinterland.run.commit import file
from hinterland.show.making import form_of, made
from hinterland.show.movies.base import AbstractMovie
from hinterland.show.movies.film import FORMATS, encoded
from hinterland.show.palette import theme_of
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, Registry

MOVIES = Registry(
    "movie",
    __name__,
    {
        "timeline": "timeline:Timeline",
        "territory": "territory:Territory",
        "training": "training:Training",
        "interpolation": "interpolation:Interpolation",
        "orbit": "orbit:Orbit",
    },
)


@dataclass(frozen=True, slots=True)
class Made:
    """A movie that was written: how many frames, (h, w) in pixels, bytes."""

    frames: int
    shape: tuple[int, int]
    size: int


def movie(
    kind: str,
    run: Reader,
    path: Path,
    *,
    fps: int = 20,
    theme: str = "light",
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Made:
    """Make a movie of a run and commit it to `path`, .gif, .webp or .mp4.

    The rest is as of `hinterland.show.figures.figure`; fps: frames of a second.
    """
    plan: AbstractMovie = made(MOVIES, kind, options or {})
    form = form_of(path, FORMATS)
    paper = Paper(theme_of(theme), seed, plan.inches, say)
    try:
        with paper.style():
            reel = plan.play(paper, run)
            frames = []
            for frame in reel.frames:
                frames.append(frame)
                progress(len(frames), reel.count)
            caption = paper.caption([run])
            exact = [
                paper.theme.paper,
                paper.theme.ink,
                *paper.theme.classes(len(run.classes))[:32],
            ]
        content = encoded(frames, form, fps, caption, exact)
    except ModuleNotFoundError as error:
        if error.name not in ("matplotlib", "av"):
            raise
        raise HinterlandError(
            f"movies need the package '{error.name}'", "pip install 'hinterland[figures]'"
        ) from None
    file(path, content)
    h, w, _ = frames[0].shape
    return Made(len(frames), (h, w), len(content))
