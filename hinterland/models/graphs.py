"""A model as ONNX graphs without weights, so that any epoch's weights can be mounted under them."""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from collections.abc import Iterator

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from hinterland.models.base import AbstractNet
from hinterland.models.weights import unload


def export(net: AbstractNet) -> dict[str, bytes]:
    """File name -> bytes: `encoder.onnx`, `decoder.onnx`, and `graphs.json`.

    `graphs.json` names each graph's weights. A graph's external data point into the safetensors
    file of exactly those weights, which has the same header at every epoch (docs/formats.md).
    """
    h, w, c = net.image_shape
    halves: dict[str, tuple[nn.Module, Tensor, str, str]] = {
        "encoder": (_Encoder(net), torch.zeros(2, h, w, c), "images", "latents"),
        "decoder": (_Decoder(net), torch.zeros(2, net.latent_dim), "latents", "images"),
    }
    files, told = {}, {}
    for name, (half, example, given, made) in halves.items():
        graph = traced(half, example, given, [made])
        weights = unload(graph, f"{name}.safetensors", _own)
        known = net.state_dict()
        for key, value in weights.items():
            assert np.array_equal(value, known[key].cpu().numpy()), f"{key} changed in the export"
        files[f"{name}.onnx"] = graph.SerializeToString()
        told[name] = {"file": f"{name}.onnx", "weights": sorted(weights)}
    files["graphs.json"] = json.dumps({"format": 1, **told}, indent=1).encode()
    return files


class _Encoder(nn.Module):
    def __init__(self, net: AbstractNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        return self.net.posterior(images.permute(0, 3, 1, 2))["mean"]


class _Decoder(nn.Module):
    def __init__(self, net: AbstractNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, latents: Tensor) -> Tensor:
        return self.net.picture(latents).permute(0, 2, 3, 1)


def traced(half: nn.Module, example: Tensor, given: str, made: list[str]) -> onnx.ModelProto:
    """Trace to ONNX with the weights under their own names, for batches of any size.

    The tracing exporter takes 0.1 s where torch's newer one takes 10 s, and gives the same graph
    for these models; constant folding is off because it would replace weights by their transposes.
    """
    file = io.BytesIO()
    with _on_cpu_for_inference(half), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            half,
            (example,),
            file,  # type: ignore[arg-type]
            dynamo=False,
            do_constant_folding=False,
            input_names=[given],
            output_names=made,
            dynamic_axes={name: {0: "n"} for name in (given, *made)},
            opset_version=17,
        )
    return onnx.load_from_string(file.getvalue())


def _own(tensor: onnx.TensorProto) -> str | None:
    prefix, _, key = tensor.name.partition("net.")
    return key if not prefix and key else None


@contextlib.contextmanager
def _on_cpu_for_inference(half: nn.Module) -> Iterator[None]:
    device = next((weight.device for weight in half.parameters()), torch.device("cpu"))
    training = half.training
    half.cpu().eval()
    try:
        yield
    finally:
        half.to(device).train(training)
