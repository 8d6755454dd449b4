"""The questions that a page may ask of a run's model. To add one: a file, and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from safetensors.numpy import save

from hinterland.live.recorded import Recorded
from hinterland.run import Run
from hinterland.types import Autoencoder, Registry

QUESTIONS = Registry(
    "question",
    __name__,
    {
        "decode": "decode:decode",
        "encode": "encode:encode",
    },
)


class Live:
    """A run that answers questions. It reads the model and changes nothing.

    model: the run's model as it is in this program, which answers for the last epoch where the run
    holds no graphs of it.
    """

    def __init__(self, run: Run, model: Autoencoder | None = None) -> None:
        self._model = Recorded(run, model)

    @property
    def questions(self) -> tuple[str, ...]:
        """What it can answer: nothing, where neither the run nor this program holds the model."""
        return tuple(QUESTIONS) if self._model.available else ()

    def ask(self, question: str, told: Mapping[str, Any]) -> bytes:
        """Answer a question with a safetensors file (docs/formats.md, Live questions).

        Raises HinterlandError for an unknown question and for anything asked that makes no sense.
        """
        return save(QUESTIONS[question](self._model, told))
