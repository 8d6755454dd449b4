"""How soon a map is seen and a hover painted: python benchmarks/hover.py RUN [--map NAME].

Opens RUN with `hinterland open` in headless Chromium, several times, and prints
  first map   seconds from the command's start to the first painted map (the browser is running)
  hover       milliseconds from a pointer move to the painted picture, over a walk across the map
On a map that bends the way back, through the nearest points, is in the hover.
Medians and the 95th percentile; --json prints one object. Needs the test extras and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from hinterland.run import Run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MOVES = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--map", help="a map of the run (default: its first)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    program = next(path for name in NAMES if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        rounds = [measured(browser, asked.run, asked.map) for _ in range(asked.rounds)]
        browser.close()
    hovers = [each for one in rounds for each in one["hovers"]]
    told = {
        "points": Run.open(asked.run).images()["n"],
        "map": rounds[0]["map"],
        "first_map_s": statistics.median(one["first_map"] for one in rounds),
        "server_ready_s": statistics.median(one["ready"] for one in rounds),
        "hover_ms": statistics.median(hovers),
        "hover_p95_ms": statistics.quantiles(hovers, n=20)[-1],
        "hovers": len(hovers),
        "renderer": rounds[0]["renderer"],
    }
    if asked.json:
        print(json.dumps(told))
        return
    print(
        f"{told['points']:,} points, map '{told['map']}', {told['renderer']}, {asked.rounds} rounds"
    )
    print(
        f"first map  {told['first_map_s']:.2f} s (the server answered after "
        f"{told['server_ready_s']:.2f} s)"
    )
    print(
        f"hover      {told['hover_ms']:.1f} ms median, {told['hover_p95_ms']:.1f} ms p95, "
        f"{told['hovers']} hovers"
    )


def measured(browser: Browser, run: Path, name: str | None) -> dict[str, object]:
    """One opening of the run, from the command's start, and one walk over its map."""
    started = time.perf_counter()
    words = [sys.executable, "-m", "hinterland", "open", str(run), "--no-browser", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        ready = time.perf_counter() - started
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        page.evaluate("window.hinterland.ready")
        first_map = time.perf_counter() - started
        if name:
            page.evaluate("map => window.hinterland.set({ map })", name)
        # the first hover waits for the decoder to be loaded; it is not one of those counted
        page.mouse.move(600, 400)
        while page.evaluate("window.hinterland.state().shown") is None:
            page.wait_for_timeout(50)
        hovers = []
        for step in range(MOVES):
            turn = step / MOVES * 2 * math.pi
            seen = page.evaluate("window.hinterland.timings().hovers.length")
            page.mouse.move(600 + 220 * math.cos(3 * turn), 390 + 180 * math.sin(5 * turn))
            for _ in range(50):
                told = page.evaluate("window.hinterland.timings()")
                if len(told["hovers"]) != seen or told["hover"] != (hovers or [None])[-1]:
                    break
                page.wait_for_timeout(4)
            hovers.append(told["hover"])
        renderer = page.evaluate("window.hinterland.timings().renderer")
        shown = page.evaluate("window.hinterland.state().drawn.map")
        page.close()
        os.kill(server.pid, signal.SIGINT)
    return {
        "ready": ready,
        "first_map": first_map,
        "hovers": hovers,
        "renderer": renderer,
        "map": shown,
    }


if __name__ == "__main__":
    main()
