"""Who may ask the server what: five checks, each an ASGI middleware of its own."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
import socket
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hinterland.show.faults import fault

__all__ = [
    "BearerToken",
    "HttpOnly",
    "KnownHost",
    "SameOrigin",
    "StrictHeaders",
    "hosts_of",
    "new_token",
]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    # The pictures may be private: nothing of them stays in the browser's cache.
    "Cache-Control": "no-store",
}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::([1-9][0-9]{0,4}))?")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,}")


def new_token() -> str:
    """256 bits of luck that can stand in an address."""
    return secrets.token_urlsafe(32)


def hosts_of(host: str) -> frozenset[str]:
    """The names, besides the loopback ones, that a server bound to `host` is reached by.

    Empty where `host` is loopback, so an empty set also says: reached from this machine only.
    Addresses need no name here: a request's own address is always known (see KnownHost).
    """
    if host in LOOPBACK:
        return frozenset()
    name = socket.gethostname() if host in ("", "0.0.0.0", "::") else host
    return frozenset({name.lower()})


class HttpOnly:
    """Closes every WebSocket: there is none here, so none can be left unguarded."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.app(scope, receive, send)


class StrictHeaders:
    """Sets HEADERS on every response; one that the response has already is left."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, strict)


class KnownHost:
    """Refuses a request that was sent to another name than ours (DNS rebinding), with 421.

    Known are the loopback names, `hosts`, and the very address that the connection came in on,
    each with any port: a tunnel changes the port. An address cannot be rebound, a name can.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._knows(scope):
            error = "this server does not go by that name"
            hint = "open the address that `hinterland open` printed"
            return await fault(421, error, hint)(scope, receive, send)
        await self.app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        name = _name_of(_only(scope, "host"))
        return name is not None and (name in self.hosts or name == _own_address(scope))


class SameOrigin:
    """Refuses what another site, or another port of this machine, sends through the browser: 403.

    A link to one of `shell` may be followed from anywhere: it shows the page and no data.
    Clients that are not browsers send neither header and pass; the token is asked of all.
    """

    def __init__(self, app: ASGIApp, shell: Collection[str]) -> None:
        self.app = app
        self.shell = frozenset(shell)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not (_own_origin(scope) and self._own_site(scope)):
            error = "another site may not ask here"
            hint = "open the address that `hinterland open` printed in a tab of its own"
            return await fault(403, error, hint)(scope, receive, send)
        await self.app(scope, receive, send)

    def _own_site(self, scope: Scope) -> bool:
        # "same-site" is not enough: every port of localhost is one site.
        if _only(scope, "sec-fetch-site") in ("", "same-origin", "none"):
            return True
        return (
            scope["method"] in ("GET", "HEAD")
            and scope["path"] in self.shell
            and _only(scope, "sec-fetch-mode") == "navigate"
            and _only(scope, "sec-fetch-dest") == "document"
        )


class BearerToken:
    """Asks for `Authorization: Bearer TOKEN` on every path that is not in `public`: 401.

    A header and not a cookie, because browsers send cookies to every port of a host.
    """

    def __init__(self, app: ASGIApp, token: str, public: Collection[str]) -> None:
        assert _TOKEN.fullmatch(token), "a token has at least 128 bits, written urlsafe"
        self.app = app
        self.public = frozenset(public)
        self.token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self.public and not self._told(scope):
            error = "this needs the token"
            hint = "it stands behind #token= in the address that `hinterland open` printed"
            headers = {"WWW-Authenticate": 'Bearer realm="hinterland"'}
            return await fault(401, error, hint, headers=headers)(scope, receive, send)
        await self.app(scope, receive, send)

    def _told(self, scope: Scope) -> bool:
        scheme, _, token = (_only(scope, "authorization") or "").partition(" ")
        known = hmac.compare_digest(token.encode("latin-1"), self.token)
        return known and scheme.lower() == "bearer"


def _only(scope: Scope, name: str) -> str | None:
    """The one value of a header, in lower case unless secret; "" where absent, None where several."""
    values = Headers(scope=scope).getlist(name)
    if len(values) > 1:
        return None
    value = values[0] if values else ""
    return value if name == "authorization" else value.lower()


def _name_of(authority: str | None) -> str | None:
    """`name` or `name:port` -> name; None where it is anything else."""
    found = _AUTHORITY.fullmatch(authority or "")
    if found is None or int(found[3] or 1) > 65535:
        return None
    return found[1] or found[2]


def _own_address(scope: Scope) -> str | None:
    address = (scope.get("server") or ("",))[0]
    try:
        own = ipaddress.ip_address(address)
    except ValueError:
        return None
    # A socket for both families names an IPv4 connection ::ffff:10.0.0.5.
    plain = getattr(own, "ipv4_mapped", None) or own
    return None if plain.is_unspecified else str(plain)


def _own_origin(scope: Scope) -> bool:
    origin = _only(scope, "origin")
    if origin == "":
        return True
    # https too: a proxy in front may speak TLS, and passes the name on as it was asked for.
    scheme, _, authority = (origin or "").partition("://")
    return scheme in ("http", "https") and authority == _only(scope, "host")
