"""A run before a headless Chromium, on the processor: what looks at the page begins with this."""

from __future__ import annotations

import json
import math
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE: ViewportSize = {"width": 1280, "height": 800}
MIDDLE = (600, 400)  # on the map, between the panels
MOVES = 200


class Served(NamedTuple):
    """`hinterland open`: the page's address with its token, and the process."""

    url: str
    pid: int


@contextmanager
def chromium() -> Iterator[Browser]:
    """One that has started, and has opened a page."""
    program = next(path for name in NAMES if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        browser.new_page().goto("about:blank")
        yield browser
        browser.close()


@contextmanager
def served(*runs: Path) -> Iterator[Served]:
    """Runs, served as a person would serve them; entered as soon as their address is known."""
    words = ["open", *map(str, runs), "--no-browser", "--json", "-q"]
    program = [sys.executable, "-m", "hinterland", *words]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield Served(json.loads(server.stdout.readline())["url"], server.pid)
        finally:
            server.send_signal(signal.SIGINT)


def looking(browser: Browser, url: str) -> Page:
    """A page on which the first map is painted."""
    page = browser.new_page(viewport=SIZE)
    page.goto(url)
    page.evaluate("window.hinterland.ready")
    return page


def hovered(page: Page) -> list[float]:
    """Milliseconds from a move to the painted picture, for each move of a walk over the map.

    The first hover waits for the decoder and is not counted.
    """
    page.mouse.move(*MIDDLE)
    while page.evaluate("window.hinterland.state().shown") is None:
        page.wait_for_timeout(50)
    hovers: list[float] = []
    for step in range(MOVES):
        turn = step / MOVES * 2 * math.pi
        before = page.evaluate("window.hinterland.timings().hover")
        page.mouse.move(600 + 220 * math.cos(3 * turn), 390 + 180 * math.sin(5 * turn))
        for _ in range(100):
            now = page.evaluate("window.hinterland.timings().hover")
            if now != before:
                hovers.append(now)
                break
            page.wait_for_timeout(4)
    return hovers
