"""Nobody gets anything but the page that holds the token, under a name and from a page of ours."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from urllib.parse import quote

import pytest
from serving import HOST, PAGE, TOKEN, Asked, ask, built_page, get, scene, send, served
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from hinterland.show.security import HEADERS, new_token
from hinterland.show.server import app, hosts_of

PUBLIC = {"/", "/health", *(f"/{name}" for name in PAGE)}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_page(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def site(page: Path) -> ASGIApp:
    return served(page)


# The token


def test_every_route_asks_for_the_token_but_the_page_and_health(site: ASGIApp) -> None:
    assert isinstance(site, Starlette)
    assert all(isinstance(route, Route) for route in site.routes), "sort of route with no check?"
    paths = {route.path for route in site.routes if isinstance(route, Route)}
    assert paths == PUBLIC | {"/site.json", "/scenes/{path:path}", "/ask/{scene}/{question}"}
    for path in paths:
        target = path.replace("{path:path}", "x").replace("{scene}/{question}", "made/decode")
        expected = 200 if path in PUBLIC else 401
        assert get(site, target, token=None).status == expected, path


def test_a_route_that_somebody_adds_asks_for_it_too(page: Path) -> None:
    site = served(page)
    assert isinstance(site, Starlette)
    site.add_route("/new", lambda _: pytest.fail("answered without the token"))
    assert get(site, "/new", token=None).status == 401


@pytest.mark.parametrize(
    "target", ["/site.json", *(f"/scenes/made/{path}" for path in [*scene(), "nope", ""])]
)
def test_nothing_of_a_scene_is_given_without_the_token(site: ASGIApp, target: str) -> None:
    reply = get(site, target, token=None)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == 'Bearer realm="hinterland"'
    assert reply.said["error"] == "this needs the token"
    assert "hinterland open" in reply.said["hint"]
    assert TOKEN not in reply.body.decode() + str(reply.headers)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer  {TOKEN}",
        f"Bearer {TOKEN} ",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}t",
        f"Bearer {TOKEN.upper()}",
        f"Basic {TOKEN}",
        f"Token {TOKEN}",
        TOKEN,
        f"Bearer\t{TOKEN}",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
        "Bearer \xff\xfe",
        "Bearer null",
    ],
)
def test_only_the_very_token_opens(site: ASGIApp, value: str) -> None:
    reply = get(site, "/scenes/made/scene.json", token=None, headers={"authorization": value})
    assert reply.status == 401


def test_the_token_counts_in_no_other_place(site: ASGIApp) -> None:
    headers = {"cookie": f"token={TOKEN}", "x-token": TOKEN, "referer": f"http://{HOST}/#{TOKEN}"}
    assert get(site, "/scenes/made/scene.json", token=None, headers=headers).status == 401
    twice = [(b"host", HOST.encode()), (b"authorization", b"Bearer " + TOKEN.encode())]
    assert (
        get(site, "/scenes/made/scene.json", headers=twice).status == 401
    )  # a second one is added


def test_a_scheme_is_the_same_in_any_case(site: ASGIApp) -> None:
    headers = {"authorization": f"bearer {TOKEN}"}
    assert get(site, "/scenes/made/scene.json", token=None, headers=headers).status == 200


def test_a_new_token_is_long_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) == 43 and quote(token, safe="") == token for token in tokens)


@pytest.mark.parametrize("token", ["", "short", "t" * 21, "t" * 40 + "/", "t" * 40 + "\n"])
def test_no_server_starts_with_a_weak_token(page: Path, token: str) -> None:
    site = app(scene(), {}, token, page)
    with pytest.raises(AssertionError, match="128 bits"):
        get(site, "/health")


def test_there_are_no_websockets(site: ASGIApp) -> None:
    sent: list[object] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def answer(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/scenes/made/scene.json",
        "headers": [(b"host", b"localhost"), (b"authorization", b"Bearer " + TOKEN.encode())],
    }
    asyncio.run(site(scope, receive, answer))
    assert sent == [{"type": "websocket.close", "code": 1008}]


# Host

OURS = [
    *(f"{name}{port}" for name in ("localhost", "127.0.0.1", "[::1]")
      for port in ("", ":8420", ":1", ":65535")),
    "LOCALHOST:8420",
    "LocalHost",
]  # fmt: skip
NOT_OURS = [
    "", " ", "localhost.", "localhost.:8420", "localhost.evil", "localhost.evil:8420",
    "evil.localhost", "evil", "evil.example", "evil.example:8420", "127.0.0.1.nip.io",
    "127.0.0.1.nip.io:8420", "127.0.0.1.", "127.0.0.2", "127.1", "2130706433",
    "0x7f000001", "0", "0.0.0.0", "0.0.0.0:8420", "[::]", "[::]:8420", "::1", "[::1",
    "::1]", "[::1].evil", "[::1]evil", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]",
    "localhost:", "localhost:0", "localhost:65536", "localhost:999999",
    "localhost:80:80", "localhost:8420.evil", "localhost:port", "localhost@evil",
    "evil@localhost", "user:pass@localhost", "localhost,evil", "localhost, localhost",
    "localhost evil", "localhost/", "localhost/evil", "localhost#", "localhost?",
    "http://localhost", "localhost\\evil", "localhost\x00", "localhost\n", "\tlocalhost",
    "ｌocalhost", "localhost:８420", "*", "null", "-", "10.0.0.7", "192.168.1.20:8420",
    "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("target", ["/", "/health", "/scenes/made/scene.json", "/nope"])
@pytest.mark.parametrize("host", OURS)
def test_our_names_pass_with_any_port(site: ASGIApp, host: str, target: str) -> None:
    reply = get(site, target, headers=[(b"host", host.encode())])
    assert reply.status == (404 if target == "/nope" else 200)


@pytest.mark.parametrize("host", NOT_OURS, ids=lambda host: ascii(host[:40]))
def test_other_names_are_refused_everywhere(site: ASGIApp, host: str) -> None:
    for method, target in itertools.product(
        ("GET", "POST", "OPTIONS"),
        ("/", "/health", "/scenes/made/scene.json", "/ask/made/decode", "/nope"),
    ):
        reply = send(site, method, target, headers=[(b"host", host.encode())])
        assert reply.status == 421, (method, target)
        assert reply.said["error"] == "this server does not go by that name"


@pytest.mark.parametrize(
    "headers",
    [
        [(b"accept", b"*/*")],
        [(b"host", b"localhost"), (b"host", b"localhost")],
        [(b"host", b"localhost"), (b"host", b"evil")],
        [(b"host", b"evil"), (b"host", b"localhost")],
        [(b"host", b"evil"), (b"x-forwarded-host", b"localhost")],
        [(b"host", b"evil"), (b"forwarded", b"host=localhost")],
        [(b"x-forwarded-host", b"localhost")],
    ],
    ids=str,
)
def test_a_missing_or_a_second_name_is_refused(
    site: ASGIApp, headers: list[tuple[bytes, bytes]]
) -> None:
    assert get(site, "/scenes/made/scene.json", headers=headers).status == 421


def test_a_server_for_others_goes_by_the_names_it_was_given(page: Path) -> None:
    site = served(page, hosts=hosts_of("Lab3.example"))
    for host in ("lab3.example", "LAB3.example:9000", "localhost"):
        assert get(site, "/health", headers=[(b"host", host.encode())]).status == 200
    for host in ("lab3", "lab3.example.evil", "evil-lab3.example", "lab4.example"):
        assert get(site, "/health", headers=[(b"host", host.encode())]).status == 421


@pytest.mark.parametrize(
    ("server", "host", "status"),
    [
        ("10.0.0.7", "10.0.0.7:8420", 200),
        ("::ffff:10.0.0.7", "10.0.0.7", 200),
        ("fd00::7", "[fd00::7]:8420", 200),
        ("10.0.0.7", "10.0.0.8", 421),
        ("0.0.0.0", "0.0.0.0", 421),
        ("::", "[::]", 421),
        ("evil.example", "evil.example", 421),
    ],
)
def test_a_request_may_name_the_address_it_came_in_on(
    site: ASGIApp, server: str, host: str, status: int
) -> None:
    assert get(site, "/health", headers=[(b"host", host.encode())], server=server).status == status


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_loopback_server_needs_no_other_name(host: str) -> None:
    assert hosts_of(host) == frozenset()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_on_all_addresses_goes_by_the_name_of_its_machine(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Lab3")
    assert hosts_of(host) == {"lab3"}


# Origin

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ORIGINS = {
    "absent": None,
    "same": f"http://{HOST}",
    "same, upper case": f"HTTP://{HOST}".upper(),
    "same, behind TLS": f"https://{HOST}",
    "other port": "http://127.0.0.1:8888",
    "other name of it": "http://localhost:8420",
    "no port": "http://127.0.0.1",
    "null": "null",
    "evil": "https://evil.example",
    "longer": f"http://{HOST}.evil.example",
    "longer port": f"http://{HOST}0",
    "user": f"http://{HOST}@evil.example",
    "other scheme": f"chrome-extension://{HOST}",
    "no scheme": HOST,
    "path": f"http://{HOST}/",
    "two": f"http://{HOST} http://{HOST}",
    "empty scheme": f"://{HOST}",
}
SITES = (None, "same-origin", "none", "same-site", "cross-site", "", "junk", "same-origin, none")
OWN_ORIGINS = {"absent", "same", "same, upper case", "same, behind TLS"}
OWN_SITES = {None, "same-origin", "none", ""}
# What each method gives once it is let in.
LET_IN = {
    "/scenes/made/scene.json": {"GET": 200, "HEAD": 200},
    "/ask/made/decode": {"POST": 200},
    "/health": {"GET": 200, "HEAD": 200},
    "/": {"GET": 200, "HEAD": 200},
}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("target", LET_IN)
def test_only_our_own_page_may_ask(page: Path, target: str, origin: str) -> None:
    model = Asked()
    site = served(page, ask=model)
    for method, where in itertools.product(METHODS, SITES):
        headers = {"content-type": "application/json"}
        if ORIGINS[origin] is not None:
            headers["origin"] = ORIGINS[origin]
        if where is not None:
            headers["sec-fetch-site"] = where
        before = len(model.questions)
        reply = send(site, method, target, headers=headers, chunks=[b"{}"])
        own = origin in OWN_ORIGINS and where in OWN_SITES
        expected = LET_IN[target].get(method, 405) if own else 403
        assert reply.status == expected, (method, where)
        assert (len(model.questions) > before) == (method == "POST" and expected == 200)
        assert not any(name.startswith("access-control") for name in reply.headers)


LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize("where", ["same-site", "cross-site"])
def test_a_link_to_the_page_may_be_followed_from_anywhere(site: ASGIApp, where: str) -> None:
    link = {**LINK, "sec-fetch-site": where}
    for target in ("/", "/index.html"):
        assert get(site, target, headers=link).status == 200
    for target in (
        "/scenes/made/scene.json",
        "/health",
        "/assets/main-1a2b.js",
        "/favicon.svg",
        "/nope",
    ):
        assert get(site, target, headers=link).status == 403
    assert send(site, "POST", "/", headers=link).status == 403
    for change in (
        {"sec-fetch-mode": "no-cors"},
        {"sec-fetch-mode": "cors"},
        {"sec-fetch-dest": "iframe"},
        {"sec-fetch-dest": "object"},
        {"sec-fetch-dest": ""},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ):
        assert get(site, "/", headers={**link, **change}).status == 403, change


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("origin", f"http://{HOST}", f"http://{HOST}"),
        ("origin", f"http://{HOST}", "http://evil"),
        ("sec-fetch-site", "same-origin", "cross-site"),
        ("sec-fetch-site", "none", "none"),
    ],
)
def test_a_header_that_comes_twice_is_not_believed(
    site: ASGIApp, name: str, first: str, second: str
) -> None:
    headers = [
        (b"host", HOST.encode()),
        (name.encode(), first.encode()),
        (name.encode(), second.encode()),
    ]
    assert get(site, "/scenes/made/scene.json", headers=headers).status == 403


# Headers


@pytest.mark.parametrize(
    ("status", "method", "target", "headers"),
    [
        (200, "GET", "/", {}),
        (200, "GET", "/health", {}),
        (200, "GET", "/assets/ort-5e6f.wasm", {}),
        (200, "GET", "/scenes/made/scene.json", {}),
        (200, "HEAD", "/scenes/made/scene.json", {}),
        (200, "POST", "/ask/made/decode", {"content-type": "application/json"}),
        (401, "GET", "/scenes/made/scene.json", {"authorization": "Bearer wrong"}),
        (403, "GET", "/", {"origin": "null"}),
        (404, "GET", "/scenes/made/nope", {}),
        (404, "GET", "/nope", {}),
        (405, "POST", "/", {}),
        (415, "POST", "/ask/made/decode", {}),
        (421, "GET", "/", {"host": "evil"}),
        (500, "GET", "/scenes/made/broken", {}),
    ],
)
def test_every_answer_has_the_strict_headers(
    page: Path, status: int, method: str, target: str, headers: dict[str, str]
) -> None:
    def broken() -> bytes:
        raise RuntimeError

    site = served(page, {**scene(), "broken": broken})
    token = None if "authorization" in headers else TOKEN
    reply = send(site, method, target, headers=headers, token=token, chunks=[b"{}"])
    assert reply.status == status
    assert_strict(reply.headers)


def test_so_have_the_answers_to_too_much_and_to_what_is_known(site: ASGIApp) -> None:
    too_much = ask(site, "decode", b" " * (2 * 1024 * 1024 + 1))
    tag = get(site, "/").headers["etag"]
    known = get(site, "/", headers={"if-none-match": tag})
    assert (too_much.status, known.status) == (413, 304)
    assert_strict(too_much.headers)
    assert_strict(known.headers)


def assert_strict(headers: dict[str, str]) -> None:
    for name, value in HEADERS.items():
        if name != "Cache-Control":
            assert headers[name.lower()] == value
    assert headers["cache-control"] in {"no-store", "no-cache"}
    assert "server" not in headers
    assert "set-cookie" not in headers


def test_the_policy_runs_our_own_scripts_and_no_others() -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe-inline" not in str(policy)
    assert "'unsafe-eval'" not in str(policy)
    assert "http" not in str(policy)
