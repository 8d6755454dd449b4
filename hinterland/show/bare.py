"""An ONNX graph without what its maker's programs wrote beside it: traces with paths, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hinterland.show.wire import field, parts

# What each message of onnx.proto3 loses, by the fields' numbers: doc_string and metadata_props,
# which hold the lines of code that a node came from; who made it with what; how it was trained.
LOST: Final[Mapping[str, frozenset[int]]] = {
    "model": frozenset({2, 3, 4, 6, 14, 20}),
    "graph": frozenset({10, 16}),
    "node": frozenset({6, 9}),
    "attribute": frozenset({13}),
    "tensor": frozenset({12, 16}),
    "value": frozenset({3, 4}),
    "function": frozenset({8, 14}),
}
# And where messages lie in others.
INNER: Final[Mapping[str, Mapping[int, str]]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 11: "value", 12: "value", 13: "value"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph"},
    "tensor": {},
    "value": {},
    "function": {7: "node", 11: "attribute", 12: "value"},
}
GRAPH_NAME = 2


def bare(graph: bytes) -> bytes:
    """The same graph, which computes the same."""
    return _stripped("model", graph)


def _stripped(kind: str, message: bytes) -> bytes:
    made = bytearray()
    for number, value, whole in parts(message):
        inner = INNER[kind].get(number)
        if inner and isinstance(value, bytes):
            made += field(number, _stripped(inner, value))
        elif kind == "graph" and number == GRAPH_NAME:
            made += field(number, b"graph")  # a graph must have one
        elif number not in LOST[kind]:
            made += whole
    return bytes(made)
