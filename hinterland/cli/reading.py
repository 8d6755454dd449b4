"""Reading images for a command: where from, how converted, and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hinterland.cli.imaging import TRAITS
from hinterland.cli.out import Out
from hinterland.cli.progress import CountingProgress

if TYPE_CHECKING:
    from hinterland.data import Look
    from hinterland.data.convert import Conversion
    from hinterland.run import Run
    from hinterland.types import Images

LISTED = 10  # of the pictures that cannot be read; the run lists them all


def read(source: str | Path, conversion: Conversion, data_dir: Path | None, out: Out) -> Images:
    """Read images, and say what came, what was done to them, and what could not be read."""
    return looked(source, conversion, data_dir, out).images


def looked(
    source: str | Path, conversion: Conversion, data_dir: Path | None, out: Out, least: int = 2
) -> Look:
    """Read images like `read`, and give what was found; at least so many."""
    from hinterland import data

    if isinstance(source, str) and source in data.DATASETS and Path(source).exists():
        out.say(f"note: {source} means the data set; for what lies here write ./{source}")
    out.say(f"reading {source} …")
    with CountingProgress(out, "reading") as progress:
        found = data.look(
            *(source, conversion),
            data_dir=data_dir,
            max_bad=data.MOST_BAD,
            progress=progress,
            least=least,
        )
    _tell(found, conversion, out)
    return found


def reread(run: Run, instead: str | None, data_dir: Path | None, out: Out) -> Images:
    """Read the images that a run was begun with, or the same ones from where they are now."""
    from hinterland.data.convert import Conversion

    told = run.spec["images"].get("conversion", {})
    return read(instead or source_of(run), Conversion.of(told), data_dir, out)


def source_of(run: Run) -> str | Path:
    """Where the images of a run are, as far as it knows: see `hinterland.data.source_of`."""
    from hinterland import data

    return data.source_of(run.spec["images"], run.path)


def there(path: Path) -> Path:
    """A path in full, its links as they are."""
    return Path(os.path.normpath(path.absolute()))


def _tell(found: Look, conversion: Conversion, out: Out) -> None:
    images, survey = found.images, found.survey
    h, w, c = images.shape
    count = len(images.classes)
    classes = f", {count} class{'es' if count > 1 else ''}" if count else ""
    held_out = 0 if images.held_out is None else int(images.held_out.sum())
    colour = "grey" if c == 1 else "colour"
    out.say(f"{len(images):,} images of {w} x {h} in {colour}{classes}; {held_out:,} held out")
    if set(survey.sizes) - {(h, w)}:
        sizes = len(survey.sizes)
        was = f"they had {sizes} sizes" if sizes > 1 else "they had another size"
        out.say(f"note: {was}; see: hinterland images, and --size, --fit")
    for trait, many in survey.traits.items():
        out.say(f"note: {many:,} {TRAITS[trait].format(conversion.background)}")
    if images.skipped:
        out.say(f"skipped {len(images.skipped):,} that could not be read:")
        for skipped in images.skipped[:LISTED]:
            out.say(f"  {skipped.source}: {skipped.reason}")
        if len(images.skipped) > LISTED:
            out.say("  … all of them are listed in the run's run.json")
