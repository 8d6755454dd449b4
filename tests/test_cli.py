"""The command line: data on stdout, messages on stderr, and an error is a line and a hint."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from hinterland.cli import COMMANDS, group, main
from hinterland.data import shapes
from hinterland.run import Run
from tests.conftest import Command, made_up


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """40 pictures in two classes, as a person keeps them."""
    images = made_up(40, (12, 12, 1))
    for number, pixels in enumerate(images.pixels):
        place = tmp_path / "pictures" / ("cats" if number % 2 else "dogs")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels[..., 0]).save(place / f"{number}.png")
    return tmp_path / "pictures"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """(status, stdout, stderr) of a command run in this process."""
    with pytest.raises(SystemExit) as left:
        main(words)
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_help_names_every_command_and_what_it_does() -> None:
    told = CliRunner().invoke(group, ["--help"]).output
    assert "..." not in told.partition("Commands:")[2], "a line that is cut short says too little"
    for name in COMMANDS:
        command = COMMANDS[name]
        assert name in told
        assert command.help
        assert command.get_short_help_str(200).rstrip(".")[:30] in told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_its_options(name: str) -> None:
    told = CliRunner().invoke(group, [name, "--help"])
    assert told.exit_code == 0
    for option in COMMANDS[name].params:
        if option.param_type_name == "option":
            assert option.help, f"{name} {option.name} has no help"
    assert "--json" in told.output


@pytest.mark.slow
def test_from_a_folder_of_pictures_to_a_scored_run(
    hinterland: Command, typed: Command, pictures: Path
) -> None:
    (pictures / "cats" / "broken.png").write_bytes(b"this is no picture")
    done = hinterland(
        "train", str(pictures), "-o", "runs/a b", "--epochs", "2", "--batch-size", "8", "--json"
    )
    told = json.loads(done.stdout)
    assert told["epochs"] == 2
    assert set(told) >= {"run", "epochs", "losses", "images_per_second", "seconds"}
    assert "skipped 1" in done.stderr
    assert "broken.png" in done.stderr
    assert "hinterland open 'runs/a b'" in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    run = Run.open(pictures.parent / "runs" / "a b")
    assert run.spec["images"]["classes"] == ["cats", "dogs"]
    assert [reason[0] for reason in run.spec["images"]["skipped"]] == ["cats/broken.png"]
    assert str(Path.home()) not in (run.path / "run.json").read_text()

    score = json.loads(typed("score", "runs/a b", "--json").stdout)
    assert 0 < score["metrics"]["mse"] < 0.2
    assert 0 <= score["metrics"]["knn_accuracy"] <= 1
    again = json.loads(typed("resume", "runs/a b", "--epochs", "3", "--json").stdout)
    assert again["epochs"] == 3
    made = json.loads(
        typed("map", "runs/a b", "--projection", "pca", "--name", "flat", "--json").stdout
    )
    assert made["map"] == "flat"
    assert sorted(run.maps()) == ["flat", "plane"]


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (["trian"], "there is no command 'trian'", "did you mean 'train'?"),
        (["train"], "missing argument", "hinterland train --help"),
        (["train", "digits"], "missing option '-o'", "--help"),
        (["train", "digits", "-o", "r", "--epoch", "3"], "no such option", "--help"),
        (["train", "digits", "-o", "r", "--epochs", "three"], "invalid value", "--help"),
        (["train", "digits", "-o", "r", "--model", "vea"], "no model 'vea'", "mean 'vae'?"),
        (["train", "mnits", "-o", "r"], "no data set, folder or file 'mnits'", "mean 'mnist'?"),
        (["train", "./nowhere/", "-o", "r"], "no folder or file", ""),
        (["train", "digits", "-o", "r", "--latent-dim", "0"], "latent size", "--latent-dim 2"),
        (["train", "digits", "-o", "r", "--epochs", "-1"], "epochs must be at least 0", ""),
        (["train", "digits", "-o", "r", "--lr", "nan"], "learning rate", "0.001"),
        (["train", "digits", "-o", "r", "--set", "beta"], "takes KEY=VALUE", "beta=0.5"),
        (["train", "digits", "-o", "r", "--set", "bta=1"], "an option 'bta'", "mean 'beta'?"),
        (["train", "digits", "-o", "r", "--set", "beta=big"], "option 'beta'", ""),
        (["train", "digits", "-o", "r", "--seed", "99999999999999999999"], "seed must be", ""),
        (["train", "digits", "-o", "r", "--set", "beta=Infinity"], "option 'beta'", ""),
        (["train", "digits", "-o", "r", "--set", "patience=-1"], "patience must be", ""),
        (["train", "digits", "-o", "r", "--device", "tpu"], "no device 'tpu'", "cpu"),
        (["open", "nowhere"], "no run at nowhere", "hinterland train"),
        (["open", "."], "has no run.json", "hinterland train"),
        (["resume", "nowhere"], "no run at nowhere", "hinterland train"),
        (["score", "nowhere"], "no run at nowhere", "hinterland train"),
        (["map", "nowhere"], "no run at nowhere", "hinterland train"),
    ],
)
def test_a_mistake_is_a_line_and_a_hint_and_nothing_is_written(
    words: list[str],
    error: str,
    hint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = said(capsys, *words)
    lines = [line for line in err.splitlines() if line.startswith(("error: ", "hint: "))]
    assert status == (5 if "--device" in words else 2)
    assert error in lines[0]
    assert lines[0].startswith("error: ")
    assert lines[1].startswith("hint: ")
    assert hint in lines[1]
    assert len(lines) == 2
    assert "Traceback" not in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def readme(place: Path) -> None:
    (place / "README.md").write_text("hello")


def cut_short(place: Path) -> None:
    head = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (100, 28, 28))
    (place / "train-images-idx3-ubyte").write_bytes(head + bytes(1000))


@pytest.mark.parametrize(
    ("fill", "error"),
    [(lambda _: None, "pictures"), (readme, "pictures"), (cut_short, "bytes")],
    ids=["empty folder", "a README", "IDX cut short"],
)
def test_images_that_are_none_are_explained(
    fill: object, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "images"
    place.mkdir()
    assert callable(fill)
    fill(place)
    before = sorted(tmp_path.rglob("*"))
    status, out, err = said(capsys, "train", str(place), "-o", str(tmp_path / "run"))
    assert status == 2
    assert out == ""
    assert [line.split(":")[0] for line in err.splitlines()][-2:] == ["error", "hint"]
    assert error in err
    assert sorted(tmp_path.rglob("*")) == before


def test_an_error_is_json_when_json_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "open", "nowhere", "--json")
    assert status == 2
    assert set(json.loads(out)) == {"error", "hint"}


def test_a_bug_is_called_one_and_shows_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Run, "open", broken)
    status, _, err = said(capsys, "open", "x")
    assert status == 3
    assert "this is a bug" in err
    assert "Traceback" not in err
    status, _, err = said(capsys, "open", "x", "--debug")
    assert "Traceback" in err


def test_a_port_in_use_is_refused_when_asked_for_by_number(
    trained: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], built_page: Path
) -> None:
    shutil.copytree(trained.path, tmp_path / "run")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = said(capsys, "open", str(tmp_path / "run"), "--port", str(port))
    assert status == 2
    assert f"error: port {port} is in use" in err
    assert "hint: " in err
    assert out == ""


def test_the_program_alone_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys)
    assert status == 0
    assert "hinterland demo" in out


def test_a_run_that_is_there_is_refused_before_anything_is_read(
    trained: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = said(capsys, "train", "digits", "-o", str(trained.path))
    assert status == 2
    assert "already holds a run" in err
    assert "reading" not in err


def test_an_epoch_that_is_not_there_is_refused(
    trained: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pixels = made_up(100, (8, 8, 1))
    np.savez(tmp_path / "same.npz", images=pixels.pixels, labels=pixels.labels)
    for epoch in ("99", "-1"):
        status, _, err = said(
            capsys,
            "score",
            str(trained.path),
            "--images",
            str(tmp_path / "same.npz"),
            "--epoch",
            epoch,
        )
        assert status == 2
        assert f"there is no epoch {epoch}" in err


def test_a_training_that_diverged_goes_on_at_a_smaller_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["digits", "-o", "run", "--epochs", "2", "--lr", "10", "--batch-size", "720"]
    status, out, err = said(capsys, "train", *words)
    assert status == 1
    assert out == ""
    assert "the loss became" in err
    assert "hint: hinterland resume run --lr 1" in err
    status, out, err = said(capsys, "resume", "run", "--lr", "0.001", "--json", "-q")
    assert (status, err) == (0, "")
    assert json.loads(out)["epochs"] == 2


@pytest.mark.parametrize("name", ["models", "projections", "datasets"])
def test_lists_are_a_line_each_and_import_no_torch(hinterland: Command, name: str) -> None:
    told = json.loads(hinterland(name, "--json").stdout)
    lines = hinterland(name).stdout.splitlines()
    assert len(lines) == len(told)
    for each, line in zip(told, lines, strict=True):
        assert set(each) == {"name", "summary"}
        assert each["summary"]
        assert line.startswith(each["name"])
        assert line.endswith(each["summary"])


def test_npz_of_ones_own_trains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "own.npz", images=made_up(30, (8, 8, 1)).pixels)
    status, out, err = said(
        capsys,
        "train",
        "own.npz",
        "-o",
        "run",
        "--epochs",
        "1",
        "--latent-dim",
        "3",
        "-q",
        "--json",
    )
    assert (status, err) == (0, "")
    assert json.loads(out)["epochs"] == 1
    assert Run.open(Path("run")).maps()["plane"]["dims"] == 3


def test_pictures_are_converted_as_asked_and_again_so_when_resumed(
    pictures: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures.parent)
    words = ["--size", "10x8", "--mode", "rgb", "--fit", "pad", "--background", "black"]
    status, _, err = said(capsys, "train", "pictures", "-o", "run", "--epochs", "1", *words)
    assert status == 0
    assert "40 images of 10 x 8 in colour" in err
    assert "another size" in err
    assert Run.open(Path("run")).spec["images"]["shape"] == [8, 10, 3]
    Path("run").rename("moved")
    Path("pictures").rename("elsewhere")
    status, _, err = said(capsys, "resume", "moved", "--epochs", "2")
    assert status == 2
    status, _, err = said(capsys, "resume", "moved", "--epochs", "2", "--images", "elsewhere")
    assert status == 0, err
    assert Run.open(Path("moved")).epochs == [0, 1, 2]


def test_factors_of_drawn_shapes_become_channels(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapes, "COUNT", 200)
    words = ["train", "shapes", "-o", str(tmp_path / "run"), "--epochs", "0", "--track", "50"]
    status, _, _ = said(capsys, *words, "--size", "16", "-q")
    assert status == 0
    told = Run.open(tmp_path / "run").images()["channels"]
    kinds = {channel["name"]: channel["kind"] for channel in told}
    assert kinds["hue"] == "number"
    assert kinds["label"] == "class"
