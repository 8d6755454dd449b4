"""`hinterland export`: runs as a static site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hinterland.cli.given import goes_to, the_runs
from hinterland.cli.out import Out, speaks
from hinterland.cli.progress import CountingProgress
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.scene import Scene
    from hinterland.show.thin import Part


@click.command("export", short_help="Write the explorer of a RUN as a folder for any web server.")
@the_runs
@goes_to("SITE", "The folder that the site is written to; new, empty, or with --overwrite.", "site")
@click.option("--maps", metavar="NAME,...", help="Which maps go in. Default: all.")
@click.option("--epochs", metavar="LIST", help="Which epochs go in, such as 0-5,10,20.")
@click.option("--every", type=int, metavar="K", help="Every K-th epoch, counted from the last.")
@click.option("--most", type=int, metavar="N", help="At most N epochs, evenly spread.")
@click.option("--images", type=int, metavar="N", help="Only N images, each class with its share.")
@click.option(
    "--quality", type=int, metavar="1-100",
    help="Lossy pictures of that quality; 90 suits photographs. Default: exact.",
)  # fmt: skip
@click.option("--no-encoder", is_flag=True, help="Without it no picture can be drawn or dropped.")
@click.option("--exact", is_flag=True, help="Weights and latents as they are: five times as large.")
@click.option("--title", help="What the site is called.")
@click.option("--description", help="What it is, in a sentence: for links and search engines.")
@click.option("--url", metavar="URL", help="Where it will be: links to it then have a picture.")
@click.option("--overwrite", is_flag=True, help="Replace a site that was made by this command.")
@speaks
def export_site(
    runs: tuple[Path, ...],
    site: Path,
    maps: str | None,
    epochs: str | None,
    every: int | None,
    most: int | None,
    images: int | None,
    quality: int | None,
    no_encoder: bool,
    exact: bool,
    title: str | None,
    description: str | None,
    url: str | None,
    overwrite: bool,
    out: Out,
) -> None:
    """Write the explorer of a RUN as a folder that any web server can show.

    All but training works there, with no server of ours: decoding, encoding, every map, every
    epoch. Of several runs the site shows a list first. Nothing in it says where the runs were, or
    who made them.

    \b
    hinterland export runs/mnist -o site
    hinterland export runs/mnist runs/fashion -o site --most 12 --title "Two sets of digits"
    hinterland export runs/photos -o site --images 5000 --quality 90 --url https://me.example/map
    """
    from hinterland.cli.training import shown
    from hinterland.show.built import PAGE
    from hinterland.show.export import Told, export, free
    from hinterland.show.thin import Part

    if url is not None and not url.startswith(("https://", "http://")):
        raise HinterlandError(f"--url is an address; got '{url}'", "--url https://me.example/map")
    free(site, overwrite=overwrite)
    part = Part(
        tuple(name.strip() for name in (maps or "").split(",") if name.strip()),
        listed(epochs),
        1 if every is None else every,
        most,
        images,
        not no_encoder,
        quality,
        title if len(runs) == 1 else None,
    )
    scenes = _scenes(runs, part, out)
    told = Told(title or "", description or "", url or "")
    with CountingProgress(out, "weights of epochs:") as progress:
        made = export(scenes, site, PAGE, told, exact=exact, overwrite=overwrite, progress=progress)
    lines = [f"{name:10} {size / 1e6:8.2f} MB" for name, size in made.parts.items()]
    errors = {"decoders": made.decoders, "encoders": made.encoders}
    out.tell(
        {"site": str(site), "bytes": made.size, "parts": made.parts, "errors": errors},
        "\n".join([*lines, f"{'in all':10} {made.size / 1e6:8.2f} MB"]),
    )
    if made.decoders:
        out.say(
            f"pictures are within {made.decoders:.2f}/255 of the model's own; --exact: they are"
        )
    if not url:
        out.say("note: links to it will have no picture; --url says where it will be")
    out.then(f"python -m http.server -d {shown(site)}, and open http://localhost:8000")


def _scenes(paths: Sequence[Path], part: Part, out: Out) -> dict[str, Scene]:
    """The wanted part of each run's scene, by its name in addresses."""
    from hinterland.chart import refresh
    from hinterland.run import Run
    from hinterland.scene import compose
    from hinterland.show.site import names_of
    from hinterland.show.thin import thin

    scenes = {}
    for name, run in zip(names_of(paths), [Run.open(path) for path in paths], strict=True):
        for _ in refresh(run):
            pass
        scenes[name] = thin(compose(run), part)
        if not run.graphs():
            out.say(f"note: the model of {name} cannot run in the page: nothing is decoded there")
    return scenes


def listed(epochs: str | None) -> tuple[int, ...] | None:
    """`0-5,10` -> the numbers. Raises HinterlandError for what is no such list."""
    if epochs is None:
        return None
    found: list[int] = []
    for part in epochs.split(","):
        low, dash, high = part.strip().partition("-")
        if not low.isdecimal() or (dash and not high.isdecimal()):
            raise HinterlandError(
                f"--epochs is a list of numbers and ranges; got '{epochs}'", "--epochs 0-5,10,20"
            )
        found += range(int(low), int(high or low) + 1)
    return tuple(found)
