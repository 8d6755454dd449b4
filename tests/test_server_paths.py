"""Whatever is put in the path, no file outside the page is opened and nothing unknown is given."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import PAGE, built_page, get, scene, served
from starlette.types import ASGIApp

SECRET = b"nobody may read this"
KNOWN = {
    "/",
    "/health",
    *(f"/{name}" for name in PAGE),
    *(f"/scenes/made/{name}" for name in scene()),
    "/site.json",
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a secret beside it, below a folder of the same beginning, and behind a link."""
    around = tmp_path_factory.mktemp("around")
    folder = built_page(around / "page")
    (around / "secret.txt").write_bytes(SECRET)
    (around / "page-secret").mkdir()
    (around / "page-secret" / "secret.txt").write_bytes(SECRET)
    (folder / "link.txt").symlink_to(around / "secret.txt")
    (folder / "linked").symlink_to(around)
    return folder


@pytest.fixture(scope="module")
def site(page: Path) -> ASGIApp:
    return served(page)


STEPS = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "%252e%252e%252f", "..\\", "..%5c",
         "%2e%2e%5c", "....//", "..;/", "..%c0%af", "..%ef%bc%8f", "．．/", "./", "/", "//", "%2f",
         "assets/../", "assets/..%2f", "..%00/", "%0a../"]  # fmt: skip
GOALS = ["secret.txt", "page-secret/secret.txt", "etc/passwd", "scene.json", "index.html",
         "page/index.html"]  # fmt: skip
ODD = ["/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "file:///etc/passwd", "/dev/zero",
       "/dev/stdin", "/proc/self/environ", "/proc/self/fd/0", "C:/Windows/win.ini", "C:secret.txt",
       "c:%5cwindows%5cwin.ini", "%5c%5cevil%5cshare%5cx", "//evil/share/x", "%5c%5c%3f%5cC:%5cx",
       "%5c%5c.%5cpipe%5cx", "CON", "NUL", "aux.txt", "secret.txt::$DATA", "link.txt", "linked",
       "linked/secret.txt", "linked/page/index.html", "index.html%00", "index.html%00.png",
       "%0a", "index.html%0a",
       "%00", "index.html/", "index.html/.", "index.html%20", "index.html.", "INDEX.HTML", "~",
       "~root/.ssh/id_rsa", "$HOME/.bashrc", "${HOME}", "%HOME%", "scene.json%00", "scene.json/",
       "./scene.json", "scene.json%0a", "maps//plane/0001.safetensors", "maps/./plane",
       "maps/plane/../plane/0001.safetensors", "maps%5cplane%5c0001.safetensors", "*", "?", "%",
       "%zz", "%ff%fe", "%f0%9f%90%88", "%e2%80%ae", "é", "e%cc%81", "a" * 20_000, "a/" * 5_000,
       "../" * 2_000 + "etc/passwd"]  # fmt: skip
PAYLOADS = [
    *ODD,
    *(step * times + goal for step in STEPS for times in (1, 2, 6) for goal in GOALS),
]
ROOTS = [
    "/",
    "/assets/",
    "/scenes/",
    "/scenes/made/",
    "/scenes/made/maps/",
    "/ask/",
    "/health/",
    "/page",
]


@contextmanager
def opened() -> Iterator[list[str]]:
    """What is opened or listed meanwhile; Python's own files are left out."""
    if not _hooked:
        sys.addaudithook(_heard)
        _hooked.append(True)
    names: list[str] = []
    _listeners.append(names)
    try:
        yield names
    finally:
        _listeners.remove(names)


_hooked: list[bool] = []
_listeners: list[list[str]] = []


def _heard(event: str, told: tuple[object, ...]) -> None:
    if event in {"open", "os.listdir", "os.scandir"} and isinstance(told[0], str | bytes | Path):
        name = str(Path(os.fsdecode(told[0])).absolute())
        if not name.startswith((sys.prefix, sys.base_prefix)) and not name.endswith(".py"):
            for names in _listeners:
                names.append(name)


def test_the_watch_sees_what_is_opened(page: Path) -> None:
    with opened() as names:
        (page / "index.html").read_bytes()
        list(page.iterdir())
    assert set(names) == {str(page / "index.html"), str(page)}


@pytest.mark.parametrize("root", ROOTS)
def test_no_path_leads_out(site: ASGIApp, page: Path, root: str) -> None:
    assert len(PAYLOADS) > 400
    for payload in PAYLOADS:
        assert_nothing_leaks(site, page, root + payload)


def assert_nothing_leaks(site: ASGIApp, page: Path, target: str) -> None:
    with opened() as names:
        reply = get(site, target)
    if unquote(target) in KNOWN:
        assert reply.status == 200
    else:
        assert reply.status in {404, 405}, target
        assert set(reply.said) == {"error", "hint", "id"}
        assert names == [], target
    assert SECRET not in reply.body
    assert all(Path(name).is_relative_to(page) for name in names), names


@settings(max_examples=400)
@given(
    root=st.sampled_from(ROOTS),
    path=st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(["..", ".", "/", "\\", "%2e", "%2f", "%00", "secret.txt", "assets"])
        ).map("".join),
    ),
)
def test_no_path_at_all_leads_out(site: ASGIApp, page: Path, root: str, path: str) -> None:
    assert_nothing_leaks(site, page, root + path)


def test_a_link_in_the_page_is_not_followed(site: ASGIApp) -> None:
    for target in ("/link.txt", "/linked/secret.txt", "/linked/page/index.html"):
        assert get(site, target, token=None).status == 401
        assert get(site, target).status == 404
