"""What a person does on the sheet on which one draws, and what the page then shows of it."""

from __future__ import annotations

import math
from typing import Any

from playwright.sync_api import Page

from tests.browsing import frames

Stroke = list[tuple[float, float]]


def arc(x: float, y: float, rx: float, ry: float, begin: float, end: float) -> Stroke:
    """Part of an ellipse, by degrees from the right, clockwise."""
    turns = (math.radians(begin + (end - begin) * i / 16) for i in range(17))
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


THREE = arc(0.48, 0.34, 0.2, 0.16, -150, 80) + arc(0.48, 0.66, 0.22, 0.17, -80, 150)


def draw(
    page: Page, strokes: list[Stroke], size: float = 1, left: float = 0, top: float = 0
) -> None:
    """Draw with the mouse on the sheet; places are shares of its sides."""
    box = page.locator(".drawing-sheet").bounding_box()
    assert box is not None
    for stroke in strokes:
        spots = [
            (
                box["x"] + box["width"] * (left + size * x),
                box["y"] + box["height"] * (top + size * y),
            )
            for x, y in stroke
        ]
        page.mouse.move(*spots[0])
        page.mouse.down()
        for spot in spots[1:]:
            page.mouse.move(*spot, steps=2)
        page.mouse.up()
    frames(page)  # what is drawn is kept with the next


def open_easel(page: Page) -> None:
    page.keyboard.press("y")
    page.locator(".drawing-sheet").wait_for()


def own(page: Page) -> list[dict[str, Any]]:
    """What the page shows of each own image."""
    told: list[dict[str, Any]] = page.evaluate(
        """async () => (await window.hinterland.own()).map((one) => ({
            ...one,
            pixels: [...one.pixels],
            latent: [...one.latent],
            reconstruction: [...one.reconstruction],
        }))"""
    )
    return told
