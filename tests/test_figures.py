"""Figures are what a paper takes: every kind, in every form, the same each time, and honest."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hinterland.run import Run
from hinterland.show.figures import FIGURES, figure
from hinterland.show.palette import FEW, MANY, THEMES
from hinterland.show.reader import Reader
from hinterland.show.walks import ends
from hinterland.types import HinterlandError, Images
from tests.conftest import ROOT, Command, made_up, record

KINDS = [kind for kind in FIGURES if kind not in ("pixels-vs-latents", "league")]


@pytest.fixture(scope="module")
def reader(trained: Run, images: Images) -> Reader:
    return Reader(trained, images=lambda: images)


def drawn(kind: str, reader: Reader, path: Path, **more) -> bytes:
    figure(kind, [reader], path, **more)
    return path.read_bytes()


@pytest.mark.parametrize(("width", "pixels"), [("single", 1050), ("double", 2100)])
def test_a_figure_is_exactly_a_column_or_both_wide(
    reader: Reader, tmp_path: Path, width: str, pixels: int
) -> None:
    content = drawn("latents", reader, tmp_path / "a.png", options={"width": width})
    picture = Image.open(io.BytesIO(content))
    assert picture.width == pixels
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_the_same_call_gives_the_same_bytes_and_says_what_made_them(
    reader: Reader, tmp_path: Path, form: str
) -> None:
    first = drawn("losses", reader, tmp_path / f"a.{form}")
    assert drawn("losses", reader, tmp_path / f"b.{form}") == first
    if form == "png":
        told = Image.open(io.BytesIO(first)).info["Description"]
    elif form == "svg":
        told = re.search(r"<dc:description>(.*?)</dc:description>", first.decode())[1]
        assert "date" not in first.decode().lower()
    else:
        assert first.startswith(b"%PDF")
        assert b"CreationDate" not in first
        return
    assert told.startswith("trained · made up · vae, 2 latents · epoch 2, training seed 3")
    assert "hinterland " in told
    assert str(tmp_path.parent) not in told


def test_another_seed_shows_other_images(reader: Reader, tmp_path: Path) -> None:
    options = {"count": 4, "width": "single"}
    a, b = (
        drawn("reconstructions", reader, tmp_path / "a.png", seed=seed, options=options)
        for seed in (0, 1)
    )
    assert a != b


def test_a_dark_figure_is_on_dark_paper(reader: Reader, tmp_path: Path) -> None:
    for theme in ("light", "dark"):
        content = drawn("losses", reader, tmp_path / "a.png", theme=theme)
        corner = Image.open(io.BytesIO(content)).convert("RGB").getpixel((2, 2))
        assert "#{:02x}{:02x}{:02x}".format(*corner) == THEMES[theme].paper


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda r, p: figure("latent", [r], p / "a.png"), "there is no figure 'latent'"),
        (lambda r, p: figure("latents", [r], p / "a.jpg"), "does not end in .png"),
        (lambda r, p: figure("latents", [r], p / "no" / "a.png"), "cannot be written"),
        (lambda r, p: figure("latents", [r, r], p / "a.png"), "shows one run; got 2"),
        (lambda r, p: figure("latents", [r], p / "a.png", theme="drak"), "no theme 'drak'"),
        (
            lambda r, p: figure("manifold", [r], p / "a.png", options={"step": 3}),
            "has no option 'step'",
        ),
        (
            lambda r, p: figure("manifold", [r], p / "a.png", options={"steps": "x"}),
            "is a whole number; got 'x'",
        ),
        (
            lambda r, p: figure("manifold", [r], p / "a.png", options={"map": "tsen"}),
            "has no map 'tsen'",
        ),
        (lambda r, p: figure("latents", [r], p / "a.png", options={"dims": 3}), "no map of 3"),
        (
            lambda r, p: figure("arithmetic", [r], p / "a.png", options={"a": "z"}),
            "has no class 'z'",
        ),
        (
            lambda r, p: figure("league", [r], p / "a.png", options={"metrics": "mes"}),
            "no metric 'mes'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line_and_leaves_nothing(
    reader: Reader, tmp_path: Path, ask: Callable[[Reader, Path], None], message: str
) -> None:
    with pytest.raises(HinterlandError) as raised:
        ask(reader, tmp_path)
    assert message in raised.value.message
    assert raised.value.hint or "got" in raised.value.message
    assert list(tmp_path.iterdir()) == []


def test_a_territory_needs_a_classifier_and_says_so(trained: Run, tmp_path: Path) -> None:
    shutil.copytree(trained.path, tmp_path / "run")
    (tmp_path / "run" / "model" / "classifier.json").unlink(missing_ok=True)
    with pytest.raises(HinterlandError, match="has no classifier"):
        figure("territory", [Reader(Run.open(tmp_path / "run"))], tmp_path / "a.png")


def test_colours_are_the_pages() -> None:
    page = (ROOT / "web" / "src" / "palette.ts").read_text()
    few = re.search(r"const FEW = \[(.*?)\];", page)[1]
    many = re.search(r"const MANY = \[(.*?)\];", page, re.DOTALL)[1]
    assert tuple(re.findall(r"#[0-9a-f]{6}", few)) == FEW
    assert tuple(re.findall(r"#[0-9a-f]{6}", many)) == MANY


def test_pairs_are_held_out_images_of_different_classes(reader: Reader) -> None:
    pairs = ends(reader, 5, np.random.default_rng(1))
    assert len(pairs) == 5
    assert all(reader.held_out[i] for pair in pairs for i in pair)
    assert all(reader.labels[a] != reader.labels[b] for a, b in pairs)


def test_the_command_writes_the_file_and_tells_of_it(typed: Command, trained: Run) -> None:
    words = ("latents", str(trained.path), "-o", "a.svg", "--json", "--epoch", "best")
    told = json.loads(typed("figure", *words).stdout)
    assert told["file"] == "a.svg"
    assert (
        "did you mean 'manifold'"
        in typed(*("figure", "manyfold", str(trained.path), "-o", "a.png"), status=2).stderr
    )


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_in_both_themes(reader: Reader, tmp_path: Path, kind: str, theme: str) -> None:
    content = drawn(kind, reader, tmp_path / "a.png", theme=theme)
    picture = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
    assert picture.std() > 5, "an empty figure"


@pytest.mark.slow
def test_pixels_vs_latents_keeps_its_maps_in_the_run(trained: Run, tmp_path: Path) -> None:
    shutil.copytree(trained.path, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    options = {"projection": "pca"}
    figure("pixels-vs-latents", [Reader(run)], tmp_path / "a.png", options=options)
    assert {told["of"] for told in run.maps().values()} == {"latents", "pixels"}
    said: list[str] = []
    figure("pixels-vs-latents", [Reader(run)], tmp_path / "b.png", options=options, say=said.append)
    assert said == []
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.slow
def test_a_league_of_two_runs(reader: Reader, images: Images, tmp_path: Path) -> None:
    other = Reader(record(tmp_path / "pca", images, model="pca"), images=lambda: images)
    figure("league", [reader, other], tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width == 2100


ODD = {
    "colour": (made_up(60, (6, 8, 3)), "vae", 2),
    "no-labels": (
        dataclasses.replace(made_up(60, (8, 8, 1)), labels=None, classes=()),
        "denoising",
        2,
    ),
    "one-latent": (made_up(60, (8, 8, 1)), "dense", 1),
    "five-latents": (made_up(60, (8, 8, 1)), "vae", 5),
    "hundred-classes": (
        dataclasses.replace(
            made_up(300, (8, 8, 1)),
            labels=np.arange(300) % 100,
            classes=tuple(f"class number {i}" for i in range(100)),
        ),
        "vae",
        3,
    ),
}
# what a run of one latent, or without classes, cannot have
REFUSED = {
    ("one-latent", "territory"),
    ("one-latent", "distortion"),
    ("no-labels", "territory"),
}


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
def test_every_figure_of_unusual_runs(tmp_path: Path, odd: str) -> None:
    images, model, d = ODD[odd]
    run = record(tmp_path / "run", images, model=model, d=d, epochs=1)
    reader = Reader(run, images=lambda: images)
    for kind in KINDS:
        if (odd, kind) in REFUSED:
            with pytest.raises(HinterlandError):
                drawn(kind, reader, tmp_path / "a.png")
        else:
            assert drawn(kind, reader, tmp_path / "a.png", options={"width": "single"})
    if d != 1:
        assert drawn(
            "latents", reader, tmp_path / "a.pdf", options={"markers": "images", "dims": 2}
        )
