"""Builds docs/gallery.md and its pictures from runs that are there.

python scripts/gallery.py runs/mnist runs/fashion runs/mnist-16 [--only KIND ...]

--only draws some kinds anew and leaves the other pictures as they are. The first two runs have two
latents and a classifier, the third has more latents. All figures and movies are drawn with their
usual settings, but small, and kept as WebP.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from hinterland.show.figures import FIGURES, figure
from hinterland.show.movies import MOVIES, movie
from hinterland.show.reader import Reader, load

DOCS = Path(__file__).parent.parent / "docs"
PLACE = DOCS / "gallery"
BROAD = 900  # pixels of a figure
QUALITY = 78
FIRST, SECOND, DEEP = range(3)


class Shown(NamedTuple):
    """One picture: its kind, whose it is, in which theme, and with which settings."""

    kind: str
    whose: tuple[int, ...]
    theme: str = "light"
    options: tuple[tuple[str, Any], ...] = ()


FIGURE_LIST = (
    Shown("reconstructions", (FIRST,)),
    Shown("reconstructions", (SECOND,), "dark", (("order", "worst"),)),
    Shown("latents", (FIRST,)),
    Shown("latents", (SECOND,), "light", (("markers", "images"),)),
    Shown("pixels-vs-latents", (DEEP,)),
    Shown("manifold", (FIRST,)),
    Shown("manifold", (SECOND,), "dark", (("steps", 16),)),
    Shown("territory", (FIRST,), "dark"),
    Shown("territory", (SECOND,)),
    Shown("codes", (DEEP,)),
    Shown("interpolation", (DEEP,)),
    Shown("interpolation", (SECOND,), "dark", (("path", "examples"),)),
    Shown("arithmetic", (SECOND,), "dark"),
    Shown("traversals", (DEEP,), "light", (("latents", 6),)),
    Shown("traversals", (DEEP,), "dark", (("latents", 6), ("along", "directions"))),
    Shown("samples", (DEEP,)),
    Shown("samples", (SECOND,), "dark", (("count", 6),)),
    Shown("distortion", (FIRST,), "dark"),
    Shown("distortion", (SECOND,), "light", (("points", False), ("ellipses", True))),
    Shown("losses", (FIRST,)),
    Shown("league", (FIRST, DEEP)),
)
SMALL = (("size", 270),)
MOVIE_LIST = (
    Shown("timeline", (FIRST,), "dark", (*SMALL, ("points", 400), ("between", 4))),
    Shown("territory", (SECOND,), "light", (*SMALL, ("points", 100), ("between", 3))),
    Shown("training", (FIRST,), "light", (*SMALL, ("rows", 1), ("between", 3))),
    Shown("interpolation", (SECOND,), "dark", (*SMALL, ("steps", 4))),
    Shown("orbit", (DEEP,), "dark", (*SMALL, ("points", 400), ("frames", 28))),
)


def main() -> None:
    """Draw everything, and write the page that shows it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs=3, type=Path, metavar="RUN")
    parser.add_argument("--only", nargs="+", default=[], metavar="KIND", help="draw these anew")
    asked = parser.parse_args()
    runs, only = [load(path) for path in asked.runs], asked.only
    PLACE.mkdir(exist_ok=True)
    for old in PLACE.glob("*.webp"):
        if not only:
            old.unlink()
    page = [
        "# Gallery",
        "",
        "What becomes of a run: a page to explore, figures for paper, movies.",
        "[Every kind, with its settings](figures.md).",
        "",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for family, shown, draw in (
            (FIGURES, FIGURE_LIST, _figure),
            (MOVIES, MOVIE_LIST, _movie),
        ):
            page += [f"## {family.kind.capitalize()}s", ""]
            for kind in family:
                page += [f"### {kind}", "", family.summary(kind), ""]
                for number, each in enumerate(e for e in shown if e.kind == kind):
                    name = f"{family.kind}-{kind}-{number}.webp"
                    if not only or kind in only:
                        made = draw(each, [runs[i] for i in each.whose], folder)
                        (PLACE / name).write_bytes(made)
                    page += [f"`{_command(family.kind, each, runs)}`", ""]
                    page += [f"![{kind}](gallery/{name})", ""]
                    print(name, (PLACE / name).stat().st_size)
    (DOCS / "gallery.md").write_text("\n".join(page).rstrip() + "\n", encoding="utf-8")
    print("in all", sum(path.stat().st_size for path in PLACE.iterdir()))


def _figure(shown: Shown, runs: list[Reader], folder: str) -> bytes:
    path = Path(folder) / "figure.png"
    figure(shown.kind, runs, path, theme=shown.theme, options=dict(shown.options))
    picture = Image.open(path).convert("RGB")
    if picture.width > BROAD:
        size = BROAD, round(picture.height * BROAD / picture.width)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()


def _movie(shown: Shown, runs: list[Reader], folder: str) -> bytes:
    path = Path(folder) / "movie.webp"
    movie(shown.kind, runs[0], path, theme=shown.theme, options=dict(shown.options), fps=12)
    return path.read_bytes()


def _command(word: str, shown: Shown, runs: list[Reader]) -> str:
    names = " ".join(f"runs/{runs[i].name}" for i in shown.whose)
    form = "pdf" if word == "figure" else "gif"
    theme = "" if shown.theme == "light" else f" --theme {shown.theme}"
    settings = "".join(f" --set {key}={str(value).lower()}" for key, value in shown.options)
    return f"hinterland {word} {shown.kind} {names} -o {shown.kind}.{form}{theme}{settings}"


if __name__ == "__main__":
    main()
