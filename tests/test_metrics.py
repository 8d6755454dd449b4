"""Metrics say what their definitions say: closed forms, known values, and what cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.latent import disentanglement, fidelity, metrics, posterior
from hinterland.latent.discrepancy import squared_mmd

EIGENVALUES = np.array([5, 3, 1.5, 0.8, 0.4])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


# Pictures


def test_a_picture_is_like_itself(rng: np.random.Generator) -> None:
    x = rng.random((3, 9, 11, 3)).astype(np.float32)
    assert fidelity.ssim(x, x) == pytest.approx([1, 1, 1])
    assert fidelity.squared_error(x, x).tolist() == [0, 0, 0]
    assert fidelity.psnr(0.0) == 100


@pytest.mark.parametrize("side", [1, 2, 5, 7, 12])
def test_two_even_pictures_differ_in_their_light_alone(side: int) -> None:
    """Small pictures too. (2ab + C) / (a² + b² + C), C = .01²."""
    a, b = 0.2, 0.5
    dark, light = (np.full((1, side, side, 1), grey) for grey in (a, b))
    expected = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)
    assert fidelity.ssim(dark, light) == pytest.approx([expected])


def test_structural_similarity_is_that_of_scikit_image() -> None:
    """0.26's structural_similarity(a, b, data_range=1), window 7."""
    y, x = np.mgrid[:16, :12]
    a = ((x * y) % 17 / 16).astype(np.float32)
    b = (0.7 * a + 0.3 * np.sin(x + 2 * y) ** 2).astype(np.float32)
    told = fidelity.ssim(a[None, ..., None], b[None, ..., None])
    assert told == pytest.approx([0.8378928482532502], abs=1e-6)


def test_noise_of_a_tenth_is_twenty_decibels(rng: np.random.Generator) -> None:
    x = rng.random((40, 30, 30, 1))
    noisy = x + rng.normal(0, 0.1, x.shape)
    mse = fidelity.squared_error(x, noisy).sum() / x.size
    assert fidelity.psnr(float(mse)) == pytest.approx(20, abs=0.1)


def test_cross_entropy_counts_nats_of_each_pixel() -> None:
    x = np.array([[0.0, 1.0], [0.25, 0.25]], np.float32).reshape(2, 1, 2, 1)
    made = np.array([[0.5, 0.5], [0.25, 0.25]], np.float32).reshape(2, 1, 2, 1)
    even = 2 * np.log(2)
    own = -2 * (0.25 * np.log(0.25) + 0.75 * np.log(0.75))
    assert fidelity.cross_entropy(x, made) == pytest.approx([even, own], rel=1e-6)
    certain = np.ones((1, 1, 1, 1), np.float32)
    assert fidelity.cross_entropy(certain, certain)[0] == pytest.approx(0, abs=1e-6)
    assert fidelity.cross_entropy(certain, 1 - certain)[0] == pytest.approx(24 * np.log(2))


# Posteriors


def test_the_divergence_of_gaussians_is_the_closed_form() -> None:
    mean, deviation = np.array([[0.0, 2.0, 0.0]]), np.array([[1.0, 1.0, 3.0]])
    told = posterior.divergence(mean, 2 * np.log(deviation))
    assert told == pytest.approx(np.array([[0, 2, 0.5 * (9 - 1 - np.log(9))]]))


def test_a_linear_vae_uses_the_latents_above_its_noise(rng: np.random.Generator) -> None:
    """Noise 1 and eigenvalues l: a latent is in use where l > 1, and its mean varies by 1 - 1/l."""
    x = rng.normal(size=(100_000, 5)) * np.sqrt(EIGENVALUES)
    weights = np.sqrt(np.maximum(EIGENVALUES - 1, 0))
    mean = x * weights / (weights**2 + 1)
    assert mean.var(0) == pytest.approx([0.8, 0.667, 0.333, 0, 0], abs=0.01)
    assert posterior.active_units(mean) == 3


def test_bounds_close_in_on_the_likelihood(rng: np.random.Generator) -> None:
    """x = 2z + noise: log p(x) is a Gaussian's; one draw of the true posterior already says it."""
    x = rng.normal(size=(2_000, 1)) * np.sqrt(5)
    exact = -0.5 * (x[:, 0] ** 2 / 5 + np.log(2 * np.pi * 5))

    def weights(mean: np.ndarray, variance: float, draws: int) -> np.ndarray:
        logvar = np.full_like(mean, np.log(variance))
        told = []
        for _ in range(draws):
            z = mean + rng.normal(size=mean.shape) * variance**0.5
            picture = -0.5 * ((x - 2 * z)[:, 0] ** 2 + np.log(2 * np.pi))
            told.append(picture + posterior.log_ratio(z, mean, logvar))
        return np.array(told)

    assert posterior.importance_bound(weights(0.4 * x, 0.2, 1)) == pytest.approx(exact)
    guess = weights(0.3 * x, 0.4, 200)
    bounds = [posterior.importance_bound(guess[:k]).mean() for k in (1, 5, 50, 200)]
    assert bounds == sorted(bounds)
    assert bounds[0] < exact.mean() - 0.1
    assert bounds[-1] == pytest.approx(exact.mean(), abs=0.02)


def test_far_too_unlikely_draws_do_not_overflow() -> None:
    told = posterior.importance_bound(np.array([[-5_000.0], [-5_000.0]]))
    assert told == pytest.approx([-5_000])


def test_the_discrepancy_of_two_gaussians_is_the_closed_form(rng: np.random.Generator) -> None:
    """2 (l²/(l²+2))^(d/2) (1 - exp(-|m|²/(2(l²+2)))) between N(0, I) and N(m, I)."""
    d, l, m = 3, 1.5, np.array([0.6, 0, 0])
    ours = squared_mmd(rng.normal(size=(2_000, d)), rng.normal(size=(2_000, d)) + m, l)
    share = (l**2 / (l**2 + 2)) ** (d / 2)
    exact = 2 * share * (1 - np.exp(-(m @ m) / (2 * (l**2 + 2))))
    assert ours == pytest.approx(exact, abs=0.006)
    same = squared_mmd(rng.normal(size=(2_000, d)), rng.normal(size=(2_000, d)), l)
    assert abs(same) < 0.003


# Classes


@pytest.fixture
def islands(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Three clouds far from each other: latents (600, 2), their classes."""
    labels = np.arange(600) % 3
    return np.eye(3, 2)[labels] * 9 + rng.normal(size=(600, 2)), labels


def test_classes_far_apart_are_told_apart(islands: tuple[np.ndarray, np.ndarray]) -> None:
    latents, labels = islands
    halves = latents[:300], labels[:300], latents[300:], labels[300:]
    assert metrics.knn_accuracies(*halves, (1, 5)) == [1, 1]
    assert metrics.knn_among(latents, labels, (1, 5)) == [1, 1]
    assert metrics.probe_accuracy(*halves) == 1
    assert metrics.cluster_agreement(latents, labels) == pytest.approx(1)


def test_classes_by_chance_are_not(
    islands: tuple[np.ndarray, np.ndarray], rng: np.random.Generator
) -> None:
    latents, labels = islands[0], rng.permutation(islands[1])
    halves = latents[:300], labels[:300], latents[300:], labels[300:]
    told = [*metrics.knn_accuracies(*halves, (1, 5)), metrics.probe_accuracy(*halves)]
    told += metrics.knn_among(latents, labels, (1, 5))
    assert told == pytest.approx([1 / 3] * 5, abs=0.1)
    assert metrics.cluster_agreement(latents, labels) < 0.05


def test_an_image_is_not_its_own_neighbour() -> None:
    latents = np.array([[0.0], [0.1], [5.0], [5.1]])
    assert metrics.knn_among(latents, np.array([0, 1, 0, 1]), (1,)) == [0]


def test_a_line_cannot_tell_a_ring_from_its_middle(rng: np.random.Generator) -> None:
    """Nearest neighbours can: a probe measures whether classes lie apart linearly."""
    labels = np.arange(400) % 2
    turn = rng.uniform(0, 2 * np.pi, 400)
    ring = (0.2 + labels)[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    halves = ring[:200], labels[:200], ring[200:], labels[200:]
    assert metrics.knn_accuracy(*halves) == 1
    assert metrics.probe_accuracy(*halves) < 0.75


def test_a_probe_of_one_class_or_of_dead_latents_still_answers() -> None:
    nothing, one = np.zeros((6, 2)), np.zeros(6, int)
    two = np.array([0, 0, 0, 1, 1, 1])
    assert metrics.probe_accuracy(nothing, one, nothing, two) == 0.5
    assert metrics.probe_accuracy(nothing, two, nothing, two) == 0.5
    assert metrics.cluster_agreement(nothing, two) == 0


def test_a_probe_learns_from_as_many_of_each_class() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    rows = metrics.balanced(labels, 40)
    assert np.bincount(labels[rows]).tolist() == [20, 10]
    assert rows.tolist() == sorted(set(rows.tolist()))


# Factors


@pytest.fixture
def factors(rng: np.random.Generator) -> np.ndarray:
    """(4000, 3): three factors of ten values each, independent."""
    return rng.integers(10, size=(4_000, 3)).astype(np.float64)


def trees(latents: np.ndarray, factors: np.ndarray) -> list[float]:
    half = len(latents) // 2
    told = disentanglement.dci(latents[:half], factors[:half], latents[half:], factors[half:])
    return [told.disentanglement, told.completeness, told.informativeness]


def test_latents_that_are_the_factors_are_disentangled(factors: np.ndarray) -> None:
    latents = factors[:, [2, 0, 1]] * [1, -3, 0.1]
    assert disentanglement.mig(latents, factors) == pytest.approx(1, abs=0.01)
    assert disentanglement.sap(latents, factors) > 0.99
    few = np.minimum(factors[:600], 2)  # trees take longer for more values
    assert trees(few[:, [2, 0, 1]], few) == pytest.approx([1, 1, 1], abs=1e-3)


def test_noise_is_not(factors: np.ndarray, rng: np.random.Generator) -> None:
    latents = rng.normal(size=(4_000, 3))
    assert disentanglement.mig(latents, factors) < 0.01
    assert disentanglement.sap(latents, factors) < 0.01
    few = np.minimum(factors[:600], 2)
    disentangled, complete, informative = trees(latents[:600], few)
    assert max(disentangled, complete) < 0.1
    assert informative < 0.85  # the third value alone is right for eight of ten


def test_two_factors_of_three_mixed_evenly_leave_a_third(factors: np.ndarray) -> None:
    x, y, z = factors.T
    mixed = np.stack([x + y, x - y, z], 1)
    assert disentanglement.mig(mixed, factors) == pytest.approx(1 / 3, abs=0.03)
    assert disentanglement.sap(mixed, factors) == pytest.approx(1 / 3, abs=0.03)


def test_factors_that_do_not_vary_say_nothing(factors: np.ndarray) -> None:
    latents, one = factors, np.column_stack([factors[:, 0], np.ones(len(factors))])
    assert disentanglement.mig(latents, one) == pytest.approx(1, abs=0.01)
    assert disentanglement.sap(latents, one) > 0.99
    assert np.isnan(disentanglement.mig(latents, np.ones((4_000, 2))))
    assert np.isnan(disentanglement.sap(latents, np.ones((4_000, 2))))
    assert np.isnan(trees(latents, np.ones((4_000, 2)))).all()


def test_a_collapsed_code_tells_no_factor(factors: np.ndarray) -> None:
    nothing = np.zeros((4_000, 2))
    assert disentanglement.mig(nothing, factors) == 0
    assert disentanglement.sap(nothing, factors) == 0
    told = trees(nothing[:200], np.minimum(factors[:200], 2))
    assert told[:2] == pytest.approx([0, 0], abs=1e-6)
