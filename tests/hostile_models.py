"""Model files that try to run code, to read elsewhere, or to fill the memory, made for tests."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper


class Canary:
    """Unpickled, it makes the file that is named here."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self.path}'",)


def pickles(canary: Path) -> dict[str, bytes]:
    """Pickles in every wrapping, under names that promise something else."""
    trap = Canary(canary)
    plain = {f"protocol {n}.onnx": pickle.dumps(trap, protocol=n) for n in range(6)}
    saved, old = io.BytesIO(), io.BytesIO()
    torch.save(trap, saved)
    torch.save(trap, old, _use_new_zipfile_serialization=False)
    array, arrays, packed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(array, np.array([trap], object), allow_pickle=True)
    np.savez(arrays, a=np.array([trap], object))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("model/code/__torch__.py", "import os")
        archive.writestr("model/data.pkl", plain["protocol 2.onnx"])
    exported = io.BytesIO()
    with zipfile.ZipFile(exported, "w") as archive:
        archive.writestr("model/archive_format", "pt2")
        archive.writestr("model/data/sample_inputs/model.pt", plain["protocol 2.onnx"])
    body = plain["protocol 4.onnx"]
    return plain | {
        "saved.pt": saved.getvalue(),
        "saved.onnx": saved.getvalue(),
        "old.pth": old.getvalue(),
        "script.pt": packed.getvalue(),
        "exported.pt2": exported.getvalue(),
        "array.npy": array.getvalue(),
        "arrays.npz": arrays.getvalue(),
        "gzip.joblib": gzip.compress(body, mtime=0),
        "bz2.joblib": bz2.compress(body),
        "xz.joblib": lzma.compress(body),
        "zlib.joblib": zlib.compress(body),
        "behind-graph.onnx": graph().SerializeToString() + saved.getvalue(),
        "text.onnx": b"import os\nos.system('true')\n",
        "empty.onnx": b"",
        "no-graph.onnx": b"\x08\x08",
        "cut.onnx": graph().SerializeToString()[:-7],
        "weights.safetensors": struct.pack("<Q", 2) + b"{}",
    }


def graph(sides: tuple[Any, ...] = ("n", 1, 8, 8), **more: Any) -> onnx.ModelProto:
    """A sound encoder, pictures of 8 x 8 to 3 numbers, with weights of its own."""
    weight = numpy_helper.from_array(np.linspace(-1, 1, 192, dtype=np.float32).reshape(64, 3), "w")
    nodes = more.get("nodes") or [
        helper.make_node("Flatten", ["x"], ["f"]),
        helper.make_node("MatMul", ["f", "w"], ["z"]),
    ]
    body = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, sides)],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", 3])],
        [weight, *more.get("weights", [])],
    )
    opsets = [helper.make_opsetid(domain, v) for domain, v in more.get("opsets", [("", 17)])]
    return helper.make_model(
        body, opset_imports=opsets, ir_version=8, functions=more.get("functions", [])
    )


def graphs() -> dict[str, onnx.ModelProto]:
    """ONNX models that want more than arithmetic, or more than there is."""
    own = [helper.make_node("Evil", ["x"], ["z"], domain="com.evil")]
    known = [helper.make_node("EPContext", ["x"], ["z"], domain="com.microsoft")]
    loop = helper.make_function(
        "own", "f", ["a"], ["b"], [helper.make_node("f", ["a"], ["b"], domain="own")], []
    )
    calls = [helper.make_node("f", ["x"], ["z"], domain="own")]
    bomb = [
        helper.make_function(
            *("own", f"f{n}", ["a"], ["b"]),
            [helper.make_node(f"f{n + 1}", ["a"], [x], domain="own") for x in ("b", "c", "d", "e")],
            [],
        )
        for n in range(12)
    ]
    bomb.append(helper.make_function("own", "f12", ["a"], ["b"], _nodes("Identity"), []))
    inner = helper.make_graph([], "deep", [], [])
    for _ in range(20):
        node = helper.make_node("If", ["x"], ["z"], then_branch=inner)
        inner = helper.make_graph([node], "deep", [], [])
    large = TensorProto(name="large", data_type=TensorProto.FLOAT, dims=[2**20, 2**20])
    empty = TensorProto(name="large", data_type=TensorProto.FLOAT, dims=[2**20])
    short = TensorProto(name="short", data_type=TensorProto.FLOAT, dims=[9], raw_data=b"1234")
    minus = TensorProto(name="minus", data_type=TensorProto.FLOAT, dims=[-1], raw_data=b"1234")
    strange = TensorProto(name="strange", data_type=99, dims=[1], raw_data=b"1234")
    within = [helper.make_node("Constant", [], ["z"], value=large)]
    both = [("", 17), ("own", 1)]
    return {
        "own operators": graph(nodes=own, opsets=[("", 17), ("com.evil", 1)]),
        "undeclared operators": graph(nodes=own),
        "compiled context": graph(nodes=known, opsets=[("", 17), ("com.microsoft", 1)]),
        "function calls itself": graph(nodes=calls, opsets=both, functions=[loop]),
        "functions multiply": graph(nodes=_nodes("f0", "own"), opsets=both, functions=bomb),
        "deep graphs": graph(nodes=list(inner.node)),
        "large weights": graph(weights=[large]),
        "absent weights": graph(weights=[empty]),
        "short weights": graph(weights=[short]),
        "negative weights": graph(weights=[minus]),
        "unknown numbers": graph(weights=[strange]),
        "large constant": graph(nodes=within),
        "old operators": graph(opsets=[("", 6)]),
        "loose ends": graph(nodes=[helper.make_node("Relu", ["nowhere"], ["z"])]),
    }


def _nodes(kind: str, domain: str = "") -> list[onnx.NodeProto]:
    names = ("a", "b") if kind == "Identity" else ("x", "z")
    return [helper.make_node(kind, [names[0]], [names[1]], domain=domain)]


LOCATIONS = {
    "above": "../secret",
    "above and back": "sub/../../secret",
    "absolute": "/etc/passwd",
    "drive": "C:\\secret",
    "backslash": "..\\secret",
    "nul": "secret\x00.bin",
    "nothing": "",
    "itself": ".",
    "device": "/dev/zero",
    "double": "sub//secret",
    "symbolic link": "link",
    "linked folder": "linked/secret",
    "hard link": "hard",
    "missing": "missing",
    "too short": "short",
    "home": "~/secret",
    "variable": "$HOME/secret",
}


def external(folder: Path, location: str) -> Path:
    """A model in a folder with traps, its weights at `location`."""
    home = folder / "model"
    home.mkdir(parents=True)
    (folder / "secret").write_bytes(bytes(768))
    (home / "short").write_bytes(bytes(9))
    (home / "link").symlink_to(folder / "secret")
    (home / "linked").symlink_to(folder)
    (home / "hard").hardlink_to(folder / "secret")
    model = graph()
    weight = model.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value=location)
    path = home / "e.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def keras_parts(canary: Path) -> dict[str, dict[str, Any]]:
    """Layers, each of which would do more than compute if it were built."""
    touch = f"__import__('os').system('touch {canary}')"
    code = {"class_name": "__lambda__", "config": {"value": touch}}

    def layer(kind: str, module: str | None = "keras.layers", **config: Any) -> dict[str, Any]:
        return {"module": module, "class_name": kind, "config": config, "registered_name": None}

    return {
        "lambda layer": layer("Lambda", function=code),
        "lambda within": layer("Dense", units=2, activation=code),
        "saved model": layer("TFSMLayer", filepath="/tmp/model"),
        "torch module": layer("TorchModuleWrapper", module="gASV"),
        "jax layer": layer("JaxLayer", call_fn=code),
        "vocabulary": layer("StringLookup", vocabulary="/etc/passwd"),
        "own class": {**layer("Sampling", None), "registered_name": "mine>Sampling"},
        "own module": layer("Layer", "canary_module"),
        "download": layer("get_file", "keras.utils", fname="x", origin="http://127.0.0.1:9/x"),
        "inner download": layer("get_file", "keras.src.utils.file_utils"),
        "function": {**layer("function", "builtins"), "config": "exec"},
        "loader": layer("load_model", "keras.models.sub", filepath="x.keras"),
        "huge": layer("Dense", units=2**40),
        "type": {"class_name": "__typespec__", "spec_name": "x", "module": "os", "config": []},
    }


def keras_file(path: Path, config: Any, members: dict[str, bytes] | None = None) -> None:
    """An archive as Keras writes it."""
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file.create_group("layers")
    whole = {
        "metadata.json": b"{}",
        "config.json": config if isinstance(config, bytes) else json.dumps(config).encode(),
        "model.weights.h5": weights.getvalue(),
    } | (members or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a model of these layers."""
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 4]},
        "registered_name": None,
    }
    config = {"name": "encoder", "layers": [first, *layers]}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": config,
        "registered_name": None,
    }


def hdf5_files(folder: Path) -> dict[str, Path]:
    """Weights that lead elsewhere, or declare what they do not hold."""
    other = folder / "other.h5"
    with h5py.File(other, "w") as file:
        file["x"] = np.zeros(4)

    def soft(file: h5py.File) -> None:
        file["link"] = h5py.SoftLink("/x")

    def outside(file: h5py.File) -> None:
        file["link"] = h5py.ExternalLink(str(other), "x")

    def virtual(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((4,), "f8")
        layout[:] = h5py.VirtualSource(str(other), "x", (4,))
        file.create_virtual_dataset("x", layout)

    def external_storage(file: h5py.File) -> None:
        file.create_dataset("x", (4,), "f4", external=[("/etc/passwd", 0, 16)])

    def bomb(file: h5py.File) -> None:
        file.create_dataset("x", (2**40,), "f4", chunks=(1024,))

    def circle(file: h5py.File) -> None:
        file.create_group("a")["a"] = file["/"]

    found = {}
    for make in (soft, outside, virtual, external_storage, bomb, circle):
        found[make.__name__] = folder / f"{make.__name__}.h5"
        with h5py.File(found[make.__name__], "w") as file:
            make(file)
    found["damaged"] = folder / "damaged.h5"
    found["damaged"].write_bytes(other.read_bytes()[:400])
    return found
