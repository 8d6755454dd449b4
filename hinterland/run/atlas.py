"""Many small pictures on a few large ones: lossless WebP pages, shown as they are."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

PAGE = 2048  # pixels: every graphics card since 2010 takes textures of this size


def grid(h: int, w: int) -> tuple[int, int]:
    """(columns, rows) of one page for pictures of h x w."""
    return max(1, PAGE // w), max(1, PAGE // h)


def pages(pixels: np.ndarray, quality: int | None = None) -> list[bytes]:
    """Lay uint8 (n, h, w, c) pictures out on WebP pages, row by row. The last page is cut short.

    quality: 1 to 100, of lossy pages; None: lossless.
    """
    n, h, w, c = pixels.shape
    columns, rows = grid(h, w)
    made = []
    for start in range(0, n, columns * rows):
        tiles = np.asarray(pixels[start : start + columns * rows])
        used = -(-len(tiles) // columns)
        page = np.zeros((used * columns, h, w, c), np.uint8)
        page[: len(tiles)] = tiles
        sheet = page.reshape(used, columns, h, w, c).swapaxes(1, 2)
        sheet = sheet.reshape(used * h, columns * w, c)
        picture = Image.fromarray(np.repeat(sheet, 3, 2) if c == 1 else sheet)
        file = io.BytesIO()
        if quality is None:
            # here the effort: 40 gives nearly the smallest file in half the time
            picture.save(file, "WEBP", lossless=True, quality=40, method=2)
        else:
            picture.save(file, "WEBP", quality=quality, method=6)
        made.append(file.getvalue())
    return made


def unpack(files: list[bytes], n: int, shape: tuple[int, int, int]) -> np.ndarray:
    """The n pictures that `pages` laid out: uint8 (n, h, w, c)."""
    h, w, c = shape
    columns, _ = grid(h, w)
    tiles = []
    for file in files:
        sheet = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))[..., :c]
        used = sheet.shape[0] // h
        tiles.append(sheet.reshape(used, h, columns, w, c).swapaxes(1, 2).reshape(-1, h, w, c))
    # only the last page is cut short, and only it has empty tiles at its end
    return np.ascontiguousarray(np.concatenate(tiles)[:n])
