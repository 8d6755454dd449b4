"""A recorded model without torch: its graphs and one epoch's weights, run by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnxruntime as ort


class Session:
    """One graph with one epoch's weights. `run` maps float32 arrays to float32 arrays."""

    def __init__(self, graph: bytes, location: str, weights: bytes) -> None:
        """location: the name under which the graph's external data ask for `weights`."""
        options = ort.SessionOptions()
        options.log_severity_level = 3
        options.add_external_initializers_from_files_in_memory(
            [location], [weights], [len(weights)]
        )
        self._session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        # the session reads the weights in place
        self._weights = weights

    def run(self, given: np.ndarray) -> np.ndarray:
        name = self._session.get_inputs()[0].name
        feed: Mapping[str, np.ndarray] = {name: np.ascontiguousarray(given, np.float32)}
        made: np.ndarray = self._session.run(None, feed)[0]
        return made
