"""`hinterland.explore`: the explorer within a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hinterland.recorder import Recorder, as_autoencoder
from hinterland.run import Run
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.show.notebook import Explorer


def explore(
    run: Run | Reader | Recorder | Path | str,
    *,
    height: int = 600,
    map: str | None = None,  # noqa: A002  as the word is everywhere
    epoch: int | str | None = None,
    colour: str | None = None,
    theme: str = "auto",
    renderer: str = "auto",
    encode: Any = None,
    decode: Any = None,
    model: Any = None,
) -> Explorer:
    """Show a run's map in a notebook: every spot of it decodes under the cursor.

    >>> w = hinterland.explore("runs/mnist")           # the last line of a cell shows it
    >>> w.selection                                    # what was lassoed, as indices
    >>> w.run.images[w.selection]                      # and its pictures

    height: CSS pixels. map, epoch (`best` too) and colour: what is looked at first; by default what
    the page shows. theme: `auto` follows the notebook; or `light`, `dark`. renderer: `auto`,
    `webgl2`, or `canvas2d`, which needs no graphics processor. encode and decode, or model: what
    the run was recorded from, as `open` takes it: it answers where the run holds no graphs.

    No server is started and nothing is fetched from anywhere: the kernel hands the page its files.
    Raises HinterlandError where the package anywidget is missing, for what is no run, and for a
    map, epoch or channel that the run has not (docs/notebook.md).
    """
    try:
        from hinterland.show.notebook import Explorer
    except ModuleNotFoundError as error:
        if error.name not in {"anywidget", "ipywidgets", "traitlets"}:
            raise
        raise HinterlandError(
            f"the notebook's widget needs the package '{error.name}'",
            "pip install 'hinterland[notebook]'",
        ) from None
    recording = _run_of(run)
    asked = any(part is not None for part in (encode, decode, model))
    return Explorer(
        recording,
        as_autoencoder(recording, encode, decode, model=model) if asked else None,
        height=height,
        map=map,
        epoch=run.epoch if epoch is None and isinstance(run, Reader) else epoch,
        colour=colour,
        theme=theme,
        renderer=renderer,
    )


def _run_of(given: Run | Reader | Recorder | Path | str) -> Run:
    if isinstance(given, Run):
        return given
    if isinstance(given, Reader):
        return given.run
    if isinstance(given, Recorder):
        return given.run
    return Run.open(Path(given))
