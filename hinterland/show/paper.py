"""What a figure is drawn on: sizes of a column, type, theme, the caption, and its bytes."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from hinterland.show.palette import MANY, Theme
from hinterland.types import HinterlandError, nearest_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hinterland.show.reader import Reader

WIDTHS = {"single": 3.5, "double": 7.0}  # inches, of one column of a paper and of both
FORMATS = ("png", "svg", "pdf")
DPI = 300
VECTORS = 20_000  # points that are drawn as vectors, at most
LEGEND = len(MANY)  # classes that a legend names, at most
SIZE = 7.0  # points, of type
FOOT = 0.07  # inches below the caption
LINE = 0.095  # inches, of the caption


@dataclass(eq=False)
class Paper:
    """Where one figure is drawn. theme, seed: as asked; say: hears notes; progress: (done, all).

    width: of the figure in inches. notes: what the caption tells besides.
    """

    theme: Theme
    seed: int = 0
    width: float = WIDTHS["double"]
    say: Callable[[str], None] = lambda _: None
    progress: Callable[[int, int], None] = lambda _done, _all: None
    notes: list[str] = field(default_factory=list)

    @property
    def rng(self) -> np.random.Generator:
        """A generator that begins at the seed, each time it is asked for."""
        return np.random.default_rng(self.seed)

    @contextmanager
    def style(self) -> Iterator[None]:
        """Matplotlib's settings, while a figure is drawn and written."""
        import matplotlib as mpl

        with mpl.rc_context(_settings(self.theme)):
            yield

    def figure(self, height: float) -> Figure:
        """An empty figure; height: inches, at most. Draw within `style`."""
        from matplotlib.figure import Figure

        return Figure(figsize=(self.width, height), layout="constrained")

    def tiles(
        self,
        axes: Axes,
        pictures: np.ndarray,
        rows: Sequence[str] = (),
        columns: Sequence[str] = (),
        *,
        gap: int | None = None,
    ) -> None:
        """Lay pictures (rows, columns, h, w, c) out on axes without a frame; NaN stays empty.

        rows, columns: what stands beside and above them. gap: pixels between them.
        """
        *_, h, w, _ = pictures.shape
        gap = max(1, round(w / 14)) if gap is None else gap
        axes.imshow(tiled(pictures, gap), interpolation="none")
        blank(axes)
        middles = np.arange(max(pictures.shape[:2]))
        if rows:
            axes.set_yticks(middles[: len(rows)] * (h + gap) + h / 2 - 0.5, rows)
        if columns:
            axes.set_xticks(middles[: len(columns)] * (w + gap) + w / 2 - 0.5, columns)
            axes.xaxis.tick_top()
        axes.tick_params(length=0, pad=3)

    def legend(self, figure: Figure, classes: Sequence[str], title: str = "") -> None:
        """Name the classes at the right; with more than a legend can hold, say so instead."""
        from matplotlib.lines import Line2D

        if not classes:
            return
        if len(classes) > LEGEND:
            self.notes.append(f"{len(classes)} classes, of {LEGEND} colours")
            return
        marks = [
            Line2D([], [], marker="o", linestyle="none", markersize=4, color=colour)
            for colour in self.theme.classes(len(classes))
        ]
        names = [textwrap.shorten(name, 22, placeholder="…") for name in classes]
        columns = 1 + (len(names) > 16)
        figure.legend(marks, names, loc="outside right center", ncols=columns, title=title or None)

    def finish(self, figure: Figure, runs: Sequence[Reader], form: str) -> bytes:
        """Write the caption below a figure, cut what is empty, and give the file's bytes."""
        caption = self.caption(runs)
        broad = int(self.width * 23)
        lines = wrapped(caption, broad)
        foot = FOOT + LINE * len(lines) + 0.04
        _fit(figure, foot)
        height = figure.get_figheight()
        text = figure.text(0.05 / self.width, FOOT / height, "\n".join(lines), linespacing=1.25)
        text.set(fontsize=5.2, color=self.theme.quiet, va="bottom", ha="left")
        written = io.BytesIO()
        program = f"hinterland {version('hinterland')}"
        told: Any = {
            "png": {"Description": caption, "Software": program},
            "svg": {"Description": caption, "Creator": program, "Date": None},
            "pdf": {"Subject": caption, "Creator": program, "CreationDate": None},
        }[form]
        figure.savefig(written, format=form, dpi=DPI, metadata=told)
        return written.getvalue()

    def caption(self, runs: Sequence[Reader]) -> str:
        """Which runs, models, epochs and seeds, and by what program."""
        named = "; ".join(f"{captioned(run)}, training seed {trained(run)}" for run in runs)
        program = f"hinterland {version('hinterland')}"
        return " · ".join([named, *self.notes, f"drawn with seed {self.seed}", program])


def wrapped(caption: str, width: int) -> list[str]:
    """Lines of so many characters, at most, none of which begins with a dot."""
    held = caption.replace(" · ", "\u00a0· ")
    return textwrap.wrap(held, width, break_on_hyphens=False)


def captioned(run: Reader) -> str:
    """A run in a line: its name, images, model and epoch."""
    spec = run.run.spec
    d = spec["model"]["latent_dim"]
    source = spec["images"]["source"]
    name = run.name if run.name == source else f"{run.name} · {source}"
    size = f"{d} latent{'s' if d > 1 else ''}"
    return f"{name} · {spec['model']['name']}, {size} · epoch {run.epoch}"


def trained(run: Reader) -> Any:
    """The seed of a run's training; a dash where it was trained elsewhere."""
    return run.run.spec["training"].get("seed", "–")


def width_of(name: str) -> float:
    """Inches of `single` or `double`, a paper's column or both."""
    if name not in WIDTHS:
        raise HinterlandError(f"there is no width '{name}'", nearest_name(str(name), WIDTHS))
    return WIDTHS[name]


def tiled(pictures: np.ndarray, gap: int) -> np.ndarray:
    """Pictures (rows, columns, h, w, c) on one: float (H, W, 4), transparent between and at NaN."""
    rows, columns, h, w, c = pictures.shape
    sheet = np.zeros((rows, h + gap, columns, w + gap, 4), np.float32)
    shown = pictures.transpose(0, 2, 1, 3, 4)
    there = np.isfinite(shown).all(-1)
    clipped = np.clip(np.where(there[..., None], shown, 0), 0, 1)
    sheet[:, :h, :, :w, :3] = np.broadcast_to(clipped, (rows, h, columns, w, 3 if c == 1 else c))
    sheet[:, :h, :, :w, 3] = there
    flat = sheet.reshape(rows * (h + gap), columns * (w + gap), 4)
    return flat[: rows * (h + gap) - gap, : columns * (w + gap) - gap]


def blank(axes: Axes) -> None:
    """Axes without frame and ticks."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _fit(figure: Figure, foot: float) -> None:
    """Lay a figure out above its foot (inches), and take away what its content leaves empty."""
    engine: Any = figure.get_layout_engine()
    height = figure.get_figheight() + foot
    for _ in range(4):
        figure.set_figheight(height)
        engine.set(rect=(0, foot / height, 1, 1 - foot / height))
        figure.draw_without_rendering()
        renderer = figure._get_renderer()  # type: ignore[attr-defined]  # noqa: SLF001
        boxes = [part.get_tightbbox(renderer) for part in (*figure.axes, *figure.legends)]
        dpi = figure.dpi
        tall = (max(b.y1 for b in boxes if b) - min(b.y0 for b in boxes if b)) / dpi
        empty = height - foot - tall - 0.1
        if empty < 0.05:
            break
        height -= empty


def _settings(theme: Theme) -> Any:
    return {
        "font.family": "DejaVu Sans",
        "font.size": SIZE,
        "axes.titlesize": SIZE,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 4,
        "axes.labelsize": SIZE,
        "axes.linewidth": 0.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.quiet,
        "axes.labelcolor": theme.ink,
        "axes.unicode_minus": True,
        "text.color": theme.ink,
        "figure.facecolor": theme.paper,
        "savefig.facecolor": theme.paper,
        "figure.dpi": 100,
        "xtick.color": theme.quiet,
        "ytick.color": theme.quiet,
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
        "xtick.labelsize": SIZE - 1,
        "ytick.labelsize": SIZE - 1,
        "xtick.major.width": 0.5,
        "ytick.major.width": 0.5,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "lines.linewidth": 1.2,
        "legend.frameon": False,
        "legend.fontsize": SIZE - 0.5,
        "legend.title_fontsize": SIZE - 0.5,
        "legend.handletextpad": 0.3,
        "legend.borderaxespad": 0.4,
        "grid.color": theme.hair,
        "grid.linewidth": 0.4,
        "image.interpolation": "none",
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "hinterland",
        "path.simplify": True,
    }
