"""What movies have in common: a screen, frames between epochs, and the maps of all epochs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hinterland.show.making import within
from hinterland.show.palette import Theme
from hinterland.show.paper import Paper, wrapped
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, Layout

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 120
FRAMES = 110  # of a movie through all epochs, about
LONGEST = 1500  # frames


@dataclass(frozen=True, slots=True)
class Reel:
    """How many frames there will be, and the frames, uint8 (h, w, 3)."""

    count: int
    frames: Iterator[np.ndarray]


@dataclass(frozen=True, slots=True)
class AbstractMovie(ABC):
    """A movie; its fields are what `--set` sets. size: pixels across."""

    size: int = 480

    @property
    def inches(self) -> float:
        within(self.size, 160, 3840, "size")
        return self.size / DPI

    @abstractmethod
    def play(self, paper: Paper, run: Reader) -> Reel:
        """Prepare it, and draw frame by frame. Raises HinterlandError where it cannot be."""


class Screen:
    """A figure that is drawn again and again: a headline, what moves, and the caption below.

    inner: pixels of height for what moves.
    """

    HEAD, LINE = 24, 10  # pixels of the headline, and of each line of the caption

    def __init__(self, theme: Theme, width: int, inner: int, caption: str) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        lines = wrapped(caption, width // 5)
        self._foot = 10 + self.LINE * len(lines)
        # H.264 wants even sides
        self._across, self._high = width // 2 * 2, (inner + self.HEAD + self._foot) // 2 * 2
        self.figure: Figure = Figure(figsize=(self._across / DPI, self._high / DPI), dpi=DPI)
        self._canvas: Any = FigureCanvasAgg(self.figure)
        self.theme = theme
        text = self.figure.text(0.02, 5 / self._high, "\n".join(lines), va="bottom", ha="left")
        text.set(fontsize=5, color=theme.quiet)

    def axes(self, left: float = 0.02, width: float = 0.96) -> Axes:
        """Axes between headline and caption; left, width: shares of the whole width."""
        inner = self._high - self.HEAD - self._foot
        place = (left, self._foot / self._high, width, inner / self._high)
        return self.figure.add_axes(place)

    def shot(self) -> np.ndarray:
        """What is on it now: uint8 (h, w, 3), both even."""
        self._canvas.draw()
        shown: np.ndarray = np.asarray(self._canvas.buffer_rgba())[..., :3].copy()
        return shown

    def headline(self, text: str = "") -> Any:
        """A line at the top left, to be set frame by frame."""
        return self.figure.text(
            0.02,
            1 - 6 / self._high,
            text,
            va="top",
            ha="left",
            fontsize=8 if self._across > 300 else 7,
        )

    def classes(self, names: Sequence[str]) -> None:
        """The classes' names, each in its colour, at the right, where there is room for them."""
        step = 14
        if step * len(names) > self._high / 2:
            return
        colours = self.theme.classes(len(names))
        for i, (name, colour) in enumerate(zip(names, colours, strict=True)):
            y = 1 - (self.HEAD + 4 + step * i) / self._high
            text = self.figure.text(0.985, y, f"{name[:14]} ●", color=colour)
            text.set(ha="right", va="top", fontsize=6.5)


class Charted(NamedTuple):
    """A map of an epoch."""

    run: Reader
    layout: Layout


def charted(run: Reader, name: str, dims: int) -> list[Charted]:
    """The epochs of a run laid out, oldest first, each beside the next.

    name: of one of the run's maps; by default one of its latents that has most epochs and leads
    back exactly, else the latents as they are or their principal components, epoch by epoch.
    """
    maps = run.run.maps()
    if not name:
        fit = [
            (len(told["epochs"]), each)
            for each, told in maps.items()
            if told["dims"] == dims and told["way"] == "flat" and told.get("of") == "latents"
        ]
        name = max(fit, default=(0, ""))[1]
    if name and name not in maps:
        run.charted(name, dims)  # says which there are
    if name:
        found = [run.at(epoch) for epoch in maps[name]["epochs"]]
        return [Charted(each, each.charted(name, dims)) for each in found]
    return [Charted(each, each.layout("", dims)[0]) for each in sound(run)]


def sound(run: Reader) -> list[Reader]:
    """The epochs whose codes can be read and are finite. Raises HinterlandError for none."""
    found = []
    for epoch in run.epochs:
        try:
            each = run.at(epoch)
            _ = each.latents
        except HinterlandError:
            continue
        found.append(each)
    if not found:
        raise HinterlandError(f"no epoch of {run.run.path} is whole and finite")
    return found


def eased(steps: int, hold: int, between: int = 0) -> list[tuple[int, float]]:
    """(step, part): which epoch a frame leaves, and how far it is towards the next, in [0, 1).

    steps: how many epochs. It slows down at each, and holds the last one for `hold` frames.
    """
    between = between or int(np.clip(round(FRAMES / max(1, steps - 1)), 3, 14))
    if steps * between + hold > LONGEST:
        raise HinterlandError(f"a movie has at most {LONGEST} frames", "--set between=2")
    part = np.arange(between) / between
    smooth = part * part * (3 - 2 * part)
    moved = [(i, float(share)) for i in range(steps - 1) for share in smooth]
    return [*moved, *[(steps - 1, 0.0)] * max(1, hold)]


def told_of(run: Reader, epoch: int) -> str:
    """`epoch 3 of 20 · held-out loss 148.2`."""
    words = f"epoch {epoch} of {run.epochs[-1]}"
    losses = run.run.manifest(epoch).get("losses") or {}
    loss = losses.get("validation")
    return words if loss is None else f"{words} · held-out loss {loss:.4g}"
