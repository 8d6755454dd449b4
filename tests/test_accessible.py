"""Every state of the page, looked over by axe-core: nothing that it finds wrong is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page

from hinterland.chart import refresh
from hinterland.cli import main
from hinterland.run import Run
from hinterland.types import Images
from tests.browsing import looking, opened, until
from tests.conftest import ROOT, made_up, record

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def blobs() -> Images:
    return made_up(300, (8, 8, 1))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, blobs: Images) -> Iterator[str]:
    """A scene with everything: classes, a classifier, latents to carry, a map that bends."""
    run = record(tmp_path_factory.mktemp("accessible") / "run", blobs, d=4, epochs=4)
    list(refresh(run))
    words = ["map", str(run.path), "--projection", "tsne", "--epochs", "last", "-q"]
    with pytest.raises(SystemExit) as left:
        main(words)
    assert not left.value.code
    assert Run.open(run.path).classifier()
    with opened(run.path, tmp_path_factory.mktemp("server") / "home") as url:
        yield url


def press(page: Page, *names: str) -> None:
    """Keys of the map, wherever the focus was before."""
    page.locator(".surface").first.focus()
    for name in names:
        page.keyboard.press(name)


def bare(page: Page) -> None:
    """As it opens."""


def hovered(page: Page) -> None:
    press(page, "ArrowRight")
    until(page, "window.hinterland.state().shown !== null")


def pinned(page: Page) -> None:
    page.evaluate("window.hinterland.set({ pin: { image: 4 } })")


def sliders(page: Page) -> None:
    page.get_by_role("button", name="Move the latent's numbers").click()
    page.get_by_role("spinbutton", name="Latent 1, as a number").fill("2.5")


def drawing(page: Page) -> None:
    press(page, "y")
    page.locator(".drawing-sheet").wait_for()
    for name in ("Space", "ArrowRight"):
        page.locator(".drawing-sheet").press(name)
    until(page, "window.hinterland.state().own.length === 1")


def refused(page: Page) -> None:
    """A file that is no picture."""
    file = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"no picture")
    page.get_by_label("Picture to open").set_input_files(file)
    page.locator(".word").get_by_text("is no picture").wait_for()


def keys(page: Page) -> None:
    press(page, "?")
    page.get_by_role("dialog").wait_for()


def truth(page: Page) -> None:
    press(page, "q")


def bent(page: Page) -> None:
    page.get_by_role("button", name="Close", exact=True).first.click()
    press(page, "m")


def two_maps(page: Page) -> None:
    press(page, "b")


def numbers(page: Page) -> None:
    page.evaluate("window.hinterland.set({ colour: 'distortion' })")


def chosen(page: Page) -> None:
    page.evaluate("window.hinterland.set({ selection: [1, 2, 3, 5, 8] })")


def pictures(page: Page) -> None:
    press(page, "p")


def layers(page: Page) -> None:
    press(page, *"123456")
    page.wait_for_timeout(500)


def untrained(page: Page) -> None:
    page.evaluate("window.hinterland.set({ map: 'pca', epoch: 0 })")


STATES: tuple[Callable[[Page], None], ...] = (
    *(bare, hovered, pinned, keys, sliders, drawing, refused, bent, two_maps, truth, numbers),
    *(chosen, pictures, layers, untrained),
)


def wrong(page: Page) -> list[str]:
    """What axe-core finds in the page as it is: the rule, the element, and why."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{rule['id']}: {node['html'][:160]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_axe_finds_nothing_wrong_in_any_state(
    browser: Browser, address: str, theme: str, width: int, height: int
) -> None:
    """One state after the other, each on top of those before it."""
    found: list[str] = []
    with looking(browser, address, color_scheme=theme) as page:
        page.set_viewport_size({"width": width, "height": height})
        for come in STATES:
            come(page)
            page.evaluate("window.hinterland.set({})")  # until all of it is drawn
            page.wait_for_timeout(300)  # what fades has faded
            found += [f"{come.__name__}: {one}" for one in wrong(page)]
            if come is keys:
                page.keyboard.press("Escape")
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nor_in_what_stands_there_without_a_scene(
    browser: Browser, address: str, theme: str
) -> None:
    """The form for the token, and the card that says why there is no scene."""
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address.partition("#")[0])
    page.get_by_role("heading", name="Paste the token").wait_for()
    assert wrong(page) == []
    page.route("**/scene.json", lambda route: route.abort())
    page.goto(address)
    page.reload()
    page.get_by_role("heading", name="The scene did not open").wait_for()
    assert wrong(page) == []
    context.close()


def test_axe_sees_what_is_wrong(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.evaluate(
            """() => {
                const node = document.createElement("button");
                document.body.append(node);
            }"""
        )
        assert any(one.startswith("button-name") for one in wrong(page))
