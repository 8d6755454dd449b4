"""The figures: a run on paper. To add one, write a file and add a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hinterland.run.commit import file
from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import form_of, made
from hinterland.show.palette import theme_of
from hinterland.show.paper import FORMATS, Paper, width_of
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, Registry

FIGURES = Registry(
    "figure",
    __name__,
    {
        "reconstructions": "reconstructions:Reconstructions",
        "latents": "latents:Latents",
        "pixels-vs-latents": "pixels_vs_latents:PixelsVsLatents",
        "manifold": "manifold:Manifold",
        "territory": "territory:Territory",
        "codes": "codes:Codes",
        "interpolation": "interpolation:Interpolation",
        "arithmetic": "arithmetic:Arithmetic",
        "traversals": "traversals:Traversals",
        "samples": "samples:Samples",
        "distortion": "distortion:Distortion",
        "losses": "losses:Losses",
        "league": "league:League",
    },
)


def figure(
    kind: str,
    runs: Sequence[Reader],
    path: Path,
    *,
    theme: str = "light",
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Draw a figure of one run, or of several, and commit it to `path`, .png, .svg or .pdf.

    seed: chooses the images that are shown. options: the figure's own (docs/figures.md). say hears
    notes. The same call gives the same bytes. Raises HinterlandError for whatever makes no sense.
    """
    drawing: AbstractFigure = made(FIGURES, kind, options or {})
    form = form_of(path, FORMATS)
    if not 1 <= len(runs) <= drawing.most:
        many = "one run" if drawing.most == 1 else f"1 to {drawing.most} runs"
        raise HinterlandError(f"figure '{kind}' shows {many}; got {len(runs)}")
    paper = Paper(theme_of(theme), seed, width_of(drawing.width), say, progress)
    try:
        with paper.style():
            drawn = drawing.draw(paper, *runs)
            content = paper.finish(drawn, runs, form)
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise HinterlandError(
            "figures need the package 'matplotlib'", "pip install 'hinterland[figures]'"
        ) from None
    file(path, content)
