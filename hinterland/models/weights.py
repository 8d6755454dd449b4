"""Taking the weights out of an ONNX graph, so that another file can be mounted in their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx.external_data_helper import set_external_data
from safetensors.numpy import save


def unload(
    model: onnx.ModelProto, location: str, key_of: Callable[[onnx.TensorProto], str | None]
) -> dict[str, np.ndarray]:
    """Take initialisers out of a graph and leave references into `location` in their place.

    key_of: an initialiser -> its name in the safetensors file, or None where it stays. The
    references are offsets into the file that safetensors makes of exactly these arrays.
    """
    found: dict[str, tuple[Any, np.ndarray]] = {}
    for tensor in model.graph.initializer:
        key = key_of(tensor)
        if key is not None:
            found[key] = (tensor, np.ascontiguousarray(onnx.numpy_helper.to_array(tensor)))
    weights = {name: value for name, (_, value) in found.items()}
    content = save(weights)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    for name, (tensor, value) in found.items():
        start, end = header[name]["data_offsets"]
        # numbers may lie in a field of their type; only raw ones can be referred to
        tensor.CopyFrom(onnx.numpy_helper.from_array(value, tensor.name))
        set_external_data(tensor, location, offset=8 + length + start, length=end - start)
        tensor.ClearField("raw_data")
    return weights
