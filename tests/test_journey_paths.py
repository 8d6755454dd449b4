"""Walks, sums and attributes with mouse and keyboard, in a browser, against Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from hinterland.chart import refresh
from hinterland.latent.arithmetic import analogy, attribute, separation
from hinterland.latent.graph import Graph
from hinterland.latent.paths import linear, spherical
from hinterland.latent.support import Support
from hinterland.latent.surface import Surface
from hinterland.run import Run
from hinterland.types import Images
from tests.browsing import (
    looking,
    opened,
    pause,
    picture_folder,
    python_decodes,
    screen,
    state,
    until,
    wish,
)
from tests.conftest import frame, made_up, record

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CLOSE = 1e-3
SHADE = 1.5 / 255  # what is painted has 256 shades
EPOCH = 3
STEPS = 13  # pictures of a strip
FINE = 33  # latents of a walk that are measured


@pytest.fixture(scope="module")
def blobs() -> Images:
    return made_up(300, (8, 8, 1))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, blobs: Images) -> Run:
    made = record(tmp_path_factory.mktemp("paths") / "run", blobs, d=4, epochs=EPOCH)
    list(refresh(made))
    return made


@pytest.fixture(scope="module")
def address(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(run.path, tmp_path_factory.mktemp("server") / "home") as url:
        yield url


def points(run: Run) -> np.ndarray:
    return frame(run, "pca", EPOCH)["points"]


def click(page: Page, spot: np.ndarray) -> None:
    wish(page)  # the map has made room for what the panel says by now
    page.mouse.click(*screen(page, spot)[0])


def canvases(page: Page, where: str) -> np.ndarray:
    """(k, h, w): what is painted in the canvases there, in [0, 1]."""
    told = page.evaluate(
        """where => [...document.querySelectorAll(where)].map(canvas => {
            const { width: w, height: h } = canvas;
            const brush = new OffscreenCanvas(w, h).getContext("2d");
            brush.drawImage(canvas, 0, 0);
            const { data } = brush.getImageData(0, 0, w, h);
            const rows = Array.from({ length: h }, (_, y) => y);
            return rows.map(y => Array.from({ length: w }, (_, x) => data[4 * (y * w + x)]));
        })""",
        where,
    )
    return np.asarray(told, np.float32) / 255


def decoded(run: Run, latents: np.ndarray) -> np.ndarray:
    """(k, h, w): what torch makes of latents (k, d), as it can be painted."""
    made = np.stack([python_decodes(run, EPOCH, latent.tolist()) for latent in latents])
    return made[..., 0].clip(0, 1)


def latent_of(told: dict[str, Any], run: Run) -> np.ndarray:
    """Of an image, or a latent as it is."""
    if "image" in told:
        return np.asarray(run.latents(EPOCH)[told["image"]])
    return np.asarray(told["latent"], np.float32)


def two_ends(page: Page, run: Run) -> None:
    """Click an image, then a bare spot beyond all points."""
    page.get_by_text("Click two or more points, or").wait_for()
    places = points(run)
    click(page, places[int(places[:, 0].argmin())])
    page.get_by_text("And where to?").wait_for()
    low, high = places.min(0), places.max(0)
    click(page, np.array([high[0] + 0.04 * (high - low)[0], high[1]]))


def test_a_walk_is_what_python_walks_and_its_pictures_what_python_decodes(
    browser: Browser, address: str, run: Run, blobs: Images
) -> None:
    latents, steps = run.latents(EPOCH), np.linspace(0, 1, STEPS)
    with looking(browser, address, reduced_motion="reduce") as page:
        page.keyboard.press("7")
        two_ends(page, run)
        wish(page)
        told = state(page)["walk"]
        assert set(told["ends"][0]) == {"image"} and set(told["ends"][1]) == {"latent"}
        a, b = (latent_of(end, run) for end in told["ends"])
        strips = canvases(page, ".walk .reel canvas")
        straight = decoded(run, linear(a, b, STEPS))
        np.testing.assert_allclose(strips[:STEPS], straight, atol=SHADE)
        first = blobs.pixels[told["ends"][0]["image"]][..., 0] / 255
        faded = first + steps[:, None, None] * (straight[-1] - first)
        np.testing.assert_allclose(strips[STEPS:], faded, atol=SHADE)
        far = Support(latents).distance(linear(a, b, FINE)).max()
        assert told["farthest"] == pytest.approx(far, rel=1e-4)

        page.get_by_role("slider", name="Where on the walk").press("End")
        assert state(page)["walk"]["at"] == 1
        page.locator(".surface").first.focus()
        page.keyboard.press("z")  # from the end, back and forth
        until(page, "window.hinterland.state().walk.at < 0.9")
        page.keyboard.press("z")
        wish(page, walk={"at": 0.3})
        large = canvases(page, ".walk-stage canvas")
        here = decoded(run, linear(a, b, 11)[3:4])
        np.testing.assert_allclose(large[:1], here, atol=SHADE)
        dot = page.locator(".view-marks .walkline .dot").bounding_box()
        assert dot is not None and dot["width"] > 5
        page.screenshot(path=picture_folder() / "walk.png")

        page.get_by_role("combobox", name="Kind of walk").select_option("spherical")
        there = wish(page)["walk"]["latent"]
        np.testing.assert_allclose(there, spherical(a, b, 11)[3], atol=CLOSE)
        page.get_by_role("combobox", name="Kind of walk").select_option("along")
        there = wish(page)["walk"]
        plain = Surface(lambda z: z)
        rows = Graph(plain, latents).between(a, b)
        assert there["through"] == [rows.tolist()]
        even = plain.even(np.concatenate([a[None], latents[rows], b[None]]), 11)
        np.testing.assert_allclose(there["latent"], even[3], atol=CLOSE)

        click(page, points(run)[40])
        assert len(state(page)["walk"]["ends"]) == 3
        pause(page, 450)  # another step of the history
        page.keyboard.press("Control+z")
        assert len(state(page)["walk"]["ends"]) == 2
        page.keyboard.press("Control+Shift+z")
        wish(page, walk={"at": 0.25})
        until(page, "location.hash.includes('step=0.25')")
        before = wish(page)
        page.reload()
        page.evaluate("window.hinterland.ready")
        after = wish(page)
        assert after["dock"] == "walk" and after["walk"] == before["walk"]


def test_a_sum_of_an_image_a_mean_and_a_spot(browser: Browser, address: str, run: Run) -> None:
    latents, places = run.latents(EPOCH), points(run)
    with looking(browser, address, reduced_motion="reduce") as page:
        page.keyboard.press("8")
        page.get_by_text("goes into A").wait_for()
        click(page, places[int(places[:, 1].argmax())])
        page.get_by_text("goes into B").wait_for()
        page.keyboard.press("Control+a")
        page.keyboard.press(";")
        page.keyboard.press("Delete")
        page.get_by_text("goes into C").wait_for()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        told = wish(page)
        trays = told["sum"]
        assert trays["b"]["images"] == list(range(len(latents)))
        first, third = (latent_of(trays[tray], run) for tray in "ac")
        expected = analogy(first, latents.mean(0, dtype=float), third)
        np.testing.assert_allclose(trays["latent"], expected, atol=CLOSE)
        painted = canvases(page, ".sum-picture canvas")
        np.testing.assert_allclose(painted, decoded(run, expected[None]), atol=SHADE)
        mean = decoded(run, latents.mean(0, dtype=float)[None])
        until(page, "document.querySelectorAll('.tray canvas:not([data-empty])').length === 3")
        np.testing.assert_allclose(canvases(page, ".tray canvas")[1:2], mean, atol=SHADE)
        assert trays["far"] == pytest.approx(Support(latents).distance(expected[None])[0], rel=1e-3)
        page.screenshot(path=picture_folder() / "sum.png")
        page.get_by_role("button", name="Pin the sum").click()
        np.testing.assert_allclose(state(page)["pin"]["latent"], expected, atol=CLOSE)
        until(page, "location.hash.includes('sum=')")
        page.reload()
        page.evaluate("window.hinterland.ready")
        assert wish(page)["sum"] == trays
        until(page, "!document.querySelector('.sum-told .kin').disabled")
        nearest = int(np.linalg.norm(latents - expected, axis=1).argmin())
        page.locator(".sum-told .kin").first.drag_to(page.get_by_role("button", name="Tray A"))
        assert state(page)["sum"]["a"] == {"image": nearest}


def test_an_attribute_is_added_to_whatever_is_under_the_cursor(
    browser: Browser, address: str, run: Run, blobs: Images
) -> None:
    latents = run.latents(EPOCH)
    has, lacks = (np.flatnonzero(blobs.labels == value) for value in (1, 2))
    vector = attribute(latents, has, lacks)
    with looking(browser, address, reduced_motion="reduce") as page:
        page.keyboard.press("9")
        page.get_by_text("something in common").wait_for()
        page.get_by_role("combobox", name="Images with it").select_option(label="b")
        wish(page, selection=lacks.tolist())
        page.get_by_role("button", name="The selection is without it").click()
        wish(page, selection=[])
        x, y = screen(page, points(run)[7])[0]
        page.mouse.move(x - 20, y - 20)
        page.mouse.move(x, y, steps=3)
        slider = page.get_by_role("slider", name="Strength of the attribute")
        for key in ("End", "ArrowLeft"):
            slider.press(key)
        told = wish(page)
        found, here = told["attribute"], np.float32(told["cursor"]["latent"])
        assert found["strength"] == pytest.approx(2.95)
        np.testing.assert_allclose(found["vector"], vector, atol=CLOSE)
        assert found["separation"] == pytest.approx(
            separation(latents, has, lacks, vector), abs=1e-3
        )
        more = here + 2.95 * vector
        np.testing.assert_allclose(found["latent"], more, atol=CLOSE)
        pair = canvases(page, ".effect .walk-stage canvas")
        np.testing.assert_allclose(pair, decoded(run, np.stack([here, more])), atol=SHADE)
        np.testing.assert_allclose(canvases(page, ".lens canvas")[1], pair[1], atol=SHADE)
        until(page, "document.querySelectorAll('.effect .reel canvas').length === 7")
        strengths = np.arange(-3, 4)[:, None]
        strip = decoded(run, here + strengths * vector)
        np.testing.assert_allclose(canvases(page, ".effect .reel canvas"), strip, atol=SHADE)
        page.screenshot(path=picture_folder() / "attribute.png")
        until(page, "location.hash.includes('strength=2.95')")
        page.reload()
        page.evaluate("window.hinterland.ready")
        after = wish(page)["attribute"]
        assert {key: after[key] for key in ("has", "lacks", "strength")} == {
            key: found[key] for key in ("has", "lacks", "strength")
        }
