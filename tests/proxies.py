"""What stands between the page and its server: a proxy of our own, and real ones that are here.

The real ones are set up as docs/remote.md says, word for word; `HINTERLAND_BEHIND=nginx` and so on.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.conftest import ROOT

PATH = "/some/sub/path"
NAME = "lab.example"  # which the tests' Chromium finds on this machine
OF_THIS_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade"}
KNOWN_BY = "hub=somebody"


@contextmanager
def behind_proxy(url: str) -> Iterator[str]:
    """The address of a served page behind a hub, token and all: another port, below a path.

    The name of the host is passed on as it was asked for, with the proxy's port; the path is cut.
    As a hub does, it knows people by a cookie, and keeps `Authorization` for itself.
    """
    inner = urlsplit(url)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Hub, inner.netloc)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{server.server_port}{PATH}/#{inner.fragment}"
        finally:
            server.shutdown()


class _Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, inner: str, *told: Any) -> None:
        self.inner = inner
        super().__init__(*told)

    def do_GET(self) -> None:
        self.forward()

    def do_HEAD(self) -> None:
        self.forward()

    def do_POST(self) -> None:
        self.forward()

    def do_DELETE(self) -> None:
        self.forward()

    def forward(self) -> None:
        if not self.path.startswith(f"{PATH}/"):
            self.send_error(404, f"only {PATH}/ is served here")
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path != f"{PATH}/" and KNOWN_BY not in self.headers.get("cookie", ""):
            self.send_error(403, "log in first")
            return
        kept = OF_THIS_HOP | {"authorization", "cookie"}
        headers = {k: v for k, v in self.headers.items() if k.lower() not in kept}
        link = http.client.HTTPConnection(self.inner, timeout=60)
        try:
            link.request(self.command, self.path[len(PATH) :], body or None, headers)
            self.answer(link.getresponse())
        except ConnectionRefusedError:
            self.send_error(502, "nobody is there")
        except ConnectionError:
            self.close_connection = True  # whoever asked has gone, or the server
        finally:
            link.close()

    def answer(self, reply: http.client.HTTPResponse) -> None:
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in OF_THIS_HOP | {"date", "server"}:
                self.send_header(name, value)
        if self.path == f"{PATH}/":
            self.send_header("set-cookie", f"{KNOWN_BY}; Path={PATH}/; HttpOnly")
        known = reply.getheader("content-length") is not None
        if not known:  # it ends where the connection does
            self.send_header("connection", "close")
            self.close_connection = True
        self.end_headers()
        while self.command != "HEAD" and (piece := reply.read1(65536)):
            self.wfile.write(piece)

    def log_message(self, *words: object) -> None:
        """Says nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def shown(kind: str) -> str:
    """The block of docs/remote.md that sets up a proxy."""
    text = (ROOT / "docs" / "remote.md").read_text(encoding="utf-8")
    found = re.search(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found, kind
    return found[1]


def nginx(place: Path, port: int, told: str) -> list[str]:
    """One that packs whatever it passes on, as many are set up."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {place}/{kind};" for kind in kinds)
    (place / "conf").write_text(
        f"daemon off; pid {place}/pid; error_log {place}/log; events {{}}\n"
        f"http {{ access_log off; {folders} gzip on; gzip_proxied any; gzip_types *;\n"
        f"server {{ listen 127.0.0.1:{port}; {told} }} }}"
    )
    return ["nginx", "-c", str(place / "conf"), "-e", str(place / "log")]


def caddy(place: Path, port: int, told: str) -> list[str]:
    (place / "conf").write_text(
        "{\n admin off\n}\n" + told.replace("your.host", f"http://{NAME}:{port}")
    )
    return ["caddy", "run", "--config", str(place / "conf"), "--adapter", "caddyfile"]


def haproxy(place: Path, port: int, told: str) -> list[str]:
    times = "defaults\n mode http\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n"
    (place / "conf").write_text(times + told.replace("*:80", f"127.0.0.1:{port}"))
    return ["haproxy", "-f", str(place / "conf")]


def apache(place: Path, port: int, told: str) -> list[str]:
    modules = Path(str(shutil.which("apache2"))).parents[1] / "lib" / "apache2" / "modules"
    names = ("mpm_event", "authz_core", "proxy", "proxy_http")
    loads = "\n".join(f"LoadModule {n}_module {modules}/mod_{n}.so" for n in names)
    (place / "conf").write_text(
        f"{loads}\nServerName {NAME}\nListen 127.0.0.1:{port}\nPidFile {place}/pid\n"
        f"ErrorLog {place}/log\nDefaultRuntimeDir {place}\n{told}"
    )
    return ["apache2", "-X", "-d", str(place), "-f", str(place / "conf")]


def jupyter(place: Path, port: int, _: str) -> list[str]:
    """A notebook server with jupyter-server-proxy, below a path as a hub has it."""
    told = f"--ServerApp.port={port} --ServerApp.base_url=/user/ada/ --ServerApp.ip=127.0.0.1"
    more = "--IdentityProvider.token=secret --ServerApp.allow_remote_access=True --allow-root"
    return ["jupyter-server", *told.split(), *more.split(), f"--ServerApp.root_dir={place}"]


REAL: dict[str, Callable[[Path, int, str], list[str]]] = {
    "nginx": nginx,
    "caddy": caddy,
    "haproxy": haproxy,
    "apache": apache,
    "jupyter": jupyter,
}


def address_of(kind: str, port: int) -> str:
    """Where the page is behind a real proxy that listens on a port; what --url is told."""
    path = "user/ada/proxy/{port}/" if kind == "jupyter" else "maps/"
    return f"http://{NAME}:{port}/{path}"


@contextmanager
def real_proxy(kind: str, port: int, inner: int) -> Iterator[None]:
    """A proxy that listens on a port, and asks the server at another one."""
    told = "" if kind == "jupyter" else shown(kind).replace("8480", str(inner))
    with tempfile.TemporaryDirectory() as place:
        words = REAL[kind](Path(place), port, told)
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as proxy:
            try:
                wait_for(port, proxy)
                yield
            finally:
                proxy.terminate()


def wait_for(port: int, proxy: subprocess.Popen[bytes]) -> None:
    last = time.monotonic() + 30
    while True:
        assert proxy.poll() is None, "it ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < last, "it does not listen"
            time.sleep(0.05)
        else:
            return
