"""The notebook's widget: the page's explorer, with the kernel in place of a server."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import anywidget
import numpy as np
import traitlets

from hinterland.chart import refresh
from hinterland.live import Live
from hinterland.run import Run
from hinterland.scene import compose
from hinterland.show.built import WIDGET, check_built
from hinterland.show.reader import Reader
from hinterland.show.replies import Replies, shared
from hinterland.show.site import gather, names_of
from hinterland.show.still import still
from hinterland.show.traits import INDICES, LATENT, PIN, Checked, chosen, latent_of
from hinterland.types import Autoencoder, HinterlandError, nearest_name

DISTORTION = "distortion"  # the page measures it, where a map loses something
THEMES = ("auto", "light", "dark")
RENDERERS = ("auto", "webgl2", "canvas2d")
HEIGHTS = 200, 4000

Undo = Callable[[], None]


class Explorer(anywidget.AnyWidget):
    """A run's map in a notebook. `hinterland.explore` makes one.

    What is looked at can be read, set and observed (`observe`, or the `on_…` methods):

    map, epoch, colour: names and a number; colour None: all points alike.
    selection: int64 (m,), rising; set from indices, a mask, or None.
    cursor: float32 (d,), the latent under the cursor, 20 times a second at most; or None.
    pinned: an image's index, a latent float32 (d,), or None.
    view: all of it, as the page's address holds it. theme, height: as `explore` takes them.

    Setting what the run does not have raises HinterlandError at once.
    """

    map = Checked("_map", (lambda value, _: value, lambda value, _: value))
    epoch = Checked("_epoch", (lambda value, _: value, lambda value, _: value))
    colour = Checked("_colour", (lambda value, _: value, lambda value, _: value))
    view = Checked("_view", (lambda value, _: value, lambda value, _: value))
    selection = Checked("_selection", INDICES)
    cursor = Checked("_cursor", LATENT)
    pinned = Checked("_pinned", PIN)
    theme = Checked("_theme", (lambda value, _: value, lambda value, _: value))
    height = Checked("_height", (lambda value, _: value, lambda value, _: value))
    renderer = traitlets.Unicode("auto", read_only=True).tag(sync=True)
    _edition = traitlets.Int(0).tag(sync=True)
    # Kept with the notebook where its widgets' state is: what is seen until a kernel answers.
    _still = traitlets.Bytes(b"").tag(sync=True)
    _reader: Reader

    def __init__(
        self,
        run: Run,
        model: Autoencoder | None = None,
        *,
        height: int = 600,
        map: str | None = None,  # noqa: A002
        epoch: int | str | None = None,
        colour: str | None = None,
        theme: str = "auto",
        renderer: str = "auto",
    ) -> None:
        check_built(WIDGET)
        if renderer not in RENDERERS:
            raise HinterlandError(
                f"there is no renderer '{renderer}'", f"known: {', '.join(RENDERERS)}"
            )
        self._esm = WIDGET.read_text(encoding="utf-8")
        self._recording, self._foreign = run, model
        self._compose()
        first = map if map is not None else next(iter(self._maps))
        labelled = "label" if "label" in self._colours else None
        super().__init__(
            map=first,
            epoch=epoch if epoch is not None else self._maps.get(first, [0])[-1],
            colour=labelled if colour is None else colour or None,
            view="",
            selection=None,
            cursor=None,
            pinned=None,
            theme=theme,
            height=height,
        )
        self.set_trait("renderer", renderer)
        self._still = self._picture()
        self.observe(self._follow_map, "map")
        self.on_msg(self._reply)

    @property
    def run(self) -> Reader:
        """The run at the epoch that is looked at: `w.run.images[w.selection]`."""
        reader: Reader = self._reader
        if reader.epoch != self.epoch:
            reader = self._reader = reader.at(self.epoch)
        return reader

    def on_select(self, call: Callable[[np.ndarray], object]) -> Undo:
        """Call with the selection whenever it changes. Gives what undoes it; so do the others."""
        return self._on("selection", call)

    def on_hover(self, call: Callable[[np.ndarray | None], object]) -> Undo:
        """Call with the latent under the cursor, 20 times a second at most."""
        return self._on("cursor", call)

    def on_pin(self, call: Callable[[int | np.ndarray | None], object]) -> Undo:
        """Call with what is pinned: an image's index, a latent, or None."""
        return self._on("pinned", call)

    def refresh(self) -> None:
        """Read the run again, with the epochs and maps that it got since; the view stays."""
        self._compose()
        self._edition += 1

    def _on(self, name: str, call: Callable[[Any], object]) -> Undo:
        def hear(change: Any) -> None:
            call(change["new"])

        self.observe(hear, name)
        return lambda: self.unobserve(hear, name)

    def _compose(self) -> None:
        for _ in refresh(self._recording):
            pass
        run = self._recording
        live = Live(run, self._foreign)
        scene = compose(run, live=live.questions)
        (name,) = names_of([run.path])
        described = scene.files["scene.json"]()
        self._replies = shared(
            (run.path.resolve(), described, id(self._foreign)),
            lambda: Replies(gather({name: scene}), {name: live}),
        )
        told = json.loads(described)
        self._n, self._d = told["images"]["n"], told["model"]["latent_dim"]
        self._maps = {one["name"]: one["epochs"] for one in told["maps"]}
        loses = any(
            one["way"] != "flat" or one["dims"] < self._d or one.get("of") == "pixels"
            for one in told["maps"]
        )
        self._colours = [one["name"] for one in told["channels"]] + [DISTORTION] * loses
        self._reader = Reader(run)

    def _reply(self, _: Any, asked: Any, __: Any) -> None:
        for told, buffers in self._replies.to(asked):
            self.send(told, buffers)

    def _follow_map(self, change: Any) -> None:
        """A map that lacks the epoch shows the nearest that it has, as on the page."""
        epochs = self._maps[change["new"]]
        if self.epoch not in epochs:
            self.epoch = min(epochs, key=lambda epoch: (abs(epoch - self.epoch), -epoch))

    def _map(self, name: Any) -> str:
        if not isinstance(name, str) or name not in self._maps:
            raise HinterlandError(f"there is no map '{name}'", nearest_name(str(name), self._maps))
        return name

    def _epoch(self, epoch: Any) -> int:
        if epoch == "best":
            return self._recording.best()
        return self._recording.known(epoch)

    def _colour(self, name: Any) -> str | None:
        if name is not None and name not in self._colours:
            raise HinterlandError(
                f"there is no channel '{name}'", nearest_name(str(name), self._colours)
            )
        return None if name is None else str(name)

    def _selection(self, given: Any) -> np.ndarray:
        return chosen(given, self._n)

    def _cursor(self, given: Any) -> np.ndarray | None:
        return None if given is None else latent_of(given, self._d)

    def _pinned(self, given: Any) -> int | np.ndarray | None:
        if given is None:
            return None
        if isinstance(given, int | np.integer) and not isinstance(given, bool):
            return int(chosen([given], self._n)[0])
        return latent_of(given, self._d)

    def _view(self, given: Any) -> str:
        told = dict(parse_qsl(str(given).removeprefix("#"), keep_blank_values=True))
        if "map" in told:
            self._map(told["map"])
        if told.get("epoch", "").isdigit():
            self._epoch(int(told["epoch"]))
        if told.get("colour"):
            self._colour(told["colour"])
        return str(given).removeprefix("#")

    def _theme(self, name: Any) -> str:
        if name not in THEMES:
            raise HinterlandError(f"there is no theme '{name}'", f"known: {', '.join(THEMES)}")
        return str(name)

    def _height(self, pixels: Any) -> int:
        low, high = HEIGHTS
        if not isinstance(pixels, int) or not low <= pixels <= high:
            raise HinterlandError(f"height must be {low} to {high} pixels; it is {pixels!r}")
        return pixels

    def _repr_mimebundle_(self, **more: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """With a still picture and a sentence, for where there is no kernel."""
        bundle = super()._repr_mimebundle_(**more)
        if bundle is None:
            return None
        data, metadata = bundle
        data["text/plain"] = repr(self)
        picture = self._picture()
        if picture:
            data["image/png"] = base64.b64encode(picture).decode()
        return data, metadata

    def _picture(self) -> bytes:
        """The map as it is now; nothing where its frame is damaged, which is no reason to fail."""
        try:
            return still(self.run, self.map, theme="dark" if self.theme == "dark" else "light")
        except HinterlandError:
            return b""

    def __repr__(self) -> str:
        path = str(self._recording.path)
        return (
            f"Explorer of {path}: map '{self.map}', epoch {self.epoch}. "
            f"It moves while its kernel runs: hinterland.explore({path!r})"
        )
