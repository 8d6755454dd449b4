"""How quick the page is, in headless Chromium on the processor: python benchmarks/page.py.

Runs of made-up images are made in a temporary folder (or in --keep FOLDER, and used again), opened
with `hinterland open`, and looked at. Prints medians over --rounds, and what was asked beside them:
  first map   seconds from the command's start to the first painted map (the browser is running)
  panning     frames per second while the map is dragged, and the processor's time for one on the
              page's thread; --peer FOLDER: regl-scatterplot beside it
  hover       milliseconds from a pointer move to the painted picture, 70,000 points on screen
  ground      milliseconds until a screenful of pictures is decoded after the layer is switched on
--json prints one object. Needs the train and test extras and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from browsing import MIDDLE, SIZE, chromium, hovered, looking, served
from frames import drag, meter, worked
from made_up import convolutional, many
from peer import peer_speed
from playwright.sync_api import Browser, Page

RUNS = {
    "n100000": lambda path: many(path, 100_000),
    "n1000000": lambda path: many(path, 1_000_000),
    "conv28": lambda path: convolutional(path, 70_000, (28, 28, 1)),
    "conv64": lambda path: convolutional(path, 70_000, (64, 64, 3)),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS), metavar="RUN")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where the runs are, or will be"
    )
    parser.add_argument(
        "--peer", type=Path, metavar="FOLDER", help="where `npm install regl-scatterplot` was run"
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    told: dict[str, float] = {"processes waiting": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        for name in asked.only:
            path = (asked.keep or Path(scratch)) / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                RUNS[name](path)
            rounds = [one_round(browser, path, name) for _ in range(asked.rounds)]
            figures = {key: [value for one in rounds for value in one[key]] for key in rounds[0]}
            told |= summary(name, figures)
            if asked.peer and name.startswith("n"):
                n = int(name[1:])
                peer = peer_speed(browser, asked.peer, n)
                told |= {f"{name} {key} of regl-scatterplot": value for key, value in peer.items()}
                told[f"{name} panning ratio"] = told[f"{name} panning_fps"] / peer["panning_fps"]
            if not asked.json:
                say(told, name)
    told["processes waiting at the end"] = os.getloadavg()[0]
    if asked.json:
        print(json.dumps(told))
    else:
        say(told, "processes")


def summary(name: str, figures: dict[str, list[float]]) -> dict[str, float]:
    """Medians, and of hovers the 95th percentile."""
    told = {f"{name} {key}": statistics.median(values) for key, values in figures.items()}
    if "hover_ms" in figures:
        told[f"{name} hover_ms p95"] = statistics.quantiles(figures["hover_ms"], n=20)[-1]
    return told


ASKED = {
    "n100000 first_map_s": "at most 3",
    "n1000000 first_map_s": "at most 6",
    "n1000000 panning_fps": "at least 10",
    "conv28 hover_ms": "under 16",
    "conv28 hover_ms p95": "under 33",
    "conv64 hover_ms": "under 16",
    "conv64 hover_ms p95": "under 33",
    "conv28 ground_ms": "under 500",
    "conv64 ground_ms": "under 500",
}


def say(told: dict[str, float], name: str) -> None:
    for key, value in told.items():
        if key.split()[0] == name:
            due = f"   asked: {ASKED[key]}" if key in ASKED else ""
            print(f"{key:<48}{value:10.2f}{due}", flush=True)


def one_round(browser: Browser, run: Path, name: str) -> dict[str, list[float]]:
    """One opening of a run, from the command's start."""
    started = time.perf_counter()
    with served(run) as server:
        answered = time.perf_counter() - started
        page = looking(browser, server.url)
        told = {"first_map_s": [time.perf_counter() - started], "server_s": [answered]}
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500)  # what came after the first picture is worked through
        if name.startswith("n"):
            told |= panning(page)
        else:
            told |= {"hover_ms": hovered(page), **ground(page)}
            page.evaluate("window.hinterland.set({ layers: { decoded: false } })")
        page.close()
    return told


def panning(page: Page) -> dict[str, list[float]]:
    frames = "window.hinterland.timings().frames"
    session = meter(page)
    first, before = page.evaluate(frames), worked(session)
    fps = drag(page, frames)
    drawn = page.evaluate(frames) - first
    return {
        "panning_fps": [fps],
        "panning_cpu_ms": [1000 * (worked(session) - before) / max(1, drawn)],
    }


GROUND = """async () => {
  const begun = performance.now();
  await window.hinterland.set({ layers: { decoded: true } });
  const state = () => window.hinterland.state().layers.decoded;
  while (state().busy) await new Promise((go) => setTimeout(go, 4));
  return performance.now() - begun;
}"""


def ground(page: Page) -> dict[str, list[float]]:
    """A screenful of decoded pictures, and hovers while others are being decoded."""
    made = page.evaluate(GROUND)
    cell = page.evaluate(f"window.hinterland.ground('decoded', {MIDDLE[0]}, {MIDDLE[1]})")
    (x, y), (wide, tall) = cell["spot"], cell["size"]
    left, top = page.evaluate(f"window.hinterland.toScreen([{x}, {y}])")
    right, below = page.evaluate(f"window.hinterland.toScreen([{x + wide}, {y - tall}])")
    images = SIZE["width"] / (right - left) * SIZE["height"] / (below - top)
    page.mouse.move(*MIDDLE)
    page.mouse.wheel(0, -1500)  # so near that all of the ground is new
    return {"ground_ms": [made], "ground_images": [images], "hover_on_ground_ms": hovered(page)}


if __name__ == "__main__":
    main()
