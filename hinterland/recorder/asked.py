"""Somebody else's model asked again, after its run was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hinterland.recorder.choose import choose
from hinterland.recorder.pair import Checked, Manners
from hinterland.run import Run
from hinterland.types import Autoencoder


@dataclass(frozen=True, slots=True)
class Asked:
    """An `Autoencoder` that leaves the model as it was between any two questions."""

    model: Checked

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self.model.image_shape

    @property
    def latent_dim(self) -> int:
        return self.model.latent_dim

    def encode(self, images: np.ndarray) -> np.ndarray:
        """float32 (n, h, w, c) in [0, 1] -> float32 (n, d)."""
        with self.model.pair.calm():
            return self.model.encode(images)

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """float32 (n, d) -> float32 (n, h, w, c) in [0, 1], but for a linear overshoot."""
        with self.model.pair.calm():
            return self.model.decode(latents)


def as_autoencoder(
    run: Run, encode: Any = None, decode: Any = None, *, model: Any = None
) -> Autoencoder:
    """The model that a run was recorded from, as it is now.

    encode, decode, model: as `record` takes them; how they want their pictures, the run knows.
    """
    h, w, c = run.spec["images"]["shape"]
    options = run.spec["model"]["options"]
    known = ("layout", "scale", "logits")
    manners = Manners(**{name: options[name] for name in known if name in options})
    pair = choose(model, encode, decode, (h, w, c), manners)
    with pair.calm():
        return Asked(Checked.probed(pair, np.zeros((2, h, w, c), np.uint8)))
