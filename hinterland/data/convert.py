"""Pictures of any kind -> equal-sized 8-bit pictures, grey or RGB."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "BACKGROUNDS",
    "FITS",
    "MODES",
    "Conversion",
    "fitted",
    "is_grey",
    "orientation",
    "usual_size",
]

# Without a wish, equal pictures are kept up to KEPT pixels a side, and others made at most SIDE.
KEPT, SIDE = 128, 64
LARGEST = 4096
MODES = ("rgb", "grey")
FITS = ("crop", "pad", "stretch")
BACKGROUNDS = {"white": (255, 255, 255), "black": (0, 0, 0)}
HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")

GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
# Their numbers go beyond a byte.
DEEP_MODES = frozenset({"I", "F"})
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


@dataclass(frozen=True, slots=True)
class Conversion:
    """How pictures become equal: plain values, which a run can store and give back.

    size: (h, w), or None for the set's own. mode: "rgb", "grey", or None for the set's own.
    fit: "crop" keeps the largest part in the middle that has the shape of `size`, "pad" the whole
    picture with borders, "stretch" the whole picture without its proportions. background: "white",
    "black" or "#rrggbb", what lies behind transparency and in borders.
    """

    size: tuple[int, int] | None = None
    mode: str | None = None
    fit: str = "crop"
    background: str = "white"

    def __post_init__(self) -> None:
        if self.size is not None:
            # JSON gives it back as a list.
            object.__setattr__(self, "size", tuple(self.size))
            if len(self.size) != 2 or not all(1 <= side <= LARGEST for side in self.size):
                raise HinterlandError(
                    f"the size {self.size} is not two sides from 1 to {LARGEST} pixels"
                )
        if self.mode not in (None, *MODES):
            raise HinterlandError(f"there is no mode '{self.mode}'", f"known: {', '.join(MODES)}")
        if self.fit not in FITS:
            raise HinterlandError(f"there is no fit '{self.fit}'", f"known: {', '.join(FITS)}")
        if self.background not in BACKGROUNDS and not HEX.fullmatch(self.background):
            raise HinterlandError(
                f"there is no background '{self.background}'",
                "black, white, or a colour as #rrggbb, for example #808080",
            )

    @property
    def colour(self) -> tuple[int, int, int]:
        """The background: red, green and blue, 0 to 255."""
        if self.background in BACKGROUNDS:
            return BACKGROUNDS[self.background]
        told = HEX.fullmatch(self.background)
        assert told is not None, "checked when it was made"
        return int(told[1], 16), int(told[2], 16), int(told[3], 16)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Conversion:
        """The conversion that `as_dict` told of, also after a way through JSON."""
        size = told.get("size")
        return cls(**{**told, "size": None if size is None else tuple(size)})

    def as_dict(self) -> dict[str, Any]:
        """What `read` takes as keyword arguments, and JSON as it is."""
        return dataclasses.asdict(self)

    def shape(self, own: tuple[int, int], *, grey: bool) -> tuple[int, int, int]:
        """(h, w, c) of pictures that are of the size `own`, and grey or not, by themselves."""
        h, w = self.size or own
        return h, w, 1 if (grey if self.mode is None else self.mode == "grey") else 3


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


def fitted(picture: Image.Image, shape: tuple[int, int, int], conversion: Conversion) -> np.ndarray:
    """uint8 (h, w, c) = `shape`: a picture turned upright, on the background, fitted and scaled.

    A picture that has the size already keeps its pixels. Of a moving picture it is the first
    frame. Raises what Pillow raises for damaged pictures.
    """
    from PIL import Image

    turn = orientation(picture)
    h, w = shape[:2] if turn < 5 else shape[1::-1]
    # A JPEG can be decoded at a fraction of its size; twice the target loses nothing to see.
    shrink = min(picture.width / w, picture.height / h) / 2
    if shrink > 1:
        picture.draft(picture.mode, (int(picture.width / shrink), int(picture.height / shrink)))
    flat = _on(conversion.colour, _eight_bit(picture)).convert("L" if shape[2] == 1 else "RGB")
    flat = _sized(flat, (w, h), conversion)
    if turn > 1:
        flat = flat.transpose(Image.Transpose[UPRIGHT[turn]])
    return np.asarray(flat).reshape(shape)


def _sized(flat: Image.Image, size: tuple[int, int], conversion: Conversion) -> Image.Image:
    """A grey or RGB picture brought to (w, h)."""
    from PIL import Image

    w, h = size
    if conversion.fit == "pad":
        scale = min(w / flat.width, h / flat.height)
        inner = (max(1, round(flat.width * scale)), max(1, round(flat.height * scale)))
        flat = flat.resize(inner, Image.Resampling.BICUBIC, reducing_gap=3.0)
        if inner == size:
            return flat
        page = Image.new("RGB", size, conversion.colour).convert(flat.mode)
        page.paste(flat, ((w - inner[0]) // 2, (h - inner[1]) // 2))
        return page
    box = (0.0, 0.0, float(flat.width), float(flat.height))
    if conversion.fit == "crop":
        scale = min(flat.width / w, flat.height / h)
        left, top = max((flat.width - w * scale) / 2, 0), max((flat.height - h * scale) / 2, 0)
        box = (left, top, min(left + w * scale, flat.width), min(top + h * scale, flat.height))
    return flat.resize(size, Image.Resampling.BICUBIC, box, reducing_gap=3.0)


def _eight_bit(picture: Image.Image) -> Image.Image:
    """16-bit and floating-point pictures scaled to 0..255; others as they are."""
    from PIL import Image

    if picture.mode not in DEEP_MODES and not picture.mode.startswith("I;16"):
        return picture
    numbers = np.asarray(picture)
    values = numbers.astype(np.float32)
    top = 1.0 if picture.mode == "F" else 65535.0
    if np.isnan(values).any():
        raise ValueError("some of its numbers are NaN")
    if values.min() < 0 or values.max() > top:
        raise ValueError(f"its numbers go beyond 0 to {top:g}")
    grey = Image.fromarray(np.rint(values * (255 / top)).astype(np.uint8))
    clear = picture.info.get("transparency")
    if isinstance(clear, int):
        grey.putalpha(Image.fromarray(np.where(numbers == clear, 0, 255).astype(np.uint8)))
    return grey


def _on(colour: tuple[int, int, int], picture: Image.Image) -> Image.Image:
    """A picture without transparency, in a mode that turns grey or RGB."""
    from PIL import Image

    if picture.mode == "LAB":
        from PIL import ImageCms

        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB") or picture
    if not picture.has_transparency_data:
        return picture
    # Premultiplied grey turns to RGBA only by way of LA.
    layered = (picture.convert("LA") if picture.mode == "La" else picture).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, (*colour, 255)), layered)
