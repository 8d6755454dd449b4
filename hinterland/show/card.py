"""A scene in one picture, for links and lists: its map, drawn with Pillow alone."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from safetensors.numpy import load

from hinterland.lettering import font, lines
from hinterland.scene import Scene
from hinterland.show.palette import THEMES, rgb

SIZE = (1200, 630)  # what every site that shows links crops least
LEFT = 64  # where its words begin
SMALL = (560, 294)
MAP = 690  # pixels of a card's right side
SHARP = 2  # times as large as it is drawn, then made smaller
FULL = 0.6  # of a place's colour that one point of very many is
COVERED = 0.1  # of the picture, if no point lay on another
LEAST, LARGEST = 1.5, 4.0  # pixels from a point's middle to its rim
MOST = 20_000  # points


def card(scene: Scene, title: str, about: str) -> bytes:
    """The picture of a link: the map, what it is called, and what it is of. PNG, 1200 x 630."""
    night = THEMES["dark"]
    sheet = Image.new("RGB", SIZE, night.paper)
    map_ = _map(scene, (MAP, SIZE[1]), night.name)
    sheet.paste(map_, (SIZE[0] - MAP, 0), map_)
    pen = ImageDraw.Draw(sheet)
    pen.text((LEFT, 66), "Hinterland", fill=night.alone, font=font(30))
    top = 150
    for words, size, most, ink in ((title, 46, 4, night.ink), (about, 25, 5, night.quiet)):
        for line in lines(words, size, SIZE[0] - MAP - LEFT, most):
            pen.text((LEFT, top), line, fill=ink, font=font(size))
            top += round(1.3 * size)
        top += 18
    file = io.BytesIO()
    few = sheet.quantize(255, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


def thumbnail(scene: Scene) -> bytes:
    """The map alone, for a list of scenes, on nothing: it fits both themes. WebP."""
    file = io.BytesIO()
    # the next effort makes it 2 % smaller, and takes a hundred times as long
    _map(scene, SMALL, "dark").save(file, "WEBP", quality=80, method=5)
    return file.getvalue()


def _map(scene: Scene, size: tuple[int, int], theme: str) -> Image.Image:
    """The newest frame of the first map, each point in the colour of its class. RGBA."""
    width, height = size[0] * SHARP, size[1] * SHARP
    points, colours = _points(scene, theme)
    ink = np.zeros((height, width, 4), np.float32)
    if len(points):
        at = _fitted(points, width, height)
        # the fewer, the larger and the fuller, so that a map of hundreds is seen as well
        usual = np.sqrt(COVERED * size[0] * size[1] / len(points)) / 2
        reach = SHARP * float(np.clip(usual, LEAST, LARGEST))
        full = float(np.clip(5000 / len(points), FULL, 3))
        span = int(np.ceil(reach))
        for dy in range(-span, span + 1):
            for dx in range(-span, span + 1):
                share = full * float(np.clip(reach + 0.5 - np.hypot(dx, dy), 0, 1))
                if share:
                    _splat(ink, at + np.array([dx, dy]), colours, share)
    alpha = 1 - np.exp(-ink[..., 3:])
    shown = np.concatenate([ink[..., :3] / np.maximum(ink[..., 3:], 1e-6), alpha], 2)
    picture = Image.fromarray((shown * 255 + 0.5).astype(np.uint8), "RGBA")
    return picture.resize(size, Image.Resampling.BOX)


def _splat(ink: np.ndarray, at: np.ndarray, colours: np.ndarray, share: float) -> None:
    height, width, _ = ink.shape
    x, y = at[:, 0].astype(int), at[:, 1].astype(int)
    on = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    more = np.concatenate([colours[on], np.ones((on.sum(), 1))], 1) * share
    np.add.at(ink, (y[on], x[on]), more.astype(np.float32))


def _fitted(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Places of points in pixels, in equal units, nearly all of them inside."""
    low, high = np.quantile(points, [0.003, 0.997], axis=0)
    unit = 0.86 * min(width / max(high[0] - low[0], 1e-9), height / max(high[1] - low[1], 1e-9))
    middle = (low + high) / 2
    flat = (points - middle) * unit * (1, -1)
    found: np.ndarray = flat + np.array([width / 2, height / 2])
    return found


def _points(scene: Scene, theme: str) -> tuple[np.ndarray, np.ndarray]:
    """Points (m, 2) and their colours (m, 3): of a map with depth as it is seen from a corner."""
    told = json.loads(scene.files["scene.json"]())
    chart = next((each for each in told["maps"] if each["dims"] == 2), told["maps"][0])
    path = f"maps/{chart['name']}/{max(chart['epochs']):04}.safetensors"
    points = load(scene.files[path]())["points"].astype(np.float64)
    some = np.random.default_rng(0).permutation(len(points))[:MOST]
    points, colours = points[some], _colours(scene, told, theme)[some]
    if points.shape[1] == 3:
        points = points @ np.array([[0.87, -0.17], [0.5, 0.3], [0.0, 0.94]])
    return points, colours


def _colours(scene: Scene, told: dict[str, Any], theme: str) -> np.ndarray:
    of = THEMES[theme]
    n = told["images"]["n"]
    for channel in told["channels"]:
        if channel["name"] == "label" and channel["kind"] == "class":
            labels = load(scene.files["channels.safetensors"]())["label"]
            return of.of_labels(labels, len(channel["values"]))
    return np.tile(rgb(of.alone), (n, 1))
