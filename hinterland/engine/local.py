"""One process on one device: the engine that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hinterland.types import HinterlandError

SMALL = 60_000_000  # products of a step's forward pass: a few milliseconds of one core


class Local:
    """One process on this machine's best device, or on the one asked for."""

    def __init__(self, device: str = "auto") -> None:
        self.device = _device(device)
        self.leads = True

    def place(self, net: nn.Module) -> None:
        net.to(self.device)

    @contextmanager
    def working(self, products: int) -> Iterator[None]:
        """One thread where a step is too small to be worth sharing.

        Threads wait for each other after every layer. In small steps they wait more than they
        work, and a hundred times more where another program wants the same processor.
        """
        before = torch.get_num_threads()
        if self.device.type == "cpu" and products < SMALL:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def share(self, rows: Tensor) -> Tensor:
        return rows

    def mean(self, value: float, weight: float) -> float:
        return value


def _device(name: str) -> torch.device:
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.mps.is_available()}
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if here[kind])
    kind = name.partition(":")[0]
    if not here.get(kind, False):
        found = ", ".join(kind for kind, there in here.items() if there)
        raise HinterlandError(
            f"there is no device '{name}' here", f"--device auto, or one of: {found}", exit_code=5
        )
    return torch.device(name)
