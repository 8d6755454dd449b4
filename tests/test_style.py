"""The code keeps its manners: short files and functions, no pickles, nothing heavy at --help."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = sorted((ROOT / "hinterland").rglob("*.py"))
PYTHON = [
    *PACKAGE,
    *(
        path
        for folder in ("tests", "scripts", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
    ),
    ROOT / "hatch_build.py",
]
PAGE = sorted(
    path for folder in ("src", "test", "dev") for path in (ROOT / "web" / folder).rglob("*.ts")
)

MOST_LINES_OF_PYTHON = 400
MOST_LINES_OF_TYPESCRIPT = 350
MOST_LINES_OF_A_FUNCTION = 60

# Loading any of these may run code that came with a file.
PICKLING = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
RUNS_CODE = {"eval", "exec", "compile", "print", "torch.load", "numpy.load", "np.load"}
HEAVY = {"torch", "sklearn", "scipy", "onnx", "onnxruntime", "matplotlib", "PIL"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# One test asks all files: a thousand tests of a millisecond each cost more than what they ask.
def test_python_files_are_short_and_say_what_they_are() -> None:
    long = [path for path in PYTHON if len(source_of(path).splitlines()) > MOST_LINES_OF_PYTHON]
    silent = [path for path in PYTHON if not ast.get_docstring(tree_of(path))]
    assert Path(__file__) in PYTHON
    assert [name_of(path) for path in long] == []
    assert [name_of(path) for path in silent] == [], "begin with one sentence saying what it is"


def test_their_functions_are_short() -> None:
    too_long = {
        f"{name_of(path)}, {node.name}": length
        for path in PYTHON
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := length_of(node)) > MOST_LINES_OF_A_FUNCTION
    }
    assert too_long == {}


def test_files_of_the_page_are_short_and_say_what_they_are() -> None:
    long = [path for path in PAGE if len(source_of(path).splitlines()) > MOST_LINES_OF_TYPESCRIPT]
    silent = [
        path
        for path in PAGE
        if not path.name.endswith(".test.ts")  # its tests say it
        and not re.match(r"/\*\*?\s*\S|//\s*\S", source_of(path))
    ]
    assert ROOT / "web" / "src" / "main.ts" in PAGE
    assert [name_of(path) for path in long] == []
    assert [name_of(path) for path in silent] == [], "begin with one sentence"


def test_the_package_neither_unpickles_nor_evaluates_nor_prints() -> None:
    assert {
        name_of(path): found for path in PACKAGE if (found := [*dangers(source_of(path))])
    } == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(file)",
        "np.load(file, allow_pickle=True)",
        "np.load(file)",
        "eval(text)",
        "print(1)",
    ],
)
def test_a_danger_is_seen(source: str) -> None:
    assert list(dangers(source)) != []


def test_a_careful_load_is_none() -> None:
    assert list(dangers("np.load(file, allow_pickle=False)\nmodel.eval()\nre.compile('a')")) == []


@pytest.mark.parametrize(("word", "status"), [("--help", 0), ("--version", 0), ("no-such-verb", 2)])
def test_help_is_given_before_anything_heavy_is_loaded(word: str, status: int) -> None:
    script = (
        "import atexit, sys\n"
        "atexit.register(lambda: sys.stderr.write('\\nloaded: ' + ' '.join(sys.modules)))\n"
        "from hinterland.cli import main\n"
        f"sys.argv = ['hinterland', {word!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    said, _, loaded = done.stderr.rpartition("loaded: ")
    assert done.returncode == status, said
    assert HEAVY & set(loaded.split()) == set()


@functools.cache
def source_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(source_of(path))


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    assert function.end_lineno is not None
    length = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) and first.end_lineno is not None:
        length -= first.end_lineno - first.lineno + 1
    return length


def dangers(source: str) -> Iterator[str]:
    """What a source does that ours never may, in words."""
    for node in ast.walk(ast.parse(source)):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in RUNS_CODE:
            told = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if told.get("allow_pickle") != "False":
                yield f"line {node.lineno}: {ast.unparse(node)}"
        yield from (f"import of {module}" for module in modules if outermost(module) in PICKLING)


def outermost(module: str) -> str:
    return module.partition(".")[0]
