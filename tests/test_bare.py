"""A published graph says nothing of where and by whom it was made, and computes what it did."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from hinterland.show.bare import bare

SECRET = "/home/ada/patients/net.py"


def told(graph: onnx.ModelProto) -> bytes:
    """The graph as exporters of today leave it: lines of code and versions at every place."""
    model = onnx.ModelProto.FromString(graph.SerializeToString())
    model.producer_name = model.producer_version = model.domain = model.doc_string = SECRET
    entry = model.metadata_props.add()
    entry.key, entry.value = "source", SECRET
    places: list[object] = [model.graph, *model.graph.node, *model.graph.initializer]
    places += [*model.graph.input, *model.graph.output, *model.graph.value_info]
    places += [*model.functions, *(node for each in model.functions for node in each.node)]
    for node in model.graph.node:
        for attribute in node.attribute:
            attribute.doc_string = SECRET
            places += [attribute.g, *attribute.g.node] if attribute.HasField("g") else []
            places += [attribute.t] if attribute.HasField("t") else []
    for place in places:
        place.doc_string = SECRET  # type: ignore[attr-defined]
        entry = place.metadata_props.add()  # type: ignore[attr-defined]
        entry.key, entry.value = "pkg.torch.onnx.stack_trace", f'File "{SECRET}", line 12'
    model.graph.name = SECRET
    return model.SerializeToString()


def model() -> onnx.ModelProto:
    """Constants, a branch with graphs inside, weights, a function of its own."""
    there = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])]
    made = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])]
    inner = [helper.make_tensor_value_info("b", TensorProto.FLOAT, ["n", 2])]
    branches = {
        f"{name}_branch": helper.make_graph([helper.make_node(kind, ["h"], ["b"])], name, [], inner)
        for name, kind in (("then", "Relu"), ("else", "Neg"))
    }
    half = numpy_helper.from_array(np.float32(0.5))
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["a"]),
        helper.make_node("Constant", [], ["k"], value=half),
        helper.make_node("Halved", ["a", "k"], ["h"], domain="own"),
        helper.make_node("ReduceMax", ["h"], ["m"], keepdims=0),
        helper.make_node("Greater", ["m", "k"], ["big"]),
        helper.make_node("If", ["big"], ["y"], **branches),
    ]
    own = helper.make_function(
        "own", "Halved", ["p", "q"], ["r"], [helper.make_node("Mul", ["p", "q"], ["r"])],
        [helper.make_opsetid("", 17)],
    )  # fmt: skip
    weight = np.arange(6, dtype=np.float32).reshape(3, 2) - 2
    graph = helper.make_graph(nodes, "g", there, made, [numpy_helper.from_array(weight, "w")])
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, opset_imports=sets, functions=[own], ir_version=10)


def run(graph: bytes, given: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    found: np.ndarray = session.run(None, {"x": given})[0]
    return found


def test_what_programs_wrote_beside_a_graph_is_gone_and_it_computes_the_same() -> None:
    whole = told(model())
    assert whole.count(SECRET.encode()) > 20
    left = bare(whole)
    assert b"ada" not in left
    assert b"stack_trace" not in left
    onnx.checker.check_model(onnx.load_from_string(left))
    for seed in range(4):
        given = np.random.default_rng(seed).normal(size=(5, 3)).astype(np.float32)
        np.testing.assert_array_equal(run(left, given), run(whole, given))
    assert bare(left) == left
