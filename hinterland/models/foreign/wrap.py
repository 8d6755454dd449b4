"""Nodes around a foreign graph, so that it speaks as ours do: pictures in [0, 1], flat latents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from hinterland.models.foreign.base import first_line
from hinterland.types import HinterlandError

MEANS = re.compile(r"(^|[^a-z])(z_?|latent_?|code_?)?(mean|mu|loc)([^a-z]|$)", re.IGNORECASE)
RANDOM = frozenset(
    {
        *("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"),
        *("Multinomial", "Bernoulli"),
    }
)
PASSING = frozenset({"Reshape", "Transpose", "Identity", "Flatten", "Cast", "Squeeze", "Unsqueeze"})
NUMBERS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.UINT8)
OURS = "hinterland/"  # how the nodes and numbers that are added begin
LARGE = 64  # numbers; smaller constants may be shapes, which a runtime must see


def prepare(model: ModelProto, output: str | None, half: str) -> str:
    """Leave of a graph what its one input and chosen output need. Gives the output's name.

    output: the name that was asked for. Without one: what is named like a mean, else the first
    that draws no random numbers, else the first.
    """
    graph = model.graph
    _rename(graph, {name: f"{OURS}inner {name}" for name in ("images", "latents")})
    constants = {tensor.name for tensor in graph.initializer}
    inputs = [given for given in graph.input if given.name not in constants]
    names = [made.name for made in graph.output]
    shown = [name.removeprefix(f"{OURS}inner ") for name in names]
    if output is not None and output not in shown:
        raise HinterlandError(
            f"the {half} has no output '{output}'", f"it has: {', '.join(shown)}"[:300]
        )
    chosen = names[shown.index(output)] if output is not None else _usual(graph, names, shown)
    _prune(graph, chosen)
    used = {name for node in graph.node for name in _read_by(node)}
    inputs = [given for given in inputs if given.name in used]
    if len(inputs) != 1:
        told = ", ".join(given.name for given in inputs) or "none"
        raise HinterlandError(
            f"the {half} has {len(inputs)} inputs where one is due: {told}"[:300],
            "export a graph with one input",
        )
    (given,) = inputs
    if given.type.tensor_type.elem_type not in NUMBERS:
        raise HinterlandError(f"the {half} takes neither floating-point numbers nor bytes")
    del graph.input[:], graph.value_info[:]
    graph.input.append(given)
    _lift_constants(graph)
    if any(node.op_type in RANDOM for node in every_node(graph)):
        raise HinterlandError(
            f"the {half} draws random numbers, so that nothing comes out the same twice",
            f"--latents NAME, where another output is steady: {', '.join(shown)}"[:300]
            if len(shown) > 1
            else "export the mean of the code instead of a sample",
        )
    return chosen


def declared(model: ModelProto) -> tuple[int | None, ...]:
    """The input's shape; None where a side is free or unknown."""
    kind = model.graph.input[0].type.tensor_type
    return tuple(
        side.dim_value if side.HasField("dim_value") and side.dim_value > 0 else None
        for side in kind.shape.dim
    )


def last_operation(model: ModelProto, name: str) -> str | None:
    """The operation that makes a value, looking through those that only move numbers."""
    made = {output: node for node in model.graph.node for output in node.output}
    for _ in range(len(model.graph.node)):
        node = made.get(name)
        if node is None or node.op_type not in PASSING:
            return None if node is None else node.op_type
        name = node.input[0]
    return None


def encoder(
    model: ModelProto, output: str, order: str, sides: Sequence[int], scale: str
) -> ModelProto:
    """Put `images` (n, h, w, c) in [0, 1] before an encoder, and `latents` (n, d) behind it.

    order: `nchw` or `nhwc`. sides: what the encoder takes after the batch; where they are not
    three, the picture's numbers are laid out in them, in that order.
    """
    graph, at = model.graph, "images"
    given = graph.input[0]
    before: list[NodeProto] = []
    factor, offset = {"01": (1, 0), "pm1": (2, -1), "255": (255, 0)}[scale]
    if scale != "01":
        at = _line(graph, before, at, factor, offset)
    if order == "nchw":
        at = _add(before, "Transpose", [at], perm=[0, 3, 1, 2])
    if len(sides) != 3:
        at = _add(before, "Reshape", [at, _shape(graph, "sides", (-1, *sides))])
    kind = given.type.tensor_type.elem_type
    before.append(helper.make_node("Cast", [at], [given.name], name=f"{OURS}given", to=kind))
    after: list[NodeProto] = []
    raw = _add(after, "Cast", [output], to=TensorProto.FLOAT)
    after.append(helper.make_node("Flatten", [raw], ["latents"], name=f"{OURS}made", axis=1))
    _enclose(model, before, after, ("images", 4), ("latents", 2))
    return model


def decoder(
    model: ModelProto,
    output: str,
    order: str,
    sides: Sequence[int],
    shape: tuple[int, int, int],
    scale: str,
    *,
    flat: bool,
    logits: bool,
) -> ModelProto:
    """Put `latents` (n, d) before a decoder, and `images` (n, h, w, c) in [0, 1] behind it.

    sides: what the decoder takes after the batch. order: of its numbers, `nchw` or `nhwc`. flat:
    whether they do not come as (n, c, h, w) or (n, h, w, c).
    """
    graph, at = model.graph, "latents"
    given = graph.input[0]
    before: list[NodeProto] = []
    if len(sides) != 1:
        at = _add(before, "Reshape", [at, _shape(graph, "sides", (-1, *sides))])
    kind = given.type.tensor_type.elem_type
    before.append(helper.make_node("Cast", [at], [given.name], name=f"{OURS}given", to=kind))
    after: list[NodeProto] = []
    at = _add(after, "Cast", [output], to=TensorProto.FLOAT)
    h, w, c = shape
    if flat:
        inner = (c, h, w) if order == "nchw" else (h, w, c)
        at = _add(after, "Reshape", [at, _shape(graph, "picture", (-1, *inner))])
    if logits:
        at = _add(after, "Sigmoid", [at])
    factor, offset = {"01": (1, 0), "pm1": (0.5, 0.5), "255": (1 / 255, 0)}[scale]
    if scale != "01":
        at = _line(graph, after, at, factor, offset)
    at = _add(after, "Max", [at, _number(graph, "lowest", 0)])
    at = _add(after, "Min", [at, _number(graph, "highest", 1)])
    moved: dict[str, Any] = {"perm": [0, 2, 3, 1]} if order == "nchw" else {}
    kind_of_end = "Transpose" if moved else "Identity"
    after.append(helper.make_node(kind_of_end, [at], ["images"], name=f"{OURS}made", **moved))
    _enclose(model, before, after, ("latents", 2), ("images", 4))
    return model


def every_node(graph: GraphProto) -> Iterator[NodeProto]:
    """The nodes of a graph and of the graphs within it."""
    for node in graph.node:
        yield node
        for inner in _subgraphs(node):
            yield from every_node(inner)


def check(model: ModelProto, half: str) -> None:
    """Raise HinterlandError where ONNX does not find a wrapped graph sound."""
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        message = f"the {half} cannot be put under our convention: {first_line(error)}"
        raise HinterlandError(message, "export it again, with opset_version=17") from None


def _usual(graph: GraphProto, names: list[str], shown: list[str]) -> str:
    for name, told in zip(names, shown, strict=True):
        if MEANS.search(told):
            return name
    for name in names:
        copy = GraphProto()
        copy.CopyFrom(graph)
        _prune(copy, name)
        if not any(node.op_type in RANDOM for node in every_node(copy)):
            return name
    return names[0]


def _prune(graph: GraphProto, output: str) -> None:
    """Drop the nodes, the weights and the outputs that `output` does not need."""
    made = {name: node for node in graph.node for name in node.output if name}
    needed, due = {output}, [output]
    while due:
        node = made.get(due.pop())
        for name in [] if node is None else _read_by(node):
            if name not in needed:
                needed.add(name)
                due.append(name)
    kept = [node for node in graph.node if needed & set(node.output)]
    weights = [tensor for tensor in graph.initializer if tensor.name in needed]
    outputs = [made for made in graph.output if made.name == output]
    for field, items in (
        (graph.node, kept),
        (graph.initializer, weights),
        (graph.output, outputs[:1]),
    ):
        copies = [type(item).FromString(item.SerializeToString()) for item in items]
        del field[:]
        field.extend(copies)


def _read_by(node: NodeProto) -> Iterator[str]:
    """What a node reads, also through the graphs within it."""
    yield from (name for name in node.input if name)
    for graph in _subgraphs(node):
        yield from (name for inner in graph.node for name in _read_by(inner))
        yield from (made.name for made in graph.output)


def _subgraphs(node: NodeProto) -> Iterator[GraphProto]:
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def _rename(graph: GraphProto, names: dict[str, str]) -> None:
    """Give values other names, here and in the graphs within."""
    for node in graph.node:
        for field in (node.input, node.output):
            for place, name in enumerate(field):
                field[place] = names.get(name, name)
        for inner in _subgraphs(node):
            _rename(inner, names)
    for item in (*graph.input, *graph.output, *graph.initializer, *graph.value_info):
        item.name = names.get(item.name, item.name)


def _lift_constants(graph: GraphProto) -> None:
    """Turn constants as large as weights into weights."""
    for node in list(graph.node):
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            tensor = node.attribute[0].t
            if prod(tensor.dims) >= LARGE:
                weight = TensorProto.FromString(tensor.SerializeToString())
                weight.name = node.output[0]
                graph.initializer.append(weight)
                graph.node.remove(node)


def _add(nodes: list[NodeProto], kind: str, inputs: list[str], **attributes: Any) -> str:
    name = f"{OURS}{inputs[0].removeprefix(OURS)}>{kind}"
    nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
    return name


def _line(graph: GraphProto, nodes: list[NodeProto], at: str, factor: float, offset: float) -> str:
    """`at` times a factor, and an offset more."""
    at = _add(nodes, "Mul", [at, _number(graph, "factor", factor)])
    return _add(nodes, "Add", [at, _number(graph, "offset", offset)])


def _number(graph: GraphProto, name: str, value: float) -> str:
    graph.initializer.append(numpy_helper.from_array(np.array(value, np.float32), f"{OURS}{name}"))
    return f"{OURS}{name}"


def _shape(graph: GraphProto, name: str, sides: Sequence[int]) -> str:
    array = np.array(sides, np.int64)
    graph.initializer.append(numpy_helper.from_array(array, f"{OURS}{name}"))
    return f"{OURS}{name}"


def _enclose(
    model: ModelProto,
    before: list[NodeProto],
    after: list[NodeProto],
    given: tuple[str, int],
    made: tuple[str, int],
) -> None:
    graph = model.graph
    inner = [NodeProto.FromString(node.SerializeToString()) for node in graph.node]
    del graph.node[:], graph.input[:], graph.output[:], graph.value_info[:]
    graph.node.extend([*before, *inner, *after])
    for field, (name, rank) in ((graph.input, given), (graph.output, made)):
        sides: list[str | None] = ["n", *[None] * (rank - 1)]
        field.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, sides))
    del model.metadata_props[:], model.training_info[:]
    model.doc_string = graph.doc_string = ""
