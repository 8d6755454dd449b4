"""`hinterland options`: what --set can set."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from hinterland.cli.out import Out, speaks


@click.command("options", short_help="List what `train --set KEY=VALUE` can set for a model.")
@click.argument("model", default="vae")
@click.option("--all", "of_all", is_flag=True, help="Of every model; with --json.")
@speaks
def options(model: str, of_all: bool, out: Out) -> None:
    """List what `hinterland train --set KEY=VALUE` can set for a MODEL, and for the training."""
    if of_all:
        out.tell(_all())
        return
    told = _of_model(model) + _of_training()
    width = max(len(each["name"]) for each in told)
    lines = [f"{each['name']:{width}}  {each['default']!s:10}  {each['summary']}" for each in told]
    out.tell(told, "\n".join(lines))


def _all() -> dict[str, Any]:
    """Every model with its options and latent size, and the options of a training."""
    from hinterland.models import MAX_LATENT_DIM, MODELS, default_latent_dim

    models = [
        {
            "name": name,
            "summary": MODELS.summary(name),
            "latent_dim": default_latent_dim(name),
            "options": _of_model(name),
        }
        for name in MODELS
    ]
    return {"models": models, "training": _of_training(), "max_latent_dim": MAX_LATENT_DIM}


def _of_model(name: str) -> list[dict[str, Any]]:
    from hinterland.models import options_of
    from hinterland.models.meanings import MEANINGS

    return [
        _told(key, "model", value, MEANINGS[key], None, None)
        for key, value in options_of(name).items()
    ]


def _of_training() -> list[dict[str, Any]]:
    from hinterland.train import Settings
    from hinterland.train.settings import LEAST, WORDS

    return [
        _told(
            field.name,
            "training",
            field.default,
            field.metadata["help"],
            LEAST.get(field.name),
            WORDS.get(field.name),
        )
        for field in dataclasses.fields(Settings)
    ]


def _told(
    name: str, of: str, default: Any, summary: str, least: float | None, words: Any
) -> dict[str, Any]:
    """kind: what a value is; least: of a number; words: those that there are."""
    kinds = {bool: "yes or no", int: "whole number", float: "number", str: "word"}
    told = {"name": name, "of": of, "default": default, "summary": summary}
    told["kind"] = kinds.get(type(default), "list")
    return told | ({} if least is None else {"least": least}) | ({"words": words} if words else {})
