"""One's own image, and the inspector, in a browser: digits drawn by hand, against Python."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from hinterland.chart import refresh
from hinterland.data import read
from hinterland.run import Run
from hinterland.train import Settings, begin, train
from hinterland.types import Images
from tests.browsing import (
    comes,
    looking,
    network,
    opened,
    pause,
    picture_folder,
    python_decodes,
    state,
    until,
)
from tests.conftest import frame, labels
from tests.drawing import THREE, Stroke, arc, draw, open_easel, own

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SAME = 1e-4
LAST = 4


@functools.cache
def mnist() -> Images:
    return read("mnist")


def some_digits() -> Images:
    """Every fifth of MNIST."""
    every = mnist()
    assert every.labels is not None
    assert every.held_out is not None
    return Images(every.pixels[::5], every.labels[::5], every.classes, every.held_out[::5])


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A fifth of MNIST with 8 latents: enough to tell a 3, and trained in seconds."""
    if "HINTERLAND_DATA" not in os.environ:
        pytest.skip("needs MNIST: HINTERLAND_DATA names the folder that holds it")
    few = some_digits()
    settings = Settings(epochs=LAST, track=3000, seed=1, device="cpu")
    path = tmp_path_factory.mktemp("own") / "digits"
    run = begin(path, few, source="mnist", model="vae", latent_dim=8, settings=settings)
    for _ in train(run, few):
        pass
    list(refresh(run))
    return run


@pytest.fixture(scope="module")
def address(digits: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(digits.path, tmp_path_factory.mktemp("server") / "home") as url:
        yield url


DRAWN: dict[str, list[Stroke]] = {
    "0": [arc(0.5, 0.5, 0.22, 0.32, -90, 270)],
    "3": [THREE],
    "7": [[(0.28, 0.22), (0.72, 0.22), (0.46, 0.84)]],
}


def nearest_labels(run: Run, told: dict[str, Any], k: int = 5) -> list[int]:
    return [int(labels(run)[one["index"]]) for one in told["nearest"][:k]]


def check(run: Run, told: dict[str, Any], epoch: int) -> None:
    """All that the page tells of an own image is what Python finds for its pixels."""
    assert told["epoch"] == epoch
    pixels = np.asarray(told["pixels"], np.float32).reshape(1, told["h"], told["w"], told["c"])
    latent = network(run, epoch).encode(pixels)[0]
    np.testing.assert_allclose(told["latent"], latent, atol=SAME)
    (name,) = run.maps()
    sheet = frame(run, name, epoch)
    spot = (latent - sheet["centre"]) @ sheet["axes"].T
    np.testing.assert_allclose(told["spot"], spot, atol=1e-3)
    remade = python_decodes(run, epoch, told["latent"])
    np.testing.assert_allclose(told["reconstruction"], remade.ravel(), atol=1e-3)
    assert told["error"] == pytest.approx(((remade - pixels) ** 2).mean(), abs=1e-4)
    distances = np.linalg.norm(run.latents(epoch) - latent, axis=1)
    assert [one["index"] for one in told["nearest"]][:3] == np.argsort(distances)[:3].tolist()
    assert sum(told["classes"].values()) == pytest.approx(1, abs=1e-4)


def test_a_drawn_three_lands_among_the_threes_at_every_epoch(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        open_easel(page)
        for name, strokes in DRAWN.items():
            fresh = page.get_by_role("button", name="New", exact=True)
            if fresh.is_visible():
                fresh.click()
            draw(page, strokes)
            told = own(page)[-1]
            assert state(page)["pin"] == {"own": told["id"]}
            check(digits, told, LAST)
            assert nearest_labels(digits, told).count(int(name)) >= 4, name
            assert max(told["classes"], key=told["classes"].get) == name
        assert page.locator(".landing:not(.gone)").count() >= len(DRAWN)
        page.evaluate("window.hinterland.set({ epoch: 1 })")
        for told in own(page):
            check(digits, told, 1)
        page.get_by_role("button", name="Remove Drawing 2").click()
        assert [one["name"] for one in own(page)] == ["Drawing 1", "Drawing 3"]


def test_a_small_drawing_in_a_corner_is_put_as_the_data_are(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        open_easel(page)
        draw(page, [THREE], size=0.6, left=0.02, top=0.02)
        (placed,) = own(page)
        assert nearest_labels(digits, placed).count(3) >= 3
        centring = page.get_by_role("checkbox", name="Centre and scale, as the data are")
        assert centring.is_checked()
        centring.uncheck()
        until(
            page, "e => window.hinterland.own().then(([one]) => one.error !== e)", placed["error"]
        )
        (bare,) = own(page)
        rows, columns = np.nonzero(np.reshape(bare["pixels"], (28, 28)) > 0.1)
        assert rows.max() < 19
        assert columns.max() < 19
        assert bare["error"] > placed["error"]


def test_strokes_are_undone_and_what_was_removed_comes_back(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        open_easel(page)
        draw(page, [THREE])
        pause(page, 600)  # a pause ends a step
        (three,) = own(page)
        draw(page, [[(0.2, 0.2), (0.8, 0.8)]])
        pause(page, 600)
        (crossed,) = own(page)
        assert crossed["pixels"] != three["pixels"]
        page.keyboard.press("Control+z")
        assert own(page)[0]["pixels"] == three["pixels"]
        page.keyboard.press("Control+Shift+z")
        assert own(page)[0]["pixels"] == crossed["pixels"]
        page.get_by_role("button", name="Remove Drawing 1").click()
        assert own(page) == []
        page.keyboard.press("Control+z")
        assert own(page)[0]["pixels"] == crossed["pixels"]
        page.keyboard.press("Control+z")
        # what is drawn next goes on from what is on the sheet
        centring = page.get_by_role("checkbox", name="Centre and scale, as the data are")
        centring.uncheck()
        centring.check()
        comes(
            lambda: np.allclose(own(page)[0]["pixels"], three["pixels"], rtol=0, atol=1e-6),
            "the three as it was",
        )


def test_the_map_follows_while_the_pen_is_down(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        open_easel(page)
        box = page.locator(".drawing-sheet").bounding_box()
        assert box is not None
        seen = set()
        page.mouse.move(box["x"] + 60, box["y"] + 50)
        page.mouse.down()
        for (x, y), _ in pairwise(THREE):
            page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
            for _ in range(20):  # it comes within three frames, where there is nothing else to do
                pause(page, 50)
                mark = page.locator(".landing.held")
                now = mark.get_attribute("transform") if mark.count() else None
                if now and now not in seen:
                    seen.add(now)
                    break
        page.mouse.up()
        assert len(seen) > 10


def test_a_picture_is_opened_pasted_and_dropped_as_it_is(
    browser: Browser, address: str, digits: Run, tmp_path: Path
) -> None:
    picture = (mnist().pixels[5], mnist().pixels[77])
    Image.fromarray(picture[0][..., 0]).save(tmp_path / "digit.png")
    # dark on light, large and with alpha: as one would scan it
    big = Image.fromarray(255 - picture[1][..., 0]).resize((320, 320)).convert("RGBA")
    big.save(tmp_path / "scan.png")
    (tmp_path / "notes.png").write_text("no picture at all")
    with looking(browser, address) as page:
        open_easel(page)
        chooser = page.get_by_label("Picture to open")
        chooser.set_input_files(tmp_path / "digit.png")
        until(page, "window.hinterland.state().own.length === 1")
        (told,) = own(page)
        np.testing.assert_array_equal(
            np.float32(told["pixels"]), picture[0].ravel() / np.float32(255)
        )
        check(digits, told, LAST)
        chooser.set_input_files(tmp_path / "notes.png")
        word = page.locator(".word")
        word.get_by_text("'notes.png' is no picture that this browser reads").wait_for()
        for event, key in (("paste", "clipboardData"), ("drop", "dataTransfer")):
            page.evaluate(
                """([event, key, bytes]) => {
                    const brought = new DataTransfer();
                    const file = [[new Uint8Array(bytes)], "scan.png", { type: "image/png" }];
                    brought.items.add(new File(...file));
                    const make = event === "paste" ? ClipboardEvent : DragEvent;
                    document.body.dispatchEvent(new make(event, { [key]: brought, bubbles: true }));
                }""",
                [event, key, list((tmp_path / "scan.png").read_bytes())],
            )
            until(page, f"window.hinterland.state().own.length === {2 + (event == 'drop')}")
            word.get_by_text("Its light and dark were turned about").wait_for()
        answer = int(mnist().labels[77])  # type: ignore[index]
        for told in own(page)[1:]:
            check(digits, told, LAST)
            assert nearest_labels(digits, told).count(answer) >= 4
        for _ in range(5):
            page.evaluate("window.hinterland.addOwn(new Float32Array(784))")
        assert page.get_by_role("button", name="New", exact=True).is_disabled()
        chooser.set_input_files(tmp_path / "digit.png")
        word.get_by_text("8 own images are kept at most: remove one of them first").wait_for()


def test_moving_a_latents_number_leaves_the_map_and_leads_back(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        page.evaluate("window.hinterland.set({ pin: { image: 3 } })")
        page.get_by_role("button", name="Move the latent's numbers").click()
        slider = page.get_by_role("slider", name="Latent 2", exact=True)
        slider.focus()
        for _ in range(12):
            page.keyboard.press("ArrowRight")
        field = page.get_by_role("spinbutton", name="Latent 5, as a number")
        field.fill("1.25")
        until(page, "window.hinterland.state().cursor?.latent[5] === 1.25")
        told = page.evaluate("window.hinterland.set({})")
        latent = told["cursor"]["latent"]
        start = digits.latents(LAST)[3]
        changed = np.abs(np.asarray(latent) - start) > 1e-6
        assert set(np.nonzero(changed)[0]) == {2, 5}
        assert told["pin"] == {"latent": latent}
        shown = page.evaluate("[...window.hinterland.shownPixels().pixels]")
        np.testing.assert_allclose(shown, python_decodes(digits, LAST, latent).ravel(), atol=1e-3)
        (name,) = digits.maps()
        sheet = frame(digits, name, LAST)
        foot = np.asarray(told["cursor"]["spot"]) @ sheet["axes"] + sheet["centre"]
        away = float(np.linalg.norm(foot - latent))
        page.get_by_text(f"{away:.2f} off the map's surface").wait_for()
        page.get_by_role("button", name="Back to the map").click()
        told = page.evaluate("window.hinterland.set({})")
        np.testing.assert_allclose(told["pin"]["latent"], foot, atol=1e-4)
        np.testing.assert_allclose(told["cursor"]["latent"], foot, atol=1e-4)


def test_the_inspector_tells_error_and_classes_of_what_is_pinned(
    browser: Browser, address: str, digits: Run
) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(digits.path / "model" / "classifier.onnx")
    with looking(browser, address) as page:
        page.evaluate("window.hinterland.set({ pin: { image: 8 } })")
        remade = python_decodes(digits, LAST, digits.latents(LAST)[8].tolist())
        told = session.run(None, {"images": remade[None]})[0][0]
        best = np.argsort(told)[::-1][:3]
        line = f"{digits.spec['images']['classes'][best[0]]}{100 * told[best[0]]:.0f} %"
        until(page, "line => document.querySelector('.bars li').textContent === line", line)
        page.get_by_role("button", name="all 10").click()
        assert page.locator(".bars li").count() == 10
        real = some_digits().pixels[digits.tracked_rows()[8]] / 255
        error = ((real - remade) ** 2).mean()
        caption = page.locator(".difference .error").inner_text()
        assert float(caption.removeprefix("MSE ")) == pytest.approx(error, abs=6e-4)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_screenshot_of_a_drawing_and_of_sliders(
    browser: Browser, address: str, width: int, height: int
) -> None:
    """Pictures for people; here only that the sheet and its picture are whole, and stand still."""
    with looking(browser, address, color_scheme="light") as page:
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("button", name="Your own image (y)").click()
        page.locator(".drawing-sheet").wait_for()
        pause(page, 300)
        before = page.locator(".drawing-sheet").bounding_box()
        draw(page, [THREE])
        own(page)
        pause(page, 400)
        assert page.locator(".drawing-sheet").bounding_box() == before
        shots(page, f"own-{width}")
        for part in (
            ".drawing-sheet",
            ".decoded .picture",
            ".difference .picture",
            ".landing.held",
        ):
            box = page.locator(part).bounding_box()
            assert box is not None, part
            assert 0 <= box["x"] <= box["x"] + box["width"] <= width, part
            assert 0 <= box["y"] <= box["y"] + box["height"] <= height, part
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="Close", exact=True).click()
        page.get_by_role("button", name="Move the latent's numbers").click()
        shots(page, f"sliders-{width}")
        assert page.locator(".decoded .picture").is_visible()


def shots(page: Page, name: str) -> None:
    themes: tuple[Literal["light", "dark"], ...] = ("dark", "light")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        page.evaluate("window.hinterland.set({})")
        page.screenshot(path=picture_folder() / f"{name}-{theme}.png")
