"""The recorder as a callback of Keras 3."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.recorder.recording import Recorder


def callback(recorder: Recorder) -> Any:
    """A `Callback`; the model is the one being trained, where the recorder was given none."""
    try:
        base = importlib.import_module("keras.callbacks").Callback
    except ImportError:
        raise HinterlandError("Keras is not installed", "pip install keras") from None

    class Recording(base):  # type: ignore[misc,valid-type]
        def on_train_begin(self, logs: Any = None) -> None:
            if not recorder.begun:
                recorder.begin(self.model)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            told = logs or {}
            losses = {"train": told.get("loss"), "validation": told.get("val_loss")}
            recorder.epoch(losses if told else None)

        def on_train_end(self, logs: Any = None) -> None:
            recorder.close()

    return Recording()
