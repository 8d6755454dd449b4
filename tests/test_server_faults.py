"""What goes wrong is told in one shape, without a word about this machine or a piece of markup."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from serving import ask, built_page, fails, get, makes, send, served

from hinterland.show.faults import scrubbed
from hinterland.types import HinterlandError


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return built_page(tmp_path / "page")


@pytest.mark.parametrize("target", ["/scenes/made/made.safetensors", "/ask/made/decode"])
def test_our_own_mistakes_are_logged_once_and_tell_the_client_nothing(
    page: Path, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = f"{Path.home()}/secret of {Path.home().name}"

    def mistake(*_: object) -> bytes:
        raise RuntimeError(secret)

    site = served(page, makes(mistake), mistake)
    reply = ask(site, "decode", {}) if "ask" in target else get(site, target)
    assert reply.status == 500
    assert reply.said["error"] == "internal error"
    assert reply.said["id"] in reply.said["hint"]
    text = reply.body.decode()
    for leak in (str(Path.home()), "secret", "Traceback", 'File "', "RuntimeError", __file__):
        assert leak not in text
    assert [(record.levelno, reply.said["id"] in record.message) for record in caplog.records] == [
        (logging.ERROR, True)
    ]
    assert caplog.records[0].exc_info is not None


def test_the_folders_of_this_machine_are_not_told(page: Path) -> None:
    home = Path.home()
    error = HinterlandError(
        f"epoch 3 of {home}/runs/cats is damaged", f"hinterland doctor '{home}'"
    )
    reply = get(served(page, makes(fails(error))), "/scenes/made/made.safetensors")
    assert reply.said["error"] == "epoch 3 of cats is damaged"
    assert reply.said["hint"] == "hinterland doctor '…'"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no folder /home/ada/runs/cats", "no folder cats"),
        ("no folder '/home/ada/my runs/my cats'", "no folder 'my cats'"),
        ("no folder /home/ada", "no folder …"),
        ("no folder /home/ada/", "no folder …"),
        (r"no folder C:\Users\ada\runs\cats", "no folder cats"),
        (r"no folder 'C:\\Users\\ada'", "no folder '…'"),
        ("no file ~/secret, or /tmp/x", "no file …, or …"),
        ("run=/srv/lab/ada/runs/cats: gone", "run=cats: gone"),
        ("file:///srv/lab/ada/cats", "file:cats"),
        ("epochs/0003/latents.safetensors changed", "epochs/0003/latents.safetensors changed"),
        ("images must be (n, h, w, 1 or 3); 1/2 of them", None),
        ("see https://example.org/a/b/c and http://localhost:8420/", None),
        ("and/or, 50 %", None),
    ],
)
def test_a_path_is_told_by_its_last_name(text: str, told: str | None) -> None:
    assert scrubbed(text) == (text if told is None else told)


@pytest.mark.parametrize("name", ["ada lovelace", "ada"])
def test_a_home_with_blanks_in_it_is_not_told_either(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "people" / name
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert scrubbed(f"no run in {home}/runs/cats, none in {home}") == "no run in cats, none in …"


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    "a\r\nSet-Cookie: x=1",
    "\u2028\u2029",
    "\u202egnp.exe",
    "\x00\x1b[31m",
    "=cmd|' /C calc'!A0",
    "é" * 4000,
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_comes_back_only_as_json(page: Path, name: str) -> None:
    def ask_model(question: str, told: object) -> bytes:
        raise HinterlandError(f"there is no class '{name}'", name)

    site = served(page, makes(fails(HinterlandError(name, name))), ask_model)
    target = "".join(f"%{byte:02x}" for byte in name.encode())
    replies = [
        get(site, "/scenes/made/made.safetensors"),
        get(site, f"/scenes/made/{target}"),
        send(site, "POST", f"/ask/made/{target}", headers={"content-type": "application/json"}),
        ask(site, "decode", {}),
        get(site, f"/{target}"),
    ]
    for reply in replies:
        assert reply.status >= 400
        assert reply.headers["content-type"] == "application/json"
        assert reply.body.isascii()
        assert not set(reply.body) & set(b"<\r\n\0\x1b")
        assert set(reply.said) == {"error", "hint", "id"}
        assert len(reply.body) < 8000
        assert not any("\n" in value or "<" in value for value in reply.headers.values())


def test_a_name_from_json_that_is_no_text_breaks_no_reply(page: Path) -> None:
    def ask_model(question: str, told: object) -> bytes:
        raise HinterlandError(f"no class {told}")

    assert ask(served(page, ask=ask_model), "decode", b'{"class": "\\ud800"}').status == 400
