"""The picture of the map in a browser: whatever draws it, and as a person keeps it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from hinterland.run import Run
from tests.browsing import comes, looking, pause, picture_folder, screen, state, wish
from tests.conftest import ROOT, frame, labels
from tests.manners import LAST, colours, command, rested, saved

pytestmark = [pytest.mark.slow, pytest.mark.browser]


# No machine of the tests has a graphics processor: one that says it has, draws with WebGL.
AS_IF_HARDWARE = """(() => {
    const get = WebGL2RenderingContext.prototype.getParameter;
    WebGL2RenderingContext.prototype.getParameter = function (name) {
        return name === 0x9246 ? "a processor of the tests" : get.call(this, name);
    };
})()"""
CANVAS = "[...document.querySelectorAll('.view-map canvas:not(.thumbs)')].at(-1)"
LOSE = f"""() => {{
    window.lost = {CANVAS}.getContext("webgl2").getExtension("WEBGL_lose_context");
    window.lost.loseContext();
}}"""


VERSION = json.loads((ROOT / "web" / "package.json").read_text())["version"]


def seen(page: Page) -> np.ndarray:
    """The middle of the map, where no panel is."""
    clip = {"x": 260.0, "y": 70.0, "width": 640.0, "height": 560.0}
    return colours(page.screenshot(clip=clip))  # type: ignore[arg-type]


def test_a_graphics_processor_that_comes_and_goes_leaves_the_picture(
    browser: Browser, proxied: str
) -> None:
    with looking(browser, proxied, AS_IF_HARDWARE, "WebGL", reduced_motion="reduce") as page:
        for name in ("plane", "pca"):
            wish(page, map=name, layers={"density": True})
            rested(page)
            assert page.evaluate("window.hinterland.timings().renderer") == "webgl2"
            before = seen(page)
            assert np.ptp(before) > 50
            comes_and_goes(page, before)
        page.evaluate(LOSE)
        page.get_by_text("the map is drawn without it").wait_for()
        assert page.evaluate("window.hinterland.timings().renderer") == "canvas2d"
        # Another renderer rounds otherwise.
        assert np.mean(np.abs(seen(page) - before) > 40) < 0.02
        wish(page, map="plane")
        assert np.ptp(seen(page)) > 50


def comes_and_goes(page: Page, before: np.ndarray) -> None:
    for _ in range(10):
        page.evaluate(LOSE)
        pause(page, 20)
        page.evaluate("window.lost.restoreContext()")
        comes(lambda: np.array_equal(seen(page), before), "the same picture")


def test_without_webgl_maps_of_both_kinds_are_drawn(browser: Browser, proxied: str) -> None:
    missing = """HTMLCanvasElement.prototype.getContext = ((get) => function (kind, ...more) {
        return /webgl/.test(kind) ? null : get.call(this, kind, ...more);
    })(HTMLCanvasElement.prototype.getContext)"""
    with looking(browser, proxied, missing, reduced_motion="reduce") as page:
        for name in ("plane", "pca"):
            wish(page, map=name)
            assert page.evaluate("window.hinterland.timings().renderer") == "canvas2d"
            ground = seen(page)[0, 0]
            assert (np.abs(seen(page) - ground).sum(2) > 60).sum() > 300


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_to_keep_look_like_what_was_seen(
    browser: Browser, proxied: str, tmp_path: Path, theme: str
) -> None:
    with looking(browser, proxied, accept_downloads=True, reduced_motion="reduce") as page:
        wish(page, map="pca", theme=theme, pin={"image": 4}, layers={"territory": True})
        rested(page)
        page.locator(".surface").first.focus()
        png, svg = saved(page, "e", tmp_path), saved(page, "Shift+E", tmp_path)
        on_page = colours(page.screenshot())
        picture = colours(png.read_bytes())
        drawing = svg.read_text()
        paper = (on_page[1, 300] > 128).all()
        assert paper == (picture[2, 2] > 128).all() == (theme == "light")
        for text in ("made up", "PCA", f"epoch {LAST}", "Coloured by label", "image 4 pinned"):
            assert f"{text}" in drawing
        assert re.search(r"Hinterland \d+\.\d+\.\d+, \d{4}-\d\d-\d\d", drawing)
        assert "token" not in drawing
        assert drawing.count("<circle") > 200
        picture_folder().joinpath(f"kept-{theme}.png").write_bytes(png.read_bytes())
        # A browser draws the drawing as the picture is, at half its size.
        size = {"width": picture.shape[1] // 2, "height": picture.shape[0] // 2}
        view = page.context.new_page()
        view.set_viewport_size(size)  # type: ignore[arg-type]
        view.goto(svg.as_uri())
        shown = colours(view.screenshot())
        half = Image.open(png).convert("RGB").resize((size["width"], size["height"]))
        assert np.mean(np.abs(shown - np.asarray(half).astype(int))) < 4


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_kept_picture_is_the_map_that_was_seen_point_by_point(
    browser: Browser, proxied: str, two_maps: Run, tmp_path: Path, theme: str
) -> None:
    """Every circle of the drawing, every point of the picture that stands alone, and the words."""
    with looking(browser, proxied, accept_downloads=True, reduced_motion="reduce") as page:
        wish(page, map="pca", theme=theme, colour="label", hidden=[2], epoch=2, camera=None)
        camera = state(page)["camera"]
        wish(page, camera={**camera, "span": camera["span"] / 2})
        page.mouse.move(5, 400)
        rested(page)
        page.locator(".surface").first.focus()
        png, svg = saved(page, "e", tmp_path), saved(page, "Shift+E", tmp_path)
        label = labels(two_maps)
        places = screen(page, frame(two_maps, "pca", 2)["points"])
        on_page = colours(page.screenshot())
    drawing = ET.parse(svg).getroot()
    tag = "{http://www.w3.org/2000/svg}"
    box = {k: float(v) for k, v in drawing.find(f".//{tag}clipPath/{tag}rect").attrib.items()}  # type: ignore[union-attr]
    low = np.array([box["x"], box["y"]])
    high = low + np.array([box["width"], box["height"]])
    inside = (label != 2) & ((places > low) & (places < high)).all(1)
    assert inside.sum() > 50
    # Of the drawing: a circle at each place, in the colour that the page has there.
    circles = list(drawing.iter(f"{tag}circle"))
    drawn = np.array([[float(one.get(key) or "nan") for key in ("cx", "cy")] for one in circles])
    fills = np.array([one.get("fill") for one in circles])
    hues: dict[int, set[str]] = {}
    for place, value in zip(places[inside], label[inside], strict=True):
        near = np.hypot(*(drawn - place).T)
        assert near.min() < 0.02, place
        hues.setdefault(int(value), set()).add(fills[near.argmin()])
    assert sorted(hues) == [0, 1, 3]
    assert len({next(iter(one)) for one in hues.values()}) == 3
    # Of the picture: two pixels to one, from the margin on; each point that stands alone.
    picture = colours(png.read_bytes())
    far = np.hypot(*(places[:, None] - places[None]).T) + 1e9 * (
        np.eye(300) + (label == 2)[:, None]
    )
    alone = inside & (far.min(0) > 10) & ((places > low + 12) & (places < high - 12)).all(1)
    assert alone.sum() >= 10
    for (x, y), value in zip(places[alone], label[alone], strict=True):
        there = on_page[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2].mean((0, 1))
        u, v = 2 * (np.array([x, y]) - low + 16)
        part = picture[round(v) - 10 : round(v) + 11, round(u) - 10 : round(u) + 11]
        ink = np.abs(part - picture[2, 2]).sum(2) > 40
        rows, columns = np.nonzero(ink)
        middle = np.array([round(u) - 10 + columns.mean(), round(v) - 10 + rows.mean()]) + 0.5
        assert np.abs(middle - [u, v]).max() < 2, f"more than a pixel of the screen away: {x}, {y}"
        assert np.abs(part[9:12, 9:12].mean((0, 1)) - there).max() < 14, (x, y, value)
    told = [one.text or "" for one in drawing.iter(f"{tag}text")]
    assert any(one.startswith("made up \u00b7 vae \u00b7 3 latents") for one in told)
    assert any("PCA" in one and one.endswith("epoch 2") for one in told)
    drawn_of = f"{(label != 2).sum()} of 300 images drawn"
    assert any(drawn_of in one and "Coloured by label" in one for one in told), told
    today = dt.datetime.now().astimezone().date()
    assert f"Hinterland {VERSION}, {today}" in told


def test_walks_and_trails_are_in_the_picture(
    browser: Browser, proxied: str, tmp_path: Path
) -> None:
    """And the words say what they are."""
    with looking(browser, proxied, accept_downloads=True, reduced_motion="reduce") as page:
        ends = [{"image": 3}, {"image": 40}]
        wish(page, map="pca", walk={"ends": ends}, dock="walk", selection=[4, 9], trails=True)
        rested(page)
        page.locator(".surface").first.focus()
        drawing = saved(page, "Shift+E", tmp_path).read_text()
    assert drawing.count('class="stop"') == 3  # both ends, and where one is
    assert 'class="way"' in drawing
    assert "data:image/png" in drawing
    assert "trails of 2 over the epochs" in drawing
    assert "a walk, straight" in drawing


def test_the_link_and_the_picture_are_copied(browser: Browser, proxied: str) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    with looking(browser, proxied, permissions=allowed) as page:
        command(page, "copy link")
        page.get_by_text("The link to this view is copied").wait_for()
        link = page.evaluate("navigator.clipboard.readText()")
        assert link.startswith(proxied.partition("#")[0] + "#map=pca")
        command(page, "copy picture")
        page.get_by_text("The picture is copied").wait_for()
        told = page.evaluate(
            """async () => {
                const [item] = await navigator.clipboard.read();
                const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
                return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
            }"""
        )
        assert colours(base64.b64decode(told)).std() > 5
