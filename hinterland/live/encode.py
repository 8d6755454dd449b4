"""The question `encode`: which latent is a picture, at an epoch?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hinterland.live.recorded import Recorded, array_of


def encode(model: Recorded, told: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The latents of pictures: told `epoch` and `images` (n, h, w, c), gives `latents` (n, d)."""
    images = array_of(told, "images", model.image_shape)
    return {"latents": model.encode(images, model.check(told.get("epoch")))}
