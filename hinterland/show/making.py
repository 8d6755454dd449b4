"""Making a member of a family of figures or movies with the settings that were asked for."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from hinterland.types import HinterlandError, Registry, nearest_name

KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def made(family: Registry, name: str, options: Mapping[str, Any]) -> Any:
    """A member with its settings. Raises HinterlandError for an unknown name or setting."""
    member = family[name]
    known = inspect.signature(member).parameters
    settings = {}
    for key, value in options.items():
        if key not in known:
            raise HinterlandError(
                f"{family.kind} '{name}' has no option '{key}'", nearest_name(key, known)
            )
        kind = type(known[key].default)
        if kind is str and type(value) in (int, float):  # a class may be called 7
            settings[key] = str(value)
            continue
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise HinterlandError(
                f"option '{key}' of {family.kind} '{name}' is {KINDS[kind]}; got {value!r}",
                f"for example --set {key}={str(known[key].default).lower()}",
            )
        settings[key] = value
    return member(**settings)


def options_of(family: Registry, name: str) -> dict[str, Any]:
    """The settings of a member and their defaults."""
    return {k: v.default for k, v in inspect.signature(family[name]).parameters.items()}


def form_of(path: Path, forms: Collection[str]) -> str:
    """What kind of file a name asks for, where it can be written. Raises HinterlandError if not."""
    form = path.suffix.lower().removeprefix(".")
    named = ", ".join(f".{each}" for each in forms)
    if form not in forms:
        raise HinterlandError(
            f"{path} does not end in {named}", f"for example -o {path.stem or 'file'}.{min(forms)}"
        )
    if path.is_dir() or not path.absolute().parent.is_dir():
        there = "it is a folder" if path.is_dir() else "its folder is not there"
        raise HinterlandError(f"{path} cannot be written: {there}", "choose another -o")
    return form


def chosen(value: str, known: Collection[str], what: str) -> str:
    """One of a few words. Raises HinterlandError for another."""
    if value not in known:
        raise HinterlandError(f"there is no {what} '{value}'", nearest_name(value, known))
    return value


def within(value: float, least: float, most: float, what: str) -> None:
    """Raise HinterlandError where a number is not from `least` to `most`."""
    if not least <= value <= most:
        raise HinterlandError(f"{what} is from {least:g} to {most:g}; got {value:g}")
