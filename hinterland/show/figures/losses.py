"""The losses of a training, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import chosen
from hinterland.show.paper import Paper, captioned
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SCALES = ("auto", "linear", "log")
MOST = 8  # curves that colours tell apart
SPREAD = 30.0  # times the least loss, from where a logarithm shows more


@dataclass(frozen=True, slots=True)
class Losses(AbstractFigure):
    """Training and held-out loss of every epoch, of one run or several; the best epoch marked.

    scale: `linear`, `log`, or what suits. untrained: whether epoch 0, the untrained model, is
    drawn; its loss is often so large that nothing else is seen.
    """

    width: str = "single"
    scale: str = "auto"
    untrained: bool = False

    most = MOST

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        chosen(self.scale, SCALES, "scale")
        figure = paper.figure(paper.width * (0.62 if paper.width < 4 else 0.45))
        axes = figure.subplots()
        curves(axes, paper, [run, *others], scale=self.scale, untrained=self.untrained)
        return figure


def curves(
    axes: Axes, paper: Paper, runs: list[Reader], *, scale: str = "auto", untrained: bool = False
) -> None:
    """Draw the losses of runs on axes. Raises HinterlandError where one knows none."""
    from matplotlib.lines import Line2D
    from matplotlib.ticker import MaxNLocator

    told, marks, drawn = list[float](), [], set[str]()
    colours = paper.theme.classes(8)
    colours = [colours[i] for i in (4, 5, 2, 0, 1, 6, 7, 3)]  # the clearest on paper first
    if paper.theme.name == "dark":
        colours = [colours[i] for i in (4, 3, 2, 1, 5, 0, 6, 7)]
    for run, colour in zip(runs, colours, strict=False):
        losses = _known(run)
        kept = [each for each in losses if untrained or each[0] > 0] or losses
        for name, style in (("train", "--"), ("validation", "-")):
            points = [(epoch, part[name]) for epoch, part in kept if part.get(name) is not None]
            if points:
                drawn.add(style)
                mark = "o" if len(points) == 1 else ""
                axes.plot(*zip(*points, strict=True), style, color=colour, marker=mark)
                told += [loss for _, loss in points]
        best = [
            (part["validation"], epoch)
            for epoch, part in kept
            if part.get("validation") is not None
        ]
        if best:
            loss, epoch = min(best)
            axes.plot([epoch], [loss], "o", color=colour, markersize=3.5)
            text = axes.annotate(
                f"{loss:.4g}", (epoch, loss), xytext=(0, -4), textcoords="offset points"
            )
            text.set(ha="right", va="top", fontsize=6)
        marks.append(Line2D([], [], color=colour, label=captioned(run)))
    wide = min(told) > 0 and max(told) > SPREAD * min(told)
    axes.set_yscale("log" if scale == "log" or (scale == "auto" and wide) else "linear")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.margins(y=0.12)
    axes.grid(axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    quiet = paper.theme.quiet
    styles = [
        Line2D([], [], color=quiet, linestyle="--", label="training"),
        Line2D([], [], color=quiet, linestyle="-", label="held out, best marked"),
    ]
    styles = [line for line in styles if line.get_linestyle() in drawn]
    axes.legend(
        handles=[*(marks if len(runs) > 1 else []), *styles], loc="upper right", handlelength=2.4
    )


def _known(run: Reader) -> list[tuple[int, dict[str, Any]]]:
    """The epochs that have a loss, and their losses. Raises HinterlandError without any."""
    told = [(line["epoch"], line["losses"] or {}) for line in run.run.losses()]
    known = [(epoch, part) for epoch, part in told if any(v is not None for v in part.values())]
    if not known:
        raise HinterlandError(
            f"{run.run.path} knows no losses",
            "its model came ready made, or nothing was trained yet and nothing is held out",
        )
    return known
