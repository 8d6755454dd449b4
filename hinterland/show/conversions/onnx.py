"""ONNX: the encoder and the decoder, each a file with its weights inside, and a card."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from shlex import quote
from typing import Any

from hinterland.run import commit
from hinterland.show.conversions.base import AbstractConversion, Told, told
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError


@dataclass(frozen=True, slots=True)
class Onnx(AbstractConversion):
    """The model of an epoch as encoder.onnx and decoder.onnx, each alone, and card.json."""

    def write(self, run: Reader, path: Path, say: Callable[[str], None]) -> Told:
        try:
            import onnx  # noqa: F401
        except ModuleNotFoundError:
            raise HinterlandError(
                "ONNX files with weights need the package 'onnx'", "pip install 'hinterland[train]'"
            ) from None
        graphs = run.run.graphs()
        if not graphs:
            raise HinterlandError(
                f"{run.run.path} holds latents only: its model has no graphs",
                "record torch modules rather than functions, or import the model as ONNX",
            )
        sides = {"encoder": run.latents.shape[1:], "decoder": run.shape}
        files = {f"{name}.onnx": _whole(run, name, sides[name]) for name in graphs}
        found = run.run.classifier()
        if found:
            files["classifier.onnx"] = found[0]
        files["card.json"] = commit.encoded(_card(run, files))
        with commit.folder(path) as draft:
            for name, content in files.items():
                (draft / name).write_bytes(content)
        return told(
            path,
            f"hinterland import IMAGES -o RUN --encoder {quote(str(path / 'encoder.onnx'))} "
            f"--decoder {quote(str(path / 'decoder.onnx'))}",
        )


def _whole(run: Reader, name: str, made: tuple[int, ...]) -> bytes:
    """A graph with an epoch's weights in it, where they were external data before.

    made: the sides of a row that it makes, which the trace did not always know.
    """
    import onnx
    from onnx.external_data_helper import ExternalDataInfo

    graph = onnx.load_model_from_string(run.run.graph(name))
    weights = run.run.mounted(run.epoch, name)
    for tensor in graph.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            place = ExternalDataInfo(tensor)
            first = place.offset or 0
            tensor.raw_data = weights[first : first + (place.length or len(weights))]
            tensor.data_location = onnx.TensorProto.DEFAULT
            del tensor.external_data[:]
    for side, size in zip(graph.graph.output[0].type.tensor_type.shape.dim[1:], made, strict=True):
        side.dim_value = size
    content: bytes = graph.SerializeToString()
    return content


def _card(run: Reader, files: dict[str, bytes]) -> dict[str, Any]:
    """What somebody must know to use the files."""
    spec = run.run.spec
    h, w, c = run.shape
    pictures = {"type": "float32", "shape": ["n", h, w, c], "range": [0, 1]}
    latents = {"type": "float32", "shape": ["n", spec["model"]["latent_dim"]]}
    known: dict[str, dict[str, Any]] = {
        "encoder.onnx": {"input": {"images": pictures}, "output": {"latents": latents}},
        "decoder.onnx": {"input": {"latents": latents}, "output": {"images": pictures}},
        "classifier.onnx": {
            "input": {"images": pictures},
            "output": {"probabilities": {"type": "float32", "shape": ["n", len(run.classes)]}},
            "classes": list(run.classes),
        },
    }
    return {
        "format": 1,
        "generator": f"hinterland {version('hinterland')}",
        "model": dict(spec["model"]),
        "epoch": run.epoch,
        "losses": run.run.manifest(run.epoch)["losses"],
        "images": {key: spec["images"][key] for key in ("source", "n", "held_out", "shape")},
        "preprocessing": {
            "colour": "grey" if c == 1 else "RGB",
            "size": [h, w],
            "layout": "n, height, width, channels",
            "scale": "numbers from 0 to 255, divided by 255",
            "conversion": spec["images"]["conversion"],
        },
        "files": {
            name: {**known[name], "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }
