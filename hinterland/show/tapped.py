"""What goes into the products of an ONNX graph: the graph with those inputs as outputs too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort

from hinterland.show.wire import field, fields, parts

# Numbers of fields in onnx.proto3.
GRAPH = 7  # of ModelProto
NODE, OUTPUT = 1, 12  # of GraphProto
INPUTS, KIND, ATTRIBUTE = 1, 4, 5  # of NodeProto
NAME, WHOLE = 1, 3  # of AttributeProto, its name and its int
VALUE_NAME = 1  # of ValueInfoProto


@dataclass(frozen=True, slots=True)
class Product:
    """A node that multiplies rows by a weight (out, in) and adds nothing else to it.

    given: what the rows are called. weight: what the weight is called in the graph.
    """

    given: str
    weight: str


def products(graph: bytes) -> list[Product]:
    """The dense layers of a graph: `Gemm` with its weight as torch has it, (out, in)."""
    found = []
    for number, part in fields(_inner(graph, GRAPH)):
        if number != NODE or not isinstance(part, bytes):
            continue
        node = list(fields(part))
        kinds = [bytes_of(value) for number, value in node if number == KIND]
        if kinds != [b"Gemm"] or _ints(node).get("transB") != 1:
            continue
        names = [bytes_of(value).decode() for number, value in node if number == INPUTS]
        found.append(Product(names[0], names[1]))
    return found


def tapped(graph: bytes, names: list[str]) -> bytes:
    """The graph, which gives the values of these names besides what it gives."""
    more = b"".join(field(OUTPUT, field(VALUE_NAME, name.encode())) for name in sorted(set(names)))
    made = b""
    for number, value, whole in parts(graph):
        inner = number == GRAPH and isinstance(value, bytes)
        made += field(number, bytes_of(value) + more) if inner else whole
    return made


def values(graph: bytes, location: str, weights: bytes, given: np.ndarray) -> dict[str, np.ndarray]:
    """What a graph gives, by name."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.add_external_initializers_from_files_in_memory([location], [weights], [len(weights)])
    session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    feed: Mapping[str, np.ndarray] = {session.get_inputs()[0].name: given}
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, feed), strict=True))


def bytes_of(value: bytes | int | None) -> bytes:
    assert isinstance(value, bytes), "a name is no number"
    return value


def _ints(node: list[tuple[int, bytes | int]]) -> dict[str, int]:
    """The whole-number attributes of a node."""
    found = {}
    for number, value in node:
        if number == ATTRIBUTE and isinstance(value, bytes):
            told = dict(fields(value))
            whole = told.get(WHOLE, 0)
            if isinstance(whole, int):
                found[bytes_of(told[NAME]).decode()] = whole
    return found


def _inner(message: bytes, wanted: int) -> bytes:
    return next(bytes_of(value) for number, value in fields(message) if number == wanted)
