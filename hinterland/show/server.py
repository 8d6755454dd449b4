"""One scene over HTTP: the page, the scene's files, and the questions that only a model answers."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hinterland.show.faults import Faults, fault, http_fault, told
from hinterland.show.listen import hosts_of, serve
from hinterland.show.security import (
    BearerToken,
    HttpOnly,
    KnownHost,
    PlainPath,
    SameOrigin,
    StrictHeaders,
    new_token,
)
from hinterland.types import HinterlandError, nearest_name

__all__ = ["app", "hosts_of", "new_token", "serve"]

Ask = Callable[[str, Mapping[str, object]], bytes]

QUESTION_BYTES = 2 * 1024 * 1024
QUESTION_DEPTH = 16
KEPT_BYTES = 128 * 1024 * 1024
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
    files: Mapping[str, Callable[[], bytes]],
    ask: Ask | None,
    questions: Collection[str],
    token: str,
    page: Path,
    *,
    hosts: Collection[str] = (),
) -> Starlette:
    """The server of one scene, which does not change while it is served.

    files: path -> what makes its bytes; blocking, called in a thread, once while the bytes are
    kept. ask: answers each of `questions`, likewise in a thread. token: see `new_token`.
    page: the folder of the built page; a HinterlandError where it is not built.
    hosts: names it answers to besides the loopback ones, see `hosts_of`.
    """
    shell = _page_files(page)
    scene = _Scene(files)
    answers = _Answers(ask, questions if ask else ())
    server = Starlette(
        routes=[
            Route("/health", _health),
            *(Route(path, partial(_page_file, file)) for path, file in shell.items()),
            Route("/scene/{path:path}", scene.file),
            Route("/ask/{question}", answers.answer, methods=["POST"]),
        ],
        middleware=[
            Middleware(HttpOnly),
            Middleware(StrictHeaders),
            Middleware(Faults),
            Middleware(KnownHost, hosts=hosts),
            Middleware(SameOrigin, doors=("/", "/index.html")),
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
    if not (page / "index.html").is_file():
        raise HinterlandError(
            f"the page is not built: there is no index.html in {page}",
            "in a checkout: npm --prefix web ci && npm --prefix web run build",
        )
    found = (file for file in sorted(page.rglob("*")) if file.is_file() and not file.is_symlink())
    shell = {f"/{file.relative_to(page).as_posix()}": file for file in found}
    return {"/": page / "index.html", **shell}


def _page_file(file: Path, request: Request) -> Response:
    seen = file.stat()
    # Kept by the browser but asked for each time: the largest of them is megabytes, over a tunnel.
    tag = f'"{seen.st_mtime_ns:x}-{seen.st_size:x}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return _Bytes(file.read_bytes(), media_type=_type_of(file.name), headers=headers)


class _Scene:
    """Gives the scene's files; those given last are kept, up to KEPT_BYTES."""

    def __init__(self, files: Mapping[str, Callable[[], bytes]]) -> None:
        self._files = files
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._makers = anyio.CapacityLimiter(4)

    async def file(self, request: Request) -> Response:
        path = request.path_params["path"]
        if path not in self._files:
            return fault(404, f"the scene has no file {_short(path)}", "reload the page")
        try:
            body = await anyio.to_thread.run_sync(
                self._bytes, path, abandon_on_cancel=True, limiter=self._makers
            )
        except HinterlandError as error:
            return told(error, 500)
        except OSError as error:
            said = f"the file {_short(path)} of the scene cannot be read: {error.strerror}"
            return fault(
                500, said, "the other epochs are not affected; restore this one from a copy"
            )
        return _Bytes(body, media_type=_type_of(path))

    def _bytes(self, path: str) -> bytes:
        with self._lock:
            if path in self._kept:
                self._kept.move_to_end(path)
                return self._kept[path]
        body = self._files[path]()
        with self._lock:
            self._size += len(body) - len(self._kept.pop(path, b""))
            self._kept[path] = body
            while self._size > KEPT_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1])
        return body


class _Answers:
    """Puts questions to the model."""

    def __init__(self, ask: Ask | None, questions: Collection[str]) -> None:
        self._ask = ask
        self._questions = frozenset(questions)
        # Each answer keeps the processor busy: more at once would only make all of them late.
        self._askers = anyio.CapacityLimiter(2)

    async def answer(self, request: Request) -> Response:
        question = request.path_params["question"]
        if question not in self._questions:
            hint = nearest_name(question, iter(sorted(self._questions))) if self._questions else ""
            return fault(404, f"there is no question {_short(question)} here", hint)
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return fault(415, "a question is asked in JSON", "send Content-Type: application/json")
        body = await _body(request)
        if body is None:
            return fault(413, "the question is longer than 2 MiB", "ask for fewer at once")
        try:
            answer = await anyio.to_thread.run_sync(
                self._answer, question, body, abandon_on_cancel=True, limiter=self._askers
            )
        except HinterlandError as error:
            return told(error, 400 if error.exit_code == 2 else 500)
        return _Bytes(answer, media_type=BINARY)

    def _answer(self, question: str, body: bytes) -> bytes:
        assert self._ask is not None, "without a model there are no questions"
        return self._ask(question, _told(body))


async def _body(request: Request) -> bytes | None:
    """The request's body; None as soon as it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > QUESTION_BYTES:
            return None
    return bytes(body)


def _told(body: bytes) -> dict[str, object]:
    """The JSON object of a question. HinterlandError where it is none, or nests too deep."""
    try:
        said = json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise HinterlandError(
            "the question is not JSON", "NaN and Infinity are not either"
        ) from None
    if not isinstance(said, dict):
        raise HinterlandError("the question is not a JSON object", 'such as {"epoch": 7}')
    level: list[object] = [said]
    for _ in range(QUESTION_DEPTH):
        inner = [
            each.values() if isinstance(each, dict) else each
            for each in level
            if isinstance(each, dict | list)
        ]
        level = [part for each in inner for part in each if isinstance(part, dict | list)]
    if level:
        raise HinterlandError(f"the question nests deeper than {QUESTION_DEPTH} levels")
    return said


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a number")


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


def _type_of(path: str) -> str:
    return TYPES.get(Path(path).suffix, BINARY)


def _short(name: str) -> str:
    """A name as a person may be shown it: quoted, with control characters escaped, cut at 60."""
    return ascii(name if len(name) <= 60 else name[:60] + "…")
