"""The server gives the page, the scene's files and answers, and says plainly what went wrong."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serving import (
    PAGE,
    TOKEN,
    Answers,
    Asked,
    ask,
    built_page,
    fails,
    get,
    makes,
    request,
    scene,
    send,
    served,
)
from starlette.types import ASGIApp

from hinterland.scene import Scene
from hinterland.show import kept, server
from hinterland.show.site import gather
from hinterland.types import HinterlandError

MEBI = 1024 * 1024


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return built_page(tmp_path / "page")


@pytest.fixture
def site(page: Path) -> ASGIApp:
    return served(page)


def test_a_page_that_is_not_built_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(HinterlandError, match="the page is not built") as caught:
        served(tmp_path)
    assert "make page" in caught.value.hint


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/index.html", "index.html", "text/html; charset=utf-8"),
        ("/favicon.svg", "favicon.svg", "image/svg+xml"),
        ("/assets/main-1a2b.js", "assets/main-1a2b.js", "text/javascript; charset=utf-8"),
        ("/assets/style-3c4d.css", "assets/style-3c4d.css", "text/css; charset=utf-8"),
        ("/assets/ort-5e6f.wasm", "assets/ort-5e6f.wasm", "application/wasm"),
    ],
)
def test_the_page_is_given_to_all(site: ASGIApp, path: str, name: str, kind: str) -> None:
    reply = get(site, path, token=None)
    assert (reply.status, reply.body) == (200, PAGE[name])
    assert reply.headers["content-type"] == kind


def test_what_the_browser_has_of_the_page_is_not_sent_again(site: ASGIApp, page: Path) -> None:
    tag = get(site, "/assets/ort-5e6f.wasm").headers["etag"]
    again = get(site, "/assets/ort-5e6f.wasm", headers={"if-none-match": tag})
    assert (again.status, again.body) == (304, b"")
    (page / "assets/ort-5e6f.wasm").write_bytes(b"\0asm, built anew")
    anew = get(site, "/assets/ort-5e6f.wasm", headers={"if-none-match": tag})
    assert (anew.status, anew.body) == (200, b"\0asm, built anew")


def test_health_says_only_that_it_lives(site: ASGIApp) -> None:
    assert get(site, "/health", token=None).said == {"ok": True}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("scene.json", "application/json"),
        ("channels.safetensors", "application/octet-stream"),
        ("images/atlas-000.webp", "image/webp"),
        ("epochs/0001/latents.safetensors", "application/octet-stream"),
        ("maps/plane/0001.safetensors", "application/octet-stream"),
        ("model/decoder.onnx", "application/octet-stream"),
    ],
)
def test_the_scene_is_given_file_by_file(site: ASGIApp, path: str, kind: str) -> None:
    reply = get(site, f"/scenes/made/{path}")
    assert (reply.status, reply.body) == (200, scene()[path]())
    assert reply.headers["content-type"] == kind
    assert reply.headers["content-length"] == str(len(reply.body))
    assert reply.headers["cache-control"] == "no-store"


def test_a_large_file_arrives_whole_and_in_pieces(page: Path) -> None:
    large = bytes(range(256)) * 5000
    reply = get(served(page, makes(lambda: large)), "/scenes/made/made.safetensors")
    assert reply.body == large
    assert reply.pieces == -(-len(large) // server.CHUNK)


def test_an_unknown_file_is_not_found(site: ASGIApp) -> None:
    reply = get(site, "/scenes/made/maps/tsne/0001.safetensors")
    assert reply.status == 404
    assert reply.said["error"] == "there is no file 'scenes/made/maps/tsne/0001.safetensors' here"
    assert set(reply.said) == {"error", "hint", "id"}


def test_a_damaged_epoch_says_why_and_spoils_nothing_else(page: Path) -> None:
    error = HinterlandError("epoch 1 is damaged: latents.safetensors changed", "hinterland doctor")
    site = served(page, makes(fails(error)))
    reply = get(site, "/scenes/made/made.safetensors")
    assert (reply.status, reply.said["error"]) == (500, error.message)
    assert reply.said["hint"] == error.hint
    assert get(site, "/scenes/made/scene.json").status == 200


def test_a_file_that_cannot_be_read_says_so(page: Path, tmp_path: Path) -> None:
    reply = get(
        served(page, makes((tmp_path / "gone" / "x").read_bytes)), "/scenes/made/made.safetensors"
    )
    assert reply.status == 500
    assert reply.said["error"] == (
        "the file 'scenes/made/made.safetensors' cannot be read: No such file or directory"
    )


def test_a_file_is_made_once_while_there_is_room_for_it(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def maker(name: str) -> Callable[[], bytes]:
        def work() -> bytes:
            made.append(name)
            return name.encode() * 100

        return work

    monkeypatch.setattr(kept, "KEPT_BYTES", 250)
    site = served(page, {name: maker(name) for name in "abc"})
    for name in "aababcacb":
        assert get(site, f"/scenes/made/{name}").body == name.encode() * 100
    # a and b fit; c drives out a, the one that was not asked for longest, and so on.
    assert "".join(made) == "abcab"


def test_a_slow_file_keeps_nobody_waiting(page: Path) -> None:
    others_came = threading.Event()

    def slow() -> bytes:
        assert others_came.wait(60)
        return b"slow"

    site = served(page, makes(slow))

    async def both() -> list[bytes]:
        waiting = asyncio.create_task(request(site, "GET", "/scenes/made/made.safetensors"))
        await asyncio.sleep(0)
        quick = [
            await request(site, "GET", "/scenes/made/scene.json"),
            await request(site, "GET", "/"),
            await request(
                site,
                "POST",
                "/ask/made/decode",
                chunks=[b"{}"],
                headers={"content-type": "application/json"},
            ),
        ]
        assert [reply.status for reply in quick] == [200, 200, 200]
        others_came.set()
        return [(await waiting).body]

    assert asyncio.run(both()) == [b"slow"]


def test_a_question_is_put_to_the_model(page: Path) -> None:
    model = Asked()
    reply = ask(served(page, ask=model), "decode", {"epoch": 2, "latents": [[0.5, -1]]})
    assert (reply.status, reply.body) == (200, b"answer 1")
    assert reply.headers["content-type"] == "application/octet-stream"
    assert model.questions == [("decode", {"epoch": 2, "latents": [[0.5, -1]]})]


def test_a_question_that_makes_no_sense_is_the_askers_fault(site: ASGIApp) -> None:
    reply = ask(site, "decode", {"epoch": 99})
    assert reply.status == 400
    assert (reply.said["error"], reply.said["hint"]) == ("there is no epoch 99", "epochs: 0 to 2")


def test_a_model_that_fails_is_ours(page: Path) -> None:
    def ask_model(question: str, told: object) -> bytes:
        raise HinterlandError("out of memory", "ask for fewer", exit_code=5)

    assert ask(served(page, ask=ask_model), "decode", {}).status == 500


def test_an_unknown_question_is_told_the_known_ones(site: ASGIApp) -> None:
    reply = ask(site, "decoed", {})
    assert reply.status == 404
    assert reply.said["error"] == "there is no question 'decoed' here"
    assert reply.said["hint"] == "did you mean 'decode'? known: decode, encode"


def test_without_a_model_there_are_no_questions(page: Path) -> None:
    site = server.app(gather({"made": Scene(scene())}), {}, TOKEN, page)
    assert ask(site, "decode", {}).status == 404
    site = server.app(gather({"made": Scene(scene())}), {"made": Answers(Asked(), ())}, TOKEN, page)
    assert ask(site, "decode", {}).status == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b"{'epoch': 1}",
        b"[1, 2]",
        b"7",
        b"null",
        b'"decode"',
        b'{"epoch": NaN}',
        b'{"epoch": -Infinity}',
        b'{"epoch": ' + b"9" * 5000 + b"}",
        b'{"latents": ' + b"[" * 16 + b"]" * 16 + b"}",
        b'{"a":' * 20 + b"1" + b"}" * 20,
        b"[" * 100_000,
        b'{"latents": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda body: f"{len(body)} bytes: {body[:24]!r}",
)
def test_what_is_not_a_plain_json_object_never_reaches_the_model(page: Path, body: bytes) -> None:
    model = Asked()
    reply = ask(served(page, ask=model), "decode", body)
    assert (reply.status, model.questions) == (400, [])
    assert reply.said["error"].startswith("the question ")


def test_nesting_is_fine_as_deep_as_questions_go(site: ASGIApp) -> None:
    assert ask(site, "encode", {"images": [[[[0.0]]]]}).status == 200
    assert ask(site, "encode", b'{"a": ' + b"[" * 15 + b"]" * 15 + b"}").status == 200


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_question_is_json_or_nothing(page: Path, kind: str) -> None:
    model = Asked()
    reply = ask(served(page, ask=model), "decode", {}, headers={"content-type": kind})
    assert (reply.status, model.questions) == (415, [])


def test_a_question_may_have_two_mebibytes(page: Path) -> None:
    model = Asked()
    site = served(page, ask=model)
    blank = json.dumps({"epoch": 1}).encode()
    assert ask(site, "decode", blank.ljust(2 * MEBI)).status == 200
    reply = ask(site, "decode", blank.ljust(2 * MEBI + 1))
    assert reply.status == 413
    assert reply.said["error"] == "the question is longer than 2 MiB"
    assert len(model.questions) == 1


@pytest.mark.parametrize("declared", [None, "1", "2", "junk", "9" * 5000])
def test_a_body_is_measured_whatever_it_says_of_itself(site: ASGIApp, declared: str | None) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b" " * MEBI

    headers = {"content-type": "application/json"}
    if declared is not None:
        headers["content-length"] = declared
    reply = send(site, "POST", "/ask/made/decode", chunks=endless(), headers=headers)
    assert reply.status == 413
    assert read == 3, "it stops reading as soon as it is too long"


def test_a_client_that_goes_away_is_no_error(
    site: ASGIApp, caplog: pytest.LogCaptureFixture
) -> None:
    gone = send(
        site, "POST", "/ask/made/decode", chunks=None, headers={"content-type": "application/json"}
    )
    assert gone.status == 0
    assert caplog.records == []


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/ask/made/decode", "POST"),
        ("HEAD", "/ask/made/decode", "POST"),
        ("OPTIONS", "/ask/made/decode", "POST"),
        ("POST", "/scenes/made/scene.json", "GET, HEAD"),
        ("OPTIONS", "/scenes/made/scene.json", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
        ("PUT", "/health", "GET, HEAD"),
    ],
)
def test_each_address_has_its_methods(page: Path, method: str, path: str, allowed: str) -> None:
    model = Asked()
    reply = send(served(page, ask=model), method, path)
    assert reply.status == 405
    assert set(reply.headers["allow"].split(", ")) == set(allowed.split(", "))
    assert set(reply.said) == {"error", "hint", "id"}
    assert model.questions == []


@pytest.mark.parametrize("path", ["/", "/health", "/scenes/made/scene.json"])
def test_a_head_has_the_same_headers(site: ASGIApp, path: str) -> None:
    head, whole = send(site, "HEAD", path), get(site, path)
    assert (head.status, head.headers) == (whole.status, whole.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/scenes",
        "/scenes/made",
        "/ask",
        "/ask/decode",
        "/health/",
        "/assets/",
        "/scenes/made//",
    ],
)
def test_elsewhere_there_is_nothing(site: ASGIApp, path: str) -> None:
    reply = get(site, path)
    assert reply.status == 404
    assert set(reply.said) == {"error", "hint", "id"}
    assert "location" not in reply.headers
