"""What is asked of every model, whatever it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from hinterland.models import MODELS, build, graphs, resolved
from hinterland.models.base import AbstractNet, to_tensor
from hinterland.models.session import Session
from hinterland.types import Autoencoder, HinterlandError
from tests.conftest import made_up

SHAPES = [(8, 8, 1), (28, 28, 1), (32, 32, 3), (30, 45, 3)]
every_model = pytest.mark.parametrize("name", MODELS)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def made(
    name: str, shape: tuple[int, int, int] = (8, 8, 1), d: int = 3, seed: int = 1
) -> AbstractNet:
    return build(name, shape, d, seed=seed).eval()


@every_model
@every_shape
@pytest.mark.parametrize("d", [1, 2, 32])
def test_codes_and_pictures_have_their_shapes_and_ranges(
    name: str, shape: tuple[int, int, int], d: int
) -> None:
    net = made(name, shape, d)
    assert isinstance(net, Autoencoder)
    x = made_up(5, shape).pixels.astype(np.float32) / 255
    z = net.encode(x)
    assert z.shape == (5, d)
    assert z.dtype == np.float32
    pictures = net.decode(z)
    assert pictures.shape == x.shape
    assert pictures.dtype == np.float32
    assert pictures.min() >= 0
    assert pictures.max() <= 1


@every_model
def test_bytes_and_fractions_encode_alike(name: str) -> None:
    net = made(name)
    pixels = made_up(5, (8, 8, 1)).pixels
    np.testing.assert_allclose(
        net.encode(pixels), net.encode(pixels.astype(np.float32) / 255), atol=1e-6
    )


@every_model
def test_a_code_does_not_depend_on_its_neighbours_in_the_batch(name: str) -> None:
    net = made(name)
    pixels = made_up(9, (8, 8, 1)).pixels
    np.testing.assert_allclose(net.encode(pixels)[4:5], net.encode(pixels[4:5]), atol=1e-5)


@every_model
def test_every_weight_learns(name: str) -> None:
    net = made(name).train()
    x = to_tensor(made_up(16, (8, 8, 1)).pixels, net.device)
    sum(net.losses(x, torch.Generator().manual_seed(0)).values()).backward()
    still = [key for key, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert still == []


@every_model
def test_the_seed_decides_the_weights_and_leaves_other_luck_alone(name: str) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    a, b, c = made(name, seed=1), made(name, seed=1), made(name, seed=2)
    assert torch.equal(torch.rand(1), expected)
    z = np.ones((1, 3), np.float32)
    assert np.array_equal(a.decode(z), b.decode(z))
    assert not np.array_equal(a.decode(z), c.decode(z))


@every_model
@every_shape
def test_its_graphs_give_its_own_answers_with_the_weights_of_any_epoch(
    name: str, shape: tuple[int, int, int]
) -> None:
    files = graphs.export(made(name, shape, seed=1))
    told = json.loads(files["graphs.json"])
    rng = np.random.default_rng(0)
    x = rng.random((4, *shape), np.float32)
    z = rng.standard_normal((4, 3), np.float32)
    for seed in (1, 2):
        net = made(name, shape, seed=seed)
        weights = {key: value.numpy() for key, value in net.state_dict().items()}
        halves = {}
        for half in ("encoder", "decoder"):
            mounted = save({key: weights[key] for key in told[half]["weights"]})
            halves[half] = Session(files[f"{half}.onnx"], f"{half}.safetensors", mounted)
        np.testing.assert_allclose(halves["decoder"].run(z), net.decode(z), atol=1e-5)
        np.testing.assert_allclose(halves["encoder"].run(x), net.encode(x), atol=1e-5)


@every_model
def test_its_graphs_hold_no_weights(name: str) -> None:
    files = graphs.export(made(name, (28, 28, 1)))
    assert len(files["decoder.onnx"]) < 20_000
    assert len(files["encoder.onnx"]) < 20_000


def test_the_default_dense_funnel_is_the_classic_one() -> None:
    net = made("dense", (28, 28, 1), 2)
    widths = [w.shape[1] for key, w in net.state_dict().items() if w.ndim == 2]
    assert widths == [784, 256, 128, 64, 2, 64, 128, 256]


def test_what_is_not_known_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(HinterlandError, match="no model 'vea'") as caught:
        build("vea", (8, 8, 1), 2)
    assert "did you mean 'vae'?" in caught.value.hint
    with pytest.raises(HinterlandError, match="no option 'bta'") as caught:
        build("vae", (8, 8, 1), 2, {"bta": 2})
    assert "did you mean 'beta'?" in caught.value.hint


@pytest.mark.parametrize("d", [0, -1, 5000])
def test_a_latent_size_that_cannot_be_is_refused(d: int) -> None:
    with pytest.raises(HinterlandError, match="latent size"):
        build("vae", (8, 8, 1), d)


@pytest.mark.parametrize(
    "options", [{"beta": -1}, {"beta": "x"}, {"widths": [0]}, {"widths": 5}, {"halves": "cubic"}]
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(HinterlandError):
        build("vae", (8, 8, 1), 2, options)


def test_a_preset_is_an_option_that_can_be_seen() -> None:
    assert resolved("conv-vae", {}) == {"halves": "conv", "widths": (), "beta": 1.0}
    assert resolved("conv-vae", {"beta": 0.5})["beta"] == 0.5


def test_the_closed_form_of_the_kl_term(tmp_path: Path) -> None:
    """KL(N(m, s²) || N(0, 1)) by sampling, against the term that training minimises."""
    net = build("vae", (8, 8, 1), 2, seed=0)
    x = to_tensor(made_up(8, (8, 8, 1)).pixels, net.device)
    with torch.no_grad():
        term = net.losses(x, torch.Generator().manual_seed(0))["kl"].item()
        code = net.posterior(x)
        mean, std = code["mean"], (code["logvar"] / 2).exp()
        z = mean + std * torch.randn(
            20_000, *mean.shape, generator=torch.Generator().manual_seed(1)
        )
        q = torch.distributions.Normal(mean, std).log_prob(z)
        p = torch.distributions.Normal(0, 1).log_prob(z)
        sampled = (q - p).sum(-1).mean().item()
    assert term == pytest.approx(sampled, abs=0.01)
