"""Training: images and a model become a run, one committed epoch after the other."""

from hinterland.train.begin import begin, changed
from hinterland.train.loop import check_ours, train
from hinterland.train.settings import Settings
from hinterland.train.work import Epoch, Step

__all__ = ["Epoch", "Settings", "Step", "begin", "changed", "check_ours", "train"]
