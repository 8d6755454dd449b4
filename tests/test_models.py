"""What is asked of every model, whatever it is."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from hinterland.models import (
    MODELS,
    build,
    default_latent_dim,
    graphs,
    layers,
    options_of,
    resolved,
)
from hinterland.models.base import (
    AbstractNet,
    ClosedForm,
    picture_losses,
    reconstruction_loss,
    to_tensor,
    to_tensors,
)
from hinterland.models.meanings import MEANINGS
from hinterland.models.session import Session
from hinterland.types import Autoencoder, HinterlandError
from tests.conftest import ROOT, made_up

SHAPES = [(8, 8, 1), (28, 28, 1), (32, 32, 3), (30, 45, 3), (64, 64, 3)]
LINEAR = {"pca"}  # whose pictures overshoot
AT_LEAST = {"hyperspherical-vae": 2}  # latents
every_model = pytest.mark.parametrize("name", MODELS)


def made(
    name: str, shape: tuple[int, int, int] = (8, 8, 1), d: int = 3, seed: int = 1
) -> AbstractNet:
    return build(name, shape, d, seed=seed).eval()


@every_model
@pytest.mark.parametrize(
    ("shape", "d"), [*((shape, 2) for shape in SHAPES), ((8, 8, 1), 1), ((30, 45, 3), 32)], ids=str
)
def test_codes_and_pictures_have_their_shapes_and_ranges(
    name: str, shape: tuple[int, int, int], d: int
) -> None:
    if d < AT_LEAST.get(name, 1):
        with pytest.raises(HinterlandError, match="at least 2 latents"):
            build(name, shape, d)
        return
    net = made(name, shape, d)
    assert isinstance(net, Autoencoder)
    x = made_up(5, shape).pixels.astype(np.float32) / 255
    z = net.encode(x)
    assert z.shape == (5, d)
    assert z.dtype == np.float32
    pictures = net.decode(z)
    assert pictures.shape == x.shape
    assert pictures.dtype == np.float32
    if name not in LINEAR:
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
    if isinstance(net, ClosedForm):
        before = {key: p.clone() for key, p in net.named_parameters()}
        net.fit(lambda: x.split(5))
        assert not any(torch.equal(p, before[key]) for key, p in net.named_parameters())
        return
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
@pytest.mark.parametrize("n", [1, 7, 300])
def test_the_loss_is_a_number_for_batches_of_any_size(name: str, n: int) -> None:
    net = made(name)
    x = to_tensor(made_up(n, (8, 8, 1)).pixels, net.device)
    with torch.inference_mode():
        parts = net.losses(x, torch.Generator().manual_seed(0))
    assert next(iter(parts)) == "reconstruction"
    assert all(np.isfinite(part.item()) and part.ndim == 0 for part in parts.values())


@every_model
def test_half_precision_changes_the_loss_little(name: str) -> None:
    net = made(name, (28, 28, 1), 4)
    x = to_tensor(made_up(64, (28, 28, 1)).pixels, net.device)
    luck = torch.Generator()
    with torch.inference_mode():
        exact = net.losses(x, luck.manual_seed(0))
        with torch.autocast("cpu", torch.bfloat16):
            half = net.losses(x, luck.manual_seed(0))
    for key, part in exact.items():
        assert half[key].dtype == torch.float32
        assert half[key].item() == pytest.approx(part.item(), rel=0.05), key


@every_model
def test_the_same_luck_gives_the_same_loss(name: str) -> None:
    net = made(name)
    x = to_tensor(made_up(16, (8, 8, 1)).pixels, net.device)
    luck = torch.Generator()
    once, again = (net.losses(x, luck.manual_seed(4)) for _ in range(2))
    assert {key: part.item() for key, part in once.items()} == {
        key: part.item() for key, part in again.items()
    }


@every_model
def test_restored_weights_give_the_same_codes_and_pictures(name: str) -> None:
    net, other = made(name, seed=1), made(name, seed=2)
    kept = save({key: value.numpy() for key, value in net.state_dict().items()})
    other.load_state_dict(to_tensors(load(kept)))
    pixels = made_up(5, (8, 8, 1)).pixels
    assert np.array_equal(net.encode(pixels), other.encode(pixels))
    z = np.random.default_rng(0).standard_normal((5, 3), np.float32)
    assert np.array_equal(net.decode(z), other.decode(z))


@every_model
@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (30, 45, 3)], ids=str)
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
        np.testing.assert_allclose(halves["encoder"].run(x), net.encode(x), rtol=1e-5, atol=1e-5)


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
    ("name", "options"),
    [
        ("vae", {"beta": -1}),
        ("vae", {"beta": float("nan")}),
        ("vae", {"beta": "x"}),
        ("vae", {"widths": [0]}),
        ("vae", {"widths": 5}),
        ("vae", {"halves": "cubic"}),
        ("vae", {"activation": "step"}),
        ("vae", {"loss": "l1"}),
        ("iwae", {"samples": 0}),
        ("dense", {"sparsity": -1}),
        ("dense", {"noise": -0.1}),
        ("dense", {"masking": 1}),
        ("dense", {"bounded": 1}),
        ("simple", {"widths": [64]}),
        ("vq-vae", {"words": 1}),
        ("vq-vae", {"commitment": -1}),
        ("hyperspherical-vae", {"beta": -1}),
    ],
    ids=str,
)
def test_an_option_that_cannot_be_is_refused(name: str, options: dict[str, object]) -> None:
    with pytest.raises(HinterlandError):
        build(name, (8, 8, 1), 2, options)


def test_more_components_than_pixels_are_refused() -> None:
    with pytest.raises(HinterlandError, match="at most 64 components; got 65"):
        build("pca", (8, 8, 1), 65)


def test_a_preset_is_an_option_that_can_be_seen() -> None:
    defaults = resolved("vae", {})
    assert resolved("conv-vae", {}) == {**defaults, "halves": "conv"}
    assert resolved("conv-vae", {"beta": 0.5})["beta"] == 0.5


def test_every_option_says_what_it_means_and_has_a_place_in_the_docs() -> None:
    known = {option for name in MODELS for option in options_of(name)}
    assert set(MEANINGS) == known
    docs = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    assert [option for option in known if f"`{option}`" not in docs] == []
    assert max(len(meaning) for meaning in MEANINGS.values()) < 90, "a line"


def test_options_of_one_class_go_together() -> None:
    net = build(
        "denoising", (8, 8, 1), 2, {"halves": "spatial", "masking": 0.2, "sparsity": 1.0, "mmd": 9}
    )
    x = to_tensor(made_up(16, (8, 8, 1)).pixels, net.device)
    parts = net.losses(x, torch.Generator().manual_seed(0))
    assert list(parts) == ["reconstruction", "sparsity", "mmd"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("sparse", "sparsity"),
        ("wae", "mmd"),
        ("bounded", "mmd"),
        ("topo-ae", "topology"),
        ("geometric-ae", "geometry"),
        ("vq-vae", "commitment"),
        ("vae", "kl"),
        ("hyperspherical-vae", "kl"),
    ],
)
def test_a_part_of_the_loss_is_told_with_its_weight(name: str, part: str) -> None:
    option = "beta" if part == "kl" else part
    weight = resolved(name, {})[option]
    x = to_tensor(made_up(16, (8, 8, 1)).pixels, torch.device("cpu"))
    told = [
        build(name, (8, 8, 1), 4, {option: times * weight}).losses(
            x, torch.Generator().manual_seed(0)
        )
        for times in (1, 3)
    ]
    assert told[0][part].item() != 0
    assert told[1][part].item() == pytest.approx(3 * told[0][part].item(), rel=1e-5)
    assert told[1]["reconstruction"] == told[0]["reconstruction"]


@every_model
def test_a_model_has_a_latent_size_of_its_own(name: str) -> None:
    d = default_latent_dim(name)
    assert made(name, (28, 28, 1), d).latent_dim == d


def test_most_models_have_two_latents_unless_asked() -> None:
    assert default_latent_dim("vae") == 2
    assert default_latent_dim("cae") == 32
    with pytest.raises(HinterlandError, match="no model 'cea'"):
        default_latent_dim("cea")


@pytest.mark.parametrize(
    ("shape", "d", "cells"),
    [
        ((28, 28, 1), 128, (4, 4)),
        ((28, 28, 1), 4, (2, 2)),
        ((28, 28, 1), 2, (1, 1)),
        ((28, 28, 1), 33, (1, 1)),
        ((64, 64, 3), 16, (4, 4)),
        ((30, 45, 3), 48, (4, 6)),
        ((30, 45, 3), 2, (1, 2)),
        ((5, 4, 1), 20, (5, 4)),
        ((1, 1, 1), 1, (1, 1)),
    ],
)
def test_a_spatial_code_has_the_cells_that_its_size_allows(
    shape: tuple[int, int, int], d: int, cells: tuple[int, int]
) -> None:
    assert layers.grid(shape, d) == cells
    net = made("conv", shape, d)
    assert net.decode(net.encode(made_up(2, shape).pixels)).shape == (2, *shape)


@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_a_loss_is_that_of_the_pictures(loss: str) -> None:
    logits = torch.randn(6, 3, 5, 4, generator=torch.Generator().manual_seed(0))
    x = torch.rand(6, 3, 5, 4, generator=torch.Generator().manual_seed(1))
    shown = logits.double().sigmoid()
    expected = {
        "bce": -(x * shown.log() + (1 - x) * (1 - shown).log()),
        "mse": (shown - x) ** 2,
    }[loss].sum((1, 2, 3))
    torch.testing.assert_close(
        picture_losses(logits, x, loss).double(), expected, rtol=1e-6, atol=0
    )
    assert reconstruction_loss(logits, x, loss).item() == pytest.approx(expected.mean().item())
