"""How large a static site is, and what a first visit fetches: python benchmarks/export.py RUN.

Exports RUN with `hinterland export` (or takes the site at --site), prints its bytes by part beside
those of the run and how long that took, then opens it in headless Chromium from
`python -m http.server` below some path:
  first paint   seconds from the navigation to the first painted map; median over --rounds
  before hover  megabytes and files that are fetched until then, and a second after
  after hover   the same until the first decoded picture stands; the runtime is most of it
  elsewhere     requests to any other address: 0
  complaints    errors and warnings of the console: 0
--json prints one object. Needs the test extras, a built page and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browsing import SIZE, chromium
from playwright.sync_api import Browser, BrowserContext, Request

BELOW = "~someone/maps"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--site", type=Path, help="a site that is there already")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        site = Path(place) / BELOW
        site.parent.mkdir(parents=True)
        begun = time.perf_counter()
        if asked.site:
            shutil.copytree(asked.site, site)
        else:
            words = [sys.executable, "-m", "hinterland", "export", str(asked.run), "-o", str(site)]
            subprocess.run([*words, "-q"], check=True, stdout=subprocess.DEVNULL)
        told: dict[str, Any] = {"seconds": time.perf_counter() - begun, "parts": parts(site)}
        told["run"] = parts_of_run(asked.run)
        told["without_runtime"] = sum(v for k, v in told["parts"].items() if k != "runtime")
        with published(Path(place)) as address, chromium() as browser:
            visits = [visit(browser, f"{address}{BELOW}/") for _ in range(asked.rounds)]
        told["visits"] = visits
        told["first_paint"] = statistics.median(each["first_paint"] for each in visits)
    if asked.json:
        print(json.dumps(told))
    else:
        show(told)


def show(told: dict[str, Any]) -> None:
    print(f"{'part':10} {'in the run':>11} {'in the site':>11}")
    for name, size in told["parts"].items():
        whole = told["run"].get(name)
        print(f"{name:10} {f'{whole / 1e6:.2f} MB' if whole else '':>11} {size / 1e6:8.2f} MB")
    print(f"in all     {sum(told['parts'].values()) / 1e6:23.2f} MB")
    print(f"without the runtime {told['without_runtime'] / 1e6:14.2f} MB")
    visit = told["visits"][0]
    print(f"export        {told['seconds']:.0f} s")
    print(f"first paint   {told['first_paint']:.2f} s")
    for when in ("before_hover", "after_hover"):
        print(f"{when.replace('_', ' '):13} {visit[when][0] / 1e6:.2f} MB, {visit[when][1]} files")
    for what in ("elsewhere", "complaints"):
        print(f"{what:13} {sum(each[what] for each in told['visits'])}")


def parts(site: Path) -> dict[str, int]:
    from hinterland.show.export import PARTS, part_of

    found = dict.fromkeys(PARTS, 0)
    for file in site.rglob("*"):
        if file.is_file():
            found[part_of(file.relative_to(site).as_posix())] += file.stat().st_size
    return found


def parts_of_run(path: Path) -> dict[str, int]:
    from hinterland.run import Run

    run = Run.open(path)
    found = {
        f"{half}s": sum(len(run.mounted(e, half)) for e in run.epochs) for half in run.graphs()
    }
    sizes = {
        "latents": "epochs/*/latents.*",
        "maps": "maps/*/*.safetensors",
        "pictures": "images/*.webp",
    }
    for name, pattern in sizes.items():
        found[name] = sum(file.stat().st_size for file in path.glob(pattern))
    return found


@contextmanager
def published(folder: Path) -> Iterator[str]:
    """`python -m http.server`, and its address, which ends in /."""
    words = [
        sys.executable,
        "-u",
        "-m",
        "http.server",
        "0",
        "--bind",
        "127.0.0.1",
        "-d",
        str(folder),
    ]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().split(" port ")[1].split()[0]
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def visit(browser: Browser, address: str) -> dict[str, Any]:
    """A first visit, with nothing in the cache."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    sizes: list[int] = []
    elsewhere: list[str] = []
    complaints: list[str] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda told: sizes.append(int(told["encodedDataLength"])))

    def requested(request: Request) -> None:
        if not request.url.startswith((address, f"blob:{address.rsplit('/', 3)[0]}")):
            elsewhere.append(request.url)

    page.on("request", requested)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None,
    )
    add_what_workers_fetch(context, sizes)
    page.goto(address)
    page.evaluate("window.hinterland.ready")
    paint = page.evaluate("window.hinterland.timings().firstPaint") / 1000
    page.wait_for_timeout(1000)
    before = (sum(sizes), len(sizes))
    page.mouse.move(600, 400)
    page.mouse.move(604, 404, steps=3)
    last = time.monotonic() + 60
    while not page.evaluate("Boolean(window.hinterland.state().shown)"):
        assert time.monotonic() < last, "nothing was decoded"
        page.wait_for_timeout(50)
    page.wait_for_timeout(200)
    after = (sum(sizes), len(sizes))
    context.close()
    return {
        "first_paint": paint,
        "before_hover": before,
        "after_hover": after,
        "elsewhere": len(elsewhere),
        "complaints": len(complaints),
    }


def add_what_workers_fetch(context: BrowserContext, sizes: list[int]) -> None:
    """Told to nobody but the context."""

    def finished(request: Request) -> None:
        if request.url.endswith((".packed", ".wasm")) and "/assets/" in request.url:
            sizes.append(request.sizes()["responseBodySize"])

    context.on("requestfinished", finished)


if __name__ == "__main__":
    main()
