"""A part of a model that keeps its weights while the other is trained."""

from __future__ import annotations

from hinterland.models.base import AbstractNet
from hinterland.types import HinterlandError


def freeze(net: AbstractNet, part: str) -> None:
    """Let the encoder, or the decoder, keep its weights: training then tunes the other alone."""
    check_freeze(net, part)
    if part != "none":
        getattr(net, part).requires_grad_(False)


def check_freeze(net: AbstractNet, part: str) -> None:
    """Refuse to freeze what a model does not have."""
    if part != "none" and not hasattr(net, part):
        raise HinterlandError(
            f"this model has no {part} of its own to freeze", "leave out --set freeze"
        )
