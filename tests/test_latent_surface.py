"""A decoder's metric is that of the surface it draws: closed forms, and a trained decoder's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.latent.magnification import (
    areal_distortion,
    grid_metric,
    indicatrices,
    magnification,
)
from hinterland.latent.surface import Surface, refined, scale_of
from tests.surfaces import sphere, stereographic, swiss_roll

SEEDS = st.integers(0, 2**32 - 1)


def spots(seed: int, n: int = 20, d: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1.4, 1.4, (n, d))


@given(SEEDS, st.integers(1, 6))
def test_a_linear_decoder_has_one_metric_everywhere(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, shift = rng.standard_normal((9, d)), rng.standard_normal(9)
    metric = Surface(lambda z: z @ matrix.T + shift).metric(spots(seed, d=d))
    np.testing.assert_allclose(metric, np.broadcast_to(matrix.T @ matrix, metric.shape), atol=1e-8)


@given(SEEDS)
def test_the_sphere_the_roll_and_the_stereographic_sphere(seed: int) -> None:
    z = spots(seed)
    u = z[:, 0]
    zero, one = np.zeros_like(u), np.ones_like(u)

    def diagonal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.stack([np.stack([a, zero], 1), np.stack([zero, b], 1)], 1)

    conformal = 4 / (1 + (z**2).sum(1)) ** 2
    for f, true in (
        (sphere, diagonal(one, np.cos(u) ** 2)),
        (swiss_roll, diagonal(1 + u**2, one)),
        (stereographic, diagonal(conformal, conformal)),
    ):
        np.testing.assert_allclose(Surface(f).metric(z), true, atol=1e-8)
    found = 10 ** magnification(Surface(stereographic).metric(z))
    np.testing.assert_allclose(found, conformal, atol=1e-8)
    axes, _ = indicatrices(Surface(stereographic).metric(z))
    np.testing.assert_allclose(axes[:, 0] / axes[:, 1], 1, atol=1e-8)


@given(SEEDS)
def test_other_coordinates_divide_the_magnification_by_their_own(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.standard_normal((2, 2)))
    b = turn * rng.uniform(0.5, 2, 2)
    z = spots(seed)
    other = Surface(lambda at: stereographic(at @ np.linalg.inv(b).T)).metric(z @ b.T)
    plain = magnification(Surface(stereographic).metric(z))
    np.testing.assert_allclose(
        magnification(other), plain - np.log10(abs(np.linalg.det(b))), atol=1e-8
    )


def test_the_area_of_a_disc_of_the_sphere() -> None:
    """4πR² / (1 + R²), summed over a grid of 128 x 128."""
    for radius in (0.5, 1.0, 3.0):
        xs = np.linspace(-radius, radius, 128)
        z = np.stack(np.meshgrid(xs, xs), -1).reshape(-1, 2)
        z = z[(z**2).sum(1) <= radius**2]
        area = (10 ** magnification(Surface(stereographic).metric(z))).sum() * (xs[1] - xs[0]) ** 2
        assert area == pytest.approx(4 * np.pi * radius**2 / (1 + radius**2), rel=0.01)


def test_a_grid_that_is_fine_enough_tells_its_own_metric() -> None:
    xs, ys = np.linspace(-1.5, 1.5, 96), np.linspace(1.5, -1.5, 80)
    z = np.stack(np.meshgrid(xs, ys), -1)
    pictures = stereographic(z.reshape(-1, 2)).reshape(80, 96, 3)
    found = 10 ** magnification(grid_metric(pictures, xs, ys))
    true = 4 / (1 + (z**2).sum(-1)) ** 2
    assert np.abs(found / true - 1)[1:-1, 1:-1].max() < 0.02


def test_a_grid_is_the_same_in_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    xs, ys = np.linspace(-1, 1, 9), np.linspace(1, -1, 11)
    z = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    pictures = swiss_roll(z + 2).reshape(11, 9, 3)
    whole = grid_metric(pictures, xs, ys)
    monkeypatch.setattr("hinterland.latent.magnification.SLAB", 60)
    np.testing.assert_allclose(grid_metric(pictures, xs, ys), whole, atol=1e-12)


def test_what_changes_nothing_is_endlessly_small_and_the_median_is_the_zero() -> None:
    told = magnification(Surface(lambda z: z[:, :1] + 0 * z).metric(spots(0)))
    assert np.isneginf(told).all()
    assert np.median(areal_distortion(np.array([1.0, 3.0, 7.0, -np.inf]))[:3]) == 0


def smooth_decoder() -> tuple[Surface, Surface]:
    """A network in float32 by its differences, and by its exact Jacobian."""
    rng = np.random.default_rng(0)
    inner, outer = rng.standard_normal((3, 64)), rng.standard_normal((64, 100)) / 8

    def decode(z: np.ndarray) -> np.ndarray:
        hidden = np.tanh(z.astype(np.float32) @ inner.astype(np.float32))
        return 1 / (1 + np.exp(-hidden @ outer.astype(np.float32)))

    def jacobian(z: np.ndarray) -> np.ndarray:
        hidden = np.tanh(z @ inner)
        made = 1 / (1 + np.exp(-hidden @ outer))
        return np.einsum("mp,mh,dh,hp->mpd", made * (1 - made), 1 - hidden**2, inner, outer)

    return Surface(decode), Surface(decode, jacobian=jacobian)


def test_differences_in_single_precision_are_the_jacobian() -> None:
    by_differences, exact = smooth_decoder()
    z = spots(3, 200, 3)
    a, b = (10 ** magnification(s.metric(z)) for s in (by_differences, exact))
    assert np.abs(a / b - 1).max() < 1e-3


@given(SEEDS, st.integers(2, 20))
def test_an_even_way_keeps_its_ends_and_its_steps_are_equal(seed: int, steps: int) -> None:
    way = spots(seed, 6)
    surface = Surface(stereographic)
    even = surface.even(way, steps, fine=64)
    np.testing.assert_array_equal(even[[0, -1]], way[[0, -1]])
    assert even.shape == (steps, 2)
    straight = np.linspace([0, 0], [3, 4], 7) ** 2  # uneven steps along a line
    apart = np.linalg.norm(np.diff(Surface(lambda z: z).even(straight, 11), axis=0), axis=1)
    np.testing.assert_allclose(apart, apart.mean(), rtol=1e-6)


def test_refining_a_way_keeps_its_corners() -> None:
    way = spots(1, 4)
    np.testing.assert_allclose(refined(way, 5)[::5], way)
    assert scale_of(2 * way) == pytest.approx(2 * scale_of(way))
