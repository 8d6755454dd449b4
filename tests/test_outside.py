"""A server reached through a proxy or a hub: by the name, and from the page, that it was told."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.types import ASGIApp

from hinterland.show.outside import hint, outside
from hinterland.types import HinterlandError
from tests.serving import HOST, TOKEN, built_page, get, send, served

HUB = "https://hub.example/user/ada/proxy/{port}/"


@pytest.mark.parametrize(
    ("told", "port", "host", "origin", "at"),
    [
        (HUB, None, "hub.example", "https://hub.example", "https://hub.example/user/ada/proxy/9/"),
        ("http://Lab:8080/maps", None, "lab", "http://lab:8080", "http://Lab:8080/maps/"),
        ("https://lab.example:443", 9, "lab.example", "https://lab.example",
         "https://lab.example:443/"),
        ("http://lab:443/", 9, "lab", "http://lab:443", "http://lab:443/"),
        ("https://ada-{{port}}.example", 9, "ada-9.example", "https://ada-9.example",
         "https://ada-9.example/"),
        ("http://[fd00::7]:80/x", 9, "fd00::7", "http://[fd00::7]", "http://[fd00::7]:80/x/"),
    ],
)  # fmt: skip
def test_an_address_tells_name_origin_and_place(
    told: str, port: int | None, host: str, origin: str, at: str
) -> None:
    found = outside(told, port)
    assert (found.host, found.origin, found.at(9)) == (host, origin, at)


@pytest.mark.parametrize(
    "told",
    ["", "hub.example", "/proxy/8420/", "ftp://hub.example/", "https://", "https://a@hub.example/",
     "https://hub.example/?x=1", "https://hub.example/#token=1", "https://hub.example:port/",
     "https://[hub/"],
)  # fmt: skip
def test_what_is_no_address_is_refused(told: str) -> None:
    with pytest.raises(HinterlandError, match="--url") as refused:
        outside(told, 9)
    assert "https://" in refused.value.hint


def test_a_name_that_hangs_on_the_port_needs_the_port() -> None:
    with pytest.raises(HinterlandError, match="not known yet") as refused:
        outside("https://ada-{port}.example/", None)
    assert "--port" in refused.value.hint


def test_a_hub_is_told_of_where_there_is_one() -> None:
    prefix = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}
    assert hint(prefix) == "--url https://THE_HUB/user/ada/proxy/{port}/"
    assert hint({"VSCODE_PROXY_URI": "https://x.example/proxy/{{port}}/"}).endswith('{{port}}/"')
    assert hint({"VSCODE_PROXY_URI": "./proxy/{{port}}"}) == hint({}) == ""


@pytest.fixture
def site(tmp_path: Path) -> ASGIApp:
    found = outside(HUB, None)
    page = built_page(tmp_path / "page")
    return served(page, hosts=[found.host], origins=[found.origin])


# What proxies make of the name: passed on, their own, without the port.
@pytest.mark.parametrize("host", ["hub.example", HOST, "localhost"])
def test_the_page_of_the_hub_may_ask_whatever_the_proxy_calls_us(site: ASGIApp, host: str) -> None:
    asks = {"host": host, "content-type": "application/json", "sec-fetch-site": "same-origin"}
    for origin, status in {
        "https://hub.example": 200,
        "https://HUB.example": 200,
        "https://hub.example.evil.example": 403,
        "https://hub.example:8443": 403,
        "https://evil.example": 403,
        "null": 403,
    }.items():
        headers = {**asks, "origin": origin}
        assert send(site, "POST", "/ask/made/decode", headers=headers, chunks=[b"{}"]).status == (
            status
        ), origin


def test_other_names_stay_unknown(site: ASGIApp) -> None:
    for host in ("evil.example", "hub.example.evil.example", "xhub.example"):
        assert get(site, "/health", headers={"host": host}).status == 421


@pytest.mark.parametrize(
    ("told", "host", "server", "isolated"),
    [
        ("https://hub.example/", "hub.example", "127.0.0.1", True),
        ("http://hub.example/", "hub.example", "127.0.0.1", False),
        ("http://hub.example/", "127.0.0.1", "127.0.0.1", False),  # as nginx calls it
        ("https://hub.example/", "127.0.0.1", "127.0.0.1", True),
        ("http://localhost:8888/", "localhost:8888", "127.0.0.1", True),
        ("https://hub.example/", "10.0.0.7:8420", "10.0.0.7", False),
    ],
)
def test_no_header_is_sent_that_browsers_complain_of(
    tmp_path: Path, told: str, host: str, server: str, isolated: bool
) -> None:
    found = outside(told, None)
    page = built_page(tmp_path / "page")
    site = served(page, hosts=[found.host], origins=[found.origin])
    reply = get(site, "/", headers=[(b"host", host.encode())], server=server)
    assert reply.status == 200
    assert ("cross-origin-opener-policy" in reply.headers) == isolated
    assert "content-security-policy" in reply.headers


def test_the_pages_own_header_leaves_authorization_to_the_proxy(site: ASGIApp) -> None:
    for value, status in ((TOKEN, 200), (TOKEN[:-1], 401), ("", 401), (f"Bearer {TOKEN}", 401)):
        headers = {"authorization": "Basic YWRhOmxvdmVsYWNl", "hinterland-token": value}
        assert get(site, "/site.json", token=None, headers=headers).status == status
    twice = [(b"host", HOST.encode()), *[(b"hinterland-token", TOKEN.encode())] * 2]
    assert get(site, "/site.json", token=None, headers=twice).status == 401


def test_a_proxy_that_packs_leaves_what_is_known_known(site: ASGIApp) -> None:
    tag = get(site, "/index.html").headers["etag"]
    for known, status in ((tag, 304), (f"W/{tag}", 304), ('"other"', 200)):
        assert get(site, "/index.html", headers={"if-none-match": known}).status == status
