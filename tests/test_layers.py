"""Imports point one way: each part of the package uses only what lies below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "hinterland"

# From the top down; the parts of one layer do not know each other.
LAYERS = (
    {"__main__"},
    {"__init__", "cli"},
    {"show"},
    {"adopt", "recorder", "train", "chart", "score", "scene", "live"},
    {"data", "models", "engine", "run", "project", "latent", "schemas"},
    {"types", "lettering"},
)
HEIGHT = {part: -depth for depth, parts in enumerate(LAYERS) for part in parts}
FILES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))


def test_every_file_imports_only_from_below() -> None:
    sources = {file: (PACKAGE / file).read_text(encoding="utf-8") for file in FILES}
    assert "models/vae.py" in sources
    assert {file: told for file, text in sources.items() if (told := [*faults(file, text)])} == {}


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("run/atlas.py", "def late():\n    from hinterland import scene"),
        ("run/atlas.py", "from ..models import vae"),
        ("train.py", "import hinterland.scene"),
        ("models/vae.py", "from hinterland.models import MODELS"),
        ("models/vae.py", "from . import MODELS"),
        ("show/server.py", "import hinterland"),
        ("score.py", "from hinterland import __version__"),
    ],
)
def test_an_import_against_the_law_is_seen(file: str, source: str) -> None:
    assert list(faults(file, source)) != []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("models/vae.py", "from . import layers"),
        ("models/vae.py", "from hinterland.models import layers"),
        ("train.py", "from hinterland.run import Run"),
        ("cli/__init__.py", "from hinterland.cli import looking"),
    ],
)
def test_an_import_within_the_law_is_not(file: str, source: str) -> None:
    assert list(faults(file, source)) == []


def faults(file: str, source: str) -> Iterator[str]:
    """What a file of the package imports against the law, in words."""
    *folder, name = Path(file).with_suffix("").parts
    part = folder[0] if folder else name
    assert part in HEIGHT, f"{part} has no layer: give it one here and in the design"
    for line, module in imports(source, ("hinterland", *folder)):
        package, _, rest = module.partition(".")
        other = rest.partition(".")[0]
        if package != "hinterland":
            continue
        if not other:
            yield f"line {line}: nothing in the package imports the package itself"
        elif other != part and HEIGHT.get(other, 0) >= HEIGHT[part]:
            yield f"line {line}: {part} must not import {other}"
        elif folder and name != "__init__" and module == ".".join(("hinterland", *folder)):
            yield f"line {line}: {file} must not import the index of its own folder"


def imports(source: str, home: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """(line, module in full) of every import, also those inside functions.

    `from hinterland import types` is an import of `hinterland.types`.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = home[: len(home) - node.level + 1] if node.level else ()
            module = ".".join((*above, *([node.module] if node.module else [])))
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield node.lineno, inner if is_part(inner) else module


def is_part(module: str) -> bool:
    """Whether a name is a file or a folder of the package, not something inside a file."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    words = module.split(".")
    known = len(words) == 2 and words[0] == "hinterland" and words[1] in HEIGHT
    return known or path.is_dir() or path.with_suffix(".py").is_file()
