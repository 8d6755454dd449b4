"""`--set KEY=VALUE`, as it is typed."""

from __future__ import annotations

import json
from typing import Any

from hinterland.types import HinterlandError


def parsed(option: str, example: str = "beta=0.5") -> tuple[str, Any]:
    """`beta=0.5` -> ("beta", 0.5). A value is JSON, or else a word."""
    key, equals, value = option.partition("=")
    if not equals or not key:
        raise HinterlandError(
            f"--set takes KEY=VALUE; got '{option}'", f"for example --set {example}"
        )
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
