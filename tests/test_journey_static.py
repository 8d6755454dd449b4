"""A static site, on a plain web server below some path: all but training works there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Request

from hinterland.chart import Plan, chart, refresh
from hinterland.run import Run
from tests.browsing import (
    PATIENCE,
    Odd,
    exported,
    hover,
    looking,
    painted,
    picture_folder,
    published,
    python_decodes,
    state,
    until,
)
from tests.conftest import made_up, record

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CLOSE = 1.02 / 255


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    place = tmp_path_factory.mktemp("runs")
    one = record(place / "blobs", made_up(300, (8, 8, 1)), epochs=3)
    list(refresh(one))
    list(chart(one, Plan.of(one, "tsne", options={"perplexity": 8.0}, frames="last")))
    other = record(place / "colours", made_up(200, (8, 8, 3), seed=1), model="dense", epochs=2)
    list(refresh(other))
    return {"blobs": one, "colours": other}


@pytest.fixture(scope="module")
def public(
    runs: dict[str, Run], built_page: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What is on a web server: a site of one run, and one of two."""
    assert built_page.is_dir()
    place, home = tmp_path_factory.mktemp("public"), tmp_path_factory.mktemp("home")
    exported(place / "~me" / "one", runs["blobs"].path, home=home, options=())
    both = (runs["blobs"].path, runs["colours"].path)
    exported(place / "two", *both, home=home, options=("--exact", "--title", "Blobs, twice"))
    return place


@pytest.fixture(scope="module")
def root(public: Path) -> Iterator[str]:
    with published(public) as address:
        yield address


def test_all_but_training_works_on_a_plain_server(
    browser: Browser, root: str, runs: dict[str, Run]
) -> None:
    run, asked = runs["blobs"], list[Request]()

    def keep(request: Request) -> None:
        asked.append(request)

    with looking(browser, f"{root}~me/one/") as page:
        page.on("request", keep)
        assert page.title() == "made up · vae · 2 latents · Hinterland"
        decodes_as_python_does(page, run)
        encodes_near_what_was_recorded(page, run)
        goes_back_in_time(page, run)
        bends_and_paints_the_ground(page)
        assert state(page)["faults"] == []
        packed = [one.url for one in asked if urlsplit(one.url).path.endswith(".packed")]
        assert len(packed) > 1, [one.url for one in asked]
        for request in asked:
            told = urlsplit(request.url)
            assert told.scheme == "blob" or request.url.startswith(f"{root}~me/one/"), request.url
            assert request.method == "GET"
            assert not told.path.endswith(("status.json", "health"))
            assert "authorization" not in request.headers
        assert page.get_by_label("Token").count() == 0


def test_it_works_on_a_phone_from_a_host_that_knows_little(
    browser: Browser, public: Path, runs: dict[str, Run]
) -> None:
    """No name begins with what some hosts leave out, and no two differ by case alone."""
    names = [path.relative_to(public / "two") for path in (public / "two").rglob("*")]
    assert len(names) > 20
    assert not [name for name in names if name.name.startswith("_")]
    assert len({str(name).lower() for name in names}) == len(names)
    phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
        "device_scale_factor": 2, "http_credentials": {"username": "ada", "password": "secret"},
    }  # fmt: skip
    with published(public, Odd) as root, looking(browser, f"{root}~me/one/", **phone) as page:
        page.touchscreen.tap(200, 240)
        until(page, "hinterland.state().shown !== null && hinterland.state().pin !== null")
        shown = state(page)["shown"]
        expected = python_decodes(runs["blobs"], 3, shown["latent"])
        np.testing.assert_allclose(painted(page), expected, atol=CLOSE)
        page.screenshot(path=picture_folder() / "static-phone.png")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def decodes_as_python_does(page: Page, run: Run) -> None:
    """Hovering, where an image is; the page has the points of a flat map from the latents."""
    latents = run.latents(3)
    for image in (0, 7):
        hover(page, latents[image])
        there = state(page)["cursor"]
        expected = python_decodes(run, 3, there["latent"])
        np.testing.assert_allclose(painted(page), expected, atol=CLOSE)


def encodes_near_what_was_recorded(page: Page, run: Run) -> None:
    pixels = made_up(300, (8, 8, 1)).pixels[run.tracked_rows()[3]] / np.float32(255)
    for epoch in (2, 3):
        told = page.evaluate(
            "([p, e]) => hinterland.encode(Float32Array.from(p), e).then((z) => Array.from(z))",
            [pixels.ravel().tolist(), epoch],
        )
        latents = run.latents(epoch)
        assert np.abs(np.asarray(told) - latents[3]).max() <= np.ptp(latents, axis=0).max() / 190
    own = page.evaluate(
        "p => hinterland.addOwn(Float32Array.from(p), 'mine').then((t) => t.nearest[0].index)",
        pixels.ravel().tolist(),
    )
    assert own in range(300)


def goes_back_in_time(page: Page, run: Run) -> None:
    """Every epoch, in an order in which files are needed that are built upon others."""
    for epoch in (0, 2, 1, 3):
        page.evaluate("e => hinterland.set({ epoch: e })", epoch)
        until(page, "e => hinterland.state().drawn.epoch === e", epoch)
        latent = run.latents(epoch)[5].tolist()
        told = page.evaluate(
            "z => hinterland.decode(Float32Array.from(z)).then((p) => Array.from(p.pixels))", latent
        )
        expected = python_decodes(run, epoch, latent)
        np.testing.assert_allclose(np.reshape(told, expected.shape), expected, atol=CLOSE)


def bends_and_paints_the_ground(page: Page) -> None:
    page.evaluate("hinterland.set({ map: 'tsne', epoch: 3, layers: { decoded: true } })")
    until(
        page, "hinterland.state().drawn.map === 'tsne' && !hinterland.state().layers.decoded.busy"
    )
    told = page.evaluate("hinterland.ground('decoded', 600, 400)")
    assert 0 <= told["trust"] <= 1
    # the neighbours, which no file of the site tells
    near = page.evaluate("hinterland.nearest(Float32Array.of(0, 0), 3)")
    assert len(near) == 3


def test_several_runs_begin_with_a_list(browser: Browser, root: str) -> None:
    for theme in ("light", "dark"):
        for width in (1280, 390):
            context = browser.new_context(
                viewport={"width": width, "height": 700}, color_scheme=theme
            )
            context.set_default_timeout(1000 * PATIENCE)
            page = context.new_page()
            page.goto(f"{root}two/")
            page.get_by_role("heading", name="Blobs, twice").wait_for()
            until(page, "[...document.images].every((i) => i.complete && i.naturalWidth > 0)")
            page.screenshot(path=picture_folder() / f"static-list-{theme}-{width}.png")
            context.close()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(f"{root}two/")
    assert page.get_by_role("link", name="colours").inner_text().count("mean squared error") == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.evaluate("window.hinterland.ready")
    assert "run=colours" in page.url
    context.close()
    with looking(browser, f"{root}two/#run=blobs") as page:
        assert page.title().startswith("made up · vae")


def test_opened_from_the_disk_it_says_what_to_do(browser: Browser, public: Path) -> None:
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto((public / "two" / "index.html").as_uri())
    page.get_by_role("heading", name="This page needs a web server").wait_for()
    assert page.get_by_text("python -m http.server").is_visible()
    page.close()
