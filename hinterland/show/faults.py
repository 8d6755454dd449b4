"""What a client is told when something goes wrong: one JSON shape, and nothing of this machine."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hinterland.types import HinterlandError

__all__ = ["MOST", "Faults", "fault", "http_fault", "scrubbed", "told"]

MOST = 500  # characters of a message; it may quote what the client sent

log = logging.getLogger(__name__)


def fault(
    status: int,
    error: str,
    hint: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Response:
    """A reply {error, hint, id}. `name` is the id that the log knows it by; made up where None."""
    said = {"error": error, "hint": hint, "id": name or secrets.token_hex(4)}
    # ASCII only and no "<": whatever a name holds, it cannot become markup or break the encoding.
    body = json.dumps(said).replace("<", "\\u003c")
    return Response(body, status, headers, media_type="application/json")


def told(error: HinterlandError, status: int | None = None) -> Response:
    """An error that a person can put right, without the folders of this machine.

    status: by default that of a bad question where it is one, else that of a failure here.
    """
    status = status or (400 if error.exit_code == 2 else 500)
    return fault(status, scrubbed(error.message[:MOST]), scrubbed(error.hint[:MOST]))


async def http_fault(request: Request, exc: Exception) -> Response:
    """Starlette's own 404 and 405 in our shape."""
    assert isinstance(exc, HTTPException)
    said = {404: "there is nothing here", 405: f"this does not answer to {request.method}"}
    hint = "reload the page: it and its server may be of different versions"
    return fault(exc.status_code, said.get(exc.status_code, exc.detail), hint, headers=exc.headers)


class Faults:
    """Answers an unexpected exception with 500 and an id, and logs it once under that id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception:
            name = secrets.token_hex(4)
            # %r, because a path may hold line breaks; never the query or the headers.
            log.exception("internal error %s at %r", name, scope["path"])
            if started:
                raise
            hint = f"this is a bug; the server's terminal says more under {name}"
            await fault(500, "internal error", hint, name=name)(scope, receive, send)


def scrubbed(text: str) -> str:
    """Text in which an absolute path is only its last name, or `…` where that name may be a user's.

    The home and the working folder are also found where they hold blanks. Web addresses stay.
    """
    for known in _known_folders():
        text = text.replace(known, "/…/…")
    text = _QUOTED.sub(lambda found: found[1] + _last_name(found[2]) + found[1], text)
    return _BARE.sub(lambda found: _last_name(found[0]), text)


_START = r"(?<![\w/\\])(?<!http:)(?<!https:)(?:~|[A-Za-z]:)?[\\/]"
_BARE = re.compile(_START + r"[^\s'\"`,;<>|*?()]+")
_QUOTED = re.compile(r"(['\"`])(" + _START + r"[^'\"`\n]+)\1")


def _known_folders() -> list[str]:
    """The folders a path most likely begins with, the longest first."""
    folders = {
        str(place) for start in (Path.home(), Path.cwd()) for place in (start, start.resolve())
    }
    return sorted((folder for folder in folders if len(folder) > 1), key=len, reverse=True)


def _last_name(path: str) -> str:
    names = [name for name in re.split(r"^[A-Za-z]:|[\\/]+", path) if name]
    # /home/ada and C:\Users\ada end in a person's name: what lies less than three deep is not told.
    return names[-1] if len(names) > 2 else "…"
