"""A small still picture of a map: what a notebook shows where no kernel runs."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from hinterland.show.palette import rgb, theme_of
from hinterland.show.reader import Reader

DOT = 2.2  # pixels from a point's middle to its rim
MARGIN = 14


def still(run: Reader, name: str, *, theme: str, width: int = 720, height: int = 480) -> bytes:
    """A PNG of a map at the reader's epoch, coloured by label where there are labels.

    Of a map of three dimensions, the first two. Raises HinterlandError where it has no such frame.
    """
    from PIL import Image

    dims = run.run.maps()[name]["dims"]
    points = np.asarray(run.charted(name, dims).points[:, :2], np.float64)
    look = theme_of(theme)
    if run.labels is None:
        colours = np.tile(rgb(look.alone), (len(points), 1))
    else:
        colours = look.of_labels(run.labels, len(run.classes))
    paint = np.array(np.round(255 * colours), np.uint8)
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = np.round(255 * np.array(rgb(look.paper)))
    if len(points):
        low, high = points.min(0), points.max(0)
        span = np.array([width, height]) - 2 * MARGIN
        scale = (span / np.maximum(high - low, 1e-9)).min()
        at = (points - (low + high) / 2) * scale * (1, -1) + (width / 2, height / 2)
        columns, rows = np.round(at).astype(int).T
        reach = int(np.ceil(DOT))
        for y in range(-reach, reach + 1):
            for x in range(-reach, reach + 1):
                if x * x + y * y <= DOT * DOT:
                    canvas[rows + y, columns + x] = paint
    body = BytesIO()
    Image.fromarray(canvas).quantize(64).save(body, "PNG", optimize=True)
    return body.getvalue()
