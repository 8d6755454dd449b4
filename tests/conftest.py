"""What the tests share: made-up images, a run of two epochs, the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import torch
from hypothesis import settings
from playwright.sync_api import Browser
from safetensors.numpy import load

from hinterland.cli import main
from hinterland.run import Run
from hinterland.train import Settings, begin, train
from hinterland.types import Images

ROOT = Path(__file__).parent.parent
# About how many quick tests one of these takes as long as. What compiles comes before all others:
# those that call the same find it compiled.
LONG = {"compiles": 1000, "browser": 100, "slow": 40}

settings.register_profile("untimed", deadline=None)  # no test fails because a machine is slow
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: at the end nobody waits for the other who has just begun one."""
    weight: Counter[Path] = Counter()
    for item in items:
        weight[item.path] += max((LONG.get(m.name, 1) for m in item.iter_markers()), default=1)
    items.sort(key=lambda item: -weight[item.path])


def made_up(n: int, shape: tuple[int, int, int], seed: int = 0) -> Images:
    """Soft blobs, their class is the quadrant they lie in; every fifth is held out."""
    rng = np.random.default_rng(seed)
    h, w, c = shape
    labels = rng.integers(4, size=n)
    y = (labels // 2 + rng.uniform(0.2, 0.8, n)) * h / 2
    x = (labels % 2 + rng.uniform(0.2, 0.8, n)) * w / 2
    rows, columns = np.mgrid[:h, :w]
    far = (rows - y[:, None, None]) ** 2 + (columns - x[:, None, None]) ** 2
    grey = 255 * np.exp(-far / (h * w / 16))
    tint = rng.uniform(0.5, 1, (n, 1, 1, c))
    pixels = (grey[..., None] * tint).astype(np.uint8)
    return Images(pixels, labels, ("a", "b", "c", "d"), np.arange(n) % 5 == 0)


# Two threads waiting for each other on a busy machine make small steps a hundred times slower.
torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def unhurried_disk() -> Iterator[None]:
    """Nothing is flushed to the disk: only a machine that loses its power could tell."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield


@pytest.fixture(scope="session")
def images() -> Images:
    return made_up(100, (8, 8, 1))


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory, images: Images) -> Run:
    return record(tmp_path_factory.mktemp("runs") / "trained", images, epochs=2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, untouched: Run) -> Run:
    """A finished run of two epochs of a VAE with two latents: a module's own.

    Read it, do not change it; a command that looks at it may add maps.
    """
    place = tmp_path_factory.mktemp("runs") / "trained"
    shutil.copytree(untouched.path, place)
    return Run.open(place)


def record(path: Path, images: Images, **asked: Any) -> Run:
    """A finished run of made-up images; asked: as of `begun`."""
    run = begun(path, images, **asked)
    for _ in train(run, images):
        pass
    return run


# Pictures of 8 x 8 want no layers of 512: a tenth of the weights is written, packed and sent.
SMALL: dict[str, dict[str, Any]] = {"vae": {"widths": (96, 64)}}


def begun(
    path: Path,
    images: Images,
    *,
    model: str = "vae",
    d: int = 2,
    epochs: int = 2,
    lr: float = 1e-3,
    small: bool = True,
) -> Run:
    told = Settings(epochs=epochs, batch_size=16, learning_rate=lr, seed=3, device="cpu")
    options = SMALL.get(model) if small else None
    asked = {"model": model, "latent_dim": d, "options": options, "settings": told}
    return begin(path, images, source="made up", **asked)


def frame(run: Run, name: str, epoch: int) -> dict[str, np.ndarray]:
    """A map as it is on disk: its `points`, (n, dims), and what its way back needs."""
    return load((run.path / "maps" / name / f"{epoch:04}.safetensors").read_bytes())


def labels(run: Run) -> np.ndarray:
    """The class of each image on the map, (n,)."""
    return load((run.path / "images" / "channels.safetensors").read_bytes())["label"]


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hinterland(tmp_path: Path) -> Command:
    """Run the program in an empty folder with an empty HOME, as a newcomer would."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)

    def run(*words: str, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "hinterland", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(home) | more,
            timeout=300,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """As `hinterland`, but in this process, which has imported everything already."""
    (tmp_path / "home").mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(words))
        out, err = capsys.readouterr()
        assert (left.value.code or 0) == status, out + err
        return subprocess.CompletedProcess(words, status, out, err)

    return run


def call(*words: str) -> None:
    """Run a command in this process; it must end well."""
    with pytest.raises(SystemExit) as left:
        main(list(words))
    assert not left.value.code, words


def environment(home: Path) -> dict[str, str]:
    names = ("PATH", "PYTHONPATH", "HINTERLAND_DATA")
    kept = {key: os.environ[key] for key in names if key in os.environ}
    return {**kept, "HOME": str(home), "PYTHONWARNINGS": "default"}


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The folder of the built page: `make page` makes it, and `make test` makes it first."""
    page = ROOT / "hinterland" / "show" / "static"
    assert (page / "index.html").is_file(), "the page is not built: make page"
    return page


@pytest.fixture(scope="module")
def browser(built_page: Path) -> Iterator[Browser]:
    """A headless Chromium that may look at the built page."""
    from tests.browsing import chromium  # which has from here what it opens runs with

    assert built_page.is_dir()
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def two_maps(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a map with depth and a flat one, with classes and a classifier. Only read it."""
    from tests.manners import made_with_two_maps

    return made_with_two_maps(tmp_path_factory.mktemp("manners") / "run")


@pytest.fixture(scope="module")
def proxied(two_maps: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where it is looked at, below a path: what works there works with relative addresses alone."""
    from tests.browsing import opened

    with opened(two_maps.path, tmp_path_factory.mktemp("server") / "home", behind="proxy") as url:
        assert len(urlsplit(url).path) > 1
        yield url
