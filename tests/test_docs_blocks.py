"""Every block of code that the docs show runs, on small data, or says why it does not.

A block that cannot run has `<!-- not run: why -->` above it.
"""

from __future__ import annotations

import gzip
import json
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser

from hinterland.cli import main
from hinterland.run import Run
from hinterland.schemas import NAMES, schema
from tests.browsing import opened
from tests.conftest import ROOT, environment, made_up

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
BLOCK = re.compile(
    r"(?:^<!-- not run: ([^>]+) -->\n)?^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL
)
ELSEWHERE = {
    "docs/notebook.md": "test_notebook.py",
    "docs/python.md": "test_python.py",
    "docs/record.md": "test_recorder.py",
}  # their Python
PROSE = ("", "text")
KNOWN = ("sh", "python", "js", "json", *PROSE)
BRIEF = ("--epochs", "2", "--set", "classifier=300")  # what makes a training short here
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


class Block(NamedTuple):
    """A block of a page. reason: why it does not run; empty where it does."""

    page: str
    kind: str
    text: str
    reason: str

    @property
    def lines(self) -> list[list[str]]:
        """The commands of a shell block, as words."""
        whole = self.text.replace("\\\n", " ").splitlines()
        return [words for line in whole if (words := shlex.split(line, comments=True))]


BLOCKS = [
    Block(path.relative_to(ROOT).as_posix(), kind, text, reason or "")
    for path in PAGES
    for reason, kind, text in BLOCK.findall(path.read_text(encoding="utf-8"))
]
RUNNING = sorted({b.page for b in BLOCKS if b.kind in ("sh", "python") and not b.reason})


def blocks_of(page: str, *kinds: str) -> list[Block]:
    return [block for block in BLOCKS if block.page == page and block.kind in kinds]


def test_every_block_runs_or_says_why_not() -> None:
    code = [block for block in BLOCKS if block.kind not in PROSE]
    assert {block.kind for block in code if not block.reason} <= set(KNOWN)
    lines = [(b.page, words) for b in code if b.kind == "sh" and not b.reason for words in b.lines]
    assert len(lines) > 50
    for page, words in lines:
        assert words[0] in ("hinterland", "pip", "make"), f"{page}: {shlex.join(words)}"
    run = sum(not block.reason for block in code)
    assert run > 2 * (len(code) - run)


@pytest.mark.parametrize("page", sorted({b.page for b in BLOCKS if b.kind == "json"}))
def test_json_is_json_and_what_a_schema_says(page: str) -> None:
    for block in blocks_of(page, "json"):
        told = json_of(block)
        assert described_by(told) or "format" not in told


def test_the_docs_show_what_is_on_disk() -> None:
    """Of these the formats have an example, which their schema and no other describes."""
    shown = [described_by(json_of(block)) for block in blocks_of("docs/formats.md", "json")]
    assert [names for names in shown if names] == [["scene"], ["status"]]


def json_of(block: Block) -> dict[str, Any]:
    # the docs cut checksums short
    whole = re.sub(r"sha256:([0-9a-f]+)…", lambda m: f"sha256:{m[1]:0<64}", block.text)
    told: dict[str, Any] = json.loads(whole)
    return told


def described_by(told: dict[str, Any]) -> list[str]:
    """The schemas that have nothing against it."""
    return [name for name in NAMES if Draft202012Validator(schema(name)).is_valid(told)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data sets and photographs as the pages name them, but few; and runs of them."""
    place = tmp_path_factory.mktemp("world")
    for name, first, count in (("train", 0, 120), ("t10k", 1, 40)):
        told = made_up(count, (12, 12, 1), seed=first)
        labels = np.arange(count) % 10
        (place / "data" / "mnist").mkdir(parents=True, exist_ok=True)
        for kind, array in (("images-idx3", told.pixels[..., 0]), ("labels-idx1", labels)):
            head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            content = gzip.compress(head + array.astype(np.uint8).tobytes())
            (place / "data" / "mnist" / f"{name}-{kind}-ubyte.gz").write_bytes(content)
    from PIL import Image

    for i, pixels in enumerate(made_up(40, (24, 32, 3)).pixels):
        folder = place / "photos" / ("cats" if i % 2 else "dogs")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{i}.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HINTERLAND_DATA", str(place / "data"))
        small = "--epochs 2 --set widths=[96,64]"
        command(*f"train mnist -o {place}/two {small}".split())
        command(*f"train mnist -o {place}/sixteen {small} --latent-dim 16".split())
        command(*f"map {place}/sixteen --projection tsne --epochs last".split())
    return place


def command(*words: str) -> None:
    """One command, as it is typed; a training learns its classifier in no time."""
    brief = BRIEF if words[0] == "train" else ()
    with pytest.raises(SystemExit) as left:
        main([*words, *brief])
    assert not left.value.code, f"hinterland {shlex.join(words)}"


@pytest.mark.slow
@pytest.mark.parametrize("page", RUNNING)
def test_what_a_page_shows_runs(
    page: str, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(world / "photos", tmp_path / "photos")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HINTERLAND_DATA", str(world / "data"))
    give_runs(page, world, tmp_path)
    names = {"__name__": "__main__"}  # what one block makes, the next has
    for block in blocks_of(page, "sh", "python"):
        if block.reason:
            continue
        if block.kind == "sh":
            for words in block.lines:
                shell(words, tmp_path)
        elif page not in ELSEWHERE:
            code = compile(block.text, page, "exec")
            exec(code, names)


def give_runs(page: str, world: Path, place: Path) -> None:
    """The runs that a page names and does not make by itself."""
    text = "\n".join(block.text for block in blocks_of(page, "sh", "python"))
    made = set(re.findall(r"-o (runs/[\w-]+)", text))
    for name in set(re.findall(r"runs/[\w-]+", text)) - made:
        deep = name.endswith(("-16", "collapsed"))
        shutil.copytree(world / ("sixteen" if deep else "two"), place / name)


def shell(words: list[str], place: Path) -> None:
    """A command: ours runs; what installs or builds is there under that name."""
    program, *rest = words
    if program == "make":
        assert set(rest) <= TARGETS
    elif program == "pip":
        for extras in re.findall(r"hinterland\[(.+)\]", shlex.join(rest)):
            assert set(extras.split(",")) <= set(EXTRAS)
    elif rest[0] == "open":
        serve(rest, place)
    else:
        command(*rest)


def serve(words: list[str], place: Path) -> None:
    """What goes on until Ctrl-C: it says an address, and ends well."""
    program = [sys.executable, "-m", "hinterland", *words, "--no-browser", "--json"]
    told = environment(place)
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, text=True, env=told, cwd=place
    ) as server:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0
    assert "#token=" in url
    if "--url" in words:  # where a proxy has it, as far as that was known
        assert url.startswith(words[words.index("--url") + 1].partition("{")[0])


@pytest.fixture(scope="module")
def address(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with opened(Run.open(world / "two").path, tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.mark.slow
@pytest.mark.browser
def test_the_scripts_of_the_page_run_in_the_page(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    given = "const hinterland = window.hinterland; const pixels = new Float32Array(144).fill(0.5);"
    blocks = blocks_of("docs/scripting.md", "js")
    assert len(blocks) >= 3
    for block in blocks:
        page.evaluate(f"async () => {{ {given} {{ {block.text} }} }}")
    assert page.evaluate("window.hinterland.state().epoch") is not None
    page.close()
