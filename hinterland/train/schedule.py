"""How the learning rate, and the weight of a VAE's prior, go through a training."""

from __future__ import annotations

from math import cos, pi

from hinterland.train.settings import Settings

FLOOR = 0.01  # the share of the rate at which a cosine ends


def rate(settings: Settings, at: float) -> float:
    """The learning rate `at` so many epochs into a training; fractions are within an epoch.

    `cosine` falls over the epochs that were asked for at first, and stays at its end when a run is
    trained for longer. Source: Loshchilov & Hutter, "SGDR", ICLR 2017.
    """
    share = 1.0
    if settings.schedule == "cosine":
        length = max(settings.epochs - settings.warmup, 1e-9)
        through = min(max((at - settings.warmup) / length, 0.0), 1.0)
        share = FLOOR + (1 - FLOOR) * 0.5 * (1 + cos(pi * through))
    return settings.learning_rate * share * rising(at, settings.warmup)


def rising(at: float, over: float) -> float:
    """A share that rises from 0 to 1 in the first `over` epochs; 1 where `over` is 0."""
    return min(1.0, at / over) if over > 0 else 1.0
