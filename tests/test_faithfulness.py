"""What a map's truth is measured by: known maps have known values, samples know their error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hinterland.data import read
from hinterland.latent.faithfulness import (
    Ranks,
    correlation,
    error_of,
    faithfulness,
    shepard,
    stress,
)
from hinterland.latent.neighbours import kept, nearest


def cloud(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


def every(truth: np.ndarray, points: np.ndarray, k: int) -> Ranks:
    return Ranks.of(truth, points, np.arange(len(truth)), k)


def test_a_map_that_is_its_own_truth_is_wholly_true() -> None:
    z = cloud(300, 2)
    told = faithfulness(z, z)
    for name in ("trustworthiness", "continuity", "neighbours_kept"):
        assert told[name] == 1
        assert told[f"{name}_error"] == 0
    assert told["shepard"] == pytest.approx(1)
    assert stress(z, 7 * z) == pytest.approx(0, abs=1e-6)


def test_a_shuffled_map_is_right_by_chance_only() -> None:
    z = cloud(2000, 8)
    told = faithfulness(z, np.random.default_rng(1).permutation(z[:, :2]), sample=2000)
    assert told["trustworthiness"] == pytest.approx(0.5, abs=0.01)
    assert told["continuity"] == pytest.approx(0.5, abs=0.01)
    assert told["neighbours_kept"] == pytest.approx(12 / 1999, abs=0.003)
    assert told["shepard"] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("k", [1, 5, 30])
def test_trustworthiness_is_the_one_that_everybody_prints(k: int) -> None:
    from sklearn.manifold import trustworthiness

    z = cloud(200, 6)
    ranks = every(z, z[:, :2], k)
    assert ranks.trustworthiness(k).mean() == pytest.approx(
        trustworthiness(z, z[:, :2], n_neighbors=k), abs=1e-9
    )
    assert ranks.continuity(k).mean() == pytest.approx(
        trustworthiness(z[:, :2], z, n_neighbors=k), abs=1e-9
    )


def test_neighbours_kept_are_those_that_both_lists_hold() -> None:
    z = cloud(150, 5)
    true, shown = nearest(z, 12), nearest(z[:, :2], 12)
    share = [len(set(a) & set(b)) / 12 for a, b in zip(true.tolist(), shown.tolist(), strict=True)]
    np.testing.assert_allclose(kept(true, shown), share)
    np.testing.assert_allclose(every(z, z[:, :2], 12).neighbours_kept(), share)


def test_a_sample_lies_within_its_error_of_the_whole() -> None:
    z = cloud(1000, 6)
    whole = faithfulness(z, z[:, :2], sample=1000)
    for seed in range(3):
        part = faithfulness(z, z[:, :2], sample=200, seed=seed)
        for name in ("trustworthiness", "continuity", "neighbours_kept"):
            assert 0 < part[f"{name}_error"] < 0.02
            assert abs(part[name] - whole[name]) < 3 * part[f"{name}_error"]
    assert error_of(np.ones(10), 10) == 0


@given(n=st.integers(2, 90), k=st.integers(1, 20), seed=st.integers(0, 99))
def test_the_nearest_are_the_nearest(n: int, k: int, seed: int) -> None:
    z = cloud(n, 3, seed)
    found = nearest(z, k)
    far = np.linalg.norm(z[:, None].astype(np.float64) - z, axis=2)
    np.fill_diagonal(far, np.inf)
    assert found.shape == (n, min(k, n - 1))
    expected = np.sort(far, axis=1)[:, : found.shape[1]]
    np.testing.assert_allclose(np.take_along_axis(far, found.astype(int), 1), expected, atol=1e-5)


def test_a_large_set_is_searched_by_groups_and_a_twin_is_a_neighbour() -> None:
    z = cloud(2500, 4)
    z[1700] = z[3]
    found = nearest(z, 5)
    far = ((z[[3, 900]][:, None] - z) ** 2).sum(2)
    for row, i in enumerate((3, 900)):
        far[row, i] = np.inf
        assert found[i].tolist() == np.argsort(far[row])[:5].tolist()
    assert found[3, 0] == 1700
    assert not (found == np.arange(2500)[:, None]).any()
    assert nearest(z[:1], 5).shape == (1, 0)


def test_correlation_of_ranks_is_the_one_of_statistics() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    x, y = rng.integers(9, size=(2, 200))
    assert correlation(x, y + x) == pytest.approx(spearmanr(x, y + x).statistic)
    assert correlation(x, np.zeros(200)) == 0
    assert shepard(np.ones((9, 3)), np.ones((9, 2))) == 0


@pytest.mark.slow
def test_the_yardstick_two_components_of_mnist() -> None:
    """The test images on the components of the first 50,000 training images.

    0.7434 at k = 5 is printed by Sainburg et al. 2021; 0.745 and 0.901, over k = 10, 20, …, 200, by
    Moor et al. 2020.
    """
    pixels = read("mnist").pixels
    fitted = pixels[:50_000].reshape(-1, 784).astype(np.float32) / 255
    centre = fitted.mean(0, dtype=np.float64).astype(np.float32)
    fitted -= centre
    axes = np.linalg.eigh(fitted.T @ fitted)[1][:, ::-1][:, :2]
    asked = pixels[60_000:].reshape(-1, 784).astype(np.float32) / 255
    ranks = every(asked, (asked - centre) @ axes, 200)
    assert ranks.trustworthiness(5).mean() == pytest.approx(0.7434, abs=0.0001)
    ks = range(10, 201, 10)
    trust = np.mean([ranks.trustworthiness(k).mean() for k in ks])
    cont = np.mean([ranks.continuity(k).mean() for k in ks])
    assert round(float(trust), 3) == 0.745
    assert round(float(cont), 3) == 0.901
