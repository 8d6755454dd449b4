"""A real server on a real port says where it is, keeps its word there, and stops when told to."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import TOKEN, built_page

from hinterland.show import listen
from hinterland.show.security import HEADERS
from hinterland.show.server import serve
from hinterland.types import HinterlandError

SCRIPT = """
import sys, time
from pathlib import Path
from serving import makes, served
from hinterland.show import listen
from hinterland.types import HinterlandError

host, port, first, patience = sys.argv[2:6]
listen.FIRST_PORT, listen.REQUEST_SECONDS = int(first), float(patience)

def slow():
    print("making", flush=True)
    time.sleep(0.5)
    return b"made"

def announce(url, port):
    print(url, port, flush=True)

site = served(Path(sys.argv[1]), makes(slow), hosts=listen.hosts_of(host))
try:
    listen.serve(site, host=host, port=int(port) or None, announce=announce)
except HinterlandError as error:
    sys.exit(error.message)
print("stopped")
"""


class Running:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], line: str) -> None:
        self.process = process
        self.url, port = line.split()
        self.port = int(port)

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers)
            reply = connection.getresponse()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()

    def raw(self, *lines: bytes) -> bytes:
        """What comes back for these lines, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(b"\r\n".join(lines))
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        self.process.send_signal(number)
        return self.end()

    def end(self) -> tuple[int, str, str]:
        said, complained = self.process.communicate(timeout=30)
        return self.process.returncode, said, complained


@contextlib.contextmanager
def running(
    page: Path, host: str = "127.0.0.1", port: int = 0, first: int = 8420, patience: float = 30
) -> Iterator[Running]:
    told = [str(each) for each in (page, host, port, first, patience)]
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SCRIPT, *told],
        cwd=Path(__file__).parent,
        env={"PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parent.parent}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Running(process, process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return built_page(tmp_path / "page")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def never(url: str, port: int) -> None:
    pytest.fail(f"announced {url}")


def test_it_serves_where_it_says_and_nowhere_else(page: Path, taken: int) -> None:
    with running(page, first=taken) as server:
        assert taken < server.port < taken + listen.TRIES, "the next free one"
        assert server.url == f"http://127.0.0.1:{server.port}/"

        status, headers, body = server.get("/")
        assert (status, body) == (200, (page / "index.html").read_bytes())
        assert {name.lower(): headers[name.lower()] for name in HEADERS if name[0] != "C"} == {
            name.lower(): value for name, value in HEADERS.items() if name[0] != "C"
        }
        assert "server" not in headers
        assert server.get("/scenes/made/scene.json")[0] == 401
        assert server.get("/scenes/made/scene.json", Authorization=f"Bearer {TOKEN}")[0] == 200
        assert server.get("/", Host="evil.example")[0] == 421
        assert server.get("/", Host=f"localhost:{server.port}")[0] == 200
        tunnel = {"Host": "localhost:9999", "Origin": "http://localhost:9999"}
        assert (
            server.get("/scenes/made/scene.json", Authorization=f"Bearer {TOKEN}", **tunnel)[0]
            == 200
        )

        assert server.raw(b"GET / HTTP/1.0", b"", b"").startswith(b"HTTP/1.1 421")
        two = server.raw(b"GET / HTTP/1.1", b"Host: localhost", b"Host: localhost", b"", b"")
        assert two.startswith(b"HTTP/1.1 400")
        upgrade = (b"Connection: Upgrade, close", b"Upgrade: websocket")
        assert server.raw(b"GET /ws HTTP/1.1", b"Host: localhost", *upgrade, b"", b"").startswith(
            b"HTTP/1.1 401"
        )
        assert server.stop() == (0, "stopped\n", ""), "no request and no token is ever logged"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_told_to_though_somebody_is_connected(
    page: Path, number: signal.Signals
) -> None:
    with running(page) as server:
        idle = socket.create_connection(("127.0.0.1", server.port))
        asking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        with contextlib.closing(idle), contextlib.closing(asking):
            auth = {"Authorization": f"Bearer {TOKEN}"}
            asking.request("GET", "/scenes/made/made.safetensors", headers=auth)
            assert server.process.stdout is not None
            assert server.process.stdout.readline() == "making\n"
            server.process.send_signal(number)
            assert asking.getresponse().read() == b"made", "who was first is still served"
            assert server.end() == (0, "stopped\n", "")


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
     b"POST /ask/made/decode HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN.encode()
     + b"\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"],
    ids=["nothing", "half a line", "half a head", "half a body"],
)  # fmt: skip
def test_a_request_that_never_ends_is_dropped(page: Path, sent: bytes) -> None:
    with running(page, patience=0.5) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow:
            slow.sendall(sent)
            with contextlib.suppress(ConnectionResetError):
                assert slow.recv(1) == b""
        assert server.get("/health")[0] == 200
        assert server.stop() == (0, "stopped\n", "")


def test_an_answer_may_take_longer_than_a_request(page: Path) -> None:
    with running(page, patience=0.2) as server:
        reply = server.get("/scenes/made/made.safetensors", Authorization=f"Bearer {TOKEN}")
        assert (reply[0], reply[2]) == (200, b"made")


def test_on_all_addresses_it_goes_by_the_name_of_the_machine(page: Path) -> None:
    with running(page, host="0.0.0.0") as server:
        name = socket.gethostname()
        assert server.url == f"http://{name}:{server.port}/"
        assert server.get("/health", Host=f"{name}:{server.port}")[0] == 200
        assert server.get("/health", Host="0.0.0.0")[0] == 421
        assert json.loads(server.get("/health", Host="localhost")[2]) == {"ok": True}


def test_a_port_that_was_asked_for_is_taken_or_refused(page: Path, taken: int) -> None:
    with pytest.raises(HinterlandError) as caught:
        serve(never_asked, port=taken, announce=never)
    assert caught.value.message == f"port {taken} is in use by another program"
    assert caught.value.hint == "choose another --port, or leave it out"


def test_when_all_ports_are_in_use_it_says_which(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listen, "FIRST_PORT", taken)
    monkeypatch.setattr(listen, "TRIES", 1)
    with pytest.raises(HinterlandError, match=f"ports {taken} to {taken} are all in use"):
        serve(never_asked, announce=never)


@pytest.mark.parametrize("port", [-1, 0, 65536, 70000])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(HinterlandError, match=f"there is no port {port}") as caught:
        serve(never_asked, port=port, announce=never)
    assert "1 to 65535" in caught.value.hint


@pytest.mark.parametrize("host", ["no-such-host", "a..b"])
def test_a_host_that_is_none_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def without_network(name: str, *told: object, **more: object) -> object:
        if name == "no-such-host":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(name, *told, **more)

    monkeypatch.setattr(socket, "getaddrinfo", without_network)
    with pytest.raises(HinterlandError, match=f"there is no host '{host}'"):
        serve(never_asked, host=host, announce=never)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(HinterlandError, match="is not an address of this machine"):
        serve(never_asked, host="192.0.2.7", announce=never)


def test_a_port_that_the_user_may_not_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(HinterlandError, match="port 80 is not open to this user") as caught:
        serve(never_asked, port=80, announce=never)
    assert "8420" in caught.value.hint


async def never_asked(*_: object) -> None:
    pytest.fail("served")
