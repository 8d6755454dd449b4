"""NumPy arrays in .npy files: bytes are mapped where they lie, everything else is converted."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from datafiles import noise, refusal

from hinterland.data import read


def test_bytes_in_an_npy_file_are_used_where_they_lie(tmp_path: Path) -> None:
    for name, array in (("grey", noise(40, 8, 9)), ("colour", noise(40, 8, 9, 3))):
        path = tmp_path / f"{name}.npy"
        np.save(path, array)
        images = read(path)
        assert isinstance(images.pixels, np.memmap)
        assert images.pixels.filename == path
        assert not images.pixels.flags.writeable
        assert np.array_equal(images.pixels.reshape(array.shape), array)


@pytest.mark.parametrize("kind", ["float", "first", "fortran", "int64", "bool"])
def test_other_npy_files_are_converted(tmp_path: Path, kind: str) -> None:
    pixels = noise(6, 8, 9, 3)
    array = {
        "float": pixels / 255,
        "first": np.moveaxis(pixels, 3, 1),
        "fortran": np.asfortranarray(pixels),
        "int64": pixels.astype(np.int64),
        "bool": pixels > 127,
    }[kind]
    np.save(tmp_path / "images.npy", array)
    np.save(tmp_path / "labels.npy", np.array(["b", "a"] * 3))
    images = read(tmp_path / "images.npy")
    assert np.array_equal(
        images.pixels, np.where(pixels > 127, 255, 0) if kind == "bool" else pixels
    )
    assert images.labels is not None
    assert images.labels.tolist() == [1, 0] * 3
    assert images.classes == ("a", "b")


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.array([{}, []], object), "holds Python objects"),
        (noise(6, 30), "flat rows"),
        (noise(6, 4, 4) - 300.0, "numbers from -"),
        (np.full((3, 4, 4), np.nan), "NaN or infinity in image 0"),
        (np.zeros((0, 4, 4), np.uint8), "holds no images"),
        (np.array(["a", "b"]), "not numbers"),
    ],
    ids=["objects", "flat", "negative", "nan", "none", "text"],
)
def test_npy_files_that_hold_no_set_are_told(tmp_path: Path, array: np.ndarray, told: str) -> None:
    np.save(tmp_path / "set.npy", array)
    error = refusal(tmp_path / "set.npy")
    assert "set.npy" in error.message
    assert told in error.message


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY\x01\x00v\x00{'descr'"])
def test_what_is_no_npy_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.npy").write_bytes(content)
    assert "not a sound array" in refusal(tmp_path / "set.npy").message


def test_labels_of_another_set_are_told(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", noise(6, 4, 5))
    np.save(tmp_path / "labels.npy", np.arange(5))
    assert "'labels.npy' has the shape (5,); there are 6" in refusal(
        tmp_path / "images.npy"
    ).message.replace(f"{tmp_path}/", "")


def test_a_cut_npy_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "set.npy"
    np.save(path, noise(6, 4, 5))
    os.truncate(path, path.stat().st_size - 1)
    assert "expected 248 bytes, found 247" in refusal(path).message
