"""How soon a drawing is on the map: python benchmarks/drawing.py RUN.

Opens RUN with `hinterland open` in headless Chromium, draws on the sheet of one's own image with
the mouse, one move after the other has been answered, and prints milliseconds from a move
  mark            to the mark of the drawing being moved on the map (encoded)
  reconstruction  to its reconstruction being painted (encoded and decoded)
Medians and the 95th percentile; the browser shows both with its next frame. --json prints one
object. Needs the test extras and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from pathlib import Path

from browsing import chromium, looking, served
from playwright.sync_api import Page

MOVES = 80
REST_MS = 150  # longer than any answer, so that none is taken for the next one's

WATCH = """() => {
    const told = { mark: [], reconstruction: [] };
    const waiting = { mark: null, reconstruction: null };
    const met = (kind) => {
        if (waiting[kind] !== null) told[kind].push(performance.now() - waiting[kind]);
        waiting[kind] = null;
    };
    document.querySelector(".drawing-sheet").addEventListener("pointermove", () => {
        for (const kind of ["mark", "reconstruction"]) waiting[kind] ??= performance.now();
    }, { capture: true });
    new MutationObserver(() => met("mark")).observe(document.querySelector(".landings"), {
        attributes: true, attributeFilter: ["transform"], subtree: true,
    });
    const decoded = document.querySelector(".decoded .picture").getContext("bitmaprenderer");
    const show = decoded.transferFromImageBitmap.bind(decoded);
    decoded.transferFromImageBitmap = (picture) => { show(picture); met("reconstruction"); };
    window.watched = told;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with chromium() as browser, served(asked.run) as server:
        page = looking(browser, server.url)
        draw(page)
        told = summed(page.evaluate("window.watched"))
    if asked.json:
        print(json.dumps(told))
        return
    for name, numbers in told.items():
        print(f"{name:15} {numbers['median']:6.1f} ms   95 %: {numbers['p95']:6.1f} ms")


def summed(found: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    return {
        name: {"median": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1]}
        for name, times in found.items()
    }


def draw(page: Page) -> None:
    """Two loops of an eight; the first answer, for which the encoder starts, is not counted."""
    page.keyboard.press("y")
    sheet = page.locator(".drawing-sheet")
    sheet.wait_for()
    box = sheet.bounding_box()
    assert box is not None
    x, y, side = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"] / 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 1, y)
    page.evaluate("async () => (await window.hinterland.own()).length")
    page.evaluate(WATCH)
    for i in range(MOVES):
        turn = 4 * math.pi * i / MOVES
        page.mouse.move(x + side * math.sin(2 * turn), y + side * math.sin(turn))
        page.wait_for_timeout(REST_MS)
    page.mouse.up()


if __name__ == "__main__":
    main()
