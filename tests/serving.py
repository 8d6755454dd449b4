"""A made-up site behind the real app, and a way to ask it anything, down to the raw headers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

from hinterland.scene import Scene
from hinterland.show.server import app
from hinterland.show.site import gather
from hinterland.types import HinterlandError

TOKEN = "t" * 43
HOST = "127.0.0.1:8420"
SAID = {
    "format": 1,
    "title": "made up",
    "model": {"name": "vae", "latent_dim": 2},
    "images": {"n": 4},
    "epochs": [],
}
PAGE = {
    "index.html": b"<!doctype html><title>Hinterland</title>",
    "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "assets/main-1a2b.js": b"export const page = 1;",
    "assets/style-3c4d.css": b"body { margin: 0 }",
    "assets/ort-5e6f.wasm": b"\0asm",
}


@dataclass(frozen=True)
class Reply:
    """What came back: the header names in lower case. The status is 0 where nothing did."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    pieces: int

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Asked:
    """A model that remembers what it was asked, and answers with the number of questions so far."""

    questions: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def __call__(self, question: str, told: Mapping[str, object]) -> bytes:
        self.questions.append((question, told))
        if told.get("epoch") == 99:
            raise HinterlandError("there is no epoch 99", "epochs: 0 to 2")
        return b"answer %d" % len(self.questions)


@dataclass(frozen=True)
class Answers:
    """Who answers for a scene by calling a function."""

    ask: Callable[[str, Mapping[str, object]], bytes]
    questions: tuple[str, ...] = ("decode", "encode")


def built_page(folder: Path) -> Path:
    """A folder as the page's build leaves it."""
    for name, content in PAGE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def scene() -> dict[str, Callable[[], bytes]]:
    return {
        "scene.json": lambda: json.dumps(SAID).encode(),
        "channels.safetensors": lambda: b"channels",
        "images/atlas-000.webp": lambda: b"RIFF",
        "epochs/0001/latents.safetensors": lambda: b"latents",
        "maps/plane/0001.safetensors": lambda: b"points",
        "model/decoder.onnx": lambda: b"graph",
    }


def makes(work: Callable[[], bytes]) -> dict[str, Callable[[], bytes]]:
    """The scene with one more file, made.safetensors."""
    return {**scene(), "made.safetensors": work}


def fails(error: Exception) -> Callable[[], bytes]:
    """The making of a file that cannot be made."""

    def work() -> bytes:
        raise error

    return work


def served(
    page: Path,
    files: Mapping[str, Callable[[], bytes]] | None = None,
    ask: Callable[[str, Mapping[str, object]], bytes] | None = None,
    hosts: Iterable[str] = (),
    origins: Iterable[str] = (),
) -> ASGIApp:
    """The app under test: one scene, `made`, with the questions `decode` and `encode`."""
    files = gather({"made": Scene(scene() if files is None else files)})
    lives = {"made": Answers(ask or Asked())}
    return app(files, lives, TOKEN, page, hosts=tuple(hosts), origins=tuple(origins))


def get(site: ASGIApp, target: str, **options: Any) -> Reply:
    return asyncio.run(request(site, "GET", target, **options))


def send(site: ASGIApp, method: str, target: str, **options: Any) -> Reply:
    return asyncio.run(request(site, method, target, **options))


def ask(site: ASGIApp, question: str, told: object, **options: Any) -> Reply:
    """POST a question, `told` as JSON or, where it is bytes, as it is."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    kind = {"content-type": "application/json", **options.pop("headers", {})}
    return send(site, "POST", f"/ask/made/{question}", chunks=[body], headers=kind, **options)


async def request(
    site: ASGIApp,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[bytes, bytes]] = (),
    token: str | None = TOKEN,
    chunks: Iterable[bytes] | None = (),
    server: str = "127.0.0.1",
) -> Reply:
    """One request as a server hands it on: the target decoded once, the headers as they came.

    Headers given as pairs are sent exactly so, given by name Host is added; a token is always.
    chunks: the body, taken as it is read; None where the client goes away instead.
    """
    if isinstance(headers, Mapping):
        headers = {"host": HOST, **headers}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    else:
        raw = list(headers) or [(b"host", HOST.encode())]
    if token is not None:
        raw.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": (server, 8420),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "method": method,
        "root_path": "",
        "path": unquote(target),
        "raw_path": target.encode("utf-8", "replace"),
        "query_string": b"",
        "headers": raw,
    }
    waiting = iter(chunks or ())
    came: list[Message] = []

    async def receive() -> Message:
        if chunks is None:
            return {"type": "http.disconnect"}
        body = next(waiting, None)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    async def send(message: Message) -> None:
        came.append(message)

    await site(scope, receive, send)
    start, *rest = came or [{"status": 0, "headers": []}]
    return Reply(
        start["status"],
        {name.decode().lower(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in rest),
        sum(bool(message.get("body")) for message in rest),
    )
