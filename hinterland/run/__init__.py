"""A run: the recording of a training on disk. Epochs appear whole or not at all; nothing is lost."""

from hinterland.run.recording import Run
from hinterland.run.tracked import Channel, Tracked

__all__ = ["Channel", "Run", "Tracked"]
