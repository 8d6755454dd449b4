"""A training watched on the page: python benchmarks/live.py [--model vae] [--epochs 5] [--turns 0].

Trains on MNIST without a page, with a page that is only open, and with a page over which somebody
hovers as a hand does (two seconds of sixty moves a second, two seconds of rest), one after the
other, several rounds. Prints, in headless Chromium,
  seen        seconds from an epoch's commit to its being on the page's timeline, and on its map
  hover       milliseconds from a move to its decoded picture painted, while it trains
  training    images a second with the page and without, and what share the page costs
  processor   seconds of processor that page and server took for a second of training
With --turns, one training is looked at instead, and in turn, so many times, no page is open,
the hand rests on one, and it moves there: what else happens on the machine, and how fast it is
just now, is then the same for all three.
The page and the training share this machine's processors. Needs the test extras and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browsing import Served, chromium, looking, served
from playwright.sync_api import Browser, Page

WAYS = ("none", "open", "hover")
SETTLED = 2  # the first epoch that counts: before it, the page itself is opened
# In the page, because whoever drives a browser from outside takes a processor for it.
WATCH = """() => {
    const seen = (window.seen = { timeline: {}, map: {} });
    const slider = document.querySelector("input.epochs");
    const map = document.querySelector("#map-summary");
    setInterval(() => {
        const drawn = /epoch (\\d+)/.exec(map.textContent);
        seen.timeline[slider.max] ??= Date.now() / 1000;
        if (drawn) seen.map[drawn[1]] ??= Date.now() / 1000;
    }, 100);
}"""
# A hand that rests sends nothing, so nothing runs in the page for it either.
HOVER = """() => {
    const surface = document.querySelector(".surface");
    let at = 0, moving = null, turning = null;
    const move = () => {
        const turn = (at++ / 400) * 2 * Math.PI;
        surface.dispatchEvent(new PointerEvent("pointermove", {
            clientX: 600 + 220 * Math.cos(3 * turn), clientY: 390 + 180 * Math.sin(5 * turn),
            bubbles: true, pointerId: 1, pointerType: "mouse", isPrimary: true,
        }));
    };
    const phase = () => {
        if (moving === null) moving = setInterval(move, 16);
        else moving = clearInterval(moving) ?? null;
        turning = setTimeout(phase, 2000);
    };
    window.hand = (moves) => {
        clearInterval(moving);
        clearTimeout(turning);
        moving = turning = null;
        if (moves) phase();
    };
}"""
HOVERS = "window.hinterland.timings().hovers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", default="mnist")
    parser.add_argument("--model", default="vae")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--turns", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.turns:
        in_turn(asked)
        return
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as place:
        for turn in range(asked.rounds):
            for way in WAYS:
                path = Path(place) / f"{way}-{turn}"
                with chromium() as browser:
                    found[way].append(one := measured(browser, path, way, asked))
                speeds = ", ".join(f"{speed:,.0f}" for speed in one["speeds"])
                print(f"round {turn + 1}, {way}: {speeds} images/s", file=sys.stderr, flush=True)
    told = summed(found)
    if asked.json:
        print(json.dumps(told))
        return
    print(f"{asked.images}, {asked.model}, {os.cpu_count()} processors, {asked.rounds} rounds")
    for epoch, on_timeline, on_map in told["seen"]:
        print(
            f"epoch {epoch:3}  on the timeline after {on_timeline:.2f} s, on the map {on_map:.2f} s"
        )
    print(f"seen       {told['seen_s']:.2f} s median, {told['seen_most_s']:.2f} s at most")
    print(f"hover      {told['hover_ms']:.1f} ms median, {told['hover_p95_ms']:.1f} ms p95")
    for way in WAYS:
        one = told["training"][way]
        rounds = ", ".join(f"{each:.1%}" for each in one["rounds"])
        print(
            f"training   {way:5}  {one['images_per_second']:,.0f} images/s, slower by "
            f"{one['slower']:.1%}; page {one['page']:.2f} s and server {one['server']:.3f} s of "
            f"processor for a second; round by round {rounds}"
        )


def measured(browser: Browser, run: Path, way: str, asked: argparse.Namespace) -> dict[str, Any]:
    """One training, watched in one way."""
    told: dict[str, Any] = {"seen": [], "hovers": [], "page": 0.0, "server": 0.0}
    with begun(run, asked, asked.epochs) as training:
        comes(run / "run.json", training)
        if way == "none":
            training.wait()
        else:
            with served(run) as server:
                told |= watched(browser, server, run, way, training)
    manifests = {epoch: manifest(run, epoch) for epoch in range(SETTLED, asked.epochs + 1)}
    told["speeds"] = [one["images_per_second"] for one in manifests.values()]
    return told


@contextmanager
def begun(run: Path, asked: argparse.Namespace, epochs: int) -> Iterator[subprocess.Popen[bytes]]:
    """A training of so many epochs, under way; whatever is left of it is stopped at the end."""
    words = ["train", asked.images, "-o", str(run), "--model", asked.model, "-q"]
    program = [sys.executable, "-m", "hinterland", *words, "--epochs", str(epochs)]
    with subprocess.Popen(program) as training:
        try:
            yield training
        finally:
            training.send_signal(signal.SIGINT)


def comes(path: Path, training: subprocess.Popen[bytes]) -> None:
    """Wait for what a training writes."""
    while not path.exists():
        if training.poll() is not None:
            sys.exit(f"the training ended without {path.name}")
        time.sleep(0.1)


def watched(
    browser: Browser, server: Served, run: Path, way: str, training: subprocess.Popen[bytes]
) -> dict[str, Any]:
    page = looking(browser, server.url)
    page.evaluate(WATCH)
    if way == "hover":
        page.evaluate(HOVER)
        page.evaluate("window.hand(true)")
    comes(run / "epochs" / f"{SETTLED - 1:04}", training)
    began, pages, servers = time.monotonic(), spent(os.getpid(), "chrom"), spent(server.pid, "")
    training.wait()
    lasted = time.monotonic() - began
    pages, servers = spent(os.getpid(), "chrom") - pages, spent(server.pid, "") - servers
    page.wait_for_timeout(3000)
    return {
        "seen": list(seen(page, run)),
        "hovers": page.evaluate(HOVERS),
        "page": pages / lasted,
        "server": servers / lasted,
    }


def in_turn(asked: argparse.Namespace) -> None:
    """One training, with no page, under a hand that rests, and under a hand that moves."""
    states = ("no page", "rests", "moves")
    turns, hovers = [], []
    with (
        tempfile.TemporaryDirectory() as place,
        begun(run := Path(place) / "run", asked, 1000) as training,
    ):
        comes(run / "epochs" / "0004", training)  # its classifier is done: all epochs are alike
        with chromium() as browser, served(run) as server:
            for _ in range(asked.turns):
                page = browser.new_page()
                none = block(page, run)
                page.close()
                page = looking(browser, server.url)
                page.evaluate(HOVER)
                rests = block(page, run)
                page.evaluate("window.hand(true)")
                moves = block(page, run)
                turns.append((none, rests, moves))
                hovers += page.evaluate(HOVERS)
                page.close()
    print(f"{asked.images}, {asked.model}, {os.cpu_count()} processors, {asked.turns} turns")
    print(f"hover      {statistics.median(hovers):.1f} ms median, of {len(hovers)}")
    for i, state in enumerate(states):
        speed, page_s = (statistics.median(turn[i][j] for turn in turns) for j in (0, 1))
        slower = f", slower by {parts(turns, i, 0)}" if i else ""
        print(
            f"{state:9}  {speed:.3f} epochs/s{slower}; "
            f"page {page_s:.2f} s of processor for a second"
        )
    print(f"the moves  slower by {parts(turns, 2, 1)} than the rests")


def parts(turns: list[Any], state: int, beside: int) -> str:
    """How much slower one state of each turn is than another: the median, and the middle half."""
    less = sorted(1 - turn[state][0] / turn[beside][0] for turn in turns)
    low, high = less[len(less) // 4], less[-1 - len(less) // 4]
    return f"{statistics.median(less):.1%} (half of the turns: {low:.1%} to {high:.1%})"


def block(page: Page, run: Path) -> tuple[float, float]:
    """Epochs a second of the training, and seconds of the browser's processor for a second."""
    page.wait_for_timeout(3000)  # what came before is over
    (began, before), pages = stands(run), spent(os.getpid(), "chrom")
    page.wait_for_timeout(8000)  # two moves and two rests
    (ended, after), pages = stands(run), spent(os.getpid(), "chrom") - pages
    return (after - before) / (ended - began), pages / (ended - began)


def stands(run: Path) -> tuple[float, float]:
    """When a training told where it stands, and how many epochs were done then."""
    while True:
        told = json.loads((run / "progress.json").read_text(encoding="utf-8"))
        if "step" in told:
            at = (run / "progress.json").stat().st_mtime
            return at, told["epoch"] - 1 + told["step"] / told["steps"]
        time.sleep(0.02)


def seen(page: Page, run: Path) -> list[tuple[int, float, float]]:
    """For each epoch, seconds from its commit to the timeline and to the map."""
    found = page.evaluate("window.seen")
    late = []
    for epoch in sorted(int(path.name) for path in (run / "epochs").glob("[0-9]*")):
        # the folder's own time is that of the last file in it, just before it was committed
        committed = (run / "epochs" / f"{epoch:04}").stat().st_mtime
        if epoch >= SETTLED:
            late.append(
                (
                    epoch,
                    found["timeline"][str(epoch)] - committed,
                    found["map"].get(str(epoch), float("nan")) - committed,
                )
            )
    return late


def manifest(run: Path, epoch: int) -> dict[str, Any]:
    path = run / "epochs" / f"{epoch:04}" / "manifest.json"
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def spent(above: int, name: str) -> float:
    """Seconds of processor that a process and all below it have taken, those of a name alone."""
    parents, times = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                head, _, rest = (entry / "stat").read_text().rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            parents[int(entry.name)] = int(fields[1])
            if name in head:
                times[int(entry.name)] = int(fields[11]) + int(fields[12])
    below = {above}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return sum(ticks for pid, ticks in times.items() if pid in below) / os.sysconf("SC_CLK_TCK")


def summed(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    late = [each for way in ("open", "hover") for one in found[way] for each in one["seen"]]
    on_map = [each[2] for each in late]
    hovers = [each for one in found["hover"] for each in one["hovers"]]
    speed = {
        way: statistics.median(each for one in found[way] for each in one["speeds"]) for way in WAYS
    }
    return {
        "seen": late,
        "seen_s": statistics.median(on_map),
        "seen_most_s": max(on_map),
        "hover_ms": statistics.median(hovers),
        "hover_p95_ms": statistics.quantiles(hovers, n=20)[-1],
        "hovers": len(hovers),
        "training": {
            way: {
                "images_per_second": speed[way],
                "slower": 1 - speed[way] / speed["none"],
                "rounds": by_round(found[way], found["none"]),
                "page": statistics.median(one["page"] for one in found[way]),
                "server": statistics.median(one["server"] for one in found[way]),
            }
            for way in WAYS
        },
    }


def by_round(watched: list[dict[str, Any]], alone: list[dict[str, Any]]) -> list[float]:
    """How much slower than the training alone of the same round."""
    medians = ([statistics.median(one["speeds"]) for one in ways] for ways in (watched, alone))
    return [1 - seen / free for seen, free in zip(*medians, strict=True)]


if __name__ == "__main__":
    main()
