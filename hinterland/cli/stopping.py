"""Ctrl-C and its kin: the first asks to stop between two steps, the second stops at once."""

from __future__ import annotations

import contextlib
import os
import signal
from types import FrameType
from typing import Any, Self

import click

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
SIGNALS = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]


class Stopping:
    """While it holds, signals are noted in `asked` instead of breaking off what is under way."""

    def __init__(self) -> None:
        self.asked: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def exit_code(self) -> int:
        assert self.asked is not None, "nothing asked to stop"
        return 128 + self.asked

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked is not None:
            # committed epochs are whole whatever happens, so leaving at once is safe
            os._exit(128 + number)
        self.asked = number
        with contextlib.suppress(OSError):  # whoever read it may be gone
            click.echo("\nsaving … (again: leave at once)", err=True)
