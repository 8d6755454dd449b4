"""A training begun, watched, stopped and resumed on the page; a server that comes and goes."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from hinterland.chart import Plan, chart, refresh
from hinterland.data import read
from hinterland.run import Run
from hinterland.train import train
from hinterland.types import Images
from tests.browsing import (
    BEHIND,
    PATIENCE,
    STATIC,
    fronted,
    looking,
    opened,
    pause,
    picture_folder,
    state,
    until,
)
from tests.conftest import Command, environment, record
from tests.proxies import REAL, address_of, free_port

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECONDS = 5  # within which a page is back after its server is, but where a machine is held up
RESTARTS = min(20, int(os.environ.get("HINTERLAND_TRIALS", "3")))
TOKEN = "t" * 43


@pytest.fixture
def run(tmp_path: Path, images: Images) -> Run:
    return record(tmp_path / "runs" / "first", images, epochs=3)


def weights(run: Run, epoch: int) -> str:
    told: str = run.manifest(epoch)["files"]["weights.safetensors"]["sha256"]
    return told


def newest(page: Page) -> int:
    return int(page.locator("input.epochs").get_attribute("max") or 0)


def panel(page: Page) -> None:
    page.locator(".surface").first.focus()
    page.keyboard.press("Shift+T")
    page.locator(".training").wait_for()


def test_a_training_is_begun_watched_stopped_and_resumed(
    browser: Browser, run: Run, tmp_path: Path, hinterland: Command
) -> None:
    """At its end the run is as if it had never stopped: the same bits."""
    with (
        opened(run.path, tmp_path / "server", more=["--allow-write"]) as url,
        looking(browser, url) as page,
    ):
        panel(page)
        page.get_by_text("A new run").click()
        page.get_by_label("Train on").select_option("digits")
        page.get_by_label("Epochs", exact=True).fill("2000")
        page.get_by_label("Name", exact=True).fill("../digits")
        page.get_by_role("button", name="Start training").click()
        assert page.locator("#begin-name:invalid").count() == 1  # and nothing was begun
        page.get_by_label("Name", exact=True).fill("digits")
        what_is_folded_away_is_pointed_at(page)
        page.get_by_role("button", name="Start training").click()
        page.get_by_role("heading", name="Waiting for the first epoch").wait_for()
        page.locator("input.epochs").wait_for()
        page.evaluate("window.hinterland.ready")

        seen = set()  # epochs at which what is under the hand was decoded, as they came
        ends = time.monotonic() + PATIENCE
        for move in itertools.count():
            page.mouse.move(500 + 3 * (move % 40), 330 + 2 * (move % 30))
            pause(page, 30)
            told = state(page)
            if told["cursor"] and told["cursor"]["decoded"] is not None:
                seen.add(told["cursor"]["decoded"])
            if len(seen) > 3:
                break
            assert time.monotonic() < ends, seen
        assert state(page)["faults"] == []

        page.evaluate("window.hinterland.set({ epoch: 1 })")
        before = newest(page)
        until(page, f"Number(document.querySelector('input.epochs').max) > {before}")
        assert state(page)["epoch"] == 1  # who looks at an older one stays there
        assert page.locator(".live").get_attribute("aria-pressed") == "false"
        page.locator(".live").get_by_text("new epoch").wait_for()
        page.locator(".live").click()
        until(page, "window.hinterland.state().drawn.epoch > 1")

        panel(page)
        page.get_by_role("button", name="Stop, and save").click()
        page.locator(".training-state").get_by_text("Stopped").wait_for()
        made = Run.open(run.path.parent / "digits")
        stopped = made.epochs[-1]
        until(page, f"window.hinterland.state().drawn.epoch === {stopped}")
        last = stopped + 2
        page.get_by_label("until epoch").fill(str(last))
        page.get_by_role("button", name="Resume").click()
        page.locator(".training-state").get_by_text("Finished").wait_for()
        until(page, f"window.hinterland.state().drawn.epoch === {last}")
        hinterland("train", "digits", "-o", "whole", "--epochs", str(last), "-q")
        assert weights(made, last) == weights(Run.open(tmp_path / "whole"), last)
        what_others_do_comes_to_the_page(page, made)


def what_is_folded_away_is_pointed_at(page: Page) -> None:
    page.get_by_text("More options").click()
    page.get_by_label("patience").fill("-1")
    page.get_by_text("More options").click()
    page.get_by_role("button", name="Start training").click()
    page.get_by_label("patience").fill("0")
    page.get_by_text("More options").click()


def what_others_do_comes_to_the_page(page: Page, run: Run) -> None:
    """A classifier, a map, an epoch; and what is chosen there stays."""
    last = run.epochs[-1]
    page.locator(".verdict").get_by_text("the classifier says").wait_for()
    page.evaluate("window.hinterland.set({ selection: [4, 5], pin: { image: 9 } })")
    at = page.get_by_role("combobox", name="Map", exact=True)
    assert not at.is_visible()
    list(chart(run, Plan.of(run, "pca", subject="pixels")))
    at.wait_for()
    at.select_option("pca-pixels")
    until(page, "window.hinterland.state().drawn.map === 'pca-pixels'")
    list(train(run, read("digits"), epochs=last + 1))
    list(refresh(run))
    until(page, f"Number(document.querySelector('input.epochs').max) === {last + 1}")
    told = state(page)
    assert (told["selection"], told["pin"]["image"]) == ([4, 5], 9)
    assert told["faults"] == []


class Server:
    """`hinterland open` of a run at one port, which is killed and started again."""

    def __init__(self, run: Run, home: Path) -> None:
        home.mkdir()
        self.port, self.outer = free_port(), free_port()
        words = ["open", str(run.path), "--port", str(self.port), "--no-browser", "--json"]
        words += ["--url", address_of(BEHIND, self.outer)] if BEHIND in REAL else []
        self._words = [sys.executable, "-m", "hinterland", *words]
        self._environment = environment(home)
        self.start(TOKEN)

    def start(self, token: str) -> None:
        """Settles when it answers."""
        self._process = subprocess.Popen(
            self._words,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment | {"HINTERLAND_TOKEN": token},
        )
        assert self._process.stdout
        assert json.loads(self._process.stdout.readline())["port"] == self.port

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()


def looked_at(page: Page) -> dict[str, Any]:
    told = state(page)
    return {key: told[key] for key in ("camera", "selection", "pin", "epoch", "drawn", "colour")}


@pytest.mark.skipif(STATIC, reason="whose server goes, of a static site, is no matter of ours")
def test_the_page_outlives_every_restart_of_its_server(
    browser: Browser, run: Run, tmp_path: Path
) -> None:
    site = Server(run, tmp_path / "home")
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    stack = ExitStack()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        address = f"http://127.0.0.1:{site.port}/#token={TOKEN}"
        page.goto(stack.enter_context(fronted(address, BEHIND, site.outer)))
        page.evaluate("window.hinterland.ready")
        page.evaluate(
            """window.hinterland.set({ camera: { kind: "2d", x: 0.3, y: -0.1, span: 2.5 } })
                .then(() => window.hinterland.set({ selection: [2, 3, 5], pin: { image: 7 } }))"""
        )
        undo = page.get_by_role("button", name="Undo (Ctrl+Z)")
        until(page, "!document.querySelector('[aria-label^=Undo]').disabled")
        page.evaluate("window.same = 1")  # gone where the page is loaded anew
        before, slow = looked_at(page), list[float]()
        banner = page.locator(".banner")
        for turn in range(RESTARTS):
            site.kill()
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            banner.wait_for()
            if turn == 1:  # what is asked for while nobody answers comes when somebody does
                page.evaluate("void window.hinterland.set({ epoch: 0 })")
                before |= {"epoch": 0, "drawn": {"map": "plane", "epoch": 0}}
            site.start(TOKEN)
            back = time.monotonic()
            banner.wait_for(state="hidden")
            slow.append(time.monotonic() - back)
            until(page, "window.hinterland.state().drawn.epoch === window.hinterland.state().epoch")
            assert looked_at(page) == before, turn
        assert sorted(slow)[len(slow) // 2] < SECONDS, slow
        assert page.evaluate("window.same") == 1
        assert undo.is_enabled()
        assert not page.get_by_role("heading", name="Paste the token").is_visible()

        site.kill()
        site.start("n" * 43)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.get_by_role("heading", name="Paste the token").wait_for()
        page.get_by_label("Address or token").fill("n" * 43)
        page.get_by_role("button", name="Open").click()
        page.get_by_role("heading", name="Paste the token").wait_for(state="hidden")
        page.evaluate("window.hinterland.set({ epoch: 2 })")
        assert looked_at(page)["selection"] == [2, 3, 5]
        assert page.evaluate("window.same") == 1
        undo.click()
        until(page, "window.hinterland.state().pin === null")
        assert not [told for told in wrong if "does not answer" not in told]
    finally:
        context.close()
        stack.close()
        site.kill()


def test_two_panels_opened_in_a_narrow_window_never_lie_on_one_another(
    browser: Browser, run: Run, tmp_path: Path
) -> None:
    with (
        opened(run.path, tmp_path / "server", more=["--allow-write"]) as url,
        looking(browser, url, viewport={"width": 600, "height": 900}) as page,
    ):
        true, trainings = page.locator(".truth"), page.locator(".training")
        page.locator(".surface").first.focus()
        for key in ("q", "Shift+T"):
            page.keyboard.press(key)
        assert true.is_visible() and trainings.is_visible()
        assert apart(true, trainings), "one below the other"
        for width in (1280, 900):
            page.set_viewport_size({"width": width, "height": 800})
            true.wait_for(state="hidden")
            assert trainings.is_visible(), "what was opened last stays"
            for theme in ("dark", "light"):
                page.emulate_media(color_scheme=theme)
                page.screenshot(path=picture_folder() / f"widened-{width}-{theme}.png")
        page.set_viewport_size({"width": 600, "height": 900})
        assert trainings.is_visible() and not true.is_visible()


def apart(one: Locator, other: Locator) -> bool:
    """Whether no spot of the window is in both."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a and b
    across = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return across or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
