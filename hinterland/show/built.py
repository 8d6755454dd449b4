"""The page as it was built: what is served, exported, and shown in a notebook."""

from __future__ import annotations

from pathlib import Path

from hinterland.types import HinterlandError

PAGE = Path(__file__).parent / "static"
WIDGET = Path(__file__).parent / "static-widget" / "widget.js"


def check_built(file: Path) -> None:
    """Raises HinterlandError where a file of the built page is not there."""
    if not file.is_file():
        raise HinterlandError(
            f"the page is not built: there is no {file.name} in {file.parent}",
            "in a checkout: make page",
        )
