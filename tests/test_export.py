"""`hinterland export`: a static site is small, true, private, and written whole or not at all."""

from __future__ import annotations

import base64
import errno
import getpass
import json
import socket
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from safetensors.numpy import load, save

from hinterland.chart import Plan, chart, refresh
from hinterland.models.session import Session
from hinterland.run import Run
from hinterland.run.atlas import unpack as tiles
from hinterland.scene import Scene, compose
from hinterland.schemas import schema
from hinterland.show.export import PARTS, Told, export, headed
from hinterland.show.lighten import order
from hinterland.show.packed import near_of, pack, unpack
from hinterland.show.thin import Part, thin
from hinterland.types import HinterlandError
from tests.conftest import ROOT, Command, begun, made_up, record
from tests.serving import built_page as stub_of

FIXTURE = ROOT / "tests" / "fixtures" / "packed.json"
HTML = (
    '<!doctype html><html><head><meta charset="utf-8" /><title>Hinterland</title></head>'
    "<body><noscript>It needs JavaScript.</noscript></body></html>"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = stub_of(tmp_path_factory.mktemp("page"))
    (place / "index.html").write_text(HTML)
    return place


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Three epochs, 240 images, a flat map and a bent one."""
    path = tmp_path_factory.mktemp("runs") / "blobs"
    run = record(path, made_up(240, (8, 8, 1)), epochs=3)
    list(refresh(run))
    list(chart(run, Plan.of(run, "tsne", options={"perplexity": 5.0}, frames="last")))
    return run


@pytest.fixture(scope="module")
def scene(run: Run) -> Scene:
    return thin(compose(run), Part())


@pytest.fixture(scope="module")
def site(scene: Scene, page: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("out") / "site"
    made = export({"blobs": scene}, target, page, Told(title='Blobs & "co" <1>'))
    assert 0 < made.decoders <= 1
    assert 0 < made.encoders <= 1
    assert made.size == sum(f.stat().st_size for f in target.rglob("*") if f.is_file())
    return target


def arrays(site: Path, path: str) -> dict[str, np.ndarray]:
    """The tensors of a packed file of the site, and of those that it builds upon."""
    place = site / "scenes" / "blobs"
    packed = (place / path).read_bytes()
    return load(unpack(packed, {near: arrays(site, near) for near in near_of(packed)}))


def told(scene: Scene) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scene.files["scene.json"]())
    return found


def test_a_packed_file_comes_back_exactly_or_to_the_step() -> None:
    rng = np.random.default_rng(0)
    first = {"w": rng.normal(size=(30, 7)).astype(np.float32), "b": np.arange(3, dtype=np.int32)}
    later = {**first, "w": first["w"] * 1.2 + rng.normal(size=(30, 7)).astype(np.float32) / 50}
    assert unpack(pack(save(first))) == save(first)
    one = pack(save(first), {"w": 0.01})
    known = load(unpack(one))
    assert np.abs(known["w"] - first["w"]).max() <= 0.00501
    np.testing.assert_array_equal(known["b"], first["b"])
    alone, beside = pack(save(later), {"w": 0.01}), pack(save(later), {"w": 0.01}, {"x": known})
    assert near_of(alone) == []
    assert near_of(beside) == ["x"]
    assert len(beside) < len(alone)
    again = unpack(beside, {"x": known})
    assert unpack(alone) == again
    assert (
        again[: len(save(later)) - later["w"].nbytes - 12] == save(later)[: -later["w"].nbytes - 12]
    )


def test_the_page_reads_what_is_packed_here() -> None:
    """The fixture that web/test/packed.test.ts reads is what `pack` makes."""
    rng = np.random.default_rng(1)
    first = {"w": np.round(rng.normal(size=(4, 3)), 3).astype(np.float32), "b": np.ones(2, "f4")}
    later = {**first, "w": (first["w"] * 0.8 + 0.03).astype(np.float32)}
    step = {"w": 0.0078125}
    one = pack(save(first), step)
    two = pack(save(later), step, {"a/one.packed": load(unpack(one))})
    assert near_of(two) == ["a/one.packed"]
    made = {
        "packed": {"a/one.packed": one, "a/two.packed": two},
        "whole": {
            "a/one.safetensors": unpack(one),
            "a/two.safetensors": unpack(two, {"a/one.packed": load(unpack(one))}),
        },
    }
    fixture = json.loads(FIXTURE.read_text())
    for path, whole in made["whole"].items():
        assert base64.b64decode(fixture["whole"][path]) == whole
    for path, packed in made["packed"].items():
        there = base64.b64decode(fixture["packed"][path])  # another zlib may pack it otherwise
        assert zlib.decompress(there) == zlib.decompress(packed)


@pytest.mark.parametrize("count", [1, 2, 3, 8, 21])
def test_every_epoch_is_a_few_files_away(count: int) -> None:
    epochs = list(range(0, 3 * count, 3))
    between = dict(order(epochs))
    assert sorted(between) == epochs
    done: set[int] = set()
    for epoch, near in order(epochs):
        assert done.issuperset(near)
        done.add(epoch)

    def needed(epoch: int) -> set[int]:
        return {epoch}.union(*(needed(other) for other in between[epoch]))

    assert max(len(needed(epoch)) for epoch in epochs) <= 2 + np.ceil(np.log2(max(2, count)))


def test_the_coarse_weights_make_the_same_pictures(run: Run, site: Path) -> None:
    images = run.images()
    pages = [(run.path / "images" / name).read_bytes() for name in images["atlas"]["files"]]
    pixels = tiles(pages, images["n"], tuple(images["shape"])) / np.float32(255)
    for epoch in run.epochs:
        latents = run.latents(epoch)
        for half, given, allowed in (
            ("decoder", latents, 1 / 255),
            ("encoder", pixels, np.ptp(latents, axis=0).max() / 200),
        ):
            held = arrays(site, f"epochs/{epoch:04}/{half}.packed")
            coarse = save(held)
            assert len(coarse) == len(run.mounted(epoch, half))
            ours = Session(run.graph(half), f"{half}.safetensors", coarse).run(given)
            whole = run.mounted(epoch, half)
            true = Session(run.graph(half), f"{half}.safetensors", whole).run(given)
            apart = np.abs(ours - true).max()
            assert 0 < apart <= allowed


def test_the_weights_take_a_fraction_of_their_bytes(run: Run, site: Path) -> None:
    for half in ("decoder", "encoder"):
        whole = sum(len(run.mounted(epoch, half)) for epoch in run.epochs)
        packed = sum(f.stat().st_size for f in site.rglob(f"{half}.packed"))
        assert packed < whole / 2


def test_latents_and_points_are_as_near_as_16_bits_have_them(run: Run, site: Path) -> None:
    for epoch in run.epochs:
        latents = run.latents(epoch)
        held = arrays(site, f"epochs/{epoch:04}/latents.packed")
        assert set(held) == {"mean"}
        assert np.abs(held["mean"] - latents).max() <= np.abs(latents).max() / 65_000
        frame = arrays(site, f"maps/plane/{epoch:04}.packed")
        assert set(frame) == {"centre", "axes"}, "the points of a flat map follow from the latents"
    bent = load((run.path / "maps" / "tsne" / "0003.safetensors").read_bytes())
    held = arrays(site, "maps/tsne/0003.packed")
    assert np.abs(held["points"] - bent["points"]).max() <= np.abs(bent["points"]).max() / 65_000
    np.testing.assert_array_equal(held["calibration"], bent["calibration"])
    assert set(held) == set(bent)


def test_what_the_site_says_of_itself(site: Path) -> None:
    html = (site / "index.html").read_text(encoding="utf-8")
    assert "<title>Blobs &amp; &quot;co&quot; &lt;1&gt; · Hinterland</title>" in html
    for name in ("description", "og:title", "og:description", "twitter:card"):
        assert f'"{name}"' in html
    assert "og:image" not in html, "without an address it has none to give"
    assert "<noscript><h1>Blobs &amp; " in html
    assert "file.js" in html
    told = json.loads((site / "site.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema("site")).validate(told)
    assert told["static"] is True
    assert told["title"] == 'Blobs & "co" <1>'
    assert "status" not in told
    assert 0 < told["scenes"][0]["mse"] < 1
    scene = json.loads((site / "scenes/blobs/scene.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema("scene")).validate(scene)
    assert scene["live"] == []
    assert (site / "card.png").read_bytes()[:4] == b"\x89PNG"


def test_with_an_address_its_links_have_a_picture() -> None:
    html = headed(HTML, "Blobs", "Said.", "https://me.example/maps")
    assert 'property="og:image" content="https://me.example/maps/card.png"' in html
    assert 'rel="canonical" href="https://me.example/maps/"' in html


@pytest.mark.parametrize(
    ("part", "epochs"),
    [
        (Part(), [0, 1, 2, 3]),
        (Part(epochs=(2,)), [0, 2, 3]),
        (Part(every=2), [0, 1, 3]),
        (Part(most=3), [0, 2, 3]),
        (Part(most=2), [0, 3]),
    ],
)
def test_epochs_are_thinned_and_the_first_and_last_stay(
    run: Run, part: Part, epochs: list[int]
) -> None:
    thinned = thin(compose(run), part)
    assert [each["epoch"] for each in told(thinned)["epochs"]] == epochs
    assert told(thinned)["maps"][0]["epochs"] == epochs
    places = {path.split("/")[1] for path in thinned.files if path.startswith("epochs/")}
    assert places == {f"{epoch:04}" for epoch in epochs}


def test_only_the_maps_asked_for_go_in(run: Run) -> None:
    thinned = thin(compose(run), Part(maps=("tsne",)))
    assert [each["name"] for each in told(thinned)["maps"]] == ["tsne"]
    assert not any(path.startswith("maps/plane/") for path in thinned.files)
    with pytest.raises(HinterlandError, match="no map 'tsn'"):
        thin(compose(run), Part(maps=("tsn",)))
    with pytest.raises(HinterlandError, match="no epoch 9"):
        thin(compose(run), Part(epochs=(9,)))


def test_fewer_images_are_a_fair_part_and_all_arrays_follow(run: Run) -> None:
    whole, few = compose(run), thin(compose(run), Part(images=60))
    assert told(few)["images"]["n"] == 60
    before = load(whole.files["channels.safetensors"]())
    after = load(few.files["channels.safetensors"]())
    for name in ("label", "split"):
        shares = [np.bincount(c[name], minlength=4) / len(c[name]) for c in (before, after)]
        assert np.abs(shares[0] - shares[1]).max() < 0.03
    latents = load(whole.files["epochs/0003/latents.safetensors"]())["mean"]
    kept = load(few.files["epochs/0003/latents.safetensors"]())["mean"]
    rows = [int(np.flatnonzero((latents == row).all(1))[0]) for row in kept]
    assert rows == sorted(rows)
    np.testing.assert_array_equal(before["label"][rows], after["label"])
    shape = tuple(told(few)["images"]["shape"])
    pictures = [
        tiles([s.files[f]() for f in told(s)["images"]["atlas"]["files"]], n, shape)
        for s, n in ((whole, 240), (few, 60))
    ]
    np.testing.assert_array_equal(pictures[0][rows], pictures[1])
    frame = load(few.files["maps/tsne/0003.safetensors"]())
    assert frame["points"].shape == (60, 2)
    assert (
        frame["calibration"][0]
        > load(whole.files["maps/tsne/0003.safetensors"]())["calibration"][0]
    )
    assert thin(compose(run), Part(images=60)).files["channels.safetensors"]() == save(after)


def test_without_the_encoder_nothing_of_it_is_there(run: Run) -> None:
    thinned = thin(compose(run), Part(encoder=False))
    assert "encoder" not in told(thinned)["graphs"]
    assert not any("encoder" in path for path in thinned.files)


def test_nothing_private_is_in_it(
    tmp_path: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "ada-lovelace" / "patients"
    private.mkdir(parents=True)
    monkeypatch.chdir(private)
    run = begun(private / "run", made_up(60, (8, 8, 1)), epochs=1)
    (private / "run" / "run.json").write_text(
        json.dumps({**run.spec, "format": 1, "images": {**run.spec["images"], "source": "faces"}})
    )
    run = Run.open(private / "run")
    from hinterland.train import train

    list(train(run, made_up(60, (8, 8, 1))))
    list(refresh(run))
    export({"run": thin(compose(run), Part())}, tmp_path / "site", page)
    words = [str(Path.home()), str(tmp_path), str(private), "ada-lovelace", "patients"]
    words += [socket.gethostname(), str(run.spec["environment"]["platform"])]
    files = [file for file in (tmp_path / "site").rglob("*") if file.is_file()]
    assert {file.suffix for file in files} >= {".json", ".html", ".packed", ".onnx", ".webp"}
    for file in files:
        content = file.read_bytes()
        content = zlib.decompress(content) if file.suffix == ".packed" else content
        shown = f"{file.relative_to(tmp_path)} {content.decode('utf-8', 'replace')}"
        assert [word for word in words if word in shown] == []
        if file.suffix in (".json", ".html"):
            assert getpass.getuser() not in shown


def test_the_same_run_gives_the_same_bytes(
    scene: Scene, site: Path, page: Path, tmp_path: Path
) -> None:
    export({"blobs": scene}, tmp_path / "again", page, Told(title='Blobs & "co" <1>'))
    assert contents(tmp_path / "again") == contents(site)


def test_exact_weights_are_the_runs_own(run: Run, scene: Scene, page: Path, tmp_path: Path) -> None:
    made = export({"blobs": scene}, tmp_path / "site", page, exact=True)
    assert made.decoders == 0
    for epoch in run.epochs:
        packed = (tmp_path / f"site/scenes/blobs/epochs/{epoch:04}/decoder.packed").read_bytes()
        assert unpack(packed) == run.mounted(epoch, "decoder")


def test_a_list_of_several_tells_of_each(scene: Scene, page: Path, tmp_path: Path) -> None:
    export({"one": scene, "two": scene}, tmp_path / "site", page, exact=True)
    told = json.loads((tmp_path / "site/site.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema("site")).validate(told)
    assert [entry["name"] for entry in told["scenes"]] == ["one", "two"]
    for entry in told["scenes"]:
        assert (tmp_path / "site" / entry["picture"]).read_bytes()[8:12] == b"WEBP"
        assert (tmp_path / "site" / "scenes" / entry["name"] / "scene.json").is_file()


def test_what_is_not_ours_is_never_touched(scene: Scene, page: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    target.mkdir()
    (target / "thesis.tex").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(HinterlandError, match="no site of ours"):
            export({"blobs": scene}, target, page, overwrite=overwrite)
    assert contents(target) == {"thesis.tex": b"years of work"}
    (target / "thesis.tex").unlink()
    export({"blobs": scene}, target, page, exact=True)
    with pytest.raises(HinterlandError, match="already holds a site") as refused:
        export({"blobs": scene}, target, page)
    assert "--overwrite" in refused.value.hint
    export({"blobs": scene}, target, page, Told("Again"), exact=True, overwrite=True)
    assert json.loads((target / "site.json").read_text())["title"] == "Again"
    (target / "CNAME").write_text("me.example")
    with pytest.raises(HinterlandError, match="also holds CNAME"):
        export({"blobs": scene}, target, page, overwrite=True)
    assert (target / "CNAME").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_full_disk_leaves_nothing_half_written(
    scene: Scene, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export({"blobs": scene}, tmp_path / "site", page, exact=True)
    before = contents(tmp_path / "site")
    room = iter(range(9))
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(HinterlandError, match="disk full") as told:
        export({"blobs": scene}, tmp_path / "site", page, exact=True, overwrite=True)
    assert told.value.exit_code == 5
    monkeypatch.undo()
    assert contents(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.slow
def test_the_command_says_where_the_bytes_are(
    typed: Command, run: Run, tmp_path: Path, built_page: Path
) -> None:
    assert built_page.is_dir()
    words = ("export", str(run.path), "-o", "site", "--most", "2", "--images", "50", "--json")
    said = json.loads(typed(*words).stdout)
    assert said["site"] == "site"
    assert tuple(said["parts"]) == PARTS
    files = [file for file in (tmp_path / "site").rglob("*") if file.is_file()]
    assert said["bytes"] == sum(said["parts"].values()) == sum(f.stat().st_size for f in files)
    assert said["parts"]["runtime"] < 5e6
    refused = typed(*words, status=2)
    assert "already holds a site" in refused.stdout
    shown = typed("export", str(run.path), "-o", "site", "--epochs", "1-3", "--overwrite")
    assert "decoders" in shown.stdout
    assert "http.server" in shown.stderr
    assert typed("export", str(run.path), "-o", "x", "--epochs", "a-b", status=2)


def contents(folder: Path) -> Mapping[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
