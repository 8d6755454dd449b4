"""TensorBoard event files of a training, on request, beside the recording."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from hinterland.types import HinterlandError

SHOWN = 16  # pictures above their reconstructions, held-out ones where there are any


class Board:
    """Writes losses, their parts, latents and reconstructions of each epoch."""

    def __init__(self, place: Path, epoch: int) -> None:
        """place: the folder of the event files. epoch: the first that is to be written.

        What an earlier process wrote of that epoch and later ones is hidden.
        """
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise HinterlandError(
                "tensorboard is not installed",
                "pip install tensorboard, or: --set tensorboard=false",
            ) from None
        self._writer = SummaryWriter(str(place), purge_step=epoch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(
        self,
        epoch: int,
        scalars: Mapping[str, float | None],
        latents: np.ndarray,
        pictures: np.ndarray,
    ) -> None:
        """scalars: tag -> number. latents: (n, d). pictures: (2, m, h, w, c), originals first."""
        for tag, value in scalars.items():
            if value is not None:
                self._writer.add_scalar(tag, value, epoch)
        self._writer.add_histogram("latents", latents, epoch)
        sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in pictures])
        self._writer.add_image("reconstructions", sheet.clip(0, 1), epoch, dataformats="HWC")
        self._writer.flush()


def tags(losses: Mapping[str, Any], parts: Mapping[str, float]) -> dict[str, float | None]:
    """Losses, and the parts of the held-out one, under TensorBoard's names."""
    return {f"loss/{name}": value for name, value in losses.items()} | {
        f"held-out/{name}": value for name, value in parts.items()
    }
