"""One process on one device: the engine that changes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hinterland.engine.flush import flushed
from hinterland.types import HinterlandError

# Products of a step's forward pass: below the first, a few milliseconds of one core; below the
# second, a thread more adds less than one that is held up takes (benchmarks/contention.py).
SMALL = 60_000_000
LARGE = 250_000_000
AHEAD = 8  # steps that a GPU may be behind: it is given the next ones instead of waited for


class Local:
    """One process on this machine's best device, or on the one asked for."""

    def __init__(self, device: str = "auto") -> None:
        self.device = _device(device)
        self.leads = True
        self.ahead = 1 if self.device.type == "cpu" else AHEAD

    def place(self, net: nn.Module) -> None:
        net.to(self.device)

    @contextmanager
    def working(self, products: int) -> Iterator[None]:
        """As many threads as a step is worth, and none slowed by what is next to nothing.

        CUDA is as exact as a processor.
        """
        before = torch.get_num_threads()
        if self.device.type == "cpu" and "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(_threads(products, before))
        try:
            with _exact(), flushed():
                yield
        finally:
            torch.set_num_threads(before)

    @property
    def called(self) -> str:
        """The device in words, such as `cpu` or `cuda (NVIDIA H200)`: other ones, other bits."""
        if self.device.type != "cuda":
            return self.device.type
        return f"cuda ({torch.cuda.get_device_name(self.device)})"

    def share(self, rows: Tensor) -> Tensor:
        return rows

    def meet(self) -> None:
        pass

    def mean(self, value: float, weight: float) -> float:
        return value


def _threads(products: int, most: int) -> int:
    """How many threads work at a step of so many products; the same for the same model, always.

    Threads wait for each other after every layer. In small steps they wait more than they work, and
    where another program wants one of their processors, such as the page that watches, all of them
    wait for the one that was put aside. In middling steps they leave that program a processor.
    """
    if products < SMALL:
        return 1
    return most if products >= LARGE else max(1, most - 1)


@contextmanager
def _exact() -> Iterator[None]:
    """The same bits each time, and float32 that is 32 bits wide; what CUDA does not do unasked.

    cuDNN's quickest convolutions add up in whatever order their threads come, and round what they
    multiply to 10 bits (TF32): a run that was resumed would end in other weights, and latents would
    lie beside those that the recorded encoder gives. bfloat16 is there for who wants the speed.
    """
    cudnn = torch.backends.cudnn
    kinds = [torch.backends.cuda.matmul, cudnn.conv]  # type: ignore[attr-defined]
    before = cudnn.deterministic, cudnn.benchmark
    widths = [kind.fp32_precision for kind in kinds]
    cudnn.deterministic, cudnn.benchmark = True, False
    for kind in kinds:
        kind.fp32_precision = "ieee"
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = before
        for kind, width in zip(kinds, widths, strict=True):
            kind.fp32_precision = width


def _device(name: str) -> torch.device:
    here = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.mps.is_available()),
    }
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if here[kind])
    asked = re.fullmatch(r"([a-z]+)(?::([0-9]{1,3}))?", name)
    if asked is None or int(asked[2] or 0) >= here.get(asked[1], 0):
        found = [kind for kind, count in here.items() if count]
        if here["cuda"] > 1:
            found += [f"cuda:{number}" for number in range(here["cuda"])]
        raise HinterlandError(
            f"there is no device '{name}' here",
            f"--device auto, or one of: {', '.join(found)}",
            exit_code=5,
        )
    return torch.device(name)
