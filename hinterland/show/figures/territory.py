"""Which class the decoder paints where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hinterland.show import field, grid
from hinterland.show.cloud import colours, dots, frame_of_map
from hinterland.show.figures.base import AbstractFigure
from hinterland.show.making import chosen
from hinterland.show.paper import Paper
from hinterland.show.reader import Reader

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVER = ("pictures", "points", "none")


@dataclass(frozen=True, slots=True)
class Territory(AbstractFigure):
    """Every spot of the map decoded and named by the run's classifier: a colour for each class.

    The surer the classifier, the fuller the colour; lines part the classes. steps: spots across.
    over: what lies on it: decoded `pictures`, the images' `points`, or `none`. pictures: across.
    map: one of the run's; by default two latents as they are, or the principal components of more.
    """

    steps: int = 120
    over: str = "pictures"
    pictures: int = 18
    map: str = ""

    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        grid.steps_of(self.steps)
        grid.steps_of(self.pictures, 60)
        chosen(self.over, OVER, "layer over a territory:")
        layout, name = run.layout(self.map)
        cells = grid.over(layout, self.steps)
        named = field.territory(run, cells, paper.progress)
        figure = paper.figure(paper.width * 1.1)
        axes = figure.subplots()
        axes.imshow(
            named.colours(paper.theme),
            extent=cells.extent,
            interpolation="bilinear",
            aspect="auto",
        )
        field.borders(axes, cells, named, paper.theme.paper)
        if self.over == "points":
            dots(axes, layout.points, colours(run, paper.theme).rgb * 0.75, paper)
        elif self.over == "pictures":
            h, w, _ = run.shape
            few = grid.over(layout, self.pictures, aspect=h / w, inside=cells.extent)
            ink = field.inked(few.decoded(run), paper.theme)
            axes.imshow(ink, extent=cells.extent, interpolation="none", aspect="auto")
        frame_of_map(axes, cells.extent, name)
        paper.legend(figure, run.classes, "decoded as")
        field.sureness(figure, axes, paper.theme, len(run.classes))
        accuracy = named.accuracy
        told = "" if accuracy is None else f" (right for {accuracy:.1%} of held-out images)"
        paper.notes.append(f"classifier's confidence{told}")
        if name not in ("latents", "pca"):
            paper.notes.append(f"map {name}")
        return figure
