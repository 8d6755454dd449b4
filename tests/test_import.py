"""`hinterland import`: a model made elsewhere becomes a run, and decodes the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load

from hinterland.adopt import adopt
from hinterland.live import Live
from hinterland.models.foreign import bring
from hinterland.models.foreign.base import Wanted
from hinterland.models.foreign.settle import settle
from hinterland.run import Run
from hinterland.score import score
from hinterland.train import train
from hinterland.types import HinterlandError, Images
from tests.conftest import Command, made_up

SHAPE = (8, 6, 1)
RNG = np.random.default_rng(0)
DOWN = RNG.normal(size=(48, 3)).astype(np.float32) / 7
UP = RNG.normal(size=(3, 48)).astype(np.float32)
PICTURES = RNG.random((5, *SHAPE), np.float32)


def model(
    nodes: list[onnx.NodeProto], sides: list[Any], outputs: list[str], /, **weights: np.ndarray
) -> onnx.ModelProto:
    # what a file claims of its outputs is not believed, so that any shape will do
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3]) for name in outputs]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, sides)],
        made,
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def encoder(sides: list[Any] | None = None, **more: Any) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Flatten", ["x"], ["f"]),
        helper.make_node("MatMul", ["f", "down"], ["z"]),
        *more.pop("nodes", []),
    ]
    return model(nodes, sides or ["n", 1, 8, 6], more.pop("outputs", ["z"]), down=DOWN, **more)


def decoder(last: str = "Sigmoid", picture: tuple[int, ...] = (1, 8, 6)) -> onnx.ModelProto:
    nodes = [
        helper.make_node("MatMul", ["x", "up"], ["m"]),
        helper.make_node(last, ["m"], ["s"]),
        helper.make_node("Reshape", ["s", "sides"], ["y"]),
    ]
    return model(nodes, ["n", 3], ["y"], up=UP, sides=np.array([-1, *picture]))


def settled(*halves: onnx.ModelProto, **wanted: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Both halves as functions, and what was told."""
    from hinterland.adopt import _Graphs

    brought = settle(
        dict(zip(("encoder", "decoder"), halves, strict=True)), Wanted(SHAPE, **wanted), PICTURES
    )
    coder = _Graphs(brought, SHAPE)
    return coder.encode, coder.decode, dict(brought.told)


@pytest.mark.parametrize(
    ("sides", "picture"),
    [
        (["n", 1, 8, 6], (1, 8, 6)),
        (["n", 8, 6, 1], (8, 6, 1)),
        (["n", 48], (48,)),
        (["n", 8, 6], (8, 6)),
        ([1, 1, 8, 6], (1, 8, 6)),
        ([None, 1, None, None], (1, 8, 6)),
    ],
    ids=str,
)
def test_pictures_reach_a_model_in_the_order_that_it_takes(
    sides: list[Any], picture: tuple[int, ...]
) -> None:
    encode, decode, _ = settled(encoder(sides), decoder(picture=picture))
    z = PICTURES.reshape(5, 48) @ DOWN
    assert np.allclose(encode(PICTURES), z, atol=1e-6)
    assert np.allclose(decode(z).reshape(5, 48), 1 / (1 + np.exp(-z @ UP)), atol=1e-6)


@pytest.mark.parametrize(
    ("wanted", "last", "given", "made"),
    [
        ({}, "Sigmoid", lambda x: x, lambda m: 1 / (1 + np.exp(-m))),
        ({}, "Tanh", lambda x: 2 * x - 1, lambda m: np.tanh(m) / 2 + 0.5),
        ({"scale": "01"}, "Tanh", lambda x: x, lambda m: np.clip(np.tanh(m), 0, 1)),
        ({"scale": "255"}, "Relu", lambda x: 255 * x, lambda m: np.clip(m, 0, 255) / 255),
        ({"logits": True}, "Identity", lambda x: x, lambda m: 1 / (1 + np.exp(-m))),
    ],
    ids=("sigmoid", "tanh", "tanh but 01", "255", "logits"),
)
def test_pixels_reach_a_model_in_the_range_that_it_takes(
    wanted: dict[str, Any], last: str, given: Any, made: Any
) -> None:
    encode, decode, told = settled(encoder(), decoder(last), **wanted)
    z = given(PICTURES.reshape(5, 48)) @ DOWN
    assert np.allclose(encode(PICTURES), z, atol=1e-4)
    z /= max(1, np.abs(z).max())
    assert np.allclose(decode(z).reshape(5, 48), made(z @ UP), atol=1e-5)
    assert told["loss"] == ("bce" if last == "Sigmoid" or wanted.get("logits") else "mse")


def test_of_an_encoders_outputs_the_mean_is_taken_and_chance_is_left_out() -> None:
    nodes = [
        helper.make_node("Neg", ["z"], ["z_mean"]),
        helper.make_node("RandomNormalLike", ["z"], ["noise"]),
        helper.make_node("Add", ["z_mean", "noise"], ["sample"]),
    ]
    both = {"nodes": nodes, "outputs": ["sample", "z", "z_mean"]}
    z = PICTURES.reshape(5, 48) @ DOWN
    for output, due in ((None, -z), ("z", z)):
        encode, _, told = settled(encoder(**both), decoder(), output=output)
        assert np.allclose(encode(PICTURES), due, atol=1e-6)
        assert told["output"] == (output or "z_mean")
        both = {"nodes": nodes, "outputs": ["sample", "z", "z_mean"]}
    with pytest.raises(HinterlandError, match="random numbers") as refusal:
        settled(encoder(**both), decoder(), output="sample")
    assert "z_mean" in refusal.value.hint


def test_a_model_that_looks_at_the_whole_batch_is_refused() -> None:
    nodes = [
        helper.make_node("ReduceMean", ["z"], ["mean"], axes=[0], keepdims=1),
        helper.make_node("Sub", ["z", "mean"], ["centred"]),
    ]
    with pytest.raises(HinterlandError, match="neighbours in the batch"):
        settled(encoder(nodes=nodes, outputs=["centred"]), decoder())
    fixed = [helper.make_node("Reshape", ["z", "one"], ["r"])]
    one = np.array([1, 3])
    with pytest.raises(HinterlandError, match="batches of 1, 2 and 3") as refusal:
        settled(encoder(nodes=fixed, outputs=["r"], one=one), decoder())
    assert "free batch dimension" in refusal.value.hint


@pytest.mark.parametrize(
    ("sides", "hint"),
    [
        (["n", 1, 28, 28], "--size 28x28"),
        (["n", 8, 6, 3], "--mode rgb"),
        (["n", 784], "--size 28x28"),
        (["n", 3, 32, 32], "--size 32x32 --mode rgb"),
        (["n", None, None, None], "--layout nchw"),
    ],
    ids=str,
)
def test_images_that_do_not_fit_the_model_are_told_with_the_option(
    sides: list[Any], hint: str
) -> None:
    with pytest.raises(HinterlandError) as refusal:
        settled(encoder(sides), decoder())
    assert hint in refusal.value.hint


def test_halves_of_two_models_are_told() -> None:
    other = model([helper.make_node("Relu", ["x"], ["y"])], ["n", 7], ["y"])
    with pytest.raises(HinterlandError, match="encoder makes 3 numbers, the decoder takes 7"):
        settled(encoder(), other)
    small = model([helper.make_node("Relu", ["x"], ["y"])], ["n", 3], ["y"])
    with pytest.raises(HinterlandError, match="decoder makes pictures of 3"):
        settled(encoder(), small)


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Images]:
    folder = tmp_path_factory.mktemp("adopted")
    images = made_up(60, SHAPE)
    files = {"encoder": folder / "e.onnx", "decoder": folder / "d.onnx"}
    onnx.save(encoder(), files["encoder"])
    onnx.save(decoder(), files["decoder"])
    models = {name: str(path) for name, path in files.items()}
    run, notes = adopt(folder / "run", images, models, source="made up", track=30)
    assert notes == ()
    return run, images


def test_an_imported_run_is_a_run(adopted: tuple[Run, Images]) -> None:
    run, images = adopted
    x = images.pixels.astype(np.float32) / 255
    z = x.reshape(60, 48) @ DOWN
    assert run.epochs == [0] and run.spec["model"]["name"] == "imported"
    assert np.allclose(run.latents(0), z[run.tracked_rows()], atol=1e-5)
    asked = {"epoch": 0, "latents": z[:4].tolist()}
    shown = load(Live(run).ask("decode", asked))["images"]
    assert np.allclose(shown.reshape(4, 48), 1 / (1 + np.exp(-z[:4] @ UP)), atol=1e-5)
    held_out = images.held_out
    p = 1 / (1 + np.exp(-z[held_out] @ UP))
    y = x[held_out].reshape(-1, 48)
    bce = -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(1).mean()
    assert run.losses()[0]["losses"] == {"train": None, "validation": pytest.approx(bce, rel=1e-4)}
    assert score(run, images)["mse"] == pytest.approx(((p - y) ** 2).mean(), rel=1e-4)


def test_its_weights_lie_beside_its_graphs(adopted: tuple[Run, Images]) -> None:
    run, _ = adopted
    assert {"encoder/down", "decoder/up"} == set(run.arrays(0, "weights"))
    assert DOWN.tobytes() not in run.graph("encoder")
    files = run.spec["model"]["options"]["files"]
    assert files["encoder"]["name"] == "e.onnx" and len(files["encoder"]["sha256"]) == 64


def test_it_cannot_be_trained_here(adopted: tuple[Run, Images]) -> None:
    with pytest.raises(HinterlandError, match="imported") as refusal:
        next(train(*adopted))
    assert refusal.value.exit_code == 2


MINE = """
import numpy as np
class Plain:
    def encode(self, images): return images.reshape(len(images), -1)[:, :2]
    def decode(self, latents): return np.zeros((len(latents), 8, 6, 1)) + 0.5
class Wrong(Plain):
    def decode(self, latents): return np.zeros((len(latents), 7, 6, 1))
def torch_model():
    import torch
    from torch import nn
    torch.manual_seed(0)
    net = nn.Module()
    layers = nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(48, 4)
    net.encoder = nn.Sequential(*layers)
    net.decoder = nn.Sequential(nn.Linear(4, 48), nn.Tanh(), nn.Unflatten(1, (1, 8, 6)))
    return net
def pair():
    net = torch_model()
    encode = net.encoder
    net.encode = lambda x: (encode(x), encode(x) * 0 - 1)
    net.decode = net.decoder
    return net
def broken(): raise ValueError("first\\nsecond")
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of one's own in the current directory; each test has another."""
    name = f"mine_{abs(hash(tmp_path))}"
    (tmp_path / f"{name}.py").write_text(MINE)
    monkeypatch.chdir(tmp_path)
    return name


@pytest.mark.parametrize("name", ["torch_model", "pair"])
def test_a_torch_module_of_ones_own_is_brought_with_its_graphs(mine: str, name: str) -> None:
    import torch

    from hinterland.adopt import _Graphs

    brought = bring({"model": f"{mine}:{name}"}, Wanted(SHAPE), PICTURES)
    net = getattr(sys.modules[mine], "torch_model")().eval()  # noqa: B009  the name varies
    coder = _Graphs(brought, SHAPE)
    x = torch.from_numpy(PICTURES).permute(0, 3, 1, 2)
    with torch.no_grad():
        z = net.encoder(x * 2 - 1)
        y = net.decoder(z).permute(0, 2, 3, 1) / 2 + 0.5
    assert np.allclose(coder.encode(PICTURES), z.numpy(), atol=1e-5)
    assert np.allclose(coder.decode(z.numpy()), y.numpy(), atol=1e-5)


def test_an_object_without_graphs_is_recorded_and_says_so(mine: str, tmp_path: Path) -> None:
    images = made_up(20, SHAPE)
    run, notes = adopt(tmp_path / "run", images, {"model": f"{mine}:Plain"}, source="made up")
    assert "without graphs" in notes[0]
    assert run.graphs() == {} and Live(run).questions == ()
    assert run.latents(0).shape == (20, 2)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Wrong", r"decode gave shape \(5, 7, 6, 1\)"),
        ("broken", "ValueError: first"),
        ("absent", "has no 'absent'"),
        ("np", "gives module"),
    ],
)
def test_what_is_wrong_with_ones_own_code_is_told(mine: str, name: str, message: str) -> None:
    with pytest.raises(HinterlandError, match=message):
        bring({"model": f"{mine}:{name}"}, Wanted(SHAPE), PICTURES)


def test_a_module_that_is_not_there_is_told() -> None:
    with pytest.raises(HinterlandError, match="there is no module 'nowhere'"):
        bring({"model": "nowhere:build"}, Wanted(SHAPE), PICTURES)


KERAS = """
import os; os.environ["KERAS_BACKEND"] = "torch"
import keras, numpy as np
from keras import layers
keras.utils.set_random_seed(0)
e = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3, 2, "same", activation="relu"),
    layers.BatchNormalization(), layers.Flatten(), layers.Dense(3)], name="encoder")
i = keras.Input((3,))
x = layers.Reshape((4, 4, 4))(layers.Dense(64, activation="relu")(i))
o = layers.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid")(layers.Dropout(0.5)(x))
d = keras.Model(i, o, name="decoder")
a = keras.Input((8, 8, 1))
whole = keras.Model(a, d(e(a)))
def own(y, p): return keras.ops.mean((y - p) ** 2)
whole.compile("adam", own)
e.save("e.keras"); d.save("d.keras"); whole.save("whole.keras")
z = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
x = np.random.default_rng(1).random((4, 8, 8, 1)).astype("float32")
numbers = lambda t: t.detach().cpu().numpy()
np.savez("due.npz", z=z, x=x, e=numbers(e(x)), d=numbers(d(z)))
"""

DIFFUSERS = """
import numpy as np, torch
from diffusers import AutoencoderKL
torch.manual_seed(0)
v = AutoencoderKL(in_channels=1, out_channels=1, down_block_types=["DownEncoderBlock2D"] * 2,
    up_block_types=["UpDecoderBlock2D"] * 2, block_out_channels=[4, 8], layers_per_block=1,
    latent_channels=2, norm_num_groups=2, sample_size=8).eval()
v.save_pretrained("vae")
z, x = torch.randn(4, 2, 4, 4), torch.rand(4, 1, 8, 8)
with torch.no_grad():
    d = (v.decode(z).sample / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)
    e = v.encode(2 * x - 1).latent_dist.mean.flatten(1)
np.savez("due.npz", z=z.flatten(1), x=x.permute(0, 2, 3, 1), e=e, d=d)
"""


def same(folder: Path, hinterland: Command, *words: str) -> None:
    """Import with these words, and compare what it makes with what the makers' library made."""
    done = hinterland("import", "digits", "-o", "run", *words, "--json")
    told = json.loads(done.stdout)
    assert told["epochs"] == 0 and told["losses"]["train"] is None
    live = Live(Run.open(folder / "run"))
    due = np.load(folder / "due.npz", allow_pickle=False)
    made = load(live.ask("decode", {"epoch": 0, "latents": due["z"].tolist()}))["images"]
    assert np.allclose(made, due["d"], atol=1e-5)
    made = load(live.ask("encode", {"epoch": 0, "images": due["x"].tolist()}))["latents"]
    assert np.allclose(made, due["e"], atol=1e-5)


@pytest.mark.slow
def test_a_keras_model_decodes_as_in_keras(tmp_path: Path, hinterland: Command) -> None:
    subprocess.run([sys.executable, "-c", KERAS], cwd=tmp_path, check=True, capture_output=True)
    for words in (("--encoder", "e.keras", "--decoder", "d.keras"), ("--model", "whole.keras")):
        same(tmp_path, hinterland, *words)
        (tmp_path / "run").rename(tmp_path / words[-1].removesuffix(".keras"))
    done = hinterland("import", "digits", "-o", "x", "--model", "e.keras", status=2)
    assert "save the halves" in done.stderr


@pytest.mark.slow
def test_an_autoencoder_of_diffusers_decodes_as_there(tmp_path: Path, hinterland: Command) -> None:
    pytest.importorskip("diffusers", reason="pip install 'hinterland[diffusers]'")
    subprocess.run([sys.executable, "-c", DIFFUSERS], cwd=tmp_path, check=True, capture_output=True)
    same(tmp_path, hinterland, "--model", "vae")


@pytest.mark.slow
def test_the_command_leads_on_to_the_others(tmp_path: Path, typed: Command) -> None:
    images = made_up(40, SHAPE)
    np.savez(tmp_path / "images.npz", images=images.pixels)
    onnx.save(encoder(), tmp_path / "e.onnx")
    onnx.save(decoder(), tmp_path / "d.onnx")
    halves = ("--encoder", "e.onnx", "--decoder", "d.onnx")
    done = typed("import", "images.npz", "-o", "run", *halves)
    assert "next: hinterland open run" in done.stderr
    assert json.loads(typed("score", "run", "--json").stdout)["metrics"]["mse"] < 1
    typed("map", "run", "--projection", "pca", "--name", "flat")
    assert "cannot be trained" in typed("resume", "run", status=2).stderr
    again = typed("import", "images.npz", "-o", "run", *halves, status=2)
    assert "already holds a run" in again.stderr
    half = typed("import", "digits", "-o", "x", *halves[:2], status=2)
    assert "--model alone" in half.stderr
