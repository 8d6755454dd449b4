"""Choosing, filtering and looking at images on the map, in a browser, against Python."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from safetensors.numpy import load

from hinterland.chart import refresh
from hinterland.run import Run
from hinterland.run.atlas import unpack
from hinterland.scene import compose
from hinterland.types import Images
from tests.browsing import (
    comes,
    hover,
    looking,
    opened,
    painted,
    pause,
    picture_folder,
    python_decodes,
    screen,
    state,
    until,
)
from tests.conftest import frame, labels, record

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CLOSE = 1e-3
EPOCH = 2


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, images: Images) -> Run:
    run = record(tmp_path_factory.mktemp("choosing") / "run", images, epochs=EPOCH)
    list(refresh(run))
    return run


@pytest.fixture(scope="module")
def address(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(run.path, tmp_path_factory.mktemp("server") / "home") as url:
        yield url


def points(run: Run) -> np.ndarray:
    return frame(run, "plane", EPOCH)["points"]


def drag(page: Page, places: np.ndarray) -> None:
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def corners(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    (x0, y0), (x1, y1) = low, high
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0 + 1]])


def between(places: np.ndarray, low: np.ndarray, high: np.ndarray) -> list[int]:
    inside: np.ndarray = ((places > low) & (places < high)).all(1)
    return np.flatnonzero(inside).tolist()


def test_images_are_chosen_with_lasso_box_and_click_and_all_of_it_undone(
    browser: Browser, address: str, run: Run
) -> None:
    with looking(browser, address) as page:
        places = screen(page, points(run))
        low, high = places.min(0) - 20, np.median(places, 0) + 0.37
        # the lasso is drawn where no panel lies
        low = np.maximum(low, [210, 60])
        page.keyboard.press("o")
        drag(page, corners(low, high))
        within = between(places, low, high)
        assert state(page)["selection"] == within and len(within) > 5
        section = page.get_by_role("region", name="Selection")
        assert section.get_by_role("heading").inner_text() == f"{len(within)} images"
        assert section.get_by_role("listitem").count() == len(within)
        page.screenshot(path=picture_folder() / "chosen.png")

        page.keyboard.press("x")
        pause(page, 450)  # another step of the history
        low2 = np.median(places, 0) + 0.37
        high2 = np.minimum(places.max(0) + 20, [960, 640])
        page.keyboard.down("Shift")
        drag(page, np.array([low2, high2]))
        page.keyboard.up("Shift")
        both = sorted({*within, *between(places, low2, high2)})
        assert state(page)["selection"] == both and len(both) > len(within)

        pause(page, 450)
        alone = state(page)["selection"][0]
        page.mouse.click(*places[alone])
        assert len(state(page)["selection"]) == 1
        page.keyboard.press("Home")  # another epoch keeps it
        until(page, "window.hinterland.state().drawn.epoch === 0")
        assert len(state(page)["selection"]) == 1
        page.keyboard.press("Control+z")
        assert state(page)["selection"] == both
        page.keyboard.press("Control+z")
        assert state(page)["selection"] == within
        page.keyboard.press("Control+z")
        assert state(page)["selection"] == []
        page.keyboard.press("Control+Shift+z")
        assert state(page)["selection"] == within
        section.get_by_role("button", name="Clear the selection").click()
        assert state(page)["selection"] == []
        assert state(page)["pin"] is None

        page.keyboard.press("End")
        until(page, f"window.hinterland.state().drawn.epoch === {EPOCH}")
        page.evaluate("window.hinterland.set({})")  # at rest
        page.keyboard.press("Escape")
        assert state(page)["tool"] == "move"
        before = state(page)["camera"]
        page.keyboard.down("Shift")
        drag(page, corners(low, high))  # a lasso, whatever is in the hand
        page.keyboard.up("Shift")
        assert state(page)["selection"] == within
        assert state(page)["camera"] == before


def thumbnail(page: Page, place: np.ndarray, size: int) -> np.ndarray:
    """(size, size, 4): the pixels that are drawn around a place of the window."""
    told = page.evaluate(
        """([x, y, size]) => {
            const canvas = document.querySelector(".view-map .thumbs");
            const box = canvas.getBoundingClientRect();
            const left = Math.round(x - box.x - size / 2);
            const top = Math.round(y - box.y - size / 2);
            const brush = new OffscreenCanvas(size, size).getContext("2d");
            brush.drawImage(canvas, -left, -top);
            return Array.from(brush.getImageData(0, 0, size, size).data); }""",
        [*place.tolist(), size],
    )
    return np.array(told, np.uint8).reshape(size, size, 4)


def far_from(expected: np.ndarray, page: Page, place: np.ndarray, size: int) -> int:
    """How far the middles of a thumbnail's pixels, each 8 x 8, are from an image (h, w, 3).

    The frame covers no middle; smoothing of enlarged pixels is off.
    """
    h, w, _ = expected.shape
    middles = thumbnail(page, place, size)[4::8, 4::8, :3][:h, :w].astype(int)
    return int(np.abs(middles - expected).max())


def test_each_point_shows_its_own_image_and_none_that_is_filtered_out(
    browser: Browser, address: str, run: Run
) -> None:
    told = run.images()
    pages = [(run.path / "images" / page).read_bytes() for page in told["atlas"]["files"]]
    shape = tuple(told["shape"])
    pixels = unpack(pages, told["n"], shape)
    classes = labels(run)
    h, w, _ = shape
    size = 8 * max(h, w)
    with looking(browser, address) as page:
        page.evaluate("size => window.hinterland.set({ pictures: size })", size)
        places = screen(page, points(run))
        inside = between(places, np.array([260, 110]), np.array([930, 590]))
        assert len(inside) >= 4
        for index in inside[:4]:
            # what is chosen is shown before all others
            page.evaluate("i => window.hinterland.set({ hidden: [], selection: [i] })", index)
            expected = np.broadcast_to(pixels[index], (h, w, 3)).astype(int)
            off = functools.partial(far_from, expected, page, places[index], size)
            comes(lambda: off() <= 2, f"image {index}")  # noqa: B023  asked for at once
            page.evaluate("c => window.hinterland.set({ hidden: [c] })", int(classes[index]))
            comes(lambda: off() > 2, f"the end of image {index}")  # noqa: B023
        page.screenshot(path=picture_folder() / "thumbnails.png")


def test_numbers_are_brushed_and_what_is_left_can_be_chosen(
    browser: Browser, address: str, run: Run
) -> None:
    loss = load(compose(run).files["measures.safetensors"]())["loss"]
    with looking(browser, address) as page:
        page.get_by_role("combobox", name="Colour by").select_option("loss")
        bars = page.get_by_role("img", name="How loss is spread")
        bars.wait_for()
        box = bars.bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        drag(page, np.array([[box["x"] + 0.3 * box["width"], y], [box["x"] + box["width"] + 9, y]]))
        low, high = state(page)["brush"]
        span = loss.max() - loss.min()
        np.testing.assert_allclose(low, loss.min() + 0.3 * span, atol=0.01 * span)
        assert high == pytest.approx(loss.max())
        page.keyboard.press("Control+a")
        left = np.flatnonzero((loss >= low) & (loss <= high)).tolist()
        assert state(page)["selection"] == left and 0 < len(left) < len(loss)
        page.get_by_role("button", name="Show all").click()
        assert state(page)["brush"] is None


def test_the_pointer_grasps_points_of_a_space_and_a_sheet_goes_anywhere(
    browser: Browser, tmp_path: Path, images: Images
) -> None:
    run = record(tmp_path / "run", images, d=3, epochs=EPOCH)
    list(refresh(run))
    cloud = points(run)
    with opened(run.path, tmp_path / "home") as url, looking(browser, url) as page:
        places = screen(page, cloud)
        apart = np.abs(places[:, None] - places[None]).max(2) + 1e9 * np.eye(len(places))
        lonely = [
            i
            for i in between(places, np.array([230, 80]), np.array([930, 600]))
            if apart[i].min() > 14
        ]
        assert len(lonely) >= 3
        for index in lonely[:3]:
            hover(page, cloud[index])
            spot = np.array(state(page)["cursor"]["spot"])
            assert np.linalg.norm(spot - cloud[index]) < 0.05 * np.ptp(cloud, axis=0).max()
        page.keyboard.press("w")
        through = np.array(state(page)["sheet"])
        spots = []
        for x, y in ((400, 200), (700, 300), (520, 520)):
            page.mouse.move(x, y, steps=2)
            until(page, "window.hinterland.state().cursor?.decoded === 2")
            there = state(page)["cursor"]
            spots.append(there["spot"])
            expected = python_decodes(run, EPOCH, there["latent"])
            np.testing.assert_allclose(painted(page), expected, atol=CLOSE)
        a, b, c = np.array(spots)
        normal = np.cross(b - a, c - a)
        normal /= np.linalg.norm(normal)
        scale = np.ptp(cloud, axis=0).max()
        assert abs((through - a) @ normal) < 1e-3 * scale
        page.keyboard.press("PageDown")
        moved = np.array(state(page)["sheet"])
        off = np.linalg.norm(moved - through)
        assert off > 1e-3 * scale
        np.testing.assert_allclose(abs((moved - through) @ normal), off, rtol=1e-3)
        np.testing.assert_allclose(
            abs((np.array(state(page)["cursor"]["spot"]) - c) @ normal), off, rtol=0.01
        )
        page.screenshot(path=picture_folder() / "sheet.png")
        page.keyboard.press("w")
        assert state(page)["sheet"] is None
