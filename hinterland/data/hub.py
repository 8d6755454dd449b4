"""Data sets of the Hugging Face Hub, through the `datasets` library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hinterland.data.keep import once, stamps
from hinterland.data.paths import quoted, readable
from hinterland.data.split import is_held_out
from hinterland.data.tables import BATCH, Columns, Part, assemble
from hinterland.data.wanted import Wanted
from hinterland.types import HinterlandError, Images

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_hub"]

NAME = re.compile(r"hf:(?P<name>[\w.-]+(/[\w.-]+)?)(/(?P<config>[\w.-]+))?(:(?P<split>[\w.-]+))?")
FORM = "hf:owner/name, hf:owner/name:split, or hf:owner/name/configuration"


def read_hub(source: str, wanted: Wanted) -> Images:
    """`hf:owner/name`: a data set of the Hugging Face Hub with a feature of images.

    Its train part is trained on and its test and validation parts are held out; `:split` names one
    part, `/configuration` one of several variants. No code of a data set is ever run.
    """
    asked = NAME.fullmatch(source)
    if asked is None:
        raise HinterlandError(f"{quoted(source)} does not name a set of the hub", FORM)
    found = _loaded(source, asked["name"], asked["config"], asked["split"])
    parts = {asked["split"]: found} if asked["split"] else _parts(source, found)
    features = next(iter(parts.values())).features.to_dict()
    first = next(iter(parts.values()))
    columns = Columns.of(source, first.features.arrow_schema, features)
    roots = _roots()
    told = [
        Part(readable(name), len(part), partial(_column, part), roots, is_held_out(name))
        for name, part in parts.items()
    ]
    files = [Path(file["filename"]) for part in parts.values() for file in part.cache_files]
    return once(
        source, stamps(files), wanted, lambda wanted: assemble(source, told, columns, wanted)
    )


def _loaded(source: str, name: str, config: str | None, split: str | None) -> Any:
    try:
        import datasets
    except ModuleNotFoundError:
        raise HinterlandError(
            f"{quoted(source)} needs the package 'datasets'", "pip install 'hinterland[hub]'"
        ) from None
    try:
        return datasets.load_dataset(name, config, split=split)
    except Exception as error:  # noqa: BLE001  whatever the network, the hub or the set leads to
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = readable(" ".join(lines) or type(error).__name__)[:300]
        raise HinterlandError(
            f"{quoted(source)} cannot be loaded: {reason}",
            f"{FORM}; a private set needs HF_TOKEN; without a network, what was loaded before "
            "is found again",
        ) from None


def _parts(source: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The parts to read: those with the usual names, or the only one."""
    usual = {name: part for name, part in found.items() if is_held_out(name) is not None}
    if usual or len(found) == 1:
        # Trained on first, then held out, as the named sets have it.
        return dict(sorted((usual or found).items(), key=lambda item: bool(is_held_out(item[0]))))
    hint = " or ".join(f"{source}:{name}" for name in found)
    raise HinterlandError(f"{quoted(source)} has no train or test part", f"name one: {hint}")


def _column(part: Any, name: str) -> Iterator[pa.Array]:
    for table in part.select_columns([name]).with_format("arrow").iter(BATCH):
        for array in table.column(0).chunks:
            # An image is an extension type, and stored as a struct.
            yield getattr(array, "storage", array)


def _roots() -> tuple[Path, ...]:
    """Where the `datasets` library keeps the files that it fetched."""
    from datasets import config
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(config.HF_DATASETS_CACHE), Path(HF_HUB_CACHE)
