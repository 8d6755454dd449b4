"""What is asked of every projection: steady frames, and an exact way back where it promises one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.project import PROJECTIONS, choose, make, timeline
from hinterland.project.align import rotation
from hinterland.types import HinterlandError, Projection

every_projection = pytest.mark.parametrize("name", PROJECTIONS)
both_dims = pytest.mark.parametrize("dims", [2, 3])


def cloud(n: int, d: int, seed: int = 0) -> np.ndarray:
    """Latents whose directions differ in spread, so that a projection has something to find."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((n, d)) * np.linspace(3, 0.5, d) + 1).astype(np.float32)


def turned(points: np.ndarray, seed: int) -> np.ndarray:
    k = points.shape[1]
    q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((k, k)))
    return (points @ q).astype(np.float32)


def suited(name: str, dims: int) -> tuple[Projection, np.ndarray]:
    return make(name, {"dims": dims}), cloud(200, dims if name == "plane" else 16)


@every_projection
@both_dims
def test_points_are_finite_and_the_same_at_every_call(name: str, dims: int) -> None:
    projection, latents = suited(name, dims)
    layout = projection.fit(latents)
    assert layout.points.shape == (200, dims)
    assert layout.points.dtype == np.float32
    assert np.isfinite(layout.points).all()
    assert np.array_equal(layout.points, projection.fit(latents).points)


@every_projection
@both_dims
def test_the_way_back_and_forth_returns_every_spot(name: str, dims: int) -> None:
    projection, latents = suited(name, dims)
    layout = projection.fit(latents, onto=projection.fit(turned(latents, 1)).points)
    told = layout.tensors()
    spots = np.random.default_rng(1).uniform(-9, 9, (50, dims)).astype(np.float32)
    there = layout.to_latent(spots)
    np.testing.assert_allclose((there - told["centre"]) @ told["axes"].T, spots, atol=1e-4)
    np.testing.assert_allclose(told["centre"] + spots @ told["axes"], there, atol=1e-5)


@both_dims
def test_the_plane_is_the_latent_space_itself(dims: int) -> None:
    projection, latents = suited("plane", dims)
    assert np.array_equal(projection.fit(latents).points, latents)
    layout = projection.fit(latents, onto=turned(latents, 3))
    np.testing.assert_allclose(layout.to_latent(layout.points), latents, atol=1e-5)


@both_dims
def test_pca_keeps_as_much_as_any_sheet_can(dims: int) -> None:
    projection, latents = suited("pca", dims)
    layout = projection.fit(latents)
    lost = ((layout.to_latent(layout.points) - latents) ** 2).sum()
    values = np.linalg.svd(latents - latents.mean(0), compute_uv=False)
    assert lost == pytest.approx((values[dims:] ** 2).sum(), rel=1e-4)


@every_projection
@both_dims
@given(seed=st.integers(0, 1000))
def test_epochs_that_differ_by_a_turn_stand_still(name: str, dims: int, seed: int) -> None:
    projection, latents = suited(name, dims)
    frames = dict(timeline(projection, [(2, latents), (1, turned(latents, seed)), (0, latents)]))
    for epoch in (0, 1):
        np.testing.assert_allclose(frames[epoch].points, frames[2].points, atol=2e-3)


@every_projection
def test_growth_and_collapse_of_the_latents_are_shown_not_hidden(name: str) -> None:
    projection, latents = suited(name, 2)
    frames = dict(timeline(projection, [(1, latents), (0, latents / 10)]))
    ratio = frames[0].points.std() / frames[1].points.std()
    assert ratio == pytest.approx(0.1, rel=1e-3)


@given(k=st.integers(2, 3), seed=st.integers(0, 1000))
def test_a_turn_is_found_and_is_only_a_turn(k: int, seed: int) -> None:
    points = cloud(50, k, seed)
    r = rotation(points, turned(points, seed))
    np.testing.assert_allclose(r @ r.T, np.eye(k), atol=1e-9)
    np.testing.assert_allclose(points @ r, turned(points, seed), atol=1e-4)


def test_points_that_are_all_one_have_a_map() -> None:
    for name in PROJECTIONS:
        layout = make(name, {"dims": 2}).fit(np.ones((5, 2), np.float32))
        assert np.isfinite(layout.points).all()


def test_what_is_chosen_for_a_latent_size() -> None:
    assert [choose(d) for d in (2, 3, 16)] == [("plane", 2), ("plane", 3), ("pca", 2)]


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(HinterlandError, match="these have 5"):
        make("plane", {"dims": 2}).fit(cloud(9, 5))
    with pytest.raises(HinterlandError, match="2 or 3 dimensions"):
        make("pca", {"dims": 4})
    with pytest.raises(HinterlandError, match="no option 'dim'"):
        make("pca", {"dim": 2})
