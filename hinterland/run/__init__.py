"""A run: the recording of a training on disk, whose epochs appear whole or not at all."""

from hinterland.run.recording import Run
from hinterland.run.tracked import Channel, Tracked

__all__ = ["Channel", "Run", "Tracked"]
