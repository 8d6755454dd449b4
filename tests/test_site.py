"""A site holds several scenes; the page opens the one asked for, or lets the person choose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browsing import PATIENCE, looking, opened, picture_folder, until
from playwright.sync_api import Browser

from hinterland.chart import refresh
from hinterland.run import Run
from hinterland.scene import compose
from hinterland.show.site import gather, names_of


def test_a_site_is_its_scenes_below_their_names(trained: Run) -> None:
    list(refresh(trained))
    scene = compose(trained)
    files = gather({"one": scene, "two": scene})
    told = json.loads(files["site.json"]())
    assert told["title"] == "2 runs"
    assert [entry["name"] for entry in told["scenes"]] == ["one", "two"]
    assert told["scenes"][0] | {"title": ""} == {
        "name": "one",
        "title": "",
        "model": "vae",
        "latent_dim": 2,
        "n": json.loads(scene.files["scene.json"]())["images"]["n"],
        "epochs": 3,
    }
    for name in ("one", "two"):
        below = f"scenes/{name}/"
        own = {path.removeprefix(below) for path in files if path.startswith(below)}
        assert own == set(scene.files)


def test_a_site_of_one_scene_is_called_what_the_scene_is(trained: Run) -> None:
    list(refresh(trained))
    scene = compose(trained)
    title = json.loads(scene.files["scene.json"]())["title"]
    assert json.loads(gather({"one": scene})["site.json"]())["title"] == title
    assert json.loads(gather({"one": scene}, "Mine")["site.json"]())["title"] == "Mine"


def test_runs_are_named_after_their_folders_and_no_two_alike() -> None:
    paths = ["a/digits", "b/digits", "b/Digits", "b/été d'or", "b/../..", "b/-.-"]
    names = names_of([Path("/x") / path for path in paths])
    assert names == ["digits", "digits-2", "Digits-3", "t-d-or", "run", "run-2"]


@pytest.mark.slow
@pytest.mark.browser
def test_of_several_runs_one_is_chosen_and_the_address_remembers(
    browser: Browser, trained: Run, tmp_path: Path
) -> None:
    with opened(trained.path, tmp_path / "home", trained.path) as url:
        context = browser.new_context(viewport={"width": 1000, "height": 700})
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        page.goto(url)
        page.get_by_role("heading", name="2 runs").wait_for()
        page.screenshot(path=picture_folder() / "start.png")
        page.get_by_role("link", name="trained-2").click()
        page.evaluate("window.hinterland.ready")
        until(page, "location.hash.startsWith('#run=trained-2&map=plane')")
        page.get_by_role("link", name="Hinterland").click()
        page.get_by_role("heading", name="2 runs").wait_for()
        page.go_back()
        page.evaluate("window.hinterland.ready")
        context.close()
        with looking(browser, url.replace("#", "#run=trained&epoch=1&")) as page:
            assert page.evaluate("window.hinterland.state()")["epoch"] == 1
