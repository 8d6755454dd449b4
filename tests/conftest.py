"""What the tests share: made-up images, a run of two epochs, the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import settings
from playwright.sync_api import Browser

from hinterland.run import Run
from hinterland.train import Settings, begin, train
from hinterland.types import Images

ROOT = Path(__file__).parent.parent

settings.register_profile("untimed", deadline=None)  # no test fails because a machine is slow
settings.load_profile("untimed")


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


@pytest.fixture(scope="session")
def images() -> Images:
    return made_up(100, (8, 8, 1))


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, images: Images) -> Run:
    """A finished run of two epochs of a VAE with two latents. Read it, do not change it."""
    return record(tmp_path_factory.mktemp("runs") / "trained", images, epochs=2)


def record(path: Path, images: Images, *, model: str = "vae", d: int = 2, epochs: int = 2) -> Run:
    run = begun(path, images, model=model, d=d, epochs=epochs)
    for _ in train(run, images):
        pass
    return run


def begun(
    path: Path, images: Images, *, model: str = "vae", d: int = 2, epochs: int = 2, lr: float = 1e-3
) -> Run:
    settings = Settings(epochs=epochs, batch_size=16, learning_rate=lr, seed=3, device="cpu")
    return begin(path, images, source="made up", model=model, latent_dim=d, settings=settings)


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hinterland(tmp_path: Path) -> Command:
    """Run the program in an empty folder with an empty HOME, as a newcomer would."""
    home = tmp_path / "home"
    home.mkdir()

    def run(*words: str, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "hinterland", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(home) | more,
            timeout=150,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return run


def environment(home: Path) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HINTERLAND_DATA") if key in os.environ}
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
