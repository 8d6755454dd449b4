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
import statistics
import time
from pathlib import Path
from typing import Any

from browsing import chromium, hovered, looking, served
from playwright.sync_api import Browser

from hinterland.run import Run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--map", help="a map of the run (default: its first)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with chromium() as browser:
        rounds = [measured(browser, asked.run, asked.map) for _ in range(asked.rounds)]
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


def measured(browser: Browser, run: Path, name: str | None) -> dict[str, Any]:
    """One opening of the run, from the command's start, and one walk over its map."""
    started = time.perf_counter()
    with served(run) as server:
        told: dict[str, Any] = {"ready": time.perf_counter() - started}
        page = looking(browser, server.url)
        told["first_map"] = time.perf_counter() - started
        if name:
            page.evaluate("map => window.hinterland.set({ map })", name)
        told["hovers"] = hovered(page)
        told["renderer"] = page.evaluate("window.hinterland.timings().renderer")
        told["map"] = page.evaluate("window.hinterland.state().drawn.map")
        page.close()
    return told


if __name__ == "__main__":
    main()
