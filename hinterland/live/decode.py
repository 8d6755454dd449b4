"""The question `decode`: what picture is a latent, at an epoch?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hinterland.live.recorded import Recorded, array_of


def decode(model: Recorded, told: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The pictures of latents: told `epoch` and `latents` (n, d), gives `images` (n, h, w, c)."""
    latents = array_of(told, "latents", (model.latent_dim,))
    return {"images": model.decode(latents, model.check(told.get("epoch")))}
