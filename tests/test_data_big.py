"""Big sets: converted once, mapped from the cache, in memory that does not grow with them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import bad_pictures
import numpy as np
import pytest
from conftest import ROOT
from datafiles import noise, refusal, write_idx, write_pictures
from PIL import Image

from hinterland.data import Conversion, fingerprint, folder, keep, look, read
from hinterland.types import Images


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache; sets of more than 1,000 bytes of pixels are big."""
    place = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: place / name)
    monkeypatch.setattr(keep, "LIMIT", 1000)
    return place / "hinterland" / "sets"


def some(folder: Path) -> Path:
    write_pictures(folder / "train" / "cats", noise(20, 8, 8, 3))
    write_pictures(folder / "train" / "dogs", noise(10, 8, 8, 3, seed=1))
    write_pictures(folder / "test" / "cats", noise(5, 8, 8, 3, seed=2))
    (folder / "train" / "cats" / "bad.png").write_bytes(b"")
    (folder / "train" / "cats" / "half.png").write_bytes(bad_pictures.BAD["half.png"][0])
    return folder


def is_kept(images: Images, cache: Path) -> bool:
    pixels = images.pixels
    return isinstance(pixels, np.memmap) and cache in Path(pixels.filename or "").parents


def same(one: Images, two: Images) -> bool:
    return (
        fingerprint(one) == fingerprint(two)
        and one.classes == two.classes
        and one.skipped == two.skipped
    )


def never(*_: Any) -> Images:
    raise AssertionError("it is kept already")


# The cache


def test_a_big_set_is_mapped_and_the_same_as_in_memory(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = some(tmp_path / "set")
    mapped = read(source)
    assert is_kept(mapped, cache)
    assert not mapped.pixels.flags.writeable
    monkeypatch.setattr(keep, "LIMIT", 10**9)
    shutil.rmtree(cache)
    plain = read(source)
    assert not isinstance(plain.pixels, np.memmap)
    assert same(mapped, plain)
    assert len(plain.skipped) == 2


def test_the_second_time_nothing_is_decoded(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = some(tmp_path / "set")
    first = look(source, Conversion())
    monkeypatch.setattr(folder, "_read", never)
    second = look(source, Conversion())
    assert same(first.images, second.images)
    assert first.survey == second.survey
    assert len(second.survey.names) == 35
    with pytest.raises(AssertionError):
        read(source, size=(7, 7))


@pytest.mark.parametrize("change", ["pixels", "name", "gone", "more"])
def test_a_changed_folder_is_read_again_and_what_it_was_is_forgotten(
    tmp_path: Path, cache: Path, change: str
) -> None:
    source = some(tmp_path / "set")
    first = read(source)
    picture = source / "train" / "dogs" / "0003.png"
    if change == "pixels":
        Image.fromarray(noise(8, 8, 3, seed=9)).save(picture)
        os.utime(picture, ns=(1, 1))
    elif change == "name":
        picture.rename(source / "test" / "cats" / "0099.png")
    elif change == "gone":
        picture.unlink()
    else:
        shutil.copy(picture, picture.with_name("0099.png"))
    second = read(source)
    assert is_kept(second, cache)
    assert not same(first, second)
    assert len(list(cache.iterdir())) == 1


def test_arrays_are_kept_too(tmp_path: Path, cache: Path) -> None:
    pixels = noise(40, 8, 8, 1)
    np.savez_compressed(tmp_path / "set.npz", images=pixels, labels=np.arange(40) % 3)
    write_idx(tmp_path / "train-images-idx3-ubyte.gz", pixels[..., 0])
    np.save(tmp_path / "floats.npy", pixels / 255)
    for name in ("set.npz", "train-images-idx3-ubyte.gz", "floats.npy"):
        for _ in range(2):
            images = read(tmp_path / name)
            assert is_kept(images, cache)
            assert np.array_equal(images.pixels, pixels)
    large = read(tmp_path / "set.npz", size=(16, 16))
    assert is_kept(large, cache)
    assert len(list(cache.iterdir())) == 4
    digits = read("digits", size=(9, 9))
    assert is_kept(digits, cache)
    assert digits.classes == tuple("0123456789")


@pytest.mark.parametrize("damage", ["cut", "gone", "text", "shape"])
def test_a_damaged_cache_is_made_again(tmp_path: Path, cache: Path, damage: str) -> None:
    source = some(tmp_path / "set")
    first = read(source)
    before = fingerprint(first)
    place = next(cache.iterdir())
    if damage == "cut":
        os.truncate(place / "pixels.raw", 100)
    elif damage == "gone":
        (place / "columns.safetensors").unlink()
    elif damage == "text":
        (place / "set.json").write_text("{", encoding="utf-8")
    else:
        told = json.loads((place / "set.json").read_text(encoding="utf-8"))
        (place / "set.json").write_text(json.dumps({**told, "shape": [1]}), encoding="utf-8")
    assert fingerprint(read(source)) == before


def test_without_a_cache_the_set_is_held_in_memory(tmp_path: Path, cache: Path) -> None:
    cache.parent.parent.mkdir()
    cache.parent.write_text("a file where the folder should be", encoding="utf-8")
    images = read(some(tmp_path / "set"))
    assert len(images) == 35
    assert not isinstance(images.pixels, np.memmap)


def test_more_pixels_than_disk_are_told_before_they_are_taken(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pictures(tmp_path / "set", noise(250, 1, 1, 3))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=13_000_000_000))
    error = refusal(tmp_path / "set", size=(4096, 4096))
    assert "12.6 GB" in error.message
    assert "disk" in error.message
    assert error.exit_code == 5
    assert list(cache.iterdir()) == []


def test_a_disk_that_fills_up_is_told(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    error = refusal(some(tmp_path / "set"))
    assert "No space left on device" in error.message
    assert error.exit_code == 5
    assert list(cache.iterdir()) == []


def test_what_was_stopped_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    def stop(done: int, n: int) -> None:
        if done > n / 2:
            raise KeyboardInterrupt

    source = some(tmp_path / "set")
    with pytest.raises(KeyboardInterrupt):
        read(source, progress=stop)
    assert list(cache.iterdir()) == []
    killed = cache / f"{keep.DRAFT}killed"
    killed.mkdir()
    os.utime(killed, (1, 1))
    read(source)
    assert not killed.exists()


# Sizes that people have

WALK = """
import json, sys
from pathlib import Path
import numpy as np
from hinterland.data import fingerprint, read

def memory(kind):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(kind)).split()[1]) * 1024

before = peak = memory("RssAnon")
images = read(Path(sys.argv[1]))
peak = max(peak, memory("RssAnon"))
fingerprint(images)
peak, resident = max(peak, memory("RssAnon")), memory("VmHWM")
total = 0
for batch in np.array_split(np.random.default_rng(0).permutation(len(images)), len(images) // 128):
    total += int(images.pixels[batch].sum())
    peak = max(peak, memory("RssAnon"))
sys.stdout.write(json.dumps([len(images), total, peak - before, resident]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_million_pictures_take_no_more_memory_than_their_columns(tmp_path: Path) -> None:
    """Of random batches, what the system cannot take back counts; of a walk, all of it."""
    grown, resident = {}, {}
    for n in (10_000, 1_000_000):
        path = tmp_path / f"{n}.npy"
        header = {"descr": "|u1", "fortran_order": False, "shape": (n, 28, 28)}
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            file.write(b"\1" * 784)
            file.truncate(file.tell() + (n - 1) * 784)
        done = subprocess.run(
            [sys.executable, "-c", WALK, str(path)], capture_output=True, cwd=ROOT, check=True
        )
        told = json.loads(done.stdout)
        assert told[:2] == [n, 784]
        grown[n], resident[n] = told[2:]
    # A few columns of eight bytes for each picture; its pixels alone would be 784.
    assert grown[1_000_000] - grown[10_000] < 60e6
    assert resident[1_000_000] - resident[10_000] < 120e6


@pytest.mark.slow
def test_of_ten_thousand_pictures_five_hundred_bad_ones_are_listed(tmp_path: Path) -> None:
    good = ("cats", "dogs", "birds")
    pixels = noise(10, 16, 16, 3)
    for name in good:
        write_pictures(tmp_path / name, pixels)
    for index in range(30, 9_500):
        source = tmp_path / good[index % 3] / f"{index % 10:04}.png"
        shutil.copyfile(source, tmp_path / good[index % 3] / f"{index:06}.png")
    sorts = list(bad_pictures.BAD)
    put = {}
    for index in range(500):
        name, sort = good[index % 3], sorts[index % len(sorts)]
        put[f"{name}/{bad_pictures.put(tmp_path / name, sort, f'{index:06}')}"] = sort
    told: list[tuple[int, int]] = []
    images = read(tmp_path, size=(16, 16), progress=lambda done, n: told.append((done, n)))
    assert len(images) == 9_500
    assert {skipped.source for skipped in images.skipped} == set(put)
    reasons: dict[str, set[str]] = {}
    for skipped in images.skipped:
        assert skipped.reason
        reasons.setdefault(put[skipped.source], set()).add(skipped.reason)
    assert len(reasons) == len(sorts) >= 25
    assert images.labels is not None
    assert np.bincount(images.labels).tolist() == [3166, 3167, 3167]
    assert told == sorted(told)


@pytest.mark.parametrize("sort", bad_pictures.BAD)
def test_each_sort_of_bad_picture_has_its_reason(tmp_path: Path, sort: str) -> None:
    write_pictures(tmp_path, noise(3, 16, 16, 3))
    name = bad_pictures.put(tmp_path, sort, "x")
    images = read(tmp_path)
    assert len(images) == 3
    assert [skipped.source for skipped in images.skipped] == [name]
    assert bad_pictures.BAD[sort][1] in images.skipped[0].reason
