"""A site over HTTP: the page, its scenes' files, and the questions that only models answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hinterland.scene import Files
from hinterland.show.asking import asked_in, object_in
from hinterland.show.built import check_built
from hinterland.show.faults import Faults, fault, http_fault, told
from hinterland.show.kept import Kept
from hinterland.show.listen import hosts_of, serve
from hinterland.show.security import (
    LOOPBACK,
    BearerToken,
    HttpOnly,
    KnownHost,
    PlainPath,
    SameOrigin,
    StrictHeaders,
    new_token,
)
from hinterland.show.training import TrainingRoutes
from hinterland.types import HinterlandError, cited, nearest_name

__all__ = ["app", "hosts_of", "new_token", "serve"]


class Answering(Protocol):
    """What answers the questions about one scene: blocking, called in threads."""

    @property
    def questions(self) -> Collection[str]: ...

    def ask(self, question: str, told: Mapping[str, object], /) -> bytes: ...


CHUNK = 256 * 1024
BINARY = "application/octet-stream"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
}


def app(
    files: Files,
    lives: Mapping[str, Answering],
    token: str,
    page: Path,
    *,
    hosts: Collection[str] = (),
    origins: Collection[str] = (),
    status: Callable[[], bytes] | None = None,
    training: TrainingRoutes | None = None,
) -> Starlette:
    """The server of a site, which may grow while it is served (see `living.Living`).

    files: path -> what makes its bytes (see `site.gather`); blocking, called in a thread, once
    while the bytes are kept and what makes them is the same object. lives: who answers for a
    scene, by its name. token: see `new_token`. page: the folder of the built page; a
    HinterlandError where it is not built. hosts: names it answers to besides the loopback ones,
    see `hosts_of`. origins: of the page where proxies have it. status: makes `status.json`.
    training: lets the page start trainings.
    """
    shell = _page_files(page)
    site = _Files(files)
    answers = _Answers(lives)
    named = {urlsplit(origin).hostname or "" for origin in origins}
    plain = not named <= LOOPBACK and any(origin.startswith("http:") for origin in origins)
    server = Starlette(
        routes=[
            Route("/health", _health),
            *(Route(path, partial(_page_file, file)) for path, file in shell.items()),
            Route("/site.json", site.file),
            Route("/scenes/{path:path}", site.file),
            Route("/ask/{scene}/{question}", answers.answer, methods=["POST"]),
            *([Route("/status.json", _Status(status).file)] if status else []),
            *(training.routes if training else []),
        ],
        middleware=[
            Middleware(HttpOnly),
            Middleware(StrictHeaders, plain=set(hosts) - named, proxied=plain),
            Middleware(Faults),
            Middleware(KnownHost, hosts=hosts),
            Middleware(SameOrigin, doors=("/", "/index.html"), origins=origins),
            Middleware(BearerToken, token=token, public=("/health", *shell)),
            Middleware(PlainPath),
        ],
        exception_handlers={HTTPException: http_fault},
    )
    # A redirect would repeat what the client says of itself; every path here has one form.
    server.router.redirect_slashes = False
    return server


async def _health(_: Request) -> Response:
    return JSONResponse({"ok": True})


def _page_files(page: Path) -> dict[str, Path]:
    """Request path -> file. Read once: a request is looked up and never becomes part of a path."""
    check_built(page / "index.html")
    found = (file for file in sorted(page.rglob("*")) if file.is_file() and not file.is_symlink())
    shell = {f"/{file.relative_to(page).as_posix()}": file for file in found}
    return {"/": page / "index.html", **shell}


def _page_file(file: Path, request: Request) -> Response:
    seen = file.stat()
    # Kept by the browser but asked for each time: the largest of them is megabytes, over a tunnel.
    tag = f'"{seen.st_mtime_ns:x}-{seen.st_size:x}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if _knows(request, tag):
        return Response(status_code=304, headers=headers)
    return _Bytes(file.read_bytes(), media_type=_type_of(file.name), headers=headers)


class _Files:
    """Gives the site's files."""

    def __init__(self, files: Files) -> None:
        self._files = Kept(files)
        self._makers = anyio.CapacityLimiter(4)

    async def file(self, request: Request) -> Response:
        path = request.scope["path"].removeprefix("/")
        if path not in self._files:
            return fault(404, f"there is no file {cited(path)} here", "reload the page")
        try:
            body = await anyio.to_thread.run_sync(
                self._files.bytes_of, path, abandon_on_cancel=True, limiter=self._makers
            )
        except HinterlandError as error:
            return told(error, 500)
        except OSError as error:
            said = f"the file {cited(path)} cannot be read: {error.strerror}"
            return fault(
                500, said, "the other epochs are not affected; restore this one from a copy"
            )
        return _Bytes(body, media_type=_type_of(path))


class _Status:
    """Gives `status.json`, or says that it is still the one that is known."""

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make = make
        self._looker = anyio.CapacityLimiter(1)

    async def file(self, request: Request) -> Response:
        body = await anyio.to_thread.run_sync(self._make, limiter=self._looker)
        tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if _knows(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)


class _Answers:
    """Puts questions to the models."""

    def __init__(self, lives: Mapping[str, Answering]) -> None:
        self._lives = lives
        # Each answer keeps the processor busy: more at once would only make all of them late.
        self._askers = anyio.CapacityLimiter(2)

    async def answer(self, request: Request) -> Response:
        question = request.path_params["question"]
        live = self._lives.get(request.path_params["scene"])
        known = sorted(live.questions) if live else []
        if live is None or question not in known:
            hint = nearest_name(question, iter(known)) if known else ""
            return fault(404, f"there is no question {cited(question)} here", hint)
        body = await asked_in(request)
        if isinstance(body, Response):
            return body
        try:
            answer = await anyio.to_thread.run_sync(
                _answer, live, question, body, abandon_on_cancel=True, limiter=self._askers
            )
        except HinterlandError as error:
            return told(error)
        return _Bytes(answer, media_type=BINARY)


def _answer(live: Answering, question: str, body: bytes) -> bytes:
    return live.ask(question, object_in(body))


class _Bytes(Response):
    """Sends its body in pieces, so that a client that reads slowly fills no memory here."""

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        whole = memoryview(self.body)
        for at in range(0, len(whole), CHUNK):
            piece = bytes(whole[at : at + CHUNK])
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _knows(request: Request, tag: str) -> bool:
    """Whether who asks has it already. A proxy that packs what it passes on weakens the tag."""
    return request.headers.get("if-none-match", "").removeprefix("W/") == tag


def _type_of(path: str) -> str:
    return TYPES.get(Path(path).suffix, BINARY)
