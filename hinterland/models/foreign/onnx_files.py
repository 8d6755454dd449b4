"""ONNX files of strangers: what is read of them, after it was checked that it can only compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto

from hinterland.models.foreign import external
from hinterland.models.foreign.base import EXPORT, Wanted, first_line
from hinterland.models.foreign.sniff import MOST_BYTES
from hinterland.types import HinterlandError

DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
# These run what another compiler made, and read it from files.
FORBIDDEN = frozenset({"EPContext", "PyOp", "PythonOp"})
DEEPEST = 16  # graphs within graphs, or functions within functions
MOST_NODES = 200_000  # with every function written out
LEAST_OPSET = 11
AGAIN = "export the model again"
NARROW = frozenset({TensorProto.UINT4, TensorProto.INT4, TensorProto.FLOAT4E2M1})  # half a byte


def halves(files: Mapping[str, Path], wanted: Wanted) -> dict[str, ModelProto]:
    """`encoder` and `decoder` -> a checked model, its weights inside."""
    del wanted  # a graph is what it is
    if set(files) != {"encoder", "decoder"}:
        raise HinterlandError(
            "an ONNX file is one half of an autoencoder", "--encoder E.onnx --decoder D.onnx"
        )
    return {name: read(path) for name, path in files.items()}


def read(path: Path) -> ModelProto:
    """One ONNX file with its weights. Raises HinterlandError where anything in it is amiss."""
    model = ModelProto()
    try:
        model.ParseFromString(path.read_bytes())
    except DecodeError:
        raise HinterlandError(
            f"{path.name} is not an ONNX model, or a damaged one", EXPORT
        ) from None
    if not model.ir_version or not model.graph.node or not model.graph.output:
        raise HinterlandError(f"{path.name} holds no graph", EXPORT)
    check(model, path.name, path.parent)
    try:
        onnx.external_data_helper.load_external_data_for_model(model, str(path.parent))
        onnx.checker.check_model(model)
    except HinterlandError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a checker says is a refusal
        message = f"{path.name} is not a valid ONNX model: {first_line(error)}"
        raise HinterlandError(message, AGAIN) from None
    for tensor in tensors(model):
        if tensor.data_location == TensorProto.EXTERNAL:
            raise HinterlandError(f"{path.name} keeps weights where they cannot be read", AGAIN)
    return model


def check(model: ModelProto, name: str, folder: Path) -> None:
    """Refuse whatever is not plain arithmetic of a bearable size; nothing is allocated before."""
    for opset in model.opset_import:
        own = {function.domain for function in model.functions}
        if opset.domain not in DOMAINS | own:
            raise _custom(name, f"the operators of '{opset.domain}'")
        if opset.domain in ("", "ai.onnx") and opset.version < LEAST_OPSET:
            raise HinterlandError(
                f"{name} has opset {opset.version}; {LEAST_OPSET} is the oldest that is read",
                f"{AGAIN}, with opset_version=17",
            )
    _check_nodes(model, name)
    total = 0
    for tensor in tensors(model):
        size = _bytes_of(tensor, name)
        total += size
        if total > MOST_BYTES:
            raise HinterlandError(
                f"{name} declares more than {MOST_BYTES / 1e9:.1f} GB of weights", EXPORT
            )
        if tensor.data_location == TensorProto.EXTERNAL:
            external.check(tensor, folder, name, size)
        elif (tensor.HasField("raw_data") and len(tensor.raw_data) != size) or (
            not tensor.HasField("raw_data") and prod(tensor.dims) > 2 * tensor.ByteSize()
        ):
            raise HinterlandError(f"{name}: weights have another size than they declare", AGAIN)
    for sparse in _sparse(model):
        if prod(sparse.dims) > 64 * (sparse.ByteSize() + 1024):
            raise HinterlandError(f"{name} declares sparse weights that would not fit", EXPORT)


def tensors(model: ModelProto) -> Iterator[TensorProto]:
    """Every tensor that a model holds, wherever it hides."""
    for graph in _graphs(model):
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from (sparse.values, sparse.indices)
    for node in nodes(model):
        for attribute in node.attribute:
            yield from _of_attribute(attribute)
    for function in model.functions:
        for attribute in function.attribute_proto:
            yield from _of_attribute(attribute)


def nodes(model: ModelProto) -> Iterator[NodeProto]:
    """Every node of a model: of its graph, of graphs within it, and of its functions."""
    for graph in _graphs(model):
        yield from graph.node
    for function in model.functions:
        yield from function.node


def _of_attribute(attribute: AttributeProto) -> Iterator[TensorProto]:
    if attribute.HasField("t"):
        yield attribute.t
    yield from attribute.tensors
    for sparse in _sparse_of(attribute):
        yield from (sparse.values, sparse.indices)


def _sparse_of(attribute: AttributeProto) -> list[onnx.SparseTensorProto]:
    one = [attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else []
    return [*one, *attribute.sparse_tensors]


def _sparse(model: ModelProto) -> Iterator[onnx.SparseTensorProto]:
    for graph in _graphs(model):
        yield from graph.sparse_initializer
    for node in nodes(model):
        for attribute in node.attribute:
            yield from _sparse_of(attribute)


def _graphs(model: ModelProto) -> Iterator[GraphProto]:
    yield model.graph
    for holder in (model.graph, *model.functions):
        yield from _within(holder, 1)


def _within(holder: GraphProto | FunctionProto, depth: int) -> Iterator[GraphProto]:
    if depth > DEEPEST:
        raise HinterlandError(f"its graphs are nested deeper than {DEEPEST}", EXPORT)
    for node in holder.node:
        for attribute in node.attribute:
            for graph in ([attribute.g] if attribute.HasField("g") else []) + [*attribute.graphs]:
                yield graph
                yield from _within(graph, depth + 1)


def _check_nodes(model: ModelProto, name: str) -> None:
    functions = {(function.domain, function.name): function for function in model.functions}
    for node in nodes(model):
        if (node.domain, node.op_type) in functions:
            continue
        if node.domain not in DOMAINS or node.op_type in FORBIDDEN:
            raise _custom(name, f"the operator {node.domain or 'ai.onnx'}::{node.op_type}"[:120])
    if len(functions) != len(model.functions):
        raise HinterlandError(f"{name} defines a function twice", AGAIN)
    sizes: dict[tuple[str, str], int] = {}
    whole = _written_out(model.graph, functions, sizes, (), name)
    if whole > MOST_NODES:
        raise HinterlandError(f"{name} has more than {MOST_NODES:,} operators", EXPORT)


def _written_out(
    holder: GraphProto | FunctionProto,
    functions: Mapping[tuple[str, str], FunctionProto],
    sizes: dict[tuple[str, str], int],
    above: tuple[tuple[str, str], ...],
    name: str,
) -> int:
    """How many nodes there are when every function is written out where it is called."""
    if len(above) > DEEPEST:
        raise HinterlandError(f"{name}: its functions are nested deeper than {DEEPEST}", EXPORT)
    count = 0
    for node in (*holder.node, *(n for graph in _within(holder, 1) for n in graph.node)):
        key = node.domain, node.op_type
        if key in above:
            raise HinterlandError(f"{name} has a function that calls itself", AGAIN)
        if key in functions and key not in sizes:
            sizes[key] = _written_out(functions[key], functions, sizes, (*above, key), name)
        count += sizes.get(key, 1)
    return count


def _bytes_of(tensor: TensorProto, name: str) -> int:
    if any(side < 0 for side in tensor.dims) or len(tensor.dims) > 16:
        raise HinterlandError(f"{name} declares weights of an impossible shape", AGAIN)
    if tensor.HasField("segment"):
        raise HinterlandError(f"{name} holds weights in segments", AGAIN)
    if tensor.data_type in (TensorProto.UNDEFINED, TensorProto.STRING):
        return 0
    try:
        size = int(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize) * 8
    except (KeyError, ValueError):
        raise HinterlandError(f"{name} holds numbers of an unknown kind", AGAIN) from None
    count: int = prod(tensor.dims)
    return -(-count * (4 if tensor.data_type in NARROW else size) // 8)


def _custom(name: str, what: str) -> HinterlandError:
    return HinterlandError(
        f"{name} wants {what}, which is not part of ONNX: it would be somebody's own code", EXPORT
    )
