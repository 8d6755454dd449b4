"""Every model learns real digits, and every objective achieves what it is for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from hinterland.data import read
from hinterland.latent.metrics import knn_accuracy
from hinterland.models import MODELS, build
from hinterland.models.base import AbstractNet, ClosedForm, to_tensor
from hinterland.types import Images

pytestmark = pytest.mark.slow
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def digits() -> Images:
    if not (Path(os.environ.get("HINTERLAND_DATA", "")) / "mnist").is_dir():
        pytest.skip("mnist is not below $HINTERLAND_DATA")
    return read("mnist")


# Digits at half their size are learnt in a third of the time. But a prior weighs as much as so many
# pixels do: of a quarter as many, these would learn the prior alone in so few steps.
WHOLE = {"vae", "conv-vae", "beta-vae", "iwae", "hyperspherical-vae"}


@pytest.fixture(scope="module")
def large(digits: Images) -> tuple[Tensor, Tensor]:
    """What is learnt from, and what is not seen: digits as they are, (n, 1, 28, 28)."""
    return to_tensor(digits.pixels[:6000], CPU), to_tensor(digits.pixels[-1000:], CPU)


@pytest.fixture(scope="module")
def training(large: tuple[Tensor, Tensor]) -> Tensor:
    """(n, 1, 14, 14)"""
    return F.avg_pool2d(large[0], 2)


@pytest.fixture(scope="module")
def unseen(large: tuple[Tensor, Tensor]) -> Tensor:
    return F.avg_pool2d(large[1], 2)


def shape_of(x: Tensor) -> tuple[int, int, int]:
    _, c, h, w = x.shape
    return h, w, c


def learnt(
    name: str, x: Tensor, d: int, steps: int, options: dict[str, Any] | None = None
) -> AbstractNet:
    net = build(name, shape_of(x), d, options)
    if isinstance(net, ClosedForm):
        net.fit(lambda: x.split(1000))
        return net
    optimiser = torch.optim.Adam(net.parameters(), lr=2e-3, fused=True)
    luck = torch.Generator().manual_seed(0)
    for _ in range(steps):
        batch = x[torch.randint(len(x), (64,), generator=luck)]
        loss = torch.stack(list(net.losses(batch, luck).values())).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net


def wrong(net: AbstractNet, given: Tensor, asked: Tensor) -> float:
    """Mean squared error of the reconstructions of `given`."""
    with torch.inference_mode():
        return (net.picture(net.posterior(given)["mean"]) - asked).square().mean().item()


@pytest.mark.parametrize("name", MODELS)
def test_a_few_steps_beat_the_mean_picture(
    name: str, large: tuple[Tensor, Tensor], training: Tensor, unseen: Tensor
) -> None:
    if name in WHOLE:
        training, unseen = large
    net = learnt(name, training, 16, 300)
    mean = (training.mean(0) - unseen).square().mean().item()
    assert wrong(net, unseen, unseen) < 0.85 * mean


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("sparse", "sparsity"),
        ("wae", "mmd"),
        ("bounded", "mmd"),
        ("topo-ae", "topology"),
        ("geometric-ae", "geometry"),
    ],
)
def test_an_objective_lowers_what_it_is_named_after(
    name: str, part: str, training: Tensor, unseen: Tensor
) -> None:
    """… to less than half of what it is in the same network trained without it."""
    measured = {}
    for asked in (True, False):
        net = learnt(name, training, 2, 400, {} if asked else {part: 0.0})
        judge = build(name, shape_of(unseen), 2, {part: 1.0})
        judge.load_state_dict(net.state_dict())
        with torch.inference_mode():
            measured[asked] = judge.losses(unseen, torch.Generator().manual_seed(1))[part].item()
    assert measured[True] < 0.5 * measured[False]


def test_a_denoising_autoencoder_cleans_what_it_has_not_seen(
    training: Tensor, unseen: Tensor
) -> None:
    noise = torch.randn(unseen.shape, generator=torch.Generator().manual_seed(9))
    noisy = (unseen + 0.5 * noise).clamp(0, 1)
    cleaned, plain = (
        wrong(learnt("denoising", training, 32, 400, options), noisy, unseen)
        for options in ({}, {"noise": 0.0})
    )
    assert cleaned < 0.7 * plain
    assert cleaned < 0.5 * (noisy - unseen).square().mean().item()


def test_a_larger_beta_keeps_less(training: Tensor, unseen: Tensor) -> None:
    told = []
    for beta in (0.5, 4.0):
        net = learnt("vae", training, 8, 400, {"beta": beta})
        with torch.inference_mode():
            parts = net.losses(unseen, torch.Generator().manual_seed(1))
        told.append((parts["kl"].item() / beta, parts["reconstruction"].item()))
    (kept, error), (kept_less, larger_error) = told
    assert kept_less < 0.7 * kept
    assert larger_error > error


@pytest.mark.parametrize(
    ("d", "nearest", "voted", "mse"),
    [(2, 0.3765, 0.4201, 0.0557), (64, 0.9707, 0.9727, 0.0090)],
)
def test_pca_gives_the_numbers_that_everyone_gets(
    digits: Images, d: int, nearest: float, voted: float, mse: float
) -> None:
    """Source: Sainburg, McInnes, Gentner, "Parametric UMAP", Neural Computation 33, 2021."""
    known, asked = digits.pixels[:50_000], digits.pixels[-10_000:]
    assert digits.labels is not None
    labels, truth = digits.labels[:50_000], digits.labels[-10_000:]
    net = build("pca", (28, 28, 1), d)
    assert isinstance(net, ClosedForm)
    net.fit(parts_of(known))
    latents, codes = net.encode(known), net.encode(asked)
    accuracies = [knn_accuracy(latents, labels, codes, truth, k=k) for k in (1, 5)]
    assert accuracies == pytest.approx([nearest, voted], abs=2e-4)
    found = np.square(net.decode(codes) - asked / 255).mean()
    assert found == pytest.approx(mse, abs=2e-4)


def parts_of(pixels: np.ndarray) -> Callable[[], Iterable[Tensor]]:
    return lambda: (to_tensor(pixels[i : i + 1000], CPU) for i in range(0, len(pixels), 1000))
