"""Maps that bend, two side by side, what is carried along: in a browser, against Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from hinterland.project.carry import carry
from hinterland.run import Run
from hinterland.types import Flat, Near
from tests.browsing import (
    hover,
    looking,
    opened,
    painted,
    picture_folder,
    python_decodes,
    screen,
    state,
    until,
    wish,
)
from tests.conftest import call, frame

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CLOSE = 1e-3
EPOCH = 3


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The real digits with 8 latents, 300 of them on a t-SNE map of latents and of pixels."""
    path = str(tmp_path_factory.mktemp("maps") / "digits")
    few = ("--latent-dim", "8", "--epochs", str(EPOCH), "--track", "300")
    call("train", "digits", "-o", path, *few, "--batch-size", "32", "-q")
    for of in ("latents", "pixels"):
        call("map", path, "--projection", "tsne", "--of", of, "--epochs", "last", "-q")
    return Run.open(Path(path))


@pytest.fixture(scope="module")
def address(digits: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(digits.path, tmp_path_factory.mktemp("server") / "home") as url:
        yield url


def bent(run: Run, name: str) -> Near:
    told = frame(run, name, EPOCH)
    return Near(told["points"], run.latents(EPOCH), *map(float, told["calibration"]))


def sheet(run: Run) -> Flat:
    told = frame(run, "pca", EPOCH)
    return Flat(told["points"], told["centre"], told["axes"])


def test_hovering_over_a_bent_map_decodes_what_python_finds_there(
    browser: Browser, address: str, digits: Run
) -> None:
    way = bent(digits, "tsne")
    with looking(browser, address) as page:
        wish(page, map="tsne")
        between = way.points[[3, 40]].mean(0)
        beyond = way.points.max(0) * 1.05
        for spot in (way.points[3], between, beyond):
            hover(page, spot)
            there = state(page)["cursor"]
            at = np.float32([there["spot"]])
            np.testing.assert_allclose(at[0], spot, atol=0.5)
            expected = way.to_latent(at)
            np.testing.assert_allclose(there["latent"], expected[0], atol=CLOSE)
            np.testing.assert_allclose(there["trust"], way.trust(at)[0], atol=CLOSE)
            picture = python_decodes(digits, EPOCH, expected[0].tolist())
            np.testing.assert_allclose(painted(page), picture, atol=CLOSE)
        page.screenshot(path=picture_folder() / "bent.png")


def test_another_map_morphs_and_keeps_the_pinned_image(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        wish(page, map="pca", pin={"image": 7})
        page.get_by_role("combobox", name="Map", exact=True).select_option("tsne")
        until(page, "window.hinterland.state().drawn.map === 'tsne'")
        on_the_way = pin_mark(page)
        wish(page)  # at rest
        assert state(page)["pin"] == {"image": 7}
        arrived = pin_mark(page)
        there = screen(page, bent(digits, "tsne").points[7])[0]
        np.testing.assert_allclose(arrived, there, atol=1.5)
        assert np.isfinite(on_the_way).all()
        assert page.get_by_role("heading", name="Image 7").is_visible()


def pin_mark(page: Page) -> list[float]:
    middle: list[float] = page.evaluate(
        """() => { const box = document.querySelector(".view-marks .mark.pin")
            .getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; }"""
    )
    return middle


def test_side_by_side_what_is_hovered_on_one_is_marked_on_both(
    browser: Browser, address: str, digits: Run
) -> None:
    beside = bent(digits, "tsne-pixels")
    with looking(browser, address) as page:
        wish(page, map="tsne", beside="tsne-pixels")
        ring = page.locator(".view-beside .ring.cursor").bounding_box
        index = 12
        ((x, y),) = screen(page, beside.points[index], "beside")
        page.mouse.move(x + 20, y + 20)
        page.mouse.move(x, y, steps=3)
        until(page, "i => window.hinterland.state().nearest?.index === i", arg=index)
        there = state(page)["cursor"]
        assert there["side"] == "beside"
        np.testing.assert_allclose(
            there["latent"], beside.to_latent(np.float32([there["spot"]]))[0], atol=CLOSE
        )
        (on_main,) = screen(page, bent(digits, "tsne").points[index])
        for box, at in ((ring(), (x, y)), (main_ring(page), on_main)):
            assert box is not None
            middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            np.testing.assert_allclose(middle, at, atol=2)
        page.screenshot(path=picture_folder() / "beside.png")


def main_ring(page: Page) -> Any:
    return page.locator(".view-marks .ring.cursor").bounding_box()


def test_what_the_map_leaves_out_of_a_pinned_image_is_carried_along(
    browser: Browser, address: str, digits: Run
) -> None:
    way, own = sheet(digits), digits.latents(EPOCH)[20]
    home, other = way.points[20], way.points[90]
    with looking(browser, address) as page:
        wish(page, map="pca", pin={"image": 20})
        slider = page.get_by_role("slider", name="Carry")
        slider.focus()
        page.keyboard.press("End")
        assert state(page)["carry"] == 1
        at_home = wish(page, cursor={"spot": home.tolist()})["cursor"]["latent"]
        np.testing.assert_allclose(at_home, own, atol=1e-6)
        for part in (1.0, 0.4, 0.0):
            wish(page, carry=part)
            hover(page, other)
            there = state(page)["cursor"]
            expected = carry(way, np.float32([there["spot"]]), own, home, part)[0]
            np.testing.assert_allclose(there["latent"], expected, atol=CLOSE)
            picture = python_decodes(digits, EPOCH, expected.tolist())
            np.testing.assert_allclose(painted(page), picture, atol=CLOSE)
        plain = way.to_latent(np.float32([there["spot"]]))[0]
        np.testing.assert_allclose(there["latent"], plain, atol=1e-6)
        wish(page, carry=0.4)
        until(page, "location.hash.includes('carry=0.4')")
        page.screenshot(path=picture_folder() / "carry.png")
