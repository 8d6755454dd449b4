"""A run before a person's eyes: `hinterland open` and a headless Chromium that looks at it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

from hinterland.models import build
from hinterland.models.base import AbstractNet, to_tensors
from hinterland.run import Run
from tests.conftest import environment
from tests.proxies import NAME, REAL, address_of, behind_proxy, free_port, real_proxy

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
]
# Seconds until what is waited for is given up: a busy machine takes ten times as long.
PATIENCE = 180
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


# HINTERLAND_JOURNEYS=static: what looks at `opened` looks at the same runs as a static site.
STATIC = os.environ.get("HINTERLAND_JOURNEYS") == "static"
# HINTERLAND_BEHIND=proxy, or one of REAL: and it looks through a proxy, below some path.
BEHIND = os.environ.get("HINTERLAND_BEHIND", "")


@contextmanager
def opened(
    run: Path, home: Path, *others: Path, more: Sequence[str] = (), behind: str = ""
) -> Iterator[str]:
    """Serve runs as a person would, and give their address with the token.

    more: options, which a static site has none of. behind: what stands in front; where it is left
    out, HINTERLAND_BEHIND says it of all.
    """
    home.mkdir(exist_ok=True)
    if STATIC and more:
        pytest.skip(f"a static site has nobody who would do what {more[0]} allows")
    if STATIC:
        again = ("--exact", "--overwrite")
        exported(home / "public" / "a" / "site", run, *others, home=home, options=again)
        with published(home / "public") as root:
            yield f"{root}a/site/"
        return
    behind = BEHIND or behind
    runs = [str(path) for path in (run, *others)]
    words = [sys.executable, "-m", "hinterland", "open", *runs, "--no-browser", "--json", *more]
    outer = free_port()
    if behind in REAL:
        words += ["--url", address_of(behind, outer)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=environment(home)
    ) as server:
        try:
            assert server.stdout is not None
            told = json.loads(server.stdout.readline())
            token = told["url"].partition("#")[2]
            with fronted(f"http://127.0.0.1:{told['port']}/#{token}", behind, outer) as address:
                yield address
        finally:
            server.send_signal(signal.SIGINT)
            status = server.wait(timeout=PATIENCE)  # what it trains is saved first
    assert status == 0


@contextmanager
def fronted(url: str, behind: str = BEHIND, outer: int = 0) -> Iterator[str]:
    """The address of a served page where it is reached through what stands in front, if anything.

    outer: the port of one of REAL.
    """
    if behind in REAL:
        told, outer = urlsplit(url), outer or free_port()
        assert told.port
        with real_proxy(behind, outer, told.port):
            login = "?token=secret" if behind == "jupyter" else ""
            place = address_of(behind, outer).replace("{port}", str(told.port))
            yield f"{place}{login}#{told.fragment}"
    elif behind == "proxy":
        with behind_proxy(url) as address:
            yield address
    else:
        yield url


def exported(site: Path, *runs: Path, home: Path, options: tuple[str, ...] = ("--exact",)) -> None:
    """Write runs as a static site, as a person would."""
    site.parent.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "hinterland", "export", *map(str, runs), "-o", str(site)]
    subprocess.run([*words, "-q", *options], env=environment(home), check=True)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_told: object) -> None:
        """Nothing: a test is no place for a log."""


class Odd(_Quiet):
    """A host that knows few types, packs what it sends, keeps its browsers from guessing, and asks
    for a password ("ada", "secret")."""

    def guess_type(self, path: str | os.PathLike[str]) -> str:
        told = super().guess_type(path)
        return told if told in ("text/html", "text/css", "text/javascript") else "text/plain"

    def do_GET(self) -> None:
        if self.headers.get("authorization") != "Basic " + b64encode(b"ada:secret").decode():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="lab"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        content = gzip.compress(file.read_bytes(), 1)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def published(folder: Path, host: type[_Quiet] = _Quiet) -> Iterator[str]:
    """Serve a folder, as `python -m http.server` does; give its address, which ends in /."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(host, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, _launched(playwright.chromium) as browser:
        yield browser


@contextmanager
def _launched(kind: BrowserType, *more: str) -> Iterator[Browser]:
    program = next(path for name in NAMES if (path := shutil.which(name)))
    browser = kind.launch(executable_path=program, args=[*FLAGS, *more])
    yield browser
    browser.close()


def lettered(browser: Browser, pixels: int) -> AbstractContextManager[Browser]:
    """Another browser, of a person who chose letters so large; 16 are the usual ones."""
    return _launched(browser.browser_type, f"--blink-settings=defaultFontSize={pixels}")


@contextmanager
def looking(
    browser: Browser, url: str, script: str = "", expected: str = "", **view: Any
) -> Iterator[Page]:
    """A page on which the first map is painted. Whatever its console complains of is a failure.

    script: what runs in the page before its own. expected: what complaints may hold.
    """
    complaints: list[str] = []
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **view})
    context.set_default_timeout(1000 * PATIENCE)
    if script:
        context.add_init_script(script)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None,
    )
    page.goto(url)
    page.evaluate("window.hinterland.ready")
    yield page
    context.close()
    left = [one for one in complaints if not expected or expected not in one]
    assert left == [], left


# What a page and its widgets say of themselves, for whoever reads why a wait was in vain.
STANDS = """() => {
    const doors = [window, ...document.querySelectorAll(".hinterland-widget")];
    const states = doors.map(({ hinterland }) => hinterland?.state?.() ?? null);
    return JSON.stringify(states).slice(0, 3000);
}"""


def until(page: Page, condition: str, arg: Any = None, seconds: float = PATIENCE) -> None:
    """Wait until a condition holds in the page.

    Playwright's own wait evaluates text inside the page, which our security policy forbids.
    """
    function = condition if "=>" in condition else f"() => {condition}"
    last = time.monotonic() + seconds
    while not page.evaluate(function, arg):
        if time.monotonic() > last:
            stands = page.evaluate(STANDS)
            raise AssertionError(f"{condition} did not come true in {seconds} s; {stands}")
        page.wait_for_timeout(20)


def pause(page: Page, ms: int) -> None:
    """Wait so long by the page's own clock: what it had put off for less is done, however slow."""
    page.evaluate("ms => new Promise((go) => setTimeout(go, ms))", ms)


def frames(page: Page) -> None:
    """Wait until what was put off to the next frame is done."""
    page.evaluate(
        "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )


def comes(look: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Look again and again until it is so."""
    last = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < last, f"{what} did not come in {seconds} s"
        time.sleep(0.05)


def state(page: Page) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate("window.hinterland.state()")
    return told


def wish(page: Page, **parts: Any) -> dict[str, Any]:
    """Set these parts of the state; what came of it, once it is drawn."""
    told: dict[str, Any] = page.evaluate("wish => window.hinterland.set(wish)", parts)
    return told


def screen(page: Page, places: np.ndarray, side: str = "main") -> np.ndarray:
    """Where places of a map, (n, dims) or one (dims,), are in the window: (n, 2)."""
    told = page.evaluate(
        "([all, side]) => all.map((p) => Array.from(window.hinterland.toScreen(p, side)))",
        [np.atleast_2d(places).tolist(), side],
    )
    return np.array(told)


def hover(page: Page, point: np.ndarray) -> None:
    """Move the pointer to a point of the map, and wait until what lies there is painted."""
    ((x, y),) = screen(page, point)
    page.mouse.move(x + 30, y + 30)
    page.mouse.move(x, y, steps=4)
    until(
        page,
        """() => {
            const { cursor, shown } = window.hinterland.state();
            return cursor && shown && cursor.decoded === window.hinterland.state().epoch &&
                JSON.stringify(cursor.latent) === JSON.stringify(shown.latent);
        }""",
    )


class Fingers:
    """Touches as the browser gets them from a screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.link = page.context.new_cdp_session(page)

    def tell(self, kind: str, places: list[tuple[float, float]]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        self.link.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def go(
        self, start: list[tuple[float, float]], end: list[tuple[float, float]], held: int = 0
    ) -> None:
        self.tell("touchStart", start)
        pause(self.page, held)
        for step in range(1, 6):
            pairs = zip(start, end, strict=True)
            self.tell(
                "touchMove",
                [
                    (a[0] + (b[0] - a[0]) * step / 5, a[1] + (b[1] - a[1]) * step / 5)
                    for a, b in pairs
                ],
            )
        self.tell("touchEnd", [])
        pause(self.page, 60)


def painted(page: Page) -> np.ndarray:
    """(h, w, c): the picture under the cursor as the page shows it now."""
    told = page.evaluate(
        """() => { const { pixels, h, w, c } = window.hinterland.shownPixels();
            return { pixels: Array.from(pixels), h, w, c }; }"""
    )
    return np.asarray(told["pixels"], np.float32).reshape(told["h"], told["w"], told["c"])


def python_decodes(run: Run, epoch: int, latent: list[float]) -> np.ndarray:
    """(h, w, c): what torch makes of a latent with an epoch's weights."""
    return network(run, epoch).decode(np.asarray([latent], np.float32))[0]


def network(run: Run, epoch: int) -> AbstractNet:
    """The model in torch, with an epoch's weights."""
    told = run.spec["model"]
    shape = tuple(run.spec["images"]["shape"])
    net = build(told["name"], shape, told["latent_dim"], told["options"]).eval()
    net.load_state_dict(to_tensors(run.arrays(epoch, "weights")))
    return net


def file_of(path: str) -> str:
    """What a file of a scene is called where it is served: a static site packs the arrays."""
    return path.replace(".safetensors", ".packed") if STATIC else path


def picture_folder() -> Path:
    """Where screenshots are left for a person to look at: test-results/ below the checkout."""
    place = Path(os.environ.get("HINTERLAND_SCREENSHOTS", "test-results"))
    place.mkdir(exist_ok=True)
    return place
