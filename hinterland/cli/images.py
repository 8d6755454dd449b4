"""`hinterland images`: look at a set of images, check it, convert it."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hinterland.cli.given import data_dir, goes_to
from hinterland.cli.imaging import TRAITS, converts
from hinterland.cli.out import Out, speaks
from hinterland.cli.progress import CountingProgress
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.data import Look
    from hinterland.data.convert import Conversion
    from hinterland.types import Images, Skipped

MOST = 12  # of a list that a person reads at a glance


@click.command("images")
@click.argument("images")
@goes_to(
    "FOLDER", "Write the converted pictures here: a new or empty folder.", "folder", required=False
)
@data_dir
@converts
@speaks
def images(
    images: str, folder: Path | None, data_dir: Path | None, conversion: Conversion, out: Out
) -> None:
    """Look at IMAGES, check every picture, and convert them.

    Tells sizes, kinds and classes, and every picture that cannot be read, with the reason. With
    -o, writes the pictures as training sees them: PNGs in a folder for each class, skipped.csv,
    and contact-sheet.png.

    \b
    hinterland images photos/
    hinterland images photos/ -o small --size 64 --fit pad --background black
    """
    from hinterland.data import look, write

    if folder is not None:
        _check_outside(folder, images)
        write.check_empty(folder)
    out.say(f"reading {images} …")
    with CountingProgress(out, "reading") as progress:
        found = look(images, conversion, data_dir=data_dir, progress=progress)
    told = _told(images, found, conversion)
    if folder is not None:
        with CountingProgress(out, "writing") as progress:
            names = found.survey.names
            write.write(
                found.images, folder, names=names, has_split=found.has_split, progress=progress
            )
        told["output"] = str(folder)
    out.tell(told, "\n".join(_lines(told, found.images.skipped)))
    out.then(_training(told, folder))


def _training(told: dict[str, Any], folder: Path | None) -> str:
    """The command that trains on what was looked at, or written."""
    asked = told["conversion"]
    words = ["hinterland", "train", told["source"] if folder is None else str(folder)]
    words += ["-o", f"runs/{(folder or Path(told['source'])).stem}"]
    if asked["size"] is not None:
        words += ["--size", f"{asked['size'][1]}x{asked['size'][0]}"]
    if folder is None:
        words += [
            word
            for name, usual in (("mode", None), ("fit", "crop"), ("background", "white"))
            if asked[name] != usual
            for word in (f"--{name}", asked[name])
        ]
    return shlex.join(words)


def _check_outside(folder: Path, source: str) -> None:
    there = Path(source)
    if there.is_dir() and folder.resolve().is_relative_to(there.resolve()):
        raise HinterlandError(
            f"{folder} lies within {source}, where its pictures would be read again",
            "choose a folder elsewhere with -o",
        )


def _told(source: str, found: Look, conversion: Conversion) -> dict[str, Any]:
    """What --json prints."""
    from hinterland.data import fingerprint

    pictures, survey = found.images, found.survey
    assert pictures.held_out is not None, "a data set is split when it is read"
    labels = [] if pictures.labels is None else pictures.labels.tolist()
    counts = Counter(labels)
    classes = [
        {"name": name, "images": counts[index]} for index, name in enumerate(pictures.classes)
    ]
    return {
        "source": source,
        "images": len(pictures),
        "shape": list(pictures.shape),
        "held_out": int(pictures.held_out.sum()),
        "own_split": found.has_split,
        "sizes": [
            {"width": w, "height": h, "images": count}
            for (h, w), count in survey.sizes.most_common()
        ],
        "modes": dict(survey.modes.most_common()),
        "traits": {name: survey.traits[name] for name in TRAITS},
        "classes": classes,
        "without_class": counts[-1],
        "channels": list(pictures.channels),
        "skipped": [
            {"picture": skipped.source, "reason": skipped.reason} for skipped in pictures.skipped
        ],
        "conversion": conversion.as_dict(),
        "fingerprint": fingerprint(pictures),
        "mapped": _mapped(pictures),
        "output": None,
    }


def _mapped(pictures: Images) -> str | None:
    """The file that the pixels are mapped from, where they are not held in memory."""
    path = getattr(pictures.pixels, "filename", None)
    return None if path is None else str(path)


def _lines(told: dict[str, Any], skipped: Sequence[Skipped]) -> Iterator[str]:
    """What a person reads."""
    h, w, c = told["shape"]
    yield f"images       {told['images']:,}, as {w} x {h} in {'grey' if c == 1 else 'colour'}"
    sizes = [f"{size['width']} x {size['height']} ({size['images']:,})" for size in told["sizes"]]
    yield f"sizes        {_some(sizes)}"
    yield f"modes        {_some([f'{mode} ({n:,})' for mode, n in told['modes'].items()])}"
    for name, words in TRAITS.items():
        if told["traits"][name]:
            yield f"             {told['traits'][name]:,} {words}".format(
                told["conversion"]["background"]
            )
    classes = [f"{each['name']} ({each['images']:,})" for each in told["classes"]]
    if told["without_class"]:
        classes.append(f"none ({told['without_class']:,})")
    yield f"classes      {len(told['classes']):,}{': ' if classes else ''}{_some(classes)}"
    if told["channels"]:
        yield f"channels     {', '.join(told['channels'])}"
    whose = "the source's own" if told["own_split"] else "drawn at random, the same every time"
    yield f"held out     {told['held_out']:,}, {whose}"
    yield f"fingerprint  {told['fingerprint']}"
    if told["mapped"]:
        yield f"mapped       {told['mapped']}"
    if told["output"]:
        yield f"written to   {told['output']}, with skipped.csv and contact-sheet.png"
    yield f"skipped      {f'{len(skipped):,}, by reason:' if skipped else 'none'}"
    yield from _reasons(skipped)


def _reasons(skipped: Sequence[Skipped]) -> Iterator[str]:
    """All skipped pictures, those with the same reason together, the most frequent first."""
    groups: dict[str, list[Skipped]] = {}
    for picture in skipped:
        groups.setdefault(re.sub(r"\d[\d,.]*", "…", picture.reason), []).append(picture)
    for reason, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        told = reason if len(group) > 1 else group[0].reason
        yield f"{len(group):7,}  {told}"
        yield from (f"           {picture.source}" for picture in group)


def _some(words: Sequence[str]) -> str:
    rest = f", and {len(words) - MOST:,} more" if len(words) > MOST else ""
    return ", ".join(words[:MOST]) + rest
