"""The docs' site: built without a warning, it asks nobody and leaves out nothing public."""

from __future__ import annotations

import functools
import inspect
import re
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import pytest
from playwright.sync_api import Browser

import hinterland
from hinterland.cli import COMMANDS
from hinterland.data import DATASETS
from hinterland.models import MODELS
from hinterland.project import PROJECTIONS
from hinterland.show.conversions import CONVERSIONS
from hinterland.show.figures import FIGURES
from hinterland.show.movies import MOVIES
from hinterland.show.reader import Reader
from hinterland.types import Registry
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import docs

FAMILIES = (MODELS, PROJECTIONS, FIGURES, MOVIES, CONVERSIONS, DATASETS)
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
LOOKED_AT = {  # theme -> pages
    "light": ("index", "reference/members"),
    "dark": ("reading-a-map",),
}
SCRIPTING = (ROOT / "docs" / "scripting.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_says_what_it_is(name: str) -> None:
    command: click.Command = COMMANDS[name]
    assert command.help
    text = "\n".join(docs.commands())
    of_all, own = text.partition("\n## ")[0], text.partition(f"## `{name}`\n")[2]
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name
            place = of_all if option.name in docs.EVERYWHERE else own.partition("\n## ")[0]
            assert f"`{option.opts[0]}" in place


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.kind)
def test_every_member_of_a_family_says_what_it_is(family: Registry) -> None:
    text = "\n".join(docs.members())
    for name in family:
        assert family.summary(name).endswith((".", ")")), name
        assert f"| `{name}` | {family.summary(name)} |" in text


@pytest.mark.parametrize("name", hinterland.__all__)
def test_every_public_name_and_what_it_has_says_what_it_is(name: str) -> None:
    assert f"## hinterland.{name}\n" in "\n".join(docs.python())
    assert list(silent(getattr(hinterland, name))) == []


def test_what_load_gives_says_what_it_is() -> None:
    assert "::: hinterland.show.reader.Reader" in "\n".join(docs.python())
    assert list(silent(Reader)) == []


def silent(thing: Any) -> Iterator[str]:
    """Public names without a docstring."""
    if not inspect.getdoc(thing):
        yield thing.__qualname__
    for name, member in inspect.getmembers(thing) if inspect.isclass(thing) else ():
        ours = name[0] != "_" and (inspect.isfunction(member) or isinstance(member, property))
        if ours and not inspect.getdoc(member):
            yield f"{thing.__qualname__}.{name}"


def test_every_call_of_the_page_and_every_field_of_its_state_has_a_place() -> None:
    calls = re.findall(r"^  (?:readonly )?(\w+)[(:]", declared("Door"), re.MULTILINE)
    fields = re.findall(r"^  readonly (\w+):", declared("State"), re.MULTILINE)
    assert {"ready", "set", "timings"} <= set(calls)
    assert {"map", "cursor", "faults"} <= set(fields)
    untold = [
        call for call in calls if not re.search(rf"^\|[^|]*`{call}[(`]", SCRIPTING, re.MULTILINE)
    ]
    untold += [
        field for field in fields if not re.search(rf"^\|[^|]*`{field}`", SCRIPTING, re.MULTILINE)
    ]
    assert untold == []


def declared(name: str) -> str:
    """The fields of an interface of the page, and of those that it extends."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "web" / "src").rglob("*.ts"))
    shape = rf"^export interface {name}(?: extends ([^{{\n]+))? {{\n(.*?)^}}"
    head = re.compile(shape, re.MULTILINE | re.DOTALL)
    (found,) = [match for text in sources for match in head.finditer(text)]
    others = (found[1] or "").split(", ") if found[1] else []
    return "\n".join([found[2], *map(declared, others)])


def test_a_link_of_the_checkout_becomes_one_of_the_site() -> None:
    assert docs.relinked("[a](../CONTRIBUTING.md#set-up)", "docs") == "[a](contributing.md#set-up)"
    assert docs.relinked("[a](docs/models.md)", "") == "[a](models.md)"
    assert docs.relinked("[a](../README.md)", "docs") == "[a](index.md)"
    assert docs.relinked("[a](https://a.b/c.md)", "docs") == "[a](https://a.b/c.md)"


def test_the_gallery_shows_what_was_exported_and_says_how_to_where_nothing_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported, page = tmp_path / "exported", tmp_path / "gallery.md"
    monkeypatch.setattr(docs, "LIVE", exported)
    monkeypatch.setattr(docs, "PAGES", tmp_path)
    (exported / "fashion").mkdir(parents=True)
    (exported / "fashion" / "index.html").write_bytes(b" " * 1_400_000)
    run = {"name": "fashion", "title": "Clothes", "about": "Turn it.", "view": "map=tsne"}
    for runs, told in (
        ([run], "**[Clothes](live/fashion/index.html#map=tsne)** (1.4 MB). Turn it."),
        ([], "`make gallery` trains"),
    ):
        page.write_text("# Gallery\n\nHead.\n\n## Figures\n\nMany.\n", encoding="utf-8")
        docs.show_live(runs)
        text = page.read_text(encoding="utf-8")
        assert told in text
        assert text.startswith("# Gallery\n\nHead.\n")
        assert text.endswith("\n## Figures\n\nMany.\n")


def test_every_page_is_in_the_sites_list() -> None:
    listed = set(re.findall(r'"([\w/-]+\.md)"', (ROOT / "zensical.toml").read_text()))
    there = {page.name for page in (ROOT / "docs").glob("*.md")} | set(docs.BESIDE.values())
    assert listed == there | {f"reference/{name}" for name in docs.REFERENCE}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The built site, and a server of plain files that shows it."""
    assert docs.main() == 0, "the site has warnings, or cannot be built: make docs"
    handler = functools.partial(Quiet, directory=str(ROOT / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.slow
@pytest.mark.browser
def test_the_site_asks_nobody_and_can_be_read_by_everybody(site: str, browser: Browser) -> None:
    asked, said = [], []
    for theme, names in LOOKED_AT.items():
        page = browser.new_page(color_scheme=theme, viewport={"width": 1200, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda told: said.append((told.type, told.text)))
        page.on("pageerror", lambda error: said.append(("error", str(error))))
        for name in names:
            page.goto(f"{site}/{name}.html")
            page.add_script_tag(path=AXE)
            options = "{ resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }"
            found = page.evaluate(f"axe.run('article, .md-header', {options})")
            told = [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]]
            assert told == [], f"{name}, {theme}"
        page.close()
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []
    assert [text for kind, text in said if kind == "error"] == []


@pytest.mark.slow
def test_the_reference_of_python_is_in_the_site(site: str) -> None:
    text = Path(ROOT / "site" / "reference" / "python.html").read_text(encoding="utf-8")
    for method in ("interpolate", "decode", "route", "figure", "epoch", "lightning"):
        assert re.search(rf'id="[\w.]+\.{method}"', text), method
