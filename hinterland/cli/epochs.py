"""What commands that look at one epoch share: --epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def at_epoch(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --epoch: a number, `best`, or None for the last."""
    return click.option(
        "--epoch",
        metavar="N|best",
        callback=_which,
        help="Which epoch; best: the one with the lowest held-out loss. Default: the last.",
    )(command)


def _which(
    _context: click.Context, _option: click.Parameter, asked: str | None
) -> int | str | None:
    """A number, or the word `best`."""
    try:
        return asked if asked is None or asked == "best" else int(asked)
    except ValueError:
        raise click.BadParameter(f"'{asked}' is neither a number nor 'best'") from None
