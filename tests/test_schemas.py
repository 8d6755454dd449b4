"""What is written is what the schemas say, whatever made it; and they see what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator, FormatChecker

import hinterland as package
from hinterland.adopt import adopt
from hinterland.chart import Plan, chart, refresh
from hinterland.run import Run
from hinterland.scene import compose
from hinterland.schemas import NAMES, schema
from hinterland.show.conversions import convert
from hinterland.show.living import Living, status
from hinterland.show.site import gather
from hinterland.train import Settings, begin, train
from hinterland.types import HinterlandError, Images
from tests.conftest import ROOT, made_up, record

KINDS = ("trained", "coloured", "deep", "recorded", "imported", "continued")


@pytest.fixture(scope="module")
def runs(trained: Run, images: Images, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A run of every origin: trained, imported, recorded; flat, deep; with labels and without."""
    place = tmp_path_factory.mktemp("kinds")
    told = made_up(40, (6, 8, 3))
    ages = np.where(np.arange(40) % 7 == 0, np.nan, np.arange(40)).astype(np.float32)
    bare = Images(told.pixels, held_out=told.held_out, channels={"age": ages})
    convert("onnx", package.load(trained), place / "model")
    halves = {half: str(place / "model" / f"{half}.onnx") for half in ("encoder", "decoder")}
    settings = Settings(epochs=1, batch_size=16, device="cpu")
    again = begin(
        place / "continued",
        images,
        source="made up",
        model="vae",
        start=trained,
        latent_dim=2,
        options=trained.spec["model"]["options"],
        settings=settings,
    )
    found = {
        "trained": trained,
        "coloured": record(place / "coloured", bare, d=5, epochs=1),
        "deep": record(place / "deep", images, model="dense", d=3, epochs=1),
        "recorded": package.record(
            place / "recorded",
            encode=lambda x: x.reshape(len(x), -1)[:, :2],
            decode=lambda z: np.repeat(z, 32, 1).reshape(-1, 8, 8, 1),
            images=images.pixels,
        ),
        "imported": adopt(place / "imported", images, halves, source="made up")[0],
        "continued": again,
    }
    for _ in train(again, images):
        pass
    for run in found.values():
        for _ in refresh(run):
            pass
    # a map of pixels has the other way back
    for _ in chart(found["coloured"], Plan.of(found["coloured"], subject="pixels")):
        pass
    return found


def faults(name: str, told: Any) -> list[str]:
    checker = Draft202012Validator(schema(name), format_checker=FormatChecker())
    return [f"{name}: {fault.json_path}: {fault.message}" for fault in checker.iter_errors(told)]


def descriptions(run: Run) -> Iterator[tuple[str, Any]]:
    """Every description that a run holds, and what is compiled from it."""

    def read(path: Path) -> Any:
        return json.loads(path.read_text(encoding="utf-8"))

    yield "run", read(run.path / "run.json")
    yield "images", read(run.path / "images" / "images.json")
    for line in (run.path / "log.jsonl").read_text(encoding="utf-8").splitlines():
        yield "log", json.loads(line)
    for path in run.path.glob("epochs/*/manifest.json"):
        yield "manifest", read(path)
    for path in run.path.glob("maps/*/map.json"):
        yield "map", read(path)
    scene = compose(run, live=("decode",))
    yield "scene", json.loads(scene.files["scene.json"]())
    yield "status", json.loads(status(Living({"a": run}), {"resumable": ["a"]}))
    yield "site", json.loads(gather({"a": scene, "b": scene})["site.json"]())


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_and_its_scene_are_what_the_schemas_say(runs: dict[str, Run], kind: str) -> None:
    found = list(descriptions(runs[kind]))
    assert {name for name, _ in found} == set(NAMES)
    assert [fault for name, told in found for fault in faults(name, told)] == []


def test_these_runs_are_of_every_kind(runs: dict[str, Run]) -> None:
    maps = [told for run in runs.values() for told in run.maps().values()]
    assert {(told["dims"], told["way"], told["of"]) for told in maps} >= {
        (2, "flat", "latents"),
        (3, "flat", "latents"),
        (2, "near", "pixels"),
    }
    assert {run.spec["model"]["name"] for run in runs.values()} >= {"vae", "recorded", "imported"}
    channels = {c["name"] for run in runs.values() for c in run.images()["channels"]}
    assert {"label", "age"} <= channels
    assert "label" not in {told["name"] for told in runs["coloured"].images()["channels"]}
    assert "start" in runs["continued"].spec


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_name_whatever_is_written(runs: dict[str, Run], kind: str) -> None:
    """More may be added, but not without being described."""
    unknown = [
        f"{name}: {path}"
        for name, told in descriptions(runs[kind])
        for path in undescribed(told, schema(name), schema(name))
    ]
    assert unknown == []


def undescribed(told: Any, known: Any, whole: Any, at: str = "$") -> Iterator[str]:
    """Entries of objects with known fields that are not among these."""
    if "$ref" in known:
        known = whole["$defs"][known["$ref"].removeprefix("#/$defs/")]
    if "oneOf" in known:
        kinds = (
            one for one in known["oneOf"] if one["properties"]["kind"]["const"] == told["kind"]
        )
        known = next(kinds)
    if isinstance(told, dict) and "properties" in known:
        for key, value in told.items():
            if key in known["properties"]:
                yield from undescribed(value, known["properties"][key], whole, f"{at}.{key}")
            elif "additionalProperties" not in known:
                yield f"{at}.{key}"
    elif isinstance(told, list) and isinstance(known.get("items"), dict):
        for value in told:
            yield from undescribed(value, known["items"], whole, f"{at}[]")


Spoil = Callable[[Any], object]


SPOILT: list[tuple[str, Spoil, str]] = [
    ("run", lambda t: t.pop("model"), "'model' is a required"),
    ("run", lambda t: t["images"].update(shape=[8, 8, 2]), "shape"),
    ("run", lambda t: t["images"].update(shape=[8, 8]), "shape"),
    ("run", lambda t: t["images"].update(fingerprint="abc"), "fingerprint"),
    ("run", lambda t: t["model"].update(latent_dim=0), "latent_dim"),
    ("run", lambda t: t.update(format=2), "format"),
    ("log", lambda t: t.update(epoch=-1), "epoch"),
    ("log", lambda t: t["losses"].update(train="low"), "train"),
    ("manifest", lambda t: t["files"].pop("latents.safetensors"), "latents.safetensors"),
    ("manifest", lambda t: t["files"]["latents.safetensors"].update(sha256="0"), "sha256"),
    ("images", lambda t: t["channels"][0].pop("values"), "channels"),
    ("images", lambda t: t["atlas"].update(columns=0), "columns"),
    ("map", lambda t: t.update(dims=4), "dims"),
    ("map", lambda t: t.update(way="guess"), "way"),
    ("map", lambda t: t.update(extent=[[0, 0]]), "extent"),
    ("map", lambda t: t["metrics"].update(trustworthiness=1.5), "trustworthiness"),
    ("scene", lambda t: t.update(maps=[]), "maps"),
    ("scene", lambda t: t["graphs"].update(decoder="../decoder.onnx"), "decoder"),
    ("scene", lambda t: t["graphs"].update(decoder="https://a.b/c"), "decoder"),
    ("scene", lambda t: t["channels"][0].update(kind="colour"), "channels"),
    ("scene", lambda t: t["images"]["atlas"].update(files=["/etc/passwd"]), "files"),
    ("site", lambda t: t["scenes"][0].update(name=".."), "name"),
    ("site", lambda t: t.update(scenes=[]), "scenes"),
]


@pytest.mark.parametrize("number", range(len(SPOILT)))
def test_what_is_wrong_is_seen(runs: dict[str, Run], number: int) -> None:
    name, spoil, where = SPOILT[number]
    told = next(told for each, told in descriptions(runs["trained"]) if each == name)
    assert faults(name, told) == []
    spoil(told)
    assert any(where in fault for fault in faults(name, told))


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_says_what_everything_is(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"urn:hinterland:{name}:1"
    fields = [
        (key, told)
        for part in parts(schema(name))
        for key, told in part.get("properties", {}).items()
    ]
    assert len(fields) >= 5
    assert [key for key, told in fields if not {"description", "$ref", "const"} & set(told)] == []
    assert f"`{name}.schema.json`" in (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def parts(told: Any) -> Iterator[dict[str, Any]]:
    """A schema and whatever is within it."""
    if isinstance(told, dict):
        yield told
        told = list(told.values())
    for value in told if isinstance(told, list) else ():
        yield from parts(value)


def test_what_two_schemas_share_is_the_same() -> None:
    shared = (
        "shape",
        "path",
        "losses",
        "epoch",
        "options",
        "metrics",
        "extent",
        "dims",
        "way",
        "of",
    )
    for part in shared:
        told = [
            schema(name)["$defs"][part] for name in NAMES if part in schema(name).get("$defs", {})
        ]
        assert told
        assert all(each == told[0] for each in told), part


def test_the_pages_types_are_those_of_the_schemas() -> None:
    script = ROOT / "scripts" / "formats.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_an_unknown_schema_is_told() -> None:
    with pytest.raises(HinterlandError, match="no schema 'runs'"):
        schema("runs")
