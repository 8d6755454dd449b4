"""The docs say what the code does: every name has its place, every option they show exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hinterland.cli import COMMANDS
from hinterland.data import DATASETS
from hinterland.live import QUESTIONS
from hinterland.models import MODELS
from hinterland.project import PROJECTIONS
from hinterland.show.conversions import CONVERSIONS
from hinterland.show.figures import FIGURES
from hinterland.show.making import options_of
from hinterland.show.movies import MOVIES
from hinterland.types import Registry
from tests.conftest import ROOT

DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])


NAMES = sorted({*COMMANDS, *MODELS, *PROJECTIONS, *DATASETS, *FIGURES, *MOVIES})


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_in_the_readme(name: str) -> None:
    assert re.search(rf"`(hinterland )?{name}[` ]", (ROOT / "README.md").read_text())


@pytest.mark.parametrize("family", [FIGURES, MOVIES], ids=lambda family: family.kind)
def test_every_figure_and_movie_has_a_place_with_all_its_settings(family: Registry) -> None:
    text = (ROOT / "docs" / "figures.md").read_text()
    part = text.partition("# Movies")[2 if family is MOVIES else 0]
    for name in family:
        _, heading, rest = part.partition(f"### `{name}`\n")
        assert heading, name
        place = rest.partition("\n###")[0]
        missing = [key for key in options_of(family, name) if f"`{key}`" not in place]
        assert set(missing) <= {"width", "size"}, name


@pytest.mark.parametrize("name", CONVERSIONS)
def test_every_conversion_has_a_place_with_all_its_settings(name: str) -> None:
    text = (ROOT / "docs" / "other-programs.md").read_text()
    _, heading, rest = text.partition(f"### `{name}`\n")
    assert heading
    place = rest.partition("\n###")[0]
    assert [key for key in options_of(CONVERSIONS, name) if f"| `{key}` |" not in place] == []


def test_whoever_cites_names_the_version_that_is_there() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert f"\nversion: {version[1]}\n" in (ROOT / "CITATION.cff").read_text()


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_in_the_formats(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "formats.md").read_text()


OPTION = re.compile(r"(?<=\s)--?[a-z][a-z-]*")


def commands_of(path: Path) -> list[tuple[str, str]]:
    """The commands that a page shows, in blocks and between words: their name, and what follows."""
    text = path.read_text()
    shown = re.findall(r"^hinterland ([a-z]+)([^`\n#]*)", text, re.MULTILINE)
    return shown + re.findall(r"`hinterland ([a-z]+)([^`\n]*)`", text)


def links_of(path: Path) -> list[str]:
    """Where a page leads within the checkout."""
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text())
    return [target for target in links if "://" not in target]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_shown_exists_with_its_options(path: Path) -> None:
    for name, words in commands_of(path):
        known = {flag for option in COMMANDS[name].params for flag in option.opts}
        assert set(OPTION.findall(words)) <= known, f"{name}{words}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_checkout_leads_somewhere(path: Path) -> None:
    for target in links_of(path):
        assert (path.parent / target).exists(), target


def test_these_tests_meet_what_the_docs_show() -> None:
    """Where the docs were written otherwise, the two above could find nothing, and pass."""
    shown = [one for path in DOCS for one in commands_of(path)]
    assert {name for name, _ in shown} >= {"train", "open", "import", "map", "export", "score"}
    assert len(shown) > 100
    assert sum(len(OPTION.findall(words)) for _, words in shown) > 100
    assert len(commands_of(ROOT / "README.md")) > 15
    assert len(links_of(ROOT / "README.md")) > 30
    assert len([path for path in DOCS if links_of(path)]) > 20
