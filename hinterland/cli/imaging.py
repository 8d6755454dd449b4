"""What every command that reads images shares: how they are converted, and progress."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import click

from hinterland.cli.out import Out
from hinterland.types import HinterlandError

QUIET_FOR = 5.0  # seconds between two lines where there is no terminal
TRAITS = {
    "transparent": "transparent, laid on {}",
    "turned": "turned upright, as their EXIF says",
    "moving": "moving, of which the first frame is taken",
}


def converts(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --size, --mode, --fit and --background, and a `Conversion` of that name."""

    @click.option("--size", metavar="SIDE|WIDTHxHEIGHT", help="Pixels of every picture.")
    @click.option("--mode", metavar="rgb|grey", help="Default: grey where all pictures are.")
    @click.option(
        "--fit",
        default="crop",
        show_default=True,
        metavar="crop|pad|stretch",
        help="Keep the middle, or everything with borders, or everything distorted.",
    )
    @click.option(
        "--background",
        default="white",
        show_default=True,
        metavar="black|white|#rrggbb",
        help="What lies behind transparency and in borders.",
    )
    @functools.wraps(command)
    def converting(
        *args: Any, size: str | None, mode: str | None, fit: str, background: str, **kwargs: Any
    ) -> Any:
        from hinterland.data.convert import Conversion

        sides = None if size is None else _sides(size)
        conversion = Conversion(sides, mode, fit, background)
        return command(*args, conversion=conversion, **kwargs)

    return converting


def _sides(text: str) -> tuple[int, int]:
    """`64` or `64x48` (width and height, as pictures are measured) -> (h, w)."""
    told = re.fullmatch(r"(\d{1,5})(?:[x×](\d{1,5}))?", text.strip().lower())
    if told is None:
        raise HinterlandError(
            f"'{text}' is not a size", "--size 64 for squares, --size 64x48 for 64 wide, 48 high"
        )
    w = int(told[1])
    return (w if told[2] is None else int(told[2])), w


class CountingProgress:
    """Shows (done, all) on stderr with the time left: a bar, or a line now and then."""

    def __init__(self, out: Out, doing: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        console = Console(stderr=True)
        self._shown = console.is_terminal and not out.quiet
        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            console=console,
            disable=not self._shown,
            transient=True,
        )
        self._task = self._bar.add_task(doing, total=None)
        self._out, self._doing = out, doing
        self._begun = self._last = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, done: int, n: int) -> None:
        self._bar.update(self._task, completed=done, total=n)
        now = time.monotonic()
        if not self._shown and now - self._last > QUIET_FOR and done:
            self._last = now
            left = (now - self._begun) * (n - done) / done
            self._out.say(f"{self._doing} {done:,} of {n:,}, {left:.0f} s left")
