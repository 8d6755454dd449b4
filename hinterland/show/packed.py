"""Packed files: the arrays of a static site in few bytes (docs/formats.md, Packed files)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from safetensors.numpy import load, save

Arrays = Mapping[str, np.ndarray]

SUFFIX = ".packed"  # in place of .safetensors
WAYS = ((9, zlib.Z_DEFAULT_STRATEGY), (7, zlib.Z_FILTERED), (7, zlib.Z_HUFFMAN_ONLY))
PLANES = 4  # bytes of a code, at most
SHARES = 4096  # a file is mixed of so many parts


def pack(
    content: bytes,
    steps: Mapping[str, float] | None = None,
    near: Mapping[str, Arrays] | None = None,
) -> bytes:
    """A safetensors file in few bytes; `unpack` gives it back.

    steps: tensor -> the distance of the numbers that it may hold afterwards; the others come back
    exactly. near: path -> the tensors, as `unpack` gives them, of files that are much like it: what
    is stored is how far it is from a mixture of them, where that takes fewer bytes.
    """
    arrays, steps, near = load(content), dict(sorted((steps or {}).items())), near or {}
    grids = {name: grid(arrays[name], step) for name, step in steps.items()}
    codes, mix = _codes(grids, steps, [], {}), dict[str, list[float]]()
    if near:
        fitted = {name: _mixture(arrays[name], near, name) for name in steps}
        others = _codes(grids, steps, list(near.values()), fitted)
        if _bits(others) < _bits(codes):
            codes, mix = others, fitted
    size = int.from_bytes(content[:8], "little")
    told = {
        "header": content[8 : 8 + size].decode(),
        "near": list(near) if mix else [],
        "mix": mix,
        "steps": steps,
    }
    whole = {name: array for name, array in arrays.items() if name not in grids}
    planes = {name: _planes(array) for name, array in codes.items()}
    inner = _described(save({**whole, **planes}), told)
    return min((_squeezed(inner, *way) for way in (WAYS[1:] if codes else WAYS)), key=len)


def near_of(packed: bytes) -> list[str]:
    """The paths of the files that a packed file builds upon."""
    return list(_told(zlib.decompress(packed))["near"])


def unpack(packed: bytes, near: Mapping[str, Arrays] | None = None) -> bytes:
    """The safetensors file that was packed. near: at least the files that it builds upon."""
    inner = zlib.decompress(packed)
    told = _told(inner)
    steps, mix = told["steps"], told["mix"]
    others = [(near or {})[path] for path in told["near"]]
    stored = load(inner)
    header = told["header"].encode()
    places = {k: v for k, v in json.loads(header).items() if k != "__metadata__"}
    body = bytearray(max((v["data_offsets"][1] for v in places.values()), default=0))
    for name, place in places.items():
        array = stored[name]
        if name in steps:
            rows = place["shape"][0] if place["shape"] else 1
            codes = _of_planes(array).reshape(-1, rows).T.reshape(place["shape"])
            base = _base(name, others, mix.get(name, []), steps[name])
            array = ((base + codes) * steps[name]).astype(np.float32)
        start, end = place["data_offsets"]
        body[start:end] = np.ascontiguousarray(array).tobytes()
    made: bytes = len(header).to_bytes(8, "little") + header + bytes(body)
    return made


def grid(array: np.ndarray, step: float) -> np.ndarray:
    """Whole numbers, as float64, of steps that are nearest to an array's."""
    found: np.ndarray = np.floor(array.astype(np.float64) / step + 0.5)
    return found


def stepped(array: np.ndarray, step: float) -> np.ndarray:
    """An array as it comes back: the nearest multiples of a step, float32."""
    found: np.ndarray = (grid(array, step) * step).astype(np.float32)
    return found


def _mixture(array: np.ndarray, near: Mapping[str, Arrays], name: str) -> list[float]:
    """How much of each of the other files' tensors is nearest to an array, by least squares."""
    others = np.stack([other[name].ravel().astype(np.float64) for other in near.values()], 1)
    found = np.linalg.lstsq(others.T @ others, others.T @ array.ravel().astype(np.float64))[0]
    return [float(part) for part in np.round(found * SHARES) / SHARES]


def _base(
    name: str, others: Sequence[Arrays], mix: Sequence[float], step: float
) -> np.ndarray | float:
    """Whole numbers of steps nearest to a mixture of what the other files hold."""
    total: np.ndarray | float = 0.0
    for other, part in zip(others, mix, strict=True):
        total = total + other[name].astype(np.float64) * part
    return grid(np.asarray(total), step)


def _codes(
    grids: Arrays,
    steps: Mapping[str, float],
    others: Sequence[Arrays],
    mix: Mapping[str, Sequence[float]],
) -> dict[str, np.ndarray]:
    """Whole numbers of steps, int64, from what the other files hold to what these arrays hold."""
    return {
        name: (array - _base(name, others, mix.get(name, []), steps[name])).astype(np.int64)
        for name, array in grids.items()
    }


def _planes(codes: np.ndarray) -> np.ndarray:
    """Codes as bytes, uint8 (planes, size): 0, -1, 1, -2, … are 0, 1, 2, 3, …; least bytes first.

    Small codes leave the higher planes empty, and empty planes cost nothing. The first index runs
    fastest: what a unit that is never used is multiplied with does not change, and stands together.
    """
    folded = np.where(codes < 0, -2 * codes - 1, 2 * codes)
    folded = folded.reshape(folded.shape[0] if folded.ndim else 1, -1).T.ravel()
    count = max(1, -(-int(folded.max(initial=0)).bit_length() // 8))
    assert count <= PLANES, "a step is no finer than a 2**31st of what it measures"
    return np.stack([(folded >> 8 * plane) & 255 for plane in range(count)]).astype(np.uint8)


def _of_planes(planes: np.ndarray) -> np.ndarray:
    folded = sum((plane.astype(np.int64) << 8 * i for i, plane in enumerate(planes)), np.int64(0))
    found: np.ndarray = np.where(folded & 1, -(folded + 1) // 2, folded // 2)
    return found


def _bits(codes: Arrays) -> float:
    """What the codes cost, by their entropy."""
    total = 0.0
    for array in codes.values():
        _, counts = np.unique(array, return_counts=True)
        total -= float((counts * np.log2(counts / max(1, array.size))).sum())
    return total


def _squeezed(inner: bytes, level: int, strategy: int) -> bytes:
    squeeze = zlib.compressobj(level, strategy=strategy)
    return squeeze.compress(inner) + squeeze.flush()


def _header(content: bytes) -> dict[str, Any]:
    size = int.from_bytes(content[:8], "little")
    told: dict[str, Any] = json.loads(content[8 : 8 + size])
    return told


def _told(inner: bytes) -> dict[str, Any]:
    """What a packed file says of the file that it stands for."""
    told: dict[str, Any] = json.loads(_header(inner)["__metadata__"]["packed"])
    return told


def _described(content: bytes, told: Mapping[str, Any]) -> bytes:
    """The same tensors with what they stand for; in one order, safetensors' own is by chance."""
    header = _header(content)
    size = int.from_bytes(content[:8], "little")
    packed = {"packed": json.dumps(told, ensure_ascii=False)}
    text = json.dumps({"__metadata__": packed, **dict(sorted(header.items()))}).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[8 + size :]
