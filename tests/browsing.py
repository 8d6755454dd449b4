"""A run before a person's eyes: `hinterland open` and a headless Chromium that looks at it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Browser, Page, sync_playwright

from hinterland.models import build
from hinterland.run import Run
from tests.conftest import environment

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def opened(run: Path, home: Path) -> Iterator[str]:
    """Serve a run as a person would, and give its address with the token."""
    home.mkdir(exist_ok=True)
    words = [sys.executable, "-m", "hinterland", "open", str(run), "--no-browser", "--json"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=environment(home)
    ) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.send_signal(signal.SIGINT)
            status = server.wait(timeout=10)
    assert status == 0


@contextmanager
def chromium() -> Iterator[Browser]:
    program = next(path for name in NAMES if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def looking(browser: Browser, url: str, **view: Any) -> Iterator[Page]:
    """A page on which the first map is painted. Whatever its console complains of is a failure."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800}, **view)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None,
    )
    page.goto(url)
    page.evaluate("window.hinterland.ready")
    yield page
    context.close()
    assert complaints == []


def until(page: Page, condition: str, arg: Any = None, seconds: float = 30) -> None:
    """Wait until a condition holds in the page.

    Playwright's own wait evaluates text inside the page, which our security policy forbids.
    """
    function = condition if "=>" in condition else f"() => {condition}"
    last = time.monotonic() + seconds
    while not page.evaluate(function, arg):
        assert time.monotonic() < last, f"{condition} did not come true in {seconds} s"
        page.wait_for_timeout(20)


def state(page: Page) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate("window.hinterland.state()")
    return told


def hover(page: Page, point: np.ndarray) -> None:
    """Move the pointer to a point of the map, and wait until what lies there is painted."""
    x, y = page.evaluate("p => Array.from(window.hinterland.toScreen(p))", point.tolist())
    page.mouse.move(x + 30, y + 30)
    page.mouse.move(x, y, steps=4)
    until(
        page,
        """() => {
            const { cursor, shown } = window.hinterland.state();
            return cursor && shown && cursor.decoded === window.hinterland.state().epoch &&
                JSON.stringify(cursor.latent) === JSON.stringify(shown.latent);
        }""",
    )


def painted(page: Page) -> np.ndarray:
    """(h, w, c): the picture under the cursor as the page shows it now."""
    told = page.evaluate(
        """() => { const { pixels, h, w, c } = window.hinterland.shownPixels();
            return { pixels: Array.from(pixels), h, w, c }; }"""
    )
    return np.asarray(told["pixels"], np.float32).reshape(told["h"], told["w"], told["c"])


def python_decodes(run: Run, epoch: int, latent: list[float]) -> np.ndarray:
    """(h, w, c): what torch makes of a latent with an epoch's weights."""
    told = run.spec["model"]
    shape = tuple(run.spec["images"]["shape"])
    net = build(told["name"], shape, told["latent_dim"], told["options"]).eval()
    weights = run.arrays(epoch, "weights")
    net.load_state_dict({key: torch.from_numpy(value.copy()) for key, value in weights.items()})
    return net.decode(np.asarray([latent], np.float32))[0]


def picture_folder() -> Path:
    """Where screenshots are left for a person to look at: test-results/ below the checkout."""
    place = Path(os.environ.get("HINTERLAND_SCREENSHOTS", "test-results"))
    place.mkdir(exist_ok=True)
    return place
