"""regl-scatterplot on a bare page: npm install it in a folder of its own."""

from __future__ import annotations

import functools
import http.server
import subprocess
import threading
from pathlib import Path

from browsing import SIZE
from frames import drag
from playwright.sync_api import Browser

WEB = Path(__file__).resolve().parent.parent / "web"
HTML = """<!doctype html><meta charset="utf-8"><title>peer</title>
<style>html, body, canvas { margin: 0; width: 100%; height: 100%; display: block }</style>
<canvas></canvas><script type="module" src="./main.js"></script>"""
MAIN = """import createScatterplot from 'regl-scatterplot';
const n = Number(new URLSearchParams(location.search).get('n'));
const canvas = document.querySelector('canvas');
const plot = createScatterplot({ canvas, width: innerWidth, height: innerHeight, pointSize: 2 });
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(6.2832 * Math.random());
const columns = { x: new Float32Array(n), y: new Float32Array(n), z: new Float32Array(n) };
for (let i = 0; i < n; i++) {
  columns.z[i] = i % 10;
  columns.x[i] = 0.55 * Math.cos(i % 10) + 0.08 * normal();
  columns.y[i] = 0.55 * Math.sin(i % 10) + 0.08 * normal();
}
window.drawn = 0;
const pointColor = ['#e69f00', '#56b4e9', '#009e73', '#d55e00', '#0072b2'];
plot.set({ colorBy: 'valueA', pointColor });
plot.subscribe('draw', () => { window.drawn++; });
await plot.draw(columns);
window.painted = performance.now();
"""


def peer_speed(browser: Browser, folder: Path, n: int) -> dict[str, float]:
    """Seconds from the page's load to its first picture, and frames per second of panning."""
    site = folder / "site"
    if not (site / "dist" / "index.html").is_file():
        site.mkdir(exist_ok=True)
        (site / "index.html").write_text(HTML)
        (site / "main.js").write_text(MAIN)
        build = [str(WEB / "node_modules" / ".bin" / "vite"), "build", str(site), "--base", "./"]
        subprocess.run([*build, "--target", "es2023"], check=True, stdout=subprocess.DEVNULL)
    handler = functools.partial(_Quiet, directory=str(site / "dist"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page(viewport=SIZE)
        page.goto(f"http://127.0.0.1:{server.server_port}/?n={n}")
        page.wait_for_function("window.painted !== undefined", timeout=60_000)
        first = page.evaluate("window.painted") / 1000
        fps = drag(page, "window.drawn")
        page.close()
        server.shutdown()
    return {"first_map_s": first, "panning_fps": fps}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""
