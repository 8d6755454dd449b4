"""Trainings that a person starts, stops and resumes from the page, where the server was told so."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hinterland.run import Run, progress
from hinterland.show.asking import asked_in, object_in
from hinterland.show.child import Child, answer
from hinterland.show.faults import MOST, scrubbed, told
from hinterland.show.living import Living
from hinterland.types import HinterlandError, cited, nearest_name

__all__ = ["TrainingRoutes", "Trainings"]

# Lower case alone, so that no disk takes two names for one; no dot and no dash at the ends.
NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,58}[a-z0-9])?")
# Files of these names are none on Windows.
DEVICES = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_WORD = 200
MOST_EPOCHS = 100_000
LARGEST = 2**63  # no option is a number beyond it, and none is infinite
SAVING_SECONDS = 120


class Trainings:
    """One training at a time, in a child process, recorded in a folder below `folder`.

    living: where the runs are shown. images: what can be trained on besides the data sets that have
    a name: what a person who started the server allowed, by the name that the page knows it by.
    Whatever a page tells is a name that is looked up here, or a value; never a path.
    """

    def __init__(self, living: Living, folder: Path, images: Mapping[str, Path]) -> None:
        self._living = living
        self._folder = folder
        self._images = dict(images)
        self._work: tuple[str, Child] | None = None  # of which run, and what trains it or did
        self._lock = threading.Lock()
        self._listed: dict[str, Any] | None = None

    def choices(self) -> dict[str, Any]:
        """What there is to choose from: `images`, `models` with their options, and `training`."""
        from hinterland.data import DATASETS

        with self._lock:
            if self._listed is None:
                self._listed = answer(["options", "--all", "--json"])
        named = [name for name in DATASETS if name not in self._images]
        known = [{"name": name, "summary": DATASETS.summary(name)} for name in named]
        allowed = [{"name": name, "summary": "a folder or file of yours"} for name in self._images]
        return {"images": allowed + known, "folder": self._folder.name or "/", **self._listed}

    def start(self, told: Mapping[str, Any]) -> None:
        """Begin a run: told `name`, `images`, `model`, `latent_dim` and `options`."""
        words = self._words(told)
        self._begin(str(told["name"]), words)

    def resume(self, told: Mapping[str, Any]) -> None:
        """Go on with a run: told `scene`, and until which of all its `epochs`."""
        name, epochs = told.get("scene"), told.get("epochs")
        run = self._living.run(name) if isinstance(name, str) else None
        if run is None or name not in self.resumable():
            raise HinterlandError(
                f"{cited(name)} is no run that can be trained from here",
                "those are the ones in the folder for new runs; else: hinterland resume RUN",
            )
        words = ["resume", "--json"]
        if epochs is not None:
            if not _is_whole(epochs) or not 1 <= epochs <= MOST_EPOCHS:
                raise HinterlandError(f"epochs are from 1 to {MOST_EPOCHS:,}; got {epochs!r}")
            words.append(f"--epochs={epochs}")
        self._begin(str(name), [*words, "--", str(run.path)])

    def stop(self, told: Mapping[str, Any]) -> None:
        """Stop the training of `scene` as Ctrl-C does: it is saved, and can be resumed."""
        scene, child = self._work or ("", None)
        if child is None or not child.running or told.get("scene") != scene:
            raise HinterlandError(
                f"nothing that was started here trains {cited(told.get('scene'))}",
                "stop a training that was started elsewhere where it was started",
            )
        child.stop()

    def resumable(self) -> list[str]:
        """The runs that this server may train: those that lie in its folder."""
        folder = self._folder.resolve()
        runs = {name: self._living.run(name) for name in sorted(self._living.names)}
        return [name for name, run in runs.items() if run and run.path.resolve().parent == folder]

    def status(self) -> dict[str, Any]:
        """The training of this server as it is now; shows its run as soon as that has begun."""
        known: dict[str, Any] = {"resumable": self.resumable()}
        if self._work is None:
            return known
        scene, child = self._work
        path = self._folder / scene
        if not child.running and progress.writer(path) not in (None, child.pid):
            with self._lock:  # by now there may be other work
                if self._work == (scene, child):
                    self._work = None  # what came of it is past: another program trains it now
            return known
        if scene not in self._living.names and (path / "run.json").is_file():
            self._living.add(scene, Run.open(path))
        shown = scene in self._living.names
        if child.running:
            state = "stopping" if child.stopping else "training" if shown else "starting"
        else:
            state = "stopped" if child.stopped else "failed" if child.fault() else "finished"
        known |= {"scene": scene, "state": state, "shown": shown}
        if child.running:
            known["said"] = scrubbed(child.said)[:LONGEST_WORD]
        elif wrong := child.fault():
            known["error"], known["hint"] = (scrubbed(words)[:MOST] for words in wrong)
        return known

    def close(self, say: Callable[[str], None]) -> None:
        """Stop what trains, and wait until it is saved."""
        child = self._work[1] if self._work else None
        if child is None or not child.running:
            return
        say("stopping the training, which is saved …")
        child.stop()
        child.wait(SAVING_SECONDS)

    def _begin(self, scene: str, words: list[str]) -> None:
        with self._lock:
            now, child = self._work or ("", None)
            if child is not None and child.running:
                raise HinterlandError(
                    f"'{now}' is being trained: one at a time", "stop it first, or wait"
                )
            # At once: a status asked for meanwhile would tell of one run what another's child did.
            self._work = scene, Child(words)

    def _words(self, told: Mapping[str, Any]) -> list[str]:
        """The command line of a training. Raises HinterlandError for anything that is not known."""
        from hinterland.data import DATASETS
        from hinterland.models import MODELS, checked

        name, images, model = (_word(told, key) for key in ("name", "images", "model"))
        path = self._folder / self._named(name)
        if not os.access(self._folder, os.W_OK):
            raise HinterlandError(
                f"no permission to write in the folder for new runs, {cited(self._folder.name)}",
                "change its permissions, or start the server with --runs FOLDER",
            )
        if images not in self._images and images not in DATASETS:
            known = [*self._images, *DATASETS]
            raise HinterlandError(
                f"there are no images {cited(images)}", nearest_name(images, known)
            )
        if model not in MODELS:
            raise HinterlandError(f"there is no model {cited(model)}", nearest_name(model, MODELS))
        words = ["train", "--json", f"--output={path}", f"--model={model}"]
        size = told.get("latent_dim")
        if size is not None:
            if not _is_whole(size):
                raise HinterlandError(f"the latent size is a whole number; got {cited(size)}")
            checked(model, size)
            words.append(f"--latent-dim={size}")
        words += [f"--set={key}={json.dumps(value)}" for key, value in _options(told)]
        return [*words, "--", str(self._images.get(images, images))]

    def _named(self, name: str) -> str:
        if not NAME.fullmatch(name) or DEVICES.fullmatch(name):
            raise HinterlandError(
                f"{cited(name)} is no name for a run",
                "small letters, digits, - and _, at most 60 of them",
            )
        taken = {known.lower() for known in self._living.names}
        if name in taken or os.path.lexists(self._folder / name):
            raise HinterlandError(f"there is already something called '{name}'", "another name")
        return name


class TrainingRoutes:
    """What a page asks of `Trainings`. Where the server may not write, there are none of these."""

    def __init__(self, trainings: Trainings) -> None:
        self._trainings = trainings
        acts = {"start": trainings.start, "resume": trainings.resume, "stop": trainings.stop}
        self._turn = anyio.CapacityLimiter(1)
        self.routes = [
            Route("/training/choices", self._choices),
            *(
                Route(f"/training/{name}", self._acting(act), methods=["POST"])
                for name, act in acts.items()
            ),
        ]

    async def _choices(self, _: Request) -> Response:
        return await self._reply(self._trainings.choices)

    def _acting(self, act: Callable[[Mapping[str, Any]], None]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            body = await asked_in(request)
            if isinstance(body, Response):
                return body

            def done() -> dict[str, Any]:
                act(object_in(body))
                return self._trainings.status()

            return await self._reply(done)

        return answer

    async def _reply(self, make: Callable[[], Any]) -> Response:
        try:
            return JSONResponse(await anyio.to_thread.run_sync(make, limiter=self._turn))
        except HinterlandError as error:
            return told(error)


def _word(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not value or len(value) > LONGEST_WORD:
        raise HinterlandError(f"'{key}' must be a name; got {cited(value)}")
    return value


def _options(told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    options = told.get("options", {})
    if not isinstance(options, Mapping):
        raise HinterlandError("the options are an object", 'such as {"beta": 0.5}')
    for key, value in options.items():
        if not KEY.fullmatch(key):
            raise HinterlandError(f"there is no option {cited(key)}", "hinterland options")
        values = value if isinstance(value, list) else [value]
        if len(values) > LONGEST_WORD or not all(map(_is_plain, values)):
            raise HinterlandError(f"option '{key}' is a number, a word, true or false, or a list")
    return list(options.items())


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_WORD and value.isprintable()
    return isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= LARGEST)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
