"""Every state of the page, looked over by axe-core: nothing that it finds wrong is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page

from hinterland.chart import refresh
from hinterland.run import Run
from hinterland.types import Images
from tests.browsing import PATIENCE, lettered, looking, opened, pause, picture_folder, until
from tests.conftest import ROOT, call, made_up, record

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def blobs() -> Images:
    return made_up(300, (8, 8, 1))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, blobs: Images) -> Iterator[str]:
    """A scene with everything: classes, a classifier, latents to carry, a map that bends.

    Beside it another run of the same images.
    """
    other = record(tmp_path_factory.mktemp("other") / "other", blobs, epochs=1)
    run = record(tmp_path_factory.mktemp("accessible") / "run", blobs, d=4, epochs=4)
    list(refresh(run))
    call("map", str(run.path), "--projection", "tsne", "--epochs", "last", "-q")
    assert Run.open(run.path).classifier()
    home = tmp_path_factory.mktemp("server") / "home"
    with opened(run.path, home, other.path, more=["--allow-write"]) as url:
        yield f"{url}&run=run"


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
    pause(page, 500)


def untrained(page: Page) -> None:
    page.evaluate("window.hinterland.set({ map: 'pca', epoch: 0 })")


def asked_to_walk(page: Page) -> None:
    """The dock, before anything is clicked."""
    page.evaluate("window.hinterland.set({ map: 'tsne', epoch: 4, beside: null, sheet: null })")
    press(page, "7")


def walking(page: Page) -> None:
    ends = [{"image": 3}, {"image": 40}, {"latent": [1, 0, 1, -1]}]
    walk = {"ends": ends, "kind": "along", "at": 0.4}
    page.evaluate("walk => window.hinterland.set({ walk })", walk)


def adding(page: Page) -> None:
    trays = {"a": {"image": 3}, "b": {"images": [1, 2, 3]}, "c": {"latent": [1, 0, 1, -1]}}
    page.evaluate("sum => window.hinterland.set({ dock: 'sum', sum })", trays)


def asked_for_an_attribute(page: Page) -> None:
    press(page, "9")


def altering(page: Page) -> None:
    sides = {"has": {"class": "a"}, "lacks": {"images": [1, 2, 3]}, "strength": -1.5}
    page.evaluate("attribute => window.hinterland.set({ attribute, pin: { image: 4 } })", sides)


def two_epochs(page: Page) -> None:
    page.evaluate("window.hinterland.set({ map: 'pca', beside: { map: 'pca', epoch: 1 } })")


def nothing_to_trail(page: Page) -> None:
    page.evaluate("window.hinterland.set({ trails: true, pin: null })")


def trails(page: Page) -> None:
    wish = {"selection": [4, 7], "beside": {"map": "pca", "offset": -1}}
    page.evaluate("wish => window.hinterland.set(wish)", wish)


def two_runs(page: Page) -> None:
    """Each with its own latents, linked by their images."""
    wish = {"beside": {"run": "other"}, "pin": {"image": 4}, "trails": False}
    page.evaluate("wish => window.hinterland.set(wish)", wish)
    until(page, "window.hinterland.state().drawnBeside !== null")


def two_runs_hovered(page: Page) -> None:
    page.evaluate("window.hinterland.set({ pin: null, selection: [] })")
    press(page, "ArrowRight", "ArrowRight")
    until(page, "window.hinterland.state().shownBeside !== null")


def unreadable(page: Page) -> None:
    """Opened again, and neither the labels nor the decoder can be had."""
    page.evaluate("window.hinterland.set({ beside: null, dock: null, pin: { image: 4 } })")
    if page.locator(".truth").is_visible():
        press(page, "q")
    pause(page, 400)  # the address follows
    for file in ("channels.safetensors", "decoder.onnx"):
        page.route(f"**/{file}", lambda route: route.abort())
    page.reload()
    page.evaluate("window.hinterland.ready")
    page.get_by_role("button", name="Retry").first.wait_for()


def trainings(page: Page) -> None:
    """The panel of trainings, and the form with all that it asks."""
    press(page, "Shift+T")
    page.get_by_text("A new run").click()
    page.get_by_text("More options").click()


def trained(page: Page) -> None:
    press(page, "Shift+T")


def palette(page: Page) -> None:
    press(page, "Control+k")
    page.get_by_role("combobox", name="Command").fill("epoch")


def nothing_found(page: Page) -> None:
    press(page, "Control+k")
    page.get_by_role("combobox", name="Command").fill("qqqq")


# Each on top of those before it; a dialog is closed again. A panel joins by a function above and
# its name here.
STATES: tuple[Callable[[Page], None], ...] = (
    *(bare, hovered, pinned, keys, palette, nothing_found, sliders, drawing, refused, bent),
    *(two_maps, two_epochs, nothing_to_trail, trails, truth, numbers, chosen, pictures),
    *(layers, untrained),
    *(asked_to_walk, walking, adding, asked_for_an_attribute, altering),
    *(two_runs, two_runs_hovered, trainings, trained, unreadable),
)
# What a theme can make wrong: the rest is the same in both.
OF_A_THEME = ["color-contrast", "link-in-text-block"]


DIED = {"version": "", "state": "died", "epoch": 3, "epochs": 9}
DIED |= {"newest": 2, "committed": 1, "at": 2}


def wrong(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds in the page as it is, by all or some rules: which, where, and why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        """async rules => {
            // WCAG 2.2's size of targets is the one rule of its level that axe itself leaves off.
            const targets = { rules: { "target-size": { enabled: true } } };
            const options = rules ? { runOnly: rules } : targets;
            return (await axe.run(document, options)).violations;
        }""",
        rules,
    )
    return [
        f"{rule['id']}: {node['html'][:160]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_axe_finds_nothing_wrong_in_any_state(
    browser: Browser, address: str, width: int, height: int
) -> None:
    """One state after the other: all rules in one theme, those of colours in the other."""
    found: list[str] = []
    with looking(browser, address, expected="ERR_FAILED", reduced_motion="reduce") as page:
        page.set_viewport_size({"width": width, "height": height})
        for come in STATES:
            come(page)
            for theme, rules in (("dark", OF_A_THEME), ("light", None)):
                page.evaluate(
                    "theme => window.hinterland.set({ theme })", theme
                )  # and all is drawn
                found += [f"{come.__name__}, {theme}: {one}" for one in wrong(page, rules)]
            if page.get_by_role("dialog").is_visible():
                page.keyboard.press("Escape")
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nor_in_what_stands_there_without_a_scene(
    browser: Browser, address: str, theme: str
) -> None:
    """The form for the token, a server that is gone, a run that waits, no scene and why."""
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(address.partition("#")[0])
    page.get_by_role("heading", name="Paste the token").wait_for()
    assert wrong(page) == []
    training = {"format": 1, "training": {"resumable": []}, "scenes": {"run": DIED}}
    page.goto(address)
    page.reload()
    page.evaluate("window.hinterland.ready")
    page.route("**/status.json", lambda route: route.fulfill(json=training))
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(look)
    page.locator(".pulse[data-mood=bad]").click()
    assert wrong(page) == []
    for file in ("status.json", "health"):
        page.route(f"**/{file}", lambda route: route.abort())
    page.evaluate(look)
    page.locator(".banner").wait_for()
    assert wrong(page) == []
    site = {"name": "run", "title": "made up", "model": "vae", "latent_dim": 2, "n": 4, "epochs": 0}
    told = {"format": 1, "title": "made up", "scenes": [site], "status": "status.json"}
    training["scenes"] = {"run": {**DIED, "newest": None}}
    page.unroute("**/status.json")
    page.route("**/status.json", lambda route: route.fulfill(json=training))
    page.route("**/site.json", lambda route: route.fulfill(json=told))
    page.reload()
    page.get_by_role("heading", name="Waiting for the first epoch").wait_for()
    assert wrong(page) == []
    page.unroute_all()
    page.route("**/scene.json", lambda route: route.abort())
    page.goto(address)
    page.reload()
    page.get_by_role("heading", name="The scene did not open").wait_for()
    assert wrong(page) == []
    context.close()


# Pixels of the letters: in which states, in which windows. The usual ones: twice, and four times,
# as large in a window of 1280 x 1024. Larger letters alone: what is laid out in a way of its own.
LARGE = {
    16: (STATES, [(640, 512), (320, 256)]),
    24: ((pinned, two_maps, asked_to_walk, walking, trainings), [(390, 844), (1440, 900)]),
}
# What can be pressed can be scrolled to, under nothing; no text is cut off that nothing else tells.
MISFITS = """async () => {
    const wrong = [];
    const told = (node) => `${node.tagName.toLowerCase()}.${node.className} `
        + (node.getAttribute("aria-label") ?? node.textContent).trim().slice(0, 40);
    const come = (node) => node.scrollIntoView({ block: "nearest", inline: "nearest" });
    const out = ({ left, right, top, bottom }) =>
        left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1;
    const seen = (node) => {
        const { width, height } = node.getBoundingClientRect();
        return width > 1 && height > 1 && !node.closest(".unseen, .lens, svg, option")
            && node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    };
    const place = document.querySelector("dialog[open]") ?? document.body;
    for (const node of [document.documentElement, document.querySelector(".page")])
        if (node.scrollWidth > node.clientWidth) wrong.push(`${told(node)} scrolls sideways`);
    for (const node of place.querySelectorAll("a[href], button, input, select, summary")) {
        if (!seen(node)) continue;
        come(node);
        // What is laid out only in sight comes there at the second look.
        if (out(node.getBoundingClientRect()))
            await new Promise((go) => setTimeout(() => go(come(node)), 60));
        const { left, right, top, bottom } = node.getBoundingClientRect();
        if (out({ left, right, top, bottom })) wrong.push(`${told(node)} is outside the window`);
        else for (const x of [left + 3, (left + right) / 2, right - 3]) {
            const at = document.elementFromPoint(x, (top + bottom) / 2);
            if ([node, ...(node.labels ?? [])].some((one) => one.contains(at))) continue;
            wrong.push(`${told(node)} is under ${at && told(at)}`);
            break;
        }
    }
    for (const node of place.querySelectorAll("*")) {
        const cut = getComputedStyle(node).overflowX === "hidden" || node.matches("button");
        const text = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
        if (!cut || !text || !seen(node) || node.closest("[title]")) continue;
        if (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 3)
            wrong.push(`${told(node)} is cut off`);
    }
    document.querySelector(".page").scrollTo(0, 0);
    return wrong;
}"""


@pytest.mark.parametrize("letters", LARGE)
def test_everything_is_there_on_small_screens_and_enlarged(
    browser: Browser, address: str, letters: int
) -> None:
    """WCAG 1.4.4 and 1.4.10, by where things are."""
    found: list[str] = []
    states, sizes = LARGE[letters]
    still = {"expected": "ERR_FAILED", "reduced_motion": "reduce"}
    with lettered(browser, letters) as other, looking(other, address, **still) as page:
        for come in states:
            page.set_viewport_size({"width": 390, "height": 844})
            come(page)
            for width, height in sizes:
                page.set_viewport_size({"width": width, "height": height})
                page.evaluate("new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")
                name = f"{come.__name__}-{width}x{height}"
                misfits = page.evaluate(MISFITS)
                if misfits:  # what still comes may have moved things
                    page.screenshot(path=picture_folder() / f"small-{name}.png")
                    misfits = page.evaluate(MISFITS)
                found += [f"{name}: {one}" for one in misfits]
            if page.get_by_role("dialog").is_visible():
                page.keyboard.press("Escape")
        page.evaluate(
            """() => {
                const node = document.createElement("button");
                node.textContent = "somewhere";
                node.style.cssText = "position: absolute; left: 95vw; width: 9vw";
                document.querySelector(".page").append(node);
            }"""
        )
        assert page.evaluate(MISFITS), "what lies outside is seen"
    assert not found, "\n".join(found)


def test_axe_sees_what_is_wrong(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.evaluate(
            """() => {
                const node = document.createElement("button");
                document.body.append(node);
            }"""
        )
        assert any(one.startswith("button-name") for one in wrong(page))
