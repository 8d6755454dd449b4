"""A model's file is data: what wants to be more is refused in a line, and nothing of it runs."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hinterland.models.foreign import hdf5, jail, keras_files, onnx_files, recognised
from hinterland.models.foreign.base import Wanted
from hinterland.types import HinterlandError
from tests import hostile_models as hostile
from tests.conftest import Command

# Looks at every file of a folder as `import` would, and tells what was done meanwhile.
WATCHED = """
import json, pathlib, sys
from hinterland.models.foreign import onnx_files, recognised
from hinterland.models.foreign.keras_files import configured
from hinterland.types import HinterlandError

done, said = [], {}
ALARMS = ("subprocess.", "socket.", "os.system", "os.exec", "os.posix_spawn", "pickle.find_class")
sys.addaudithook(lambda event, told: done.append(event) if event.startswith(ALARMS) else None)
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        if recognised({"model": str(path)}) == "keras":
            configured(path)
        else:
            onnx_files.read(path)
        said[path.name] = None
    except HinterlandError as error:
        said[path.name] = [error.message, error.hint, error.exit_code]
print(json.dumps([said, done]))
"""


def test_no_file_runs_code_and_each_is_refused_in_a_line(tmp_path: Path) -> None:
    canary, folder = tmp_path / "canary", tmp_path / "files"
    folder.mkdir()
    for name, content in hostile.pickles(canary).items():
        (folder / name).write_bytes(content)
    for name, model in hostile.graphs().items():
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
    for name, layer in hostile.keras_parts(canary).items():
        hostile.keras_file(folder / f"{name}.keras", hostile.sequential(layer))
    (folder / "sound.onnx").write_bytes(hostile.graph().SerializeToString())
    hostile.keras_file(folder / "sound.keras", hostile.sequential())
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(folder)], capture_output=True, text=True, check=True
    )
    said, events = json.loads(done.stdout)
    assert len(said) >= 50
    assert {name for name, refusal in said.items() if refusal is None} == {
        "sound.onnx",
        "sound.keras",
    }
    for name, refusal in said.items():
        message, hint, code = refusal or ("m", "h", 2)
        assert "\n" not in message + hint and message and hint and code == 2, name
        assert len(message) < 400, name
    assert events == []
    assert not canary.exists()
    assert "pickle" in said["saved.onnx"][0] and "safetensors" in said["saved.onnx"][1]


def test_a_reader_that_unpickled_would_be_seen(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "x").write_bytes(hostile.pickles(canary)["protocol 2.onnx"])
    careless = WATCHED.partition("for path")[0]
    careless += "import pickle; pickle.load(open(sys.argv[1], 'rb'))\n"
    subprocess.run(
        [sys.executable, "-c", f"{careless}assert 'os.system' in done", str(tmp_path / "x")],
        check=True,
    )
    assert canary.exists()


@pytest.mark.parametrize("where", hostile.LOCATIONS)
def test_weights_outside_of_the_models_folder_are_never_read(tmp_path: Path, where: str) -> None:
    path = hostile.external(tmp_path, hostile.LOCATIONS[where])
    with pytest.raises(HinterlandError, match="weights") as refusal:
        onnx_files.read(path)
    assert "\n" not in refusal.value.message


def test_weights_beside_the_model_are_read(tmp_path: Path) -> None:
    path = hostile.external(tmp_path, "beside")
    (path.parent / "beside").write_bytes(np.arange(192, dtype=np.float32).tobytes())
    (weight,) = onnx_files.read(path).graph.initializer
    assert np.frombuffer(weight.raw_data, np.float32)[191] == 191


def test_weights_of_keras_that_lead_elsewhere_are_refused(tmp_path: Path) -> None:
    files = hostile.hdf5_files(tmp_path)
    assert len(files) >= 3
    for name, path in files.items():
        with pytest.raises(HinterlandError) as refusal:
            hdf5.check(path, name)
        assert name in refusal.value.message


@pytest.mark.parametrize(
    "members",
    [
        {"../outside": b"x"},
        {"/tmp/outside": b"x"},
        {"assets/words.txt": b"x"},
        {"model.weights.npz": b"x"},
        {"config.json": b"[" * 100_000},
        {"config.json": b"{"},
        {"config.json": b" " * 2**23},
        {"config.json": b"null"},
    ],
    ids=("above", "absolute", "assets", "npz", "deep", "cut", "packed", "null"),
)
def test_an_archive_that_keras_would_not_write_is_refused(
    tmp_path: Path, members: dict[str, bytes]
) -> None:
    hostile.keras_file(tmp_path / "model.keras", hostile.sequential(), members)
    with pytest.raises(HinterlandError, match=r"model\.keras"):
        keras_files.configured(tmp_path / "model.keras")


def test_weights_of_diffusers_that_are_pickles_are_refused(tmp_path: Path) -> None:
    from hinterland.models.foreign import diffusers_vae

    (tmp_path / "config.json").write_text('{"_class_name": "AutoencoderKL"}')
    (tmp_path / "diffusion_pytorch_model.bin").write_bytes(b"\x80\x02.")
    with pytest.raises(HinterlandError, match="pickle"):
        diffusers_vae.configured(tmp_path, Wanted((8, 8, 1)))
    (tmp_path / "config.json").write_text('{"_class_name": "Evil", "auto_map": {"x": "evil.py"}}')
    with pytest.raises(HinterlandError, match="Evil"):
        diffusers_vae.configured(tmp_path, Wanted((8, 8, 1)))


CONFINED = """
import ctypes, json, os, pathlib, socket, subprocess, sys
from hinterland.models.foreign.confine import confine
here = pathlib.Path(sys.argv[1])
confine(here, memory=2**32, seconds=20)
libc = ctypes.CDLL(None)
tries = {
    "socket": lambda: socket.socket(),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
    "replace": lambda: os.execv("/bin/true", ["true"]),
    "write": lambda: open(here.parent / "outside", "w"),
    "write low": lambda: os.open(here.parent / "outside", os.O_CREAT | os.O_WRONLY),
    "write above": lambda: open(here / ".." / "outside", "w"),
    "remove": lambda: os.remove(here.parent / "kept"),
    "rename": lambda: os.rename(here.parent / "kept", here / "kept"),
    "unpickle": lambda: __import__("pickle").loads(b"cos\\nsystem\\n(S'true'\\ntR."),
    "native socket": lambda: None if libc.socket(2, 1, 0) >= 0 else 1 / 0,
}
held = []
for name, attempt in tries.items():
    try:
        attempt()
    except (PermissionError, ZeroDivisionError):
        held.append(name)
(here / "allowed").write_text("x")
print(json.dumps(sorted(set(tries) - set(held))))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_the_process_that_reads_a_model_can_compute_and_nothing_else(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "kept").write_text("x")
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, str(inside)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside", "kept"]


@pytest.mark.slow
def test_a_bomb_ends_in_a_line_and_leaves_the_parent_small(tmp_path: Path) -> None:
    from onnx import helper, numpy_helper

    shape = numpy_helper.from_array(np.array([2**17, 2**17], np.int64), "shape")
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["large"]),
        helper.make_node("ReduceSum", ["large"], ["sum"], keepdims=0),
        helper.make_node("Flatten", ["x"], ["f"]),
        helper.make_node("MatMul", ["f", "w"], ["m"]),
        helper.make_node("Add", ["m", "sum"], ["z"]),
    ]
    path = tmp_path / "bomb.onnx"
    path.write_bytes(hostile.graph(nodes=nodes, weights=[shape]).SerializeToString())
    files = {"encoder": path, "decoder": path}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(HinterlandError) as refusal:
        jail.bring("onnx", files, Wanted((8, 8, 1)), np.zeros((3, 8, 8, 1), np.float32))
    assert "\n" not in refusal.value.message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB


@pytest.mark.slow
def test_a_model_that_never_ends_is_ended(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, numpy_helper

    yes = numpy_helper.from_array(np.array(True), "yes")
    many = numpy_helper.from_array(np.array(2**62, np.int64), "many")
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Sin", ["v"], ["u"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("d", TensorProto.BOOL, []),
            helper.make_tensor_value_info("u", TensorProto.FLOAT, None),
        ],
    )
    nodes = [
        helper.make_node("Flatten", ["x"], ["f"]),
        helper.make_node("Loop", ["many", "yes", "f"], ["g"], body=body),
        helper.make_node("MatMul", ["g", "w"], ["z"]),
    ]
    path = tmp_path / "loop.onnx"
    path.write_bytes(hostile.graph(nodes=nodes, weights=[yes, many]).SerializeToString())
    files = {"encoder": path, "decoder": path}
    with pytest.raises(HinterlandError, match="more than 3 s"):
        jail.bring("onnx", files, Wanted((8, 8, 1)), np.zeros((3, 8, 8, 1), np.float32), seconds=3)


@pytest.mark.slow
def test_the_command_refuses_a_pickle_in_a_line(tmp_path: Path, hinterland: Command) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "m.pt").write_bytes(hostile.pickles(canary)["saved.pt"])
    done = hinterland("import", "digits", "-o", "run", "--model", "m.pt", status=2)
    assert done.stderr.startswith("error: m.pt is a PyTorch pickle")
    assert done.stderr.count("\n") == 2
    assert not canary.exists() and not (tmp_path / "run").exists()


def test_a_name_that_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(HinterlandError, match="there is no model"):
        recognised({"model": str(tmp_path / "nothing.onnx")})
