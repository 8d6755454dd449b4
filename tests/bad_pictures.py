"""Twenty-seven sorts of files that are called pictures and cannot be read."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

RNG = np.random.default_rng(5)
PIXELS = RNG.integers(0, 256, (40, 40, 3), np.uint8)


def encoded(kind: str, picture: Image.Image | None = None, **options: Any) -> bytes:
    file = io.BytesIO()
    (picture or Image.fromarray(PIXELS)).save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of a PNG, with a sound checksum."""
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int, data: bytes, depth: int = 8, colour: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "a text")
    return file.getvalue()


def half(kind: str, share: float = 0.5, **options: Any) -> bytes:
    whole = encoded(kind, **options)
    return whole[: int(len(whole) * share)]


def floats(value: float) -> bytes:
    values = np.zeros((8, 8), np.float32)
    values[3, 3] = value
    return encoded("TIFF", Image.fromarray(values))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere.png"))


def loop(path: Path) -> None:
    path.symlink_to(path)


SOUND = encoded("PNG")
# Name -> what is written, and a part of the reason that is told.
BAD: dict[str, tuple[bytes | Callable[[Path], None], str]] = {
    "empty.png": (b"", "the file is empty"),
    "one-byte.jpg": (b"\xff", "format that is read here"),
    "noise.png": (RNG.bytes(500), "format that is read here"),
    "text.png": (b"not a picture at all\n", "format that is read here"),
    "page.jpg": (b"<!doctype html><title>404</title>", "a web page"),
    "drawing.png": (
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        "an SVG drawing",
    ),
    "paper.png": (b"%PDF-1.7\n1 0 obj\n", "a PDF document"),
    "script.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
    "archive.png": (zipped(), "a zip archive"),
    "packed.png": (gzip.compress(SOUND, mtime=0), "gzip"),
    "other-format.png": (encoded("PPM"), "format that is read here"),
    "half.png": (half("PNG"), "truncated"),
    "header-only.png": (SOUND[:33], "its header is damaged"),
    "flipped.png": (SOUND[:200] + bytes([SOUND[200] ^ 255]) + SOUND[201:], "broken data"),
    "bomb.png": (png(60_000, 60_000, b"\0" * 99), "more than 89,478,485 pixels"),
    "too-short.png": (png(40, 40, b"\0" * 99), "truncated"),
    "half.jpg": (half("JPEG"), "truncated"),
    "header-only.jpg": (half("JPEG", 0.3)[:120], "Truncated"),
    "half.gif": (half("GIF", 0.3), "truncated"),
    "half.bmp": (half("BMP"), "truncated"),
    "half.webp": (half("WEBP", lossless=True), "cannot be decoded"),
    "half.tif": (half("TIFF", 0.9), "truncated"),
    "not-a-number.tif": (floats(np.nan), "NaN"),
    "out-of-range.tif": (floats(300), "beyond 0 to 1"),
    "pipe.png": (pipe, "not a regular file"),
    "dangling.png": (dangling, "no such file"),
    "loop.png": (loop, "symbolic links"),
}


def put(folder: Path, sort: str, name: str) -> str:
    """Write a bad picture of a sort; its name in the folder."""
    stem, _, suffix = sort.rpartition(".")
    path = folder / f"{name}-{stem}.{suffix}"
    made, _ = BAD[sort]
    if isinstance(made, bytes):
        path.write_bytes(made)
    else:
        made(path)
    return path.name
