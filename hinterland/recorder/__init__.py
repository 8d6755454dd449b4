"""Recording models that are trained elsewhere: two functions, or a loop of somebody else's."""

from hinterland.recorder.asked import as_autoencoder
from hinterland.recorder.recording import Recorder, record

__all__ = ["Recorder", "as_autoencoder", "record"]
