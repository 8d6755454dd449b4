"""Frames of the page while its map moves, and the processor that they cost."""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from browsing import MIDDLE, chromium
from playwright.sync_api import Browser, CDPSession, Page

PANNED_S = 3.0

COLLECT = """() => {
  window.gaps = [];
  let last = performance.now();
  window.collecting = true;
  const look = (now) => {
    window.gaps.push(now - last);
    last = now;
    if (window.collecting) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
COLLECTED = "() => { window.collecting = false; return window.gaps.slice(2); }"
PLAYED = """async () => {
  await window.hinterland.set({ epoch: 0, speed: 4 });
  await window.hinterland.set({ playing: true });
  while (window.hinterland.state().playing) await new Promise((go) => setTimeout(go, 20));
}"""


def during(page: Page, act: Callable[[], object]) -> list[float]:
    """Milliseconds from one frame to the next, for as long as something is done."""
    page.evaluate(COLLECT)
    act()
    gaps: list[float] = page.evaluate(COLLECTED)
    return gaps


def played(page: Page) -> list[float]:
    """The same while all epochs are played."""
    return during(page, lambda: page.evaluate(PLAYED))


def drag(page: Page, frames: str) -> float:
    """Frames per second while the pointer drags; frames: what counts them in the page."""
    page.mouse.move(*MIDDLE)
    page.mouse.down()
    first, started = page.evaluate(frames), time.perf_counter()
    step = 0
    while (passed := time.perf_counter() - started) < PANNED_S:
        turn = 2 * math.pi * step / 40
        page.mouse.move(MIDDLE[0] + 60 * math.sin(turn), MIDDLE[1] + 40 * math.sin(2 * turn))
        step += 1
    drawn: int = page.evaluate(frames) - first
    page.mouse.up()
    return drawn / passed


def meter(page: Page) -> CDPSession:
    """What `worked` reads."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


def worked(session: CDPSession) -> float:
    """Seconds of the processor that the page's thread had: what a busy machine does not change."""
    told = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in told if one["name"] == "TaskDuration"))


def figures_of(
    looked_at: Callable[[Browser, Path, int], dict[str, float]],
    most: Mapping[str, float],
    about: str,
) -> int:
    """A benchmark as a command: prints its figures; gives 1 where one is above what was asked.

    looked_at: a browser, the folder of the runs and a number of rounds -> figures by name. most:
    what was asked of some of them. about: what `--help` says.
    """
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where runs are, or will be")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        told = looked_at(browser, asked.keep or Path(scratch), asked.rounds)
    if asked.json:
        print(json.dumps(told))
    else:
        for name, value in told.items():
            due = f"   asked: at most {most[name]}" if name in most else ""
            print(f"{name:<28}{value:10.2f}{due}")
    return int(any(told[name] > limit for name, limit in most.items()))
