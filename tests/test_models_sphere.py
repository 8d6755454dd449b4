"""The hyperspherical model's distribution, against Bessel functions and against its own samples."""

from __future__ import annotations

from math import lgamma, log, pi

import numpy as np
import pytest
import torch
from scipy import special
from torch.nn import functional as F

from hinterland.models import build
from hinterland.models.sphere import divergence, sample
from tests.conftest import made_up

SPHERES = [(d, k) for d in (2, 3, 4, 10, 64) for k in (0.5, 1.0, 10.0, 500.0, 2e4)]
every_sphere = pytest.mark.parametrize(("d", "k"), SPHERES)


def luck(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def resultant(d: int, k: float) -> float:
    """The mean of mean·z, a ratio of Bessel functions."""
    return float(special.ive(d / 2, k) / special.ive(d / 2 - 1, k))


@every_sphere
def test_the_divergence_on_the_sphere_is_that_of_the_bessel_functions(d: int, k: float) -> None:
    bessel = log(special.ive(d / 2 - 1, k)) + k
    density = (d / 2 - 1) * log(k) - d / 2 * log(2 * pi) - bessel
    area = log(2) + d / 2 * log(pi) - lgamma(d / 2)
    expected = k * resultant(d, k) + density + area
    concentration = torch.tensor([k], requires_grad=True)
    found = divergence(concentration, d)
    assert found.item() == pytest.approx(expected, rel=1e-4, abs=1e-4)
    found.sum().backward()
    mean = resultant(d, k)
    steeper = 1 - mean**2 - (d - 1) / k * mean  # the derivative of the resultant
    assert concentration.grad is not None
    assert concentration.grad.item() == pytest.approx(k * steeper, rel=2e-2 if k > 1e4 else 1e-3)


@every_sphere
def test_directions_lie_around_their_mean_as_they_should(d: int, k: float) -> None:
    n = 20_000
    mean = F.normalize(torch.randn(1, d, generator=luck()), dim=1).expand(n, d)
    concentration = torch.full((n,), k, requires_grad=True)
    z = sample(mean, concentration, luck(1))
    torch.testing.assert_close(z.norm(dim=1), torch.ones(n))
    height = (z * mean).sum(1)
    spread = height.std().item()
    assert height.mean().item() == pytest.approx(resultant(d, k), abs=5 * spread / n**0.5 + 1e-6)
    # around the mean all directions are alike
    off = (z - height[:, None] * mean).mean(0).norm().item()
    assert off < 5 * (1 - height.mean().item() ** 2) ** 0.5 / n**0.5 + 1e-6
    height.mean().backward()
    grad = concentration.grad
    assert grad is not None
    steeper = 1 - resultant(d, k) ** 2 - (d - 1) / k * resultant(d, k)
    error = 5 * n * grad.std().item() / n**0.5
    assert grad.sum().item() == pytest.approx(steeper, abs=error + 0.02 * steeper)


def test_directions_come_from_the_generator_alone() -> None:
    mean = F.normalize(torch.randn(50, 5, generator=luck()), dim=1)
    k = torch.linspace(0.5, 300, 50)
    torch.manual_seed(1)
    once = sample(mean, k, luck(2))
    torch.manual_seed(5)
    assert torch.equal(once, sample(mean, k, luck(2)))
    assert not torch.equal(once, sample(mean, k, luck(3)))


def test_a_direction_at_the_pole_and_one_opposite_are_no_exception() -> None:
    mean = torch.tensor([[1.0, 0, 0], [-1, 0, 0]], requires_grad=True)
    z = sample(mean, torch.tensor([1e4, 1e4]), luck())
    assert (z * mean).sum(1).min() > 0.99
    z.sum().backward()
    assert mean.grad is not None
    assert mean.grad.isfinite().all()


def test_directions_of_no_number_are_no_numbers() -> None:
    """A training that diverges must be seen, not wait for a sample that is never accepted."""
    mean = torch.tensor([[1.0, 0, 0]] * 3)
    z = sample(mean, torch.tensor([torch.nan, torch.inf, 2.0]), luck())
    assert z.isnan().any(1).tolist() == [True, True, False]


def test_the_divergence_has_no_largest_dimension() -> None:
    found = divergence(torch.tensor([1.0, 1e3, 1e5]), 4096)
    assert found.isfinite().all()
    assert found[0].item() == pytest.approx(0, abs=1e-2)
    assert (found.diff() > 0).all()


def test_a_hyperspherical_code_is_a_direction() -> None:
    net = build("hyperspherical-vae", (8, 8, 1), 3)
    z = net.encode(made_up(9, (8, 8, 1)).pixels)
    np.testing.assert_allclose(np.linalg.norm(z, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(net.decode(z), net.decode(3.7 * z), atol=1e-6)
    assert np.isfinite(net.decode(0 * z)).all()
