"""What each model promises, against closed forms and against slower ways to the same number."""

from __future__ import annotations

from itertools import pairwise
from math import exp, log, pi, prod

import numpy as np
import pytest
import torch
from scipy import integrate
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.decomposition import PCA
from torch import Tensor, nn

from hinterland.models import build, pca
from hinterland.models.base import AbstractNet, picture_losses, to_tensor
from hinterland.models.geometry import unevenness
from hinterland.models.mmd import SCALES, discrepancy
from hinterland.models.topology import CLOUD, mismatch
from tests.conftest import made_up

CPU = torch.device("cpu")


def luck(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int, shape: tuple[int, int, int] = (8, 8, 1)) -> Tensor:
    return to_tensor(made_up(n, shape).pixels, CPU)


# --- variational -----------------------------------------------------------------------------


def test_the_closed_form_of_the_kl_term() -> None:
    """KL(N(m, s²) || N(0, 1)) by sampling, against the term that training minimises."""
    net = build("vae", (8, 8, 1), 2, seed=0)
    x = pictures(8)
    with torch.no_grad():
        term = net.losses(x, luck())["kl"].item()
        code = net.posterior(x)
        mean, std = code["mean"], (code["logvar"] / 2).exp()
        z = mean + std * torch.randn(20_000, *mean.shape, generator=luck(1))
        q = torch.distributions.Normal(mean, std).log_prob(z)
        p = torch.distributions.Normal(0, 1).log_prob(z)
        sampled = (q - p).sum(-1).mean().item()
    assert term == pytest.approx(sampled, abs=0.01)


def test_a_linear_vae_is_best_where_probabilistic_pca_says() -> None:
    """With noise s² it keeps the components whose variance is larger: Var(mean) = 1 - s² / l.

    Pixels near 1/2, where the sigmoid is a line of slope 1/4, make a decoder that is linear.
    """
    small = 0.01
    variances = torch.tensor([5, 3, 1.5, 0.8, 0.4])
    n = 20_000
    u = torch.randn(n, 5, generator=luck(), dtype=torch.float64)
    u = torch.linalg.qr(u - u.mean(0)).Q.float() * n**0.5  # white, exactly
    x = (0.5 + small * u * variances.sqrt()).reshape(n, 1, 1, 5)
    net = build("vae", (1, 5, 1), 5, {"halves": "linear", "loss": "mse", "beta": 2 * small**2})
    encode, decode = net.encoder[1], net.decoder[0]
    assert isinstance(encode, nn.Linear)
    assert isinstance(decode, nn.Linear)

    def loss(code: float = 1, spread: float = 1, picture: float = 1) -> float:
        with torch.no_grad():
            kept = (variances - 1).clamp(min=0)
            encode.weight.zero_()
            encode.weight[:5] = code * torch.diag(kept.sqrt() / (kept + 1)) / small
            encode.bias[:5] = -encode.weight[:5].sum(1) / 2
            encode.bias[5:] = -(kept + 1).log() + log(spread)
            decode.weight.copy_(picture * 4 * small * torch.diag(kept.sqrt()))
            decode.bias.zero_()
            return sum(part.item() for part in net.losses(x, luck(1)).values()) / small**2

    best = loss()
    means = net.posterior(x)["mean"]
    torch.testing.assert_close(
        means.var(0), torch.tensor([0.8, 2 / 3, 1 / 3, 0, 0]), rtol=1e-3, atol=1e-6
    )
    for worse in ({"code": 1.1}, {"code": 0.9}, {"spread": 1.2}, {"spread": 0.8}):
        assert loss(**worse) > best + 0.005
    for worse in ({"picture": 1.05}, {"picture": 0.95}):
        assert loss(**worse) > best + 0.005
    # 2 s² (-log p(x) of probabilistic PCA), less the constant of the Gaussian pixels
    own = variances.clamp(min=1)
    assert best == pytest.approx((own.log() + variances / own).sum().item(), rel=0.01)


def test_more_samples_tighten_the_bound_on_the_likelihood() -> None:
    net = build("vae", (8, 8, 1), 1, seed=0)
    with torch.no_grad():
        net.decoder[-2].weight *= 20  # so that codes matter
    x = pictures(6)
    exact = -likelihood(net, x).mean().item()
    bounds = [exact, *(bound(net, x, k) for k in (64, 16, 4, 1))]
    assert all(tighter < looser for tighter, looser in pairwise(bounds))
    assert bounds[1] - exact < 0.1 * (bounds[-1] - exact)


def bound(net: AbstractNet, x: Tensor, k: int, copies: int = 500) -> float:
    """The loss with k samples, averaged over so many copies of the pictures."""
    other = build("vae", net.image_shape, net.latent_dim, {"samples": k})
    other.load_state_dict(net.state_dict())
    with torch.no_grad():
        parts = other.losses(x.repeat(copies, 1, 1, 1), luck(3))
    return sum(part.item() for part in parts.values())


def likelihood(net: AbstractNet, x: Tensor) -> Tensor:
    """log p(x) with one latent, by quadrature: (n,)."""
    z = torch.linspace(-8, 8, 4001)[:, None]
    with torch.no_grad():
        logits = net.logits(z)
        wrong = torch.stack([picture_losses(logits, each.expand_as(logits)) for each in x])
    prior = -(z[:, 0] ** 2) / 2 - log(2 * pi) / 2
    return (prior - wrong).logsumexp(1) + log(16 / 4000)


# --- penalties -------------------------------------------------------------------------------


@pytest.mark.parametrize(("d", "away"), [(1, 0.5), (2, 0.0), (2, 1.0), (2, 4.0), (8, 2.0)])
def test_the_discrepancy_of_two_gaussians_has_a_closed_form(d: int, away: float) -> None:
    """For a Gaussian kernel of width l: 2 (l² / (l² + 2))^(d/2) (1 - exp(-|m|² / (2 (l² + 2)))).

    C / (C + r²) is the mean of exp(-t r² / C) over t with density exp(-t), so l² = C / (2 t).
    """

    def gaussian(t: float, c: float) -> float:
        square = c / (2 * t)
        near = (square / (square + 2)) ** (d / 2)
        return 2 * near * (1 - exp(-(away**2) / (2 * (square + 2)))) * exp(-t)

    expected = np.mean(
        [integrate.quad(gaussian, 0, np.inf, args=(2 * d * scale,))[0] for scale in SCALES]
    )
    estimates = []
    for seed in range(20):
        both = torch.randn(2, 500, d, generator=luck(seed))
        both[0, :, 0] += away
        estimates.append(discrepancy(*both).item())
    error = float(np.std(estimates)) / len(estimates) ** 0.5
    assert np.mean(estimates) == pytest.approx(expected, abs=4 * error + 1e-5)


def test_the_discrepancy_still_pulls_from_afar() -> None:
    z = (torch.randn(64, 2, generator=luck()) + 30).requires_grad_()
    discrepancy(z, torch.randn(64, 2, generator=luck(1))).backward()
    assert z.grad is not None
    assert (z.grad.sum(0) > 1e-4).all()  # stepping downhill brings them back


def test_trees_of_an_isometric_copy_mismatch_nowhere() -> None:
    z = torch.randn(200, 2, generator=luck())
    turn = torch.linalg.qr(torch.randn(7, 7, generator=luck(1))).Q[:2]
    copy = z @ turn + 3
    assert mismatch(copy, z).item() == pytest.approx(0, abs=1e-10)
    assert mismatch(copy, 2 * z).item() > 0.01
    assert mismatch(copy, z.flip(0)).item() > 0.01


def test_the_mismatch_is_that_of_the_trees() -> None:
    x, z = torch.randn(60, 5, generator=luck()), torch.randn(60, 2, generator=luck(1))
    distances = [torch.cdist(each, each).double().numpy() for each in (x, z)]
    expected = 0.0
    for own in distances:
        tree = minimum_spanning_tree(own).tocoo()
        assert tree.nnz == 59
        gap = distances[0][tree.row, tree.col] - distances[1][tree.row, tree.col]
        expected += 0.5 * (gap**2).sum() / 60
    assert mismatch(x, z).item() == pytest.approx(expected, rel=1e-4)


def test_pictures_that_are_the_same_are_one_edge_of_no_length() -> None:
    x = torch.randn(10, 4, generator=luck()).repeat(3, 1)
    z = torch.randn(10, 2, generator=luck(1)).repeat(3, 1).requires_grad_()
    mismatch(x, z).backward()
    assert z.grad is not None
    assert z.grad.isfinite().all()


def test_the_mismatch_does_not_depend_on_the_size_of_the_batch() -> None:
    x, z = torch.randn(3 * CLOUD, 5, generator=luck()), torch.randn(3 * CLOUD, 2, generator=luck(1))
    clouds = [mismatch(a, b).item() for a, b in zip(x.split(CLOUD), z.split(CLOUD), strict=True)]
    assert mismatch(x, z).item() == pytest.approx(np.mean(clouds), rel=1e-5)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_a_linear_decoder_is_even(d: int) -> None:
    axes = torch.randn(d, 30, generator=luck())
    z = 3 * torch.randn(40, d, generator=luck(1))
    assert unevenness(lambda z: z @ axes, z).item() == pytest.approx(0, abs=1e-9)
    assert unevenness(lambda z: (z @ axes).sin(), z).item() > 0.1


def test_the_sphere_seen_from_its_pole_is_as_uneven_as_geometry_says() -> None:
    """f(z) = (2z, |z|² - 1) / (1 + |z|²) magnifies areas by 4 / (1 + |z|²)²."""

    def globe(z: Tensor) -> Tensor:
        far = z.square().sum(1, keepdim=True)
        return torch.cat([2 * z, far - 1], 1) / (1 + far)

    z = torch.randn(40, 2, generator=luck())
    volume = 2 * (4 / (1 + z.square().sum(1)) ** 2).log()
    expected = volume.var().item()
    assert unevenness(globe, z).item() == pytest.approx(expected, rel=1e-3)


def test_a_topological_code_is_measured_in_root_mean_square_pixels() -> None:
    """Codes whose distances are those of the pictures, per pixel, have nothing to mend."""
    net = build("topo-ae", (8, 8, 1), 64, {"halves": "linear"})
    with torch.no_grad():
        net.encoder[1].weight.copy_(torch.eye(64) / 8)
    assert net.losses(pictures(50), luck())["topology"].item() == pytest.approx(0, abs=1e-8)


# --- what is encoded, what is asked for ------------------------------------------------------


def test_a_spoilt_picture_is_encoded_and_the_clean_one_asked_for() -> None:
    x = pictures(40, (28, 28, 1)).clamp(0.3, 0.7)
    for options in ({"noise": 0.1, "masking": 0.0}, {"noise": 0.0, "masking": 0.25}):
        net = build("denoising", (28, 28, 1), 2, options)
        with torch.no_grad():
            net.decoder[-2].weight.zero_()  # a decoder that says the same of everything
        given = seen_by_the_encoder(net, x)
        if options["noise"]:
            assert (given - x).std().item() == pytest.approx(0.1, rel=0.02)
        else:
            assert (given == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
            assert torch.equal(given, x * (given != 0))
        same = net.logits(torch.zeros(len(x), 2))
        told = net.losses(x, luck())["reconstruction"].item()
        assert told == pytest.approx(picture_losses(same, x).mean().item(), rel=1e-5)


def seen_by_the_encoder(net: AbstractNet, x: Tensor) -> Tensor:
    """What is encoded while the loss of pictures is computed."""
    seen: list[Tensor] = []
    hook = net.encoder.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    net.losses(x, luck())
    hook.remove()
    (given,) = seen
    return given


def test_noise_leaves_pixels_in_their_range() -> None:
    net = build("denoising", (8, 8, 1), 2, {"noise": 3.0})
    given = seen_by_the_encoder(net, pictures(10))
    assert given.min() >= 0
    assert given.max() <= 1


def test_nothing_is_spoilt_when_a_picture_is_looked_at() -> None:
    net, plain = build("denoising", (8, 8, 1), 2), build("denoising", (8, 8, 1), 2, {"noise": 0.0})
    pixels = made_up(5, (8, 8, 1)).pixels
    assert np.array_equal(net.encode(pixels), plain.encode(pixels))


def test_bounded_codes_stay_in_their_square() -> None:
    net = build("bounded", (8, 8, 1), 2)
    with torch.no_grad():
        net.encoder[-1].weight *= 50
    z = net.encode(made_up(100, (8, 8, 1)).pixels)
    assert np.abs(z).max() <= 1
    assert np.abs(z).max() > 0.5


def test_each_cell_is_replaced_by_its_nearest_word() -> None:
    net = build("vq-vae", (28, 28, 1), 48, {"words": 20})
    z = torch.randn(5, 48, generator=luck())
    cells, words = z.reshape(5, 3, 16), net.codebook.detach()
    found = net.quantised(z).reshape(5, 3, 16)
    for picture in range(5):
        for cell in range(16):
            far = (words - cells[picture, :, cell]).norm(dim=1)
            assert torch.equal(found[picture, :, cell], words[far.argmin()])
    torch.testing.assert_close(net.logits(z), net.logits(net.quantised(z)))


def test_the_gradient_passes_the_quantisation_unchanged() -> None:
    net = build("vq-vae", (8, 8, 1), 16, {"words": 4, "commitment": 0.0})
    x = pictures(3)
    z = net.posterior(x)["mean"].detach()
    words = net.quantised(z).detach().requires_grad_()
    picture_losses(net.decoder(words), x).mean().backward()
    codes: list[Tensor] = []
    net.encoder.register_forward_hook(lambda _, __, code: codes.append(code))
    parts = net.losses(x, luck())
    (gradient,) = torch.autograd.grad(parts["reconstruction"], codes)
    torch.testing.assert_close(gradient, words.grad)


# --- PCA -------------------------------------------------------------------------------------


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("size", [7, 1000])
def test_pca_is_that_of_scikit_learn(
    exact: bool, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exact:
        monkeypatch.setattr(pca, "EXACT", 0)
    images = made_up(300, (8, 8, 3))
    x = to_tensor(images.pixels, CPU)
    net = build("pca", (8, 8, 3), 5)
    net.fit(lambda: x.split(size))
    flat = x.flatten(1).double().numpy()
    peer = PCA(5, svd_solver="full").fit(flat)
    np.testing.assert_allclose(net.mean.numpy(), peer.mean_, atol=1e-6)
    alike = np.abs((net.axes.double().numpy() * peer.components_).sum(1))
    np.testing.assert_allclose(alike, 1, atol=1e-5)
    assert (net.axes.gather(1, net.axes.abs().argmax(1, keepdim=True)) > 0).all()
    told = net.losses(x, luck())["reconstruction"].item()
    left = np.linalg.eigvalsh(np.cov(flat.T, bias=True))[:-5].sum()
    assert told == pytest.approx(left, rel=1e-4)
    shown = np.square(net.decode(net.encode(images.pixels)) - images.pixels / 255).mean()
    assert shown * prod(images.shape) == pytest.approx(left, rel=1e-4)
