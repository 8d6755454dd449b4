"""The nouns of models that came from elsewhere: what is wanted of them, and what they became."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hinterland.types import Autoencoder, HinterlandError

LAYOUTS = ("auto", "nhwc", "nchw", "flat")
SCALES = ("auto", "01", "pm1", "255")
EXPORT = (
    "export it to ONNX, or write a function that builds it: --model package.module:function "
    "(docs/bring-your-own.md)"
)

RUNTIME = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")  # how its errors begin


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a foreign model is to be understood.

    shape: (h, w, c) of the images. layout: the order of a picture's numbers, one of `LAYOUTS`;
    `flat` is `nhwc` in a row. scale: the range of a pixel, one of `SCALES`. logits: whether the
    decoder's numbers still want a sigmoid. output: which of the encoder's outputs is the latent.
    """

    shape: tuple[int, int, int]
    layout: str = "auto"
    scale: str = "auto"
    logits: bool = False
    output: str | None = None

    def __post_init__(self) -> None:
        for name, value, known in (
            ("layout", self.layout, LAYOUTS),
            ("scale", self.scale, SCALES),
        ):
            if value not in known:
                raise HinterlandError(f"there is no {name} '{value}'", f"known: {', '.join(known)}")


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """A foreign model under our convention (docs/formats.md, Graphs and their weights).

    files: name -> bytes below `model/`; empty where the model is Python code without graphs, and
    then `coder` encodes and decodes. weights: name -> array. told: what was settled on the way
    (`layout`, `scale`, `logits`, `output`, `loss`), and where it came from. notes: what a person
    should hear.
    """

    latent_dim: int
    files: Mapping[str, bytes] = field(default_factory=dict)
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    coder: Autoencoder | None = None


def first_line(error: BaseException, most: int = 200) -> str:
    """What an error says, in one line that fits a terminal."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = RUNTIME.sub("", lines[0]) if lines else type(error).__name__
    printable = "".join(letter if letter.isprintable() else "?" for letter in text)
    return printable if len(printable) <= most else printable[: most - 1] + "…"
