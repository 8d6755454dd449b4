"""How quick the map is while it shows the images themselves: python benchmarks/pictures.py RUN.

Opens RUN with `hinterland open` in headless Chromium, zooms a little in, drags the map, and prints
for points alone and for pictures of several sizes: frames per second, the milliseconds that the
map and the pictures take of a frame, and how many pictures are seen at once.
--map: one of the run's; by default its first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from browsing import MIDDLE, chromium, looking, served
from frames import drag

SIZES = (0, 16, 24, 32, 64)
OWN = "Number(document.querySelector('.view-map .thumbs').dataset.ms ?? 0)"
SEEN = "Number(document.querySelector('.view-map .thumbs').dataset.pictures ?? 0)"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--map")
    asked = parser.parse_args()
    with chromium() as browser, served(asked.run) as server:
        page = looking(browser, server.url)
        if asked.map:
            page.evaluate("map => window.hinterland.set({ map })", asked.map)
        page.mouse.move(*MIDDLE)
        page.mouse.wheel(0, -400)
        for size in SIZES:
            page.evaluate("pictures => window.hinterland.set({ pictures })", size)
            page.wait_for_timeout(1500)  # the pictures are here
            seen = page.evaluate(SEEN) if size else 0
            fps = drag(page, "window.hinterland.timings().frames")
            cost = page.evaluate("window.hinterland.timings().msPerFrame")
            what = f"{seen:,} pictures of {size} pixels" if size else "points alone"
            own = page.evaluate(OWN) if size else 0.0
            told = f"map {cost:5.1f} ms   pictures {own:5.1f} ms"
            print(f"{what:<30}{fps:6.1f} frames/s   {told}", flush=True)


if __name__ == "__main__":
    main()
