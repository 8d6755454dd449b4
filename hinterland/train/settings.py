"""How to train: plain values that are stored in `run.json` and never change afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hinterland.engine import ENGINES, Engine
from hinterland.types import HinterlandError, nearest_name


def _option(default: Any, told: str) -> Any:
    return field(default=default, metadata={"help": told})


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. Every field is a `--set` option of `hinterland train`."""

    epochs: int = _option(20, "how often each image is seen")
    batch_size: int = _option(128, "images per step")
    learning_rate: float = _option(1e-3, "the rate of Adam, at its highest")
    seed: int = _option(0, "the same seed gives the same run")
    track: int = _option(10_000, "images on the map, held-out first")
    device: str = _option("auto", "auto, cpu, cuda, cuda:1, mps")
    engine: str = _option("local", f"how the work is spread: {', '.join(ENGINES)}")
    schedule: str = _option("constant", "of the rate: constant, or cosine to a hundredth of it")
    warmup: float = _option(0.0, "epochs over which the rate rises from 0")
    kl_warmup: float = _option(0.0, "epochs over which the weight of a VAE's prior rises from 0")
    patience: int = _option(0, "stop after so many epochs without a better held-out loss")
    snapshots: int = _option(1, "record every so many epochs, the last and any best of patience")
    precision: str = _option("float32", "of products: float32, bfloat16, or auto: the faster here")
    freeze: str = _option("none", "a part that keeps its weights: encoder, or decoder")
    classifier: int = _option(100_000, "pictures shown to a classifier beside the model; 0: none")
    tensorboard: bool = _option(False, "write event files for TensorBoard into RUN/tensorboard")

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            value = getattr(self, name)
            if not value >= least:
                raise HinterlandError(f"{name} must be at least {least}; got {value}")
        if self.seed >= 2**63:
            raise HinterlandError(f"the seed must be below 2**63; got {self.seed}")
        if not 0 < self.learning_rate <= 10:
            raise HinterlandError(
                f"the learning rate must lie above 0 and at most 10; got {self.learning_rate}",
                "0.001 suits most models",
            )
        for name, known in WORDS.items():
            if getattr(self, name) not in known:
                raise HinterlandError(
                    f"{name} must be {' or '.join(known)}; got '{getattr(self, name)}'"
                )


def engine_of(settings: Settings, device: str | None = None) -> Engine:
    """The engine that they name, on the device that they name, or on another.

    Raises HinterlandError where there is no such engine, or it has no such device.
    """
    made: Engine = ENGINES[settings.engine](device or settings.device)
    return made


NAMES = [each.name for each in dataclasses.fields(Settings)]
LEAST = {
    "epochs": 0,
    "batch_size": 1,
    "seed": 0,
    "track": 2,
    "warmup": 0,
    "kl_warmup": 0,
    "patience": 0,
    "snapshots": 1,
    "classifier": 0,
}
WORDS = {
    "schedule": ("constant", "cosine"),
    "precision": ("float32", "bfloat16", "auto"),
    "freeze": ("none", "encoder", "decoder"),
}


def adjusted(settings: Settings, asked: Mapping[str, Any]) -> Settings:
    """Settings with other values. Raises HinterlandError for an unknown name or a wrong kind."""
    kinds = {each.name: type(each.default) for each in dataclasses.fields(settings)}
    for name, value in asked.items():
        if name not in kinds:
            raise HinterlandError(f"there is no option '{name}'", nearest_name(name, kinds))
        kind = kinds[name]
        fits = isinstance(value, int | float if kind is float else kind)
        if not fits or isinstance(value, bool) is not (kind is bool):
            raise HinterlandError(f"option '{name}' must be a {WORDED[kind]}; got {value!r}")
    return dataclasses.replace(settings, **asked)


WORDED = {int: "whole number", float: "number", str: "word", bool: "true or false"}
