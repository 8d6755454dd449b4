"""Where people reach a server that listens elsewhere: through a proxy, a hub, a named tunnel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from hinterland.types import HinterlandError

MARKS = ("{{port}}", "{port}")  # the first is code-server's
ALONE = {"http": 80, "https": 443}  # a browser leaves these away
EXAMPLE = "--url https://hub.example/user/ada/proxy/{port}/"


@dataclass(frozen=True, slots=True)
class Outside:
    """An address at which a proxy has the page. host: its name. origin: as browsers write it.

    address: with {port} where the port that is listened on goes.
    """

    address: str
    host: str
    origin: str

    def at(self, port: int) -> str:
        """The address once the port is known; it ends in /."""
        return _filled(self.address, port).rstrip("/") + "/"


def outside(told: str, port: int | None) -> Outside:
    """The address that a person told. port: the one asked for; None, whatever is free.

    Raises HinterlandError where it is none, or where the name of the host hangs on a port that
    nobody knows yet.
    """
    try:
        parts = urlsplit(_filled(told, port or 1))
        name, given = parts.hostname or "", parts.port
    except ValueError:
        raise HinterlandError(f"--url is no address: '{told}'", EXAMPLE) from None
    if parts.scheme not in ALONE or not name or "@" in parts.netloc or parts.query or "#" in told:
        raise HinterlandError(f"--url is the page's address alone; got '{told}'", EXAMPLE)
    if port is None and any(mark in told.split("/")[2] for mark in MARKS):
        raise HinterlandError(
            "the name of the host holds the port, which is not known yet", "say --port too"
        )
    shown = f"[{name}]" if ":" in name else name
    if given not in (None, ALONE[parts.scheme]):
        shown += f":{given}"
    return Outside(told, name, f"{parts.scheme}://{shown}")


def hint(environment: Mapping[str, str]) -> str:
    """What --url would be where this machine is reached through a hub; empty where it is not."""
    if told := environment.get("VSCODE_PROXY_URI", ""):
        return f'--url "{told}"' if "://" in told else ""
    if prefix := environment.get("JUPYTERHUB_SERVICE_PREFIX", ""):
        return f"--url https://THE_HUB{prefix.rstrip('/')}/proxy/{{port}}/"
    return ""


def _filled(address: str, port: int) -> str:
    for mark in MARKS:
        address = address.replace(mark, str(port))
    return address
