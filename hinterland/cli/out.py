"""What a command says: data on stdout, messages on stderr."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Out:
    """How this command was asked to speak."""

    quiet: bool = False
    as_json: bool = False

    def say(self, message: str = "") -> None:
        """A message for a person, on stderr; not with --quiet."""
        if not self.quiet:
            click.echo(message, err=True)

    def tell(self, told: Mapping[str, Any] | list[Any], text: str = "") -> None:
        """The result, on stdout: the JSON object with --json, else the text."""
        if self.as_json:
            click.echo(json.dumps(told, ensure_ascii=False))
        elif text:
            click.echo(text)

    def then(self, *commands: str) -> None:
        """The next commands to try."""
        for command in commands:
            self.say(f"next: {command}")


def speaks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --json, --quiet and --debug, and an `Out` as its argument `out`."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
    @click.option("-q", "--quiet", is_flag=True, help="No messages and no progress.")
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @functools.wraps(command)
    def speaking(*args: Any, as_json: bool, quiet: bool, debug: bool, **kwargs: Any) -> Any:
        del debug  # read where errors are told, in main
        return command(*args, out=Out(quiet, as_json), **kwargs)

    return speaking
