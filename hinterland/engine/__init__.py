"""How work is spread: devices, ranks, batches. To add an engine: a file, and a line here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

import numpy as np

from hinterland.types import Registry

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

ENGINES = Registry("engine", __name__, {"local": "local:Local"})


class Engine(Protocol):
    """Where training happens. `local` is the identity; others are adapters.

    A member is made with the device that a training asks for (`auto`, `cpu`, `cuda:1`, ...); the
    setting `engine` names it. Of the processes that train one run, one leads: it alone writes.
    """

    @property
    def device(self) -> torch.device: ...

    @property
    def called(self) -> str:
        """The device in words: with another one, results differ in their last bits."""

    @property
    def ahead(self) -> int:
        """How many steps may be begun before the first of them is asked for its loss."""

    @property
    def leads(self) -> bool:
        """True for the one process that writes the run."""

    def place(self, net: nn.Module) -> None:
        """Move the model itself to the device; where ranks share gradients, hook that into it."""

    def working(self, products: int) -> AbstractContextManager[None]:
        """What holds while it trains, in steps of so many products: how many threads, say."""

    def share(self, rows: Tensor) -> Tensor:
        """The part of an epoch's order that this process trains on."""

    def meet(self) -> None:
        """Wait until all processes have come here."""

    def mean(self, value: float, weight: float) -> float:
        """The weighted mean over all processes."""


def batches(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Cut row numbers into batches, in order; the last one may be short."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
