"""A run in Python: arrays in, arrays out, without torch; what the page about it shows runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import hinterland
from hinterland import data
from hinterland.run import Run
from hinterland.show.operations import PATHS
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, Images
from tests.conftest import ROOT, made_up, record

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Five latents, so that they are not a map by themselves."""
    path = tmp_path_factory.mktemp("runs") / "five"
    return hinterland.load(record(path, made_up(200, (8, 8, 1)), d=5, epochs=1).path)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("examples")
    record(place / "runs" / "digits", data.read("digits"), d=4, epochs=1)
    return place


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_of_the_page_runs(
    digits: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(digits)
    code = compile(EXAMPLES[number], f"docs/python.md, example {number}", "exec")
    exec(code, {"__name__": "__main__"})


@pytest.mark.slow
def test_it_reads_no_torch_and_no_server(trained: Run) -> None:
    script = (
        "import sys, numpy as np, hinterland\n"
        "run = hinterland.load(sys.argv[1])\n"
        "z = run.latents\n"
        "run.decode(run.interpolate(z[0], z[1])); run.encode(run.pictures([0]))\n"
        "run.sample(3); run.directions(); run.outliers(); run.distortion(8)\n"
        "assert not {'torch', 'onnx', 'uvicorn', 'starlette', 'matplotlib'} & set(sys.modules)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script, str(trained.path)], check=True, env=environment)


def test_every_path_goes_from_one_latent_to_the_other(run: Reader) -> None:
    a, b = run.latents[3], run.latents[8]
    linear = run.route(a, b, "linear")
    np.testing.assert_array_equal(run.interpolate(a, b, 5, "linear"), run.stepped(linear, 5))
    for path in PATHS:
        route = run.route(a, b, path)
        way = run.stepped(route, 7)
        assert way.dtype == np.float32
        assert way.shape == (7, 5)
        np.testing.assert_allclose(way[[0, -1]], [a, b], atol=1e-6)
        assert route.path == ("supported" if path == "auto" else path)
        assert route.straight == pytest.approx(linear.length, rel=1e-3)
        assert 0 < route.farthest < 100
        assert route.path in str(route)
        assert "spacings from the data" in str(route)
        assert path != "geodesic" or route.length <= linear.length
        assert path != "examples" or (route.rows[0], route.rows[-1]) == (3, 8)


def test_with_two_latents_the_usual_path_is_the_geodesic(trained: Run) -> None:
    two = hinterland.load(trained)
    assert two.route(two.latents[0], two.latents[1]).path == "geodesic"
    with pytest.raises(HinterlandError, match="spherical path needs at least 4 latents"):
        two.interpolate(two.latents[0], two.latents[1], path="spherical")


def test_a_direction_is_of_a_class_a_selection_or_rows(run: Reader) -> None:
    labels = run.labels
    a, b = (run.latents[labels == i].astype(float).mean(0) for i in (0, 1))
    np.testing.assert_allclose(run.direction("a", "b"), a - b, atol=1e-5)
    rows = np.flatnonzero(labels == 0)
    np.testing.assert_array_equal(run.direction(rows, "b"), run.direction(labels == 0, labels == 1))
    others = run.latents[labels != 0].astype(float).mean(0)
    np.testing.assert_allclose(run.direction("a"), a - others, atol=1e-5)
    weighed = run.direction(run.held_out, beside="label")
    np.testing.assert_array_equal(weighed, run.direction(run.held_out, beside=labels))
    a, b, c = run.latents[:3]
    np.testing.assert_allclose(run.arithmetic(a, b, c), a - b + c, atol=1e-6)


def test_walks_go_along_latents_directions_or_a_vector(run: Reader) -> None:
    start = run.latents[4]
    along = run.traverse(start, steps=5)
    assert along.shape == (5, 5, 5)
    assert sorted((np.ptp(walk, axis=0) > 1e-6).sum() for walk in along) == [1] * 5
    assert run.traverse(start, "directions", 3).shape == (5, 3, 5)
    vector = run.direction("a", "b")
    walk = run.traverse(start, vector, 4)[0]
    steps = np.diff(walk, axis=0)
    np.testing.assert_allclose(
        steps / np.linalg.norm(steps, axis=1, keepdims=True),
        np.tile(vector / np.linalg.norm(vector), (3, 1)),
        atol=1e-4,
    )
    found = run.directions()
    assert (np.diff(found.weights) <= 0).all()
    assert not np.allclose(run.directions(at=start).weights, found.weights)


def test_neighbours_draws_densities_and_outliers(run: Reader) -> None:
    rows, far = run.nearest(run.latents[:3], 4)
    np.testing.assert_array_equal(rows[:, 0], [0, 1, 2])
    assert (np.diff(far, axis=1) >= 0).all()
    assert run.sample(6).shape == run.sample(6, "prior").shape == (6, 5)
    np.testing.assert_array_equal(run.sample(6, seed=3), run.sample(6, seed=3))
    assert not np.array_equal(run.sample(6, seed=3), run.sample(6, seed=4))
    assert run.density().shape == run.outliers().shape == (200,)
    away = run.latents[:1] + 100
    assert run.density(away)[0] < run.density().min()


def test_distortion_is_measured_on_maps_flat_and_bent(run: Reader) -> None:
    told = run.distortion(12)
    assert told.values.shape == (len(told.ys), 12)
    assert told.metric.shape == (*told.values.shape, 2, 2)
    assert abs(np.median(told.values)) < 1e-9
    assert (np.diff(told.ys) < 0).all()


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (
            lambda r: r.interpolate(r.latents[0], r.latents[1], path="near"),
            "no path 'near'",
        ),
        (lambda r: r.interpolate(np.zeros(3), r.latents[1]), "a latent of this run has 5 numbers"),
        (lambda r: r.nearest(np.full((1, 5), np.nan)), "must be finite"),
        (lambda r: r.direction("z"), "no class 'z'"),
        (lambda r: r.direction([500]), "rows below 200"),
        (lambda r: r.direction(np.zeros(200, bool)), "both sides of a direction need an image"),
        (lambda r: r.traverse(r.latents[0], "sideways"), "no axes 'sideways'"),
        (lambda r: r.traverse(r.latents[0], np.zeros(5)), "leads nowhere"),
        (lambda r: r.sample(3, "posterior"), "no density 'posterior'"),
        (lambda r: r.distortion(1), "steps are from 2"),
        (lambda r: r.figure("latent", "a.png"), "no figure 'latent'"),
    ],
)
def test_what_makes_no_sense_is_said(
    run: Reader, ask: Callable[[Reader], object], error: str
) -> None:
    with pytest.raises(HinterlandError, match=re.escape(error)):
        ask(run)


def test_a_run_that_moved_finds_its_images_where_they_are_said_to_be(
    tmp_path: Path, images: Images
) -> None:
    np.savez(tmp_path / "own.npz", images=images.pixels, labels=images.labels)
    path = record(tmp_path / "run", images).path
    with pytest.raises(HinterlandError):
        hinterland.load(path).whole()  # they were made up in memory
    there = hinterland.load(path, images=tmp_path / "own.npz").whole()
    np.testing.assert_array_equal(there.pixels, images.pixels)
    shutil.rmtree(path)
    with pytest.raises(HinterlandError, match="no run at"):
        hinterland.load(path)
