"""Builds the docs' site: docs/, the pages beside it, and a reference made from the code.

python scripts/docs.py              the pages into build/docs, the site into site/
python scripts/docs.py --pages      the pages alone, to look at what is made from the code

Zensical builds it (zensical.toml), strictly: a link that leads nowhere stops it.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

import hinterland
from hinterland.cli import COMMANDS
from hinterland.data import DATASETS
from hinterland.models import MODELS
from hinterland.project import PROJECTIONS
from hinterland.project import options_of as projection_options
from hinterland.show.conversions import CONVERSIONS
from hinterland.show.figures import FIGURES
from hinterland.show.making import options_of
from hinterland.show.movies import MOVIES
from hinterland.types import Registry

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "build" / "docs"
LIVE = ROOT / "build" / "live"  # what scripts/live.py exports
BESIDE = {  # pages that stand elsewhere in the checkout, and their names in the site
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
}
FILES = "https://www.apache.org/licenses/LICENSE-2.0"  # where LICENSE leads to
EVERYWHERE = ("as_json", "quiet", "debug")  # options of every command
# What `load` and `record` give is not made by its name, but is worked with.
GIVEN = {
    "hinterland.show.reader.Reader": "what `load` gives",
    "hinterland.show.notebook.Explorer": "what `explore` gives",
}


def main() -> int:
    """Write the pages and build the site."""
    write()
    if "--pages" in sys.argv[1:]:
        return 0
    program = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    return subprocess.run(program, cwd=ROOT, check=False).returncode


def write() -> None:
    """All pages, those of the checkout with links as they are in the site."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(ROOT / "docs", PAGES)
    for page in PAGES.glob("*.md"):
        page.write_text(relinked(page.read_text(encoding="utf-8"), "docs"), encoding="utf-8")
    for source, target in BESIDE.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        folder = str(Path(source).parent).removeprefix(".")
        (PAGES / target).write_text(relinked(text, folder), encoding="utf-8")
    told = LIVE / "gallery.json"
    show_live(json.loads(told.read_text(encoding="utf-8")) if told.is_file() else [])
    (PAGES / "reference").mkdir()
    for name, make in REFERENCE.items():
        page = PAGES / "reference" / name
        page.write_text("\n".join(make()).rstrip() + "\n", encoding="utf-8")


def show_live(runs: list[dict[str, str]]) -> None:
    """Take exported runs along, and show them at the head of the gallery."""
    gallery = PAGES / "gallery.md"
    head, _, rest = gallery.read_text(encoding="utf-8").partition("\n## ")
    said = ["", "## Live", ""]
    if runs:
        said += [
            "Each is a run as `hinterland export` writes it: nothing but files, all in the page.",
            "",
        ]
    for told in runs:
        name = told["name"]
        site = LIVE / name
        shutil.copytree(site, PAGES / "live" / name)
        size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
        address = f"live/{name}/index.html" + (f"#{told['view']}" if told["view"] else "")
        picture = f"![The map of {told['title']}](live/{name}/card.png)"
        said += [f"**[{told['title']}]({address})** ({size:.1f} MB). {told['about']}", ""]
        said += [f"[{picture}]({address})", ""]
    if not runs:
        said += [
            "`make gallery` trains some runs and exports them; `make docs` then shows them.",
            "",
        ]
    gallery.write_text(head + "\n".join(said) + "\n## " + rest, encoding="utf-8")


def relinked(text: str, folder: str) -> str:
    """A page of a folder of the checkout, as it stands in the site: links lead to pages of it."""

    def moved(found: re.Match[str]) -> str:
        target, anchor = found[1], found[2] or ""
        if "://" in target:
            return found[0]
        place = (ROOT / folder / target).resolve().relative_to(ROOT)
        name = place.as_posix()
        if name in BESIDE:
            return f"]({BESIDE[name]}{anchor})"
        if place.parts[0] == "docs":
            return f"]({Path(*place.parts[1:]).as_posix()}{anchor})"
        return "](index.md)" if name == "README.md" else f"]({FILES})"

    return re.sub(r"\]\(([^)#\s]+)(#[^)]*)?\)", moved, text)


def commands() -> Iterator[str]:
    """Every command with its options."""
    yield "# Commands"
    yield ""
    yield "What `--help` says. Every command also takes `--json` (one object on stdout), `-q` (no"
    yield "messages, no progress) and `--debug` (the traceback of an error), and ends by naming the"
    yield "next one to try. Exit codes: 0 ok, 1 the job failed, 2 wrong use or bad"
    yield "input, 3 our bug, 5 disk, memory or device, 130 interrupted."
    yield ""
    for name in COMMANDS:
        command: click.Command = COMMANDS[name]
        context = click.Context(command, info_name=f"hinterland {name}")
        yield f"## `{name}`"
        yield ""
        yield "```text"
        yield " ".join([context.command_path, *command.collect_usage_pieces(context)])
        yield "```"
        yield ""
        yield from _help(command)
        options = [each for each in command.params if isinstance(each, click.Option)]
        rows = [_option(each, context) for each in options if each.name not in EVERYWHERE]
        if rows:
            yield from ("| option | |", "| --- | --- |", *rows, "")


def _help(command: click.Command) -> Iterator[str]:
    """A command's help; what stands after a \\b is as typed."""
    for block in inspect.cleandoc(command.help or "").split("\n\n"):
        typed = block.startswith("\b\n")
        yield from (
            ["```sh", *block.removeprefix("\b\n").splitlines(), "```"] if typed else [block]
        )
        yield ""


def _option(option: click.Option, context: click.Context) -> str:
    told = option.get_help_record(context)
    assert told is not None, f"{context.command_path} {option.name} has no help"
    flags, what = (re.sub(r"\s+", " ", each).replace("|", "\\|") for each in told)
    return f"| `{flags}` | {what} |"


def members() -> Iterator[str]:
    """What there is of every family, with its settings."""
    families: tuple[tuple[Registry, str, str, Callable[[str], Mapping[str, Any]]], ...] = (
        (MODELS, "Models", "../models.md", MODELS.preset),
        (PROJECTIONS, "Projections", "../choosing-a-projection.md", projection_options),
        (FIGURES, "Figures", "../figures.md", lambda name: options_of(FIGURES, name)),
        (MOVIES, "Movies", "../figures.md", lambda name: options_of(MOVIES, name)),
        (CONVERSIONS, "Conversions", "../other-programs.md", lambda n: options_of(CONVERSIONS, n)),
        (DATASETS, "Data sets", "../images.md", lambda _: {}),
    )
    yield "# What there is"
    yield ""
    yield "All that has a name, with what `--set` sets and its default. Of a model, what makes it"
    yield "what it is; `hinterland options MODEL` lists all that can be set."
    yield ""
    for family, title, page, settings in families:
        yield f"## {title}"
        yield ""
        yield f"[More of them]({page})"
        yield ""
        yield "| name | | settings |"
        yield "| --- | --- | --- |"
        for name in family:
            told = ", ".join(f"`{k}={_shown(v)}`" for k, v in settings(name).items())
            yield f"| `{name}` | {family.summary(name)} | {told} |"
        yield ""


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def python() -> Iterator[str]:
    """The public names, by mkdocstrings."""
    yield "# Python"
    yield ""
    yield "`import hinterland`: the public names, from their docstrings. How they are used:"
    yield "[working with a run](../python.md), [recording](../record.md)."
    yield ""
    places = {f"hinterland.{name}": _place(name) for name in hinterland.__all__}
    for shown, place in (*places.items(), *((GIVEN[p], p) for p in GIVEN)):
        yield f"## {shown if shown in places else place.rpartition('.')[2] + ', ' + shown}"
        yield ""
        if inspect.isfunction(found := getattr(hinterland, shown.rpartition(".")[2], None)):
            yield from ("```python", signature(shown, found), "```", "")
        yield f"::: {place}"
        yield ""


def signature(name: str, function: Callable[..., Any]) -> str:
    """How a function is called, a line for each argument."""
    told = inspect.signature(function)
    lines, bare = [], False
    for argument in told.parameters.values():
        if argument.kind is argument.KEYWORD_ONLY and not bare:
            lines.append("    *,")
            bare = True
        lines.append(f"    {argument},".replace("'", ""))
    gives = str(told.return_annotation).replace("'", "")
    return "\n".join([f"{name}(", *lines, f") -> {gives}"])


def _place(name: str) -> str:
    """Where a public name is written."""
    found = getattr(hinterland, name)
    return f"{found.__module__}.{found.__qualname__}"


REFERENCE: dict[str, Callable[[], Iterator[str]]] = {
    "commands.md": commands,
    "members.md": members,
    "python.md": python,
}


if __name__ == "__main__":
    sys.exit(main())
