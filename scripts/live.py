"""Trains what the gallery shows live, and exports each run as a site of its own into build/live.

python scripts/live.py [NAME ...]     all, or some of digits, mnist, fashion-mnist, shapes

Runs are kept in build/runs: what is there is not trained again. `make docs` takes the sites along.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

BUILD = Path(__file__).parent.parent / "build"


class Live(NamedTuple):
    """A run of the gallery: how it is trained, mapped and exported, and what it is there for."""

    title: str
    about: str
    train: str
    maps: tuple[str, ...] = ()
    export: str = ""
    view: str = ""  # what is looked at first: a fragment of the page's address


LIVE = {
    "digits": Live(
        "1,797 handwritten digits, 8 × 8",
        "What `hinterland demo` trains. Two latents, so the map is the latent space itself: play"
        " the epochs, draw a digit of your own.",
        "digits --epochs 30",
        export="--most 16",
    ),
    "mnist": Live(
        "MNIST in two latents",
        "10,000 digits that the model never saw, and its whole plane decoded. Come nearer: the"
        " ground gets finer without end.",
        "mnist --epochs 20",
        export="--most 12",
        view="layers=territory,decoded,points",
    ),
    "fashion-mnist": Live(
        "Clothes in sixteen latents",
        "Sixteen numbers do not fit on a plane. Change the map: the flat sheet (pca) is exact and"
        " crowded, LocalMAP bends, and the fog shows where its way back is a guess.",
        "fashion-mnist --latent-dim 16 --set beta=0.3 --epochs 12",
        maps=("--projection localmap",),
        export="--most 8",
        view="map=localmap",
    ),
    "shapes": Live(
        "Drawn shapes in three latents",
        "A map with depth, of pictures whose every factor is known. Turn it, and colour it by x,"
        " y and scale: these are its three directions. Then by hue: there was no room for it.",
        "shapes --size 32 --model conv-vae --latent-dim 3 --epochs 12",
        export="--most 6 --images 4000",
        view="colour=x",
    ),
}


def main() -> None:
    """Train, map and export what was asked for."""
    for name in sys.argv[1:] or LIVE:
        live, run, site = LIVE[name], BUILD / "runs" / name, BUILD / "live" / name
        for place in (run, site):
            place.parent.mkdir(parents=True, exist_ok=True)
        if not (run / "run.json").is_file():
            hinterland(f"train {live.train} -o", str(run))
        else:
            hinterland("resume", str(run))
        for each in live.maps:
            hinterland(f"map {each}", str(run))
        more = ("--overwrite",) if site.exists() else ()
        words = ("--title", live.title, "--description", live.about.replace("`", ""))
        hinterland(f"export {live.export} -o", str(site), str(run), *words, *more)
    there = [
        {"name": name, "title": live.title, "about": live.about, "view": live.view}
        for name, live in LIVE.items()
        if (BUILD / "live" / name / "site.json").is_file()
    ]
    (BUILD / "live" / "gallery.json").write_text(json.dumps(there), encoding="utf-8")


def hinterland(words: str, *paths: str) -> None:
    """One command, of this checkout."""
    command = [*shlex.split(words), *paths]
    print("hinterland", shlex.join(command))
    subprocess.run([sys.executable, "-m", "hinterland", *command], check=True)


if __name__ == "__main__":
    main()
