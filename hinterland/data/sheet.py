"""The contact sheet: a few pictures of each class on one page, in rows with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hinterland.lettering import cut, font
from hinterland.types import Images

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["contact_sheet"]

COLUMNS, ROWS, FEW = 16, 30, 12
# Small pictures are enlarged by a whole number up to about TILE, large ones made smaller.
TILE, GAP, MARGIN, NAMES = 72, 4, 32, 176
TITLE, TEXT, SMALL = 26, 17, 13
PAPER, INK, FAINT = (250, 250, 248), (32, 33, 36), (128, 130, 136)
SEED = 0


def contact_sheet(images: Images, title: str) -> Image.Image:
    """A page of up to 30 rows of 16 pictures: a row for each class, or more where classes are few.

    They are drawn at random, and the same images give the same page. Without classes, rows are
    filled with pictures from all.
    """
    from PIL import Image, ImageDraw

    rows = _rows(images)
    h, w, _ = images.shape
    scale = max(1, TILE // max(h, w)) if max(h, w) <= TILE else TILE / max(h, w)
    tile_w, tile_h = max(1, round(w * scale)), max(1, round(h * scale))
    left = MARGIN + (NAMES if images.classes else 0)
    top = MARGIN + TITLE + SMALL + 32
    columns = max((len(picked) for _, _, picked in rows), default=1)
    width = max(left + columns * (tile_w + GAP) - GAP + MARGIN, 560)
    page = Image.new("RGB", (width, top + len(rows) * (tile_h + GAP) - GAP + MARGIN), PAPER)
    pen = ImageDraw.Draw(page)
    pen.text((MARGIN, MARGIN), cut(title, TITLE, width - 2 * MARGIN), INK, font(TITLE))
    pen.text((MARGIN, MARGIN + TITLE + 12), _about(images), FAINT, font(SMALL))
    sharp = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS
    for number, (name, count, picked) in enumerate(rows):
        y = top + number * (tile_h + GAP)
        if name:
            middle = y + tile_h // 2
            told = cut(name, TEXT, NAMES - 16)
            pen.text((MARGIN, middle - 1), told, INK, font(TEXT), anchor="ls")
            pen.text((MARGIN, middle + 4), f"{count:,}", FAINT, font(SMALL), anchor="lt")
        for column, index in enumerate(picked):
            pixels = np.asarray(images.pixels[index])
            tile = Image.fromarray(pixels.squeeze(2) if images.shape[2] == 1 else pixels)
            tile = tile.convert("RGB").resize((tile_w, tile_h), sharp)
            page.paste(tile, (left + column * (tile_w + GAP), y))
    return page


def _rows(images: Images) -> list[tuple[str, int, np.ndarray]]:
    """(name, how many there are, which are shown) of each row; no name where a class goes on."""
    rng = np.random.default_rng(SEED)
    labels = np.zeros(len(images), int) if images.labels is None else images.labels
    groups = [(name, labels == index) for index, name in enumerate(images.classes or [""])]
    groups.append(("no class", labels < 0))
    most = COLUMNS * max(1, FEW // len(groups))
    rows: list[tuple[str, int, np.ndarray]] = []
    for name, members in groups:
        found = np.flatnonzero(members)
        picked = np.sort(rng.permutation(found)[:most])
        rows += [
            ("" if start else name, len(found), picked[start : start + COLUMNS])
            for start in range(0, len(picked), COLUMNS)
        ]
    return rows[:ROWS]


def _about(images: Images) -> str:
    h, w, c = images.shape
    told = f"{len(images):,} pictures · {w} × {h} · {'grey' if c == 1 else 'colour'}"
    if images.classes:
        shown = f", {ROWS} shown" if len(images.classes) > ROWS else ""
        told += f" · {len(images.classes):,} classes{shown}"
    return told + (f" · {len(images.skipped):,} skipped" if images.skipped else "")
