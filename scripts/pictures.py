"""Draws the pictures of the docs' pages anew, each by the command that stands above it.

python scripts/pictures.py RUNS [--page reading-a-map] [--only NAME ...]

RUNS: a folder that holds the runs which the pages name. A picture is a block of `hinterland figure`
or `hinterland movie` followed by an image below docs/pictures, kept there as a small WebP.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parent.parent / "docs"
SHOWN = re.compile(
    r"^```sh\n(hinterland (?:figure|movie) [^\n]+)\n```\n\n!\[[^\]]*\]\((pictures/[\w-]+\.webp)\)",
    re.MULTILINE,
)
BROAD = 1100  # pixels of a picture
QUALITY = 80


def main() -> None:
    """Draw all pictures, or some."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", type=Path)
    parser.add_argument("--page", default="*")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    asked = parser.parse_args()
    for page in sorted(DOCS.glob(f"{asked.page}.md")):
        for command, target in SHOWN.findall(page.read_text(encoding="utf-8")):
            if not asked.only or Path(target).stem in asked.only:
                (DOCS / target).write_bytes(drawn(command, asked.runs))
                print(target, (DOCS / target).stat().st_size)


def drawn(command: str, runs: Path) -> bytes:
    """What a command draws, its runs/NAME taken from a folder of runs."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "runs").symlink_to(runs.absolute())
        words = shlex.split(command)[1:]
        path = os.pathsep.join([str(DOCS.parent), os.environ.get("PYTHONPATH", "")])
        program = [sys.executable, "-m", "hinterland", *words, "-q"]
        environment = os.environ | {"PYTHONPATH": path}
        subprocess.run(program, cwd=folder, env=environment, check=True)
        file = Path(folder) / words[words.index("-o") + 1]
        if file.suffix == ".webp":
            return file.read_bytes()
        picture = Image.open(file).convert("RGB")
        if picture.width > BROAD:
            height = round(picture.height * BROAD / picture.width)
            picture = picture.resize((BROAD, height), Image.Resampling.LANCZOS)
        made = io.BytesIO()
        picture.save(made, "WEBP", quality=QUALITY, method=6)
        return made.getvalue()


if __name__ == "__main__":
    main()
