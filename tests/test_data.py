"""Reading images: a name, a folder, IDX files or an archive gives equal-sized pictures, split."""

from __future__ import annotations

import dataclasses
import io
import os
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import pytest
from datafiles import noise, refusal, write_idx, write_pictures
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hinterland.data import DATASETS, READERS, fingerprint, read
from hinterland.data.split import hold_out
from hinterland.types import Registry

pictures = st.tuples(
    st.integers(2, 5), st.integers(1, 9), st.integers(1, 9), st.sampled_from((1, 3))
).flatmap(lambda shape: hnp.arrays(np.uint8, shape))
few = settings(max_examples=25)


# What is written is read


@few
@given(pixels=pictures, packed=st.booleans())
def test_idx_gives_back_what_was_written(pixels: np.ndarray, packed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grey = pixels.shape[3] == 1
        name = f"my-images-idx{3 if grey else 4}-ubyte{'.gz' if packed else ''}"
        path = write_idx(Path(folder) / name, pixels[..., 0] if grey else pixels)
        labels = np.arange(len(pixels), dtype=np.uint8) % 2
        write_idx(Path(folder) / "my-labels-idx1-ubyte", labels)
        for source in (path, Path(folder)):
            images = read(source)
            assert np.array_equal(images.pixels, pixels)
            assert images.labels is not None
            assert images.labels.tolist() == labels.tolist()
            assert images.classes == ("0", "1")


@few
@given(pixels=pictures, kind=st.sampled_from(["uint8", "int64", "float32", "float64", "fortran"]))
def test_an_archive_gives_back_what_was_written(pixels: np.ndarray, kind: str) -> None:
    grey = pixels.shape[3] == 1
    assume(grey or pixels.shape[1] not in (1, 3))  # the channels might come first
    array = pixels[..., 0] if grey else pixels
    if kind == "fortran":
        array = np.asfortranarray(array)
    else:
        array = (array / 255 if kind.startswith("float") else array).astype(kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set.npz"
        np.savez(path, images=array, labels=np.arange(len(pixels)) % 2)
        images = read(path)
    assert np.array_equal(images.pixels, pixels)
    assert images.labels is not None
    assert images.labels.tolist() == (np.arange(len(pixels)) % 2).tolist()


@few
@given(pixels=pictures, suffix=st.sampled_from([".png", ".bmp", ".tif", ".webp"]))
def test_a_folder_gives_back_lossless_pictures(pixels: np.ndarray, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = write_pictures(Path(folder) / "set", pixels, suffix)
        images = read(source)
    # WebP knows no grey.
    expected = np.repeat(pixels, 3, 3) if suffix == ".webp" and pixels.shape[3] == 1 else pixels
    assert np.array_equal(images.pixels, expected)
    assert images.labels is None
    assert images.skipped == ()


# Named data sets


def test_digits_are_built_in() -> None:
    images = read("digits")
    assert images.pixels.shape == (1797, 8, 8, 1)
    assert images.classes == tuple("0123456789")
    assert images.labels is not None
    assert images.labels[:10].tolist() == list(range(10))
    assert (images.pixels.min(), images.pixels.max()) == (0, 255)
    assert images.held_out is not None
    assert images.held_out.sum() == 359


@pytest.mark.parametrize(
    ("name", "first", "class_of_first", "mean"),
    [("mnist", [5, 0, 4, 1, 9], "5", 33.3), ("fashion-mnist", [9, 0, 0, 3, 0], "Ankle boot", 72.9)],
)
def test_the_real_sets_have_their_official_split(
    name: str, first: list[int], class_of_first: str, mean: float
) -> None:
    if not (Path(os.environ.get("HINTERLAND_DATA", "")) / name).is_dir():
        pytest.skip(f"{name} is not below $HINTERLAND_DATA")
    images = read(name)
    assert images.pixels.shape == (70_000, 28, 28, 1)
    assert images.labels is not None
    assert images.labels[:5].tolist() == first
    assert images.classes[first[0]] == class_of_first
    assert images.pixels[:60_000].mean() == pytest.approx(mean, abs=0.1)
    assert images.held_out is not None
    assert not images.held_out[:60_000].any()
    assert images.held_out[60_000:].all()


def tiny_mnist(folder: Path, suffix: str = ".gz") -> Path:
    folder.mkdir(parents=True)
    for part, n in (("train", 6), ("t10k", 2)):
        write_idx(folder / f"{part}-images-idx3-ubyte{suffix}", noise(n, 4, 4, seed=n))
        write_idx(folder / f"{part}-labels-idx1-ubyte{suffix}", np.arange(n, dtype=np.uint8))
    return folder


def test_a_named_set_is_looked_for_in_the_data_folder_then_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_mnist(tmp_path / "mine" / "mnist")
    tiny_mnist(tmp_path / "ours" / "mnist", suffix="")
    tiny_mnist(tmp_path / "ours" / "fashion-mnist")
    tiny_mnist(tmp_path / "ours" / "kmnist")
    monkeypatch.setenv("HINTERLAND_DATA", str(tmp_path / "ours"))
    assert len(read("mnist", data_dir=tmp_path / "mine")) == 8
    assert len(read("mnist")) == 8
    assert read("fashion-mnist", data_dir=tmp_path / "mine").classes[0] == "T-shirt/top"
    assert read("kmnist").classes[1] == "ki"


def test_a_set_that_is_nowhere_is_downloaded_into_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, asked = tiny_mnist(tmp_path / "internet"), []

    def retrieve(url: str, known_hash: str, fname: str, path: Path) -> None:
        asked.append(url)
        assert known_hash.startswith("sha256:")
        path.mkdir(parents=True, exist_ok=True)
        (path / fname).write_bytes((there / fname).read_bytes())

    monkeypatch.delenv("HINTERLAND_DATA", raising=False)
    monkeypatch.setattr("pooch.retrieve", retrieve)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache" / name)
    assert len(read("mnist")) == 8
    assert len(asked) == 4
    assert all(url.startswith("https://") for url in asked)
    assert len(read("mnist")) == 8
    assert len(asked) == 4, "the second time they are there"


def test_a_folder_with_the_name_of_a_set_is_meant_when_spelled_as_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pictures(tmp_path / "digits", noise(3, 5, 5, 1))
    monkeypatch.chdir(tmp_path)
    assert len(read("digits")) == 1797
    assert len(read("./digits")) == 3
    assert len(read(Path("digits"))) == 3


@pytest.mark.parametrize("registry", [DATASETS, READERS], ids=lambda registry: registry.kind)
def test_everything_named_says_what_it_is(registry: Registry) -> None:
    for name, member in registry.items():
        assert callable(member)
        assert len(registry.summary(name)) > 20


def cifar_archive(path: Path, records: int = 10_000, label: int = 3) -> Path:
    """The archive of CIFAR-10, all of one class, red 10, green 20, blue 30."""
    colours = np.repeat(np.array([10, 20, 30], np.uint8), 1024).tobytes()
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"):
            content = (bytes([label]) + colours) * records
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_cifar10_is_read_out_of_its_archive(tmp_path: Path) -> None:
    cifar_archive(tmp_path / "cifar10" / "cifar-10-binary.tar.gz")
    images = read("cifar10", data_dir=tmp_path)
    assert images.pixels.shape == (60_000, 32, 32, 3)
    assert (images.pixels[::999] == (10, 20, 30)).all()
    assert images.classes[3] == "cat"
    assert images.labels is not None
    assert (images.labels == 3).all()
    assert images.held_out is not None
    assert np.flatnonzero(images.held_out).tolist() == list(range(50_000, 60_000))


@pytest.mark.parametrize("wrong", [{"records": 9_999}, {"label": 10}])
def test_another_archive_is_not_taken_for_cifar10(tmp_path: Path, wrong: dict[str, int]) -> None:
    cifar_archive(tmp_path / "cifar10" / "cifar-10-binary.tar.gz", **wrong)
    assert "not the archive of CIFAR-10" in refusal("cifar10", data_dir=tmp_path).message


def test_a_part_of_cifar10_as_npz_has_its_classes(tmp_path: Path) -> None:
    arrays = {"x_train": noise(10, 32, 32, 3), "x_test": noise(10, 32, 32, 3, seed=1)}
    labels = np.arange(10, dtype=np.uint8)
    np.savez(tmp_path / "cifar10-small.npz", y_train=labels, y_test=labels, **arrays)
    images = read("cifar10", data_dir=tmp_path)
    assert images.classes[0] == "airplane"
    assert len(images) == 20
    assert images.held_out is not None
    assert images.held_out.sum() == 10


# The split


@given(
    n=st.integers(2, 400),
    n_classes=st.integers(1, 7),
    share=st.floats(0.01, 0.5),
    seed=st.integers(0, 9),
)
def test_each_class_gives_its_share(n: int, n_classes: int, share: float, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, n_classes, n)
    held_out = hold_out(n, labels, share)
    assert np.array_equal(held_out, hold_out(n, labels, share)), "the same at every call"
    assert held_out.sum() == min(max(1, round(n * share)), n - 1)
    exact = held_out.mean()
    for label in range(n_classes):
        members = labels == label
        assert abs(held_out[members].sum() - exact * members.sum()) < 1


def test_the_same_source_is_split_the_same(tmp_path: Path) -> None:
    write_pictures(tmp_path / "set" / "cats", noise(20, 4, 4, 1))
    write_pictures(tmp_path / "set" / "dogs", noise(10, 4, 4, 1, seed=1))
    one, two = read(tmp_path / "set"), read(tmp_path / "set")
    assert fingerprint(one) == fingerprint(two)
    assert one.held_out is not None
    assert one.labels is not None
    assert one.held_out[one.labels == 0].sum() == 2
    assert one.held_out[one.labels == 1].sum() == 1


def test_a_table_added_later_leaves_the_images_what_they_were() -> None:
    images = read("digits")
    column = {"price": np.zeros(len(images), np.float32)}
    assert fingerprint(dataclasses.replace(images, channels=column)) == fingerprint(images)


def test_a_fingerprint_tells_any_difference() -> None:
    images = read("digits")
    assert images.labels is not None
    assert images.held_out is not None
    pixels, labels, held_out = images.pixels.copy(), images.labels.copy(), images.held_out.copy()
    pixels[-1, -1, -1, 0] ^= 1
    labels[7] ^= 1
    held_out[7] ^= True
    wide = images.pixels.reshape(-1, 4, 16, 1)
    others: list[dict[str, object]] = [
        {"pixels": pixels},
        {"labels": labels},
        {"labels": None},
        {"held_out": held_out},
        {"pixels": wide},
    ]
    prints = {fingerprint(dataclasses.replace(images, **other)) for other in others}
    assert len(prints | {fingerprint(images)}) == 6
    assert all(len(found) == 71 and found.startswith("sha256:") for found in prints)


# IDX and archives


def test_test_files_are_held_out(tmp_path: Path) -> None:
    images = read(tiny_mnist(tmp_path / "anything"))
    assert images.held_out is not None
    assert images.held_out.tolist() == [False] * 6 + [True] * 2
    assert np.array_equal(images.pixels[6:, :, :, 0], noise(2, 4, 4, seed=2))


def test_images_without_labels_have_none(tmp_path: Path) -> None:
    path = write_idx(tmp_path / "train-images-idx3-ubyte", noise(3, 2, 2))
    assert read(path).labels is None


def test_black_pictures_are_no_bomb(tmp_path: Path) -> None:
    path = write_idx(tmp_path / "black-images-idx3-ubyte.gz", np.zeros((2000, 28, 28), np.uint8))
    assert not read(path).pixels.any()


def test_keras_archives_keep_their_split(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    x, y = noise(8, 4, 5), np.arange(8).reshape(-1, 1) % 3
    np.savez_compressed(path, x_train=x[:6], y_train=y[:6], x_test=x[6:], y_test=y[6:])
    images = read(path)
    assert np.array_equal(images.pixels[..., 0], x)
    assert images.held_out is not None
    assert images.held_out.tolist() == [False] * 6 + [True] * 2
    assert images.labels is not None
    assert images.labels.tolist() == [0, 1, 2, 0, 1, 2, 0, 1]


def test_channels_may_come_first(tmp_path: Path) -> None:
    pixels = noise(4, 7, 9, 3)
    np.savez(tmp_path / "set.npz", x=np.moveaxis(pixels, 3, 1))
    assert np.array_equal(read(tmp_path / "set.npz").pixels, pixels)


def test_large_archives_come_in_pieces_that_fit_together(tmp_path: Path) -> None:
    pixels = noise(300, 128, 128, 1)
    np.savez(tmp_path / "set.npz", images=pixels[..., 0])
    assert np.array_equal(read(tmp_path / "set.npz").pixels, pixels)


def test_text_labels_and_class_names_are_kept(tmp_path: Path) -> None:
    x = noise(3, 4, 4)
    np.savez(tmp_path / "text.npz", x=x, y=np.array(["dog", "cat", "dog"]))
    np.savez(tmp_path / "named.npz", x=x, y=[1, 0, 1], classes=np.array(["cat", "dog"]))
    np.savez(tmp_path / "gaps.npz", x=x, y=[7, 3, 7])
    for name, classes in (
        ("text", ("cat", "dog")),
        ("named", ("cat", "dog")),
        ("gaps", ("3", "7")),
    ):
        images = read(tmp_path / f"{name}.npz")
        assert images.classes == classes
        assert images.labels is not None
        assert images.labels.tolist() == [1, 0, 1]
