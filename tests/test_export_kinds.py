"""Runs of every kind as static sites: whatever the page will ask for is there, and whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from jsonschema import Draft202012Validator
from safetensors.numpy import load

from hinterland.adopt import adopt
from hinterland.chart import refresh
from hinterland.run import Run
from hinterland.scene import compose
from hinterland.schemas import schema
from hinterland.show.export import export
from hinterland.show.packed import near_of, unpack
from hinterland.show.thin import Part, thin
from hinterland.train import train
from hinterland.types import Images
from tests.conftest import begun, made_up, record
from tests.serving import built_page
from tests.test_import import SHAPE, decoder, encoder

SMALL = (8, 8, 1)


def of_one_image(place: Path) -> Run:
    few = made_up(5, SMALL)
    assert few.labels is not None
    one = Images(few.pixels[:1], few.labels[:1], few.classes, np.array([False]))
    return record(place, one, epochs=1)


def without_labels(place: Path) -> Run:
    return record(place, replace(made_up(60, SMALL), labels=None, classes=()), epochs=1)


def in_training(place: Path) -> Run:
    """Whose second epoch is on its way: no part of it is published."""
    images = made_up(60, SMALL)
    run = begun(place, images, epochs=9)
    epochs = train(run, images)
    while run.epochs != [0, 1]:
        next(epochs)
    epochs.close()
    (place / "epochs" / ".tmp-0002").mkdir()
    return run


def of_another_program(place: Path) -> Run:
    models = {"encoder": encoder(), "decoder": decoder()}
    for name, model in models.items():
        model.graph.node[0].doc_string = str(place)
        onnx.save(model, place.parent / f"{name}.onnx")
    files = {name: str(place.parent / f"{name}.onnx") for name in models}
    run, _ = adopt(place, made_up(60, SHAPE), files, source="made up", track=30)
    return run


KINDS: list[Callable[[Path], Run]] = [
    of_one_image,
    without_labels,
    in_training,
    of_another_program,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_run_of_any_kind_is_a_whole_site(kind: Callable[[Path], Run], tmp_path: Path) -> None:
    run = kind(tmp_path / "run")
    list(refresh(run))
    page = built_page(tmp_path / "page")
    (page / "index.html").write_text(
        '<head><meta charset="utf-8" /><title>Hinterland</title></head><noscript></noscript>'
    )
    export({"run": thin(compose(run), Part())}, tmp_path / "site", page, exact=True)
    place = tmp_path / "site" / "scenes" / "run"
    told = json.loads((place / "scene.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema("scene")).validate(told)
    n, d = told["images"]["n"], told["model"]["latent_dim"]
    assert [each["epoch"] for each in told["epochs"]] == run.epochs
    assert told["maps"] and "decoder" in told["graphs"]
    for epoch in run.epochs:
        latents = arrays(place, f"epochs/{epoch:04}/latents.packed")["mean"]
        assert latents.shape == (n, d)
        for half in told["graphs"]:
            assert arrays(place, f"epochs/{epoch:04}/{half}.packed")
    for each in told["maps"]:
        frame = arrays(place, f"maps/{each['name']}/{max(each['epochs']):04}.packed")
        assert set(frame) >= ({"centre", "axes"} if each["way"] == "flat" else {"points"})
    for path in (*told["graphs"].values(), *told["images"]["atlas"]["files"]):
        assert str(tmp_path).encode() not in (place / path).read_bytes()
    for name, column in arrays(place, "channels.packed").items():
        assert len(column) == n, name


def arrays(place: Path, path: str) -> dict[str, np.ndarray]:
    packed = (place / path).read_bytes()
    return load(unpack(packed, {near: arrays(place, near) for near in near_of(packed)}))
