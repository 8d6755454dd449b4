"""A site takes the place of an older one at once: no visitor sees a part, no kill leaves one."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from hinterland.run import commit
from hinterland.show.bench import LOCK, NEW, OLD, drafted
from hinterland.types import HinterlandError

FILES = 20


@pytest.fixture
def target(tmp_path: Path) -> Path:
    site = tmp_path / "my [site]"
    write(site, "first")
    return site


def write(place: Path, content: str) -> None:
    place.mkdir()
    for number in range(FILES):
        (place / f"{number}").write_text(content)


def write_twice(place: Path) -> None:
    write(place, "half")
    write(place, "the whole")


def held(place: Path) -> set[str]:
    files = list(place.iterdir())
    assert len(files) == FILES
    return {file.read_text() for file in files}


def replaced(target: Path, content: str) -> None:
    with drafted(target) as draft:
        write(draft, content)


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_a_visitor_finds_one_site_or_the_other_at_any_instant(target: Path) -> None:
    """Where the system swaps folders, as Linux and macOS do."""
    missed, done = list[int](), threading.Event()

    def visit() -> None:
        while not done.is_set():
            if not (target / "0").exists():
                missed.append(1)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        for turn in range(60):
            replaced(target, str(turn))
            assert held(target) == {str(turn)}
    finally:
        done.set()
        visitor.join()
    assert not missed
    assert names(target.parent) == [target.name]


@pytest.fixture(params=["swapping", "not swapping"])
def any_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "not swapping":
        monkeypatch.setattr(commit, "exchanged", lambda _one, _other: False)


@pytest.mark.usefixtures("any_system")
def test_what_fails_leaves_the_older_one_and_nothing_else(target: Path) -> None:
    with pytest.raises(HinterlandError), drafted(target) as draft:
        write_twice(draft)
    assert held(target) == {"first"}
    replaced(target, "second")
    assert held(target) == {"second"}
    assert names(target.parent) == [target.name]


@pytest.mark.usefixtures("any_system")
def test_a_kill_leaves_the_older_one_and_the_next_export_cleans_up(target: Path) -> None:
    """A kill at any point leaves one of these beside the site, whose lock nobody holds."""
    killed = target.parent / f".tmp-{target.name}-1"
    killed.mkdir()
    (killed / LOCK).touch()
    write(killed / NEW, "half")
    busy = target.parent / f".tmp-{target.name}-2"
    busy.mkdir()
    other = target.parent / f".tmp-{target.name}"  # somebody else's
    other.mkdir()
    with FileLock(busy / LOCK):
        replaced(target, "second")
    assert held(target) == {"second"}
    assert names(target.parent) == sorted([target.name, busy.name, other.name])


def test_a_kill_between_two_renames_gives_the_older_one_back(target: Path) -> None:
    killed = target.parent / f".tmp-{target.name}-1"
    killed.mkdir()
    target.rename(killed / OLD)
    with pytest.raises(ZeroDivisionError), drafted(target):
        raise ZeroDivisionError
    assert held(target) == {"first"}


def test_a_new_place_is_made_and_a_bad_one_is_told(tmp_path: Path) -> None:
    replaced(tmp_path / "deep" / "er" / "site", "first")
    assert names(tmp_path / "deep" / "er") == ["site"]
    shutil.rmtree(tmp_path / "deep")
    (tmp_path / "deep").write_text("a file")
    with pytest.raises(Exception, match="in the way"):
        replaced(tmp_path / "deep" / "site", "x")
