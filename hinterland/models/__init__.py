"""The models: names -> autoencoders. To add one, write a file and add a line here."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from hinterland.types import HinterlandError, Registry, nearest_name

if TYPE_CHECKING:
    from hinterland.models.base import AbstractNet

MODELS = Registry(
    "model",
    __name__,
    {
        "simple": (
            "plain:Plain",
            {"halves": "linear"},
            "One hidden layer, a matrix each way: what a first lesson draws.",
        ),
        "dense": (
            "plain:Plain",
            {"widths": (256, 128, 64)},
            "The plain autoencoder: pixels-256-128-64-d and its mirror image.",
        ),
        "deep": (
            "plain:Plain",
            {"widths": (1000, 500, 250)},
            "A deeper funnel: pixels-1000-500-250-d, as Hinton and Salakhutdinov had it.",
        ),
        "conv": (
            "plain:Plain",
            {"halves": "spatial"},
            "Convolutions alone: the code is a small picture.",
        ),
        "conv-dense": (
            "plain:Plain",
            {"halves": "conv", "funnel": (512, 256, 64)},
            "A convolutional stem and a dense funnel, for few latents.",
        ),
        "cae": (
            "plain:Plain",
            {"halves": "conv", "widths": (32, 64, 128), "activation": "elu"},
            "ELU convolutions and a dense funnel, for some 32 latents.",
        ),
        "sparse": (
            "plain:Plain",
            {"sparsity": 1.0},
            "An L1 penalty on the code, so that few numbers say much.",
        ),
        "denoising": (
            "plain:Plain",
            {"noise": 0.5},
            "Learns to clean noisy pictures, and so what pictures are like.",
        ),
        "bounded": (
            "plain:Plain",
            {"bounded": True, "mmd": 100.0},
            "A tanh code that fills a square evenly: a map without margins.",
        ),
        "wae": (
            "plain:Plain",
            {"mmd": 100.0},
            "Wasserstein autoencoder: a plain code drawn to a normal prior by MMD.",
        ),
        "topo-ae": (
            "plain:Plain",
            {"topology": 0.3},
            "Topological autoencoder: what hangs together among pictures does so in the code.",
        ),
        "geometric-ae": (
            "plain:Plain",
            {"activation": "elu", "geometry": 1.0},
            "Geometric autoencoder: a decoder that stretches the plane evenly.",
        ),
        "vae": "vae:VAE",
        "conv-vae": (
            "vae:VAE",
            {"halves": "conv"},
            "The variational autoencoder with convolutions.",
        ),
        "beta-vae": (
            "vae:VAE",
            {"beta": 4.0},
            "The variational autoencoder with a heavier prior: numbers that mean one thing each.",
        ),
        "iwae": (
            "vae:VAE",
            {"samples": 5},
            "The importance-weighted autoencoder: a tighter bound from several samples.",
        ),
        "hyperspherical-vae": "hyperspherical:Hyperspherical",
        "vq-vae": "vq:VQVAE",
        "pca": "pca:PCA",
    },
)

# Where no latent size is asked for; 2 for all others, which needs no projection.
LATENT_DIMS = {"conv": 128, "cae": 32, "sparse": 32, "hyperspherical-vae": 3, "vq-vae": 128}

MAX_LATENT_DIM = 4096


def build(
    name: str,
    image_shape: tuple[int, int, int],
    latent_dim: int,
    options: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
) -> AbstractNet:
    """Make an untrained model. The same seed gives the same weights.

    Raises HinterlandError for an unknown name or option, with the nearest known one, and for a
    latent size outside 1 to 4,096.
    """
    import torch

    checked(name, latent_dim)
    asked = resolved(name, options or {})
    with torch.random.fork_rng(devices=[]):
        # not torch.manual_seed: that would also seed the GPUs, whose luck is the caller's
        torch.default_generator.manual_seed(seed)
        net: AbstractNet = MODELS[name](image_shape, latent_dim, **asked)
    return net


def default_latent_dim(name: str) -> int:
    """The latent size of a model for which none is asked, without importing torch."""
    checked(name, 1)
    return LATENT_DIMS.get(name, 2)


def checked(name: str, latent_dim: int) -> None:
    """Refuse a name or a latent size that cannot be, without importing torch."""
    if not 1 <= latent_dim <= MAX_LATENT_DIM:
        raise HinterlandError(
            f"the latent size must lie between 1 and {MAX_LATENT_DIM:,}; got {latent_dim}",
            "--latent-dim 2 gives a map that needs no projection",
        )
    MODELS.preset(name)


def resolved(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of a model with its value: what was asked, then presets, then defaults."""
    known = options_of(name)
    for key in options:
        if key not in known:
            raise HinterlandError(f"model '{name}' has no option '{key}'", nearest_name(key, known))
        if not _fits(options[key], known[key]):
            raise HinterlandError(
                f"option '{key}' of model '{name}' is like {known[key]!r}; got {options[key]!r}"
            )
    return {**known, **options}


def options_of(name: str) -> dict[str, Any]:
    """The options of a model and their defaults."""
    signature = inspect.signature(MODELS[name].__init__)
    return {
        key: parameter.default
        for key, parameter in signature.parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    } | MODELS.preset(name)


def _fits(value: Any, default: Any) -> bool:
    """Whether an option has the kind of its default; a whole number is also a fraction."""
    match default:
        case bool() | str():
            return isinstance(value, type(default))
        case int() | float():
            kinds = (int, float) if isinstance(default, float) else (int,)
            return isinstance(value, kinds) and not isinstance(value, bool) and isfinite(value)
        case _:
            return isinstance(value, list | tuple)
