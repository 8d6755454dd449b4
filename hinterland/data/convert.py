"""Pictures of any kind -> equal-sized 8-bit pictures, grey or RGB."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hinterland.data.limits import room
from hinterland.types import HinterlandError, Images

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Wanted", "converted", "fitted", "is_grey", "orientation", "usual_size"]

# Without a wish, equal pictures are kept up to KEPT pixels a side, and others made at most SIDE.
KEPT, SIDE = 128, 64
LARGEST = 4096
GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
EXIF_ORIENTATION = 0x0112
# EXIF orientation -> what turns the picture upright.
UPRIGHT = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
WHITE = 255


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the pictures of a set should be.

    size: (h, w), or None for the set's own. mode: "rgb", "grey", or None for the set's own.
    max_bad: the share of a folder's pictures that may be unreadable. progress: told (done, all)
    from time to time.
    """

    size: tuple[int, int] | None = None
    mode: str | None = None
    max_bad: float = 0.5
    progress: Callable[[int, int], None] | None = None

    def __post_init__(self) -> None:
        if self.size is not None and not all(1 <= side <= LARGEST for side in self.size):
            raise HinterlandError(f"the size {self.size} is not from 1 to {LARGEST} pixels a side")
        if self.mode not in (None, "rgb", "grey"):
            raise HinterlandError(f"there is no mode '{self.mode}'", "known: rgb, grey")
        if not 0 <= self.max_bad <= 1:
            raise HinterlandError(f"max_bad is a share from 0 to 1; got {self.max_bad}")


def usual_size(sizes: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The (h, w) for pictures of these sizes, of which there is at least one.

    Equal pictures of up to 128 pixels a side stay as they are. Others become squares, as large as
    the most frequent size allows, at most 64.
    """
    counts = Counter(sizes)
    most = max(counts, key=lambda size: (counts[size], size))
    if len(counts) == 1 and max(most) <= KEPT:
        return most
    side = min(SIDE, *most)
    return side, side


def is_grey(picture: Image.Image) -> bool:
    """Whether a picture's format has one channel, apart from transparency."""
    return picture.mode in GREY_MODES or picture.mode.startswith("I;16")


def orientation(picture: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none. From 5 on, sides are exchanged."""
    if picture.format == "TIFF":
        # Pillow turns these itself.
        return 1
    if picture.format == "PNG" and "exif" not in picture.info:
        # Pillow would decode the whole picture to look for it.
        return 1
    try:
        told = picture.getexif().get(EXIF_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  damaged EXIF raises anything, and does not spoil the picture
        return 1
    return told if told in UPRIGHT else 1


def fitted(picture: Image.Image, size: tuple[int, int], *, grey: bool) -> np.ndarray:
    """uint8 (h, w, 1 or 3): a picture turned upright, on white, cropped and scaled to `size`.

    The largest part in the middle that has the shape of `size` is kept. A picture that has the
    size already keeps its pixels. Raises what Pillow raises for damaged pictures.
    """
    from PIL import Image

    turn = orientation(picture)
    h, w = size if turn < 5 else size[::-1]
    # A JPEG can be decoded at a fraction of its size; twice the target loses nothing to see.
    shrink = min(picture.width / w, picture.height / h) / 2
    if shrink > 1:
        picture.draft(picture.mode, (int(picture.width / shrink), int(picture.height / shrink)))
    flat = _on_white(_eight_bit(picture)).convert("L" if grey else "RGB")
    scale = min(flat.width / w, flat.height / h)
    left, top = (flat.width - w * scale) / 2, (flat.height - h * scale) / 2
    right, bottom = left + w * scale, top + h * scale
    box = (max(left, 0), max(top, 0), min(right, flat.width), min(bottom, flat.height))
    flat = flat.resize((w, h), Image.Resampling.BICUBIC, box, reducing_gap=3.0)
    if turn > 1:
        flat = flat.transpose(Image.Transpose[UPRIGHT[turn]])
    return np.asarray(flat).reshape(*size, 1 if grey else 3)


def converted(images: Images, wanted: Wanted, where: Path | str) -> Images:
    """`images` in the wanted size and mode; the same object where they are so already.

    where: what an error names.
    """
    from PIL import Image

    h, w, c = images.shape
    size = wanted.size or (h, w)
    grey = c == 1 if wanted.mode is None else wanted.mode == "grey"
    if size == (h, w) and grey == (c == 1):
        return images
    pixels = room(where, (len(images), *size, 1 if grey else 3))
    for row, picture in zip(pixels, images.pixels, strict=True):
        row[:] = fitted(Image.fromarray(picture.squeeze(2) if c == 1 else picture), size, grey=grey)
    return dataclasses.replace(images, pixels=pixels)


def _eight_bit(picture: Image.Image) -> Image.Image:
    """16-bit and floating-point pictures scaled to 0..255; others as they are."""
    from PIL import Image

    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;16"):
        return picture
    values = np.asarray(picture).astype(np.float32)
    top = 1.0 if picture.mode == "F" else 65535.0
    if not (values.min() >= 0 and values.max() <= top):
        raise ValueError(f"its numbers go beyond 0 to {top:g}")
    return Image.fromarray(np.rint(values * (255 / top)).astype(np.uint8))


def _on_white(picture: Image.Image) -> Image.Image:
    """A picture without transparency."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture
    layered = picture.convert("RGBA")
    white = Image.new("RGBA", layered.size, (WHITE,) * 4)
    return Image.alpha_composite(white, layered)
