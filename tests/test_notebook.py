"""The notebook's widget from Python: what is looked at, and how its page gets its files."""

from __future__ import annotations

import base64
import io
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

import hinterland
from hinterland.chart import Plan, chart
from hinterland.live import Live
from hinterland.run import Run
from hinterland.scene import compose
from hinterland.show import replies
from hinterland.show.replies import Replies
from hinterland.show.site import gather
from hinterland.types import HinterlandError, Images
from tests.conftest import ROOT, record


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, images: Images) -> Run:
    made = record(tmp_path_factory.mktemp("notebook") / "shapes", images)
    for _ in chart(made, Plan.of(made)):
        pass
    return made


@pytest.fixture
def widget(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A widget of the run; what it says to its page is in `sent`."""
    from hinterland.show import notebook

    page = tmp_path / "widget.js"
    page.write_text("export default {}")
    monkeypatch.setattr(notebook, "WIDGET", page)
    made = hinterland.explore(run)
    made.sent = []
    made.send = lambda told, buffers=None: made.sent.append((told, buffers))
    return made


def ask(widget: Any, **asked: Any) -> Iterator[Any]:
    """What the page hears, as the front end hands it a message."""
    widget._handle_custom_msg({"id": "x/1", **asked}, [])
    heard, widget.sent = widget.sent, []
    return iter(heard)


def whole(heard: Iterator[Any]) -> bytes:
    parts = [(told["part"], told["parts"], buffers[0]) for told, buffers in heard]
    assert [part for part, _, _ in parts] == list(range(parts[0][1]))
    return b"".join(bytes(body) for _, _, body in parts)


def test_what_the_docs_show_runs(
    widget: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mnist").symlink_to(run.path)
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/notebook.md", "exec"), names)
    assert names["w"].epoch == 0
    assert len(blocks) == 3


def test_it_begins_with_what_the_page_would_show(widget: Any, run: Run) -> None:
    assert (widget.map, widget.epoch, widget.colour) == (next(iter(run.maps())), 2, "label")
    assert widget.selection.tolist() == []
    assert widget.cursor is None
    assert widget.pinned is None


def test_a_run_its_path_its_reader_and_what_records_it_will_all_do(widget: Any, run: Run) -> None:
    assert hinterland.explore(str(run.path)).epoch == 2
    assert hinterland.explore(hinterland.load(run, 1)).epoch == 1
    assert hinterland.explore(run, epoch="best").epoch == run.best()
    assert hinterland.explore(run, colour="").colour is None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("map", "tsnee", "there is no map 'tsnee'"),
        ("epoch", 99, "there is no epoch 99"),
        ("epoch", "last", "last"),
        ("colour", "lable", "there is no channel 'lable'"),
        ("selection", [100], "there is no image 100"),
        ("selection", [-1], "there is no image -1"),
        ("selection", [0.5], "a list of indices"),
        ("selection", [True, False], "a mask of 100"),
        ("cursor", [1, 2, 3], "2 finite numbers"),
        ("cursor", [np.nan, 0], "2 finite numbers"),
        ("cursor", "here", "2 numbers"),
        ("pinned", 100, "there is no image 100"),
        ("pinned", [1], "2 finite numbers"),
        ("theme", "pink", "there is no theme 'pink'"),
        ("height", 10, "200 to 4000"),
        ("view", "map=tsnee", "there is no map 'tsnee'"),
        ("view", "epoch=99", "there is no epoch 99"),
    ],
)
def test_what_does_not_exist_cannot_be_set(widget: Any, name: str, value: Any, told: str) -> None:
    before = getattr(widget, name)
    with pytest.raises(HinterlandError, match=told):
        setattr(widget, name, value)
    assert getattr(widget, name) is before


def test_arrays_go_to_the_page_as_bytes_and_come_back(widget: Any, run: Run) -> None:
    mask = np.zeros(100, bool)
    mask[[7, 3]] = True
    for given in ([7, 3, 3], mask, np.array([3, 7], np.uint8)):
        widget.selection = given
        assert widget.selection.tolist() == [3, 7]
    widget.cursor, widget.pinned = (0.25, -1), np.int64(4)
    state = widget.get_state(["selection", "cursor", "pinned"])
    assert state["selection"] == np.array([3, 7], "<i4").tobytes()
    assert state["cursor"] == np.array([0.25, -1], "<f4").tobytes()
    assert state["pinned"] == {"image": 4}
    widget.set_state(
        {
            "selection": memoryview(np.array([1, 2, 9], "<i4").tobytes()),
            "cursor": memoryview(np.array([2, 3], "<f4").tobytes()),
            "pinned": {"latent": [0.5, 0.5]},
        }
    )
    assert widget.selection.tolist() == [1, 2, 9]
    assert widget.cursor.tolist() == [2, 3]
    assert widget.pinned.tolist() == [0.5, 0.5]
    assert widget.run.images[widget.selection].shape == (3, 8, 8, 1)
    widget.epoch = 1
    assert widget.run.epoch == 1
    widget.selection = widget.cursor = widget.pinned = None
    assert widget.selection.tolist() == []
    assert widget.cursor is None
    assert widget.pinned is None


def test_what_is_changed_in_place_would_not_be_told_and_so_cannot_be(widget: Any) -> None:
    widget.selection = [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        widget.selection[0] = 5


def test_callbacks_hear_of_changes_once_until_they_are_undone(widget: Any) -> None:
    heard: list[Any] = []
    undo = widget.on_select(lambda rows: heard.append(rows.tolist()))
    widget.on_hover(heard.append)
    widget.on_pin(heard.append)
    widget.selection = [1]
    widget.selection = np.array([1])
    widget.pinned = 7
    undo()
    widget.selection = [2]
    assert heard == [[1], 7]


def test_the_page_gets_every_file_of_the_scene_and_answers(widget: Any, run: Run) -> None:
    site = whole(ask(widget, file="site.json"))
    assert b'"shapes"' in site
    for path, make in gather({"shapes": compose(run, live=Live(run).questions)}).items():
        assert whole(ask(widget, file=path)) == make()
    told = {"epoch": 1, "latents": [[0.5, -1]]}
    answer = load(whole(ask(widget, scene="shapes", question="decode", told=told)))
    expected = hinterland.load(run, 1).decode(np.array([[0.5, -1]], np.float32))
    np.testing.assert_allclose(answer["images"], expected, atol=1e-6)


@pytest.mark.parametrize(
    "asked",
    [
        {"file": "../run.json"},
        {"file": 7},
        {},
        {"scene": "shapes", "question": "train", "told": {}},
        {"scene": "other", "question": "decode", "told": {}},
        {"scene": "shapes", "question": "decode", "told": {"epoch": 99, "latents": [[0, 0]]}},
        {"scene": "shapes", "question": "decode", "told": 3},
    ],
)
def test_what_it_cannot_give_is_said(widget: Any, asked: dict[str, Any]) -> None:
    ((told, buffers),) = ask(widget, **asked)
    assert told["error"]
    assert told["id"] == "x/1"
    assert buffers == []


@pytest.mark.parametrize("asked", [None, 3, {}, {"id": 5, "file": "site.json"}, [1]])
def test_what_is_no_question_to_it_gets_no_answer(widget: Any, asked: Any) -> None:
    assert list(widget._replies.to(asked)) == []


def test_a_large_file_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "PART", 10)
    body = bytes(range(25))
    heard = list(Replies({"a": lambda: body, "b": bytes}, {}).to({"id": "x", "file": "a"}))
    assert [told["parts"] for told, _ in heard] == [3, 3, 3]
    assert whole(iter(heard)) == body
    assert whole(Replies({"b": bytes}, {}).to({"id": "x", "file": "b"})) == b""


def test_a_damaged_file_is_told_and_no_path_of_the_machine() -> None:
    def make() -> bytes:
        raise OSError(5, "Input/output error", "/home/somebody/run")

    ((told, _),) = Replies({"a": make}, {}).to({"id": "x", "file": "a"})
    assert "cannot be read" in told["error"]
    assert "/home" not in str(told)


def test_widgets_of_one_run_make_its_files_once(widget: Any, run: Run) -> None:
    assert hinterland.explore(run)._replies is widget._replies


def test_refresh_has_the_page_read_the_run_again(widget: Any) -> None:
    before = widget._edition
    widget.refresh()
    assert widget._edition == before + 1


def test_without_a_kernel_there_is_a_picture_and_a_sentence(widget: Any) -> None:
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "hinterland.explore(" in data["text/plain"]
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.size == (720, 480)
    assert (
        len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 4
    )  # the paper, and four classes


def test_colab_is_told_who_draws_it(widget: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its front end draws widgets of others where metadata names their manager, once enabled."""
    output, enabled = types.ModuleType("google.colab.output"), []
    output.enable_custom_widget_manager = lambda: enabled.append(True)
    output._widgets = types.SimpleNamespace(_installed_url="https://somewhere/manager.js")
    monkeypatch.setitem(sys.modules, "google.colab.output", output)
    _, metadata = widget._repr_mimebundle_()
    manager = metadata["application/vnd.jupyter.widget-view+json"]["colab"]["custom_widget_manager"]
    assert manager == {"url": "https://somewhere/manager.js"}
    assert enabled == [True]


def test_without_anywidget_the_line_that_installs_it_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "hinterland.show.notebook", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(HinterlandError, match="needs the package 'anywidget'") as told:
        hinterland.explore(run)
    assert told.value.hint == "pip install 'hinterland[notebook]'"
