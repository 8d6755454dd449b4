"""What there is, one line each: models, projections, figures, movies, conversions, datasets."""

from __future__ import annotations

import click

from hinterland.cli.out import Out, speaks
from hinterland.types import Registry


@click.command("models")
@speaks
def models(out: Out) -> None:
    """List the models."""
    from hinterland.models import MODELS

    _list(MODELS, out)


@click.command("projections")
@speaks
def projections(out: Out) -> None:
    """List the projections."""
    from hinterland.project import PROJECTIONS

    _list(PROJECTIONS, out)


@click.command("figures")
@speaks
def figures(out: Out) -> None:
    """List the figures."""
    from hinterland.show.figures import FIGURES

    _list(FIGURES, out)


@click.command("movies")
@speaks
def movies(out: Out) -> None:
    """List the movies."""
    from hinterland.show.movies import MOVIES

    _list(MOVIES, out)


@click.command("conversions")
@speaks
def conversions(out: Out) -> None:
    """List what a run can be converted to, for other programs."""
    from hinterland.show.conversions import CONVERSIONS

    _list(CONVERSIONS, out)


@click.command("datasets")
@speaks
def datasets(out: Out) -> None:
    """List the data sets that have a name."""
    from hinterland.data import DATASETS

    _list(DATASETS, out)


def _list(members: Registry, out: Out) -> None:
    told = [{"name": name, "summary": members.summary(name)} for name in members]
    width = max(len(name) for name in members)
    out.tell(told, "\n".join(f"{each['name']:{width}}  {each['summary']}" for each in told))
