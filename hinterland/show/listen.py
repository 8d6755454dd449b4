"""Binds a port of this machine and serves an ASGI app there until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import ipaddress
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import anyio.to_thread
import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from hinterland.show.security import LOOPBACK
from hinterland.types import HinterlandError

__all__ = ["hosts_of", "serve"]

FIRST_PORT = 8420
TRIES = 20
REQUEST_SECONDS = 30
STOP_SECONDS = 2


def serve(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    announce: Callable[[str, int], None],
    stop: threading.Event | None = None,
) -> None:
    """Serves `app` until SIGINT or SIGTERM, or until `stop` is set, then returns.

    Signals reach the main thread alone; in another one only `stop` ends it. port: None takes 8420,
    or the next that is free. announce(url, port) is called in a thread once the port answers; url
    ends in "/". HinterlandError where the host or the port cannot be had.
    """
    listener = _listener(host, port)
    bound: int = listener.getsockname()[1]
    config = uvicorn.Config(
        app,
        http=_Hurried,
        ws="none",
        lifespan="off",
        # Requests are not logged: they would tell who looked at what. Faults logs our own errors.
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        # What a proxy says of the client decides nothing here, so nothing trusts it.
        proxy_headers=False,
        timeout_keep_alive=REQUEST_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    with listener:
        name = _name(host)
        url = f"http://[{name}]:{bound}/" if ":" in name else f"http://{name}:{bound}/"
        _Server(config, functools.partial(announce, url, bound), stop).run(sockets=[listener])


def hosts_of(host: str) -> frozenset[str]:
    """The names, besides the loopback ones, that a server bound to `host` is reached by.

    Empty where `host` is loopback: then only this machine reaches it. A request's own address
    needs no name here (see KnownHost).
    """
    return frozenset() if host in LOOPBACK else frozenset({_name(host).lower()})


class _Server(uvicorn.Server):
    """Says when it listens, and ends at a signal without passing the signal on."""

    def __init__(
        self, config: uvicorn.Config, announce: Callable[[], None], stop: threading.Event | None
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # It may open a browser, which waits for an answer from this very loop.
        await anyio.to_thread.run_sync(self._announce)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to end."""
        if self._stop is not None and self._stop.is_set():
            return True
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        before = {
            each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


class _Hurried(H11Protocol):
    """Drops a connection whose request has not arrived whole, body and all, in REQUEST_SECONDS."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._forget()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _listener(host: str, port: int | None) -> socket.socket:
    if port is not None and not 1 <= port <= 65535:
        raise HinterlandError(f"there is no port {port}", "--port takes 1 to 65535")
    family, address = _resolved(host)
    ports = range(FIRST_PORT, FIRST_PORT + TRIES) if port is None else (port,)
    for each in ports:
        try:
            return _bound(family, address, each)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise _unbindable(host, each, error) from None
    if port is None:
        raise HinterlandError(
            f"ports {ports[0]} to {ports[-1]} are all in use", "choose another one with --port"
        )
    raise HinterlandError(
        f"port {port} is in use by another program", "choose another --port, or leave it out"
    )


def _resolved(host: str) -> tuple[socket.AddressFamily, str]:
    try:
        family, _, _, _, place = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        hint = "--host takes an address or a name of this machine"
        raise HinterlandError(f"there is no host '{host}'", hint) from None
    return family, str(place[0])


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # On Windows this option would let two programs share a port; elsewhere it only lets a
        # port be taken again at once after a restart.
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _unbindable(host: str, port: int, error: OSError) -> HinterlandError:
    if error.errno in (errno.EACCES, errno.EPERM):
        hint = "ports below 1024 often are not: try --port 8420"
        return HinterlandError(f"port {port} is not open to this user", hint)
    if error.errno == errno.EADDRNOTAVAIL:
        hint = "--host takes an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all"
        return HinterlandError(f"'{host}' is not an address of this machine", hint)
    return HinterlandError(f"cannot listen on {host}, port {port}: {error.strerror}")


def _name(host: str) -> str:
    """The host as others know it: for "all addresses", this machine's name."""
    try:
        everywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        everywhere = False
    return socket.gethostname() if everywhere else host
