"""Where the machine is busy, things come late: what is newer by then stays. In a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browsing import looking, pause, state
from tests.drawing import THREE, draw, open_easel, own

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_a_dialog_that_is_opened_again_at_once_stays_open(browser: Browser, proxied: str) -> None:
    """The browser tells of a closing a moment later, when the next one may be open already."""
    with looking(browser, proxied) as page:
        for name, key in (("Commands", "Control+k"), ("Keys", "?")):
            page.evaluate(AGAIN_AT_ONCE, key)
            pause(page, 200)
            dialog = page.get_by_role("dialog", name=name)
            assert dialog.is_visible(), name
            page.keyboard.press("Escape")
            dialog.wait_for(state="hidden")


# In one task, as on a machine that is busy.
AGAIN_AT_ONCE = """name => {
    const [key, held] = name.split("+").reverse();
    const press = () => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {
        key, ctrlKey: held === "Control", bubbles: true, cancelable: true,
    }));
    press();
    const close = document.querySelector("dialog[open] [aria-label=Close]");
    if (close) close.click();
    else press();
    press();
}"""


def test_a_stroke_is_one_step_though_the_hand_rests(browser: Browser, proxied: str) -> None:
    with looking(browser, proxied) as page:
        open_easel(page)
        draw(page, [THREE])
        pause(page, 600)
        (three,) = own(page)
        box = page.locator(".drawing-sheet").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 30, box["y"] + 30)
        page.mouse.down()
        for side in (60, 90):
            page.mouse.move(box["x"] + side, box["y"] + side)
            pause(page, 600)
        page.mouse.up()
        page.keyboard.press("Control+z")
        assert own(page)[0]["pixels"] == three["pixels"]


def test_what_was_drawn_a_moment_ago_is_kept_and_undone_with_the_rest(
    browser: Browser, proxied: str
) -> None:
    """All in one task, as where the machine is too busy to paint in between."""
    with looking(browser, proxied) as page:
        open_easel(page)
        for strokes in ([THREE], [[(0.2, 0.2), (0.8, 0.8)]]):
            draw(page, strokes)
            pause(page, 600)
        (crossed,) = own(page)
        page.evaluate(DRAWN_WITH_KEYS, "undo")
        pause(page, 100)
        page.keyboard.press("Control+Shift+z")
        assert own(page)[0]["pixels"] == crossed["pixels"]
        page.evaluate(DRAWN_WITH_KEYS, "new")
        pause(page, 100)
        (more,) = own(page)
        assert more["pixels"] != crossed["pixels"]
        assert state(page)["pin"] is None


DRAWN_WITH_KEYS = """then => {
    const sheet = document.querySelector(".drawing-sheet");
    const press = (key, ctrlKey = false) =>
        sheet.dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true }));
    for (const key of [" ", "ArrowRight", "ArrowRight", "ArrowRight", " "]) press(key);
    if (then === "undo") press("z", true);
    else [...document.querySelectorAll(".kept > button")].at(-1).click();
}"""
