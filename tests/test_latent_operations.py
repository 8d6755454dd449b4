"""Sums, directions, traversals, densities and outliers: each has a law that it keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hinterland.latent.arithmetic import analogy, attribute, separation
from hinterland.latent.axes import averaged, directions, latents_as_axes
from hinterland.latent.density import Mixture, fitted
from hinterland.latent.outliers import outliers
from hinterland.latent.prior import on_sphere, prior
from hinterland.latent.support import Support
from hinterland.latent.surface import Surface
from hinterland.latent.traversal import span, traversal
from tests.surfaces import blobs

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_a_sum_undoes_itself(seed: int) -> None:
    a, b, c = np.random.default_rng(seed).standard_normal((3, 5))
    np.testing.assert_allclose(analogy(b, a, analogy(a, b, c)), c, atol=1e-12)
    np.testing.assert_array_equal(analogy(a, a, c), c)


@given(SEEDS)
def test_an_attribute_is_what_was_added_whatever_goes_with_it(seed: int) -> None:
    """Nine of ten that have it are of group 1, one of ten that lack it."""
    rng = np.random.default_rng(seed)
    added, group_shift = rng.standard_normal((2, 4))
    group = np.arange(40) % 2
    has = np.where(np.arange(40) % 20 < 18, group == 1, group == 0)
    codes = has[:, None] * added + group[:, None] * group_shift
    np.testing.assert_allclose(attribute(codes, has, ~has, group), added, atol=1e-12)
    plain = attribute(codes, has, ~has)
    np.testing.assert_allclose(plain - added, 0.8 * group_shift, atol=1e-12)
    np.testing.assert_allclose(attribute(codes, ~has, has), -plain, atol=1e-12)
    rows = np.flatnonzero(has)
    np.testing.assert_array_equal(attribute(codes, rows, np.flatnonzero(~has)), plain)


def test_an_attribute_of_the_place_moves_the_picture() -> None:
    """Latents are factors behind a turn; what sets right from left moves a spot right."""
    rng = np.random.default_rng(0)
    turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    left = rng.uniform(-0.2, 0.2, (200, 3))
    shift = np.array([0.1, 0, 0])
    right = left + shift
    vector = attribute(
        np.concatenate([right, left]) @ turn, np.arange(400) < 200, np.arange(400) >= 200
    )
    spot = np.array([[0.05, -0.1, 0.1]])
    moved = blobs((spot @ turn + vector) @ turn.T)
    np.testing.assert_allclose(moved, blobs(spot + shift), atol=1e-9)


def test_empty_sides_are_refused() -> None:
    with pytest.raises(ValueError, match="need an image"):
        attribute(np.zeros((3, 2)), np.zeros(3, bool), np.ones(3, bool))


@given(SEEDS)
def test_separation_is_the_share_of_pairs_in_order(seed: int) -> None:
    codes = np.random.default_rng(seed).integers(0, 4, (12, 1)).astype(float)
    has = np.arange(12) < 5
    pairs = codes[:5] - codes[5:].T
    true = ((pairs > 0) + (pairs == 0) / 2).mean()
    assert separation(codes, has, ~has, np.ones(1)) == pytest.approx(true)
    assert separation(codes, has, ~has, -np.ones(1)) == pytest.approx(1 - true)


@given(SEEDS, st.integers(1, 6))
def test_directions_of_a_linear_decoder_are_its_singular_vectors(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((9, d))
    metric = averaged(Surface(lambda z: z @ matrix.T), rng.standard_normal((30, d)))
    found = directions(metric)
    _, sizes, vectors = np.linalg.svd(matrix)
    np.testing.assert_allclose(found.weights, sizes, atol=1e-7)
    np.testing.assert_allclose(np.abs((found.vectors * vectors[:d]).sum(1)), 1, atol=1e-6)


def test_directions_find_the_factors_of_a_picture_behind_a_turn() -> None:
    rng = np.random.default_rng(0)
    turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    codes = rng.uniform(-0.15, 0.15, (400, 3)) @ turn
    found = directions(averaged(Surface(lambda z: blobs(z @ turn.T)), codes))
    best = np.abs(found.vectors @ turn.T).max(1)
    assert best.min() > 0.99


@given(SEEDS, st.integers(1, 5))
def test_a_step_of_one_deviation_changes_what_is_told_and_places_are_counted_in_steps(
    seed: int, d: int
) -> None:
    rng = np.random.default_rng(seed)
    matrix, mix = rng.standard_normal((7, d)), rng.standard_normal((d, d))
    codes = rng.standard_normal((50, d)) @ mix
    found = directions(matrix.T @ matrix, codes)
    np.testing.assert_allclose(
        np.linalg.norm(found.vectors @ matrix.T, axis=1), found.weights, rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(found.places(codes).std(0, ddof=1), 1, rtol=1e-6)
    np.testing.assert_allclose(found.duals @ found.vectors.T, np.eye(d), atol=1e-6)


def test_latents_that_do_not_vary_are_no_directions() -> None:
    rng = np.random.default_rng(0)
    codes = rng.standard_normal((60, 3)) * [1, 0, 2]
    found = directions(np.eye(3), codes)
    assert found.weights[2] == pytest.approx(0, abs=1e-12)
    assert np.isfinite(found.vectors).all()
    assert np.isfinite(found.duals).all()
    np.testing.assert_allclose(found.vectors[:2, 1], 0, atol=1e-12)


@given(SEEDS, st.integers(2, 5))
def test_a_traversal_moves_one_place_and_keeps_the_others(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    codes, start = rng.standard_normal((40, d)), rng.standard_normal(d)
    plain = latents_as_axes(np.arange(d))
    assert plain.vectors[0].argmax() == d - 1
    for axes in (plain, directions(np.diag(np.arange(1.0, d + 1)), codes)):
        low, high = span(codes, axes)
        walks = traversal(start, axes, low, high, 5)
        assert walks.shape == (d, 5, d)
        places = axes.places(walks)
        for i in range(d):
            np.testing.assert_allclose(places[i, :, i], np.linspace(low[i], high[i], 5), atol=1e-8)
            others = np.delete(places[i], i, axis=1)
            np.testing.assert_allclose(
                others, np.tile(np.delete(axes.places(start), i), (5, 1)), atol=1e-8
            )


def test_a_density_of_one_gaussian_is_that_gaussian() -> None:
    mean, spread = np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 0.5]])
    one = Mixture(np.ones(1), mean[None], spread[None])
    z = np.random.default_rng(0).standard_normal((10, 2))
    apart = z - mean
    true = -0.5 * np.einsum("ni,ij,nj->n", apart, np.linalg.inv(spread), apart)
    true -= np.log(2 * np.pi * np.sqrt(np.linalg.det(spread)))
    np.testing.assert_allclose(one.log_density(z), true, atol=1e-10)
    drawn = one.sample(40_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(0), mean, atol=0.03)
    np.testing.assert_allclose(np.cov(drawn.T), spread, atol=0.05)


def test_a_fitted_density_integrates_to_one_and_is_high_where_codes_are() -> None:
    rng = np.random.default_rng(0)
    codes = np.concatenate([rng.standard_normal((150, 2)) * 0.3 + c for c in ([-2, 0], [2, 1])])
    found = fitted(codes, parts=4)
    xs = np.linspace(-6, 6, 240)
    grid = np.stack(np.meshgrid(xs, xs), -1).reshape(-1, 2)
    assert np.exp(found.log_density(grid)).sum() * (xs[1] - xs[0]) ** 2 == pytest.approx(
        1, rel=1e-3
    )
    assert found.log_density(codes).min() > found.log_density(np.zeros((1, 2)))[0]
    drawn = found.sample(500, np.random.default_rng(0))
    assert np.median(Support(codes).distance(drawn)) < 3
    again = fitted(codes, parts=4).sample(500, np.random.default_rng(0))
    np.testing.assert_array_equal(drawn, again)


@pytest.mark.parametrize("n", [2, 5, 25])
def test_few_or_equal_codes_have_a_density_too(n: int) -> None:
    for codes in (np.zeros((n, 3)), np.random.default_rng(0).standard_normal((n, 3))):
        found = fitted(codes)
        assert np.isfinite(found.log_density(codes)).all()
        assert np.isfinite(found.sample(7, np.random.default_rng(0))).all()


def test_a_prior_is_normal_or_on_the_sphere() -> None:
    rng = np.random.default_rng(0)
    drawn = prior(20_000, 3, rng)
    np.testing.assert_allclose(np.cov(drawn.T), np.eye(3), atol=0.05)
    round_ = prior(500, 3, rng, sphere=True)
    assert on_sphere(round_)
    assert not on_sphere(drawn)
    assert np.abs(round_.mean(0)).max() < 0.1


@settings(max_examples=20)
@given(SEEDS)
def test_an_outlier_is_the_one_far_from_a_cloud_at_any_scale(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.standard_normal((60, 3))
    codes[17] = 25
    told = outliers(codes)
    assert told.argmax() == 17
    assert told[17] > 3
    # a power of two changes no rounding, and so no choice between neighbours that are as near
    np.testing.assert_allclose(outliers(codes * 1024), told, rtol=1e-9)
    moved = outliers(codes * 1000 + 5)
    assert np.median(np.abs(moved / told - 1)) < 1e-5
    assert moved.argmax() == 17


def test_in_a_lattice_nobody_is_an_outlier_and_twins_are_none() -> None:
    around = np.arange(40) * 2 * np.pi / 40
    ring = np.stack([np.cos(around), np.sin(around)], 1)
    np.testing.assert_allclose(outliers(ring, 4), 1, rtol=1e-4)
    np.testing.assert_array_equal(outliers(np.ones((20, 2)), 4), 1)
    np.testing.assert_array_equal(outliers(np.ones((1, 2))), 1)


def test_distance_from_the_codes_is_in_their_usual_spacings() -> None:
    line = np.arange(100.0)[:, None] * 0.5
    support = Support(line)
    assert support.spacing == pytest.approx(0.5)
    np.testing.assert_allclose(support.distance(np.array([[10.0], [10.25], [-5.0]])), [0, 0.5, 10])
    s, slope = support.excess(np.array([[25.0], [-5.0]]), support.radius)
    assert s[0] == 0
    assert slope[0, 0] == 0
    step = 1e-5
    ahead, _ = support.excess(np.array([[-5.0 + step]]), support.radius)
    assert (ahead[0] - s[1]) / step == pytest.approx(slope[1, 0], rel=1e-3)
