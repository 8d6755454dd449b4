"""What a run becomes for other programs. To add one, write a file and add a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hinterland.show.conversions.base import AbstractConversion, Told
from hinterland.show.making import made
from hinterland.show.reader import Reader
from hinterland.types import HinterlandError, Registry

CONVERSIONS = Registry(
    "conversion",
    __name__,
    {
        "parquet": "parquet:Parquet",
        "projector": "projector:Projector",
        "onnx": "onnx:Onnx",
    },
)


def convert(
    kind: str,
    run: Reader,
    path: Path,
    *,
    options: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Told:
    """Convert an epoch of a run to a new file or folder for another program.

    options: the conversion's own (docs/other-programs.md). say hears notes. `path` appears whole or
    not at all. Raises HinterlandError for whatever makes no sense, and where something is there.
    """
    conversion: AbstractConversion = made(CONVERSIONS, kind, options or {})
    suffix = conversion.suffix
    if path.suffix.lower() != suffix:
        wanted = f"a file that ends in {suffix}" if suffix else "a folder"
        other = path.with_suffix(suffix)
        raise HinterlandError(f"{kind} makes {wanted}; got {path}", f"for example -o {other}")
    if path.exists():
        raise HinterlandError(f"{path} is there already", "choose another -o, or remove it")
    if not path.absolute().parent.is_dir():
        raise HinterlandError(
            f"{path} cannot be written: its folder is not there", "choose another -o"
        )
    return conversion.write(run, path, say)


def usual(path: Path) -> str | None:
    """The conversion that a name asks for by how it ends; None where it does not say."""
    return path.suffix.lower().removeprefix(".") if path.suffix.lower() == ".parquet" else None
