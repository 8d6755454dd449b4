"""Who may ask the server what: checks, each an ASGI middleware of its own."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hinterland.show.faults import fault

__all__ = [
    "LOOPBACK",
    "BearerToken",
    "HttpOnly",
    "KnownHost",
    "PlainPath",
    "SameOrigin",
    "StrictHeaders",
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
OWN_HEADER = "hinterland-token"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::([1-9][0-9]{0,4}))?")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,}")


def new_token() -> str:
    """256 bits of luck that can stand in an address."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether a text can be the token: at least 128 bits, written so that an address holds it."""
    return _TOKEN.fullmatch(text) is not None


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
    """Sets HEADERS on every response; one that the response has already is left.

    Where a page comes by http from another machine, browsers ignore what isolates it from its
    openers, and complain of it on their consoles: it is left out. plain: names for which that is
    so. proxied: so it is for whatever comes, through a proxy.
    """

    def __init__(self, app: ASGIApp, plain: Collection[str] = (), *, proxied: bool = False) -> None:
        self.app = app
        self.plain = frozenset(plain)
        self.proxied = proxied

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = _name_of(_lower(scope, "host")) if scope["type"] == "http" else None
        far = name in self.plain or (name not in LOOPBACK and name == _own_address(scope))
        left = {"Cross-Origin-Opener-Policy"} if (name and far) or self.proxied else set()

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    if name not in left:
                        headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, strict)


class AbstractCheck(ABC):
    """Lets a request through, or answers it with a refusal."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self.refusal(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    @abstractmethod
    def refusal(self, scope: Scope) -> Response | None:
        """None where the request may pass."""


class KnownHost(AbstractCheck):
    """Refuses a request that was sent to another name than ours (DNS rebinding), with 421.

    Known are the loopback names, `hosts`, and the very address that the connection came in on,
    each with any port: a tunnel changes the port. An address cannot be rebound, a name can.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = LOOPBACK | {host.lower() for host in hosts}

    def refusal(self, scope: Scope) -> Response | None:
        name = _name_of(_lower(scope, "host"))
        if name is not None and (name in self.hosts or name == _own_address(scope)):
            return None
        hint = "open the address that `hinterland open` printed"
        return fault(421, "this server does not go by that name", hint)


class SameOrigin(AbstractCheck):
    """Refuses what another site, or another port of this machine, sends through the browser: 403.

    A link to one of `doors` may be followed from anywhere: it shows the page and no data.
    origins: where a proxy has the page, which may ask whatever name the proxy calls the server by.
    Clients that are not browsers send neither header and pass; the token is asked of all.
    """

    def __init__(self, app: ASGIApp, doors: Collection[str], origins: Collection[str] = ()) -> None:
        self.app = app
        self.doors = frozenset(doors)
        self.origins = frozenset(origins)

    def refusal(self, scope: Scope) -> Response | None:
        own = _own_origin(scope) or _lower(scope, "origin") in self.origins
        if own and (_own_site(scope) or self._followed_link(scope)):
            return None
        hint = "open the address that `hinterland open` printed in a tab of its own"
        return fault(403, "another site may not ask here", hint)

    def _followed_link(self, scope: Scope) -> bool:
        return (
            scope["method"] in ("GET", "HEAD")
            and scope["path"] in self.doors
            and _lower(scope, "sec-fetch-mode") == "navigate"
            and _lower(scope, "sec-fetch-dest") == "document"
        )


class PlainPath(AbstractCheck):
    """Refuses a path with control characters, with 404: no file here has any in its name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def refusal(self, scope: Scope) -> Response | None:
        # The router's patterns end in "$", which also matches before a line break.
        return None if scope["path"].isprintable() else fault(404, "there is nothing here")


class BearerToken(AbstractCheck):
    """Asks for the token on every path that is not in `public`, with 401: `Hinterland-Token: TOKEN`
    or `Authorization: Bearer TOKEN`.

    A header and not a cookie, because browsers send cookies to every port of a host. The page sends
    the one of our own: a proxy in front may want `Authorization` for what it asks itself.
    """

    def __init__(self, app: ASGIApp, token: str, public: Collection[str]) -> None:
        assert is_token(token), "a token has at least 128 bits, written urlsafe"
        self.app = app
        self.public = frozenset(public)
        self.token = token.encode()

    def refusal(self, scope: Scope) -> Response | None:
        if scope["path"] in self.public or self._told(scope):
            return None
        hint = "it stands behind #token= in the address that `hinterland open` printed"
        headers = {"WWW-Authenticate": 'Bearer realm="hinterland"'}
        return fault(401, "this needs the token", hint, headers=headers)

    def _told(self, scope: Scope) -> bool:
        scheme, token = "bearer", _only(scope, OWN_HEADER) or ""
        if _only(scope, OWN_HEADER) == "":
            scheme, _, token = (_only(scope, "authorization") or "").partition(" ")
        known = hmac.compare_digest(token.encode("latin-1"), self.token)
        return known and scheme.lower() == "bearer"


def _only(scope: Scope, name: str) -> str | None:
    """The one value of a header; "" where it is absent, None where there are several."""
    values = Headers(scope=scope).getlist(name)
    return (values or [""])[0] if len(values) < 2 else None


def _lower(scope: Scope, name: str) -> str | None:
    value = _only(scope, name)
    return value if value is None else value.lower()


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
    origin = _lower(scope, "origin")
    if origin == "":
        return True
    # https too: a proxy in front may speak TLS, and passes the name on as it was asked for.
    scheme, _, authority = (origin or "").partition("://")
    return scheme in ("http", "https") and authority == _lower(scope, "host")


def _own_site(scope: Scope) -> bool:
    # "same-site" is not enough: every port of localhost is one site.
    return _lower(scope, "sec-fetch-site") in ("", "same-origin", "none")
