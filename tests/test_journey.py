"""The first minute in a real browser, held against what Python's decoder says."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import Browser

from hinterland.chart import refresh
from hinterland.run import Run
from hinterland.types import Images
from tests.browsing import (
    PATIENCE,
    STATIC,
    hover,
    looking,
    network,
    opened,
    painted,
    pause,
    picture_folder,
    python_decodes,
    state,
    until,
)
from tests.conftest import call, environment, frame, labels, record

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CLOSE = 1e-3
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The real digits, trained as `hinterland train` does."""
    path = tmp_path_factory.mktemp("journey") / "digits"
    call("train", "digits", "-o", str(path), "--epochs", "12", "--batch-size", "32", "-q")
    return Run.open(path)


@pytest.fixture(scope="module")
def address(digits: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(digits.path, tmp_path_factory.mktemp("server") / "home") as url:
        yield url


def test_hovering_over_a_class_decodes_what_python_decodes(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        pictures = []
        for digit in (0, 1):
            middle = frame(digits, "plane", 12)["points"][labels(digits) == digit].mean(0)
            hover(page, middle)
            there = state(page)["cursor"]
            np.testing.assert_allclose(there["spot"], middle, atol=0.05)
            expected = python_decodes(digits, 12, there["latent"])
            np.testing.assert_allclose(painted(page), expected, atol=CLOSE)
            pictures.append(expected)
        assert np.abs(pictures[0] - pictures[1]).max() > 0.3


def test_dragging_the_timeline_to_the_start_decodes_with_the_untrained_decoder(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        hover(page, frame(digits, "plane", 12)["points"][labels(digits) == 0].mean(0))
        before = painted(page)
        slider = page.get_by_role("slider", name="Epoch")
        box = slider.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] - 8, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + 2, middle, steps=12)
        page.mouse.up()
        until(page, "window.hinterland.state().drawn.epoch === 0")
        assert state(page)["epoch"] == 0
        hover(page, frame(digits, "plane", 0)["points"][labels(digits) == 0].mean(0))
        there = state(page)["cursor"]
        assert there["decoded"] == 0
        expected = python_decodes(digits, 0, there["latent"])
        np.testing.assert_allclose(painted(page), expected, atol=CLOSE)
        assert np.abs(before - painted(page)).max() > 0.2


def test_the_door_decodes_and_encodes_as_python_does_at_every_epoch(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        for epoch in (0, 5, 12):
            latent = [0.7, -1.1]
            told = page.evaluate(
                """async ([z, epoch]) => {
                    const { pixels } = await window.hinterland.decode(z, epoch);
                    const code = await window.hinterland.encode(pixels, epoch);
                    return [Array.from(pixels), Array.from(code)]; }""",
                [latent, epoch],
            )
            picture = python_decodes(digits, epoch, latent)
            np.testing.assert_allclose(told[0], picture.ravel(), atol=CLOSE)
            code = network(digits, epoch).encode(picture[None])[0]
            np.testing.assert_allclose(told[1], code, atol=CLOSE)


def test_the_nearest_image_is_the_nearest_in_latent_space(
    browser: Browser, address: str, digits: Run
) -> None:
    latents = digits.latents(12)
    with looking(browser, address) as page:
        for index in (0, 17, 900):
            z = (latents[index] + 0.001).tolist()
            told = page.evaluate("z => window.hinterland.nearest(z, 5)", z)
            distances = np.linalg.norm(latents - z, axis=1)
            assert [each["index"] for each in told] == np.argsort(distances)[:5].tolist()
            assert told[0]["index"] == index


def test_a_click_pins_and_escape_lets_go(browser: Browser, address: str, digits: Run) -> None:
    with looking(browser, address) as page:
        hover(page, frame(digits, "plane", 12)["points"][labels(digits) == 1].mean(0))
        page.mouse.down()
        page.mouse.up()
        until(page, "window.hinterland.state().pin !== null")
        page.keyboard.press("Escape")
        until(page, "window.hinterland.state().pin === null")


def test_everything_has_a_key_and_question_mark_lists_them(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.keyboard.press("Home")
        until(page, "window.hinterland.state().epoch === 0")
        page.keyboard.press("]")
        until(page, "window.hinterland.state().epoch === 1")
        page.keyboard.press("End")
        until(page, "window.hinterland.state().epoch === 12")
        span = state(page)["camera"]["span"]
        page.keyboard.press("+")
        until(page, "s => window.hinterland.state().camera.span < s", arg=span)
        page.keyboard.press("ArrowRight")
        until(page, "window.hinterland.state().cursor !== null")
        page.keyboard.press("Enter")
        until(page, "window.hinterland.state().pin !== null")
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        assert "Space" in page.get_by_role("dialog").inner_text()
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="hidden")


def test_space_plays_through_the_epochs(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.evaluate("window.hinterland.set({ speed: 0.5 })")  # it does not end by itself
        page.keyboard.press("Home")
        until(page, "window.hinterland.state().drawn.epoch === 0")
        page.keyboard.press("Space")
        until(page, "window.hinterland.state().drawn.epoch >= 3")
        page.keyboard.press("Space")
        assert state(page)["playing"] is False


def test_the_address_restores_the_view_and_never_holds_the_token(
    browser: Browser, address: str
) -> None:
    token = address.partition("#token=")[2]
    with looking(browser, address) as page:
        page.evaluate("window.hinterland.set({ epoch: 4, hidden: [3, 5] })")
        until(page, "window.hinterland.state().drawn.epoch === 4")
        page.keyboard.press("+")
        seen = page.evaluate("window.hinterland.set({})")  # arrived
        pause(page, 300)  # the address follows after a moment of rest
        assert STATIC or token not in page.url  # a static site has none
        assert len(page.url) < 2000
        page.reload()
        page.evaluate("window.hinterland.ready")
        for part in ("map", "epoch", "hidden", "colour"):
            assert state(page)[part] == seen[part]
        np.testing.assert_allclose(state(page)["camera"]["span"], seen["camera"]["span"], rtol=1e-3)


def test_a_pasted_address_is_followed_though_the_page_has_just_written_its_own(
    browser: Browser, address: str
) -> None:
    """The browser tells of a pasted address a moment later: on a busy machine that is too late."""
    with looking(browser, address) as page:
        page.evaluate("window.hinterland.set({ epoch: 4 })")
        until(page, "location.hash.includes('epoch=4')")
        page.evaluate(
            """() => {
                const own = location.hash;
                location.hash = own.replace("epoch=4", "epoch=7");
                history.replaceState(null, "", own);
            }"""
        )
        until(page, "window.hinterland.state().epoch === 7")
        until(page, "location.hash.includes('epoch=7')")


def test_three_latents_are_a_space_to_turn(
    browser: Browser, tmp_path: Path, images: Images
) -> None:
    run = record(tmp_path / "run", images, d=3, model="conv-vae", epochs=2)
    list(refresh(run))
    with opened(run.path, tmp_path / "home") as url, looking(browser, url) as page:
        assert state(page)["camera"]["kind"] == "3d"
        before = state(page)["camera"]["yaw"]
        page.mouse.move(640, 350)
        page.mouse.down()
        page.mouse.move(740, 380, steps=5)
        page.mouse.up()
        until(page, "yaw => window.hinterland.state().camera.yaw !== yaw", arg=before)
        page.mouse.move(600, 340)
        page.mouse.move(610, 345)
        until(page, "window.hinterland.state().shown !== null")
        there = page.evaluate("window.hinterland.set({})")["shown"]  # and not the move's before
        np.testing.assert_allclose(
            painted(page), python_decodes(run, 2, there["latent"]), atol=CLOSE
        )
        page.screenshot(path=picture_folder() / "space.png")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_screenshot_of_each_theme_and_size(
    browser: Browser, address: str, digits: Run, width: int, height: int
) -> None:
    """Pictures for people; here only that there is much to see, and nothing beyond the edge."""
    with looking(browser, address, color_scheme="light") as page:
        page.set_viewport_size({"width": width, "height": height})
        if width < 760:  # the window was wide at first: there the drawers are open
            for name in ("Layers", "Colour"):
                page.locator("summary").get_by_text(name, exact=True).click()
        page.keyboard.press("f")
        page.evaluate("window.hinterland.set({})")
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            hover(page, frame(digits, "plane", 12)["points"][labels(digits) == 0].mean(0))
            shot = page.screenshot(path=picture_folder() / f"{theme}-{width}.png")
            assert len(shot) > 20_000
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_demo_needs_nothing_and_says_where_it_is(browser: Browser, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    words = [sys.executable, "-m", "hinterland", "demo", "--no-browser"]
    newcomer = {k: v for k, v in environment(home).items() if k != "HINTERLAND_DATA"}
    for attempt in ("first", "again"):
        with subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=newcomer,
        ) as demo:
            assert demo.stdout is not None
            url = demo.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#token=[\w-]{22,}", url)
            with looking(browser, url) as page:
                assert "digits" in page.inner_text("body")
            os.kill(demo.pid, signal.SIGINT)
            _, err = demo.communicate(timeout=PATIENCE)
        assert demo.returncode == 0
        assert ("epoch 30/30" in err) == (attempt == "first"), err
    spec = json.loads((tmp_path / "hinterland-demo" / "digits" / "run.json").read_text())
    assert spec["images"]["n"] == 1797
