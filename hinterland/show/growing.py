"""A run that may still be in training, as a scene that grows with it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from hinterland.chart import followed, refresh
from hinterland.run import Run
from hinterland.scene import MEASURES, Growth, Maker, Scene, compose
from hinterland.show.faults import MOST, scrubbed
from hinterland.types import HinterlandError

NEIGHBOURS = "neighbours.safetensors"  # of the newest epoch, whichever that is
PAUSE = 5  # seconds until what could not be compiled is tried again


class Growing:
    """The scene of a run, compiled again when the run has grown. For one thread at a time.

    While something trains, only what is new is laid out, and nothing but a first map is written:
    flat maps get a frame for each new epoch beside the last, in memory; who trains lays all of them
    out at the end. questions: what can be asked of its model.
    """

    def __init__(self, run: Run, questions: Collection[str] = ()) -> None:
        self.run = run
        self.questions = questions
        self.version = ""  # another one where scene.json is another
        self.scene = Scene({})
        self._growth = Growth({}, {})
        self._measured: int | None = None
        self._points: dict[str, np.ndarray] = {}  # the newest frame of each map
        self._keys: dict[str, Any] = {}  # of the maps in the scene
        self._fault: HinterlandError | None = None
        self._gone = False
        self._later = 0.0  # nothing is compiled before then
        self._told = self._progress()
        if not self.training and self._epochs():
            for _ in refresh(run):
                pass
        self._seen = self._seeing()
        self._begin()

    @property
    def training(self) -> bool:
        """Whether something trained into the run when it was last looked at."""
        return bool(self._told["state"] == "training")

    def look(self) -> bool:
        """Look at the run's folder, which takes a millisecond; True where the scene is another."""
        if self._is_gone():
            return False
        self._told = self._progress()
        seen = self._seeing()
        if seen == self._seen or time.monotonic() < self._later:
            return False
        before, self._seen = self._seen, seen
        version = self.version
        try:
            if before[1] != seen[1] or not self._growth.maps:
                self._begin()
            else:
                self._compile()
            self._fault = None
        except (HinterlandError, OSError) as error:
            self._fault = _told_of(error)  # what was there stays
            self._seen, self._later = before, time.monotonic() + PAUSE
        return self.version != version

    def status(self) -> dict[str, Any]:
        """How the training fares (docs/formats.md, Status)."""
        told = {"version": self.version, **self._told}
        if self._fault:
            told |= {"error": self._fault.message, "hint": self._fault.hint}
        for key in ("error", "hint"):
            if key in told:
                told[key] = scrubbed(str(told[key]))[:MOST]
        return told

    def _is_gone(self) -> bool:
        """Whether the run was removed; what is known of it stays, and it may come back."""
        was, self._gone = self._gone, not (self.run.path / "run.json").is_file()
        if self._gone:
            self._fault = HinterlandError(
                f"the run '{self.run.path.name}' is not in its folder any more",
                "what is on the page stays; put the folder back, and it goes on",
            )
            if self.training:
                self._told["state"] = "died"
        elif was:
            self._fault = None
        return self._gone

    def _seeing(self) -> tuple[frozenset[int], dict[str, int], bool, bool]:
        """What the scene is made of: epochs, maps, the classifier, and whether more will come."""
        maps = {}
        for path in (self.run.path / "maps").glob("[!.]*/map.json"):
            try:
                maps[path.parent.name] = path.stat().st_mtime_ns
            except OSError:
                maps[path.parent.name] = 0  # it is just being replaced
        named = (self.run.path / "model" / "classifier.json").is_file()
        return self._epochs(), maps, named, self.training

    def _epochs(self) -> frozenset[int]:
        try:
            found = [entry.name for entry in (self.run.path / "epochs").iterdir()]
        except OSError:
            return frozenset()
        return frozenset(int(name) for name in found if name.isdecimal())

    def _progress(self) -> dict[str, Any]:
        told = self.run.progress()
        newest = max(self._epochs(), default=None)
        goal = self.run.spec["training"]["epochs"]
        if "state" not in told:
            told["state"] = "finished" if newest is not None and newest >= goal else "stopped"
        told.setdefault("epochs", goal)
        told["newest"] = newest
        if newest is not None:
            manifest = self.run.path / "epochs" / f"{newest:04}" / "manifest.json"
            try:
                told["committed"] = manifest.stat().st_mtime
            except OSError:
                told["committed"] = time.time()
        return told

    def _begin(self) -> None:
        """Take the maps that are on the disk; make the first where there is none yet."""
        if not self.run.maps() and self.run.epochs:
            for _ in refresh(self.run):
                pass
            self._seen = self._seeing()
        maps = self.run.maps()
        self._points = {}
        for name, told in maps.items():
            newest = self.run.path / "maps" / name / f"{max(told['epochs']):04}.safetensors"
            try:
                self._points[name] = load(newest.read_bytes())["points"]
            except (OSError, SafetensorError):
                continue  # a damaged map is one that does not grow
        self._growth = Growth(maps, {})
        self._compile()

    def _compile(self) -> None:
        self._follow()
        newest = max((max(told["epochs"]) for told in self._growth.maps.values()), default=None)
        measured = self._measured
        if not self.training or measured is None:
            self._measured = newest  # and there it stays while something trains
        growth = replace(self._growth, calm=not self.training, measured=self._measured)
        scene = compose(self.run, live=self.questions, growth=growth)
        described = scene.files["scene.json"]()
        keys = {name: told.get("key") for name, told in growth.maps.items()}
        anew = {f"maps/{name}" for name in keys if keys[name] != self._keys.get(name)}
        if measured != self._measured:
            anew.add(MEASURES)
        files: dict[str, Maker] = {}
        for path, make in scene.files.items():
            stays = path != NEIGHBOURS and not {path, path.rpartition("/")[0]} & anew
            files[path] = self.scene.files.get(path, make) if stays else make
        files["scene.json"] = partial(bytes, described)
        self.scene, self._keys = Scene(files), keys
        self.version = hashlib.sha256(described).hexdigest()[:16]

    def _follow(self) -> None:
        """Lay out what came since on every flat map."""
        maps, frames = dict(self._growth.maps), dict(self._growth.frames)
        for name in self._points:
            if "settings" not in maps[name]:
                continue
            maps[name], more = followed(self.run, name, maps[name], self._points[name])
            frames |= {(name, epoch): save(tensors) for epoch, tensors in more.items()}
            if more:
                self._points[name] = more[max(more)]["points"]
        self._growth = Growth(maps, frames)


def _told_of(error: HinterlandError | OSError) -> HinterlandError:
    if isinstance(error, HinterlandError):
        return error
    return HinterlandError(
        f"the run's files cannot be read: {error.strerror}",
        "what is on the page stays; it is tried again every few seconds",
    )
