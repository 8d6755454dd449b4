"""A notebook before a person's eyes: a JupyterLab of its own, in a headless Chromium."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browsing import PATIENCE, until
from tests.proxies import free_port

ROOT = Path(__file__).parent.parent
# Nothing of the person's own settings, no news, no look for newer versions, no language servers.
PLAIN = {
    "ServerApp": {"jpserver_extensions": {"jupyter_lsp": False, "jupyter_server_terminals": False}}
}
QUIET = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
OPTIONS = (
    *(
        "--no-browser",
        "--ServerApp.port_retries=0",
    ),
    *("--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"),
)


@contextmanager
def jupyter(home: Path, cells: Sequence[str]) -> Iterator[str]:
    """Serve a notebook with these cells; gives its address with the token."""
    config = home / "config"
    (config / "labconfig").mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(json.dumps(QUIET))
    (config / "jupyter_server_config.json").write_text(json.dumps(PLAIN))
    told = {"cells": [cell(source) for source in cells], "metadata": KERNEL, "nbformat": 4}
    (home / "made.ipynb").write_text(json.dumps({**told, "nbformat_minor": 5}))
    port, token = free_port(), secrets.token_hex(16)
    words = [
        "-m",
        "jupyterlab",
        *OPTIONS,
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={home}",
    ]
    if os.geteuid() == 0:
        words.append("--allow-root")
    kept = {key: os.environ[key] for key in ("PATH", "HINTERLAND_DATA") if key in os.environ}
    places = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(config), "PYTHONPATH": str(ROOT)}
    environment = {**kept, **places, "JUPYTER_TOKEN": token, "IPYTHONDIR": str(home / "ipython")}
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *words], env=environment, stdout=log, stderr=log, cwd=home
        )
        try:
            address = f"http://127.0.0.1:{port}"
            answers(f"{address}/api/status?token={token}", home / "lab.log")
            yield f"{address}/doc/tree/made.ipynb?token={token}"
        finally:
            server.send_signal(signal.SIGTERM)  # which ends its kernels as well
            server.wait(timeout=PATIENCE)


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def cell(source: str) -> dict[str, Any]:
    plain = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    return {**plain, "id": secrets.token_hex(4), "source": source}


def answers(url: str, log: Path, seconds: float = PATIENCE) -> None:
    last = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            assert time.monotonic() < last, log.read_text()
            time.sleep(0.1)


class Notebook:
    """A notebook in a browser, and what a person does with it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def run(self, index: int) -> str:
        """Run a cell that is there, and give the text that it printed or that it ended with."""
        told = self.page.evaluate(
            """async (index) => {
                const { content } = jupyterapp.shell.currentWidget;
                content.activeCellIndex = index;
                await jupyterapp.commands.execute("notebook:run-cell");
                const told = content.widgets[index].model.outputs.toJSON();
                return told.map((one) => one.text ?? one.evalue ??
                    one.data?.["text/plain"] ?? "").flat().join("");
            }""",
            index,
        )
        return str(told)

    def ask(self, source: str) -> str:
        """Run a new last cell, and take it away again."""
        index = self.page.evaluate(
            """async (source) => {
                const { content } = jupyterapp.shell.currentWidget;
                content.activeCellIndex = content.widgets.length - 1;
                const at = content.scrollTop;
                await jupyterapp.commands.execute("notebook:insert-cell-below");
                content.activeCell.model.sharedModel.setSource(source);
                return content.activeCellIndex;
            }""",
            source,
        )
        told = self.run(index)
        self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.content.model.sharedModel.deleteCell("
            "jupyterapp.shell.currentWidget.content.widgets.length - 1)"
        )
        return told

    def widget(self, index: int, expression: str) -> Any:
        """What an expression of a widget's door gives: `door.state()`. It is waited for first."""
        found = "document.querySelectorAll('.hinterland-widget')[index]?.hinterland"
        until(self.page, f"(index) => Boolean({found})", index)
        return self.page.evaluate(
            f"async (index) => {{ const door = {found}; await door.ready; return {expression}; }}",
            index,
        )


@contextmanager
def reading(browser: Browser, url: str, **view: Any) -> Iterator[Notebook]:
    """A notebook whose kernel is ready; a request to anywhere else is a failure."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **view)
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    home = url.partition("/doc")[0]
    elsewhere: list[str] = []
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def look(request: Any) -> None:
        if not request.url.startswith((home, home.replace("http", "ws"), "blob:", "data:")):
            elsewhere.append(request.url)

    context.on("request", look)
    page.goto(url)
    until(page, "() => globalThis.jupyterapp?.shell.currentWidget?.content?.widgets?.length > 0")
    until(
        page,
        "() => jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'",
    )
    yield Notebook(page)
    context.close()
    assert elsewhere == []
    assert complaints == []
