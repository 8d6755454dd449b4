"""Which precision is the faster one here: measured, because no table knows every machine."""

from __future__ import annotations

import copy
import statistics
import time

import numpy as np
import torch

from hinterland.engine import Engine
from hinterland.models.base import AbstractNet, ClosedForm, products, to_tensor
from hinterland.train.settings import Settings
from hinterland.types import Images

STEPS = 12  # of which the first third warms up
WORTH = 1.1  # bfloat16 rounds; it is taken where it is a tenth faster at least


def faster(net: AbstractNet, images: Images, settings: Settings, engine: Engine) -> str:
    """`bfloat16` where it trains this model a tenth faster than `float32` on this engine."""
    if isinstance(net, ClosedForm):
        return "float32"
    seconds = step_times(net, images, settings, engine)
    return "bfloat16" if seconds["float32"] > WORTH * seconds["bfloat16"] else "float32"


def step_times(
    net: AbstractNet, images: Images, settings: Settings, engine: Engine
) -> dict[str, float]:
    """Median seconds of a training step in each precision."""
    seconds = {}
    for precision in ("float32", "bfloat16"):
        trial = copy.deepcopy(net)
        engine.place(trial)
        with engine.working(products(trial) * settings.batch_size):
            seconds[precision] = _step_time(trial, images, settings, engine.device, precision)
    return seconds


def _step_time(
    net: AbstractNet, images: Images, settings: Settings, device: torch.device, precision: str
) -> float:
    """Median seconds of a training step."""
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-4, fused=True)
    luck = torch.Generator(device)
    x = to_tensor(np.array(images.pixels[: settings.batch_size]), device)  # may be a file's
    found = []
    for _ in range(STEPS):
        started = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            loss = torch.stack(list(net.losses(x, luck).values())).sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        loss.item()  # waits for the device
        found.append(time.perf_counter() - started)
    return statistics.median(found[STEPS // 3 :])
