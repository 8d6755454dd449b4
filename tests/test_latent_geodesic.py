"""The shortest ways: known arcs are found, and supported ways keep to where the codes are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hinterland.latent import geodesic as module
from hinterland.latent.geodesic import geodesic, supported
from hinterland.latent.graph import Graph
from hinterland.latent.neighbours import near, nearest
from hinterland.latent.paths import linear, spherical
from hinterland.latent.support import Support
from hinterland.latent.surface import Surface
from hinterland.types import HinterlandError
from tests.surfaces import stereographic, swiss_roll

SEEDS = st.integers(0, 2**32 - 1)


def sphere_pairs(count: int) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Latents of pairs of points of the sphere, drawn evenly, and the arc between them."""
    drawn = np.random.default_rng(0).standard_normal((count, 2, 3))
    drawn /= np.linalg.norm(drawn, axis=2, keepdims=True)
    z = drawn[..., :2] / (1 - drawn[..., 2:])
    return [(a, b, float(np.arccos(p @ q))) for (a, b), (p, q) in zip(z, drawn, strict=True)]


def test_forty_pairs_on_the_sphere_are_great_circles() -> None:
    surface = Surface(stereographic)
    for a, b, arc in sphere_pairs(40):
        found = geodesic(surface, a, b)
        assert found.length == pytest.approx(arc, rel=5e-4)
        np.testing.assert_array_equal(found.way[[0, -1]], [a, b])
        assert found.length <= found.straight
        strides = surface.strides(found.way)
        assert strides.std() < 0.03 * strides.mean()


def test_ways_on_the_roll_have_the_length_of_the_flat_sheet() -> None:
    def arc(t: float) -> float:
        return 0.5 * (t * np.sqrt(1 + t * t) + np.arcsinh(t))

    rng = np.random.default_rng(0)
    for _ in range(10):
        (t, h), (u, k) = rng.uniform([2, 0], [7, 5], (2, 2))
        true = np.hypot(arc(u) - arc(t), k - h)
        found = geodesic(Surface(swiss_roll), np.array([t, h]), np.array([u, k]))
        assert found.length == pytest.approx(true, rel=1e-3)


@settings(max_examples=15)
@given(SEEDS)
def test_lengths_do_not_depend_on_the_coordinates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.standard_normal((2, 2)))
    b = turn * rng.uniform(0.5, 2, 2)
    z = rng.uniform(-1, 1, (2, 2))
    plain = geodesic(Surface(stereographic), *z)
    other = geodesic(Surface(lambda at: stereographic(at @ np.linalg.inv(b).T)), *(z @ b.T))
    assert other.length == pytest.approx(plain.length, rel=1e-3)


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 5))
def test_never_longer_than_the_straight_line(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((d, 16)), rng.standard_normal((16, 30))

    def ridges(z: np.ndarray) -> np.ndarray:  # kinks, as of a network of ReLUs
        return np.tanh(np.maximum(z @ one, 0) @ other)

    found = geodesic(Surface(ridges), *rng.standard_normal((2, d)))
    assert found.length <= found.straight
    assert np.isfinite(found.way).all()


def test_a_start_helps_around_a_mountain() -> None:
    """The straight line leads over the top; beside it the way is half as long."""

    def mountain(z: np.ndarray) -> np.ndarray:
        return np.column_stack([z, 6 * np.exp(-4 * (z**2).sum(1))])

    a, b = np.array([-2.0, 0.0]), np.array([2.0, 0.0])
    surface = Surface(mountain)
    around = np.array([[-2, 0], [-1, 1.2], [0, 1.6], [1, 1.2], [2, 0]], float)
    over, beside = geodesic(surface, a, b), geodesic(surface, a, b, starts=[around])
    assert beside.length < 0.6 * over.straight
    assert beside.length <= over.length


def test_the_same_place_twice_is_no_way() -> None:
    z = np.array([0.3, -0.2])
    found = geodesic(Surface(stereographic), z, z)
    np.testing.assert_array_equal(found.way, np.tile(z, (33, 1)))
    assert found.length == 0
    flat = geodesic(Surface(lambda z: np.zeros((len(z), 4))), z, -z)
    np.testing.assert_allclose(flat.way[[0, -1]], [z, -z])


def test_a_supported_way_stays_on_the_ring_of_codes() -> None:
    """Codes on a ring; the decoder shrinks what lies within, and lures the geodesic across."""
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 600)
    codes = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)

    def shrinking(z: np.ndarray) -> np.ndarray:
        return z * (z**2).sum(1, keepdims=True)

    surface, support = Surface(shrinking), Support(codes)
    a, b = codes[0], -codes[0]
    starts = [np.concatenate([[a], codes[Graph(surface, codes).between(a, b)], [b]])]
    short = geodesic(surface, a, b, starts=starts)
    kept = supported(surface, a, b, support, starts=starts)
    assert support.distance(short.way).max() > 10
    radius = np.linalg.norm(kept.way, axis=1)
    assert np.abs(radius - 1).max() < 0.2
    assert short.length < kept.length < 1.2 * np.pi


def test_a_graph_finds_the_cheapest_chain() -> None:
    """Beside all chains of few codes."""
    codes = np.random.default_rng(1).standard_normal((7, 2))
    surface = Surface(stereographic)
    graph = Graph(surface, codes)  # of so few, every one is joined to every other
    ends = np.random.default_rng(2).standard_normal((2, 2))
    rows = graph.between(*ends)
    chains = [
        np.concatenate([ends[:1], codes[list(chain)], ends[1:]])
        for size in range(1, 4)
        for chain in itertools.permutations(range(7), size)
    ]
    best = min(surface.length(chain) for chain in chains)
    found = surface.length(np.concatenate([ends[:1], codes[rows], ends[1:]]))
    assert found == pytest.approx(best, rel=1e-5)


def test_clouds_that_do_not_meet_are_joined_where_they_are_nearest() -> None:
    codes = np.random.default_rng(0).standard_normal((60, 2))
    codes[20:40] += 1000
    codes[40:] -= 1000
    graph = Graph(Surface(lambda z: z), codes)
    apart = np.linalg.norm(codes[:20, None] - codes[20:40], axis=2)
    out, over = np.unravel_index(apart.argmin(), apart.shape)
    rows = graph.between(codes[0], codes[30]).tolist()
    assert (rows[0], rows[-1]) == (0, 30)
    assert rows[rows.index(out) + 1] == over + 20
    assert graph.between(codes[25], codes[50]) is not None


@given(SEEDS, st.integers(1, 40), st.integers(1, 9))
def test_both_solvers_of_tridiagonal_blocks_agree(seed: int, t: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    diagonal = np.eye(d) * 9 + rng.standard_normal((t, d, d)) * 0.3
    diagonal += diagonal.transpose(0, 2, 1)
    beside, right = rng.standard_normal((t - 1, d, d)) * 0.5, rng.standard_normal((t, d))
    found = []
    for whole in (0, 10**9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "WHOLE", whole)
            found.append(module._tridiagonal(diagonal, beside, right))
    np.testing.assert_allclose(*found, atol=1e-10)


@given(SEEDS, st.integers(4, 9), st.integers(2, 20))
def test_plain_ways_begin_and_end_where_told_and_turn_back(seed: int, d: int, steps: int) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, d))
    for path in (linear, spherical):
        way = path(a, b, steps)
        np.testing.assert_allclose(way[[0, -1]], [a, b], atol=1e-12)
        np.testing.assert_allclose(path(b, a, steps), way[::-1], atol=1e-9)
    lengths = np.linalg.norm(spherical(a, b, steps), axis=1)
    np.testing.assert_allclose(lengths, np.linspace(lengths[0], lengths[-1], steps), rtol=1e-6)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_spherical_way_among_few_latents_is_refused(d: int) -> None:
    with pytest.raises(HinterlandError, match="needs at least 4 latents") as raised:
        spherical(np.ones(d), -np.ones(d), 5)
    assert "geodesic" in raised.value.hint


@given(SEEDS, st.integers(2, 60), st.integers(1, 4))
def test_near_finds_what_sorting_finds(seed: int, n: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    rows, asked = rng.standard_normal((n, d)), rng.standard_normal((5, d))
    found, far = near(asked, rows, min(4, n))
    true = np.linalg.norm(asked[:, None] - rows, axis=2)
    np.testing.assert_allclose(far, np.sort(true, axis=1)[:, : min(4, n)], atol=1e-6)
    np.testing.assert_allclose(np.take_along_axis(true, found, 1), far, atol=1e-12)
    own, zero = near(rows, rows, 1)
    np.testing.assert_array_equal(own[:, 0], np.arange(n))
    assert not zero.any()
    if n > 4:
        np.testing.assert_array_equal(near(rows, rows, 4)[0][:, 1:], nearest(rows, 3))
