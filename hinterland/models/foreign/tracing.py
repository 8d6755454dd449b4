"""A torch module as an encoder's or a decoder's graph, whatever it returns."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from onnx import ModelProto
from torch import Tensor, nn

from hinterland.models.foreign.base import first_line
from hinterland.models.graphs import traced
from hinterland.types import HinterlandError


def half(
    module: nn.Module, call: Callable[[Tensor], Any], example: Tensor, name: str
) -> ModelProto:
    """Trace `call`, which is a method of `module`, on an example of two rows.

    Its outputs keep their names where it returns a dictionary; a distribution gives its mean.
    """
    whole = _Half(module, call)
    try:
        with quiet():
            was = module.training
            module.eval()
            with torch.no_grad():
                made = _named(call(example))
            module.train(was)
            if example.data_ptr() and not made:
                raise HinterlandError(f"the {name} returns no tensor")
            return traced(whole, example, "given", list(made))
    except (HinterlandError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  a stranger's module raises anything
        raise HinterlandError(
            f"the {name} cannot be traced to a graph: {first_line(error)}",
            "let the function return an object whose encode and decode take and give numpy arrays",
        ) from None


def latents_of(call: Callable[[Tensor], Any], example: Tensor) -> Mapping[str, Tensor]:
    """What an encoder returns of an example, by name."""
    with quiet(), torch.no_grad():
        return _named(call(example))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing that torch or a stranger's module says reaches the terminal."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logging.disable(before)


class _Half(nn.Module):
    def __init__(self, module: nn.Module, call: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.net = module
        self._call = call

    def forward(self, given: Tensor) -> tuple[Tensor, ...]:
        return tuple(_named(self._call(given)).values())


def _named(made: Any) -> dict[str, Tensor]:
    """What a module returns, as tensors with names. A text key like `mean` is kept."""
    if isinstance(made, Tensor):
        return {"output": made}
    if isinstance(made, Mapping):
        found = {str(key): value for key, value in made.items()}
    elif isinstance(made, list | tuple):
        names = getattr(made, "_fields", None) or [f"output_{n}" for n in range(len(made))]
        found = dict(zip(names, made, strict=True))
    else:
        made = getattr(made, "latent_dist", made)
        whole = {key: getattr(made, key, None) for key in ("mean", "sample", "logits")}
        found = {key: value for key, value in whole.items() if isinstance(value, Tensor)}
    found = {
        key: getattr(value, "mean", value) if not isinstance(value, Tensor) else value
        for key, value in found.items()
    }
    tensors = {key: value for key, value in found.items() if isinstance(value, Tensor)}
    if not tensors:
        raise HinterlandError(f"a half of the model returns {type(made).__name__}, and no tensor")
    return tensors
