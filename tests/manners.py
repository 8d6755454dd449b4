"""What the journeys of manners share: a run of two maps, what a person does, what is drawn."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from hinterland.chart import refresh
from hinterland.run import Run
from tests.browsing import comes, pause, until
from tests.conftest import call, made_up, record

LAST = 3


def made_with_two_maps(place: Path) -> Run:
    """A run with a map with depth, of three latents, and a flat one; classes and a classifier."""
    images = made_up(300, (8, 8, 1))
    run = record(place, images, d=3, epochs=LAST)
    list(refresh(run))
    call("map", str(run.path), "--projection", "pca", "--dims", "2", "-q")
    return Run.open(run.path)


def command(page: Page, typed: str) -> None:
    """What a person does who knows no key but one."""
    page.keyboard.press("Control+k")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    until(page, "!document.querySelector('dialog[open]')")


def rested(page: Page) -> None:
    """Until all that was asked for is drawn, layers, trails and pictures too."""
    page.evaluate("window.hinterland.set({})")
    until(page, NOTHING_LACKS)
    until(page, "Object.values(window.hinterland.state().layers).every(({ busy }) => !busy)")
    pause(page, 120)


NOTHING_LACKS = """() => {
    const [keys, thumbs] = [".trail-key", ".thumbs"].map((name) => document.querySelectorAll(name));
    return ![...keys].some((key) => /loading/.test(key.textContent)) &&
        ![...thumbs].some((one) => Number(one.dataset.lacking) > 0);
}"""

# What is drawn: the pixels of the maps' canvases and of the trails', of which a number tells, and
# the marks above them.
DRAWN = """() => {
    function told(canvas) {
        const { width, height } = canvas;
        if (!width || !height) return "nothing";
        const copy = new OffscreenCanvas(width, height);
        const brush = copy.getContext("2d", { willReadFrequently: true });
        brush.drawImage(canvas, 0, 0);
        const pixels = new Uint32Array(brush.getImageData(0, 0, width, height).data.buffer);
        let one = 0x811c9dc5, other = 0x9e3779b9;
        for (const pixel of pixels) {
            one = Math.imul(one ^ pixel, 0x01000193);
            one ^= one >>> 15;
            other = Math.imul(other, 0x85ebca6b) + pixel;
            other ^= other >>> 13;
        }
        return [width, height, one, other].join();
    }
    const maps = [...document.querySelectorAll(".surface canvas, canvas.trails")]
        .filter((canvas) => !canvas.hidden);
    const marks = [...document.querySelectorAll(".marks :is(.pin, .landing):not(.gone)")];
    const { theme } = document.documentElement.dataset;
    return [...maps.map(told), ...marks.map((mark) => mark.outerHTML), theme];
}"""


def drawn(page: Page) -> list[str]:
    """What is drawn once nothing more comes: twice in a row the same."""
    before: list[str] = []
    for _ in range(100):
        rested(page)
        now: list[str] = page.evaluate(DRAWN)
        if now == before:
            return now
        before = now
    raise AssertionError("the map never rests")


def draws(page: Page, wanted: list[str], what: str) -> None:
    """A picture that is still on its way comes."""
    comes(lambda: drawn(page) == wanted, what)


def colours(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def saved(page: Page, key: str, place: Path) -> Path:
    with page.expect_download() as coming:
        page.keyboard.press(key)
    file = place / coming.value.suggested_filename
    coming.value.save_as(file)
    return file
