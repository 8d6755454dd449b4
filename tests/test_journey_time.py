"""Epochs and runs beside one another, and the ways images have come: in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from hinterland.chart import refresh
from hinterland.run import Run
from hinterland.types import Images
from tests.browsing import (
    STATIC,
    comes,
    file_of,
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
LAST = 3


@dataclass(frozen=True)
class Shelf:
    """Two runs of the same images with different models, and one of others, opened as a site."""

    vae: Run
    ae: Run
    other: Run
    address: str


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, images: Images) -> Iterator[Shelf]:
    place = tmp_path_factory.mktemp("time")
    # Layers as wide as usual: the ways of its images are to be seen.
    vae = record(place / "vae", images, epochs=LAST, small=False)
    ae = record(place / "ae", images, model="dense", d=4, epochs=2)
    other = record(place / "other", made_up(60, (8, 8, 1), seed=1), epochs=1)
    for run in (vae, ae, other):
        list(refresh(run))
    with opened(vae.path, place / "home", ae.path, other.path) as url:
        yield Shelf(vae, ae, other, url)


def settle_over(page: Page, place: np.ndarray) -> dict[str, Any]:
    """Move the pointer there, and wait until both sides have decoded what they make of it."""
    page.mouse.move(place[0] + 25, place[1] + 25)
    page.mouse.move(place[0], place[1], steps=3)
    pause(page, 60)
    page.evaluate("window.hinterland.set({})")
    return state(page)


def picture(page: Page, side: str) -> np.ndarray:
    told = page.evaluate(
        """side => { const { pixels, h, w, c } = window.hinterland.shownPixels(side);
            return { pixels: Array.from(pixels), h, w, c }; }""",
        side,
    )
    return np.asarray(told["pixels"], np.float32).reshape(told["h"], told["w"], told["c"])


def nearest(run: Run, epoch: int, latent: list[float]) -> int:
    apart = run.latents(epoch) - np.asarray(latent, np.float32)
    return int(np.linalg.norm(apart, axis=1).argmin())


def ring(page: Page, view: str) -> np.ndarray:
    box = page.locator(f".view-{view} .ring.cursor").bounding_box()
    assert box is not None
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def drag_around(page: Page, low: np.ndarray, high: np.ndarray) -> None:
    (x0, y0), (x1, y1) = low, high
    page.mouse.move(x0, y0)
    page.mouse.down()
    for x, y in ((x1, y0), (x1, y1), (x0, y1), (x0, y0 + 1)):
        page.mouse.move(x, y, steps=2)
    page.mouse.up()


def inked(page: Page, places: np.ndarray) -> np.ndarray:
    """How opaque the trails are at places of the window, the most within a pixel of each."""
    told = page.evaluate(
        """places => {
            const canvas = document.querySelector(".view-marks canvas.trails");
            const box = canvas.getBoundingClientRect();
            const by = canvas.width / box.width;
            const copy = new OffscreenCanvas(canvas.width, canvas.height);
            const brush = copy.getContext("2d", { willReadFrequently: true });
            brush.drawImage(canvas, 0, 0);
            return places.map(([x, y]) => {
                const from = [(x - box.x) * by - 1, (y - box.y) * by - 1].map(Math.round);
                const { data } = brush.getImageData(...from, 3, 3);
                return Math.max(...data.filter((_, i) => i % 4 === 3));
            });
        }""",
        places.tolist(),
    )
    return np.array(told)


def test_a_lassoed_selection_shows_the_way_it_has_come(browser: Browser, shelf: Shelf) -> None:
    run = shelf.vae
    ways = [frame(run, "plane", epoch)["points"] for epoch in range(LAST + 1)]
    with looking(browser, f"{shelf.address}{'#' if STATIC else '&'}run=vae") as page:
        wish(page)
        at = screen(page, ways[LAST])
        order = at[:, 0].argsort()
        low = at[order[20:50]].min(0) - 1
        high = at[order[20:50]].max(0) + 1
        page.keyboard.press("o")
        drag_around(page, low, high)
        page.keyboard.press("r")
        chosen = state(page)["selection"]
        inside = ((at > low) & (at < high)).all(1)
        assert chosen == np.flatnonzero(inside).tolist()
        until(page, "document.querySelector('.view-marks .trails').dataset.stops === '3'")
        assert page.get_by_text(f"{len(chosen)} trails, older fainter").is_visible()
        steps = [(ways[start] + ways[start + 1])[chosen] / 2 for start in (0, 1, 2)]
        middles = np.concatenate([screen(page, middle) for middle in steps])  # of every way
        comes(lambda: bool((inked(page, middles) > 0).all()), "ink in the middle of every step")
        assert inked(page, np.array([[330.0, 620.0]]))[0] == 0
        page.screenshot(path=picture_folder() / "trails.png")
        wish(page, epoch=1)
        until(page, "document.querySelector('.view-marks .trails').dataset.stops === '1'")
        wish(page, trails=False)
        assert not page.locator(".view-marks .trails").is_visible()


def test_two_epochs_side_by_side_are_one_cursor(browser: Browser, shelf: Shelf) -> None:
    run = shelf.vae
    now, before = frame(run, "plane", LAST)["points"], frame(run, "plane", 1)["points"]
    with looking(browser, f"{shelf.address}{'#' if STATIC else '&'}run=vae") as page:
        told = wish(page, beside={"epoch": 1})
        assert told["drawnBeside"] == {"map": "plane", "epoch": 1}
        for side, epoch, way in (("main", LAST, now), ("beside", 1, before)):
            there = settle_over(page, screen(page, way[7], side)[0])
            latent = there["cursor"]["latent"]
            assert there["cursor"]["side"] == side
            assert there["cursor"]["decoded"] == epoch
            for half, of in (("main", LAST), ("beside", 1)):
                np.testing.assert_allclose(
                    picture(page, half), python_decodes(run, of, latent), atol=CLOSE
                )
            index = nearest(run, epoch, latent)
            assert there["nearest"]["index"] == index
            np.testing.assert_allclose(ring(page, "marks"), screen(page, now[index])[0], atol=2)
            np.testing.assert_allclose(
                ring(page, "beside"), screen(page, before[index], "beside")[0], atol=2
            )
        page.screenshot(path=picture_folder() / "epochs.png")
        # Held by a slider, or so many epochs behind: then it moves along.
        page.get_by_role("slider", name="Epoch that is held beside").press("ArrowRight")
        until(page, "window.hinterland.state().drawnBeside?.epoch === 2")
        page.get_by_role("combobox", name="Epoch beside").select_option("offset")
        page.get_by_role("slider", name="Epoch", exact=True).press("ArrowLeft")
        told = wish(page)
        assert (told["epoch"], told["drawnBeside"]["epoch"], told["beside"]["offset"]) == (2, 1, -1)
        plot = page.locator(".plot")
        box = plot.bounding_box()
        assert box is not None
        assert page.locator(".second-mark").get_attribute("data-epoch") == "1"
        plot.hover(position={"x": box["width"], "y": 20})
        loss = next(one for one in run.losses() if one["epoch"] == LAST)["losses"]["validation"]
        assert f"epoch {LAST}" in (page.locator(".tip").text_content() or "")
        assert f"validation {loss:.3g}"[:14] in (page.locator(".tip").text_content() or "")
        plot.click(position={"x": box["width"] - 1, "y": 20})
        assert state(page)["epoch"] == LAST


@pytest.mark.parametrize("path", ["channels.safetensors", "epochs/0002/latents.safetensors"])
def test_what_does_not_come_of_the_run_beside_is_told_there_until_it_comes(
    browser: Browser, shelf: Shelf, path: str
) -> None:
    missed = re.compile(rf"/ae/{re.escape(file_of(path))}(\?|$)")
    address = f"{shelf.address}{'#' if STATIC else '&'}run=vae"
    with looking(browser, address, expected="Failed to load resource") as page:
        page.route(missed, lambda route: route.fulfill(status=404, body="nothing is here"))
        wish(page, beside={"run": "ae"})
        told = page.locator(".view-beside").get_by_role("alert")
        told.wait_for()
        assert state(page)["faults"] != []
        page.unroute(missed)
        told.get_by_role("button", name="Retry").click()
        told.wait_for(state="detached")
        assert state(page)["faults"] == []


def test_two_runs_side_by_side_are_linked_by_their_images(browser: Browser, shelf: Shelf) -> None:
    vae, ae = shelf.vae, shelf.ae
    own, there = frame(vae, "plane", LAST)["points"], frame(ae, "pca", 2)["points"]
    with looking(browser, f"{shelf.address}{'#' if STATIC else '&'}run=vae") as page:
        page.keyboard.press("b")
        page.get_by_role("combobox", name="Run beside").select_option("ae")
        told = wish(page, trails=True)
        assert told["beside"] == {"run": "ae", "map": "pca", "epoch": None, "offset": 0}
        assert told["drawnBeside"] == {"map": "pca", "epoch": 2}
        seen = settle_over(page, screen(page, own[30])[0])
        index = nearest(vae, LAST, seen["cursor"]["latent"])
        expected = python_decodes(vae, LAST, seen["cursor"]["latent"])
        np.testing.assert_allclose(picture(page, "main"), expected, atol=CLOSE)
        remade = python_decodes(ae, 2, ae.latents(2)[index].tolist())
        np.testing.assert_allclose(picture(page, "beside"), remade, atol=CLOSE)
        place = screen(page, there[index], "beside")[0]
        np.testing.assert_allclose(ring(page, "beside"), place, atol=2)
        # From the other side: its own latent there, and here the nearest image's.
        at = screen(page, there, "beside")
        seen = settle_over(page, at[41])
        latent = seen["cursor"]["latent"]
        assert (seen["cursor"]["side"], len(latent)) == ("beside", 4)
        index = nearest(ae, 2, latent)
        remade = python_decodes(vae, LAST, vae.latents(LAST)[index].tolist())
        np.testing.assert_allclose(picture(page, "main"), remade, atol=CLOSE)
        decoded = python_decodes(ae, 2, latent)
        np.testing.assert_allclose(picture(page, "beside"), decoded, atol=CLOSE)
        np.testing.assert_allclose(ring(page, "marks"), screen(page, own[index])[0], atol=2)
        page.mouse.click(*at[41])
        page.keyboard.press("o")
        order = at[:, 1].argsort()[30:60]
        low, high = at[order].min(0) - 1, at[order].max(0) + 1
        drag_around(page, low, high)
        told = wish(page)
        inside = ((at > low) & (at < high)).all(1)
        assert told["selection"] == np.flatnonzero(inside).tolist()
        assert set(told["pin"]) == {"image"}
        page.screenshot(path=picture_folder() / "runs.png")
        until(page, "/beside=ae.pca.*select=/.test(location.hash)")
        address = page.url
        told = {name: told[name] for name in ("beside", "selection", "pin", "trails", "epoch")}
        page.goto("about:blank")
        page.goto(address)
        page.evaluate("window.hinterland.ready")
        again = wish(page)
        assert {name: again[name] for name in told} == told
        # A run of other images has nothing to link it by, and says so.
        page.get_by_role("combobox", name="Run beside").select_option("other")
        told = wish(page, selection=[], pin=None)
        assert page.get_by_text("Other images: the two are not linked").is_visible()
        spot = frame(shelf.other, "plane", 1)["points"][3]
        seen = settle_over(page, screen(page, spot, "beside")[0])
        decoded = python_decodes(shelf.other, 1, seen["cursor"]["latent"])
        np.testing.assert_allclose(picture(page, "beside"), decoded, atol=CLOSE)
        assert page.evaluate("window.hinterland.shownPixels('main')") is None
