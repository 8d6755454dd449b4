"""Training: images and a model become a run, one committed epoch after the other."""

from hinterland.train.begin import begin, changed
from hinterland.train.loop import asked_of, check_ours, train
from hinterland.train.settings import Settings, engine_of
from hinterland.train.work import Epoch, Step

__all__ = [
    "Epoch",
    "Settings",
    "Step",
    "asked_of",
    "begin",
    "changed",
    "check_ours",
    "engine_of",
    "train",
]
