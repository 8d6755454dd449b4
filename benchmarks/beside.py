"""How much slower two maps side by side are than one: python benchmarks/beside.py.

Two small models are trained on the same 10,000 made-up images (or found in --keep FOLDER), opened
as one site, and looked at in headless Chromium on the processor. In every round, in turn: one map,
two epochs of it, two runs. Each is dragged about and zoomed, where there are two by turns on both
sides; then the epochs are played, which moves the points of all maps that are there at once.
Prints medians over --rounds of
  pan, zoom, play   milliseconds from one frame of the page to the next
  cpu               the page's thread's processor time for a frame: frames come at most 60 times a
                    second, however quickly they are made, and a busy machine changes it less
and the ratio of two to one: at most 2.5. --json prints one object. Needs the train and test extras
and a Chromium.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from browsing import looking, served
from frames import during, figures_of, meter, played, worked
from made_up import trained
from playwright.sync_api import Browser, CDPSession, Page

N = 10_000
EPOCHS = 4
RUNS = {"first": "vae", "second": "dense"}
MODES = {
    "one": "null",
    "epochs": "{ epoch: 1 }",
    "runs": "{ run: 'second' }",
}
MIDDLES = {"main": (380, 420), "beside": (760, 450)}
MOVED_S = 1.5
RATIOS = ("pan", "zoom", "play", "cpu")
ASKED = {f"{mode} {name} ratio": 2.5 for mode in ("epochs", "runs") for name in RATIOS}


def looked_at(browser: Browser, place: Path, rounds: int) -> dict[str, float]:
    """The runs that are in a folder, or will be, one map and two by turns."""
    runs = [trained(place / name, N, EPOCHS, model=model) for name, model in RUNS.items()]
    figures: dict[str, list[float]] = {}
    with served(*runs) as server:
        page = looking(browser, f"{server.url}&run=first")
        session = meter(page)
        for _ in range(rounds):
            for mode, wish in MODES.items():
                page.evaluate(f"window.hinterland.set({{ beside: {wish}, camera: null }})")
                page.wait_for_timeout(600)
                for name, gaps in moved(page, session, two=mode != "one").items():
                    figures.setdefault(f"{mode} {name}", []).extend(gaps)
        page.close()
    told = {name: statistics.median(values) for name, values in figures.items()}
    for mode in ("epochs", "runs"):
        for name in RATIOS:
            told[f"{mode} {name} ratio"] = told[f"{mode} {name}_ms"] / told[f"one {name}_ms"]
    return told


def moved(page: Page, session: CDPSession, *, two: bool) -> dict[str, list[float]]:
    """Frame times of one round: dragged, zoomed, played."""
    before = worked(session)
    pans = [during(page, partial(drag, page, side)) for side in sides(two)]
    zooms = [during(page, partial(zoom, page, side)) for side in sides(two)]
    plays = played(page)
    frames = sum(map(len, [*pans, *zooms, plays]))
    return {
        "pan_ms": [gap for gaps in pans for gap in gaps],
        "zoom_ms": [gap for gaps in zooms for gap in gaps],
        "play_ms": plays,
        "cpu_ms": [1000 * (worked(session) - before) / max(1, frames)],
    }


def sides(two: bool) -> list[str]:
    return ["main", "beside"] if two else ["main"]


def drag(page: Page, side: str) -> None:
    x, y = MIDDLES[side]
    page.mouse.move(x, y)
    page.mouse.down()
    for turn in steps():
        page.mouse.move(x + 60 * math.sin(turn), y + 40 * math.sin(2 * turn))
    page.mouse.up()


def zoom(page: Page, side: str) -> None:
    page.mouse.move(*MIDDLES[side])
    for turn in steps():
        page.mouse.wheel(0, 60 * math.cos(turn))


def steps() -> Iterator[float]:
    """Angles, for as long as a movement lasts."""
    started, step = time.perf_counter(), 0
    while time.perf_counter() - started < MOVED_S:
        yield 2 * math.pi * step / 40
        step += 1


if __name__ == "__main__":
    sys.exit(figures_of(looked_at, ASKED, __doc__))
