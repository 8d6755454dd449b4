"""What `figure` and `movie` share: which epoch, which settings, where the data set is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hinterland.cli.epochs import at_epoch
from hinterland.cli.out import Out
from hinterland.cli.setting import parsed

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
    @click.option(
        "--set", "options", multiple=True, metavar="KEY=VALUE", help="One of its settings."
    )
    @click.option(
        "--seed",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Chooses the images that are shown.",
    )
    @click.option("--images", "images_from", help="Where the images are now, if they were moved.")
    @click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        help="Where named data sets are looked for first.",
    )
    @functools.wraps(command)
    def drawing(
        *args: Any,
        theme: str,
        epoch: int | str | None,
        options: tuple[str, ...],
        seed: int,
        images_from: str | None,
        data_dir: Path | None,
        **kwargs: Any,
    ) -> Any:
        asked = dict(parsed(option, "steps=20") for option in options)
        told = Drawing(theme, epoch, seed, asked, images_from, data_dir)
        return command(*args, drawing=told, **kwargs)

    return drawing
