"""The explorer's manners, in a browser behind a proxy: keys alone, links, fingers, faults."""

from __future__ import annotations

import contextlib
import functools
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Error, Page, Route

from hinterland.run import Run
from tests.browsing import (
    PATIENCE,
    STATIC,
    Fingers,
    comes,
    file_of,
    looking,
    opened,
    pause,
    picture_folder,
    screen,
    state,
    until,
    wish,
)
from tests.conftest import call, frame, made_up, record
from tests.manners import LAST, command, drawn, draws, saved

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_the_whole_journey_is_walked_with_keys_alone(
    browser: Browser, proxied: str, two_maps: Run, tmp_path: Path
) -> None:
    with looking(browser, proxied, accept_downloads=True) as page:
        page.keyboard.press("ArrowRight")
        until(page, "window.hinterland.state().shown !== null")
        page.keyboard.press("Enter")
        assert state(page)["pin"]
        page.keyboard.press("[")
        assert state(page)["epoch"] == LAST - 1
        command(page, "ep 1")
        assert state(page)["epoch"] == 1
        command(page, "map pca")
        until(page, "window.hinterland.state().drawn.map === 'pca'")
        command(page, "territory")
        assert state(page)["layers"]["territory"]["on"]
        command(page, "only label b")
        assert len(state(page)["hidden"]) == 3
        command(page, "all classes again")
        assert state(page)["hidden"] == []
        command(page, "image 17")
        assert state(page)["pin"] == {"image": 17}
        draws_a_box(page, two_maps)
        command(page, "theme dark")
        assert state(page)["theme"] == "dark"
        page.screenshot(path=picture_folder() / "keys-dark.png")
        assert saved(page, "e", tmp_path).suffix == ".png"
        goes_everywhere_with_tab(page)
        comes_back_from_dialogs(page)


def draws_a_box(page: Page, run: Run) -> None:
    """With the arrow keys and Enter; the images inside are chosen, told by where they are."""
    wish(page)  # no point is on its way any more
    page.locator(".surface").first.focus()
    command(page, "move the cursor")
    page.keyboard.press("x")
    for _ in range(14):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
    corner = np.array(page.evaluate(CURSOR))
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
    other = np.array(page.evaluate(CURSOR))
    page.keyboard.press("Enter")
    told = state(page)["selection"]
    places = screen(page, frame(run, "pca", state(page)["drawn"]["epoch"])["points"])
    inside = ((places > corner) & (places < other)).all(1)
    assert told == np.flatnonzero(inside).tolist()
    assert len(told) > 5
    page.keyboard.press("Escape")
    assert state(page)["tool"] == "move"


CURSOR = "Array.from(window.hinterland.toScreen(window.hinterland.state().cursor.spot))"

STOPS = """() => [...document.querySelectorAll(
        "a[href], button, input, select, summary, [tabindex='0']"
    )].filter((node) => !node.disabled && node.checkVisibility({ checkVisibilityCSS: true }))
    .map((node, i) => (node.dataset.stop = String(i)))"""


def goes_everywhere_with_tab(page: Page) -> None:
    """Tab meets whatever can be pressed, is trapped nowhere, and is always seen."""
    page.evaluate("document.activeElement.blur()")
    wanted = set(page.evaluate(STOPS))
    assert len(wanted) > 20
    met: list[str] = []
    for _ in range(len(wanted) + 20):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(
            """() => {
                const node = document.activeElement;
                const { outlineStyle, outlineWidth } = getComputedStyle(node);
                return [node.dataset.stop ?? node.tagName,
                    outlineStyle !== "none" && parseFloat(outlineWidth) >= 1];
            }"""
        )
        if name == "BODY":
            continue  # the end: what follows is the beginning
        if met and name == met[0]:
            break
        assert seen, f"the focus is not seen at {name}"
        met.append(name)
    assert len(met) == len(set(met))
    # A radio group and a closed drawer have one stop.
    assert wanted <= set(met), wanted - set(met)


def comes_back_from_dialogs(page: Page) -> None:
    button = page.get_by_role("button", name="Keys")
    for key in ("Enter", "Control+k"):
        button.focus()
        page.keyboard.press(key)
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Escape")
        assert button.evaluate("node => node === document.activeElement")


def states() -> Iterator[dict[str, Any]]:
    """Twenty states, of what can be looked at at random."""
    rng = np.random.default_rng(5)

    def maybe(value: Any, nothing: Any = None) -> Any:
        return value if rng.random() < 0.5 else nothing

    for i in range(20):
        deep = bool(rng.random() < 0.4)
        colour = [None, "label", "loss", "outlier score", "distortion"][rng.integers(5)]
        spot = rng.normal(size=3)
        turned = {"target": spot.tolist(), "yaw": 0.1 * i, "pitch": 0.3, "distance": 7.5}
        flat = {"x": spot[0], "y": spot[1], "span": float(rng.uniform(1, 9))}
        pin = {"image": int(rng.integers(300))} if i % 3 else {"latent": spot.tolist()}
        beside = maybe("pca")
        yield {
            "map": "plane" if deep else "pca",
            "beside": beside,
            "epoch": LAST,
            "colour": colour,
            "hidden": maybe([1, 3], []) if colour == "label" else [],
            "brush": maybe([0.001, 0.5]) if colour == "loss" else None,
            # The whole of a map depends on the panels, whose sizes come of what was done before.
            "camera": {"kind": "3d", **turned} if deep else {"kind": "2d", **flat},
            "pin": maybe(pin),
            "selection": maybe(np.flatnonzero(rng.random(300) < 0.3).tolist(), []),
            "pictures": maybe(24, 0),
            "trails": maybe(True, False),
            "theme": maybe("dark", "auto"),
            "layers": {
                name: maybe(float(np.round(rng.uniform(0.2, 1), 2)), False)
                for name in ("territory", "distortion", "density", "decoded")
            },
        }


def draws_an_own_image(page: Page, seed: int) -> None:
    """One of 8 bits, as the drawing board makes them; it is pinned."""
    page.evaluate(
        """async (seed) => {
            for (const id of window.hinterland.state().own) window.hinterland.removeOwn(id);
            const numbers = [...Array(64).keys()].map((k) => ((k * 37 * seed) % 256) / 255);
            await window.hinterland.addOwn(numbers, `Drawing ${seed} & more`);
        }""",
        seed,
    )


def test_a_link_brings_back_exactly_what_was_seen(browser: Browser, proxied: str) -> None:
    base, _, token = proxied.partition("#")
    view: dict[str, Any] = {
        "reduced_motion": "reduce",
        "viewport": {"width": 1000, "height": 640},
    }
    with looking(browser, proxied, **view) as page, looking(browser, proxied, **view) as other:
        for i, one in enumerate(states()):
            # Density is measured a little beyond what is seen, and kept while one moves within: the
            # layers come when all else has, as they do on a page that is opened by a link.
            wish(page, **{**one, "layers": dict.fromkeys(one["layers"], False)})
            if i % 5 == 2:
                draws_an_own_image(page, i)
            if one["beside"]:
                pause(page, 300)  # the address follows
                page.evaluate("location.hash += '&at2=0.1,-0.2,4.5'")
                pause(page, 50)
            wish(page, layers=one["layers"])
            before = drawn(page)
            pause(page, 300)
            link = page.evaluate("location.href")
            assert link.startswith(base)
            assert "token" not in link
            assert len(link.partition("#")[2]) <= 2048
            other.goto("about:blank")
            other.goto(f"{base}#{token}&{link.partition('#')[2]}")
            other.evaluate("window.hinterland.ready")
            draws(other, before, f"what was seen of {i}: {one}")
            assert own_images(other) == own_images(page)
        assert other.evaluate("localStorage.getItem('hinterland-preferences')") is None


def own_images(page: Page) -> Any:
    return page.evaluate(
        """async () => (await window.hinterland.own())
            .map(({ id, name, pixels, spot }) => ({ id, name, pixels: [...pixels], spot }))"""
    )


def test_a_spot_of_a_map_that_bends_is_pinned_where_it_was(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It is no image's place; the open panel comes along as well."""
    images = made_up(120, (8, 8, 1))
    run = record(tmp_path_factory.mktemp("bent") / "run", images, d=3, epochs=1)
    call("map", str(run.path), "--projection", "tsne", "--epochs", "last", "-q")
    with (
        opened(run.path, tmp_path_factory.mktemp("server") / "home") as url,
        looking(browser, url, reduced_motion="reduce") as page,
        looking(browser, url, reduced_motion="reduce") as other,
    ):
        wish(page, map="tsne", camera={"kind": "2d", "x": 0, "y": 0, "span": 30})
        page.mouse.click(500, 333)
        page.keyboard.press("q")
        until(page, "window.hinterland.state().pin?.latent !== undefined")
        pause(page, 400)
        marks = page.locator(".marks .mark.pin").get_attribute("style")
        link = page.evaluate("location.hash.slice(1)")
        base, _, token = url.partition("#")
        other.goto("about:blank")
        other.goto(f"{base}#{token}&{link}")
        other.evaluate("window.hinterland.ready")
        other.get_by_role("heading", name="How true is this map?").wait_for()
        mark = other.locator(".marks .mark.pin")
        comes(lambda: mark.get_attribute("style") == marks, "the mark where it was")


KINDS = {
    "channels.safetensors": "columns",
    "maps/pca/0003.safetensors": "frame",
    "epochs/0003/latents.safetensors": "latents",
    "images/atlas-000.webp": "tiles",
    "model/decoder.onnx": "decoder",
    "model/classifier.onnx": "classifier",
}


# Without these there is no map; on a static site the latents are the points of a flat one too.
FIRST = ("site.json", "scene.json", "maps/pca/0003.safetensors")
FIRST += ("epochs/0003/latents.safetensors",) if STATIC else ()


def breaks(kind: int, route: Route) -> None:
    if kind == 0:
        route.abort()
    elif kind == 1:
        route.fulfill(status=404, body="nothing is here")
    else:
        whole = route.fetch().body()
        route.fulfill(status=200, body=whole[: len(whole) // 3])


def test_each_file_that_fails_is_told_where_it_is_missed_and_retry_brings_it(
    browser: Browser, proxied: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    for i, path in enumerate(["site.json", "scene.json", *KINDS]):
        pattern = re.compile(re.escape(file_of(path)) + r"(\?|$)")
        page.route(pattern, functools.partial(breaks, i % 3))
        page.goto("about:blank")
        page.goto(proxied)
        if path not in FIRST:
            page.evaluate("window.hinterland.ready")
            wish(page, pin={"image": 3})
        told = page.get_by_role("alert").filter(visible=True).first
        told.wait_for()
        assert len(told.inner_text()) > 20, path
        page.unroute(pattern)
        tries_again(page)
        page.evaluate("window.hinterland.ready")
        wish(page, pin={"image": 5})
        tries_again(page)
        assert state(page)["faults"] == [], path
    context.close()


def tries_again(page: Page) -> None:
    """As long as anything is told to have failed."""
    last = time.monotonic() + PATIENCE
    while page.get_by_role("alert").filter(visible=True).count():
        assert time.monotonic() < last, page.get_by_role("alert").all_inner_texts()
        for button in page.get_by_role("button", name="Retry").filter(visible=True).all():
            with contextlib.suppress(Error):  # it went while it was looked for
                button.click(timeout=500)
        pause(page, 100)


def test_a_finger_does_what_a_mouse_does(browser: Browser, proxied: str) -> None:
    phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
    }
    with looking(browser, proxied, **phone, reduced_motion="reduce") as page:
        wish(page, map="pca", colour="label")
        touch = Fingers(page)
        page.touchscreen.tap(200, 240)
        until(page, "window.hinterland.state().pin !== null")
        camera = state(page)["camera"]
        touch.go([(200, 240)], [(230, 240)])
        panned = state(page)["camera"]
        assert panned["span"] == camera["span"]
        assert panned["x"] < camera["x"]
        touch.go([(150, 240), (250, 240)], [(100, 240), (300, 240)])
        assert state(page)["camera"]["span"] == pytest.approx(camera["span"] / 2, rel=0.1)
        before = state(page)
        touch.go([(200, 240)], [(240, 260)], held=600)
        after = state(page)
        assert (
            after["camera"] == before["camera"]
        )  # a finger that is held points, and moves nothing
        x, y = page.evaluate(CURSOR)
        assert (x, y) == pytest.approx((240, 260), abs=1.5)
        page.screenshot(path=picture_folder() / "phone.png")
        page.set_viewport_size({"width": 320, "height": 640})
        fits(page)
        page.screenshot(path=picture_folder() / "phone-320.png")


def fits(page: Page) -> None:
    """Nothing to press lies outside the window or under another thing."""
    seen, outside = page.evaluate(
        """() => {
            const pressed = "header button, header select, .play button";
            const seen = [...document.querySelectorAll(pressed)]
                .filter((node) => node.checkVisibility());
            const outside = seen.filter((node) => {
                const { left, right, top, bottom } = node.getBoundingClientRect();
                const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
                return left < 0 || right > innerWidth || !(node === at || node.contains(at));
            });
            const name = (node) => node.getAttribute("aria-label") ?? node.textContent;
            return [seen.length, outside.map(name)];
        }"""
    )
    assert seen > 8
    assert outside == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
