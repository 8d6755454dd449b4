"""diffusers' AutoencoderKL: a folder of config.json and safetensors, never of pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onnx import ModelProto
from safetensors import SafetensorError

from hinterland.models.foreign.base import EXPORT, Wanted, first_line
from hinterland.types import HinterlandError

WEIGHTS = "diffusion_pytorch_model.safetensors"
MOST_CONFIG = 2**20
MOST_NUMBER = 2**16
CONVERT = "save it where you trust it: vae.save_pretrained(folder, safe_serialization=True)"


def halves(files: Mapping[str, Path], wanted: Wanted) -> dict[str, ModelProto]:
    """`encoder` and `decoder` -> a graph. Latents are the mean, as the model makes it, unscaled."""
    if set(files) != {"model"}:
        raise HinterlandError(
            "an AutoencoderKL is a folder that holds both halves", "--model FOLDER"
        )
    folder = files["model"]
    config = configured(folder, wanted)
    import torch
    from diffusers import AutoencoderKL
    from safetensors.torch import load_file

    from hinterland.models.foreign import tracing

    try:
        with tracing.quiet():
            kind: Any = AutoencoderKL
            model = kind.from_config(config).float().eval()
            model.load_state_dict(load_file(folder / WEIGHTS), strict=True)
    except (MemoryError, SafetensorError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(error, MemoryError):
            raise
        message = f"{folder.name}: the weights do not fit config.json: {first_line(error)}"
        raise HinterlandError(message, CONVERT) from None
    h, w, c = wanted.shape
    shrink = 2 ** (len(config["block_out_channels"]) - 1)
    if h % shrink or w % shrink:
        raise HinterlandError(
            f"{folder.name} takes sides that are multiples of {shrink}; these are {w}x{h}",
            f"--size {max(1, round(w / shrink)) * shrink}x{max(1, round(h / shrink)) * shrink}",
        )
    latents = torch.zeros(2, config["latent_channels"], h // shrink, w // shrink)
    return {
        "encoder": tracing.half(
            model, lambda x: model.encode(x).latent_dist.mode(), torch.zeros(2, c, h, w), "encoder"
        ),
        "decoder": tracing.half(model, lambda z: model.decode(z).sample, latents, "decoder"),
    }


def configured(folder: Path, wanted: Wanted) -> dict[str, Any]:
    """config.json, if it is that of an AutoencoderKL for such pictures, with weights beside it."""
    place = folder / "config.json"
    try:
        if place.stat().st_size > MOST_CONFIG:
            raise HinterlandError(f"{place.name} of {folder.name} is too large", CONVERT)
        config: dict[str, Any] = json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        message = f"config.json of {folder.name} cannot be read: {first_line(error)}"
        raise HinterlandError(message, CONVERT) from None
    kind = config.get("_class_name") if isinstance(config, dict) else None
    if kind != "AutoencoderKL" or "auto_map" in config:
        raise HinterlandError(
            f"{folder.name} holds {kind!r}, and only AutoencoderKL is known"[:200], EXPORT
        )
    if not (folder / WEIGHTS).is_file():
        pickles = [p.name for p in folder.iterdir() if p.suffix in (".bin", ".pt", ".ckpt", ".pth")]
        what = (
            f"{pickles[0]} is a pickle, which can run code" if pickles else f"it has no {WEIGHTS}"
        )
        raise HinterlandError(f"{folder.name}: {what}", CONVERT)
    if not _plain(config):
        raise HinterlandError(f"config.json of {folder.name} asks for impossible sizes", CONVERT)
    missing = {"block_out_channels", "latent_channels", "in_channels"} - set(config)
    if missing:
        raise HinterlandError(f"config.json of {folder.name} lacks {min(missing)}", CONVERT)
    if config["in_channels"] != wanted.shape[2]:
        mode = "grey" if config["in_channels"] == 1 else "rgb"
        channels = f"{config['in_channels']} channels; the images have {wanted.shape[2]}"
        message = f"{folder.name} takes {channels}"
        raise HinterlandError(message, f"--mode {mode}")
    return config


def _plain(told: Any) -> bool:
    if isinstance(told, dict):
        return all(_plain(value) for value in told.values())
    if isinstance(told, list):
        return len(told) <= 64 and all(_plain(value) for value in told)
    if isinstance(told, int | float):
        return -MOST_NUMBER <= told <= MOST_NUMBER
    return told is None or (isinstance(told, str) and len(told) < 200)
