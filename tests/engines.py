"""Engines that are not ours: one that counts what is asked of it, and two ranks that share work."""

from __future__ import annotations

import threading
from collections import Counter
from typing import ClassVar

import torch
from torch import Tensor, nn

from hinterland.engine.local import Local
from hinterland.types import Registry


class Counting:
    """What `local` does, counted."""

    calls: ClassVar[Counter[str]] = Counter()

    def __init__(self, device: str = "auto") -> None:
        self._local = Local(device)
        self.device, self.leads = self._local.device, True
        self.called, self.ahead = self._local.called, self._local.ahead
        self.working, self.meet = self._local.working, self._local.meet

    def place(self, net: nn.Module) -> None:
        self.calls["place"] += 1
        self._local.place(net)

    def share(self, rows: Tensor) -> Tensor:
        self.calls["share"] += 1
        return self._local.share(rows)

    def mean(self, value: float, weight: float) -> float:
        self.calls["mean"] += 1
        return self._local.mean(value, weight)


class Pair:
    """Two ranks, each a thread named 0 or 1, that go through one epoch together.

    Each takes every other picture of an epoch, and both step by the mean of their gradients.
    """

    meeting = threading.Barrier(2, timeout=60)
    built = threading.Event()  # the first model is there
    brought: ClassVar[dict[int, Tensor]] = {}

    def __init__(self, device: str = "auto") -> None:
        self._local = Local(device)
        self.device, self.working = self._local.device, self._local.working
        self.called, self.ahead = self._local.called, self._local.ahead
        name = threading.current_thread().name
        self._rank = int(name) if name.isdecimal() else 0
        self.leads = self._rank == 0
        if not self.leads:  # threads share torch's luck, of which first weights are made
            assert self.built.wait(60)

    def place(self, net: nn.Module) -> None:
        self._local.place(net)
        self.built.set()
        for weight in net.parameters():
            weight.register_post_accumulate_grad_hook(self._agree)

    def share(self, rows: Tensor) -> Tensor:
        return rows[self._rank :: 2]

    def meet(self) -> None:
        self.meeting.wait()

    def mean(self, value: float, weight: float) -> float:
        total, weights = self._sum(torch.tensor([value * weight, weight], dtype=torch.float64))
        return float(total / weights)

    def _agree(self, weight: Tensor) -> None:
        assert weight.grad is not None
        weight.grad = self._sum(weight.grad) / 2

    def _sum(self, mine: Tensor) -> Tensor:
        self.brought[self._rank] = mine
        self.meeting.wait()
        total = self.brought[0] + self.brought[1]
        self.meeting.wait()  # nobody brings the next before both have taken this one
        return total


ENGINES = Registry(
    "engine",
    "tests",
    {"local": "engines:Local", "counting": "engines:Counting", "pair": "engines:Pair"},
)
