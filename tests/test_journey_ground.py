"""The ground under the points in a real browser: every layer says what Python says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from hinterland.chart import refresh
from hinterland.latent.magnification import grid_metric, magnification
from hinterland.run import Run
from hinterland.show import field, grid
from hinterland.show.grid import Grid
from hinterland.show.reader import Reader
from hinterland.types import Images
from tests.browsing import comes, looking, opened, picture_folder, state, until
from tests.conftest import call, record

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LAST = 6
PLACES = ((520, 300), (640, 380), (700, 470))  # on the map, between the panels


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = tmp_path_factory.mktemp("ground") / "digits"
    call("train", "digits", "-o", str(path), "--epochs", str(LAST), "--batch-size", "32", "-q")
    return Run.open(path)


@pytest.fixture(scope="module")
def address(digits: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(digits.path, tmp_path_factory.mktemp("server") / "home") as url:
        yield url


def only(page: Page, **layers: Any) -> None:
    """Switch these layers on, and the others off."""
    names = state(page)["layers"]
    wish = {name: layers.get(name, False) for name in names}
    page.evaluate("layers => window.hinterland.set({ layers })", wish)


def says(page: Page, name: str, at: tuple[float, float]) -> dict[str, Any]:
    """What a layer says at a place of the window, once it has finished its work there."""
    until(
        page,
        "([name, x, y]) => !window.hinterland.state().layers[name].busy"
        " && window.hinterland.ground(name, x, y) !== null",
        arg=[name, *at],
    )
    # A typed array would come as an object.
    told: dict[str, Any] = page.evaluate(
        "([name, x, y]) => JSON.parse(JSON.stringify(window.hinterland.ground(name, x, y),"
        " (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value))",
        [name, *at],
    )
    return told


def shown(page: Page) -> bytes:
    """The middle of the window, without the panels."""
    return page.screenshot(clip={"x": 300, "y": 80, "width": 600, "height": 560})


def at(digits: Run, epoch: int) -> tuple[Reader, Any]:
    reader = Reader(digits, epoch)
    return reader, reader.layout("plane")[0]


def test_every_spot_is_painted_with_the_picture_that_python_decodes(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        only(page)
        bare = shown(page)
        page.get_by_role("checkbox", name="Decoded").check()
        for epoch in (LAST, 0):
            page.evaluate("epoch => window.hinterland.set({ epoch })", epoch)
            reader, layout = at(digits, epoch)
            for place in PLACES:
                told = says(page, "decoded", place)
                latent = layout.to_latent(np.array([told["spot"]], np.float32))
                expected = np.clip(reader.decode(latent), 0, 1).ravel()
                np.testing.assert_allclose(told["pixels"], expected, atol=0.6 / 255)
        assert shown(page) != bare
        page.keyboard.press("4")
        until(page, "!window.hinterland.state().layers.decoded.on")
        until(page, "window.hinterland.ground('decoded', 640, 380) === null")
        comes(lambda: shown(page) == bare, "the bare ground")


def test_the_ground_refines_as_one_comes_nearer(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        only(page, decoded=True)
        wide = says(page, "decoded", PLACES[1])["size"][0]
        page.mouse.move(*PLACES[1])
        for _ in range(6):
            page.mouse.wheel(0, -400)
        page.evaluate("window.hinterland.set({})")  # arrived
        comes(lambda: says(page, "decoded", PLACES[1])["size"][0] < wide / 4, "a finer ground")
        near = says(page, "decoded", PLACES[1])
        reader, layout = at(digits, LAST)
        expected = reader.decode(layout.to_latent(np.array([near["spot"]], np.float32))).ravel()
        np.testing.assert_allclose(near["pixels"], expected, atol=0.6 / 255)


def test_territory_is_named_as_python_names_it(browser: Browser, address: str, digits: Run) -> None:
    with looking(browser, address) as page:
        only(page)
        bare = shown(page)
        only(page, territory=True)
        winners = []
        for epoch in (LAST, 1):
            page.evaluate("epoch => window.hinterland.set({ epoch })", epoch)
            reader, layout = at(digits, epoch)
            for digit in (0, 1, 6):
                middle = layout.points[reader.labels == digit].mean(0).tolist()
                place = page.evaluate("spot => window.hinterland.toScreen(spot)", middle)
                told = says(page, "territory", place)
                latent = layout.to_latent(np.array([told["spot"]], np.float32))
                share = reader.classify(reader.decode(latent))
                named = field.Named(share[None], None)
                np.testing.assert_allclose(told["shares"], share[0], atol=1e-3)
                assert told["winner"] == named.winner[0, 0]
                assert told["sure"] == pytest.approx(named.sure[0, 0], abs=1e-3)
                winners.append(told["winner"])
        assert len(set(winners)) > 1
        assert shown(page) != bare
        page.screenshot(path=picture_folder() / "territory.png")


def test_distortion_is_pythons_magnification_less_its_median(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        only(page, distortion=True)
        for epoch in (LAST, 1):
            page.evaluate("epoch => window.hinterland.set({ epoch })", epoch)
            reader, layout = at(digits, epoch)
            cells = grid.over(layout, 32)
            whole = stretched(cells, reader)
            median = np.median(whole[np.isfinite(whole)])
            for place in PLACES:
                told = says(page, "distortion", place)
                assert told["median"] == pytest.approx(median, abs=2e-3)
                (x, y), step = told["spot"], told["step"]
                xs, ys = x + step * np.arange(-1, 2), y - step * np.arange(-1, 2)
                spots = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2).astype(np.float32)
                around = Grid(xs, ys, layout.to_latent(spots).reshape(3, 3, -1), "")
                here = stretched(around, reader)[1, 1]
                # float32 pictures, and differences of them that are small
                assert told["value"] == pytest.approx(here - median, abs=0.02)


def stretched(cells: Grid, reader: Reader) -> np.ndarray:
    pictures = np.clip(cells.decoded(reader), 0, 1)
    return magnification(grid_metric(pictures, cells.xs, cells.ys))


def test_density_counts_the_points_that_are_drawn(
    browser: Browser, address: str, digits: Run
) -> None:
    with looking(browser, address) as page:
        only(page, density=True)
        _, layout = at(digits, LAST)
        labels = Reader(digits).labels
        assert labels is not None
        told = []
        for hidden in ([], [0, 1, 2, 3]):
            page.evaluate("hidden => window.hinterland.set({ hidden })", hidden)
            drawn = layout.points[~np.isin(labels, hidden)]
            for place in PLACES:
                said = says(page, "density", place)
                wide = said["bandwidth"]
                squares = ((drawn - said["spot"]) ** 2).sum(1) / wide**2
                exact = np.exp(-squares / 2).sum() / (2 * np.pi * wide**2)
                # each point is shared among four cells, a third of the bandwidth wide
                assert said["value"] == pytest.approx(exact, rel=0.06, abs=0.02 * len(drawn))
                told.append(said["value"])
        assert told[:3] != told[3:]


def test_layers_are_in_the_address_and_come_back(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        only(page, territory=0.4, points=0.25)
        until(page, "/layers=territory.*points/.test(location.hash)")
        page.reload()
        page.evaluate("window.hinterland.ready")
        layers = state(page)["layers"]
        assert layers["territory"]["on"] and layers["territory"]["opacity"] == 0.4
        assert layers["points"]["opacity"] == 0.25
        assert not layers["decoded"]["on"] and not layers["fog"]["on"]


def test_what_cannot_be_had_is_said(browser: Browser, tmp_path: Path, images: Images) -> None:
    images = dataclasses.replace(images, labels=None, classes=())
    for d, kind in ((2, "flat"), (3, "deep")):
        run = record(tmp_path / kind, images, d=d, model="conv-vae", epochs=1)
        list(refresh(run))
        with opened(run.path, tmp_path / "home") as url, looking(browser, url) as page:
            page.evaluate("window.hinterland.set({ layers: { territory: true, decoded: true } })")
            territory = page.get_by_role("checkbox", name="Territory")
            if d == 2:
                assert territory.is_disabled()
                assert "no classifier" in page.inner_text(".view-legend")
                told = says(page, "decoded", PLACES[1])
                assert len(told["pixels"]) == np.prod(images.pixels.shape[1:])
            else:
                assert not territory.is_visible()
                assert page.get_by_role("checkbox", name="Points").is_visible()
                assert page.evaluate("window.hinterland.ground('decoded', 640, 380)") is None
