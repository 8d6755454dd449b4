"""A notebook's journey: a widget is shown, hovered over, lassoed, read and set; then ten are."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.path import Path as Outline
from PIL import Image
from playwright.sync_api import Browser

import hinterland
from hinterland.chart import Plan, chart
from hinterland.run import Run
from tests.browsing import comes, pause, until
from tests.conftest import made_up, record
from tests.notebooks import Notebook, jupyter, reading

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# Asked for by name: a machine without a graphics processor draws by itself, and has none to lose.
MORE = """
from IPython.display import display
for i in range(9):
    display(hinterland.explore(w.run, height=300, renderer="webgl2"))
"""
TEN = range(10)
ONE_MORE = "hinterland.explore(w.run, height=300)"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = record(tmp_path_factory.mktemp("notebook") / "blobs", made_up(300, (12, 12, 1)))
    for _ in chart(made, Plan.of(made)):
        pass
    return made


@pytest.fixture(scope="module")
def address(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    begin = f"import hinterland\nw = hinterland.explore({str(run.path)!r}, height=560)\nw"
    with jupyter(tmp_path_factory.mktemp("lab"), [begin, MORE, ONE_MORE]) as url:
        yield url


def test_a_run_is_explored_in_a_notebook(browser: Browser, address: str, run: Run) -> None:
    with reading(browser, address) as notebook:
        notebook.run(0)
        assert notebook.widget(0, "door.state().drawn.epoch") == 2
        hovering_decodes_what_python_decodes(notebook, run)
        what_is_lassoed_is_read_in_python(notebook)
        what_python_sets_is_seen(notebook, run)
        the_notebook_keeps_its_keys_and_its_wheel(notebook)
        ten_of_them_stay_alive(notebook)
        it_decodes_where_less_is_allowed(notebook)


def hovering_decodes_what_python_decodes(notebook: Notebook, run: Run) -> None:
    points = spots(notebook)
    hover(notebook, 0, points[5])
    shown = notebook.widget(0, "Array.from(door.shownPixels().pixels)")
    latent = notebook.widget(0, "door.state().cursor.latent")
    expected = hinterland.load(run).decode(np.array([latent], np.float32))[0]
    np.testing.assert_allclose(np.reshape(shown, expected.shape), expected, atol=1e-5)
    assert notebook.widget(0, "door.state().decoder") == "here"  # not by asking the kernel
    assert notebook.widget(0, "door.set({ lens: true })")["lens"]  # all is as the store says
    told = "print(None if w.cursor is None else w.cursor.tolist())"
    comes(lambda: notebook.ask(told).strip() != "None", "the cursor")
    comes(lambda: np.allclose(json.loads(notebook.ask(told)), latent), "the cursor as it is")


def what_is_lassoed_is_read_in_python(notebook: Notebook) -> None:
    notebook.ask("heard = []; undo = w.on_select(lambda rows: heard.append(rows.tolist()))")
    points = spots(notebook)
    middle, reach = np.median(points, axis=0), 70
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -0.9)]
    outline = [tuple(middle + reach * np.array(corner)) for corner in corners]
    mouse, keyboard = notebook.page.mouse, notebook.page.keyboard
    mouse.click(*outline[0])  # the widget has the focus
    keyboard.press("Escape")
    keyboard.down("Shift")
    mouse.move(*outline[0])
    mouse.down()
    for x, y in outline[1:]:
        mouse.move(x, y, steps=4)
    mouse.up()
    keyboard.up("Shift")
    until(notebook.page, f"() => {DOOR}.state().selection.length > 0")
    inside = np.flatnonzero(Outline(outline).contains_points(points)).tolist()
    assert 10 < len(inside) < len(points)
    told = "print(w.selection.tolist())"
    comes(lambda: json.loads(notebook.ask(told)) == inside, "what was lassoed")
    assert notebook.ask("w.run.images[w.selection].shape") == f"({len(inside)}, 12, 12, 1)"
    assert json.loads(notebook.ask("print(heard[-1])")) == inside


def what_python_sets_is_seen(notebook: Notebook, run: Run) -> None:
    told = notebook.ask("w.selection = [9, 4]; w.pinned = 3; w.epoch = 0; print(w.run.epoch)")
    assert told.strip() == "0"
    until(notebook.page, f"() => {DOOR}.state().drawn.epoch === 0")
    state = notebook.widget(0, "door.state()")
    assert (state["selection"], state["pin"]) == ([4, 9], {"image": 3})
    notebook.ask("w.cursor = [0.5, -0.25]")
    until(notebook.page, f"() => {DOOR}.state().shown?.latent[0] === 0.5")
    shown = notebook.widget(0, "Array.from(door.shownPixels().pixels)")
    expected = hinterland.load(run, 0).decode(np.array([[0.5, -0.25]], np.float32))[0]
    np.testing.assert_allclose(np.reshape(shown, expected.shape), expected, atol=1e-5)
    # The mouse still rests on the map, and what it rests on does not become the cursor again.
    camera = "door.state().camera"
    closer = f"door.set({{ camera: {{ ...{camera}, span: {camera}.span * 0.9 }} }})"
    assert notebook.widget(0, closer)["cursor"]["latent"] == [0.5, -0.25]
    assert "there is no epoch 77" in notebook.ask("w.epoch = 77")
    notebook.ask("w.view = 'epoch=2&select=1-3&image=8'")
    until(notebook.page, f"() => {DOOR}.state().drawn.epoch === 2")
    told = "print(w.epoch, w.selection.tolist(), w.pinned)"
    comes(lambda: notebook.ask(told).strip() == "2 [1, 2, 3] 8", "the view in Python")


def the_notebook_keeps_its_keys_and_its_wheel(notebook: Notebook) -> None:
    page = notebook.page
    cells = page.evaluate(CELLS)
    x, y = notebook.widget(0, f"({MIDDLE})(0)")
    notebook.ask("w.theme = 'auto'")  # the focus is elsewhere now
    camera = notebook.widget(0, "door.state().camera")
    page.mouse.move(x, y)
    page.mouse.wheel(0, -5)
    pause(page, 100)
    assert notebook.widget(0, "door.state().camera") == camera
    x, y = notebook.widget(0, f"({MIDDLE})(0)")
    page.mouse.click(x, y)
    # Commands of the notebook too: add a cell, cut it, delete it.
    page.keyboard.press("b")
    assert notebook.widget(0, "door.state().beside") is not None
    for key in ("b", "x", "d", "d"):
        page.keyboard.press(key)

    def nearer() -> bool:
        page.mouse.move(*notebook.widget(0, f"({MIDDLE})(0)"))  # what has the focus is scrolled to
        page.mouse.wheel(0, -200)
        pause(page, 100)
        return bool(notebook.widget(0, "door.state().camera.span") < camera["span"])

    comes(nearer, "a nearer view")
    assert page.evaluate(CELLS) == cells
    page.evaluate(
        "() => jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
    )
    until(page, "() => document.querySelector('.hinterland-widget').dataset.theme === 'dark'")


def ten_of_them_stay_alive(notebook: Notebook) -> None:
    notebook.run(1)
    for i in TEN:
        notebook.page.evaluate(SCROLLED, i)
        notebook.widget(i, "door.state()")
        pause(notebook.page, 60)
        x, y = hover_middle(notebook, i)
        seen = Image.open(io.BytesIO(notebook.page.screenshot(clip=around(x, y))))
        colours = np.unique(np.asarray(seen.convert("RGB")).reshape(-1, 3), axis=0)
        assert len(colours) > 20, f"the map of widget {i} is blank"
    drawn = [notebook.widget(i, "door.timings().renderer") for i in TEN]
    assert drawn.count("webgl2") <= 8
    # All came and went through the same few contexts; without them there was nothing to share.
    if notebook.page.evaluate("Boolean(document.createElement('canvas').getContext('webgl2'))"):
        assert drawn.count("webgl2") >= 5


def it_decodes_where_less_is_allowed(notebook: Notebook) -> None:
    """Front ends whose policies refuse workers, or WebAssembly too: then the kernel decodes."""
    for forbidden, where in ((NO_WORKERS, "here"), (NO_WASM, "server")):
        notebook.page.evaluate(forbidden)
        notebook.run(2)
        notebook.page.evaluate(SCROLLED, 10)
        hover_middle(notebook, 10)
        assert notebook.widget(10, "door.state().decoder") == where


SCROLLED = "(i) => document.querySelectorAll('.hinterland-widget')[i].scrollIntoView()"
# What the widgets of a page share is forgotten too, as on a page of its own.
NO_WORKERS = """() => {
    delete globalThis[Symbol.for("hinterland.widgets.1")];
    globalThis.Worker = class { constructor() { throw new Error("refused"); } };
}"""
NO_WASM = """() => {
    delete globalThis[Symbol.for("hinterland.widgets.1")];
    WebAssembly.instantiate = () => Promise.reject(new Error("refused"));
    WebAssembly.instantiateStreaming = WebAssembly.instantiate;
}"""
DOOR = "document.querySelector('.hinterland-widget').hinterland"
CELLS = "() => jupyterapp.shell.currentWidget.content.widgets.length"
MIDDLE = """(i) => {
    const { x, y, width, height } =
        document.querySelectorAll('.hinterland-widget')[i].getBoundingClientRect();
    return [x + width * 0.45, y + height * 0.4];
}"""
DECODED = """(i) => {
    const { cursor, drawn } = document.querySelectorAll('.hinterland-widget')[i].hinterland.state();
    return cursor !== null && cursor.decoded === drawn.epoch;
}"""


def spots(notebook: Notebook) -> np.ndarray:
    """(n, 2): where the images' points are in the window."""
    asked = "print(w.run.charted(w.map, 2).points.tolist())"
    points = json.loads(notebook.ask(asked))
    notebook.page.evaluate("document.querySelector('.hinterland-widget').scrollIntoView()")
    return np.array(notebook.widget(0, f"{points}.map((spot) => [...door.toScreen(spot)])"))


def hover(notebook: Notebook, index: int, place: np.ndarray) -> None:
    notebook.page.mouse.move(place[0] + 20, place[1] + 20)
    notebook.page.mouse.move(*place, steps=3)
    until(notebook.page, DECODED, index)


def hover_middle(notebook: Notebook, index: int) -> tuple[float, float]:
    """The notebook may still scroll to the cell that ran: a hand that was left behind follows."""
    place = 0.0, 0.0

    def seen() -> bool:
        nonlocal place
        x, y = place = tuple(notebook.widget(index, f"({MIDDLE})({index})"))
        notebook.page.mouse.move(x - 5, y)
        notebook.page.mouse.move(x, y, steps=2)
        pause(notebook.page, 300)
        return bool(notebook.page.evaluate(DECODED, index))

    comes(seen, f"a picture under the cursor on widget {index}")
    return place


def around(x: float, y: float) -> dict[str, float]:
    return {"x": x - 120, "y": y - 60, "width": 240, "height": 120}
