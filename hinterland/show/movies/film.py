"""From frames to the bytes of a movie: GIF, WebP or MP4."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

FORMATS = ("gif", "webp", "mp4")
SAMPLED = 24  # frames that the palette of a GIF is made from
COLOURS = 256  # of a palette
CRF = 20  # of x264: pictures without visible loss
QUALITY = 82  # of WebP


def encoded(
    frames: Sequence[np.ndarray], form: str, fps: int, caption: str, keep: Sequence[str] = ()
) -> bytes:
    """Frames, uint8 (h, w, 3) of one even size, as one file that loops; caption: its comment.

    keep: `#rrggbb`, colours that a GIF must show exactly, 64 at most. The same frames give the
    same bytes.
    """
    return {"gif": _gif, "webp": _webp, "mp4": _mp4}[form](frames, fps, caption, keep)


def _gif(frames: Sequence[np.ndarray], fps: int, caption: str, keep: Sequence[str]) -> bytes:
    """One palette for all frames, and no dithering: what stands still stays the same bytes."""
    palette = _palette(frames, keep)
    held = [_indexed(frame, palette, keep) for frame in frames]
    return _written(held, "GIF", fps, optimize=False, disposal=1, comment=caption.encode())


def _indexed(frame: np.ndarray, palette: Image.Image, keep: Sequence[str]) -> Image.Image:
    """A frame by the palette; Pillow looks colours up coarsely, so the kept ones are set after."""
    found = Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
    indices = np.array(found)
    packed = frame.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    for i, colour in enumerate(keep):
        indices[packed == int(colour.removeprefix("#"), 16)] = i
    exact = Image.fromarray(indices)
    exact.putpalette(palette.getpalette() or [])
    return exact


def _palette(frames: Sequence[np.ndarray], keep: Sequence[str]) -> Image.Image:
    """The colours to keep, exactly, and those that stand best for all others."""
    exact = [value for colour in keep for value in bytes.fromhex(colour.removeprefix("#"))]
    chosen = np.unique(np.linspace(0, len(frames) - 1, SAMPLED).round().astype(int))
    sheet = np.concatenate([frames[i][::2, ::2] for i in chosen]).reshape(-1, 3)
    # each shade once for each hundred: small patches of a class count beside the paper
    shades, counts = np.unique(sheet >> 2 << 2, axis=0, return_counts=True)
    even = np.repeat(shades, 1 + np.log2(counts).astype(int), axis=0)
    found = Image.fromarray(even[None]).quantize(
        COLOURS - len(keep), method=Image.Quantize.MEDIANCUT, kmeans=1
    )
    rest = found.getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*exact, *rest[: 3 * (COLOURS - len(keep))]])
    return palette


def _webp(frames: Sequence[np.ndarray], fps: int, caption: str, _keep: Sequence[str]) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = caption  # ImageDescription
    held = [Image.fromarray(frame) for frame in frames]
    return _written(held, "WEBP", fps, quality=QUALITY, method=4, exif=exif.tobytes())


def _written(held: list[Image.Image], form: str, fps: int, **more: Any) -> bytes:
    """Pillow's animation; a GIF counts time in hundredths of a second."""
    step = round(100 / fps) * 10 if form == "GIF" else round(1000 / fps)
    file = io.BytesIO()
    held[0].save(
        *(file, form),
        save_all=True,
        append_images=held[1:],
        duration=max(20, step),
        loop=0,
        **more,
    )
    return file.getvalue()


def _mp4(frames: Sequence[np.ndarray], fps: int, caption: str, _keep: Sequence[str]) -> bytes:
    import av

    h, w, _ = frames[0].shape
    with tempfile.TemporaryDirectory(prefix="hinterland-") as folder:
        # the index goes to the front, for the web, and for that the file is read again by name
        path = Path(folder) / "movie.mp4"
        with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
            container.metadata["comment"] = caption
            stream: Any = container.add_stream("libx264", rate=Fraction(fps))
            stream.width, stream.height, stream.pix_fmt = w, h, "yuv420p"
            # one thread: more of them cut a frame elsewhere on another machine
            stream.options = {"crf": str(CRF), "preset": "medium", "threads": "1"}
            for frame in frames:
                for packet in stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
                    container.mux(packet)
            for packet in stream.encode():
                container.mux(packet)
        return path.read_bytes()
