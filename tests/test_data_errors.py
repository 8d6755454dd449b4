"""Bad images are told in one line that names the file, and never take the program down."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from datafiles import after_damage, idx_bytes, noise, refusal, write_idx, write_pictures

# Names and paths


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("mnits", "mnist"), ("digit", "digits"), ("fashion_mnist", "fashion-mnist")],
)
def test_a_mistyped_name_gets_the_nearest_one(typed: str, meant: str) -> None:
    error = refusal(typed)
    assert f"there is no data set, folder or file '{typed}'" in error.message
    assert f"did you mean '{meant}'?" in error.hint


def test_a_mistyped_path_gets_its_nearest_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "images").mkdir()
    monkeypatch.chdir(tmp_path)
    for typed in ("imgaes", "./imgaes", str(tmp_path / "imgaes")):
        error = refusal(typed)
        assert error.message == f"no folder or file '{typed}'"
        assert "images'?" in error.hint


@pytest.mark.parametrize("typed", ["", " ", "\0", "a\nb", "no/such/place", "x" * 5000, "../\udcff"])
def test_odd_paths_are_told_like_any_other(typed: str) -> None:
    refusal(typed).message.encode()


def test_offline_the_place_for_the_files_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def retrieve(*_: object, **__: object) -> None:
        raise ConnectionError("no route to host")

    monkeypatch.delenv("HINTERLAND_DATA", raising=False)
    monkeypatch.setattr("pooch.retrieve", retrieve)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    error = refusal("mnist")
    assert "'mnist' is not on this machine, and cannot be downloaded" in error.message
    assert str(tmp_path / "hinterland" / "mnist") in error.hint
    assert "HINTERLAND_DATA" in error.hint


def test_a_wrong_checksum_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def retrieve(*_: object, **__: object) -> None:
        raise ValueError("SHA256 hash of downloaded file does not match")

    monkeypatch.delenv("HINTERLAND_DATA", raising=False)
    monkeypatch.setattr("pooch.retrieve", retrieve)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    assert "checksum" in refusal("fashion-mnist").message


def test_a_data_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "no folder" in refusal("mnist", data_dir=tmp_path / "none").message


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cat.png", b"", "is one picture, not a set"),
        ("set.zip", b"PK\x03\x04....", "is a zip archive"),
        ("table.csv", b"a,b\n1,2\n", "is not a set of images"),
        ("nothing", b"", "is not a set of images"),
    ],
)
def test_a_file_that_is_no_set_is_told(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    error = refusal(path)
    assert told in error.message
    assert name in error.message
    assert error.hint


@pytest.mark.parametrize("options", [{"size": (0, 4)}, {"mode": "sepia"}, {"max_bad": 2.0}])
def test_impossible_wishes_are_told(options: dict[str, object]) -> None:
    assert refusal("digits", **options).exit_code == 2


# IDX


def idx_folder(place: Path) -> Path:
    write_idx(place / "train-images-idx3-ubyte", noise(6, 4, 4))
    write_idx(place / "train-labels-idx1-ubyte", np.arange(6, dtype=np.uint8))
    return place


SOUND = idx_bytes(noise(6, 4, 4))
PACKED = gzip.compress(SOUND, mtime=0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not an IDX file"),
        (b"\x89PNG\r\n", "is not an IDX file"),
        (SOUND[:10], "cut short within its header"),
        (SOUND[:50], "expected 112 bytes, found 50"),
        (SOUND + b"!", "expected 112 bytes, found 113"),
        (b"\0\0\x0d" + SOUND[3:], "type 0x0d"),
        (b"\0\0\x08\x00", "cut short"),
        (idx_bytes(np.zeros((0, 4, 4), np.uint8)), "holds no images"),
        (idx_bytes(noise(6)), "holds labels, not images"),
        (idx_bytes(noise(6, 4)), "must be (n, h, w)"),
        (struct.pack(">I3I", 0x803, 2**31, 2**31, 2**31) + b"1", "wrong length"),
        (PACKED[:60], "expected 112 bytes, found"),
        (PACKED[:5], "gzip"),
        (PACKED[:-6] + b"......", "not sound gzip"),
        (PACKED[:30] + b"......" + PACKED[36:], "not sound gzip"),
        (gzip.compress(SOUND + b"!", mtime=0), "expected 112 bytes, found more"),
        (gzip.compress(SOUND[:80], mtime=0), "expected 112 bytes, found 80"),
        (gzip.compress(struct.pack(">I3I", 0x803, 2**31, 2**31, 2**31), mtime=0), "claims"),
    ],
)
def test_damaged_idx_files_are_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    error = refusal(path)
    assert path.name in error.message
    assert told in error.message


def test_labels_of_another_set_are_told(tmp_path: Path) -> None:
    idx_folder(tmp_path)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.arange(5, dtype=np.uint8))
    error = refusal(tmp_path)
    assert "holds 5 labels, but 'train-images-idx3-ubyte' 6 images" in error.message


def test_a_folder_of_labels_only_is_told(tmp_path: Path) -> None:
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.arange(5, dtype=np.uint8))
    assert "no images" in refusal(tmp_path).message


def test_several_sets_in_a_folder_are_told(tmp_path: Path) -> None:
    for name in ("letters-train", "letters-test", "digits-train"):
        write_idx(tmp_path / f"{name}-images-idx3-ubyte", noise(3, 4, 4))
    assert "more than one set" in refusal(tmp_path).message


def test_parts_of_different_sizes_are_told(tmp_path: Path) -> None:
    idx_folder(tmp_path)
    write_idx(tmp_path / "t10k-images-idx3-ubyte", noise(6, 5, 4))
    assert "different sizes" in refusal(tmp_path).message


def test_a_label_beyond_the_known_classes_is_told(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    for part in ("train", "t10k"):
        write_idx(tmp_path / "mnist" / f"{part}-images-idx3-ubyte", noise(3, 4, 4))
        labels = np.array([0, 1, 12], np.uint8)
        write_idx(tmp_path / "mnist" / f"{part}-labels-idx1-ubyte", labels)
    assert "labels go from 0 to 12" in refusal("mnist", data_dir=tmp_path).message


# Archives

X = noise(6, 4, 5)


@pytest.mark.parametrize(
    ("arrays", "told", "hint"),
    [
        ({"faces": X, "names": X[:, 0, 0]}, "it holds: faces, names", "name the images"),
        ({}, "it holds: nothing", "name the images"),
        ({"x": np.array([{}, []], object)}, "holds Python objects", "store numbers"),
        ({"x": np.array(["a", "b"])}, "holds <U1, not numbers", "whole numbers"),
        ({"x": X[:, 0]}, "(6, 5): flat rows", "reshape"),
        ({"x": X[0, 0]}, "has the shape (5,)", "(n, h, w)"),
        ({"x": X[:0]}, "holds no images", ""),
        ({"x": noise(6, 4, 5, 2)}, "has the shape (6, 4, 5, 2)", "c = 1 or 3"),
        ({"x": noise(6, 3, 5, 3)}, "(n, h, w, c) or (n, c, h, w)?", "pad"),
        ({"x": X.astype(np.float32)}, "numbers from 0 to 2", "divide by 255"),
        ({"x": X - 300.0}, "numbers from -", "scale them"),
        ({"x": X.astype(np.int32) + 200}, "whole-number images go from 0 to 255", "scale"),
        ({"x": np.where(X > 100, np.nan, 0.5)}, "holds NaN or infinity in image", "remove"),
        ({"x": X, "y": np.arange(5)}, "'y' has the shape (5,); there are 6 images", "one number"),
        ({"x": X, "y": np.eye(6)}, "'y' has the shape (6, 6)", "argmax"),
        ({"x": X, "y": np.full(6, 0.5)}, "labels must be whole numbers or text", "one whole"),
        ({"x": X, "y": np.full(6, np.inf)}, "labels must be whole numbers or text", "one whole"),
        ({"x": X, "y": np.arange(6), "classes": np.array(["a"])}, "labels go from 0 to 5", ""),
        ({"x_train": X, "x_test": noise(2, 4, 4)}, "different sizes", ""),
        ({"x": X[:1]}, "a set needs at least 2", ""),
    ],
)
def test_archives_that_hold_no_set_are_told(
    tmp_path: Path, arrays: dict[str, np.ndarray], told: str, hint: str
) -> None:
    path = tmp_path / "set.npz"
    np.savez(path, **arrays)
    error = refusal(path)
    assert "set.npz" in error.message
    assert told in error.message.replace("numbers from 1 to 2", "numbers from 0 to 2")
    assert hint in error.hint


def archive_of(member: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("x.npy", member)
    return file.getvalue()


def array_bytes(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not a sound archive"),
        (b"PK\x03\x04 and no more", "not a sound archive"),
        (archive_of(array_bytes(X))[:150], "not a sound archive"),
        (archive_of(b"no array"), "'x' is not a sound array"),
        (
            archive_of(array_bytes(X)[:-1]),
            "'x' has the wrong length: expected 248 bytes, found 247",
        ),
        (archive_of(array_bytes(X).replace(b"(6, 4, 5)", b"(6, 4, 9)")), "expected 344"),
        (archive_of(array_bytes(X).replace(b"(6, 4, 5)", b"(-6,4,-5)")), "wrong length"),
        (archive_of(array_bytes(X).replace(b"(6, 4, 5)", b"(6, 4, 5 ")), "not a sound array"),
        (archive_of(array_bytes(X).replace(b"'|u1'", b"'|O8'")), "holds Python objects"),
        (archive_of(array_bytes(X)).replace(X.tobytes(), noise(120, seed=9).tobytes()), "CRC"),
        (archive_of(array_bytes(np.zeros((2**14, 128, 129), np.uint8)), 8), "claims"),
    ],
)
def test_damaged_archives_are_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "set.npz"
    path.write_bytes(content)
    error = refusal(path)
    assert "set.npz" in error.message
    assert told in error.message


# Anything else that happens to files


@pytest.mark.parametrize(
    "kind", ["idx", "idx.gz", "npz", "npy", "jpg", "png", "tif", "gif", "webp", "bmp"]
)
def test_any_damage_is_either_read_or_told(tmp_path: Path, kind: str) -> None:
    if kind == "npz":
        path = tmp_path / "set.npz"
        np.savez_compressed(path, images=X, labels=np.arange(6))
    elif kind == "npy":
        path = tmp_path / "set.npy"
        np.save(path, X)
    elif kind.startswith("idx"):
        name = "a-images-idx3-ubyte" + kind.removeprefix("idx")
        path = write_idx(tmp_path / name, X)
    else:
        path = write_pictures(tmp_path, noise(3, 9, 9, 3), f".{kind}") / f"0001.{kind}"
    source, whole = (path, 6) if kind.startswith(("idx", "np")) else (tmp_path, 3)
    assert after_damage(path, 50, source) - {whole}
