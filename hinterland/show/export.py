"""A site as a static folder: the same page and scenes, for any web server (docs/sharing.md)."""

from __future__ import annotations

import hashlib
import html
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load

from hinterland.run import commit
from hinterland.scene import MEASURES, Scene
from hinterland.show.bench import drafted
from hinterland.show.built import check_built
from hinterland.show.card import card, thumbnail
from hinterland.show.packed import SUFFIX
from hinterland.show.security import HEADERS
from hinterland.show.site import gather
from hinterland.show.squeeze import squeeze
from hinterland.types import HinterlandError

PARTS = ("page", "runtime", "pictures", "latents", "maps", "decoders", "encoders", "measures")
OURS = frozenset(
    (
        "index.html",
        "site.json",
        "card.png",
        "favicon.svg",
        "file.js",
        "licenses.txt",
        "assets",
        "scenes",
        ".nojekyll",
    )
)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What a site says of itself. url: where it will be, for the picture of its links."""

    title: str = ""
    about: str = ""
    url: str = ""


@dataclass(slots=True)
class Made:
    """What was written: bytes by part, and how far the worst picture and latent are off.

    decoders: in steps of a 255th of a picture's range. encoders: in 200ths of the cloud's width.
    """

    parts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    decoders: float = 0.0
    encoders: float = 0.0

    @property
    def size(self) -> int:
        return sum(self.parts.values())


def export(
    scenes: Mapping[str, Scene],
    target: Path,
    page: Path,
    told: Told | None = None,
    *,
    exact: bool = False,
    overwrite: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> Made:
    """Write a site that needs no server of ours: whole, or not at all.

    scenes: by the names that `site.names_of` gives, and asking nobody anything, as `thin` makes
    them. page: the folder of the built page. exact: keep all numbers as they are; else weights
    are as coarse as a 255th of a picture allows. overwrite: replace a site that was made here.
    Raises HinterlandError where something else is in the way.
    """
    free(target, overwrite=overwrite)
    made = Made()
    with drafted(target) as draft, commit.folder(draft) as place:
        for path, content in _files(scenes, page, told or Told(), made, exact, progress):
            file = place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            made.parts[part_of(path)] += len(content)
    return made


def free(target: Path, *, overwrite: bool) -> None:
    """Raise HinterlandError where a site cannot be written to a place."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not _is_site(target):
        raise HinterlandError(f"{target} exists and is no site of ours", "choose another -o")
    others = sorted(path.name for path in target.iterdir() if path.name not in OURS)
    if others:
        raise HinterlandError(
            f"{target} also holds {', '.join(others[:5])}, which are not ours",
            "export to another folder, and copy it over",
        )
    if not overwrite:
        raise HinterlandError(f"{target} already holds a site", "--overwrite replaces it")


def _is_site(target: Path) -> bool:
    try:
        told = json.loads((target / "site.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    made = told.get("generator", "") if isinstance(told, dict) else ""
    return isinstance(made, str) and made.startswith("hinterland ") and told.get("static") is True


def _files(
    scenes: Mapping[str, Scene],
    page: Path,
    told: Told,
    made: Made,
    exact: bool,
    progress: Progress,
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file of the site."""
    site = _described(scenes, told.title)
    title, about = site["title"], told.about or _about(site)
    first = next(iter(scenes.values()))
    yield from _shell(page, title, about, told.url)
    yield "card.png", card(first, title, about)
    yield ".nojekyll", b""  # hosts that would run Jekyll over it copy it instead
    edition = hashlib.sha256()
    for entry, (name, scene) in zip(site["scenes"], scenes.items(), strict=True):
        if len(scenes) > 1:
            yield f"scenes/{name}/card.webp", thumbnail(scene)
            entry["picture"] = f"scenes/{name}/card.webp"
        for path, content, worst in squeeze(scene, exact=exact, progress=progress):
            part = part_of(f"scenes/{name}/{path}")
            if part in ("decoders", "encoders"):
                setattr(made, part, max(getattr(made, part), worst))
            edition.update(hashlib.sha256(f"{name}/{path}".encode() + content).digest())
            yield f"scenes/{name}/{path}", content
    site["edition"] = edition.hexdigest()[:16]
    yield "site.json", json.dumps(site, ensure_ascii=False, allow_nan=False).encode()


def _described(scenes: Mapping[str, Scene], title: str) -> dict[str, Any]:
    site = json.loads(gather(scenes, title or None)["site.json"]())
    for entry, scene in zip(site["scenes"], scenes.values(), strict=True):
        if MEASURES in scene.files:
            losses = load(scene.files[MEASURES]()).get("loss", np.zeros(0))
            if len(losses) and np.isfinite(losses).all():
                entry["mse"] = float(losses.mean(dtype=np.float64))
    return {**site, "static": True, "generator": f"hinterland {version('hinterland')}"}


def _about(site: Mapping[str, Any]) -> str:
    images = max(entry["n"] for entry in site["scenes"])
    if len(site["scenes"]) > 1:
        return (
            f"{len(site['scenes'])} autoencoders, each with a map on which every spot is decoded "
            "under the cursor."
        )
    epochs = site["scenes"][0]["epochs"]
    many = "1 image" if images == 1 else f"{images:,} images"
    when = f", at each of {epochs} epochs" if epochs > 1 else ""
    return (
        f"{many} on the map of an autoencoder: every spot of it is decoded under the cursor{when}."
    )


def _shell(page: Path, title: str, about: str, url: str) -> Iterator[tuple[str, bytes]]:
    """The built page, with what this site is in its head; its runtime as a packed file."""
    check_built(page / "index.html")
    for file in sorted(page.rglob("*")):
        path, content = file.relative_to(page).as_posix(), b""
        if not file.is_file() or file.is_symlink():
            continue
        content = file.read_bytes()
        if path == "index.html":
            content = headed(content.decode(), title, about, url).encode()
        elif path.endswith(".wasm"):
            path, content = path + SUFFIX, zlib.compress(content, 9)
        yield path, content


def headed(page: str, title: str, about: str, url: str) -> str:
    """The page's HTML with a title, a description, and what other sites show of a link to it.

    url: where it will be; without one, links to it have no picture, since that needs an address.
    """
    name, said = html.escape(title), html.escape(about)
    policy = HEADERS["Content-Security-Policy"].replace("; frame-ancestors 'self'", "")
    meta = [
        '<script defer src="./file.js"></script>',
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}" />',
        f'<meta name="description" content="{said}" />',
        '<meta property="og:type" content="website" />',
        f'<meta property="og:title" content="{name}" />',
        f'<meta property="og:description" content="{said}" />',
        f'<meta name="twitter:card" content="{"summary_large_image" if url else "summary"}" />',
    ]
    if url:
        at = html.escape(url.rstrip("/") + "/")
        meta += [
            f'<link rel="canonical" href="{at}" />',
            f'<meta property="og:url" content="{at}" />',
            f'<meta property="og:image" content="{at}card.png" />',
            '<meta property="og:image:width" content="1200" />',
            '<meta property="og:image:height" content="630" />',
            f'<meta property="og:image:alt" content="A map of {name}" />',
        ]
    told = "\n".join(f"    {line}" for line in meta)
    start, _, rest = page.partition('<meta charset="utf-8" />')
    assert rest, "the built page says its character set first"
    page = f'{start}<meta charset="utf-8" />\n{told}{rest}'
    page = page.replace("<title>Hinterland</title>", f"<title>{name} · Hinterland</title>")
    return page.replace("<noscript>", f"<noscript><h1>{name}</h1><p>{said}</p>")


def part_of(path: str) -> str:
    """Which of PARTS a file of a site belongs to."""
    if not path.startswith("scenes/"):
        return "runtime" if ".wasm" in path or path.endswith(".mjs") else "page"
    place, _, name = path.split("/", 2)[2].rpartition("/")
    stem = name.partition(".")[0]
    if stem in ("decoder", "encoder"):
        return f"{stem}s"
    if place.startswith("images") or stem == "card":
        return "pictures"
    if place.startswith("epochs"):
        return "latents"
    return "maps" if place.startswith("maps") else "measures"
