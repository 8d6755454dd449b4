"""The recorder as a callback of Lightning."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.recorder.recording import Recorder

PACKAGES = ("lightning.pytorch", "pytorch_lightning")
TRAIN = ("train_loss", "train_loss_epoch", "train/loss", "training_loss", "loss")
VALIDATION = ("val_loss", "val_loss_epoch", "val/loss", "valid_loss", "validation_loss")


def callback(recorder: Recorder) -> Any:
    """A `Callback` of whichever Lightning the program uses; only the first process records."""

    class Recording(_base()):  # type: ignore[misc]
        def on_train_start(self, trainer: Any, pl_module: Any) -> None:
            if trainer.is_global_zero:
                recorder.begin(pl_module)

        # Comes after the epoch's validation, whose metrics are then there too.
        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            if trainer.is_global_zero and not trainer.sanity_checking:
                recorder.epoch(losses_of(trainer.callback_metrics))

        def on_train_end(self, trainer: Any, pl_module: Any) -> None:
            if trainer.is_global_zero:
                recorder.close()

        def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
            if trainer.is_global_zero:
                recorder.forget()
                recorder.close()

    return Recording()


def losses_of(metrics: Mapping[str, Any]) -> dict[str, float | None] | None:
    """`train` and `validation` among what a module logged; None where it logged neither."""
    found = {
        part: next((float(metrics[name]) for name in names if name in metrics), None)
        for part, names in (("train", TRAIN), ("validation", VALIDATION))
    }
    return found if any(value is not None for value in found.values()) else None


def _base() -> Any:
    """The class `Callback`: callbacks of the one package do nothing in the trainer of the other."""
    for name in sorted(PACKAGES, key=lambda name: name not in sys.modules):
        try:
            return importlib.import_module(name).Callback
        except ImportError:
            continue
    raise HinterlandError("Lightning is not installed", "pip install lightning")
