"""What several commands are given in the same words: RUN, -o, --set, --epoch, --images."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hinterland.types import HinterlandError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PATH = click.Path(path_type=Path)


def goes_to(
    metavar: str,
    what: str,
    name: str = "path",
    required: bool = True,
) -> Decorator:
    """-o: where to."""
    return click.option(
        "-o", "--output", name, required=required, type=PATH, metavar=metavar, help=what
    )


def settings(example: str, what: str = "One of its settings.") -> Decorator:
    """--set KEY=VALUE, as often as one likes: `options`, a dictionary."""

    def read(_context: click.Context, _option: click.Parameter, asked: tuple[str, ...]) -> Any:
        return dict(_parsed(option, example) for option in asked)

    return click.option(
        "--set", "options", multiple=True, callback=read, metavar="KEY=VALUE", help=what
    )


def _parsed(option: str, example: str) -> tuple[str, Any]:
    """`beta=0.5` -> ("beta", 0.5). A value is JSON, or else a word."""
    key, equals, value = option.partition("=")
    if not equals or not key:
        raise HinterlandError(
            f"--set takes KEY=VALUE; got '{option}'", f"for example --set {example}"
        )
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _which(_context: click.Context, _option: click.Parameter, asked: str | None) -> Any:
    """A number, the word `best`, or None."""
    try:
        return asked if asked is None or asked == "best" else int(asked)
    except ValueError:
        raise click.BadParameter(f"'{asked}' is neither a number nor 'best'") from None


the_run = click.argument("run", type=PATH)
the_runs = click.argument("runs", type=PATH, nargs=-1, required=True, metavar="RUN...")
at_epoch = click.option(
    "--epoch",
    metavar="N|best",
    callback=_which,
    help="Which epoch; best: the one with the lowest held-out loss. Default: the last.",
)
images_from = click.option(
    "--images",
    "images_from",
    metavar="IMAGES",
    help="Where the images are now, if they were moved.",
)
data_dir = click.option("--data-dir", type=PATH, help="Where named data sets are looked for first.")
