"""A run is never torn: what is committed is whole, stays, and is proved when it is read."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from hinterland.run import Run, commit, mapped
from hinterland.run.recording import FORMAT
from hinterland.types import HinterlandError, Images
from tests.conftest import begun


@pytest.fixture
def run(trained: Run, tmp_path: Path) -> Run:
    """A copy of a finished run that a test may damage."""
    shutil.copytree(trained.path, tmp_path / "copy")
    return Run.open(tmp_path / "copy")


def test_a_run_holds_every_epoch_and_the_untrained_model(trained: Run) -> None:
    assert trained.epochs == [0, 1, 2]
    assert trained.manifest(0)["losses"]["train"] is None
    assert trained.latents(2).shape == (100, 2)
    assert [told["epoch"] for told in trained.losses()] == [0, 1, 2]


def test_the_log_says_what_the_manifests_say(trained: Run) -> None:
    lines = (trained.path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == trained.losses()


def test_nothing_is_pickled_and_no_draft_is_left(trained: Run) -> None:
    kinds = {path.suffix for path in trained.path.rglob("*") if path.is_file()}
    assert kinds <= {".json", ".jsonl", ".safetensors", ".webp", ".onnx", ".lock"}
    assert list(trained.path.rglob(f"{commit.DRAFT}*")) == []


@pytest.mark.parametrize("name", ["latents.safetensors", "weights.safetensors"])
def test_a_flipped_bit_is_found_and_spoils_its_epoch_only(run: Run, name: str) -> None:
    file = run.path / "epochs" / "0001" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(HinterlandError, match=r"epoch 1 of .* is damaged.*checksum"):
        run.bytes_of(1, name)
    assert len(run.bytes_of(2, name)) > 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"epoch": 1}'])
def test_an_epoch_without_a_sound_manifest_is_not_there(run: Run, content: bytes) -> None:
    (run.path / "epochs" / "0001" / "manifest.json").write_bytes(content)
    assert run.epochs == [0, 2]


def test_a_committed_epoch_is_never_changed(run: Run) -> None:
    before = run.bytes_of(1, "latents.safetensors")
    run.record(1, {"losses": {}}, {"latents": {"mean": np.zeros((100, 2), np.float32)}})
    assert run.bytes_of(1, "latents.safetensors") == before


def test_a_draft_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def killed() -> None:
        with commit.folder(tmp_path / "x") as draft:
            (draft / "half").write_bytes(b"1")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        killed()
    assert list(tmp_path.iterdir()) == []


def test_a_map_that_is_replaced_is_there_at_every_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks while the disk is slow finds the older one or the newer one."""
    ends = [tmp_path / "one", tmp_path / "other"]
    for end in ends:
        end.mkdir()
    if not commit.exchanged(*ends):
        pytest.skip("this disk swaps no folders: for an instant there is none")
    target, seen = tmp_path / "maps" / "plane", list[bool]()
    frames = {1: {"points": np.zeros((2, 2), np.float32)}}
    mapped.write(target, {"key": "older"}, frames)
    move = Path.rename

    def moved(path: Path, to: Path) -> Path:
        done = move(path, to)
        seen.append((target / "map.json").is_file())
        return done

    monkeypatch.setattr(Path, "rename", moved)
    mapped.write(target, {"key": "newer"}, frames)
    assert all(seen)
    assert json.loads((target / "map.json").read_text())["key"] == "newer"
    assert [path.name for path in target.parent.iterdir()] == ["plane"]


def test_every_file_is_flushed_before_its_folder_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    flush, rename = os.fsync, os.rename
    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append("flush"), flush(handle)))
    monkeypatch.setattr(os, "rename", lambda a, b: (seen.append("rename"), rename(a, b)))
    with commit.folder(tmp_path / "x") as draft:
        (draft / "a").write_bytes(b"1")
        (draft / "b").write_bytes(b"2")
    # two files and their folder, then the rename, then the folder above
    assert seen == ["flush", "flush", "flush", "rename", "flush"]


def test_a_full_disk_is_one_line_with_exit_code_5(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(HinterlandError, match="disk full while saving") as caught:
        run.record(3, {"losses": {}}, {"latents": {"mean": np.zeros((2, 2), np.float32)}})
    assert caught.value.exit_code == 5
    monkeypatch.undo()
    assert run.epochs == [0, 1, 2]
    assert len(run.latents(2)) == 100


def test_one_writer_at_a_time_and_it_is_named(run: Run) -> None:
    other = Run.open(run.path)
    with (
        run.writing(),
        pytest.raises(HinterlandError, match=f"process {os.getpid()}"),
        other.writing(),
    ):
        pass
    with other.writing():
        pass


def test_a_run_is_not_begun_where_something_is(tmp_path: Path, images: Images, run: Run) -> None:
    with pytest.raises(HinterlandError, match="already holds a run") as caught:
        begun(run.path, images)
    assert "hinterland resume" in caught.value.hint
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("dear reader")
    with pytest.raises(HinterlandError, match="not empty"):
        begun(tmp_path / "full", images)
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("not json", "not JSON"),
        ("[]", "must hold a JSON object"),
        ('{"format": 99}', "format 99"),
        (f'{{"format": {FORMAT}}}', "nothing of images, model, training"),
        (f'{{"format": {FORMAT}, "images": 5, "model": [], "training": {{}}}}', "nothing of"),
    ],
)
def test_a_run_json_that_is_wrong_is_explained(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(HinterlandError, match=message):
        Run.open(tmp_path)


def test_a_run_that_is_none_is_explained(tmp_path: Path) -> None:
    with pytest.raises(HinterlandError, match="no run at"):
        Run.open(tmp_path / "nowhere")
    with pytest.raises(HinterlandError, match=r"it has no run\.json"):
        Run.open(tmp_path)


def test_a_path_that_is_no_run_is_told_which_are_near(trained: Run, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for name in ("mnist", "faces"):
        shutil.copytree(trained.path, runs / name)
    near = f"{runs / 'faces'}, {runs / 'mnist'}"
    for path, hint in (
        (runs, f"runs in it: {near}"),
        (runs / "mnits", f"runs beside it: {near}"),
        (runs / "mnist" / "epochs" / "0002", f"it is a part of the run {runs / 'mnist'}"),
        (tmp_path / "elsewhere" / "mnist", "hinterland train digits -o runs/digits"),
    ):
        with pytest.raises(HinterlandError, match=r"is not a run|no run at") as refused:
            Run.open(path)
        assert hint in refused.value.hint
    for number in range(6):
        shutil.copytree(trained.path, runs / f"run-{number}")
    with pytest.raises(HinterlandError) as refused:
        Run.open(runs)
    assert refused.value.hint.endswith("run-2, and 3 more")
