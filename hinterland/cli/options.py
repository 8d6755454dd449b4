"""`hinterland options`: what --set can set."""

from __future__ import annotations

import dataclasses

import click

from hinterland.cli.out import Out, speaks


@click.command("options")
@click.argument("model", default="vae")
@speaks
def options(model: str, out: Out) -> None:
    """List what `hinterland train --set KEY=VALUE` can set for a MODEL, and for the training."""
    from hinterland.models import options_of
    from hinterland.train import Settings

    told = [
        {"name": name, "of": "model", "default": value, "summary": f"of {model}"}
        for name, value in options_of(model).items()
    ]
    for field in dataclasses.fields(Settings):
        summary = field.metadata["help"]
        told.append(
            {"name": field.name, "of": "training", "default": field.default, "summary": summary}
        )
    width = max(len(each["name"]) for each in told)
    lines = [f"{each['name']:{width}}  {each['default']!s:10}  {each['summary']}" for each in told]
    out.tell(told, "\n".join(lines))
