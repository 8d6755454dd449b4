"""What `figure` and `movie` share: which epoch, which settings, where the data set is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hinterland.cli.given import at_epoch, data_dir, images_from, settings
from hinterland.cli.out import Out

if TYPE_CHECKING:
    from hinterland.show.reader import Reader
    from hinterland.types import Images


@dataclass(frozen=True, slots=True)
class Drawing:
    """How something is to be drawn, as typed."""

    theme: str
    epoch: int | str | None
    seed: int
    options: dict[str, Any]
    images_from: str | None
    data_dir: Path | None

    def reader(self, path: Path, out: Out) -> Reader:
        """The run at that epoch; its data set is read where it is needed, once."""
        from hinterland.cli.reading import reread
        from hinterland.run import Run
        from hinterland.show.reader import Reader

        run = Run.open(path)

        @functools.cache
        def images() -> Images:
            return reread(run, self.images_from, self.data_dir, out)

        return Reader(run, self.epoch, images)


def draws(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --theme, --epoch, --set, --seed, --images and --data-dir, as `drawing`."""

    @click.option(
        "--theme",
        default="light",
        show_default=True,
        metavar="light|dark",
        help="For paper, or for slides.",
    )
    @at_epoch
    @settings("steps=20")
    @click.option(
        "--seed",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Chooses the images that are shown.",
    )
    @images_from
    @data_dir
    @functools.wraps(command)
    def drawing(
        *args: Any,
        theme: str,
        epoch: int | str | None,
        options: dict[str, Any],
        seed: int,
        images_from: str | None,
        data_dir: Path | None,
        **kwargs: Any,
    ) -> Any:
        told = Drawing(theme, epoch, seed, options, images_from, data_dir)
        return command(*args, drawing=told, **kwargs)

    return drawing
