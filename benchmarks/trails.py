"""What trails cost while the epochs play: python benchmarks/trails.py.

A small model is trained on 10,000 made-up images over 20 epochs (or found in --keep FOLDER),
opened, and played at four times the speed in headless Chromium on the processor, in every round
once without trails, once with those of 500 images, the most that are drawn. Prints medians over
--rounds of
  play   milliseconds from one frame of the page to the next, and the worst in twenty of them
  cpu    the page's thread's processor time for a frame
  draw   what drawing the trails took of it, as the page itself measured at the last epoch
and the ratio of the frame times: at most 2. --json prints one object. Needs the train and test
extras and a Chromium.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from browsing import looking, served
from frames import figures_of, meter, played, worked
from made_up import trained
from playwright.sync_api import Browser

N = 10_000
EPOCHS = 20
MOST = 500
MODES = {"without": "trails: false", "with": "trails: true"}
CHOSEN = f"[...Array({MOST}).keys()].map((i) => {N // MOST} * i)"
ALL_HERE = """async (most) => {
  const canvas = document.querySelector("canvas.trails");
  while (canvas.dataset.trails !== String(most) || Number(canvas.dataset.stops) < 20)
    await new Promise((go) => setTimeout(go, 20));
}"""
ASKED = {"play ratio": 2.0}


def looked_at(browser: Browser, place: Path, rounds: int) -> dict[str, float]:
    """The run that is in a folder, or will be, with trails and without by turns."""
    gaps: dict[str, list[float]] = {mode: [] for mode in MODES}
    work: dict[str, list[float]] = {mode: [] for mode in MODES}
    drawn: list[float] = []
    with served(trained(place / "trails", N, EPOCHS)) as server:
        page = looking(browser, server.url)
        session = meter(page)
        page.evaluate(f"window.hinterland.set({{ trails: true, selection: {CHOSEN} }})")
        page.evaluate(ALL_HERE, MOST)
        played(page)  # whatever is fetched and compiled once
        for _ in range(rounds):
            for mode, wish in MODES.items():
                page.evaluate(f"window.hinterland.set({{ {wish} }})")
                page.wait_for_timeout(600)
                before = worked(session)
                frames = played(page)
                gaps[mode] += frames
                work[mode].append(1000 * (worked(session) - before) / max(1, len(frames)))
            drawn.append(float(page.locator("canvas.trails").get_attribute("data-ms") or "nan"))
        page.close()
    told: dict[str, float] = {}
    for mode in MODES:
        told[f"{mode} play_ms"] = statistics.median(gaps[mode])
        told[f"{mode} play_worst_ms"] = statistics.quantiles(gaps[mode], n=20)[-1]
        told[f"{mode} cpu_ms"] = statistics.median(work[mode])
    told["draw_ms"] = statistics.median(drawn)
    told["play ratio"] = told["with play_ms"] / told["without play_ms"]
    told["cpu ratio"] = told["with cpu_ms"] / told["without cpu_ms"]
    return told


if __name__ == "__main__":
    sys.exit(figures_of(looked_at, ASKED, __doc__))
